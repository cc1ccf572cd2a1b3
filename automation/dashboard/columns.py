"""Columns as the page reads them: whole numbers and lists of words, so that many tickets stay a small file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from automation.sla.calendar import Instants

Numbers = list[int | None]


@dataclass
class Words:
    """A list of different words, and where each stands in it."""

    known: dict[str, int] = field(default_factory=dict)

    def places(self, values: Iterable[object]) -> list[int]:
        """Where each value stands; new ones are put at the end."""
        return [self.known.setdefault(str(value), len(self.known)) for value in values]

    def of(self, column: pd.Series) -> list[int]:
        """The same for a column of many rows and few words."""
        codes, words = pd.factorize(column.to_numpy(dtype=object))
        found: list[int] = np.array([*self.places(words), 0])[codes].tolist()
        return found

    @property
    def listed(self) -> list[str]:
        return list(self.known)


def seconds(instants: Instants | pd.Series) -> Numbers:
    """Seconds since 1970 on the wall clock of Shanghai; ``None``: no time."""
    return _with_none(np.asarray(instants, dtype="M8[s]"))


def apart(instants: Instants, since: Instants) -> Numbers:
    """Seconds from ``since``, or since 1970 where that is missing; ``None``: no time."""
    base = np.where(np.isnat(since), np.datetime64(0, "s"), since)
    return _with_none(instants - base)


def _with_none(values: np.ndarray) -> Numbers:
    numbers = values.astype(np.int64).astype(object)
    numbers[np.isnat(values)] = None
    found: Numbers = numbers.tolist()
    return found
