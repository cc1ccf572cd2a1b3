"""Why something that was late may be so no more without anybody having taken it back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from automation import enactments
from automation.amendments import is_rework, returned_on_record
from automation.laterounds import Round, all_late
from automation.past import CASE, KEPT, PRESENCE, Change, Late
from automation.sla import clock, days, events
from automation.sla.calendar import NoOpenTime
from automation.sla.counting import WORKING
from automation.sla.rules import Rule
from automation.sla.verdict import Reason, Verdict
from workbook.vocabulary import STANDARD_FLOW

if TYPE_CHECKING:  # the checks import this file
    from automation.checks.facts import Facts


@dataclass(frozen=True)
class Excuses:
    """Why something may be late no more without anybody having taken it back."""

    facts: Facts
    changes: Mapping[str, list[Change]]
    rules: Mapping[str, Rule]
    by_former_rules: Set[tuple[str, str, str]]
    same_clock: bool
    same_calendar: bool

    @classmethod
    def of(cls, facts: Facts, changes: Sequence[Change], basis: str) -> Excuses:
        by_ticket: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            by_ticket[change.ticket].append(change)
        rules = {versions[-1].id: versions[-1] for stages in facts.book.flows.values() for versions in stages}
        same = [was == is_now for was, is_now in zip(facts.past.basis.split("|"), basis.split("|"), strict=False)]
        return cls(
            facts,
            by_ticket,
            rules,
            _by_former_rules(facts),
            same_clock=same[0],
            same_calendar=same[-1],
        )

    def has(self, late: Late, at: dt.datetime, mine: Sequence[Round]) -> bool:
        """Whether ``late``, first seen by the pass ``at``, is excused; ``mine``: the rounds of its stage as they are."""
        rule, changes = self.rules.get(late.rule), self.changes.get(late.ticket, [])
        if rule is None or (late.ticket, late.rule, late.due) in self.by_former_rules or not self.same_clock:
            return True
        if at > self.facts.now:  # by a computer's clock that ran ahead
            return True
        if rule.unit in WORKING and not self.same_calendar:
            return True
        if any(change.field == CASE for change in changes):
            return True
        if any(one.is_of(late) and _may_be_later(one, at) for one in mine):
            return True
        if rule.archives and rule.flow != STANDARD_FLOW and not any(one.due.isoformat() == late.due for one in mine):
            return True  # what was done last is another thing now: the case goes on, or that is stated of its own stage
        if rule.promised and mine and answered(self.facts, rule, mine[-1].row, np.datetime64(late.due, "s")):
            return True
        fields = [change for change in changes if change.field != PRESENCE]
        if fields and all(self._came_back(change) for change in fields):
            return True
        again = [change for change in fields if change.field in (rule.start, rule.stop)]
        returned = returned_on_record(self.facts, {late.ticket}) if again else frozenset()
        return any(is_rework(self.facts, change, returned) for change in again)

    def _came_back(self, change: Change) -> bool:
        """Whether what stands there now stood there less than a month ago: somebody has corrected a slip."""
        before = (one for one in self.facts.past.history.of(change.ticket) if one.field == change.field)
        return any(one.old == change.new and change.at - KEPT < one.at < change.at for one in before)


def _by_former_rules(facts: Facts) -> Set[tuple[str, str, str]]:
    """Ticket, rule and deadline of what would be late by the rules of the latest pass, where they were others (EVID-05
    speaks of them).
    """
    before = facts.past.rules
    if before in ("", enactments.kept(facts.book)):
        return frozenset()
    try:
        clocks = clock.run(
            facts.ledger, enactments.recalled(before), facts.clocks.calendar, facts.now, facts.past.history
        )
    except NoOpenTime:  # CAL-02 speaks of it
        return frozenset()
    return {(late.ticket, late.rule, late.due) for late in all_late(replace(facts, clocks=clocks))}


def _may_be_later(one: Round, at: dt.datetime) -> bool:
    """Whether a round ended on a day of which no time is known, and so may have ended after a pass of that day."""
    last = days.last(one.clock.written_actual[one.place : one.place + 1])[0]
    return bool(one.clock.actual_by_day[one.place] and last >= np.datetime64(at, "s"))


def stands_still(facts: Facts, late: Late, at: dt.datetime, mine: Sequence[Round]) -> bool:
    """Whether a round that was late cannot be judged now, or is paused since a time at which it was late already."""
    for one in mine:
        if not one.is_of(late):
            continue
        reason = Reason(one.clock.reason[one.place])
        if one.verdict is Verdict.UNKNOWN or (one.verdict is Verdict.PAUSED and reason is Reason.RETURNED):
            return True
        if one.verdict is Verdict.PAUSED and one.clock.rule.id != clock.LIABILITY:
            since = next(
                flow.pending.at[one.row, "since"] for flow in facts.clocks.flows.values() if one.row in flow.index
            )
            last = days.last(np.array([since], dtype="M8[s]"))[0]
            return bool(since > pd.Timestamp(late.due) or last >= np.datetime64(at, "s"))
    return False


def answered(facts: Facts, rule: Rule, row: int, due: np.datetime64) -> bool:
    """Whether an answer at or after the time that was promised is on record (X-07), so that the next may be another."""
    ticket, now = facts.register.loc[[row]], np.datetime64(facts.now, "s")
    answers = events.find(rule.end, ticket, facts.ledger, now, stops=True)
    return bool((days.last(answers.time) >= due).any())
