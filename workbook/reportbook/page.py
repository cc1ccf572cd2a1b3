"""A page as a worksheet: a title band, then tiles, tables and charts on 24 columns, printed on one A4 sheet."""

from __future__ import annotations

import math
from typing import Any

from workbook.build.formats import FAINT, LINE, NAVY, PAPER, Styles
from workbook.edits import column_letter
from workbook.reportbook.cells import FOOTER, NUMBERS, coloured, columns_wide, filled_in, properties, put
from workbook.reportbook.charts import bars, course
from workbook.reportbook.model import (
    Chart,
    Field,
    Formula,
    Grid,
    Look,
    Page,
    RowFormula,
    Side,
    Signatures,
    Tile,
    Tiles,
    Value,
)

_COLUMNS = 24
_WIDTH = 5.0  # characters a page column
_PIXELS = 40  # what Excel makes of that width at 100 %, and what charts are measured in
_LEFT = 1  # column A is the margin
_ROW = 20  # pixels of a row as charts count them: 15 points


class _Drawing:
    """The page while it is drawn: where each grid's columns stand, for the charts over them."""

    def __init__(self, book: Any, sheet: Any, page: Page, styles: Styles) -> None:
        self.book, self.sheet, self.page, self.styles = book, sheet, page, styles
        self.places: dict[int, tuple[int, int, int]] = {}
        """id of a grid → row of its headers, row of its last entry, first column (from 0)."""

    def refer(self, grid: Grid, title: str, rows: int) -> tuple[str, str]:
        """The cell of a column's header and the range of its first ``rows`` entries."""
        head, last, left = self.places[id(grid)]
        titles = [one.title for one in grid.fields]
        column = column_letter(left + sum(int(one.width) for one in grid.fields[: titles.index(title)]) + 1)
        sheet = f"'{self.page.sheet}'"
        end = min(last, head + rows)
        return f"={sheet}!${column}${head + 1}", f"={sheet}!${column}${head + 2}:${column}${end + 1}"


def draw_page(book: Any, sheet: Any, page: Page, styles: Styles) -> None:
    """Fill ``sheet`` with the page."""
    drawing = _Drawing(book, sheet, page, styles)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 1.5)
    sheet.set_column(1, _COLUMNS, _WIDTH)
    sheet.set_column(_COLUMNS + 1, _COLUMNS + 1, 1.5)
    sheet.set_row(0, 36)
    band = styles(bold=True, font_size=16, font_color=PAPER, bg_color=NAVY, indent=1)
    sheet.merge_range(0, 1, 0, _COLUMNS, page.title, band)
    sheet.set_row(1, 20)
    sheet.merge_range(
        1, 1, 1, _COLUMNS, page.note, styles(font_size=9, font_color="#41556E", bg_color="#E3EAF2", indent=1)
    )
    row = 2
    for block in page.blocks:
        sheet.set_row(row, 9)
        row += 1
        if isinstance(block, Tiles):
            row = _tiles(drawing, block, row)
        elif isinstance(block, Grid):
            row = _grid(drawing, block, row, _LEFT, _COLUMNS)
        elif isinstance(block, Signatures):
            row = _signatures(drawing, block, row)
        else:
            row = _side(drawing, block, row)
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.45, bottom=0.55)
    sheet.print_area(0, 0, row, _COLUMNS + 1)
    sheet.fit_to_pages(1, 0 if page.long else 1)
    sheet.center_horizontally()
    sheet.set_footer(FOOTER.format("仅供内部使用"))


def _tiles(drawing: _Drawing, block: Tiles, row: int) -> int:
    wide = _COLUMNS // len(block.tiles)
    for offset, height in enumerate((19, 32, 18)):
        drawing.sheet.set_row(row + offset, height)
    for number, tile in enumerate(block.tiles):
        _tile(drawing, tile, row, _LEFT + number * wide, wide)
    return row + 3


