"""From a snapshot to typed tables and findings: what staff typed, understood column by column, nothing dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from workbook import aliases, cells, names, unread
from workbook.cells import Mask, Typed
from workbook.edits import Cell
from workbook.errors import SheetMissing
from workbook.finding import Finding, Severity
from workbook.location import Placement, header_text, place
from workbook.naming import Alias
from workbook.schema import (
    DICTIONARY_SHEET,
    FINDINGS,
    NUMERIC,
    REGISTER,
    RULES,
    STAFF,
    TABLES,
    TEMPORAL,
    Column,
    Kind,
    Table,
)
from workbook.snapshot import Grid, Snapshot

_SQUEEZED = frozenset({Kind.PHONE, Kind.PLATE, Kind.VIN, Kind.TICKET})
_PLATE_DIVIDERS = re.compile(r"[·•・.\-]")
_SPELT: Mapping[Kind, Callable[[str], str]] = {
    Kind.PLATE: lambda text: _PLATE_DIVIDERS.sub("", text.upper()),
    Kind.VIN: str.upper,
    Kind.TICKET: str.upper,
}

_MISSED = {
    RULES.sheet: "各环节按来源文件的默认时限计算",
    FINDINGS.sheet: "检查结果只在命令的输出里，不写进工作簿",
}
_OURS = 5
"""A workbook with so many of the contract's tables was made for kesu: what it lacks was lost, not never there."""
_MISSED_HINT = "需要的话，从 kesu new 新建的工作簿里把这张表复制过来"


@dataclass(frozen=True)
class Records:
    """One table as read.

    ``frame`` has every column of the contract, typed, one row a record, its index the Excel row; ``raw`` the same
    cells as they stand (``''`` is empty) for the columns that are there; ``columns`` where those stand (from 1).
    """

    table: Table
    sheet: str
    frame: pd.DataFrame
    raw: pd.DataFrame
    columns: Mapping[str, int]
    header_row: int = 0
    last_row: int = 0
    native: bool = False
    present: bool = True
    called: Mapping[str, str] = field(default_factory=dict)
    """What the dealership calls a column, where it is not the contract's name."""
    below: tuple[int, ...] = ()
    """Rows below the Excel table that hold something and are no record."""
    errors: frozenset[str] = frozenset()
    """The addresses (``F12``) of its sheet that show an Excel error: ``''`` in ``raw``."""

    def cell(self, row: int, column: str) -> Cell | None:
        """The cell of an Excel row and a column of the contract; ``None`` when the workbook lacks that column."""
        return Cell(self.sheet, int(row), self.columns[column]) if column in self.columns else None

    def place(self, row: int, column: str) -> str:
        """The cell as a message names it: ``反馈登记!F12``."""
        return str(self.cell(row, column) or f"{self.sheet}第{row}行")

    def with_column(self, name: str, values: pd.Series) -> Records:
        """The same records with one column replaced (the frame is copied, never changed)."""
        return replace(self, frame=self.frame.assign(**{name: values}))

    def only(self, rows: Mask) -> Records:
        """The same records with some of the rows only."""
        return replace(self, frame=self.frame[rows], raw=self.raw[rows])


@dataclass(frozen=True)
class Ledger:
    """The whole workbook, understood. Tables that it lacks are there with no rows (``present`` is false)."""

    tables: Mapping[str, Records]
    dictionary: Mapping[str, frozenset[str]]
    findings: tuple[Finding, ...] = field(repr=False)
    elders: frozenset[str] = frozenset()
    """编号 of the cases from before kesu was taken up: in the workbook, no longer in the register's frame."""
    elder_customers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Their 客户姓名 by 编号: what may tell of no customer may tell of none of these."""

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Every 编号 that stands in the register, those of ``elders`` too."""
        return (frozenset(self.register.frame["编号"]) | self.elders) - {""}

    def __getitem__(self, table: Table) -> Records:
        return self.tables[table.sheet]

    @property
    def register(self) -> Records:
        return self.tables[REGISTER.sheet]

    def having(self, records: Records) -> Ledger:
        """The same ledger with one table replaced."""
        return replace(self, tables={**self.tables, records.table.sheet: records})


