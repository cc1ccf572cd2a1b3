"""When the stages of a sample ticket were done: forward through a plausible day, or backward from where it stands."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

STOPS = (
    "上报时间",
    "填单时间",
    "编号时间",
    "转管理部时间",
    "复核完成时间",
    "总经理意见时间",
    "执行完成时间",
    "转客服时间",
    "回访时间",
    "归档时间",
)
"""The columns that end STD-01…10, in order."""

Times = list[dt.datetime | None]

_HOURS = {1: 1.0, 2: 0.5, 3: 0.25, 4: 24.0, 5: 4.0, 6: 4.0, 7: 8.0, 9: 24.0}
_FROM_HOUR = {6: 10, 7: 12, 8: 14, 9: 15, 10: 15}
"""From when in the day a stage may begin so that those before it fit into the same day."""
_OPENS, _CLOSES = dt.time(8, 40), dt.time(18, 0)
_START = {1: 0, 2: 1, 3: 2, 4: 2, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 8}
"""The stage whose stop starts each stage's clock; 0 is 接收时间."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A stage a ticket is to stand at now, and how: ``normal``, ``risk`` (near its limit) or ``late`` (just over)."""

    stage: int
    how: str


def _targets() -> tuple[Standing, ...]:
    first = ((4, "late"), (1, "normal"), (5, "risk"), (3, "normal"), (7, "late"), (9, "normal"), (2, "risk"))
    first += ((10, "normal"), (6, "late"), (8, "normal"), (4, "normal"), (4, "risk"))  # type: ignore[assignment]
    every = [(stage, how) for how in ("normal", "risk", "late") for stage in range(1, 11)]
    chosen = [*first, *(pair for pair in every if pair not in first)]
    return tuple(Standing(stage, how) for stage, how in chosen)


TARGETS = _targets()
"""Where the open tickets stand, the most telling first, so that a small sample shows much."""


def due(stage: int, start: dt.datetime) -> dt.datetime:
    """When a stage that began at ``start`` is due by the default rules."""
    if stage in _HOURS:
        return start + dt.timedelta(hours=_HOURS[stage])
    end = start.replace(hour=23, minute=59, second=0, microsecond=0)
    return end if stage == 8 else end + dt.timedelta(days=(1 - start.weekday() - 1) % 7 + 1)


def standing_start(target: Standing, rng: random.Random, now: dt.datetime) -> Times:
    """Times of a ticket that stands at ``target`` now; where the calendar forbids it, as near as it comes."""
    moment = now.replace(second=0, microsecond=0)
    candidates = _starts(target, moment)
    by_day = [start for start in candidates if _OPENS <= start.time() <= _CLOSES]
    late_enough = [start for start in by_day if start.hour >= _FROM_HOUR.get(target.stage, 0)]
    start = rng.choice(late_enough or by_day or candidates or [moment - dt.timedelta(minutes=20)])
    times: Times = [None] * 11
    anchor = _START[target.stage]
    times[anchor] = start
    for stage in range(anchor, 0, -1):
        at = times[stage]
        if stage in (3, 9) or at is None:
            continue
        times[_START[stage]] = _earlier(stage, at, rng)
    if target.stage == 10 and rng.random() < 0.5:
        times[9] = min(start + _minutes(rng, 120, 1200), moment)
    return _off_midnight(times)


def _starts(target: Standing, moment: dt.datetime) -> list[dt.datetime]:
    """Every start, three minutes apart, from which the target's stage now stands as it should."""
    over_night = 5.0 if target.stage in (5, 6, 7) else 2.0
    least, most = {"normal": (0.1, 0.6), "risk": (0.78, 0.97), "late": (1.02, over_night)}[target.how]
    starts = []
    for minutes in range(1, 14 * 24 * 60, 3):
        start = moment - dt.timedelta(minutes=minutes)
        limit = due(target.stage, start) - start
        if limit and least <= (moment - start) / limit <= most:
            starts.append(start)
    return starts


