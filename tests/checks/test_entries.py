"""Entries of 处理记录: of which case, when, by whom (X-07), not before the case (TIME-02)."""

import pytest

from automation.checks import entries
from tests.checks.cases import ERROR, WARNING, Case, look

REGISTER = "反馈登记\n编号 | 接收时间\nFK20261103-001 | 11-03 09:00"
RECORDS = "处理记录\n编号 | 时间 | 事项 | 经手人"


def book(*lines: str) -> str:
    return "\n".join((REGISTER, "", RECORDS, *lines))


CASES = (
    Case(
        "an entry of a ticket that does not exist",
        "X-07",
        "处理记录!A2",
        WARNING,
        "编号 FK20261103-002 不在反馈登记中",
        book("FK20261103-002 | 11-03 10:00 | 措施 | 张伟"),
        ("FK20261103-002", "FK20261103-001"),
    ),
    Case(
        "an entry of no ticket at all",
        "X-07",
        "处理记录!A2",
        WARNING,
        "这条处理记录没有编号",
        book(" | 11-03 10:00 | 措施 | 张伟"),
        (f"{RECORDS}\n | ", f"{RECORDS}\nFK20261103-001 | "),
        hints="填写反馈登记中的编号",
    ),
    Case(
        "an answer without its time",
        "X-07",
        "处理记录!B2",
        WARNING,
        "答复客户没有填写时间",
        book("FK20261103-001 | | 答复客户 | 张伟"),
        ("答复客户", "调查"),
    ),
    Case(
        "an answer by nobody",
        "X-07",
        "处理记录!D2",
        WARNING,
        "反馈结果没有填写经手人",
        book("FK20261103-001 | 11-03 10:00 | 反馈结果 | "),
        ("反馈结果 | ", "反馈结果 | 张伟"),
    ),
    Case(
        "something done before the case was heard of",
        "TIME-02",
        "处理记录!B2",
        ERROR,
        "“时间”2026-11-03 08:59 早于本单“接收时间”2026-11-03 09:00",
        book("FK20261103-001 | 11-03 08:59 | 调查 | 张伟"),
        ("11-03 08:59", "11-03"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_entry_that_proves_nothing_is_found(case: Case) -> None:
    case.must_be_found(entries.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_entry_in_order_is_left_alone(case: Case) -> None:
    case.must_be_spared(entries.CHECKS)


def test_a_time_that_cannot_be_read_is_spoken_of_by_the_reader() -> None:
    text = book('FK20261103-001 | "昨天下午" | 答复客户 | 张伟')
    assert look(entries.CHECKS, CASES[0].facts(text)) == []
