"""The mistakes planted beside the register, and what its side sheets have to tell: REPAIR, EVQ, X-03, X-04, LAW-43."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from automation.sample.planted import Planted
from automation.sample.tickets import Row
from automation.sidesheets.threeguarantees import ANSWER_DAYS, EXCHANGES, WARN_DAYS, is_demand
from automation.sla import calendar
from workbook.schema import ACCIDENTS, CARE, EVENTS, HOLIDAYS, REGISTER, SPOT_CHECKS, WARRANTY

Contents = dict[str, list[Row]]

_SURELY_WITHIN_A_MONTH = 28
_ENOUGH = 4
"""A sheet with fewer rows keeps them as they are."""


def beside(contents: Contents, now: dt.datetime) -> Iterator[Planted]:
    """Spoil rows of the side sheets; yields what was done, and what they had to tell as they were."""
    yield from _repairs(contents[WARRANTY.sheet])
    yield from _accidents(contents[ACCIDENTS.sheet])
    yield from _demands(contents, now)
    rows = contents[SPOT_CHECKS.sheet]
    if len(rows) >= _ENOUGH:
        rows[1]["抽查月份"] = "上个月"
        yield Planted("X-03", SPOT_CHECKS.sheet, "抽查月份", 1, "抽查月份看不懂")
        rows[2]["编号"] = f"{str(rows[2]['编号'])[:-3]}986"
        yield Planted("X-03", SPOT_CHECKS.sheet, "编号", 2, "登记表里没有这个编号")
    rows = contents[CARE.sheet]
    for index in (2, 9)[: len(rows) // _ENOUGH]:
        late = {"下次保养": now.date() - dt.timedelta(days=8), "实际联系日期": None, "联系人": None, "结果": None}
        rows[index] |= late
        yield Planted("X-04", CARE.sheet, "实际联系日期", index, "保养提醒过了两周没有联系")


def _repairs(rows: list[Row]) -> Iterator[Planted]:
    for index, row in enumerate(rows):
        out, back = row["出厂日期"], row["再修日期"]
        assert isinstance(out, dt.date) and isinstance(back, dt.date)
        if (back - out).days <= _SURELY_WITHIN_A_MONTH:
            yield Planted("EVQ", WARRANTY.sheet, "再修日期", index, "维修后一个月内又出现同类故障")
    if len(rows) >= _ENOUGH:
        last = len(rows) - 1
        rows[last]["再修里程"] = int(str(rows[last]["再修里程"])[:-1])
        yield Planted("REPAIR", WARRANTY.sheet, "再修里程", last, "再修里程少打了一位")


def _accidents(rows: list[Row]) -> Iterator[Planted]:
    for index, row in enumerate(rows):
        approved = row["批准日期"]
        if isinstance(approved, dt.date):
            row["执行日期"] = approved - dt.timedelta(days=1)
            yield Planted("EVQ", ACCIDENTS.sheet, "执行日期", index, "批准之前就执行了")
        elif index == len(rows) - 1:
            row["证据"] = None
            yield Planted("EVQ", ACCIDENTS.sheet, "证据", index, "没有证据")


def _demands(contents: Contents, now: dt.datetime) -> Iterator[Planted]:
    """Open demands for another car or the money back whose days are running out."""
    answered = {row["编号"] for row in contents[EVENTS.sheet] if row["事项"] in ("答复客户", "反馈结果", "协议签署")}
    settled = {row["编号"] for row in contents[ACCIDENTS.sheet] if row["执行日期"]}
    asked, closed = set(), set()
    for index, row in enumerate(contents[REGISTER.sheet]):
        if row.get("归档时间") or row.get("执行完成时间"):
            closed.add(row.get("编号"))
        if is_demand(str(row.get("客户要求") or "")):
            asked.add(row.get("编号"))
            mine = row.get("编号")
            still = mine not in closed and not (mine and mine in answered | settled)
            if still and _near(row["接收时间"], contents, now):
                yield Planted("LAW-43", REGISTER.sheet, "客户要求", index, "退换车要求快到答复期限")
    for index, row in enumerate(contents[ACCIDENTS.sheet]):
        known = row["编号"] in asked | closed | answered
        if row["申请类型"] in EXCHANGES and not row["执行日期"] and not known and _near(row["申请日期"], contents, now):
            yield Planted("LAW-43", ACCIDENTS.sheet, "申请类型", index, "退换车要求快到答复期限")


def _near(asked: object, contents: Contents, now: dt.datetime) -> bool:
    if not isinstance(asked, dt.date):
        return False
    start = np.array([asked], dtype="M8[s]")
    days = {row["日期"]: False for row in contents[HOLIDAYS.sheet]}
    told_from = calendar.spanning([start], days=days).add_workdays(start, ANSWER_DAYS - WARN_DAYS)
    return bool(told_from.astype("M8[D]")[0] <= np.datetime64(now.date()))
