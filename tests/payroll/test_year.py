"""A random year of edits between the months: nothing is paid twice or without approval or lost, and the sums agree."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from automation.payroll.accounts import Account
from automation.payroll.lines import Entry, Row
from automation.payroll.matching import match, months
from automation.payroll.settlement import Settlement, known
from automation.payroll.terms import Terms
from tests.payroll.book import STAFF, Year, fourth, row, total, wrong

PEOPLE = ("张伟", "刘强", "王芳", "李娜")
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]


class Sheet:
    """Somebody's 奖罚明细: rows are added, copied, edited, sorted, deleted and put back as people do it."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.entries, self.bin = rng, list[tuple[Entry, str]](), list[tuple[Entry, str]]()

    def rows(self) -> tuple[Row, ...]:
        return tuple(Row(number, entry, mark) for number, (entry, mark) in enumerate(self.entries, 2))

    def add(self, month: int) -> None:
        rng = self.rng
        late = rng.choice((0, 0, 0, 1)) if month > 1 else 0
        text = (
            f"{month - late:02}-{rng.randint(1, 28):02} | {month:02}{rng.randint(1, 28):02}-{rng.randint(1, 3):03} |"
            f" {rng.choice(PEOPLE)} | {rng.choice(('奖励', '处罚'))} | {rng.choice((50, 100, 100.5, 200, 0.07))} |"
            f" 条款=第{rng.choice('三四五')}条 事由={rng.choice(('返工', '迟到', '表扬'))}"
            + (" 审批=无" if rng.random() < 0.15 else "")
        )
        self.entries.insert(rng.randint(0, len(self.entries)), (row(0, text).entry, ""))

    def disturb(self, month: int) -> None:
        rng = self.rng
        if not self.entries:
            return
        place = rng.randrange(len(self.entries))
        entry, mark = self.entries[place]
        what = rng.choice(
            (
                *("amount", "amount", "person", "kind", "ticket", "clause", "words", "approval", "waive", "waive"),
                *("own", "stranger", "year", "copy", "copy", "delete", "back", "sort", "swap"),
            )
        )
        if what == "copy":
            day = rng.choice((entry.day, entry.day and entry.day.replace(month=month)))
            self.entries.insert(place, (replace(entry, day=day, remark=rng.choice(("", "", "非重复"))), mark))
        elif what == "delete":
            self.bin.append(self.entries.pop(place))
        elif what == "back":
            if self.bin:
                self.entries.append(self.bin.pop())
        elif what == "sort":
            self.entries.sort(key=lambda one: (one[0].person, one[0].fen or 0))
        elif what == "swap":
            other = rng.randrange(len(self.entries))
            self.entries[place], self.entries[other] = self.entries[other], self.entries[place]
        else:
            self.entries[place] = (self.approved(self.edited(entry, what), month), mark)

    def edited(self, entry: Entry, what: str) -> Entry:
        rng = self.rng
        if what == "amount":
            return replace(entry, fen=rng.choice((5_000, 7_777, 20_000, 1, None)))
        if what == "person":
            return replace(entry, person=rng.choice(PEOPLE), fen=rng.choice((entry.fen, 4_200)))
        if what == "kind":
            return replace(entry, kind="奖励" if entry.kind == "处罚" else "处罚")
        if what == "ticket":
            return replace(entry, ticket=f"FK2026{rng.randint(100, 999)}")
        if what == "clause":
            return replace(entry, clause=rng.choice(("第三条", "第九条")))
        if what == "words":
            return replace(entry, reason=rng.choice(("返工", "返 工", "没有复检")), department="配件部")
        if what == "waive":
            return replace(entry, remark=rng.choice(("撤销", "撤销；顾总已批", "客户撤销投诉", "")))
        if what == "own":
            return replace(entry, **{rng.choice(("approver", "determiner")): entry.person})
        if what == "stranger":
            return replace(entry, approver=rng.choice(("张三丰", "沈嘉树")))
        if what == "year" and entry.day:
            return replace(entry, day=entry.day.replace(year=rng.choice((2026, 2027))))
        return replace(entry, approved=None if entry.approved else entry.day)

    def approved(self, entry: Entry, month: int) -> Entry:
        """Approved anew as it should be, or not at all, or with a day that is older, of last year or to come."""
        rng = self.rng
        day = dt.date(2026, month, rng.randint(4, 28))
        stale = dt.date(2026, rng.randint(1, month), rng.randint(1, 28))
        days = (day, day, day, entry.approved, entry.approved, stale, day.replace(year=rng.choice((2025, 2027))))
        return replace(entry, approved=rng.choice(days))

    def written_back(self, year: Year) -> None:
        wanted = months(self.rows(), known(year.closed))
        self.entries = [(entry, wanted[number]) for number, (entry, _) in enumerate(self.entries, 2)]


