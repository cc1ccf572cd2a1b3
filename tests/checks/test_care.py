"""Spot checks that count (X-03), customers who were not rung up (X-04)."""

import pytest

from automation.checks import care
from tests.checks.cases import INFO, WARNING, Case

REGISTER = "反馈登记\n编号\nFK20261103-001"
SPOT = REGISTER + "\n\n抽查\n抽查月份 | 编号 | 抽查项 | 结果\n2026-11 | FK20261103-001 | 定期电话回访 | 达标"
CARE = REGISTER + "\n\n客户关怀\n客户姓名 | 下次保养 | 实际联系日期\n周明 | 11-20 | "

CASES = (
    Case(
        "a spot check of a month that cannot be read",
        "X-03",
        "抽查!A2",
        WARNING,
        "抽查月份是“上个月”,看不懂",
        SPOT.replace("2026-11 |", "上个月 |"),
        ("上个月", "2026年11月"),
    ),
    Case(
        "a spot check without its month",
        "X-03",
        "抽查!A2",
        WARNING,
        "没有抽查月份",
        SPOT.replace("2026-11 |", " |"),
        (" | FK20261103-001 | 定期", "202611 | FK20261103-001 | 定期"),
    ),
    Case(
        "a spot check of a ticket that does not exist",
        "X-03",
        "抽查!B2",
        WARNING,
        "编号 FK20261103-009 不在反馈登记中",
        SPOT.replace("2026-11 | FK20261103-001", "2026-11 | FK20261103-009"),
        ("FK20261103-009", "FK20261103-001"),
    ),
    Case(
        "a customer not reminded for more than a week",
        "X-04",
        "客户关怀!C2",
        INFO,
        "“保养提醒”应在 2026-11-13 联系,至今没有联系记录",
        CARE,
        ("11-20 | ", "11-20 | 11-13"),
        now="11-21 00:00",
        hints="实际联系日期",
    ),
    Case(
        "a week is given",
        "X-04",
        "客户关怀!C2",
        INFO,
        "应在 2026-11-13 联系",
        CARE,
        ("| 11-20 |", "| 11-21 |"),
        now="11-21 09:30",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_wrong_with_spot_checks_and_care_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(care.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_spot_checks_and_care_in_order_are_left_alone(case: Case) -> None:
    case.must_be_spared(care.CHECKS)
