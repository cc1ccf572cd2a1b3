"""Who is on duty for which role: primary and backup, rest days, leave (STD-21), and nobody involved (STD-20)."""

from __future__ import annotations

import datetime as dt

import pytest

from automation import roster
from automation.alerts import Recipient
from automation.roster import Roster, names_in, uncovered
from tests import tables
from tests.tables import moment, plain, wide
from workbook.finding import Finding, Severity
from workbook.schema import STAFF

TUESDAY, SATURDAY = dt.date(2026, 11, 3), dt.date(2026, 11, 7)
HEADS = "姓名 | 角色 | 主次 | 邮箱 | 休息日 | 请假 | 在岗"


def read(*rows: str) -> tuple[Roster, tuple[Finding, ...]]:
    return roster.read(tables.load("\n".join(("人员", HEADS, *rows)))[STAFF])


PAIR = (
    "王芳 | 客户经理 | 次 | wf@example.com | | | 是",
    "张伟 | 客户经理 | 主 | zw@example.com | 周六,周日 | 2026-11-10~2026-11-12 | 是",
)


def told(people: list[Recipient]) -> list[tuple[str, str]]:
    return [(person.name, plain(person.why)) for person in people]


# --- Who answers today ------------------------------------------------------------------------------------------------


def test_the_primary_answers_on_a_working_day() -> None:
    people, _ = read(*PAIR)
    assert people.on_duty("客户经理", TUESDAY) == [Recipient("张伟", "zw@example.com", "客户经理", "主要责任人")]


@pytest.mark.parametrize(
    ("day", "why"),
    [("11-07", "备用:张伟今日休息"), ("11-10", "备用:张伟今日请假"), ("11-12", "备用:张伟今日请假")],
    ids=["rest day", "first day of leave", "last day of leave"],
)
def test_the_backup_answers_while_the_primary_is_away(day: str, why: str) -> None:
    people, _ = read(*PAIR)
    assert told(people.on_duty("客户经理", moment(day).date())) == [("王芳", why)]


@pytest.mark.parametrize("day", ["11-09", "11-13"])
def test_the_primary_answers_on_the_days_around_his_leave(day: str) -> None:
    people, _ = read(*PAIR)
    assert told(people.on_duty("客户经理", moment(day).date())) == [("张伟", "主要责任人")]


def test_when_both_are_away_both_are_told_for_rest_delays_no_deadline() -> None:
    people, _ = read(PAIR[0].replace("| | |", "| 周六 | |"), PAIR[1])
    assert told(people.on_duty("客户经理", SATURDAY)) == [
        ("张伟", "主备都不在(休息),同时通知"),
        ("王芳", "主备都不在(休息),同时通知"),
    ]


def test_somebody_who_left_does_not_answer() -> None:
    people, _ = read(PAIR[0], PAIR[1].replace("| 是", "| 否"))
    assert told(people.on_duty("客户经理", TUESDAY)) == [("王芳", "备用:张伟今日不在岗")]


def test_somebody_who_left_is_not_even_told_when_nobody_is_there() -> None:
    people, _ = read(PAIR[0].replace("| | |", "| 周二 | |"), PAIR[1].replace("| 是", "| 否"))
    assert told(people.on_duty("客户经理", TUESDAY)) == [("王芳", "主备都不在(休息),同时通知")]
    nobody, _ = read(*(row.replace("| 是", "| 否") for row in PAIR))
    assert nobody.on_duty("客户经理", TUESDAY) == []


def test_a_report_goes_to_the_primary_also_on_a_rest_day_and_then_to_the_backup_too() -> None:
    people, _ = read(*PAIR)
    assert [person.name for person in people.readers(["客户经理"], TUESDAY)] == ["张伟"]
    assert [person.name for person in people.readers(["客户经理"], SATURDAY)] == ["张伟", "王芳"]


def test_no_report_goes_to_somebody_who_left_or_twice_to_one_address() -> None:
    people, _ = read(PAIR[0], PAIR[1].replace("| 是", "| 否"), "王芳 | 管理部 | 主 | WF@example.com | | | 是")
    assert [person.name for person in people.readers(["客户经理", "管理部"], TUESDAY)] == ["王芳"]


def test_whoever_handles_the_ticket_answers_before_the_primary() -> None:
    people, _ = read(*PAIR)
    assert told(people.on_duty("客户经理", TUESDAY, named="王芳")) == [("王芳", "本单经手人")]


