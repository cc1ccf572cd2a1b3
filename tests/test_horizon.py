"""Until when a plan stays what it is: at any time before, the same workbook gives the same findings and alerts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automation import checks, escalation, timetable
from automation.checks.facts import Facts
from automation.horizon import valid_until
from automation.jobs import JOBS
from automation.past import Past
from automation.roster import read as read_roster
from automation.settings import Alerts
from automation.sla import rulesheet
from tests import tables
from tests.tables import moment
from workbook.ledger import Ledger
from workbook.schema import RULES, STAFF
from workbook.vocabulary import FLOW

NOW = moment("11-20 10:00")
LIMITS = Alerts(1.0, 24.0)
CHAIN = (
    "接收时间",
    "上报时间",
    "填单时间",
    "转管理部时间",
    "复核完成时间",
    "总经理意见时间",
    "执行完成时间",
    "转客服时间",
)
ROSTER = [
    {"姓名": "张伟", "角色": "客户经理", "主次": "主", "邮箱": "zhang@example.cn", "在岗": "是", "休息日": "周日"},
    {"姓名": "李娜", "角色": "客户经理", "主次": "次", "邮箱": "li@example.cn", "在岗": "是", "请假": "2026-11-21"},
    {"姓名": "王强", "角色": "主管总经理", "主次": "主", "邮箱": "wang@example.cn", "在岗": "是"},
]


@st.composite
def tickets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few cases at any stage; some with a time that lies ahead, some out of order."""
    rows = []
    for number in range(draw(st.integers(1, 6))):
        at = NOW - dt.timedelta(minutes=draw(st.integers(-90, 12_000)))
        row: dict[str, Any] = {
            "编号": f"FK20261101-{number + 1:03d}",
            "流程": draw(st.sampled_from(("", *FLOW.values))),
        }
        for column in CHAIN[: draw(st.integers(1, len(CHAIN)))]:
            row[column] = at
            at += dt.timedelta(minutes=draw(st.integers(-30, 2_000)))
        row["责任明确"] = draw(st.sampled_from(("", "是", "否")))
        row["联系结果"] = draw(st.sampled_from(("", "未联系上")))
        row["需回访"] = draw(st.sampled_from(("", "是")))
        rows.append(row)
    return rows


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    rows = draw(tickets())
    pending = [
        {"编号": row["编号"], "转入日期": NOW - dt.timedelta(days=draw(st.integers(0, 60))), "状态": "未了"}
        for row in rows
        if row["责任明确"] == "否" and draw(st.booleans())
    ]
    return tables.typed({"反馈登记": rows, "未了事宜台帐-客户经理": pending, "人员": ROSTER})


def seen(book: Ledger, now: dt.datetime) -> Facts:
    return Facts(book, tables.run(book, now), rulesheet.read(book[RULES])[0], read_roster(book[STAFF])[0], Past(), now)


def decided(book: Ledger, now: dt.datetime) -> tuple[object, ...]:
    """Everything that a pass would act on."""
    facts = seen(book, now)
    told = escalation.escalate(facts, frozenset(), LIMITS)
    reports = timetable.due(now, JOBS, Past(began=dt.datetime(2026, 1, 1)), lambda day: day.weekday() < 5)
    return checks.run(facts), facts.clocks.now_at.to_dict(), sorted(told.told), told.findings, reports


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ledgers(), st.integers(0, 2_000), st.floats(0, 1, exclude_max=True))
def test_at_any_time_before_it_the_same_workbook_gives_the_same_plan(book: Ledger, minutes: int, share: float) -> None:
    now = NOW + dt.timedelta(minutes=minutes)
    until = valid_until(seen(book, now), LIMITS)
    assert now < until
    between = now + dt.timedelta(seconds=int((until - now).total_seconds() * share))
    last = until - dt.timedelta(seconds=1)
    assert decided(book, now) == decided(book, between) == decided(book, last)


def until(text: str, now: str = "11-20 10:00") -> dt.datetime:
    return valid_until(tables.facts(text, now=now), LIMITS)


def test_with_nothing_open_it_is_the_next_midnight_or_the_hour_of_the_summaries() -> None:
    assert until("反馈登记\n编号 | 接收时间\n | ") == moment("11-21 00:00")
    assert until("反馈登记\n编号 | 接收时间\n | ", now="11-20 07:59") == moment("11-20 08:00")


def test_a_stage_that_runs_ends_it_when_it_is_at_risk_then_when_it_is_late_then_when_it_is_escalated() -> None:
    running = "反馈登记\n编号 | 接收时间\nFK20261120-001 | 11-20 10:00"
    assert until(running, now="11-20 10:00") == moment("11-20 10:45")
    assert until(running, now="11-20 10:45") == moment("11-20 11:00:01")
    assert until(running, now="11-20 11:30") == moment("11-20 12:00")


def test_a_time_that_lies_ahead_ends_it_when_it_comes() -> None:
    ahead = "反馈登记\n编号 | 接收时间 | 下次答复时间\nFK20261101-001 | 11-01 10:00 | 11-20 10:05"
    assert until(ahead) == moment("11-20 10:05")
