"""Opening hours, holidays and make-up days of 2026, and the arithmetic against one that walks minute by minute."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.sla.calendar import DEFAULT_HOURS, Calendar, Hours, NoOpenTime, merge, spanning
from tests.tables import moment

YEAR = Calendar(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
MINUTE = dt.timedelta(minutes=1)

# 国务院办公厅关于2026年部分节假日安排的通知 (4 November 2025), typed from the notice and not from the library.
HOLIDAYS = (
    ("元旦", "2026-01-01", "2026-01-03"),
    ("春节", "2026-02-15", "2026-02-23"),
    ("清明节", "2026-04-04", "2026-04-06"),
    ("劳动节", "2026-05-01", "2026-05-05"),
    ("端午节", "2026-06-19", "2026-06-21"),
    ("中秋节", "2026-09-25", "2026-09-27"),
    ("国庆节", "2026-10-01", "2026-10-07"),
)
MAKE_UP_DAYS = ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")


def _days(first: str, last: str) -> list[dt.date]:
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [begin + dt.timedelta(days=offset) for offset in range((end - begin).days + 1)]


OFF = frozenset(day for _, first, last in HOLIDAYS for day in _days(first, last))
MADE_UP = frozenset(dt.date.fromisoformat(day) for day in MAKE_UP_DAYS)


def at(*moments: dt.datetime | str) -> np.ndarray:
    return np.array([moment(m) if isinstance(m, str) else m for m in moments], dtype="M8[s]")


def due(calendar: Calendar, start: str, hours: float) -> dt.datetime:
    return calendar.add_open(at(start), round(hours * 3600))[0].item()


# --- What a dealership knows of its year ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, _, _ in HOLIDAYS])
def test_nobody_works_on_a_public_holiday(name: str) -> None:
    first, last = next((first, last) for holiday, first, last in HOLIDAYS if holiday == name)
    for day in _days(first, last):
        assert not YEAR.is_workday(day)
        assert YEAR.hours_of(day) == ()


@pytest.mark.parametrize("day", MAKE_UP_DAYS)
def test_a_make_up_day_is_a_working_day_though_it_falls_on_a_weekend(day: str) -> None:
    made_up = dt.date.fromisoformat(day)
    assert made_up.weekday() >= 5
    assert YEAR.is_workday(made_up)
    closed_weekends = Calendar(YEAR.first, YEAR.last, (DEFAULT_HOURS,) * 5 + ((), ()))
    assert closed_weekends.hours_of(made_up) == DEFAULT_HOURS


def test_the_working_days_of_2026_are_those_of_the_notice() -> None:
    for day in _days("2026-01-01", "2026-12-31"):
        assert YEAR.is_workday(day) is (day in MADE_UP or (day.weekday() < 5 and day not in OFF)), day


def test_the_sheet_of_holidays_stands_above_the_official_calendar() -> None:
    own = Calendar(
        YEAR.first,
        YEAR.last,
        days={dt.date(2026, 10, 1): True, dt.date(2026, 11, 3): False, dt.date(2026, 11, 7): True},
    )
    assert own.is_workday(dt.date(2026, 10, 1))
    assert own.hours_of(dt.date(2026, 10, 1)) == DEFAULT_HOURS
    assert not own.is_workday(dt.date(2026, 11, 3))
    assert own.hours_of(dt.date(2026, 11, 3)) == ()
    assert own.is_workday(dt.date(2026, 11, 7))


def test_a_year_not_yet_published_follows_the_plain_week_and_says_until_when_it_knows() -> None:
    far = Calendar(dt.date(2040, 1, 1), dt.date(2040, 12, 31))
    assert far.is_workday(dt.date(2040, 10, 1))  # a Monday; nobody can know yet that it will be free
    assert not far.is_workday(dt.date(2040, 10, 6))
    assert dt.date(2026, 12, 31) <= far.published_until < far.first


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("11-03 09:00", 2, "11-03 11:00"),
        ("11-03 09:00", 3, "11-03 12:00"),  # ends at noon: due at noon, not after lunch
        ("11-03 11:00", 2, "11-03 14:30"),  # over lunch
        ("11-03 12:30", 1, "11-03 14:30"),  # begins in the lunch hour
        ("11-03 17:30", 1, "11-04 09:00"),
        ("11-03 18:00", 1, "11-04 09:30"),
        ("11-03 23:00", 8, "11-04 18:00"),
        ("11-03 08:30", 8, "11-03 18:00"),
        ("09-30 17:00", 2, "10-08 09:30"),  # over the seven days of 国庆
        ("11-03 09:00:30", 1, "11-03 10:00:30"),
    ],
)
def test_opening_hours_are_counted_over_lunch_night_and_holidays(start: str, hours: float, end: str) -> None:
    assert due(YEAR, start, hours) == moment(end)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("11-03 09:00", 1, "11-04 23:59"),
        ("11-03 23:59", 3, "11-06 23:59"),
        ("11-06 09:00", 1, "11-09 23:59"),  # Friday to Monday
        ("11-07 09:00", 1, "11-09 23:59"),  # from a Saturday
        ("09-30 09:00", 3, "10-10 23:59"),  # 8, 9 and the make-up Saturday
        ("02-13 09:00", 2, "02-24 23:59"),  # the make-up Saturday before 春节, then after it
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, count: int, end: str) -> None:
    assert YEAR.add_workdays(at(start), count)[0].item() == moment(end)


def test_a_missing_start_has_no_deadline_and_disturbs_no_other() -> None:
    starts = np.array(["NaT", "2026-11-03T09:00"], dtype="M8[s]")
    for ends in (YEAR.add_open(starts, 3600), YEAR.add_workdays(starts, 1)):
        assert np.isnat(ends[0])
        assert not np.isnat(ends[1])


# --- No time at all ---------------------------------------------------------------------------------------------------


def test_a_dealership_that_never_opens_has_no_deadline_to_give() -> None:
    with pytest.raises(NoOpenTime, match="没有任何营业时段"):
        due(Calendar(YEAR.first, YEAR.last, ((),) * 7), "11-03 09:00", 1)


def test_a_limit_that_no_calendar_has_room_for_is_refused() -> None:
    with pytest.raises(NoOpenTime, match="不够用"):
        due(YEAR, "12-31 09:00", 40)
    with pytest.raises(NoOpenTime, match="不够用"):
        YEAR.add_workdays(at("12-31 09:00"), 3)


def test_a_start_outside_the_calendar_is_refused_and_not_bent_into_it() -> None:
    with pytest.raises(NoOpenTime, match="超出"):
        due(YEAR, "2027-01-01 09:00", 1)


def test_a_calendar_spans_the_years_of_its_tickets_and_five_more() -> None:
    span = spanning([at("2024-02-29", "11-03 09:00"), np.array(["NaT"], dtype="M8[s]"), at()])
    assert (span.first, span.last) == (dt.date(2024, 1, 1), dt.date(2031, 12, 31))
    assert spanning([]).first.year == 2026


@pytest.mark.parametrize(
    ("segments", "joined"),
    [
        ([(50, 60), (10, 20)], ((10, 20), (50, 60))),
        ([(10, 20), (20, 30)], ((10, 30),)),
        ([(10, 40), (20, 30)], ((10, 40),)),
        ([(30, 30), (20, 10)], ()),
    ],
)
def test_segments_of_a_day_are_put_in_order_and_joined(segments: list[tuple[int, int]], joined: Hours) -> None:
    assert merge(segments) == joined


# --- Against a clock that walks minute by minute ----------------------------------------------------------------------


def is_open(week: tuple[Hours, ...], days: dict[dt.date, bool], minute: dt.datetime) -> bool:
    """Whether the dealership is open during the minute that begins here."""
    day = minute.date()
    hours = week[day.weekday()]
    opened = days.get(day, True if day in MADE_UP else False if day in OFF else None)
    if opened is False:
        return False
    if opened and not hours:
        hours = next((some for some in week if some), ())
    second = minute.hour * 3600 + minute.minute * 60
    return any(begin <= second < end for begin, end in hours)


segment = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda s: (min(s) * 60, max(s) * 60))
weekday = st.one_of(st.just(DEFAULT_HOURS), st.just(()), st.lists(segment, max_size=3).map(merge))
weeks = st.one_of(st.just((DEFAULT_HOURS,) * 7), st.just((DEFAULT_HOURS,) * 5 + ((), ())), st.tuples(*[weekday] * 7))
own_days = st.dictionaries(st.dates(dt.date(2026, 9, 15), dt.date(2026, 11, 15)), st.booleans(), max_size=5)
minutes = st.one_of(
    st.integers(0, 45 * 1440).map(lambda minute: dt.datetime(2026, 9, 18) + minute * MINUTE),
    st.sampled_from([moment("11-03 12:00"), moment("11-03 13:30"), moment("09-30 18:00"), moment("10-10 08:30")]),
)


@settings(max_examples=60, deadline=None)
@given(weeks, own_days, minutes, st.integers(1, 20 * 60))
def test_a_deadline_is_the_one_found_by_walking_minute_by_minute(
    week: tuple[Hours, ...], days: dict[dt.date, bool], start: dt.datetime, limit: int
) -> None:
    calendar = Calendar(dt.date(2026, 1, 1), dt.date(2026, 12, 31), week, days)
    walked, left = start, limit
    while left and walked < dt.datetime(2027, 1, 1):
        left -= is_open(week, days, walked)
        walked += MINUTE
    if left:
        with pytest.raises(NoOpenTime):
            calendar.add_open(at(start), limit * 60)
    else:
        assert calendar.add_open(at(start), limit * 60)[0].item() == walked
        assert calendar.open_between(at(start), at(walked))[0] == limit * 60


@settings(max_examples=60, deadline=None)
@given(weeks, own_days, minutes, minutes)
def test_the_open_time_between_two_moments_is_the_one_found_by_walking(
    week: tuple[Hours, ...], days: dict[dt.date, bool], one: dt.datetime, other: dt.datetime
) -> None:
    days = {**days, dt.date(2026, 12, 30): True}
    week = (week[0] or DEFAULT_HOURS, *week[1:])  # open at least once
    calendar = Calendar(dt.date(2026, 1, 1), dt.date(2026, 12, 31), week, days)
    first, last = sorted((one, other))
    walked, spent = first, 0
    while walked < last:
        spent += 60 * is_open(week, days, walked)
        walked += MINUTE
    assert calendar.open_between(at(first), at(last))[0] == spent
    assert calendar.open_between(at(last), at(first))[0] == -spent


@settings(max_examples=60, deadline=None)
@given(own_days, minutes, st.integers(1, 30))
def test_a_working_day_limit_is_the_one_found_by_walking_day_by_day(
    days: dict[dt.date, bool], start: dt.datetime, count: int
) -> None:
    day, left = start.date(), count
    while left:
        day += dt.timedelta(days=1)
        left -= days.get(day, day in MADE_UP or (day.weekday() < 5 and day not in OFF))
    calendar = Calendar(dt.date(2026, 1, 1), dt.date(2026, 12, 31), days=days)
    assert calendar.add_workdays(at(start), count)[0].item() == dt.datetime.combine(day, dt.time(23, 59))
