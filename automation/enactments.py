"""Which rules were in force at the latest pass, and what changing them in place did to verdicts of the past.

A limit is changed for the future by a new row of 规则 with its 生效日期. One that is typed over judges every case anew,
also those that were closed long ago: that is stated (EVID-05), with what it did when it was first seen.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.past import RuleChange
from automation.sla import clock, replay
from automation.sla.calendar import NoOpenTime
from automation.sla.rules import Condition, Rule, RuleBook, Unit, Warn

if TYPE_CHECKING:  # the checks import this file
    from automation.checks.facts import Facts


@dataclass(frozen=True, slots=True)
class Enacted:
    """``changes`` since the latest pass that turned a verdict; ``kept``: the rules as the journal keeps them."""

    changes: tuple[RuleChange, ...] = ()
    kept: str = ""


def compare(facts: Facts) -> Enacted:
    """The rules of a pass against those of the latest one (``facts.past.rules``; ``''``: there was none)."""
    now_kept = kept(facts.book)
    if facts.past.rules in ("", now_kept):
        return Enacted((), now_kept)
    return Enacted(tuple(_changes(facts, recalled(facts.past.rules))), now_kept)


def _changes(facts: Facts, before: RuleBook) -> Iterator[RuleChange]:
    differences = tuple(replay.rules_differing(before, facts.book))
    if not differences:
        return
    try:
        was = clock.run(facts.ledger, before, facts.clocks.calendar, facts.now, facts.past.history)
    except NoOpenTime:  # CAL-02 speaks of it
        return
    found = replay.compare(facts.ledger, (before, facts.book), (was, facts.clocks), lambda row, rule, day: "")
    counts = {one.rule: one.count for one in found.by_stage}
    for one in differences:
        count = counts.get(one.rule)
        if count is not None and count.changed:
            yield RuleChange(
                one.rule,
                one.stage,
                one.since,
                one.column,
                one.old,
                one.new,
                count.to_late,
                count.to_on_time,
                count.other,
                facts.now,
                facts.past.history.last,
            )


def kept(book: RuleBook) -> str:
    """The rules as text; equal rules give equal text."""
    rules = [_plain(rule) for stages in book.flows.values() for versions in stages for rule in versions]
    return json.dumps(rules, ensure_ascii=False, separators=(",", ":"))


def recalled(text: str) -> RuleBook:
    """The rules of a text that :func:`kept` made."""
    flows: dict[str, dict[str, list[Rule]]] = {}
    for fields in json.loads(text):
        rule = _rule(*fields)
        flows.setdefault(rule.flow, {}).setdefault(rule.id, []).append(rule)
    return RuleBook({flow: tuple(map(tuple, stages.values())) for flow, stages in flows.items()})


def _plain(rule: Rule) -> list[object]:
    return [
        rule.id,
        rule.flow,
        rule.stage,
        rule.start,
        rule.stop,
        rule.limit,
        rule.unit.value,
        rule.extension,
        [rule.condition.column, rule.condition.value] if rule.condition else None,
        [rule.warn.share, rule.warn.before],
        rule.responsible,
        rule.escalates_to,
        rule.effective.isoformat() if rule.effective else None,
    ]


def _rule(
    rule_id: str,
    flow: str,
    stage: str,
    start: str,
    stop: str,
    limit: float | None,
    unit: str,
    extension: float | None,
    condition: list[str] | None,
    warn: tuple[float, int],
    responsible: str,
    escalates_to: str,
    effective: str | None,
) -> Rule:
    return Rule(
        id=rule_id,
        flow=flow,
        stage=stage,
        start=start,
        stop=stop,
        limit=limit,
        unit=Unit(unit),
        extension=extension,
        condition=Condition(*condition) if condition else None,
        warn=Warn(*warn),
        responsible=responsible,
        escalates_to=escalates_to,
        effective=dt.date.fromisoformat(effective) if effective else None,
        source="",
    )
