"""Working time: opening hours, working days, holidays. Two primitives over one calendar: start + span, span between.

Whole columns at once (:mod:`automation.sla.layout` does the arithmetic). All instants are ``datetime64[s]`` wall clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from automation.sla import official
from automation.sla.layout import DAY as DAY
from automation.sla.layout import Hours as Hours
from automation.sla.layout import Mask as Mask
from automation.sla.layout import Opening, Workdays
from automation.sla.layout import Seconds as Seconds

Instants = npt.NDArray[np.datetime64]
DEFAULT_HOURS: Hours = ((8 * 3600 + 1800, 12 * 3600), (13 * 3600 + 1800, 18 * 3600))
MOST_DAYS = 400
"""Days that :meth:`Calendar.account` tells at most: more than a year helps nobody."""

_LAST_MINUTE = DAY - 60


class NoOpenTime(ValueError):
    """The calendar never opens, or has no room: no deadline could be reached."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One day of an interval: the opening ``seconds`` counted on it, whether it is a working day, and why.

    ``why`` is Chinese and empty on a plain day: ``国庆节放假``, ``调休上班（春节）``, ``节假日表：休（店庆）``, ``休息日``,
    ``休息日营业`` (opening hours count, a working day it is not), ``不营业`` (no opening hours on this weekday).
    """

    day: dt.date
    seconds: int
    workday: bool
    why: str


@dataclass(frozen=True)
class Calendar:
    """When the dealership is open from ``first`` to ``last`` (days, both included).

    ``week``: hours for Monday to Sunday (empty: closed). ``days``: the 节假日 sheet, ``True`` open (班), ``False``
    closed (休), and ``names`` what it calls them; it stands above the official calendar. Years that the State Council
    has not published follow the plain week: ``published_until`` tells from when a deadline is provisional.

    Instants outside the calendar raise :class:`NoOpenTime`. A missing start has a missing deadline.
    """

    first: dt.date
    last: dt.date
    week: tuple[Hours, ...] = (DEFAULT_HOURS,) * 7
    days: Mapping[dt.date, bool] | None = None
    names: Mapping[dt.date, str] | None = None

    # --- Plain time ---

    def add_time(self, start: Instants, seconds: int | Seconds) -> Instants:
        """``seconds`` later by the clock on the wall, day and night."""
        span: npt.NDArray[np.timedelta64] = np.asarray(seconds).astype("m8[s]")
        later: Instants = np.add(start, span).astype("M8[s]")
        return later

    def time_between(self, start: Instants, end: Instants) -> Seconds:
        """Seconds in ``[start, end)``, negative when the end is first; both must be present."""
        return _numbers(end) - _numbers(start)

    def same_day(self, start: Instants) -> Instants:
        """23:59 of the day of ``start`` (contract: 当日)."""
        midnight = start.astype("M8[D]").astype("M8[s]")
        end: Instants = np.add(midnight, np.timedelta64(_LAST_MINUTE, "s")).astype("M8[s]")
        return end

    # --- Opening hours ---

    def add_open(self, start: Instants, seconds: int | Seconds) -> Instants:
        """The first instant by which ``seconds`` of opening time have passed, never before ``start``.

        Work that ends at noon is due at noon. ``seconds`` is one number or one a start, none of them negative. Raises
        :class:`NoOpenTime` when the calendar never opens or has no room for it.
        """
        if np.less(seconds, 0).any():
            raise ValueError("opening time is only added")
        opening, missing = self._open, np.isnat(start)
        if missing.any():
            return _where_present(self.add_open, start, seconds, ~missing)
        begun = self._within(start)
        spent = opening.elapsed(begun) + seconds
        if spent.max(initial=0) > opening.total:
            raise NoOpenTime("营业时间在可计算的年份内不够用")
        return self._instants(np.maximum(opening.reached(spent), begun))

    def open_between(self, start: Instants, end: Instants) -> Seconds:
        """Opening seconds in ``[start, end)``, negative when the end is first; both must be present."""
        opening = self._open
        return opening.elapsed(self._within(end)) - opening.elapsed(self._within(start))

    # --- Working days ---

    def add_workdays(self, start: Instants, count: int | Seconds) -> Instants:
        """23:59 of the ``count``-th working day after the day of ``start``; that day itself is not counted.

        ``count`` is one number or one a start, none of them negative; 0 is the day of ``start``. Raises
        :class:`NoOpenTime` when the calendar has too few working days.
        """
        if np.less(count, 0).any():
            raise ValueError("working days are only added")
        missing = np.isnat(start)
        if missing.any():
            return _where_present(self.add_workdays, start, count, ~missing)
        workdays, day = self._workdays, self._within(start) // DAY
        position = workdays.passed[day] + count
        if position.max(initial=0) >= len(workdays.days):
            raise NoOpenTime("工作日在可计算的年份内不够用")
        return self._instants(np.maximum(workdays.days[position], day) * DAY + _LAST_MINUTE)

    def workdays_between(self, start: Instants, end: Instants) -> Seconds:
        """Working days after the day of ``start`` up to and with the day of ``end``, negative when the end is first.

        The inverse of :meth:`add_workdays`, which finds the first day that many working days on. Both must be present.
        """
        passed = self._workdays.passed
        return passed[self._within(end) // DAY] - passed[self._within(start) // DAY]

    # --- One day, one interval ---

    @cached_property
    def published_until(self) -> dt.date:
        """The last day whose official holidays and make-up days are known."""
        return official.published_until()

    def is_workday(self, day: dt.date) -> bool:
        """Whether a day is a working day: 节假日 sheet, then the official calendar, then Monday to Friday."""
        ruled = self._ruled(day)
        return day.weekday() < 5 if ruled is None else ruled

    def hours_of(self, day: dt.date) -> Hours:
        """The opening hours of a day. A make-up day on a closed weekday takes the hours of the first open one."""
        usual, ruled = self.week[day.weekday()], self._ruled(day)
        if ruled is None:
            return usual
        return (usual or next((hours for hours in self.week if hours), ())) if ruled else ()

    def account(self, start: dt.datetime, end: dt.datetime) -> tuple[Counted, ...]:
        """What every day from that of ``start`` to that of ``end`` adds, for an explanation; the first ``MOST_DAYS``.

        The seconds add up to :meth:`open_between`, the working days but the first to :meth:`workdays_between`. Empty
        when the end is first.
        """
        if end < start:
            return ()
        count = min((end.date() - start.date()).days + 1, MOST_DAYS)
        edges = np.array(start.date(), dtype="M8[D]") + np.arange(count + 1)
        within = np.clip(edges.astype("M8[s]"), np.datetime64(start, "s"), np.datetime64(end, "s"))
        spent = np.diff(self._opening.elapsed(self._within(within))).tolist()
        days = [start.date() + dt.timedelta(days=offset) for offset in range(count)]
        return tuple(
            Counted(day, seconds, self.is_workday(day), self._why(day))
            for day, seconds in zip(days, spent, strict=True)
        )

    def _why(self, day: dt.date) -> str:
        if self.days and day in self.days:
            name = (self.names or {}).get(day, "")
            return f"节假日表：{'班' if self.days[day] else '休'}" + (f"（{name}）" if name else "")
        ruled = official.ruled(day)
        if ruled is not None:
            return f"调休上班（{official.holiday(day)}）" if ruled else f"{official.holiday(day)}放假"
        opens = bool(self.week[day.weekday()])
        if day.weekday() >= 5:
            return "休息日营业" if opens else "休息日"
        return "" if opens else "不营业"

    def _ruled(self, day: dt.date) -> bool | None:
        """Whether somebody has decided about this very day: the 节假日 sheet, else the State Council."""
        own = self.days.get(day) if self.days else None
        return official.ruled(day) if own is None else own

    # --- The days laid out ---

    def _within(self, instants: Instants) -> Seconds:
        """Seconds after the first midnight of the calendar."""
        seconds = _numbers(instants) - _epoch(self.first)
        end = _epoch(self.last) + DAY - _epoch(self.first)
        if seconds.min(initial=0) < 0 or seconds.max(initial=0) >= end:
            outside = (seconds < 0) | (seconds >= end)
            raise NoOpenTime(f"时间 {instants[outside][0]} 超出可计算的年份")
        return seconds

    def _instants(self, seconds: Seconds) -> Instants:
        instants: Instants = (seconds + _epoch(self.first)).view("M8[s]")
        return instants

    @property
    def _open(self) -> Opening:
        if not self._opening.total:
            raise NoOpenTime("营业时间表没有任何营业时段")
        return self._opening

    @cached_property
    def _opening(self) -> Opening:
        kinds = list(dict.fromkeys((*self.week, ())))
        kind = np.array([kinds.index(hours) for hours in self.week])[self._weekdays]
        for place, day in self._ruled_days():
            kind[place] = kinds.index(self.hours_of(day))
        return Opening.of(kinds, kind)

    @cached_property
    def _workdays(self) -> Workdays:
        worked = self._weekdays < 5
        for place, day in self._ruled_days():
            worked[place] = self.is_workday(day)
        return Workdays(worked)

    @property
    def _weekdays(self) -> Seconds:
        count = (self.last - self.first).days + 1
        return (np.arange(count, dtype=np.int64) + self.first.weekday()) % 7

    def _ruled_days(self) -> Iterator[tuple[int, dt.date]]:
        """The days that do not simply follow the week, with their place in the calendar."""
        for day in {*(self.days or ()), *official.ruled_days()}:
            if self.first <= day <= self.last:
                yield (day - self.first).days, day


def _epoch(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days * DAY


def _numbers(instants: Instants) -> Seconds:
    return instants.astype("M8[s]", copy=False).view(np.int64)


def _where_present(
    add: Callable[[Instants, Seconds], Instants], start: Instants, span: int | Seconds, present: Mask
) -> Instants:
    """``add`` for the starts there are; the others stay missing."""
    due = np.full(start.shape, np.datetime64("NaT", "s"))
    due[present] = add(start[present], np.broadcast_to(span, start.shape)[present])
    return due


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
