"""``kesu replay``: other rules over the whole history, read only."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from automation import cycle, plan
from automation.checks.facts import Facts
from automation.reports.late import responsible
from automation.sla import replay
from automation.sla.replay import Changed, Count, Difference, Replay
from automation.sla.rules import RuleBook
from automation.terminal import CLEAN, find_settings
from workbook import ledger, snapshot
from workbook.errors import KesuError, SheetMissing
from workbook.finding import Finding
from workbook.ledger import Ledger, Records
from workbook.schema import HOLIDAYS, HOURS, REGISTER, RULES
from workbook.snapshot import Grid

_SHEETS = (RULES, HOLIDAYS, HOURS)
_MOST_LINES = 30
_MOST_DIFFERENCES = 20


class NoRules(KesuError):
    """The other workbook has none of the sheets that rules are made of, or they cannot be used."""


def again(workbook: Path, rules: Path | None, *, as_json: bool, now: dt.datetime) -> int:
    """Print what would change. Raises :class:`~workbook.errors.KesuError` when a workbook cannot be read, and
    :class:`NoRules`.
    """
    before = cycle.inspect(find_settings(workbook, None), now).facts
    taken, told = _others(rules) if rules else ([_nothing(before.ledger)], ())
    other = before.ledger
    for records in taken:
        other = other.having(records)
    after, findings = plan.look(other, before.past, now)
    _refuse_never_open(findings, before, rules)
    found = replay.compare(
        before.ledger, (before.book, after.book), (before.clocks, after.clocks), _person(before, after.book)
    )
    bad = (*told, *(one for one in findings if rules and one.sheet in {records.sheet for records in taken}))
    names = [records.table.sheet for records in taken] if rules else []
    if as_json:
        data = {"workbook": str(workbook), "rules": str(rules) if rules else "", "sheets": names}
        click.echo(
            json.dumps(
                {**data, **found.as_json(), "findings": [one.as_json() for one in bad]}, ensure_ascii=False, indent=2
            )
        )
    else:
        click.echo("\n".join(_lines(found, rules, names, bad)))
    return CLEAN


def _nothing(own: Ledger) -> Records:
    """The sheet 规则 with nothing in it: every stage falls back on the default."""
    return replace(own[RULES], frame=own[RULES].frame.iloc[:0], raw=own[RULES].raw.iloc[:0], present=False)


def _others(path: Path) -> tuple[list[Records], tuple[Finding, ...]]:
    """The sheets of the other workbook that say how to judge, as many as it has; it needs no register."""
    seen = snapshot.read(path)
    try:
        book = ledger.load(seen)
    except SheetMissing:
        heads = Grid(REGISTER.sheet, [list(REGISTER.headers)], 1, 1)
        book = ledger.load(replace(seen, grids={**seen.grids, REGISTER.sheet: heads}))
    taken = [book[table] for table in _SHEETS if book[table].present]
    if not taken:
        names = "、".join(f"“{table.sheet}”" for table in _SHEETS)
        raise NoRules(
            f"“{path.name}”里没有{names}中的任何一张表。请复制一份本工作簿，在“{RULES.sheet}”里改好时限，再用它来比较。"
        )
    sheets = {records.sheet for records in taken}
    return taken, tuple(one for one in book.findings if one.sheet in sheets)


def _refuse_never_open(findings: Sequence[Finding], before: Facts, rules: Path | None) -> None:
    """What falls back on calendar time would be no answer to the question."""
    closed = next((one for one in findings if one.rule == "CAL-02"), None)
    if closed is not None:
        whose = f"“{rules.name}”" if rules else "这个工作簿"
        raise NoRules(f"{whose}的营业时间不能用：{closed.message}。{closed.hint}。")


def _person(before: Facts, other: RuleBook) -> replay.Person:
    rules = {
        versions[-1].id: versions[-1]
        for book in (other, before.book)  # whose rule it is now decides
        for stages in book.flows.values()
        for versions in stages
    }

    def named(row: int, rule_id: str, day: dt.date) -> str:
        return responsible(before, row, rules[rule_id], day, before.involved.at[row])[0]

    return named


# --- In words ---------------------------------------------------------------------------------------------------------


def _lines(found: Replay, rules: Path | None, sheets: Sequence[str], bad: Sequence[Finding]) -> Iterator[str]:
    if rules:
        yield f"换用“{rules.name}”的{'、'.join(sheets)}，把全部历史重新判一遍（只看不改）"
    else:
        yield f"换用默认规则（来源文件的时限），把全部历史重新判一遍（只看不改）；{HOURS.sheet}、{HOLIDAYS.sheet}不变"
    if bad:
        yield f"注意：那份规则有 {len(bad)} 处问题，例如 {bad[0].message}"
    yield ""
    yield from _differences(found)
    yield ""
    total = found.total
    yield f"共 {found.tickets} 单，{found.stages} 个环节有结论"
    yield f"  按时：{total.on_time_before} → {total.on_time_after}；超时：{total.late_before} → {total.late_after}"
    yield f"  按时率：{_rate(total.on_time_before, total.late_before)} → {_rate(total.on_time_after, total.late_after)}"
    tickets = len({one.cell for one in found.changed})
    alone = f"；另有 {found.moved} 个环节只有截止时间变" if found.moved else ""
    if not found.changed:
        yield f"  没有一个环节的结论会变{alone}"
        return
    yield f"  结论会变：{total.changed} 个环节，{tickets} 单（{_turns(total)}）{alone}"
    yield ""
    yield "按环节"
    for stage in found.by_stage:
        one = stage.count
        yield (
            f"  {stage.rule} {stage.stage}：{_turns(one)}（按时 {one.on_time_before} → {one.on_time_after}，"
            f"超时 {one.late_before} → {one.late_after}）"
        )
    yield ""
    yield "按责任人"
    for person in found.by_person:
        one = Count(to_late=person.to_late, to_on_time=person.to_on_time, other=person.other)
        yield f"  {person.person or '没有安排责任人'}：{_turns(one)}"
    yield ""
    yield "哪些单"
    yield from (f"  {_changed(one)}" for one in found.changed[:_MOST_LINES])
    if len(found.changed) > _MOST_LINES:
        yield f"  ……另有 {len(found.changed) - _MOST_LINES} 个环节，用 --json 看全部"


def _differences(found: Replay) -> Iterator[str]:
    if not found.differences:
        yield "两套规则没有不同"
        return
    yield f"不同的规则（{len(found.differences)} 处）"
    yield from (f"  {_difference(one)}" for one in found.differences[:_MOST_DIFFERENCES])
    if len(found.differences) > _MOST_DIFFERENCES:
        yield f"  ……另有 {len(found.differences) - _MOST_DIFFERENCES} 处，用 --json 看全部"
    if any(one.since for one in found.differences):
        yield "  写了生效日期的只影响那天起接收的反馈；要看对全部历史的影响，在那份规则里去掉生效日期"


def _difference(one: Difference) -> str:
    since = f"（{one.since} 起接收的）" if one.since else ""
    stage = f" {one.stage}" if one.stage else ""
    return f"{one.rule}{stage} {one.column}：{one.old or '空'} → {one.new or '空'}{since}"


def _turns(count: Count) -> str:
    parts = [("变为超时", count.to_late), ("变为按时", count.to_on_time), ("其他变化", count.other)]
    return "，".join(f"{name} {many}" for name, many in parts if many) or "没有变化"


def _rate(on_time: int, late: int) -> str:
    return f"{on_time / (on_time + late):.1%}" if on_time + late else "—"


def _changed(one: Changed) -> str:
    number = f"（第 {one.round} 轮）" if one.round > 1 else ""
    due = "截止不变" if one.due_before == one.due_after else f"截止 {_due(one.due_before)} → {_due(one.due_after)}"
    person = f"，{one.person}" if one.person else ""
    return f"{one.ticket or one.cell} {one.rule} {one.stage}{number}：{one.before} → {one.after}，{due}{person}"


def _due(iso: str) -> str:
    return iso.replace("T", " ")[:16] or "无"