def _earlier(stage: int, stop: dt.datetime, rng: random.Random) -> dt.datetime:
    """A plausible start of a stage that was done in time at ``stop``."""
    if stage == 4:  # the form is filled in by day, most often the day before
        for day in (stop.date() - dt.timedelta(days=1), stop.date()):
            first = max(dt.datetime.combine(day, _OPENS), stop - dt.timedelta(hours=23))
            last = min(dt.datetime.combine(day, _CLOSES), stop - dt.timedelta(hours=1))
            if first < last:
                return first + _minutes(rng, 0, int((last - first).total_seconds() // 60))
        return stop - _minutes(rng, 840, 1320)
    if stage == 8:
        return max(stop - dt.timedelta(minutes=rng.randint(10, 70)), stop.replace(hour=0, minute=0))
    span = {1: (8, 52), 2: (4, 24), 5: (40, 190), 6: (30, 200), 7: (70, 330)}[stage]
    return stop - dt.timedelta(minutes=rng.randint(*span))


def history(
    received: dt.datetime,
    rng: random.Random,
    now: dt.datetime,
    *,
    cut: int,
    resolved: dt.date | None,
    unreached: bool,
    called_back: bool,
) -> Times:
    """Times of a ticket received long ago; stage ``cut`` and all after it are not done, nor what lies after ``now``.

    ``resolved``: the day a pending item was resolved, after which STD-04 begins anew. ``unreached``: the customer could
    not be reached in 24 hours. ``called_back``: a callback is wanted. About every sixth ticket is late at one stage.
    """
    slow = rng.choice((1, 2, 4, 4, 5, 6, 7, 8, 9)) if rng.random() < 0.16 else 0
    times: Times = [received, *[None] * 10]
    reported = received + _minutes(rng, *((70, 160) if slow == 1 else (5, 50)))
    filled = reported + _minutes(rng, *((40, 95) if slow == 2 else (3, 24)))
    handed = _handed_over(filled, rng, resolved=resolved, unreached=unreached, slow=slow == 4)
    reviewed = handed + _minutes(rng, *((260, 400) if slow == 5 else (35, 130)))
    decided = reviewed + _minutes(rng, *((250, 420) if slow == 6 else (30, 120)))
    carried = decided + _minutes(rng, *((500, 700) if slow == 7 else (50, 210)))
    passed = carried + _minutes(rng, 10, 60)
    if slow == 8:
        passed = (carried + dt.timedelta(days=1)).replace(hour=9, minute=rng.randint(0, 59))
    elif passed.date() != carried.date():
        passed = max(carried, carried.replace(hour=23, minute=55))
    called = _call(passed, rng, slow=slow == 9) if called_back else None
    archived = _archive(passed, called, rng)
    times[1:] = [reported, filled, None, handed, reviewed, decided, carried, passed, called, archived]
    gone = False
    for stage in range(1, 11):
        at = times[stage]
        gone = gone or stage >= cut or (at is not None and at > now)
        if gone:
            times[stage] = None
    return _off_midnight(times)


def _off_midnight(times: Times) -> Times:
    """A time of exactly 00:00 would read as a day without a time."""
    return [at + dt.timedelta(minutes=1) if at and at.time() == dt.time.min else at for at in times]


def _minutes(rng: random.Random, least: int, most: int) -> dt.timedelta:
    return dt.timedelta(minutes=rng.randint(least, most))


def _handed_over(
    filled: dt.datetime, rng: random.Random, *, resolved: dt.date | None, unreached: bool, slow: bool
) -> dt.datetime:
    """The morning by which liability is settled: the next one, or the one after when nobody answered the telephone."""
    day = filled.date() if filled.hour < 6 else filled.date() + dt.timedelta(days=1)
    limit = 24
    if resolved is not None:
        day, filled = resolved + dt.timedelta(days=1), dt.datetime.combine(resolved, dt.time.min) + dt.timedelta(days=1)
    elif unreached:
        day, limit = day + dt.timedelta(days=1), 48
    if slow:
        day, limit = day + dt.timedelta(days=rng.choice((2, 3))), 999  # past 48 hours: late, whoever could be reached
    morning = dt.datetime.combine(day, dt.time(8, 50)) + _minutes(rng, 0, 140)
    return min(morning, filled + dt.timedelta(hours=limit) - _minutes(rng, 5, 90))


def _call(passed: dt.datetime, rng: random.Random, *, slow: bool) -> dt.datetime:
    call = (passed + dt.timedelta(days=1)).replace(hour=9, minute=0) + _minutes(rng, 5, 160)
    if slow:
        return call + dt.timedelta(days=rng.choice((1, 2)))
    return min(call, passed + dt.timedelta(hours=23, minutes=20))


def _archive(passed: dt.datetime, called: dt.datetime | None, rng: random.Random) -> dt.datetime:
    """Before the summary of the next Tuesday; once in a while a day late."""
    tuesday = due(10, passed)
    day = (tuesday - dt.timedelta(days=rng.choice((0, 0, 0, 1)))).replace(hour=9, minute=30) + _minutes(rng, 0, 380)
    if rng.random() < 0.05:
        day += dt.timedelta(days=1)
    return max(day, (called or passed) + _minutes(rng, 20, 90))
