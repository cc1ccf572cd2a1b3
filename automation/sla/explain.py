"""Why a ticket stands where it stands: every stage with its rule, source, cells, days counted and verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from automation.advice import PENDING_TODO, todo
from automation.past import CASE, History
from automation.sla import counting, origins, otherwise, pauses, steps
from automation.sla.calendar import Calendar
from automation.sla.counting import DayCounted, PauseExplained
from automation.sla.otherwise import Otherwise
from automation.sla.pauses import Pause
from automation.sla.rules import Rule
from automation.sla.stages import Clocks, FlowClock, StageClock, lateness
from automation.sla.verdict import Reason, Verdict
from automation.wording import span
from workbook.ledger import Ledger
from workbook.vocabulary import STANDARD_FLOW


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that was made: ``level`` and ``due`` as it said, ``at`` when, ``to`` whom (empty where nobody knows)."""

    level: str
    due: str
    at: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeExplained:
    """A watched field changed: what was seen before and after, ``seen`` first by which pass, ``before`` last as it was."""

    field: str
    old: str
    new: str
    seen: str
    before: str


@dataclass(frozen=True, slots=True)
class StageExplained:
    """One round of one stage. Times are ISO 8601 or empty; ``late_minutes`` is zero when not late; ``cells`` are those
    the verdict was computed from, ``start_cells`` and ``actual_cells`` their share; ``steps`` the arithmetic, line by
    line; ``counting`` on which clock; ``earlier`` the rounds before, oldest first; ``otherwise`` for information only;
    ``start_by_day``, ``actual_by_day``: only the day is known.
    """

    rule: str
    stage: str
    source: str
    limit: str
    start: str
    due: str
    actual: str
    verdict: str
    reason: str
    late_minutes: int
    extended: bool
    cells: tuple[str, ...]
    steps: tuple[str, ...]
    round: int
    responsible: str
    escalates_to: str
    effective: str
    counting: str
    start_cells: tuple[str, ...]
    actual_cells: tuple[str, ...]
    due_without_pauses: str
    provisional: bool
    start_by_day: bool
    actual_by_day: bool
    days: tuple[DayCounted, ...]
    pauses: tuple[PauseExplained, ...]
    told: tuple[Told, ...]
    otherwise: tuple[Otherwise, ...]
    earlier: tuple[StageExplained, ...]


@dataclass(frozen=True, slots=True)
class TicketExplained:
    """A ticket: where it stands, every stage of its flow, the deadlines ``beside`` it, what was ``told`` of it outside
    those (STD-16), and how its watched fields changed.
    """

    ticket: str
    flow: str
    cell: str
    current: str
    due: str
    state: str
    todo: str
    pending: tuple[str, ...]
    stages: tuple[StageExplained, ...]
    now: str
    pending_cells: tuple[str, ...]
    beside: tuple[StageExplained, ...]
    told: tuple[Told, ...]
    changes: tuple[ChangeExplained, ...]

    def as_json(self) -> dict[str, object]:
        """The object of ``kesu explain --json``."""
        return asdict(self)


Alerts = Mapping[tuple[str, str], Sequence[Told]]
"""Ticket and rule id → what was told of it."""

_NO_HISTORY = History()
_NO_ALERTS: Alerts = MappingProxyType({})


def explain(
    ledger: Ledger, clocks: Clocks, ticket: str, *, history: History = _NO_HISTORY, alerts: Alerts = _NO_ALERTS
) -> tuple[TicketExplained, ...]:
    """Every row that bears the number (one, unless it is duplicated); empty when there is none.

    ``clocks`` were run on this ledger with this history.
    """
    register = ledger.register
    rows = register.frame.index[register.frame["编号"] == ticket.strip().upper()]
    return tuple(_Case.of(ledger, clocks, int(row), history, alerts).told() for row in rows)


