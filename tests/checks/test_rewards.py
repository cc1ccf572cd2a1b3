"""Rewards and penalties: what may not reach finance."""

import pytest

from automation.checks import rewards
from tests.checks.cases import ERROR, WARNING, Case

PAID = """
反馈登记
编号           | 当事人 | 责任人 | 经办人
FK20261103-001 | 张伟   | 刘强   | 王芳

奖罚明细
日期  | 编号           | 姓名 | 类型 | 依据条款 | 金额 | 认定人 | 审批人 | 审批日期
11-05 | FK20261103-001 | 刘强 | 处罚 | 第三条   | 200  | 赵敏   | 陈总   | 11-06
"""

CASES = (
    Case(
        "a penalty without a ticket",
        "PAY-01",
        "奖罚明细!B2",
        ERROR,
        "奖罚没有对应的编号",
        PAID.replace("11-05 | FK20261103-001", "11-05 | "),
        ("11-05 | ", "11-05 | FK20261103-001"),
    ),
    Case(
        "a penalty for a ticket that does not exist",
        "PAY-01",
        "奖罚明细!B2",
        ERROR,
        "编号 FK20261103-009 不在反馈登记中",
        PAID.replace("11-05 | FK20261103-001", "11-05 | FK20261103-009"),
        ("FK20261103-009", "FK20261103-001"),
    ),
    Case(
        "a penalty that nobody determined",
        "PAY-02",
        "奖罚明细!G2",
        ERROR,
        "奖罚没有认定人，不能报送财务",
        PAID.replace("赵敏", ""),
        ("200  | ", "200  | 赵敏"),
    ),
    Case(
        "a penalty that nobody approved",
        "PAY-02",
        "奖罚明细!H2",
        ERROR,
        "奖罚没有审批人",
        PAID.replace("陈总", ""),
        ("赵敏   | ", "赵敏   | 陈总"),
    ),
    Case(
        "an approval without its day",
        "PAY-02",
        "奖罚明细!I2",
        ERROR,
        "奖罚没有审批日期",
        PAID.replace("11-06", ""),
        ("陈总   | ", "陈总   | 11-06"),
    ),
    Case(
        "a penalty approved by the one who asked for it",
        "PAY-02",
        "奖罚明细!H2",
        WARNING,
        "认定人和审批人都是赵敏",
        PAID.replace("陈总", "赵敏"),
        ("赵敏   | 赵敏", "赵敏   | 陈总"),
    ),
    Case(
        "a penalty without an amount",
        "PAY-03",
        "奖罚明细!F2",
        ERROR,
        "没有金额",
        PAID.replace("200", ""),
        ("第三条   | ", "第三条   | 200"),
    ),
    Case(
        "a penalty written as a negative amount",
        "PAY-03",
        "奖罚明细!F2",
        ERROR,
        "金额“-200”不是正数",
        PAID.replace("200", "-200"),
        ("-200", "0.01"),
        hints="由“类型”区分",
    ),
    Case(
        "an amount of nothing",
        "PAY-03",
        "奖罚明细!F2",
        ERROR,
        "金额“0”不是正数",
        PAID.replace("200", "0  "),
        ("| 0    |", "| 200  |"),
    ),
    Case(
        "a person whom the ticket names nowhere",
        "PAY-04",
        "奖罚明细!C2",
        ERROR,
        "“孙丽”不在 FK20261103-001 的当事人、责任人或经手人之列",
        PAID.replace("刘强 | 处罚", "孙丽 | 处罚"),
        ("孙丽 | 处罚", "张伟 | 处罚"),
    ),
    Case(
        "a person whom only the record of what was done names",
        "PAY-04",
        "奖罚明细!C2",
        ERROR,
        "“孙丽”",
        PAID.replace("刘强 | 处罚", "孙丽 | 处罚") + "\n处理记录\n编号 | 经手人\nFK20261103-002 | 孙丽",
        ("FK20261103-002", "FK20261103-001"),
    ),
    Case(
        "a penalty without its clause",
        "PAY-05",
        "奖罚明细!E2",
        ERROR,
        "没有依据条款",
        PAID.replace("第三条", ""),
        ("处罚 | ", "处罚 | 第三条"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_may_not_be_paid_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(rewards.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_in_order_is_left_alone(case: Case) -> None:
    case.must_be_spared(rewards.CHECKS)


def test_a_line_in_order_has_nothing_to_find() -> None:
    assert [f.message for check in rewards.CHECKS for f in check(CASES[0].facts(PAID))] == []
