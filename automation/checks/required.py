"""Fields that a stage needs filled in when it has been reached (REQ-01), and the reason a case is unclear (STD-12)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark, unfilled
from workbook.duties import REACHED, REQUIRED
from workbook.finding import Finding, Severity


def required_fields(facts: Facts) -> Iterator[Finding]:
    """REQ-01: a field that the stage reached asks for is empty."""
    records, register = facts.ledger.register, facts.register
    told: dict[str, pd.Series] = {}
    for stage, rule, columns in REQUIRED:
        reached = REACHED[stage]
        for column in columns:
            if column not in records.columns:
                continue  # the missing column is one finding already (READ-06)
            empty = unfilled(records, column)
            if reached is not None:
                empty &= register[reached].notna()
            fresh = empty & ~told[column] if column in told else empty
            told[column] = told.get(column, empty) | empty
            yield from mark(
                records,
                register.index[fresh],
                column,
                "REQ-01",
                Severity.ERROR if column == "接收时间" else Severity.WARNING,
                lambda row, column=column, stage=stage: f"“{column}”没有填写（已到“{stage}”环节）",  # type: ignore[misc]
                f"补填“{column}”（{rule}）",
            )


def objection_needs_agreement(facts: Facts) -> Iterator[Finding]:
    """STD-05: an objection ends in a meeting and a signed agreement."""
    register = facts.register
    rows = register.index[
        (register["复核结论"] == "异议") & register["复核完成时间"].notna() & (register["协商意见"] == "")
    ]
    yield from mark(
        facts.ledger.register,
        rows,
        "协商意见",
        "STD-05",
        Severity.ERROR,
        lambda row: "复核结论是“异议”，但没有协商意见",
        "召集客户经理和相关部门协商，签署协商意见后填写",
    )


def unclear_needs_reason(facts: Facts) -> Iterator[Finding]:
    """STD-12: a case whose liability is not clear says why."""
    register = facts.register
    rows = register.index[(register["责任明确"] == "否") & (register["未明原因"] == "")]
    yield from mark(
        facts.ledger.register,
        rows,
        "未明原因",
        "STD-12",
        Severity.ERROR,
        lambda row: "“责任明确”为“否”，但没有选择未明原因",
        "从 质量问题、配件延时、客户不在场、客户没有时间 中选择",
    )


CHECKS: tuple[Check, ...] = (required_fields, objection_needs_agreement, unclear_needs_reason)
