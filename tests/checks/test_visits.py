"""A major pending item is visited at home, after the general manager was asked (STD-14)."""

import pytest

from automation.checks import visits
from tests.checks.cases import ERROR, WARNING, Case, look

MANAGER, CENTRE = "未了事宜台帐-客户经理", "未了事宜台帐-客服中心"
REGISTER = (
    "反馈登记\n编号 | 级别 | 责任明确 | 总经理意见 | 总经理意见时间 | 转管理部时间\nFK20261103-001 | 重大 | 否 | | |"
)
HEADS = "编号 | 上门日期 | 认可人 | 认可日期 | 转入日期 | 预计完成日期 | 状态"
ITEM = "FK20261103-001 | | 陈总 | 11-16 | 11-16 | 12-10 | 未了"
VISITED = ITEM.replace("001 | |", "001 | 11-18 |")
RECORDS = "处理记录\n编号 | 时间 | 事项"


def book(manager: str = ITEM, centre: str = ITEM, register: str = REGISTER, records: str = "") -> str:
    sheets = [f"{sheet}\n{HEADS}\n{line}".strip() for sheet, line in ((MANAGER, manager), (CENTRE, centre))]
    return "\n\n".join((register, *sheets, f"{RECORDS}\n{records}".strip()))


CASES = (
    Case(
        "a major pending item that nobody visited yet",
        "STD-14",
        f"{MANAGER}!B2",
        WARNING,
        "重大投诉于 2026-11-16 转入未了事宜，还没有上门拜访的记录",
        book(),
        ("001 | 重大", "001 | 一般"),
        hints="请示主管总经理后上门拜访客户",
    ),
    Case(
        "the visit stands in 处理记录",
        "STD-14",
        f"{MANAGER}!B2",
        WARNING,
        "还没有上门拜访的记录",
        book(records="FK20261103-001 | 11-18 10:00 | 联系客户"),
        ("联系客户", "上门拜访"),
    ),
    Case(
        "a week is over without a visit",
        "STD-14",
        f"{MANAGER}!B2",
        ERROR,
        "还没有上门拜访的记录",
        book(),
        (f"{MANAGER}\n{HEADS}\nFK20261103-001 | |", f"{MANAGER}\n{HEADS}\nFK20261103-001 | 11-18 |"),
        now="11-24 00:00",
    ),
    Case(
        "the expected day is over without a visit",
        "STD-14",
        f"{MANAGER}!B2",
        ERROR,
        "还没有上门拜访的记录",
        book(ITEM.replace("12-10", "11-20"), ITEM.replace("12-10", "11-20")),
        (f"{CENTRE}\n{HEADS}\nFK20261103-001 | |", f"{CENTRE}\n{HEADS}\nFK20261103-001 | 11-18 |"),
    ),
    Case(
        "an item that only the service centre has",
        "STD-14",
        f"{CENTRE}!B2",
        WARNING,
        "还没有上门拜访的记录",
        book(""),
        ("12-10 | 未了", "12-10 | 已了"),
    ),
    Case(
        "a case that went on since",
        "STD-14",
        f"{MANAGER}!B2",
        WARNING,
        "还没有上门拜访的记录",
        book(),
        ("否 | | |", "否 | | | 11-20 09:00"),
    ),
    Case(
        "visited before the general manager was asked",
        "STD-14",
        f"{MANAGER}!B2",
        WARNING,
        "上门拜访（2026-11-18）早于请示主管总经理（2026-11-19）",
        book(VISITED.replace("陈总 | 11-16", "陈总 | 11-19"), ""),
        ("陈总 | 11-19", "陈总 | 11-18"),
        hints="上门前先请示主管总经理",
    ),
    Case(
        "visited without any record of asking, but an entry of 处理记录 says that he was asked",
        "STD-14",
        f"{MANAGER}!B2",
        WARNING,
        "重大投诉已上门拜访，但没有请示主管总经理的记录",
        book(VISITED.replace("陈总 | 11-16", " |"), "", records="FK20261103-001 | 11-17 10:00 | 联系客户"),
        ("联系客户", "请示总经理"),
    ),
    Case(
        "his opinion in the register came after the visit",
        "STD-14",
        f"{MANAGER}!B2",
        WARNING,
        "早于请示主管总经理（2026-11-19）",
        book(VISITED.replace("陈总 | 11-16", " |"), "", REGISTER.replace("否 | | |", "否 | 同意上门 | 11-19 09:00 |")),
        ("11-19 09:00", "11-17 09:00"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_visit_owed_or_made_without_asking_is_found(case: Case) -> None:
    case.must_be_found(visits.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_visit_made_in_order_is_left_alone(case: Case) -> None:
    case.must_be_spared(visits.CHECKS)


def test_asked_and_visited_on_one_day_is_in_order_whatever_the_hour_says() -> None:
    text = book(
        VISITED.replace("陈总 | 11-16", " |"), VISITED.replace("陈总 | 11-16", " |"),
        records="FK20261103-001 | 11-18 16:00 | 请示总经理",
    )  # fmt: skip
    assert look(visits.CHECKS, Case("", "", "", ERROR, "", "", ("", "")).facts(text)) == []
