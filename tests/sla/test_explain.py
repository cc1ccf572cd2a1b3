"""`kesu explain`: every verdict with its rule, source, cells and arithmetic."""

from __future__ import annotations

from automation.sla.explain import explain, in_words
from tests.tables import load, moment, run

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
