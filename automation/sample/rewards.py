"""奖罚明细 of the past months: approved, in proportion, naming a person of the ticket."""

from __future__ import annotations

import datetime as dt
import random

from automation.sample import people
from automation.sample.tickets import Case, Row

_PENALTIES = (
    ("《投诉考核细则》第八条", "服务态度被客户投诉属实", (100, 200)),
    ("《投诉考核细则》第十一条", "返工造成客户二次到店", (100, 150, 200, 300)),
    ("《投诉考核细则》第十四条", "未按流程操作，责任属实", (50, 100, 200)),
)
_REWARDS = (
    ("《投诉考核细则》第二十一条", "处理及时，客户回访满意", (50, 100)),
    ("《投诉考核细则》第二十二条", "主动上门，化解重大投诉", (200, 300, 500)),
)


def rewards(made: list[Case], rng: random.Random, now: dt.datetime) -> list[Row]:
    """Rows of 奖罚明细 in order of 日期; only tickets whose liability has been carried out."""
    rows: list[Row] = []
    for case in made:
        done = case.at(7)
        if not case.number or not case.plain_number or done is None:
            continue
        if case.blamed and rng.random() < 0.3:
            rows.append(_row(case, case.blamed, "处罚", _PENALTIES, done, rng, now))
        elif case.row.get("满意度") == "非常满意" and rng.random() < 0.8:
            major = case.row["级别"] == "重大"
            kind = _REWARDS[1:] if major else _REWARDS[:1]
            rows.append(_row(case, str(case.row["经办人"]), "奖励", kind, done, rng, now))
    return sorted((row for row in rows if _day(row) <= now.date()), key=_day)


def _day(row: Row) -> dt.date:
    day = row["日期"]
    assert isinstance(day, dt.date)
    return day


def _row(
    case: Case,
    name: str,
    kind: str,
    reasons: tuple[tuple[str, str, tuple[int, ...]], ...],
    done: dt.datetime,
    rng: random.Random,
    now: dt.datetime,
) -> Row:
    clause, why, amounts = rng.choice(reasons)
    day = done.date() + dt.timedelta(days=rng.randint(0, 2))
    return {
        "日期": day,
        "编号": case.number,
        "姓名": name,
        "部门": people.department(name),
        "类型": kind,
        "依据条款": clause,
        "事由": why,
        "金额": rng.choice(amounts),
        "认定人": people.on_duty("管理部", done, now),
        "审批人": people.on_duty("主管总经理", done, now),
        "审批日期": min(day + dt.timedelta(days=rng.randint(0, 1)), now.date()),
    }
