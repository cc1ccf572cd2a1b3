"""The rule sheet 规则: what a limit in it does to a verdict, and what happens to a row that cannot be used."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from automation.sla import clock, rules, rulesheet
from automation.sla.calendar import Calendar
from automation.sla.defaults import DEFAULT_RULES
from automation.sla.rules import RuleBook, Unit, Warn
from automation.sla.stages import StageClock
from automation.sla.verdict import Verdict
from tests import tables
from tests.tables import moment, plain, wide
from workbook.finding import Finding, Severity
from workbook.schema import RULES
from workbook.vocabulary import RULE_FLOW

HEADS = "规则号 | 流程 | 环节 | 起点 | 终点 | 时限 | 单位 | 延长时限 | 延长条件 | 预警 | 生效日期"
REPORT = "STD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | {limit} | {unit} | | | {warn} | {since}"


def report(limit: str = "1", unit: str = "小时", warn: str = "", since: str = "") -> str:
    return REPORT.format(limit=limit, unit=unit, warn=warn, since=since)


def read(*rows: str) -> tuple[RuleBook, tuple[Finding, ...]]:
    return rulesheet.read(tables.load("\n".join(("规则", HEADS, *rows)))[RULES])


def default_book() -> RuleBook:
    """The rules of the process, written into a sheet row by row and read back."""
    return rulesheet.read(tables.load({"规则": [dict(row) for row in DEFAULT_RULES]})[RULES])[0]


def versions(book: RuleBook, rule_id: str) -> tuple[rules.Rule, ...]:
    return next(stage for stage in book.stages("标准流程") if stage[-1].id == rule_id)


def mistakes(*rows: str) -> list[Finding]:
    """The findings of rows, without the one that says which rules are missing from this short sheet."""
    return [finding for finding in read(*rows)[1] if finding.rule != "RULE-02"]


def stage(rule_id: str, ticket: str, *rows: str, now: str = "11-20 09:00") -> StageClock:
    """A stage of the one ticket, received and so on at the times given as ``列 时间`` pairs divided by commas."""
    cells = dict(part.split(" ", 1) for part in ticket.split(", "))
    text = f"反馈登记\n编号 | {' | '.join(cells)}\nFK20261103-001 | {' | '.join(cells.values())}"
    if rows:
        text += "\n\n" + "\n".join(("规则", HEADS, *rows))
    book = tables.load(text)
    return next(s for s in tables.run(book, moment(now)).flows["标准流程"].stages if s.rule.id == rule_id)


# --- A rule in the sheet rules ----------------------------------------------------------------------------------------


def test_a_workbook_without_rules_follows_the_process() -> None:
    book, findings = rulesheet.read(tables.load({"反馈登记": []})[RULES])
    ids = {flow: [versions[0].id for versions in stages] for flow, stages in book.flows.items()}
    assert {flow: sorted(found) for flow, found in ids.items()} == {
        flow: sorted(str(row["规则号"]) for row in DEFAULT_RULES if row["流程"] == flow) for flow in RULE_FLOW.values
    }
    assert ids["标准流程"] == [f"STD-{number:02}" for number in range(1, 11)], "in the order of the process"
    assert book == default_book()
    assert not findings


def test_a_limit_changed_in_the_sheet_changes_the_verdict() -> None:
    done = "接收时间 11-03 09:00, 上报时间 11-03 11:00"
    assert stage("STD-01", done).verdict[0] == Verdict.FINISHED_LATE
    assert stage("STD-01", done, report("2")).verdict[0] == Verdict.ON_TIME
    assert stage("STD-01", done, report("119", "分钟")).verdict[0] == Verdict.FINISHED_LATE


@pytest.mark.parametrize(
    ("limit", "unit", "due"),
    [
        ("90", "分钟", "11-06 18:30"),
        ("2", "小时", "11-06 19:00"),
        ("0.5", "小时", "11-06 17:30"),
        ("2", "营业小时", "11-07 09:30"),
        ("3", "天", "11-09 17:00"),
        ("1", "工作日", "11-09 23:59"),
        ("", "当日", "11-06 23:59"),
    ],
)
def test_each_unit_counts_as_its_name_says(limit: str, unit: str, due: str) -> None:
    """2026-11-06 is a Friday; the dealership is open on Saturdays."""
    got = stage("STD-01", "接收时间 11-06 17:00", report(limit, unit), now="11-06 17:00").due[0]
    assert got.item() == moment(due)


@pytest.mark.parametrize("unit", ["当日", "工作日"])
def test_a_limit_that_is_a_day_holds_to_the_last_second_of_its_last_minute(unit: str) -> None:
    limit = "" if unit == "当日" else "1"
    for second, verdict in ((59, Verdict.ON_TIME), (60, Verdict.FINISHED_LATE)):
        end = dt.datetime(2026, 11, 3 + (unit == "工作日"), 23, 59) + dt.timedelta(seconds=second)
        done = stage("STD-01", f"接收时间 11-03 09:00, 上报时间 {end:%m-%d %H:%M:%S}", report(limit, unit))
        assert done.verdict[0] == verdict


def test_without_a_limit_nothing_is_ever_late() -> None:
    open_end = stage("STD-01", "接收时间 11-03 09:00", report("", "无"), now="2027-11-03 09:00")
    assert open_end.verdict[0] == Verdict.RUNNING
    assert str(open_end.due[0]) == "NaT"


def test_the_hours_of_the_dealership_decide_an_opening_hours_limit() -> None:
    book = tables.load(
        f"反馈登记\n编号 | 接收时间\nFK20261106-001 | 11-06 17:30\n\n规则\n{HEADS}\n{report('1', '营业小时')}"
    )
    weekends_closed = Calendar(dt.date(2026, 1, 1), dt.date(2027, 1, 1), (((9 * 3600, 18 * 3600),),) * 5 + ((), ()))
    clocks = clock.run(book, rulesheet.read(book[RULES])[0], weekends_closed, moment("11-09 09:15"))
    assert clocks.now_at.at[2, "due"].to_pydatetime() == moment("11-09 09:30")
    assert clocks.now_at.at[2, "state"] == "临近"  # 45 of the 60 open minutes are gone


@pytest.mark.parametrize(
    ("warn", "before", "after"),
    [
        ("", "11-03 09:44", "11-03 09:45"),
        ("75%", "11-03 09:44", "11-03 09:45"),
        ("0.5", "11-03 09:29", "11-03 09:30"),
        ("50%", "11-03 09:29", "11-03 09:30"),
        (wide("50%"), "11-03 09:29", "11-03 09:30"),
        ("20分钟", "11-03 09:39", "11-03 09:40"),
        ("0.5小时", "11-03 09:29", "11-03 09:30"),
        ("100%", "11-03 09:59", "11-03 10:00"),
    ],
)
def test_a_warning_begins_where_the_sheet_says(warn: str, before: str, after: str) -> None:
    for now, verdict in ((before, Verdict.RUNNING), (after, Verdict.AT_RISK)):
        assert stage("STD-01", "接收时间 11-03 09:00", report(warn=warn), now=now).verdict[0] == verdict


def test_a_warning_before_a_day_is_over_counts_back_from_2359() -> None:
    row = report("", "当日", "1小时")
    assert stage("STD-01", "接收时间 11-03 09:00", row, now="11-03 22:58").verdict[0] == Verdict.RUNNING
    assert stage("STD-01", "接收时间 11-03 09:00", row, now="11-03 22:59").verdict[0] == Verdict.AT_RISK


# --- Since when a rule holds ------------------------------------------------------------------------------------------


def test_a_later_row_holds_for_tickets_received_from_its_day() -> None:
    rows = (report("1"), report("4", since="11-10"))
    for received, due in (("11-09 23:59", "11-10 00:59"), ("11-10 00:01", "11-10 04:01")):
        assert stage("STD-01", f"接收时间 {received}", *rows).due[0].item() == moment(due)


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = (report("4", since="11-10"), report("2", since="11-05"), report("1"))
    dues = [
        stage("STD-01", f"接收时间 {day} 08:00", *rows).due[0].item().hour
        for day in ("11-04", "11-05", "11-09", "11-10")
    ]
    assert dues == [9, 10, 10, 12]


def test_before_the_first_dated_row_the_default_holds() -> None:
    assert stage("STD-01", "接收时间 11-03 09:00", report("4", since="11-10")).due[0].item() == moment("11-03 10:00")


def test_the_day_of_receipt_decides_also_for_the_later_stages() -> None:
    rows = (
        "STD-05 | 标准流程 | 复核 | 转管理部时间 | 复核完成时间 | 4 | 小时 | | | |",
        "STD-05 | 标准流程 | 复核 | 转管理部时间 | 复核完成时间 | 8 | 小时 | | | | 11-10",
    )
    old = stage("STD-05", "接收时间 11-09 09:00, 转管理部时间 11-12 09:00", *rows)
    assert old.due[0].item() == moment("11-12 13:00")


def test_a_row_whose_day_cannot_be_read_does_not_hold_since_ever() -> None:
    book, (finding,) = (
        read(report("1"), report("4", since='"下月初"'))[0],
        mistakes(report("1"), report("4", since='"下月初"')),
    )
    assert (finding.rule, str(finding.where)) == ("RULE-01", "规则!K3")
    assert "生效日期“下月初”看不懂" in finding.message
    assert [rule.limit for rule in book.stages("标准流程")[0]] == [1]


def test_a_later_row_that_is_malformed_leaves_the_older_one_in_force() -> None:
    book, _ = read(report("2"), report('"很快"', since="11-10"))
    assert [rule.limit for rule in book.stages("标准流程")[0]] == [2]


# --- Rows that cannot be used -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        (report("", "小时"), "规则!F2", "单位是“小时”却没有时限"),
        (report("0", "小时"), "规则!F2", "时限“0”不是正数"),
        (report("-3", "小时"), "规则!F2", "不是正数"),
        (report("1.5", "工作日"), "规则!F2", "1.5 个工作日不是整数"),
        (report("1", "钟头"), "规则!G2", "单位“钟头”不认识"),
        (report("1", ""), "规则!G2", "单位“”不认识"),
        (report(warn="快到时"), "规则!J2", "预警“快到时”看不懂"),
        (report(warn="150%"), "规则!J2", "预警“150%”看不懂"),
        (report(warn="0"), "规则!J2", "看不懂"),
        ("STD-01 | | | 接收时间 | 上报时间 | 1 | 小时 | | | |", "规则!C2", "STD-01 的环节为空"),
        (" | | 上报 | 接收时间 | 上报时间 | 1 | 小时 | | | |", "规则!A2", "规则号为空"),
        ("STD-01 | | 上报 | 接收 | 上报时间 | 1 | 小时 | | | |", "规则!D2", "起点“接收”不是登记表的时间列"),
        ("STD-01 | | 上报 | 接收时间 | 客户姓名 | 1 | 小时 | | | |", "规则!E2", "终点“客户姓名”不是登记表的时间列"),
        ("STD-01 | | 上报 | 接收时间 | 处理记录: | 1 | 小时 | | | |", "规则!E2", "不是登记表的时间列"),
        ("STD-01 | | 上报 | 接收时间 | 上报时间 | 1 | 小时 | 2 | 没联系上 | |", "规则!I2", "延长条件“没联系上”看不懂"),
        (
            'STD-01 | | 上报 | 接收时间 | 上报时间 | 1 | 小时 | "两倍" | 联系结果=未联系上 | |',
            "规则!H2",
            "延长时限“两倍”看不懂",
        ),
        ("STD-01 | | 上报 | 接收时间 | 上报时间 | 1 | 小时 | 2 | 结果=无 | |", "规则!I2", "延长条件“结果=无”看不懂"),
    ],
)
def test_a_row_that_cannot_be_used_is_a_finding_at_its_cell(row: str, cell: str, says: str) -> None:
    (finding,) = mistakes(row)
    assert (finding.rule, str(finding.where), finding.severity) == ("RULE-01", cell, Severity.ERROR)
    assert finding.message.startswith(f"{cell} ")
    assert says in plain(finding.message)
    assert finding.hint


def test_the_default_stands_in_for_a_malformed_row_and_the_finding_says_so() -> None:
    book, findings = read(report("1", "钟头"))
    assert "默认规则暂时代替" in findings[0].message
    assert book.stages("标准流程") == default_book().stages("标准流程")


def test_a_malformed_rule_of_the_dealership_s_own_has_no_stand_in() -> None:
    book, findings = read("OWN-01 | 维修企业 | 答复 | 接收时间 | 处理记录:答复客户 | 24 | 钟头 | | | |")
    assert "这条规则暂不生效" in findings[0].message
    assert book.stages("维修企业") == default_book().stages("维修企业"), "the flow goes on as the process has it"


def test_rules_missing_from_the_sheet_are_named_and_their_default_stands_in() -> None:
    book, (finding,) = read(report("2"))
    assert (finding.rule, finding.severity, finding.sheet) == ("RULE-02", Severity.WARNING, "规则")
    assert finding.message.startswith("规则")
    assert "STD-02、STD-03" in finding.message
    assert "STD-01" not in finding.message
    assert versions(book, "STD-05") == versions(default_book(), "STD-05")


def test_a_complete_sheet_has_nothing_to_find() -> None:
    heads = [name for name in RULES.headers if name in DEFAULT_RULES[0]]
    rows = [{head: row[head] for head in heads} for row in DEFAULT_RULES]
    book, findings = rulesheet.read(tables.load({"反馈登记": [], "规则": rows})[RULES])
    assert not findings
    assert book == default_book()


@pytest.mark.parametrize(
    ("row", "unit", "warn"),
    [
        (report("1", " 小时 "), Unit.HOUR, Warn()),
        (report(warn="30 分钟"), Unit.HOUR, Warn(before=1800)),
        ("std-01 | | 上报 | 接收时间 | 上报时间 | 1 | 小时 | | | |", Unit.HOUR, Warn()),
    ],
)
def test_stray_spaces_and_small_letters_are_no_mistake(row: str, unit: Unit, warn: Warn) -> None:
    book, _ = read(row)
    assert not mistakes(row)
    (rule,) = book.stages("标准流程")[0]
    assert (rule.id, rule.unit, rule.warn) == ("STD-01", unit, warn)


def test_a_full_width_colon_or_equals_sign_is_understood() -> None:
    stop, condition = f"处理记录{wide(':')}答复客户", f"联系结果{wide('=')}未联系上"
    row = f"OWN-01 | 维修企业 | 答复 | 接收时间 | {stop} | 24 | 小时 | 48 | {condition} | |"
    book, _ = read(row)
    (rule,) = book.stages("维修企业")[0]
    assert rule.stop == "处理记录:答复客户"
    assert plain(rule.span) == "24小时(联系结果=未联系上时48小时)"


def test_a_rule_of_another_flow_counts_its_tickets_from_the_record() -> None:
    book = tables.load(
        "反馈登记\n编号 | 流程 | 接收时间\nFK20261103-001 | 维修企业 | 11-03 08:00\n\n"
        "处理记录\n编号 | 时间 | 事项\nFK20261103-001 | 11-04 08:00 | 答复客户\nFK20261103-001 | 11-05 08:00 | 答复客户\n\n"
        f"规则\n{HEADS}\nREP-01 | 维修企业 | 答复 | 接收时间 | 处理记录:答复客户 | 24 | 小时 | | | |"
    )
    (answered,) = tables.run(book, moment("11-20 09:00")).flows["维修企业"].stages
    assert answered.actual[0].item() == moment("11-04 08:00")
    assert answered.verdict[0] == Verdict.ON_TIME


def test_every_default_rule_names_its_source_and_who_is_told() -> None:
    roles = RULES["责任角色"].list
    for row in DEFAULT_RULES:
        assert re.match("《.+》 .", str(row["出处"])), row["规则号"]
        told = {row["责任角色"], row["上报角色"]}
        assert roles and told <= {*roles.values, *([None] if row["规则号"] == "X-01" else [])}, row["规则号"]


def test_two_rows_for_one_rule_and_day_are_a_finding_and_the_first_holds() -> None:
    (finding,) = mistakes(report("2"), report("3"))
    assert (finding.rule, str(finding.where)) == ("RULE-01", "规则!A3")
    assert "第 2 行重复" in finding.message
    assert stage("STD-01", "接收时间 11-03 09:00", report("2"), report("3")).due[0].item() == moment("11-03 11:00")


def test_a_flow_that_the_dealership_made_its_own_has_only_its_own_stages() -> None:
    book, findings = read("OWN-01 | 维修企业 | 答复 | 接收时间 | 处理记录:答复客户 | 24 | 小时 | | | |")
    assert [versions[0].id for versions in book.stages("维修企业")] == ["OWN-01"]
    assert [finding.rule for finding in findings] == ["RULE-02"], "only of the standard flow anything is missed"


def test_one_of_our_rows_in_a_flow_keeps_the_others_by_default_and_says_so() -> None:
    book, (finding,) = read("REPAIR-01 | 维修企业 | 答复 | 接收时间 | 处理记录:答复客户 | 8 | 小时 | | | |")
    assert [versions[0].id for versions in book.stages("维修企业")] == ["REPAIR-01", "REPAIR-02"]
    assert "REPAIR-02" in finding.message
    assert "TIER-01" not in finding.message, "of flows that the sheet does not speak of nothing is missing"


def test_a_rule_for_all_flows_keeps_its_older_version_for_older_tickets() -> None:
    rows = "\n".join(
        f"X-01 | 所有流程 | 三日回访 | 执行完成时间 | 处理记录:三日回访 | {days} | 天 | | | | {since}"
        for days, since in (("3", ""), ("5", "11-10"))
    )
    book = tables.load(
        "反馈登记\n编号 | 接收时间 | 执行完成时间\nFK20261109-001 | 11-09 23:00 | 11-12 09:00\n"
        f"FK20261110-001 | 11-10 00:00 | 11-12 09:00\n\n规则\n{HEADS}\n{rows}"
    )
    (call,) = [one.clock for one in tables.run(book, moment("11-13 09:00")).beside if one.clock.rule.id == "X-01"]
    assert [due.item() for due in call.due] == [moment("11-15 09:00"), moment("11-17 09:00")]


def test_a_promise_warns_as_its_row_says_be_it_hours_before_or_a_share() -> None:
    promise = "X-07 | 所有流程 | 下次答复 | 下次答复时间 | 处理记录:答复客户 | | 无 | | | {warn} |"
    ticket = "反馈登记\n编号 | 接收时间 | 下次答复时间\nFK20261103-001 | 11-03 09:00 | 11-03 20:00"
    for warn, risk in (("2小时", "11-03 18:00"), ("50%", "11-03 15:00")):
        book = tables.load(f"{ticket}\n\n规则\n{HEADS}\n{promise.format(warn=warn)}")
        (answer,) = [one.clock for one in tables.run(book, moment("11-03 10:00")).beside if one.clock.rule.promised]
        assert answer.risk[0].item() == moment(risk)  # seen first at ten o'clock
