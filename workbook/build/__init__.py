"""A new workbook from the schema: every table, list, drop-down and colour, the dashboard and the guide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from workbook.build.buttons import add_macros
from workbook.build.caseform import case_sheet
from workbook.build.dashboard import dashboard_sheet
from workbook.build.formats import ACCENT, FONT, NAVY, OURS_TONE, Styles
from workbook.build.guide import guide_sheet
from workbook.build.lists import define_names, dictionary_sheet
from workbook.build.people import people_sheet
from workbook.build.sheets import FIRST_ROW, LAST_ROW, table_sheet
from workbook.schema import (
    CASE_SHEET,
    DASHBOARD_SHEET,
    DICTIONARY_SHEET,
    FINDINGS,
    GUIDE_SHEET,
    HOLIDAYS,
    HOURS,
    PEOPLE_SHEET,
    REGISTER,
    RULES,
    STAFF,
    TABLES,
    Table,
)
from workbook.vba.project import Module

__all__ = ["FIRST_DATA_ROW", "write"]

FIRST_DATA_ROW = FIRST_ROW + 1
"""The row, counted from 1, of the first entry in every table of a new workbook."""

_SETTINGS = (STAFF, RULES, HOLIDAYS, HOURS)
_AFTER_REGISTER = (CASE_SHEET, DASHBOARD_SHEET, GUIDE_SHEET)


def write(
    target: Path | BinaryIO,
    contents: Mapping[str, Sequence[Mapping[str, object]]],
    *,
    created: dt.datetime,
    macros: Sequence[Module] = (),
) -> None:
    """Make a new workbook at ``target``.

    ``contents``: sheet name → rows, each header → value (str, number, datetime, date, time; missing or ``None`` is an
    empty cell). ``created`` is the document's date and the day the dashboard's stored figures are computed for. With
    ``macros``, the standard modules, it is made an .xlsm. The same arguments give the same bytes. Raises ``ValueError``
    for a sheet or header that the schema does not have.
    """
    if unknown := contents.keys() - {table.sheet for table in TABLES}:
        raise ValueError(f"no such sheet: {', '.join(sorted(unknown))}")
    book = xlsxwriter.Workbook(
        target if not isinstance(target, Path) else str(target),
        {"in_memory": True, "default_format_properties": {"font_name": FONT, "font_size": 10}},
    )
    book.set_properties({"title": "客户反馈登记", "author": "kesu", "created": created})
    book.set_size(1920, 1080)
    styles = Styles(book)
    made = {name: book.add_worksheet(name) for name in _sheet_order()}
    for table in TABLES:
        table_sheet(made[table.sheet], table, contents.get(table.sheet, ()), styles)
        made[table.sheet].set_tab_color(_tab_colour(table))
    dictionary_sheet(made[DICTIONARY_SHEET], styles)
    made[DICTIONARY_SHEET].set_tab_color("#3A7565")
    dashboard_sheet(book, made[DASHBOARD_SHEET], contents, styles, now=created)
    case_sheet(made[CASE_SHEET], contents, styles, created=created)
    people_sheet(made[PEOPLE_SHEET], contents)
    guide_sheet(made[GUIDE_SHEET], contents.get(RULES.sheet, ()), styles)
    for name in _AFTER_REGISTER:
        made[name].set_tab_color("#C99A2E")
    define_names(book, LAST_ROW + 1)
    if macros:
        add_macros(book, made, macros)
    made[REGISTER.sheet].activate()
    book.close()


def _sheet_order() -> list[str]:
    """The register, what a manager looks at, then the tables in the schema's order, and the lists."""
    first, *others = (table.sheet for table in TABLES)
    return [first, *_AFTER_REGISTER, *others, DICTIONARY_SHEET, PEOPLE_SHEET]


def _tab_colour(table: Table) -> str:
    if table is FINDINGS:
        return OURS_TONE.band
    if table in _SETTINGS:
        return "#3A7565"
    return NAVY if table is REGISTER else ACCENT
