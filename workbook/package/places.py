"""Addresses: ``B2:D9`` as numbers and back, and Excel's outer bounds."""

from __future__ import annotations

import re
from typing import NamedTuple

from workbook.edits import column_letter, column_number

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})\Z")


class Area(NamedTuple):
    """A rectangle of cells, both ends included, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def meets(self, other: Area) -> bool:
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    @property
    def ref(self) -> str:
        first, last = f"{column_letter(self.left)}{self.top}", f"{column_letter(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"


def read_cell(ref: str) -> tuple[int, int] | None:
    """``C7 → (7, 3)``; ``None`` when it is no address of a cell."""
    found = _CELL.match(ref)
    return (int(found[2]), column_number(found[1])) if found else None


def read_area(ref: str) -> Area | None:
    """``B2:D9`` or ``B2`` as an area; ``None`` when it is neither."""
    first, _, last = ref.partition(":")
    start, end = read_cell(first), read_cell(last or first)
    if start is None or end is None:
        return None
    return Area(min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1]))
