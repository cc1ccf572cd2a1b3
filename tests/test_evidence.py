"""Two passes over a real file, a hand in between: what the second one states, and what it goes on stating."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from automation import cycle, rest, settings
from automation.journal import Journal
from automation.settings import Settings
from tests.tables import moment, plain, rows_of
from workbook import build
from workbook.finding import Finding

FIRST, SECOND = moment("11-03 12:00"), moment("11-03 12:15")
EVIDENCE = ("EVID-01", "EVID-02", "EVID-03", "NUM-03", "NUM-05", "NUM-07")

BOOK = """
反馈登记
编号           | 接收时间    | 客户姓名 | 车牌号   | 内容概要 | 上报时间    | 满意度 | 归档时间
FK20261103-001 | 11-03 09:00 | 陈静     | 京A12345 | 刹车异响 | 11-03 10:30 |        |
FK20261103-002 | 11-03 09:30 | 周杰     | 京B12345 | 漏油     |             |        |
FK20261103-003 | 11-03 08:00 | 何勇     | 京C12345 | 保养超时 | 11-03 08:30 | 不满意 | 11-03 11:00
"""

STAFF = "\n人员\n姓名 | 角色 | 主次 | 邮箱 | 在岗\n" + "\n".join(
    f"{role}甲 | {role} | 主 | a{place}@example.cn | 是"
    for place, role in enumerate(("接收人", "客户经理", "客户服务中心", "管理部", "主管总经理", "财务部"))
)


def of(folder: Path) -> Settings:
    found, errors = settings.load(None, workbook=folder / "登记.xlsx")
    assert not errors
    return found


def typed(folder: Path, text: str) -> None:
    """The workbook as somebody saves it."""
    (folder / "登记.xlsx").unlink(missing_ok=True)
    build.write(folder / "登记.xlsx", rows_of(text), created=FIRST)


def stated(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(one.rule, plain(one.message)) for one in findings if one.rule in EVIDENCE]


Hand = Callable[[str], str]

KINDS: dict[str, tuple[Hand, list[tuple[str, str]]]] = {
    "a time edited after its stage was late": (
        lambda text: text.replace("10:30", "09:55"),
        [("EVID-01", "“上报时间”原为 2026-11-03 10:30,现为 2026-11-03 09:55(首次发现于 2026-11-03 12:15)")],
    ),
    "a time filled in after a pass had missed it": (
        lambda text: text.replace("漏油     |             ", "漏油     | 11-03 10:00 "),
        [("EVID-01", "“上报时间”原为空,于 2026-11-03 12:00 之后补填为 2026-11-03 10:00(首次发现于 2026-11-03 12:15)")],
    ),
    "a start moved": (
        lambda text: text.replace("11-03 09:30", "11-03 09:40"),
        [("EVID-03", "“接收时间”原为 2026-11-03 09:30,现为 2026-11-03 09:40(首次发现于 2026-11-03 12:15)")],
    ),
    "a closed case opened again": (
        lambda text: text.replace("11-03 11:00", ""),
        [("EVID-02", "“归档时间”原为 2026-11-03 11:00,现为空(首次发现于 2026-11-03 12:15)")],
    ),
    "a closed case changed": (
        lambda text: text.replace("不满意", "满意"),
        [("EVID-02", "“满意度”原为 不满意,现为 满意(首次发现于 2026-11-03 12:15)")],
    ),
    "a row deleted": (
        lambda text: "\n".join(line for line in text.strip().splitlines() if "-002" not in line),
        [
            (
                "NUM-05",
                "编号 FK20261103-002(2026-11-03 09:30 接收)已从登记表中消失,可能整行被删除(首次发现于 2026-11-03 12:15)",
            )
        ],
    ),
    "a number changed": (
        lambda text: text.replace("-002", "-020"),
        [("NUM-03", "编号由 FK20261103-002 被改成了 FK20261103-020(首次发现于 2026-11-03 12:15)")],
    ),
    "a number given to another case": (
        lambda text: text.replace(
            "11-03 09:30 | 周杰     | 京B12345 | 漏油    ", "11-03 11:30 | 马丽 | 京D12345 | 掉漆"
        ),
        [("NUM-07", "编号 FK20261103-002 原来是 2026-11-03 09:30 接收的反馈,现在是 2026-11-03 11:30 接收的另一件")],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_pass_states_what_changed_and_the_third_the_same(kind: str, tmp_path: Path) -> None:
    hand, wanted = KINDS[kind]
    typed(tmp_path, BOOK)
    assert stated(cycle.run(of(tmp_path), FIRST).findings) == []
    typed(tmp_path, hand(BOOK))
    checked = stated(cycle.inspect(of(tmp_path), SECOND).findings)
    with Journal.peek(of(tmp_path).journal) as journal:
        assert journal.past().history.changes == (), "looking stores nothing"
    second = cycle.run(of(tmp_path), SECOND)
    found = stated(second.findings)
    assert found == checked
    assert [rule for rule, _ in found] == [rule for rule, _ in wanted]
    for (_, message), (_, told) in zip(found, wanted, strict=True):
        assert told in message
    again = cycle.run(of(tmp_path), SECOND)
    assert again.plan.changes == () and again.plan.seen == {} and again.plan.edits == ()
    assert stated(cycle.run(of(tmp_path), SECOND + dt.timedelta(minutes=15)).findings) == found


def test_changes_of_before_the_journal_kept_them_are_recorded_silently(tmp_path: Path) -> None:
    typed(tmp_path, BOOK)
    outcome = cycle.run(of(tmp_path), FIRST)
    assert outcome.plan.changes == ()
    assert outcome.plan.seen.keys() == {f"FK20261103-{count:03d}" for count in (1, 2, 3)}


def test_a_change_that_is_told_of_lets_a_pass_rest_until_it_is_told_no_more(tmp_path: Path) -> None:
    typed(tmp_path, BOOK + STAFF)
    cycle.run(of(tmp_path), FIRST)
    typed(tmp_path, BOOK.replace("不满意", "满意") + STAFF)
    cycle.run(of(tmp_path), SECOND)
    last = SECOND + dt.timedelta(days=31) - dt.timedelta(minutes=3)
    for minute in range(2):
        outcome = cycle.run(of(tmp_path), last + dt.timedelta(minutes=minute), sure=True)
    assert outcome.idle and [rule for rule, _ in stated(outcome.findings)] == ["EVID-02"]
    assert rest.until(of(tmp_path), last + dt.timedelta(minutes=1)) == SECOND + dt.timedelta(days=31)
    over = cycle.run(of(tmp_path), SECOND + dt.timedelta(days=31), sure=True)
    assert stated(over.findings) == []
    with Journal.peek(of(tmp_path).journal) as journal:
        assert [change.field for change in journal.past().history.changes] == ["满意度"]
