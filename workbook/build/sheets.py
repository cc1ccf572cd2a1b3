"""A table of the schema as a worksheet: headers, rows, formats, drop-downs, colours, print set-up."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from workbook.build import people
from workbook.build.formats import LINE_HEIGHT, WORD_COLOURS, Styles, lines, tones
from workbook.build.lists import TICKETS_NAME, list_name
from workbook.build.warnings import live_warnings
from workbook.edits import column_letter
from workbook.schema import FINDINGS, REGISTER, Column, Kind, Table

BAND_ROW, HEADER_ROW, FIRST_ROW, LAST_ROW = 0, 1, 2, 4999
"""Rows counted from 0: the coloured band, the headers, the first data row, the last row prepared for new entries."""

_EARLIEST = dt.date(2000, 1, 1)
_ONE_PAGE, _CHARS_A_PAGE = 260, 235
"""Up to how many characters' width a table goes on one page; how many a page of a wider one takes."""
_ROW, _TALL_ROW, _MOST_LINES = 21, 36, 8
"""Row heights in points: the least, and the least where kesu itself writes sentences of up to two lines."""
_TALL = (REGISTER, FINDINGS)
_FOOTER = "&L&8&A&C&8第 &P 页 / 共 &N 页&R&8打印：&D &T"


def table_sheet(sheet: Any, table: Table, rows: Sequence[Mapping[str, object]], styles: Styles) -> None:
    """Fill ``sheet`` with ``table``; ``rows`` are header → value, a missing header stays empty.

    An empty table keeps one blank row, as Excel does. Raises ``ValueError`` for a header the table does not have.
    """
    _headings(sheet, table, styles)
    last = FIRST_ROW + max(len(rows), 1) - 1
    sheet.add_table(
        HEADER_ROW,
        0,
        last,
        len(table.columns) - 1,
        {
            "name": table.name,
            "style": None,
            "columns": [
                {"header": column.name, "header_format": styles.header(column, tone)}
                for column, tone in zip(table.columns, tones(table), strict=True)
            ],
        },
    )
    _rows(sheet, table, rows, styles)
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, column.width, styles.cell(column))
        _validate(sheet, table, index, column)
        _colour(sheet, index, column, styles)
    if table is REGISTER:
        live_warnings(sheet, styles, first=FIRST_ROW + 1, last=LAST_ROW + 1)
    _view(sheet, table)
    _print(sheet, table)


def _headings(sheet: Any, table: Table, styles: Styles) -> None:
    sheet.set_default_row(_TALL_ROW if table is FINDINGS else _ROW)
    sheet.set_row(BAND_ROW, 24)
    sheet.set_row(HEADER_ROW, 33)
    grouped = any(column.group for column in table.columns)
    before = None
    for index, (column, tone) in enumerate(zip(table.columns, tones(table), strict=True)):
        sheet.write_blank(BAND_ROW, index, None, styles.band(tone))
        if grouped and column.group != before:
            sheet.write_string(BAND_ROW, index, column.group, styles.band(tone))
        before = column.group
    if not grouped:
        tone = tones(table)[0]
        title = styles.band(tone)
        note = styles.band_note(tone)
        sheet.write_rich_string(BAND_ROW, 0, title, table.sheet, note, f"   {table.purpose}", title)


def _rows(sheet: Any, table: Table, rows: Sequence[Mapping[str, object]], styles: Styles) -> None:
    known = set(table.headers)
    looks = [styles.cell(column) for column in table.columns]
    for offset, row in enumerate(rows or ({},)):
        if unknown := row.keys() - known:
            raise ValueError(f"{table.sheet}: no such column: {', '.join(sorted(unknown))}")
        for index, (column, look) in enumerate(zip(table.columns, looks, strict=True)):
            _cell(sheet, FIRST_ROW + offset, index, row.get(column.name), look)
        sheet.set_row(FIRST_ROW + offset, _height(table, row))
    last = FIRST_ROW + max(len(rows), 1)
    sheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW + 1}:{column_letter(len(looks))}{max(last, LAST_ROW)}"})


def _height(table: Table, row: Mapping[str, object]) -> float:
    """Readers differ in whether they fit a row to its wrapped text, so its height is written."""
    long = (column for column in table.columns if column.kind is Kind.LONG_TEXT and row.get(column.name))
    most = max((lines(str(row[column.name]), column.width) for column in long), default=1)
    return max(_TALL_ROW if table in _TALL else _ROW, min(most, _MOST_LINES) * LINE_HEIGHT + 6)