def test_a_handler_on_leave_hands_over_to_the_primary() -> None:
    people, _ = read(PAIR[0].replace("| | |", "| | 2026-11-03 |"), PAIR[1])
    assert told(people.on_duty("客户经理", TUESDAY, named="王芳"))[0][0] == "张伟"


def test_a_name_without_that_role_does_not_take_the_mail_from_it() -> None:
    people, _ = read(*PAIR, "李娜 | 管理部 | 主 | ln@example.com | | |")
    assert told(people.on_duty("客户经理", TUESDAY, named="李娜")) == [("张伟", "主要责任人")]


def test_anyone_may_be_the_one_who_first_heard_the_customer() -> None:
    people, _ = read(*PAIR, "李娜 | 管理部 | 主 | ln@example.com | | |")
    assert told(people.on_duty("接收人", TUESDAY, named="李娜")) == [("李娜", "本单经手人")]


def test_nobody_involved_is_told_however_he_is_named() -> None:
    people, _ = read(*PAIR)
    assert told(people.on_duty("客户经理", TUESDAY, named="张伟", involved={"张伟"}))[0][0] == "王芳"
    assert people.on_duty("客户经理", TUESDAY, involved={"张伟", "王芳"}) == []


TRIO = (*PAIR, "丁一 | 客户经理 | 主 | dy@example.com | 周六 | | 是")


def test_the_backup_is_told_too_when_the_one_named_and_the_primary_are_away_and_so_is_he() -> None:
    people, _ = read(TRIO[0].replace("| | |", "| 周六 | |"), *TRIO[1:])
    assert [name for name, _ in told(people.on_duty("客户经理", SATURDAY, named="丁一"))] == ["丁一", "张伟", "王芳"]
    assert [name for name, _ in told(people.on_duty("客户经理", SATURDAY))] == ["张伟", "王芳"]


def test_of_several_named_in_the_ticket_the_first_who_is_there_answers() -> None:
    people, _ = read(*TRIO)
    assert told(people.on_duty("客户经理", SATURDAY, named="张伟、王芳")) == [("王芳", "本单经手人")]
    assert told(people.on_duty("客户经理", TUESDAY, named="丁一、张伟")) == [("丁一", "本单经手人")]


def test_where_whoever_is_there_has_no_address_the_other_is_told_too() -> None:
    without = PAIR[1].replace("zw@example.com", "")
    people, _ = read(PAIR[0], without)
    assert told(people.told("客户经理", TUESDAY)) == [("张伟", "主要责任人"), ("王芳", "备用:张伟没有能用的邮箱")]
    assert [name for name, _ in told(people.on_duty("客户经理", TUESDAY))] == ["张伟"]
    resting, _ = read(PAIR[0].replace("| | |", "| 周二 | |"), without)
    assert [name for name, _ in told(resting.told("客户经理", TUESDAY))] == ["张伟", "王芳"]
    assert [one.name for one in people.told("客户经理", TUESDAY, involved={"王芳"})] == ["张伟"]


def test_a_report_goes_to_the_backup_while_the_primary_has_no_address() -> None:
    people, _ = read(PAIR[0], PAIR[1].replace("zw@example.com", ""))
    assert [one.name for one in people.readers(["客户经理"], TUESDAY)] == ["王芳"]


def test_a_role_that_nobody_holds_has_nobody_to_tell() -> None:
    people, _ = read(*PAIR)
    assert people.on_duty("管理部", TUESDAY) == []


