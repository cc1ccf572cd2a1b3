"""New columns at the right end of a table: header cells like their neighbours, and nothing that was there moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from workbook.edits import Cell
from workbook.errors import CannotPatch
from workbook.package import directory
from workbook.package.book import Book, Sheet, Table
from workbook.package.deflate import Piece
from workbook.package.graft import stylesheet_of
from workbook.package.layout import Disorder, Layout, Row
from workbook.package.markup import Document, attribute, attributes, end_tag, local, parse, read_document, start_tag
from workbook.package.markup import with_attribute as set_to
from workbook.package.patch import splice, with_span
from workbook.package.places import LAST_COLUMN, Area
from workbook.package.stylesheet import Stylesheet
from workbook.package.values import content

Splice = tuple[int, int, bytes]


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column to add: its header, the number format of its cells (empty: general), its width in characters."""

    header: str
    number_format: str = ""
    width: float = 12


@dataclass(frozen=True, slots=True)
class Widening:
    """Columns for one table. Its headers stand in ``header_row``, the first data in the next row; ``right`` is its last
    column; ``used`` the last column with anything in it on the sheet, as read. ``above``: a second header row over the
    first, which gets the word ``band`` over the new columns; 0 without one.
    """

    sheet: str
    header_row: int
    right: int
    used: int
    columns: tuple[NewColumn, ...]
    above: int = 0
    band: str = ""


@dataclass(frozen=True, slots=True)
class Widened:
    """The workbook's new bytes, and where the first new column stands. ``beside``: the Excel table that could not reach
    so far, so that the new columns stand apart from it; empty when there is none such.
    """

    data: bytes
    start: int
    beside: str = ""


def widen(data: bytes, one: Widening) -> Widened:
    """Add the columns. Raises NotAWorkbook or CannotPatch, with what to do about it, as `apply` does.

    They stand right beside the table where that room is free, and an Excel table then takes them in; else they stand
    right of everything on the sheet.
    """
    book = Book(data)
    style_part, styles = stylesheet_of(book)
    sheet = book.sheet(one.sheet)
    if sheet is None or sheet.member is None or sheet.kind != "worksheet":
        raise CannotPatch(f"没有叫“{one.sheet}”的普通工作表，不能加列。")
    layout = Layout(book.archive.read(sheet.member), sheet.member.name)
    table = next((table for table in book.tables if table.sheet is sheet and _heads(table, one)), None)
    start, joined = _room(book, sheet, layout, table, one)
    changed: dict[str, Sequence[Piece]] = {}
    if table is not None and joined:
        changed[table.member.name] = [_grown(book, table, start + len(one.columns) - 1, one.columns)]
    try:
        cuts = sorted(_splices(layout, one, start, styles), key=lambda cut: cut[:2])
    except Disorder as disorder:
        raise CannotPatch(f"工作表“{one.sheet}”{disorder}，请用 Excel 打开后另存一次") from disorder
    changed[sheet.member.name] = splice(layout.document.xml, cuts)
    if book.part(style_part) is not None:
        changed[style_part] = [styles.xml()]
    return Widened(book.archive.rewrite(changed), start, table.names[0] if table is not None and not joined else "")


def _heads(table: Table, one: Widening) -> bool:
    return table.header_rows == 1 and table.area.top == one.header_row and table.area.right == one.right


def _room(book: Book, sheet: Sheet, layout: Layout, table: Table | None, one: Widening) -> tuple[int, bool]:
    """The first new column, and whether it joins the table."""
    count = len(one.columns)
    taken = [*layout.merges, *layout.arrays, *_drawings(book, sheet)]
    taken += [other.area for other in book.tables if other.sheet is sheet and other is not table]
    rows = (1, one.header_row + 100_000)
    near = Area(rows[0], one.right + 1, rows[1], one.right + count)
    if one.used <= one.right and not any(near.meets(area) for area in taken):
        # A table fed by a query is as wide as the query is.
        query = table is not None and b"queryTable" in book.archive.read(table.member)[:2000]
        return one.right + 1, not query
    start = max([one.used, one.right, *(area.right for area in taken)]) + 1
    if start + count - 1 > LAST_COLUMN:
        raise CannotPatch(f"工作表“{one.sheet}”右边没有地方加列了；请先删去最右边多余的内容或合并单元格。")
    return start, False


