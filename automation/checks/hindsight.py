"""Hindsight: what a pass told as late, and what stands on record now says otherwise. It states, and accuses nobody.

Stages that start and end with times of the register are spoken of in :mod:`automation.checks.evidence`, field by field.
Those of the other flows rest on entries of 处理记录 and the side sheets, which the journal does not keep one by one; what
it does keep is that somebody was told, when, and of which deadline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from automation.alerts import Level, of_key
from automation.checks.facts import Check, Facts, clock_time, mark
from automation.past import KEPT
from automation.sla import days, events
from automation.sla.stages import StageClock
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.schema import EVENTS

_HINT = "补记、改动有依据的，在“备注”写明即可；不是有意改动的，请改回原值。本条只陈述，31 天后不再列出"


class _Told(NamedTuple):
    """A deadline somebody was told of as passed and not met; ``at``: when, the first time."""

    ticket: str
    rule: str
    due: dt.datetime
    at: dt.datetime


class _Round(NamedTuple):
    """One round of a stage as the record has it now; ``place`` points into the clock's arrays."""

    clock: StageClock
    place: int
    row: int

    @property
    def due(self) -> pd.Timestamp:
        return pd.Timestamp(self.clock.due[self.place])

    @property
    def in_time(self) -> bool:
        return bool(self.clock.actual[self.place] <= self.clock.cutoff[self.place])


def late_no_more(facts: Facts) -> Iterator[Finding]:
    """EVID-04: an alert said that something was late and not done; by the entries as they are now it was done in time,
    or the deadline it spoke of is gone.
    """
    told = _told_late(facts)
    if not told:
        return
    numbers = facts.register["编号"]
    rows = {ticket: row for row, ticket in numbers[numbers.isin({one.ticket for one in told})].items()}
    rounds = _rounds(facts, {one.rule for one in told}, set(rows.values()))
    for one in told:
        mine = rounds.get((rows.get(one.ticket, -1), one.rule), [])
        same = [each for each in mine if each.due == pd.Timestamp(one.due)]
        if same and same[-1].in_time:
            yield from _filled_in(facts, one, same[-1])
        elif mine and not same and not _answered_since(facts, one, mine[-1]):
            yield from _gone(facts, one, mine[-1])


def _told_late(facts: Facts) -> list[_Told]:
    first: dict[tuple[str, str, dt.datetime], dt.datetime] = {}
    for key, at in facts.past.told_at.items():
        alert = of_key(key) if facts.now - KEPT < at else None
        if alert is not None and alert.level is not Level.AT_RISK:
            matter = (alert.ticket, alert.rule, alert.due)
            first[matter] = min(at, first.get(matter, at))
    return [_Told(*matter, at) for matter, at in sorted(first.items())]


def _rounds(facts: Facts, rules: set[str], rows: set[int]) -> dict[tuple[int, str], list[_Round]]:
    """Every round of these rules and register rows, oldest first, of stages that rest on entries."""
    found: dict[tuple[int, str], list[_Round]] = {}
    clocks = [(one.index, one.clock) for flow in facts.clocks.flows.values() for one in flow.earlier]
    clocks += [(flow.index, clock) for flow in facts.clocks.flows.values() for clock in flow.stages]
    clocks += [(one.index, one.clock) for one in facts.clocks.beside]
    for index, clock in clocks:
        rule = clock.rule
        if rule.id in rules and not (rule.begin.in_register and rule.end.in_register):
            for place in np.flatnonzero(index.isin(rows)).tolist():
                row = int(index[place])
                found.setdefault((row, rule.id), []).append(_Round(clock, place, row))
    return found


def _answered_since(facts: Facts, told: _Told, now: _Round) -> bool:
    """Of a promise (X-07): whether an answer after it is on record, so that the next one may well be another."""
    rule = now.clock.rule
    if not rule.promised:
        return False
    ticket = facts.register.loc[[now.row]]
    answers = events.find(rule.end, ticket, facts.ledger, np.datetime64(facts.now, "s"), stops=True)
    return bool((days.last(answers.time) >= np.datetime64(told.due, "s")).any())


def _filled_in(facts: Facts, told: _Told, now: _Round) -> Iterator[Finding]:
    rule, actual = now.clock.rule, pd.Timestamp(now.clock.written_actual[now.place])
    records, row, column = _entry(facts, now, actual)
    yield from mark(
        records,
        [row],
        column,
        "EVID-04",
        Severity.INFO,
        lambda row: (
            f"“{rule.stage}”（{rule.id}）截止 {clock_time(pd.Timestamp(told.due))}，{told.at:%Y-%m-%d %H:%M} 提醒超时的时候"
            f"还没有记录；现在记录的完成时间是 {clock_time(actual)}，按现在的记录没有超时"
        ),
        _HINT,
    )


def _gone(facts: Facts, told: _Told, now: _Round) -> Iterator[Finding]:
    rule = now.clock.rule
    present = f"现在是 {clock_time(now.due)}" if pd.notna(now.due) else "现在没有截止时间"
    register = facts.ledger.register
    column = rule.start if rule.begin.in_register and rule.start in register.columns else "编号"
    yield from mark(
        register,
        [now.row],
        column,
        "EVID-04",
        Severity.WARNING,
        lambda row: (
            f"“{rule.stage}”（{rule.id}）{told.at:%Y-%m-%d %H:%M} 提醒过超时，当时的截止时间是 "
            f"{clock_time(pd.Timestamp(told.due))}；{present}，提醒过的那一次不再计为超时"
        ),
        _HINT,
    )


def _entry(facts: Facts, now: _Round, actual: pd.Timestamp) -> tuple[Records, int, str]:
    """The cell of 处理记录 that ended the round, else the ticket's number."""
    end, records = now.clock.rule.end, facts.ledger[EVENTS]
    if end.in_records:
        frame = records.frame
        mine = (
            frame["编号"].eq(facts.register.at[now.row, "编号"])
            & frame["时间"].eq(actual)
            & frame["事项"].isin(end.words)
        )
        if mine.any():
            return records, int(frame.index[mine][0]), "时间"
    return facts.ledger.register, now.row, "编号"


CHECKS: tuple[Check, ...] = (late_no_more,)
