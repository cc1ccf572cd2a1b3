"""A date without a time of day. It makes nobody late: a clock it starts counts from the last minute of that day, and what
it ends may have been done at any time of it.

Excel knows a date as its midnight, so a true 00:00 cannot be told from a date and is taken for one. Until a stage is
judged its moments stay as they are written, a date being its midnight; :func:`settled` makes instants of them.
"""

from __future__ import annotations

import numpy as np

from automation.sla.calendar import Instants, Mask

_LAST_MINUTE = np.timedelta64(86_340, "s")
_LAST_SECOND = np.timedelta64(86_399, "s")


def of(instants: Instants) -> Instants:
    """The first instant of each one's day."""
    return instants.astype("M8[D]").astype("M8[s]")


def known(instants: Instants) -> Mask:
    """Of which only the day is known."""
    alone: Mask = instants == of(instants)
    return alone


def last(instants: Instants) -> Instants:
    """The last second at which each can have been."""
    return np.where(known(instants), instants + _LAST_SECOND, instants).astype("M8[s]")


def last_minute(instants: Instants) -> Instants:
    """23:59 of each day that is known alone, the others as they are: from when a start counts, until when a promise
    holds.
    """
    return np.where(known(instants), instants + _LAST_MINUTE, instants).astype("M8[s]")


def settled(start: Instants, actual: Instants) -> tuple[Instants, Instants]:
    """The instants of starts and ends as written. An end is the first instant of its day that is not before the start; a
    start counts from 23:59, or took no time where what it began was done that very day.
    """
    together = of(start) == of(actual)
    done = np.where(together & known(actual), np.fmax(start, actual), actual).astype("M8[s]")
    begun = last_minute(start)
    begun = np.where(together & known(start), np.fmin(begun, done), begun).astype("M8[s]")
    return begun, done
