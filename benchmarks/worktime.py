"""A million deadlines in opening hours: kesu's calendar, pandas, and one bare search, over the same starts in one run.

    .venv/bin/python benchmarks/worktime.py [--deadlines 1000000] [--seconds 5] [--repeat 7]

All of them get the same opening hours (08:30-12:00 and 13:30-18:00, Monday to Friday) and the same public holidays, and
add eight opening hours to random starts of 2024 to 2026. pandas' CustomBusinessHour gets as many starts as it manages in
some seconds, and its time is extrapolated; it knows no make-up days and no other hours on another weekday, so those are
left out for kesu as well. No end may differ by a second of opening time (what ends with the day at 18:00 is due at 18:00
for kesu, at the next 08:30 for pandas when it began outside the hours). The bare search is one ``numpy.searchsorted`` of a
million unsorted totals in the same table of opening segments: what a binary search alone would take. Seconds are the
processor's, medians; the exit code is 1 when a ratio is worse than asked.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import chinese_calendar
import numpy as np
import pandas as pd

from automation.sla.calendar import DEFAULT_HOURS, Calendar

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2031, 12, 31)
STARTS_UNTIL = dt.date(2026, 12, 31)
HOURS = 8
PORTION = 500
FASTER, SEARCHES = 500, 5
"""What is asked of it: times faster than CustomBusinessHour at least, bare searches at most."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deadlines", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long pandas may take")
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    span = np.datetime64(STARTS_UNTIL, "s") - np.datetime64(FIRST, "s")
    offsets = np.random.default_rng(7).integers(0, span.astype(int), options.deadlines)
    starts = np.datetime64(FIRST, "s") + offsets
    # The 节假日 sheet stands above the official calendar: what is made up for is a free weekend here.
    calendar = Calendar(FIRST, LAST, (DEFAULT_HOURS,) * 5 + ((), ()), dict.fromkeys(chinese_calendar.workdays, False))

    ends = calendar.add_open(starts, HOURS * 3600)  # lays out the days, once
    totals, targets = searched(calendar, starts)
    ours, bare = medians(
        lambda: calendar.add_open(starts, HOURS * 3600), lambda: np.searchsorted(totals, targets), repeat=options.repeat
    )
    managed, theirs = pandas_deadlines(starts, options.seconds)
    apart = calendar.open_between(ends[: len(managed)], managed)
    if (wrong := np.flatnonzero(apart)).size:
        raise SystemExit(f"{starts[wrong[0]]}: kesu says {ends[wrong[0]]}, pandas {managed[wrong[0]]}")
    extrapolated = theirs / len(managed) * len(starts)

    print("| deadlines | what | who | seconds | ratio |\n|--:|---|---|--:|--:|")
    for who, seconds in (
        ("one bare numpy.searchsorted", bare),
        ("kesu: Calendar.add_open", ours),
        (f"pandas CustomBusinessHour, from {len(managed):,} deadlines", extrapolated),
    ):
        print(f"| {len(starts):,} | {HOURS} opening hours later | {who} | {seconds:.3f} | {seconds / bare:.2f} |")
    print(f"\nkesu is {extrapolated / ours:,.0f} times as fast as pandas (asked: {FASTER}), ", end="")
    print(
        f"and takes {ours / bare:.2f} bare searches (asked: at most {SEARCHES}); the same ends in all {len(managed):,}."
    )
    return 0 if extrapolated / ours >= FASTER and ours / bare <= SEARCHES else 1


def medians(*works: Callable[[], object], repeat: int) -> list[float]:
    """Each in turn, again and again: what else the machine does hits all of them."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(repeat):
        for times, work in zip(taken, works, strict=True):
            begin = time.process_time()
            work()
            times.append(time.process_time() - begin)
    return [statistics.median(times) for times in taken]


def searched(calendar: Calendar, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The running total of all opening segments, and the total that each deadline ends at: what a search would be given."""
    days = [FIRST + dt.timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
    totals = np.cumsum([end - begin for day in days for begin, end in calendar.hours_of(day)])
    origin = np.full(len(starts), np.datetime64(FIRST, "s"))
    return totals, calendar.open_between(origin, starts) + HOURS * 3600


def pandas_deadlines(starts: np.ndarray, seconds: float) -> tuple[np.ndarray, float]:
    """As many ends as pandas finds in so many seconds, and how long it took in truth; it says itself that it is slow."""
    warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
    opening = pd.offsets.CustomBusinessHour(
        n=HOURS,
        start=["08:30", "13:30"],
        end=["12:00", "18:00"],
        holidays=[day.isoformat() for day in chinese_calendar.holidays],
    )
    ends: list[np.ndarray] = []
    begin = time.process_time()
    while len(ends) * PORTION < len(starts) and time.process_time() - begin < seconds:
        portion = pd.DatetimeIndex(starts[len(ends) * PORTION : (len(ends) + 1) * PORTION])
        ends.append((portion + opening).to_numpy(dtype="M8[s]"))
    taken = time.process_time() - begin
    return np.concatenate(ends), taken


if __name__ == "__main__":
    raise SystemExit(main())
