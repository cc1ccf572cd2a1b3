"""One look at the workbook: its bytes are read once, everything else in a pass works on this copy."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat
from zoneinfo import ZoneInfo

import python_calamine as calamine

from workbook import extent, store, unfit
from workbook.errors import CannotPatch, KesuError, NotAWorkbook
from workbook.package.archive import Archive, open_archive
from workbook.package.book import Book
from workbook.parts import NativeTable, Parts, Seen
from workbook.schema import TABLES

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The wall clock of every time in the workbook (the contract)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as read: ``rows[i][j]`` stands in Excel row ``top + i``, column ``left + j`` (both counted from 1).

    Empty cells and error values are ``''``; numbers are floats, times naive datetimes, dates and times of day their
    own types, as calamine gives them.
    """

    name: str
    rows: list[list[Any]]
    top: int
    left: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The workbook at one instant. ``sha256`` is what a write must find unchanged on disk."""

    path: Path
    data: bytes = field(repr=False)
    sha256: str
    modified: dt.datetime
    grids: Mapping[str, Grid] = field(repr=False)
    tables: tuple[NativeTable, ...]
    errors: Mapping[str, frozenset[str]]
    """Per sheet the addresses (``F12``) whose cell shows an Excel error such as ``#REF!``."""
    date1904: bool
    strays: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Per sheet the cells (``XFD1048576``) far away from all others, which were not read (workbook.extent)."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Sheets that hold none of the contract's tables by name and were too large to read: how many cells they span."""


def read(path: Path) -> Snapshot:
    """Read the whole workbook once.

    Raises :class:`~workbook.errors.NotAWorkbook` when it is none, is encrypted or damaged, and what
    :func:`workbook.store.read_bytes` raises when the file cannot be read at all.
    """
    data, sha256 = store.read_bytes(path)
    modified = dt.datetime.fromtimestamp(path.stat().st_mtime, SHANGHAI).replace(tzinfo=None)
    return parse(data, path=path, sha256=sha256, modified=modified)


def parse(data: bytes, *, path: Path, sha256: str, modified: dt.datetime) -> Snapshot:
    """Turn the bytes of a workbook into a snapshot; see :func:`read` for what it raises."""
    unfit.refuse(data, path.name)
    archive = None
    try:
        archive = open_archive(data)
        parts = Parts(archive)
        tables, date1904 = parts.tables, parts.date1904
        read = _side_by_side(data, parts)
    except calamine.PasswordError as error:
        raise unfit.encrypted(path.name) from error
    except CannotPatch as error:  # what the writer would not touch: a bomb, two parts of one name
        raise NotAWorkbook(f"“{path.name}”不能读取：{error}") from error
    except (calamine.CalamineError, NotAWorkbook, KeyError, OSError, ValueError, EOFError, SyntaxError) as error:
        # SyntaxError is what lxml raises for markup that calamine lets pass.
        raise _unreadable(archive, path, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # calamine's, which derives from no Exception
            raise
        raise _unreadable(archive, path, error) from error
    left_out = {name: seen.extent.cells for name, seen in read.seen.items() if not seen.extent.readable}
    _refuse_too_large(path, left_out, tables)
    return Snapshot(
        path=path,
        data=data,
        sha256=sha256,
        modified=modified,
        grids=read.grids,
        tables=tables,
        errors={name: seen.errors for name, seen in read.seen.items() if seen.errors},
        date1904=date1904,
        strays={name: seen.extent.strays for name, seen in read.seen.items() if seen.extent.strays},
        left_out=left_out,
    )


def _is_worksheet(sheet: calamine.SheetMetadata) -> bool:
    return sheet.typ == calamine.SheetTypeEnum.WorkSheet


@dataclass(frozen=True, slots=True)
class _Read:
    grids: dict[str, Grid]
    seen: dict[str, Seen]


def _side_by_side(data: bytes, parts: Parts) -> _Read:
    """The largest sheet on one thread, all else on another: calamine parses without Python's lock.

    No sheet is parsed before it is known how far its cells reach, for calamine lays out all between the first and the
    last, and no shared text before it is known to be as long as the package states.
    """
    parts.verify()
    with ThreadPoolExecutor(max_workers=1) as aside:
        looking = aside.submit(parts.look)
        book = calamine.load_workbook(io.BytesIO(data))
        seen = looking.result()
        cut = {name: one.extent.xml for name, one in seen.items() if one.extent.xml is not None}
        if cut:
            data = parts.without(cut)
            book = calamine.load_workbook(io.BytesIO(data))
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if _is_worksheet(sheet) and (sheet.name not in seen or seen[sheet.name].extent.readable)
        ]
        largest = max(names, key=parts.size, default="")

        def read_others() -> dict[str, Grid]:
            own = calamine.load_workbook(io.BytesIO(data))  # one reader serves one thread
            return {name: _grid(own, name) for name in names if name != largest}

        reading = aside.submit(read_others)
        grids = {name: _grid(book, name) for name in names if name == largest} | reading.result()
        return _Read({name: grids[name] for name in names}, seen)


def _grid(book: calamine.CalamineWorkbook, name: str) -> Grid:
    sheet = book.get_sheet_by_name(name)
    row, column = sheet.start or (0, 0)  # to_python() leaves out the empty rows and columns before the first cell
    return Grid(name, sheet.to_python(), row + 1, column + 1)


def _refuse_too_large(path: Path, left_out: Mapping[str, int], tables: Iterable[NativeTable]) -> None:
    """Nothing can be said without a sheet that holds a table of the contract, by its Excel name or its own."""
    ours = {table.name for table in TABLES}
    needed = {table.sheet for table in TABLES} | {table.sheet for table in tables if table.name in ours}
    for name in left_out:
        if name in needed:
            raise NotAWorkbook(
                f"“{path.name}”的工作表“{name}”从第一格到最后一格跨了 {extent.LIMIT // 10_000} 万格以上，读不了。"
                f"请在这张表里按 Ctrl+End，删除远离表格的内容后保存再试。"
            )


def _unreadable(archive: Archive | None, path: Path, error: BaseException) -> NotAWorkbook:
    """Why a file that is a package cannot be read, once a reader has failed on it: damaged, no workbook, or beyond us."""
    damaged = unfit.damaged(name=path.name)
    if archive is None:
        return damaged
    try:
        for member in archive.members:
            plain = archive.read(member)
            if member.name.lower().endswith((".xml", ".rels")):
                expat.ParserCreate().Parse(plain, True)
    except (NotAWorkbook, expat.ExpatError):
        return damaged
    try:
        Book(archive.data)
    except NotAWorkbook as refusal:
        return unfit.by_name(refusal, path.name)
    except KesuError as refusal:
        return NotAWorkbook(f"“{path.name}”打不开：{refusal}")
    return NotAWorkbook(f"“{path.name}”没有损坏，但有 kesu 读不懂的写法。请用 Excel 打开，另存一份 .xlsx 再试。")
