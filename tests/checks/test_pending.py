"""Pending items: approved (STD-13), alike in both ledgers (STD-15), talked to (STD-16), brought back (STD-17)."""

import pytest

from automation.checks import pending
from tests.checks.cases import ERROR, WARNING, Case

MANAGER, CENTRE = "未了事宜台帐-客户经理", "未了事宜台帐-客服中心"
REGISTER = "反馈登记\n编号 | 责任明确 | 转管理部时间\nFK20261103-001 | 否 |"
HEADS = "编号 | 认可人 | 认可日期 | 转入日期 | 最近沟通日期 | 状态 | 完成日期 | 事由"
ITEM = "FK20261103-001 | 陈总 | 11-03 | 11-03 | 11-10 | 未了 | | 等配件"
STAFF = "人员\n姓名 | 角色\n陈总 | 主管总经理\n王芳 | 客户经理"


def book(manager: str = ITEM, centre: str = ITEM, register: str = REGISTER) -> str:
    """The register's case and its line in each ledger; an empty line: the item is not there."""
    sheets = [f"{sheet}\n{HEADS}\n{line}".strip() for sheet, line in ((MANAGER, manager), (CENTRE, centre))]
    return "\n\n".join((register, *sheets, STAFF))


CASES = (
    Case(
        "a pending item that the general manager did not approve",
        "STD-13",
        f"{MANAGER}!B2",
        ERROR,
        "没有主管总经理的认可人或认可日期",
        book(ITEM.replace("陈总", "")),
        (f"{MANAGER}\n{HEADS}\nFK20261103-001 | ", f"{MANAGER}\n{HEADS}\nFK20261103-001 | 陈总"),
    ),
    Case(
        "an approval without its day",
        "STD-13",
        f"{CENTRE}!B2",
        ERROR,
        "没有主管总经理的认可人或认可日期",
        book(centre=ITEM.replace("陈总 | 11-03", "陈总 | ")),
        ("陈总 |  |", "陈总 | 11-03 |"),
    ),
    Case(
        "an approval by somebody who is not the general manager",
        "STD-13",
        f"{MANAGER}!B2",
        ERROR,
        "认可人“王芳”不是主管总经理",
        book(ITEM.replace("陈总", "王芳")),
        ("王芳 | 11-03", "陈总 | 11-03"),
        hints="陈总",
    ),
    Case(
        "a case that left the liability track without a word of the general manager",
        "STD-13",
        "反馈登记!B2",
        ERROR,
        "责任未明，但没有主管总经理认可的记录",
        book("", "", "反馈登记\n编号 | 责任明确 | 总经理意见\nFK20261103-001 | 否 | "),
        ("否 | ", "否 | 同意转未了"),
    ),
    Case(
        "a pending item that only the customer manager has",
        "STD-15",
        f"{MANAGER}!A2",
        ERROR,
        f"这项未了事宜不在“{CENTRE}”中",
        book(centre=""),
        (f"{CENTRE}\n{HEADS}", f"{CENTRE}\n{HEADS}\n{ITEM}"),
    ),
    Case(
        "a pending item that only the service centre has",
        "STD-15",
        f"{CENTRE}!A2",
        ERROR,
        f"这项未了事宜不在“{MANAGER}”中",
        book(""),
        (f"{MANAGER}\n{HEADS}", f"{MANAGER}\n{HEADS}\n{ITEM}"),
    ),
    *(
        Case(
            f"ledgers that differ in {column}",
            "STD-15",
            f"{MANAGER}!{cell}",
            ERROR,
            f"“{column}”是“{mine}”，而 {CENTRE}!{cell} 是“{theirs}”，两本台帐不一致",
            book(ITEM.replace(old, new)),
            (f"{MANAGER}\n{HEADS}\n{ITEM.replace(old, new)}", f"{MANAGER}\n{HEADS}\n{ITEM}"),
        )
        for column, cell, old, new, mine, theirs in (
            ("事由", "H2", "等配件", "等客户", "等客户", "等配件"),
            ("最近沟通日期", "E2", "11-10", "11-11", "2026-11-11", "2026-11-10"),
            ("状态", "F2", "未了 |", "已了 |", "已了", "未了"),
            ("完成日期", "G2", "未了 | ", "未了 | 11-20", "2026-11-20", "空"),
        )
    ),
    Case(
        "a difference of the hour alone is none",
        "STD-15",
        f"{MANAGER}!E2",
        ERROR,
        "两本台帐不一致",
        book(ITEM.replace("11-10", "11-12 15:00")),
        ("11-12 15:00", "11-10 15:00"),
    ),
    Case(
        "liability not clear, and the case in neither ledger",
        "STD-15",
        "反馈登记!B2",
        ERROR,
        "两本未了事宜台帐里都没有这一单",
        book("", ""),
        ("| 否 |", "| 是 |"),
    ),
    Case(
        "a pending item of a ticket that does not exist",
        "STD-15",
        f"{MANAGER}!A2",
        WARNING,
        "编号 FK20261103-001 不在反馈登记中",
        book(register=REGISTER.replace("001 | 否", "002 | 是")),
        ("FK20261103-002", "FK20261103-001"),
        elsewhere=(f"{CENTRE}!A2",),
    ),
    Case(
        "a customer not talked to by the 4th",
        "STD-16",
        f"{MANAGER}!E2",
        ERROR,
        "应在 2026-12-04 前与客户沟通，最近一次是 2026-11-10",
        book(),
        (f"11-10 | 未了 | | 等配件\n\n{CENTRE}", f"12-01 | 未了 | | 等配件\n\n{CENTRE}"),
        now="12-05 00:00",
        elsewhere=(f"{CENTRE}!E2",),
    ),
    Case(
        "a customer never talked to",
        "STD-16",
        f"{MANAGER}!E2",
        ERROR,
        "没有沟通记录",
        book(ITEM.replace("11-10", ""), ITEM.replace("11-10", "")),
        (f"未了 | | 等配件\n\n{CENTRE}", f"已了 | 12-04 | 等配件\n\n{CENTRE}"),
        now="12-05 00:00",
        elsewhere=(f"{CENTRE}!E2",),
    ),
    Case(
        "an item called done without its day",
        "STD-17",
        f"{MANAGER}!G2",
        ERROR,
        "状态是“已了”，但没有完成日期",
        book(ITEM.replace("未了", "已了")),
        ("已了 | ", "已了 | 11-20"),
    ),
    Case(
        "a case handed on while a ledger still calls it pending",
        "STD-17",
        f"{CENTRE}!F2",
        WARNING,
        "反馈登记中本单已转管理部或归档，台帐上仍是未了",
        book(ITEM.replace("未了 |", "已了 | 11-19"), ITEM, REGISTER + "11-20 09:00"),
        (f"{CENTRE}\n{HEADS}\n{ITEM}", f"{CENTRE}\n{HEADS}\n{ITEM.replace('未了 |', '已了 | 11-19')}"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_wrong_with_a_pending_item_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(pending.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_pending_item_in_order_is_left_alone(case: Case) -> None:
    case.must_be_spared(pending.CHECKS)


def test_an_item_in_order_has_nothing_to_find_until_the_4th_is_over() -> None:
    for now in ("11-21 09:30", "12-04 23:59"):
        case = Case("", "", "", ERROR, "", "", ("", ""), now=now)
        assert [f.message for check in pending.CHECKS for f in check(case.facts(book()))] == []