def _tile(drawing: _Drawing, tile: Tile, row: int, left: int, wide: int) -> None:
    sheet, styles, colour = drawing.sheet, drawing.styles, tile.tone or NAVY
    side = {"border": 1, "border_color": LINE, "bg_color": PAPER, "align": "center"}
    label = styles(**side, font_color=FAINT, bottom=0, top=5, top_color=colour)
    sheet.merge_range(row, left, row, left + wide - 1, tile.label, label)
    number = NUMBERS.get(tile.look, "General").replace(";–", ";0")  # a tile says 0 aloud
    form = styles(**side, font_color=colour, font_size=20, bold=True, num_format=number, bottom=0, top=0)
    sheet.merge_range(row + 1, left, row + 1, left + wide - 1, "", form)
    put(sheet, row + 1, left, tile.value, form)
    note = styles(**side, font_color=FAINT, font_size=9, top=0, shrink=True)
    sheet.merge_range(row + 2, left, row + 2, left + wide - 1, tile.note, note)


def _signatures(drawing: _Drawing, block: Signatures, row: int) -> int:
    row = _heading(drawing, block.title, "", row, _LEFT, _COLUMNS)
    wide = _COLUMNS // len(block.who)
    side = {"border": 1, "border_color": LINE}
    forms = (
        drawing.styles(**side, font_color="#41556E", bg_color="#EEF2F6", align="center", bottom=0),
        drawing.styles(**side, top=0, bottom=0),
        drawing.styles(**side, font_color=FAINT, font_size=9, indent=1, top=0),
    )
    for offset, height in enumerate((20, 40, 20)):
        drawing.sheet.set_row(row + offset, height)
    for number, name in enumerate(block.who):
        left = _LEFT + number * wide
        for offset, text in enumerate((name, "", "日期：")):
            drawing.sheet.merge_range(row + offset, left, row + offset, left + wide - 1, text, forms[offset])
    return row + 3


def _heading(drawing: _Drawing, text: str, note: str, row: int, left: int, wide: int) -> int:
    look = {"bottom": 2, "bottom_color": NAVY}
    drawing.sheet.set_row(row, 22)
    title = drawing.styles(bold=True, font_size=12, font_color=NAVY, **look)
    if not note:
        drawing.sheet.merge_range(row, left, row, left + wide - 1, text, title)
        return row + 1
    split = min(wide - 1, math.ceil((columns_wide(text) * 1.3 + 2) / _WIDTH))
    if split > 1:
        drawing.sheet.merge_range(row, left, row, left + split - 1, text, title)
    else:
        drawing.sheet.write_string(row, left, text, title)
    small = drawing.styles(font_size=9, font_color=FAINT, align="right", **look)
    if wide - split > 1:
        drawing.sheet.merge_range(row, left + split, row, left + wide - 1, note, small)
    else:
        drawing.sheet.write_string(row, left + split, note, small)
    return row + 1


def _grid(drawing: _Drawing, grid: Grid, row: int, left: int, wide: int) -> int:
    sheet, styles = drawing.sheet, drawing.styles
    row = head = _heading(drawing, grid.title, grid.note, row, left, wide)
    if not grid.rows:
        sheet.set_row(row, 20)
        sheet.merge_range(row, left, row, left + wide - 1, grid.empty, styles(font_color=FAINT, indent=1))
        return row + 1
    look = {"font_color": "#41556E", "bg_color": "#EEF2F6", "bottom": 1, "bottom_color": LINE, "font_size": 9}
    sheet.set_row(row, 18)
    _cells(
        drawing,
        row,
        left,
        [(one, one.title, styles(**look, align=_align(one), indent=int(one.indent))) for one in grid.fields],
    )
    for values in grid.rows:
        row += 1
        sheet.set_row(row, grid.height * _lines(grid, values))
        places = _places(grid, row, left, head)
        line = [(one, filled_in(value, places.__getitem__)) for one, value in zip(grid.fields, values, strict=True)]
        _cells(drawing, row, left, [(one, value, _look(one, value, styles)) for one, value in line])
    drawing.places[id(grid)] = (head, row, left)
    _bars(drawing, grid, head, row, left)
    if grid.total:
        row += 1
        sheet.set_row(row, grid.height)
        _cells(drawing, row, left, list(_totals(drawing, grid, head, row, left)))
    return row + 1


