"""A form that fails its audit goes back to management: 执行, 转客服 and 考核归档 open a new round (STD-10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from automation.past import History
from automation.sla import days
from automation.sla.calendar import Instants, Mask
from automation.sla.courses import Course, in_rounds
from automation.sla.events import NEVER, STARTS_FIRST, STOPS_LAST, Event, Occurrences, find, from_column, listed
from automation.sla.rounds import Rounds, pair
from workbook.ledger import Ledger
from workbook.schema import EVENTS

RETURN = Event(EVENTS.sheet, ("退回",))
AUDIT, RETURNED = "考核结果", "退回"
EXECUTION, HAND_OVER, CALLBACK, ARCHIVE = "STD-07", "STD-08", "STD-09", "STD-10"
_DONE = {EXECUTION: "执行完成时间", HAND_OVER: "转客服时间"}


def of(tickets: pd.DataFrame, ledger: Ledger, history: History, now: np.datetime64) -> Occurrences:
    """When forms were returned: entries 退回 of 处理记录; without one, when a pass first saw 考核结果 change to it.

    A form that was returned before anybody watched has no known time, and so no new round.
    """
    recorded = find(RETURN, tickets, ledger, now, stops=False)
    on_record = set(recorded.at.tolist())
    told_of = {change.ticket for change in history.changes if change.field == AUDIT and change.new == RETURNED}
    candidates = tickets[AUDIT].eq(RETURNED) | tickets["编号"].isin(told_of)
    seen_at, seen_time = [], []
    for at in np.flatnonzero(candidates & tickets["编号"].ne("")).tolist():
        if at in on_record:
            continue
        for moment in _seen_to_return(tickets["编号"].iloc[at], tickets[AUDIT].iloc[at], history, now):
            seen_at.append(at)
            seen_time.append(moment)
    return Occurrences.of([recorded, listed(seen_at, seen_time, STARTS_FIRST)])


def _seen_to_return(ticket: str, audit: str, history: History, now: np.datetime64) -> Iterator[np.datetime64]:
    for change in history.of(ticket):
        if change.field == AUDIT and change.new == RETURNED:
            yield np.datetime64(change.at, "s")
    if audit == RETURNED and ticket in history.seen and history.present(ticket, AUDIT) != RETURNED:
        yield now


def reopened(
    courses: Mapping[str, Course], returns: Occurrences, tickets: pd.DataFrame, history: History
) -> dict[str, Course]:
    """The courses of the standard flow with their rounds. Times that stood before a return belong to the round before
    it, though the register holds only the newest.
    """
    if not len(returns.at) or not courses.keys() >= {EXECUTION, HAND_OVER, ARCHIVE}:
        return dict(courses)
    mine: Mask = np.zeros(len(tickets), dtype=bool)
    mine[returns.at] = True
    held = {rule: _held(column, returns, tickets, history, mine) for rule, column in _DONE.items()}
    opened = Occurrences.of([_of(mine, courses[EXECUTION].start, STARTS_FIRST), returns])
    archived = Occurrences.of([_of(mine, courses[ARCHIVE].actual, STOPS_LAST), returns.in_order(STOPS_LAST)])
    rounds = {
        EXECUTION: pair(opened, held[EXECUTION]),
        HAND_OVER: pair(held[EXECUTION].in_order(STARTS_FIRST), held[HAND_OVER]),
        ARCHIVE: pair(held[HAND_OVER].in_order(STARTS_FIRST), archived),
    }
    again = {rule: _with(course, rounds.get(rule), mine) for rule, course in courses.items()}
    if CALLBACK in again:
        again[CALLBACK] = _called(again[CALLBACK], held[HAND_OVER])
    return again


def _called(course: Course, handed: Occurrences) -> Course:
    """A callback that was made belongs to the hand-over before it: what is audited afterwards is the handling, and asks
    the customer nothing (STD-09, STD-10).
    """
    before = handed.only(handed.time <= days.last(course.actual)[handed.at])
    start = np.full(len(course.start), NEVER, dtype="M8[s]")
    np.fmax.at(start, before.at, before.time)
    return replace(course, start=np.where(np.isnat(start), course.start, start).astype("M8[s]"))


def _with(course: Course, rounds: Rounds | None, mine: Mask) -> Course:
    if rounds is None:
        return course
    count = len(course.start)
    again = in_rounds(rounds, count)
    has_rounds = mine & ~np.isnat(again.start)
    return replace(
        course,
        start=np.where(has_rounds, again.start, course.start).astype("M8[s]"),
        actual=np.where(has_rounds, again.actual, course.actual).astype("M8[s]"),
        number=np.where(has_rounds, again.number, course.number),
        earlier=again.earlier,
    )


def _held(column: str, returns: Occurrences, tickets: pd.DataFrame, history: History, mine: Mask) -> Occurrences:
    """The time that stands in a column now, and those that stood there when the form was returned."""
    now_there = _of(mine, tickets[column].to_numpy(dtype="M8[s]"), STOPS_LAST)
    numbers = tickets["编号"].tolist()
    at, time = [], []
    for place, returned in zip(returns.at.tolist(), days.last(returns.time), strict=True):
        before = _value_at(history.values(numbers[place], column), returned.item())
        if before is not None:
            at.append(place)
            time.append(before)
    return Occurrences.of([now_there, listed(at, time, STOPS_LAST)])


def _value_at(values: Iterable[tuple[str, dt.datetime]], moment: dt.datetime) -> np.datetime64 | None:
    """What a time column showed at a moment: the newest value first seen by then."""
    shown = ""
    for value, seen in values:
        if seen <= moment:
            shown = value
    return np.datetime64(shown.replace(" ", "T"), "s") if shown else None


def _of(mine: Mask, instants: Instants, order: int) -> Occurrences:
    return from_column(np.where(mine, instants, NEVER).astype("M8[s]"), order)
