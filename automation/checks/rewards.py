"""Rewards and penalties: nothing may reach finance without ticket, approval, amount, or for a person not in the case."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.roster import names_in
from workbook.finding import Finding, Severity
from workbook.schema import EVENTS, REWARDS

_HANDLERS = ("接收人", "填单人", "经办人", "复核人", "回访人", "当事人", "责任人")


def without_ticket(facts: Facts) -> Iterator[Finding]:
    """PAY-01: a line without a ticket, or with one that the register does not have."""
    records = facts.ledger[REWARDS]
    numbers = records.frame["编号"]
    yield from mark(
        records,
        numbers.index[numbers == ""],
        "编号",
        "PAY-01",
        Severity.ERROR,
        lambda row: "奖罚没有对应的编号",
        "填写依据的客户信息反馈处理单编号",
    )
    unknown = numbers[(numbers != "") & ~numbers.isin(set(facts.register["编号"]))]
    yield from mark(
        records,
        unknown.index,
        "编号",
        "PAY-01",
        Severity.ERROR,
        lambda row: f"编号 {unknown.at[row]} 不在反馈登记中",
        "核对编号",
    )


def without_approval(facts: Facts) -> Iterator[Finding]:
    """PAY-02: a line without who determined it, who approved it, or when."""
    records = facts.ledger[REWARDS]
    for column in ("认定人", "审批人", "审批日期"):
        values = records.frame[column]
        empty = values.isna() if column == "审批日期" else values == ""
        yield from mark(
            records,
            values.index[empty],
            column,
            "PAY-02",
            Severity.ERROR,
            lambda row, column=column: f"奖罚没有{column}，不能报送财务",  # type: ignore[misc]
            f"补齐{column}",
        )
    same = records.frame[(records.frame["认定人"] != "") & (records.frame["认定人"] == records.frame["审批人"])]
    yield from mark(
        records,
        same.index,
        "审批人",
        "PAY-02",
        Severity.WARNING,
        lambda row: f"认定人和审批人都是{same.at[row, '认定人']}",
        "认定和审批应由不同的人完成",
    )


def without_amount(facts: Facts) -> Iterator[Finding]:
    """PAY-03: an amount that is missing or not positive; PAY-05: a line without its clause."""
    records = facts.ledger[REWARDS]
    amount = records.frame["金额"]
    yield from mark(
        records,
        amount.index[amount.isna() | (amount <= 0)],
        "金额",
        "PAY-03",
        Severity.ERROR,
        lambda row: "没有金额" if pd.isna(amount.at[row]) else f"金额“{amount.at[row]:g}”不是正数",
        "填写正数，单位元；奖励还是处罚由“类型”区分",
    )
    clause = records.frame["依据条款"]
    yield from mark(
        records,
        clause.index[clause == ""],
        "依据条款",
        "PAY-05",
        Severity.ERROR,
        lambda row: "没有依据条款",
        "写明依据的公司文件和条款",
    )


def stranger_to_the_case(facts: Facts) -> Iterator[Finding]:
    """PAY-04: the ticket names this person nowhere."""
    records, register = facts.ledger[REWARDS], facts.register
    frame = records.frame
    rewarded = register[register["编号"].isin(frame["编号"]) & (register["编号"] != "")]
    named: dict[str, set[str]] = {}
    for column in _HANDLERS:
        for number, text in zip(rewarded["编号"], rewarded[column], strict=True):
            if text:
                named.setdefault(number, set()).update(names_in(text))
    events = facts.ledger[EVENTS].frame
    for number, text in zip(events["编号"], events["经手人"], strict=True):
        if number in named:
            named[number].update(names_in(text))
    rows = [
        row
        for row, number, name in zip(frame.index, frame["编号"], frame["姓名"], strict=True)
        if name and number in named and not set(names_in(name)) <= named[number]
    ]
    yield from mark(
        records,
        rows,
        "姓名",
        "PAY-04",
        Severity.ERROR,
        lambda row: f"“{frame.at[row, '姓名']}”不在 {frame.at[row, '编号']} 的当事人、责任人或经手人之列",
        "核对姓名和编号；确有关系的，在登记表或处理记录中补记",
    )


CHECKS: tuple[Check, ...] = (without_ticket, without_approval, without_amount, stranger_to_the_case)
