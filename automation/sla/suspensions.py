"""STD-04 in rounds: becoming a pending item ends a run of its clock (STD-12), being resolved begins another (STD-17)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from automation.sla import days
from automation.sla.calendar import Instants, Mask
from automation.sla.courses import Course, joined
from automation.sla.pauses import Pause
from automation.sla.pending import items
from automation.sla.rounds import Rounds
from workbook.ledger import Ledger

_FOREVER = pd.Timestamp(2200, 1, 1)


def of(tickets: pd.DataFrame, ledger: Ledger, now: np.datetime64) -> tuple[Pause, ...]:
    """When each of ``tickets`` was a pending item, times as they are written, oldest first; what overlaps is one item.

    An entry that came in on no date, on one that has not come, or on one after it was done tells of no time.
    """
    entries = items(ledger)
    entries = entries[entries["编号"].isin(tickets["编号"]) & (entries["转入日期"] <= now)]
    done = entries["完成日期"].where(entries["状态"].eq("已了"), _FOREVER).to_numpy(dtype="M8[s]")
    spans = pd.DataFrame(
        {"编号": entries["编号"], "begin": entries["转入日期"], "end": done, "last": days.last(done)},
        index=entries.index,
    )
    spans = spans[spans["last"] >= spans["begin"]].sort_values(["编号", "begin"], kind="stable")
    if spans.empty:
        return ()
    reached = spans.groupby("编号")["last"].cummax().groupby(spans["编号"]).shift()
    spans["nth"] = (reached.isna() | (spans["begin"] > reached)).groupby(spans["编号"]).cumsum()
    by_item = spans.sort_values("last", kind="stable").groupby(["编号", "nth"])
    merged = by_item.agg({"begin": "min", "end": "last"})
    return tuple(_nth(merged.xs(number, level="nth"), tickets) for number in sorted(spans["nth"].unique()))


def _nth(merged: pd.DataFrame, tickets: pd.DataFrame) -> Pause:
    found = merged.reindex(tickets["编号"])
    ends = found["end"].mask(found["end"] == _FOREVER)
    return Pause(found["begin"].to_numpy(dtype="M8[s]"), ends.to_numpy(dtype="M8[s]"))


def restarts(course: Course, resolved: Instants) -> Mask:
    """STD-17: which cases a resolved pending item brings back to the beginning; of dates as late as they can have been."""
    before_hand_over = np.isnat(course.actual) | (days.last(course.actual) >= resolved)
    after_form = np.isnat(course.start) | (days.last(resolved) > days.last(course.start))
    restarted: Mask = ~np.isnat(resolved) & after_form & before_hand_over
    return restarted


def in_rounds(course: Course, suspended: tuple[Pause, ...], resolved: Instants) -> tuple[Course, Mask]:
    """A course of one round a ticket with the rounds that pending items made of it, and which tickets' latest round began
    with a resolution: each round ends when the case became an item, the next has no start before the item is resolved.

    An item of before the form brings the first start and no round; one during which the form was handed over, or after
    it, ends nothing.
    """
    running, number = course.start.copy(), course.number.copy()
    handed_over = days.last(course.actual)
    over = np.zeros(len(running), dtype=bool)
    parts = []
    for item in suspended:
        lasts = np.isnat(item.end)
        here = ~np.isnat(item.begin) & ~np.isnat(course.start) & ~over
        over |= here & ~np.isnat(course.actual) & (lasts | (handed_over < item.end))
        here &= ~over & (lasts | (days.last(item.end) > days.last(running)))
        ended = here & (days.last(item.begin) >= running)
        at = np.flatnonzero(ended)
        parts.append(Rounds(at, number[at], running[at], item.begin[at]))
        number[at] += 1
        again = here & (ended | ~lasts)
        running[again] = item.end[again]
    restarted = restarts(course, resolved)
    begun = np.where(restarted, resolved, np.where(number > 1, running, course.start)).astype("M8[s]")
    earlier = joined(parts) if parts else course.earlier
    return replace(course, start=begun, number=number, earlier=earlier), restarted | (number > 1)
