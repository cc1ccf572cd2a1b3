"""Until when a plan stays what it is: the next instant at which time alone changes a verdict, an alert or a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from automation.checks.facts import Facts
from automation.past import KEPT
from automation.settings import Alerts
from automation.sla.calendar import Instants
from automation.sla.stages import StageClock
from automation.sla.verdict import Verdict
from automation.timetable import SUMMARY_HOUR
from workbook.schema import TEMPORAL

_SECOND = np.timedelta64(1, "s")


def valid_until(facts: Facts, limits: Alerts) -> dt.datetime:
    """The first instant after ``facts.now`` at which the same workbook might give another plan.

    Before it a pass over the same workbook, journal and settings has the same findings, states and alerts. Never later
    than the next midnight, when rest days, leave and months change, nor than the hour of the summaries.
    """
    now = facts.now
    hours = (
        dt.datetime.combine(now.date(), SUMMARY_HOUR),
        dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time()),
    )
    until = np.datetime64(min(hour for hour in hours if hour > now), "s")
    for instants in _turning_points(facts, limits):
        ahead = instants[instants > np.datetime64(now, "s")]
        until = min(until, ahead.min()) if len(ahead) else until
    moment: dt.datetime = until.astype("M8[s]").item()
    return moment


def _turning_points(facts: Facts, limits: Alerts) -> Iterator[Instants]:
    most = np.timedelta64(dt.timedelta(hours=limits.escalate_at_most_hours)).astype("m8[s]")
    for flow in facts.clocks.flows.values():
        for stage in flow.stages:
            yield stage.risk[stage.is_(Verdict.RUNNING)]
            yield stage.cutoff[stage.is_(Verdict.RUNNING, Verdict.AT_RISK)] + _SECOND
            yield _escalated(stage, limits.escalate_after_limits, most)
        talk = flow.pending["talk_due"].to_numpy(dtype="M8[s]")
        yield talk + _SECOND
        yield talk + most
    seen = {change.at for change in facts.past.history.recent(facts.now)}
    yield np.array(sorted(at + KEPT for at in seen), dtype="M8[s]")  # until then a change is told of
    for records in facts.ledger.tables.values():  # what lies ahead is TIME-01 until it has come
        for column in records.table.columns:
            if column.kind in TEMPORAL:
                yield records.frame[column.name].to_numpy(dtype="M8[s]")


def _escalated(stage: StageClock, times: float, most: np.timedelta64) -> Instants:
    """From when a late stage also goes to the role above."""
    late = stage.is_(Verdict.LATE)
    due, limit = stage.due[late], (stage.due - stage.start)[late].astype(np.int64)
    patience: Instants = due + np.minimum(np.floor(limit * times).astype("m8[s]"), most)
    return patience
