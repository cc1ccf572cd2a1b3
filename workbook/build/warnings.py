"""What the register shows as somebody types, without kesu: late, missing, out of order, a person involved handling.

Conditional formats, the most pressing first: Excel lets the earlier one win where two paint the same thing.
"""

from __future__ import annotations

from typing import Any

from workbook import vocabulary as v
from workbook.build.formats import AMBER, FAINT, RED, Styles
from workbook.duties import HANDLING, IN_ORDER, INVOLVED, REACHED, REQUIRED
from workbook.edits import column_letter
from workbook.schema import REGISTER

MISSING, WRONG = "#FFF4D6", "#FBDAD7"
SOON = 2 / 24
"""Days before the deadline from which it is shown as near."""


def live_warnings(sheet: Any, styles: Styles, *, first: int, last: int) -> None:
    """Write them for the register's rows ``first`` to ``last`` (counted from 1)."""
    painter = _Painter(sheet, styles, first, last)
    _involved(painter)
    _times(painter)
    _deadlines(painter)
    _missing(painter)
    done = f'${_letter("状态")}{first}="{v.STATE.values[-1]}"'
    whole = f"A{first}:{column_letter(len(REGISTER.columns))}{last}"
    painter.paint(whole, f"={done}", font_color=FAINT)


class _Painter:
    """Puts formats on columns; ``row`` is the first row, which all formulas speak of."""

    def __init__(self, sheet: Any, styles: Styles, first: int, last: int) -> None:
        self._sheet, self._styles, self.row, self._last = sheet, styles, first, last

    def cell(self, column: str) -> str:
        """The column's cell in the row a formula is worked out for."""
        return f"${_letter(column)}{self.row}"

    def column(self, column: str, formula: str, **look: object) -> None:
        letter = _letter(column)
        self.paint(f"{letter}{self.row}:{letter}{self._last}", formula, **look)

    def paint(self, area: str, formula: str, **look: object) -> None:
        self._sheet.conditional_format(
            area, {"type": "formula", "criteria": formula, "format": self._styles.conditional(**look)}
        )


def _letter(name: str) -> str:
    return column_letter(REGISTER.columns.index(REGISTER[name]) + 1)


def _involved(painter: _Painter) -> None:
    """STD-20: whoever handles the case is named in 当事人 or 责任人."""
    for column in HANDLING:
        here = painter.cell(column)
        named = ",".join(f"ISNUMBER(SEARCH({here},{painter.cell(one)}))" for one in INVOLVED)
        painter.column(column, f'=AND({here}<>"",OR({named}))', bg_color=WRONG, font_color=RED, bold=True)


def _times(painter: _Painter) -> None:
    """A time before the one of an earlier stage, or in the future. A date without a time is not before its own day."""
    for place, column in enumerate(IN_ORDER):
        here = painter.cell(column)
        wrong = [f"{here}>NOW()"]
        if place:
            earlier = ",".join(painter.cell(one) for one in IN_ORDER[:place])
            wrong.append(f"AND({here}<MAX({earlier}),OR({here}>INT(N({here})),{here}<INT(MAX({earlier}))))")
        painter.column(column, f"=AND(ISNUMBER({here}),OR({','.join(wrong)}))", bg_color=WRONG, font_color=RED)


def _deadlines(painter: _Painter) -> None:
    """What is past due right now, what will be soon, and a promised answer that is due: a promised day once it is over."""
    due, answer = painter.cell("截止时间"), painter.cell("下次答复时间")
    done = f'{painter.cell("状态")}="{v.STATE.values[-1]}"'
    open_ = f"AND(ISNUMBER({due}),NOT({done}))"
    painter.column("截止时间", f"=AND({open_},{due}<NOW())", font_color=RED, bold=True)
    painter.column("截止时间", f"=AND({open_},{due}<NOW()+{SOON:.6f})", font_color=AMBER, bold=True)
    archived = painter.cell("归档时间")
    painter.column(
        "下次答复时间",
        f'=AND(ISNUMBER({answer}),N({answer})+(N({answer})=INT(N({answer})))<=NOW(),{archived}="")',
        font_color=AMBER,
        bold=True,
    )


def _missing(painter: _Painter) -> None:
    """A field that the stage reached asks for, and a time left out while a later one is there."""
    begun = f"COUNTA({painter.cell('接收时间')}:{painter.cell('客户要求')})>0"
    asked: dict[str, list[str]] = {}
    for stage, _, columns in REQUIRED:
        reached = REACHED[stage]
        for column in columns:
            asked.setdefault(column, []).append(f'{painter.cell(reached)}<>""' if reached else begun)
    standard = f'OR({painter.cell("流程")}="",{painter.cell("流程")}="{v.STANDARD_FLOW}")'
    for place, column in enumerate(IN_ORDER[:-1]):
        later = ",".join(painter.cell(one) for one in IN_ORDER[place + 1 :])
        asked.setdefault(column, []).append(f"AND({standard},COUNT({later})>0)")
    asked.setdefault("未明原因", []).append(f'{painter.cell("责任明确")}="否"')
    for column, reasons in asked.items():
        painter.column(column, f'=AND({painter.cell(column)}="",OR({",".join(reasons)}))', bg_color=MISSING)
