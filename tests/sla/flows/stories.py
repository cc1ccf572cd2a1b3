"""Worked cases a manager could read: what was done in a case, and how it stands each time somebody looks.

A story is two or three blocks of text. What was done: entries of 处理记录, times of the register (接收, 填单, 完成, 归档), of
重大质量事故 (申请, 批准, 执行), and a pending item in both ledgers (未了 from ~ to); a time without a day is of the day before
it. Then every look: where the case stands, and the verdict of each stage in its latest round. Last, where it matters, the
rounds of stages as they are known at the last look.

    接收 11-03 09:00; 联系客户 10:30; 未了 11-04 ~ 11-20 15:00

    现在        | 当前环节 | 截止时间   | 状态 | 电话联系 | 反馈进度 ...

    环节     | 起点        | 截止        | 完成        | 判定
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from tests import tables
from tests.sla import reference_flows as slow
from tests.sla.flows import told

NUMBER = "FK20261103-001"
MANAGER, CENTRE = "未了事宜台帐-客户经理", "未了事宜台帐-客服中心"
REGISTER = {"接收": "接收时间", "填单": "填单时间", "完成": "执行完成时间", "归档": "归档时间"}
ACCIDENT = {"申请": "申请日期", "批准": "批准日期", "执行": "执行日期"}
SHORT = {"无法判定:漏填": "漏填", "无法判定:起点缺失": "缺起点", "无法判定:早于起点": "颠倒"}

Table = list[dict[str, str]]


@dataclass(frozen=True)
class Story:
    """``done``: the sheets; ``looks``: one row each; ``rounds``: what is known at the last look."""

    flow: str
    done: dict[str, list[dict[str, Any]]]
    looks: Table
    rounds: Table


def story(flow: str, text: str) -> Story:
    done, *shown = re.split(r"\n\s*\n", text.strip())
    found = [_table(block) for block in shown]
    return Story(flow, _sheets(flow, done), found[0] if found else [], found[1] if len(found) > 1 else [])


def _table(block: str) -> Table:
    heads, *lines = ([cell.strip() for cell in line.split("|")] for line in block.strip().splitlines())
    return [dict(zip(heads, line, strict=True)) for line in lines]


def _sheets(flow: str, text: str) -> dict[str, list[dict[str, Any]]]:
    ticket: dict[str, Any] = {"编号": NUMBER, "流程": flow, "内容概要": "异响"}
    accident: dict[str, Any] = {}
    sheets: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("反馈登记", slow.RECORDS, slow.ACCIDENTS, MANAGER, CENTRE)
    }
    day = ""
    for step in re.split(r"[;\n]+", text):
        word, _, times = step.strip().partition(" ")
        if not word:
            continue
        moments = []
        for time in times.split("~"):
            known = time.strip()
            if re.fullmatch(r"\d\d:\d\d(:\d\d)?", known):
                known = f"{day} {known}"
            day = known.partition(" ")[0] or day
            moments.append(tables.moment(known) if known else None)
        if word in REGISTER:
            ticket[REGISTER[word]] = moments[0]
        elif word in ACCIDENT:
            accident[ACCIDENT[word]] = moments[0]
        elif word == "未了":
            begin, end = moments
            item = {"编号": NUMBER, "转入日期": begin, "完成日期": end, "状态": "已了" if end else "未了"}
            sheets[MANAGER].append(item)
            sheets[CENTRE].append(item)
        else:
            result = "客户不满意" if word == "不满意" else "客户满意" if word == "跟踪回访" else ""
            what = "跟踪回访" if word == "不满意" else word
            sheets[slow.RECORDS].append({"编号": NUMBER, "时间": moments[0], "事项": what, "结果": result})
    sheets["反馈登记"].append(ticket)
    if accident:
        sheets[slow.ACCIDENTS].append({"编号": NUMBER, **accident})
    return sheets


def judged(one: Story, now: dt.datetime) -> slow.Case:
    """What the product says at a moment; the reference, which knows nothing but the written process, must say the same.

    An item that is done later is not yet done for those who look before.
    """
    sheets = {**one.done}
    for name in (MANAGER, CENTRE):
        sheets[name] = [
            item if item["完成日期"] and item["完成日期"] <= now else {**item, "完成日期": None, "状态": "未了"}
            for item in one.done[name]
            if item["转入日期"] <= now
        ]
    said = told.product(tables.run(tables.typed(sheets), now))[2]
    records, accidents = (list(enumerate(sheets[name], start=2)) for name in (slow.RECORDS, slow.ACCIDENTS))
    facts = slow.Facts(sheets["反馈登记"][0], records, accidents, [*sheets[MANAGER], *sheets[CENTRE]], now)
    assert said == slow.judge(one.flow, facts)
    return said


def name_of(flow: str) -> dict[str, str]:
    """环节 → 规则号."""
    return {str(row["环节"]): str(row["规则号"]) for row in slow.rows_of(flow)}


def short(moment: dt.datetime | None) -> str:
    """As the tables write it: ``11-03 09:05``, with seconds where there are some, with a year that is not 2026."""
    if moment is None:
        return ""
    text = f"{moment:%m-%d %H:%M:%S}".removesuffix(":00")
    return text if moment.year == tables.YEAR else f"{moment.year}-{text}"


def seen(one: Story, look: dict[str, str]) -> dict[str, str]:
    """A row of looks as the product would write it."""
    case = judged(one, tables.moment(look["现在"]))
    rules = name_of(one.flow)
    verdicts = {stage: case.stages[rule][-1].verdict for stage, rule in rules.items()}
    row = {"现在": look["现在"], "当前环节": case.stage, "截止时间": short(case.due), "状态": case.state}
    row |= {stage: SHORT.get(verdict, verdict) for stage, verdict in verdicts.items()}
    return {head: row[head] for head in look}


def rounds(one: Story) -> Table:
    """Every round of the stages named in the last block, as known at the last look."""
    case, rules = judged(one, tables.moment(one.looks[-1]["现在"])), name_of(one.flow)
    stages = list(dict.fromkeys(row["环节"] for row in one.rounds))
    return [
        {
            "环节": stage,
            "起点": short(known.start),
            "截止": short(known.due),
            "完成": short(known.actual),
            "判定": SHORT.get(known.verdict, known.verdict),
        }
        for stage in stages
        for known in case.stages[rules[stage]]
    ]
