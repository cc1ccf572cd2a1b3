"""A year of 奖罚明细 written as small text tables: rows as they stand when a month is settled.

A row is ``day | 编号 | 姓名 | 类型 | 金额`` and, where it differs from the usual, ``条款=… 事由=… 审批=… 备注=… 报送=…
认定=… 批准=…`` (审批日期, 审批人). Each month is closed on the 4th of the next.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

from automation.payroll.holds import Fault, Held
from automation.payroll.lines import Entry, Line, Row
from automation.payroll.settlement import Closed, Settlement, settle
from automation.payroll.terms import Terms
from tests.tables import moment, plain
from workbook.finding import Severity

FIRST = "2026-10"


def row(number: int, text: str) -> Row:
    """One row by its Excel row."""
    day, ticket, person, kind, amount, *more = (cell.strip() for cell in text.split("|"))
    other = dict(word.split("=", 1) for word in " ".join(more).split())
    approved = other.get("审批", day)
    return Row(
        number,
        Entry(
            day=moment(day).date() if day else None,
            ticket=f"FK2026{ticket}" if ticket else "",
            person=person,
            department=other.get("部门", "机修车间"),
            kind=kind,
            clause=other.get("条款", "第三条"),
            reason=other.get("事由", "返工"),
            fen=round(float(amount) * 100) if amount else None,
            determiner=other.get("认定", "陆文琴"),
            approver="" if approved == "无" else other.get("批准", "顾明远"),
            approved=None if approved == "无" else moment(approved).date(),
            remark=other.get("备注", ""),
        ),
        other.get("报送", ""),
    )


def rows(text: str) -> tuple[Row, ...]:
    """The rows of a text, the first in Excel row 2."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return tuple(row(number, line) for number, line in enumerate(lines, 2))


STAFF = frozenset({"顾明远", "沈嘉树"})
"""Who there is to approve."""


def fourth(month: str) -> dt.datetime:
    """When a month is closed."""
    first = dt.datetime.fromisoformat(f"{month}-01")
    return (first + dt.timedelta(days=31)).replace(day=4, hour=8)


def wrong(every: Iterable[Row], now: dt.datetime) -> list[Fault]:
    """What the check would find of these rows: something is not there, one's own approval, a day that cannot be."""
    found = []
    for one in every:
        entry = one.entry
        if entry.approver and entry.approver not in STAFF:
            words = f"审批人{entry.approver}不在人员表"
            found.append(Fault(one.row, "审批人", "PAY-02", Severity.ERROR, words, "核对审批人", once=True))
        if entry.day and entry.day > now.date():
            found.append(Fault(one.row, "日期", "PAY-06", Severity.ERROR, "日期还没有到", "核对日期", ahead=True))
        before = bool(entry.day and entry.approved and f"{entry.approved:%Y-%m}" < f"{entry.day:%Y-%m}")
        if entry.withdrawn:
            found = [fault for fault in found if fault.row != one.row or fault.rule == "PAY-02"]
        for column, empty, rule in (
            ("审批人", bool(entry.person) and entry.person in (entry.approver, entry.determiner), "PAY-02"),
            ("审批日期", bool(entry.approved and entry.approved > now.date()), "PAY-02"),
            ("日期", before, "PAY-06"),
            ("编号", not entry.ticket, "PAY-01"),
            ("审批人", not entry.approver, "PAY-02"),
            ("审批日期", entry.approved is None, "PAY-02"),
            ("金额", not entry.fen or entry.fen < 0, "PAY-03"),
            ("姓名", not entry.person, "PAY-06"),
            ("日期", entry.day is None, "PAY-06"),
        ):
            if empty and (rule == "PAY-02" or not entry.withdrawn):
                found.append(Fault(one.row, column, rule, Severity.ERROR, f"没有{column}", f"补齐{column}"))
    return found


class Year:
    """Months settled one after the other, each over the rows as they are then."""

    def __init__(self, terms: Terms | None = None) -> None:
        self.terms = terms or Terms()
        self.closed: tuple[Closed, ...] = ()

    def draft(self, month: str, now: str | Sequence[Row]) -> Settlement:
        every = rows(now) if isinstance(now, str) else tuple(now)
        first = min([one.month for one in self.closed], default=min(month, FIRST))
        return settle(every, wrong(every, fourth(month)), self.closed, month, first=first, terms=self.terms)

    def close(self, month: str, now: str | Sequence[Row]) -> Settlement:
        found = self.draft(month, now)
        self.closed = (*self.closed, Closed(found, fourth(month), "", b"", ""))
        return found

    def paid(self) -> Counter[tuple[str, str]]:
        """Person and type → what all closed months together report, in fen."""
        return total(line for one in self.closed for line in one.settlement.lines)


def total(lines: Iterable[Line]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for line in lines:
        found[line.entry.person, line.entry.kind] += line.fen
    return Counter({key: fen for key, fen in found.items() if fen})


def said(lines: Iterable[Line]) -> list[str]:
    """Each line as ``补报 张伟 处罚 200``."""
    return [f"{line.sort} {line.entry.person} {line.entry.kind} {line.fen / 100:g}" for line in lines]


def reasons(held: Iterable[Held]) -> list[str]:
    """Each line held back as ``张伟 PAY-02``."""
    return [f"{one.entry.person} {'、'.join(one.rules)}" for one in held]


def notes(lines: Iterable[Line]) -> str:
    return plain("\n".join(line.note for line in lines))
