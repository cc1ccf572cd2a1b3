"""From a start to a deadline: which limit counts, when it ends, when the stage is at risk."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.sla import days
from automation.sla.calendar import Calendar, Instants, Mask
from automation.sla.events import NEVER
from automation.sla.rules import PROMISED, SECONDS, Condition, Rule, Unit
from workbook.ledger import Ledger
from workbook.schema import EVENTS

_MINUTE = np.timedelta64(60, "s")
FAILED_CONTACT = "未联系上"


class Ends(NamedTuple):
    """Per ticket: due time, last instant on time, start of the warning, and whether the longer limit counts."""

    due: Instants
    cutoff: Instants
    risk: Instants
    extended: Mask


def ends(
    rule: Rule,
    start: Instants,
    tickets: pd.DataFrame,
    ledger: Ledger,
    calendar: Calendar,
    *,
    since: Instants | None = None,
) -> Ends:
    """When a rule's stage is due for each ticket; missing starts give missing ends. ``since``: what was tried before does
    not prolong it (STD-17).
    """
    promised = days.last_minute(tickets[PROMISED].to_numpy(dtype="M8[s]")) if rule.promised else None
    plain = _due(rule, rule.limit, start, calendar) if promised is None else promised
    extended: Mask = np.zeros(len(start), dtype=bool)
    due, share_of = plain, np.full(len(start), rule.limit or 0.0)
    if rule.extension is not None and rule.condition is not None:
        tried_since = np.full(len(start), 0, dtype="M8[s]") if since is None else since
        extended = _granted(rule.condition, tried_since, plain, tickets, ledger)
        due = np.where(extended, _due(rule, rule.extension, start, calendar), plain)
        share_of = np.where(extended, rule.extension, share_of)
    return Ends(due, cutoff(rule, due), _risk(rule, start, due, share_of, calendar), extended)


def prolonged(rule: Rule, start: Instants, calendar: Calendar) -> Instants:
    """The last instant on time if the longer limit counted, granted or not; missing where the rule has none."""
    if rule.extension is None:
        return np.full(len(start), NEVER, dtype="M8[s]")
    return cutoff(rule, _due(rule, rule.extension, start, calendar))


def cutoff(rule: Rule, due: Instants) -> Instants:
    """The last instant on time: of a limit that is a day the whole of its last minute, else the due time itself."""
    whole_minute = due + (_MINUTE - np.timedelta64(1, "s"))
    if rule.promised:  # until the end of a day
        return np.where(due == _end_of(due.astype("M8[D]")), whole_minute, due).astype("M8[s]")
    return whole_minute if rule.unit in (Unit.SAME_DAY, Unit.WORKDAY, Unit.NONE) else due


def _granted(condition: Condition, since: Instants, plain: Instants, tickets: pd.DataFrame, ledger: Ledger) -> Mask:
    """Whether the longer limit counts. STD-04: only with a failed contact on record within the ordinary limit."""
    claimed: Mask = (tickets[condition.column] == condition.value).to_numpy(dtype=bool)
    if condition.value != FAILED_CONTACT:
        return claimed
    noted = np.where(claimed, tickets["客户联系时间"].to_numpy(dtype="M8[s]"), NEVER)
    in_time: Mask = (days.last(noted) >= since) & (noted <= plain)
    return in_time | _failed_between(since, plain, tickets, ledger)


def _failed_between(since: Instants, until: Instants, tickets: pd.DataFrame, ledger: Ledger) -> Mask:
    """For which tickets 处理记录 has a failed contact from ``since`` to ``until``, both included."""
    entries = ledger[EVENTS].frame
    failed = entries["事项"].eq("联系客户") & entries["结果"].str.contains(FAILED_CONTACT, regex=False)
    tried = entries.loc[failed & entries["编号"].ne(""), ["编号", "时间"]]
    windows = pd.DataFrame({"编号": tickets["编号"].to_numpy(), "since": since, "until": until}).reset_index(names="at")
    met = windows.merge(tried, on="编号")
    found: Mask = np.zeros(len(tickets), dtype=bool)
    in_time = (days.last(met["时间"].to_numpy(dtype="M8[s]")) >= met["since"]) & (met["时间"] <= met["until"])
    found[met.loc[in_time, "at"]] = True
    return found


def _due(rule: Rule, limit: float | None, start: Instants, calendar: Calendar) -> Instants:
    if rule.unit is Unit.SAME_DAY:
        return _end_of(start.astype("M8[D]"))
    if rule.unit is Unit.NONE or limit is None:
        if not rule.archives:
            return np.full(len(start), NEVER, dtype="M8[s]")
        return next_summary(start)
    if rule.unit is Unit.WORKDAY:
        return calendar.add_workdays(start, int(limit))
    if rule.unit is Unit.OPEN_HOUR:
        return calendar.add_open(start, round(limit * SECONDS[rule.unit]))
    due: Instants = start + np.timedelta64(round(limit * SECONDS[rule.unit]), "s")
    return due


def next_summary(start: Instants) -> Instants:
    """The end of the next Tuesday, by which a case is filed (STD-10, STD-18)."""
    return _end_of(_next_tuesday(start.astype("M8[D]")))


def _end_of(day: npt.NDArray[np.datetime64]) -> Instants:
    """23:59 of a day (contract: 当日 ends at 23:59)."""
    end: Instants = np.add(day.astype("M8[s]"), np.timedelta64(86_340, "s")).astype("M8[s]")
    return end


def _risk(rule: Rule, start: Instants, due: Instants, limit: npt.NDArray[np.float64], calendar: Calendar) -> Instants:
    """From when a stage is at risk: a share of its limit on its own clock, or a fixed time before it is due."""
    if rule.warn.before:
        return np.subtract(due, np.timedelta64(rule.warn.before, "s")).astype("M8[s]")
    if rule.unit is Unit.OPEN_HOUR:
        return calendar.add_open(start, np.rint(limit * 3600 * rule.warn.share).astype(np.int64))
    span = np.where(np.isnat(due), 0, (due - start).astype(np.int64))
    shared: Instants = start + np.ceil(span * rule.warn.share).astype("m8[s]")
    return np.where(np.isnat(due), NEVER, shared)


def _next_tuesday(day: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    """The Tuesday after a day. From a Tuesday it is seven days on: the summary of that morning has gone already."""
    tuesday = 5  # 1970-01-01 was a Thursday, so the first Tuesday has day number 5
    ordinal = np.where(np.isnat(day), 0, day.astype(np.int64))
    days_on = (7 - (ordinal - tuesday) % 7).astype("m8[D]")
    tuesdays: npt.NDArray[np.datetime64] = np.add(day, days_on).astype("M8[D]")
    return tuesdays
