"""A rule typed over between two passes: what it did to cases judged before is stated, once seen, for a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from automation import cycle, enactments, rest, settings
from automation.settings import Settings
from automation.sla import rulesheet
from automation.sla.defaults import DEFAULT_RULES
from tests import tables
from tests.tables import moment, plain, rows_of
from workbook import build
from workbook.finding import Finding

FIRST, SECOND = moment("11-03 12:00"), moment("11-03 12:15")

BOOK = """
反馈登记
编号           | 接收时间    | 客户姓名 | 车牌号   | 内容概要 | 上报时间
FK20261103-001 | 11-03 09:00 | 陈静     | 京A12345 | 刹车异响 | 11-03 10:30
FK20261103-002 | 11-03 09:30 | 周杰     | 京B12345 | 漏油     | 11-03 10:10
"""

RULES = """
规则
规则号 | 流程     | 环节 | 起点     | 终点     | 时限 | 单位 | 责任角色 | 上报角色 | 生效日期
STD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | 1    | 小时 | 接收人   | 客户经理 |
"""

STAFF = """
人员
姓名 | 角色   | 主次 | 邮箱          | 在岗
张三 | 接收人 | 主   | a1@example.cn | 是
"""


def of(folder: Path) -> Settings:
    found, errors = settings.load(None, workbook=folder / "登记.xlsx")
    assert not errors
    return found


def run(folder: Path, text: str, now: dt.datetime, changes: Mapping[str, str] | None = None) -> cycle.Outcome:
    """A pass over the workbook as somebody saved it after ``changes`` were typed into the text."""
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    (folder / "登记.xlsx").unlink(missing_ok=True)
    build.write(folder / "登记.xlsx", rows_of(text + STAFF), created=FIRST)
    return cycle.run(of(folder), now)


def stated(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(str(one.where), plain(one.message)) for one in findings if one.rule == "EVID-05"]


LONGER = {"| 1    | 小时": "| 2    | 小时"}
"""With two hours instead of one the first ticket, late until now, is on time."""


def test_a_limit_typed_over_is_stated_at_its_cell_with_what_it_turned(tmp_path: Path) -> None:
    """EVID-05."""
    assert stated(run(tmp_path, BOOK + RULES, FIRST).findings) == []
    checked = run(tmp_path, BOOK + RULES, SECOND, LONGER)
    ((where, told),) = stated(checked.findings)
    assert where == "规则!F3"
    assert "STD-01“上报”的时限原为“1”,现为“2”(改于 2026-11-03 12:00 至 2026-11-03 12:15)" in told
    assert "1 个环节由超时变为按时" in told
    again = run(tmp_path, BOOK + RULES, SECOND + dt.timedelta(days=1), LONGER)
    assert stated(again.findings) == [(where, told)]


@pytest.mark.parametrize(
    "changes",
    [
        {"责任角色 | 上报角色": "责任角色 | 出处    "},
        {"| 客户经理 |\n": "| 管理部 |\n"},
        {
            "| 客户经理 |\n": "| 客户经理 |\nSTD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | 2 | 小时 | 接收人 | 客户经理 | 2026-11-04\n"
        },
    ],
    ids=["a column left out", "another role", "a new row for tickets from tomorrow"],
)
def test_a_change_that_turns_no_verdict_is_not_stated(changes: Mapping[str, str], tmp_path: Path) -> None:
    run(tmp_path, BOOK + RULES, FIRST)
    assert stated(run(tmp_path, BOOK + RULES, SECOND, changes).findings) == []


def test_a_new_row_that_reaches_back_is_stated(tmp_path: Path) -> None:
    """EVID-05."""
    run(tmp_path, BOOK + RULES, FIRST)
    back = "STD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | 2 | 小时 | 接收人 | 客户经理 | 2026-11-01\n"
    ((where, told),) = stated(run(tmp_path, BOOK + RULES + back, SECOND).findings)
    assert where == "规则!F4" and "1 个环节由超时变为按时" in told


def test_what_is_changed_back_is_told_no_more(tmp_path: Path) -> None:
    run(tmp_path, BOOK + RULES, FIRST)
    run(tmp_path, BOOK + RULES, SECOND, LONGER)
    assert stated(run(tmp_path, BOOK + RULES, SECOND + dt.timedelta(hours=1)).findings) == []


def test_looking_keeps_nothing_and_says_the_same(tmp_path: Path) -> None:
    run(tmp_path, BOOK + RULES, FIRST)
    text = (BOOK + RULES).replace("| 1    | 小时", "| 2    | 小时")
    (tmp_path / "登记.xlsx").unlink()
    build.write(tmp_path / "登记.xlsx", rows_of(text + STAFF), created=FIRST)
    looked = stated(cycle.inspect(of(tmp_path), SECOND).findings)
    assert len(looked) == 1
    assert stated(cycle.run(of(tmp_path), SECOND).findings) == looked


def test_after_a_month_it_is_told_no_more_and_until_then_a_pass_may_rest(tmp_path: Path) -> None:
    run(tmp_path, BOOK + RULES, FIRST)
    run(tmp_path, BOOK + RULES, SECOND, LONGER)
    last = SECOND + dt.timedelta(days=31) - dt.timedelta(minutes=2)
    for minute in range(2):
        assert len(stated(cycle.run(of(tmp_path), last + dt.timedelta(minutes=minute)).findings)) == 1
    until = rest.until(of(tmp_path), last + dt.timedelta(minutes=1))
    assert until is None or until <= SECOND + dt.timedelta(days=31)
    assert stated(cycle.run(of(tmp_path), SECOND + dt.timedelta(days=31)).findings) == []


def test_the_rules_of_a_workbook_come_back_from_the_journal_as_they_were() -> None:
    text = RULES + "EXT-01 | 标准流程 | 复核2 | 接收时间 | 处理记录:联系客户 | 3 | 营业小时 | 管理部 | | 2026-12-01"
    for rules in (RULES, text, "规则\n规则号\n"):
        book, _ = rulesheet.read(tables.load(rules).tables["规则"])
        assert enactments.kept(enactments.recalled(enactments.kept(book))) == enactments.kept(book)
    assert len(DEFAULT_RULES) <= enactments.kept(book).count("[")
