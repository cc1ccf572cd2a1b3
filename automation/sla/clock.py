"""The clock: for every stage of every ticket its start, due time, actual end and verdict, whole columns at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.past import History
from automation.sla import courses, days, judgement, pauses, pending, promises, returns, suspensions
from automation.sla.calendar import Calendar, Mask
from automation.sla.courses import Course
from automation.sla.events import NEVER, Occurrences
from automation.sla.judgement import NUMBERING, Circumstances
from automation.sla.pauses import Pause
from automation.sla.rules import ARCHIVED, Rule, RuleBook, versions
from automation.sla.stages import Clocks, EarlierRounds, FlowClock, StageClock
from automation.sla.standing import now_at
from automation.sla.verdict import OPEN, Reason, Verdict
from workbook.ledger import Ledger
from workbook.schema import REGISTER, TEMPORAL
from workbook.vocabulary import FLOW, STANDARD_FLOW

LIABILITY = "STD-04"
_NO_HISTORY = History()


def run(ledger: Ledger, book: RuleBook, calendar: Calendar, now: dt.datetime, history: History = _NO_HISTORY) -> Clocks:
    """Work out every stage of every ticket at ``now`` (naive wall clock), everything anew at every pass.

    ``history``: what earlier passes saw in fields that hold but one value, for rounds that are over. Raises
    :class:`~automation.sla.calendar.NoOpenTime` when a working-time rule meets a calendar that never opens.
    """
    moment = np.datetime64(now, "s")
    ledger = _as_of(ledger, moment)
    register = ledger.register.frame
    # A flow that is no flow of the contract is a finding (LIST-01); until it is mended the standard flow counts.
    flow_of = register["流程"].where(register["流程"].isin(FLOW.values), STANDARD_FLOW)
    pendings = pending.by_ticket(ledger)
    flows = {}
    for flow in FLOW.values:
        tickets = register[flow_of == flow]
        if len(tickets):
            flows[flow] = _flow(_Flow(flow, tickets, pendings, ledger, book, calendar, moment, history))
    closed: Mask = np.zeros(len(register), dtype=bool)
    for one in flows.values():
        closed[register.index.get_indexer(one.index)] = one.archived
    beside = promises.of_all(ledger, book, calendar, moment, history, closed)
    return Clocks(now, flows, now_at(flows, register), beside, calendar)


def _as_of(ledger: Ledger, now: np.datetime64) -> Ledger:
    """The register without times that have not come yet: nothing is done in the future (TIME-01 names the cell)."""
    frame = ledger.register.frame
    times = [column.name for column in REGISTER.columns if column.kind in TEMPORAL]
    ahead = [name for name in times if name not in ("截止时间", "下次答复时间") and (frame[name] > now).any()]
    if not ahead:
        return ledger
    past = {name: frame[name].where(frame[name] <= now) for name in ahead}
    return ledger.having(replace(ledger.register, frame=frame.assign(**past)))


@dataclass(frozen=True)
class _Flow:
    """The tickets of one flow, and all that their clocks rest on."""

    name: str
    tickets: pd.DataFrame
    pendings: pd.DataFrame
    ledger: Ledger
    book: RuleBook
    calendar: Calendar
    now: np.datetime64
    history: History

    @property
    def standard(self) -> bool:
        return self.name == STANDARD_FLOW


def _flow(of: _Flow) -> FlowClock:
    tickets, stages = of.tickets, of.book.stages(of.name)
    pend = _pending(of)
    received = tickets["接收时间"].to_numpy(dtype="M8[s]")
    version_of = [versions(rules, received) for rules in stages]
    found = courses.of_flow(stages, version_of, tickets, of.ledger, of.now)
    if of.standard:
        reopenings = returns.of(tickets, of.ledger, of.history, of.now)
        found = _returned(of, stages, found, reopenings)
    else:
        reopenings = courses.openings(stages, tickets, of.ledger, of.now)
    archived = _archived(reopenings, tickets)
    later = _later_done(stages, found, archived)
    restarted = _suspended(of, stages, found, pend)
    stands_still = () if of.standard else pauses.of(tickets, of.ledger, of.now)
    being_redone = _being_redone(stages, found, len(tickets))
    clocks: list[StageClock] = []
    earlier: list[EarlierRounds] = []
    for position, (rules, version, course) in enumerate(zip(stages, version_of, found, strict=True)):
        if rules[-1].archives and not of.standard:
            course = _archiving(course, archived, clocks, [one for one in found if one is not course])
        around = _around(of, rules[-1], course, later[position], pend, being_redone)
        around = replace(around, first=position == 0)
        if rules[-1].id == LIABILITY:
            around = replace(around, restarted=restarted)
        clocks.append(_stage(of, rules, version, course, tickets, around, stands_still))
        if len(course.earlier.at):
            earlier.append(_earlier(of, rules, version, course, stands_still))
    return FlowClock(of.name, tickets.index, tuple(clocks), pend, archived, tuple(earlier))


def _pending(of: _Flow) -> pd.DataFrame:
    pend = of.pendings.reindex(of.tickets["编号"]).set_index(of.tickets.index)
    pend["open"] = pend["open"].eq(True) & of.tickets["编号"].ne("")
    for column in ("since", "resolved", "talk_due"):
        pend[column] = pend[column].astype("datetime64[s]")
    return pend


def _stage(
    of: _Flow,
    rules: tuple[Rule, ...],
    version: npt.NDArray[np.int64],
    course: Course,
    tickets: pd.DataFrame,
    around: Circumstances,
    stands_still: tuple[Pause, ...],
) -> StageClock:
    return judgement.stage(rules, version, course, tickets, around, stands_still, of.ledger, of.calendar, of.now)


def _earlier(
    of: _Flow,
    rules: tuple[Rule, ...],
    version: npt.NDArray[np.int64],
    course: Course,
    stands_still: tuple[Pause, ...],
) -> EarlierRounds:
    """The rounds that are over, judged like the latest one; a ticket is there as often as it had rounds."""
    rounds = course.earlier
    tickets = of.tickets.iloc[rounds.at]
    past = replace(courses.plain(rounds.start, rounds.actual), number=rounds.number)
    still = tuple(Pause(pause.begin[rounds.at], pause.end[rounds.at]) for pause in stands_still)
    around = Circumstances.none(len(rounds.at))
    if of.standard and rules[-1].id == LIABILITY:
        around = replace(around, restarted=rounds.number > 1, suspended=np.ones(len(rounds.at), dtype=bool))
    return EarlierRounds(tickets.index, _stage(of, rules, version[rounds.at], past, tickets, around, still))


def _suspended(of: _Flow, stages: Sequence[tuple[Rule, ...]], found: list[Course], pend: pd.DataFrame) -> Mask:
    """STD-12, STD-17: the rounds that pending items make of STD-04, put into ``found``; which cases they brought back."""
    restarted: Mask = np.zeros(len(of.tickets), dtype=bool)
    for position, rules in enumerate(stages):
        if of.standard and rules[-1].id == LIABILITY:
            resolved = pend["resolved"].to_numpy(dtype="M8[s]")
            spans = suspensions.of(of.tickets, of.ledger, of.now)
            found[position], restarted = suspensions.in_rounds(found[position], spans, resolved)
    return restarted


def _returned(
    of: _Flow, stages: Sequence[tuple[Rule, ...]], found: list[Course], returned: Occurrences
) -> list[Course]:
    ids = [rules[-1].id for rules in stages]
    by_id = returns.reopened(dict(zip(ids, found, strict=True)), returned, of.tickets, of.history)
    return [by_id[rule_id] for rule_id in ids]


def _archived(reopenings: Occurrences, tickets: pd.DataFrame) -> Mask:
    """Which cases are closed: archived, and not opened again since. What was opened again is to be archived anew."""
    at = tickets[ARCHIVED].to_numpy(dtype="M8[s]")
    last = np.full(len(at), NEVER, dtype="M8[s]")
    np.fmax.at(last, reopenings.at, reopenings.time)
    closed: Mask = ~np.isnat(at) & ~(last > days.last(at))
    return closed


def _archiving(course: Course, archived: Mask, before: Sequence[StageClock], others: Sequence[Course]) -> Course:
    """A case is filed once everything else is over: the clock of filing starts with the last that was done. A stage
    whose end nobody wrote down is over; one whose beginning is unknown is not.
    """
    waiting = np.zeros(len(course.start), dtype=bool)
    last = np.full(len(course.start), NEVER, dtype="M8[s]")
    for clock in before:
        blind = clock.is_(Verdict.UNKNOWN) & (clock.reason == Reason.START_MISSING) & np.isnat(clock.actual)
        waiting |= clock.is_(*OPEN) | blind
    for other in others:
        last = np.fmax(last, other.actual)
    for other in others:  # of that day nobody knows what was last
        last = np.where(days.known(other.actual) & (other.actual == days.of(last)), other.actual, last).astype("M8[s]")
    start = np.where(waiting & ~archived, NEVER, last).astype("M8[s]")
    return replace(course, start=start, actual=np.where(archived, course.actual, NEVER).astype("M8[s]"))


def _later_done(stages: Sequence[tuple[Rule, ...]], found: Sequence[Course], archived: Mask) -> list[Mask]:
    """For each stage whether something that comes after it is done, in this round: a later time of the register, an
    entry that goes on from it, the archive. The number is ours and comes early: it proves nothing.
    """
    follows = _follows([rules[-1] for rules in stages])
    later: list[Mask] = []
    for position, course in enumerate(found):
        done = np.zeros(len(archived), dtype=bool)
        for other in range(position + 1, len(found)):
            rule = stages[other][-1]
            if rule.id == NUMBERING or not (rule.end.in_register or other in follows[position]):
                continue
            if rule.archives:  # in a closed case nothing is owed any more
                done |= archived
            else:
                in_round = ~course.again | (days.last(found[other].actual) >= course.start)
                done |= ~np.isnat(found[other].actual) & in_round
        later.append(done)
    return later


def _follows(rules: Sequence[Rule]) -> list[set[int]]:
    """For each stage those that go on from it, directly or over others."""
    after: list[set[int]] = [set() for _ in rules]
    for position in range(len(rules) - 1, -1, -1):
        for other in range(position + 1, len(rules)):
            if rules[other].start == rules[position].stop:
                after[position] |= {other} | after[other]
    return after


def _around(
    of: _Flow,
    rule: Rule,
    course: Course,
    done_later: Mask,
    pend: pd.DataFrame,
    being_redone: Mask,
) -> Circumstances:
    """Which tickets pause at this stage and why, and which do not need it."""
    around = replace(Circumstances.none(len(done_later)), done_later=done_later)
    if course.unneeded.any():
        around = replace(around, skipped=course.unneeded, why_skipped=Reason.NOT_OPENED)
    if rule.id == LIABILITY:
        return replace(around, paused=pend["open"].to_numpy(dtype=bool), why=Reason.IS_PENDING)
    if not of.standard:
        still = pend["open"].to_numpy(dtype=bool) & ~np.isnat(course.start)
        return replace(around, paused=still, why=Reason.IS_PENDING)
    if rule.id == returns.CALLBACK:
        # STD-09: while a returned form is being worked over, the callback waits.
        returned = (of.tickets[returns.AUDIT] == returns.RETURNED).to_numpy(dtype=bool) | being_redone
        unwanted = (of.tickets["需回访"] != "是").to_numpy(dtype=bool)
        return replace(around, paused=returned, why=Reason.RETURNED, skipped=unwanted, why_skipped=Reason.NOT_MARKED)
    return around


def _being_redone(stages: Sequence[tuple[Rule, ...]], found: Sequence[Course], count: int) -> Mask:
    """Which forms are back with management and not done yet."""
    redone: Mask = np.zeros(count, dtype=bool)
    for rules, course in zip(stages, found, strict=True):
        if rules[-1].id == returns.EXECUTION:
            redone |= course.again & course.open
    return redone
