"""One month's rewards and penalties settled: what is reported, what is adjusted, what is held back and why (STD-19)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from automation.payroll import adjustments, holds
from automation.payroll.accounts import Account, accounts
from automation.payroll.adjustments import Group
from automation.payroll.holds import Allowance, Fault, Held, Twins
from automation.payroll.lines import (
    LATER,
    NEW,
    PENALTY,
    REWARD,
    SETTLED,
    STILL_OWED,
    Entry,
    Line,
    Row,
    plain,
    total,
)
from automation.payroll.matching import match
from automation.payroll.terms import Terms
from workbook.finding import Severity


@dataclass(frozen=True, slots=True)
class Settlement:
    """A month settled: ``lines`` in the order of the report, first those of rows, then adjustments.

    ``first``: the month from which on reporting is kesu's; ``limit`` as in :class:`Terms`.
    """

    month: str
    lines: tuple[Line, ...]
    held: tuple[Held, ...] = ()
    first: str = ""
    limit: int = 0

    @property
    def reported(self) -> tuple[Line, ...]:
        """The rows reported for the first time."""
        return tuple(line for line in self.lines if line.first)

    @property
    def adjustments(self) -> tuple[Line, ...]:
        """What changes lines of closed months."""
        return tuple(line for line in self.lines if not line.first)

    @property
    def listed(self) -> tuple[Held, ...]:
        """What was held back, without what an earlier month's list has already that nobody has to do anything about."""
        return tuple(one for one in self.held if not one.told)

    def sum(self, kind: str) -> int:
        """All lines of 奖励 or 处罚, in fen."""
        return total(line.fen for line in self.lines if line.entry.kind == kind)

    @property
    def net(self) -> int:
        """Rewards less penalties, in fen."""
        return self.sum(REWARD) - self.sum(PENALTY)


@dataclass(frozen=True, slots=True)
class Closed:
    """A month that was reported and stays as it was, whatever becomes of the workbook.

    ``at``: when; ``name``, ``workbook`` and ``sha256``: the file that was sent; ``note`` and ``label``: what its mail
    said above all else and before its subject, because it came late.
    """

    settlement: Settlement
    at: dt.datetime
    name: str
    workbook: bytes
    sha256: str
    note: str = ""
    label: str = ""

    @property
    def month(self) -> str:
        return self.settlement.month


def known(closed: Iterable[Closed]) -> dict[str, Account]:
    """The accounts of closed months, which stand in the order in which they were closed."""
    return accounts((one.month, one.at.date(), one.settlement.lines) for one in closed)


def settle(
    rows: Sequence[Row],
    faults: Iterable[Fault],
    closed: Sequence[Closed],
    month: str,
    *,
    first: str = "",
    terms: Terms | None = None,
) -> Settlement:
    """Settle ``month`` (``2026-10``) over the rows as they are now, after the months in ``closed``.

    Rows of later months wait without a word, but for those whose day is still to come. Rows from before ``first``, the
    month from which on reporting is kesu's, are held back; empty: none are. Money that was reported moves by an approval
    newer than the closing of it, and by nothing else. The same rows in another order give the same lines.
    """
    terms = terms or Terms()
    before = known(closed)
    paired = match(rows, before.values())
    errors: dict[int, list[Fault]] = defaultdict(list)
    for fault in still_asked(rows, faults, before, paired):
        if fault.severity is Severity.ERROR:
            errors[fault.row].append(fault)
    held: list[Held] = []
    allowance, twins = Allowance(terms.penalty_limit), Twins()

    for account in before.values():
        for entry in account.entries:
            twins.add(entry, f" {account.first} 已报送的一行", account.id)
    adjusted = _fitting(list(_adjustments(rows, before, paired, errors, terms, twins, held)), allowance, held)

    fresh = []
    for row in sorted(rows, key=_order):
        account_ = before.get(paired.get(row.row, ""))
        if account_ is not None and account_.paid:
            continue
        if row.entry.withdrawn:
            if not account_:
                held.append(holds.withdrawn(row))
            continue
        if _waits(row.entry, month) and not any(error.ahead for error in errors.get(row.row, ())):
            continue
        if not account_ and _early(row.entry, first):
            if SETTLED not in plain(row.entry.remark):
                held.append(holds.early(row, first))
        elif broken := errors.get(row.row):
            held.append(holds.invalid(row, broken, None))
        elif twin := twins.hold(row, account_):
            held.append(twin)
        else:
            group = adjustments.restored(account_, row) if account_ else _first(row, month)
            if account_ and group.waits:
                held.append(holds.unapproved(row, account_, group.unapproved))
            elif allowance.take(group):
                twins.add(row.entry, f"本次报送的第 {row.row} 行")
                fresh.append(group)
            else:
                held.append(allowance.hold(group, row.entry))
    lines = [line for group in (*fresh, *adjusted) for line in group.lines]
    lines.sort(key=lambda line: not line.first)  # what comes back adjusts
    held.sort(key=lambda one: (one.once, _place(one.entry), one.row, one.account))
    return Settlement(month, tuple(_numbered(lines, month)), _listed(held, closed), first, terms.penalty_limit)


