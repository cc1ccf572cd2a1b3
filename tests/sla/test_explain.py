"""`kesu explain`: every verdict with its rule, source, cells and arithmetic."""

from __future__ import annotations

import json

from automation.past import Change, History
from automation.sla.explain import Told, explain
from automation.sla.tell import in_words
from tests.tables import load, moment, plain, run

BOOK = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 客户联系时间 | 联系结果 | 转管理部时间 | 复核完成时间
FK20261103-001 | 11-03 09:05 | 11-03 09:55 | 11-03 10:30 | 11-03 10:31 | 11-03 15:00  | 未联系上 | 11-05 10:00  |
FK20261103-002 | 11-03 09:05 | 11-03 09:55 | 11-03 10:20 | 11-03 10:31 |              | 未联系上 | 11-05 10:00  | 11-05 15:00
"""


def told(ticket: str, now: str = "11-05 12:00"):
    book = load(BOOK.strip())
    (one,) = explain(book, run(book, moment(now)), ticket)
    return one


def test_a_stage_shows_start_limit_due_actual_and_its_cells():
    first, second = told("FK20261103-001").stages[:2]
    assert (first.rule, first.verdict, first.late_minutes) == ("STD-01", "按时完成", 0)
    assert first.steps == ("接收时间 2026-11-03 09:05 + 1小时 = 2026-11-03 10:05", "上报时间 2026-11-03 09:55")
    assert first.cells == ("反馈登记!B2", "反馈登记!C2")
    assert "1小时内上报" in first.source
    assert (second.verdict, second.late_minutes) == ("超时完成", 5)
    assert second.steps[-1] == "填单时间 2026-11-03 10:30，晚了 5分钟"


def test_an_extension_says_on_what_record_it_rests_and_its_absence_too():
    granted, refused = told("FK20261103-001").stages[3], told("FK20261103-002").stages[3]
    assert granted.extended and granted.verdict == "按时完成" and granted.due == "2026-11-05T10:30:00"
    assert any("按 48小时计" in step for step in granted.steps)
    assert not refused.extended and refused.verdict == "超时完成" and refused.due == "2026-11-04T10:20:00"
    assert any("不延长" in step for step in refused.steps)


def test_a_running_stage_says_how_long_is_left_and_an_overdue_one_how_long_it_is_over():
    running = told("FK20261103-001").stages[4]
    assert running.verdict == "进行中" and running.steps[-1] == "现在 2026-11-05 12:00，还剩 2小时"
    late = told("FK20261103-001", now="11-06 14:00").stages[4]
    assert late.verdict == "超时" and late.steps[-1] == "现在 2026-11-06 14:00，已超过 1天"
    waiting = told("FK20261103-001").stages[5]
    assert waiting.verdict == "未到" and waiting.due == ""


def test_the_words_name_the_place_the_state_and_what_to_do():
    words = in_words(told("FK20261103-001", now="11-06 14:00"))
    assert words.startswith(
        "FK20261103-001（反馈登记!A2，标准流程）\n  现在：超时 · 复核 · 截止 2026-11-05 14:00\n  该做：复核处理意见"
    )


# --- Days, pauses, rounds, the other clock ----------------------------------------------------------------------------

MAKER = """
反馈登记
编号           | 流程     | 接收时间    | 下次答复时间
FK20260929-001 | 厂家规范 | 09-29 15:00 | 10-20 10:00

处理记录
编号           | 时间        | 事项     | 结果
FK20260929-009 | 09-29 15:30 | 联系客户 | 别的单
FK20260929-001 | 09-29 16:00 | 联系客户 | 已约时间
FK20260929-001 | 10-12 10:00 | 反馈进度 | 在等配件

未了事宜台帐-客户经理
编号           | 转入日期    | 状态 | 完成日期
FK20260929-001 | 09-30 12:00 | 已了 | 10-09 09:00
"""

SALES = """
反馈登记
编号           | 流程         | 接收时间    | 执行完成时间
FK20260929-001 | 汽车销售公司 | 09-29 15:00 | 10-01 10:00

