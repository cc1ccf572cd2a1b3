"""Where a complaint came in: a major channel makes a major complaint (OEM)."""

from __future__ import annotations

from collections.abc import Iterator

from automation.checks.facts import Check, Facts, mark
from automation.checks.trail import MANUFACTURER
from workbook.finding import Finding, Severity

MAJOR_CHANNELS = frozenset({"厂家", "消费者协会", "消协", "媒体", "传媒"})
"""The major channels of the manufacturers' rules."""

AUTHORITY = "行政主管部门"
"""Not in that list, though an authority weighs no less than a consumers' association: never more than a warning."""


def major_channel(facts: Facts) -> Iterator[Finding]:
    """OEM: a case that came through a major channel is called 一般. Only there the rule binds; elsewhere it advises."""
    register = facts.register
    plain = register["级别"] == "一般"
    named = plain & register["反馈渠道"].isin(MAJOR_CHANNELS)
    bound = named & (register["流程"] == MANUFACTURER)
    advised = plain & ~bound & (named | (register["反馈渠道"] == AUTHORITY))
    for rows, severity, why in (
        (bound, Severity.ERROR, "重大渠道的投诉就是重大投诉"),
        (advised, Severity.WARNING, "按厂家规范，来自厂家、消费者协会、媒体的是重大投诉，行政主管部门比照办理"),
    ):
        yield from mark(
            facts.ledger.register,
            register.index[rows],
            "级别",
            "OEM",
            severity,
            lambda row, why=why: f"“级别”是“一般”，但反馈渠道是“{register.at[row, '反馈渠道']}”：{why}",  # type: ignore[misc]
            "把“级别”改为“重大”；确属一般反馈的，核对反馈渠道是否填对",
        )


CHECKS: tuple[Check, ...] = (major_channel,)
