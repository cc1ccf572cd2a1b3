"""The customer: 48 hours claimed without a record (STD-04), callbacks owed or too early (STD-09)."""

import pytest

from automation.checks import contact
from tests.checks.cases import ERROR, Case

CLAIMED = "反馈登记\n编号 | 填单时间 | 联系结果 | 客户联系时间\nFK20261103-001 | 11-03 09:00 | 未联系上 | "
RECORD = "\n\n处理记录\n编号 | 时间 | 事项 | 结果\nFK20261103-001 | 11-04 09:00 | 联系客户 | 电话未联系上"
HANDED = "反馈登记\n编号 | 填单时间 | 联系结果 | 转管理部时间\nFK20261103-001 | 11-03 09:00 | 已联系 | "
RULE = (
    "\n\n规则\n规则号 | 流程 | 环节 | 起点 | 终点 | 时限 | 单位 | 延长时限 | 延长条件\n"
    "STD-04 | 标准流程 | 责任认定 | 填单时间 | 转管理部时间 | "
)


def rule(limit: str) -> str:
    """STD-04 with another limit, in another unit, prolonged to something else."""
    return f"{RULE}{limit} | 联系结果=未联系上"


CASES = (
    Case(
        "the person involved calling the customer back",
        "STD-09",
        "反馈登记!B2",
        ERROR,
        "由当事人或责任人张伟自己回访",
        "反馈登记\n编号 | 回访人 | 当事人 | 责任人\nFK20261103-001 | 张伟 | 刘强、张伟 | 赵敏",
        ("001 | 张伟", "001 | 王芳"),
        hints="另派人重新回访",
    ),
    Case(
        "48 hours claimed without saying when the customer was tried",
        "STD-04",
        "反馈登记!D2",
        ERROR,
        "没有 24 小时内的联系时间,不能按 48 小时计",
        CLAIMED,
        ("未联系上 | ", "未联系上 | 11-04 09:00"),
    ),
    Case(
        "48 hours claimed for a try after the first 24",
        "STD-04",
        "反馈登记!D2",
        ERROR,
        "不能按 48 小时计,仍按 24 小时",
        CLAIMED + "11-04 09:01",
        ("11-04 09:01", "11-04 08:59"),
    ),
    Case(
        "48 hours claimed, with the try only in the record of what was done, but too late",
        "STD-04",
        "反馈登记!D2",
        ERROR,
        "不能按 48 小时计",
        CLAIMED + RECORD.replace("11-04 09:00", "11-04 09:01"),
        ("11-04 09:01", "11-04 09:00"),
    ),
    Case(
        "48 hours used and nothing claimed",
        "STD-04",
        "反馈登记!C2",
        ERROR,
        "用了 24 到 48 小时才转管理部,却没有未联系上客户的记录",
        "反馈登记\n编号 | 填单时间 | 联系结果 | 转管理部时间\nFK20261103-001 | 11-03 09:00 | 已联系 | 11-04 09:01",
        ("11-04 09:01", "11-04 09:00"),
    ),
    Case(
        "48 hours overrun is plainly late and no question of a missing record",
        "STD-04",
        "反馈登记!C2",
        ERROR,
        "却没有未联系上客户的记录",
        "反馈登记\n编号 | 填单时间 | 联系结果 | 转管理部时间\nFK20261103-001 | 11-03 09:00 | 已联系 | 11-05 09:00",
        ("11-05 09:00", "11-05 09:01"),
    ),
    Case(
        "the longer limit claimed in working days",
        "STD-04",
        "反馈登记!D2",
        ERROR,
        "没有 1 个工作日内的联系时间,不能按 2 个工作日计,仍按 1 个工作日",
        CLAIMED + "11-05 09:00" + rule("1 | 工作日 | 2"),
        ("11-05 09:00", "11-04 09:00"),
    ),
    Case(
        "the longer limit used in working days",
        "STD-04",
        "反馈登记!C2",
        ERROR,
        "用了 1 到 2 个工作日才转管理部",
        HANDED + "11-05 23:59" + rule("1 | 工作日 | 2"),
        ("11-05 23:59", "11-06 00:01"),
    ),
    Case(
        "the longer limit used in opening hours, which are over on the third day only",
        "STD-04",
        "反馈登记!C2",
        ERROR,
        "用了 8 到 16 个营业小时才转管理部",
        HANDED + "11-05 09:00" + rule("8 | 营业小时 | 16"),
        ("11-05 09:00", "11-05 17:31"),
    ),
    Case(
        "a dealership that gives nobody more time",
        "STD-04",
        "反馈登记!C2",
        ERROR,
        "按 24 小时计为超时",
        HANDED + "11-04 09:01" + rule("24 | 小时 | 48"),
        ("24 | 小时 | 48 | 联系结果=未联系上", "24 | 小时 | | "),
    ),
    Case(
        "archived without the callback that was asked for",
        "STD-09",
        "反馈登记!B2",
        ERROR,
        "标明需回访,但没有回访就归档了",
        "反馈登记\n需回访 | 回访时间 | 归档时间\n是 | | 11-09 09:00",
        ("是 |", "否 |"),
    ),
    Case(
        "archived before the callback, which is not yet owed",
        "STD-09",
        "反馈登记!B2",
        ERROR,
        "没有回访就归档了",
        "反馈登记\n需回访 | 回访时间 | 归档时间\n是 | | 11-09 09:00",
        ("11-09 09:00", ""),
    ),
    Case(
        "called back while the case was still being handled",
        "STD-09",
        "反馈登记!B2",
        ERROR,
        "还没有转客服(处理未完毕)就已回访",
        "反馈登记\n转客服时间 | 回访时间\n | 11-09 09:00",
        (" | 11-09", "11-08 09:00 | 11-09"),
    ),
    Case(
        "a callback on record from before the hand-over",
        "STD-09",
        "回访记录!B2",
        ERROR,
        "回访早于本单转客服的时间 2026-11-08 09:00",
        "反馈登记\n编号 | 转客服时间\nFK20261103-001 | 11-08 09:00\n\n回访记录\n编号 | 回访时间\nFK20261103-001 | 11-08 08:59",
        ("08:59", "09:00"),
    ),
    Case(
        "a callback on record of the day before the hand-over",
        "STD-09",
        "回访记录!B2",
        ERROR,
        "回访早于本单转客服的时间 2026-11-08 09:00",
        "反馈登记\n编号 | 转客服时间\nFK20261103-001 | 11-08 09:00\n\n回访记录\n编号 | 回访时间\nFK20261103-001 | 11-07",
        ("11-07", "11-08"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_the_customer_is_owed_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(contact.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_was_done_rightly_is_left_alone(case: Case) -> None:
    case.must_be_spared(contact.CHECKS)
