"""What a printed form consists of, as plain values: boxes on 24 columns, tables, lines to sign.

A form describes itself with these; :func:`workbook.formbook.write` draws it. Nothing here knows XlsxWriter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

COLUMNS = 24
"""What the widths of a form add up to; inside a :class:`Section` one less, its name takes the first."""


class Look(Enum):
    """What a cell of a form is for."""

    LABEL = auto()
    VALUE = auto()
    CENTRED = auto()
    SIGN = auto()
    """Room to sign by hand."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A box ``wide`` columns wide. The ``LABEL`` before a value names it where it continues."""

    text: str
    wide: int
    look: Look = Look.VALUE


@dataclass(frozen=True, slots=True)
class Line:
    """Boxes side by side, at least ``least`` lines of text high."""

    cells: tuple[Cell, ...]
    least: int = 1


@dataclass(frozen=True, slots=True)
class Long:
    """A label and a text of any length. ``least``: lines it has room for at least, also when it is empty.

    ``keen``: takes what is left of a page that is not full.
    """

    label: str
    text: str
    least: int = 1
    keen: bool = False
    label_wide: int = 4


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that belong together; ``name`` stands upright at their left."""

    name: str
    lines: tuple[Line | Long, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table. ``centred``: its entries too."""

    title: str
    wide: int
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; an entry that is one text instead of one a column stands across all of them, below what it is about.

    ``empty`` stands there when it has no entries.
    """

    heads: tuple[Head, ...]
    rows: Sequence[tuple[str, ...] | str]
    empty: str = "无"


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of bold text without a box."""

    text: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Small print without a box."""

    text: str


Block = Section | Line | Long | Table | Heading | Remark


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet. ``number`` stands above right, ``remark`` above left.

    ``flowing``: as many pages as it takes, title and number (and the head of its only table) on each. Else one page:
    what does not fit stands on a sheet of its own after it.
    """

    sheet: str
    title: str
    number: str
    blocks: tuple[Block, ...]
    remark: str = ""
    flowing: bool = False


@dataclass(frozen=True, slots=True)
class FormBook:
    """A workbook of forms. ``created`` is the document's date, ``foot`` stands below right on every page."""

    title: str
    created: dt.datetime
    forms: tuple[Form, ...]
    foot: str = ""
