"""What a closed case must have left behind (OEM, SALES, PARTS, GENERIC)."""

import pytest

from automation.checks import closing
from tests.checks.cases import WARNING, Case, look

HEADS = "编号 | 流程 | 归档时间 | 执行完成时间 | 处理意见"
RECORDS = "处理记录\n编号 | 时间 | 事项 | 内容 | 结果"


def book(flow: str, *entries: str, closed: str = "11-12 10:00", done: str = "11-06 10:00", how: str = "退费") -> str:
    """A case of a flow, and what was done: 事项 and 内容."""
    lines = [f"FK20261103-001 | 11-0{4 + place} 10:00 | {entry} |" for place, entry in enumerate(entries)]
    return "\n".join((f"反馈登记\n{HEADS}\nFK20261103-001 | {flow} | {closed} | {done} | {how}", "", RECORDS, *lines))


CASES = (
    Case(
        "the manufacturer's case without its analysis report",
        "OEM",
        "反馈登记!C2",
        WARNING,
        "已归档，但处理记录中没有分析报告",
        book("厂家规范", "措施 | 换件", "预防措施 | 进货检验"),
        ("措施 | 换件", "分析报告 | 已提交"),
        hints="《客户投诉分析报告》",
    ),
    Case(
        "the manufacturer's case without report and prevention is one finding",
        "OEM",
        "反馈登记!C2",
        WARNING,
        "处理记录中没有分析报告、预防措施",
        book("厂家规范", "措施 | 换件"),
        ("11-12 10:00", ""),
    ),
    Case(
        "a sale's complaint without an improvement plan",
        "SALES",
        "反馈登记!C2",
        WARNING,
        "没有改善计划",
        book("汽车销售公司", "措施 | 补齐赠品"),
        ("措施 | 补齐赠品", "改善计划 | 承诺写入合同"),
    ),
    Case(
        "a sale's complaint completed without its solution",
        "SALES",
        "反馈登记!E2",
        WARNING,
        "处理已完成，但没有登记处理方案",
        book("汽车销售公司", closed="", how=""),
        ("11-06 10:00 | ", "11-06 10:00 | 补齐赠品"),
    ),
    Case(
        "a sale's complaint closed without the day of its completion",
        "SALES",
        "反馈登记!D2",
        WARNING,
        "没有登记处理完成的日期",
        book("汽车销售公司", "改善计划 | 承诺写入合同", done=""),
        ("11-12 10:00 | ", "11-12 10:00 | 11-06 10:00"),
    ),
    Case(
        "a result of parts that explains nothing",
        "PARTS",
        "反馈登记!C2",
        WARNING,
        "没有写明内容的反馈结果",
        book("汽车配件客诉", "反馈结果 | ", "预防措施 | 进货检验"),
        ("反馈结果 | ", "反馈结果 | 批次缺陷，已换货"),
    ),
    Case(
        "a case of parts that made nothing better",
        "PARTS",
        "反馈登记!C2",
        WARNING,
        "没有改善计划或预防措施",
        book("汽车配件客诉", "反馈结果 | 批次缺陷，已换货", "措施 | 换货"),
        ("| 措施 |", "| 改善计划 |"),
    ),
    Case(
        "a plan that the customer never signed",
        "GENERIC",
        "反馈登记!C2",
        WARNING,
        "没有客户签字的处理协议",
        book("企业投诉规范", "措施 | 退费"),
        ("| 措施 |", "| 协议签署 |"),
    ),
    Case(
        "a malicious complaint ends in no agreement",
        "GENERIC",
        "反馈登记!C2",
        WARNING,
        "没有客户签字的处理协议",
        book("企业投诉规范", "调查 | 查监控"),
        ("| 调查 |", "| 恶意投诉认定 |"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_closed_case_lacks_is_found(case: Case) -> None:
    case.must_be_found(closing.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_with_its_papers_or_still_open_is_left_alone(case: Case) -> None:
    case.must_be_spared(closing.CHECKS)


def test_the_standard_flow_owes_none_of_these_papers() -> None:
    assert look(closing.CHECKS, CASES[0].facts(book("", how=""))) == []
