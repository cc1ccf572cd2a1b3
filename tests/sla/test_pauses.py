"""Pending items of the other flows: which time they take out of a limit, in each unit (STD-12 to STD-17 for the rest)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from automation.sla import rulesheet
from automation.sla.calendar import Calendar
from automation.sla.clock import run
from automation.sla.verdict import Verdict
from tests.tables import load, moment
from workbook.schema import RULES

BOOK = """
反馈登记
编号 | 流程 | 接收时间
FK20261103-001 | 维修企业 | {start}

规则
规则号 | 流程 | 环节 | 起点 | 终点 | 时限 | 单位 | 责任角色 | 上报角色
REPAIR-01 | 维修企业 | 答复客户 | 接收时间 | 处理记录:答复客户 | {limit} | {unit} | 服务经理 | 主管总经理
"""


def ledgers(manager: list[str], centre: list[str]) -> str:
    """Each line: 转入日期 | 状态 | 完成日期."""
    heads = "编号 | 转入日期 | 状态 | 完成日期"
    sheets = {"未了事宜台帐-客户经理": manager, "未了事宜台帐-客服中心": centre}
    return "\n\n".join(
        "\n".join([name, heads, *(f"FK20261103-001 | {line}" for line in lines)])
        for name, lines in sheets.items()
        if lines
    )


def judged(start: str, limit: str, unit: str, items: str, now: str) -> tuple[str, str, str, str]:
    """Due, at risk from, verdict, 状态."""
    book = load(BOOK.format(start=start, limit=limit, unit=unit) + "\n" + items)
    rules, findings = rulesheet.read(book[RULES])
    assert {found.rule for found in findings} == {"RULE-02"}  # the rows that are not here stay as they are
    calendar = Calendar(dt.date(2026, 1, 1), dt.date(2030, 12, 31))
    clocks = run(book, rules, calendar, moment(now))
    (flow,) = clocks.flows.values()
    stage = flow.stages[0]
    due, risk = (f"{at[0].item():%m-%d %H:%M:%S}".removesuffix(":00") for at in (stage.due, stage.risk))
    return due, risk, Verdict(stage.verdict[0]).chinese, clocks.now_at["state"].iloc[0]


UNITS = """
limit | unit     | start       | from        | to          | due         | risk
4     | 小时     | 11-03 09:00 | 11-03 10:00 | 11-05 10:00 | 11-05 13:00 | 11-05 12:00
30    | 分钟     | 11-03 09:00 | 11-03 09:10 | 11-03 10:10 | 11-03 10:30 | 11-03 10:22:30
3     | 天       | 11-03 09:00 | 11-05 09:00 | 11-20 12:00 | 11-21 12:00 | 11-20 18:00
4     | 营业小时 | 11-03 16:00 | 11-03 17:00 | 11-20 15:00 | 11-20 18:00 | 11-20 17:00
4     | 营业小时 | 11-03 16:00 | 11-03 20:00 | 11-20 11:30 | 11-20 15:00 | 11-20 14:00
2     | 工作日   | 11-03 09:00 | 11-04 09:00 | 11-19 15:00 | 11-20 23:59 | 11-20 09:44:15
2     | 工作日   | 11-03 09:00 | 11-05 09:00 | 11-21 15:00 | 11-23 23:59 | 11-22 21:44:15
      | 当日     | 11-03 09:00 | 11-03 15:00 | 11-20 16:00 | 11-20 23:59 | 11-20 20:29:15
