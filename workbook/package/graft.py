"""Whole sheets taken over from another package of ours: their cells, tables, styles, lists and names.

Every part that the workbook had keeps its bytes, but for the four that list others: the workbook part, its relations,
the content types and the styles, which only grow.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

from workbook.errors import CannotPatch
from workbook.package import directory
from workbook.package.book import Book, Sheet, Table
from workbook.package.markup import attribute, local, read_document, start_tag
from workbook.package.stylesheet import EMPTY, Merged, Stylesheet, children

_CELL_STYLE = re.compile(rb'(<(?:c|row)\b[^<>]*? s=")(\d+)(")')
_COLUMN_STYLE = re.compile(rb'(<col\b[^<>]*? style=")(\d+)(")')
_DXF = re.compile(rb'(<(?:cfRule|table|tableColumn)\b[^<>]*? (?:\w*[dD]xfId)=")(\d+)(")')
_SHARED = re.compile(rb'<c ([^<>]*?) ?t="s"([^<>]*)><v>(\d+)</v></c>')
_SELECTED = re.compile(rb' tabSelected="1"')
_TABLE_HEAD = re.compile(rb'( id=")\d+(" name=")[^"]*(" displayName=")[^"]*(")')


@dataclass
class _Graft:
    """The state of one graft: what is added, and what the listing parts get."""

    book: Book
    source: Book
    added: dict[str, bytes] = field(default_factory=dict)
    entries: list[bytes] = field(default_factory=list)
    relations: list[bytes] = field(default_factory=list)
    types: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = posixpath.dirname(self.book.main.name)
        self.strings = _shared_strings(self.source)

    def free_part(self, stem: str) -> str:
        """A name of a part that nobody has: ``xl/worksheets/sheet7.xml``."""
        number = 1
        while True:
            name = posixpath.join(self.folder, f"{stem}{number}.xml")
            if self.book.part(name) is None and name not in self.added:
                return name
            number += 1

    def sheet(self, sheet: Sheet, merged: Merged, tables: Mapping[str, str], first_table: int) -> int:
        """Add one sheet's parts; returns how many tables it has."""
        assert sheet.member is not None
        xml = _SELECTED.sub(b"", self.source.archive.read(sheet.member))
        xml = _SHARED.sub(lambda cell: _inline(cell, self.strings), xml)
        part = self.free_part("worksheets/sheet")
        self.added[part] = directory.in_their_namespace(self.book, _restyled(xml, merged))
        self.types.append(directory.override("/" + part, "worksheet"))
        lines = []
        own = [table for table in self.source.tables if table.sheet is sheet]
        ids = {relation.target: key for key, relation in self.source.relations_of(sheet.member).items()}
        for offset, table in enumerate(own):
            name = self.free_part("tables/table")
            head = rb"\g<1>%d\g<2>%b\g<3>%b\g<4>"
            called = directory.quoted(tables[table.names[0]])
            body = _TABLE_HEAD.sub(head % (first_table + offset, called, called), self._table(table), count=1)
            self.added[name] = directory.in_their_namespace(self.book, _restyled(body, merged))
            self.types.append(directory.override("/" + name, "table"))
            kind = directory.relation_type(self.book, "table")
            lines.append(directory.relation_entry(ids[table.member.name], kind, "/" + name))
        if lines:
            rels = posixpath.join(posixpath.dirname(part), "_rels", posixpath.basename(part) + ".rels")
            self.added[rels] = _relations(lines)
        return len(own)

    def _table(self, table: Table) -> bytes:
        return self.source.archive.read(table.member)