@dataclass(frozen=True)
class _Case:
    """One ticket and all that its explanation rests on."""

    ledger: Ledger
    clocks: Clocks
    row: int
    ticket: str
    flow: FlowClock
    calendar: Calendar
    pending: tuple[Pause, ...]
    history: History
    alerts: Alerts
    others: Mapping[tuple[str, int], tuple[Otherwise, ...]]

    @classmethod
    def of(cls, ledger: Ledger, clocks: Clocks, row: int, history: History, alerts: Alerts) -> _Case:
        flow = next(flow for flow in clocks.flows.values() if row in flow.index)
        mine = ledger.register.frame.loc[[row]]
        still = () if flow.flow == STANDARD_FLOW else pauses.of(mine, ledger, np.datetime64(clocks.now, "s"))
        return cls(
            ledger,
            clocks,
            row,
            mine.at[row, "编号"],
            flow,
            clocks.calendar,
            still,
            history,
            alerts,
            otherwise.of(ledger, clocks, row, history),
        )

    def told(self) -> TicketExplained:
        at = self.clocks.now_at.loc[self.row]
        position = int(self.flow.index.get_loc(self.row))
        stages = tuple(self._with_rounds(stage, position) for stage in self.flow.stages)
        beside = tuple(self._stage(one.clock, int(one.index.get_loc(self.row)), None) for one in self.clocks.beside)
        shown = {stage.rule for stage in (*stages, *beside)}
        rest = (told for (ticket, rule), told in self.alerts.items() if ticket == self.ticket and rule not in shown)
        return TicketExplained(
            ticket=self.ticket,
            flow=self.flow.flow,
            cell=self.ledger.register.place(self.row, "编号"),
            current=at["stage"],
            due=_iso(at["due"]),
            state=at["state"],
            todo=self._todo(at["state"], at["rule"]),
            pending=tuple(_pending(self.flow, position, self.clocks.now)),
            stages=stages,
            now=self.clocks.now.isoformat(timespec="seconds"),
            pending_cells=origins.of_pauses(self.ledger, self.row),
            beside=beside,
            told=tuple(one for several in rest for one in several),
            changes=tuple(_changes(self.history, self.ticket)),
        )

    def _todo(self, state: str, rule_id: str) -> str:
        if state == "未了事宜":
            return PENDING_TODO
        return next((todo(stage.rule) for stage in self.flow.stages if stage.rule.id == rule_id), "")

    def _with_rounds(self, stage: StageClock, position: int) -> StageExplained:
        past = [
            self._stage(rounds.clock, at, self.flow)
            for rounds in self.flow.earlier
            if rounds.clock.rule.id == stage.rule.id
            for at in np.flatnonzero(rounds.index == self.row).tolist()
        ]
        past = [replace(one, told=tuple(told for told in one.told if told.due == one.due)) for one in past]
        latest = self._stage(stage, position, self.flow)
        rest = tuple(told for told in latest.told if not any(told in one.told for one in past))
        return replace(latest, told=rest, earlier=tuple(sorted(past, key=lambda one: one.round)))

    def _stage(self, stage: StageClock, at: int, flow: FlowClock | None) -> StageExplained:
        rule, number = stage.rule_at(at), int(stage.number[at])
        begin = origins.of_start(self.ledger, flow, stage, at, self.row)
        end = origins.of_end(self.ledger, stage, at, self.row)
        mine = () if flow is None else self.pending
        still = counting.stood_still(rule, stage, at, mine, self.ledger, self.calendar)
        days = counting.days(rule, stage.start[at], stage.due[at], still, self.calendar)
        base = counting.base_due(rule, stage, at, self.ledger, self.calendar)
        provisional = counting.provisional(rule, stage.due[at], self.calendar)
        sum_ = steps.Sum(stage, at, self.clocks.now, begin, end, base, still, days, provisional)
        late = int(lateness(stage, self.clocks.now)[at].astype("m8[s]").astype(int))
        extra = tuple(self._condition_cells(rule))
        return StageExplained(
            rule=rule.id,
            stage=rule.stage,
            source=rule.source,
            limit=rule.span,
            start=_iso(stage.start[at]),
            due=_iso(stage.due[at]),
            actual=_iso(stage.actual[at]),
            verdict=Verdict(stage.verdict[at]).chinese,
            reason=Reason(stage.reason[at]).chinese,
            late_minutes=late // 60,
            start_by_day=bool(stage.start_by_day[at]),
            actual_by_day=bool(stage.actual_by_day[at]),
            extended=bool(stage.extended[at]),
            cells=tuple(dict.fromkeys((*begin.cells, *end.cells, *extra))),
            steps=tuple(steps.lines(sum_)),
            round=number,
            responsible=rule.responsible,
            escalates_to=rule.escalates_to,
            effective=rule.effective.isoformat() if rule.effective else "",
            counting=counting.how(rule),
            start_cells=begin.cells,
            actual_cells=end.cells,
            due_without_pauses=_iso(base),
            provisional=provisional,
            days=days,
            pauses=still,
            told=tuple(self.alerts.get((self.ticket, rule.id), ())),
            otherwise=self.others.get((stage.rule.id, number), ()),
            earlier=(),
        )

    def _condition_cells(self, rule: Rule) -> Iterator[str]:
        if rule.condition:
            yield from (self.ledger.register.place(self.row, name) for name in (rule.condition.column, "客户联系时间"))


def _pending(flow: FlowClock, position: int, now: dt.datetime) -> Iterator[str]:
    item = flow.pending.iloc[position]
    standard = flow.flow == STANDARD_FLOW
    if pd.notna(item["since"]):
        stopped = "责任认定的时限从此暂停" if standard else "各环节从此停表，了结后接着计时"
        yield f"{item['since']:%Y-%m-%d} 转入未了事宜（STD-12），{stopped}"
    if item["open"] and pd.notna(item["talk_due"]):
        late = "，已逾期 " + span(now - item["talk_due"].to_pydatetime()) if now > item["talk_due"] else ""
        yield f"{item['talk_due']:%Y-%m-%d %H:%M} 前须与客户沟通（STD-16：每月 4 日前）{late}"
    if pd.notna(item["resolved"]):
        yield _resolved(item["resolved"], standard=standard)


def _resolved(at: pd.Timestamp, *, standard: bool) -> str:
    again, how = ("重新计时", "STD-17") if standard else ("接着计时", "")
    if at == at.normalize():
        at += pd.Timedelta(days=1, minutes=-1 if standard else 0)
        how = "STD-17；完成日期只有日期，从当天 23:59 算起" if standard else "完成日期只有日期，当日不计"
    return f"两本台帐都已了结，从 {at:%Y-%m-%d %H:%M} 起{again}" + (f"（{how}）" if how else "")


def _changes(history: History, ticket: str) -> Iterator[ChangeExplained]:
    """As they were seen. What identifies a case is kept as digests only, which say nothing to anybody."""
    for one in history.of(ticket):
        old, new = ("", "") if one.field == CASE else (one.old, one.new)
        before = one.before.isoformat(timespec="seconds") if one.before else ""
        yield ChangeExplained(one.field, old, new, one.at.isoformat(timespec="seconds"), before)


def _iso(moment: object) -> str:
    return "" if pd.isna(moment) else pd.Timestamp(moment).isoformat(timespec="seconds")
