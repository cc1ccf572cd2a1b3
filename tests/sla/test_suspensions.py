"""STD-04 of a case that becomes a pending item: what was late by then stays late, and counting begins anew afterwards."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automation.escalation import escalate
from automation.reports.period import WEEKLY, parse
from automation.reports.summary import summarise
from automation.settings import Alerts
from automation.sla import explain
from automation.sla.clock import LIABILITY
from automation.sla.explain import Told
from automation.sla.stages import Clocks
from automation.sla.verdict import Verdict
from tests import tables
from tests.tables import plain

CASE = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 联系结果 | 客户联系时间 | 转管理部时间
FK20261106-001 | 11-06 11:00 | 11-06 11:30 | {form} | {result} | {tried} | {handed}

未了事宜台帐-客户经理
编号           | 转入日期 | 状态 | 完成日期
{manager}

未了事宜台帐-客服中心
编号           | 转入日期 | 状态 | 完成日期
{centre}
"""

# Form 11-06 11:40, due 11-07 11:40. Of each ledger: came in, state, done; several divided by a semicolon.
STORIES = """
转入;状态;完成                                            | 转管理部    | 各轮
                                                          |             | 超时
11-07 11:40;未了;                                         |             | 按时完成 暂停
11-07 11:41;未了;                                         |             | 超时完成 暂停
;未了;                                                    |             | 暂停
12-07 11:41;未了;                                         |             | 暂停
11-06 11:00;未了;                                         |             | 暂停
11-06;未了;                                               |             | 按时完成 暂停
11-07;未了;                                               |             | 按时完成 暂停
11-08;未了;                                               |             | 超时完成 暂停
11-10 10:00;已了;11-20 10:00                              |             | 超时完成 临近
11-10 10:00;已了;11-20 10:00                              | 11-20 12:00 | 超时完成 按时完成
11-07 10:00;已了;11-19 10:00                              | 11-20 10:01 | 按时完成 超时完成
11-10 10:00;已了;11-20                                    | 11-20 12:00 | 超时完成 按时完成
11-10 10:00;已了;11-20 10:00                              | 11-20 09:00 | 超时完成
11-10 10:00;未了;                                         | 11-20 09:00 | 超时完成
11-06 09:00;已了;11-06 11:00                              | 11-07 11:00 | 按时完成
11-06 09:00;已了;11-08 11:00                              | 11-09 10:00 | 按时完成
;已了;11-20 10:00                                         | 11-20 12:00 | 按时完成
11-21 10:00;已了;11-20 10:00                              | 11-20 12:00 | 按时完成
11-07 10:00;已了;11-09 10:00 & 11-10 09:00;未了;          |             | 按时完成 按时完成 暂停
11-07 10:00;已了;11-09 10:00 & 11-10 11:00;未了;          |             | 按时完成 超时完成 暂停
11-07 10:00;已了;11-09 10:00 & 11-10 11:00;已了;11-20     | 11-20 12:00 | 按时完成 超时完成 按时完成
11-07 10:00;已了;11-09 10:00 & 11-20 08:00;已了;11-20     | 11-12 12:00 | 按时完成 超时完成
11-07 10:00;已了;11-09 10:00 & 11-08 10:00;已了;11-20     | 11-20 12:00 | 按时完成 按时完成
"""


def book(story: str, handed: str = "", *, form: str = "11-06 11:40", result: str = "", tried: str = "") -> str:
    """The workbook of a story, with the same entries in both ledgers."""
    entries = [one.split(";") for one in story.split("&")] if story.strip() else []
    lines = "\n".join(" | ".join(["FK20261106-001", *(cell.strip() for cell in one)]) for one in entries) or " | | |"
    return CASE.format(form=form, handed=handed, result=result, tried=tried, manager=lines, centre=lines)


def clocks(text: str) -> Clocks:
    return tables.run(tables.load(text), tables.moment("11-21 09:00"))


def rounds(told: Clocks) -> list[tuple[str, str, str, str]]:
    """Start, due, end, verdict of each round of STD-04."""
    long = told.long()
    mine = long[long["rule"] == LIABILITY].sort_values("round")
    return [
        (
            *(f"{at:%m-%d %H:%M}" if pd.notna(at) else "" for at in (one.start, one.due, one.actual)),
            _verdict(one.verdict),
        )
        for one in mine.itertuples()
    ]


