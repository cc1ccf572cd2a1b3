"""Evidence: what was changed afterwards in the cells that verdicts rest on. It states old value, new value and when the
change was first seen, and accuses nobody: many a correction is right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from automation.amendments import (
    ARCHIVED,
    Edited,
    Move,
    at_time,
    edits_of,
    instant,
    is_rework,
    moves_of,
    returned_among,
)
from automation.checks.facts import Check, Facts, mark
from automation.past import Change
from automation.sla import courses, days, returns
from automation.sla.rules import Rule
from automation.sla.stages import Clocks, StageClock
from automation.sla.verdict import Verdict
from workbook.finding import Finding, Severity
from workbook.schema import EVENTS

_LIABILITY, _CALLBACK = "STD-04", "STD-09"
HINT = "改动有依据的，在“备注”写明即可；不是有意改动的，请改回原值。本条只陈述改动，31 天后不再列出"


@dataclass
class _Told:
    """A time whose change ended the lateness of ``stages``; ``filled``: it was empty and no pass saw it in time."""

    row: int
    change: Change
    present: str
    filled: bool
    stages: list[str] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)


def late_no_more(facts: Facts) -> Iterator[Finding]:
    """EVID-01: by the time as it was a stage was late, by the time as it is now it is not."""
    edits = edits_of(facts)
    for told in _no_more(facts, edits, moves_of(facts, edits)).values():
        change, name = told.change, told.change.field
        yield from mark(
            facts.ledger.register,
            [told.row],
            name,
            "EVID-01",
            Severity.INFO if told.filled else Severity.WARNING,
            lambda row, told=told, change=change, name=name: (  # type: ignore[misc]
                f"“{name}”原为空，于 {at_time(change.before)} 之后补填为 {told.present}{_first_seen(change)}；"
                f"{'、'.join(told.stages)}，{at_time(change.before)} 时已超时，按补填的时间没有超时"
                if told.filled
                else f"“{name}”原为 {change.old}，现为 {told.present}{_first_seen(change)}；"
                f"{'、'.join(told.stages)}，按原值超时，按现值没有超时"
            ),
            HINT,
        )


def told_of(facts: Facts, edits: Sequence[Edited]) -> set[tuple[int, str]]:
    """Register rows and rules of which :func:`late_no_more` speaks."""
    told = _no_more(facts, edits, moves_of(facts, edits)).values()
    return {(one.row, rule) for one in told for rule in one.rules}


def start_moved(facts: Facts) -> Iterator[Finding]:
    """EVID-03: a start was moved later, and a due time with it. Where that ended a lateness, EVID-01 says so."""
    edits = edits_of(facts)
    moves = moves_of(facts, edits)
    told = _no_more(facts, edits, moves)
    later: dict[tuple[str, str], list[Move]] = defaultdict(list)
    for move in moves:
        key = (move.change.ticket, move.change.field)
        if move.later and key not in told:
            later[key].append(move)
    for several in later.values():
        change, present = several[0].change, several[0].present
        yield from mark(
            facts.ledger.register,
            [several[0].row],
            change.field,
            "EVID-03",
            Severity.INFO,
            lambda row, several=several, change=change, present=present: (  # type: ignore[misc]
                f"“{change.field}”原为 {change.old}，现为 {present}{_first_seen(change)}；截止时间随之推后："
                + "、".join(f"“{one.stage}”由 {one.due_before} 变为 {one.due}" for one in several)
            ),
            HINT,
        )


def reopened(facts: Facts) -> Iterator[Finding]:
    """EVID-02: a case that was archived lost its 归档时间, or another field the clocks rest on changed."""
    history, records = facts.past.history, facts.ledger.register
    edits = edits_of(facts)
    returned = returned_among(facts, edits)
    for edited in edits:
        closed = (change for change in (*edited.earlier, *edited.changes) if history.before(change, ARCHIVED))
        silent = [change for change in closed if not _goes_on(facts, edited, change, returned)]
        change = next((one for one in silent if one in edited.changes), None)
        if change is None or silent[0].old == edited.present:  # it is again what it was
            continue
        archived = history.before(change, ARCHIVED)
        sheet, _, column = change.field.rpartition(":")
        where, row = (facts.ledger.tables[sheet], _only_row(facts, sheet, change.ticket)) if sheet else (records, None)
        if sheet and row is None:  # the ledger has lost the entry: the case's own row speaks for it
            where, column = records, ARCHIVED
        end = (
            "本单已归档，现在又没有了归档时间"
            if column == ARCHIVED and not edited.present
            else f"当时本单已归档（{archived}）"
        )
        yield from mark(
            where,
            [edited.row if row is None else row],
            column,
            "EVID-02",
            Severity.WARNING,
            lambda row, edited=edited, change=change, end=end: (  # type: ignore[misc]
                f"“{change.field}”原为{_value(change.old)}，现为{_value(edited.present)}{_first_seen(change)}；{end}"
            ),
            _openly(facts, edited.row) + HINT,
        )


def _no_more(facts: Facts, edits: Sequence[Edited], moves: Sequence[Move]) -> Mapping[tuple[str, str], _Told]:
    """Ticket and field → what made its stages late before and does not now, by their end or by their start."""
    found: dict[tuple[str, str], _Told] = {}
    returned = returned_among(facts, edits)
    for stage, edited, place in _stages_ending_with(facts.clocks, edits):
        cutoff = stage.cutoff[place]
        if stage.verdict[place] != Verdict.ON_TIME or stage.written_actual[place] != instant(edited.present):
            continue
        for change in reversed(edited.changes):
            if edited.came_back(change):
                continue
            if _was_late(facts, change, stage.rule.id, cutoff) and not is_rework(facts, change, returned):
                key = (change.ticket, change.field)
                told = found.setdefault(key, _Told(edited.row, change, edited.present, filled=change.old == ""))
                told.stages.append(_named(stage, place))
                told.rules.add(stage.rule.id)
                break
    for move in moves:
        if move.was_late:
            key = (move.change.ticket, move.change.field)
            told = found.setdefault(key, _Told(move.row, move.change, move.present, filled=False))
            told.rules.add(move.rule)
            if not told.filled:
                told.stages.append(f"“{move.stage}”原截止 {move.due_before}、现截止 {move.due}")
    return found


def _was_late(facts: Facts, change: Change, rule: str, cutoff: np.datetime64) -> bool:
    """Whether the end as it was came too late, or was missing when a pass looked after the last instant on time.

    An end that had not come yet was a slip (TIME-01), and no end.
    """
    if change.old and instant(change.old) <= np.datetime64(change.at, "s"):
        return bool(instant(change.old) > cutoff)
    if change.before is None or not np.datetime64(change.before, "s") > cutoff:
        return False
    if rule == _CALLBACK:
        return facts.past.history.before(change, "需回访") == "是"
    return rule != _LIABILITY or not _was_pending(facts, change)


def _was_pending(facts: Facts, change: Change) -> bool:
    sheets = ("未了事宜台帐-客户经理", "未了事宜台帐-客服中心")
    return any("未了" in facts.past.history.before(change, f"{sheet}：状态") for sheet in sheets)


def _stages_ending_with(clocks: Clocks, edits: Sequence[Edited]) -> Iterator[tuple[StageClock, Edited, int]]:
    """The stages that end with an edited column, and the ticket's place in them."""
    by_column: dict[str, list[Edited]] = defaultdict(list)
    for edited in edits:
        by_column[edited.column].append(edited)
    for flow in clocks.flows.values():
        for stage in flow.stages:
            mine = by_column.get(stage.rule.stop, [])
            places = flow.index.get_indexer([edited.row for edited in mine])
            yield from (
                (stage, edited, place) for edited, place in zip(mine, places.tolist(), strict=True) if place >= 0
            )


