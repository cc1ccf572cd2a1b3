"""The months an analysis compares: the one it is about, those before it, and how tickets fall into them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from automation.reports.figures import Cases
from automation.reports.period import MONTHLY, Period, containing
from automation.reports.standing import BLANK, Standing, cases, within

COMPARED = 6
"""Months before this one that make the average."""
SHOWN = 12
"""Months side by side at most, this one among them."""
WHOLE = 7
"""A register whose first ticket came by this day of a month has that month whole; else it is not compared with."""


@dataclass(frozen=True, slots=True)
class Months:
    """The month ``this``; ``shown``: up to twelve, ending with it, none before the register's first ticket.

    ``part``: the month in which the register began, where it has only a part of that.
    """

    this: Period
    shown: tuple[Period, ...]
    part: Period | None = None

    @property
    def earlier(self) -> tuple[Period, ...]:
        """Up to six whole months before this one, oldest first; none in the first month of a register."""
        return tuple(month for month in self.shown[:-1] if month != self.part)[-COMPARED:]

    @property
    def before(self) -> Period | None:
        """The month before, when the register was in use through all of it."""
        return self.earlier[-1] if self.earlier else None

    @property
    def first(self) -> dt.datetime:
        return self.shown[0].start

    @property
    def average_words(self) -> str:
        """What the average is called: ``前6个月平均``, in a young register of fewer."""
        return f"前{len(self.earlier)}个月平均"


def months(here: Standing, period: Period) -> Months:
    """The months that ``period`` is compared with: none lies before the first ticket there ever was."""
    received = here.tickets["received"]
    begun = received.min()
    shown = [period]
    while len(shown) < SHOWN and pd.notna(begun) and begun < pd.Timestamp(shown[0].start):
        shown.insert(0, containing(MONTHLY, shown[0].first - dt.timedelta(days=1)))
    part = containing(MONTHLY, begun.date()) if pd.notna(begun) and begun.day > WHOLE else None
    return Months(period, tuple(shown), part)


@dataclass(frozen=True, slots=True)
class Count:
    """One word of a grouping: its tickets of the month, how many the month before had, and the average.

    ``before`` and ``average`` are ``None`` in a register's first month.
    """

    label: str
    cases: Cases
    before: int | None
    average: float | None

    @property
    def count(self) -> int:
        return self.cases.count


def counts(labels: pd.Series, received: pd.Series, known: Months) -> tuple[Count, ...]:
    """One line a word that the month or one of those before it has, the most frequent first.

    ``labels`` and ``received`` are aligned, several entries may be about one ticket (index: Excel row).
    """
    months_of = received.to_numpy("M8[M]")
    spans = {period.label: pd.Timestamp(period.start).to_numpy().astype("M8[M]") for period in known.earlier}
    now = within(received, known.this).to_numpy()
    mine = labels[now].groupby(labels[now]).groups
    then = {name: labels[months_of == month].value_counts() for name, month in spans.items()}
    words = dict.fromkeys([*mine, *(word for found in then.values() for word in found.index)])
    made = [
        Count(
            label=str(word),
            cases=cases(mine.get(word, [])),
            before=int(then[known.before.label].get(word, 0)) if known.before else None,
            average=sum(int(found.get(word, 0)) for found in then.values()) / len(then) if then else None,
        )
        for word in words
    ]
    return tuple(sorted(made, key=lambda line: (-line.count, -(line.average or 0), line.label)))


def words(column: pd.Series) -> pd.Series:
    """A column's words for counting: those that differ in capitals alone are one, as formulas count them; none is 未填."""
    plain = column.str.casefold()
    different = pd.Series(column.to_numpy(), index=plain.to_numpy())
    common: Mapping[str, str] = different.groupby(level=0).agg(lambda found: found.value_counts().index[0]).to_dict()
    return plain.map(common).where(column != "", BLANK).astype(object)
