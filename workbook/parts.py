"""What calamine does not tell of a workbook: its date system, its Excel tables, which cells hold error values, how far
its sheets reach.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from workbook.edits import column_number
from workbook.extent import Extent, measure
from workbook.package.archive import Archive

_DATE1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true)[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*\br=[\"']([A-Z]+\d+)[\"']")
_MAY_LIE = 1 << 16
"""Packed bytes that could unpack to more than 64 MB."""
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


@dataclass(frozen=True, slots=True)
class Seen:
    """A sheet's markup looked through: the addresses (``F12``) that show an Excel error, and how far its cells reach."""

    errors: frozenset[str]
    extent: Extent


class Parts:
    """The parts of a workbook's package, looked up without regard to case as Excel does.

    Raises NotAWorkbook (the archive's) and ``SyntaxError`` (lxml's) for what is damaged.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._members = {_plain(member.name): member for member in archive.members}
        main = next((part for kind, part in self._relations("").values() if kind == "officeDocument"), "")
        self._main = main or next((name for name in self._members if name.endswith("workbook.xml")), "")

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
                if kind == "table" and target in self._members:
                    table = _table(etree.fromstring(self._read(target)), sheet)
                    found += [table] if table else []
        return tuple(found)

    def look(self) -> dict[str, Seen]:
        """Every sheet looked through, by the sheets' order; those whose part is not found are left out.

        Raises ValueError for a sheet in UTF-16.
        """
        found = {}
        for sheet, part in self._sheets.items():
            xml = self._read(part)
            if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in xml[:8]:
                raise ValueError(f"{part} is in UTF-16")  # calamine would take it for an empty sheet
            found[sheet] = Seen(frozenset(_error_cells(xml)), measure(xml))
        return found

    def size(self, sheet: str) -> int:
        """The length of a sheet's markup in bytes; 0 when its part is not found."""
        return self._members[self._sheets[sheet]].size if sheet in self._sheets else 0

    def verify(self) -> None:
        """Unpack what a reader will, the sheets apart, so that none of it turns out larger than it states."""
        sheets = set(self._sheets.values())
        for name, member in self._members.items():
            if member.packed > _MAY_LIE and name not in sheets and name.endswith((".xml", ".rels")):
                self._archive.read(member)

    def without(self, cut: Mapping[str, bytes]) -> bytes:
        """The whole workbook with other markup in some of its sheets."""
        return self._archive.rewrite({self._members[self._sheets[sheet]].name: [xml] for sheet, xml in cut.items()})

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
            if target in self._members:
                found[sheet.get("name", "")] = target
        return found

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """A part's relations by id: what kind, and the part they lead to."""
        from lxml import etree

        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self._members:
            return {}
        found = {}
        for relation in etree.fromstring(self._read(rels)).iter("{*}Relationship"):
            target = relation.get("Target", "").replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/", folder, target))
            kind = relation.get("Type", "").rpartition("/")[2]
            found[relation.get("Id", "")] = kind, self._known(_plain(path))
        return found

    def _known(self, part: str) -> str:
        return part if part in self._members else unquote(part)

    def _read(self, part: str) -> bytes:
        return self._archive.read(self._members[part])


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
