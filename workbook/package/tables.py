"""Growing a native table: its part's `ref` and its filter's, in place."""

from __future__ import annotations

from collections.abc import Iterable

from workbook.edits import GrowTable
from workbook.package.book import Table
from workbook.package.markup import attributes, read_document, start_tag
from workbook.package.places import LAST_ROW, Area


def find_table(tables: Iterable[Table], name: str) -> Table | None:
    """The table of that name; table names differ in more than case."""
    return next((table for table in tables if name.casefold() in (own.casefold() for own in table.names)), None)


def barred(edit: GrowTable, table: Table, areas: dict[str, Area], tables: Iterable[Table], merges: list[Area]) -> str:
    """Why the table cannot grow so far, or ``""``. ``areas``: each table's area by member name, as grown so far."""
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
