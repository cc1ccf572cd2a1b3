"""The clock: for every stage of every ticket its start, due time, actual end and verdict, whole columns at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.sla import pending
from automation.sla.calendar import Calendar, Instants, Mask
from automation.sla.limits import NEVER, ends
from automation.sla.rules import EVENT_PREFIX, Rule, RuleBook
from automation.sla.stages import Clocks, FlowClock, StageClock
from automation.sla.standing import now_at
from automation.sla.verdict import Reason, Verdict
from workbook.ledger import Ledger
from workbook.schema import EVENTS, REGISTER, TEMPORAL
from workbook.vocabulary import FLOW, STANDARD_FLOW

NUMBERING = "STD-03"
LIABILITY = "STD-04"
CALLBACK = "STD-09"
ARCHIVE = "STD-10"


def run(ledger: Ledger, book: RuleBook, calendar: Calendar, now: dt.datetime) -> Clocks:
    """Work out every stage of every ticket at ``now`` (naive wall clock). Nothing is remembered between passes.

    Raises :class:`~automation.sla.calendar.NoOpenTime` when a working-time rule meets a calendar that never opens.
    """
    ledger = _as_of(ledger, np.datetime64(now, "s"))
    register = ledger.register.frame
    # A flow that is no flow of the contract is a finding (LIST-01); until it is mended the standard flow counts.
    flow_of = register["流程"].where(register["流程"].isin(FLOW.values), STANDARD_FLOW)
    pendings = pending.by_ticket(ledger)
    flows = {}
    for flow in FLOW.values:
        tickets = register[flow_of == flow]
        if len(tickets):
            flows[flow] = _flow(flow, tickets, pendings, ledger, book, calendar, np.datetime64(now, "s"))
    return Clocks(now, flows, now_at(flows, register))


def _as_of(ledger: Ledger, now: np.datetime64) -> Ledger:
    """The register without times that have not come yet: nothing is done in the future (TIME-01 names the cell)."""
    frame = ledger.register.frame
    times = [column.name for column in REGISTER.columns if column.kind in TEMPORAL]
    ahead = [name for name in times if name not in ("截止时间", "下次答复时间") and (frame[name] > now).any()]
    if not ahead:
        return ledger
    past = {name: frame[name].where(frame[name] <= now) for name in ahead}
    return ledger.having(replace(ledger.register, frame=frame.assign(**past)))


def _flow(
    flow: str,
    tickets: pd.DataFrame,
    pendings: pd.DataFrame,
    ledger: Ledger,
    book: RuleBook,
    calendar: Calendar,
    now: np.datetime64,
) -> FlowClock:
    pend = pendings.reindex(tickets["编号"]).set_index(tickets.index)
    pend["open"] = pend["open"].eq(True) & tickets["编号"].ne("")
    for column in ("since", "resolved", "talk_due"):
        pend[column] = pend[column].astype("datetime64[s]")
    versions = book.stages(flow)
    actuals = [_instants(stage[-1].stop, tickets, ledger) for stage in versions]
    later = _later_done(versions, actuals, len(tickets))
    stages = tuple(
        _stage(rules, actual, done_later, tickets, pend, ledger, calendar, now, first=position == 0)
        for position, (rules, actual, done_later) in enumerate(zip(versions, actuals, later, strict=True))
    )
    return FlowClock(flow, tickets.index, stages, pend)


def _instants(event: str, tickets: pd.DataFrame, ledger: Ledger) -> Instants:
    """When an event happened for each ticket: a register column, or the first such entry of 处理记录."""
    if not event.startswith(EVENT_PREFIX):
        written: Instants = tickets[event].to_numpy(dtype="M8[s]")
        return written
    entries = ledger[EVENTS].frame
    entries = entries[(entries["事项"] == event.removeprefix(EVENT_PREFIX)) & (entries["编号"] != "")]
    first: Instants = entries.groupby("编号")["时间"].min().reindex(tickets["编号"]).to_numpy(dtype="M8[s]")
    return first


def _later_done(versions: tuple[tuple[Rule, ...], ...], actuals: list[Instants], count: int) -> list[Mask]:
    """For each stage whether a later one is done. The number is ours and comes early: it proves nothing."""
    later: list[Mask] = []
    done: Mask = np.zeros(count, dtype=bool)
    for rules, actual in zip(reversed(versions), reversed(actuals), strict=True):
        later.append(done.copy())
        if rules[-1].id != NUMBERING:
            done |= ~np.isnat(actual)
    return later[::-1]


def _stage(
    rules: tuple[Rule, ...],
    actual: Instants,
    done_later: Mask,
    tickets: pd.DataFrame,
    pend: pd.DataFrame,
    ledger: Ledger,
    calendar: Calendar,
    now: np.datetime64,
    *,
    first: bool,
) -> StageClock:
    rule_id = rules[-1].id
    version = _versions(rules, tickets["接收时间"].to_numpy(dtype="M8[s]"))
    start = _instants(rules[-1].start, tickets, ledger)
    restarted = _restarted(rule_id, start, actual, pend)
    start = np.where(restarted, pend["resolved"].to_numpy(dtype="M8[s]"), start).astype("M8[s]")
    due = np.full(len(tickets), NEVER, dtype="M8[s]")
    cutoff, risk = due.copy(), due.copy()
    extended: Mask = np.zeros(len(tickets), dtype=bool)
    for number, rule in enumerate(rules):
        mine: Mask = version == number
        if mine.any():
            found = ends(rule, start, tickets, ledger, calendar, restarted=restarted)
            extended |= found.extended & mine
            due = np.where(mine, found.due, due)
            cutoff, risk = np.where(mine, found.cutoff, cutoff), np.where(mine, found.risk, risk)
    verdict, reason = _judge(rule_id, start, due, cutoff, risk, actual, done_later, tickets, pend, now, first=first)
    return StageClock(
        rules, version, start, due, risk, cutoff, actual, verdict, reason, extended=extended, restarted=restarted
    )


def _versions(rules: tuple[Rule, ...], received: Instants) -> npt.NDArray[np.int64]:
    """Which version holds for each ticket: the newest in force on the day it was received, else the oldest."""
    since = np.array([rule.effective or dt.date.min for rule in rules], dtype="M8[D]")
    days = np.where(np.isnat(received), since[-1], received.astype("M8[D]"))
    found: npt.NDArray[np.int64] = np.maximum(np.searchsorted(since, days, "right") - 1, 0)
    return found


def _restarted(rule_id: str, start: Instants, actual: Instants, pend: pd.DataFrame) -> Mask:
    """STD-17: a resolved pending item brings the case back to STD-04, which counts from the resolution."""
    if rule_id != LIABILITY:
        return np.zeros(len(start), dtype=bool)
    resolved = pend["resolved"].to_numpy(dtype="M8[s]")
    before_hand_over = np.isnat(actual) | (actual >= resolved)
    restarted: Mask = ~np.isnat(resolved) & (np.isnat(start) | (resolved > start)) & before_hand_over
    return restarted


def _judge(
    rule_id: str,
    start: Instants,
    due: Instants,
    cutoff: Instants,
    risk: Instants,
    actual: Instants,
    done_later: Mask,
    tickets: pd.DataFrame,
    pend: pd.DataFrame,
    now: np.datetime64,
    *,
    first: bool,
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    started, done = ~np.isnat(start), ~np.isnat(actual)
    backwards = done & started & (actual < start) & (rule_id != NUMBERING)
    running = ~done & ~done_later & started
    late_end = done & started & ~np.isnat(cutoff) & (actual > cutoff)
    paused, why_paused, skipped = _exceptions(rule_id, tickets, pend)
    # The software numbers a ticket as soon as it sees it, form or no form: that is never late, and never unknown.
    no_start = ~started & ((done & (rule_id != NUMBERING)) | (first & ~done_later))
    decided: list[tuple[Mask, Verdict, Reason]] = [  # the first that holds decides
        (skipped, Verdict.NOT_REQUIRED, Reason.NOT_MARKED),
        (no_start, Verdict.UNKNOWN, Reason.START_MISSING),
        (backwards, Verdict.UNKNOWN, Reason.STOP_BEFORE_START),
        (late_end, Verdict.FINISHED_LATE, Reason.NONE),
        (done, Verdict.ON_TIME, Reason.NONE),
        (done_later, Verdict.UNKNOWN, Reason.STOP_MISSING),
        (paused, Verdict.PAUSED, why_paused),
        (running & (now > cutoff), Verdict.LATE, Reason.NONE),
        (running & (now >= risk), Verdict.AT_RISK, Reason.NONE),
        (running, Verdict.RUNNING, Reason.NONE),
    ]
    masks = [mask for mask, _, _ in decided]
    verdict = np.select(masks, [int(verdict) for _, verdict, _ in decided], int(Verdict.NOT_YET))
    reason = np.select(masks, [int(reason) for _, _, reason in decided], int(Reason.NONE))
    return verdict.astype(np.int8), reason.astype(np.int8)


def _exceptions(rule_id: str, tickets: pd.DataFrame, pend: pd.DataFrame) -> tuple[Mask, Reason, Mask]:
    """Which tickets pause at this stage, why, and which do not need it."""
    nobody: Mask = np.zeros(len(tickets), dtype=bool)
    if rule_id == LIABILITY:
        return pend["open"].to_numpy(dtype=bool), Reason.IS_PENDING, nobody
    if rule_id == CALLBACK:
        returned = (tickets["考核结果"] == "退回").to_numpy(dtype=bool)
        unwanted = (tickets["需回访"] != "是").to_numpy(dtype=bool)
        return returned, Reason.RETURNED, unwanted
    return nobody, Reason.NONE, nobody
