"""Deadlines beside the flows: what holds for every ticket whatever stage it is in (X-01, the promised answer X-07)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from automation.past import History
from automation.sla import courses, days, events, judgement
from automation.sla.calendar import Calendar, Instants, Mask
from automation.sla.events import NEVER, STARTS_LAST, Occurrences
from automation.sla.judgement import Circumstances
from automation.sla.rounds import pair
from automation.sla.rules import ARCHIVED, PROMISED, Rule, RuleBook, versions
from automation.sla.stages import BesideClock
from automation.sla.verdict import Reason
from workbook.ledger import Ledger


def of_all(
    ledger: Ledger, book: RuleBook, calendar: Calendar, now: np.datetime64, history: History, closed: Mask
) -> tuple[BesideClock, ...]:
    """One clock a rule of 所有流程, over the whole register. ``closed``: which of its cases are archived for good so far."""
    tickets = ledger.register.frame
    if not len(tickets):
        return ()
    return tuple(_of_rule(rules, tickets, ledger, calendar, now, history, closed) for rules in book.for_all)


def _of_rule(
    rules: tuple[Rule, ...],
    tickets: pd.DataFrame,
    ledger: Ledger,
    calendar: Calendar,
    now: np.datetime64,
    history: History,
    closed: Mask,
) -> BesideClock:
    rule = rules[-1]
    version = versions(rules, tickets["接收时间"].to_numpy(dtype="M8[s]"))
    around = Circumstances.none(len(tickets))
    if rule.promised:
        given = _given(tickets, history, now)
        answers = _others(events.find(rule.end, tickets, ledger, now, stops=True), given, tickets)
        # The answer of that very instant gave the promise: it starts last.
        course = courses.in_rounds(pair(events.from_column(given, STARTS_LAST), answers), len(tickets))
    else:
        (course,) = courses.of_flow([rules], [version], tickets, ledger, now)
    # Nobody owes an answer in a case that is closed: what was not recorded before cannot be told any more, and opening the
    # case again (申诉, 退回) does not bring it back. What falls due, or begins, only afterwards is owed.
    owed_from = tickets[PROMISED].to_numpy(dtype="M8[s]") if rule.promised else course.start
    filed = days.last(tickets[ARCHIVED].to_numpy(dtype="M8[s]"))
    over = closed | (days.last_minute(owed_from) <= filed)
    undone = over & np.isnat(course.actual)
    unasked = undone & np.isnat(course.start)
    around = replace(around, done_later=undone, skipped=unasked, why_skipped=Reason.NOT_OPENED)
    clock = judgement.stage(rules, version, course, tickets, around, (), ledger, calendar, now)
    return BesideClock(tickets.index, clock)


def _others(answers: Occurrences, given: Instants, tickets: pd.DataFrame) -> Occurrences:
    """Without those that gave the promise themselves: a date without a time that is the day on which it was given, unless
    an answer was promised for that very day.
    """
    day, promised = days.of(given)[answers.at], days.of(tickets[PROMISED].to_numpy(dtype="M8[s]"))[answers.at]
    return answers.only(~(days.known(answers.time) & (answers.time == day) & (day != promised)))


def _given(tickets: pd.DataFrame, history: History, now: np.datetime64) -> Instants:
    """When the promise that stands in 下次答复时间 was given: when a pass first saw it, this one if none did.

    Where that was only after it had fallen due, the beginning of the day that was promised: an answer of an earlier day
    was none to this promise.
    """
    promised = tickets[PROMISED].to_numpy(dtype="M8[s]")
    held = history.held_since(PROMISED)
    first = np.full(len(tickets), now, dtype="M8[s]")
    for at in np.flatnonzero(~np.isnat(promised)).tolist():
        ticket = tickets["编号"].iloc[at]
        value, seen = held.get(ticket, ("", None))
        if value and seen is not None and np.datetime64(value.replace(" ", "T"), "s") == promised[at]:
            first[at] = np.datetime64(seen, "s")
    day = promised.astype("M8[D]").astype("M8[s]")
    return np.where(np.isnat(promised), NEVER, np.where(first < promised, first, day)).astype("M8[s]")
