"""Decide: from the workbook as understood and the past as remembered to everything one pass will do. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from automation import (
    checks,
    elders,
    enactments,
    escalation,
    grouproles,
    history,
    lates,
    numbering,
    roster,
    sidesheets,
    timetable,
    writeback,
)
from automation.alerts import Digest
from automation.checks.facts import Facts
from automation.enactments import Enacted
from automation.escalation import Escalation
from automation.lates import Compared
from automation.numbering import Allocation
from automation.past import Change, Issued, Past, Seen
from automation.settings import Settings
from automation.sla import calendar, clock, hours, rulesheet
from automation.sla.calendar import Calendar, Mask, NoOpenTime
from automation.sla.rules import Rule, RuleBook, Unit
from automation.sla.stages import Clocks, StageClock
from automation.sla.verdict import Verdict
from automation.timetable import Occurrence, Omission
from workbook import aliases
from workbook.edits import Edit
from workbook.finding import Finding, Severity
from workbook.ledger import Ledger, Records
from workbook.schema import FINDINGS, HOLIDAYS, HOURS, RULES, STAFF, TABLES, TEMPORAL


@dataclass(frozen=True)
class Inspection:
    """What is the matter with a workbook, before anything is done about it. ``facts`` is the workbook after numbering.

    ``escalation`` says who would be told; ``allocation`` which numbers would be given (``None`` without 编号);
    ``changes`` and ``seen`` what differs from the latest pass, ``enacted`` which rules do, ``lates`` which verdicts
    (``facts.past`` has them).
    """

    facts: Facts = field(repr=False)
    findings: tuple[Finding, ...]
    escalation: Escalation
    allocation: Allocation | None
    changes: tuple[Change, ...] = ()
    seen: Mapping[str, Seen] = field(default_factory=dict, repr=False)
    enacted: Enacted = field(default_factory=Enacted, repr=False)
    lates: Compared | None = field(default=None, repr=False)
    elder: Records | None = field(default=None, repr=False)
    """The rows from before the register was taken up, numbered."""


@dataclass(frozen=True)
class Plan:
    """What one pass will do. ``facts`` is the workbook after numbering; nothing has been done yet.

    ``standing``: keys of the alerts that hold now, told or not.
    """

    facts: Facts = field(repr=False)
    findings: tuple[Finding, ...]
    first_seen: Mapping[str, dt.datetime]
    edits: tuple[Edit, ...]
    issued: tuple[Issued, ...]
    digests: tuple[Digest, ...]
    told: tuple[str, ...]
    reports: tuple[Occurrence, ...]
    omitted: tuple[Omission, ...] = ()
    withheld: tuple[Occurrence, ...] = ()
    """Due by a clock that cannot be believed."""
    changes: tuple[Change, ...] = ()
    seen: Mapping[str, Seen] = field(default_factory=dict, repr=False)
    enacted: Enacted = field(default_factory=Enacted, repr=False)
    lates: Compared | None = field(default=None, repr=False)
    standing: frozenset[str] = frozenset()


def inspect(ledger: Ledger, past: Past, settings: Settings, now: dt.datetime, *, keeping: bool = False) -> Inspection:
    """Number, judge and check; ``now`` is naive wall clock and the only time there is.

    ``keeping``: the pass will be remembered, so tickets seen for the first time are made ready for that.
    """
    before, allocation = ledger.register, None
    if "编号" in before.columns:  # else (READ-06) a number that nobody sees would only be burnt
        allocation = numbering.allocate(before.frame, past.issued, now)
        numbered = before.with_column("编号", allocation.numbers).with_column("编号时间", allocation.times)
        ledger = ledger.having(numbered)
    ledger, elder = elders.split(ledger, settings.adopted.since)
    ledger = sidesheets.filled(ledger, now, past.closed)
    changes, seen = history.compare(ledger, past.history, now, keeping=keeping)
    past = replace(past, history=past.history.after(changes, seen, now))
    facts, found = look(ledger, past, now)
    facts = replace(facts, terms=settings.rewards)
    enacted = enactments.compare(facts)
    late = lates.compare(facts, changes)
    rule_changes, no_more = (*past.rule_changes, *enacted.changes), (*past.no_more, *late.no_more)
    facts = replace(facts, past=replace(past, rule_changes=rule_changes, no_more=no_more))
    told = escalation.escalate(facts, past.told, settings.alerts)
    groups = grouproles.findings(settings.robots, facts.roster, facts.ledger[STAFF])
    everything = _with_tickets([*ledger.findings, *found, *checks.run(facts), *told.findings, *groups], facts)
    everything = aliases.in_their_words(everything, ledger.register.called)
    everything = writeback.with_crowding(everything, ledger[FINDINGS])
    return Inspection(
        facts, tuple(sorted(everything, key=_order)), told, allocation, changes, seen, enacted, late, elder
    )


def decide(ledger: Ledger, past: Past, settings: Settings, now: dt.datetime, *, sure: bool = False) -> Plan:
    """Everything one pass will do: :func:`inspect`, then what to write and which reports are due.

    ``sure``: a person says that ``now`` is right, however the clock leapt.
    """
    seen = inspect(ledger, past, settings, now, keeping=True)
    first_seen = {key: past.first_seen.get(key, now) for key in map(writeback.key_of, seen.findings)}
    edits = (
        *writeback.register_edits(ledger.register, seen.facts, seen.findings),
        *writeback.elder_edits(ledger.register, seen.elder, settings.adopted.since),
        *writeback.side_edits(ledger, seen.facts.ledger),
        *writeback.finding_edits(ledger[FINDINGS], seen.findings, first_seen),
    )
    issued = seen.allocation.issued if seen.allocation else ()
    due = timetable.due(
        now,
        settings.jobs,
        past,
        seen.facts.clocks.calendar.is_workday,
        newest=_newest(seen.facts, now),
        sure=sure,
    )
    told = seen.escalation
    return Plan(
        seen.facts,
        seen.findings,
        first_seen,
        edits,
        issued,
        told.digests,
        told.told,
        due.reports,
        due.omitted,
        due.withheld,
        changes=seen.changes,
        seen=seen.seen,
        standing=told.standing,
        enacted=seen.enacted,
        lates=seen.lates,
    )


def _newest(facts: Facts, now: dt.datetime) -> dt.datetime | None:
    """The latest time of receipt that somebody entered, no later than now: what people take for today."""
    times = facts.register["接收时间"].to_numpy(dtype="M8[s]")
    before = times[times <= np.datetime64(now, "s")]
    latest: dt.datetime | None = before.max().item() if len(before) else None
    return latest


def look(ledger: Ledger, past: Past, now: dt.datetime) -> tuple[Facts, list[Finding]]:
    """Rules, roster, calendar and clocks of a ledger, with what was wrong in their sheets."""
    book, rule_findings = rulesheet.read(ledger[RULES])
    people, people_findings = roster.read(ledger[STAFF])
    days, day_findings = hours.read(ledger[HOURS], ledger[HOLIDAYS])
    span = calendar.spanning(
        [records.frame[column].to_numpy(dtype="M8[s]") for records, column in _counted(ledger)],
        week=days.week,
        days=days.days,
        names=days.names,
    )
    findings = [*rule_findings, *people_findings, *day_findings]
    try:
        clocks = clock.run(ledger, book, span, now, past.history)
    except NoOpenTime as error:
        findings.append(_never_open(ledger, error))
        span = calendar.spanning([ledger.register.frame["接收时间"].to_numpy(dtype="M8[s]")])
        clocks = clock.run(ledger, _on_calendar_time(book), span, now, past.history)
    findings += _provisional(clocks, span, book)
    return Facts(ledger, clocks, book, people, past, now), findings


def _counted(ledger: Ledger) -> Iterator[tuple[Records, str]]:
    """The times that a calendar must reach: those a stage may start or end with, or pause."""
    for table in TABLES:
        if "编号" in table.headers:
            for column in table.columns:
                if column.kind in TEMPORAL and column.name != "截止时间":
                    yield ledger[table], column.name


def _order(finding: Finding) -> tuple[int, int, int, int, str]:
    """Errors first, then by sheet in the workbook's order, row and column."""
    gravity = list(Severity).index(finding.severity)
    where = finding.where
    name = where.sheet if where else finding.sheet
    place = _SHEETS.get(name, -1 if where is None else len(_SHEETS))
    return gravity, place, where.row if where else 0, where.column if where else 0, finding.rule