处理记录
编号           | 时间        | 事项     | 结果
FK20260929-001 | 09-29 16:00 | 联系客户 |
FK20260929-001 | 10-03 10:00 | 跟踪回访 | 不满意
FK20260929-001 | 10-05 10:00 | 跟踪回访 | 不满意
FK20260929-001 | 10-10 10:00 | 跟踪回访 | 满意
"""


def explained(text: str, now: str, **more):
    book = load(text.strip())
    number = book.register.frame["编号"].iloc[0]
    (one,) = explain(book, run(book, moment(now)), number, **more)
    return one


def stage(told, rule: str):
    return next(one for one in (*told.stages, *told.beside) if one.rule == rule)


def test_an_entry_of_the_records_is_named_with_its_own_row():
    first = stage(explained(MAKER, "10-12 12:00"), "OEM-01")
    assert (first.start_cells, first.actual_cells) == (("反馈登记!C2",), ("处理记录!B3",))
    assert plain(first.steps[-1]) == "处理记录“联系客户” 2026-09-29 16:00"


def test_a_pause_says_since_when_until_when_and_what_was_left_and_the_days_it_took():
    told = explained(MAKER, "10-12 12:00")
    progress = stage(told, "OEM-02")
    (pause,) = progress.pauses
    assert (pause.since, pause.until, pause.left) == ("2026-09-30T12:00:00", "2026-10-09T09:00:00", "2个工作日")
    assert (progress.due_without_pauses, progress.due) == ("2026-10-09T23:59:00", "2026-10-12T23:59:00")
    assert told.pending_cells == ("未了事宜台帐-客户经理!B2", "未了事宜台帐-客户经理!D2")
    steps = [plain(step) for step in progress.steps]
    assert "未了事宜:2026-09-30 12:00 停表,2026-10-09 09:00 恢复,停时还剩 2个工作日" in steps
    assert "计入 3 天:09-30 周三、10-10 周六(调休上班(国庆节))、10-12 周一" in steps
    assert "不计:09-29 周二 起算当天不计、10-01～10-09 停表、10-11 周日 休息日" in [
        step.replace("~", "～") for step in steps
    ]
    assert [one.day for one in progress.days if one.counted] == ["2026-09-30", "2026-10-10", "2026-10-12"]


def test_a_day_without_a_time_is_said_to_be_one_and_from_when_it_counts():
    day = MAKER.replace("09-29 16:00 | 联系客户", "09-29 | 联系客户")
    first = stage(explained(day, "10-12 12:00"), "OEM-01")
    assert (first.start_by_day, first.actual_by_day, first.verdict) == (False, True, "按时完成")
    assert first.actual_cells == ("处理记录!B3",)
    assert plain(first.steps[-1]) == "处理记录“联系客户” 2026-09-29(只有日期,按当天最早的时刻算)"


def test_a_case_received_on_a_day_says_that_its_limit_counts_from_the_end_of_it():
    told = explained("反馈登记\n编号 | 接收时间\nFK20261120-001 | 11-20", "11-20 15:00")
    report = stage(told, "STD-01")
    assert (report.start_by_day, report.due, told.due) == (True, "2026-11-21T00:59:00", "2026-11-21T00:59:00")
    assert [plain(step) for step in report.steps] == [
        "接收时间 2026-11-20(只有日期,从当天 23:59 算起) + 1小时 = 2026-11-21 00:59",
        "其中照算:11-21 周六 休息日",
        "现在 2026-11-20 15:00,还剩 9小时59分钟",
    ]


def test_a_pause_that_lasts_says_so():
    still = MAKER.replace("| 已了 | 10-09 09:00", "| 未了 |           ").replace(
        "FK20260929-001 | 10-12 10:00 | 反馈进度 | 在等配件\n", ""
    )
    progress = stage(explained(still, "10-12 12:00"), "OEM-02")
    assert progress.verdict == "暂停" and progress.pauses[0].until == ""
    assert any("2026-09-30 12:00 起停表,还没有恢复,停时还剩 2个工作日" in plain(step) for step in progress.steps)


def test_each_round_of_a_stage_is_told_with_its_own_times_and_cells():
    again = stage(explained(SALES, "10-12 12:00"), "SALES-04")
    (first,) = again.earlier
    assert (first.round, first.verdict, first.cells) == (1, "按时完成", ("处理记录!B3", "处理记录!B4"))
    assert (again.round, again.verdict, again.cells) == (2, "超时完成", ("处理记录!B4", "处理记录!B5"))
    words = plain(in_words(explained(SALES, "10-12 12:00")))
    assert "SALES-04 再次回访(第 1 轮)" in words and "SALES-04 再次回访(第 2 轮)" in words


def test_the_other_clock_is_told_for_information_only_where_it_would_decide_otherwise():
    told = explained(SALES, "10-12 12:00")
    again = stage(told, "SALES-04")
    assert [(one.limit, one.due, one.verdict) for one in again.otherwise] == [
        ("72营业小时", "2026-10-16T18:00:00", "按时完成"),
        ("3工作日", "2026-10-10T23:59:00", "按时完成"),
    ]
    assert again.verdict == "超时完成", "it informs; it decides nothing"
    assert stage(told, "SALES-01").otherwise == ()
    assert "供参考:如果按营业小时计" in plain(in_words(told))


def test_opening_hours_say_how_much_of_which_day_was_counted_and_what_was_left_out():
    rules = """
