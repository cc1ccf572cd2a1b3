"""Printed forms as a workbook: black on white, thin lines, A4; the same bytes for the same description."""

from __future__ import annotations

import io

import xlsxwriter

from workbook.build.formats import Styles
from workbook.formbook.draw import draw
from workbook.formbook.model import (
    COLUMNS,
    Block,
    Cell,
    Form,
    FormBook,
    Head,
    Heading,
    Line,
    Long,
    Look,
    Remark,
    Section,
    Table,
)

__all__ = [
    "COLUMNS",
    "Block",
    "Cell",
    "Form",
    "FormBook",
    "Head",
    "Heading",
    "Line",
    "Long",
    "Look",
    "Remark",
    "Section",
    "Table",
    "write",
]


_MEASURE = "Arial"
"""The widths of columns are counted in digits of the workbook's own font: one whose digits are alike everywhere."""


def write(described: FormBook) -> bytes:
    """The .xlsx file: a sheet a form, and after it one with what did not fit on its page."""
    target = io.BytesIO()
    look = {"font_name": _MEASURE, "font_size": 10}
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_format_properties": look})
    book.set_properties({"title": described.title, "author": "kesu", "created": described.created})
    styles = Styles(book)
    for form in described.forms:
        draw(book, styles, form, described.foot)
    book.close()
    return target.getvalue()
