"""Sensible and senseless things typed into 规则: what counts afterwards, and what is said at which cell."""

from __future__ import annotations

import pytest

from automation import checks
from automation.sla import rulesheet
from automation.sla.explain import explain
from automation.sla.rules import Rule, RuleBook
from automation.sla.tell import in_words
from tests import tables
from tests.tables import moment, plain, wide
from workbook.finding import Finding, Severity
from workbook.schema import RULES

HEADS = "规则号 | 流程 | 环节 | 起点 | 终点 | 时限 | 单位 | 延长时限 | 延长条件 | 预警"
LIABILITY = {
    "规则号": "STD-04",
    "流程": "标准流程",
    "环节": "责任认定",
    "起点": "填单时间",
    "终点": "转管理部时间",
    "时限": "24",
    "单位": "小时",
    "延长时限": "48",
    "延长条件": "联系结果=未联系上",
}
PROGRESS = {
    "规则号": "OEM-02",
    "流程": "厂家规范",
    "环节": "反馈进度",
    "起点": "接收时间",
    "终点": "处理记录:反馈进度、反馈结果",
    "时限": "3",
    "单位": "工作日",
}
OWN = PROGRESS | {"规则号": "OWN-01"}

# What is typed over in STD-04, what its limit is then, and what is said where. A limit of the dealership's own stays
# wherever anything but the limit itself is wrong; without a finding it counts as typed. ``+48`` is the longer limit of the
# default, spelled out.
TYPED = """
时限=12                     | 12小时+48                  |   |
时限=12; 流程=标准流成            | 12小时+48                  | B | 流程“标准流成”不认识,暂按“标准流程”计时
流程=                       | 24小时+48                  |   |
时限=12; 流程=三级处理            | 24小时+48                  | B | STD-04 是“标准流程”的规则,流程却写“三级处理”,默认规则暂时代替
时限=12; 预警=快到时             | 12小时+48                  | J | 预警“快到时”看不懂,暂按 75% 预警
时限=24小时                   | 24小时+48                  | F | 时限“24小时”看不懂,默认规则暂时代替
时限=0.001                  | 24小时+48                  | F | 时限0.001小时太短,不到一分钟,默认规则暂时代替
起点=转管理部时间                 | 24小时+48                  | E | 终点和起点都是“转管理部时间”,时限永远不会开始计算,默认规则暂时代替
终点=截止时间                   | 24小时+48                  | E | 终点“截止时间”是 kesu 算出来的,不能用来计时,默认规则暂时代替
起点=编号时间; 时限=23            | 23小时+48                  |   |
终点=下次答复时间                 | 24小时+48                  | E | 终点“下次答复时间”是答应客户的时间,不是做完的时间,默认规则暂时代替
时限=12; 延长条件=              | 12小时+48                  | I | 有延长时限,却没有延长条件,暂按默认的延长+48
时限=12; 延长时限=              | 12小时+48                  | H | 有延长条件,却没有延长时限,暂按默认的延长+48
时限=12; 延长时限=; 延长条件=       | 12小时                     |   |
延长条件=联系结果=没联系上            | 24小时+48                  | I | “联系结果”不会是“没联系上”,永远不延长,暂按默认的延长+48
延长条件=联系=未联系上              | 24小时+48                  | I | 延长条件“联系=未联系上”看不懂,暂按默认的延长+48
延长条件=状态=超时                | 24小时+48                  | I | 延长条件不能用“状态”,暂按默认的延长+48
延长条件=接收时间=2026-11-03      | 24小时+48                  | I | 延长条件不能用“接收时间”,暂按默认的延长+48
延长条件=级别=重大                | 24小时(级别=重大时48小时)         |   |
延长条件=被反馈部门=二网             | 24小时(被反馈部门=二网时48小时)      |   |
延长时限=12                   | 24小时+48                  | H | 延长时限 12小时不比时限 24小时长,暂按默认的延长+48
时限=60; 延长时限=48            | 60小时                     | H | 延长时限 48小时不比时限 60小时长,暂不延长
延长时限=两倍                   | 24小时+48                  | H | 延长时限“两倍”看不懂,暂按默认的延长+48
延长时限=99999                | 24小时+48                  | H | 延长时限99999小时太长(最多 17520),暂按默认的延长+48
单位=营业小时                   | 24营业小时(联系结果=未联系上时48营业小时) |   |
单位=分钟                     | 24分钟(联系结果=未联系上时48分钟)     |   |
单位=天; 时限=1; 延长时限=2        | 1天(联系结果=未联系上时2天)         |   |
单位=工作日; 时限=1; 延长时限=2      | 1工作日(联系结果=未联系上时2工作日)     |   |
单位=工作日; 时限=1; 延长时限=1.5    | 1工作日                     | H | 1.5 个工作日不是整数,暂不延长
单位=工 作 日; 时限=1; 延长时限=2    | 1工作日(联系结果=未联系上时2工作日)     |   |
单位=当日; 时限=; 延长时限=; 延长条件=  | 当日                       |   |
单位=当日; 时限=1; 延长时限=; 延长条件= | 当日                       |   |
单位=当日; 时限=                | 当日                       | H | 单位是“当日”,不能延长,暂不延长
单位=无; 时限=                 | 无时限                      | H | 单位是“无”,不能延长,暂不延长
单位=无; 延长时限=; 延长条件=        | 无时限                      | F | 单位是“无”,时限“24”不起作用,按不设时限
"""

