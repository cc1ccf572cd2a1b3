"""Evidence: times changed after a stage was late, closed cases that changed, starts that moved."""

import datetime as dt
from dataclasses import replace

import pytest

from automation import history
from automation.checks import evidence
from automation.past import KEPT
from tests import tables
from tests.checks.cases import INFO, WARNING, Case, look

LATE = """
反馈登记
编号           | 接收时间    | 上报时间
FK20261103-001 | 11-03 09:00 | 11-03 10:30
"""
EMPTY = """
反馈登记
编号           | 接收时间    | 上报时间
FK20261103-001 | 11-03 09:00 |
"""
DUE_TOMORROW = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 转管理部时间
FK20261119-001 | 11-19 16:00 | 11-19 16:10 | 11-19 16:20 |
"""
CLOSED = """
反馈登记
编号           | 接收时间    | 执行完成时间 | 转客服时间  | 满意度 | 考核结果 | 归档时间
FK20261103-001 | 11-03 09:00 | 11-05 09:00  | 11-05 10:00 | 不满意 | 合格     | 11-10 09:00

处理记录
编号           | 时间        | 事项     | 结果
FK20261103-001 | 11-04 09:00 | 联系客户 | 已谈
"""
PENDING = """
反馈登记
编号           | 接收时间    | 归档时间
FK20261103-001 | 11-03 09:00 | 11-10 09:00

未了事宜台帐-客户经理
编号           | 转入日期 | 最近沟通日期 | 状态 | 完成日期
FK20261103-001 | 11-04    | 11-04        | 已了 | 11-08
"""
HANDED_OVER = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 转管理部时间
FK20261103-001 | 11-03 09:00 | 11-03 09:10 | 11-03 09:20 | 11-04 12:00
"""

