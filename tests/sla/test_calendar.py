"""Opening hours, working days, holidays and make-up days of 2026, and the sheets they are read from.

Random calendars against a clock that walks stand in test_calendar_random.py.
"""

from __future__ import annotations

import datetime as dt

import chinese_calendar
import numpy as np
import pytest

from automation.sla import official
from automation.sla.calendar import DAY, DEFAULT_HOURS, MOST_DAYS, Calendar, Hours, NoOpenTime, merge, spanning
from automation.sla.hours import Days
from automation.sla.hours import read as read_hours
from tests.sla.calendar_reference import HOLIDAYS, MADE_UP, MAKE_UP_DAYS, OFF, days_of
from tests.tables import load, moment, plain
from workbook import schema

YEAR = Calendar(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
FIVE_DAYS = (DEFAULT_HOURS,) * 5 + ((), ())
OFFICE = Calendar(YEAR.first, YEAR.last, FIVE_DAYS)


def at(*moments: dt.datetime | str) -> np.ndarray:
    return np.array([moment(m) if isinstance(m, str) else m for m in moments], dtype="M8[s]")


def due(calendar: Calendar, start: str, hours: float) -> dt.datetime:
    return calendar.add_open(at(start), round(hours * 3600))[0].item()


# --- What a dealership knows of its year ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, _, _ in HOLIDAYS])
def test_nobody_works_on_a_public_holiday(name: str) -> None:
    first, last = next((first, last) for holiday, first, last in HOLIDAYS if holiday == name)
    for day in days_of(first, last):
        assert not YEAR.is_workday(day)
        assert YEAR.hours_of(day) == ()


@pytest.mark.parametrize("day", [day for _, day in MAKE_UP_DAYS])
def test_a_make_up_day_is_a_working_day_though_it_falls_on_a_weekend(day: str) -> None:
    made_up = dt.date.fromisoformat(day)
    assert made_up.weekday() >= 5
    assert YEAR.is_workday(made_up)
    assert OFFICE.hours_of(made_up) == DEFAULT_HOURS


def test_the_working_days_of_2026_are_those_of_the_notice() -> None:
    for day in days_of("2026-01-01", "2026-12-31"):
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


# --- The year 2026, where it is hardest -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("02-14 17:00", 2, "02-24 09:30"),  # from the make-up Saturday over the nine days of 春节
        ("02-13 17:00", 9, "02-14 18:00"),  # the make-up Saturday is open, though Saturdays are not
        ("02-17 10:00", 1, "02-24 09:30"),  # told on 春节 itself
        ("02-27 17:00", 2, "02-28 09:30"),  # the make-up Saturday after
        ("09-30 17:59:59", 8, "10-08 17:59:59"),  # over 国庆
        ("10-09 17:00", 10, "10-12 09:30"),  # the make-up Saturday, a free Sunday
        ("09-19 10:00", 1, "09-20 09:30"),  # a free Saturday before the make-up Sunday
    ],
)
def test_a_five_day_week_is_counted_around_the_long_holidays(start: str, hours: float, end: str) -> None:
    assert due(OFFICE, start, hours) == moment(end)
    assert OFFICE.open_between(at(start), at(end)).tolist() == [hours * 3600]


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("02-12 09:00", 3, "02-24 23:59"),  # 13, the make-up 14, then after 春节
        ("02-16 09:00", 5, "02-28 23:59"),  # told on 春节; its fifth working day is the make-up Saturday
        ("09-24 09:00", 4, "10-08 23:59"),  # 中秋, three days between, 国庆
        ("10-01 09:00", 1, "10-08 23:59"),
        ("12-25 09:00", 4, "12-31 23:59"),
    ],
)
def test_working_days_are_counted_around_the_long_holidays(start: str, count: int, end: str) -> None:
    assert YEAR.add_workdays(at(start), count)[0].item() == moment(end)
    assert YEAR.workdays_between(at(start), at(end)).tolist() == [count]


