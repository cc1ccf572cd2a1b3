"""The calendar against a clock that walks (:mod:`tests.sla.calendar_reference`): equal to the second.

An example is one (calendar, start, span). Hypothesis draws calendars and a batch of starts and spans for each; every
kind of calendar below compares at least ``EXAMPLES`` of them in each direction, and counts them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from automation.sla.calendar import DAY, DEFAULT_HOURS, Calendar, Hours, NoOpenTime, merge
from tests.sla.calendar_reference import Walker, days_of, is_workday, last_minute

EXAMPLES = 2_000
CALENDARS, BATCH = 42, 50
UNBOUND = settings(
    max_examples=CALENDARS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
HOUR = 3600
Starts = list[dt.datetime]

# --- Calendars --------------------------------------------------------------------------------------------------------

FIVE_DAYS = (DEFAULT_HOURS,) * 5 + ((), ())
ALWAYS = (((0, DAY),),) * 7
UNEVEN = (
    *(((8 * HOUR, 12 * HOUR), (14 * HOUR, 18 * HOUR)),) * 4,
    ((8 * HOUR, 11 * HOUR + 1800), (15 * HOUR, 20 * HOUR)),
    ((9 * HOUR, 17 * HOUR),),
    (),
)
"""A lunch break, another one on Fridays, Saturdays without, Sundays closed."""


def a_segment(step: int) -> SearchStrategy[tuple[int, int]]:
    """A time of opening in whole ``step`` seconds: anything the sheet can hold, midnight to midnight at most."""
    return st.tuples(st.integers(0, DAY // step - 1), st.integers(1, DAY // step)).map(
        lambda edges: (min(edges) * step, max(edges) * step)
    )


def a_day(step: int) -> SearchStrategy[Hours]:
    return st.one_of(st.just(DEFAULT_HOURS), st.just(()), st.lists(a_segment(step), min_size=1, max_size=2).map(merge))


def a_week() -> SearchStrategy[tuple[Hours, ...]]:
    usual = st.sampled_from([(DEFAULT_HOURS,) * 7, FIVE_DAYS, UNEVEN])
    return st.one_of(usual, st.tuples(*[a_day(60)] * 7).filter(any))


QUIET = (dt.date(2026, 6, 22), dt.date(2026, 9, 18))
"""Between two festivals: nothing but the week counts."""
SEASONS = (
    (dt.date(2026, 1, 1), dt.date(2026, 3, 20)),
    (dt.date(2026, 3, 23), dt.date(2026, 6, 30)),
    (dt.date(2026, 9, 1), dt.date(2026, 12, 31)),
)
"""Everything the notice rules: New Year to the Spring Festival, spring, the autumn with the turn of the year."""
UNKNOWN = (dt.date(2097, 9, 1), dt.date(2097, 12, 31))
"""Nobody has published this year; its October is a month like any other."""
WEEKEND = (dt.date(2026, 10, 9), dt.date(2026, 10, 12))
"""A Friday, a Saturday made up for, a Sunday, a Monday."""
an_odd_week = st.tuples(a_day(1), a_day(1)).filter(any).map(lambda days: (*days, *days, *days, days[0]))


def own_days(first: dt.date, last: dt.date) -> SearchStrategy[Mapping[dt.date, bool]]:
    return st.dictionaries(st.dates(first, last), st.booleans(), min_size=1, max_size=8)


@dataclass(frozen=True)
class Kind:
    """How calendars of a kind are drawn."""

    seasons: tuple[tuple[dt.date, dt.date], ...]
    week: SearchStrategy[tuple[Hours, ...]]
    own: bool = False
    tick: int = 60

    def walkers(self) -> SearchStrategy[Walker]:
        return st.sampled_from(self.seasons).flatmap(
            lambda season: st.builds(
                Walker,
                st.just(season[0]),
                st.just(season[1]),
                self.week,
                own_days(*season) if self.own else st.just({}),
                st.just(self.tick),
            )
        )


KINDS = {
    "lunch breaks and other times every weekday": Kind((QUIET,), a_week()),
    "holidays and make-up days": Kind(SEASONS, a_week()),
    "own entries in 节假日": Kind((*SEASONS, QUIET), a_week(), own=True),
    "open day and night": Kind((*SEASONS, QUIET), st.just(ALWAYS), own=True),
    "a year not published": Kind((UNKNOWN,), a_week(), own=True),
    "doors that open at odd seconds": Kind((WEEKEND,), an_odd_week, tick=1),
}


def product(walker: Walker) -> Calendar:
    return Calendar(walker.first, walker.last, walker.week, walker.own)


# --- Starts and spans -------------------------------------------------------------------------------------------------


def a_start(walker: Walker) -> SearchStrategy[dt.datetime]:
    """Any second of the calendar, and very often one beside which something changes: doors, midnight, noon."""
    edges = {0, DAY, *(edge for hours in walker.week for segment in hours for edge in segment)}
    beside = sorted({min(max(edge + step, 0), DAY - 1) for edge in edges for step in (-1, 0, 1)})
    days = len(days_of(walker.first, walker.last))
    changing = [day * DAY + second for day in range(days) for second in beside]
    seconds = st.one_of(st.sampled_from(changing), st.integers(0, days * DAY - 1))
    return seconds.map(lambda second: walker.midnight + dt.timedelta(seconds=second))


def a_span(most: int = 60 * HOUR) -> SearchStrategy[int]:
    """Seconds: the limits people write, single seconds, and all of what is open on a usual day or half of one."""
    written = st.sampled_from([0, 1, 59, 60, 61, 900, 1800, 3 * HOUR + 1800, 4 * HOUR + 1800, 8 * HOUR, 24 * HOUR])
    return st.one_of(written, st.integers(1, most), st.integers(1, most // HOUR).map(lambda hours: hours * HOUR))


def batch(walker: Walker, span: SearchStrategy[int]) -> SearchStrategy[tuple[Walker, Starts, list[int]]]:
    starts = st.lists(a_start(walker), min_size=BATCH, max_size=BATCH)
    return st.tuples(st.just(walker), starts, st.lists(span, min_size=BATCH, max_size=BATCH))


def instants(moments: Starts) -> np.ndarray:
    return np.array(moments, dtype="M8[s]")


def neighbours(starts: Starts) -> tuple[Starts, Starts]:
    """Pairs of an earlier and a later start."""
    ordered = sorted(starts)
    return ordered, [*ordered[1:], ordered[-1]]


def reached(walker: Walker, starts: Starts, ends: list[dt.datetime | None]) -> tuple[Starts, Starts]:
    """Pairs of a start and its end, for those that have one within the calendar (24:00 of its last day is not)."""
    pairs = [(start, end) for start, end in zip(starts, ends, strict=True) if end and end.date() <= walker.last]
    return [start for start, _ in pairs], [end for _, end in pairs]


def compared(draws: SearchStrategy[tuple[Walker, Starts, list[int]]], compare: Callable[..., int]) -> int:
    """How many examples were compared."""
    counted = []

    @UNBOUND
    @given(draws)
    def run(drawn: tuple[Walker, Starts, list[int]]) -> None:
        counted.append(compare(*drawn))

    run()
    return sum(counted)


def agree(
    add: Callable[[np.ndarray, np.ndarray], np.ndarray],
    starts: Starts,
    spans: list[int],
    walked: list[dt.datetime | None],
) -> None:
    """The product's ends are those walked to; where the walk ran out of days the product refuses."""
    there = np.array([end is not None for end in walked])
    found = add(instants(starts)[there], np.array(spans)[there])
    assert found.tolist() == [end for end in walked if end is not None]
    for position in np.flatnonzero(~there)[:3]:
        with pytest.raises(NoOpenTime):
            add(instants([starts[position]]), np.array([spans[position]]))


