"""Spot checks that lead somewhere (X-03), and customers who should have been rung up (X-04)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.sidesheets import care, spotchecks
from workbook.finding import Finding, Severity
from workbook.schema import CARE, SPOT_CHECKS


def spot_checked(facts: Facts) -> Iterator[Finding]:
    """X-03: a spot check whose month cannot be read is in no rate; one of an unknown ticket was of nobody."""
    records = facts.ledger[SPOT_CHECKS]
    frame = records.frame
    unreadable = frame["抽查月份"].map(spotchecks.month_of).eq("")
    yield from mark(
        records,
        frame.index[unreadable],
        "抽查月份",
        "X-03",
        Severity.WARNING,
        lambda row: (
            f"抽查月份是“{frame.at[row, '抽查月份']}”，看不懂，没有计入任何一个月的比率"
            if frame.at[row, "抽查月份"]
            else "没有抽查月份，没有计入任何一个月的比率"
        ),
        "写成 2026-11",
    )
    unknown = frame["编号"].ne("") & ~frame["编号"].isin(facts.numbers)
    yield from mark(
        records,
        frame.index[unknown],
        "编号",
        "X-03",
        Severity.WARNING,
        lambda row: f"编号 {frame.at[row, '编号']} 不在反馈登记中",
        "核对编号",
    )


def overdue(facts: Facts) -> Iterator[Finding]:
    """X-04: a contact that should have been made more than a week ago."""
    records = facts.ledger[CARE]
    due = care.plan(records.frame, facts.now)
    today = pd.Timestamp(facts.now).normalize()
    yield from mark(
        records,
        due.index[due[care.DUE] + pd.Timedelta(days=care.GRACE) < today],
        "实际联系日期",
        "X-04",
        Severity.INFO,
        lambda row: f"“{due.at[row, care.EVENT]}”应在 {due.at[row, care.DUE]:%Y-%m-%d} 联系，至今没有联系记录",
        "联系客户后填写实际联系日期、联系人和结果；已续保或已保养的，更新保险到期或下次保养的日期",
    )


CHECKS: tuple[Check, ...] = (spot_checked, overdue)
