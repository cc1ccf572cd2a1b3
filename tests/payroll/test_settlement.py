"""STD-19: a closed month stays as it was; what is changed, late or doubtful comes back in the next, once."""

from __future__ import annotations

import pytest

from automation.payroll.accounts import accounts
from automation.payroll.lines import yuan
from automation.payroll.matching import months
from automation.payroll.settlement import known
from automation.payroll.terms import Terms
from tests.payroll import book
from tests.payroll.book import Year, notes, reasons, rows, said, total
from tests.tables import moment, plain

OCTOBER = """
10-05 | 1003-001 | 张伟 | 处罚 | 200
10-09 | 1007-002 | 刘强 | 处罚 | 100
10-20 | 1018-001 | 王芳 | 奖励 | 300
"""


def october(*edits: tuple[str, str], more: str = "") -> str:
    text = OCTOBER
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text + more


def after(text: str, terms: Terms | None = None) -> tuple[Year, list[str], list[str]]:
    """October closed over the rows above, then November over ``text``: its lines, and what it holds back."""
    year = Year(terms)
    assert said(year.close("2026-10", OCTOBER).lines) == [
        "新报 张伟 处罚 200",
        "新报 刘强 处罚 100",
        "新报 王芳 奖励 300",
    ]
    found = year.close("2026-11", text)
    return year, said(found.lines), reasons(found.held)


def test_a_month_that_nobody_touches_again_costs_nothing_more() -> None:
    year, lines, held = after(OCTOBER)
    assert lines == held == []
    assert year.closed[1].settlement.net == 0


@pytest.mark.parametrize(
    ("sentence", "old", "new", "lines"),
    [
        ("an amount lowered", "| 200", "| 150 | 审批=11-04", ["差额 张伟 处罚 -50"]),
        ("an amount raised", "| 200", "| 250 | 审批=11-05", ["差额 张伟 处罚 50"]),
        (
            "another person",
            "张伟 | 处罚 | 200",
            "李娜 | 处罚 | 200 | 审批=11-05",
            ["冲回 张伟 处罚 -200", "改记 李娜 处罚 200"],
        ),
        (
            "a reward after all",
            "张伟 | 处罚 | 200",
            "张伟 | 奖励 | 200 | 审批=11-05",
            ["冲回 张伟 处罚 -200", "改记 张伟 奖励 200"],
        ),
        ("a fine waived", "| 200", "| 200 | 审批=11-05 备注=撤销，顾总已批", ["冲回 张伟 处罚 -200"]),
        (
            "a fine waived and emptied",
            "张伟 | 处罚 | 200",
            "张伟 | 处罚 | | 审批=11-05 备注=撤销",
            ["冲回 张伟 处罚 -200"],
        ),
        ("another ticket", "1003-001", "1003-009", ["更正 张伟 处罚 0"]),
        ("another clause", "| 200", "| 200 | 条款=第八条", ["更正 张伟 处罚 0"]),
        ("other words", "| 200", "| 200 | 事由=工位不洁 备注=口头提醒过 部门=机电车间", []),
        (
            "another day",
            "10-05 | 1003-001 | 张伟 | 处罚 | 200",
            "10-06 | 1003-001 | 张伟 | 处罚 | 200 | 审批=10-05",
            [],
        ),
        ("another approval", "| 200", "| 200 | 审批=11-05", ["更正 张伟 处罚 0"]),
        (
            "several at once",
            "张伟 | 处罚 | 200",
            "张伟 | 奖励 | 180 | 审批=11-05",
            ["冲回 张伟 处罚 -200", "改记 张伟 奖励 180"],
        ),
        (
            "another person and another amount",
            "张伟 | 处罚 | 200",
            "李娜 | 处罚 | 180 | 审批=11-05 报送=2026-10",
            ["冲回 张伟 处罚 -200", "改记 李娜 处罚 180"],
        ),
    ],
)
def test_what_is_changed_after_the_month_was_closed_is_adjusted_in_the_next(
    sentence: str, old: str, new: str, lines: list[str]
) -> None:
    changed = october((old, new))
    year, found, held = after(changed)
    assert (found, held) == (lines, [])
    assert year.paid() == total(Year().close("2026-12", changed).lines)
    # And once: a month later nothing more is to be done; changed back and approved, it is given back.
    assert said(year.close("2026-12", changed).lines) == []
    year.close("2027-01", october(("| 200", "| 200 | 审批=2027-02-01 报送=2026-10")))
    assert year.paid() == total(Year().close("2026-10", OCTOBER).lines)


