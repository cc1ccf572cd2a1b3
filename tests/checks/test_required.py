"""Fields that a stage needs filled in."""

import pytest

from automation.checks import required
from tests.checks.cases import ERROR, WARNING, Case
from workbook.duties import REQUIRED

COMPLETE = """
反馈登记
编号           | 接收时间    | 接收人 | 反馈渠道 | 级别 | 客户姓名 | 联系电话 | 内容概要 | 填单时间    | 填单人 | 车牌号   | 反馈类别 | 被反馈部门
FK20261103-001 | 11-03 09:05 | 李娜   | 电话     | 一般 | 陈静     | 12345    | 刹车异响 | 11-03 09:20 | 王芳   | 京A12345 | 质量问题 | 售后服务部
"""  # noqa: E501 - a row of the register is long


def without(cell: str) -> str:
    assert COMPLETE.count(f"| {cell} ") == 1
    return COMPLETE.replace(f"| {cell} ", "| ")


CASES = (
    Case(
        "a ticket without the customer's name",
        "REQ-01",
        "反馈登记!F2",
        WARNING,
        "“客户姓名”没有填写（已到“接收”环节）",
        without("陈静"),
        ("一般 |     ", "一般 | 陈静"),
        hints="STD-01",
    ),
    Case(
        "a ticket without its time of receipt, on which every deadline rests",
        "REQ-01",
        "反馈登记!B2",
        ERROR,
        "“接收时间”没有填写",
        without("11-03 09:05"),
        ("FK20261103-001 | ", "FK20261103-001 | 11-03 09:05"),
    ),
    Case(
        "a form filled in by nobody",
        "REQ-01",
        "反馈登记!J2",
        WARNING,
        "“填单人”没有填写（已到“填单”环节）",
        without("王芳"),
        ("11-03 09:20", ""),
    ),
    Case(
        "a field that holds nothing but spaces",
        "REQ-01",
        "反馈登记!C2",
        WARNING,
        "“接收人”没有填写",
        COMPLETE.replace("李娜", '"  "'),
        ('"  "', "李娜"),
    ),
    Case(
        "an objection without a signed agreement",
        "STD-05",
        "反馈登记!C2",
        ERROR,
        "复核结论是“异议”，但没有协商意见",
        "反馈登记\n复核完成时间 | 复核结论 | 协商意见\n11-03 09:05 | 异议 |",
        ("异议", "认可"),
    ),
    Case(
        "an objection still being talked over",
        "STD-05",
        "反馈登记!C2",
        ERROR,
        "没有协商意见",
        "反馈登记\n复核完成时间 | 复核结论 | 协商意见\n11-03 09:05 | 异议 |",
        ("11-03 09:05", ""),
    ),
    Case(
        "liability not clear, and no reason given",
        "STD-12",
        "反馈登记!B2",
        ERROR,
        "“责任明确”为“否”，但没有选择未明原因",
        "反馈登记\n责任明确 | 未明原因\n否 |",
        ("否 |", "否 | 配件延时"),
        hints="客户不在场",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_missing_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(required.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_there_or_not_yet_due_is_left_alone(case: Case) -> None:
    case.must_be_spared(required.CHECKS)


STAGES = [(stage, column) for stage, _, columns in REQUIRED for column in columns]


@pytest.mark.parametrize(("stage", "column"), STAGES, ids=lambda text: text)
def test_every_field_of_every_stage_is_asked_for_once_the_stage_is_reached(stage: str, column: str) -> None:
    reached = {"接收": "内容概要", "总经理意见": "总经理意见时间"}.get(stage, f"{stage}时间")
    given = "刹车异响" if stage == "接收" else "11-03 09:05"
    if reached == column:
        reached, given = "客户要求", "尽快修好"
    case = Case(
        f"{column} at {stage}",
        "REQ-01",
        "反馈登记!B2",
        ERROR if column == "接收时间" else WARNING,
        f"“{column}”没有填写",
        f"反馈登记\n{reached} | {column} | 备注\n{given} | | 无",
        ("无", "无"),
    )
    found = [f for f in required.required_fields(case.facts(case.text)) if str(f.where) == case.at]
    assert [(f.rule, f.severity) for f in found] == [("REQ-01", case.severity)]
    assert found[0].message.startswith(f"反馈登记!B2 “{column}”没有填写")
