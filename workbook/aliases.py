"""A dealership's own register, understood by its own words: which header of theirs is which column of the contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbook.finding import Finding, Severity
from workbook.location import HEADER_SEARCH_ROWS, Placement, header_text, next_table
from workbook.naming import OVER, Alias
from workbook.schema import REGISTER, TABLES, TEMPORAL, Kind, Table
from workbook.snapshot import Grid, Snapshot

_TOTALS = re.compile(
    r"(?:合计|总计|小计|汇总|累计|本页|本月合计|(?:grand)?total|sum)(?:[:：(（].*)?|共\d+[单条件]?", re.IGNORECASE
)
_LONGEST_TOTAL = 20
_BY_NAME = {table.sheet: table for table in TABLES}


@dataclass(frozen=True, slots=True)
class Heads:
    """A header row, or two that belong together, the lower one in Excel row ``row``: column → text."""

    row: int
    depth: int
    texts: Mapping[int, str]


def heads_at(grid: Grid, offset: int, depth: int) -> Heads:
    """The headers in the grid's row ``offset``, with those of the row above as their groups when ``depth`` is 2.

    A group's word stands once over its columns; a column without a word of its own is called what stands above it.
    """
    own = [header_text(cell) if cell != "" else "" for cell in grid.rows[offset]]
    if depth == 1 or offset == 0:
        return Heads(grid.top + offset, 1, {grid.left + at: text for at, text in enumerate(own) if text})
    above = [header_text(cell) if cell != "" else "" for cell in grid.rows[offset - 1]]
    texts, group = {}, ""
    for at, (upper, lower) in enumerate(zip(above, own, strict=True)):
        group = upper or group
        if lower:
            texts[grid.left + at] = f"{group}{OVER}{lower}" if group and group != lower else lower
        elif upper:
            texts[grid.left + at], group = upper, ""
    return Heads(grid.top + offset, 2, texts)


def place(snapshot: Snapshot, aliases: Sequence[Alias]) -> dict[str, Placement]:
    """Where the tables stand that an alias speaks of, by the contract's sheet name; those not found are left out."""
    found: dict[str, Placement] = {}
    for alias in aliases:
        grid = next(
            (grid for name, grid in snapshot.grids.items() if header_text(name) == header_text(alias.sheet)), None
        )
        if grid is not None and alias.table in _BY_NAME:
            placement = _placed(alias, _BY_NAME[alias.table], snapshot, grid)
            if placement is not None:
                found[alias.table] = placement
    return found


def _placed(alias: Alias, table: Table, snapshot: Snapshot, grid: Grid) -> Placement | None:
    best: tuple[Heads, dict[str, int], dict[str, str], dict[str, int]] | None = None
    words = {header_text(theirs): ours for theirs, ours in alias.headers.items()}
    for offset in range(min(HEADER_SEARCH_ROWS, len(grid.rows))):
        for depth in (1, 2):
            heads = heads_at(grid, offset, depth)
            columns, called, twice = _understood(heads, words, table)
            if columns and (best is None or len(columns) > len(best[1])):
                best = heads, columns, called, twice
    if best is None:
        return None
    heads, columns, called, twice = best
    lost = tuple(theirs for theirs, ours in alias.headers.items() if ours and ours not in columns)
    native = next((one for one in snapshot.tables if one.sheet == grid.name and one.header_row == heads.row), None)
    bound = next_table(snapshot, grid, heads.row, columns)
    rows, notes = _rows(grid, heads, columns, table, bound)
    return Placement(table, grid.name, heads.row, rows, columns, twice, native, notes, alias.headers, called, lost)


def _understood(
    heads: Heads, words: Mapping[str, str], table: Table
) -> tuple[dict[str, int], dict[str, str], dict[str, int]]:
    """The contract's columns that these headers are, what the others call them, and what stands there twice."""
    columns: dict[str, int] = {}
    called: dict[str, str] = {}
    twice: dict[str, int] = {}
    for at, text in heads.texts.items():
        lower = text.rpartition(OVER)[2]
        ours = next((words[one] for one in (text, lower) if one in words), lower if lower in table.headers else "")
        if not ours or ours not in table.headers:
            continue
        if ours in columns:
            twice[ours] = at
            continue
        columns[ours] = at
        if lower != ours:
            called[ours] = text if text in words else lower
    return columns, called, twice