def test_an_adjustment_says_what_it_was_when_and_whether_it_was_approved_anew() -> None:
    year = Year()
    year.close("2026-10", OCTOBER)
    (line,) = year.draft("2026-11", october(("| 200", "| 150 | 审批=11-05"))).lines
    assert plain(line.note) == "金额原 200.00 改 150.00;2026-10 报送"
    (line,) = year.draft("2026-11", october(("1003-001", "1003-009"))).lines
    assert plain(line.note) == "编号原 FK20261003-001 改 FK20261003-009;2026-10 报送;改动后未重新审批"
    approved = year.draft(
        "2026-11", october(("1003-001 | 张伟 | 处罚 | 200", "1003-009 | 张伟 | 处罚 | 200 | 审批=11-05"))
    )
    assert "未重新审批" not in notes(approved.lines)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 200", "| 250"),
        ("| 200", "| 150"),
        ("| 200", "| 200 | 备注=撤销"),
        ("张伟 | 处罚 | 200", "李娜 | 处罚 | 200"),
        ("张伟 | 处罚 | 200", "张伟 | 奖励 | 200"),
        ("王芳 | 奖励 | 300", "王芳 | 奖励 | 900"),
        ("王芳 | 奖励 | 300", "王芳 | 奖励 | 1"),
    ],
)
@pytest.mark.parametrize("stale", ["", "审批=10-01", "审批=10-31", "审批=11-03"])
def test_no_money_moves_without_an_approval_newer_than_the_closing(old: str, new: str, stale: str) -> None:
    """PAY-12: up or down, to whomever; an earlier approval, or one of before the closing, is of what was reported."""
    keep = new if "| 备注" in new or not stale else f"{new} |"
    stale, new = f"{keep} {stale}", new if "| 备注" in new else f"{new} |"
    year = Year()
    year.close("2026-10", OCTOBER)
    assert [one.partition(" ")[2] for one in reasons(year.draft("2026-11", october((old, stale))).held)] == ["PAY-12"]
    assert year.draft("2026-11", october((old, stale))).lines == ()
    year, lines, held = after(october((old, stale)))
    assert lines == [] and [one.partition(" ")[2] for one in held] == ["PAY-12"]
    assert year.paid() == total(Year().close("2026-10", OCTOBER).lines), "what was reported stays"
    (waiting,) = year.closed[1].settlement.held
    assert "没有重新审批" in waiting.why and waiting.column == "审批日期"
    assert len(year.close("2026-12", october((old, f"{new} 审批=12-01"))).lines) in (1, 2)
    assert year.paid() == total(Year().close("2026-10", october((old, f"{new} 审批=10-20"))).lines)


def test_no_other_row_stands_in_for_one_that_was_deleted() -> None:
    """Clause and reason are the same words everywhere; rows from before kesu's time, paid by hand, lie about."""
    old = "08-12 | 0810-001 | 张伟 | 处罚 | 150\n07-02 | 0628-001 | 张伟 | 处罚 | 50 | 备注=已发放\n"
    old += "09-12 | 1003-001 | 张伟 | 处罚 | 50 | 备注=已发放\n"
    year = Year()
    year.close("2026-10", old + OCTOBER)
    gone = (old + OCTOBER).replace("10-05 | 1003-001 | 张伟 | 处罚 | 200\n", "")
    found = year.close("2026-11", gone)
    assert said(found.lines) == [] and "张伟 PAY-11" in reasons(found.held)
    year = Year()
    year.close("2026-10", OCTOBER)
    other = october(("10-05 | 1003-001 | 张伟 | 处罚 | 200\n", ""), ("1007-002 | 刘强", "1003-001 | 刘强"))
    assert "张伟 PAY-11" in reasons(year.close("2026-11", other).held), "nor does another person's row"


