"""Where things stand in a worksheet part: its rows, cells, column styles, merges, arrays and dimension."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from functools import cache, cached_property

from workbook import unfit
from workbook.edits import column_letter, column_number
from workbook.errors import CannotPatch
from workbook.package.markup import Document, attribute, attributes, end_tag, read_document, start_tag
from workbook.package.places import LAST_ROW, Area, read_area, read_cell

NAMESPACES = (
    b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"',
    b"'http://schemas.openxmlformats.org/spreadsheetml/2006/main'",
    b'"http://purl.oclc.org/ooxml/spreadsheetml/main"',
    b"'http://purl.oclc.org/ooxml/spreadsheetml/main'",
)
"""The elements' own namespace as an attribute has it, which only the root should."""


class Disorder(ValueError):
    """The sheet's rows or cells do not stand in order, so there is no safe place to write; the text says where."""


@dataclass(frozen=True, slots=True)
class Row:
    """One ``row`` element: ``start``…``end`` in the sheet, its start tag ending at ``open_end``."""

    number: int
    start: int
    open_end: int
    end: int
    empty: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A column's place in a row: an existing cell, or (``end == start``) the gap where one would be inserted."""

    start: int
    end: int
    open_end: int

    @property
    def exists(self) -> bool:
        return self.end > self.start