# --- Start + span, span between ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_opening_hours_are_those_of_a_clock_that_walks(kind: str) -> None:
    tick = KINDS[kind].tick

    def compare(walker: Walker, starts: Starts, spans: list[int]) -> int:
        calendar = product(walker)
        if not any(walker.line):
            with pytest.raises(NoOpenTime):
                calendar.add_open(instants(starts), np.array(spans))
            return 0
        walked = [walker.deadline(start, span) for start, span in zip(starts, spans, strict=True)]
        agree(calendar.add_open, starts, spans, walked)
        for earlier, later in (neighbours(starts), reached(walker, starts, walked)):
            spent = [walker.spent(start, end) for start, end in zip(earlier, later, strict=True)]
            assert calendar.open_between(instants(earlier), instants(later)).tolist() == spent
            assert calendar.open_between(instants(later), instants(earlier)).tolist() == [-one for one in spent]
        return len(starts)

    span = a_span(2 * HOUR if tick == 1 else 60 * HOUR)
    assert compared(KINDS[kind].walkers().flatmap(lambda walker: batch(walker, span)), compare) >= EXAMPLES


def test_plain_time_is_that_of_a_clock_that_never_closes() -> None:
    class Tireless(Walker):
        @property
        def line(self) -> list[bool]:
            return [True] * (1440 * len(days_of(self.first, self.last)))

    def compare(walker: Walker, starts: Starts, spans: list[int]) -> int:
        calendar = product(walker)
        walked = [walker.deadline(start, span) for start, span in zip(starts, spans, strict=True)]
        kept = [place for place, end in enumerate(walked) if end]  # wall time does not end with the calendar
        ends = calendar.add_time(instants(starts), np.array(spans))
        assert ends[kept].tolist() == [walked[place] for place in kept]
        assert calendar.time_between(instants(starts), ends).tolist() == spans
        assert calendar.same_day(instants(starts)).tolist() == [last_minute(start.date()) for start in starts]
        return len(kept)

    walkers = st.builds(Tireless, st.just(QUIET[0]), st.just(QUIET[1] + dt.timedelta(days=10)), a_week())
    starts = st.lists(a_start(Walker(*QUIET, FIVE_DAYS)), min_size=BATCH, max_size=BATCH)
    spans = st.lists(a_span(), min_size=BATCH, max_size=BATCH)
    assert compared(st.tuples(walkers, starts, spans), compare) >= EXAMPLES