def test_a_row_entered_late_is_reported_late_and_one_approved_late_waits_for_that() -> None:
    more = "10-28 | 1025-001 | 张伟 | 处罚 | 50 | 审批=无\n"
    _, lines, held = after(
        october(more=more + "10-30 | 1025-002 | 刘强 | 奖励 | 80\n11-02 | 1101-001 | 刘强 | 奖励 | 30\n")
    )
    assert lines == ["补报 刘强 奖励 80", "新报 刘强 奖励 30"]
    assert held == ["张伟 PAY-02"]
    year = Year()
    year.close("2026-10", october(more=more))
    year.close("2026-11", october(more=more))
    december = year.close("2026-12", october(more=more.replace("无", "12-01")))
    assert said(december.lines) == ["补报 张伟 处罚 50"]


def test_rows_of_months_to_come_wait_without_a_word() -> None:
    found = Year().close(
        "2026-10", "10-31 | 1003-001 | 张伟 | 处罚 | 200\n11-01 | 1003-002 | 张伟 | 处罚 | 70 | 审批=无"
    )
    assert said(found.lines) == ["新报 张伟 处罚 200"] and not found.held


def test_what_was_reported_and_is_no_longer_valid_stays_paid_and_is_told_every_month() -> None:
    year, lines, held = after(october(("| 200", "| 90 | 审批=无")))
    assert lines == [] and held == ["张伟 PAY-02"]
    (told,) = year.closed[1].settlement.held
    assert "2026-10 已报送" in told.why and "维持不变" in told.why and "撤销" in told.todo
    assert reasons(year.close("2026-12", october(("| 200", "| 90 | 审批=无"))).held) == held
    assert said(year.close("2027-01", october(("| 200", "| 90 | 审批=12-30"))).lines) == ["差额 张伟 处罚 -110"]


@pytest.mark.parametrize("order", [(2, 0, 1), (0, 2, 1), (1, 0, 2)], ids=str)
def test_sorting_the_sheet_or_swapping_two_lines_changes_nothing(order: tuple[int, ...]) -> None:
    lines = OCTOBER.strip().splitlines()
    mixed = "\n".join(lines[place] for place in order)
    assert after(mixed)[1:] == ([], [])
    assert Year().close("2026-10", mixed).lines == Year().close("2026-10", OCTOBER).lines


def test_a_row_inserted_above_and_moved_and_another_edited_are_told_apart() -> None:
    _, lines, held = after(
        "11-04 | 1102-001 | 张伟 | 处罚 | 60\n"
        + "10-20 | 1018-001 | 王芳 | 奖励 | 350 | 审批=11-06\n10-09 | 1007-002 | 刘强 | 处罚 | 100\n10-05 | 1003-001 | 张伟 | 处罚 | 200\n"
    )
    assert (lines, held) == (["新报 张伟 处罚 60", "差额 王芳 奖励 50"], [])


def test_the_same_line_a_second_time_is_held_whether_in_the_month_or_after_it() -> None:
    twice = OCTOBER + "10-06 | 1003-001 | 张伟 | 处罚 | 200 | 事由=又写一遍\n"
    found = Year().close("2026-10", twice)
    assert len(found.lines) == 3 and reasons(found.held) == ["张伟 PAY-07"]
    year, lines, held = after(OCTOBER + "11-06 | 1003-001 | 张伟 | 处罚 | 200 | 条款=第九条\n")
    assert (lines, held) == ([], ["张伟 PAY-07"])
    assert "2026-10 已报送" in year.closed[1].settlement.held[0].why
    freed = OCTOBER + "11-06 | 1003-001 | 张伟 | 处罚 | 200 | 备注=非重复\n"
    assert said(year.close("2026-12", freed).lines) == ["补报 张伟 处罚 200"]
    another = OCTOBER + "11-06 | 1003-001 | 张伟 | 处罚 | 200 | 条款=第九条 事由=另一件事\n"
    assert after(another)[1] == ["新报 张伟 处罚 200"]


