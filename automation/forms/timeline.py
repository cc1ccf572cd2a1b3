"""Everything that is on record about a case in order of time, each entry with the cell it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from automation.forms.case import Case, Record, shown, shown_day
from workbook.schema import ACCIDENTS, CALLBACKS, EVENTS, PENDING, SPOT_CHECKS, WARRANTY
from workbook.table import Kind, Table

UNDATED = "没有时间"

_REGISTER: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("接收时间", "接收人", ("反馈渠道", "内容概要")),
    ("上报时间", "", ()),
    ("填单时间", "填单人", ()),
    ("编号时间", "", ()),
    ("客户联系时间", "经办人", ("联系结果",)),
    ("转管理部时间", "经办人", ("责任认定", "处理意见")),
    ("复核完成时间", "复核人", ("复核结论", "协商意见")),
    ("总经理意见时间", "", ("总经理意见",)),
    ("执行完成时间", "", ()),
    ("转客服时间", "", ()),
    ("回访时间", "回访人", ("满意度",)),
    ("归档时间", "", ("考核结果",)),
    ("下次答复时间", "", ()),
)
"""Columns of the register: when, who, and what is told with it."""

_NAMES = {"下次答复时间": "答应下次答复"}

_SIDE: tuple[tuple[Table, str, str, tuple[str, ...]], ...] = (
    (EVENTS, "时间", "经手人", ("对象", "内容", "结果")),
    (CALLBACKS, "回访时间", "回访人", ("接通", "满意度", "客户意见", "是否闭环", "备注")),
    (WARRANTY, "出厂日期", "", ("维修类型", "出厂里程")),
    (WARRANTY, "再修日期", "", ("故障现象", "再修里程", "结论")),
    (ACCIDENTS, "申请日期", "申请人", ("申请号", "申请类型", "事实", "证据", "赔偿金额")),
    (ACCIDENTS, "批准日期", "批准人", ("批准意见",)),
    (ACCIDENTS, "执行日期", "", ("故障件保管", "核销单号", "跟踪结果")),
    (SPOT_CHECKS, "日期", "抽查人", ("抽查项", "结果", "说明")),
    *(
        entry
        for ledger in PENDING
        for entry in (
            (ledger, "转入日期", "负责人", ("事由", "预计完成日期", "备用负责人")),
            (ledger, "认可日期", "认可人", ()),
            (ledger, "最近沟通日期", "", ("沟通方式", "沟通结果")),
            (ledger, "上门日期", "", ()),
            (ledger, "完成日期", "", ("状态", "备注")),
        )
    ),
)
"""Dates of the sheets beside it."""

_UNSAID = frozenset({"内容", "结果", "对象", "客户意见", "事实", "证据", "说明", "事由", "内容概要", "备注"})
"""Columns whose text needs no name before it to be understood."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``when`` is shown as it stands; ``at`` orders, ``NaT`` where there is no time."""

    when: str
    at: pd.Timestamp
    what: str
    who: str
    told: str
    cell: str


def timeline(case: Case) -> tuple[Entry, ...]:
    """The entries by time; those of one minute in the order of the sheets, those without a time at the end."""
    found = [*_of_register(case), *_of_sides(case)]
    dated = [entry for entry in found if not pd.isna(entry.at)]
    return (*sorted(dated, key=lambda entry: entry.at), *(entry for entry in found if pd.isna(entry.at)))


def _of_register(case: Case) -> Iterator[Entry]:
    for column, who, more in _REGISTER:
        if case.register[column]:
            yield _entry(case.register, column, _NAMES.get(column, column.removesuffix("时间")), who, more)


def _of_sides(case: Case) -> Iterator[Entry]:
    for table, column, who, more in _SIDE:
        for record in case.of(table):
            if table is EVENTS:
                yield _entry(record, column, record["事项"] or table.sheet, who, more)
            elif table is CALLBACKS:
                yield _entry(record, column, "回访记录", who, more)
            elif record[column]:
                yield _entry(record, column, f"{_short(table)}：{column.removesuffix('日期')}", who, more)
            elif column == _first(table) and not any(record[name] for name in _dates(table)):
                yield _entry(record, column, _short(table), who, more)


def _dates(table: Table) -> Iterator[str]:
    return (column for one, column, _, _ in _SIDE if one is table)


def _first(table: Table) -> str:
    return next(_dates(table))


def _short(table: Table) -> str:
    return {"日期": "抽查"}.get(_first(table), table.sheet.removesuffix("台帐").replace("未了事宜台帐-", "未了事宜·"))


def _entry(record: Record, column: str, what: str, who: str, more: tuple[str, ...]) -> Entry:
    told = "；".join(record[name] if name in _UNSAID else f"{name}：{record[name]}" for name in more if record[name])
    moment = record.times.get(column, pd.NaT)
    day = not pd.isna(moment) and record.table[column].kind is Kind.DATE
    when = UNDATED if pd.isna(moment) else shown_day(moment) if day else shown(moment)
    if pd.isna(moment) and record[column]:
        when = f"{record[column]}（看不懂）"
    return Entry(when, moment, what, record[who] if who else "", told, record.cells[column])
