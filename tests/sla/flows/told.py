"""What the product's clock says of a ticket, in the words of the plain reference clocks."""

from __future__ import annotations

from automation.sla.stages import Clocks, StageClock
from automation.sla.verdict import Reason, Verdict
from tests.sla.reference import Stage
from tests.sla.reference_flows import Case

REASONS = {
    Reason.START_MISSING: ":起点缺失",
    Reason.STOP_MISSING: ":漏填",
    Reason.STOP_BEFORE_START: ":早于起点",
}


def stages_of(clock: StageClock) -> list[Stage]:
    """One a place of the clock."""
    columns = (clock.start.tolist(), clock.due.tolist(), clock.actual.tolist(), clock.verdict, clock.reason)
    return [Stage(start, due, actual, words(v, r)) for start, due, actual, v, r in zip(*columns, strict=True)]


def words(verdict: int, reason: int) -> str:
    """``按时完成``; what cannot be judged says why: ``无法判定:漏填``."""
    told = Verdict(verdict)
    return told.chinese + (REASONS[Reason(reason)] if told is Verdict.UNKNOWN else "")


def product(clocks: Clocks) -> dict[int, Case]:
    """Excel row → every round of every stage, oldest first, and where the ticket stands."""
    cases: dict[int, Case] = {}
    for flow in clocks.flows.values():
        rounds: dict[tuple[int, str], list[Stage]] = {}
        for earlier in flow.earlier:
            for row, stage in zip(earlier.index.tolist(), stages_of(earlier.clock), strict=True):
                rounds.setdefault((row, earlier.clock.rule.id), []).append(stage)
        latest = {clock.rule.id: stages_of(clock) for clock in flow.stages}
        at = clocks.now_at.loc[flow.index]
        due = at["due"].to_numpy("M8[s]").tolist()
        for place, row in enumerate(flow.index.tolist()):
            stages = {rule: [*rounds.get((row, rule), []), told[place]] for rule, told in latest.items()}
            cases[row] = Case(stages, at["stage"].iloc[place], due[place], at["state"].iloc[place])
    return cases
