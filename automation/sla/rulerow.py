"""One row of 规则 as a rule: each cell read, what cannot be used refused at its cell with what counts meanwhile."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pandas as pd

from automation.sla.events import Event, parse
from automation.sla.rules import PROMISED, SECONDS, Condition, Rule, Unit, Warn
from workbook.cells import half_width
from workbook.schema import REGISTER, TABLES, TEMPORAL
from workbook.table import NUMERIC
from workbook.vocabulary import RULE_FLOW, STANDARD_FLOW

_UNITS = {unit.value: unit for unit in Unit}
_MOST = {Unit.MINUTE: 1_051_200, Unit.HOUR: 17_520, Unit.OPEN_HOUR: 4_000, Unit.DAY: 730, Unit.WORKDAY: 500}
"""Two years in each unit: a longer limit is a slip of the finger, and would reach past every calendar."""

Cells = Mapping[str, Any]


class Malformed(ValueError):
    """A cell of 规则 that cannot be used: its column, and what would be right.

    ``instead``: the cells that may be read in its place, so that the rest of the row counts; ``meanwhile`` says so.
    """

    def __init__(self, column: str, problem: str, hint: str, instead: Cells | None = None, meanwhile: str = ""):
        super().__init__(problem)
        self.column, self.problem, self.hint = column, problem, hint
        self.instead, self.meanwhile = instead, meanwhile


@dataclass(frozen=True)
class Reading:
    """A row as far as it can be read: ``rule`` (``None`` when it cannot be used at all), and every fault of it."""

    rule: Rule | None
    faults: tuple[Malformed, ...]


def read(cells: Cells, unread: Mapping[str, str], default: Rule | None) -> Reading:
    """A row by header. ``unread``: what stands in cells that the reader could make nothing of; ``default``: the rule that
    a new workbook has under this 规则号.
    """
    faults: list[Malformed] = []
    while True:  # each fault takes cells away or makes them right, so there is an end
        try:
            return Reading(_rule(cells, unread, default), tuple(faults))
        except Malformed as fault:
            faults.append(fault)
            if fault.instead is None:
                return Reading(None, tuple(faults))
            cells = {**cells, **fault.instead}
            unread = {column: seen for column, seen in unread.items() if column not in fault.instead}


def _rule(row: Cells, unread: Mapping[str, str], default: Rule | None) -> Rule:
    rule_id = id_of(row)
    if not rule_id:
        raise Malformed("规则号", "规则号为空", "填写规则号，例如 STD-04")
    flow = _flow(row, rule_id, default)
    if not text(row, "环节"):
        raise Malformed("环节", f"{rule_id} 的环节为空", "填写环节名，例如 责任认定")
    unit = _UNITS.get(text(row, "单位").replace(" ", ""))
    if unit is None:
        raise Malformed("单位", f"单位“{text(row, '单位')}”不认识", f"改为：{'、'.join(_UNITS)}")
    start, stop = _event(row, "起点"), _event(row, "终点")
    if start == stop:
        raise Malformed("终点", f"终点和起点都是“{stop}”，时限永远不会开始计算", "终点写这个环节做完的时间")
    limit = _limit(row, unread, unit)
    extension, condition = _extension(row, unread, limit, unit, default)
    return Rule(
        id=rule_id,
        flow=flow,
        stage=text(row, "环节"),
        start=start,
        stop=stop,
        limit=limit,
        unit=unit,
        extension=extension,
        condition=condition,
        warn=_warn(row),
        responsible=text(row, "责任角色"),
        escalates_to=text(row, "上报角色"),
        effective=_day(row.get("生效日期"), unread),
        source=str(row.get("出处") or ""),
    )


def id_of(row: Cells) -> str:
    """规则号 in capitals; empty when there is none."""
    return text(row, "规则号").upper()


def text(row: Cells, column: str) -> str:
    """A cell without what surrounds it, in half-width; empty when it is."""
    value = row.get(column)
    return "" if value is None or value is pd.NaT or value != value else half_width(str(value)).strip()


def _flow(row: Cells, rule_id: str, default: Rule | None) -> str:
    flow = text(row, "流程").replace(" ", "")
    ours = default.flow if default else ""
    if flow in RULE_FLOW.values:
        if ours and flow != ours:
            raise Malformed(
                "流程", f"{rule_id} 是“{ours}”的规则，流程却写“{flow}”", f"改为“{ours}”；自己另加的规则换一个规则号"
            )
        return flow
    if not flow and ours in ("", STANDARD_FLOW):
        return STANDARD_FLOW
    near = ours or next(iter(get_close_matches(flow, RULE_FLOW.values, n=1, cutoff=0.6)), "")
    raise Malformed(
        "流程",
        f"流程“{flow}”不认识" if flow else f"{rule_id} 是“{ours}”的规则，流程却空着",
        f"改为“{near}”" if near else f"改为：{'、'.join(RULE_FLOW.values)}",
        {"流程": ours} if ours else None,
        f"暂按“{ours}”计时" if ours else "",
    )


def _number(row: Cells, unread: Mapping[str, str], column: str) -> float | None:
    seen = unread.get(column, "")
    words = seen or text(row, column)
    if not words:
        return None
    try:
        if seen:
            raise ValueError
        number = float(words)
    except ValueError:
        raise Malformed(column, f"{column}“{words}”看不懂", "只填数字，例如 24，单位写在“单位”列") from None
    if number <= 0:
        raise Malformed(column, f"{column}“{number:g}”不是正数", "填写大于 0 的数字，例如 24")
    return number


def _limit(row: Cells, unread: Mapping[str, str], unit: Unit) -> float | None:
    if unit in (Unit.SAME_DAY, Unit.NONE):
        written = unread.get("时限", "") or text(row, "时限")
        if written and not (unit is Unit.SAME_DAY and written in ("1", "1.0")):
            ends = "当天 23:59 到期" if unit is Unit.SAME_DAY else "不设时限"
            raise Malformed(
                "时限",
                f"单位是“{unit.value}”，时限“{written.removesuffix('.0')}”不起作用",
                "清空时限；要按这个数字计时，把单位改为小时、工作日等",
                {"时限": None},
                f"按{ends}",
            )
        return None
    limit = _number(row, unread, "时限")
    if limit is None:
        raise Malformed("时限", f"单位是“{unit.value}”却没有时限", "填写数字，或把单位改为“无”")
    _refuse_absurd("时限", limit, unit)
    return limit


def _refuse_absurd(column: str, limit: float, unit: Unit) -> None:
    """What would reach past every calendar, be over before anybody could act, or is part of a working day."""
    most = _MOST.get(unit, float("inf"))
    if limit > most:
        raise Malformed(
            column, f"{column}{limit:g}{unit.value}太长（最多 {most:g}）", "改成合理的时限；不设时限请把单位写成“无”"
        )
    if limit * SECONDS.get(unit, 60) < 60:
        raise Malformed(column, f"{column}{limit:g}{unit.value}太短，不到一分钟", "改成合理的时限；单位可以是“分钟”")
    if unit is Unit.WORKDAY and not limit.is_integer():
        raise Malformed(column, f"{limit:g} 个工作日不是整数", "工作日填整数，例如 3")


def _event(row: Cells, column: str) -> str:
    """The event in the one way it is written, whatever divides its words."""
    name = text(row, column).replace(" ", "")
    event = parse(name)
    if event is None:
        raise Malformed(
            column,
            f"{column}“{name}”不是登记表的时间列，也不是“表名：事项”",
            "写登记表的时间列名，或“处理记录:联系客户”这样的事项（几个事项用、隔开，先发生的算）",
        )
    if not event.in_records:
        _refuse_our_own(event, column)
    return event.name


def _refuse_our_own(event: Event, column: str) -> None:
    """Times that follow from the rules cannot rule, and a promise is no end of anything."""
    (name,) = event.words
    table = next(table for table in TABLES if table.sheet == event.sheet)
    if table[name].ours and name != "编号时间":
        raise Malformed(column, f"{column}“{name}”是 kesu 算出来的，不能用来计时", "写员工填写的时间列，例如 填单时间")
    if column == "终点" and event.in_register and name == PROMISED:
        raise Malformed(column, f"终点“{name}”是答应客户的时间，不是做完的时间", "写“处理记录:答复客户”这样的事项")


def _extension(
    row: Cells, unread: Mapping[str, str], limit: float | None, unit: Unit, default: Rule | None
) -> tuple[float | None, Condition | None]:
    """Of a fault in the longer limit the ordinary one remains, with the longer one of the default where that fits."""
    try:
        return _longer(row, unread, limit, unit)
    except Malformed as fault:
        instead: Cells = {"延长时限": None, "延长条件": None}
        meanwhile = "暂不延长"
        fits = default is not None and default.unit is unit and (default.extension or 0) > (limit or 0)
        if fits and default is not None and default.condition is not None:
            condition = f"{default.condition.column}={default.condition.value}"
            instead = {"延长时限": default.extension, "延长条件": condition}
            meanwhile = f"暂按默认的延长（{condition}时{default.extension:g}{unit.value}）"
        raise Malformed(fault.column, fault.problem, fault.hint, instead, meanwhile) from None


def _longer(
    row: Cells, unread: Mapping[str, str], limit: float | None, unit: Unit
) -> tuple[float | None, Condition | None]:
    written, words = unread.get("延长时限", "") or text(row, "延长时限"), text(row, "延长条件").replace(" ", "")
    if not written and not words:
        return None, None
    if limit is None:
        column = "延长时限" if written else "延长条件"
        raise Malformed(column, f"单位是“{unit.value}”，不能延长", "清空延长时限和延长条件，或把单位改为小时、工作日等")
    condition = _condition(words) if words else None
    extension = _number(row, unread, "延长时限")
    if condition is None:
        raise Malformed(
            "延长条件",
            "有延长时限，却没有延长条件",
            "写成“登记表列名=值”，例如 联系结果=未联系上；不延长的清空延长时限",
        )
    if extension is None:
        raise Malformed("延长时限", "有延长条件，却没有延长时限", "填写延长之后一共多久，例如 48；不延长的清空延长条件")
    _refuse_absurd("延长时限", extension, unit)
    if extension <= limit:
        raise Malformed(
            "延长时限",
            f"延长时限 {extension:g}{unit.value}不比时限 {limit:g}{unit.value}长",
            "延长时限是延长之后一共多久，不是多给多久：例如时限 24，再给 24，写 48",
        )
    return extension, condition


def _condition(words: str) -> Condition:
    """``列=值``. The column must be one that staff fill in with words, and of a list that rules compare with a word of it."""
    name, equals, value = words.partition("=")
    column = REGISTER[name] if name in REGISTER.headers else None
    if not equals or not value or column is None:
        raise Malformed("延长条件", f"延长条件“{words}”看不懂", "写成“登记表列名=值”，例如 联系结果=未联系上")
    if column.ours or column.kind in TEMPORAL or column.kind in NUMERIC:
        raise Malformed(
            "延长条件", f"延长条件不能用“{name}”", "用员工从列表里选的列，例如 联系结果=未联系上、级别=重大"
        )
    if column.list and column.list.closed and value not in column.list.values:
        raise Malformed(
            "延长条件", f"“{name}”不会是“{value}”，永远不延长", f"“{name}”只能是：{'、'.join(column.list.values)}"
        )
    return Condition(name, value)


_BEFORE = re.compile(r"(\d+(?:\.\d+)?)(分钟|小时|天)")


def _warn(row: Cells) -> Warn:
    words = text(row, "预警").replace(" ", "")
    if not words:
        return Warn()
    before = _BEFORE.fullmatch(words)
    if before:
        return Warn(before=int(float(before[1]) * SECONDS[_UNITS[before[2]]]))
    try:
        share = float(words.removesuffix("%")) / (100 if words.endswith("%") else 1)
    except ValueError:
        share = 0
    if not 0 < share <= 1:
        raise Malformed(
            "预警",
            f"预警“{words}”看不懂",
            "写成已用时限的比例（75%），或截止前多久（30分钟）",
            {"预警": ""},
            "暂按 75% 预警",
        )
    return Warn(share=share)


def _day(value: Any, unread: Mapping[str, str]) -> dt.date | None:
    """A day that is there but cannot be read would otherwise hold since ever."""
    if seen := unread.get("生效日期", ""):
        raise Malformed("生效日期", f"生效日期“{seen}”看不懂", "写成 2026-11-03")
    if value is None or value is pd.NaT or value == "":
        return None
    day: dt.date = pd.Timestamp(value).date()
    return day
