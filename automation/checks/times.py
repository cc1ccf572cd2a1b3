"""Times: in the future, out of order, missing in the middle."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from automation.checks.facts import Check, Facts, clock_time, mark, unfilled
from automation.checks.trail import later
from workbook.finding import Finding, Severity
from workbook.schema import PENDING, TABLES, TEMPORAL
from workbook.vocabulary import FLOW, STANDARD_FLOW

CHAIN = (
    "接收时间", "上报时间", "填单时间", "转管理部时间", "复核完成时间", "总经理意见时间", "执行完成时间", "转客服时间", "归档时间",
)  # fmt: skip
"""The standard flow's times in the order they must have; 编号时间 is ours and may come early."""

MAY_LIE_AHEAD = frozenset(
    {"下次答复时间", "截止时间", "预计完成日期", "生日", "保险到期", "下次保养", "应联系日期", "生效日期"}
)
"""Days and times that are plans, not records."""

PAIRS = (("客户联系时间", "接收时间"), ("回访时间", "转客服时间"), ("下次答复时间", "接收时间"))
"""Beside the chain: what may not be before what."""

_PASSED = {table.sheet for table in TABLES if table.sheet not in ("节假日", "规则", "检查结果", "营业时间")}


def future(facts: Facts) -> Iterator[Finding]:
    """TIME-01: something recorded as done at a time that has not come yet."""
    now = pd.Timestamp(facts.now)
    for table in TABLES:
        if table.sheet not in _PASSED:
            continue
        records = facts.ledger[table]
        for column in table.columns:
            if column.kind not in TEMPORAL or column.ours or column.name in MAY_LIE_AHEAD:
                continue
            values = records.frame[column.name]
            yield from mark(
                records,
                values.index[values > now],
                column.name,
                "TIME-01",
                Severity.ERROR,
                lambda row, values=values, name=column.name: (  # type: ignore[misc]
                    f"“{name}”是 {clock_time(values.at[row])}，晚于现在"
                ),
                "核对年月日和上下午，改成实际发生的时间",
            )


def out_of_order(facts: Facts) -> Iterator[Finding]:
    """TIME-02: a stage ends before the last recorded one before it; the clock cannot judge it. A date without a time is not
    before anything of its day.
    """
    register = facts.register
    latest, latest_name = register[CHAIN[0]], pd.Series(CHAIN[0], index=register.index, dtype=object)
    for column in CHAIN[1:]:
        values = register[column]
        yield from _backwards(facts, column, values, latest, latest_name)
        move = values.notna() & (latest.isna() | (values >= latest))
        latest, latest_name = latest.mask(move, values), latest_name.mask(move, column)
    for column, after in PAIRS:
        name = pd.Series(after, index=register.index, dtype=object)
        yield from _backwards(facts, column, register[column], register[after], name)
    for table in PENDING:
        records = facts.ledger[table]
        for column in ("认可日期", "最近沟通日期", "上门日期", "完成日期"):
            done, came = records.frame[column], records.frame["转入日期"]
            rows = records.frame.index[done.dt.normalize() < came.dt.normalize()] if column != "认可日期" else []
            yield from mark(
                records,
                rows,
                column,
                "TIME-02",
                Severity.ERROR,
                lambda row, done=done, came=came, name=column: (  # type: ignore[misc]
                    f"“{name}”{done.at[row]:%Y-%m-%d} 早于“转入日期”{came.at[row]:%Y-%m-%d}"
                ),
                "核对两个日期，改正填错的一个",
            )


def _backwards(facts: Facts, column: str, values: pd.Series, before: pd.Series, name: pd.Series) -> Iterator[Finding]:
    rows = values.index[later(before, values)]
    yield from mark(
        facts.ledger.register,
        rows,
        column,
        "STD-09" if column == "回访时间" else "TIME-02",
        Severity.ERROR,
        lambda row: f"“{column}”{clock_time(values.at[row])} 早于“{name.at[row]}”{clock_time(before.at[row])}",
        "处理完毕并转客服之后再回访；如时间填错请改正" if column == "回访时间" else "核对两个时间，改正填错的一个",
    )


def missing_in_the_middle(facts: Facts) -> Iterator[Finding]:
    """TIME-03: a later stage is done, but an earlier one has no time; its verdict cannot be told."""
    # Only the standard flow has all of these times; the others take theirs from 处理记录.
    standard = facts.register["流程"].isin(["", STANDARD_FLOW]) | ~facts.register["流程"].isin(FLOW.values)
    register = facts.register.loc[standard, list(CHAIN)]
    present = register.notna().to_numpy()
    later = np.flip(np.logical_or.accumulate(np.flip(present, axis=1), axis=1), axis=1)
    for position, column in enumerate(CHAIN[1:-1], start=1):
        gap = ~present[:, position] & later[:, position]
        if column not in facts.ledger.register.columns:
            continue  # READ-06 speaks of the missing column
        empty = unfilled(facts.ledger.register, column)
        yield from mark(
            facts.ledger.register,
            register.index[gap & empty.loc[register.index].to_numpy()],
            column,
            "TIME-03",
            Severity.ERROR,
            lambda row, column=column: f"“{column}”没有填写，但后面的环节已经完成",  # type: ignore[misc]
            f"补填“{column}”，否则这个环节无法判定是否超时",
        )


CHECKS: tuple[Check, ...] = (future, out_of_order, missing_in_the_middle)
