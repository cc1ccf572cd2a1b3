"""Words of 规则 that nobody uses: a 事项 that no entry will ever have, a role that nobody holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from automation.checks.facts import Check, Facts, mark
from automation.checks.values import nearest
from automation.sla.events import parse
from workbook import vocabulary
from workbook.finding import Finding, Severity
from workbook.schema import EVENTS, RULES, STAFF


def unknown_events(facts: Facts) -> Iterator[Finding]:
    """RULE-03: a start or a stop that names a 事项 of no list and of no entry: the stage would never begin, or never end."""
    known = _listed(facts, vocabulary.EVENT) | set(facts.ledger[EVENTS].frame["事项"])
    for column in ("起点", "终点"):
        named = {row: _words(cell) for row, cell in _cells(facts, column).items()}
        never = "永远不会开始计时" if column == "起点" else "永远不会结束"
        yield from _unknown(facts, column, named, known, f"处理记录里不会有的事项“{{}}”，这个环节可能{never}")


def unknown_roles(facts: Facts) -> Iterator[Finding]:
    """RULE-03: a role that nobody holds and no list has: the reminders of that rule would reach nobody."""
    known = _listed(facts, vocabulary.ROLE) | set(facts.ledger[STAFF].frame["角色"])
    for column in ("责任角色", "上报角色"):
        named = {row: (role,) for row, role in _cells(facts, column).items() if role}
        yield from _unknown(facts, column, named, known, "没有这个角色“{}”，提醒没有人收")


def _cells(facts: Facts, column: str) -> dict[int, str]:
    cells = facts.ledger[RULES].frame[column]
    return dict(zip(cells.index.tolist(), cells.tolist(), strict=True))


def _words(cell: str) -> tuple[str, ...]:
    event = parse(cell)
    return event.words if event is not None and event.in_records else ()


def _listed(facts: Facts, of: vocabulary.Vocabulary) -> set[str]:
    return {*of.values, *facts.ledger.dictionary.get(of.name, ())} - {""}


def _unknown(
    facts: Facts, column: str, named: Mapping[int, tuple[str, ...]], known: Collection[str], problem: str
) -> Iterator[Finding]:
    records = facts.ledger[RULES]
    odd = {row: word for row, words in named.items() for word in words if word not in known}
    near = {word: nearest(word, sorted(known)) for word in odd.values()}
    yield from mark(
        records,
        list(odd),
        column,
        "RULE-03",
        Severity.WARNING,
        lambda row: problem.format(odd[row]) + (f"；是不是“{near[odd[row]]}”？" if near[odd[row]] else ""),
        "改成列表里的词；确实是本店新加的，在“字典”表的对应列表里加上",
    )


CHECKS: tuple[Check, ...] = (unknown_events, unknown_roles)
