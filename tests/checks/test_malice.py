"""Malicious complaints are answered, and nobody is penalised for them (GENERIC)."""

import pytest

from automation.checks import malice
from tests.checks.cases import ERROR, WARNING, Case

REGISTER = "反馈登记\n编号 | 流程 | 归档时间 | 联系结果\nFK20261103-001 | 企业投诉规范 | 11-12 10:00 | 已联系"
RECORDS = "处理记录\n编号 | 时间 | 事项 | 结果\nFK20261103-001 | 11-05 10:00 | 恶意投诉认定 | 监控证实，属实"
REWARDS = "奖罚明细\n编号 | 姓名 | 类型\nFK20261103-001 | 张伟 | 处罚"


def book(register: str = REGISTER, more: str = "", rewards: str = "") -> str:
    return "\n\n".join(part for part in (register, f"{RECORDS}\n{more}".strip(), rewards) if part)


CASES = (
    Case(
        "a malicious complaint closed without an answer",
        "GENERIC",
        "处理记录!C2",
        WARNING,
        "恶意投诉已归档，但没有答复客户的记录",
        book(more="FK20261103-001 | 11-06 10:00 | 调查 | 客户接受"),
        ("| 调查 |", "| 答复客户 |"),
        hints="向客户解释",
    ),
    Case(
        "one in the standard flow, where the customer was not even reached",
        "GENERIC",
        "处理记录!C2",
        WARNING,
        "没有答复客户的记录",
        book(REGISTER.replace("企业投诉规范", "").replace("已联系", "未联系上")),
        ("未联系上", "已联系"),
    ),
    Case(
        "a malicious complaint still open owes its answer to the clock, not here",
        "GENERIC",
        "处理记录!C2",
        WARNING,
        "没有答复客户的记录",
        book(),
        ("11-12 10:00", ""),
    ),
    Case(
        "somebody is to pay for a malicious complaint",
        "GENERIC",
        "奖罚明细!C2",
        ERROR,
        "FK20261103-001 已认定为恶意投诉，不应因此处罚张伟",
        book(more="FK20261103-001 | 11-06 10:00 | 答复客户 |", rewards=REWARDS),
        ("处罚", "奖励"),
        hints="撤销这条处罚",
    ),
    Case(
        "it was not found malicious after all",
        "GENERIC",
        "奖罚明细!C2",
        ERROR,
        "不应因此处罚",
        book(more="FK20261103-001 | 11-06 10:00 | 答复客户 |", rewards=REWARDS),
        ("监控证实，属实", "认定不成立"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_malicious_complaint_treated_otherwise_is_found(case: Case) -> None:
    case.must_be_found(malice.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_answered_and_not_penalised_is_left_alone(case: Case) -> None:
    case.must_be_spared(malice.CHECKS)