def graft(data: bytes, source: bytes, sheets: Mapping[str, str], tables: Mapping[str, str]) -> bytes:
    """The workbook ``data`` with sheets of ``source`` behind its own.

    ``sheets``: name in the source → name here; ``tables``: the same for native tables, so that no name stands twice.
    What the sheets' names in the source say of them (print titles) comes along; other names are for :func:`name`.
    ``source`` is a workbook as our builder makes it: without drawings on those sheets. Raises NotAWorkbook or
    CannotPatch, as `apply` does, also for a workbook whose structure is protected.
    """
    book, other = Book(data), Book(source)
    _refuse_protected(book)
    taken = [sheet for sheet in other.sheets if sheet.name in sheets and sheet.member is not None]
    if not taken:
        return data
    work = _Graft(book, other)
    styles, merged, style_part = _styles(book, other, taken)
    table_ids = [int(_attribute(book, table, "id") or 0) for table in book.tables]
    next_table, next_sheet = max([0, *table_ids]) + 1, max(sheet.sheet_id for sheet in book.sheets) + 1
    relation_ids = _fresh_ids(book)
    names: list[bytes] = []
    for place, sheet in enumerate(taken):
        before = set(work.added)
        next_table += work.sheet(sheet, merged, tables, next_table)
        part = next(name for name in work.added if name not in before)
        relation = next(relation_ids)
        work.entries.append(directory.sheet_entry(book, sheets[sheet.name], next_sheet + place, relation))
        target = posixpath.relpath(part, work.folder or ".")
        kind = directory.relation_type(book, "worksheet")
        work.relations.append(directory.relation_entry(relation, kind, target))
        names += _local_names(other, sheet, sheets[sheet.name], len(book.sheets) + place)
    return _rewritten(work, styles, style_part, b"".join(names), relation_ids)


def name(data: bytes, names: Mapping[str, str]) -> bytes:
    """The workbook with defined names (name → formula) that it does not have yet."""
    book = Book(data)
    known = {one.name.casefold() for one in book.names if one.sheet is None}
    fresh = [
        b'<definedName name="%b">%b</definedName>' % (directory.quoted(key), directory.quoted(formula))
        for key, formula in names.items()
        if key.casefold() not in known
    ]
    if not fresh:
        return data
    main = directory.with_names(book.archive.read(book.main), book.main.name, b"".join(fresh))
    return book.archive.rewrite({book.main.name: [main]})


def _rewritten(work: _Graft, styles: Stylesheet, style_part: str, names: bytes, relation_ids: Iterator[str]) -> bytes:
    book = work.book
    if book.part(style_part) is None:
        kind = directory.relation_type(book, "styles")
        target = posixpath.relpath(style_part, work.folder or ".")
        work.relations.append(directory.relation_entry(next(relation_ids), kind, target))
        work.types.append(directory.override("/" + style_part, "styles"))
        work.added[style_part] = directory.in_their_namespace(book, styles.xml())
        changed: dict[str, list[bytes]] = {}
    else:
        changed = {style_part: [styles.xml()]}
    main = directory.appended(book.archive.read(book.main), book.main.name, b"sheets", b"".join(work.entries))
    changed[book.main.name] = [directory.with_names(main, book.main.name, names) if names else main]
    for part, container, lines in (
        (book.relations_part, b"Relationships", work.relations),
        (directory.TYPES, b"Types", work.types),
    ):
        member = book.part(part)
        if member is None:
            raise CannotPatch(f"文件里没有“{part}”，不能加工作表；请用 Excel 打开后另存一份。")
        changed[member.name] = [directory.appended(book.archive.read(member), member.name, container, b"".join(lines))]
    return book.archive.rewrite(changed, added=work.added)


def _refuse_protected(book: Book) -> None:
    for part in book.root:
        if local(part.tag) == "workbookProtection" and part.get("lockStructure", "0") in ("1", "true"):
            raise CannotPatch(
                "工作簿的结构受保护，不能加工作表；请在 Excel 的“审阅 > 保护工作簿”里取消，做完再设回去。"
            )


