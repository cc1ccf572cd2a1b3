"""Three tiers (TIER): the record handed up, the 客服总监 told first, measures verified, major cases at the top."""

import pytest

from automation.checks import tiers
from tests.checks.cases import WARNING, Case, look

HEADS = "编号 | 流程 | 级别 | 接收时间 | 归档时间"
OPEN = f"反馈登记\n{HEADS}\nFK20261103-001 | 三级处理 | 一般 | 11-03 09:00 |"
CLOSED = f"{OPEN} 11-12 10:00"
RECORDS = "处理记录\n编号 | 时间 | 事项 | 内容 | 结果"
TOLD = "FK20261103-001 | 11-03 09:20 | 告知客服总监 | |"
SECOND = "FK20261103-001 | 11-03 10:00 | 升级二级 | 一级未能解决 | 服务经理接手"
THIRD = "FK20261103-001 | 11-05 10:00 | 升级三级 | 二级未能解决 | 总经理接手"


def book(*entries: str, register: str = OPEN) -> str:
    return "\n".join((register, "", RECORDS, *entries))


CASES = (
    Case(
        "handed up with nothing on record",
        "TIER",
        "处理记录!D3",
        WARNING,
        "升级二级时没有写明此前做过什么",
        book(TOLD, "FK20261103-001 | 11-03 10:00 | 升级二级 | |"),
        ("升级二级 | ", "升级二级 | 查过工单，试车两次"),
        hints="移交时带上全部处理过程",
    ),
    Case(
        "what was done only came afterwards",
        "TIER",
        "处理记录!D3",
        WARNING,
        "升级二级时没有写明此前做过什么",
        book(
            TOLD,
            "FK20261103-001 | 11-03 10:00 | 升级二级 | |",
            "FK20261103-001 | 11-03 11:00 | 调查 | 查工单 |",
        ),
        ("11-03 11:00", "11-03 09:40"),
    ),
    Case(
        "straight to tier three with an ordinary case",
        "TIER",
        "处理记录!C3",
        WARNING,
        "一般投诉没有经过二级处理就升级到三级",
        book(TOLD, THIRD),
        ("| 一般 |", "| 重大 |"),
        hints="先由第二层",
    ),
    Case(
        "tier three before tier two",
        "TIER",
        "处理记录!C3",
        WARNING,
        "没有经过二级处理",
        book(TOLD, THIRD, SECOND.replace("11-03 10:00", "11-06 10:00")),
        ("11-06 10:00", "11-04 10:00"),
    ),
    Case(
        "handed up without telling the director of customer service",
        "TIER",
        "处理记录!C2",
        WARNING,
        "升级二级之前没有告知客服总监",
        book(SECOND, THIRD),
        (SECOND, f"{TOLD}\n{SECOND}"),
    ),
    Case(
        "the director was told after the hand-up",
        "TIER",
        "处理记录!C2",
        WARNING,
        "升级二级之前没有告知客服总监，告知晚于升级",
        book(SECOND, TOLD.replace("09:20", "15:00")),
        ("11-03 15:00", "11-03 10:00"),
    ),
    Case(
        "closed with measures that nobody verified",
        "TIER",
        "处理记录!C3",
        WARNING,
        "已归档，但这项预防措施之后没有措施验证",
        book(
            "FK20261103-001 | 11-04 10:00 | 纠正措施 | 返修 |",
            "FK20261103-001 | 11-06 10:00 | 预防措施 | 会诊 |",
            "FK20261103-001 | 11-05 10:00 | 措施验证 | 试车 | 正常",
            register=CLOSED,
        ),
        ("11-05 10:00", "11-08 10:00"),
        hints="验证措施是否落实",
    ),
    Case(
        "a major case closed below tier three",
        "TIER",
        "反馈登记!C2",
        WARNING,
        "重大投诉已归档，但没有升级三级的记录：三级处理（TIER-07）没有计时，显示的“无需”只是说没有升级",
        book(TOLD, SECOND, register=CLOSED.replace("一般", "重大")),
        (SECOND, f"{SECOND}\n{THIRD}"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_slip_between_the_tiers_is_found(case: Case) -> None:
    case.must_be_found(tiers.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_handed_up_in_order_is_left_alone(case: Case) -> None:
    case.must_be_spared(tiers.CHECKS)


def test_the_same_entries_in_another_flow_and_measures_of_an_open_case_are_left_alone() -> None:
    case = CASES[0]
    other = book(THIRD, register=OPEN.replace("三级处理", "维修企业"))
    running = book("FK20261103-001 | 11-06 10:00 | 预防措施 | 会诊 |")
    assert look(tiers.CHECKS, case.facts(other)) == look(tiers.CHECKS, case.facts(running)) == []


def test_days_without_hours_are_not_held_against_anybody() -> None:
    text = book(TOLD.replace("11-03 09:20", "11-03 09:20"), SECOND.replace("11-03 10:00", "11-03"))
    assert look(tiers.CHECKS, CASES[0].facts(text)) == []
