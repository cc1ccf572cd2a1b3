"""Rewards and penalties: nothing may reach finance without ticket, approval, amount, or for a person not in the case."""

from __future__ import annotations

from collections.abc import Iterator

from automation.checks.facts import Check, Facts, mark, mark_faults
from automation.checks.malice import malicious
from automation.past import Past
from automation.payroll.faults import faults
from automation.payroll.holds import Fault
from automation.payroll.lines import REPOSTED, REVERSAL
from automation.payroll.matching import match
from automation.payroll.reading import rows
from automation.payroll.settlement import Settlement, known, settle, still_asked
from workbook.finding import Finding, Severity
from workbook.schema import REWARDS

JOB = "rewards"
"""The report's name, in the journal too."""

_AT_REST = frozenset({"PAY-07", "PAY-08", "PAY-10", "PAY-11", "PAY-12", "PAY-13"})
"""What only the settlement knows; the rest of what holds a row back are its own faults."""


def settlement(facts: Facts, month: str, first: str) -> Settlement:
    """A month settled over a pass's facts, as :func:`automation.payroll.settlement.settle` does."""
    return settle(rows(facts.ledger[REWARDS]), _faults(facts), facts.past.closed, month, first=first, terms=facts.terms)


def first_month(past: Past) -> str:
    """The first month that is kesu's to report, whether it was reported or left out; empty when none is yet."""
    told = {month for job, month in (*past.occurrences, *past.omitted) if job == JOB}
    return min(told | {one.month for one in past.closed}, default="")


def _faults(facts: Facts) -> tuple[Fault, ...]:
    return faults(facts.ledger, facts.now, malicious(facts.ledger), facts.roster.names)


def wrong_lines(facts: Facts) -> Iterator[Finding]:
    """PAY-01 and PAY-06: what is wrong with a line by itself, by these rules and those between them."""
    found, before = rows(facts.ledger[REWARDS]), known(facts.past.closed)
    asked = still_asked(found, _faults(facts), before, match(found, before.values()))
    yield from mark_faults(facts.ledger[REWARDS], (fault for fault in asked if not fault.told))


def not_to_be_reported(facts: Facts) -> Iterator[Finding]:
    """PAY-07 and PAY-08: twice the same, over the limit; and what else only the settlement knows.

    PAY-10, PAY-11: from before kesu's time, gone. PAY-09, PAY-12: changed after a closed month had reported it, approved
    anew or not. PAY-13: withdrawn before.
    """
    records = facts.ledger[REWARDS]
    if records.frame.empty and not facts.past.closed:
        return
    found = settlement(facts, f"{facts.now:%Y-%m}", first_month(facts.past))
    for held in found.held:
        if not _AT_REST & {*held.rules}:
            continue
        gravity = Severity.INFO if held.once or held.rules == ("PAY-08",) else Severity.ERROR
        if held.row:
            tell = lambda row, why=held.why: why  # noqa: E731
            yield from mark(records, [held.row], held.column, held.rules[0], gravity, tell, held.todo)
        else:
            words = f"{records.sheet} {held.entry.ticket} {held.entry.person}：{held.why}"
            yield Finding(
                held.rules[0], Severity.WARNING, words, held.todo, sheet=records.sheet, ticket=held.entry.ticket
            )
    yield from _adjusted(facts, found)


def _adjusted(facts: Facts, found: Settlement) -> Iterator[Finding]:
    """The last line of each row says what becomes of it."""
    records = facts.ledger[REWARDS]
    before = known(facts.past.closed)
    places = {account: row for row, account in match(rows(records), before.values()).items()}
    for account, line in {line.account: line for line in found.adjustments}.items():
        column = {REPOSTED: "姓名", REVERSAL: "备注"}.get(line.sort, "金额")
        words = f"{before[account].first} 报送后有改动（{line.sort}）：{line.note}"
        yield from mark(
            records,
            [places[account]],
            column,
            "PAY-09",
            Severity.WARNING,
            lambda row, words=words: words,  # type: ignore[misc]
            "不用处理，下一次报送会自动调整；改错了的请改回原样",
        )


CHECKS: tuple[Check, ...] = (wrong_lines, not_to_be_reported)