def _goes_on(facts: Facts, edited: Edited, change: Change, returned: frozenset[str]) -> bool:
    """What may go on after a case is archived: rework, a callback made later, a pending item talked over and closed; and
    anything once an entry after the archive has opened the case again.
    """
    ticket, now = facts.register.loc[[edited.row]], np.datetime64(facts.now, "s")
    opened = courses.openings(_stages(facts, edited.row), ticket, facts.ledger, now)
    filed = np.array([instant(facts.past.history.before(change, ARCHIVED))])
    if (opened.time > days.last(filed)).any():
        return True
    sheet, _, column = change.field.rpartition(":")
    if sheet:
        return change.old == "" or column == "最近沟通日期" or change.new == "已了"
    called_back = change.field in ("回访时间", "满意度") and change.old == ""
    return called_back or is_rework(facts, change, returned)


def _stages(facts: Facts, row: int) -> tuple[tuple[Rule, ...], ...]:
    flow = next(flow.flow for flow in facts.clocks.flows.values() if row in flow.index)
    return facts.book.stages(flow)


def _openly(facts: Facts, row: int) -> str:
    """How a closed case is opened again for everybody to see."""
    stages = _stages(facts, row)
    if any(rules[-1].id == returns.EXECUTION for rules in stages):
        return "需要重新处理的，把“考核结果”改为“退回”或在“处理记录”记一条“退回”；"
    entries = "或".join(dict.fromkeys(event.chinese.removeprefix(EVENTS.sheet) for event in courses.openers(stages)))
    return f"需要重新处理的，在“处理记录”记一条{entries}；" if entries else ""


def _only_row(facts: Facts, sheet: str, ticket: str) -> int | None:
    numbers = facts.ledger.tables[sheet].frame["编号"]
    rows = numbers.index[numbers == ticket]
    return int(rows[0]) if len(rows) == 1 else None


def _value(shown: str) -> str:
    return f" {shown}" if shown else "空"


def _named(stage: StageClock, place: int) -> str:
    return f"“{stage.rule.stage}”（{stage.rule.id}）截止 {at_time(stage.due[place])}"


def _first_seen(change: Change) -> str:
    return f"（首次发现于 {at_time(change.at)}）"


CHECKS: tuple[Check, ...] = (late_no_more, reopened, start_moved)