"""
"""Saturday 11-21 is no working day: the rest of Thursday the 5th is spent on Monday the 23rd. Three quarters of a limit
that is a day are those of the time that was not paused: 当日 has 6 hours before, 7:59 after.
"""


def rows(text: str) -> list[dict[str, str]]:
    heads, *lines = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    return [dict(zip(heads, line, strict=True)) for line in lines]


@pytest.mark.parametrize("row", rows(UNITS), ids=lambda row: f"{row['limit']}{row['unit']}")
def test_what_was_left_counts_on_in_its_own_unit(row: dict[str, str]) -> None:
    line = [f"{row['from']} | 已了 | {row['to']}"]
    found = judged(row["start"], row["limit"], row["unit"], ledgers(line, line), row["to"])
    assert found == (row["due"], row["risk"], "进行中", "正常")


ITEMS = """
manager                          | centre                           | due         | verdict | state    | why
11-03 10:00,已了,11-03 12:00     | 11-03 10:00,已了,11-03 12:00     | 11-03 15:00 | 超时    | 超时     | both say the same
11-03 10:00,已了,11-03 12:00     |                                  | 11-03 15:00 | 超时    | 超时     | one ledger alone
11-03 10:00,已了,11-03 12:00     | 11-03 11:00,已了,11-03 13:00     | 11-03 16:00 | 超时    | 超时     | overlapping ones count once
11-03 10:00,已了,11-03 11:00     | 11-03 11:30,已了,11-03 12:00     | 11-03 14:30 | 超时    | 超时     | two of them count both
11-03 10:00,已了,11-03 12:00     | 11-03 10:00,未了,                | 11-03 13:00 | 暂停    | 未了事宜 | open in either is open
11-03 10:00,,                    | 11-03 10:00,,                    | 11-03 13:00 | 暂停    | 未了事宜 | no word is no 已了
,未了,                           | ,未了,                           | 11-03 13:00 | 暂停    | 未了事宜 | open since nobody knows when
11-03 10:00,已了,                | 11-03 10:00,已了,                | 11-03 13:00 | 超时    | 超时     | done nobody knows when
11-03 12:00,已了,11-03 10:00     | 11-03 12:00,已了,11-03 10:00     | 11-03 13:00 | 超时    | 超时     | done before it came in
11-03 13:00,已了,11-03 15:00     | 11-03 13:00,已了,11-03 15:00     | 11-03 13:00 | 超时    | 超时     | the limit was used up
11-02 10:00,已了,11-02 12:00     | 11-02 10:00,已了,11-02 12:00     | 11-03 13:00 | 超时    | 超时     | over before it began
11-03 08:00,已了,11-03 10:00     | 11-03 08:00,已了,11-03 10:00     | 11-03 14:00 | 超时    | 超时     | it began while pending
11-03,已了,11-03                 | 11-03,已了,11-03                 | 11-04 04:00 | 超时    | 超时     | a day counts whole
11-03 10:00,已了,11-03 10:00     | 11-03 10:00,已了,11-03 10:00     | 11-03 13:00 | 超时    | 超时     | no time at all
"""


@pytest.mark.parametrize("row", rows(ITEMS), ids=lambda row: row["why"])
def test_four_hours_from_nine_with_a_pending_item(row: dict[str, str]) -> None:
    sides = ([row[side].replace(",", " | ")] if row[side] else [] for side in ("manager", "centre"))
    due, _, verdict, state = judged("11-03 09:00", "4", "小时", ledgers(*sides), "11-05 09:00")
    assert (due, verdict, state) == (row["due"], row["verdict"], row["state"])


def test_a_pause_moves_no_deadline_while_it_lasts() -> None:
    lasting = ledgers(["11-03 10:00 | 未了 |"], ["11-03 10:00 | 未了 |"])
    assert judged("11-03 09:00", "4", "小时", lasting, "11-03 10:00")[0] == "11-03 13:00"


def test_the_pauses_of_one_ticket_move_no_other() -> None:
    second = "FK20261103-002 | 维修企业 | 11-03 09:00\nFK20261103-003 | 维修企业 | 11-03 09:00"
    line = ["11-03 10:00 | 已了 | 11-03 12:00"]
    text = BOOK.format(start="11-03 09:00", limit="4", unit="小时").replace("\n\n规则", f"\n{second}\n\n规则")
    book = load(text + "\n" + ledgers(line, line))
    clocks = run(
        book,
        rulesheet.read(book[RULES])[0],
        Calendar(dt.date(2026, 1, 1), dt.date(2030, 12, 31)),
        moment("11-05 09:00"),
    )
    (flow,) = clocks.flows.values()
    wanted = np.array([moment(at) for at in ("11-03 15:00", "11-03 13:00", "11-03 13:00")], dtype="M8[s]")
    assert (flow.stages[0].due == wanted).all()
