"""Identity, signature, then the departments (GENERIC)."""

import pytest

from automation.checks import agreements
from tests.checks.cases import ERROR, WARNING, Case, look

REGISTER = "反馈登记\n编号 | 流程\nFK20261103-001 | 企业投诉规范"
RECORDS = "处理记录\n编号 | 时间 | 事项"


def book(*entries: str, register: str = REGISTER) -> str:
    return "\n".join((register, "", RECORDS, *(f"FK20261103-001 | {entry}" for entry in entries)))


CASES = (
    Case(
        "a measure for somebody nobody asked who he is",
        "GENERIC",
        "处理记录!C3",
        WARNING,
        "措施之前没有核实客户身份",
        book("11-03 10:00 | 联系客户", "11-04 10:00 | 措施", "11-05 10:00 | 协议签署"),
        ("联系客户", "核实身份"),
        hints="核实身份",
    ),
    Case(
        "the identity was only asked after the signature",
        "GENERIC",
        "处理记录!C2",
        WARNING,
        "协议签署之前没有核实客户身份",
        book("11-04 10:00 | 协议签署", "11-05 10:00 | 核实身份"),
        ("11-05 10:00", "11-04"),
    ),
    Case(
        "the stores were told before the customer signed",
        "GENERIC",
        "处理记录!C3",
        ERROR,
        "客户还没有在处理协议上签字，就已通知部门执行",
        book("11-03 10:00 | 核实身份", "11-04 10:00 | 通知部门", "11-06 10:00 | 协议签署"),
        ("11-06 10:00", "11-04 09:00"),
        hints="先请客户签字",
    ),
    Case(
        "the stores were told and nothing was ever signed",
        "GENERIC",
        "处理记录!C3",
        ERROR,
        "就已通知部门执行",
        book("11-03 10:00 | 核实身份", "11-04 10:00 | 通知部门", "11-04 09:00 | 反馈进度"),
        ("反馈进度", "协议签署"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_step_taken_too_early_is_found(case: Case) -> None:
    case.must_be_found(agreements.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_steps_in_order_are_left_alone(case: Case) -> None:
    case.must_be_spared(agreements.CHECKS)


def test_other_flows_sign_nothing() -> None:
    text = book("11-04 10:00 | 措施", "11-04 11:00 | 通知部门", register=REGISTER.replace("企业投诉规范", ""))
    assert look(agreements.CHECKS, CASES[0].facts(text)) == []
