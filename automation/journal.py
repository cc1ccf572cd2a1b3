"""The journal: what was numbered, told, sent and done, so that the next pass neither repeats nor forgets it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from automation import agenda, latebook, settlements
from automation.database import JournalUnusable as JournalUnusable
from automation.database import connect, look, told_in_chinese, transaction
from automation.letters import Entry as Entry
from automation.letters import Letters, enqueue
from automation.mail import Message
from automation.past import Change, Fault, History, Issued, Past, RuleChange, Seen
from workbook.errors import KesuError

if TYPE_CHECKING:
    from automation.lates import Compared
    from automation.payroll.settlement import Closed
    from automation.timetable import Omission


_RULE_CHANGE = "rule, stage, since, field, old, new, to_late, to_on_time, other, at, before"


class NumberTaken(KesuError):
    """A 编号 was meanwhile given to another row; nothing of the transaction stands, plan the pass again."""


@dataclass(frozen=True, slots=True)
class LastPass:
    """The latest pass on record; ``edits`` and ``findings`` are counts, ``outcome`` a Chinese phrase."""

    at: dt.datetime
    sha: str
    edits: int
    findings: int
    outcome: str


class Journal(Letters):
    """The open journal. Use :meth:`open` or :meth:`peek`, as a context manager."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """The journal at ``path``, made or brought up to date if need be. Raises :class:`JournalUnusable`."""
        return cls(connect(path))

    @classmethod
    def peek(cls, path: Path) -> Self:
        """The journal to look at: the file is never written nor made; a missing one is empty."""
        return cls(look(path))

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _tuples(self, sql: str) -> list[tuple[Any, ...]]:
        """Many rows, for a third of what named columns cost."""
        with told_in_chinese():
            cursor = self._db.cursor()
            cursor.row_factory = None
            return cursor.execute(sql).fetchall()

    # What was done

    def past(self) -> Past:
        """Everything a new plan rests on."""
        times = cache(_time)  # a pass tells many things at once
        told_at = {key: times(at) for key, at in self._tuples("SELECT key, at FROM told")}
        return Past(
            issued=tuple(
                Issued(
                    row["number"],
                    row["fingerprint"],
                    _time(row["received"]),
                    row["row"],
                    _time(row["at"]),
                    bool(row["written"]),
                )
                for row in self._rows("SELECT * FROM issued ORDER BY rowid")
            ),
            told_at=told_at,
            first_seen={row["key"]: _time(row["first_seen"]) for row in self._rows("SELECT * FROM findings")},
            began=next((_time(row["at"]) for row in self._rows("SELECT at FROM passes ORDER BY id LIMIT 1")), None),
            history=self._history(),
            rules=next((text for (text,) in self._tuples("SELECT kept FROM rules")), ""),
            rule_changes=tuple(
                RuleChange(*row[:-2], *(times(at) if at else None for at in row[-2:]))
                for row in self._tuples(f"SELECT {_RULE_CHANGE} FROM rule_changes ORDER BY id")
            ),
            closed=settlements.read(self._db),
            **agenda.read(self._db),
            **latebook.read(self._db),
        )

    def _history(self) -> History:
        times = cache(_time)  # a pass sees many things at once
        seen: dict[str, Seen] = {}
        since: dict[str, dt.datetime] = {}
        for ticket, at, mark, identity, held in self._tuples("SELECT ticket, since, mark, identity, held FROM seen"):
            seen[ticket], since[ticket] = Seen(mark, identity, held), times(at)
        changes = self._tuples("SELECT ticket, field, old, new, at, before FROM changes ORDER BY id")
        last = self._rows("SELECT at FROM passes ORDER BY id DESC LIMIT 1")
        return History(
            seen,
            since,
            tuple(
                Change(ticket, name, old, new, times(at), times(before) if before else None)
                for ticket, name, old, new, at, before in changes
            ),
            _time(last[0]["at"]) if last else None,
        )

    def commit(
        self,
        *,
        now: dt.datetime,
        issued: Sequence[Issued] = (),
        messages: Sequence[Message] = (),
        carried: Mapping[str, Sequence[str]] | None = None,
        told: Sequence[str] = (),
        occurrences: Sequence[tuple[str, str]] = (),
        omitted: Sequence[Omission] = (),
        findings: Mapping[str, dt.datetime] | None = None,
        changes: Sequence[Change] = (),
        seen: Mapping[str, Seen] | None = None,
        rules: str = "",
        rule_changes: Sequence[RuleChange] = (),
        lates: Compared | None = None,
        closed: Sequence[Closed] = (),
        before: int = 0,
    ) -> None:
        """One pass's decisions, all or none.

        A message whose key is known is left as it was first queued; ``carried``: its key → the keys of ``told`` that it
        tells. ``findings`` (key → first seen) replaces what stood before; ``None`` leaves it. ``changes`` join the
        history, ``seen`` replaces what these tickets looked like; ``rules`` replaces the rules kept, unless it is empty, and
        ``rule_changes`` join those known. ``lates``: what is late, and what is so no more. ``closed``: months of rewards
        and penalties reported now, after ``before`` others. Raises :class:`NumberTaken` when a number belongs to another row and
        :class:`~automation.settlements.MonthClosed`.
        """
        at = now.isoformat()
        with transaction(self._db) as db:
            db.execute("DELETE FROM rest")
            for one in issued:
                _reserve(db, one)
            enqueue(db, messages, carried or {}, now)
            db.executemany("INSERT OR IGNORE INTO told (key, at) VALUES (?, ?)", [(key, at) for key in told])
            agenda.account(db, now, occurrences, omitted)
            for number, one_month in enumerate(closed, before):
                settlements.close(db, one_month, number)
            if findings is not None:
                db.execute("DELETE FROM findings")
                db.executemany(
                    "INSERT INTO findings (key, first_seen) VALUES (?, ?)",
                    [(key, first.isoformat()) for key, first in findings.items()],
                )
            _record(db, changes, seen or {}, at)
            _enact(db, rules, rule_changes)
            if lates is not None:
                latebook.keep(db, lates)

    def mark_written(self, numbers: Sequence[str]) -> None:
        """These numbers now stand in the workbook."""
        with transaction(self._db) as db:
            db.executemany("UPDATE issued SET written = 1 WHERE number = ?", [(number,) for number in numbers])

    def record_pass(self, now: dt.datetime, sha: str, *, edits: int, findings: int, outcome: str) -> None:
        """That a pass happened, and how it ended."""
        with transaction(self._db) as db:
            db.execute(
                "INSERT INTO passes (at, sha, edits, findings, outcome) VALUES (?, ?, ?, ?, ?)",
                (now.isoformat(), sha, int(edits), int(findings), outcome),
            )

    def keep_fault(self, fault: Fault) -> None:
        """That no pass was possible."""
        with transaction(self._db) as db:
            agenda.keep_fault(db, fault)

    def rest(self, now: dt.datetime, until: dt.datetime, *, size: int, changed: int, sha: str, settings: str) -> None:
        """That the pass at ``now`` had nothing to do, nor has another one over the same file before ``until``.

        The file by its size, time of change and hash; ``settings`` is their fingerprint. The next :meth:`commit` ends it.
        """
        with transaction(self._db) as db:
            db.execute(
                "INSERT OR REPLACE INTO rest (id, at, until, size, changed, sha, settings) VALUES (1, ?, ?, ?, ?, ?, ?)",
                (now.isoformat(), until.isoformat(), size, changed, sha, settings),
            )

    def last_pass(self) -> LastPass | None:
        """The latest recorded pass, or ``None`` before the first."""
        rows = self._rows("SELECT * FROM passes ORDER BY id DESC LIMIT 1")
        if not rows:
            return None
        row = rows[0]
        return LastPass(_time(row["at"]), row["sha"], row["edits"], row["findings"], row["outcome"])


def _reserve(db: sqlite3.Connection, one: Issued) -> None:
    held = db.execute("SELECT fingerprint FROM issued WHERE number = ?", (one.number,)).fetchone()
    if held and held["fingerprint"] != one.fingerprint:
        raise NumberTaken(f"编号 {one.number} 刚刚给了另一条反馈，本轮重新计算")
    # int(): a row number out of a DataFrame is numpy's, which sqlite3 would store as bytes.
    db.execute(
        "INSERT INTO issued (number, fingerprint, received, row, at, written) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (number) DO UPDATE SET row = excluded.row",
        (one.number, one.fingerprint, one.received.isoformat(), int(one.row), one.at.isoformat(), int(one.written)),
    )


def _record(db: sqlite3.Connection, changes: Sequence[Change], seen: Mapping[str, Seen], at: str) -> None:
    """The history grows. What another pass has recorded meanwhile, having seen the same file, is not recorded again."""
    db.executemany(
        "INSERT INTO changes (ticket, field, old, new, at, before) SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?4 IS NOT"
        " (SELECT new FROM changes WHERE ticket = ?1 AND field = ?2 ORDER BY id DESC LIMIT 1)",
        [
            (one.ticket, one.field, one.old, one.new, one.at.isoformat(), one.before and one.before.isoformat())
            for one in changes
        ],
    )
    db.executemany(
        "INSERT INTO seen (ticket, since, mark, identity, held) VALUES (?, ?, ?, ?, ?) ON CONFLICT (ticket) DO UPDATE"
        " SET mark = excluded.mark, identity = excluded.identity, held = excluded.held",
        [(ticket, at, one.mark, one.identity, one.held) for ticket, one in seen.items()],
    )


def _enact(db: sqlite3.Connection, rules: str, changes: Sequence[RuleChange]) -> None:
    if rules:
        db.execute("INSERT OR REPLACE INTO rules (id, kept) VALUES (1, ?)", (rules,))
    db.executemany(
        f"INSERT INTO rule_changes ({_RULE_CHANGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(one.rule, one.stage, one.since, one.column, one.old, one.new),
                *(one.to_late, one.to_on_time, one.other),
                *(one.at.isoformat(), one.before and one.before.isoformat()),
            )
            for one in changes
        ],
    )


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