@pytest.mark.parametrize(
    ("day", "worked", "next_workday"),
    [
        ("01-02", False, "01-04"),  # 元旦; the 4th is made up for
        ("01-04", True, "01-05"),
        ("04-04", False, "04-07"),  # 清明节
        ("05-02", False, "05-06"),  # 劳动节
        ("05-04", False, "05-06"),
        ("10-02", False, "10-08"),  # 国庆节
        ("10-04", False, "10-08"),
        ("11-02", True, "11-03"),
    ],
)
def test_the_2nd_and_the_4th_may_fall_on_a_holiday(day: str, worked: bool, next_workday: str) -> None:
    assert YEAR.is_workday(moment(day).date()) is worked
    assert YEAR.add_workdays(at(f"{day} 08:00"), 1)[0].item() == moment(f"{next_workday} 23:59")
    opening = f"{day} 09:30" if worked else f"{next_workday} 09:30"
    assert due(OFFICE, f"{day} 08:00", 1) == moment(opening)


@pytest.fixture
def nothing_known_of_2027(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("holidays", "workdays"):
        known = {day: what for day, what in getattr(chinese_calendar, name).items() if day.year <= 2026}
        monkeypatch.setattr(chinese_calendar, name, known)


@pytest.mark.usefixtures("nothing_known_of_2027")
def test_over_the_turn_of_the_year_a_deadline_follows_the_plain_week_and_is_provisional() -> None:
    calendar = Calendar(dt.date(2026, 1, 1), dt.date(2031, 12, 31), FIVE_DAYS)
    assert calendar.published_until == dt.date(2026, 12, 31)
    within = due(calendar, "12-30 17:00", 9)
    assert (within, within.date() <= calendar.published_until) == (moment("12-31 18:00"), True)
    beyond = due(calendar, "12-31 17:00", 2)  # 1 January is a Friday: free for certain, but nobody has said so
    assert (beyond, beyond.date() <= calendar.published_until) == (moment("2027-01-01 09:30"), False)
    assert calendar.add_workdays(at("12-31 09:00"), 2)[0].item() == moment("2027-01-04 23:59")
    told = calendar.account(moment("12-31 17:00"), moment("2027-01-02 09:00"))
    assert [(f"{one.day:%m-%d}", one.seconds, one.why) for one in told] == [
        ("12-31", 3600, ""),
        ("01-01", 8 * 3600, ""),
        ("01-02", 0, "休息日"),
    ]


# --- What is told of an interval --------------------------------------------------------------------------------------


def test_an_account_says_of_every_day_what_counts_and_why() -> None:
    calendar = Calendar(
        YEAR.first,
        YEAR.last,
        (*FIVE_DAYS[:3], (), DEFAULT_HOURS, DEFAULT_HOURS, ()),
        {dt.date(2026, 10, 6): True, dt.date(2026, 10, 9): False, dt.date(2026, 10, 13): False},
        {dt.date(2026, 10, 9): "店庆"},
    )
    told = calendar.account(moment("10-05 10:00"), moment("10-18 09:00"))
    assert [(f"{one.day:%d}", one.seconds / 3600, one.workday, plain(one.why)) for one in told] == [
        ("05", 0, False, "国庆节放假"),
        ("06", 8, True, "节假日表:班"),
        ("07", 0, False, "国庆节放假"),
        ("08", 0, True, "不营业"),
        ("09", 0, False, "节假日表:休(店庆)"),
        ("10", 8, True, "调休上班(国庆节)"),
        ("11", 0, False, "休息日"),
        ("12", 8, True, ""),
        ("13", 0, False, "节假日表:休"),
        ("14", 8, True, ""),
        ("15", 0, True, "不营业"),
        ("16", 8, True, ""),
        ("17", 8, False, "休息日营业"),
        ("18", 0, False, "休息日"),
    ]


def test_an_account_adds_up_to_the_spans_it_explains() -> None:
    start, end = moment("09-24 15:30:20"), moment("10-12 11:07")
    told = OFFICE.account(start, end)
    assert sum(one.seconds for one in told) == OFFICE.open_between(at(start), at(end))[0]
    assert sum(one.workday for one in told[1:]) == OFFICE.workdays_between(at(start), at(end))[0]
    assert OFFICE.account(end, start) == ()
    assert [one.seconds for one in OFFICE.account(start, start)] == [0]


def test_an_account_ends_after_little_more_than_a_year() -> None:
    decade = Calendar(dt.date(2026, 1, 1), dt.date(2036, 12, 31))
    told = decade.account(moment("01-01 08:00"), moment("2036-12-31 18:00"))
    assert len(told) == MOST_DAYS
    assert told[-1].day == dt.date(2026, 1, 1) + dt.timedelta(days=MOST_DAYS - 1)
    assert told[-1].seconds == 8 * 3600


def test_a_dealership_that_never_opens_still_has_its_days_explained() -> None:
    told = Calendar(YEAR.first, YEAR.last, ((),) * 7).account(moment("11-06 08:00"), moment("11-07 08:00"))
    assert [(one.seconds, one.workday, one.why) for one in told] == [(0, True, "不营业"), (0, False, "休息日")]


def test_every_published_holiday_has_a_chinese_name() -> None:
    names = {official.holiday(day) for day in official.ruled_days()}
    assert names == {name for name, _, _ in HOLIDAYS} | {"抗战胜利纪念日"}
    for name, first, last in HOLIDAYS:
        assert {official.holiday(day) for day in days_of(first, last)} == {name}
    for name, day in MAKE_UP_DAYS:
        assert official.holiday(dt.date.fromisoformat(day)) == name
    assert official.holiday(dt.date(2026, 11, 3)) == ""


# --- Spans of nothing, and one span a ticket --------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["01-01 00:00", "11-03 09:00", "11-03 12:30", "11-03 23:00", "10-03 10:00"])
def test_no_time_at_all_ends_where_it_begins(start: str) -> None:
    assert due(YEAR, start, 0) == moment(start)
    assert YEAR.add_workdays(at(start), 0)[0].item() == moment(f"{start[:5]} 23:59")


def test_every_ticket_may_have_a_limit_of_its_own() -> None:
    starts = np.array(["2026-11-03T09:00", "NaT", "2026-11-03T09:00"], dtype="M8[s]")
    assert YEAR.add_open(starts, np.array([3600, 1, 7200])).tolist() == [
        moment("11-03 10:00"),
        None,
        moment("11-03 11:00"),
    ]
    assert YEAR.add_workdays(starts, np.array([1, 1, 4])).tolist() == [
        moment("11-04 23:59"),
        None,
        moment("11-09 23:59"),
    ]
    assert YEAR.add_time(starts, np.array([60, 1, DAY])).tolist() == [
        moment("11-03 09:01"),
        None,
        moment("11-04 09:00"),
    ]
    assert YEAR.same_day(starts).tolist() == [moment("11-03 23:59"), None, moment("11-03 23:59")]


def test_time_is_never_taken_away() -> None:
    with pytest.raises(ValueError, match="only added"):
        YEAR.add_open(at("11-03 09:00"), -1)
    with pytest.raises(ValueError, match="only added"):
        YEAR.add_workdays(at("11-03 09:00"), -1)


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


# --- The sheets -------------------------------------------------------------------------------------------------------


def read(text: str) -> tuple[Days, list[str]]:
    book = load(text)
    days, findings = read_hours(book[schema.HOURS], book[schema.HOLIDAYS])
    assert {finding.rule for finding in findings} <= {"CAL-01"}
    return days, [plain(finding.message) for finding in findings]


def clock(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 3600 + int(minute) * 60


@pytest.mark.parametrize(
    ("cells", "hours"),
    [
        ("8:30 | 12:00 | 13:30 | 18:00", "8:30-12:00 13:30-18:00"),
        ("8:30 | | | 18:00", "8:30-18:00"),  # no break at noon
        ("8：30 | 12点 | 13时30分 | 18:00:00", "8:30-12:00 13:30-18:00"),
        ("9:00 | 12:00 | | ", "9:00-12:00"),
        (" | | 13:00 | 17:00", "13:00-17:00"),
        ("8:00 | 12:00 | 12:00 | 18:00", "8:00-18:00"),
        ("0:00 | 12:00 | 12:00 | 24:00", "0:00-24:00"),
        ("8:00 | 12:00 | 18:00 | 0:00", "8:00-12:00 18:00-24:00"),  # until midnight
        ("休 | 休 | 休 | 休", ""),
        (" | | | ", ""),
    ],
)
def test_opening_hours_are_read_as_dealerships_write_them(cells: str, hours: str) -> None:
    days, told = read(f"营业时间\n星期 | 上午起 | 上午止 | 下午起 | 下午止\n周一 | {cells}\n周二 | 9:00 | 10:00 | |")
    wanted = tuple(tuple(clock(edge) for edge in pair.split("-")) for pair in hours.split())
    assert (days.week[0], told) == (wanted, [])
    assert days.week[2:] == ((),) * 5  # not listed: closed


@pytest.mark.parametrize("midnight", [1.0, dt.date(1900, 1, 1), dt.timedelta(days=1), dt.time(0), "24:00"])
def test_midnight_is_read_however_excel_hands_it_over(midnight: object) -> None:
    row = {"星期": "周一", "上午起": dt.time(0), "上午止": 0.5, "下午起": dt.time(13, 30), "下午止": midnight}
    book = load({"营业时间": [row]})
    days, told = read_hours(book[schema.HOURS], book[schema.HOLIDAYS])
    assert (days.week[0], told) == (((0, DAY // 2), (DAY // 2 + 5400, DAY)), ())


@pytest.mark.parametrize(
    ("cells", "hours", "finding"),
    [
        ("早八点 | 12:00 | 13:30 | 18:00", "13:30-18:00", "营业时间!B2 周一的“上午起”看不懂,“上午起–上午止”当作不营业"),
        ("8:75 | 12:00 | 13:30 | 18:00", "13:30-18:00", "营业时间!B2 周一的“上午起”看不懂,“上午起–上午止”当作不营业"),
        ("8:30 | 12:00 | 13:30 | 25:00", "8:30-12:00", "营业时间!E2 周一的“下午止”看不懂,“下午起–下午止”当作不营业"),
        ("8:30 | 12:00 | 18:00 | 8:00", "8:30-12:00", "营业时间!D2 周一的“下午起–下午止”起止颠倒,当作不营业"),
        ("8:30 | 12:00 | 13:30 | ", "8:30-12:00", "营业时间!E2 周一缺“下午止”,“下午起–下午止”当作不营业"),
    ],
)
def test_a_time_that_cannot_be_read_is_told_and_the_rest_of_the_day_counts(
    cells: str, hours: str, finding: str
) -> None:
    """CAL-01."""
    days, told = read(f"营业时间\n星期 | 上午起 | 上午止 | 下午起 | 下午止\n周一 | {cells}")
    begin, end = hours.split("-")
    assert (days.week[0], told) == (((clock(begin), clock(end)),), [finding])


def test_a_weekday_written_twice_is_told_and_its_last_row_counts() -> None:
    """CAL-01."""
    days, told = read("""
        营业时间
        星期 | 上午起 | 上午止 | 下午起 | 下午止
        周一 | 8:00   | 12:00  | 13:00  | 17:00
        周一 | 9:00   |        |        | 15:00
        周二 | 8:00   | 12:00  | 13:00  | 17:00
        周二 | 8:00   | 12:00  | 13:00  | 17:00
    """)
    assert days.week[0] == ((9 * 3600, 15 * 3600),)
    assert told == ["营业时间!A3 周一写了两行,时间不同,按这一行计算"]


def test_own_holidays_are_read_with_their_names() -> None:
    days, told = read("""
        节假日
        日期  | 类型 | 名称
        11-03 | 休   | 店庆
        11-07 | 班   |
        11-08 | 休   |
        11-08 | 班   | 车展
        11-09 |      | 忘了
    """)
    own = {dt.date(2026, 11, 3): False, dt.date(2026, 11, 7): True, dt.date(2026, 11, 8): True}
    assert days.days == own
    assert days.names == {dt.date(2026, 11, 3): "店庆", dt.date(2026, 11, 8): "车展"}
    assert told == ["节假日!B5 2026-11-08 又写休又写班,按这一行计算", "节假日!A6 日期或类型缺失,这一行不起作用"]
    assert days.week == (DEFAULT_HOURS,) * 7  # nothing said about the week
