"""Whether departments answered the 《内部信息反馈单》 they were sent (X-02)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation import answered
from automation.checks.facts import Check, Facts, mark
from workbook.finding import Finding, Severity


def notice_unanswered(facts: Facts) -> Iterator[Finding]:
    """X-02: a case of a notice that was sent, without an answer after ten working days."""
    asked = answered.asked(facts)
    if asked.empty:
        return
    today = pd.Timestamp(facts.now).normalize()
    late = asked[~asked["answered"] & (asked["due"] < today)]
    yield from mark(
        facts.ledger.register,
        late.index,
        "被反馈部门",
        "X-02",
        Severity.WARNING,
        lambda row: (
            f"“{late.at[row, 'department']}”没有答复 {late.at[row, 'month']} 的《内部信息反馈单》："
            f"{late.at[row, 'sent']:%Y-%m-%d} 发出，应在 {late.at[row, 'due']:%Y-%m-%d} 前答复"
        ),
        "由该部门负责人在“处理记录”记一条“内部反馈答复”，写明原因分析、纠正措施、预防措施和完成日期",
    )


CHECKS: tuple[Check, ...] = (notice_unanswered,)
