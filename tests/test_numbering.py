"""编号: given once, in order of 接收时间, never reused and never changed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.numbering import SHEET_COUNTS, Allocation, allocate, fingerprints
from automation.past import Issued
from tests import tables
from tests.tables import moment

NOW = moment("11-21 09:30")
HEADS = "编号 | 接收时间 | 客户姓名 | 内容概要"


def register(*rows: str) -> pd.DataFrame:
    """Rows of: 编号 | 接收时间 | 客户姓名 | 内容概要."""
    return tables.load("\n".join(("反馈登记", HEADS, *rows))).register.frame


def numbers(*rows: str, known: Sequence[Issued] = ()) -> list[str]:
    return list(allocate(register(*rows), known, NOW).numbers)


def written(given: Allocation) -> tuple[Issued, ...]:
    """What the journal keeps once the file was written."""
    return tuple(replace(issue, written=True) for issue in given.issued)


def after(given: Allocation, frame: pd.DataFrame) -> pd.DataFrame:
    """The register as the pass leaves it."""
    return frame.assign(编号=given.numbers, 编号时间=given.times)


A = " | 11-03 09:00 | 陈静 | 刹车异响"
B = " | 11-03 10:00 | 周杰 | 漏油"
C = " | 11-03 10:00 | 何勇 | 空调不冷"

# --- Given once -------------------------------------------------------------------------------------------------------


def test_numbers_follow_the_time_of_receipt_and_not_the_order_of_the_rows() -> None:
    assert numbers(B, A) == ["FK20261103-002", "FK20261103-001"]


def test_two_of_the_same_minute_are_numbered_as_they_stand() -> None:
    assert numbers(B, C) == ["FK20261103-001", "FK20261103-002"]


def test_every_day_begins_anew() -> None:
    assert numbers(A, " | 11-04 00:00 | 周杰 | 漏油") == ["FK20261103-001", "FK20261104-001"]


def test_the_counts_of_the_macros_are_left_to_them_and_the_day_goes_on_with_four_digits() -> None:
    assert numbers("FK20261103-501 | 11-03 08:00 | 周杰 | 漏油", A, B)[1:] == ["FK20261103-001", "FK20261103-002"]
    assert numbers("FK20261103-499 | 11-03 08:00 | 周杰 | 漏油", A, B)[1:] == ["FK20261103-500", "FK20261103-1000"]
    assert numbers("FK20261103-999 | 11-03 08:00 | 周杰 | 漏油", A)[1] == "FK20261103-001"
    assert numbers("FK20261103-1000 | 11-03 08:00 | 周杰 | 漏油", A)[1] == "FK20261103-1001"


def test_a_row_without_a_time_of_receipt_waits_and_holds_up_no_other() -> None:
    assert numbers(" | | 周杰 | 漏油", A) == ["", "FK20261103-001"]


def test_a_ticket_received_late_in_the_day_but_typed_first_keeps_its_number() -> None:
    first = allocate(register(B), (), NOW)
    assert numbers("FK20261103-001" + B, A, known=written(first)) == ["FK20261103-001", "FK20261103-002"]


def test_an_empty_register_needs_no_number() -> None:
    given = allocate(register(), (), NOW)
    assert given.numbers.empty
    assert given.issued == ()


def test_the_time_of_numbering_is_the_time_of_the_pass() -> None:
    given = allocate(register(A), (), NOW)
    assert given.times.tolist() == [pd.Timestamp(NOW)]
    (issue,) = given.issued
    assert (issue.number, issue.received, issue.row, issue.at) == ("FK20261103-001", moment("11-03 09:00"), 2, NOW)
    assert not issue.written


# --- Numbers that staff gave ------------------------------------------------------------------------------------------


def test_a_number_given_by_hand_stays_and_is_not_given_again() -> None:
    assert numbers(A, "FK20261103-007 | 11-03 08:00 | 周杰 | 漏油", B) == [
        "FK20261103-008",
        "FK20261103-007",
        "FK20261103-009",
    ]


def test_a_number_given_by_hand_is_remembered() -> None:
    (issue,) = allocate(register("FK20261103-007 | 11-03 08:00 | 周杰 | 漏油"), (), NOW).issued
    assert (issue.number, issue.written) == ("FK20261103-007", True)


def test_a_number_given_by_hand_is_timed_when_it_is_first_seen_unless_the_case_is_long_past_that() -> None:
    frame = tables.load(
        "反馈登记\n编号 | 接收时间 | 转管理部时间 | 编号时间\n"
        "FK20261103-001 | 11-03 08:00 | |\n"
        "FK20261103-002 | 11-03 08:00 | 11-03 18:00 |\n"
        "FK20261103-003 | 11-03 08:00 | | 11-03 08:05"
    ).register.frame
    times = allocate(frame, (), NOW).times
    assert times.tolist() == [pd.Timestamp(NOW), pd.NaT, pd.Timestamp(moment("11-03 08:05"))]


@pytest.mark.parametrize("odd", ["乱填", "FK20261103-1", "FK2026-11-03-001", "FK20261199-001", "007", "FK20261103-"])
def test_a_number_that_is_none_is_left_for_staff_to_mend(odd: str) -> None:
    assert numbers(f"{odd} | 11-03 08:00 | 周杰 | 漏油", A) == [odd.upper(), "FK20261103-001"]


@pytest.mark.parametrize("odd", ["乱填", "FK20261131-001"])
def test_a_number_that_is_none_and_was_cleared_as_told_is_replaced_and_not_brought_back(odd: str) -> None:
    first = allocate(register(odd + A), (), NOW)
    assert first.issued == ()
    remembered_all_the_same = Issued(
        odd, fingerprints(register(A)).iloc[0], moment("11-03 09:00"), 2, NOW, written=True
    )
    assert numbers(A, known=(remembered_all_the_same,)) == ["FK20261103-001"]


def test_two_rows_with_one_number_both_keep_it_and_a_third_gets_another() -> None:
    twice = "FK20261103-001 | 11-03 08:00 | 周杰 | 漏油"
    assert numbers(twice, twice, A) == ["FK20261103-001", "FK20261103-001", "FK20261103-002"]


# --- Never reused -----------------------------------------------------------------------------------------------------


def test_the_number_of_a_deleted_row_is_not_given_again() -> None:
    first = allocate(register(A, B), (), NOW)
    assert numbers("FK20261103-001" + A, C.replace("10:00", "11:00"), known=written(first))[1] == "FK20261103-003"


def test_the_number_of_a_deleted_row_is_not_given_to_another_of_the_same_minute() -> None:
    first = allocate(register(A, B), (), NOW)
    moved = " | 11-03 12:00 | 孙丽 | 发票"
    assert numbers("FK20261103-001" + A, moved, C, known=written(first)) == [
        "FK20261103-001",
        "FK20261103-004",
        "FK20261103-003",
    ]


def test_where_only_days_are_typed_a_new_case_in_a_deleted_row_s_place_gets_its_own_number() -> None:
    day = (" | 11-03 | 陈静 | 刹车异响", " | 11-03 | 周杰 | 漏油")
    first = allocate(register(*day), (), NOW)
    assert numbers("FK20261103-001" + day[0], " | 11-03 | 何勇 | 空调不冷", known=written(first))[1] == "FK20261103-003"


def test_a_number_known_only_to_the_journal_is_taken() -> None:
    gone = Issued("FK20261103-041", "0" * 16, moment("11-03 07:00"), 77, NOW, written=True)
    assert numbers(A, known=(gone,)) == ["FK20261103-042"]


# --- Back to its own row ----------------------------------------------------------------------------------------------


def test_after_a_failed_write_every_row_gets_the_number_that_was_reserved_for_it() -> None:
    first = allocate(register(A, B), (), NOW)
    again = allocate(register(B, A), first.issued, NOW + dt.timedelta(minutes=5))
    assert list(again.numbers) == ["FK20261103-002", "FK20261103-001"]
    assert set(again.times) == {pd.Timestamp(NOW)}  # the number was given then
    assert again.issued == ()


def test_after_a_failed_write_a_new_row_sorted_in_front_takes_no_reserved_number() -> None:
    first = allocate(register(A, B), (), NOW)
    early = " | 11-03 08:00 | 孙丽 | 发票"
    assert numbers(early, A, B, known=first.issued) == ["FK20261103-003", "FK20261103-001", "FK20261103-002"]


def test_after_a_failed_write_a_row_edited_where_it_stands_keeps_its_number() -> None:
    first = allocate(register(A, B), (), NOW)
    assert numbers(A.replace("陈静", "陈婧"), B, known=first.issued) == ["FK20261103-001", "FK20261103-002"]


def test_after_a_failed_write_a_row_edited_and_sorted_is_known_by_its_time() -> None:
    first = allocate(register(A, B), (), NOW)
    assert numbers(B, A.replace("陈静", "陈婧"), known=first.issued) == ["FK20261103-002", "FK20261103-001"]


def test_a_number_wiped_out_returns_to_its_row() -> None:
    first = allocate(register(A, B), (), NOW)
    assert numbers(B, A, known=written(first)) == ["FK20261103-002", "FK20261103-001"]


def test_a_copied_row_does_not_take_the_number_of_its_original() -> None:
    first = allocate(register(A), (), NOW)
    assert numbers("FK20261103-001" + A, A, known=written(first)) == ["FK20261103-001", "FK20261103-002"]


# --- What recognises a case -------------------------------------------------------------------------------------------


def test_a_case_is_recognised_wherever_it_stands_and_whoever_stands_beside_it() -> None:
    midnight = " | 11-03 | 陈静 | 刹车异响"
    alone = fingerprints(register(midnight)).iloc[0]
    assert fingerprints(register(B, midnight)).iloc[1] == alone
    assert fingerprints(register(" | | 周杰 | 漏油", midnight)).iloc[1] == alone
    assert fingerprints(register(B, midnight)).iloc[0] != alone


# --- Whatever the register looks like ---------------------------------------------------------------------------------

DAYS = [
    dt.datetime(2026, 11, 3),
    dt.datetime(2026, 11, 3, 9),
    dt.datetime(2026, 11, 3, 9, 30),
    dt.datetime(2026, 11, 4, 9),
]
row = st.fixed_dictionaries(
    {
        "编号": st.sampled_from(
            [
                "",
                "",
                "",
                "",
                "FK20261103-001",
                "FK20261103-002",
                "FK20261104-1001",
                "FK20261103-999",
                "乱填",
                "FK20261103-01",
            ]
        ),
        "接收时间": st.sampled_from([*DAYS, *DAYS, None]),
        "客户姓名": st.sampled_from(["陈静", "周杰"]),
        "内容概要": st.sampled_from(["漏油", "异响"]),
    }
)
rows_ = st.lists(row, max_size=9)
WELL_FORMED = re.compile(r"FK\d{8}-\d{3,}")


def frame_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return tables.typed({"反馈登记": rows}).register.frame


@settings(max_examples=150)
@given(rows_, rows_, st.booleans())
def test_no_number_is_ever_given_twice_or_changed(
    earlier: list[dict[str, Any]], later: list[dict[str, Any]], was_written: bool
) -> None:
    before = allocate(frame_of(earlier), (), NOW)
    known = written(before) if was_written else before.issued
    frame = frame_of(later)
    given_now = allocate(frame, known, NOW + dt.timedelta(hours=1))

    for row, number in frame["编号"].items():
        if number:
            assert given_now.numbers[row] == number, "an existing number was changed"
        elif pd.isna(frame.at[row, "接收时间"]):
            assert given_now.numbers[row] == ""
    fresh = given_now.numbers[(frame["编号"] == "") & frame["接收时间"].notna()]
    assert fresh.is_unique
    assert not set(fresh) & set(frame["编号"])
    assert all(WELL_FORMED.fullmatch(number) for number in fresh)

    reserved = {issue.number: issue for issue in known}
    marks = fingerprints(frame)
    for row, number in fresh.items():
        if number in reserved:  # then it is this very case, or one whose write failed
            issue = reserved[number]
            assert frame.at[row, "接收时间"] == pd.Timestamp(issue.received)
            assert marks[row] == issue.fingerprint or not was_written or issue.row == row
        else:
            assert number[2:10] == f"{frame.at[row, '接收时间']:%Y%m%d}"
            same_day = [
                int(n[11:]) for n in (*reserved, *frame["编号"]) if WELL_FORMED.fullmatch(n) and n[:11] == number[:11]
            ]
            assert int(number[11:]) not in SHEET_COUNTS
            assert int(number[11:]) > max((n for n in same_day if n not in SHEET_COUNTS), default=0)
    new = fresh[~fresh.isin(list(reserved))]
    by_time = frame.loc[new.index].sort_values("接收时间", kind="stable").index
    for _, day in new.loc[by_time].groupby(new.loc[by_time].str[:11], sort=False):
        counts = [int(number[11:]) for number in day]
        assert counts == sorted(counts), "not in order of receipt"


@settings(max_examples=60)
@given(rows_, st.randoms(use_true_random=False))
def test_a_second_pass_changes_nothing_even_over_sorted_rows(rows: list[dict[str, Any]], random: Any) -> None:
    frame = frame_of(rows)
    first = allocate(frame, (), NOW)
    done = after(first, frame)
    again = allocate(done, written(first), NOW + dt.timedelta(hours=1))
    pd.testing.assert_series_equal(again.numbers, first.numbers)
    pd.testing.assert_series_equal(again.times, first.times)
    assert again.issued == ()
    order = list(done.index)
    random.shuffle(order)
    shuffled = done.loc[order].set_axis(done.index)
    sorted_ = allocate(shuffled, written(first), NOW + dt.timedelta(hours=2))
    assert list(sorted_.numbers) == list(shuffled["编号"])
    assert sorted_.issued == ()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(DAYS), st.integers(0, 10_000)), unique=True, max_size=8), st.randoms())
def test_a_failed_write_and_a_sort_give_every_case_the_number_reserved_for_it(
    cases: list[tuple[dt.datetime, int]], random: Any
) -> None:
    rows = [{"编号": "", "接收时间": at, "内容概要": f"第{which}件"} for at, which in cases]
    reserved = allocate(frame_of(rows), (), NOW)
    of_case = dict(zip((row["内容概要"] + str(row["接收时间"]) for row in rows), reserved.numbers, strict=True))
    random.shuffle(rows)
    again = allocate(frame_of(rows), reserved.issued, NOW)
    for row, number in zip(rows, again.numbers, strict=True):
        assert number == of_case[row["内容概要"] + str(row["接收时间"])]
