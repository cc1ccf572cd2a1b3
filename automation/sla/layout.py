"""Every day of a calendar laid out as a row of a table: from the clock to the open time before it, and back.

Whatever a span's length, either way is a few look-ups for a whole column at once; nothing is searched or looped over.
Instants are whole seconds after the calendar's first midnight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Hours = tuple[tuple[int, int], ...]
"""Open segments of a day as seconds after midnight, in order, not touching."""

DAY = 86_400


class _WayBack(NamedTuple):
    """All open segments in order, to go back from open time to the clock.

    ``totals``: open time until the end of each; ``shift``: what leads from open time within it to the instant.
    ``guess[total // width]`` is the segment a total ends in, or at most ``steps`` before it.
    """

    totals: Seconds
    shift: Seconds
    guess: Seconds
    width: int
    steps: int


@dataclass(frozen=True, eq=False)
class Opening:
    """When each day opens.

    ``begins`` and ``lengths`` (seconds) have a column a day and a row for each segment that a day can have; a day with
    fewer has segments of no length at its end.
    """

    begins: Seconds
    lengths: Seconds

    @classmethod
    def of(cls, kinds: Sequence[Hours], kind: Seconds) -> Opening:
        """Days that each follow one of a few ``kinds`` of hours; ``kind`` says which, by day."""
        begins = np.full((max(map(len, kinds)), len(kinds)), DAY, dtype=np.int64)
        lengths = np.zeros_like(begins)
        for number, hours in enumerate(kinds):
            for position, (begin, end) in enumerate(hours):
                begins[position, number], lengths[position, number] = begin, end - begin
        return cls(begins[:, kind], lengths[:, kind])

    @cached_property
    def before(self) -> Seconds:
        """Open seconds until each midnight; one more than there are days."""
        return np.cumsum(np.concatenate([[0], self.lengths.sum(axis=0)]), dtype=np.int64)

    @property
    def total(self) -> int:
        """All the open time there is."""
        return int(self.before[-1])

    def elapsed(self, instants: Seconds) -> Seconds:
        """Open seconds before each instant, which lies within the days."""
        day = instants // DAY
        second = instants - day * DAY
        spent: Seconds = self.before[day]
        for begin, length in zip(self.begins, self.lengths, strict=True):
            spent += np.clip(second - begin[day], 0, length[day])
        return spent

    def reached(self, spent: Seconds) -> Seconds:
        """The first instant by which so much open time has passed, 0 <= ``spent`` <= ``total``."""
        way = self._way_back
        at = way.guess[spent // way.width]
        for _ in range(way.steps):
            at += way.totals[at] < spent
        return spent + way.shift[at]

    @cached_property
    def _way_back(self) -> _WayBack:
        some = self.lengths.T > 0
        opens = (self.begins + np.arange(self.begins.shape[1]) * DAY).T[some]
        spans = self.lengths.T[some]
        totals = np.concatenate([[0], np.cumsum(spans)])  # before all of them one without length: no time spent yet
        shift = np.concatenate([[0], opens - totals[:-1]])
        width = max(1, self.total // (4 * len(totals)))  # a quarter of a usual segment: one edge in it, rarely two
        guess = np.searchsorted(totals, np.arange(0, self.total + width + 1, width), "left")
        return _WayBack(totals, shift, guess, width, int(np.diff(guess).max()))


@dataclass(frozen=True, eq=False)
class Workdays:
    """Which days are worked: ``worked`` by day."""

    worked: Mask

    @cached_property
    def passed(self) -> Seconds:
        """How many working days there were, up to and with each day."""
        return np.cumsum(self.worked, dtype=np.int64)

    @cached_property
    def days(self) -> Seconds:
        """The working days in order, behind a first entry that stands for none."""
        return np.concatenate([[-1], np.flatnonzero(self.worked)])
