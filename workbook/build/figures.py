"""A live figure: the formula Excel keeps up to date, and the value it has now for readers that do not recalculate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbook.schema import Table

Rows = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Figure:
    """``formula`` begins with ``=``; ``value`` is what it gives for the rows it was made from."""

    formula: str
    value: float | str


@dataclass(frozen=True, slots=True)
class Condition:
    """One pair of COUNTIFS: a column, the criterion as Excel writes it, and the same test in Python."""

    column: str
    criterion: str
    holds: Callable[[object], bool]


def equals(column: str, word: str, cell: str = "") -> Condition:
    """The column holds ``word``, which stands in ``cell`` of the dashboard when given."""
    return Condition(column, cell or f'"{word}"', lambda value: value == word)


def filled(column: str) -> Condition:
    """The column holds anything."""
    return Condition(column, '"<>"', lambda value: value not in (None, ""))


def empty(column: str) -> Condition:
    """The column holds nothing."""
    return Condition(column, '"="', lambda value: value in (None, ""))


def positive(column: str) -> Condition:
    """The column holds a number above nothing."""
    return Condition(column, '">0"', lambda value: isinstance(value, int | float) and value > 0)


def since(column: str, day: dt.date, cell: str) -> Condition:
    """The column holds a time on or after ``day``, which stands in ``cell``; text that looks like a time is no time."""
    start = dt.datetime.combine(day, dt.time.min)
    return Condition(column, f'">="&{cell}', lambda value: isinstance(value, dt.date) and _instant(value) >= start)


def before(column: str, day: dt.date, cell: str) -> Condition:
    """The column holds a time before ``day``, which stands in ``cell``."""
    end = dt.datetime.combine(day, dt.time.min)
    return Condition(column, f'"<"&{cell}', lambda value: isinstance(value, dt.date) and _instant(value) < end)


def count(table: Table, rows: Rows, *conditions: Condition) -> Figure:
    """How many rows of ``table`` hold all the conditions."""
    value = sum(all(c.holds(row.get(c.column)) for c in conditions) for row in rows)
    return Figure(f"=COUNTIFS({_pairs(table, conditions)})", value)


def total(table: Table, rows: Rows, column: str, *conditions: Condition) -> Figure:
    """The sum of ``column`` over the rows that hold all the conditions."""
    chosen = (row.get(column) for row in rows if all(c.holds(row.get(c.column)) for c in conditions))
    value = sum(amount for amount in chosen if isinstance(amount, int | float))
    return Figure(f"=SUMIFS({reference(table, column)},{_pairs(table, conditions)})", value)


def mean_age(table: Table, rows: Rows, column: str, today: dt.date, cell: str, *conditions: Condition) -> Figure:
    """Mean days from ``column`` to the start of ``today``, which stands in ``cell``; ``–`` when there is no row."""
    chosen = (row.get(column) for row in rows if all(c.holds(row.get(c.column)) for c in conditions))
    times = [_instant(value) for value in chosen if isinstance(value, dt.date)]
    start = dt.datetime.combine(today, dt.time.min)
    value = sum((start - time).total_seconds() for time in times) / 86400 / len(times) if times else None
    average = f"AVERAGEIFS({reference(table, column)},{_pairs(table, conditions)})"
    return Figure(f'=IFERROR({cell}-{average},"–")', "–" if value is None else value)


def share(part: Figure, whole: Figure) -> Figure:
    """``part`` over ``whole``; ``–`` when there is nothing to divide by."""
    value = float(part.value) / float(whole.value) if float(whole.value) else "–"
    return Figure(f'=IFERROR(({part.formula[1:]})/({whole.formula[1:]}),"–")', value)


def summed(*figures: Figure) -> Figure:
    """All of them together."""
    return Figure("=" + "+".join(f.formula[1:] for f in figures), sum(float(f.value) for f in figures))


def reference(table: Table, column: str) -> str:
    """A column of a table in full form; raises ``KeyError`` when the schema has no such column."""
    return f"{table.name}[{table[column].name}]"


def _pairs(table: Table, conditions: Sequence[Condition]) -> str:
    return ",".join(f"{reference(table, c.column)},{c.criterion}" for c in conditions)


def _instant(value: dt.date) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    return dt.datetime.combine(value, dt.time.min)
