"""Evidence: what was changed afterwards in the cells that verdicts rest on. It states old value, new value and when the
change was first seen, and accuses nobody: many a correction is right.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from automation.checks.facts import Check, Facts, clock_time, mark
from automation.past import CASE, KEPT, PRESENCE, Change, History
from automation.sla import clock
from automation.sla.calendar import Calendar, NoOpenTime
from automation.sla.stages import Clocks, StageClock
from automation.sla.verdict import Verdict
from workbook.finding import Finding, Severity
from workbook.schema import EVENTS, REGISTER, TEMPORAL

ARCHIVED, AUDIT, RETURNED = "归档时间", "考核结果", "退回"
_NEW_ROUND = frozenset({"执行完成时间", "转客服时间", ARCHIVED, "回访时间", "满意度", AUDIT})
"""What a form that was returned is filled in with again (STD-10)."""
_NUMBERING, _LIABILITY, _CALLBACK = "STD-03", "STD-04", "STD-09"
_NOT_LATE = frozenset({Verdict.ON_TIME, Verdict.RUNNING, Verdict.AT_RISK})
_HINT = "改动有依据的，在“备注”写明即可；不是有意改动的，请改回原值。本条只陈述改动，31 天后不再列出"


@dataclass(frozen=True)
class _Edited:
    """A field of a ticket with the changes to be told of, oldest first, and those of the month before them.

    ``row`` is the ticket's place in the register.
    """

    row: int
    changes: list[Change]
    earlier: list[Change]
    present: str

    @property
    def column(self) -> str:
        return self.changes[0].field

    def came_back(self, change: Change) -> bool:
        """Whether the value that stands there now stood there before ``change``: somebody has corrected a slip."""
        return any(one.old == self.present for one in (*self.earlier, *self.changes) if one.at <= change.at)


@dataclass
class _Told:
    """A time whose change ended the lateness of ``stages``; ``filled``: it was empty and no pass saw it in time."""

    row: int
    change: Change
    present: str
    filled: bool
    stages: list[str] = field(default_factory=list)


def late_no_more(facts: Facts) -> Iterator[Finding]:
    """EVID-01: by the time as it was a stage was late, by the time as it is now it is not."""
    edits = _edits(facts)
    for told in _no_more(facts, edits, _moves(facts, edits)).values():
        change, name = told.change, told.change.field
        yield from mark(
            facts.ledger.register,
            [told.row],
            name,
            "EVID-01",
            Severity.INFO if told.filled else Severity.WARNING,
            lambda row, told=told, change=change, name=name: (  # type: ignore[misc]
                f"“{name}”原为空，于 {_at(change.before)} 之后补填为 {told.present}{_first_seen(change)}；"
                f"{'、'.join(told.stages)}，{_at(change.before)} 时已超时，按补填的时间没有超时"
                if told.filled
                else f"“{name}”原为 {change.old}，现为 {told.present}{_first_seen(change)}；"
                f"{'、'.join(told.stages)}，按原值超时，按现值没有超时"
            ),
            _HINT,
        )


def start_moved(facts: Facts) -> Iterator[Finding]:
    """EVID-03: a start was moved later, and a due time with it. Where that ended a lateness, EVID-01 says so."""
    edits = _edits(facts)
    moves = _moves(facts, edits)
    told = _no_more(facts, edits, moves)
    later: dict[tuple[str, str], list[_Move]] = defaultdict(list)
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
            _HINT,
        )


def reopened(facts: Facts) -> Iterator[Finding]:
    """EVID-02: a case that was archived lost its 归档时间, or another field the clocks rest on changed."""
    history, records = facts.past.history, facts.ledger.register
    edits = _edits(facts)
    returned = _returned_on_record(facts, edits)
    for edited in edits:
        closed = (change for change in (*edited.earlier, *edited.changes) if history.before(change, ARCHIVED))
        silent = [change for change in closed if not _goes_on(facts, change, returned)]
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
            "需要重新处理的，把“考核结果”改为“退回”或在“处理记录”记一条“退回”；" + _HINT,
        )


def _edits(facts: Facts) -> list[_Edited]:
    """The fields changed lately of tickets that stand in the register once. What belonged to another case (NUM-07) is
    left out.
    """
    history, numbers = facts.past.history, facts.register["编号"]
    recent = history.recent(facts.now)
    if not recent:
        return []
    another = {change.ticket: change.at for change in recent if change.field == CASE}
    chains: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in recent:
        of_this_case = change.ticket not in another or change.at > another[change.ticket]
        if of_this_case and change.field not in (PRESENCE, CASE):
            chains[change.ticket, change.field].append(change)
    rows = numbers[numbers.isin({ticket for ticket, _ in chains}) & ~numbers.duplicated(keep=False)]
    row_of = {number: int(row) for row, number in rows.items()}
    return [
        _Edited(row_of[ticket], changes, _month_before(history, changes[0]), history.present(ticket, name))
        for (ticket, name), changes in chains.items()
        if ticket in row_of
    ]


def _month_before(history: History, first: Change) -> list[Change]:
    same = (one for one in history.of(first.ticket) if one.field == first.field)
    return [one for one in same if first.at - KEPT < one.at < first.at]


def _no_more(facts: Facts, edits: Sequence[_Edited], moves: Sequence[_Move]) -> Mapping[tuple[str, str], _Told]:
    """Ticket and field → what made its stages late before and does not now, by their end or by their start."""
    found: dict[tuple[str, str], _Told] = {}
    returned = _returned_on_record(facts, edits)
    for stage, edited, place in _stages_ending_with(facts.clocks, edits):
        cutoff = stage.cutoff[place]
        if stage.verdict[place] != Verdict.ON_TIME or stage.actual[place] != _instant(edited.present):
            continue
        for change in reversed(edited.changes):
            if edited.came_back(change):
                continue
            if _was_late(facts, change, stage.rule.id, cutoff) and not _new_round(facts, change, returned):
                key = (change.ticket, change.field)
                told = found.setdefault(key, _Told(edited.row, change, edited.present, filled=change.old == ""))
                told.stages.append(_named(stage, place))
                break
    for move in moves:
        if move.was_late:
            key = (move.change.ticket, move.change.field)
            told = found.setdefault(key, _Told(move.row, move.change, move.present, filled=False))
            if not told.filled:
                told.stages.append(f"“{move.stage}”原截止 {move.due_before}、现截止 {move.due}")
    return found


def _was_late(facts: Facts, change: Change, rule: str, cutoff: np.datetime64) -> bool:
    """Whether the end as it was came too late, or was missing when a pass looked after the last instant on time."""
    if change.old:
        return bool(_instant(change.old) > cutoff)
    if change.before is None or not np.datetime64(change.before, "s") > cutoff:
        return False
    if rule == _CALLBACK:
        return facts.past.history.before(change, "需回访") == "是"
    return rule != _LIABILITY or not _was_pending(facts, change)


def _was_pending(facts: Facts, change: Change) -> bool:
    sheets = ("未了事宜台帐-客户经理", "未了事宜台帐-客服中心")
    return any("未了" in facts.past.history.before(change, f"{sheet}：状态") for sheet in sheets)


def _stages_ending_with(clocks: Clocks, edits: Sequence[_Edited]) -> Iterator[tuple[StageClock, _Edited, int]]:
    """The stages that end with an edited column, and the ticket's place in them."""
    by_column: dict[str, list[_Edited]] = defaultdict(list)
    for edited in edits:
        by_column[edited.column].append(edited)
    for flow in clocks.flows.values():
        for stage in flow.stages:
            mine = by_column.get(stage.rule.stop, [])
            places = flow.index.get_indexer([edited.row for edited in mine])
            yield from (
                (stage, edited, place) for edited, place in zip(mine, places.tolist(), strict=True) if place >= 0
            )


