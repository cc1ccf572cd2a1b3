"""Working time by walking: minute by minute, day by day, nothing clever. The product's calendar must agree with it.

Written from the notice of the State Council and from the contract of the workbook (营业时间, 节假日), not from the product,
and slow on purpose. Decided where the sources are silent: a make-up day, or a 班 of the 节假日 sheet, on a weekday that is closed
otherwise has the hours of the first weekday that is open; without a ruling Monday to Friday are working days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

Hours = tuple[tuple[int, int], ...]

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
MAKE_UP_DAYS = (
    ("元旦", "2026-01-04"),
    ("春节", "2026-02-14"),
    ("春节", "2026-02-28"),
    ("劳动节", "2026-05-09"),
    ("国庆节", "2026-09-20"),
    ("国庆节", "2026-10-10"),
)


def days_of(first: str | dt.date, last: str | dt.date) -> list[dt.date]:
    """Every day from the first to the last."""
    begin, end = dt.date.fromisoformat(str(first)), dt.date.fromisoformat(str(last))
    return [begin + dt.timedelta(days=offset) for offset in range((end - begin).days + 1)]


OFF = frozenset(day for _, first, last in HOLIDAYS for day in days_of(first, last))
MADE_UP = frozenset(dt.date.fromisoformat(day) for _, day in MAKE_UP_DAYS)


def ruled(own: Mapping[dt.date, bool], day: dt.date) -> bool | None:
    """Whether somebody said that this day is open or closed: the dealership, else the State Council."""
    if day in own:
        return own[day]
    if day in MADE_UP:
        return True
    return False if day in OFF else None


def is_workday(own: Mapping[dt.date, bool], day: dt.date) -> bool:
    said = ruled(own, day)
    return said if said is not None else day.isoweekday() <= 5


def hours_on(week: tuple[Hours, ...], own: Mapping[dt.date, bool], day: dt.date) -> Hours:
    usual, said = week[day.isoweekday() - 1], ruled(own, day)
    if said is False:
        return ()
    if said is True and usual == ():
        for hours in week:
            if hours != ():
                return hours
    return usual


@lru_cache(maxsize=32)
def ticks_of(hours: Hours, tick: int) -> list[bool]:
    """For every tick of a day (so many seconds long) whether the doors are open during it."""
    return [any(begin <= second < end for begin, end in hours) for second in range(0, 86_400, tick)]


@dataclass(frozen=True)
class Walker:
    """A clock that walks from ``first`` to ``last``. ``tick``: 60, or 1 where doors open at odd seconds."""

    first: dt.date
    last: dt.date
    week: tuple[Hours, ...]
    own: Mapping[dt.date, bool] = field(default_factory=dict)
    tick: int = 60

    @cached_property
    def line(self) -> list[bool]:
        """Every tick from the first to the last, open or not."""
        ticks: list[bool] = []
        for day in days_of(self.first, self.last):
            ticks += ticks_of(hours_on(self.week, self.own, day), self.tick)
        return ticks

    @property
    def midnight(self) -> dt.datetime:
        return dt.datetime.combine(self.first, dt.time())

    def deadline(self, start: dt.datetime, seconds: int) -> dt.datetime | None:
        """The moment at which so many open seconds are over; ``None`` when the days run out before."""
        if seconds == 0:
            return start
        line, tick = self.line, self.tick
        at, into = divmod(int((start - self.midnight).total_seconds()), tick)
        while at < len(line):
            if line[at]:
                room = tick - into
                if seconds <= room:
                    return self.midnight + dt.timedelta(seconds=at * tick + into + seconds)
                seconds -= room
            at, into = at + 1, 0
        return None

    def spent(self, start: dt.datetime, end: dt.datetime) -> int:
        """Open seconds from start to end; less than none when the end is first."""
        if end < start:
            return -self.spent(end, start)
        line, tick = self.line, self.tick
        at, into = divmod(int((start - self.midnight).total_seconds()), tick)
        stop, rest = divmod(int((end - self.midnight).total_seconds()), tick)
        seconds = -into if line[at] else 0
        while at < stop:
            if line[at]:
                seconds += tick
            at += 1
        return seconds + (rest if line[stop] else 0)

    def workday_deadline(self, start: dt.datetime, count: int) -> dt.datetime | None:
        """The last minute of the day on which so many working days have come since; ``None`` when days run out."""
        day = start.date()
        while count:
            day += dt.timedelta(days=1)
            if day > self.last:
                return None
            if is_workday(self.own, day):
                count -= 1
        return last_minute(day)

    def workdays(self, start: dt.datetime, end: dt.datetime) -> int:
        """Working days that have begun since the day of the start, that of the end included."""
        if end < start:
            return -self.workdays(end, start)
        day, count = start.date(), 0
        while day < end.date():
            day += dt.timedelta(days=1)
            if is_workday(self.own, day):
                count += 1
        return count


def last_minute(day: dt.date) -> dt.datetime:
    """The last minute of a day, found by walking to the next one."""
    moment = dt.datetime.combine(day, dt.time(23))
    while (moment + dt.timedelta(minutes=1)).date() == day:
        moment += dt.timedelta(minutes=1)
    return moment
