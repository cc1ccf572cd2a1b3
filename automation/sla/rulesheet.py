"""The rule sheet 规则, read: its rows as rules, what cannot be used as findings, the defaults behind them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from automation.sla import rulerow
from automation.sla.defaults import DEFAULT_RULES
from automation.sla.rulerow import Malformed
from automation.sla.rules import Rule, RuleBook
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.vocabulary import RULE_FLOW, STANDARD_FLOW


def read(records: Records) -> tuple[RuleBook, tuple[Finding, ...]]:
    """The rule book of a workbook. A malformed row is a finding at its cell, and the default stands in meanwhile."""
    defaults = {rule.id: rule for row in DEFAULT_RULES if (rule := rulerow.read(row, {}, None).rule)}
    rules: list[Rule] = []
    findings: list[Finding] = []
    standing: dict[tuple[str, str, dt.date | None], int] = {}
    for row, values in zip(records.frame.index, records.frame.to_dict("records"), strict=True):
        cells = {str(name): value for name, value in values.items()}
        default = defaults.get(rulerow.id_of(cells))
        reading = rulerow.read(cells, _unread(records, row), default)
        faults, rule = list(reading.faults), reading.rule
        if rule is not None and (twin := _twin(standing, rule, row)):
            faults, rule = [*faults, twin], None
        stand_in = "默认规则暂时代替" if default else "这条规则暂不生效"
        findings += (_malformed(records, row, fault, fault.meanwhile or stand_in) for fault in faults)
        if rule is not None:
            rules.append(rule)
    if records.present and rules:
        findings += _missing(records, defaults)
    return _book(rules, defaults), tuple(findings)


def _malformed(records: Records, row: int, error: Malformed, meanwhile: str) -> Finding:
    return Finding(
        "RULE-01",
        Severity.ERROR,
        f"{records.place(row, error.column)} {error.problem}，{meanwhile}",
        error.hint,
        records.cell(row, error.column),
        sheet=records.sheet,
    )


def _unread(records: Records, row: int) -> Mapping[str, str]:
    """What stands in cells of a row that could not be read as a number or a date."""
    columns = [column for column in ("生效日期", "时限", "延长时限") if column in records.columns]
    seen = {column: str(records.raw[column].at[row]).strip() for column in columns}
    return {column: words for column, words in seen.items() if words and pd.isna(records.frame[column].at[row])}


def _twin(standing: dict[tuple[str, str, dt.date | None], int], rule: Rule, row: int) -> Malformed | None:
    """Of two rows for one rule and one day nobody could say which holds: the first does."""
    key = (rule.flow, rule.id, rule.effective)
    first = standing.setdefault(key, row)
    if first == row:
        return None
    since = f"{rule.effective:%Y-%m-%d} 起生效" if rule.effective else "没有生效日期"
    return Malformed("规则号", f"{rule.id}（{since}）与第 {first} 行重复", "删除其中一行，或写上不同的生效日期")


def _missing(records: Records, defaults: Mapping[str, Rule]) -> Iterator[Finding]:
    """RULE-02: rules of a flow the sheet speaks of, that it lacks. A flow it does not speak of follows the defaults."""
    written = {rulerow.id_of({"规则号": cell}) for cell in records.frame["规则号"]}
    absent: dict[str, list[str]] = defaultdict(list)
    spoken = {STANDARD_FLOW}
    for rule in defaults.values():
        if rule.id in written:
            spoken.add(rule.flow)
        else:
            absent[rule.flow].append(rule.id)
    missing = [rule_id for flow, ids in absent.items() if flow in spoken for rule_id in ids]
    if missing:
        yield Finding(
            "RULE-02",
            Severity.WARNING,
            f"规则表里没有 {'、'.join(missing)}，这些环节按默认规则计时",
            "补上这些规则行；不想设时限的环节把“单位”写成“无”",
            sheet=records.sheet,
        )


def _book(rules: Sequence[Rule], defaults: Mapping[str, Rule]) -> RuleBook:
    versions: dict[tuple[str, str], dict[dt.date | None, Rule]] = {}
    for rule in rules:
        versions.setdefault((rule.flow, rule.id), {})[rule.effective] = rule
    own = {rule.flow for rule in rules} - {STANDARD_FLOW} - {rule.flow for rule in rules if rule.id in defaults}
    for rule in defaults.values():  # a default holds where the sheet has nothing, or nothing yet for older tickets
        if rule.flow not in own:  # of a flow that the dealership has made all its own nothing is ours
            versions.setdefault((rule.flow, rule.id), {}).setdefault(None, rule)
    flows: dict[str, list[tuple[Rule, ...]]] = {}
    for (flow, _), dated in sorted(versions.items(), key=lambda item: (item[0][0], _natural(item[0][1]))):
        ordered = sorted(dated.values(), key=lambda rule: rule.effective or dt.date.min)
        flows.setdefault(flow, []).append(tuple(ordered))
    known = {flow: place for place, flow in enumerate(RULE_FLOW.values)}
    ordered_flows = sorted(
        flows, key=lambda flow: known.get(flow, len(known))
    )  # the standard flow first, as everywhere
    return RuleBook({flow: tuple(flows[flow]) for flow in ordered_flows})


def _natural(rule_id: str) -> tuple[str, int, str]:
    """``STD-9`` before ``STD-10``; of a dealership's own ids whatever they are."""
    name, _, number = rule_id.rpartition("-")
    return (name, int(number), "") if number.isdigit() else (name, 0, rule_id)
