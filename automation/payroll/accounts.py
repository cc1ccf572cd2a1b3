"""What closed months have reported of each row: an account a row, kept for ever."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from automation.payroll.lines import REVERSAL, Entry, Line


@dataclass(frozen=True, slots=True)
class Account:
    """A row that a closed month has reported. ``entry``: what stands reported now; ``paid``: false once taken back.

    ``months``: those with a line of it, in order.
    """

    id: str
    entry: Entry
    paid: bool
    months: tuple[str, ...]


def accounts(reported: Iterable[tuple[str, Iterable[Line]]]) -> dict[str, Account]:
    """Every account by its id, from the months' lines in the order in which the months were closed."""
    found: dict[str, Account] = {}
    for month, lines in reported:
        for line in lines:
            paid = line.sort != REVERSAL
            known = found.get(line.account)
            if known is None:
                found[line.account] = Account(line.account, line.entry, paid, (month,))
                continue
            months = known.months if month in known.months else tuple(sorted((*known.months, month)))
            found[line.account] = replace(known, entry=line.entry, paid=paid, months=months)
    return found
