"""A rule of 规则 that was typed over: what it was, what it is, and which verdicts of the past it turned."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts
from automation.past import KEPT, RuleChange
from workbook.edits import Cell
from workbook.finding import Finding, Severity
from workbook.schema import RULES


def changed_in_place(facts: Facts) -> Iterator[Finding]:
    """EVID-05: a rule in force was changed without a later 生效日期, and cases judged before are judged otherwise now.

    What was changed back is told no more.
    """
    chains: dict[tuple[str, str, str], list[RuleChange]] = {}
    for change in facts.past.rule_changes:
        if change.at > facts.now - KEPT:
            chains.setdefault((change.rule, change.since, change.column), []).append(change)
    for chain in chains.values():
        first, last = chain[0], chain[-1]
        if first.old != last.new:
            yield _told(facts, first, last)


def _told(facts: Facts, first: RuleChange, last: RuleChange) -> Finding:
    records = facts.ledger[RULES]
    where = _cell(facts, last)
    turned = "，".join(
        f"{count} 个环节{words}"
        for count, words in (
            (last.to_on_time, "由超时变为按时"),
            (last.to_late, "变为超时"),
            (last.other, "的判定另有变化"),
        )
        if count
    )
    between = f"{first.before:%Y-%m-%d %H:%M} 至 " if first.before else ""
    place = f"{where} " if where else f"{records.sheet} "
    return Finding(
        "EVID-05",
        Severity.WARNING,
        f"{place}{last.rule}“{last.stage}”的{last.column}原为“{first.old}”，现为“{last.new}”"
        f"（改于 {between}{last.at:%Y-%m-%d %H:%M}），生效日期没有另写，以前的单子也按新的重新判定：{turned}",
        "只想管以后的单子：改回原值，另加一行，写上“生效日期”；确要追溯的不必改。本条只陈述改动，31 天后不再列出",
        where,
        sheet=records.sheet,
    )


def _cell(facts: Facts, change: RuleChange) -> Cell | None:
    """Where the rule stands in 规则; ``None`` where the default stands in for a row that is not there."""
    records = facts.ledger[RULES]
    frame = records.frame
    since = pd.Timestamp(change.since) if change.since else pd.NaT
    dated = frame["生效日期"].isna() if change.since == "" else frame["生效日期"].eq(since)
    rows = frame.index[frame["规则号"].astype(str).str.strip().str.upper().eq(change.rule) & dated]
    column = change.column if change.column in records.columns else "规则号"
    return records.cell(int(rows[0]), column) if len(rows) and column in records.columns else None


CHECKS: tuple[Check, ...] = (changed_in_place,)
