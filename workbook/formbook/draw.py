"""A form as worksheets, drawn with XlsxWriter: title, number, boxes; A4 portrait with page numbers."""

from __future__ import annotations

from typing import Any

from workbook.build.formats import Styles
from workbook.formbook import layout
from workbook.formbook.layout import Laid, Row
from workbook.formbook.measure import COLUMN
from workbook.formbook.model import COLUMNS, Cell, Form, Look

FONT = "宋体"
_BOLD = "黑体"
_MOST_SHEET = 31


def draw(book: Any, styles: Styles, form: Form, foot: str) -> None:
    """The form's sheet, and one for what does not fit on its page."""
    if form.flowing:
        _sheet(book, styles, form, layout.flowing(form.blocks), foot, pages=0)
        return
    laid, rest = layout.one_page(form)
    _sheet(book, styles, form, laid, foot, pages=1)
    if rest:
        more = Form(f"{form.sheet[: _MOST_SHEET - 2]}续页", f"{form.title}（续页）", form.number, rest, form.remark)
        _sheet(book, styles, more, layout.flowing(rest), foot, pages=0)


def _sheet(book: Any, styles: Styles, form: Form, laid: Laid, foot: str, *, pages: int) -> None:
    sheet = book.add_worksheet(form.sheet)
    sheet.hide_gridlines(2)
    sheet.set_column_pixels(0, COLUMNS - 1, COLUMN)
    sheet.set_row(0, layout.TITLE)
    title = _format(styles, font_name=_BOLD, font_size=18, align="center")
    sheet.merge_range(0, 0, 0, COLUMNS - 1, form.title, title)
    sheet.set_row(1, layout.NUMBER)
    half = COLUMNS // 2
    sheet.merge_range(1, 0, 1, half - 1, form.remark, _format(styles, align="left"))
    sheet.merge_range(1, half, 1, COLUMNS - 1, form.number, _format(styles, align="right"))
    top = 2
    for at, row in enumerate(laid.rows):
        _row(styles, sheet, top + at, row)
    for name, first, last in laid.sections:
        upright = _format(styles, border=1, align="center", text_wrap=True)
        text = "\n".join(name)
        if last > first:
            sheet.merge_range(top + first, 0, top + last, 0, text, upright)
        else:
            sheet.write_string(top + first, 0, text, upright)
    _print(sheet, form, laid, foot, pages=pages)


def _print(sheet: Any, form: Form, laid: Laid, foot: str, *, pages: int) -> None:
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.set_margins(left=0.7, right=0.7, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, pages)
    sheet.print_area(0, 0, 1 + len(laid.rows), COLUMNS - 1)
    if not pages:
        sheet.repeat_rows(0, 2 + laid.head if laid.head is not None and laid.head == 0 else 1)
    face = f'&9&"{FONT}，常规"'  # after the size: a digit would be read as one more of its digits
    parts = {"L": _plain(form.number), "C": "第 &P 页　共 &N 页", "R": _plain(foot)}
    sheet.set_footer("".join(f"&{side}{face}{text}" for side, text in parts.items()), {"margin": 0.3})


def _plain(text: str) -> str:
    return text.replace("&", "&&")


def _row(styles: Styles, sheet: Any, at: int, row: Row) -> None:
    sheet.set_row(at, row.height)
    column = row.left
    for cell in row.cells:
        form = _look(styles, row, cell)
        last = column + cell.wide - 1
        if cell.wide > 1:
            sheet.merge_range(at, column, at, last, "", form)
        if cell.text:
            sheet.write_string(at, column, cell.text, form)
        else:
            sheet.write_blank(at, column, None, form)
        column = last + 1


def _look(styles: Styles, row: Row, cell: Cell) -> Any:
    if row.kind == "heading":
        return _format(styles, font_name=_BOLD, font_size=11, valign="bottom")
    if row.kind == "remark":
        return _format(styles, font_size=9, text_wrap=True)
    look: dict[str, object] = {
        "left": 1,
        "right": 1,
        "top": 0 if row.open_above else 1,
        "bottom": 0 if row.open_below else 1,
        "text_wrap": True,
    }
    if row.open_above or row.open_below or (row.at_top and cell.look is not Look.LABEL):
        look["valign"] = "top"
    if cell.look in (Look.LABEL, Look.CENTRED):
        look["align"] = "center"
    else:
        look |= {"align": "right" if cell.look is Look.SIGN else "left", "indent": 1}
    if row.kind == "head":
        look["font_name"] = _BOLD
    return _format(styles, **look)


def _format(styles: Styles, **properties: object) -> Any:
    return styles(**{"font_name": FONT, "font_color": "#000000", **properties})
