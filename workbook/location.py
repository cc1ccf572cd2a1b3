"""Where the tables of the contract stand: by native table name, else by their headers, on any sheet and row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbook.cells import half_width
from workbook.parts import NativeTable
from workbook.schema import PENDING, REGISTER, TABLES, Table
from workbook.snapshot import Grid, Snapshot

HEADER_SEARCH_ROWS = 60
"""How far down a sheet headers are looked for: title blocks above them are rarely ten rows."""

_TOTALS = ("合计", "汇总", "总计", "小计", "total")


@dataclass(frozen=True, slots=True)
class Placement:
    """A table's place. Rows and columns count from 1; ``columns`` maps the contract's headers that are there."""

    table: Table
    sheet: str
    header_row: int
    rows: tuple[int, ...]
    columns: Mapping[str, int]
    duplicates: Mapping[str, int]
    native: NativeTable | None
    notes: tuple[int, ...] = ()
    """Rows below the Excel table with a single cell: taken for remarks, and said so."""
    aliases: Mapping[str, str] | None = None
    """The dealership's own headers and what they are (workbook.aliases); ``None``: known by the contract's."""
    called: Mapping[str, str] = field(default_factory=dict)
    """What the dealership calls a column of the contract, where it is not the same."""
    lost: tuple[str, ...] = ()
    """Headers of ``aliases`` that are not there."""
    below: tuple[int, ...] = ()
    """Rows below the Excel table that hold something and are no record: remarks, totals, the header of another table."""

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in self.table.headers if name not in self.columns)

    @property
    def outside_native(self) -> tuple[int, ...]:
        """Rows staff added below the Excel table without it growing: read all the same."""
        return tuple(row for row in self.rows if self.native and row > self.native.last_row)


def place(snapshot: Snapshot, known: Mapping[str, Placement] | None = None) -> dict[str, Placement]:
    """Every table that the workbook holds, by the contract's sheet name (``Table.sheet``).

    ``known``: those whose place is known already.
    """
    found: dict[str, Placement] = dict(known or {})
    native = {table.name: table for table in snapshot.tables}
    for table in TABLES:
        if table.sheet not in found and table.name in native and native[table.name].sheet in snapshot.grids:
            placement = _at(table, snapshot, native[table.name])
            if placement.columns:
                found[table.sheet] = placement
    taken = {(placement.sheet, placement.header_row) for placement in found.values()}
    for table in TABLES:
        if table.sheet not in found:
            candidate = _by_headers(table, snapshot, taken)
            if candidate is not None:
                found[table.sheet] = candidate
                taken.add((candidate.sheet, candidate.header_row))
    return found


def header_text(value: Any) -> str:
    """A header as compared: full-width forms folded, white space, line breaks and the mark ``*`` dropped."""
    return re.sub(r"[\s*]+", "", half_width(str(value)))


def _headers(table: Table, row: Sequence[Any], left: int) -> tuple[dict[str, int], dict[str, int]]:
    wanted = set(table.headers)
    columns: dict[str, int] = {}
    duplicates: dict[str, int] = {}
    for offset, value in enumerate(row):
        name = header_text(value) if value != "" else ""
        if name in wanted:
            (duplicates if name in columns else columns)[name] = left + offset
    return columns, duplicates


def _at(table: Table, snapshot: Snapshot, native: NativeTable) -> Placement:
    grid = snapshot.grids[native.sheet]
    row = grid.rows[native.header_row - grid.top] if 0 <= native.header_row - grid.top < len(grid.rows) else []
    start, stop = native.left - grid.left, native.right - grid.left + 1
    columns, duplicates = _headers(table, row[max(start, 0) : stop], max(native.left, grid.left))
    # A column that staff added beside the table without widening it counts too, unless it is another table's.
    beside, _ = _headers(table, row, grid.left)
    others = [other for other in snapshot.tables if other.sheet == native.sheet and other != native]
    free = {name: at for name, at in beside.items() if not any(other.left <= at <= other.right for other in others)}
    return _placement(table, snapshot, grid, native.header_row, {**free, **columns}, duplicates, native)


def _by_headers(table: Table, snapshot: Snapshot, taken: set[tuple[str, int]]) -> Placement | None:
    best: tuple[tuple[int, int], Grid, int, dict[str, int], dict[str, int]] | None = None
    for grid in snapshot.grids.values():
        named = _same_sheet(table, grid.name)
        for offset, row in enumerate(grid.rows[:HEADER_SEARCH_ROWS]):
            columns, duplicates = _headers(table, row, grid.left)
            if (grid.name, grid.top + offset) in taken or not _enough(table, columns, named=named):
                continue
            score = (int(named), len(columns))
            if best is None or score > best[0]:
                best = (score, grid, grid.top + offset, columns, duplicates)
    if best is None:
        return None
    _, grid, header_row, columns, duplicates = best
    return _placement(table, snapshot, grid, header_row, columns, duplicates, None)


def _same_sheet(table: Table, sheet: str) -> bool:
    if header_text(sheet) == header_text(table.sheet):
        return True
    # The two ledgers have the same headers: only the sheet's name tells whose it is.
    return table in PENDING and table.sheet.rpartition("-")[2].removeprefix("客户") in sheet.replace(
        "客户服务中心", "客服中心"
    )


def _enough(table: Table, columns: Mapping[str, int], *, named: bool) -> bool:
    if named:
        return len(columns) >= min(2, len(table.headers)) or (table is REGISTER and bool(columns))
    if table in PENDING:
        return False
    return all(name in columns for name in table.telling) and len(columns) * 2 >= len(table.headers)


def _placement(
    table: Table,
    snapshot: Snapshot,
    grid: Grid,
    header_row: int,
    columns: Mapping[str, int],
    duplicates: Mapping[str, int],
    native: NativeTable | None,
) -> Placement:
    first = header_row + 1 - grid.top
    following = next_table(snapshot, grid, header_row, columns)
    bound = following - 1
    offsets = [column - grid.left for column in columns.values()]
    rows: list[int] = []
    notes: list[int] = []
    totals: list[int] = []
    apart = False
    for index in range(max(first, 0), bound - grid.top + 1):
        leading, row = _leading(grid.rows[index], offsets), grid.top + index
        if leading is None:
            apart |= native is not None and row > native.last_row
        elif apart and sum(grid.rows[index][offset] not in ("", None) for offset in offsets) < 2:
            notes.append(row)  # one cell alone, below the Excel table and an empty row: a remark, no record
        elif str(leading).strip().lower() not in _TOTALS:
            rows.append(row)
        else:
            totals.append(row)
    other = [following] if following < grid.top + len(grid.rows) else []
    below = tuple(sorted(row for row in (*notes, *totals, *other) if native and row > native.last_row))
    return Placement(table, grid.name, header_row, tuple(rows), columns, duplicates, native, tuple(notes), below=below)


def next_table(snapshot: Snapshot, grid: Grid, header_row: int, columns: Mapping[str, int]) -> int:
    """The header row of the next Excel table below in these columns, else the row after the sheet's last."""
    left, right = min(columns.values(), default=0), max(columns.values(), default=0)
    below = [
        other.header_row
        for other in snapshot.tables
        if other.sheet == grid.name and other.header_row > header_row and other.left <= right and other.right >= left
    ]
    return min(below, default=grid.top + len(grid.rows))


def _leading(cells: Sequence[Any], offsets: Sequence[int]) -> Any:
    """The row's first cell that is not empty; ``None`` when all that the row holds is white space."""
    for offset in offsets:
        cell = cells[offset]
        if cell != "" and cell is not None:
            break
    else:
        return None
    if not isinstance(cell, str) or cell.strip():
        return cell  # nearly every row ends here, at its first column
    rest = (cells[offset] for offset in offsets)
    return cell if any(other is not None and (not isinstance(other, str) or other.strip()) for other in rest) else None
