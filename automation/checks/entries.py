"""The entries of 处理记录 themselves: of which case, when, by whom (X-07), and not before the case began (TIME-02)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, clock_time, mark, unfilled
from automation.checks.trail import later
from workbook.finding import Finding, Severity
from workbook.schema import EVENTS

ANSWERS = ("联系客户", "答复客户", "反馈进度", "反馈结果")
"""What is said to the customer: recorded with time and person."""


def of_no_case(facts: Facts) -> Iterator[Finding]:
    """X-07: an entry without a number, or with one that the register does not have."""
    records = facts.ledger[EVENTS]
    numbers = records.frame["编号"]
    rows = numbers.index[~numbers.isin(facts.numbers)]
    yield from mark(
        records,
        rows,
        "编号",
        "X-07",
        Severity.WARNING,
        lambda row: (
            f"编号 {numbers.at[row]} 不在反馈登记中" if numbers.at[row] else "这条处理记录没有编号，不知道是哪一单"
        ),
        "填写反馈登记中的编号；否则这条记录不参与任何时限的计算",
    )


def answer_without_time_or_person(facts: Facts) -> Iterator[Finding]:
    """X-07: something said to the customer, but not when or by whom."""
    records = facts.ledger[EVENTS]
    answers = records.frame["事项"].isin(ANSWERS)
    for column in ("时间", "经手人"):
        if column not in records.columns:
            continue  # the missing column is one finding already (READ-06)
        yield from mark(
            records,
            records.frame.index[answers & unfilled(records, column)],
            column,
            "X-07",
            Severity.WARNING,
            lambda row, column=column: f"{records.frame.at[row, '事项']}没有填写{column}",  # type: ignore[misc]
            f"给客户的每次答复都要记下时间和经手人：补填“{column}”",
        )


def before_the_case(facts: Facts) -> Iterator[Finding]:
    """TIME-02: done before the case was heard of."""
    records, register = facts.ledger[EVENTS], facts.register
    received = register[register["编号"] != ""].groupby("编号")["接收时间"].min()
    times = records.frame["时间"]
    begun = pd.Series(received.reindex(records.frame["编号"]).to_numpy("M8[s]"), index=times.index)
    yield from mark(
        records,
        times.index[later(begun, times)],
        "时间",
        "TIME-02",
        Severity.ERROR,
        lambda row: f"“时间”{clock_time(times.at[row])} 早于本单“接收时间”{clock_time(begun.at[row])}",
        "核对两个时间和编号，改正填错的一个",
    )


CHECKS: tuple[Check, ...] = (of_no_case, answer_without_time_or_person, before_the_case)
