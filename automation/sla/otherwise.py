"""The verdict on the other clock: what the same limit would say in opening hours, or by the clock on the wall."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from automation.past import History
from automation.sla import clock
from automation.sla.calendar import NoOpenTime
from automation.sla.rules import SECONDS, Rule, RuleBook, Unit
from automation.sla.stages import Clocks, StageClock
from automation.sla.verdict import Verdict
from workbook.ledger import Ledger
from workbook.vocabulary import ALL_FLOWS

_OPENING = dict.fromkeys((Unit.MINUTE, Unit.HOUR, Unit.DAY), Unit.OPEN_HOUR)
_ON_THE_WALL = {Unit.OPEN_HOUR: Unit.HOUR, Unit.WORKDAY: Unit.DAY}
_SWAPS: tuple[Mapping[Unit, Unit], ...] = ({**_OPENING, **_ON_THE_WALL}, {Unit.DAY: Unit.WORKDAY})
"""Hours against opening hours, working days against days; days also against working days, as people would read them."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """For information only: the ``verdict`` if the limit were counted in ``unit``; ``due`` is ISO 8601."""

    unit: str
    limit: str
    due: str
    verdict: str


def of(ledger: Ledger, clocks: Clocks, row: int, history: History) -> Mapping[tuple[str, int], tuple[Otherwise, ...]]:
    """For one ticket: rule id and round → the other verdicts, where they differ from the one that holds."""
    alone = ledger.having(replace(ledger.register, frame=ledger.register.frame.loc[[row]]))
    holds = {(stage.rule.id, int(stage.number[at])): int(stage.verdict[at]) for stage, at in _stages(clocks, row)}
    found: dict[tuple[str, int], list[Otherwise]] = defaultdict(list)
    for swap in _SWAPS:
        try:
            swapped = clock.run(alone, _swapped(clocks, swap), clocks.calendar, clocks.now, history)
        except NoOpenTime:  # an other clock that cannot be read tells nothing
            continue
        for stage, at in _stages(swapped, row):
            rule, key = stage.rule_at(at), (stage.rule.id, int(stage.number[at]))
            if rule.unit in swap.values() and key in holds and holds[key] != stage.verdict[at]:
                found[key].append(_otherwise(stage, at, rule))
    return {key: tuple(told) for key, told in found.items()}


def _otherwise(stage: StageClock, at: int, rule: Rule) -> Otherwise:
    limit = rule.extension if stage.extended[at] else rule.limit
    due = stage.due[at].item()
    assert isinstance(due, dt.datetime)
    return Otherwise(
        rule.unit.value, f"{limit:g}{rule.unit.value}", due.isoformat(), Verdict(stage.verdict[at]).chinese
    )


def _stages(clocks: Clocks, row: int) -> Iterator[tuple[StageClock, int]]:
    """Every round of every stage of a ticket, and the deadlines beside them, each with its place."""
    for flow in clocks.flows.values():
        if row in flow.index:
            for stage in flow.stages:
                yield stage, int(flow.index.get_loc(row))
            for earlier in flow.earlier:
                for at in (earlier.index == row).nonzero()[0].tolist():
                    yield earlier.clock, at
    for beside in clocks.beside:
        yield beside.clock, int(beside.index.get_loc(row))


def _swapped(clocks: Clocks, swap: Mapping[Unit, Unit]) -> RuleBook:
    flows = {flow.flow: tuple(stage.rules for stage in flow.stages) for flow in clocks.flows.values()}
    flows[ALL_FLOWS] = tuple(beside.clock.rules for beside in clocks.beside)
    return RuleBook(
        {
            name: tuple(tuple(_other(rule, swap) for rule in versions) for versions in stages)
            for name, stages in flows.items()
        }
    )


def _whole(*limits: float | None) -> bool:
    """Nobody counts half a working day."""
    return all(limit is None or limit.is_integer() for limit in limits)


def _other(rule: Rule, swap: Mapping[Unit, Unit]) -> Rule:
    """The same number of hours, or of days, on the other clock."""
    unit = swap.get(rule.unit)
    if unit is None or (unit is Unit.WORKDAY and not _whole(rule.limit, rule.extension)):
        return rule
    factor = SECONDS[rule.unit] / 3600 if unit is Unit.OPEN_HOUR else 1
    limit, extension = rule.limit, rule.extension
    return replace(
        rule,
        unit=unit,
        limit=None if limit is None else limit * factor,
        extension=None if extension is None else extension * factor,
    )