def _verdict(number: object) -> str:
    return Verdict(np.int8(number)).chinese  # type: ignore[call-overload]


def _stories() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in STORIES.strip().splitlines()[1:]]


@pytest.mark.parametrize(("items", "handed", "verdicts"), _stories(), ids=lambda cell: cell or "none")
def test_each_run_of_the_clock_is_judged_on_its_own(items: str, handed: str, verdicts: str) -> None:
    """STD-04, STD-12, STD-17."""
    assert [verdict for *_, verdict in rounds(clocks(book(items, handed)))] == verdicts.split()


def test_each_run_has_its_own_start_and_deadline() -> None:
    told = rounds(clocks(book("11-10 10:00;已了;11-20 10:00", "11-20 12:00")))
    assert told == [
        ("11-06 11:40", "11-07 11:40", "11-10 10:00", "超时完成"),
        ("11-20 10:00", "11-21 10:00", "11-20 12:00", "按时完成"),
    ]


def test_the_customer_who_was_not_reached_lengthens_the_run_in_which_that_was() -> None:
    text = book("11-08 10:00;已了;11-20 10:00", "11-20 12:00", result="未联系上", tried="11-07 09:00")
    assert [due for _, due, *_ in rounds(clocks(text))] == ["11-08 11:40", "11-21 10:00"]


def test_a_case_without_a_form_has_no_first_run() -> None:
    assert rounds(clocks(book("11-10 10:00;未了;", form=""))) == [("", "", "", "暂停")]


def test_the_explanation_names_the_cells_that_ended_a_run_and_began_the_next() -> None:
    loaded = tables.load(book("11-10 10:00;已了;11-20 10:00", "11-20 12:00"))
    (ticket,) = explain.explain(loaded, clocks(book("11-10 10:00;已了;11-20 10:00", "11-20 12:00")), "FK20261106-001")
    stage = next(one for one in ticket.stages if one.rule == LIABILITY)
    (first,) = stage.earlier
    assert first.actual_cells == ("未了事宜台帐-客户经理!B2", "未了事宜台帐-客服中心!B2")
    assert plain(first.steps[-1]) == "转入未了事宜 2026-11-10 10:00,晚了 2天22小时"
    assert stage.start_cells == ("未了事宜台帐-客户经理!D2", "未了事宜台帐-客服中心!D2")


def test_an_alert_stands_under_the_run_it_was_about() -> None:
    text = book("11-10 10:00;已了;11-20 10:00", "11-20 12:00")
    told = [Told("超时", due, "", ()) for due in ("2026-11-07T11:40:00", "2026-11-21T10:00:00")]
    alerts = {("FK20261106-001", LIABILITY): told}
    (ticket,) = explain.explain(tables.load(text), clocks(text), "FK20261106-001", alerts=alerts)
    stage = next(one for one in ticket.stages if one.rule == LIABILITY)
    assert [[one.due for one in run.told] for run in (*stage.earlier, stage)] == [[told[0].due], [told[1].due]]


STAFF = """
人员
姓名 | 角色       | 主次 | 邮箱           | 在岗
王强 | 客户经理   | 主   | wang@a.example | 是
顾总 | 主管总经理 | 主   | gu@a.example   | 是
"""


@pytest.mark.parametrize(
    ("items", "at", "due"),
    [
        ("", "11-10 09:00", "11-07 11:40"),
        ("11-10 10:00;未了;", "11-10 12:00", ""),
        ("11-10 10:00;已了;11-20 10:00", "11-21 10:01", "11-21 10:00"),
    ],
    ids=["overdue", "a pending item by now", "overdue again"],
)
def test_nobody_is_told_of_a_run_that_is_over(items: str, at: str, due: str) -> None:
    told = escalate(tables.facts(book(items) + STAFF, now=at), frozenset(), Alerts(1.0, 24.0))
    mine = {alert.due for digest in told.digests for alert in digest.alerts if alert.rule == LIABILITY}
    assert mine == ({tables.moment(due)} if due else set())


def test_the_summary_of_the_week_in_which_the_run_was_due_still_has_it_late() -> None:
    text = book("11-10 10:00;已了;11-20 10:00", "11-20 12:00")
    facts = tables.facts(text, now="11-21 09:00")
    stages = {line.rule: line for line in summarise(facts, (), parse(WEEKLY, "2026-W45")).stages}
    assert stages[LIABILITY].tally.finished_late.rows == (2,)
