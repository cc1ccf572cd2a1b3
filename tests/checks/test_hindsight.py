"""What was told as late and, by the entries as they are now, was not: stated with both times."""

from __future__ import annotations

import datetime as dt

import pytest

from automation.checks import hindsight
from automation.past import Past
from tests import tables
from tests.checks.cases import INFO, WARNING, Case
from tests.tables import moment, plain
from workbook.finding import Finding

TIER = """
反馈登记
编号           | 流程     | 接收时间    | 下次答复时间
FK20261103-001 | 三级处理 | 11-03 09:00 | {promised}

处理记录
编号           | 时间        | 事项
FK20261103-001 | 11-03 09:10 | 告知客服总监
{entries}
"""
SECOND = "FK20261103-001|TIER-03|2026-11-04T09:20:00|LATE"
PROMISE = "FK20261103-001|X-07|2026-11-04T16:00:00|LATE"

ANSWERED = TIER.format(
    promised="", entries="FK20261103-001 | 11-03 09:20 | 升级二级\nFK20261103-001 | 11-04 09:00 | 答复客户"
)
CASES = (
    Case(
        "an answer entered behind an alert with an earlier time",
        "EVID-04",
        "处理记录!B4",
        INFO,
        "提醒超时的时候还没有记录",
        ANSWERED,
        ("11-04 09:00 | 答复客户", "11-04 09:30 | 答复客户"),
        now="11-04 12:00",
        told=((SECOND, "11-04 09:21"),),
    ),
    Case(
        "a promise put off after it was broken",
        "EVID-04",
        "反馈登记!D2",
        WARNING,
        "提醒过的那一次不再计为超时",
        TIER.format(promised="11-30 10:00", entries=""),
        ("11-30 10:00", "11-04 16:00"),
        now="11-04 18:00",
        told=((PROMISE, "11-04 16:01"),),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_an_alert_told_and_the_record_says_otherwise_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(hindsight.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_an_alert_told_and_the_record_still_says_is_left_alone(case: Case) -> None:
    case.must_be_spared(hindsight.CHECKS)


def found(*entries: str, told: str, at: str, now: str, promised: str = "") -> list[Finding]:
    """What is found at ``now`` of one case with these entries, after an alert at ``at``."""
    lines = "\n".join(f"FK20261103-001 | {entry}" for entry in entries)
    text = TIER.format(promised=promised, entries=lines)
    facts = tables.facts(text, now=now, past=Past(told_at={told: moment(at)}))
    return list(hindsight.late_no_more(facts))


def test_an_answer_entered_behind_an_alert_with_an_earlier_time_is_stated() -> None:
    (finding,) = found(
        "11-03 09:20 | 升级二级", "11-04 09:00 | 答复客户", told=SECOND, at="11-04 09:21", now="11-04 12:00"
    )
    assert (finding.rule, str(finding.where), finding.ticket) == ("EVID-04", "处理记录!B4", "FK20261103-001")
    said = plain(finding.message)
    assert "截止 2026-11-04 09:20" in said
    assert "2026-11-04 09:21 提醒超时的时候还没有记录" in said
    assert "2026-11-04 09:00" in said


def test_a_hand_up_moved_later_takes_its_deadline_with_it_and_that_is_stated() -> None:
    (finding,) = found(
        "11-04 10:00 | 升级二级", "11-04 11:00 | 答复客户", told=SECOND, at="11-04 09:21", now="11-04 12:00"
    )
    said = plain(finding.message)
    assert "当时的截止时间是 2026-11-04 09:20;现在是 2026-11-05 10:00" in said


def test_a_promise_put_off_after_it_was_broken_is_stated() -> None:
    (finding,) = found(told=PROMISE, at="11-04 16:01", now="11-04 18:00", promised="11-30 10:00")
    assert "当时的截止时间是 2026-11-04 16:00;现在是 2026-11-30 10:00" in plain(finding.message)


@pytest.mark.parametrize(
    ("entries", "told", "now", "promised"),
    [
        (["11-03 09:20 | 升级二级"], SECOND, "11-04 12:00", ""),
        (["11-03 09:20 | 升级二级", "11-04 10:00 | 答复客户"], SECOND, "11-04 12:00", ""),
        (["11-03 09:20 | 升级二级", "11-04 09:00 | 答复客户"], SECOND, "12-06 12:00", ""),
        (["11-03 09:20 | 升级二级", "11-04 09:00 | 答复客户"], SECOND.replace("LATE", "AT_RISK"), "11-04 12:00", ""),
        (["11-04 17:00 | 答复客户"], PROMISE, "11-04 18:00", "11-30 10:00"),
    ],
    ids=["still late", "answered late", "a month later", "only a warning", "answered late and promised anew"],
)
def test_what_is_in_order_is_left_alone(entries: list[str], told: str, now: str, promised: str) -> None:
    assert (
        found(*entries, told=told, at="11-04 16:01" if told == PROMISE else "11-04 09:21", now=now, promised=promised)
        == []
    )


def test_a_finding_stands_for_31_days() -> None:
    entries = ("11-03 09:20 | 升级二级", "11-04 09:00 | 答复客户")
    told_at = moment("11-04 09:21")
    for now, stands in ((told_at + dt.timedelta(days=31, minutes=-1), True), (told_at + dt.timedelta(days=31), False)):
        assert bool(found(*entries, told=SECOND, at="11-04 09:21", now=f"{now:%m-%d %H:%M}")) is stands
