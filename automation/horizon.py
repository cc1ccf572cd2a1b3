"""Until when a plan stays what it is: the next instant at which time alone changes a verdict, an alert or a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from automation import escalation
from automation.checks.facts import Facts
from automation.jobs import JOBS, Job
from automation.past import KEPT
from automation.settings import Alerts
from automation.sla.calendar import Instants
from automation.sla.stages import StageClock
from automation.sla.verdict import Verdict
from workbook.schema import TEMPORAL

_SECOND = np.timedelta64(1, "s")


def valid_until(facts: Facts, limits: Alerts, jobs: Sequence[Job] = JOBS) -> dt.datetime:
    """The first instant after ``facts.now`` at which the same workbook might give another plan.

    Before it a pass over the same workbook, journal and settings has the same findings, states and alerts. Never later
    than the next midnight, when rest days, leave and months change, nor than the hour of a job; nor, while an
    alert waits to be told, than the next time at which the hours of alerts begin or end, or those at risk are told.
    """
    now = facts.now
    hours: tuple[dt.datetime, ...] = (
        *(dt.datetime.combine(now.date(), job.at) for job in jobs),
        dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time()),
    )
    turn = limits.turns_after(now)
    turns = [dt.datetime.combine(now.date(), hour) for hour in limits.at_risk_hours] + ([turn] if turn else [])
    if turns and escalation.waits(facts, limits):
        hours = (*hours, *turns)
    until = np.datetime64(min(hour for hour in hours if hour > now), "s")
    for instants in _turning_points(facts, limits):
        ahead = instants[instants > np.datetime64(now, "s")]
        until = min(until, ahead.min()) if len(ahead) else until
    moment: dt.datetime = until.astype("M8[s]").item()
    return moment


def _turning_points(facts: Facts, limits: Alerts) -> Iterator[Instants]:
    for flow in facts.clocks.flows.values():
        for stage in flow.stages:
            yield from _turns(stage, limits)
        talk = flow.pending["talk_due"].to_numpy(dtype="M8[s]")
        yield talk + _SECOND
        yield talk + escalation.longest(limits)
    for beside in facts.clocks.beside:
        yield from _turns(beside.clock, limits)
    seen = {change.at for change in facts.past.history.recent(facts.now)}
    seen |= {at for at in facts.past.told_at.values() if facts.now - KEPT < at}
    seen |= {change.at for change in facts.past.rule_changes if facts.now - KEPT < change.at}
    seen |= {one.seen for one in facts.past.no_more if facts.now - KEPT < one.seen}
    yield np.array(sorted(at + KEPT for at in seen), dtype="M8[s]")  # until then a change is told of
    for records in facts.ledger.tables.values():  # what lies ahead is TIME-01 until it has come
        for column in records.table.columns:
            if column.kind in TEMPORAL:
                yield records.frame[column.name].to_numpy(dtype="M8[s]")


def _turns(stage: StageClock, limits: Alerts) -> Iterator[Instants]:
    """When a stage that goes on will be at risk, late, and so late that the general manager is told."""
    yield stage.risk[stage.is_(Verdict.RUNNING)]
    yield stage.cutoff[stage.is_(Verdict.RUNNING, Verdict.AT_RISK)] + _SECOND
    late = stage.is_(Verdict.LATE)
    yield stage.due[late] + escalation.patience(stage, limits)[late]