def test_a_copied_row_with_its_month_is_a_new_row() -> None:
    marked = OCTOBER.replace("| 200", "| 200 | 报送=2026-10")
    copy = "11-08 | 1107-003 | 李娜 | 处罚 | 200 | 报送=2026-10\n"
    year, lines, held = after(marked + copy)
    assert (lines, held) == (["新报 李娜 处罚 200"], [])
    wanted = months(rows(marked + copy), known(year.closed))
    assert list(wanted.values()) == ["2026-10", "2026-10", "2026-10", "2026-11"]
    unreported = months(rows(marked + copy), known(year.closed[:1]))
    assert list(unreported.values())[-1] == ""
    # Copied as it is and only then edited: the one that is still the same is the one that was reported.
    exact = months(rows(marked + "10-05 | 1003-001 | 张伟 | 处罚 | 200 | 报送=2026-10\n"), known(year.closed[:1]))
    assert sorted(exact.values()) == ["", "2026-10", "2026-10", "2026-10"]


def test_the_month_of_an_adjustment_is_written_beside_the_first() -> None:
    year, *_ = after(october(("| 200", "| 150 | 审批=11-05")))
    assert months(rows(october(("| 200", "| 150 | 审批=11-05"))), known(year.closed))[2] == "2026-10、2026-11"


def test_a_row_that_is_gone_stays_as_it_was_reported_and_is_told_until_it_is_back() -> None:
    """PAY-11: nobody has approved that it goes."""
    year, lines, held = after(october(("10-05 | 1003-001 | 张伟 | 处罚 | 200\n", "")))
    assert (lines, held) == ([], ["张伟 PAY-11"])
    told = year.closed[1].settlement.held[0]
    assert "维持不变" in told.why and "撤销" in told.todo and told.row == 0
    assert (year.close("2026-12", OCTOBER).lines, year.closed[2].settlement.held) == ((), ())
    # What may have become of it waits: 200 for one person, and 180 for another, would be two fines out of one.
    other = october(("张伟 | 处罚 | 200", "李娜 | 处罚 | 180"))
    found = year.close("2027-01", other)
    assert said(found.lines) == [] and sorted(reasons(found.held)) == ["张伟 PAY-11", "李娜 PAY-07"]
    assert said(year.close("2027-02", other.replace("180", "180 | 备注=非重复")).lines) == ["补报 李娜 处罚 180"]


def test_a_waived_fine_comes_back_only_by_a_new_approval_and_once() -> None:
    waived = october(("| 200", "| 200 | 审批=11-05 备注=撤销"))
    year, lines, _ = after(waived)
    assert lines == ["冲回 张伟 处罚 -200"]
    assert year.closed[1].settlement.lines[0].entry.approved == moment("11-05").date(), "by whose approval it went"
    assert reasons(year.close("2026-12", waived).held) == []
    for stale in (OCTOBER, october(("| 200", "| 200 | 审批=11-05")), october(("| 200", "| 200 | 审批=12-03"))):
        found = year.draft("2027-01", stale)
        assert (said(found.lines), reasons(found.held)) == ([], ["张伟 PAY-12"])
    more = year.draft("2027-01", october(("| 200", "| 300 | 审批=2027-01-05")))
    assert (said(more.lines), reasons(more.held)) == ([], ["张伟 PAY-07"]), "nor as if it were another one"
    again = october(("| 200", "| 200 | 审批=2027-01-05"))
    assert said(year.close("2027-01", again).lines) == ["恢复 张伟 处罚 200"]
    assert said(year.close("2027-02", again).lines) == []


def test_a_row_withdrawn_before_it_was_reported_is_listed_once_and_other_words_withdraw_nothing() -> None:
    year = Year()
    gone = october(("| 200", "| 200 | 备注=撤销"))
    found = year.close("2026-10", gone)
    assert said(found.lines) == ["新报 刘强 处罚 100", "新报 王芳 奖励 300"] and reasons(found.held) == ["张伟 PAY-13"]
    again = year.close("2026-11", gone)
    assert [(one.told, one.once) for one in again.held] == [("2026-10", True)]
    assert len(Year().close("2026-10", october(("| 200", "| 200 | 备注=客户撤销投诉"))).lines) == 3


