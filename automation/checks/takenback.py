"""EVID-01 where no time of the stage itself was moved: a mark, a field of a ledger or an entry made it late no more."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation import lates
from automation.amendments import edits_of
from automation.checks import evidence
from automation.checks.facts import Check, Facts, clock_time, mark
from automation.laterounds import Round
from automation.past import WATCHED, Change
from automation.sla.limits import FAILED_CONTACT
from automation.sla.returns import AUDIT, CALLBACK
from automation.sla.rules import Rule
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.schema import EVENTS

_PENDING = "STD-04"
_LEDGERS = tuple(name for name in WATCHED if ":" in name and not name.endswith("最近沟通日期"))


def marked_late_no_more(facts: Facts) -> Iterator[Finding]:
    """EVID-01: a pass saw a stage late that rests on the register, and by the record as it is now it is not."""
    known = [one for one in lates.recent(facts) if one[1].begin.in_register and one[1].end.in_register]
    told = evidence.told_of(facts, edits_of(facts)) if known else set()
    for taken, rule, row, mine in known:
        if (row, rule.id) in told:
            continue
        late, history = taken.late, facts.past.history
        bearing = _bearing(rule)
        changes = [one for one in history.of(late.ticket) if one.at == taken.seen and one.field in bearing]
        records, where, column = _place(facts, rule, row, changes, mine)
        of_now = [one for one in mine if one.is_of(late)]
        verdict = f"是“{of_now[-1].verdict.chinese}”" if of_now else "没有这一次"
        words = (
            f"{_told(changes, facts)}“{rule.stage}”（{rule.id}）截止 {clock_time(pd.Timestamp(late.due))}，"
            f"{taken.at:%Y-%m-%d %H:%M} 处理时已超时，按现在的记录{verdict}（首次发现于 {taken.seen:%Y-%m-%d %H:%M}）"
        )
        filled = bool(changes) and all(one.old == "" for one in changes)
        severity = Severity.INFO if filled else Severity.WARNING
        yield from mark(records, [where], column, "EVID-01", severity, lambda row, words=words: words, evidence.HINT)  # type: ignore[misc]


def _bearing(rule: Rule) -> frozenset[str]:
    """The watched fields that a verdict of the rule may rest on."""
    fields = {rule.start, rule.stop, "接收时间", "流程", AUDIT}
    if rule.condition:
        fields |= {rule.condition.column, "客户联系时间"}
    if rule.id == CALLBACK:
        fields.add("需回访")
    if rule.id == _PENDING:
        fields.update(_LEDGERS)
    return frozenset(fields)


def _told(changes: list[Change], facts: Facts) -> str:
    """Each of the fields with what it was and is; what both ledgers say alike once."""
    present = facts.past.history.present
    said: dict[tuple[str, str, str], str] = {}
    for one in changes:
        now = present(one.ticket, one.field)
        words = f"“{one.field}”原{_value(one.old)}，现{_value(now)}；"
        said.setdefault((one.field.rpartition(":")[2], one.old, now), words)
    return "".join(said.values())


def _value(shown: str) -> str:
    return f"为 {shown}" if shown else "为空"


def _place(facts: Facts, rule: Rule, row: int, changes: list[Change], mine: list[Round]) -> tuple[Records, int, str]:
    """The first cell that was changed; where none was, the entry that made the limit longer, else the end of the stage."""
    register = facts.ledger.register
    for change in changes:
        sheet, _, column = change.field.rpartition(":")
        if not sheet:
            return register, row, column
        numbers = facts.ledger.tables[sheet].frame["编号"]
        rows = numbers.index[numbers == change.ticket]
        if len(rows):
            return facts.ledger.tables[sheet], int(rows[0]), column
    if any(one.clock.extended[one.place] for one in mine):
        records = facts.ledger[EVENTS]
        frame = records.frame[records.frame["编号"] == register.frame.at[row, "编号"]]
        tried = frame[frame["事项"].eq("联系客户") & frame["结果"].str.contains(FAILED_CONTACT, regex=False)]
        if len(tried):
            return records, int(tried.index[0]), "时间"
    return register, row, rule.stop if rule.stop in register.columns else "编号"


CHECKS: tuple[Check, ...] = (marked_late_no_more,)
