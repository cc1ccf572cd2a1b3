"""Passes over a workbook with a hand in between: what was late by one and by the next is not is stated, whatever was typed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from automation import cycle, database, plan, settings
from automation.journal import Journal
from automation.past import Past
from automation.plan import Plan
from automation.settings import Settings
from tests import tables
from tests.tables import moment, plain, rows_of
from workbook import build

STANDARD = """
反馈登记
编号           | 接收时间    | 接收人 | 客户姓名 | 车牌号   | 内容概要 | 上报时间    | 填单时间    | 联系结果 | 客户联系时间 | 转管理部时间
FK20261106-001 | 11-06 11:00 | 接一   | 李四     | 京A12346 | 异响     | 11-06 11:30 | 11-06 11:40 | {result} | {tried}      | {handed}

处理记录
编号           | 时间        | 事项     | 结果
FK20261106-001 | {at}        | {event}  | {said}

未了事宜台帐-客户经理
编号           | 转入日期 | 状态
{item}

未了事宜台帐-客服中心
编号           | 转入日期 | 状态
{item}
"""
CALLBACK = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 转管理部时间 | 执行完成时间 | 转客服时间  | 需回访   | 回访时间 | 考核结果
FK20261102-001 | 11-02 08:00 | 11-02 08:30 | 11-02 08:40 | 11-02 09:00  | 11-02 12:00  | 11-02 13:00 | {wanted} | {called} | {audit}
"""
OTHER = """
反馈登记
编号           | 流程   | 接收时间    | 客户姓名 | 车牌号   | 内容概要 | 执行完成时间 | 归档时间 | 下次答复时间
FK20261106-001 | {flow} | 11-06 16:00 | 李四     | 京A12346 | 异响     | {done}       | {filed}  | {promised}

处理记录
编号           | 时间        | 事项     | 结果
{entries}

未了事宜台帐-客户经理
编号           | 转入日期 | 状态
{item}
"""


def standard(contact: tuple[str, str] = ("", ""), handed: str = "", entry: str = "", item: str = "") -> str:
    """A case of the standard flow whose form was filled in on 11-06 at 11:40, due the next day."""
    event, said = ("联系客户", "未联系上") if entry else ("调查", "")
    line = f"FK20261106-001 | {item} | 未了" if item else " | |"
    return STANDARD.format(
        result=contact[0], tried=contact[1], handed=handed, at=entry or "11-06 11:45", event=event, said=said, item=line
    )


def callback(wanted: str = "是", called: str = "", audit: str = "") -> str:
    return CALLBACK.format(wanted=wanted, called=called, audit=audit)


def other(flow: str, *entries: str, done: str = "", filed: str = "", promised: str = "", item: str = "") -> str:
    """A case of another flow, with entries ``time 事项 结果``."""
    lines = []
    for entry in entries or ("11-06 16:01 登记",):
        day, hour, event, *said = entry.split()
        lines.append(f"FK20261106-001 | {day} {hour} | {event} | {' '.join(said)}")
    line = f"FK20261106-001 | {item} | 未了" if item else " | |"
    return OTHER.format(flow=flow, entries="\n".join(lines), done=done, filed=filed, promised=promised, item=line)


def _settings() -> Settings:
    found, errors = settings.load(None, workbook=Path("登记.xlsx"))
    assert not errors
    return found


def remembered(past: Past, made: Plan, now: str) -> Past:
    """What the journal would hold after a pass; alerts reach nobody."""
    known = {late: at for late, at in past.lates.items() if made.lates and late not in made.lates.dropped}
    assert made.lates is not None
    history = replace(made.facts.past.history, last=moment(now))
    return replace(
        made.facts.past,
        lates={**known, **made.lates.kept},
        basis=made.lates.basis,
        history=history,
        rules=made.enacted.kept,
    )


def stated(*passes: tuple[str, str]) -> list[tuple[str, str, str, str]]:
    """Rule, severity, place and message of the evidence at the last of these passes (workbook, time)."""
    past, found = Past(), None
    for text, now in passes:
        found = plan.decide(tables.load(text), past, _settings(), moment(now))
        past = remembered(past, found, now)
    assert found is not None
    return [
        (one.rule, one.severity.name, str(one.where), plain(one.message).partition(" ")[2])
        for one in found.findings
        if one.rule.startswith("EVID")
    ]


