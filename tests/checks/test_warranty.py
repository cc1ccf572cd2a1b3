"""Repairs: complaints held against the warranty (REPAIR), the same fault within a month of a repair (EVQ)."""

import pytest

from automation.checks import warranty
from tests import tables
from tests.checks.cases import ERROR, WARNING, Case, look

SHEET = "维修质保"
CAR, OTHER = "LSVAA4182E2123456", "LSVAA4182E2654321"
HEADS = "编号 | 车架号 | 故障现象 | 出厂日期 | 出厂里程 | 再修日期 | 再修里程"
ROW = f"FK20261110-001 | {CAR} | 前刹车异响 | 11-03 | 30000 | | "
TICKET = "反馈登记\n编号 | 车架号 | 内容概要 | 反馈类别 | 接收时间\n"
COMPLAINT = "反馈登记\n编号 | 流程 | 反馈类别\nFK20261110-001 | 维修企业 | 质量问题"


def repairs(*rows: str) -> str:
    return "\n".join((SHEET, HEADS, *rows))


CASES = (
    Case(
        "a complaint about a repair that was not held against its warranty",
        "REPAIR",
        "反馈登记!C2",
        WARNING,
        f"“{SHEET}”里没有这一单",
        f"{COMPLAINT}\n\n{repairs(ROW.replace('001', '002'))}",
        ("FK20261110-002", "FK20261110-001"),
        hints="维修类型",
    ),
    Case(
        "a complaint about the repairer's manners needs no warranty",
        "REPAIR",
        "反馈登记!C2",
        WARNING,
        "不知道在不在质量保证期内",
        f"{COMPLAINT.replace('质量问题', '维修技术')}\n\n{repairs(ROW.replace('001', '002'))}",
        ("维修技术", "服务态度"),
    ),
    Case(
        "a car back before it left",
        "REPAIR",
        f"{SHEET}!F2",
        ERROR,
        "再修日期 2026-11-02 早于出厂日期 2026-11-03",
        repairs(ROW.replace("30000 |", "30000 | 11-02")),
        ("| 11-02 |", "| 12-04 |"),
    ),
    Case(
        "a car that drove backwards",
        "REPAIR",
        f"{SHEET}!G2",
        ERROR,
        "再修里程 3082 小于出厂里程 30000",
        repairs(ROW + "3082"),
        ("3082", "30000"),
    ),
    Case(
        "a car back on the last day of the month after its repair",
        "EVQ",
        f"{SHEET}!F2",
        WARNING,
        f"2026-12-03 又出现同类故障“前刹车异响”,在上次维修出厂({SHEET}!D2,2026-11-03)后一个月内",
        repairs(ROW.replace("30000 |", "30000 | 12-03")),
        ("12-03", "12-04"),
    ),
    Case(
        "a repair of 31 January counts until the last of February",
        "EVQ",
        f"{SHEET}!F2",
        WARNING,
        "2026-02-28 又出现同类故障",
        repairs(f"FK20260301-001 | {CAR} | 前刹车异响 | 01-31 | 30000 | 02-28 | 31000"),
        ("02-28", "03-01"),
    ),
    Case(
        "another row of the same car that tells the same fault in other words",
        "EVQ",
        f"{SHEET}!F3",
        WARNING,
        f"在上次维修出厂({SHEET}!D2,2026-11-03)后一个月内",
        repairs(ROW, f" | {CAR} | 前刹车仍有异响。 | 09-01 | 28000 | 11-20 | 30500"),
        ("前刹车仍有异响。", "空调不制冷"),
    ),
    Case(
        "another car with the same fault is another matter",
        "EVQ",
        f"{SHEET}!F3",
        WARNING,
        "又出现同类故障",
        repairs(ROW, f" | {CAR} | 前刹车异响 | 09-01 | 28000 | 11-20 | 30500"),
        (f" | {CAR} | 前刹车异响 | 09-01", f" | {OTHER} | 前刹车异响 | 09-01"),
    ),
    Case(
        "a second repair of the same fault within the month",
        "EVQ",
        f"{SHEET}!D3",
        WARNING,
        f"2026-11-25 又出现同类故障“前刹车异响”,在上次维修出厂({SHEET}!D2,2026-11-03)后一个月内",
        repairs(ROW, f" | {CAR} | 前刹车异响 | 11-25 | 30900 | | "),
        ("11-25", "12-25"),
    ),
    Case(
        "a ticket that tells the repaired fault again",
        "EVQ",
        "反馈登记!C2",
        WARNING,
        f"2026-11-12 又出现同类故障“前刹车异响”,在上次维修出厂({SHEET}!D2,2026-11-03)后一个月内",
        f"{TICKET}FK20261112-001 | {CAR} | 修过的前刹车异响又来了 | 质量问题 | 11-12 08:00\n\n{repairs(ROW)}",
        ("质量问题", "服务态度"),
        hints="免费返修",
    ),
    Case(
        "the ticket that led to the repair came before it",
        "EVQ",
        "反馈登记!C2",
        WARNING,
        "又出现同类故障",
        f"{TICKET}FK20261112-001 | {CAR} | 前刹车异响 | 维修技术 | 11-04 08:00\n\n{repairs(ROW)}",
        ("11-04 08:00", "11-03 08:00"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_wrong_with_a_repair_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(warranty.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_in_order_is_left_alone(case: Case) -> None:
    case.must_be_spared(warranty.CHECKS)


def test_a_row_and_the_ticket_it_is_about_are_told_once() -> None:
    row = ROW.replace("30000 |", "30000 | 11-10")
    text = f"{TICKET}FK20261110-001 | {CAR} | 前刹车异响 | 质量问题 | 11-10 08:00\n\n{repairs(row)}"
    assert [str(f.where) for f in look(warranty.CHECKS, tables.facts(text))] == [f"{SHEET}!F2"]


def test_a_workbook_that_keeps_no_warranty_sheet_is_not_told_to() -> None:
    assert look(warranty.CHECKS, tables.facts(COMPLAINT)) == []