# Two faults of one row are both said.
BOTH = """
单位=当日              | 当日      | F H | 单位是“当日”,时限“24”不起作用,按当天 23:59 到期 / 单位是“当日”,不能延长,暂不延长
流程=标准; 预警=快; 时限=12 | 12小时+48 | B J | 流程“标准”不认识,暂按“标准流程”计时 / 预警“快”看不懂,暂按 75% 预警
"""


def typed(over: str, row: dict[str, str] = LIABILITY) -> dict[str, str]:
    return row | dict(part.strip().split("=", 1) for part in over.split(";") if part.strip())


def read(row: dict[str, str]) -> tuple[RuleBook, list[Finding]]:
    """The row alone in its sheet, without the finding that others are missing."""
    cells = " | ".join(f'"{value}"' if value else "" for head in HEADS.split(" | ") for value in [row.get(head, "")])
    book, findings = rulesheet.read(tables.load(f"规则\n{HEADS}\n{cells}")[RULES])
    return book, [finding for finding in findings if finding.rule != "RULE-02"]


def rule(book: RuleBook, rule_id: str, flow: str) -> Rule:
    return next(stage[-1] for stage in book.stages(flow) if stage[-1].id == rule_id)


def lines(text: str) -> list[list[str]]:
    spelled = text.strip().replace("+48", "(联系结果=未联系上时48小时)")
    return [[cell.strip() for cell in line.split("|")] for line in spelled.splitlines()]


@pytest.mark.parametrize(("over", "span", "cells", "says"), [*lines(TYPED), *lines(BOTH)])
def test_what_is_typed_into_a_rule_counts_or_is_said_at_its_cell(over: str, span: str, cells: str, says: str) -> None:
    book, findings = read(typed(over))
    assert plain(rule(book, "STD-04", "标准流程").span) == span
    assert [str(finding.where) for finding in findings] == [f"规则!{cell}2" for cell in cells.split()]
    told = [plain(finding.message).removeprefix(f"{finding.where} ") for finding in findings]
    assert told == ([part.strip() for part in says.split(" / ")] if says else [])
    assert all(finding.severity is Severity.ERROR and finding.hint for finding in findings)


@pytest.mark.parametrize("divider", ["、", ",", wide(","), ";", "/", " 、 "])
def test_any_divider_between_two_entries_will_do(divider: str) -> None:
    book, findings = read(PROGRESS | {"终点": f"处理记录:反馈进度{divider}反馈结果"})
    assert not findings
    assert rule(book, "OEM-02", "厂家规范").stop == "处理记录:反馈进度、反馈结果"


def test_a_rule_of_another_flow_without_its_flow_is_no_rule_of_the_standard_flow() -> None:
    book, (finding,) = read(PROGRESS | {"流程": "", "时限": "2"})
    assert plain(finding.message) == "规则!B2 OEM-02 是“厂家规范”的规则,流程却空着,暂按“厂家规范”计时"
    assert rule(book, "OEM-02", "厂家规范").limit == 2
    assert all(stage[-1].id != "OEM-02" for stage in book.stages("标准流程"))


def test_a_rule_of_the_dealership_s_own_in_no_known_flow_does_not_count() -> None:
    book, (finding,) = read(OWN | {"流程": "厂家标准"})
    assert plain(finding.message) == "规则!B2 流程“厂家标准”不认识,这条规则暂不生效"
    assert "厂家规范" in finding.hint
    assert all(stage[-1].id != "OWN-01" for flow in book.flows.values() for stage in flow)


def test_a_fault_in_the_longer_limit_of_a_rule_of_the_dealership_s_own_leaves_the_ordinary_one() -> None:
    book, (finding,) = read(OWN | {"延长时限": "5"})
    assert plain(finding.message).endswith("有延长时限,却没有延长条件,暂不延长")
    assert rule(book, "OWN-01", "厂家规范").span == "3工作日"


@pytest.mark.parametrize(
    ("over", "due"),
    [
        ("单位=分钟; 时限=90; 延长时限=120", "11-06 18:30"),
        ("", "11-07 17:00"),
        ("单位=营业小时; 时限=8; 延长时限=16", "11-07 17:00"),
        ("单位=天; 时限=1; 延长时限=2", "11-07 17:00"),
        ("单位=工作日; 时限=1; 延长时限=2", "11-09 23:59"),
        ("单位=当日", "11-06 23:59"),
        ("单位=无", ""),
    ],
)
def test_every_unit_of_the_liability_stage_can_be_worked_out_checked_and_explained(over: str, due: str) -> None:
    row = typed(over)
    cells = " | ".join(row.get(head, "") for head in HEADS.split(" | "))
    text = (
        "反馈登记\n编号 | 接收时间 | 填单时间 | 联系结果\nFK20261106-001 | 11-06 16:00 | 11-06 17:00 | 未联系上\n\n"
        f"规则\n{HEADS}\n{cells}"
    )
    facts = tables.facts(text, now="11-20 09:00")
    assert "CHECK-00" not in {finding.rule for finding in checks.run(facts)}
    (told,) = explain(facts.ledger, facts.clocks, "FK20261106-001")
    (stage,) = (stage for stage in told.stages if stage.rule == "STD-04")
    assert stage.due == (f"{moment(due):%Y-%m-%dT%H:%M:%S}" if due else "")
    assert in_words(told)