@pytest.mark.parametrize("own", [False, True], ids=["as published", "with own entries in 节假日"])
def test_working_days_are_those_of_a_clock_that_walks(own: bool) -> None:
    year = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))

    def compare(walker: Walker, starts: Starts, counts: list[int]) -> int:
        calendar = product(walker)
        walked = [walker.workday_deadline(start, count) for start, count in zip(starts, counts, strict=True)]
        agree(calendar.add_workdays, starts, counts, walked)
        for earlier, later in (neighbours(starts), reached(walker, starts, walked)):
            passed = [walker.workdays(start, end) for start, end in zip(earlier, later, strict=True)]
            assert calendar.workdays_between(instants(earlier), instants(later)).tolist() == passed
            assert calendar.workdays_between(instants(later), instants(earlier)).tolist() == [-one for one in passed]
        return len(starts)

    draws = Kind((year, UNKNOWN), a_week(), own).walkers().flatmap(lambda walker: batch(walker, st.integers(0, 60)))
    assert compared(draws, compare) >= EXAMPLES


# --- The account of an interval ---------------------------------------------------------------------------------------


def test_an_account_names_every_day_and_what_it_adds() -> None:
    def compare(walker: Walker, starts: Starts, spans: list[int]) -> int:
        calendar = product(walker)
        for start, span in zip(starts, spans, strict=True):
            end = min(start + dt.timedelta(seconds=span), dt.datetime.combine(walker.last, dt.time(23, 59)))
            told = calendar.account(start, end)
            assert [one.day for one in told] == (days_of(start.date(), end.date()) if start <= end else [])
            assert [one.workday for one in told] == [is_workday(walker.own, one.day) for one in told]
            for one in told:
                midnight = dt.datetime.combine(one.day, dt.time())
                last = min(end, midnight + dt.timedelta(days=1) - dt.timedelta(seconds=1))
                # The day's last second stands alone: its midnight is another day, or past the calendar.
                closing = end > last and walker.line[(one.day - walker.first).days * 1440 + 1439]
                assert one.seconds == walker.spent(max(start, midnight), last) + closing
        return len(starts)

    draws = Kind((*SEASONS, QUIET), a_week(), own=True).walkers().flatmap(lambda walker: batch(walker, a_span()))
    assert compared(draws, compare) >= EXAMPLES
