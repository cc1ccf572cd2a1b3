"""Working time: opening hours, working days, holidays. Two primitives over one table: start + span, span between.

The open time of every day is laid out once as sorted segments with a running total; a deadline is then two binary
searches, whatever its length, for a whole column at once. All instants are ``datetime64[s]`` wall clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Instants = npt.NDArray[np.datetime64]
Seconds = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Hours = tuple[tuple[int, int], ...]
"""Open segments of a day as seconds after midnight, in order, not touching."""

DAY = 86_400
DEFAULT_HOURS: Hours = ((8 * 3600 + 1800, 12 * 3600), (13 * 3600 + 1800, 18 * 3600))


class NoOpenTime(ValueError):
    """The calendar never opens: no deadline could ever be reached."""


@dataclass(frozen=True)
class Calendar:
    """When the dealership is open from ``first`` to ``last`` (days, both included).

    ``week``: hours for Monday to Sunday (empty: closed). ``days``: the 节假日 sheet, ``True`` open (班), ``False``
    closed (休); it stands above the official calendar. Years that the State Council has not published follow the plain
    week: ``published_until`` tells from when a deadline is provisional.
    """

    first: dt.date
    last: dt.date
    week: tuple[Hours, ...] = (DEFAULT_HOURS,) * 7
    days: Mapping[dt.date, bool] | None = None

    def add_open(self, start: Instants, seconds: int) -> Instants:
        """The first instant by which ``seconds`` of opening time have passed. Work that ends at noon is due at noon.

        Missing starts stay missing. Raises :class:`NoOpenTime` when the calendar has no room for it.
        """
        missing = np.isnat(start)
        instants = self._within(start, missing)
        target = self._elapsed(instants) + seconds
        segment = np.searchsorted(self._totals, target, "left")
        if (segment >= len(self._totals)).any():
            raise NoOpenTime("营业时间在可计算的年份内不够用")
        out = self._opens[segment] + target - (self._totals[segment] - self._lengths[segment])
        due = out.astype("M8[s]")
        due[missing] = np.datetime64("NaT", "s")
        return due

    def open_between(self, start: Instants, end: Instants) -> Seconds:
        """Opening seconds in ``[start, end)``, negative when the end is first; both must be present."""
        nothing = np.zeros(len(start), dtype=bool)
        spent: Seconds = self._elapsed(self._within(end, nothing)) - self._elapsed(self._within(start, nothing))
        return spent

    def add_workdays(self, start: Instants, count: int) -> Instants:
        """23:59 of the ``count``-th working day after the day of ``start``; that day itself is not counted."""
        missing = np.isnat(start)
        day = self._within(start, missing) // DAY
        position = np.searchsorted(self._workdays, day, "right") - 1 + count
        if (position >= len(self._workdays)).any():
            raise NoOpenTime("工作日在可计算的年份内不够用")
        due = (self._workdays[position] * DAY + DAY - 60).astype("M8[s]")
        due[missing] = np.datetime64("NaT", "s")
        return due

    @cached_property
    def published_until(self) -> dt.date:
        """The last day whose official holidays and make-up days are known."""
        import chinese_calendar

        return dt.date(max(day.year for day in chinese_calendar.holidays), 12, 31)

    def is_workday(self, day: dt.date) -> bool:
        """Whether a day is a working day: 节假日 sheet, then the official calendar, then Monday to Friday."""
        if self.days and day in self.days:
            return self.days[day]
        official = self._official(day)
        return day.weekday() < 5 if official is None else official

    def hours_of(self, day: dt.date) -> Hours:
        """The opening hours of a day. A make-up day on a closed weekday takes the hours of the first open one."""
        usual = self.week[day.weekday()]
        ruled = self.days.get(day) if self.days else None
        if ruled is None:
            ruled = self._closed_or_made_up(day)
        if ruled is None:
            return usual
        return (usual or next((hours for hours in self.week if hours), ())) if ruled else ()

    def _closed_or_made_up(self, day: dt.date) -> bool | None:
        import chinese_calendar

        if day in chinese_calendar.holidays:
            return False
        return True if day in chinese_calendar.workdays else None

    def _official(self, day: dt.date) -> bool | None:
        import chinese_calendar

        return bool(chinese_calendar.is_workday(day)) if 2004 <= day.year <= self.published_until.year else None

    def _within(self, instants: Instants, missing: npt.NDArray[np.bool_]) -> Seconds:
        seconds = instants.astype("M8[s]").astype(np.int64)
        low, high = _epoch(self.first), _epoch(self.last) + DAY - 1
        outside = ~missing & ((seconds < low) | (seconds > high))
        if outside.any():
            raise NoOpenTime(f"时间 {instants[outside][0]} 超出可计算的年份")
        return np.where(missing, low, seconds)

    def _elapsed(self, seconds: Seconds) -> Seconds:
        at = np.searchsorted(self._opens, seconds, "right") - 1
        safe = np.maximum(at, 0)
        inside = np.minimum(seconds - self._opens[safe], self._lengths[safe])
        return np.where(at < 0, 0, self._totals[safe] - self._lengths[safe] + inside)

    @cached_property
    def _table(self) -> tuple[Seconds, Seconds, Seconds]:
        opens: list[int] = []
        lengths: list[int] = []
        for offset in range((self.last - self.first).days + 1):
            day = self.first + dt.timedelta(days=offset)
            for begin, end in self.hours_of(day):
                opens.append(_epoch(day) + begin)
                lengths.append(end - begin)
        if not opens:
            raise NoOpenTime("营业时间表没有任何营业时段")
        spans = np.array(lengths, dtype=np.int64)
        return np.array(opens, dtype=np.int64), spans, np.cumsum(spans)

    @property
    def _opens(self) -> Seconds:
        return self._table[0]

    @property
    def _lengths(self) -> Seconds:
        return self._table[1]

    @property
    def _totals(self) -> Seconds:
        return self._table[2]

    @cached_property
    def _workdays(self) -> Seconds:
        span = (self.last - self.first).days + 1
        days = (self.first + dt.timedelta(days=offset) for offset in range(span))
        return np.array([_epoch(day) // DAY for day in days if self.is_workday(day)], dtype=np.int64)


def _epoch(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days * DAY


def merge(segments: Iterable[tuple[int, int]]) -> Hours:
    """Sort segments of a day and join those that touch or overlap; empty ones vanish."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(segments):
        if end <= begin:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)


def spanning(instants: Sequence[Instants], **rules: object) -> Calendar:
    """A calendar wide enough for these columns of instants and five years of deadlines after them."""
    present = [column[~np.isnat(column)] for column in instants]
    years = [int(str(edge)[:4]) for column in present if len(column) for edge in (column.min(), column.max())]
    low, high = (min(years), max(years)) if years else (2026, 2026)
    return Calendar(dt.date(low, 1, 1), dt.date(high + 5, 12, 31), **rules)  # type: ignore[arg-type]
