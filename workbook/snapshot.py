"""One look at the workbook: its bytes are read once, everything else in a pass works on this copy."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import python_calamine as calamine

from workbook import store
from workbook.errors import NotAWorkbook
from workbook.parts import NativeTable, Parts

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The wall clock of every time in the workbook (the contract)."""

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
    _refuse_other_formats(data, path)
    try:
        parts = Parts(data)
        tables, date1904 = parts.tables, parts.date1904
        grids, errors = _side_by_side(data, parts)
    except calamine.PasswordError as error:
        raise NotAWorkbook(_ENCRYPTED.format(name=path.name)) from error
    except (calamine.CalamineError, zipfile.BadZipFile, KeyError, OSError, ValueError, EOFError, SyntaxError) as error:
        # SyntaxError is what lxml raises for markup that calamine lets pass.
        raise NotAWorkbook(f"“{path.name}”不完整或已损坏，无法打开。请用 Excel 打开检查，或从备份恢复。") from error
    return Snapshot(
        path=path,
        data=data,
        sha256=sha256,
        modified=modified,
        grids=grids,
        tables=tables,
        errors=errors,
        date1904=date1904,
    )


_ENCRYPTED = "“{name}”设有打开密码（已加密），kesu 无法读取。请在 Excel 中去掉打开密码后再试。"


def _refuse_other_formats(data: bytes, path: Path) -> None:
    name = path.name
    if not data:
        raise NotAWorkbook(f"“{name}”是空文件（0 字节）。请从备份恢复，或用 kesu new 新建。")
    if data.startswith(_OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise NotAWorkbook(_ENCRYPTED.format(name=name))
        raise NotAWorkbook(f"“{name}”是旧版 Excel 97-2003 格式（.xls）。请在 Excel 中“另存为”.xlsx 后再试。")
    if not data.startswith(b"PK"):
        kind = "文本或 CSV 文件" if b"\0" not in data[:4096] else "其他格式的文件"
        raise NotAWorkbook(f"“{name}”不是 Excel 工作簿（看起来是{kind}）。请选择 .xlsx 或 .xlsm 工作簿。")


def _is_worksheet(sheet: calamine.SheetMetadata) -> bool:
    return sheet.typ == calamine.SheetTypeEnum.WorkSheet


def _side_by_side(data: bytes, parts: Parts) -> tuple[dict[str, Grid], Mapping[str, frozenset[str]]]:
    """The largest sheet on one thread, all else on another: calamine parses without Python's lock."""
    book = calamine.load_workbook(io.BytesIO(data))
    names = [sheet.name for sheet in book.sheets_metadata if _is_worksheet(sheet)]
    largest = max(names, key=parts.size, default="")

    def read_others() -> dict[str, Grid]:
        own = calamine.load_workbook(io.BytesIO(data))  # one reader serves one thread
        return {name: _grid(own, name) for name in names if name != largest}

    with ThreadPoolExecutor(max_workers=1) as aside:
        reading, errors = aside.submit(read_others), aside.submit(lambda: parts.errors)
        grids = {name: _grid(book, name) for name in names if name == largest} | reading.result()
        return {name: grids[name] for name in names}, errors.result()


def _grid(book: calamine.CalamineWorkbook, name: str) -> Grid:
    sheet = book.get_sheet_by_name(name)
    row, column = sheet.start or (0, 0)  # to_python() leaves out the empty rows and columns before the first cell
    return Grid(name, sheet.to_python(), row + 1, column + 1)