规则
规则号 | 流程     | 环节 | 起点     | 终点     | 时限 | 单位     | 责任角色
STD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | 10   | 营业小时 | 接收人

反馈登记
编号           | 接收时间    | 上报时间
FK20260930-001 | 09-30 17:00 | 10-09 10:00
"""
    first = explained(rules, "10-10 12:00").stages[0]
    assert (first.due, first.verdict) == ("2026-10-09T09:30:00", "超时完成")
    assert [plain(step) for step in first.steps][1:3] == [
        "计入 10小时:09-30 周三 1小时、10-08 周四 8小时、10-09 周五 1小时",
        "不计:10-01~10-07 国庆节放假",
    ]
    assert sum(one.seconds for one in first.days) == 36_000
    assert first.otherwise == (), "by the clock on the wall it would be late as well"


def test_a_promised_answer_stands_beside_the_flow():
    promised = stage(explained(MAKER, "10-13 12:00"), "X-07")
    assert (promised.due, promised.verdict) == ("2026-10-20T10:00:00", "进行中")
    assert promised.cells[0] == "反馈登记!D2" and "X-07" in in_words(explained(MAKER, "10-13 12:00"))


def test_who_was_told_and_what_was_changed_are_part_of_it():
    alerts = {("FK20260929-001", "OEM-01"): [Told("超时", "2026-09-29T17:00:00", "2026-09-29T17:15:00", ("方致远",))]}
    change = Change("FK20260929-001", "接收时间", "2026-09-29 14:00", "2026-09-29 15:00", moment("09-30 08:00"))
    told = explained(MAKER, "10-12 12:00", alerts=alerts, history=History(changes=(change,)))
    words = plain(in_words(told))
    assert "提醒:2026-09-29 17:15 “超时”(截止 2026-09-29 17:00),告知方致远" in words
    assert "2026-09-30 08:00 处理时看到:接收时间 从 2026-09-29 14:00 改为 2026-09-29 15:00" in words
    data = told.as_json()
    assert data["changes"][0]["old"] == "2026-09-29 14:00" and data["stages"][0]["told"][0]["to"] == ("方致远",)


def test_the_json_keeps_the_keys_it_had_and_gives_iso_times():
    data = json.loads(json.dumps(explained(MAKER, "10-12 12:00").as_json()))
    assert list(data)[:9] == ["ticket", "flow", "cell", "current", "due", "state", "todo", "pending", "stages"]
    kept = ["rule", "stage", "source", "limit", "start", "due", "actual", "verdict", "reason", "late_minutes"]
    assert list(data["stages"][0])[:13] == [*kept, "extended", "cells", "steps"]
    assert data["stages"][1]["days"][0] == {
        "day": "2026-09-29",
        "counted": False,
        "seconds": 0,
        "why": "起算当天不计",
    }


def test_a_number_given_before_the_form_says_why_it_is_in_time() -> None:
    book = load("反馈登记\n编号 | 接收时间 | 编号时间\nFK20261103-001 | 11-03 09:00 | 11-03 09:30")
    (one,) = explain(book, run(book, moment("11-03 10:00")), "FK20261103-001")
    given = next(stage for stage in one.stages if stage.rule == "STD-03")
    assert given.verdict == "按时完成"
    assert given.steps == (
        "起点还没有：填单时间",
        "编号时间 2026-11-03 09:30",
        "kesu 在填单时间登记之前就编了号：编号不会超时",
    )
