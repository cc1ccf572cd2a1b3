"""Pauses: while a case of another flow than the standard one is a pending item, its clock stands still.

The standard flow needs no pause: there a resolved item starts STD-04 anew (STD-17).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from automation.sla.calendar import DAY, Calendar, Instants, Mask
from automation.sla.pending import items
from automation.sla.rules import Rule, Unit
from workbook.ledger import Ledger


@dataclass(frozen=True)
class Pause:
    """The nth time a ticket was pending, for each ticket; ``begin`` is missing where there was none, ``end`` while it
    lasts.
    """

    begin: Instants
    end: Instants


def of(tickets: pd.DataFrame, ledger: Ledger, now: np.datetime64) -> tuple[Pause, ...]:
    """When each of ``tickets`` was a pending item: the entries of both ledgers, overlapping ones as one, oldest first.

    A date without a time counts whole: from its midnight when the item came in, to the following one when it was done.
    """
    entries = items(ledger)
    entries = entries[entries["转入日期"].notna() & (entries["转入日期"] <= now)]
    if entries.empty:
        return ()
    done = entries["完成日期"].where(entries["状态"].eq("已了"))
    done = done.mask(done.eq(done.dt.normalize()), done + pd.Timedelta(days=1))
    spans = pd.DataFrame({"编号": entries["编号"], "begin": entries["转入日期"], "end": done.fillna(_FOREVER)})
    spans = spans.sort_values(["编号", "begin"], kind="stable")
    reached = spans.groupby("编号")["end"].cummax().groupby(spans["编号"]).shift()
    spans["nth"] = (reached.isna() | (spans["begin"] > reached)).groupby(spans["编号"]).cumsum()
    merged = spans.groupby(["编号", "nth"]).agg({"begin": "min", "end": "max"})
    return tuple(_nth(merged.xs(number, level="nth"), tickets) for number in sorted(spans["nth"].unique()))


_FOREVER = pd.Timestamp(2200, 1, 1)


def _nth(merged: pd.DataFrame, tickets: pd.DataFrame) -> Pause:
    found = merged.reindex(tickets["编号"])
    ends = found["end"].mask(found["end"] == _FOREVER)
    return Pause(found["begin"].to_numpy(dtype="M8[s]"), ends.to_numpy(dtype="M8[s]"))


def lasting(pauses: tuple[Pause, ...], count: int) -> Mask:
    """Which tickets are pending now."""
    still: Mask = np.zeros(count, dtype=bool)
    for pause in pauses:
        still |= ~np.isnat(pause.begin) & np.isnat(pause.end)
    return still


def shifted(
    instants: Instants,
    rule: Rule,
    start: Instants,
    actual: Instants,
    pauses: tuple[Pause, ...],
    calendar: Calendar,
) -> Instants:
    """Deadlines moved on by the pauses: what was left of the limit when a pause began counts on from its end, measured
    in the limit's own unit. Where a pause lasts, or the limit was used up before it, nothing moves.
    """
    moved = instants.copy()
    for pause in pauses:
        begin = np.fmax(pause.begin, start)
        touched = ~np.isnat(pause.begin) & ~np.isnat(pause.end) & ~np.isnat(moved)
        touched &= (pause.end > start) & (moved > begin) & ~(actual <= begin)
        places = np.flatnonzero(touched)
        if len(places):
            moved[places] = _resumed(moved[places], begin[places], pause.end[places], rule.unit, calendar)
    return moved


def _resumed(due: Instants, begin: Instants, end: Instants, unit: Unit, calendar: Calendar) -> Instants:
    if unit is Unit.OPEN_HOUR:
        return calendar.add_open(end, calendar.open_between(begin, due))
    if unit is Unit.WORKDAY:
        return calendar.add_workdays(end, calendar.workdays_between(begin, due))
    if unit in (Unit.SAME_DAY, Unit.NONE):
        days = due.astype("M8[D]") - begin.astype("M8[D]")
        last_minute = np.timedelta64(DAY - 60, "s")
        by_day: Instants = (end.astype("M8[D]") + days).astype("M8[s]") + last_minute
        return by_day
    resumed: Instants = end + (due - begin)
    return resumed
