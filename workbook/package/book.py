"""The package's parts: which sheet stands where, its tables, defined names, date system; what refuses it whole."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from workbook import unfit
from workbook.errors import CannotPatch
from workbook.package.archive import Archive, Member, open_archive
from workbook.package.markup import local, parse
from workbook.package.places import Area, read_area
from workbook.package.strings import SharedStrings
from workbook.package.styles import Styles


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab. ``member`` is ``None`` when its part is missing; ``kind`` is the relation: worksheet, chartsheet, …"""

    name: str
    sheet_id: int
    kind: str
    member: Member | None


@dataclass(frozen=True, slots=True)
class Table:
    """A native table: where its part is, where its cells are, its columns in order."""

    names: tuple[str, ...]
    sheet: Sheet
    member: Member
    area: Area
    header_rows: int
    totals_rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name; ``sheet`` is the tab it is local to, or ``None``."""

    name: str
    formula: str
    sheet: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    kind: str
    target: str


class Book:
    """A workbook package opened for patching. Raises NotAWorkbook or CannotPatch, each with what to do about it."""

    def __init__(self, data: bytes) -> None:
        unfit.refuse(data)
        self.archive: Archive = open_archive(data)
        self._by_name = {member.name.casefold(): member for member in self.archive.members}
        self._refuse_signed()
        self.main = self._main()
        self.root = parse(self.archive.read(self.main), self.main.name)
        if local(self.root.tag) != "workbook":
            raise unfit.not_excel("别的 Office 文件")
        self.relations = self.relations_of(self.main)
        if self._of_kind("revisionHeaders") or any("/revisions/" in f"/{name}" for name in self._by_name):
            raise CannotPatch(
                "这是旧式“共享工作簿”（带修订记录），不能写入；请在 Excel 的“审阅”里取消共享，改用共同编辑或放在共享盘上。"
            )

    def _refuse_signed(self) -> None:
        if any(name.startswith("_xmlsignatures/") for name in self._by_name):
            raise CannotPatch("文件带有数字签名，写入会使签名失效；请先在 Excel 的“文件 > 信息”里去掉签名。")

    def _main(self) -> Member:
        for relation in self._relations("_rels/.rels", "").values():
            if relation.kind == "officeDocument":
                if relation.target.casefold().endswith(".bin"):
                    raise CannotPatch("这是 .xlsb 二进制工作簿，不能写入；请在 Excel 里另存为 .xlsx 或 .xlsm。")
                member = self.part(relation.target)
                if member is not None:
                    return member
        raise unfit.not_excel("压缩包")

    def part(self, name: str) -> Member | None:
        """The member a part name leads to, in any case, percent-encoded or not."""
        folded = name.replace("\\", "/").lstrip("/").casefold()
        return self._by_name.get(folded) or self._by_name.get(unquote(folded))

    def relations_of(self, member: Member) -> dict[str, Relation]:
        """The part's relations by id, targets as names of members."""
        folder, name = posixpath.split(member.name)
        return self._relations(posixpath.join(folder, "_rels", name + ".rels"), folder)

    def _relations(self, rels: str, folder: str) -> dict[str, Relation]:
        member = self.part(rels)
        if member is None:
            return {}
        found = {}
        for element in parse(self.archive.read(member), member.name):
            if element.get("TargetMode") == "External":
                continue
            target = element.get("Target", "").replace("\\", "/")
            path = target if target.startswith("/") else posixpath.join("/", folder, target)
            kind = element.get("Type", "").rpartition("/")[2]
            found[element.get("Id", "")] = Relation(kind, posixpath.normpath(path).lstrip("/"))
        return found

    def _of_kind(self, kind: str) -> Member | None:
        for relation in self.relations.values():
            if relation.kind == kind:
                return self.part(relation.target)
        return None

    def _children(self, name: str) -> Iterator[ET.Element]:
        for part in self.root:
            if local(part.tag) == name:
                yield from part

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        found = []
        for element in self._children("sheets"):
            relation_id = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            relation = self.relations.get(relation_id)
            number = element.get("sheetId", "0")
            found.append(
                Sheet(
                    element.get("name", ""),
                    int(number) if number.isdigit() else 0,
                    relation.kind if relation else "",
                    self.part(relation.target) if relation else None,
                )
            )
        return tuple(found)

    def sheet(self, name: str) -> Sheet | None:
        """The tab of that name; Excel takes names that differ in case only for the same."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        return next((sheet for sheet in self.sheets if sheet.name.casefold() == name.casefold()), None)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        found = []
        for element in self._children("definedNames"):
            place = element.get("localSheetId", "")
            sheet = self.sheets[int(place)].name if place.isdigit() and int(place) < len(self.sheets) else None
            found.append(Name(element.get("name", ""), "".join(element.itertext()), sheet))
        return tuple(found)

    @cached_property
    def date1904(self) -> bool:
        for part in self.root:
            if local(part.tag) == "workbookPr":
                return part.get("date1904", "0") in ("1", "true")
        return False

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        found = []
        for sheet in self.sheets:
            if sheet.member is None:
                continue
            for relation in self.relations_of(sheet.member).values():
                member = self.part(relation.target) if relation.kind == "table" else None
                table = self._table(sheet, member) if member else None
                found += [table] if table else []
        return tuple(found)

    def _table(self, sheet: Sheet, member: Member) -> Table | None:
        root = parse(self.archive.read(member), member.name)
        area = read_area(root.get("ref", ""))
        if area is None:
            return None
        columns = tuple(column.get("name", "") for part in root if local(part.tag) == "tableColumns" for column in part)
        names = tuple(dict.fromkeys(filter(None, (root.get("displayName"), root.get("name")))))
        header, totals = (
            int(root.get(key, usual)) if root.get(key, usual).isdigit() else 0
            for key, usual in (("headerRowCount", "1"), ("totalsRowCount", "0"))
        )
        return Table(names, sheet, member, area, header, totals, columns)

    @cached_property
    def strings(self) -> SharedStrings:
        member = self._of_kind("sharedStrings")
        return SharedStrings(self.archive.read(member) if member else b"<sst/>")

    @cached_property
    def styles(self) -> Styles:
        member = self._of_kind("styles")
        return Styles(self.archive.read(member) if member else b"<styleSheet/>")

    @property
    def relations_part(self) -> str:
        folder, name = posixpath.split(self.main.name)
        return posixpath.join(folder, "_rels", name + ".rels")

    @property
    def calc_chain(self) -> Member | None:
        return self._of_kind("calcChain")
