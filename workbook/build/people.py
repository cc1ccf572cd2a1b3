"""名单: a hidden sheet that sorts 人员 by department and role, so that a drop-down offers only those who may stand there.

Plain array formulas over the table, since Excel 2016 and WPS have neither FILTER nor UNIQUE.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbook import vocabulary as v
from workbook.build.lists import first_cell
from workbook.edits import column_letter
from workbook.schema import DICTIONARY_SHEET, PEOPLE_SHEET, STAFF
from workbook.table import Pick

ROLES = ("客户经理", "客户服务中心", "管理部", "主管总经理", "部门负责人")
"""Roles a column may offer on their own."""

_DEPARTMENTS = 20
"""Departments that 字典 may list; those beyond have everybody in their drop-down."""
_NAMES = 40
_ALL, _BLANK = 1, 2 + _DEPARTMENTS + len(ROLES)
"""The first column: everybody. The last: nothing but an empty cell, for a drop-down that has nothing to offer."""


def people_sheet(sheet: Any, contents: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """Write the formulas, with what they give for ``contents``."""
    staff = contents.get(STAFF.sheet, ())
    sheet.hide()
    sheet.write_string(0, 0, "全部")
    _column(sheet, _ALL, "", _names(staff), staff)
    letter, first = first_cell(v.DEPARTMENT)
    for place in range(_DEPARTMENTS):
        column = _ALL + 1 + place
        word = v.DEPARTMENT.values[place] if place < len(v.DEPARTMENT.values) else ""
        source = f"{DICTIONARY_SHEET}!${letter}${first + place}"
        sheet.write_formula(0, column - 1, f'=IF({source}="","",{source})', None, word)
        _column(sheet, column, "部门", _names(staff, 部门=word) if word else [], staff)
    for place, role in enumerate(ROLES):
        column = _ALL + 1 + _DEPARTMENTS + place
        sheet.write_string(0, column - 1, role)
        _column(sheet, column, "角色", _names(staff, 角色=role), staff)


def _column(sheet: Any, column: int, by: str, names: Sequence[str], staff: Sequence[object]) -> None:
    letter = column_letter(column)
    who = f"{STAFF.name}[姓名]"
    place = f"ROW({who})-MIN(ROW({who}))+1"
    there = f'({STAFF.name}[在岗]<>"否")'
    test, known = f'({who}<>"")*{there}', f'{who}&"|"&{there}'
    if by:
        test += f"*({STAFF.name}[{by}]={letter}$1)"
        known += f'&"|"&{STAFF.name}[{by}]'
    test += f"*(MATCH({known},{known},0)={place})"  # once, though a person may hold several roles
    for row in range(2, _NAMES + 2):
        formula = f'=IFERROR(INDEX({who},SMALL(IF({test},{place}),{row - 1})),"")'
        value = names[row - 2] if row - 2 < len(names) else ""
        sheet.write_array_formula(row - 1, column - 1, row - 1, column - 1, f"{{{formula}}}", None, value)


def _names(staff: Sequence[Mapping[str, object]], **held: str) -> list[str]:
    chosen = (
        str(row.get("姓名") or "")
        for row in staff
        if row.get("在岗") != "否" and all(row.get(column) == word for column, word in held.items())
    )
    return [name for name in dict.fromkeys(chosen) if name]


def source(pick: Pick, row: int, letters: Mapping[str, str]) -> str:
    """The drop-down of a cell in ``row``; ``letters``: column name → letter of the sheet it stands on."""
    if pick.role:
        return _offered(str(1 + _DEPARTMENTS + ROLES.index(pick.role)))
    if pick.department:
        by = f"IFERROR(MATCH(${letters[pick.department]}{row},{PEOPLE_SHEET}!$B$1:${column_letter(_ALL + _DEPARTMENTS)}$1,0),0)"
        return _offered(by)
    return _offered("0")


def nothing() -> str:
    """The cell of a drop-down that has nothing to offer."""
    return f"{PEOPLE_SHEET}!${column_letter(_BLANK)}$2"


def _offered(across: str) -> str:
    """The names of the column ``across`` from the first, as many as there are; everybody where there is none."""
    top = f"{PEOPLE_SHEET}!$A$2"
    return f'=OFFSET({top},0,{across},MAX(1,COUNTIF(OFFSET({top},0,{across},{_NAMES},1),"?*")),1)'
