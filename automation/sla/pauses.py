"""Pauses: while a case of another flow than the standard one is a pending item, its clock stands still.

The standard flow needs no pause: there a resolved item starts STD-04 anew (STD-17).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.sla.calendar import DAY, Calendar, Instants
from automation.sla.events import NEVER
from automation.sla.limits import next_summary
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
    An entry that is 已了 on no date or on one before it came in, or came in on none, moves nothing: nobody knows by how
    much.
    """
    entries = items(ledger)
    entries = entries[entries["编号"].isin(tickets["编号"])]
    entries = entries[entries["转入日期"].notna() & (entries["转入日期"] <= now)]
    done = entries["完成日期"]
    done = done.mask(done.eq(done.dt.normalize()), done + pd.Timedelta(days=1))
    done = done.where(entries["状态"].eq("已了"), _FOREVER)
    spans = pd.DataFrame({"编号": entries["编号"], "begin": entries["转入日期"], "end": done})
    spans = spans[spans["end"] >= spans["begin"]].sort_values(["编号", "begin"], kind="stable")
    if spans.empty:
        return ()
    reached = spans.groupby("编号")["end"].cummax().groupby(spans["编号"]).shift()
    spans["nth"] = (reached.isna() | (spans["begin"] > reached)).groupby(spans["编号"]).cumsum()
    merged = spans.groupby(["编号", "nth"]).agg({"begin": "min", "end": "max"})
    return tuple(_nth(merged.xs(number, level="nth"), tickets) for number in sorted(spans["nth"].unique()))


_FOREVER = pd.Timestamp(2200, 1, 1)


def _nth(merged: pd.DataFrame, tickets: pd.DataFrame) -> Pause:
    found = merged.reindex(tickets["编号"])
    ends = found["end"].mask(found["end"] == _FOREVER)
    return Pause(found["begin"].to_numpy(dtype="M8[s]"), ends.to_numpy(dtype="M8[s]"))


def shifted(
    instants: Instants,
    rule: Rule,
    start: Instants,
    actual: Instants,
    pauses: tuple[Pause, ...],
    calendar: Calendar,
) -> Instants:
    """Deadlines moved on by the pauses: what was left of the limit when a pause began counts on from its end, measured
    in the limit's own unit; filing is due with the first Tuesday after it. Where a pause lasts, or the limit was used
    up before it, nothing moves.
    """
    moved = instants.copy()
    for pause in pauses:
        begin, places = _reached(moved, start, actual, pause)
        if len(places):
            moved[places] = _resumed(moved[places], begin, pause.end[places], rule, calendar)
    return moved


def risk_of(
    due: Instants,
    risk: Instants,
    rule: Rule,
    start: Instants,
    actual: Instants,
    pauses: tuple[Pause, ...],
    calendar: Calendar,
) -> Instants:
    """From when a stage is at risk whose deadline the pauses moved to ``due``; ``risk``: from when it would be without
    them. A share of the limit is one of the time that was not paused.
    """
    if rule.warn.before:
        before: Instants = due - np.timedelta64(rule.warn.before, "s")
        return before
    if rule.unit is Unit.OPEN_HOUR:
        return shifted(risk, rule, start, actual, pauses, calendar)
    counted = (due - start).astype(np.float64)
    for pause in pauses:
        begin, places = _reached(due, start, actual, pause)
        counted[places] -= (pause.end[places] - begin).astype(np.float64)
    share = np.ceil(counted * rule.warn.share).astype("m8[s]")
    moved = np.where(np.isnat(due), NEVER, start + share).astype("M8[s]")
    for pause in pauses:
        begin, places = _reached(moved, start, actual, pause)
        moved[places] += pause.end[places] - begin
    return moved


def _reached(
    instants: Instants, start: Instants, actual: Instants, pause: Pause
) -> tuple[Instants, npt.NDArray[np.intp]]:
    """Which clocks stood still during a pause that is over, and since when."""
    begin = np.fmax(pause.begin, start)
    touched = ~np.isnat(pause.begin) & ~np.isnat(pause.end) & ~np.isnat(instants)
    touched &= (pause.end > begin) & (instants > begin) & ~(actual <= begin)
    places = np.flatnonzero(touched)
    return begin[places], places


def _resumed(due: Instants, begin: Instants, end: Instants, rule: Rule, calendar: Calendar) -> Instants:
    if rule.unit is Unit.OPEN_HOUR:
        return calendar.add_open(end, calendar.open_between(begin, due))
    if rule.unit is Unit.WORKDAY:
        left = calendar.workdays_between(begin, due)
        works = calendar.workdays_between(end - np.timedelta64(DAY, "s"), end)
        # The rest of a working day is spent on a working day.
        return calendar.add_workdays(end, np.maximum(left, 1 - works))
    if rule.unit is Unit.NONE:
        return next_summary(end)
    if rule.unit is Unit.SAME_DAY:
        days = due.astype("M8[D]") - begin.astype("M8[D]")
        last_minute = np.timedelta64(DAY - 60, "s")
        by_day: Instants = (end.astype("M8[D]") + days).astype("M8[s]") + last_minute
        return by_day
    resumed: Instants = end + (due - begin)
    return resumed