class Layout:
    """A worksheet part, mapped lazily. Raises CannotPatch or NotAWorkbook when it is no worksheet we can cut into."""

    def __init__(self, xml: bytes, part: str) -> None:
        self.document: Document = read_document(xml, part)
        if self.document.name != "worksheet":
            raise unfit.damaged(f"“{part}”不是工作表")
        plain, prefix = self.document.plain, self.document.prefix
        opening = start_tag(prefix, b"sheetData").search(plain, self.document.root_end)
        if opening is None:
            raise CannotPatch(f"工作表“{part}”没有数据区，不能写入；请用 Excel 打开后另存一份。")
        self.head_end = opening.start()
        self.open_end = opening.end()
        self.self_closed = opening[0].endswith(b"/>")
        if self.self_closed:
            self.data_end = self.tail = opening.end()
        else:
            # from the end: the data is nearly all of the part
            self.data_end = plain.rfind(b"</" + prefix + b"sheetData")
            if self.data_end < self.open_end:
                raise unfit.damaged(f"“{part}”没有写完")
            self.tail = plain.index(b">", self.data_end) + 1
        if plain.find(b"AlternateContent", self.open_end, self.data_end) >= 0:
            raise CannotPatch(f"工作表“{part}”的数据区里有扩展标记，不能写入；请用 Excel 打开后另存一份。")
        if any(plain.find(uri, self.open_end, self.data_end) >= 0 for uri in NAMESPACES):
            raise CannotPatch(f"工作表“{part}”的数据区里另有命名空间，不能写入；请用 Excel 打开后另存一份。")

    def rows(self, wanted: list[int]) -> dict[int, Row | int]:
        """Each wanted row number (ascending) → its row, or the offset at which such a row would be inserted."""
        direct = self._spelled_rows(wanted)
        return self._scanned_rows(wanted) if direct is None else direct

    def _spelled_rows(self, wanted: list[int]) -> dict[int, Row | int] | None:
        """The rows found by their numbers, spelled as nearly every program does; ``None`` when one is not found so."""
        found: dict[int, Row | int] = {}
        place = self.open_end
        for number in wanted:
            place = self.document.plain.find(b'<%brow r="%d"' % (self.document.prefix, number), place, self.data_end)
            if place < 0:
                return None
            found[number] = self._row(number, place)
        return found

    def _scanned_rows(self, wanted: list[int]) -> dict[int, Row | int]:
        plain, needle = self.document.plain, b"<" + self.document.prefix + b"row"
        direct = needle + b' r="'
        found: dict[int, Row | int] = {}
        place, last, index = self.open_end, 0, 0
        while index < len(wanted):
            place = plain.find(needle, place, self.data_end)
            if place < 0:
                break
            if plain.startswith(direct, place):
                digits = place + len(direct)
                number = _number(plain[digits : plain.index(b'"', digits)])
            elif plain[place + len(needle)] in b" \t\r\n/>":
                stated = attribute(self._open(b"row", place)[0], b"r")
                number = last + 1 if stated is None else _number(stated)
            else:
                place += len(needle)
                continue
            if number <= last:
                raise Disorder(f"第 {number} 行不按顺序")
            last = number
            while index < len(wanted) and wanted[index] < number:
                found[wanted[index]] = place
                index += 1
            if index < len(wanted) and wanted[index] == number:
                found[number] = self._row(number, place)
                index += 1
            place += len(needle)
        for number in wanted[index:]:
            found[number] = self.data_end
        return found

    def _open(self, name: bytes, place: int) -> tuple[bytes, int]:
        tag = start_tag(self.document.prefix, name).match(self.document.plain, place)
        if tag is None:
            raise Disorder("有残缺的标记")
        return tag[0], tag.end()

    def _row(self, number: int, place: int) -> Row:
        tag, open_end = self._open(b"row", place)
        if tag.endswith(b"/>"):
            return Row(number, place, open_end, open_end, empty=True)
        closing = end_tag(self.document.prefix, b"row").search(self.document.plain, open_end, self.data_end)
        if closing is None:
            raise Disorder(f"第 {number} 行没有写完")
        return Row(number, place, open_end, closing.end(), empty=False)

    def slots(self, row: Row, wanted: list[int]) -> dict[int, Slot]:
        """Each wanted column (ascending) of the row → its slot. Raises Disorder when the cells are out of order."""
        found: dict[int, Slot] = {}
        if row.empty:
            return {column: Slot(row.open_end, row.open_end, row.open_end) for column in wanted}
        for column in wanted:
            slot = self._spelled(row, column)
            if slot is None:
                break
            found[column] = slot
        else:
            return found
        starts = self._starts(row)
        end, index = self._cells_end(row, starts), 0
        for column in wanted:
            while index < len(starts) and starts[index][0] < column:
                index += 1
            if index < len(starts) and starts[index][0] == column:
                found[column] = self._slot(*self._open(b"c", starts[index][1]), row)
            else:
                place = starts[index][1] if index < len(starts) else end
                found[column] = Slot(place, place, place)
        return found

    def _cells_end(self, row: Row, starts: list[tuple[int, int]]) -> int:
        """Where a cell behind all others is inserted: before the row's extensions, which are its last element."""
        plain, place = self.document.plain, row.open_end
        if plain.find(b"extLst", row.open_end, row.end) >= 0:
            if starts:
                place = self._slot(*self._open(b"c", starts[-1][1]), row).end  # a cell has extensions of its own
            extensions = start_tag(self.document.prefix, b"extLst").search(plain, place, row.end)
            if extensions is not None:
                return extensions.start()
        return plain.rindex(b"</", row.open_end, row.end)

    def _starts(self, row: Row) -> list[tuple[int, int]]:
        """Each cell's column and where it starts, ascending. Raises Disorder when the cells do not stand in order."""
        starts, last, number = [], 0, b"%d" % row.number
        for cell in spelled_cells(self.document.prefix).finditer(self.document.plain, row.open_end, row.end):
            if cell[2] != number:  # another spelling, or none: every tag must be read
                starts = [(column, slot.start) for column, slot in self.cells(row)]
                break
            starts.append((_column(cell[1]), cell.start()))
        for column, _ in starts:
            if column <= last:
                raise Disorder(f"第 {row.number} 行的单元格不按顺序")
            last = column
        return starts

    def _spelled(self, row: Row, column: int) -> Slot | None:
        """The cell found by its address, spelled as nearly every program does, without walking the row."""
        plain, prefix = self.document.plain, self.document.prefix
        needle = b'<%bc r="%b%d"' % (prefix, column_letter(column).encode(), row.number)
        place = plain.find(needle, row.open_end, row.end)
        if place < 0:
            return None
        return self._slot(*self._open(b"c", place), row)

    def _slot(self, tag: bytes, open_end: int, row: Row) -> Slot:
        end = open_end
        if not tag.endswith(b"/>"):
            close = end_tag(self.document.prefix, b"c").search(self.document.plain, open_end, row.end)
            if close is None:
                raise Disorder(f"第 {row.number} 行没有写完")
            end = close.end()
        return Slot(open_end - len(tag), end, open_end)

    def cells(self, row: Row) -> list[tuple[int, Slot]]:
        """Every cell of a row with its column, in file order."""
        if row.empty:
            return []
        plain, opening = self.document.plain, start_tag(self.document.prefix, b"c")
        cells = []
        place, column = row.open_end, 0
        while (tag := opening.search(plain, place, row.end)) is not None:
            stated = attribute(tag[0], b"r")
            column += 1
            if stated is not None:
                at = read_cell(stated.decode("ascii", "replace"))
                if at is None or at[0] != row.number:
                    raise Disorder(f"第 {row.number} 行有地址不对的单元格")
                column = at[1]
            slot = self._slot(tag[0], tag.end(), row)
            place = slot.end
            cells.append((column, slot))
        return cells

    @cached_property
    def column_styles(self) -> list[tuple[int, int, bytes]]:
        """``(first column, last column, style)`` of each ``col`` that sets one."""
        styles = []
        for tag in start_tag(self.document.prefix, b"col").finditer(self.document.plain, 0, self.head_end):
            low, high, style = (attribute(tag[0], name) for name in (b"min", b"max", b"style"))
            if low and high and style:
                styles.append((_number(low), _number(high), style))
        return styles

    @cached_property
    def merges(self) -> list[Area]:
        return self._areas(b"mergeCell", self.tail, len(self.document.plain))

    @cached_property
    def arrays(self) -> list[Area]:
        """The areas of array formulas and data tables: their cells cannot be set one by one."""
        plain = self.document.plain
        with_text = bool(self.formula_ends) and plain.find(b"array", self.open_end) >= 0
        if not with_text and not self.data_tables:
            return []
        areas = []
        for tag in start_tag(self.document.prefix, b"f").finditer(plain, self.open_end, self.data_end):
            if attribute(tag[0], b"t") in (b"array", b"dataTable"):
                area = read_area((attribute(tag[0], b"ref") or b"").decode("ascii", "replace"))
                areas += [area] if area else []
        return areas

    @cached_property
    def formula_ends(self) -> array[int]:
        return find_formulas(self.document) if self._has_formulas else array("Q")

    @cached_property
    def data_tables(self) -> bool:
        """Whether the word stands anywhere in the part: a data table's formula has no text of its own."""
        return self._has_formulas and self.document.plain.find(b"dataTable", self.open_end) >= 0

    @cached_property
    def _has_formulas(self) -> bool:
        """Whether an ``f`` element may stand in the data. The letter alone is rare there, and found far faster than any
        tag; where texts stand in the cells it is frequent, and the answer is a cautious yes.
        """
        plain, opening = self.document.plain, b"<" + self.document.prefix
        place = self.open_end
        for _ in range(20_000):
            place = plain.find(b"f", place, self.data_end)
            if place < 0:
                return False
            if plain.startswith(opening, place - len(opening)):
                return True
            place += 1
        return True

    @cached_property
    def dimension(self) -> tuple[int, int, Area] | None:
        """Where the value of ``dimension ref`` stands, and the area it states; ``None`` without one."""
        tag = start_tag(self.document.prefix, b"dimension").search(self.document.plain, 0, self.head_end)
        span = attributes(tag[0]).get(b"ref") if tag else None
        if tag is None or span is None:
            return None
        area = read_area(tag[0][slice(*span)].decode("ascii", "replace"))
        return (tag.start() + span[0], tag.start() + span[1], area) if area else None

    def _areas(self, name: bytes, start: int, end: int) -> list[Area]:
        areas = []
        for tag in start_tag(self.document.prefix, name).finditer(self.document.plain, start, end):
            area = read_area((attribute(tag[0], b"ref") or b"").decode("ascii", "replace"))
            areas += [area] if area else []
        return areas


@cache
def spelled_cells(prefix: bytes) -> re.Pattern[bytes]:
    """Finds each cell's start; the groups are its address where it stands first in the tag, else ``None``."""
    return re.compile(rb"<" + re.escape(prefix) + rb"c(?: r=\"([A-Z]{1,3})([0-9]+)\"|(?=[\s/>]))")


@cache
def _column(letters: bytes) -> int:
    return column_number(letters.decode())


def find_formulas(document: Document) -> array[int]:
    """Where each formula that has a text ends: the offsets of ``</f>``."""
    plain, closing = document.plain, b"</" + document.prefix + b"f>"
    ends = array("Q")
    place = plain.find(closing)
    while place >= 0:
        ends.append(place)
        place = plain.find(closing, place + len(closing))
    return ends


def _number(digits: bytes) -> int:
    try:
        number = int(digits)
    except ValueError as error:
        raise Disorder(f"行号“{digits.decode('ascii', 'replace')}”不是数字") from error
    if not 0 < number <= LAST_ROW:
        raise Disorder(f"行号 {number} 超出范围")
    return number