def _drawings(book: Book, sheet: Sheet) -> list[Area]:
    """The cells that pictures, charts and shapes of the sheet lie over."""
    assert sheet.member is not None
    areas = []
    for relation in book.relations_of(sheet.member).values():
        member = book.part(relation.target) if relation.kind == "drawing" else None
        for anchor in parse(book.archive.read(member), member.name) if member else ():
            ends = [_corner(part) for part in anchor if local(part.tag) in ("from", "to")]
            if len(ends) == 2:
                (top, left), (bottom, right) = ends
                areas.append(Area(top, left, max(top, bottom), max(left, right)))
            elif ends:
                top, left = ends[0]
                areas.append(Area(top, left, top + 20, left + 8))  # its size is in no cells: a guess to stay clear of
    return areas


def _corner(element: ET.Element) -> tuple[int, int]:
    found = {local(part.tag): int(part.text or "0") for part in element if local(part.tag) in ("row", "col")}
    return found.get("row", 0) + 1, found.get("col", 0) + 1


def _splices(layout: Layout, one: Widening, start: int, styles: Stylesheet) -> list[Splice]:
    columns = range(start, start + len(one.columns))
    rows = layout.rows(sorted({row for row in (one.above, one.header_row, one.header_row + 1) if row}))
    heads = {column: new.header for column, new in zip(columns, one.columns, strict=True)}
    cuts = _row(layout, rows[one.header_row], one.header_row, heads, one.right, one.sheet)
    if one.above:
        band = {column: one.band if column == start else "" for column in columns}
        cuts += _row(layout, rows[one.above], one.above, band, one.right, one.sheet)
    like = _style_at(layout, rows.get(one.header_row + 1, 0), one.right)
    looks = [_look(styles, like, new) for new in one.columns]
    cuts += _widths(layout, list(zip(columns, one.columns, looks, strict=True)))
    if layout.dimension is not None:
        at, end, area = layout.dimension
        wide = Area(min(area.top, one.header_row), min(area.left, start), max(area.bottom, one.header_row), columns[-1])
        cuts.append((at, end, wide._replace(right=max(wide.right, area.right)).ref.encode()))
    return cuts


def _row(
    layout: Layout, row: Row | int, number: int, texts: dict[int, str], neighbour: int, sheet: str
) -> list[Splice]:
    """The header cells of one row, in the look of the cell beside them."""
    if not isinstance(row, Row) or row.empty:
        raise CannotPatch(f"工作表“{sheet}”第 {number} 行里没有表头了，没有加列。")
    document, prefix = layout.document, layout.document.prefix
    tag = document.plain[row.start : row.open_end]
    look = _header_look(layout, row, neighbour)
    cuts: list[Splice] = []
    for column, slot in layout.slots(row, sorted(texts)).items():
        place, style = Cell(sheet, number, column), look
        if slot.exists:
            if b"<" in document.plain[slot.open_end : slot.end].replace(b"</" + prefix + b"c>", b""):
                raise CannotPatch(f"{place} 已经有内容，没有加列；请先把它移开。")
            style = int(attribute(document.plain[slot.start : slot.open_end], b"s") or b"%d" % look) or look
        kind, body = content(texts[column], prefix.decode()) if texts[column] else ("", "")
        opening = f'<{prefix.decode()}c r="{place.a1}"' + (f' s="{style}"' if style else "")
        opening += f' t="{kind}"' if kind else ""
        made = document.encode(f"{opening}>{body}</{prefix.decode()}c>" if body else f"{opening}/>")
        cuts.append((slot.start, slot.end, made))
        tag = with_span(tag, column)
    if tag != document.plain[row.start : row.open_end]:
        cuts.append((row.start, row.open_end, tag))
    return _joined(cuts)


def _header_look(layout: Layout, row: Row, column: int) -> int:
    """The style of the header beside: of a merged one that of its first cell, for that is the one seen."""
    merge = next((area for area in layout.merges if area.holds(row.number, column)), None)
    if merge is not None:
        return _style_at(layout, layout.rows([merge.top])[merge.top], merge.left)
    return _style_at(layout, row, column)


def _joined(cuts: list[Splice]) -> list[Splice]:
    """Several insertions at one place as one, in the order given."""
    together: dict[tuple[int, int], bytes] = {}
    for start, end, new in cuts:
        together[start, end] = together.get((start, end), b"") + new
    return [(start, end, new) for (start, end), new in together.items()]


def _style_at(layout: Layout, row: Row | int, column: int) -> int:
    """The style of the nearest cell of the row, at the column or left of it; 0 when it has none."""
    if not isinstance(row, Row):
        return 0
    plain, found = layout.document.plain, 0
    for at, slot in layout.cells(row):
        if at <= column:
            found = int(attribute(plain[slot.start : slot.open_end], b"s") or b"0")
    return found


