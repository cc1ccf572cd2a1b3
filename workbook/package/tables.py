"""Growing a native table: its part's `ref` and its filter's, in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from workbook.edits import GrowTable, column_letter
from workbook.package import values
from workbook.package.book import Table
from workbook.package.layout import Disorder, Layout, Row
from workbook.package.markup import attributes, read_document, start_tag
from workbook.package.places import LAST_ROW, Area


def find_table(tables: Iterable[Table], name: str) -> Table | None:
    """The table of that name; table names differ in more than case."""
    return next((table for table in tables if name.casefold() in (own.casefold() for own in table.names)), None)


def barred(
    edit: GrowTable,
    table: Table,
    areas: dict[str, Area],
    tables: Iterable[Table],
    merges: list[Area],
    filled: Callable[[Area], str],
) -> str:
    """Why the table cannot grow so far, or ``""``. ``areas``: each table's area by member name, as grown so far;
    ``filled`` names a cell of an area that somebody else filled, or gives ``""``.
    """
    area = areas[table.member.name]
    if edit.last_row > LAST_ROW:
        return f"第 {edit.last_row} 行超出了 Excel 工作表的范围"
    if table.totals_rows:
        return f"表格“{edit.table}”带有汇总行，不能向下扩展；请先在 Excel 里关掉汇总行"
    added = Area(area.bottom + 1, area.left, edit.last_row, area.right)
    for other in tables:
        if other is not table and other.sheet.name == table.sheet.name and added.meets(areas[other.member.name]):
            return f"表格“{edit.table}”再往下会碰到表格“{other.names[0] if other.names else ''}”；请把下面的表格移开"
    for merge in merges:
        if added.meets(merge):
            return f"表格“{edit.table}”下面有合并单元格 {merge.ref}，不能扩展；请先取消合并"
    if address := filled(added):
        return f"表格“{edit.table}”下面的 {address} 有别的内容，不能扩展；请把它移到表格右边或另一张工作表"
    return ""


def foreign(layout: Layout, strip: Area, own: set[tuple[int, int]], strings: Callable[[int], str]) -> str:
    """The first filled cell of the strip, as ``A40``, that is not at one of our ``own`` places; ``""`` for none.

    What cannot be read, or is a formula, counts as filled.
    """
    document = layout.document
    try:
        places = layout.rows(list(range(strip.top, strip.bottom + 1)))
        for number, row in places.items():
            for column, slot in layout.cells(row) if isinstance(row, Row) else ():
                if strip.left <= column <= strip.right and (number, column) not in own:
                    held = values.read_held(document.xml[slot.start : slot.end], document, strings)
                    if held.kind != "empty" or held.formula:
                        return f"{column_letter(column)}{number}"
    except (Disorder, ValueError, IndexError):
        return f"第 {strip.top} 至 {strip.bottom} 行之间"
    return ""


def grow(xml: bytes, part: str, last_row: int) -> bytes:
    """The table part with its area, and its filter's, reaching down to ``last_row``."""
    document = read_document(xml, part)
    out, place = [], 0
    for name in (b"table", b"autoFilter"):
        tag = start_tag(document.prefix, name).search(document.plain, place)
        span = attributes(tag[0]).get(b"ref") if tag else None
        if tag is None or span is None:
            continue
        start, end = tag.start() + span[0], tag.start() + span[1]
        first, _, last = xml[start:end].decode("ascii").partition(":")
        column = (last or first).rstrip("0123456789")
        out += [xml[place:start], f"{first}:{column}{last_row}".encode()]
        place = end
    return b"".join([*out, xml[place:]])
