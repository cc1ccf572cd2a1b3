"""编号: duplicated, malformed, changed, vanished, gaps."""

import datetime as dt
from dataclasses import replace

import pytest

from automation import history, numbering
from automation.checks import numbers
from automation.checks.facts import Facts
from tests import tables
from tests.checks.cases import ERROR, INFO, WARNING, Case

BEFORE = """
反馈登记
编号           | 接收时间    | 客户姓名 | 内容概要
FK20261103-001 | 11-03 09:00 | 陈静     | 刹车异响
FK20261103-002 | 11-03 10:00 | 周杰     | 漏油
"""

CASES = (
    Case(
        "a row copied with its number",
        "NUM-01",
        "反馈登记!A4",
        ERROR,
        "编号 FK20261103-001 与第 2 行重复",
        BEFORE + "FK20261103-001 | 11-03 11:00 | 何勇 | 保养",
        ("FK20261103-001 | 11-03 11:00", "FK20261103-003 | 11-03 11:00"),
    ),
    Case(
        "a number that is none",
        "NUM-02",
        "反馈登记!A2",
        ERROR,
        "编号“2026-11-3号”格式不对",
        "反馈登记\n编号 | 接收时间\n2026-11-3号 | 11-03 09:00",
        ("2026-11-3号", "FK20261103-001"),
        hints="FK20261121-007",
    ),
    Case(
        "a number of two digits",
        "NUM-02",
        "反馈登记!A2",
        ERROR,
        "格式不对",
        "反馈登记\n编号 | 接收时间\nFK20261103-01 | 11-03 09:00",
        ("-01 ", "-1001 "),
    ),
    Case(
        "a number of a day that does not exist",
        "NUM-02",
        "反馈登记!A2",
        ERROR,
        "编号“FK20261131-001”格式不对",
        "反馈登记\n编号 | 接收时间\nFK20261131-001 | 11-30 09:00",
        ("FK20261131", "FK20261130"),
    ),
    Case(
        "a number of another day than the receipt",
        "NUM-06",
        "反馈登记!A2",
        WARNING,
        "编号 FK20261103-001 的日期与“接收时间”2026-11-04 不一致",
        "反馈登记\n编号 | 接收时间\nFK20261103-001 | 11-04 00:00",
        ("11-04 00:00", "11-03 23:59"),
    ),
    Case(
        "a number changed by hand",
        "NUM-03",
        "反馈登记!A3",
        ERROR,
        "编号由 FK20261103-002 被改成了 FK20261103-020(首次发现于 2026-11-21 09:30)",
        BEFORE.replace("-002 ", "-020 "),
        ("-020 ", "-002 "),
        before=BEFORE,
    ),
    Case(
        "a number gone with its row",
        "NUM-05",
        "反馈登记",
        WARNING,
        "编号 FK20261103-001(2026-11-03 09:00 接收)已从登记表中消失,可能整行被删除(首次发现于 2026-11-21 09:30);"
        "最后所见:接收时间 2026-11-03 09:00",
        BEFORE.replace("FK20261103-001 | 11-03 09:00 | 陈静     | 刹车异响\n", ""),
        ("FK20261103-002", "FK20261103-001 | 11-03 09:00 | 陈静     | 刹车异响\nFK20261103-002"),
        before=BEFORE,
    ),
    Case(
        "a number that stands on another case",
        "NUM-07",
        "反馈登记!A3",
        WARNING,
        "编号 FK20261103-002 原来是 2026-11-03 10:00 接收的反馈,现在是 2026-11-03 16:20 接收的另一件,接收时间、客户姓名、内容概要都不同"
        "(首次发现于 2026-11-21 09:30)",
        BEFORE.replace("11-03 10:00 | 周杰     | 漏油", "11-03 16:20 | 何勇     | 保养超时"),
        ("何勇     | 保养超时", "周洁     | 漏油"),
        hints="另起一行",
        before=BEFORE,
    ),
    Case(
        "a number that nobody accounts for",
        "NUM-04",
        "反馈登记!A3",
        INFO,
        "之前缺少编号 FK20261103-002",
        "反馈登记\n编号 | 接收时间\nFK20261103-001 | 11-03 09:00\nFK20261103-003 | 11-03 10:00",
        ("-003", "-002"),
    ),
    Case(
        "a gap of one day, which another day's numbers do not fill",
        "NUM-04",
        "反馈登记!A2",
        INFO,
        "之前缺少编号 FK20261103-001",
        "反馈登记\n编号 | 接收时间\nFK20261103-002 | 11-03 09:00\nFK20261104-001 | 11-04 10:00",
        ("FK20261103-002", "FK20261103-001"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_wrong_number_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(numbers.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_right_number_is_left_alone(case: Case) -> None:
    case.must_be_spared(numbers.CHECKS)


def test_rows_sorted_since_have_neither_changed_nor_vanished() -> None:
    heads, one, two = BEFORE.strip().splitlines()[1:]
    case = CASES[5]
    facts = case.facts("\n".join(("反馈登记", heads, two, one)))
    assert [f.message for check in numbers.CHECKS for f in check(facts)] == []


def test_a_number_wiped_out_is_no_vanished_one_for_it_will_be_given_back() -> None:
    case = CASES[5]
    facts = case.facts(BEFORE.replace("FK20261103-002", ""))
    assert [f.message for check in numbers.CHECKS for f in check(facts)] == []


def test_a_gap_that_the_journal_accounts_for_is_no_gap() -> None:
    case = CASES[6]
    assert not list(numbers.gaps(case.facts(case.text)))


def the_pass_after(case: Case) -> Facts:
    """The same workbook as the next pass sees it, a day later."""
    facts = case.facts(case.text)
    now = facts.now + dt.timedelta(days=1)
    issued = numbering.allocate(facts.register, facts.past.issued, facts.now).issued
    assert history.compare(facts.ledger, facts.past.history, now) == ((), {})
    return replace(facts, now=now, past=replace(facts.past, issued=(*facts.past.issued, *issued)))


@pytest.mark.parametrize("case", [case for case in CASES if case.before], ids=str)
def test_what_was_changed_is_told_again_at_the_next_pass_with_the_time_it_was_first_seen(case: Case) -> None:
    found = [f.message for check in numbers.CHECKS for f in check(the_pass_after(case)) if f.rule == case.rule]
    assert len(found) == 1
    assert "首次发现于 2026-11-21 09:30" in found[0]


def test_a_number_changed_back_is_no_changed_one_any_more() -> None:
    case = next(case for case in CASES if case.rule == "NUM-03")
    changed = the_pass_after(case)
    back = tables.load(case.before)
    since = changed.past.history.after(*history.compare(back, changed.past.history, changed.now), changed.now)
    facts = replace(changed, ledger=back, past=replace(changed.past, history=since))
    assert [f.message for check in numbers.CHECKS for f in check(facts)] == []


def test_two_numbers_exchanged_by_sorting_one_column_alone_are_both_found() -> None:
    three = BEFORE + "FK20261103-003 | 11-03 11:00 | 何勇     | 保养"
    lines = three.strip().splitlines()
    mixed = [lines[0], lines[1]]
    mixed += [
        number.split("|")[0] + "|" + rest.split("|", 1)[1]
        for number, rest in zip(lines[2:], (lines[3], lines[2], lines[4]), strict=True)
    ]
    case = replace(CASES[0], text="\n".join(mixed), before=three)
    found = [(str(f.where), f.rule) for f in numbers.reused(case.facts(case.text))]
    assert found == [("反馈登记!A2", "NUM-07"), ("反馈登记!A3", "NUM-07")]