def _places(grid: Grid, row: int, left: int, head: int) -> dict[str, str]:
    """The cell of each column in a row, all its entries, and those down to the row; headers stand in row ``head``."""
    places = {}
    for one in grid.fields:
        column, first = column_letter(left + 1), head + 2
        places[one.title] = f"{column}{row + 1}"
        places[f"{one.title}*"] = f"{column}${first}:{column}${head + 1 + len(grid.rows)}"
        places[f"{one.title}…"] = f"{column}${first}:{column}{row + 1}"
        left += int(one.width)
    return places


def _look(one: Field, value: Value, styles: Styles) -> Any:
    shrink = {} if one.look is Look.LONG else {"shrink": True}
    return coloured(one, value, styles, border=0, bottom=1, bottom_color=LINE, **shrink)


def _align(one: Field) -> str:
    return str(properties(one).get("align", "left"))


def _lines(grid: Grid, values: Any) -> int:
    room = [
        (one.width * _WIDTH, value) for one, value in zip(grid.fields, values, strict=True) if one.look is Look.LONG
    ]
    long = [math.ceil(columns_wide(value) / width) for width, value in room if isinstance(value, str)]
    return min(max(long, default=1), 3) or 1


def _cells(drawing: _Drawing, row: int, left: int, cells: list[tuple[Field, Value, Any]]) -> None:
    for one, value, form in cells:
        wide = int(one.width)
        if wide > 1:
            drawing.sheet.merge_range(row, left, row, left + wide - 1, "", form)
        put(drawing.sheet, row, left, value, form)
        left += wide


def _totals(drawing: _Drawing, grid: Grid, head: int, row: int, left: int) -> Any:
    """The last row: sums of the counts as formulas, and the word ``total`` first."""
    look = {"bold": True, "bg_color": "#EEF2F6", "border": 0, "top": 1, "top_color": NAVY}
    places = _places(grid, row, left, head)
    for number, one in enumerate(grid.fields):
        value: Value = grid.total if number == 0 else filled_in(grid.totals.get(one.title), places.__getitem__)
        if one.look is Look.COUNT:
            column = column_letter(left + 1)
            cells = (line[number] for line in grid.rows)
            plain = [part.value if isinstance(part, Formula | RowFormula) else part for part in cells]
            added = sum(part for part in plain if isinstance(part, int | float))
            value = Formula(f"=SUM({column}{head + 2}:{column}{row})", added)
        yield one, value, coloured(one, value, drawing.styles, **look)
        left += int(one.width)


def _bars(drawing: _Drawing, grid: Grid, head: int, last: int, left: int) -> None:
    for one in grid.fields:
        if one.bar:
            ends: dict[str, object] = {"min_type": "num", "min_value": 0}
            ends |= {"max_type": "num", "max_value": 1} if one.look is Look.SHARE else {"max_type": "max"}
            bar = {"type": "data_bar", "bar_color": one.bar, "bar_solid": True, "bar_border_color": one.bar}
            drawing.sheet.conditional_format(head + 1, left, last, left, {**bar, **ends})
        left += int(one.width)


def _side(drawing: _Drawing, block: Side, row: int) -> int:
    half = _COLUMNS // 2
    ends = []
    for left, part in ((_LEFT, block.left), (_LEFT + half, block.right)):
        if isinstance(part, Grid):
            start = left + (left != _LEFT)  # one column free on either side of the middle
            ends.append(_grid(drawing, part, row, start, half - 1))
        else:
            made = bars(drawing, part) if isinstance(part, Chart) else course(drawing, part)
            ends.append(_insert(drawing, made, part.height, row, left, half))
    return max(ends)


def _insert(drawing: _Drawing, chart: Any, height: int, row: int, left: int, wide: int) -> int:
    chart.set_size({"width": wide * _PIXELS - 8, "height": height})
    drawing.sheet.insert_chart(row, left, chart, {"x_offset": 3, "y_offset": 4, "object_position": 2})
    return row + math.ceil((height + 8) / _ROW)