@dataclass(frozen=True)
class Story:
    """What passes saw one after another, and where and how the last states it (nothing: it must not)."""

    sentence: str
    passes: Sequence[tuple[str, str]]
    rule: str = ""
    at: str = ""
    says: tuple[str, ...] = ()
    severity: str = "WARNING"

    def __str__(self) -> str:
        return self.sentence


FOLLOWED = ("11-06 16:30 联系客户 已联系", "11-08 09:00 跟踪回访 不满意")

STORIES = (
    Story(
        "48 hours by a contact filled in afterwards",
        [
            (standard(), "11-06 12:30"),
            (standard(handed="11-07 20:00"), "11-07 20:30"),
            (standard(("未联系上", "11-07 09:00"), "11-07 20:00"), "11-08 20:30"),
        ],
        "EVID-01",
        "反馈登记!J2",
        (
            "“客户联系时间”原为空,现为 2026-11-07 09:00;“联系结果”原为空,现为 未联系上;",
            "“责任认定”(STD-04)截止 2026-11-07 11:40,2026-11-07 20:30 处理时已超时,按现在的记录是“按时完成”",
        ),
        "INFO",
    ),
    Story(
        "48 hours by an entry that was put before the end of the first 24",
        [
            (standard(handed="11-07 20:00"), "11-07 20:30"),
            (standard(handed="11-07 20:00", entry="11-07 09:00"), "11-08 20:30"),
        ],
        "EVID-01",
        "处理记录!B2",
        ("“责任认定”(STD-04)截止 2026-11-07 11:40,2026-11-07 20:30 处理时已超时,按现在的记录是“按时完成”",),
    ),
    Story(
        "a pending item that came in before the deadline, entered after a pass saw it missed",
        [(standard(), "11-08 12:00"), (standard(item="11-07 10:00"), "11-08 12:15")],
        "EVID-01",
        "未了事宜台帐-客户经理!B2",
        ("“未了事宜台帐-客户经理:转入日期”原为空,现为 2026-11-07 10:00", "按现在的记录是“按时完成”"),
        "INFO",
    ),
    Story(
        "a pending item of the day on which a pass saw the deadline missed, without a time of day",
        [(standard(), "11-07 12:00"), (standard(item="11-07"), "11-07 12:15")],
    ),
    Story(
        "a pending item of the day before a pass saw the deadline missed, without a time of day",
        [(standard(), "11-08 12:00"), (standard(item="11-07"), "11-08 12:15")],
        "EVID-01",
        "未了事宜台帐-客户经理!B2",
        ("现为 2026-11-07;",),
        "INFO",
    ),
    Story(
        "a pending item that came in after the deadline: the first run stays late",
        [(standard(), "11-08 12:00"), (standard(item="11-08 12:10"), "11-08 12:15")],
    ),
    Story(
        "a callback that was late and need not be made any more",
        [
            (callback(), "11-02 14:30"),
            (callback(called="11-04 14:00"), "11-04 14:30"),
            (callback("否", "11-04 14:00"), "11-04 15:30"),
        ],
        "EVID-01",
        "反馈登记!H2",
        ("“需回访”原为 是,现为 否;“回访”(STD-09)截止 2026-11-03 13:00", "按现在的记录是“无需”"),
    ),
    Story(
        "a callback that waits because the form was returned",
        [(callback(), "11-04 14:30"), (callback(audit="退回"), "11-04 15:30")],
    ),
    Story(
        "a time corrected back to what it was",
        [
            (callback(called="11-03 12:00"), "11-03 14:30"),
            (callback(called="11-03 22:00"), "11-04 15:30"),
            (callback(called="11-03 12:00"), "11-04 16:30"),
        ],
    ),
    Story(
        "a computer's clock that ran ahead for a pass",
        [(standard(), "11-07 09:00"), (standard(), "11-19 09:00"), (standard(), "11-07 09:30")],
    ),
    Story(
        "an entry retyped to before the deadline",
        [
            (other("厂家规范", "11-06 18:30 联系客户 已联系"), "11-06 19:00"),
            (other("厂家规范", "11-06 17:30 联系客户 已联系"), "11-06 20:00"),
        ],
        "EVID-04",
        "处理记录!B2",
        (
            "“电话联系”(OEM-01)截止 2026-11-06 18:00,2026-11-06 19:00 处理时已超时,原记录的完成时间是 2026-11-06 18:30;"
            "现在记录的完成时间是 2026-11-06 17:30,按现在的记录没有超时",
        ),
    ),
    Story(
        "an entry made afterwards with a time before the deadline",
        [(other("厂家规范"), "11-06 19:00"), (other("厂家规范", "11-06 17:30 联系客户 已联系"), "11-06 20:00")],
        "EVID-04",
        "处理记录!B2",
        ("截止 2026-11-06 18:00,2026-11-06 19:00 处理时已超时的时候还没有记录",),
        "INFO",
    ),
    Story(
        "an entry made late, and told so",
        [(other("厂家规范"), "11-06 19:00"), (other("厂家规范", "11-06 18:30 联系客户 已联系"), "11-06 20:00")],
    ),
    Story(
        "a customer who was not satisfied and is said to be, after the next follow-up was late",
        [
            (other("汽车销售公司", *FOLLOWED, done="11-07 09:00"), "11-12 09:00"),
            (other("汽车销售公司", FOLLOWED[0], "11-08 09:00 跟踪回访 满意", done="11-07 09:00"), "11-12 10:00"),
        ],
        "EVID-04",
        "处理记录!D3",
        ("“再次回访”(SALES-04)2026-11-12 09:00 处理时已超时,当时的截止时间是 2026-11-11 09:00;现在没有截止时间",),
    ),
    Story(
        "another flow, in which there is no such deadline",
        [(other("厂家规范"), "11-06 19:00"), (other("汽车配件客诉"), "11-06 20:00")],
        "EVID-04",
        "反馈登记!B2",
        ("“电话联系”(OEM-01)2026-11-06 19:00 处理时已超时", "现在的流程没有这个环节"),
    ),
    Story(
        "a pending item that came in before a deadline of another flow, entered after a pass saw it missed",
        [(other("厂家规范"), "11-06 19:00"), (other("厂家规范", item="11-06 17:00"), "11-06 20:00")],
        "EVID-04",
        "反馈登记!C2",
        ("“电话联系”(OEM-01)2026-11-06 19:00 处理时已超时", "按现在的记录是“暂停”"),
    ),
    Story(
        "a pending item that came in after a deadline of another flow",
        [(other("厂家规范"), "11-06 19:00"), (other("厂家规范", item="11-06 19:30"), "11-06 20:00")],
    ),
    Story(
        "a promise put off after it was broken",
        [
            (other("汽车维修企业", "11-06 17:00 答复客户", promised="11-07 09:00"), "11-06 17:30"),
            (other("汽车维修企业", "11-06 17:00 答复客户", promised="11-07 09:00"), "11-07 10:00"),
            (other("汽车维修企业", "11-06 17:00 答复客户", promised="11-09 09:00"), "11-07 11:00"),
        ],
        "EVID-04",
        "反馈登记!I2",
        ("“下次答复”(X-07)2026-11-07 10:00 处理时已超时,当时的截止时间是 2026-11-07 09:00;现在是 2026-11-09 09:00",),
    ),
    Story(
        "a promise answered late, and the next one given",
        [
            (other("汽车维修企业", "11-06 17:00 答复客户", promised="11-07 09:00"), "11-06 17:30"),
            (other("汽车维修企业", "11-06 17:00 答复客户", promised="11-07 09:00"), "11-07 10:00"),
            (
                other("汽车维修企业", "11-06 17:00 答复客户", "11-07 10:30 反馈进度", promised="11-09 09:00"),
                "11-07 11:00",
            ),
        ],
    ),
    Story(
        "an appeal on record after a case was filed, and filed anew",
        [
            (other("广汽丰田", "11-06 17:00 联系客户", "11-07 10:00 反馈结果", filed="11-07 12:00"), "11-07 13:00"),
            (
                other(
                    "广汽丰田",
                    "11-06 17:00 联系客户",
                    "11-07 10:00 反馈结果",
                    "11-09 09:00 申诉",
                    "11-10 09:00 联系客户",
                    "11-11 09:00 反馈结果",
                    filed="11-12 12:00",
                ),
                "11-12 13:00",
            ),
        ],
    ),
    Story(
        "a case filed anew without anything that opened it",
        [
            (other("广汽丰田", "11-06 17:00 联系客户", "11-07 10:00 反馈结果", filed="11-07 12:00"), "11-07 13:00"),
            (other("广汽丰田", "11-06 17:00 联系客户", "11-07 10:00 反馈结果", filed="11-09 12:00"), "11-09 13:00"),
        ],
        "EVID-02",
        "反馈登记!H2",
        ("“归档时间”原为 2026-11-07 12:00,现为 2026-11-09 12:00",),
    ),
)


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_what_the_record_took_back_is_stated_at_its_cell_and_nothing_else(story: Story) -> None:
    """EVID-01, EVID-02, EVID-04."""
    found = stated(*story.passes)
    assert [(rule, at, severity) for rule, severity, at, _ in found] == (
        [(story.rule, story.at, story.severity)] if story.rule else []
    )
    for words in story.says:
        assert words in found[0][3]


