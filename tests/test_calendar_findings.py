"""What the pass says of a calendar that cannot be used, or not yet."""

from __future__ import annotations

from automation import plan
from automation.past import Past
from tests.tables import load, moment, plain

WEEK = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
OPEN_HOURS = "规则\n规则号 | 流程 | 环节 | 起点 | 终点 | 时限 | 单位\nSTD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | 2 | 营业小时"
TICKET = "反馈登记\n编号 | 流程 | 接收时间\nFK2026{0}-001 | {2} | {1}"


def found(text: str, now: str) -> dict[str, str]:
    """Rule id → what was said of it, of all that rules, staff, calendar and clocks have to tell."""
    return {one.rule: plain(f"{one.message} {one.hint}") for one in plan.look(load(text), Past(), moment(now))[1]}


def test_a_dealership_that_never_opens_has_its_working_time_counted_as_plain_time_and_is_told() -> None:
    """CAL-02."""
    closed = "\n".join(("营业时间\n星期 | 上午起 | 上午止", *(f"{day} | 休 | 休" for day in WEEK)))
    ticket = f"{TICKET.format('1103', '11-03 09:00', '标准流程')}\n\n{OPEN_HOURS}"
    book = f"{ticket}\n\n{closed}"
    said = found(book, "11-04 09:00")["CAL-02"]
    assert "暂按自然时间计算" in said and "至少要有一天营业" in said
    facts, _ = plan.look(load(book), Past(), moment("11-04 09:00"))
    (report, *_) = facts.clocks.flows["标准流程"].stages
    assert report.due.tolist() == [moment("11-03 11:00")]
    assert "CAL-02" not in found(ticket, "11-04 09:00")


def test_a_deadline_in_a_year_whose_holidays_are_not_published_is_told_to_be_provisional() -> None:
    """CAL-03."""
    late = TICKET.format("1230", "12-30 09:00", "广汽丰田")
    said = found(late, "12-30 10:00")["CAL-03"]
    assert "2 个截止时间落在 2027 年以后" in said and "暂定" in said
    assert "CAL-03" not in found(late.replace("12-30 09:00", "12-21 09:00"), "12-22 10:00")
    assert "CAL-03" not in found(late.replace("广汽丰田", "标准流程"), "12-30 10:00")


def test_a_deadline_beside_the_flows_may_be_provisional_as_well() -> None:
    """CAL-03."""
    call = "X-01 | 所有流程 | 三日回访 | 执行完成时间 | 处理记录:三日回访 | 3 | {}"
    rules = "规则\n规则号 | 流程 | 环节 | 起点 | 终点 | 时限 | 单位\n"
    ticket = "反馈登记\n编号 | 流程 | 接收时间 | 执行完成时间\nFK20261228-001 | 标准流程 | 12-28 09:00 | 12-30 10:00"
    said = found(f"{ticket}\n\n{rules}{call.format('工作日')}", "12-30 11:00")["CAL-03"]
    assert "1 个截止时间落在 2027 年以后" in said
    assert "CAL-03" not in found(f"{ticket}\n\n{rules}{call.format('天')}", "12-30 11:00")


def test_only_tickets_whose_own_rule_counts_working_time_are_provisional() -> None:
    """CAL-03: the newer rule holds for tickets of its day."""
    rows = "\n".join(
        f"REPAIR-01 | 维修企业 | 答复客户 | 接收时间 | 处理记录:答复客户 | 3 | {unit} | {since}"
        for unit, since in (("天", ""), ("工作日", "12-30"))
    )
    rules = f"规则\n规则号 | 流程 | 环节 | 起点 | 终点 | 时限 | 单位 | 生效日期\n{rows}"
    older = f"{TICKET.format('1229', '12-29 09:00', '维修企业')}\n\n{rules}"
    assert "CAL-03" not in found(older, "12-30 10:00")
    assert "1 个" in found(older.replace("12-29 09:00", "12-30 09:00"), "12-30 10:00")["CAL-03"]
