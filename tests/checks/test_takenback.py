"""Evidence where no time of the stage itself was moved: marks, ledgers, contacts that were put behind a late stage."""

import pytest

from automation.checks import takenback
from tests.checks.cases import INFO, WARNING, Case

HANDED_OVER = """
反馈登记
编号           | 流程     | 接收时间    | 上报时间    | 填单时间    | 联系结果 | 客户联系时间 | 转管理部时间 | 转客服时间  | 需回访 | 回访时间
FK20261103-001 | 标准流程 | 11-03 09:00 | 11-03 09:10 | 11-03 09:20 |          |              | 11-04 12:00  | 11-05 09:00 | 是     | 11-07 09:00

处理记录
编号           | 时间        | 事项     | 结果
FK20261103-001 | 11-03 10:00 | 调查     |
"""  # noqa: E501
OPEN = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 转管理部时间
FK20261103-001 | 11-03 09:00 | 11-03 09:10 | 11-03 09:20 |

未了事宜台帐-客户经理
编号           | 转入日期    | 状态
FK20261103-001 | 11-04 09:20 | 未了
"""

CASES = (
    Case(
        "a failed contact filled in where 24 hours had been too few",
        "EVID-01",
        "反馈登记!G2",
        INFO,
        "“客户联系时间”原为空,现为 2026-11-03 15:00;“联系结果”原为空,现为 未联系上;"
        "“责任认定”(STD-04)截止 2026-11-04 09:20,2026-11-20 09:00 处理时已超时,按现在的记录是“按时完成”",
        HANDED_OVER.replace("|          |              |", "| 未联系上 | 11-03 15:00  |"),
        ("11-03 15:00", "11-04 09:21"),
        hints="不是有意改动的,请改回原值",
        before=HANDED_OVER,
    ),
    Case(
        "an entry of a failed contact put behind a form that was handed over late",
        "EVID-01",
        "处理记录!B2",
        WARNING,
        "“责任认定”(STD-04)截止 2026-11-04 09:20,2026-11-20 09:00 处理时已超时,按现在的记录是“按时完成”",
        HANDED_OVER.replace("调查     |", "联系客户 | 未联系上"),
        ("未联系上", "已联系"),
        before=HANDED_OVER,
    ),
    Case(
        "a callback that was late and is not wanted any more",
        "EVID-01",
        "反馈登记!J2",
        WARNING,
        "“需回访”原为 是,现为 否;“回访”(STD-09)截止 2026-11-06 09:00,2026-11-20 09:00 处理时已超时,按现在的记录是“无需”",
        HANDED_OVER.replace("| 是     |", "| 否     |"),
        ("| 否     |", "| 是     |"),
        before=HANDED_OVER,
    ),
    Case(
        "another flow than the one in which it was late",
        "EVID-01",
        "反馈登记!B2",
        WARNING,
        "“流程”原为 标准流程,现为 厂家规范;",
        HANDED_OVER.replace("标准流程", "厂家规范"),
        ("厂家规范", "标准流程"),
        before=HANDED_OVER,
    ),
    Case(
        "a pending item put before a deadline that was missed",
        "EVID-01",
        "未了事宜台帐-客户经理!B2",
        INFO,
        "“未了事宜台帐-客户经理:转入日期”原为空,现为 2026-11-04 09:20;",
        OPEN,
        ("11-04 09:20", "11-04 09:21"),
        before=OPEN.partition("\n\n未了")[0],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_late_no_more_is_stated_at_the_cell_that_did_it(case: Case) -> None:
    case.must_be_found(takenback.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_still_late_is_left_alone(case: Case) -> None:
    case.must_be_spared(takenback.CHECKS)


def test_what_is_said_of_a_moved_time_is_not_said_twice() -> None:
    """EVID-01 of the time itself says more."""
    moved = HANDED_OVER.replace("11-04 12:00", "11-04 09:00")
    assert (
        list(
            takenback.marked_late_no_more(Case("", "", "", INFO, "", moved, ("", ""), before=HANDED_OVER).facts(moved))
        )
        == []
    )
