"""最急的单: a part of 看板 that lists open cases by deadline, narrowed by three drop-downs, with the time left counting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from workbook import vocabulary as v
from workbook.build.figures import Rows
from workbook.build.formats import AMBER, FAINT, LINE, RED, WORD_COLOURS, Styles
from workbook.build.lists import list_name
from workbook.edits import column_letter
from workbook.package.values import serial_days
from workbook.schema import REGISTER

COUNT = 12
ALL = "全部"

_FILTERS = (("状态", "C", v.STATE), ("被反馈部门", "G", v.DEPARTMENT), ("级别", "K", v.LEVEL))
"""Column, where its word is chosen, its list."""
_FIELDS = (
    ("编号", "B", "C"),
    ("级别", "D", "D"),
    ("内容概要", "E", "H"),
    ("经办人", "I", "I"),
    ("当前环节", "J", "J"),
    ("截止时间", "K", "L"),
)
"""Column, first and last letter of its place; the time left stands in M."""
_KEY, _PLACE = "P", "Q"
"""Hidden: the deadline of the line's case, made unique by its row; its place in the register."""
_NO_DEADLINE = 99_999
_STEP = 10_000_000
"""A row's share of a day in the key: five thousand rows are 43 seconds, which no two deadlines a minute apart reach."""

Heading = Callable[[int, str], None]


def urgent_cases(sheet: Any, styles: Styles, register: Rows, now: dt.datetime, *, top: int, heading: Heading) -> int:
    """Draw the list from row ``top`` on; returns the row after its last. Stored values are those of ``now``."""
    heading(top, "最急的单（未归档，按截止时间；三个黄格可以选）")
    chosen = _drop_downs(sheet, styles, top + 1)
    head = top + 2
    look = {"bold": True, "font_color": "#41556E", "bg_color": "#EEF2F6", "bottom": 1, "bottom_color": LINE}
    for name, first, last in (*_FIELDS, ("剩余时间", "M", "M")):
        _wide(sheet, head, first, last, name, styles(**look))
    sheet.set_column(f"{_KEY}:{_PLACE}", 9, None, {"hidden": True})
    cases = sorted((key, place) for place, row in enumerate(register) if (key := _key(row, place)) is not None)
    for line in range(COUNT):
        row = head + 1 + line
        key, place = cases[line] if line < len(cases) else (0, -1)
        keys = _keys(chosen)
        sheet.write_array_formula(f"{_KEY}{row}", f"{{=IFERROR(SMALL({keys},{line + 1}),0)}}", None, key)
        found = f"{{=IF(${_KEY}{row}=0,0,MATCH(${_KEY}{row},{keys},0))}}"
        sheet.write_array_formula(f"{_PLACE}{row}", found, None, place + 1)
        _line(sheet, styles, row, register[place] if place >= 0 else {}, now)
    _colours(sheet, styles, head + 1, head + COUNT)
    return head + COUNT + 1


def _drop_downs(sheet: Any, styles: Styles, row: int) -> Mapping[str, str]:
    """The three choices; column → the cell of its word."""
    cells: dict[str, str] = {}
    label = styles(font_color=FAINT, align="right")
    box = styles(border=1, border_color=LINE, bg_color="#FFF9E5", bold=True, indent=1)
    for column, letter, vocabulary in _FILTERS:
        sheet.write_string(f"{column_letter(ord(letter) - 65)}{row}", column, label)
        _wide(sheet, row, letter, chr(ord(letter) + 1), ALL, box)
        sheet.data_validation(
            f"{letter}{row}",
            {
                "validate": "list",
                "source": f"={list_name(vocabulary)}",
                "error_type": "information",
                "error_title": column,
                "error_message": f"要看所有的，请填“{ALL}”。",
                "input_title": column,
                "input_message": f"选一个词，下面就只列这些；填“{ALL}”或清空则不限。",
            },
        )
        cells[column] = f"${letter}${row}"
    return cells


def _keys(chosen: Mapping[str, str]) -> str:
    """Of every case that is to be listed its deadline, a little later for every row further down."""

    def column(name: str) -> str:
        return f"{REGISTER.name}[{name}]"

    tests = [f'({column("接收时间")}<>"")', f'({column("归档时间")}="")']
    tests += [f'((({cell}="{ALL}")+({cell}="")+({column(name)}={cell}))>0)' for name, cell in chosen.items()]
    due = column("截止时间")
    return f"IF({'*'.join(tests)},IF(ISNUMBER({due}),{due},{_NO_DEADLINE})+ROW({due})/{_STEP})"


def _key(row: Mapping[str, object], place: int) -> float | None:
    if not row.get("接收时间") or row.get("归档时间"):
        return None
    due = row.get("截止时间")
    days = serial_days(due) if isinstance(due, dt.datetime) else _NO_DEADLINE
    return days + (place + 3) / _STEP  # the first entry stands in row 3


def _line(sheet: Any, styles: Styles, row: int, case: Mapping[str, object], now: dt.datetime) -> None:
    for name, first, last in _FIELDS:
        held = f"INDEX({REGISTER.name}[{name}],${_PLACE}{row})"
        formula = f'=IF(${_PLACE}{row}=0,"",IF({held}="","",{held}))'
        value = case.get(name)
        more = {"num_format": "mm-dd hh:mm"} if name == "截止时间" else {}
        look = styles(bottom=1, bottom_color=LINE, align="left", font_size=9 if name == "内容概要" else 10, **more)
        _wide(sheet, row, first, last, "", look)
        stored = serial_days(value) if isinstance(value, dt.datetime) else str(value or "")
        sheet.write_formula(f"{first}{row}", formula, look, stored)
    due = f"INDEX({REGISTER.name}[截止时间],${_PLACE}{row})"
    hours = f"({due}-NOW())*24"
    look = styles(bottom=1, bottom_color=LINE, align="right", num_format='"还剩 "0.0" 时";"超 "0.0" 时";"到点"')
    stored_hours = case.get("截止时间")
    sheet.write_formula(
        f"M{row}",
        f'=IF(${_PLACE}{row}=0,"",IF(ISNUMBER({due}),{hours},""))',
        look,
        (stored_hours - now).total_seconds() / 3600 if isinstance(stored_hours, dt.datetime) else "",
    )


def _colours(sheet: Any, styles: Styles, first: int, last: int) -> None:
    for formula, colour in (
        (f"=AND(ISNUMBER($M{first}),$M{first}<0)", RED),
        (f"=AND(ISNUMBER($M{first}),$M{first}<2)", AMBER),
    ):
        look = styles.conditional(font_color=colour, bold=True)
        for area in (f"K{first}:K{last}", f"M{first}:M{last}"):
            sheet.conditional_format(area, {"type": "formula", "criteria": formula, "format": look})
    for word, colours in WORD_COLOURS[v.LEVEL].items():
        sheet.conditional_format(
            f"D{first}:D{last}",
            {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": styles.conditional(**colours)},
        )


def _wide(sheet: Any, row: int, first: str, last: str, words: str, look: Any) -> None:
    if first == last:
        sheet.write_string(f"{first}{row}", words, look)
    else:
        sheet.merge_range(f"{first}{row}:{last}{row}", words, look)
