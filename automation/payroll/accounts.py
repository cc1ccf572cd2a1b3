"""What closed months have reported of each row: an account a row, kept for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from automation.payroll.lines import REVERSAL, Entry, Line


@dataclass(frozen=True, slots=True)
class Account:
    """A row that a closed month has reported. ``entry``: what stands reported now; ``paid``: false once taken back.

    ``months``: those with a line of it, in order. ``closed``: the day on which the latest of them was closed.
    ``entries``: all that was ever reported of it, oldest first.
    """

    id: str
    entry: Entry
    paid: bool
    months: tuple[str, ...]
    closed: dt.date
    entries: tuple[Entry, ...]

    @property
    def first(self) -> str:
        """The month that reported it first."""
        return self.months[0]

    def renewed(self, new: Entry) -> bool:
        """Whether a row was approved anew: later than what was reported of it, and not before the closing of that."""
        old = self.entry.approved
        return new.approved is not None and (old is None or new.approved > old) and new.approved >= self.closed


def accounts(reported: Iterable[tuple[str, dt.date, Iterable[Line]]]) -> dict[str, Account]:
    """Every account by its id, from the months, the days they were closed on and their lines, in the order of closing."""
    found: dict[str, Account] = {}
    for month, day, lines in reported:
        for line in lines:
            paid = line.sort != REVERSAL
            known = found.get(line.account)
            if known is None:
                found[line.account] = Account(line.account, line.entry, paid, (month,), day, (line.entry,))
                continue
            months = known.months if month in known.months else tuple(sorted((*known.months, month)))
            entries = known.entries if line.entry in known.entries else (*known.entries, line.entry)
            found[line.account] = replace(
                known, entry=line.entry, paid=paid, months=months, closed=max(day, known.closed), entries=entries
            )
    return found
