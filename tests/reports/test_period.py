"""Which days a report is about."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.reports.period import MONTHLY, WEEKLY, BadPeriod, containing, last_complete, parse

KINDS = st.sampled_from([WEEKLY, MONTHLY])
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))


@pytest.mark.parametrize(
    ("kind", "now", "label", "first", "last"),
    [
        # Tuesday 17 November 2026: the seven days before it, Tuesday to Monday.
        (WEEKLY, "2026-11-17T00:00", "2026-W46", "2026-11-10", "2026-11-16"),
        (WEEKLY, "2026-11-17T08:00", "2026-W46", "2026-11-10", "2026-11-16"),
        # Monday evening the week is not over yet.
        (WEEKLY, "2026-11-16T23:59", "2026-W45", "2026-11-03", "2026-11-09"),
        # Sent late, on the Friday after: still the week that ended on Monday.
        (WEEKLY, "2026-11-20T08:00", "2026-W46", "2026-11-10", "2026-11-16"),
        # Over the turn of the year; 2026 has 53 ISO weeks.
        (WEEKLY, "2027-01-05T08:00", "2026-W53", "2026-12-29", "2027-01-04"),
        (MONTHLY, "2026-11-02T08:00", "2026-10", "2026-10-01", "2026-10-31"),
        (MONTHLY, "2027-01-02T08:00", "2026-12", "2026-12-01", "2026-12-31"),
        (MONTHLY, "2028-03-02T08:00", "2028-02", "2028-02-01", "2028-02-29"),
    ],
)
def test_the_last_complete_period(kind: str, now: str, label: str, first: str, last: str) -> None:
    period = last_complete(kind, dt.datetime.fromisoformat(now))
    assert (period.label, str(period.first), str(period.last)) == (label, first, last)


@given(KINDS, DAYS)
def test_periods_leave_no_gap_and_no_overlap(kind: str, day: dt.date) -> None:
    period = containing(kind, day)
    assert period.first <= day <= period.last
    assert period.before.last == period.first - dt.timedelta(days=1)
    assert period.before.before.last == period.before.first - dt.timedelta(days=1)
    assert period.before.label != period.label
    assert containing(kind, period.first) == containing(kind, period.last) == period
    assert (period.end - period.start).days == (period.last - period.first).days + 1


@given(DAYS)
def test_a_week_is_tuesday_to_monday_and_named_after_the_iso_week_of_its_first_day(day: dt.date) -> None:
    week = containing(WEEKLY, day)
    assert (week.first.isoweekday(), week.last.isoweekday()) == (2, 1)
    assert dt.date.fromisocalendar(int(week.label[:4]), int(week.label[6:]), 2) == week.first


@given(KINDS, DAYS)
def test_a_period_is_found_again_by_its_label_and_by_any_of_its_days(kind: str, day: dt.date) -> None:
    period = containing(kind, day)
    assert parse(kind, period.label) == period
    assert parse(kind, f"  {day.isoformat()} ") == period


@given(KINDS, DAYS)
def test_what_is_complete_is_over_and_what_follows_is_not(kind: str, day: dt.date) -> None:
    now = dt.datetime.combine(day, dt.time(8))
    period = last_complete(kind, now)
    assert period.end <= now
    assert containing(kind, period.end.date()).end > now


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (WEEKLY, ""),
        (WEEKLY, "2026-W54"),
        (WEEKLY, "2025-W53"),
        (WEEKLY, "2026-10"),
        (WEEKLY, "0000-W01"),
        (WEEKLY, "2026-02-30"),
        (MONTHLY, "2026-13"),
        (MONTHLY, "2026-W46"),
        (MONTHLY, "十月"),
    ],
)
def test_what_is_no_period_is_refused_with_an_example(kind: str, text: str) -> None:
    with pytest.raises(BadPeriod, match="如 2026-1"):
        parse(kind, text)


def test_a_period_in_words() -> None:
    assert parse(WEEKLY, "2026-W46").words == "2026-11-10~11-16"
    assert parse(WEEKLY, "2026W46").label == "2026-W46"
    assert parse(WEEKLY, "2026-W53").words == "2026-12-29~2027-01-04"
    october = parse(MONTHLY, "2026-10")
    assert (october.words, october.name, october.name_before) == ("2026年10月", "10月", "9月")
