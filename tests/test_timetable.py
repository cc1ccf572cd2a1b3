"""When summaries are due (STD-18): every Tuesday and on the 2nd, each once, caught up with once."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from automation.timetable import due

LONG_AGO = dt.datetime(2026, 1, 1)


def names(now: dt.datetime, done: frozenset[tuple[str, str]] = frozenset(), began: dt.datetime | None = LONG_AGO):
    return [one.key for one in due(now, done, began)]


def test_on_tuesday_morning_the_week_that_ended_on_monday_is_due():
    monday_night, tuesday = dt.datetime(2026, 11, 16, 23, 59), dt.datetime(2026, 11, 17, 8, 0)
    done = frozenset({("monthly", "2026-10"), ("weekly", "2026-W45")})
    assert names(monday_night, done) == []
    assert names(tuesday - dt.timedelta(minutes=1), done) == []
    assert names(tuesday, done) == [("weekly", "2026-W46")]


def test_on_the_2nd_the_month_before_is_due_also_in_january():
    done = frozenset({("weekly", "2025-W52"), ("weekly", "2026-W00")})
    found = [
        one.period for one in due(dt.datetime(2026, 1, 2, 9), done, dt.datetime(2025, 1, 1)) if one.name == "monthly"
    ]
    assert [period.label for period in found] == ["2025-12"]


def test_a_summary_sent_is_not_due_again():
    now = dt.datetime(2026, 11, 21, 9, 30)
    assert names(now) == [("weekly", "2026-W46"), ("monthly", "2026-10")]
    assert names(now, frozenset(names(now))) == []


def test_the_first_pass_sends_nothing_of_the_time_before_it():
    assert names(dt.datetime(2026, 11, 21, 9, 30), began=None) == []
    assert names(dt.datetime(2026, 11, 24, 9, 30), began=dt.datetime(2026, 11, 21, 9, 30)) == [("weekly", "2026-W47")]


@given(
    began=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 1)),
    gaps=st.lists(st.integers(1, 20 * 24), min_size=1, max_size=40),
)
def test_however_the_machine_slept_no_period_is_due_twice_and_the_newest_is_never_missed(began, gaps):
    done: set[tuple[str, str]] = set()
    now = began
    for hours in gaps:
        now += dt.timedelta(hours=hours)
        for one in due(now, frozenset(done), began):
            assert one.key not in done and one.period.last < one.at.date() <= now.date()
            done.add(one.key)
        assert due(now, frozenset(done), began) == ()
