"""Until when a plan stays what it is: at any time before, the same workbook gives the same findings and alerts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from automation import checks, escalation, history, timetable
from automation.checks.facts import Facts
from automation.horizon import valid_until
from automation.jobs import JOBS
from automation.past import History, Past
from automation.roster import read as read_roster
from automation.settings import Alerts
from automation.sla import calendar, clock, rulesheet
from tests import tables
from tests.tables import moment
from workbook.ledger import Ledger
from workbook.schema import RULES, STAFF
from workbook.vocabulary import FLOW

NOW = moment("11-20 10:00")
LIMITS = Alerts(1.0, 24.0)
NIGHTS = Alerts(0.7, 10.0, dt.time(7), dt.time(22))
OVER_MIDNIGHT = Alerts(1.5, 3.001, dt.time(13, 30), dt.time(1, 15))
GATHERED = Alerts(1.0, 24.0, dt.time(7), dt.time(22), (dt.time(8, 30), dt.time(11), dt.time(14), dt.time(16, 30)))
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
    {"姓名": "何军", "角色": "服务经理", "主次": "主", "邮箱": "he@example.cn", "在岗": "是"},
    {"姓名": "何军", "角色": "服务总监", "主次": "主", "邮箱": "he@example.cn", "在岗": "是"},
]
ENTRIES = ("联系客户", "反馈进度", "反馈结果", "升级二级", "升级三级", "答复客户", "申诉", "跟踪回访", "调查", "措施")


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
        row["级别"] = draw(st.sampled_from(("一般", "重大")))
        if draw(st.booleans()):
            row["下次答复时间"] = NOW + dt.timedelta(minutes=draw(st.integers(-3_000, 3_000)))
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
    done = [
        {
            "编号": row["编号"],
            "时间": row["接收时间"] + dt.timedelta(minutes=draw(st.integers(0, 4_000))),
            "事项": draw(st.sampled_from(ENTRIES)),
            "结果": draw(st.sampled_from(("", "不满意"))),
        }
        for row in rows
        for _ in range(draw(st.integers(0, 3)))
    ]
    return tables.typed({"反馈登记": rows, "未了事宜台帐-客户经理": pending, "处理记录": done, "人员": ROSTER})


def seen(book: Ledger, now: dt.datetime, told: Iterable[str] = ()) -> Facts:
    """The workbook as a pass sees it that comes a day and more after the first."""
    first = NOW - dt.timedelta(days=1)
    known = History().after(*history.compare(book, History(), first), first)
    rules, received = rulesheet.read(book[RULES])[0], book.register.frame["接收时间"].to_numpy("M8[s]")
    clocks = clock.run(book, rules, calendar.spanning([received]), now, known)
    return Facts(
        book, clocks, rules, read_roster(book[STAFF])[0], Past(told_at=dict.fromkeys(told, now), history=known), now
    )


def decided(book: Ledger, now: dt.datetime, limits: Alerts, before: Iterable[str]) -> tuple[object, ...]:
    """Everything that a pass would act on; ``before``: what was told before."""
    facts = seen(book, now, before)
    told = escalation.escalate(facts, facts.past.told, limits)
    reports = timetable.due(now, JOBS, Past(began=dt.datetime(2026, 1, 1)), lambda day: day.weekday() < 5)
    return checks.run(facts), facts.clocks.now_at.to_dict(), sorted(told.told), told.findings, reports


@settings(max_examples=50)
@given(
    ledgers(),
    st.integers(0, 2_000),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from((LIMITS, NIGHTS, OVER_MIDNIGHT, GATHERED)),
    st.booleans(),
)
def test_at_any_time_before_it_the_same_workbook_gives_the_same_plan(
    book: Ledger, minutes: int, share: float, limits: Alerts, settled: bool
) -> None:
    """``settled``: all that could be told at that moment has been."""
    now = NOW + dt.timedelta(minutes=minutes)
    before = escalation.escalate(seen(book, now), frozenset(), limits).told if settled else ()
    until = valid_until(seen(book, now, before), limits)
    assert now < until
    between = now + dt.timedelta(seconds=int((until - now).total_seconds() * share))
    last = until - dt.timedelta(seconds=1)
    first = decided(book, now, limits, before)
    assert first == decided(book, between, limits, before) == decided(book, last, limits, before)


TWO_DAYS = """
反馈登记
编号           | 流程         | 接收时间    | 级别 | 上报时间    | 下次答复时间
FK20261120-001 | 标准流程     | 11-20 20:30 | 一般 |             |
FK20261120-002 | 标准流程     | 11-20 19:00 | 重大 | 11-20 19:20 | 11-20 23:30
FK20261120-003 | 厂家规范     | 11-20 20:15 | 一般 |             | 11-21 09:10
FK20261120-004 | 企业投诉规范 | 11-20 18:00 | 一般 |             | 11-21 05:45

处理记录
编号           | 时间        | 事项
FK20261120-003 | 11-21 08:20 | 联系客户