def load(snapshot: Snapshot, own: Sequence[Alias] = ()) -> Ledger:
    """Understand a snapshot, sheets with headers of the dealership's ``own`` by those.

    Raises :class:`~workbook.errors.SheetMissing` when no sheet can be the feedback register, or when it lacks more
    than half of the contract's columns. Anything less is a finding.
    """
    placements = place(snapshot, aliases.place(snapshot, own))
    _require_register(snapshot, placements, own)
    years = {alias.table: alias.year for alias in own}
    staff = placements.get(STAFF.sheet)
    known = _names(staff, snapshot) if staff else frozenset()
    tables: dict[str, Records] = {}
    findings: list[Finding] = []
    for table in TABLES:
        placement = placements.get(table.sheet)
        if placement is None:
            tables[table.sheet] = _absent(table)
            if table.sheet in _MISSED and len(placements) >= _OURS:
                findings.append(
                    Finding("READ-13", Severity.INFO, f"没有“{table.sheet}”表：{_MISSED[table.sheet]}", _MISSED_HINT)
                )
        else:
            tables[table.sheet], told = _records(placement, snapshot, years.get(table.sheet), known)
            findings += told
    if tables[REGISTER.sheet].frame.empty:
        findings.append(
            Finding(
                "READ-11",
                Severity.ERROR,
                f"{REGISTER.sheet}里没有任何一行反馈",
                "在登记表第一个空行填写接收时间等内容；如果原来有记录，请从备份恢复",
                sheet=tables[REGISTER.sheet].sheet,
            )
        )
    findings += unread.far_away(snapshot)
    return Ledger(tables, _dictionary(snapshot.grids.get(DICTIONARY_SHEET)), tuple(findings))


def _require_register(snapshot: Snapshot, placements: Mapping[str, Placement], own: Sequence[Alias]) -> None:
    name, here = snapshot.path.name, placements.get(REGISTER.sheet)
    if here is None and snapshot.left_out:
        left = "、".join(f"“{sheet}”" for sheet in snapshot.left_out)
        raise SheetMissing(
            f"“{name}”里找不到“{REGISTER.sheet}”表，而工作表{left}太大，没有读取：从第一格到最后一格跨的格子太多。"
            f"如果登记表就是它，请按 Ctrl+End 跳到最后一格，删除远离表格的内容，保存再试。"
        )
    said = next((alias for alias in own if alias.table == REGISTER.sheet), None)
    if said is not None and (here is None or (here.aliases is not None and "接收时间" not in here.columns)):
        theirs = next((theirs for theirs, ours in said.headers.items() if ours == "接收时间"), "接收时间")
        raise SheetMissing(
            f"kesu.toml 里说“{said.sheet}”就是“{REGISTER.sheet}”，但“{name}”里没有这张工作表，或者它没有表头“{theirs}”。"
            f'请把名字改回来，或者改 kesu.toml 的 [adopt."{said.sheet}"]。'
        )
    if here is None:
        sheets = "、".join(snapshot.grids) or "（没有工作表）"
        raise SheetMissing(
            f"“{name}”里找不到“{REGISTER.sheet}”表：没有哪张工作表有“接收时间”“内容概要”等表头。"
            f"现有工作表：{sheets}。请检查是否选错文件，或用 kesu new 新建一个工作簿对照表头；"
            f"贵店自己的登记表，请先运行 kesu adopt。"
        )
    if here.aliases is None and len(here.missing) * 2 > len(REGISTER.headers):
        some = "、".join(here.missing[:8]) + ("…" if len(here.missing) > 8 else "")
        raise SheetMissing(
            f"“{name}”的“{here.sheet}”表缺少 {len(here.missing)} 列（共应有 {len(REGISTER.headers)} 列）：{some}。"
            f"请对照 kesu new 新建的工作簿补齐表头（列的顺序不限）。"
        )


def _absent(table: Table) -> Records:
    empty = {column.name: _empty_column(column, pd.Index([], dtype="int64")) for column in table.columns}
    return Records(table, table.sheet, pd.DataFrame(empty), pd.DataFrame(), {}, present=False)


def _empty_column(column: Column, index: pd.Index) -> pd.Series:
    if column.kind in TEMPORAL:
        return pd.Series(np.full(len(index), np.datetime64("NaT", "s"), dtype="M8[s]"), index=index)
    if column.kind in NUMERIC:
        return pd.Series(np.full(len(index), np.nan), index=index)
    return pd.Series([""] * len(index), index=index, dtype=object)


