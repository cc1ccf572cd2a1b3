"""`kesu replay`: which verdicts other rules would change, per stage and person."""

from __future__ import annotations

import datetime as dt

from automation.sla import calendar, clock, replay, rulesheet
from tests.tables import load, moment
from workbook.schema import RULES

REGISTER = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 转管理部时间 | 复核完成时间
FK20261103-001 | 11-03 09:00 | 11-03 09:50 | 11-03 10:00 | 11-03 10:05 | 11-03 15:00  | 11-03 18:30
FK20261104-001 | 11-04 09:00 | 11-04 10:30 | 11-04 10:40 | 11-04 10:45 | 11-04 15:00  | 11-04 15:30
FK20261105-001 | 11-05 09:00 | 11-05 09:10 | 11-05 09:20 | 11-05 09:25 | 11-05 11:30  |
"""
HEADS = "规则号 | 流程     | 环节 | 起点     | 终点     | 时限 | 单位 | 责任角色 | 生效日期"
NOW = "11-05 13:30"


def rules(*rows: str) -> str:
    return "\n".join(["规则", HEADS, *rows])


HOUR = "STD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | 1 | 小时 | 接收人 |"
TWO = "STD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | 2 | 小时 | 接收人 |"
REVIEW = "STD-05 | 标准流程 | 复核 | 转管理部时间 | 复核完成时间 | 1 | 小时 | 管理部 |"
FOUR = "STD-05 | 标准流程 | 复核 | 转管理部时间 | 复核完成时间 | 4 | 小时 | 管理部 |"


def somebody(row: int, rule: str, day: dt.date) -> str:
    return f"第{row}行的人"


def replayed(before: str, after: str, *, days: dict[dt.date, bool] | None = None) -> replay.Replay:
    book = load(REGISTER.strip())
    books = [rulesheet.read(load(sheet)[RULES])[0] for sheet in (before, after)]
    usual = calendar.spanning([book.register.frame["接收时间"].to_numpy("M8[s]")])
    other = calendar.spanning([book.register.frame["接收时间"].to_numpy("M8[s]")], days=days)
    first, second = (
        clock.run(book, rule_book, one, moment(NOW)) for rule_book, one in zip(books, (usual, other), strict=True)
    )
    return replay.compare(book, (books[0], books[1]), (first, second), somebody)


def test_the_same_rules_change_nothing():
    found = replayed(rules(HOUR), rules(HOUR))
    assert (found.differences, found.changed, found.by_stage, found.by_person, found.moved) == ((), (), (), (), 0)
    assert (found.total.on_time_before, found.total.late_before) == (found.total.on_time_after, found.total.late_after)


def test_a_longer_and_a_shorter_limit_turn_verdicts_both_ways():
    found = replayed(rules(HOUR, FOUR), rules(TWO, REVIEW))
    assert [(one.rule, one.column, one.old, one.new) for one in found.differences] == [
        ("STD-01", "时限", "1", "2"),
        ("STD-05", "时限", "4", "1"),
    ]
    told = [(one.ticket, one.rule, one.before, one.after, one.turn, one.person) for one in found.changed]
    assert told == [
        ("FK20261103-001", "STD-05", "按时完成", "超时完成", "变为超时", "第2行的人"),
        ("FK20261105-001", "STD-05", "进行中", "超时", "变为超时", "第4行的人"),
        ("FK20261104-001", "STD-01", "超时完成", "按时完成", "变为按时", "第3行的人"),
    ]
    late = found.changed[0]
    assert (late.due_before, late.due_after) == ("2026-11-03T19:00:00", "2026-11-03T16:00:00")


def test_totals_stages_and_people_agree_with_the_list():
    found = replayed(rules(HOUR, FOUR), rules(TWO, REVIEW))
    total = found.total
    assert (total.to_late, total.to_on_time, total.other, total.changed) == (2, 1, 0, 3)
    assert total.late_after - total.late_before == 1
    assert {one.rule: (one.count.late_before, one.count.late_after) for one in found.by_stage} == {
        "STD-01": (1, 0),
        "STD-05": (0, 2),
    }
    assert sum(one.to_late for one in found.by_person) == 2 and sum(one.to_on_time for one in found.by_person) == 1
    assert found.moved == 3, "two reports in time either way, and one review, are only due at another time"


def test_a_rule_with_a_later_day_touches_only_tickets_received_since():
    dated = "STD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | 2 | 小时 | 接收人 | {day}"
    found = replayed(rules(HOUR), rules(HOUR, dated.format(day="2026-11-04")))
    assert [(one.column, one.new, one.since) for one in found.differences] == [("时限", "2", "2026-11-04")]
    assert [one.ticket for one in found.changed] == ["FK20261104-001"]
    assert replayed(rules(HOUR), rules(HOUR, dated.format(day="2026-11-05"))).changed == ()


def test_a_rule_only_one_side_has_is_told_as_a_whole():
    own = "STD-99 | 标准流程 | 复盘 | 接收时间 | 归档时间 | 1 | 小时 | 管理部 |"
    found = replayed(rules(HOUR), rules(HOUR, own))
    assert [(one.rule, one.column, one.old, one.new) for one in found.differences] == [
        ("STD-99", "整条规则", "没有", "1小时")
    ]
    assert {(one.rule, one.before) for one in found.changed} == {("STD-99", "没有这个环节")}


def test_a_holiday_of_the_other_workbook_is_a_difference_and_moves_working_time():
    opening = "STD-05 | 标准流程 | 复核 | 转管理部时间 | 复核完成时间 | 2 | 营业小时 | 管理部 |"
    found = replayed(rules(HOUR, opening), rules(HOUR, opening), days={dt.date(2026, 11, 3): False})
    assert [(one.rule, one.column, one.old, one.new) for one in found.differences] == [
        ("节假日", "2026-11-03", "未写", "休")
    ]
    assert [(one.ticket, one.before, one.after) for one in found.changed] == [
        ("FK20261103-001", "超时完成", "按时完成")
    ]


def test_everything_is_in_the_json():
    data = replayed(rules(HOUR, FOUR), rules(TWO, REVIEW)).as_json()
    assert data["now"] == "2026-11-05T13:30:00" and len(data["changed"]) == 3
    assert {"differences", "tickets", "stages", "total", "moved", "by_stage", "by_person", "changed"} <= set(data)