@pytest.mark.parametrize("seed", range(80))
def test_after_a_year_of_edits_everybody_has_what_was_approved_last(seed: int) -> None:
    rng = random.Random(seed)
    sheet, year = Sheet(rng), Year(Terms(penalty_limit=rng.choice((0, 0, 400_00))))
    skipped = {month for month in MONTHS[1:-1] if rng.random() < 0.1}
    for number, month in enumerate(MONTHS, 1):
        for _ in range(rng.randint(0, 8)):
            sheet.add(number)
        for _ in range(rng.randint(0, 7)):
            sheet.disturb(number)
        if month in skipped:
            continue
        before, accounts, rows = year.paid(), known(year.closed), sheet.rows()
        found = year.close(month, rows)
        assert total(found.lines) == difference(year.paid(), before)
        waiting = Counter(held.row for held in found.held if held.row)
        assert not waiting or set(waiting.values()) == {1}, "a row is held once"
        told_of(rows, year, month)
        nothing_without_approval(found, accounts, fourth(month).date())
        nothing_twice(found, accounts)
        if rng.random() < 0.7:
            sheet.written_back(year)
        if rng.random() < 0.3:
            rng.shuffle(sheet.entries)
        again = year.draft(month, sheet.rows())
        assert not again.lines or year.terms.penalty_limit, "the same month again, after sorting, has nothing to report"
    assert_owed(sheet.rows(), year)


def nothing_without_approval(found: Settlement, before: Mapping[str, Account], closing: dt.date) -> None:
    """What is paid was approved by somebody else, by then; what was reported moves by a newer approval only."""
    last = {line.account: line.entry for line in found.lines}
    for line in found.lines:
        entry = last[line.account]
        assert entry.approver in STAFF and entry.person not in (entry.approver, entry.determiner), line
        assert entry.approved and entry.approved <= closing and entry.day and entry.day <= closing, line
        assert line.first or not line.fen or newer(entry, before[line.account]), line


def newer(entry: Entry, account: Account) -> bool:
    old = account.entry.approved
    return bool(entry.approved and old and entry.approved > old and entry.approved >= account.closed)


def nothing_twice(found: Settlement, before: Mapping[str, Account]) -> None:
    """Nobody is paid or fined a second time by one clause for one ticket, unless somebody says so in 备注."""
    seen = {event(entry) for account in before.values() for entry in account.entries}
    for line in found.reported:
        assert "非重复" in line.entry.remark or event(line.entry) not in seen, line
        seen.add(event(line.entry))


def event(entry: Entry) -> tuple[str, ...]:
    return entry.ticket, entry.person, entry.kind, entry.clause


def difference(now: Counter[tuple[str, str]], before: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({key: now[key] - before[key] for key in {*now, *before} if now[key] != before[key]})


def told_of(rows: tuple[Row, ...], year: Year, month: str) -> None:
    """Every row up to the month is reported, held back with a reason, or stands as it was reported."""
    marks = months(rows, known(year.closed))
    settled = year.closed[-1].settlement
    waiting, reported = {one.row for one in settled.held}, {line.entry for line in settled.lines}
    for one in rows:
        day = one.entry.day
        due = day is not None and (f"{day:%Y-%m}" <= month or day > fourth(month).date())
        assert not due or marks[one.row] or one.row in waiting or one.entry in reported, one


def assert_owed(rows: tuple[Row, ...], year: Year) -> None:
    """Sum of all months' lines = what the rows say that are reported, each as it is now or, where held, as it stood."""
    owed: Counter[tuple[str, str]] = Counter()
    accounts = known(year.closed)
    held = {one.account for one in year.closed[-1].settlement.held if one.account}
    bad = {fault.row for fault in wrong(rows, fourth(MONTHS[-1]))}
    paired = match(rows, accounts.values())
    for one in rows:
        account = accounts.get(paired.get(one.row, ""))
        if account is None or not account.paid:
            continue
        entry = account.entry if account.id in held or one.row in bad or one.entry.withdrawn else one.entry
        assert entry.fen is not None
        owed[entry.person, entry.kind] += entry.fen
    for account in accounts.values():
        if account.paid and account.id not in paired.values():
            assert account.id in held, "gone, and not told of"
            owed[account.entry.person, account.entry.kind] += account.entry.fen or 0
    assert Counter({key: fen for key, fen in owed.items() if fen}) == year.paid()
    settlements = [one.settlement for one in year.closed]
    assert all(one.net == sum(line.net for line in one.lines) for one in settlements)
    every = [line.account for one in settlements for line in one.reported]
    assert len(every) == len(set(every)), "no row is reported for the first time twice"