def still_asked(
    rows: Sequence[Row], faults: Iterable[Fault], before: Mapping[str, Account], paired: Mapping[int, str]
) -> Iterator[Fault]:
    """The faults without what is asked once only (:class:`Fault`) of rows that were reported by the same approval."""
    approvals = {row.row: (row.entry.approver, row.entry.approved) for row in rows}
    for fault in faults:
        account = before.get(paired.get(fault.row, ""))
        same = account and (account.entry.approver, account.entry.approved) == approvals.get(fault.row)
        if not (fault.once and same):
            yield fault


def _listed(held: Iterable[Held], closed: Iterable[Closed]) -> tuple[Held, ...]:
    """Those that one list is enough for know the month that had them already, as they are now."""
    told: dict[Entry, str] = {}
    for one in closed:
        for earlier in one.settlement.held:
            if earlier.once:
                told.setdefault(earlier.entry, one.month)
    return tuple(replace(one, told=told.get(one.entry, "")) if one.once else one for one in held)


def _adjustments(
    rows: Sequence[Row],
    before: Mapping[str, Account],
    paired: Mapping[int, str],
    errors: Mapping[int, Sequence[Fault]],
    terms: Terms,
    twins: Twins,
    held: list[Held],
) -> Iterator[Group]:
    """What rows that were reported have come to since; what may not be adjusted joins ``held``."""
    here = {paired[row.row]: row for row in rows if row.row in paired}
    for account in before.values():
        if not account.paid:
            continue
        row = here.get(account.id)
        if row is None:
            if account.months[-1] > terms.archived_until:
                held.append(holds.vanished(account))
                twins.miss(account)
        elif broken := errors.get(row.row):
            held.append(holds.invalid(row, broken, account))
        elif group := adjustments.changed(account, row):
            if group.waits:
                held.append(holds.unapproved(row, account, group.unapproved))
            elif not row.entry.withdrawn and (twin := _moved(account.entry, row.entry) and twins.hold(row, account)):
                held.append(twin)
            else:
                twins.add(group.lines[-1].entry, f"第 {row.row} 行改动后", account.id)
                yield group


def _moved(old: Entry, new: Entry) -> bool:
    """Whether a row is about something else by now: only then may it have come to repeat another one."""
    return (old.ticket, old.person, old.kind, plain(old.clause)) != (
        new.ticket,
        new.person,
        new.kind,
        plain(new.clause),
    )


def _fitting(groups: Iterable[Group], allowance: Allowance, held: list[Held]) -> list[Group]:
    """Those that fit into the limit, what gives back first; the others join ``held`` and what was reported stays."""
    taken = []
    for group in sorted(groups, key=lambda one: (one.adds, _place(one.lines[-1].entry), one.account)):
        if allowance.take(group):
            taken.append(group)
        else:
            held.append(allowance.hold(group, group.lines[-1].entry))
    return sorted(taken, key=lambda one: one.account)


def _first(row: Row, month: str) -> Group:
    """The line that reports a row."""
    entry = row.entry
    assert entry.fen is not None and entry.day is not None
    sort = LATER if f"{entry.day:%Y-%m}" < month else NEW
    return Group("", (Line("", sort, entry, entry.fen),), row)


def _numbered(lines: Iterable[Line], month: str) -> Iterator[Line]:
    """New lines get their accounts: the month and a place in it."""
    count = 0
    for line in lines:
        if not line.account:
            count += 1
            line = replace(line, account=f"{month}/{count:03}")
        yield line


def _waits(entry: Entry, month: str) -> bool:
    return entry.day is not None and f"{entry.day:%Y-%m}" > month


def _early(entry: Entry, first: str) -> bool:
    return entry.day is not None and f"{entry.day:%Y-%m}" < first and STILL_OWED not in plain(entry.remark)


def _order(row: Row) -> tuple[object, ...]:
    """The one that says it is no duplicate comes after the one it could be taken for."""
    return (*_place(row.entry), holds.NOT_TWICE in plain(row.entry.remark), repr(row.entry), row.row)


def _place(entry: Entry) -> tuple[object, ...]:
    """By day, then by what the row says: sorting the sheet changes no order."""
    day = entry.day or dt.date.max
    return (day, entry.ticket, entry.person, entry.kind, entry.fen or 0, entry.clause, entry.reason)