def _styles(book: Book, other: Book, taken: Collection[Sheet]) -> tuple[Stylesheet, Merged, str]:
    """Their styles with ours of the taken sheets appended, and the name of their part."""
    parts = [other.archive.read(sheet.member) for sheet in taken if sheet.member]
    parts += [other.archive.read(table.member) for table in other.tables if table.sheet in taken]
    xfs = {int(found[2]) for xml in parts for look in (_CELL_STYLE, _COLUMN_STYLE) for found in look.finditer(xml)}
    dxfs = {int(found[2]) for xml in parts for found in _DXF.finditer(xml)}
    part, styles = stylesheet_of(book)
    return styles, styles.take(stylesheet_of(other)[1], xfs, dxfs), part


def stylesheet_of(book: Book) -> tuple[str, Stylesheet]:
    """The name of the styles part, which may not be there yet, and what is in it."""
    for relation in book.relations.values():
        member = book.part(relation.target) if relation.kind == "styles" else None
        if member is not None:
            xml = book.archive.read(member)
            nothing = read_document(xml, member.name).root.endswith(b"/>")
            return member.name, Stylesheet(directory.in_their_namespace(book, EMPTY) if nothing else xml)
    return posixpath.join(posixpath.dirname(book.main.name), "styles.xml"), Stylesheet(
        directory.in_their_namespace(book, EMPTY)
    )


def _restyled(xml: bytes, merged: Merged) -> bytes:
    for pattern, moved in ((_CELL_STYLE, merged.xfs), (_COLUMN_STYLE, merged.xfs), (_DXF, merged.dxfs)):
        xml = pattern.sub(lambda tag, moved=moved: b"%b%d%b" % (tag[1], moved[int(tag[2])], tag[3]), xml)  # type: ignore[misc]
    return xml


def _shared_strings(source: Book) -> list[bytes]:
    """The content of each shared string of a workbook of ours, as it would stand inside ``is``."""
    member = source.part("xl/sharedStrings.xml")
    if member is None:
        return []
    items = children(read_document(source.archive.read(member), member.name), b"sst")
    return [b"" if item.endswith(b"/>") else item[item.index(b">") + 1 : item.rindex(b"</")] for item in items]


def _inline(cell: re.Match[bytes], strings: list[bytes]) -> bytes:
    return b'<c %b t="inlineStr"%b><is>%b</is></c>' % (cell[1], cell[2], strings[int(cell[3])])


def _relations(lines: list[bytes]) -> bytes:
    head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    uri = b"http://schemas.openxmlformats.org/package/2006/relationships"
    return head + b'<Relationships xmlns="' + uri + b'">' + b"".join(lines) + b"</Relationships>"


def _fresh_ids(book: Book) -> Iterator[str]:
    """Ids that no relation of the workbook has, external ones included."""
    member = book.part(book.relations_part)
    taken = set()
    if member is not None:
        document = read_document(book.archive.read(member), member.name)
        tags = start_tag(document.prefix, b"Relationship").finditer(document.plain)
        taken = {unescape((attribute(tag[0], b"Id") or b"").decode("utf-8", "replace")) for tag in tags}
    number = 1
    while True:
        if f"rId{number}" not in taken:
            yield f"rId{number}"
        number += 1


def _attribute(book: Book, table: Table, key: str) -> str:
    document = read_document(book.archive.read(table.member), table.member.name)
    return (attribute(document.root, key.encode()) or b"").decode("ascii", "replace")


def _local_names(source: Book, sheet: Sheet, called: str, place: int) -> Iterator[bytes]:
    """What the source says of the sheet alone, its print titles, with the sheet's name and place here."""
    for one in source.names:
        if one.sheet == sheet.name and one.name.startswith("_xlnm.Print"):
            quote = "'" + called.replace("'", "''") + "'!"
            formula = re.sub(r"(?:'(?:[^']|'')*'|[^,!']+)!", lambda _, quote=quote: quote, one.formula)  # type: ignore[misc]
            yield b'<definedName name="%b" localSheetId="%d">%b</definedName>' % (
                directory.quoted(one.name),
                place,
                directory.quoted(formula),
            )