def test_an_approval_serves_once() -> None:
    """A day of approval that was changed first is remembered, with 0.00, and does not serve the amount that follows."""
    year, lines, _ = after(october(("| 200", "| 200 | 审批=11-10")))
    assert lines == ["更正 张伟 处罚 0"] and "审批日期原 2026-10-05 改 2026-11-10" in notes(
        year.closed[1].settlement.lines
    )
    found = year.close("2026-12", october(("| 200", "| 900 | 审批=11-10")))
    assert (said(found.lines), reasons(found.held)) == ([], ["张伟 PAY-12"])
    assert said(year.close("2027-01", october(("| 200", "| 900 | 审批=2027-01-04"))).lines) == ["差额 张伟 处罚 700"]


COPY = "12-05 | 1003-001 | 张伟 | 处罚 | 200\n"
EXACT = "10-05 | 1003-001 | 张伟 | 处罚 | 200\n"


@pytest.mark.parametrize(
    ("sentence", "new", "lines"),
    [
        ("lowered", "张伟 | 处罚 | 60", ["差额 张伟 处罚 -140"]),
        ("raised", "张伟 | 处罚 | 260", ["差额 张伟 处罚 60"]),
        ("renamed", "李娜 | 处罚 | 200", ["冲回 张伟 处罚 -200", "改记 李娜 处罚 200"]),
        ("renamed and lowered", "李娜 | 处罚 | 60", ["冲回 张伟 处罚 -200", "改记 李娜 处罚 60"]),
        ("under another clause", "张伟 | 处罚 | 60 | 条款=第八条", ["差额 张伟 处罚 -140"]),
        ("waived", "张伟 | 处罚 | 200 | 备注=撤销", ["冲回 张伟 处罚 -200"]),
    ],
)
@pytest.mark.parametrize("copy", [COPY, EXACT], ids=["another day", "exact"])
def test_a_copy_waits_whatever_becomes_of_the_original(sentence: str, new: str, lines: list[str], copy: str) -> None:
    """PAY-07: a fine is not paid twice because the original was edited."""
    year, edited = copied(f"{new}{' |' * (new.count('|') < 3)} 审批=2027-01-10 报送=2026-10", copy)
    found = year.close("2027-01", edited)
    assert (said(found.lines), reasons(found.held)) == (lines, ["张伟 PAY-07"])
    assert year.close("2027-02", edited.replace(copy, "")).held == ()


@pytest.mark.parametrize("copy", [COPY, EXACT], ids=["another day", "exact"])
@pytest.mark.parametrize(("new", "most"), [("| 60 |", 200_00), ("| 260 |", 260_00), ("| 200 | 备注=撤销", 0)])
def test_a_copy_waits_where_no_mark_tells_it_from_the_original(new: str, most: int, copy: str) -> None:
    year, edited = copied(f"张伟 | 处罚 {new} 审批=2027-01-10", copy)
    assert reasons(year.close("2027-01", edited).held) == ["张伟 PAY-07"]
    assert year.paid()["张伟", "处罚"] <= most


def copied(new: str, copy: str) -> tuple[Year, str]:
    """A fine reported, its copy held, and then the fine edited to ``new``: the months so far, and what stands there."""
    year = Year()
    year.close("2026-10", OCTOBER)
    year.close("2026-11", OCTOBER)
    assert reasons(year.close("2026-12", OCTOBER + copy).held) == ["张伟 PAY-07"]
    return year, october(("张伟 | 处罚 | 200", new), more=copy)


def test_one_of_two_reported_lines_does_not_become_the_other() -> None:
    two = OCTOBER.replace("| 200", "| 200 | 报送=2026-10") + "10-05 | 1003-001 | 李娜 | 处罚 | 150\n"
    year = Year()
    year.close("2026-10", two)
    both = two.replace("李娜 | 处罚 | 150", "张伟 | 处罚 | 150 | 审批=11-05 报送=2026-10")
    found = year.close("2026-11", both)
    assert (said(found.lines), reasons(found.held)) == ([], ["张伟 PAY-07"]) and found.held[0].account
    freed = both.replace("报送", "备注=非重复 报送")
    assert said(year.close("2026-12", freed).lines) == ["冲回 李娜 处罚 -150", "改记 张伟 处罚 150"]


