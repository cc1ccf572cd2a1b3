"""The course of a stage: when its clock started for each ticket and when it stopped, in how many rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.sla import days, events
from automation.sla.calendar import Instants, Mask
from automation.sla.events import NEVER, STARTS_FIRST, Event, Occurrences
from automation.sla.rounds import Rounds, pair
from automation.sla.rules import Rule
from workbook.ledger import Ledger


@dataclass(frozen=True)
class Course:
    """``start`` and ``actual``: of each ticket's latest round; ``number``: which that is, from 1; ``earlier``: the rounds
    before it, all finished. ``unneeded``: the stage waits for something nobody has to do, and nobody did. ``since``: its
    start, or where that is not known that of the nearest stage it goes on from. All times as they are written.
    """

    start: Instants
    actual: Instants
    number: npt.NDArray[np.int64]
    earlier: Rounds
    unneeded: Mask
    since: Instants

    @property
    def open(self) -> Mask:
        """Started and not done."""
        undone: Mask = ~np.isnat(self.start) & np.isnat(self.actual)
        return undone

    @property
    def again(self) -> Mask:
        """Opened again after it had been done."""
        reopened: Mask = self.number > 1
        return reopened


def plain(start: Instants, actual: Instants) -> Course:
    """One round a ticket."""
    count = len(start)
    return Course(start, actual, np.ones(count, dtype=np.int64), _no_rounds(), np.zeros(count, dtype=bool), start)


def _no_rounds() -> Rounds:
    none = np.zeros(0, dtype=np.int64)
    return Rounds(none, none, none.astype("M8[s]"), none.astype("M8[s]"))


def _never(count: int) -> Instants:
    return np.full(count, NEVER, dtype="M8[s]")


def in_rounds(rounds: Rounds, count: int) -> Course:
    """The latest round of each of ``count`` tickets, and the earlier ones beside."""
    last = rounds.only(rounds.last)
    course = plain(_never(count), _never(count))
    course.start[last.at], course.actual[last.at], course.number[last.at] = last.start, last.actual, last.number
    return replace(course, earlier=rounds.only(~rounds.last))


def of_flow(
    flow: Sequence[tuple[Rule, ...]],
    version_of: Sequence[npt.NDArray[np.int64]],
    tickets: pd.DataFrame,
    ledger: Ledger,
    now: np.datetime64,
) -> list[Course]:
    """The course of every stage of a flow; ``version_of`` says for each stage which of its rules holds for each ticket.

    A stage that starts with what an earlier one ends with goes on from there. One that starts with an entry that ends
    no other (升级二级, 申诉, an unsatisfied follow-up) is needed once that entry is made, and again each time it is.
    """
    made: list[Course] = []
    by_stop: dict[str, int] = {}
    stops = {rules[-1].stop for rules in flow}
    for rules, version in zip(flow, version_of, strict=True):
        course = _of_rules(rules, version, made, by_stop, stops - {rules[-1].stop}, tickets, ledger, now)
        made.append(course)
        by_stop.setdefault(rules[-1].stop, len(made) - 1)
    return made


def openings(
    flow: Sequence[tuple[Rule, ...]], tickets: pd.DataFrame, ledger: Ledger, now: np.datetime64
) -> Occurrences:
    """Every entry that opened a stage nobody has to go through, see :func:`openers`."""
    return Occurrences.of([events.find(event, tickets, ledger, now, stops=False) for event in openers(flow)])


def openers(flow: Sequence[tuple[Rule, ...]]) -> list[Event]:
    """What opens a stage nobody has to go through: 升级二级, 申诉, a customer not satisfied."""
    stops = {rules[-1].stop for rules in flow}
    begins = [rules[-1].begin for rules in flow if rules[-1].start not in stops and not rules[-1].archives]
    return [event for event in begins if not event.in_register]


def _of_rules(
    rules: tuple[Rule, ...],
    version: npt.NDArray[np.int64],
    made: Sequence[Course],
    by_stop: Mapping[str, int],
    other_stops: set[str],
    tickets: pd.DataFrame,
    ledger: Ledger,
    now: np.datetime64,
) -> Course:
    """Versions of a rule may start and stop with different events: each ticket follows its own."""
    courses: dict[tuple[str, str], Course] = {}
    for rule in rules:
        if (rule.start, rule.stop) not in courses:
            before = made[by_stop[rule.start]] if rule.start in by_stop else None
            opener = rule.start not in other_stops and not rule.begin.in_register and not rule.archives
            courses[rule.start, rule.stop] = _of_rule(rule, before, tickets, ledger, now, opener=opener)
    if len(courses) == 1:
        return next(iter(courses.values()))
    count = len(tickets)
    whole = plain(_never(count), _never(count))
    whole = replace(whole, since=_never(count))
    earlier = []
    for (start, stop), course in courses.items():
        numbers = [number for number, rule in enumerate(rules) if (rule.start, rule.stop) == (start, stop)]
        mine = np.isin(version, numbers)
        for name in ("start", "actual", "number", "unneeded", "since"):
            getattr(whole, name)[mine] = getattr(course, name)[mine]
        earlier.append(course.earlier.only(mine[course.earlier.at]))
    return replace(whole, earlier=joined(earlier))


def joined(parts: Sequence[Rounds]) -> Rounds:
    """Rounds of different tickets, or of different times, in their order."""
    at, number, start, actual = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("at", "number", "start", "actual")
    )
    order = np.lexsort((number, at))
    return Rounds(at[order], number[order], start[order], actual[order])


def _of_rule(
    rule: Rule, before: Course | None, tickets: pd.DataFrame, ledger: Ledger, now: np.datetime64, *, opener: bool
) -> Course:
    begin, end = rule.begin, rule.end
    if begin.in_register and end.in_register:
        return plain(_column(begin, tickets), _column(end, tickets))
    if rule.archives:  # filing waits for everything else, and only the clock knows when that is done
        return plain(_never(len(tickets)), _column(end, tickets))
    stops = events.find(end, tickets, ledger, now, stops=True)
    starts = _starts(begin, before, tickets, ledger, now, opener=opener)
    course = in_rounds(pair(starts, stops), len(tickets))
    if opener:
        return replace(course, unneeded=np.isnat(course.start))
    if before is not None:
        since = np.where(np.isnat(course.start), before.since, course.start).astype("M8[s]")
        course = replace(course, since=since, unneeded=before.unneeded & np.isnat(course.start))
    return _without_start(course, starts, stops)


def _starts(
    begin: Event, before: Course | None, tickets: pd.DataFrame, ledger: Ledger, now: np.datetime64, *, opener: bool
) -> Occurrences:
    """An opener starts as often as it happens, what goes on from an entry whenever the stage before is done, anything
    else once.
    """
    if before is not None and begin.in_records:
        ended = events.listed(before.earlier.at, before.earlier.actual, STARTS_FIRST)
        return Occurrences.of([ended, events.from_column(before.actual, STARTS_FIRST)])
    found = events.find(begin, tickets, ledger, now, stops=False)
    return found if opener or begin.in_register else _first(found, len(tickets))


def _first(found: Occurrences, count: int) -> Occurrences:
    first = np.full(count, NEVER, dtype="M8[s]")
    order = np.lexsort((found.time, found.at))[::-1]  # the earliest of a ticket is written last, and stays
    first[found.at[order]] = found.time[order]
    return events.from_column(first, STARTS_FIRST)


def _without_start(course: Course, starts: Occurrences, stops: Occurrences) -> Course:
    """What is done although nobody knows when it began is still done: the verdict cannot be told, the stage is over.
    What was done before the stages it goes on from had begun is none of it.
    """
    lacking = ~course.unneeded
    lacking[starts.at] = False
    done = stops.only(lacking[stops.at] & ~(days.last(stops.time) < course.since[stops.at]))
    order = np.lexsort((days.last(done.time), done.at))[::-1]
    actual = _never(len(course.start))
    actual[done.at[order]] = done.time[order]
    return replace(course, actual=np.where(np.isnat(actual), course.actual, actual).astype("M8[s]"))


def _column(event: Event, tickets: pd.DataFrame) -> Instants:
    written: Instants = tickets[event.words[0]].to_numpy(dtype="M8[s]")
    return written
