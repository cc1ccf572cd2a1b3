"""What the plan wants changed in the workbook, independent of how it gets there (file or open Excel)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

CellValue = None | str | int | float | bool | dt.datetime
"""A cell's value as a reader gives it: ``None`` is empty, times are naive wall clock (Asia/Shanghai)."""

ERROR = "#ERROR"
"""What an edit expects of a cell that shows an Excel error such as ``#REF!``: readers do not tell which."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One cell's place. ``row`` and ``column`` count from 1, as Excel does."""

    sheet: str
    row: int
    column: int

    @property
    def a1(self) -> str:
        """The cell's address without its sheet: ``F12``."""
        return f"{column_letter(self.column)}{self.row}"

    def __str__(self) -> str:
        return f"{self.sheet}!{self.a1}"


@dataclass(frozen=True, slots=True)
class CellEdit:
    """Set one cell. It happens only if the cell still holds ``expected``: what the plan saw when it decided."""

    where: Cell
    expected: CellValue
    value: CellValue


@dataclass(frozen=True, slots=True)
class GrowTable:
    """Let the native table ``table`` reach down to ``last_row`` (counted from 1); it never shrinks."""

    table: str
    last_row: int


Edit = CellEdit | GrowTable


def column_letter(column: int) -> str:
    """``1 → A``, ``28 → AB``; columns count from 1."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """``A → 1``, ``AB → 28``."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
