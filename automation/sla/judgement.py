"""From start, limit and end to a verdict, whole columns at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.sla import days, pauses
from automation.sla.calendar import Calendar, Instants, Mask
from automation.sla.courses import Course
from automation.sla.events import NEVER
from automation.sla.limits import cutoff, ends
from automation.sla.pauses import Pause
from automation.sla.rules import Rule
from automation.sla.stages import StageClock
from automation.sla.verdict import Reason, Verdict
from workbook.ledger import Ledger

NUMBERING = "STD-03"


@dataclass(frozen=True)
class Circumstances:
    """What else decides about a stage; one place a ticket.

    ``done_later``: something that comes after it is done. ``paused`` and ``why``: its clock stands still.
    ``skipped`` and ``why_skipped``: it need not be done. ``restarted``: it starts with the resolution of a pending item
    (STD-17). ``suspended``: it ended when the case became a pending item (STD-12). ``first``: nothing comes before it.
    """

    done_later: Mask
    paused: Mask
    why: Reason
    skipped: Mask
    why_skipped: Reason
    restarted: Mask
    suspended: Mask
    first: bool = False

    @classmethod
    def none(cls, count: int) -> Circumstances:
        nobody: Mask = np.zeros(count, dtype=bool)
        return cls(nobody, nobody, Reason.NONE, nobody, Reason.NONE, nobody, nobody)


def stage(
    rules: tuple[Rule, ...],
    version: npt.NDArray[np.int64],
    course: Course,
    tickets: pd.DataFrame,
    circumstances: Circumstances,
    pending: tuple[Pause, ...],
    ledger: Ledger,
    calendar: Calendar,
    now: np.datetime64,
) -> StageClock:
    """The stage of each ticket of one flow. ``pending``: pauses that move its deadlines."""
    promised = rules[-1].promised  # nobody wrote down when that clock started
    by_day = days.known(course.start) & (not promised)
    counted = course.start if promised else days.last_minute(course.start)
    start, actual = days.settled(course.start, course.actual)
    start = course.start if promised else start
    since = np.where(circumstances.restarted, course.start, np.datetime64(0, "s")).astype("M8[s]")
    count = len(start)
    ends_at = [np.full(count, NEVER, dtype="M8[s]") for _ in range(3)]
    extended: Mask = np.zeros(count, dtype=bool)
    for number, rule in enumerate(rules):
        mine: Mask = version == number
        if not mine.any():
            continue
        found = ends(rule, counted, tickets, ledger, calendar, since=since)
        ends_of_rule, risk = found.due, found.risk
        if pending:
            ends_of_rule = pauses.shifted(ends_of_rule, rule, counted, actual, pending, calendar)
            risk = pauses.risk_of(ends_of_rule, risk, rule, counted, actual, pending, calendar)
        extended |= found.extended & mine
        for whole, part in zip(ends_at, (ends_of_rule, cutoff(rule, ends_of_rule), risk), strict=True):
            whole[mine] = part[mine]
    last, risk_from = ends_at[1], ends_at[2]
    verdict, reason = _judge(rules[-1].id, start, last, risk_from, actual, circumstances, now)
    return StageClock(
        rules,
        version,
        start,
        ends_at[0],
        risk_from,
        last,
        actual,
        verdict,
        reason,
        extended=extended,
        restarted=circumstances.restarted,
        suspended=circumstances.suspended,
        number=course.number,
        start_by_day=by_day,
        actual_by_day=days.known(course.actual),
    )


def _judge(
    rule_id: str,
    start: Instants,
    cutoff: Instants,
    risk: Instants,
    actual: Instants,
    around: Circumstances,
    now: np.datetime64,
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    started, done = ~np.isnat(start), ~np.isnat(actual)
    backwards = done & started & (actual < start) & (rule_id != NUMBERING)
    running = ~done & ~around.done_later & started
    # The software numbers a ticket as soon as it sees it, form or no form: that is never late, and never unknown.
    no_start = ~started & ((done & (rule_id != NUMBERING)) | (around.first & ~around.done_later))
    decided: list[tuple[Mask, Verdict, Reason]] = [  # the first that holds decides
        (around.skipped, Verdict.NOT_REQUIRED, around.why_skipped),
        (no_start, Verdict.UNKNOWN, Reason.START_MISSING),
        (backwards, Verdict.UNKNOWN, Reason.STOP_BEFORE_START),
        (done & started & ~np.isnat(cutoff) & (actual > cutoff), Verdict.FINISHED_LATE, Reason.NONE),
        (done & started & np.isnat(cutoff), Verdict.DONE, Reason.NONE),
        (done, Verdict.ON_TIME, Reason.NONE),
        (around.done_later, Verdict.UNKNOWN, Reason.STOP_MISSING),
        (around.paused, Verdict.PAUSED, around.why),
        (running & (now > cutoff), Verdict.LATE, Reason.NONE),
        (running & (now >= risk), Verdict.AT_RISK, Reason.NONE),
        (running, Verdict.RUNNING, Reason.NONE),
    ]
    masks = [mask for mask, _, _ in decided]
    verdict = np.select(masks, [int(verdict) for _, verdict, _ in decided], int(Verdict.NOT_YET))
    reason = np.select(masks, [int(reason) for _, _, reason in decided], int(Reason.NONE))
    return verdict.astype(np.int8), reason.astype(np.int8)
