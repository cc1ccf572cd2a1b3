"""Every digest that a dealership's life would have made: the real clocks and alerts, moment after moment, without Excel.

Nobody waits for 70,000 whole passes. No alert rests on another ticket, so each pass here looks only at the tickets of
which something may be told at that moment, and once a day at all that are open; the checks, of which no alert comes, are
left out. A test holds a replay against whole passes.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from automation import escalation, history, numbering, plan, sidesheets
from automation.alerts import Digest
from automation.escalation import Escalation
from automation.past import Change, History, Issued, Past, Seen
from automation.settings import Alerts
from automation.simulation.life import Contents, Life
from automation.sla.calendar import Instants
from automation.sla.stages import StageClock
from workbook.ledger import Ledger, Records
from workbook.schema import HOLIDAYS, HOURS, NUMERIC, REGISTER, RULES, STAFF, TABLES, TEMPORAL, Table

FORGOTTEN = dt.timedelta(days=14)
"""So long after it was filed a ticket is left out."""
FIRST_ROW = 2
"""The Excel row of a sheet's first entry."""
_LASTING = (STAFF, RULES, HOURS, HOLIDAYS)
"""Sheets that say the same on every day of a replay."""
_SECOND = np.timedelta64(1, "s")

Row = Mapping[str, object]
Passes = Mapping[dt.datetime, Sequence[int]]
"""When a pass is made, and which rows of the register (from 0) it looks at."""


@dataclass
class _Memory:
    """What the journal would hold."""

    told: set[str] = field(default_factory=set)
    issued: list[Issued] = field(default_factory=list)
    seen: dict[str, Seen] = field(default_factory=dict)
    since: dict[str, dt.datetime] = field(default_factory=dict)
    changes: defaultdict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    last: dt.datetime | None = None
    sheets: dict[str, Records] = field(default_factory=dict)

    def past(self, numbers: Sequence[str], first: dt.datetime, now: dt.datetime) -> Past:
        """Of the tickets that a pass looks at."""
        here = [number for number in numbers if number in self.seen]
        own = History(
            {number: self.seen[number] for number in here},
            {number: self.since[number] for number in here},
            tuple(change for number in here for change in self.changes[number]),
            self.last,
        )
        self.issued = [one for one in self.issued if now - one.at < FORGOTTEN]
        return Past(tuple(self.issued), began=first, history=own)

    def keep(
        self, seen: Mapping[str, Seen], changes: Sequence[Change], issued: Sequence[Issued], now: dt.datetime
    ) -> None:
        self.seen |= seen
        self.since |= {number: self.since.get(number, now) for number in seen}
        for change in changes:
            self.changes[change.ticket].append(change)
        self.issued += [replace(one, written=True) for one in issued]
        self.last = now


def replay(
    life: Life, limits: Alerts, passes: Passes, progress: Callable[[dt.datetime], None] = lambda now: None
) -> Iterator[Digest]:
    """The digests of those passes, oldest first."""
    memory = _Memory()
    first = min(passes)
    for now in sorted(passes):
        progress(now)
        yield from _pass(life, passes[now], memory, limits, first, now).digests