def test_a_mistyped_year_is_told_and_does_not_vanish() -> None:
    """PAY-06: a day to come belongs to no month that anybody asks for."""
    text = october(("10-09 | 1007-002 | 刘强 | 处罚 | 100", "2027-10-09 | 1007-002 | 刘强 | 处罚 | 100 | 审批=10-09"))
    year = Year()
    for month in ("2026-10", "2026-11", "2027-10"):
        assert reasons(year.close(month, text).held) == ["刘强 PAY-06"]
    assert said(year.close("2027-11", OCTOBER.replace("10-05 | 1003", "10-05 | 1003")).lines) == ["补报 刘强 处罚 100"]
    early = Year().close("2026-10", october(("刘强 | 处罚 | 100", "刘强 | 处罚 | 100 | 审批=2025-10-09")))
    assert reasons(early.held) == ["刘强 PAY-06"]


def test_nobody_approves_or_determines_his_own_and_no_stranger_approves() -> None:
    """PAY-02."""
    for wrong in ("批准=王芳", "认定=王芳", "批准=张三丰"):
        text = october(("| 300", f"| 300 | {wrong}"))
        found = Year().close("2026-10", text)
        assert (len(found.lines), reasons(found.held)) == (2, ["王芳 PAY-02"])
        _, lines, held = after(text)
        assert (lines, held) == ([], ["王芳 PAY-02"])
    assert len(Year().close("2026-10", october(("| 300", "| 300 | 批准=沈嘉树"))).lines) == 3


def test_who_approved_and_has_left_since_is_asked_for_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    year = Year()
    year.close("2026-10", OCTOBER)
    monkeypatch.setattr(book, "STAFF", {"沈嘉树"})
    assert year.draft("2026-11", OCTOBER).held == ()
    found = year.draft("2026-11", october(("| 200", "| 150 | 审批=11-05")))
    assert (found.lines, reasons(found.held)) == ((), ["张伟 PAY-02"]), "but for what is approved now"


def test_two_months_missed_are_settled_in_order_each_seeing_the_one_before() -> None:
    text = OCTOBER + "11-08 | 1107-003 | 李娜 | 处罚 | 60\n"
    year = Year()
    assert len(year.close("2026-10", text).lines) == 3
    assert said(year.close("2026-11", text).lines) == ["新报 李娜 处罚 60"]
    skipped = Year()
    assert said(skipped.close("2026-11", text).lines) == [
        "补报 张伟 处罚 200",
        "补报 刘强 处罚 100",
        "补报 王芳 奖励 300",
        "新报 李娜 处罚 60",
    ]


def test_a_month_closed_out_of_order_pays_nothing_twice() -> None:
    text = OCTOBER + "11-08 | 1107-003 | 李娜 | 处罚 | 60\n"
    year = Year()
    year.close("2026-11", text)
    assert said(year.close("2026-10", text).lines) == []


# --- What one month may take ------------------------------------------------------------------------------------------

LIMIT = Terms(penalty_limit=250_00)


def test_penalties_go_in_order_of_date_until_the_limit_and_the_rest_comes_next_month() -> None:
    text = """
10-07 | 1003-003 | 张伟 | 处罚 | 60
10-05 | 1003-001 | 张伟 | 处罚 | 200
10-08 | 1003-004 | 张伟 | 处罚 | 40
10-08 | 1003-005 | 张伟 | 奖励 | 900
10-09 | 1007-002 | 刘强 | 处罚 | 250
"""
    year = Year(LIMIT)
    october_ = year.close("2026-10", text)
    assert said(october_.lines) == ["新报 张伟 处罚 200", "新报 张伟 奖励 900", "新报 刘强 处罚 250"]
    assert reasons(october_.held) == ["张伟 PAY-08", "张伟 PAY-08"] and "下个月自动报送" in october_.held[0].todo
    assert said(year.close("2026-11", text).lines) == ["补报 张伟 处罚 60", "补报 张伟 处罚 40"]