def _cell(sheet: Any, row: int, column: int, value: object, look: Any) -> None:
    match value:
        case None | "":
            sheet.write_blank(row, column, None, look)
        case str():
            sheet.write_string(row, column, value, look)  # never guessed into a number, a link or a formula
        case bool():
            sheet.write_boolean(row, column, value, look)
        case int() | float():
            sheet.write_number(row, column, value, look)
        case dt.datetime() | dt.date() | dt.time():
            sheet.write_datetime(row, column, value, look)
        case _:
            raise ValueError(f"a cell cannot hold {type(value).__name__}")


def _validate(sheet: Any, table: Table, index: int, column: Column) -> None:
    """What may be typed below the header. Only a closed list refuses; all else warns, so that any text can be kept."""
    first = f"{column_letter(index + 1)}{FIRST_ROW + 1}"
    warn: dict[str, object] = {"error_type": "warning", "error_title": column.name}
    options: dict[str, object]
    if column.ours:
        options = {"validate": "any"}
    elif column.pick is not None:
        options = {
            "validate": "list",
            "source": people.source(column.pick, FIRST_ROW + 1, _letters(table)),
            **warn,
            "error_message": "名单里没有这个人。可以保留（几个人用、隔开）；新同事请先登记在“人员”表。",
        }
    elif column.list is not None:
        closed = column.list.closed
        options = {
            "validate": "list",
            "source": _list_source(table, column),
            "error_type": "stop" if closed else "warning",
            "error_title": column.name,
            "error_message": "请从下拉列表中选择。" if closed else "列表中没有这一项。可以保留；常用的请补进“字典”。",
        }
    elif column.kind in (Kind.TIME, Kind.DATE):
        example = "2026-11-21 09:30" if column.kind is Kind.TIME else "2026-11-21"
        message = f"这不像一个日期。建议按 {example} 的样子填写；坚持保留的话，kesu 会尽量读懂。"
        options = {"validate": "date", "criteria": ">=", "value": _EARLIEST, **warn, "error_message": message}
    elif column.kind is Kind.CLOCK:
        bounds = {"minimum": dt.time(0, 0), "maximum": dt.time(23, 59)}
        options = {
            "validate": "time",
            "criteria": "between",
            **bounds,
            **warn,
            "error_message": "请填时刻，例如 08:30。",
        }
    elif column.kind in (Kind.NUMBER, Kind.MONEY):
        options = {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            **warn,
            "error_message": "这里应是不小于 0 的数字。",
        }
    elif column.kind is Kind.TICKET:
        message = "反馈登记里没有这个编号，请核对。"
        options = {
            "validate": "custom",
            "value": f"=COUNTIF({TICKETS_NAME},{first})>0",
            **warn,
            "error_message": message,
        }
    else:
        options = {"validate": "any"}
    note = column.note or ("kesu 自动填写，请勿填写或修改" if column.ours else "")
    if note:
        options |= {"input_title": f"{column.name}（kesu 填写）" if column.ours else column.name, "input_message": note}
    elif options["validate"] == "any":
        return
    if sheet.data_validation(FIRST_ROW, index, LAST_ROW, index, options) not in (0, None):
        raise ValueError(f"{table.sheet}.{column.name}: Excel would refuse this validation")


def _letters(table: Table) -> dict[str, str]:
    return {column.name: column_letter(place) for place, column in enumerate(table.columns, 1)}


def _list_source(table: Table, column: Column) -> str:
    assert column.list is not None
    if column.when is None:
        return f"={list_name(column.list)}"
    other, word = column.when
    cell = f"${_letters(table)[other]}{FIRST_ROW + 1}"
    return f'=IF(OR({cell}="{word}",{cell}=""),{list_name(column.list)},{people.nothing()})'


def _colour(sheet: Any, index: int, column: Column, styles: Styles) -> None:
    for word, look in WORD_COLOURS.get(column.list, {}).items() if column.list else ():
        sheet.conditional_format(
            FIRST_ROW,
            index,
            LAST_ROW,
            index,
            {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles.conditional(**look)},
        )


def _view(sheet: Any, table: Table) -> None:
    sheet.hide_gridlines(2)
    sheet.freeze_panes(FIRST_ROW, _frozen(table))
    sheet.set_selection(FIRST_ROW, 0, FIRST_ROW, 0)


def _frozen(table: Table) -> int:
    """The columns that stay in sight: up to the 编号 when it stands in front, else the first."""
    kinds = [column.kind for column in table.columns[:2]]
    return kinds.index(Kind.TICKET) + 1 if Kind.TICKET in kinds else 1


def _print(sheet: Any, table: Table) -> None:
    width = sum(column.width for column in table.columns)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1 if width <= _ONE_PAGE else math.ceil(width / _CHARS_A_PAGE), 0)
    sheet.repeat_rows(BAND_ROW, HEADER_ROW)
    if width > _ONE_PAGE:
        sheet.repeat_columns(0, _frozen(table) - 1)
    sheet.set_footer(_FOOTER)
