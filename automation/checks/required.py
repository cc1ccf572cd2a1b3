"""Fields that a stage needs filled in when it has been reached (REQ-01), and the reason a case is unclear (STD-12)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark, unfilled
from workbook.finding import Finding, Severity

REQUIRED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("接收", "STD-01", ("接收时间", "接收人", "反馈渠道", "级别", "客户姓名", "联系电话", "内容概要")),
    ("填单", "STD-03", ("填单人", "车牌号", "内容概要", "反馈类别", "被反馈部门")),
    ("转管理部", "STD-04", ("责任明确", "经办人", "客户联系时间", "联系结果", "责任认定", "处理意见")),
    ("复核完成", "STD-05", ("复核人", "复核结论")),
    ("总经理意见", "STD-06", ("总经理意见",)),
    ("转客服", "STD-09", ("需回访",)),
    ("回访", "STD-09", ("回访人", "满意度")),
    ("归档", "STD-10", ("考核结果",)),
)
"""Stage reached, rule that asks for the fields, fields."""

REACHED = {"接收": None, "填单": "填单时间", "转管理部": "转管理部时间", "复核完成": "复核完成时间",
            "总经理意见": "总经理意见时间", "转客服": "转客服时间", "回访": "回访时间", "归档": "归档时间"}  # fmt: skip
"""Which time says that a stage has been reached; the first one always has."""


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
