"""The ground that mistakes are planted in: which tickets are still free of them, and what was planted where."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from automation.sample.planted import Planted
from automation.sample.tickets import Case, Row
from workbook.schema import REGISTER
from workbook.vocabulary import STANDARD_FLOW

Contents = dict[str, list[Row]]
Change = Callable[[Case], object]


@dataclass
class Ground:
    """The rows still free of mistakes, and what was planted so far."""

    contents: Contents
    cases: list[Case]
    rng: random.Random
    now: dt.datetime
    notes: list[tuple[str, str, str, Row, str]] = field(default_factory=list)
    spoiled: set[int] = field(default_factory=set)
    _by_number: dict[tuple[str, int], dict[object, list[Row]]] = field(default_factory=dict)

    def take(self, fits: Callable[[Case], bool]) -> Case | None:
        """A ticket that fits and holds no mistake yet; from now on it is spoken for."""
        free = [c for c in self.cases if id(c) not in self.spoiled and c.number and c.plain_number and fits(c)]
        if not free:
            return None
        case = self.rng.choice(free)
        self.spoiled.add(id(case))
        return case

    def note(self, rule: str, sheet: str, column: str, row: Row, what: str) -> None:
        self.notes.append((rule, sheet, column, row, what))

    def planted(self) -> list[Planted]:
        """What was noted, with the rows' places as they are now that none is taken out any more."""
        places = {id(row): index for rows in self.contents.values() for index, row in enumerate(rows)}
        return [Planted(rule, sheet, column, places[id(row)], what) for rule, sheet, column, row, what in self.notes]

    def change(self, rule: str, column: str, fits: Callable[[Case], bool], value: Change, what: str) -> None:
        """Put ``value`` of some fitting ticket into its ``column``; nothing happens when none fits."""
        case = self.take(fits)
        if case is not None:
            case.row[column] = value(case)
            self.note(rule, REGISTER.sheet, column, case.row, what)

    def with_number(self, sheet: str, number: str) -> Iterable[Row]:
        rows = self.contents[sheet]
        index = self._by_number.get((sheet, len(rows)))
        if index is None:  # rows are added now and then, asked for a hundred thousand times
            index = self._by_number[sheet, len(rows)] = defaultdict(list)
            for row in rows:
                index[row.get("编号")].append(row)
        return [row for row in index.get(number, ()) if row.get("编号") == number]


def done(case: Case) -> bool:
    """A plain ticket, finished by the standard flow."""
    return case.at(10) is not None and case.flow == STANDARD_FLOW and case.resolved is None


def blamed(case: Case) -> bool:
    """A finished ticket that complains about a person."""
    return done(case) and bool(case.blamed)


def called(case: Case) -> bool:
    """One of those whose customer was called back."""
    return blamed(case) and case.at(9) is not None


def moment(case: Case, column: str) -> dt.datetime:
    """The time in a column of the ticket's row."""
    value = case.row[column]
    assert isinstance(value, dt.datetime)
    return value
