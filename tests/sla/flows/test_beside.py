"""Worked cases of the deadlines beside every flow: the call on the third day (X-01), the promised answer (X-07)."""

from __future__ import annotations

import pytest

from tests import tables
from tests.sla.flows import told
from tests.sla.flows.stories import SHORT, short

# Three days of 24 hours from the completion, calls on rest days included; a follow-up is as good. In a closed case nobody
# owes a call: whether there was one cannot be told.
CALLS = """
完成        | 归档        | 做了什么             | 现在           | 截止        | 判定
            |             |                      | 11-05 10:00    |             | 未到
            | 11-04 10:00 |                      | 11-05 10:00    |             | 无需
11-05 10:00 |             |                      | 11-07 15:59:59 | 11-08 10:00 | 进行中
11-05 10:00 |             |                      | 11-07 16:00    | 11-08 10:00 | 临近
11-05 10:00 |             |                      | 11-08 10:00:01 | 11-08 10:00 | 超时
11-05 10:00 |             | 11-08 10:00 三日回访 | 11-09 10:00    | 11-08 10:00 | 按时完成
11-05 10:00 |             | 11-06 10:00 跟踪回访 | 11-09 10:00    | 11-08 10:00 | 按时完成
11-05 10:00 |             | 11-08 10:01 三日回访 | 11-09 10:00    | 11-08 10:00 | 超时完成
11-05 10:00 |             | 11-04 10:00 跟踪回访 | 11-06 10:00    | 11-08 10:00 | 进行中
11-05 10:00 |             | 11-06 10:00 调查     | 11-06 10:00    | 11-08 10:00 | 进行中
11-05 10:00 | 11-06 10:00 |                      | 11-09 10:00    | 11-08 10:00 | 漏填
            |             | 11-06 10:00 三日回访 | 11-06 10:00    |             | 缺起点
11-05       |             |                      | 11-08 23:59    | 11-08 23:59 | 临近
11-05       |             |                      | 11-08 23:59:01 | 11-08 23:59 | 超时
11-05       |             | 11-05 10:00 三日回访 | 11-09 10:00    | 11-08 23:59 | 按时完成
11-05       |             | 11-05 三日回访       | 11-09 10:00    | 11-08 23:59 | 按时完成
11-05 10:00 |             | 11-05 三日回访       | 11-09 10:00    | 11-08 10:00 | 按时完成
11-05 10:00 |             | 11-08 三日回访       | 11-09 10:00    | 11-08 10:00 | 按时完成
11-05 10:00 |             | 11-09 三日回访       | 11-09 10:00    | 11-08 10:00 | 超时完成
11-05 10:00 |             | 11-04 三日回访       | 11-06 10:00    | 11-08 10:00 | 进行中
"""

# What was promised is due when it was promised, at risk from an hour before. Nobody saw when it was given: it counts from
# now, and once it is due from the beginning of its day, so that an answer of the day before is none to it. Who promised a
# day has all of it. An answer without a time of the day on which a promise was given is the one that gave it.
PROMISES = """
承诺        | 归档        | 做了什么             | 现在           | 截止        | 判定
            |             |                      | 11-05 10:00    |             | 未到
            | 11-04 10:00 |                      | 11-05 10:00    |             | 无需
11-05 15:00 |             |                      | 11-05 13:59:59 | 11-05 15:00 | 进行中
11-05 15:00 |             |                      | 11-05 14:00    | 11-05 15:00 | 临近
11-05 15:00 |             |                      | 11-05 15:00    | 11-05 15:00 | 临近
11-05 15:00 |             |                      | 11-05 15:00:01 | 11-05 15:00 | 超时
11-05 15:00 |             | 11-05 15:00 答复客户 | 11-05 16:00    | 11-05 15:00 | 按时完成
11-05 15:00 |             | 11-05 09:00 反馈进度 | 11-05 16:00    | 11-05 15:00 | 按时完成
11-05 15:00 |             | 11-05 15:01 反馈结果 | 11-05 16:00    | 11-05 15:00 | 超时完成
11-05 15:00 |             | 11-04 15:00 答复客户 | 11-05 16:00    | 11-05 15:00 | 超时
11-05 15:00 |             | 11-05 09:00 调查     | 11-05 16:00    | 11-05 15:00 | 超时
11-05 15:00 | 11-06 09:00 |                      | 11-06 10:00    | 11-05 15:00 | 漏填
11-05       |             |                      | 11-05 22:58    | 11-05 23:59 | 进行中
11-05       |             |                      | 11-05 22:59    | 11-05 23:59 | 临近
11-05       |             |                      | 11-05 23:59:59 | 11-05 23:59 | 临近
11-05       |             |                      | 11-06 00:00    | 11-05 23:59 | 超时
11-05       |             | 11-05 23:59:59 答复客户 | 11-06 10:00 | 11-05 23:59 | 按时完成
11-05       |             | 11-05 09:00 答复客户 | 11-05 10:00    | 11-05 23:59 | 按时完成
11-05       |             | 11-05 答复客户       | 11-06 10:00    | 11-05 23:59 | 按时完成
11-05       |             | 11-06 答复客户       | 11-06 10:00    | 11-05 23:59 | 超时完成
11-05       |             | 11-04 答复客户       | 11-06 10:00    | 11-05 23:59 | 超时
11-07       |             | 11-05 答复客户       | 11-05 10:00    | 11-07 23:59 | 进行中
11-05 15:00 |             | 11-05 答复客户       | 11-05 16:00    | 11-05 15:00 | 按时完成
"""


