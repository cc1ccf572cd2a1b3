"""What calamine does not tell of a workbook: its date system, its Excel tables, which cells hold error values."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from workbook.edits import column_number
from workbook.package import deflate

_LOCAL_HEADER = 30
_DATE1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true)[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*\br=[\"']([A-Z]+\d+)[\"']")
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")


@dataclass(frozen=True, slots=True)
class NativeTable:
    """An Excel table: its header row and its first and last data row and column, counted from 1."""

    name: str
    sheet: str
    header_row: int
    last_row: int
    left: int
    right: int


class Parts:
    """The parts of a workbook's bytes, looked up without regard to case as Excel does.

    Raises ``zipfile.BadZipFile`` and ``SyntaxError`` (lxml's) for what is damaged.
    """

    def __init__(self, data: bytes) -> None:
        import io

        self._data = data
        self._package = zipfile.ZipFile(io.BytesIO(data))
        self._infos = {_plain(info.filename): info for info in self._package.infolist()}
        self._main = next((name for name in self._infos if name.endswith("workbook.xml")), "")

    @cached_property
    def date1904(self) -> bool:
        """Whether serial numbers count from 1904."""
        return bool(self._main and _DATE1904.search(self._read(self._main)))

    @cached_property
    def tables(self) -> tuple[NativeTable, ...]:
        """Every Excel table, by the sheets' order."""
        from lxml import etree

        found = []
        for sheet, part in self._sheets.items():
            for kind, target in self._relations(part).values():
                if kind == "table" and target in self._infos:
                    table = _table(etree.fromstring(self._read(target)), sheet)
                    found += [table] if table else []
        return tuple(found)

    @cached_property
    def errors(self) -> dict[str, frozenset[str]]:
        """Per sheet the addresses (``F12``) whose cell shows an Excel error such as ``#REF!``."""
        shown = {sheet: frozenset(_error_cells(self._read(part))) for sheet, part in self._sheets.items()}
        return {sheet: cells for sheet, cells in shown.items() if cells}

    def size(self, sheet: str) -> int:
        """The length of a sheet's markup in bytes; 0 when its part is not found."""
        return self._infos[self._sheets[sheet]].file_size if sheet in self._sheets else 0

    @cached_property
    def _sheets(self) -> dict[str, str]:
        """Sheet name → its part, through the workbook's relationships."""
        from lxml import etree

        if not self._main:
            return {}
        relations = self._relations(self._main)
        found = {}
        for sheet in etree.fromstring(self._read(self._main)).iter("{*}sheet"):
            relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            _, target = relations.get(relation, ("", ""))
            if target in self._infos:
                found[sheet.get("name", "")] = target
        return found

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """A part's relations by id: what kind, and the part they lead to."""
        from lxml import etree

        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self._infos:
            return {}
        found = {}
        for relation in etree.fromstring(self._read(rels)).iter("{*}Relationship"):
            target = relation.get("Target", "").replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/", folder, target))
            kind = relation.get("Type", "").rpartition("/")[2]
            found[relation.get("Id", "")] = kind, self._known(_plain(path))
        return found

    def _known(self, part: str) -> str:
        return part if part in self._infos else unquote(part)

    def _read(self, part: str) -> bytes:
        info = self._infos[part]
        if info.compress_type != zipfile.ZIP_DEFLATED or info.flag_bits & 1:
            return self._package.read(info)
        header = self._data[info.header_offset : info.header_offset + _LOCAL_HEADER]
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        start = info.header_offset + _LOCAL_HEADER + lengths
        try:  # a sheet of a hundred megabytes: the fast engine takes a quarter of zipfile's time
            plain = deflate.inflate(memoryview(self._data)[start : start + info.compress_size], info.file_size)
        except (ValueError, deflate.BadStream) as error:
            raise zipfile.BadZipFile(part) from error
        if deflate.crc32(plain) != info.CRC:
            raise zipfile.BadZipFile(part)
        return plain


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _table(root: object, sheet: str) -> NativeTable | None:
    attributes: dict[str, str] = dict(root.attrib)  # type: ignore[attr-defined]  # lxml ships no types
    area = _AREA.fullmatch(attributes.get("ref", ""))
    if area is None:
        return None
    left, top, right, bottom = area[1], int(area[2]), area[3] or area[1], int(area[4] or area[2])
    headers, totals, blank = (
        int(attributes.get(name, usual) in ("1", "true"))
        for name, usual in (("headerRowCount", "1"), ("totalsRowCount", "0"), ("insertRow", "0"))
    )
    return NativeTable(
        attributes.get("displayName", ""),
        sheet,
        header_row=top + headers - 1,
        last_row=bottom - totals - blank,
        left=column_number(left),
        right=column_number(right),
    )


def _error_cells(sheet: bytes) -> Iterator[str]:
    """Addresses of cells of type ``e``, found from their attribute: most sheets have none, and millions of others."""
    for attribute in (b't="e"', b"t='e'"):
        at = sheet.find(attribute)
        while at >= 0:
            begin, end = sheet.rfind(b"<", 0, at), sheet.find(b">", at)
            cell = _CELL.match(sheet, begin, end)
            if cell and sheet.find(b">", begin, at) < 0:
                yield cell[1].decode()
            at = sheet.find(attribute, at + 1)