# --- How staff write it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("周六,周日", {5, 6}),
        (wide("周六,周日"), {5, 6}),
        ("星期一", {0}),
        ("礼拜天", {6}),
        ("周三 周四", {2, 3}),
        ("无", set()),
        ("轮休", set()),
        ("", set()),
    ],
)
def test_rest_days_are_understood(written: str, days: set[int]) -> None:
    people, findings = read(f"张伟 | 客户经理 | 主 | | {written} | |")
    assert people.people[0].rest == days
    assert not findings


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("2026-11-20~2026-11-22", [("11-20", "11-22")]),
        (wide("2026-11-20~2026-11-22"), [("11-20", "11-22")]),
        ("2026-11-20", [("11-20", "11-20")]),
        ("2026-11-20~2026-11-22;2026-12-01~2026-12-02", [("11-20", "11-22"), ("12-01", "12-02")]),
        ("2026年11月20日至2026年11月22日", [("11-20", "11-22")]),
        ("2026/11/20-2026/11/22", [("11-20", "11-22")]),
        ("2026.11.20到2026.11.22", [("11-20", "11-22")]),
        ("2026-11-20 — 2026-11-22", [("11-20", "11-22")]),
    ],
)
def test_leave_is_understood(written: str, spans: list[tuple[str, str]]) -> None:
    people, findings = read(f"张伟 | 客户经理 | 主 | | | {written} |")
    assert people.people[0].leave == tuple((moment(a).date(), moment(b).date()) for a, b in spans)
    assert not findings


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        ("张伟 | 客户经理 | 主 | | 双休 | |", "人员!E2", "“休息日”里的“双休”看不懂"),
        ("张伟 | 客户经理 | 主 | | | 下周 |", "人员!F2", "“请假”里的“下周”看不懂"),
        ("张伟 | 客户经理 | 主 | | | 2026-11-22~2026-11-20 |", "人员!F2", "“2026-11-22~2026-11-20”看不懂"),
        ("张伟 | 客户经理 | 主 | | | 2026-11-31 |", "人员!F2", "“2026-11-31”看不懂"),
    ],
)
def test_what_cannot_be_read_is_a_finding_and_counts_as_none(row: str, cell: str, says: str) -> None:
    people, (finding,) = read(row)
    assert (finding.rule, str(finding.where), finding.severity) == ("STD-21", cell, Severity.WARNING)
    assert finding.message.startswith(f"{cell} ")
    assert says in plain(finding.message)
    assert people.people[0].away(SATURDAY) == ""


def test_one_bad_span_of_leave_does_not_lose_the_others() -> None:
    people, (finding,) = read("张伟 | 客户经理 | 主 | | | 2026-11-20~2026-11-22;下周 |")
    assert people.people[0].away(dt.date(2026, 11, 21)) == "请假"
    assert "下周" in finding.message


def test_a_row_without_a_name_is_nobody() -> None:
    people, _ = read(" | 客户经理 | 主 | | | |", *PAIR)
    assert people.names == {"王芳", "张伟"}


@pytest.mark.parametrize(
    "written",
    [
        *("张伟、李娜", "张伟,李娜", wide("张伟,李娜"), "张伟;李娜", "张伟/李娜", "张伟 李娜", " 张伟 、 李娜 "),
        *("张伟和李娜", "张伟与李娜", "张伟以及李娜", "张伟+李娜", "张伟(客户经理)、李娜", "张伟【销售部】,(李娜)"),
    ],
)
def test_several_names_in_a_cell_are_told_apart(written: str) -> None:
    assert names_in(written) == ("张伟", "李娜")


@pytest.mark.parametrize("name", ["和珅", "及第", "和和", "张和平", "欧阳和煦", "王建和"])
def test_a_name_is_not_cut_at_a_sign_that_also_means_and(name: str) -> None:
    assert names_in(name) == (name,)


# --- Roles without cover ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (PAIR, None),
        (PAIR[:1], "没有主要责任人"),
        (PAIR[1:], "没有次要责任人"),
        ((PAIR[1], PAIR[1]), "没有次要责任人"),
        ((PAIR[1], PAIR[0].replace("次", "主")), "没有次要责任人"),
        ((PAIR[1], PAIR[0].replace("| 是", "| 否")), "没有次要责任人"),
        ((), "没有安排任何在岗人员"),
        ((PAIR[0].replace("| | |", "| 周二 | |"), PAIR[1].replace("周六", "周二")), "11-03 都不在"),
        ((PAIR[0], PAIR[1].replace("周六", "周二")), None),
    ],
    ids=[
        "both",
        "backup only",
        "primary only",
        "one person twice",
        "two primaries",
        "backup gone",
        "nobody",
        "both off",
        "one off",
    ],
)
def test_every_role_needs_a_primary_and_a_backup_of_whom_one_is_there(rows: tuple[str, ...], says: str | None) -> None:
    found = list(uncovered(read(*rows)[0], ["客户经理"], TUESDAY))
    if says is None:
        assert found == []
    else:
        ((role, why),) = found
        assert role == "客户经理"
        assert says in why


def test_a_department_s_head_answers_for_his_own_department() -> None:
    people = roster.read(
        tables.load(
            """人员
            姓名 | 部门 | 角色 | 主次 | 邮箱 | 在岗
            秦海波 | 售后服务部 | 部门负责人 | 主 | qin@example.com | 是
            乔俊杰 | 销售部 | 部门负责人 | 次 | qiao@example.com | 是"""
        )[STAFF]
    )[0]
    assert told(people.on_duty("部门负责人", TUESDAY, department="销售部")) == [("乔俊杰", "备用")]
    assert told(people.on_duty("部门负责人", TUESDAY, department="配件部")) == [("秦海波", "主要责任人")], (
        "nobody of its own"
    )
