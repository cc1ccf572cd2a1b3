"""What a table of the workbook is: columns, their kinds, and how the table is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from workbook.vocabulary import Vocabulary


class Kind(Enum):
    """What a column's cells mean, and so how they are read, checked and shown."""

    TEXT = auto()
    LONG_TEXT = auto()
    TIME = auto()
    """A wall-clock instant, minute precision or better."""
    DATE = auto()
    """A day; a time of day in it is kept but not asked for."""
    NUMBER = auto()
    MONEY = auto()
    PERSON = auto()
    """One name of 人员, or several divided by ``、`` (当事人, 责任人)."""
    PHONE = auto()
    PLATE = auto()
    VIN = auto()
    TICKET = auto()
    """A 编号: ``FK`` + yyyymmdd + ``-`` + three digits or more."""
    CLOCK = auto()
    """A time of day (营业时间)."""


TEMPORAL = frozenset({Kind.TIME, Kind.DATE})
NUMERIC = frozenset({Kind.NUMBER, Kind.MONEY})


@dataclass(frozen=True, slots=True)
class Pick:
    """Whom a person's drop-down offers: those of a ``role``, or of the department in another column, else everybody."""

    role: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    ``ours``: written by kesu, shaded, never typed by staff. ``list``: its drop-down. ``width``: in characters.
    ``note``: the input message staff see, naming the rule where there is one. ``group``: the block it is coloured with.
    ``pick``: whom its drop-down offers; ``when``: another column and the word it must hold for the drop-down to offer
    anything.
    """

    name: str
    kind: Kind = Kind.TEXT
    list: Vocabulary | None = None
    ours: bool = False
    width: float = 12
    note: str = ""
    group: str = ""
    pick: Pick | None = None
    when: tuple[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """One table on one sheet. ``telling`` headers suffice to know it by, wherever it stands."""

    sheet: str
    name: str
    columns: tuple[Column, ...]
    telling: tuple[str, ...]
    purpose: str = ""

    @cached_property
    def headers(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def ours(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.ours)

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}
