"""Worked cases of times that are dates alone: nobody is late by a time of day that was never written down."""

from __future__ import annotations

import pytest

from tests.sla.flows import stories

STORIES = {
    # Two hours from the last minute of the day; called that evening, or by then.
    "received on a day, called that evening": """
厂家规范
接收 11-20; 联系客户 20:00

现在        | 当前环节 | 截止时间    | 状态 | 电话联系
11-20 08:00 | 电话联系 | 11-21 01:59 | 正常 | 进行中
11-20 19:59 | 电话联系 | 11-21 01:59 | 正常 | 进行中
11-20 20:00 | 反馈进度 | 11-25 23:59 | 正常 | 按时完成

环节     | 起点        | 截止        | 完成        | 判定
电话联系 | 11-20 20:00 | 11-21 01:59 | 11-20 20:00 | 按时完成
""",
    "received on a day, late once two hours of the next are over": """
厂家规范
接收 11-20; 联系客户 11-21 02:00

现在           | 当前环节 | 截止时间    | 状态 | 电话联系
11-21 01:28    | 电话联系 | 11-21 01:59 | 正常 | 进行中
11-21 01:29    | 电话联系 | 11-21 01:59 | 临近 | 临近
11-21 01:59    | 电话联系 | 11-21 01:59 | 临近 | 临近
11-21 01:59:01 | 电话联系 | 11-21 01:59 | 超时 | 超时
11-21 02:00    | 反馈进度 | 11-25 23:59 | 正常 | 超时完成

环节     | 起点        | 截止        | 完成        | 判定
电话联系 | 11-20 23:59 | 11-21 01:59 | 11-21 02:00 | 超时完成
""",
    # The customer was called that day, nobody wrote down when.
    "called on the day of the receipt": """
厂家规范
接收 11-20 09:00; 联系客户 11-20

现在        | 当前环节 | 截止时间    | 状态 | 电话联系
11-20 17:00 | 反馈进度 | 11-25 23:59 | 正常 | 按时完成

环节     | 起点        | 截止        | 完成        | 判定
电话联系 | 11-20 09:00 | 11-20 11:00 | 11-20 09:00 | 按时完成
""",
    "received and called on one day": """
厂家规范
接收 11-20; 联系客户 11-20

现在        | 当前环节 | 截止时间    | 状态 | 电话联系
11-20 08:00 | 反馈进度 | 11-25 23:59 | 正常 | 按时完成
""",
    "called the day after": """
厂家规范
接收 11-20 09:00; 联系客户 11-21

现在        | 当前环节 | 截止时间    | 状态 | 电话联系
11-23 09:00 | 反馈进度 | 11-25 23:59 | 正常 | 超时完成
""",
    # Within 24 hours of 09:00, the next day may have begun in time.
    "answered on the day after, within 24 hours": """
维修企业
接收 11-20 09:00; 答复客户 11-21

现在        | 当前环节 | 截止时间    | 状态 | 答复客户
11-23 09:00 | 归档     | 11-24 23:59 | 正常 | 按时完成

环节     | 起点        | 截止        | 完成        | 判定
答复客户 | 11-20 09:00 | 11-21 09:00 | 11-21 00:00 | 按时完成
归档     | 11-21 23:59 | 11-24 23:59 |             | 进行中
""",
    "called the day before the receipt": """
厂家规范
接收 11-20; 联系客户 11-19

现在        | 当前环节 | 截止时间    | 状态 | 电话联系
11-20 17:00 | 电话联系 | 11-21 01:59 | 正常 | 进行中
""",
    # What the next stage goes on from is a day: it counts from the end of it.
    "a stage that goes on from a day": """
汽车销售公司
接收 11-03 09:00; 联系客户 10:00; 完成 11-05; 跟踪回访 11-08 23:59

现在        | 当前环节 | 截止时间    | 状态 | 处理完成 | 跟踪回访
11-08 10:00 | 跟踪回访 | 11-08 23:59 | 临近 | 已完成   | 临近
11-08 23:59 | 改善计划 |             | 正常 | 已完成   | 按时完成
""",
    # Told the result, and not content with it, all on one day: the sheet has them in order.
    "an appeal on the day of the result": """
广汽丰田
接收 11-02; 联系客户 11-02; 反馈结果 11-04; 申诉 11-04; 联系客户 11-05; 反馈结果 11-06

现在        | 当前环节 | 截止时间    | 状态 | 联系客户 | 反馈结果 | 申诉联系 | 申诉结果
11-04 10:00 | 申诉联系 | 11-09 23:59 | 正常 | 按时完成 | 按时完成 | 进行中   | 进行中
11-05 10:00 | 申诉结果 | 11-11 23:59 | 正常 | 按时完成 | 按时完成 | 按时完成 | 进行中
11-06 10:00 | 归档     | 11-10 23:59 | 正常 | 按时完成 | 按时完成 | 按时完成 | 按时完成
""",
    # A follow-up that opens the next does not end it, the one below it does.
    "followed up twice on one day": """
汽车销售公司
接收 11-03 09:00; 联系客户 10:00; 完成 11-05; 不满意 11-06; 跟踪回访 11-06

现在        | 当前环节 | 截止时间    | 状态 | 跟踪回访 | 再次回访
11-06 10:00 | 改善计划 |             | 正常 | 按时完成 | 按时完成
""",
    "followed up in vain on a day": """
汽车销售公司
接收 11-03 09:00; 联系客户 10:00; 完成 11-05; 不满意 11-06

现在           | 当前环节 | 截止时间    | 状态 | 跟踪回访 | 再次回访
11-06 10:00    | 再次回访 | 11-09 23:59 | 正常 | 按时完成 | 进行中
11-09 23:59:01 | 再次回访 | 11-09 23:59 | 超时 | 按时完成 | 超时
""",
    # The archive ends the day.
    "filed on the day of the appeal": """
广汽丰田
接收 11-02; 联系客户 11-02; 反馈结果 11-03; 申诉 11-04 10:00; 联系客户 11:00; 反馈结果 12:00; 归档 11-04

现在        | 当前环节 | 截止时间 | 状态   | 申诉联系 | 申诉结果 | 归档
11-04 13:00 |          |          | 已办结 | 按时完成 | 按时完成 | 按时完成
""",
}


@pytest.mark.parametrize("name", STORIES)
def test_a_date_without_a_time_makes_nobody_late(name: str) -> None:
    flow, text = STORIES[name].strip().split("\n", 1)
    one = stories.story(flow, text)
    assert [stories.seen(one, look) for look in one.looks] == one.looks
    assert not one.rounds or stories.rounds(one) == one.rounds
