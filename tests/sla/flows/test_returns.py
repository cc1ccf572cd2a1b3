"""Worked case of a form that is sent back (STD-10): pass by pass, what stands in the register and what is said of it.

The register holds but the newest times; what stood there before a return is known from earlier passes, or not at all.
"""
# ruff: noqa: E501

from __future__ import annotations

import datetime as dt
from typing import Any

from automation import history
from automation.past import History
from automation.sla import calendar, clock, rulesheet
from tests import tables
from tests.sla.flows import told
from tests.sla.flows.stories import short
from workbook.ledger import Ledger
from workbook.schema import RULES

CASE = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 转管理部时间 | 复核完成时间 | 总经理意见时间 | 需回访
FK20261103-001 | 11-03 08:00 | 11-03 08:30 | 11-03 09:00 | 11-03 09:00 | 11-03 10:00  | 11-03 11:00  | 11-03 12:00    | 是
"""
TYPED = ("执行完成时间", "转客服时间", "回访时间", "考核结果", "归档时间")
STAGES = {"执行": "STD-07", "转客服": "STD-08", "回访": "STD-09", "考核归档": "STD-10"}

# STD-07 has 8 hours from the return, STD-08 the same day; the callback waits while the form is being worked over, one
# that was made stays judged by the hand-over before it: the audit is about the handling, not the customer. A form
# that is sent back after it was filed is "then archived": filed anew, by the Tuesday after it came back to the centre.
PASSES = """
现在           | 执行完成时间 | 转客服时间  | 回访时间    | 考核结果 | 归档时间    | 当前环节 | 截止时间    | 状态   | 执行                       | 转客服                     | 回访     | 考核归档
11-03 17:00    | 11-03 16:00  |             |             |          |             | 转客服   | 11-03 23:59 | 正常   | 按时完成                   | 进行中                     | 未到     | 未到
11-03 18:00    | 11-03 16:00  | 11-03 17:30 |             |          |             | 回访     | 11-04 17:30 | 正常   | 按时完成                   | 按时完成                   | 进行中   | 进行中
11-04 10:00    | 11-03 16:00  | 11-03 17:30 |             | 退回     |             | 执行     | 11-04 18:00 | 正常   | 按时完成→进行中            | 按时完成                   | 暂停     | 按时完成
11-04 16:00    | 11-03 16:00  | 11-03 17:30 |             | 退回     |             | 执行     | 11-04 18:00 | 临近   | 按时完成→临近              | 按时完成                   | 暂停     | 按时完成
11-04 18:00:01 | 11-03 16:00  | 11-03 17:30 |             | 退回     |             | 执行     | 11-04 18:00 | 超时   | 按时完成→超时              | 按时完成                   | 暂停     | 按时完成
11-04 19:00    | 11-04 18:30  | 11-03 17:30 |             | 退回     |             | 转客服   | 11-04 23:59 | 正常   | 按时完成→超时完成          | 按时完成→进行中            | 暂停     | 按时完成
11-04 20:00    | 11-04 18:30  | 11-04 19:30 |             | 合格     |             | 回访     | 11-05 19:30 | 正常   | 按时完成→超时完成          | 按时完成→按时完成          | 进行中   | 按时完成→进行中
11-05 11:00    | 11-04 18:30  | 11-04 19:30 | 11-05 10:00 | 合格     |             | 考核归档 | 11-10 23:59 | 正常   | 按时完成→超时完成          | 按时完成→按时完成          | 按时完成 | 按时完成→进行中
11-06 09:00    | 11-04 18:30  | 11-04 19:30 | 11-05 10:00 | 合格     | 11-06 09:00 |          |             | 已办结 | 按时完成→超时完成          | 按时完成→按时完成          | 按时完成 | 按时完成→按时完成
11-09 09:00    | 11-04 18:30  | 11-04 19:30 | 11-05 10:00 | 退回     | 11-06 09:00 | 执行     | 11-09 17:00 | 正常   | 按时完成→超时完成→进行中   | 按时完成→按时完成          | 按时完成 | 按时完成→按时完成
11-09 13:00    | 11-09 12:00  | 11-09 13:00 | 11-05 10:00 | 合格     | 11-06 09:00 | 考核归档 | 11-10 23:59 | 正常   | 按时完成→超时完成→按时完成 | 按时完成→按时完成→按时完成 | 按时完成 | 按时完成→按时完成→进行中
11-11 00:00    | 11-09 12:00  | 11-09 13:00 | 11-05 10:00 | 合格     | 11-06 09:00 | 考核归档 | 11-10 23:59 | 超时   | 按时完成→超时完成→按时完成 | 按时完成→按时完成→按时完成 | 按时完成 | 按时完成→按时完成→超时
11-11 09:00    | 11-09 12:00  | 11-09 13:00 | 11-05 10:00 | 合格     | 11-11 09:00 |          |             | 已办结 | 按时完成→超时完成→按时完成 | 按时完成→按时完成→按时完成 | 按时完成 | 按时完成→按时完成→超时完成
"""

# Returned on record: the entry 退回 of 处理记录 says when, no pass is needed to have seen it.
ON_RECORD = """
现在        | 执行完成时间 | 转客服时间  | 回访时间 | 考核结果 | 归档时间 | 当前环节 | 截止时间    | 状态 | 执行            | 转客服   | 回访   | 考核归档
11-03 18:00 | 11-03 16:00  | 11-03 17:30 |          |          |          | 回访     | 11-04 17:30 | 正常 | 按时完成        | 按时完成 | 进行中 | 进行中
11-04 12:00 | 11-03 16:00  | 11-03 17:30 |          | 退回     |          | 执行     | 11-04 18:00 | 正常 | 按时完成→进行中 | 按时完成 | 暂停   | 按时完成
11-04 19:00 | 11-03 16:00  | 11-03 17:30 |          | 退回     |          | 执行     | 11-04 18:00 | 超时 | 按时完成→超时   | 按时完成 | 暂停   | 按时完成
"""


def rows(text: str) -> list[dict[str, str]]:
    heads, *lines = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    return [dict(zip(heads, line, strict=True)) for line in lines]


def book_of(row: dict[str, str], entries: list[str]) -> Ledger:
    sheets: dict[str, list[dict[str, Any]]] = tables.rows_of(CASE)
    for name in TYPED:
        sheets["反馈登记"][0][name] = tables.moment(row[name]) if row[name][:1].isdigit() else row[name]
    sheets["处理记录"] = [{"编号": "FK20261103-001", "时间": tables.moment(at), "事项": "退回"} for at in entries]
    return tables.load(sheets)


def passes(text: str, entries: list[str], *, remembered: bool) -> list[dict[str, str]]:
    """Each pass with what it says, knowing what the passes before it saw."""
    known, said = History(), []
    for row in rows(text):
        now = tables.moment(row["现在"])
        book = book_of(row, [at for at in entries if tables.moment(at) <= now])
        if remembered:
            known = known.after(*history.compare(book, known, now), now)
        said.append({**row, **_said(book, now, known)})
    return said


def _said(book: Ledger, now: dt.datetime, known: History) -> dict[str, str]:
    rules, _ = rulesheet.read(book[RULES])
    days = calendar.Calendar(dt.date(2026, 1, 1), dt.date(2030, 12, 31))
    case = told.product(clock.run(book, rules, days, now, known))[2]
    stages = {stage: case.stages[rule] for stage, rule in STAGES.items()}
    at = {"当前环节": case.stage, "截止时间": short(case.due), "状态": case.state}
    return at | {stage: "→".join(one.verdict for one in found) for stage, found in stages.items()}


def test_a_form_sent_back_twice_runs_on_clocks_of_its_own_each_time() -> None:
    assert passes(PASSES, [], remembered=True) == rows(PASSES)


def test_a_return_on_record_needs_nobody_to_have_seen_it() -> None:
    assert passes(ON_RECORD, ["11-04 10:00"], remembered=False) == rows(ON_RECORD)
