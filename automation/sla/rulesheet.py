"""The rule sheet 规则, read: its rows as rules, what cannot be used as findings, the defaults behind them."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from automation.sla.defaults import DEFAULT_RULES
from automation.sla.events import parse
from automation.sla.rules import SECONDS, Condition, Rule, RuleBook, Unit, Warn
from workbook.cells import half_width
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.schema import REGISTER
from workbook.vocabulary import RULE_FLOW, STANDARD_FLOW

_UNITS = {unit.value: unit for unit in Unit}
_MOST = {Unit.MINUTE: 1_051_200, Unit.HOUR: 17_520, Unit.OPEN_HOUR: 4_000, Unit.DAY: 730, Unit.WORKDAY: 500}
"""Two years in each unit: a longer limit is a slip of the finger, and would reach past every calendar."""


class Malformed(ValueError):
    """A cell of 规则 that cannot be used: its column, and what would be right."""

    def __init__(self, column: str, problem: str, hint: str):
        super().__init__(problem)
        self.column, self.problem, self.hint = column, problem, hint


def read(records: Records) -> tuple[RuleBook, tuple[Finding, ...]]:
    """The rule book of a workbook. A malformed row is a finding at its cell, and the default stands in meanwhile."""
    defaults = {str(row["规则号"]): _rule(row) for row in DEFAULT_RULES}
    rules: list[Rule] = []
    findings: list[Finding] = []
    standing: dict[tuple[str, str, dt.date | None], int] = {}
    for row, values in zip(records.frame.index, records.frame.to_dict("records"), strict=True):
        cells = {str(name): value for name, value in values.items()}
        try:
            _refuse_unread(records, row)
            rule = _rule(cells)
            _refuse_twin(records, standing, rule, row)
            rules.append(rule)
        except Malformed as error:
            stand_in = "默认规则暂时代替" if _text(cells, "规则号").upper() in defaults else "这条规则暂不生效"
            if error.column == "预警":  # no reason to throw away the dealership's own limit
                rules.append(_rule({**cells, "预警": ""}))
                stand_in = "暂按 75% 预警"
            findings.append(_malformed(records, row, error, stand_in))
    if records.present and rules:
        findings += _missing(records, defaults)
    return _book(rules, defaults), tuple(findings)


def _malformed(records: Records, row: int, error: Malformed, stand_in: str) -> Finding:
    return Finding(
        "RULE-01",
        Severity.ERROR,
        f"{records.place(row, error.column)} {error.problem}，{stand_in}",
        error.hint,
        records.cell(row, error.column),
        sheet=records.sheet,
    )


def _refuse_unread(records: Records, row: int) -> None:
    """A date or an extension that is there but cannot be read would otherwise hold since ever, or not at all."""
    for column in ("生效日期", "延长时限"):
        seen = records.raw[column].at[row] if column in records.columns else ""
        if str(seen).strip() and pd.isna(records.frame[column].at[row]):
            raise Malformed(column, f"{column}“{seen}”看不懂", "生效日期写成 2026-11-03，延长时限只填数字")


def _refuse_twin(records: Records, standing: dict[tuple[str, str, dt.date | None], int], rule: Rule, row: int) -> None:
    """Of two rows for one rule and one day nobody could say which holds: the first does."""
    key = (rule.flow, rule.id, rule.effective)
    if key in standing:
        since = f"{rule.effective:%Y-%m-%d} 起生效" if rule.effective else "没有生效日期"
        raise Malformed(
            "规则号", f"{rule.id}（{since}）与第 {standing[key]} 行重复", "删除其中一行，或写上不同的生效日期"
        )
    standing[key] = row


def _missing(records: Records, defaults: Mapping[str, Rule]) -> Iterator[Finding]:
    """RULE-02: rules of a flow the sheet speaks of, that it lacks. A flow it does not speak of follows the defaults."""
    written = {_text({"规则号": cell}, "规则号").upper() for cell in records.frame["规则号"]}
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


def _rule(row: Mapping[str, Any]) -> Rule:
    rule_id, flow = _text(row, "规则号").upper(), _text(row, "流程") or STANDARD_FLOW
    if not rule_id:
        raise Malformed("规则号", "规则号为空", "填写规则号，例如 STD-04")
    if not _text(row, "环节"):
        raise Malformed("环节", f"{rule_id} 的环节为空", "填写环节名，例如 责任认定")
    unit = _UNITS.get(_text(row, "单位"))
    if unit is None:
        raise Malformed("单位", f"单位“{_text(row, '单位')}”不认识", f"改为：{'、'.join(_UNITS)}")
    condition, extension = _condition(row), _number(row, "延长时限")
    if extension is not None:
        _refuse_endless("延长时限", extension, unit)
    return Rule(
        id=rule_id,
        flow=flow,
        stage=_text(row, "环节"),
        start=_event(row, "起点"),
        stop=_event(row, "终点"),
        limit=_limit(row, unit),
        unit=unit,
        extension=extension if condition else None,
        condition=condition if extension else None,
        warn=_warn(row),
        responsible=_text(row, "责任角色"),
        escalates_to=_text(row, "上报角色"),
        effective=_day(row.get("生效日期")),
        source=str(row.get("出处") or ""),
    )


def _text(row: Mapping[str, Any], column: str) -> str:
    value = row.get(column)
    return "" if value is None or value is pd.NaT or value != value else half_width(str(value)).strip()


def _number(row: Mapping[str, Any], column: str) -> float | None:
    text = _text(row, column)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        raise Malformed(column, f"{column}“{text}”不是数字", "只填数字，例如 24") from None
    if number <= 0:
        raise Malformed(column, f"{column}“{number:g}”不是正数", "填写大于 0 的数字，例如 24")
    return number


def _limit(row: Mapping[str, Any], unit: Unit) -> float | None:
    limit = _number(row, "时限")
    if unit in (Unit.SAME_DAY, Unit.NONE):
        return None
    if limit is None:
        raise Malformed("时限", f"单位是“{unit.value}”却没有时限", "填写数字，或把单位改为“无”")
    _refuse_endless("时限", limit, unit)
    if unit is Unit.WORKDAY and not limit.is_integer():
        raise Malformed("时限", f"{limit:g} 个工作日不是整数", "工作日填整数，例如 3")
    return limit


def _refuse_endless(column: str, limit: float, unit: Unit) -> None:
    most = _MOST.get(unit, float("inf"))
    if limit > most:
        raise Malformed(
            column, f"{column}{limit:g}{unit.value}太长（最多 {most:g}）", "改成合理的时限；不设时限请把单位写成“无”"
        )


def _event(row: Mapping[str, Any], column: str) -> str:
    name = _text(row, column).replace(" ", "")
    if parse(name) is None:
        raise Malformed(
            column,
            f"{column}“{name}”不是登记表的时间列，也不是“表名：事项”",
            "写登记表的时间列名，或“处理记录:联系客户”这样的事项（几个事项用、隔开，先发生的算）",
        )
    return name


def _condition(row: Mapping[str, Any]) -> Condition | None:
    text = _text(row, "延长条件").replace(" ", "")
    if not text:
        return None
    column, equals, value = text.partition("=")
    if not equals or not value or column not in REGISTER.headers:
        raise Malformed("延长条件", f"延长条件“{text}”看不懂", "写成“登记表列名=值”，例如 联系结果=未联系上")
    return Condition(column, value)


_BEFORE = re.compile(r"(\d+(?:\.\d+)?)(分钟|小时|天)")


def _warn(row: Mapping[str, Any]) -> Warn:
    text = _text(row, "预警").replace(" ", "")
    if not text:
        return Warn()
    before = _BEFORE.fullmatch(text)
    if before:
        return Warn(before=int(float(before[1]) * SECONDS[_UNITS[before[2]]]))
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0
    if not 0 < share <= 1:
        raise Malformed("预警", f"预警“{text}”看不懂", "写成已用时限的比例（75%），或截止前多久（30分钟）")
    return Warn(share=share)


def _day(value: Any) -> dt.date | None:
    if value is None or value is pd.NaT or value == "":
        return None
    day: dt.date = pd.Timestamp(value).date()
    return day