def _look(styles: Stylesheet, like: int, new: NewColumn) -> int:
    """The style of the column's cells: the neighbour's font, a number format of its own, neither fill nor border, for a
    column's style reaches down to the last row of the sheet.
    """
    font = attribute(styles.item(b"cellXfs", like), b"fontId") or b"0"
    number = styles.number_format(directory.quoted(new.number_format)) if new.number_format else 0
    side = b' horizontal="center"' if new.number_format else b""
    xf = b'<xf numFmtId="%d" fontId="%b" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" ' % (
        number,
        font,
    )
    return styles.add(b"cellXfs", xf + b'applyAlignment="1"><alignment vertical="center"' + side + b"/></xf>")


def _widths(layout: Layout, columns: list[tuple[int, NewColumn, int]]) -> list[Splice]:
    """The ``col`` elements of the new columns; one that spans them and others is cut apart around them."""
    document, prefix = layout.document, layout.document.prefix
    first, last = columns[0][0], columns[-1][0]
    own = b"".join(
        b'<%bcol min="%d" max="%d" width="%.7g" style="%d" customWidth="1"/>'
        % (prefix, column, column, new.width + 0.7109375, look)
        for column, new, look in columns
    )
    opening = start_tag(prefix, b"cols").search(document.plain, 0, layout.head_end)
    if opening is None or opening[0].endswith(b"/>"):
        made = b"<%bcols>%b</%bcols>" % (prefix, own, prefix)
        return [(*(opening.span() if opening else (layout.head_end, layout.head_end)), made)]
    closing = end_tag(prefix, b"cols").search(document.plain, opening.end(), layout.head_end)
    end = closing.start() if closing else layout.head_end
    elements = list(_elements(document, b"col", opening.end(), end))
    meeting = [one for one in elements if _ends(one[2])[0] <= last and _ends(one[2])[1] >= first]
    if not meeting:
        at = next((begin for begin, _, tag in elements if _ends(tag)[0] > last), end)
        return [(at, at, own)]
    (begin, _, head), (_, stop, tail) = meeting[0], meeting[-1]
    left = set_to(head, b"max", b"%d" % (first - 1)) if _ends(head)[0] < first else b""
    right = set_to(tail, b"min", b"%d" % (last + 1)) if _ends(tail)[1] > last else b""
    return [(begin, stop, left + own + right)]


def _elements(document: Document, name: bytes, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Elements without content: where each begins and ends, and its tag closed in itself."""
    closing = end_tag(document.prefix, name)
    for tag in start_tag(document.prefix, name).finditer(document.plain, start, end):
        if tag[0].endswith(b"/>"):
            yield tag.start(), tag.end(), tag[0]
        else:
            close = closing.search(document.plain, tag.end(), end)
            yield tag.start(), close.end() if close else tag.end(), tag[0][:-1] + b"/>"


def _ends(tag: bytes) -> tuple[int, int]:
    return int(attribute(tag, b"min") or b"0"), int(attribute(tag, b"max") or b"0")


def _grown(book: Book, table: Table, right: int, columns: Sequence[NewColumn]) -> bytes:
    """The table part reaching to the column ``right``, the new columns in its list."""
    part = table.member.name
    xml = book.archive.read(table.member)
    area = table.area
    xml = _with_right(xml, read_document(xml, part), b"table", area._replace(right=right).ref)
    document = read_document(xml, part)
    filtered = start_tag(document.prefix, b"autoFilter").search(document.plain)
    if filtered is not None:
        bottom = area.bottom - table.totals_rows
        xml = _with_right(xml, document, b"autoFilter", area._replace(right=right, bottom=bottom).ref)
        document = read_document(xml, part)
    tags = list(start_tag(document.prefix, b"tableColumn").finditer(document.plain))
    next_id = max((int(attribute(tag[0], b"id") or b"0") for tag in tags), default=0) + 1
    made = b"".join(
        b'<tableColumn id="%d" name="%b"/>' % (next_id + offset, directory.quoted(new.header))
        for offset, new in enumerate(columns)
    )
    xml = directory.appended(xml, part, b"tableColumns", made)
    document = read_document(xml, part)
    opening = start_tag(document.prefix, b"tableColumns").search(document.plain)
    assert opening is not None, "it was appended to"
    counted = set_to(opening[0], b"count", b"%d" % (len(tags) + len(columns)))
    return xml[: opening.start()] + counted + xml[opening.end() :]


def _with_right(xml: bytes, document: Document, name: bytes, ref: str) -> bytes:
    tag = start_tag(document.prefix, name).search(document.plain)
    span = attributes(tag[0]).get(b"ref") if tag else None
    if tag is None or span is None:
        return xml
    return xml[: tag.start() + span[0]] + ref.encode() + xml[tag.start() + span[1] :]
