"""A random year of edits between the months: nothing is paid twice, nothing is lost, and the sums agree."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from automation.payroll.lines import Entry, Row
from automation.payroll.matching import match, months
from automation.payroll.settlement import known
from automation.payroll.terms import Terms
from tests.payroll.book import Year, row, total, wrong

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

    def disturb(self) -> None:
        rng = self.rng
        if not self.entries:
            return
        place = rng.randrange(len(self.entries))
        entry, mark = self.entries[place]
        what = rng.choice(
            ("amount", "person", "kind", "ticket", "words", "approval", "copy", "delete", "back", "sort", "swap")
        )
        if what == "amount":
            entry = replace(entry, fen=rng.choice((5_000, 7_777, 20_000, 1, None)))
        elif what == "person":
            entry = replace(entry, person=rng.choice(PEOPLE))
        elif what == "kind":
            entry = replace(entry, kind="奖励" if entry.kind == "处罚" else "处罚")
        elif what == "ticket":
            entry = replace(entry, ticket=f"FK2026{rng.randint(100, 999)}")
        elif what == "words":
            entry = replace(entry, reason=rng.choice(("返工", "返 工", "没有复检")), department="配件部")
        elif what == "approval":
            entry = replace(entry, approved=None if entry.approved else entry.day)
        elif what == "copy":
            self.entries.insert(place, (replace(entry, remark=rng.choice(("", "非重复"))), mark))
            return
        elif what == "delete":
            self.bin.append(self.entries.pop(place))
            return
        elif what == "back":
            if self.bin:
                self.entries.append(self.bin.pop())
            return
        elif what == "sort":
            self.entries.sort(key=lambda one: (one[0].person, one[0].fen or 0))
            return
        else:
            other = rng.randrange(len(self.entries))
            self.entries[place], self.entries[other] = self.entries[other], self.entries[place]
            return
        self.entries[place] = (entry, mark)

    def written_back(self, year: Year) -> None:
        wanted = months(self.rows(), known(year.closed))
        self.entries = [(entry, wanted[number]) for number, (entry, _) in enumerate(self.entries, 2)]


@pytest.mark.parametrize("seed", range(60))
def test_after_a_year_of_edits_everybody_has_what_the_valid_rows_say(seed: int) -> None:
    rng = random.Random(seed)
    sheet, year = Sheet(rng), Year(Terms(penalty_limit=rng.choice((0, 0, 400_00))))
    skipped = {month for month in MONTHS[1:-1] if rng.random() < 0.1}
    for number, month in enumerate(MONTHS, 1):
        for _ in range(rng.randint(0, 8)):
            sheet.add(number)
        for _ in range(rng.randint(0, 5)):
            sheet.disturb()
        if month in skipped:
            continue
        before = year.paid()
        found = year.close(month, sheet.rows())
        rows = sheet.rows()
        assert total(found.lines) == difference(year.paid(), before)
        waiting = Counter(held.row for held in found.held if held.row)
        assert not waiting or set(waiting.values()) == {1}, "a row is held once"
        told_of(rows, year, month)
        if rng.random() < 0.7:
            sheet.written_back(year)
        if rng.random() < 0.3:
            rng.shuffle(sheet.entries)
        again = year.draft(month, sheet.rows())
        assert not again.lines or year.terms.penalty_limit, "the same month again, after sorting, has nothing to report"
    assert_owed(sheet.rows(), year)


def difference(now: Counter[tuple[str, str]], before: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({key: now[key] - before[key] for key in {*now, *before} if now[key] != before[key]})


def told_of(rows: tuple[Row, ...], year: Year, month: str) -> None:
    """Every row up to the month is reported, held back with a reason, or stands as it was reported."""
    marks = months(rows, known(year.closed))
    waiting = {one.row for one in year.closed[-1].settlement.held}
    for one in rows:
        due = one.entry.day is not None and f"{one.entry.day:%Y-%m}" <= month
        assert not due or marks[one.row] or one.row in waiting, one


def assert_owed(rows: tuple[Row, ...], year: Year) -> None:
    """Sum of all months' lines = what the rows say that are reported, each as it is now or, where held, as it stood."""
    owed: Counter[tuple[str, str]] = Counter()
    accounts = known(year.closed)
    held = {one.account for one in year.closed[-1].settlement.held if one.account}
    bad = {fault.row for fault in wrong(rows)}
    paired = match(rows, accounts.values())
    for one in rows:
        account = accounts.get(paired.get(one.row, ""))
        if account is None or not account.paid:
            continue
        entry = account.entry if account.id in held or one.row in bad else one.entry
        assert entry.fen is not None
        owed[entry.person, entry.kind] += entry.fen
    for account in accounts.values():
        if account.paid and account.id not in paired.values():
            assert account.id in held, "gone, and neither taken back nor told of"
            owed[account.entry.person, account.entry.kind] += account.entry.fen or 0
    assert Counter({key: fen for key, fen in owed.items() if fen}) == year.paid()
    settlements = [one.settlement for one in year.closed]
    assert all(one.net == sum(line.net for line in one.lines) for one in settlements)
    every = [line.account for one in settlements for line in one.reported]
    assert len(every) == len(set(every)), "no row is reported for the first time twice"