# A case of 广汽丰田 filed on the 6th is opened again by an appeal: what was promised for a time after that is owed, what fell
# due before is as little known as it was. The call of the third day goes with the completion.
REOPENED = """
完成        | 承诺        | 申诉        | 做了什么             | 现在        | 规则 | 截止        | 判定
            | 11-10 09:00 |             |                      | 11-10 18:00 | X-07 | 11-10 09:00 | 漏填
            | 11-10 09:00 | 11-09 09:00 |                      | 11-09 10:00 | X-07 | 11-10 09:00 | 进行中
            | 11-10 09:00 | 11-09 09:00 |                      | 11-10 18:00 | X-07 | 11-10 09:00 | 超时
            | 11-10 09:00 | 11-09 09:00 | 11-10 08:00 答复客户 | 11-10 18:00 | X-07 | 11-10 09:00 | 按时完成
            | 11-05 15:00 | 11-09 09:00 |                      | 11-10 18:00 | X-07 | 11-05 15:00 | 漏填
            |             | 11-09 09:00 |                      | 11-10 18:00 | X-07 |             | 未到
11-04 09:00 |             | 11-09 09:00 |                      | 11-10 18:00 | X-01 | 11-07 09:00 | 漏填
11-09 12:00 |             | 11-09 09:00 |                      | 11-10 18:00 | X-01 | 11-12 12:00 | 进行中
"""


def rows(text: str) -> list[dict[str, str]]:
    heads, *lines = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    return [dict(zip(heads, line, strict=True)) for line in lines]


def said(rule: str, row: dict[str, str]) -> tuple[str, str]:
    """Due and verdict."""
    times = {
        "执行完成时间": row.get("完成"),
        "下次答复时间": row.get("承诺"),
        "归档时间": row.get("归档", "11-06 10:00"),
    }
    ticket = {name: tables.moment(at) if at else None for name, at in times.items()}
    ticket |= {"编号": "FK20261103-001", "接收时间": tables.moment("11-03 09:00"), "流程": row.get("流程", "")}
    time, _, what = row["做了什么"].rpartition(" ")
    entries = [{"编号": "FK20261103-001", "时间": tables.moment(time), "事项": what}] if what else []
    if row.get("申诉"):
        entries.append({"编号": "FK20261103-001", "时间": tables.moment(row["申诉"]), "事项": "申诉"})
    clocks = tables.run(tables.typed({"反馈登记": [ticket], "处理记录": entries}), tables.moment(row["现在"]))
    (stage,) = (told.stages_of(beside.clock)[0] for beside in clocks.beside if beside.clock.rule.id == rule)
    return short(stage.due), SHORT.get(stage.verdict, stage.verdict)


@pytest.mark.parametrize("row", rows(CALLS), ids=lambda row: f"{row['做了什么']} {row['现在']} {row['判定']}")
def test_a_call_is_due_three_days_after_the_completion(row: dict[str, str]) -> None:
    assert said("X-01", row) == (row["截止"], row["判定"])


@pytest.mark.parametrize("row", rows(PROMISES), ids=lambda row: f"{row['做了什么']} {row['现在']} {row['判定']}")
def test_an_answer_is_due_when_it_was_promised(row: dict[str, str]) -> None:
    assert said("X-07", row) == (row["截止"], row["判定"])


@pytest.mark.parametrize("row", rows(REOPENED), ids=lambda row: f"{row['规则']} {row['申诉']} {row['判定']}")
def test_a_case_opened_again_owes_what_falls_due_afterwards(row: dict[str, str]) -> None:
    assert said(row["规则"], row | {"流程": "广汽丰田"}) == (row["截止"], row["判定"])
