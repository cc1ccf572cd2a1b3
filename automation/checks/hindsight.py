"""Hindsight: what a pass judged late, and what stands on record now says otherwise. It states, and accuses nobody.

Stages that start and end with times of the register are spoken of in :mod:`automation.checks.evidence`, field by field.
Those of the other flows rest on entries of 处理记录 and the side sheets, which the journal does not keep one by one; what
it does keep is what was late, since which pass, and whether somebody was told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from automation import lates
from automation.alerts import Level, of_key
from automation.checks.facts import Check, Facts, clock_time, mark
from automation.excuses import answered
from automation.laterounds import Round, rounds
from automation.past import KEPT
from automation.sla.events import Event
from automation.sla.rules import Rule
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.schema import EVENTS

_HINT = "补记、改动有依据的，在“备注”写明即可；不是有意改动的，请改回原值。本条只陈述，31 天后不再列出"


class _Told(NamedTuple):
    """A deadline that was passed and not met; ``at``: when a pass saw that first. ``alerted``: somebody was told of it then.
    ``end``: when it was done by the record of those days; missing where it was not.
    """

    ticket: str
    rule: str
    due: dt.datetime
    at: dt.datetime
    alerted: bool = True
    end: pd.Timestamp | None = None

    @property
    def said(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {'提醒过超时' if self.alerted else '处理时已超时'}"


def late_no_more(facts: Facts) -> Iterator[Finding]:
    """EVID-04: a pass saw that something was late; by the entries as they are now it was done in time, or need not be, or
    the deadline is gone.
    """
    known: set[tuple[str, str, dt.datetime]] = set()
    for taken, rule, row, mine in lates.recent(facts):
        late = taken.late
        alerted = facts.past.told_at.get(f"{late.ticket}|{late.rule}|{late.due}|{Level.LATE.name}")
        end = pd.Timestamp(late.end) if late.end else None
        due = dt.datetime.fromisoformat(late.due)
        told = _Told(late.ticket, late.rule, due, alerted or taken.at, alerted is not None, end)
        known.add((told.ticket, told.rule, told.due))
        if _rests_on_entries(rule):
            yield from _stated(facts, told, rule, row, mine)
    for told, mine in _alerted(facts):
        if (told.ticket, told.rule, told.due) not in known:
            same = [each for each in mine if each.due == pd.Timestamp(told.due)]
            if not same or same[-1].in_time:
                yield from _stated(facts, told, mine[-1].clock.rule, mine[-1].row, mine)


def _rests_on_entries(rule: Rule) -> bool:
    return not (rule.begin.in_register and rule.end.in_register)


def _alerted(facts: Facts) -> Iterator[tuple[_Told, list[Round]]]:
    """What somebody was told of lately as late, and the rounds of its stage as they are."""
    told = _told_late(facts)
    if not told:
        return
    numbers = facts.register["编号"]
    rows = {ticket: row for row, ticket in numbers[numbers.isin({one.ticket for one in told})].items()}
    of_now = rounds(facts, {one.rule for one in told}, set(rows.values()))
    for one in told:
        mine = of_now.get((rows.get(one.ticket, -1), one.rule), [])
        if mine and _rests_on_entries(mine[-1].clock.rule) and not _answered_since(facts, one, mine):
            yield one, mine


def _told_late(facts: Facts) -> list[_Told]:
    first: dict[tuple[str, str, dt.datetime], dt.datetime] = {}
    for key, at in facts.past.told_at.items():
        alert = of_key(key) if facts.now - KEPT < at else None
        if alert is not None and alert.level is not Level.AT_RISK:
            matter = (alert.ticket, alert.rule, alert.due)
            first[matter] = min(at, first.get(matter, at))
    return [_Told(*matter, at) for matter, at in sorted(first.items())]


def _answered_since(facts: Facts, told: _Told, mine: list[Round]) -> bool:
    """Of a promise (X-07) that is gone: whether an answer after it is on record, so that the next may well be another."""
    rule = mine[-1].clock.rule
    same = any(each.due == pd.Timestamp(told.due) for each in mine)
    return rule.promised and not same and answered(facts, rule, mine[-1].row, np.datetime64(told.due, "s"))


def _stated(facts: Facts, told: _Told, rule: Rule, row: int, mine: list[Round]) -> Iterator[Finding]:
    same = [each for each in mine if each.due == pd.Timestamp(told.due)]
    name, due = f"“{rule.stage}”（{rule.id}）", clock_time(pd.Timestamp(told.due))
    severity = Severity.WARNING
    if same and pd.notna(same[-1].actual):
        actual = same[-1].actual
        records, where, column = _end(facts, same[-1], actual)
        severity = Severity.WARNING if told.end is not None else Severity.INFO
        was = "的时候还没有记录；现在" if told.end is None else f"，原记录的完成时间是 {clock_time(told.end)}；现在"
        said = told.said.replace("过", "") if told.alerted else told.said
        words = f"{name}截止 {due}，{said}{was}记录的完成时间是 {clock_time(actual)}，按现在的记录没有超时"
    else:
        records, where, column = _start(facts, rule, row) if mine else (facts.ledger.register, row, "流程")
        now_due = mine[-1].due if mine else pd.NaT
        if not mine:
            present = "现在的流程没有这个环节"
        elif same:
            present = f"按现在的记录是“{same[-1].verdict.chinese}”"
        else:
            present = f"现在是 {clock_time(now_due)}" if pd.notna(now_due) else "现在没有截止时间"
        once = "提醒过的那一次" if told.alerted else "那一次"
        words = f"{name}{told.said}，当时的截止时间是 {due}；{present}，{once}不再计为超时"
    yield from mark(records, [where], column, "EVID-04", severity, lambda row: words, _HINT)


def _end(facts: Facts, now: Round, actual: pd.Timestamp) -> tuple[Records, int, str]:
    """The cell of 处理记录 that ended the round, else the ticket's number."""
    end = now.clock.rule.end
    if end.in_records:
        mine = _entries(facts, end, now.row)
        mine = mine[mine["时间"] == actual]
        if len(mine):
            return facts.ledger[EVENTS], int(mine.index[0]), "时间"
    return facts.ledger.register, now.row, "编号"


def _start(facts: Facts, rule: Rule, row: int) -> tuple[Records, int, str]:
    """The cell that starts the stage, or would: of several entries the last; else the ticket's number."""
    begin, register = rule.begin, facts.ledger.register
    if begin.in_register and rule.start in register.columns:
        return register, row, rule.start
    if begin.in_records:
        mine = _entries(facts, begin, row)
        if len(mine):
            return facts.ledger[EVENTS], int(mine.index[-1]), "结果" if begin.result else "时间"
    return register, row, "编号"


def _entries(facts: Facts, event: Event, row: int) -> pd.DataFrame:
    """The ticket's entries with these 事项, whatever their 结果."""
    frame = facts.ledger[EVENTS].frame
    return frame[frame["编号"].eq(facts.register.at[row, "编号"]) & frame["事项"].isin(event.words)]


CHECKS: tuple[Check, ...] = (late_no_more,)