def passes(life: Life, limits: Alerts, first: dt.datetime, last: dt.datetime, every: dt.timedelta) -> Passes:
    """Of the passes each ``every`` between the two those that may have something to tell.

    By the finished workbook each stage turns at risk, late and very late at an instant that is known; a stage that was
    done before tells nothing. What stood elsewhere for a while (a pending item, a round) is found by the passes over all
    that is open, at the hour alerts begin: such an alert may come some hours later here than in life.
    """
    wanted: defaultdict[dt.datetime, set[int]] = defaultdict(set)
    facts, _ = plan.look(ledger_of(life.as_finished()), Past(), last)
    clocks = facts.clocks
    stages: list[tuple[pd.Index, StageClock]] = []
    for flow in clocks.flows.values():
        stages += [(flow.index, stage) for stage in flow.stages]
        stages += [(earlier.index, earlier.clock) for earlier in flow.earlier]
    stages += [(beside.index, beside.clock) for beside in clocks.beside]
    held: list[tuple[dt.datetime, dt.datetime, int]] = []
    for index, stage in stages:
        if not stage.rule.responsible:
            continue
        for turn in (stage.risk, stage.cutoff + _SECOND, stage.due + escalation.patience(stage, limits)):
            undone = ~np.isnat(turn) & (np.isnat(stage.actual) | (turn < stage.actual))
            for row, instant, due in zip(
                index[undone].tolist(), _instants(turn[undone]), _instants(stage.due[undone]), strict=True
            ):
                told = limits.gathered_until(instant, due) if turn is stage.risk else instant
                if first <= told <= last:
                    wanted[first + every * -int((first - told) // every)].add(row - FIRST_ROW)
                held.append((instant, told, row - FIRST_ROW))
    arrivals, ended = life.arrivals(), life.endings()
    for count in range((last - first).days + 1):
        now = dt.datetime.combine(first.date() + dt.timedelta(days=count), limits.send_from)
        if first <= now <= last:
            wanted[now] |= {place for place, at in enumerate(arrivals) if at <= now < ended[place] + FORGOTTEN}
    order = sorted(wanted)
    for begun, told, place in held:  # it goes along with whatever leaves before
        for now in order[bisect.bisect_left(order, begun) : bisect.bisect_left(order, told)]:
            wanted[now].add(place)
    here = np.searchsorted(np.array(order, dtype="M8[s]"), np.array(arrivals, dtype="M8[s]"))
    for place, position in enumerate(here.tolist()):  # numbered in the order of their receipt
        if position < len(order):
            wanted[order[position]].add(place)
    return {now: sorted(place for place in wanted[now] if arrivals[place] <= now) for now in order}


def _instants(times: Instants) -> list[dt.datetime]:
    found: list[dt.datetime] = times.astype("M8[s]").tolist()
    return found


def _pass(
    life: Life, places: Sequence[int], memory: _Memory, limits: Alerts, first: dt.datetime, now: dt.datetime
) -> Escalation:
    """What ``plan.inspect`` does before and beside its checks; then what a pass remembers."""
    ledger = ledger_of(life.at(now, places), [place + FIRST_ROW for place in places], memory.sheets)
    for sheet, records in ledger.tables.items():
        if records.table in _LASTING or records.frame.empty:
            memory.sheets[sheet] = records
    past = memory.past([life.numbers[place][0] for place in places if place in life.numbers], first, now)
    register = ledger.register
    numbers = numbering.allocate(register.frame, past.issued, now)
    numbered = register.with_column("编号", numbers.numbers).with_column("编号时间", numbers.times)
    ledger = sidesheets.filled(ledger.having(numbered), now)
    changes, seen = history.compare(ledger, past.history, now)
    past = replace(past, history=past.history.after(changes, seen, now))
    facts, _ = plan.look(ledger, past, now)
    told = escalation.escalate(facts, memory.told, limits)
    for row in numbers.fresh.tolist():
        life.numbers[row - FIRST_ROW] = (numbers.numbers.at[row], now)
    memory.keep(seen, changes, numbers.issued, now)
    memory.told |= set(told.told)
    return told


def ledger_of(
    contents: Contents, rows: Sequence[int] | None = None, known: Mapping[str, Records] = MappingProxyType({})
) -> Ledger:
    """The sheets as the reader would understand them, from values that need no reading.

    ``rows``: of the register; ``known``: sheets that were understood before, for as long as they are not longer.
    """
    tables = {}
    for table in TABLES:
        values, before = contents.get(table.sheet, ()), known.get(table.sheet)
        same = before is not None and len(before.frame) == len(values) and (not values or table in _LASTING)
        tables[table.sheet] = before if before is not None and same else _records(table, values)
    if rows is not None:
        own = tables[REGISTER.sheet]
        frame = own.frame.set_axis(pd.Index(rows, dtype="int64"))
        tables[REGISTER.sheet] = replace(own, frame=frame, raw=frame, last_row=max(rows, default=1))
    return Ledger(tables, {}, ())


def _records(table: Table, rows: Sequence[Row]) -> Records:
    index = pd.RangeIndex(FIRST_ROW, len(rows) + FIRST_ROW)
    frame = {}
    for column in table.columns:
        values = [row.get(column.name) for row in rows]
        if column.kind in TEMPORAL:
            times = np.array([one if isinstance(one, dt.date) else None for one in values], dtype="M8[s]")
            frame[column.name] = pd.Series(times, index=index)
        elif column.kind in NUMERIC:
            amounts = [float(one) if isinstance(one, int | float) else np.nan for one in values]
            frame[column.name] = pd.Series(np.array(amounts, dtype=float), index=index)
        else:
            frame[column.name] = pd.Series(["" if one is None else one for one in values], index=index, dtype=object)
    whole = pd.DataFrame(frame, index=index)
    columns = {name: place for place, name in enumerate(table.headers, 1)}
    return Records(table, table.sheet, whole, whole, columns, 1, len(rows) + 1)
