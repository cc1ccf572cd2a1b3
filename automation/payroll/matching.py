"""Which row is which account: rows have no name of their own, are sorted, moved, edited, copied and deleted.

What a row says decides, and of several that could be meant 报送月份: kesu writes it beside the row that was reported
and takes it from a copy, so that it still tells them apart when the row is edited and the copy is not.
A row that is taken for none is new, and what was reported of it stays: the same money by two lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from automation.payroll.accounts import Account
from automation.payroll.lines import SETTLED, STILL_OWED, Entry, Row, plain

_WEIGHTS: Mapping[str, int] = {
    "ticket": 4,
    "person": 4,
    "reason": 3,
    "fen": 2,
    "day": 2,
    "clause": 2,
    "kind": 1,
    "determiner": 1,
    "approver": 1,
    "approved": 1,
    "remark": 1,
}
_ENOUGH = sum(_WEIGHTS.values()) / 2
"""A row that has less than half of what was reported is another row."""


def match(rows: Sequence[Row], known: Iterable[Account]) -> dict[int, str]:
    """Excel row → the id of its account, for the rows that closed months have reported.

    What was taken back is meant by a row that says it is withdrawn, or that says the same in all that matters to money.
    """
    every = list(known)
    live, gone = [one for one in every if one.paid], [one for one in every if not one.paid]
    begun = min((one.first for one in live), default="")
    found: dict[int, str] = {}
    _pair(rows, gone, found, lambda account, entry, same: entry.withdrawn and _by_that_approval(account, entry))
    _pair(rows, live, found, lambda account, entry, same: same or not _paid_by_hand(entry, begun))
    _pair(rows, gone, found, lambda account, entry, same: same or entry.withdrawn)
    return found


def _pair(
    rows: Sequence[Row],
    accounts: Sequence[Account],
    found: dict[int, str],
    fits: Callable[[Account, Entry, bool], bool],
) -> None:
    """Each row and account once: first what bears the mark, then what has the same money, then the most alike.

    One withdrawn by a new approval goes before its copy; where the sheet's order alone could tell, it tells last. ``fits``: whether a
    row may be the account's, and whether it has the same money; one with other money has at least half of the rest.
    """
    near: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        if row.row not in found:
            for key in _shared(row.entry, _mark(row)):
                near[key].append(row)
    pairs = []
    for account in accounts:
        sharing = {row.row: row for key in _shared(account.entry, account.first) for row in near[key]}
        for row in sharing.values():
            same, alike = _money(row.entry) == _money(account.entry), _alike(row.entry, account.entry)
            if (same or alike >= _ENOUGH) and fits(account, row.entry, same):
                marked = _mark(row) == account.first
                waived = row.entry.withdrawn and account.renewed(row.entry)
                exact = row.entry == account.entry
                pairs.append((-marked, -same, -waived, -exact, -alike, account.id, repr(row.entry), row.row))
    taken = set(found.values())
    for *_, account_id, _, number in sorted(pairs):
        if number not in found and account_id not in taken:
            found[number] = account_id
            taken.add(account_id)


def _by_that_approval(account: Account, entry: Entry) -> bool:
    """Whether a withdrawn row is the one whose approval took the account back."""
    return (entry.approver, entry.approved) == (account.entry.approver, account.entry.approved)


def _mark(row: Row) -> str:
    """The month that reported it first, as far as 报送月份 says so."""
    return row.marked.partition("、")[0]


def _shared(entry: Entry, month: str) -> Iterator[Hashable]:
    """Two of ticket, person, and day with amount: what is edited at a time leaves two of them as they were.

    With the mark of the ``month`` that reported it the ticket is enough. Clause and reason are the same words on many
    rows, so they make nothing the same.
    """
    if month:
        yield "ticket, mark", entry.ticket, month
    yield "ticket, person", entry.ticket, entry.person
    yield "ticket, money", entry.ticket, entry.day, entry.fen
    yield "person, money", entry.person, entry.day, entry.fen


def _money(entry: Entry) -> tuple[Hashable, ...]:
    return (entry.day, entry.ticket, entry.person, entry.kind, plain(entry.clause), entry.fen)


def _paid_by_hand(entry: Entry, begun: str) -> bool:
    """A row from before kesu's time, or that says it was paid by hand, is none that was reported."""
    remark = plain(entry.remark)
    early = entry.day is not None and f"{entry.day:%Y-%m}" < begun
    return SETTLED in remark or (early and STILL_OWED not in remark)


def _alike(one: Entry, other: Entry) -> int:
    return sum(
        weight
        for name, weight in _WEIGHTS.items()
        if _comparable(getattr(one, name)) == _comparable(getattr(other, name))
    )


def _comparable(value: object) -> object:
    return plain(value) if isinstance(value, str) else value


def months(rows: Sequence[Row], known: Mapping[str, Account]) -> dict[int, str]:
    """报送月份 of every row: ``2026-10、2026-11``; empty for one that no month has reported, whatever it was copied from."""
    paired = match(rows, known.values())
    return {row.row: "、".join(known[paired[row.row]].months) if row.row in paired else "" for row in rows}