@pytest.mark.parametrize("story", [one for one in STORIES if one.rule in ("EVID-01", "EVID-04")], ids=str)
def test_it_is_told_again_by_the_next_pass_and_until_it_is_late_again(story: Story) -> None:
    (before, _), (text, now) = story.passes[-2:]
    first = stated(*story.passes)
    later = f"{moment(now):%m-%d} 23:00"
    assert stated(*story.passes, (text, later)) == first
    assert stated(*story.passes, (before, later)) == []


def test_the_hint_says_how_a_case_of_this_flow_is_opened_again() -> None:
    story = STORIES[-1]
    past = Past()
    for text, now in story.passes:
        made = plan.decide(tables.load(text), past, _settings(), moment(now))
        past = remembered(past, made, now)
    (hint,) = (one.hint for one in made.findings if one.rule == "EVID-02")
    assert plain(hint).startswith("需要重新处理的,在“处理记录”记一条“申诉”;")


RULES = """
规则
规则号 | 流程     | 环节     | 起点     | 终点         | 时限    | 单位 | 责任角色 | 上报角色   | 生效日期
STD-04 | 标准流程 | 责任认定 | 填单时间 | 转管理部时间 | {limit} | 小时 | 客户经理 | 主管总经理 |
"""


def test_a_rule_that_was_typed_over_is_told_of_once_and_not_ticket_by_ticket() -> None:
    text = standard(handed="11-07 20:00")
    passes = [(text + RULES.format(limit="24"), "11-07 20:30"), (text + RULES.format(limit="48"), "11-07 20:45")]
    assert [rule for rule, *_ in stated(*passes)] == ["EVID-05"]


