"""What a report workbook consists of, as plain values: pages of tiles, tables and charts, and listings of cases.

A report describes itself with these; :func:`workbook.reportbook.write` draws it. Nothing here knows XlsxWriter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from workbook.edits import column_letter


@dataclass(frozen=True, slots=True)
class Formula:
    """``text`` begins with ``=``; ``value`` is its result, stored for readers that do not recalculate."""

    text: str
    value: float | str


@dataclass(frozen=True, slots=True)
class RowFormula:
    """A formula over cells of its own row of a grid, named by their columns: ``={按时}/{到期}``.

    ``{件数*}`` is all of a column's entries, ``{件数…}`` those from the first row to this one.
    """

    text: str
    value: float | str


Value = None | str | int | float | dt.date | dt.datetime | Formula | RowFormula


class Look(Enum):
    """How a column's values are written and aligned."""

    TEXT = auto()
    LONG = auto()
    """Text that wraps."""
    WORD = auto()
    """One short word, centred."""
    COUNT = auto()
    MEAN = auto()
    """A mean of counts, with one decimal."""
    SHARE = auto()
    """0 to 1, shown in percent."""
    HOURS = auto()
    """A lateness in hours with one decimal."""
    DAYS = auto()
    MONEY = auto()
    """In yuan, to the fen."""
    TIME = auto()
    DATE = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """A column. ``width``: characters in a listing, page columns (of 24) on a page.

    ``colours``: cell format changes by word. ``bar``: a data bar of this colour. ``tone``: colour of the text.
    ``indent``: the text keeps away from the number to its left.
    """

    title: str
    look: Look = Look.TEXT
    width: float = 1
    colours: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    bar: str = ""
    tone: str = ""
    indent: bool = False


FIRST_LISTED = 4
"""The Excel row of a listing's first entry: title, remark and headers stand above it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A sheet of cases, one a row. ``empty`` is what stands there instead when there is none.

    ``least``: how many lines a row is high at least, where there must be room to write on paper.
    """

    sheet: str
    title: str
    note: str
    fields: tuple[Field, ...]
    rows: Sequence[Sequence[Value]]
    empty: str
    least: int = 1

    def cells(self, title: str) -> str:
        """The absolute range of a column's entries, as formulas on another sheet name it."""
        column = column_letter([one.title for one in self.fields].index(title) + 1)
        last = FIRST_LISTED + max(len(self.rows), 1) - 1
        return f"'{self.sheet}'!${column}${FIRST_LISTED}:${column}${last}"


@dataclass(frozen=True, slots=True)
class Tile:
    """One key figure. ``tone`` is a colour; ``note`` says what it compares with."""

    label: str
    value: Value
    note: str
    tone: str = ""
    look: Look = Look.COUNT


@dataclass(frozen=True, slots=True)
class Tiles:
    """Key figures side by side; their number divides 24."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table on a page. Widths of ``fields`` are page columns.

    ``total``: the first word of a last row that sums the counts; ``totals``: what stands there in other columns.
    """

    title: str
    fields: tuple[Field, ...]
    rows: Sequence[Sequence[Value]]
    note: str = ""
    empty: str = ""
    total: str = ""
    totals: Mapping[str, Value] = field(default_factory=dict)
    height: float = 18


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart over columns of ``grid``, which must stand on the same page.

    ``series``: title of a column → colour. ``first``: how many of the grid's rows it shows at most.
    """

    title: str
    grid: Grid
    category: str
    series: Mapping[str, str]
    stacked: bool = False
    first: int = 10
    height: int = 210


@dataclass(frozen=True, slots=True)
class Course:
    """A native chart of upright columns with lines over them, on columns of ``grid``, which must stand on the same page.

    ``columns``, ``lines``: title of a column → colour. ``shares``: the lines have an axis of their own, 0 to 100 %.
    With lines alone it shows a course over time; with a cumulative share as the line it is a Pareto chart.
    """

    title: str
    grid: Grid
    category: str
    columns: Mapping[str, str]
    lines: Mapping[str, str]
    shares: bool = False
    first: int = 12
    height: int = 230


@dataclass(frozen=True, slots=True)
class Side:
    """Two blocks beside each other, each half a page wide; the higher one decides where the next block begins."""

    left: Grid | Chart | Course
    right: Grid | Chart | Course


@dataclass(frozen=True, slots=True)
class Signatures:
    """Where people sign on paper: a box and a date for each of ``who``; their number divides 24."""

    title: str
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet that is read as a whole, printed on one A4 page; on as many as it takes where it is ``long``."""

    sheet: str
    title: str
    note: str
    blocks: tuple[Tiles | Grid | Side | Signatures, ...]
    long: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """A report workbook: its sheets in order. ``created`` is the document's date."""

    title: str
    created: dt.datetime
    sheets: tuple[Page | Listing, ...]
