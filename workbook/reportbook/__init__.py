"""A report workbook from its description: drawn with XlsxWriter, the same bytes for the same description."""

from __future__ import annotations

import io

import xlsxwriter

from workbook.build.formats import ACCENT, FONT, NAVY, Styles
from workbook.reportbook.listing import draw_listing
from workbook.reportbook.model import (
    Book,
    Chart,
    Course,
    Field,
    Formula,
    Grid,
    Listing,
    Look,
    Page,
    RowFormula,
    Side,
    Signatures,
    Tile,
    Tiles,
    Value,
)
from workbook.reportbook.page import draw_page

__all__ = [
    "Book",
    "Chart",
    "Course",
    "Field",
    "Formula",
    "Grid",
    "Listing",
    "Look",
    "Page",
    "RowFormula",
    "Side",
    "Signatures",
    "Tile",
    "Tiles",
    "Value",
    "write",
]


def write(described: Book) -> bytes:
    """The .xlsx file. Raises ``KeyError`` for a chart over a grid that is not on its page."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "default_format_properties": {"font_name": FONT, "font_size": 10}}
    )
    book.set_properties({"title": described.title, "author": "kesu", "created": described.created})
    book.set_size(1920, 1080)
    styles = Styles(book)
    made = [(one, book.add_worksheet(one.sheet)) for one in described.sheets]
    for one, sheet in made:
        sheet.set_tab_color(NAVY if isinstance(one, Page) else ACCENT)
        if isinstance(one, Page):
            draw_page(book, sheet, one, styles)
        else:
            draw_listing(sheet, one, styles)
    made[0][1].activate()
    book.close()
    return target.getvalue()
