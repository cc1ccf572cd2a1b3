"""Rules that were typed over (tests/test_rule_changes.py has it pass by pass)."""

from __future__ import annotations

import pytest

from automation.checks import rulings
from tests.checks.cases import WARNING, Case

LIMIT = """
反馈登记
编号           | 接收时间    | 上报时间
FK20261103-001 | 11-03 09:00 | 11-03 10:30

规则
规则号 | 流程     | 环节 | 起点     | 终点     | 时限   | 单位
STD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | {hours} | 小时
"""

CASES = (
    Case(
        "a limit made longer where a case was late by it",
        "EVID-05",
        "规则!F2",
        WARNING,
        "STD-01“上报”的时限原为“1”，现为“2”（改于 2026-11-20 09:00 至 2026-11-21 09:30），生效日期没有另写，"
        "以前的单子也按新的重新判定：1 个环节由超时变为按时",
        LIMIT.format(hours=2),
        ("| 2 |", "| 1.2 |"),  # still late by that
        hints="另加一行",
        before=LIMIT.format(hours=1),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_typed_over_is_stated_at_its_cell(case: Case) -> None:
    case.must_be_found(rulings.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_turns_no_verdict_is_left_alone(case: Case) -> None:
    case.must_be_spared(rulings.CHECKS)