def _rows(
    grid: Grid, heads: Heads, columns: Mapping[str, int], table: Table, bound: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The rows that are records, and those taken for remarks. Totals and headers that are repeated are neither."""
    ends = (*heads.texts, *columns.values())
    span = range(min(ends) - grid.left, max(ends) - grid.left + 1)
    theirs = [at - grid.left for name, at in columns.items() if not table[name].ours]
    everything = [at - grid.left for at in columns.values()]
    dated = [at - grid.left for name, at in columns.items() if table[name].kind in TEMPORAL and not table[name].ours]
    repeated = {at - grid.left: text.rpartition(OVER)[2] for at, text in heads.texts.items()}
    rows, notes, gap = [], [], False
    for index in range(heads.row + 1 - grid.top, min(bound - grid.top, len(grid.rows))):
        cells, number = grid.rows[index], grid.top + index
        filled = [at for at in everything if _is_filled(cells[at])]
        if not filled:
            gap = True
            continue
        first = next((cells[at] for at in span if _is_filled(cells[at])), "")
        if isinstance(first, str) and len(first) <= _LONGEST_TOTAL and _TOTALS.fullmatch(re.sub(r"\s", "", first)):
            continue
        begin = cells[filled[0]]
        if isinstance(begin, str) and header_text(begin) == repeated.get(filled[0]) and _same_words(cells, repeated):
            continue
        own = [at for at in theirs if at in filled]
        day = any(at in dated and not isinstance(cells[at], str) for at in own)
        if len(own) <= 1 and len(filled) == len(own) and not day:
            notes.append(number)  # one cell alone: a month's heading, a signature, no record
        elif gap and len(own) <= 2 and not any(at in dated for at in own):
            notes.append(number)
        else:
            rows.append(number)
            gap = False
    return tuple(rows), tuple(notes)


def _is_filled(cell: Any) -> bool:
    return cell is not None and cell != "" and not (isinstance(cell, str) and not cell.strip())


def _same_words(cells: Sequence[Any], heads: Mapping[int, str]) -> bool:
    """Whether a row only repeats the headers, as on every page of a long list."""
    filled = [at for at, cell in enumerate(cells) if _is_filled(cell)]
    same = sum(isinstance(cells[at], str) and header_text(cells[at]) == heads.get(at) for at in filled)
    return same >= 2 and same * 5 >= len(filled) * 4


_NO_YEAR = re.compile(r"\s*\d{1,2}\s*(?:月\s*\d{1,2}|[./-]\s*\d{1,2}(?![\d./-]))")


def with_year(cells: Sequence[Any], year: int) -> Iterator[Any]:
    """The cells of a column of times, the year put before texts that have none: ``11月3日 下午3点``."""
    for cell in cells:
        if isinstance(cell, str) and _NO_YEAR.match(cell):
            text = cell.strip()
            yield f"{year}年{text}" if "月" in text else f"{year}.{re.sub('[/-]', '.', text, count=1)}"
        else:
            yield cell


def findings(placement: Placement) -> Iterator[Finding]:
    """READ-06 and READ-14: what a table known by its own headers has lost, and what it never had."""
    sheet, section = placement.sheet, f'[adopt."{placement.sheet}"]'
    for theirs in placement.lost:
        ours = (placement.aliases or {})[theirs]
        yield Finding(
            "READ-06",
            Severity.ERROR,
            f"{sheet}没有表头“{theirs}”了；kesu.toml 里说它就是“{ours}”，这一列现在读不到",
            f"把表头改回“{theirs}”，或者改 kesu.toml 的 {section}",
            sheet=sheet,
        )
    gone = {(placement.aliases or {})[theirs] for theirs in placement.lost}
    lacking = [name for name in placement.missing if name not in gone]
    written = [name for name in lacking if placement.table[name].ours]
    if written:
        yield Finding(
            "READ-06",
            Severity.WARNING,
            f"{sheet}缺少列：{'、'.join(written)}；这些由 kesu 填写，缺列时无处可写",
            "再运行一次 kesu adopt，补上这些列",
            sheet=sheet,
        )
    if others := [name for name in lacking if name not in written]:
        yield Finding(
            "READ-14",
            Severity.INFO,
            f"{sheet}没有这些列，有关的检查不做：{'、'.join(others)}",
            "需要的话在表头行右侧加上同名的列（位置不限），或运行 kesu adopt --all-columns",
            sheet=sheet,
        )


_TELLING = frozenset({Kind.TIME, Kind.DATE, Kind.PHONE, Kind.PLATE, Kind.VIN})
"""Columns whose names are no words of everyday speech, so that they mean the column wherever they stand."""


def in_their_words(findings: Iterable[Finding], called: Mapping[str, str]) -> Iterator[Finding]:
    """The findings with the register's columns named as the dealership calls them (``Records.called``)."""
    if not called:
        yield from findings
        return
    names = sorted(REGISTER.headers, key=len, reverse=True)
    spoken = {name for name in names if REGISTER[name].kind in _TELLING or name in ("客户姓名", "内容概要", "经办人")}
    words = re.compile("|".join(rf"“{name}”" for name in names) + "|" + "|".join(n for n in names if n in spoken))

    def theirs(match: re.Match[str]) -> str:
        name = match[0].strip("“”")
        return match[0].replace(name, called.get(name, name))

    for finding in findings:
        if finding.rule in _ABOUT_HEADERS:
            yield finding
        else:
            message, hint = words.sub(theirs, finding.message), words.sub(theirs, finding.hint)
            yield replace(finding, message=message, hint=hint)


_ABOUT_HEADERS = ("READ-06", "READ-14")
