"""Followed up until satisfied (SALES, GENERIC); repeated failures reported and filed (SALES)."""

import pytest

from automation.checks import followups
from tests.checks.cases import WARNING, Case, look

HEADS = "编号 | 流程 | 级别 | 接收时间 | 归档时间 | 回访时间 | 满意度"
RECORDS = "处理记录\n编号 | 时间 | 事项 | 结果"
CALLS = "回访记录\n编号 | 回访时间 | 接通 | 满意度"


def book(
    *entries: str, flow: str = "汽车销售公司", level: str = "一般", closed: str = "", own: str = " | ", calls: str = ""
) -> str:
    lines = "\n".join((RECORDS, *(f"FK20261103-001 | {entry}" for entry in entries)))
    register = f"反馈登记\n{HEADS}\nFK20261103-001 | {flow} | {level} | 11-03 09:00 | {closed} | {own}"
    return "\n\n".join((register, lines, f"{CALLS}\n{calls}".strip()))


CLOSED = "11-20 10:00"
CASES = (
    Case(
        "a major case that the after-sales manager does not know of",
        "SALES",
        "反馈登记!C2",
        WARNING,
        "重大投诉，但没有上报售后经理并备案的记录",
        book("11-04 10:00 | 联系客户 | 已约", level="重大"),
        ("联系客户", "上报备案"),
        hints="向售后经理汇报并备案",
    ),
    Case(
        "a major case has the day it came in for that",
        "SALES",
        "反馈登记!C2",
        WARNING,
        "没有上报售后经理并备案",
        book(level="重大"),
        ("11-03 09:00", "11-04 00:00"),
        now="11-04 09:00",
    ),
    Case(
        "two follow-ups in vain",
        "SALES",
        "反馈登记!C2",
        WARNING,
        "多次处理仍未成功",
        book("11-06 10:00 | 跟踪回访 | 不满意", "11-09 10:00 | 跟踪回访 | 客户仍不太满意"),
        ("客户仍不太满意", "满意"),
    ),
    Case(
        "one follow-up in each sheet, but on one day: the same call",
        "SALES",
        "反馈登记!C2",
        WARNING,
        "多次处理仍未成功",
        book("11-06 10:00 | 跟踪回访 | 不满意", calls="FK20261103-001 | 11-08 10:05 | 是 | 非常不满意"),
        ("11-08 10:05", "11-06 10:05"),
    ),
    Case(
        "two measures that did not help",
        "SALES",
        "反馈登记!C2",
        WARNING,
        "多次处理仍未成功",
        book("11-06 10:00 | 措施 | 无效", "11-09 10:00 | 措施 | 客户不接受"),
        ("无效", "完成"),
    ),
    Case(
        "closed on a follow-up that found the customer not satisfied",
        "SALES",
        "反馈登记!E2",
        WARNING,
        "最后一次回访（2026-11-06）客户不满意，却已归档",
        book("11-06 10:00 | 跟踪回访 | 不满意", closed=CLOSED, calls="FK20261103-001 | 11-09 10:00 | 否 | 满意"),
        ("| 否 |", "| 是 |"),
        hints="直到客户满意",
    ),
    Case(
        "closed with a bad mark in the register itself",
        "SALES",
        "反馈登记!E2",
        WARNING,
        "最后一次回访（2026-11-09）客户不满意，却已归档",
        book("11-06 10:00 | 跟踪回访 | 满意", closed=CLOSED, own="11-09 10:00 | 不满意"),
        ("| 不满意", "| 一般"),
    ),
    Case(
        "closed with a mark of the dealership's own in the record of callbacks",
        "SALES",
        "反馈登记!E2",
        WARNING,
        "最后一次回访（2026-11-09）客户不满意，却已归档",
        book("11-06 10:00 | 跟踪回访 | 满意", closed=CLOSED, calls="FK20261103-001 | 11-09 10:00 | 是 | 不太满意"),
        ("不太满意", "还算满意"),
    ),
    Case(
        "closed although the customer only says that he is displeased",
        "SALES",
        "反馈登记!E2",
        WARNING,
        "客户不满意，却已归档",
        book("11-06 10:00 | 跟踪回访 | 客户表示不满", closed=CLOSED),
        ("客户表示不满", "客户没有不满"),
    ),
    Case(
        "closed without asking whether the customer is satisfied",
        "GENERIC",
        "反馈登记!E2",
        WARNING,
        "已归档，但没有回访客户是否满意的记录",
        book("11-06 10:00 | 跟踪回访 | 无人接听", flow="企业投诉规范", closed=CLOSED),
        ("无人接听", "客户满意"),
        hints="跟踪到客户满意为止",
    ),
    Case(
        "an enterprise's case closed on a no",
        "GENERIC",
        "反馈登记!E2",
        WARNING,
        "最后一次回访客户不满意，却已归档",
        book("11-06 10:00 | 跟踪回访 | 不满意", flow="企业投诉规范", closed=CLOSED),
        (CLOSED, ""),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_customer_left_unsatisfied_or_a_failure_kept_quiet_is_found(case: Case) -> None:
    case.must_be_found(followups.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_satisfied_customer_or_a_case_on_file_is_left_alone(case: Case) -> None:
    case.must_be_spared(followups.CHECKS)


def test_a_malicious_complaint_need_not_end_in_satisfaction() -> None:
    text = book("11-06 10:00 | 恶意投诉认定 | 属实", flow="企业投诉规范", closed=CLOSED)
    assert look(followups.CHECKS, CASES[0].facts(text)) == []