@dataclass(frozen=True)
class _Move:
    """What moving a start did to one stage; due times as shown to people."""

    row: int
    change: Change
    present: str
    stage: str
    due_before: str
    due: str
    later: bool
    was_late: bool


def _moves(facts: Facts, edits: Sequence[_Edited]) -> list[_Move]:
    """For each start that was moved: its stages by the clock as it is, and by the same clock with the start as it was."""
    returned = _returned_on_record(facts, edits)
    moved: list[tuple[_Edited, Change]] = []
    for edited in edits:
        change = next((one for one in edited.changes if one.old), None)
        is_time = edited.column in REGISTER.headers and REGISTER[edited.column].kind in TEMPORAL
        if (
            change
            and is_time
            and edited.present
            and not edited.came_back(change)
            and not _new_round(facts, change, returned)
        ):
            moved.append((edited, change))
    before = _as_it_was(facts, moved) if moved else None
    if before is None:
        return []
    found: list[_Move] = []
    for name, flow in before.flows.items():
        now = facts.clocks.flows.get(name)
        for was, stage in zip(flow.stages, now.stages if now else (), strict=False):
            for place, at in enumerate(flow.index.tolist()):
                edited, change = moved[at]
                if was.rule.start == edited.column and was.rule.id != _NUMBERING and now is not None:
                    here = now.index.get_indexer([edited.row])[0]
                    found += _move(edited, change, (was, place), (stage, here)) if here >= 0 else ()
    return found


