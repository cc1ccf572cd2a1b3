"""One cell of a report workbook: its format, and how each kind of value is written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from workbook.build.formats import FAINT, LINE, Styles
from workbook.reportbook.model import Field, Formula, Look, RowFormula, Value

NUMBERS = {
    Look.COUNT: "#,##0;-#,##0;–",
    Look.MEAN: "#,##0.0;-#,##0.0;–",
    Look.SHARE: "[=1]0%;[=0]0%;0.0%",
    Look.HOURS: '#,##0.0"小时";-#,##0.0"小时";–',
    Look.DAYS: '#,##0"天"',
    Look.MONEY: "#,##0.00;-#,##0.00;–",
    Look.TIME: "yyyy-mm-dd hh:mm",
    Look.DATE: "yyyy-mm-dd",
}
RIGHT = frozenset({Look.COUNT, Look.MEAN, Look.SHARE, Look.HOURS, Look.DAYS, Look.MONEY})
CENTRED = frozenset({Look.WORD, Look.TIME, Look.DATE})
_TITLE = re.compile(r"\{([^}]+)\}")
FOOTER = "&L&8&A&C&8第 &P 页 / 共 &N 页&R&8{}"


def properties(one: Field, **more: object) -> dict[str, object]:
    """The format properties of a column's cells."""
    look: dict[str, object] = {"border": 1, "border_color": LINE}
    if one.look in NUMBERS:
        look["num_format"] = NUMBERS[one.look]
    if one.look in RIGHT:
        look["align"] = "right"
    elif one.look in CENTRED:
        look["align"] = "center"
    elif one.look is Look.LONG:
        look["text_wrap"] = True
    if one.indent:
        look["indent"] = 1
    if one.tone:
        look["font_color"] = one.tone
    return {**look, **more}


def coloured(one: Field, value: Value, styles: Styles, **more: object) -> Any:
    """The format of one cell, coloured by its word where the column says so; nothing and zero stay quiet."""
    look = properties(one, **more)
    if isinstance(value, str) and value in one.colours:
        look |= one.colours[value]
    plain = value.value if isinstance(value, Formula | RowFormula) else value
    if one.tone and plain in (0, "–", None):
        look["font_color"] = FAINT
    return styles(**look)


def filled_in(value: Value, place: Callable[[str], str]) -> Value:
    """A row formula with its columns' cells filled in; any other value as it is."""
    if not isinstance(value, RowFormula):
        return value
    return Formula(_TITLE.sub(lambda found: place(found[1]), value.text), value.value)


def put(sheet: Any, row: int, column: int, value: Value, form: Any) -> None:
    """Write a value at a place counted from 0. Text is never taken for a formula, a number or a link."""
    if isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, form, value.value)
    elif value is None or value == "":
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, form)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, form)
    else:
        sheet.write_number(row, column, value, form)


def columns_wide(text: str) -> int:
    """How many columns of a fixed-width font the text takes: a Chinese sign takes two."""
    return sum(2 if ord(sign) > 0x2E7F or sign in "“”‘’…—–·" else 1 for sign in text)