_SHEETS = {table.sheet: position for position, table in enumerate(TABLES)}


def _never_open(ledger: Ledger, error: NoOpenTime) -> Finding:
    return Finding(
        "CAL-02",
        Severity.ERROR,
        f"{HOURS.sheet} {error}；用营业时间或工作日计的时限暂按自然时间计算",
        "检查“营业时间”和“节假日”表，至少要有一天营业；并检查登记表里有没有年份写错的时间",
        sheet=ledger[HOURS].sheet,
    )


def _on_calendar_time(book: RuleBook) -> RuleBook:
    """The same rules with working time counted as plain time, for when the calendar cannot be used."""
    plain = {Unit.OPEN_HOUR: Unit.HOUR, Unit.WORKDAY: Unit.DAY}
    return RuleBook(
        {
            flow: tuple(
                tuple(replace(rule, unit=plain.get(rule.unit, rule.unit)) for rule in versions) for versions in stages
            )
            for flow, stages in book.flows.items()
        }
    )


def _provisional(clocks: Clocks, span: Calendar, book: RuleBook) -> Iterator[Finding]:
    """CAL-03: a deadline in working time reaches a year whose holidays are not published yet."""
    if not any(_working(rule) for stages in book.flows.values() for versions in stages for rule in versions):
        return
    edge = np.datetime64(span.published_until, "s") + np.timedelta64(1, "D")
    stages = [stage for flow in clocks.flows.values() for stage in flow.stages]
    reached = sum(
        int((stage.is_(Verdict.RUNNING, Verdict.AT_RISK) & (stage.due >= edge) & _by_working_time(stage)).sum())
        for stage in (*stages, *(beside.clock for beside in clocks.beside))
    )
    if reached:
        yield Finding(
            "CAL-03",
            Severity.WARNING,
            f"{HOLIDAYS.sheet} 有 {reached} 个截止时间落在 {edge.astype('M8[Y]')} 年以后，该年的放假安排还没有公布，截止时间是暂定的",
            "国务院公布后更新 kesu，或在“节假日”表中自行填写",
            sheet=HOLIDAYS.sheet,
        )


def _working(rule: Rule) -> bool:
    return rule.unit in (Unit.OPEN_HOUR, Unit.WORKDAY)


def _by_working_time(stage: StageClock) -> Mask:
    """The tickets whose limit, by the rule that holds for them, counts in working time."""
    mine: Mask = np.isin(stage.version, [number for number, rule in enumerate(stage.rules) if _working(rule)])
    return mine


def _with_tickets(findings: Sequence[Finding], facts: Facts) -> Iterator[Finding]:
    """Findings of reading were made before the rows had their numbers: give each its ticket."""
    numbers, sheet = facts.register["编号"], facts.ledger.register.sheet
    for finding in findings:
        where = finding.where
        if where and where.sheet == sheet and where.row in numbers.index and not finding.ticket:
            yield replace(finding, ticket=str(numbers.at[where.row]))
        else:
            yield finding