def _names(staff: Placement, snapshot: Snapshot) -> frozenset[str]:
    """Everybody of 人员: each of its rows is one person, whatever white space is in his name."""
    grid, column = snapshot.grids[staff.sheet], staff.columns.get("姓名")
    cells_of = [] if column is None else [grid.rows[row - grid.top][column - grid.left] for row in staff.rows]
    return frozenset(cells.words(pd.Series(cells_of, dtype=object)).values) - {""}


def _records(
    placement: Placement, snapshot: Snapshot, year: int | None, known: frozenset[str]
) -> tuple[Records, list[Finding]]:
    grid, table = snapshot.grids[placement.sheet], placement.table
    index = pd.Index(placement.rows, dtype="int64")
    picked = [grid.rows[row - grid.top] for row in placement.rows]
    # One array laid out by columns: millions of cells are touched once, and every column is a view of it.
    block = np.array(picked, dtype=object, order="F").reshape(len(picked), len(grid.rows[0]))
    raw = pd.DataFrame(
        {
            name: pd.Series(block[:, column - grid.left], index=index, dtype=object, copy=False)
            for name, column in placement.columns.items()
        },
        index=index,
        copy=False,
    )
    typed = {str(name): _typed(table[str(name)], values, snapshot, year, known) for name, values in raw.items()}
    frame = {
        column.name: typed[column.name].values if column.name in typed else _empty_column(column, index)
        for column in table.columns
    }
    records = Records(
        table,
        placement.sheet,
        pd.DataFrame(frame, index=index, copy=False),
        raw,
        placement.columns,
        header_row=placement.header_row,
        last_row=placement.native.last_row if placement.native else (placement.rows or (placement.header_row,))[-1],
        native=placement.native is not None,
        called=placement.called,
        below=placement.below,
        errors=snapshot.errors.get(placement.sheet, frozenset()),
    )
    return records, [
        *_structure_findings(records, placement),
        *(finding for name, one in typed.items() for finding in _reading_findings(records, table[name], one)),
        *unread.errors(records, snapshot),
    ]


def _typed(column: Column, values: pd.Series, snapshot: Snapshot, year: int | None, known: frozenset[str]) -> Typed:
    if column.kind in TEMPORAL:
        if year is not None:
            values = pd.Series(list(aliases.with_year(values.tolist(), year)), index=values.index, dtype=object)
        return cells.times(values, date1904=snapshot.date1904)
    if column.kind in NUMERIC:
        return cells.numbers(values)
    if column.kind is Kind.CLOCK:
        none: Mask = np.zeros(len(values), dtype=bool)
        return Typed(values, none, none)
    if column.kind is Kind.PERSON and column.list is None:
        return names.people(values, known)
    if column.list is not None or column.kind in _SQUEEZED:
        return cells.words(values, _SPELT.get(column.kind, str))
    return cells.prose(values)


def _structure_findings(records: Records, placement: Placement) -> Iterator[Finding]:
    sheet = placement.sheet
    if placement.aliases is not None:
        yield from aliases.findings(placement)
    elif placement.missing:
        ours = [name for name in placement.missing if records.table[name].ours]
        told = f"{sheet}缺少列：{'、'.join(placement.missing)}"
        blocked = f"；其中{'、'.join(ours)}由 kesu 填写，缺列时无处可写" if ours else ""
        yield Finding(
            "READ-06",
            Severity.ERROR if records.table is REGISTER else Severity.WARNING,
            told + blocked,
            "在表头行右侧补上同名的列（列的位置不限）",
            sheet=sheet,
        )
    for name, column in placement.duplicates.items():
        where = Cell(sheet, placement.header_row, column)
        yield Finding(
            "READ-08",
            Severity.WARNING,
            f"{where} 表头“{name}”重复出现，只读取靠左的一列",
            "删除或改名多余的一列",
            where,
        )
    if placement.outside_native:
        rows = placement.outside_native
        yield Finding(
            "READ-09",
            Severity.INFO,
            f"{sheet}第 {rows[0]}–{rows[-1]} 行共 {len(rows)} 行在 Excel 表格范围之外，已照常读取",
            "拖动表格右下角把这些行包含进来",
            sheet=sheet,
        )
    if placement.notes:
        rows = placement.notes
        yield Finding(
            "READ-12",
            Severity.INFO,
            f"{sheet}第 {rows[0]}–{rows[-1]} 行中有 {len(rows)} 行在表格下方且只有一格内容，当作说明文字，没有统计",
            "如果是一条记录，请移到表格里并填写其他列",
            sheet=sheet,
        )


