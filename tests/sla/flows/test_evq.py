"""Worked cases of EVQ.

Application, approval by the leadership before anything is carried out, the result tracked. No limits in the
source.
"""
# ruff: noqa: E501

from __future__ import annotations

import pytest

from tests.sla.flows import stories

FLOW = "重大质量事故"

STORIES = {
    # Nothing is ever late but the filing; days without a time count from their last minute.
    "a replacement from application to filing": """
接收 11-03 09:00; 申请 11-04; 批准 11-06; 执行 11-10 10:00; 跟踪回访 11-12 10:00; 归档 11-17 23:59:59

现在           | 当前环节 | 截止时间    | 状态   | 提交申请 | 领导批准 | 办理   | 跟踪结果 | 归档
11-03 10:00    | 提交申请 |             | 正常   | 进行中   | 未到     | 未到   | 未到     | 未到
11-04 09:00    | 领导批准 |             | 正常   | 已完成   | 进行中   | 未到   | 未到     | 未到
11-06 09:00    | 办理     |             | 正常   | 已完成   | 已完成   | 进行中 | 未到     | 未到
11-10 10:00    | 跟踪结果 |             | 正常   | 已完成   | 已完成   | 已完成 | 进行中   | 未到
11-12 10:00    | 归档     | 11-17 23:59 | 正常   | 已完成   | 已完成   | 已完成 | 已完成   | 进行中
11-16 20:00    | 归档     | 11-17 23:59 | 临近   | 已完成   | 已完成   | 已完成 | 已完成   | 临近
11-17 23:59:59 |          |             | 已办结 | 已完成   | 已完成   | 已完成 | 已完成   | 按时完成

环节     | 起点        | 截止        | 完成           | 判定
提交申请 | 11-03 09:00 |             | 11-04 00:00    | 已完成
领导批准 | 11-04 23:59 |             | 11-06 00:00    | 已完成
办理     | 11-06 23:59 |             | 11-10 10:00    | 已完成
归档     | 11-12 10:00 | 11-17 23:59 | 11-17 23:59:59 | 按时完成
""",
    # Dates without a time of the same day end what they follow.
    "applied, approved and carried out on one day": """
接收 11-03 09:00; 申请 11-03; 批准 11-03; 执行 11-03; 跟踪回访 16:00

现在        | 当前环节 | 截止时间    | 状态 | 提交申请 | 领导批准 | 办理   | 跟踪结果 | 归档
11-03 17:00 | 归档     | 11-10 23:59 | 正常 | 已完成   | 已完成   | 已完成 | 已完成   | 进行中
11-11 00:00 | 归档     | 11-10 23:59 | 超时 | 已完成   | 已完成   | 已完成 | 已完成   | 超时

环节     | 起点        | 截止 | 完成        | 判定
提交申请 | 11-03 09:00 |      | 11-03 09:00 | 已完成
领导批准 | 11-03 00:00 |      | 11-03 00:00 | 已完成
办理     | 11-03 00:00 |      | 11-03 00:00 | 已完成
跟踪结果 | 11-03 16:00 |      | 11-03 16:00 | 已完成
""",
    # By Tuesday the 17th, a minute missed.
    "filed late": """
接收 11-03 09:00; 申请 11-04; 批准 11-06; 执行 11-10 10:00; 跟踪回访 11-12 10:00; 归档 11-18 00:00

现在        | 当前环节 | 截止时间 | 状态   | 提交申请 | 领导批准 | 办理   | 跟踪结果 | 归档
11-18 00:00 |          |          | 已办结 | 已完成   | 已完成   | 已完成 | 已完成   | 超时完成

环节 | 起点        | 截止        | 完成        | 判定
归档 | 11-12 10:00 | 11-17 23:59 | 11-18 00:00 | 超时完成
""",
    # Where the clock has started it stands still.
    "a pending item at every stage": """
接收 11-03 09:00; 未了 10:00 ~ 11:00; 申请 11-04 09:00; 未了 10:00 ~ 11:00; 批准 11-05 09:00; 未了 10:00 ~ 11:00; 执行 11-06 09:00; 未了 10:00 ~ 11:00; 跟踪回访 11-07 09:00; 未了 10:00 ~ 11-10 11:00; 归档 11-17 09:00

现在        | 当前环节 | 截止时间    | 状态     | 提交申请 | 领导批准 | 办理   | 跟踪结果 | 归档
11-03 10:30 | 提交申请 | 12-04 23:59 | 未了事宜 | 暂停     | 未到     | 未到   | 未到     | 未到
11-04 10:30 | 领导批准 | 12-04 23:59 | 未了事宜 | 已完成   | 暂停     | 未到   | 未到     | 未到
11-05 10:30 | 办理     | 12-04 23:59 | 未了事宜 | 已完成   | 已完成   | 暂停   | 未到     | 未到
11-06 10:30 | 跟踪结果 | 12-04 23:59 | 未了事宜 | 已完成   | 已完成   | 已完成 | 暂停     | 未到
11-07 10:30 | 归档     | 12-04 23:59 | 未了事宜 | 已完成   | 已完成   | 已完成 | 已完成   | 暂停
11-10 11:00 | 归档     | 11-17 23:59 | 正常     | 已完成   | 已完成   | 已完成 | 已完成   | 进行中
11-17 09:00 |          |             | 已办结   | 已完成   | 已完成   | 已完成 | 已完成   | 按时完成

环节 | 起点        | 截止        | 完成        | 判定
归档 | 11-07 09:00 | 11-17 23:59 | 11-17 09:00 | 按时完成
""",
    # What comes after it is done: the approval is forgotten or never was, which is a finding of its own.
    "carried out without an approval on record": """
接收 11-03 09:00; 申请 11-04; 执行 11-06

现在        | 当前环节 | 截止时间 | 状态 | 提交申请 | 领导批准 | 办理   | 跟踪结果 | 归档
11-06 09:00 | 跟踪结果 |          | 正常 | 已完成   | 漏填     | 缺起点 | 进行中   | 未到
""",
    # Filed: all of it is missing.
    "filed without anything on record": """
接收 11-03 09:00; 归档 11-04 09:00

现在        | 当前环节 | 截止时间 | 状态   | 提交申请 | 领导批准 | 办理 | 跟踪结果 | 归档
11-04 09:00 |          |          | 已办结 | 漏填     | 漏填     | 漏填 | 漏填     | 缺起点
""",
}


@pytest.mark.parametrize("name", STORIES)
def test_the_case_stands_as_a_manager_would_say(name: str) -> None:
    one = stories.story(FLOW, STORIES[name])
    assert [stories.seen(one, look) for look in one.looks] == one.looks
    assert not one.rounds or stories.rounds(one) == one.rounds
