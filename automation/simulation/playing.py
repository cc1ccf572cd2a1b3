"""A dealership's life played into a folder: at each moment the workbook as it stood then, and a real pass over it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from automation import cycle
from automation.cycle import Outcome
from automation.settings import Settings
from automation.simulation.life import Life
from workbook import build


def moments(first: dt.date, last: dt.date, hours: Sequence[dt.time]) -> list[dt.datetime]:
    """Those hours of every day between the two."""
    days = [first + dt.timedelta(days=count) for count in range((last - first).days + 1)]
    return [dt.datetime.combine(day, hour) for day in days for hour in sorted(hours)]


def play(
    life: Life, settings: Settings, at: Sequence[dt.datetime], tell: Callable[[dt.datetime, Outcome], None]
) -> None:
    """Passes over ``settings.workbook`` at those moments, oldest first; what staff typed by then stands in it.

    The workbook is made anew each time; the numbers that kesu gave stay with their tickets. Raises what
    :func:`automation.cycle.run` raises.
    """
    arrivals = life.arrivals()
    for now in at:
        places = [place for place, arrived in enumerate(arrivals) if arrived <= now]
        if not places:
            continue
        build.write(settings.workbook, life.at(now, places), created=now)
        outcome = cycle.run(settings, now)
        register = outcome.plan.facts.register
        for place, number, given in zip(places, register["编号"], register["编号时间"], strict=True):
            if number:
                life.numbers[place] = (number, None if given != given else given.to_pydatetime())
        tell(now, outcome)
