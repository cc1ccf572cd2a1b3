"""A listing as a worksheet: title, remark, headers that stay in sight and repeat in print, one case a row."""

from __future__ import annotations

import math
from typing import Any

from workbook.build.formats import FAINT, LINE, NAVY, PAPER, TONES, Styles
from workbook.reportbook.cells import FOOTER, coloured, columns_wide, properties, put
from workbook.reportbook.model import FIRST_LISTED, Listing, Look

_HEADER = FIRST_LISTED - 2  # counted from 0
_LINE_HEIGHT = 15
_MOST_LINES = 8


def draw_listing(sheet: Any, listing: Listing, styles: Styles) -> None:
    """Fill ``sheet`` with the listing and set it up for the screen and for A4 landscape."""
    last = len(listing.fields) - 1
    sheet.hide_gridlines(2)
    sheet.set_row(0, 30)
    for column in range(last + 1):
        sheet.write_blank(0, column, None, styles(bg_color=NAVY))
    sheet.write_string(0, 0, listing.title, styles(bold=True, font_size=14, font_color=PAPER, bg_color=NAVY, indent=1))
    sheet.set_row(1, 20)
    sheet.write_string(1, 0, listing.note, styles(font_size=9, font_color=FAINT, indent=1))
    sheet.set_row(_HEADER, 30)
    tone = TONES[0]
    for column, one in enumerate(listing.fields):
        head = {"bold": True, "bg_color": tone.tint, "border": 1, "border_color": LINE, "text_wrap": True}
        align = properties(one).get("align", "left")
        sheet.write_string(
            _HEADER,
            column,
            one.title,
            styles(**head, align=align, indent=int(one.indent), bottom=2, bottom_color=tone.band),
        )
        sheet.set_column(column, column, one.width)
    for number, row in enumerate(listing.rows):
        _row(sheet, FIRST_LISTED - 1 + number, listing, row, styles)
    if not listing.rows:
        sheet.write_string(FIRST_LISTED - 1, 0, listing.empty, styles(font_color=FAINT, indent=1))
        sheet.set_row(FIRST_LISTED - 1, 24)
    end = FIRST_LISTED - 2 + max(len(listing.rows), 1)
    if listing.rows:
        sheet.autofilter(_HEADER, 0, end, last)
    sheet.freeze_panes(FIRST_LISTED - 1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.35, right=0.35, top=0.45, bottom=0.55)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER)
    sheet.print_area(0, 0, end, last)
    sheet.set_footer(FOOTER.format("仅供内部使用"))


def _row(sheet: Any, at: int, listing: Listing, row: Any, styles: Styles) -> None:
    lines = listing.least
    for column, (one, value) in enumerate(zip(listing.fields, row, strict=True)):
        if one.look is Look.LONG and isinstance(value, str):
            parts = value.split("\n")
            lines = max(lines, sum(max(math.ceil(columns_wide(part) / one.width), 1) for part in parts))
        put(sheet, at, column, value, coloured(one, value, styles))
    sheet.set_row(at, 5 + _LINE_HEIGHT * min(lines, _MOST_LINES))