def test_a_penalty_above_the_limit_by_itself_never_goes_and_stops_no_other() -> None:
    text = "10-05 | 1003-001 | 张伟 | 处罚 | 300\n10-06 | 1003-002 | 张伟 | 处罚 | 100"
    found = Year(LIMIT).close("2026-10", text)
    assert said(found.lines) == ["新报 张伟 处罚 100"] and "拆成几行" in found.held[0].todo


def test_an_adjustment_counts_too_and_what_is_given_back_makes_room() -> None:
    text = OCTOBER + "11-02 | 1101-001 | 张伟 | 处罚 | 240\n"
    year, lines, held = after(text.replace("| 200", "| 230 | 审批=11-05"), LIMIT)
    assert (lines, held) == (["差额 张伟 处罚 30"], ["张伟 PAY-08"])
    _, lines, held = after(text.replace("| 200", "| 190 | 审批=11-05"), LIMIT)
    assert (lines, held) == (["新报 张伟 处罚 240", "差额 张伟 处罚 -10"], [])
    # A correction that does not fit waits as well: what was reported stays.
    year, lines, held = after(OCTOBER.replace("| 200", "| 600 | 审批=11-05"), LIMIT)
    assert (lines, held) == ([], ["张伟 PAY-08"])
    assert year.paid()["张伟", "处罚"] == 200_00


# --- Before kesu, and after the year --------------------------------------------------------------------------------------


def test_lines_from_before_kesu_are_held_until_somebody_says_what_became_of_them() -> None:
    old = "09-12 | 0910-001 | 张伟 | 处罚 | 80\n"
    year = Year()
    found = year.close("2026-10", old + OCTOBER)
    assert len(found.lines) == 3 and reasons(found.held) == ["张伟 PAY-10"] and found.held[0].early
    assert said(year.close("2026-11", old.replace("| 80", "| 80 | 备注=补报") + OCTOBER).lines) == ["补报 张伟 处罚 80"]
    assert Year().close("2026-10", old.replace("| 80", "| 80 | 备注=已发放") + OCTOBER).held == ()


def test_lines_from_before_kesu_are_listed_once_and_again_only_when_they_were_changed() -> None:
    old = "09-12 | 0910-001 | 张伟 | 处罚 | 80\n09-13 | 0910-002 | 刘强 | 处罚 | 40\n"
    year = Year()
    assert [one.told for one in year.close("2026-10", old + OCTOBER).held] == ["", ""]
    assert [one.told for one in year.close("2026-11", OCTOBER + old).held] == ["2026-10", "2026-10"]
    changed = year.close("2026-12", old.replace("| 40", "| 45") + OCTOBER).held
    assert [(one.entry.person, one.told) for one in changed] == [("张伟", "2026-10"), ("刘强", "")]


def test_a_year_that_is_archived_takes_nothing_back() -> None:
    many = "\n".join(f"10-{day:02} | 10{day:02}-001 | 张伟 | 处罚 | {day}" for day in range(1, 20))
    year = Year()
    year.close("2026-10", many)
    gone = year.draft("2026-11", "11-02 | 1101-001 | 刘强 | 奖励 | 30")
    assert said(gone.lines) == ["新报 刘强 奖励 30"]
    assert len(gone.held) == 19 and {one.rules for one in gone.held} == {("PAY-11",)}
    year.terms = Terms(archived_until="2026-10")
    assert year.draft("2026-11", "11-02 | 1101-001 | 刘强 | 奖励 | 30").held == ()


def test_amounts_are_told_with_two_decimals_and_no_minus_zero() -> None:
    assert [yuan(fen) for fen in (0, 5, -5, 120_000, -123_456_789)] == [
        "0.00",
        "0.05",
        "-0.05",
        "1,200.00",
        "-1,234,567.89",
    ]
    assert accounts(()) == {}
