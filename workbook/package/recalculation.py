"""What a write does to calculation: the calcChain entries of overwritten formulas, and whether to recalculate."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import unescape

from workbook.edits import Cell
from workbook.errors import CannotPatch
from workbook.package.book import Book, Sheet
from workbook.package.layout import Layout, find_formulas
from workbook.package.markup import Document, attribute, end_tag, read_document, start_tag, with_attribute
from workbook.package.places import read_area
from workbook.package.references import Reader, Spread

_BEFORE_CALC = (b"definedNames", b"externalReferences", b"functionGroups", b"sheets")
"""What may stand just before ``calcPr`` in a workbook part, nearest first (ECMA-376 18.2.27)."""


def some_formula_reads(book: Book, reader: Reader, opened: Mapping[str, Layout]) -> bool:
    """Whether any sheet's formula reads a written cell; ``opened`` holds sheets already unpacked, by member name."""
    for sheet in book.sheets:
        if sheet.member is None:
            continue
        layout = opened.get(sheet.member.name)
        if layout is not None:
            if layout.data_tables or _sheet_reads(layout.document, layout.formula_ends, sheet, reader):
                return True
            continue
        try:
            document = read_document(book.archive.read(sheet.member), sheet.member.name)
        except CannotPatch:
            return True  # a sheet in an encoding we cannot search
        if b"dataTable" in document.plain or _sheet_reads(document, find_formulas(document), sheet, reader):
            return True
    return False


def _sheet_reads(document: Document, ends: Sequence[int], sheet: Sheet, reader: Reader) -> bool:
    plain, opening = document.plain, b"<" + document.prefix + b"f"
    pattern = start_tag(document.prefix, b"f")
    seen: set[tuple[bytes, Spread]] = set()
    last = 0
    for end in ends:
        start = plain.rfind(opening, last, end)
        last = end
        tag = pattern.match(plain, start) if start >= 0 else None
        if tag is None:
            return True
        text = document.xml[tag.end() : end]
        if b"<" in text:
            return True  # CDATA or a comment inside a formula
        spread = _spread(tag[0])
        if (text, spread) not in seen:
            seen.add((text, spread))
            if reader.reads(unescape(text.decode("utf-8", "replace")), sheet.name, spread):
                return True
    return False


def _spread(tag: bytes) -> Spread:
    """How far a shared formula's text is carried: its members repeat it shifted, so its references shift as well."""
    area = read_area((attribute(tag, b"ref") or b"").decode("ascii", "replace")) if b"shared" in tag else None
    return (area.bottom - area.top, area.right - area.left) if area else (0, 0)


def with_full_calculation(xml: bytes, part: str) -> bytes:
    """The workbook part told to recalculate when it is next opened; the same bytes when it already says so."""
    document = read_document(xml, part)
    prefix, plain = document.prefix, document.plain
    tag = start_tag(prefix, b"calcPr").search(plain)
    if tag is not None:
        if attribute(tag[0], b"fullCalcOnLoad") in (b"1", b"true"):
            return xml
        return xml[: tag.start()] + with_attribute(tag[0], b"fullCalcOnLoad", b"1") + xml[tag.end() :]
    for name in _BEFORE_CALC:
        opening = start_tag(prefix, name).search(plain)
        if opening is not None:
            closing = None if opening[0].endswith(b"/>") else end_tag(prefix, name).search(plain, opening.end())
            cut = closing.end() if closing else opening.end()
            return xml[:cut] + b"<" + prefix + b'calcPr fullCalcOnLoad="1"/>' + xml[cut:]
    raise CannotPatch("工作簿的目录里没有工作表，不能写入；请用 Excel 打开后另存一份。")


def without_entries(xml: bytes, part: str, gone: Collection[tuple[int, str]]) -> bytes | None:
    """The calcChain without the entries of ``gone`` (sheet id, address); ``None`` when none would be left.

    An entry without ``i`` stands on the sheet of the one before it, so a removed entry hands its ``i`` on.
    """
    document = read_document(xml, part)
    plain, prefix = document.plain, document.prefix
    pieces: list[bytes] = []
    place, sheet, stated, left = 0, b"0", b"0", 0
    closing = end_tag(prefix, b"c")
    for tag in start_tag(prefix, b"c").finditer(plain):
        end = tag.end()
        if not tag[0].endswith(b"/>") and (close := closing.match(plain, end)):
            end = close.end()
        own = attribute(tag[0], b"i")
        if own not in (None, b"0"):
            sheet = own or sheet
        if ((int(sheet) if sheet.isdigit() else 0), (attribute(tag[0], b"r") or b"").decode()) in gone:
            pieces.append(xml[place : tag.start()])
            place = end
            continue
        left += 1
        if stated != sheet and own in (None, b"0"):
            pieces += [xml[place : tag.start()], with_attribute(tag[0], b"i", sheet)]
            place = tag.end()
        stated = sheet
    if left == 0:
        return None
    return xml if not pieces else b"".join([*pieces, xml[place:]])


def without_element(xml: bytes, part: str, name: bytes, attribute_name: bytes, value: str) -> bytes:
    """A relations or content-types part without its one entry whose attribute has that value, in any case."""
    document = read_document(xml, part)
    for tag in start_tag(document.prefix, name).finditer(document.plain):
        stated = unescape((attribute(tag[0], attribute_name) or b"").decode("utf-8", "replace"))
        if stated.casefold() == value.casefold():
            end = tag.end()
            if not tag[0].endswith(b"/>"):
                close = re.compile(rb"\s*</" + document.prefix + name + rb"\s*>").match(document.plain, end)
                end = close.end() if close else end
            return xml[: tag.start()] + xml[end:]
    return xml


def entries_of(book: Book, cells: Collection[Cell]) -> set[tuple[int, str]]:
    """The calcChain's way to name cells: sheet id and address."""
    ids = {sheet.name.casefold(): sheet.sheet_id for sheet in book.sheets}
    return {(ids[cell.sheet.casefold()], cell.a1) for cell in cells}
