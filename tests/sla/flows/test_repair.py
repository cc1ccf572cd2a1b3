"""Worked cases of REPAIR.

An answer with its reasons within 24 hours.
"""

from __future__ import annotations

import pytest

from tests.sla.flows import stories

FLOW = "维修企业"

STORIES = {
    # 24 hours by the wall clock; filed on the Tuesday after.
    "answered in time": """
接收 11-06 17:00; 答复客户 11-07 17:00; 归档 11-10 23:59:59

现在           | 当前环节 | 截止时间    | 状态   | 答复客户 | 归档
11-06 16:59    | 答复客户 |             | 暂停   | 缺起点   | 未到
11-07 10:59:59 | 答复客户 | 11-07 17:00 | 正常   | 进行中   | 未到
11-07 11:00    | 答复客户 | 11-07 17:00 | 临近   | 临近     | 未到
11-07 17:00    | 归档     | 11-10 23:59 | 正常   | 按时完成 | 进行中
11-10 04:44:15 | 归档     | 11-10 23:59 | 临近   | 按时完成 | 临近
11-10 23:59:59 |          |             | 已办结 | 按时完成 | 按时完成

环节     | 起点        | 截止        | 完成           | 判定
答复客户 | 11-06 17:00 | 11-07 17:00 | 11-07 17:00    | 按时完成
归档     | 11-07 17:00 | 11-10 23:59 | 11-10 23:59:59 | 按时完成
""",
    # Done after the limit is late for ever; the day of filing ends with its last minute.
    "answered a second late, filed a minute late": """
接收 11-06 17:00; 反馈结果 11-07 17:00:01; 归档 11-11 00:00

现在           | 当前环节 | 截止时间    | 状态   | 答复客户 | 归档
11-07 17:00    | 答复客户 | 11-07 17:00 | 临近   | 临近     | 未到
11-07 17:00:01 | 归档     | 11-10 23:59 | 正常   | 超时完成 | 进行中
11-10 23:59:59 | 归档     | 11-10 23:59 | 临近   | 超时完成 | 临近
11-11 00:00    |          |             | 已办结 | 超时完成 | 超时完成

环节     | 起点           | 截止        | 完成           | 判定
答复客户 | 11-06 17:00    | 11-07 17:00 | 11-07 17:00:01 | 超时完成
归档     | 11-07 17:00:01 | 11-10 23:59 | 11-11 00:00    | 超时完成
""",
    # Past due it is late, filing has not been reached.
    "late and still open": """
接收 11-06 17:00

现在           | 当前环节 | 截止时间    | 状态 | 答复客户 | 归档
11-07 17:00    | 答复客户 | 11-07 17:00 | 临近 | 临近     | 未到
11-07 17:00:01 | 答复客户 | 11-07 17:00 | 超时 | 超时     | 未到
12-01 09:00    | 答复客户 | 11-07 17:00 | 超时 | 超时     | 未到
""",
    # Nothing but the filing is left, and its Tuesday is over.
    "filing overlooked": """
接收 11-06 17:00; 答复客户 18:00

现在           | 当前环节 | 截止时间    | 状态 | 答复客户 | 归档
11-10 23:59:59 | 归档     | 11-10 23:59 | 临近 | 按时完成 | 临近
11-11 00:00    | 归档     | 11-10 23:59 | 超时 | 按时完成 | 超时

环节 | 起点        | 截止        | 完成 | 判定
归档 | 11-06 18:00 | 11-10 23:59 |      | 超时
""",
    # 4 hours were gone on Friday at 21:00; back on Monday at 08:00, due on Tuesday at 04:00.
    "a pending item with 20 hours left": """
接收 11-06 17:00; 未了 21:00 ~ 11-09 08:00; 答复客户 11-10 04:00; 未了 05:00 ~ 06:00; 归档 11-17 09:00

现在        | 当前环节 | 截止时间    | 状态     | 答复客户 | 归档
11-07 17:01 | 答复客户 | 12-04 23:59 | 未了事宜 | 暂停     | 未到
11-09 08:00 | 答复客户 | 11-10 04:00 | 正常     | 进行中   | 未到
11-09 22:00 | 答复客户 | 11-10 04:00 | 临近     | 临近     | 未到
11-10 04:00 | 归档     | 11-17 23:59 | 正常     | 按时完成 | 进行中
11-10 05:30 | 归档     | 12-04 23:59 | 未了事宜 | 按时完成 | 暂停
11-17 09:00 |          |             | 已办结   | 按时完成 | 按时完成

环节     | 起点        | 截止        | 完成        | 判定
答复客户 | 11-06 17:00 | 11-10 04:00 | 11-10 04:00 | 按时完成
归档     | 11-10 04:00 | 11-17 23:59 | 11-17 09:00 | 按时完成
""",
    # In on the 7th, from its midnight; done on the 8th, until the midnight after: 7 hours were gone, 17 are left.
    "a pending item by days alone": """
接收 11-06 17:00; 未了 11-07 ~ 11-08

现在        | 当前环节 | 截止时间    | 状态     | 答复客户 | 归档
11-07 00:00 | 答复客户 | 12-04 23:59 | 未了事宜 | 暂停     | 未到
11-08 12:00 | 答复客户 | 11-09 17:00 | 正常     | 进行中   | 未到
11-09 16:59 | 答复客户 | 11-09 17:00 | 临近     | 临近     | 未到

环节     | 起点        | 截止        | 完成 | 判定
答复客户 | 11-06 17:00 | 11-09 17:00 |      | 临近
""",
    # What was done before a stage began does not stop it.
    "an answer from before the complaint is none to it": """
接收 11-06 17:00; 答复客户 16:00

现在        | 当前环节 | 截止时间    | 状态 | 答复客户 | 归档
11-06 18:00 | 答复客户 | 11-07 17:00 | 正常 | 进行中   | 未到
""",
    # Nothing can be counted without 接收时间; what is done is done all the same.
    "no time of receipt": """
答复客户 11-06 18:00; 归档 11-09 09:00

现在        | 当前环节 | 截止时间    | 状态   | 答复客户 | 归档
11-06 17:00 | 答复客户 |             | 暂停   | 缺起点   | 未到
11-06 18:00 | 归档     | 11-10 23:59 | 正常   | 缺起点   | 进行中
11-09 09:00 |          |             | 已办结 | 缺起点   | 按时完成
""",
    # Filed: whether there was an answer in time nobody can say.
    "filed without an answer on record": """
接收 11-06 17:00; 归档 11-09 09:00

现在        | 当前环节 | 截止时间 | 状态   | 答复客户 | 归档
11-09 09:00 |          |          | 已办结 | 漏填     | 缺起点
""",
    # The filing was before the end of what it files.
    "answered only after it was filed": """
接收 11-06 17:00; 归档 11-07 09:00; 答复客户 11-07 10:00

现在        | 当前环节 | 截止时间 | 状态   | 答复客户 | 归档
11-07 10:00 |          |          | 已办结 | 按时完成 | 颠倒

环节 | 起点        | 截止        | 完成        | 判定
归档 | 11-07 10:00 | 11-10 23:59 | 11-07 09:00 | 颠倒
""",
}


@pytest.mark.parametrize("name", STORIES)
def test_the_case_stands_as_a_manager_would_say(name: str) -> None:
    one = stories.story(FLOW, STORIES[name])
    assert [stories.seen(one, look) for look in one.looks] == one.looks
    assert not one.rounds or stories.rounds(one) == one.rounds
