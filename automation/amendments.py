"""Amendments: what was changed lately in the fields the clocks rest on, and what each stage would be without it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from automation.past import CASE, KEPT, PRESENCE, Change, History
from automation.sla import clock
from automation.sla.calendar import Calendar, NoOpenTime
from automation.sla.judgement import NUMBERING
from automation.sla.stages import Clocks, StageClock
from automation.sla.verdict import Verdict
from workbook.schema import EVENTS, REGISTER, TEMPORAL

if TYPE_CHECKING:  # the checks import this file
    from automation.checks.facts import Facts

ARCHIVED, AUDIT, RETURNED = "归档时间", "考核结果", "退回"
_NEW_ROUND = frozenset({"执行完成时间", "转客服时间", ARCHIVED, "回访时间", "满意度", AUDIT})
"""What a form that was returned is filled in with again (STD-10)."""
_NOT_LATE = frozenset({Verdict.ON_TIME, Verdict.RUNNING, Verdict.AT_RISK})


@dataclass(frozen=True)
class Edited:
    """A field of a ticket with the changes to be told of, oldest first, and those of the month before them.

    ``row`` is the ticket's place in the register.
    """

    row: int
    changes: list[Change]
    earlier: list[Change]
    present: str

    @property
    def column(self) -> str:
        return self.changes[0].field

    def came_back(self, change: Change) -> bool:
        """Whether the value that stands there now stood there before ``change``: somebody has corrected a slip."""
        return any(one.old == self.present for one in (*self.earlier, *self.changes) if one.at <= change.at)


def edits_of(facts: Facts) -> list[Edited]:
    """The fields changed lately of tickets that stand in the register once. What belonged to another case (NUM-07) is
    left out.
    """
    history, numbers = facts.past.history, facts.register["编号"]
    recent = history.recent(facts.now)
    if not recent:
        return []
    another = {change.ticket: change.at for change in recent if change.field == CASE}
    chains: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in recent:
        of_this_case = change.ticket not in another or change.at > another[change.ticket]
        if of_this_case and change.field not in (PRESENCE, CASE):
            chains[change.ticket, change.field].append(change)
    rows = numbers[numbers.isin({ticket for ticket, _ in chains}) & ~numbers.duplicated(keep=False)]
    row_of = {number: int(row) for row, number in rows.items()}
    return [
        Edited(row_of[ticket], changes, _month_before(history, changes[0]), history.present(ticket, name))
        for (ticket, name), changes in chains.items()
        if ticket in row_of
    ]


def _month_before(history: History, first: Change) -> list[Change]:
    same = (one for one in history.of(first.ticket) if one.field == first.field)
    return [one for one in same if first.at - KEPT < one.at < first.at]


def is_rework(facts: Facts, change: Change, returned: frozenset[str]) -> bool:
    """Whether a change is the rework of a form that was returned: not evidence. Nothing done again is done earlier."""
    history = facts.past.history
    if change.field not in _NEW_ROUND:
        return False
    if change.field in REGISTER.headers and REGISTER[change.field].kind in TEMPORAL and "" < change.new < change.old:
        return False
    audits = (history.before(change, AUDIT), history.result(change, AUDIT))
    return RETURNED in audits or change.ticket in returned


def returned_among(facts: Facts, edits: Sequence[Edited]) -> frozenset[str]:
    """The edited tickets that 处理记录 says were returned."""
    return returned_on_record(facts, {edited.changes[0].ticket for edited in edits if edited.column in _NEW_ROUND})


def returned_on_record(facts: Facts, tickets: Set[str]) -> frozenset[str]:
    """Which of the tickets 处理记录 says were returned."""
    if not tickets:
        return frozenset()
    entries = facts.ledger[EVENTS].frame
    entries = entries[entries["编号"].isin(tickets)]
    said = entries["事项"].str.contains(RETURNED, regex=False) | entries["结果"].str.contains(RETURNED, regex=False)
    return frozenset(entries.loc[said.astype(bool), "编号"])


@dataclass(frozen=True)
class Move:
    """What moving a start did to one stage; due times as shown to people."""

    row: int
    change: Change
    present: str
    rule: str
    stage: str
    due_before: str
    due: str
    later: bool
    was_late: bool


def moves_of(facts: Facts, edits: Sequence[Edited]) -> list[Move]:
    """For each start that was moved: its stages by the clock as it is, and by the same clock with the start as it was."""
    returned = returned_among(facts, edits)
    moved: list[tuple[Edited, Change]] = []
    for edited in edits:
        change = next((one for one in edited.changes if one.old), None)
        is_time = edited.column in REGISTER.headers and REGISTER[edited.column].kind in TEMPORAL
        if (
            change
            and is_time
            and edited.present
            and not edited.came_back(change)
            and not is_rework(facts, change, returned)
        ):
            moved.append((edited, change))
    before = _as_it_was(facts, moved) if moved else None
    if before is None:
        return []
    found: list[Move] = []
    for name, flow in before.flows.items():
        now = facts.clocks.flows.get(name)
        for was, stage in zip(flow.stages, now.stages if now else (), strict=False):
            for place, at in enumerate(flow.index.tolist()):
                edited, change = moved[at]
                if was.rule.start == edited.column and was.rule.id != NUMBERING and now is not None:
                    here = now.index.get_indexer([edited.row])[0]
                    found += _move(edited, change, (was, place), (stage, here)) if here >= 0 else ()
    return found


def _move(
    edited: Edited, change: Change, before: tuple[StageClock, int], after: tuple[StageClock, int]
) -> Iterator[Move]:
    (was, place), (stage, here) = before, after
    last, cutoff, end = was.cutoff[place], stage.cutoff[here], stage.actual[here]
    if np.isnat(last) or np.isnat(cutoff) or last == cutoff:
        return
    looked = np.datetime64(change.at, "s") if np.isnat(end) else end
    was_late = bool(looked > last) and Verdict(stage.verdict[here]) in _NOT_LATE
    yield Move(
        edited.row,
        change,
        edited.present,
        stage.rule.id,
        stage.rule.stage,
        at_time(was.due[place]),
        at_time(stage.due[here]),
        later=bool(cutoff > last),
        was_late=was_late,
    )


def _as_it_was(facts: Facts, moved: Sequence[tuple[Edited, Change]]) -> Clocks | None:
    """The clock over these tickets alone, each with its old start; row ``n`` is the ``n``-th of them."""
    frame = facts.register.loc[[edited.row for edited, _ in moved]].reset_index(drop=True)
    years = [facts.clocks.calendar.first.year]
    for at, (edited, change) in enumerate(moved):
        frame.loc[at, edited.column] = pd.Timestamp(instant(change.old))
        years.append(int(change.old[:4]))
    calendar: Calendar = replace(facts.clocks.calendar, first=dt.date(min(years), 1, 1))
    ledger = facts.ledger.having(replace(facts.ledger.register, frame=frame))
    try:
        return clock.run(ledger, facts.book, calendar, facts.now, facts.past.history)
    except NoOpenTime:  # CAL-02 speaks of it
        return None


def instant(shown: str) -> np.datetime64:
    """A time of the history as a number again; ``''`` is missing."""
    return np.datetime64(shown.replace(" ", "T") if shown else "NaT", "s")


def at_time(moment: dt.datetime | np.datetime64 | None) -> str:
    """A time as messages show it."""
    return f"{pd.Timestamp(moment):%Y-%m-%d %H:%M}" if moment is not None else ""
