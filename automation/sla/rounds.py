"""Rounds of a stage: what is opened again after it was done (申诉, 退回, 不满意) runs on a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.sla import days
from automation.sla.calendar import Instants, Mask
from automation.sla.events import NEVER, STARTS_LAST, Occurrences


@dataclass(frozen=True)
class Rounds:
    """Rounds of one stage, in order of ticket and time, times as they are written. ``at``: position of the ticket;
    ``number`` counts from 1; ``actual`` is missing while a round is open, which only the last of a ticket can be.
    """

    at: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]
    start: Instants
    actual: Instants

    def only(self, mask: Mask) -> Rounds:
        return Rounds(self.at[mask], self.number[mask], self.start[mask], self.actual[mask])

    @property
    def last(self) -> Mask:
        """Which rounds are their ticket's last."""
        final: Mask = np.ones(len(self.at), dtype=bool)
        final[:-1] = self.at[1:] != self.at[:-1]
        return final


def pair(starts: Occurrences, stops: Occurrences) -> Rounds:
    """Each start with the first stop after it. A start while a round is open changes nothing: it is the same matter.

    A stop before any start stops nothing. An entry that is both (an unsatisfied follow-up) first ends a round, then
    opens the next. A date without a time starts with its day and stops whatever began by the end of it.
    """
    at = np.concatenate([starts.at, stops.at])
    time = np.concatenate([starts.time, stops.time])
    place = np.concatenate([starts.time, _until(starts, stops)])
    is_stop: Mask = np.repeat([False, True], [len(starts.at), len(stops.at)])
    # Of one entry the stop comes first. Orders of entries are even, so a start one on stays before the next entry.
    order = np.concatenate([np.where(starts.order < 0, starts.order, starts.order + 1), stops.order])
    sorting = np.lexsort((order, place, at))
    at, time, is_stop = at[sorting], time[sorting], is_stop[sorting]
    first: Mask = np.ones(len(at), dtype=bool)
    first[1:] = at[1:] != at[:-1]
    before = np.concatenate([[True], is_stop[:-1]]) | first  # before anything happened the stage stands still
    turns = is_stop != before
    at, time, is_stop = at[turns], time[turns], is_stop[turns]
    opened = np.flatnonzero(~is_stop)
    nothing = np.full(1, NEVER, dtype="M8[s]")
    following, owner = np.concatenate([time, nothing]), np.concatenate([at, [-1]])
    ended = owner[opened + 1] == at[opened]
    actual: Instants = np.where(ended, following[opened + 1], NEVER).astype("M8[s]")
    return Rounds(at[opened].astype(np.int64), _count(at[opened]), time[opened], actual)


def _until(starts: Occurrences, stops: Occurrences) -> Instants:
    """Up to when each stop ends what began. Entries of one day without times follow each other as they are written: one
    that stands before another that starts (or is that one itself) does not stop it.
    """
    until = days.last(stops.time)
    opening = starts.only(days.known(starts.time) & (starts.order >= 0) & (starts.order < STARTS_LAST))
    if not len(opening.at):
        return until
    written = pd.DataFrame({"at": opening.at, "time": opening.time, "order": opening.order})
    newest = written.groupby(["at", "time"])["order"].max()
    met = newest.reindex(pd.MultiIndex.from_arrays([stops.at, stops.time])).to_numpy(dtype=np.float64)
    return np.where(met >= stops.order, stops.time, until).astype("M8[s]")


def _count(at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """1, 2, 3… within each run of the same ticket."""
    begins = np.ones(len(at), dtype=bool)
    begins[1:] = at[1:] != at[:-1]
    positions = np.arange(len(at))
    counted: npt.NDArray[np.int64] = positions - np.maximum.accumulate(np.where(begins, positions, 0)) + 1
    return counted
