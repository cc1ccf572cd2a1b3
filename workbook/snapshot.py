"""One look at the workbook: its bytes are read once, everything else in a pass works on this copy."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import python_calamine as calamine

from workbook import store
from workbook.errors import NotAWorkbook

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The wall clock of every time in the workbook (SCHEMA)."""

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DATE1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true)[\"']")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*\bt=[\"']e[\"'])[^>]*\br=[\"']([A-Z]+\d+)[\"']")


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
class NativeTable:
    """An Excel table: its header row and its first and last data row and column, counted from 1."""

    name: str
    sheet: str
    header_row: int
    last_row: int
    left: int
    right: int


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
        book = calamine.load_workbook(io.BytesIO(data), load_tables=True)
        grids = {sheet.name: _grid(book, sheet.name) for sheet in book.sheets_metadata if _is_worksheet(sheet)}
        tables = tuple(_native(book.get_table_by_name(name)) for name in book.table_names or ())
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            date1904, errors = _package_facts(package)
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


def _grid(book: calamine.CalamineWorkbook, name: str) -> Grid:
    sheet = book.get_sheet_by_name(name)
    row, column = sheet.start or (0, 0)  # to_python() leaves out the empty rows and columns before the first cell
    return Grid(name, sheet.to_python(), row + 1, column + 1)


def _native(table: calamine.CalamineTable) -> NativeTable:
    first, left = table.start or (1, 0)
    last, right = table.end or (first, left + len(table.columns) - 1)
    return NativeTable(table.name, table.sheet, first, last + 1, left + 1, right + 1)


def _package_facts(package: zipfile.ZipFile) -> tuple[bool, dict[str, frozenset[str]]]:
    """What calamine does not tell: the date system, and which cells hold error values (it gives ``''`` for both)."""
    names = {info.filename.lstrip("/").replace("\\", "/").lower(): info for info in package.infolist()}
    workbook = next((info for name, info in names.items() if name.endswith("workbook.xml")), None)
    if workbook is None:
        return False, {}
    xml = package.read(workbook)
    targets = _sheet_targets(xml, names, package, workbook.filename)
    errors = {}
    for sheet, info in targets.items():
        part = package.read(info)
        if b't="e"' in part or b"t='e'" in part:
            errors[sheet] = frozenset(address.decode() for address in _ERROR_CELL.findall(part))
    return bool(_DATE1904.search(xml)), errors


def _sheet_targets(
    workbook_xml: bytes, names: Mapping[str, zipfile.ZipInfo], package: zipfile.ZipFile, workbook_name: str
) -> dict[str, zipfile.ZipInfo]:
    """Sheet name → its part, through the workbook's relationships."""
    from lxml import etree

    folder, _, base = workbook_name.lstrip("/").replace("\\", "/").rpartition("/")
    relations = names.get(f"{folder}/_rels/{base}.rels".lstrip("/").lower())
    if relations is None:
        return {}
    target_by_id = {r.get("Id"): r.get("Target", "") for r in etree.fromstring(package.read(relations))}
    found = {}
    for sheet in etree.fromstring(workbook_xml).iter("{*}sheet"):
        relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        target = target_by_id.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
        info = names.get(part.replace("\\", "/").lower())
        if info is not None:
            found[sheet.get("name", "")] = info
    return found
