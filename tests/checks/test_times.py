"""Times: in the future, out of order, missing in the middle."""

import pytest

from automation.checks import times
from tests.checks.cases import ERROR, Case

CASES = (
    Case(
        "a report that has not happened yet",
        "TIME-01",
        "反馈登记!B2",
        ERROR,
        "“上报时间”是 2026-11-21 09:31,晚于现在",
        "反馈登记\n接收时间 | 上报时间\n11-21 09:00 | 11-21 09:31",
        ("09:31", "09:30"),
    ),
    Case(
        "something noted for next year",
        "TIME-01",
        "处理记录!B2",
        ERROR,
        "“时间”是 2027-11-03 09:00",
        "处理记录\n编号 | 时间 | 事项\nFK20261103-001 | 2027-11-03 09:00 | 联系客户",
        ("2027-", "2026-"),
    ),
    Case(
        "only what is recorded as done may not lie ahead",
        "TIME-01",
        "反馈登记!B2",
        ERROR,
        "“归档时间”",
        "反馈登记\n接收时间 | 归档时间\n11-21 09:00 | 12-01 09:00",
        ("归档时间", "下次答复时间"),
    ),
    Case(
        "a form filled in before the report",
        "TIME-02",
        "反馈登记!C2",
        ERROR,
        "“填单时间”2026-11-03 09:09 早于“上报时间”2026-11-03 09:10",
        "反馈登记\n接收时间 | 上报时间 | 填单时间\n11-03 09:00 | 11-03 09:10 | 11-03 09:09",
        ("09:09", "09:10"),
    ),
    Case(
        "an order that is broken across an empty stage",
        "TIME-02",
        "反馈登记!C2",
        ERROR,
        "“填单时间”2026-11-03 08:59 早于“接收时间”2026-11-03 09:00",
        "反馈登记\n接收时间 | 上报时间 | 填单时间\n11-03 09:00 | | 11-03 08:59",
        ("08:59", "09:00"),
    ),
    Case(
        "a form of the day before, where only days are known",
        "TIME-02",
        "反馈登记!B2",
        ERROR,
        "“上报时间”2026-11-02 00:00 早于“接收时间”2026-11-03 09:00",
        "反馈登记\n接收时间 | 上报时间\n11-03 09:00 | 11-02",
        ("11-02", "11-03"),
    ),
    Case(
        "a day that is over before the next begins",
        "TIME-02",
        "反馈登记!C2",
        ERROR,
        "“填单时间”2026-11-02 23:59 早于“上报时间”2026-11-03 00:00",
        "反馈登记\n接收时间 | 上报时间 | 填单时间\n11-02 | 11-03 | 11-02 23:59",
        ("11-02 23:59", "11-03 00:01"),
    ),
    Case(
        "one wrong time, which is not blamed on those after it",
        "TIME-02",
        "反馈登记!B2",
        ERROR,
        "“上报时间”2026-10-03 09:10 早于",
        "反馈登记\n接收时间 | 上报时间 | 填单时间\n11-03 09:00 | 10-03 09:10 | 11-03 09:20",
        ("10-03", "11-03"),
    ),
    Case(
        "a customer spoken to before he complained",
        "TIME-02",
        "反馈登记!B2",
        ERROR,
        "“客户联系时间”2026-11-03 08:00 早于“接收时间”",
        "反馈登记\n接收时间 | 客户联系时间\n11-03 09:00 | 11-03 08:00",
        ("08:00", "09:00"),
    ),
    Case(
        "a promise of an answer before the complaint",
        "TIME-02",
        "反馈登记!B2",
        ERROR,
        "“下次答复时间”",
        "反馈登记\n接收时间 | 下次答复时间\n11-03 09:00 | 11-02 09:00",
        ("11-02", "11-04"),
    ),
    Case(
        "a pending item done before it came in",
        "TIME-02",
        "未了事宜台帐-客服中心!C2",
        ERROR,
        "“完成日期”2026-11-03 早于“转入日期”2026-11-04",
        "未了事宜台帐-客服中心\n编号 | 转入日期 | 完成日期\nFK20261103-001 | 11-04 15:00 | 11-03",
        ("| 11-03", "| 11-04"),
    ),
    Case(
        "a callback before the case was handed to the centre",
        "STD-09",
        "反馈登记!B2",
        ERROR,
        "“回访时间”2026-11-03 08:59 早于“转客服时间”2026-11-03 09:00",
        "反馈登记\n转客服时间 | 回访时间\n11-03 09:00 | 11-03 08:59",
        ("08:59", "09:00"),
    ),
    Case(
        "a stage left empty though a later one is done",
        "TIME-03",
        "反馈登记!B2",
        ERROR,
        "“上报时间”没有填写,但后面的环节已经完成",
        "反馈登记\n接收时间 | 上报时间 | 填单时间\n11-03 09:00 | | 11-03 09:20",
        ("11-03 09:20", ""),
    ),
    Case(
        "a stage filled in that cannot be read is another matter",
        "TIME-03",
        "反馈登记!B2",
        ERROR,
        "“上报时间”没有填写",
        "反馈登记\n接收时间 | 上报时间 | 填单时间\n11-03 09:00 | | 11-03 09:20",
        ("09:00 | |", '09:00 | "上午" |'),
    ),
    Case(
        "a number does not prove the form that comes before it",
        "TIME-03",
        "反馈登记!B2",
        ERROR,
        "“填单时间”没有填写",
        "反馈登记\n上报时间 | 填单时间 | 转管理部时间\n11-03 09:00 | | 11-03 09:20",
        ("转管理部时间", "编号时间"),
    ),
    Case(
        "a flow that has no such stage misses none",
        "TIME-03",
        "反馈登记!C2",
        ERROR,
        "“上报时间”没有填写",
        "反馈登记\n流程 | 接收时间 | 上报时间 | 填单时间\n标准流程 | 11-03 09:00 | | 11-03 10:00",
        ("标准流程", "维修企业"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_wrong_time_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(times.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_right_time_is_left_alone(case: Case) -> None:
    case.must_be_spared(times.CHECKS)