人员
姓名 | 角色       | 主次 | 邮箱
张伟 | 接收人     | 主   | zhang@example.cn
李娜 | 客户经理   | 主   | li@example.cn
何军 | 服务经理   | 主   | he@example.cn
王强 | 主管总经理 | 主   | wang@example.cn
"""


def test_who_wakes_only_then_tells_everything_as_early_as_who_looks_every_two_hours_as_well() -> None:
    book = tables.load(TWO_DAYS)

    def told_by(step: dt.timedelta) -> dict[str, dt.datetime]:
        told: dict[str, dt.datetime] = {}
        now = moment("11-20 20:00")
        while now < moment("11-21 18:00"):
            facts = seen(book, now, told)
            told |= dict.fromkeys(escalation.escalate(facts, facts.past.told, NIGHTS).told, now)
            settled = replace(facts, past=replace(facts.past, told_at=told))
            now = min(valid_until(settled, NIGHTS), now + step)
        return told

    told = told_by(dt.timedelta(days=1))
    assert told == told_by(dt.timedelta(hours=2))
    of_night = {key.partition("|")[0][-3:] for key, at in told.items() if at.hour >= 22 or at.hour < 7}
    assert of_night == {"002"}, "only the major case"
    assert {key[-3:] for key in (key.partition("|")[0] for key, at in told.items() if at == moment("11-21 07:00"))} == {
        *("001", "003", "004")
    }


def until(
    text: str, now: str = "11-20 10:00", limits: Alerts = LIMITS, told: frozenset[str] = frozenset()
) -> dt.datetime:
    return valid_until(tables.facts(text, now=now, past=Past(told_at=dict.fromkeys(told, moment(now)))), limits)


def test_with_nothing_open_it_is_the_next_midnight_or_the_hour_of_the_summaries() -> None:
    assert until("反馈登记\n编号 | 接收时间\n | ") == moment("11-21 00:00")
    assert until("反馈登记\n编号 | 接收时间\n | ", now="11-20 07:59") == moment("11-20 08:00")


def test_a_stage_that_runs_ends_it_when_it_is_at_risk_then_when_it_is_late_then_when_it_is_escalated() -> None:
    running = "反馈登记\n编号 | 接收时间\nFK20261120-001 | 11-20 10:00"
    assert until(running, now="11-20 10:00") == moment("11-20 10:45")
    assert until(running, now="11-20 10:45") == moment("11-20 11:00:01")
    assert until(running, now="11-20 11:30") == moment("11-20 12:00")


def test_a_promised_answer_ends_it_when_it_is_at_risk_then_when_it_is_late_then_when_it_is_escalated() -> None:
    promised = (
        "反馈登记\n编号 | 流程 | 接收时间 | 下次答复时间\nFK20261120-001 | 企业投诉规范 | 11-19 09:00 | 11-20 15:00"
    )
    known = f"{promised}\n\n处理记录\n编号 | 时间 | 事项\nFK20261120-001 | 11-19 09:10 | 答复客户"
    assert until(known, now="11-20 10:00") == moment("11-20 14:00")
    assert until(known, now="11-20 14:00") == moment("11-20 15:00")
    assert until(known, now="11-20 15:00") == moment("11-20 15:00:01")
    assert until(known, now="11-21 14:00") == moment("11-21 15:00")


def test_the_patience_of_another_flow_ends_it_to_the_second() -> None:
    """OEM-01 has two hours; a third of them after the due time is 40 minutes, and a third of a second is a second."""
    called = "反馈登记\n编号 | 流程 | 接收时间\nFK20261120-001 | 厂家规范 | 11-20 10:00:01"
    assert until(called, now="11-20 12:10", limits=Alerts(1 / 3, 24.0)) == moment("11-20 12:40:01")
    assert until(called, now="11-20 12:10", limits=Alerts(0.33335, 24.0)) == moment("11-20 12:40:02")


AT_NIGHT = f"""
反馈登记
编号           | 接收时间    | 级别
FK20261120-001 | 11-20 20:00 | {{grade}}

人员
{" | ".join(ROSTER[1])}
{{staff}}
""".strip()
STAFF_OF_THE_NIGHT = "张伟 | 接收人 | 主 | zhang@example.cn | 是 |"


def at_night(grade: str = "一般") -> str:
    return AT_NIGHT.format(grade=grade, staff=STAFF_OF_THE_NIGHT)


def test_while_an_alert_waits_for_the_morning_the_morning_ends_it() -> None:
    late = frozenset(
        f"FK20261120-001|STD-01|2026-11-20T21:00:00|{level}" for level in ("LATE", "REPORTED", "ESCALATED")
    )
    assert until(at_night(), now="11-21 03:00", limits=NIGHTS) == moment("11-21 07:00")
    assert until(at_night(), now="11-21 03:00", limits=LIMITS) == moment("11-21 08:00")
    assert until(at_night(), now="11-21 03:00", limits=NIGHTS, told=late) == moment("11-21 08:00")
    assert until(at_night("重大"), now="11-21 03:00", limits=NIGHTS) == moment("11-21 08:00")
    assert until(at_night(), now="11-20 21:50", limits=NIGHTS) == moment("11-20 22:00"), (
        "not told yet, and soon it may not"
    )


def test_a_time_that_lies_ahead_ends_it_when_it_comes() -> None:
    ahead = "反馈登记\n编号 | 接收时间 | 下次答复时间\nFK20261101-001 | 11-01 10:00 | 11-20 10:05"
    assert until(ahead) == moment("11-20 10:05")