def _move(
    edited: _Edited, change: Change, before: tuple[StageClock, int], after: tuple[StageClock, int]
) -> Iterator[_Move]:
    (was, place), (stage, here) = before, after
    last, cutoff, end = was.cutoff[place], stage.cutoff[here], stage.actual[here]
    if np.isnat(last) or np.isnat(cutoff) or last == cutoff:
        return
    looked = np.datetime64(change.at, "s") if np.isnat(end) else end
    was_late = bool(looked > last) and Verdict(stage.verdict[here]) in _NOT_LATE
    yield _Move(
        edited.row,
        change,
        edited.present,
        stage.rule.stage,
        _at(was.due[place]),
        _at(stage.due[here]),
        later=bool(cutoff > last),
        was_late=was_late,
    )


def _as_it_was(facts: Facts, moved: Sequence[tuple[_Edited, Change]]) -> Clocks | None:
    """The clock over these tickets alone, each with its old start; row ``n`` is the ``n``-th of them."""
    if facts.clocks.calendar is None:
        return None
    frame = facts.register.loc[[edited.row for edited, _ in moved]].reset_index(drop=True)
    years = [facts.clocks.calendar.first.year]
    for at, (edited, change) in enumerate(moved):
        frame.loc[at, edited.column] = pd.Timestamp(_instant(change.old))
        years.append(int(change.old[:4]))
    calendar: Calendar = replace(facts.clocks.calendar, first=dt.date(min(years), 1, 1))
    ledger = facts.ledger.having(replace(facts.ledger.register, frame=frame))
    try:
        return clock.run(ledger, facts.book, calendar, facts.now, facts.past.history)
    except NoOpenTime:  # CAL-02 speaks of it
        return None


def _new_round(facts: Facts, change: Change, returned: frozenset[str]) -> bool:
    """Whether a change is the rework of a form that was returned: not evidence. Nothing done again is done earlier."""
    history = facts.past.history
    if change.field not in _NEW_ROUND:
        return False
    if change.field in REGISTER.headers and REGISTER[change.field].kind in TEMPORAL and "" < change.new < change.old:
        return False
    audits = (history.before(change, AUDIT), history.result(change, AUDIT))
    return RETURNED in audits or change.ticket in returned


def _returned_on_record(facts: Facts, edits: Sequence[_Edited]) -> frozenset[str]:
    """The edited tickets that 处理记录 says were returned."""
    tickets = {edited.changes[0].ticket for edited in edits if edited.column in _NEW_ROUND}
    if not tickets:
        return frozenset()
    entries = facts.ledger[EVENTS].frame
    entries = entries[entries["编号"].isin(tickets)]
    said = entries["事项"].str.contains(RETURNED, regex=False) | entries["结果"].str.contains(RETURNED, regex=False)
    return frozenset(entries.loc[said.astype(bool), "编号"])


def _goes_on(facts: Facts, change: Change, returned: frozenset[str]) -> bool:
    """What may go on after a case is archived: rework, a callback made later, a pending item talked over and closed."""
    sheet, _, column = change.field.rpartition(":")
    if sheet:
        return change.old == "" or column == "最近沟通日期" or change.new == "已了"
    called_back = change.field in ("回访时间", "满意度") and change.old == ""
    return called_back or _new_round(facts, change, returned)


def _only_row(facts: Facts, sheet: str, ticket: str) -> int | None:
    numbers = facts.ledger.tables[sheet].frame["编号"]
    rows = numbers.index[numbers == ticket]
    return int(rows[0]) if len(rows) == 1 else None


def _value(shown: str) -> str:
    return f" {shown}" if shown else "空"


def _instant(shown: str) -> np.datetime64:
    return np.datetime64(shown.replace(" ", "T") if shown else "NaT", "s")


def _named(stage: StageClock, place: int) -> str:
    return f"“{stage.rule.stage}”（{stage.rule.id}）截止 {_at(stage.due[place])}"


def _at(moment: dt.datetime | np.datetime64 | None) -> str:
    return clock_time(pd.Timestamp(moment)) if moment is not None else ""


def _first_seen(change: Change) -> str:
    return f"（首次发现于 {_at(change.at)}）"


CHECKS: tuple[Check, ...] = (late_no_more, reopened, start_moved)