CASES = (
    Case(
        "an end changed from late to on time",
        "EVID-01",
        "反馈登记!C2",
        WARNING,
        "“上报时间”原为 2026-11-03 10:30,现为 2026-11-03 09:50(首次发现于 2026-11-21 09:30);"
        "“上报”(STD-01)截止 2026-11-03 10:00,按原值超时,按现值没有超时",
        LATE.replace("10:30", "09:50"),
        ("09:50", "10:01"),
        hints="本条只陈述改动",
        before=LATE,
    ),
    Case(
        "an end filled in afterwards with a time before the due time",
        "EVID-01",
        "反馈登记!C2",
        INFO,
        "“上报时间”原为空,于 2026-11-20 09:00 之后补填为 2026-11-03 09:50(首次发现于 2026-11-21 09:30);"
        "“上报”(STD-01)截止 2026-11-03 10:00,2026-11-20 09:00 时已超时",
        EMPTY.replace("09:00 |", "09:00 | 11-03 09:50"),
        ("09:50", "10:01"),
        before=EMPTY,
    ),
    Case(
        "an end filled in that a pass missed",
        "EVID-01",
        "反馈登记!E2",
        INFO,
        "“责任认定”(STD-04)截止 2026-11-20 08:20",
        DUE_TOMORROW.replace("16:20 |", "16:20 | 11-20 08:00").replace("11-19 16:20", "11-19 08:20"),
        ("11-20 08:00", "11-20 08:21"),
        before=DUE_TOMORROW.replace("11-19 16:20", "11-19 08:20"),
    ),
    Case(
        "a start moved so that a stage is late no more",
        "EVID-01",
        "反馈登记!D2",
        WARNING,
        "“填单时间”原为 2026-11-03 09:20,现为 2026-11-03 12:30(首次发现于 2026-11-21 09:30);"
        "“责任认定”原截止 2026-11-04 09:20、现截止 2026-11-04 12:30,按原值超时,按现值没有超时",
        HANDED_OVER.replace("11-03 09:20", "11-03 12:30"),
        ("11-03 12:30", "11-03 09:20"),
        before=HANDED_OVER,
    ),
    Case(
        "a closed case opened again",
        "EVID-02",
        "反馈登记!G2",
        WARNING,
        "“归档时间”原为 2026-11-10 09:00,现为空(首次发现于 2026-11-21 09:30);本单已归档,现在又没有了归档时间",
        CLOSED.replace("合格     | 11-10 09:00", "合格     | "),
        ("合格     | ", "退回     | "),
        hints="记一条“退回”",
        before=CLOSED,
    ),
    Case(
        "the satisfaction of a closed case changed",
        "EVID-02",
        "反馈登记!E2",
        WARNING,
        "“满意度”原为 不满意,现为 满意(首次发现于 2026-11-21 09:30);当时本单已归档(2026-11-10 09:00)",
        CLOSED.replace("不满意", "满意"),
        ("| 满意 |", "| 不满意 |"),
        before=CLOSED,
    ),
    Case(
        "a pending item of a closed case opened again",
        "EVID-02",
        "未了事宜台帐-客户经理!D2",
        WARNING,
        "“未了事宜台帐-客户经理:状态”原为 已了,现为 未了",
        PENDING.replace("已了", "未了"),
        ("未了 |", "已了 |"),
        before=PENDING,
    ),
    Case(
        "the execution of a closed case moved to a later day without a return",
        "EVID-02",
        "反馈登记!C2",
        WARNING,
        "“执行完成时间”原为 2026-11-05 09:00,现为 2026-11-12 09:00",
        CLOSED.replace("11-05 09:00", "11-12 09:00"),
        ("已谈", "退回重办"),
        before=CLOSED,
    ),
    Case(
        "a time of receipt moved after the number was given",
        "EVID-03",
        "反馈登记!B2",
        INFO,
        "“接收时间”原为 2026-11-03 09:00,现为 2026-11-03 09:20(首次发现于 2026-11-21 09:30);"
        "截止时间随之推后:“上报”由 2026-11-03 10:00 变为 2026-11-03 10:20",
        LATE.replace("11-03 09:00", "11-03 09:20"),
        ("11-03 09:20", "11-03 08:40"),
        before=LATE,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_change_is_stated_at_its_cell(case: Case) -> None:
    case.must_be_found(evidence.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_change_that_is_no_evidence_is_left_alone(case: Case) -> None:
    case.must_be_spared(evidence.CHECKS)


def stated(text: str, before: str, now: str = "11-21 09:30") -> list[tuple[str, str]]:
    """Place and rule of every finding."""
    facts = replace(CASES[0], before=before, now=now).facts(text)
    return [(str(f.where), f.rule) for f in look(evidence.CHECKS, facts)]


def test_nothing_changed_is_nothing_to_state() -> None:
    for text in (LATE, EMPTY, DUE_TOMORROW, CLOSED, PENDING, HANDED_OVER):
        assert stated(text, text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("合格     | 11-10 09:00", "退回     | 11-10 09:00"),
        ("合格     | 11-10 09:00", "退回     |"),
        ("11-05 09:00  | 11-05 10:00 | 不满意 | 合格     | 11-10 09:00", "11-12 09:00  | 11-12 10:00 | 满意 | 退回 |"),
    ],
)
def test_a_form_returned_openly_is_no_evidence(old: str, new: str) -> None:
    assert stated(CLOSED.replace(old, new), CLOSED) == []


def test_the_new_round_of_a_returned_form_is_no_evidence_but_an_earlier_time_is() -> None:
    returned = CLOSED.replace("合格", "退回")
    again = returned.replace("退回", "合格").replace("11-05 ", "11-12 ").replace("11-10 09:00", "11-17 09:00")
    assert stated(again, returned) == []
    earlier = returned.replace("11-05 09:00", "11-04 09:00")
    assert ("反馈登记!C2", "EVID-02") in stated(earlier, returned)


def test_a_callback_made_and_a_pending_item_closed_after_the_archive_are_no_evidence() -> None:
    open_item = PENDING.replace("已了 | 11-08", "未了 |")
    assert stated(PENDING.replace("11-04        |", "11-09        |"), open_item) == []
    called = CLOSED.replace("不满意", "")
    assert stated(CLOSED, called) == []


def test_a_change_taken_back_is_told_no_more() -> None:
    for case in CASES:
        changed, now = case.facts(case.text), tables.moment("11-22 09:30")
        book = tables.load(case.before)
        since = changed.past.history.after(*history.compare(book, changed.past.history, now), now)
        facts = tables.facts(case.before, now="11-22 09:30", past=replace(changed.past, history=since))
        assert [f.message for f in look(evidence.CHECKS, facts)] == []


def test_a_change_is_told_of_for_31_days_after_it_was_first_seen() -> None:
    for case in CASES:
        facts = case.facts(case.text)
        last = replace(facts, now=facts.now + KEPT - dt.timedelta(seconds=1))
        over = replace(facts, now=facts.now + KEPT)
        assert case.rule in {f.rule for f in look(evidence.CHECKS, last)}
        assert look(evidence.CHECKS, over) == []


def test_what_a_number_given_to_another_case_brings_with_it_is_the_number_s_finding_alone() -> None:
    before = "反馈登记\n编号 | 接收时间 | 客户姓名 | 内容概要\nFK20261103-001 | 11-03 09:00 | 陈静 | 异响"
    assert stated(before.replace("11-03 09:00 | 陈静 | 异响", "11-05 09:00 | 何勇 | 漏油"), before) == []


def test_a_slip_into_the_future_that_was_corrected_is_no_evidence() -> None:
    slip = DUE_TOMORROW.replace("16:20 |", "16:20 | 12-20 08:00")
    assert stated(slip.replace("12-20 08:00", "11-20 08:00"), slip) == []


def test_an_end_filled_in_that_was_not_due_yet_when_a_pass_missed_it_is_no_evidence() -> None:
    assert stated(DUE_TOMORROW.replace("16:20 |", "16:20 | 11-20 08:00"), DUE_TOMORROW) == []


def test_a_row_that_was_not_seen_was_not_seen_empty() -> None:
    """It was gone at the pass before, and comes back with the time filled in."""
    gone = replace(CASES[0], before=EMPTY, now="11-20 10:00").facts("反馈登记\n编号 | 接收时间\n | 11-20 09:59")
    now = tables.moment("11-21 09:30")
    text = EMPTY.replace("09:00 |", "09:00 | 11-03 09:50")
    known = replace(gone.past.history, last=gone.now)
    since = known.after(*history.compare(tables.load(text), known, now), now)
    facts = tables.facts(text, past=replace(gone.past, history=since))
    assert look(evidence.CHECKS, facts) == []
