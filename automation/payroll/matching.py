"""Which row is which account: rows have no name of their own, are sorted, moved, edited, copied and deleted.

What a row says decides: the identical first, then the least change. 报送月份 is only a hint, for a copy has it too.
A row that is taken for none is new, and what was reported of it is taken back: the same money by two lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

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
_MARKED = 2
_ENOUGH = sum(_WEIGHTS.values()) / 2
"""A row that has less than half of what was reported is another row."""


def match(rows: Sequence[Row], known: Iterable[Account]) -> dict[int, str]:
    """Excel row → the id of its account, for the rows that closed months have reported.

    What was taken back comes back only by a row that says the same in all that matters to money.
    """
    every = list(known)
    live, gone = [one for one in every if one.paid], [one for one in every if not one.paid]
    found: dict[int, str] = {}
    _identical(rows, live, _content, found)
    _identical(rows, live, _money, found)
    _similar(rows, live, found)
    _identical(rows, gone, _money, found)
    return found


def _content(entry: Entry) -> Hashable:
    return (*_money(entry), *map(plain, (entry.reason, entry.determiner, entry.approver, entry.remark)), entry.approved)


def _money(entry: Entry) -> tuple[Hashable, ...]:
    return (entry.day, entry.ticket, entry.person, entry.kind, plain(entry.clause), entry.fen)


def _identical(
    rows: Sequence[Row], accounts: Sequence[Account], key: Callable[[Entry], Hashable], found: dict[int, str]
) -> None:
    """Pair those with equal ``key``; of several the most alike."""
    waiting: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        if row.row not in found:
            waiting[key(row.entry)].append(row)
    taken = set(found.values())
    pairs = [
        (row, account) for account in accounts if account.id not in taken for row in waiting.get(key(account.entry), ())
    ]
    _pair(pairs, found)


def _similar(rows: Sequence[Row], accounts: Sequence[Account], found: dict[int, str]) -> None:
    """Pair the rest by what they share, at least half of it and enough to be the same event.

    Clause and reason are the same words on many rows, so they make nothing the same. A row from before kesu's time, or
    that says it was paid by hand, is none that was reported.
    """
    begun = min((one.months[0] for one in accounts), default="")
    near: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.row not in found and not _paid_by_hand(row.entry, begun):
            near["ticket", row.entry.ticket].append(row)
            near["person", row.entry.person].append(row)
    taken = set(found.values())
    pairs = []
    for account in accounts:
        if account.id not in taken:
            sharing = (*near["ticket", account.entry.ticket], *near["person", account.entry.person])
            alike = {
                row.row: row
                for row in sharing
                if _one_event(row.entry, account.entry) and _alike(row.entry, account.entry) >= _ENOUGH
            }
            pairs += [(row, account) for row in alike.values()]
    _pair(pairs, found)


def _one_event(one: Entry, other: Entry) -> bool:
    """Two of ticket, person, and day with amount: what is edited at a time leaves two of them as they were."""
    same = (one.ticket == other.ticket, one.person == other.person, (one.day, one.fen) == (other.day, other.fen))
    return sum(same) >= 2


def _paid_by_hand(entry: Entry, begun: str) -> bool:
    remark = plain(entry.remark)
    early = entry.day is not None and f"{entry.day:%Y-%m}" < begun
    return SETTLED in remark or (early and STILL_OWED not in remark)


def _pair(pairs: Sequence[tuple[Row, Account]], found: dict[int, str]) -> None:
    """Each row and account once, the most alike first; where the sheet's order alone could tell, it tells last."""
    taken: set[str] = set()

    def place(pair: tuple[Row, Account]) -> tuple[object, ...]:
        row, account = pair
        marked = row.marked == "、".join(account.months)
        return (-_alike(row.entry, account.entry) - _MARKED * marked, account.id, repr(row.entry), row.row)

    for row, account in sorted(pairs, key=place):
        if row.row not in found and account.id not in taken:
            found[row.row] = account.id
            taken.add(account.id)


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