def _reading_findings(records: Records, column: Column, typed: Typed) -> Iterator[Finding]:
    if column.kind in TEMPORAL:
        yield from _at(records, column, typed.unreadable, _unreadable_time)
        if column.ours:
            return  # what kesu wrote is no news, and midnight is a deadline like any other
        yield from _at(records, column, typed.mended, _mended_time)
        if column.kind is Kind.TIME and typed.date_only is not None:
            yield from _at(records, column, typed.date_only & ~typed.mended, _date_only)
    elif column.kind in NUMERIC:
        yield from _at(records, column, typed.unreadable, _unreadable_number)
        yield from _at(records, column, typed.mended, _mended_number)
    elif not column.ours:
        yield from _at(records, column, typed.mended, _mended_text)


_Told = tuple[str, Severity, str, str]


def _at(records: Records, column: Column, mask: Mask, tell: Callable[[str, Any, Any], _Told]) -> Iterator[Finding]:
    if not mask.any():
        return
    rows = records.frame.index[mask]
    tickets = records.frame["编号"].astype(str) if "编号" in records.frame else pd.Series("", index=records.frame.index)
    for row, seen, understood in zip(
        rows, records.raw[column.name][mask], records.frame[column.name][mask], strict=True
    ):
        where = records.cell(row, column.name)
        rule, severity, message, hint = tell(column.name, seen, understood)
        yield Finding(rule, severity, f"{where} {message}", hint, where, ticket=str(tickets.at[row]))


def _unreadable_time(name: str, seen: Any, understood: Any) -> _Told:
    return "READ-02", Severity.ERROR, f"“{name}”是“{seen}”，不是能识别的时间", "改成例如 2026-11-03 09:05 的日期时间"


def _mended_time(name: str, seen: Any, understood: Any) -> _Told:
    shown = cells.as_text(pd.Series([seen], dtype=object)).iloc[0]
    return (
        "READ-01",
        Severity.INFO,
        f"“{name}”是文本“{shown}”，按 {_as_meant(understood)} 理解",
        "最好改成真正的日期时间格式",
    )


def _as_meant(moment: Any) -> str:
    return f"{moment:%Y-%m-%d}" if moment == moment.normalize() else f"{moment:%Y-%m-%d %H:%M}"


def _date_only(name: str, seen: Any, understood: Any) -> _Told:
    counts = (
        "当天 23:59 以前答复都算按时"
        if name == "下次答复时间"
        else "作为起点从当天 23:59 算起，作为完成时间按当天最早的时刻算"
    )
    return "READ-07", Severity.INFO, f"“{name}”只有日期没有时间，{counts}", "补上几点几分，时限才算得准"


def _unreadable_number(name: str, seen: Any, understood: Any) -> _Told:
    return "READ-03", Severity.WARNING, f"“{name}”是“{seen}”，不是能识别的数字", "只填数字，例如 32000"


def _mended_number(name: str, seen: Any, understood: Any) -> _Told:
    return "READ-05", Severity.INFO, f"“{name}”是文本“{seen}”，按 {understood:g} 理解", "最好只填数字"


def _mended_text(name: str, seen: Any, understood: Any) -> _Told:
    shown = str(seen).replace("\n", "⏎").replace("\r", "")
    return (
        "READ-04",
        Severity.INFO,
        f"“{name}”含全角字符、空格或换行（“{shown}”），按“{understood}”理解",
        "几个人之间用顿号“、”隔开" if "、" in understood else "最好去掉空格和换行，用半角字母和数字",
    )


def _dictionary(grid: Grid | None) -> dict[str, frozenset[str]]:
    """The lists of 字典: one column each, its name in the first row that has at least two filled cells."""
    if grid is None:
        return {}
    for offset, row in enumerate(grid.rows[:20]):
        heads = {index: header_text(value) for index, value in enumerate(row) if value != ""}
        if len(heads) >= 2:
            body = grid.rows[offset + 1 :]
            lists = {name: [header_text(line[index]) for line in body] for index, name in heads.items()}
            return {name: frozenset(value for value in values if value) for name, values in lists.items()}
    return {}