def test_a_rule_typed_over_hides_nothing_that_was_typed_over_with_it() -> None:
    passes = [
        (standard(handed="11-07 20:00") + RULES.format(limit="24"), "11-07 20:30"),
        (standard(handed="11-07 11:00") + RULES.format(limit="25"), "11-07 20:45"),
    ]
    assert ("EVID-01", "反馈登记!K2") in [(rule, at) for rule, _, at, _ in stated(*passes)]


# --- In the journal ---------------------------------------------------------------------------------------------------


def _pass(folder: Path, text: str, now: str) -> cycle.Outcome:
    path = folder / "登记.xlsx"
    path.unlink(missing_ok=True)
    build.write(path, rows_of(text), created=moment("11-06 09:00"))
    found, _ = settings.load(None, workbook=path)
    return cycle.run(found, moment(now))


def test_the_journal_keeps_what_was_late_and_what_was_taken_back(tmp_path: Path) -> None:
    late, retyped = (other("厂家规范", f"11-06 {hour} 联系客户 已联系") for hour in ("18:30", "17:30"))
    _pass(tmp_path, late, "11-06 19:00")
    _pass(tmp_path, retyped, "11-06 20:00")
    with Journal.peek(next(tmp_path.rglob("*.sqlite3"))) as journal:
        past = journal.past()
    assert [(one.late.rule, one.late.end, one.at, one.seen) for one in past.no_more] == [
        ("OEM-01", "2026-11-06T18:30:00", moment("11-06 19:00"), moment("11-06 20:00"))
    ]
    assert "OEM-01" not in {late.rule for late in past.lates}
    again = _pass(tmp_path, retyped, "11-06 20:15")
    assert [one.rule for one in again.findings if one.rule.startswith("EVID")] == ["EVID-04"]


def test_a_journal_of_before_opens_and_its_first_pass_states_nothing(tmp_path: Path) -> None:
    late = other("厂家规范", "11-06 18:30 联系客户 已联系")
    _pass(tmp_path, late, "11-06 19:00")
    path = next(tmp_path.rglob("*.sqlite3"))
    with sqlite3.connect(path) as old:
        for table in ("late", "late_no_more", "judged_on"):
            old.execute(f"DROP TABLE {table}")
        old.execute(f"PRAGMA user_version = {len(database.MIGRATIONS) - 1}")
    after = _pass(tmp_path, other("厂家规范", "11-06 17:30 联系客户 已联系"), "11-06 20:00")
    assert [one.rule for one in after.findings if one.rule.startswith("EVID")] == []
