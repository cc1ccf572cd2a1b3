"""The jobs of the calendar: which report is due on which day, and what a dealership may set about it.

Light, because the settings are read before anything else is loaded. What is due is decided in ``timetable``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

HOLIDAY = ("send", "before", "after")
"""What becomes of a job whose day is no working day: sent all the same, the last working day before, the next after."""
CATCH_UP = ("latest", "all", "skip")
"""What becomes of what was missed: the newest is sent, or every one, or none."""

FURTHEST = 31
"""Days that a working day is looked for before or after a job's day: longer than any holiday."""

_TUESDAY = 1


@dataclass(frozen=True, slots=True)
class Job:
    """One report of the calendar: its ``name`` in ``REPORTS``, ``rule`` that asks for it, from when on its day it is due.

    ``weekday`` (Monday is 0) for a report on weeks, else ``day`` of the month for one on months.
    """

    name: str
    rule: str
    at: dt.time
    weekday: int | None = None
    day: int = 1
    holiday: str = "send"
    catch_up: str = "latest"
    final: bool = False
    """Whether its period is closed with it: it cannot be sent again when it should turn out to have gone too early."""


JOBS: tuple[Job, ...] = (
    Job("weekly", "STD-18", dt.time(8), weekday=_TUESDAY),
    Job("monthly", "STD-18", dt.time(8), day=2),
    Job("calls", "STD-16", dt.time(8), day=1),
    Job("notices", "X-02", dt.time(8, 30), day=3),
    Job("analysis", "X-05", dt.time(8), day=3),
    Job("pending", "STD-16", dt.time(8), day=4),
    Job("rewards", "STD-19", dt.time(8), day=4, catch_up="all", final=True),
)
"""Every job, as it is when ``kesu.toml`` says nothing: one line for each of ``REPORTS``."""


def days(job: Job, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The days between the two that the job's rule names, in order."""
    day = first
    while day <= last:
        if day.weekday() == job.weekday or (job.weekday is None and day.day == job.day):
            yield day
        day += dt.timedelta(days=1)


def shifted(day: dt.date, holiday: str, is_workday: Callable[[dt.date], bool]) -> dt.date:
    """The day on which a job of ``day`` comes, by its ``holiday`` policy."""
    if holiday == "send" or is_workday(day):
        return day
    step = dt.timedelta(days=-1 if holiday == "before" else 1)
    return next((day + step * count for count in range(1, FURTHEST + 1) if is_workday(day + step * count)), day)
