"""Which reports are due: decided from the calendar and from what was done, never from a timer that may have slept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Set
from dataclasses import dataclass

from automation.reports.period import MONTHLY, WEEKLY, Period, last_complete

SUMMARY_HOUR = dt.time(8, 0)
"""From when on its day a summary is due."""

_TUESDAY, _SECOND = 1, 2
_LOOK_BACK = 40
"""Days looked back for the newest day of each kind: longer than any month."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One report that is due: its ``name`` in ``REPORTS``, the ``period`` it is about, ``at`` when it fell due."""

    name: str
    period: Period
    at: dt.datetime

    @property
    def key(self) -> tuple[str, str]:
        """What the journal keeps once it is queued: never again for this report and period."""
        return self.name, self.period.label


def due(now: dt.datetime, done: Set[tuple[str, str]], began: dt.datetime | None) -> tuple[Occurrence, ...]:
    """STD-18: the summary of the week every Tuesday, of the month on the 2nd, each once.

    A machine that was off catches up with the newest of each kind only. What fell due before ``began`` (the first pass
    there ever was; ``None``: this is it) was somebody else's to send.
    """
    found = []
    for kind, is_day in ((WEEKLY, _is_tuesday), (MONTHLY, _is_second)):
        at = _newest(now, is_day)
        occurrence = Occurrence(kind, last_complete(kind, at), at)
        if at >= (began or now) and occurrence.key not in done:
            found.append(occurrence)
    return tuple(found)


def _is_tuesday(day: dt.date) -> bool:
    return day.weekday() == _TUESDAY


def _is_second(day: dt.date) -> bool:
    return day.day == _SECOND


def _newest(now: dt.datetime, is_day: Callable[[dt.date], bool]) -> dt.datetime:
    for back in range(_LOOK_BACK):
        at = dt.datetime.combine(now.date() - dt.timedelta(days=back), SUMMARY_HOUR)
        if at <= now and is_day(at.date()):
            return at
    raise AssertionError("every kind of day comes within a month")
