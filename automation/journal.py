"""The journal: what was numbered, told, sent and done, so that the next pass neither repeats nor forgets it."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from automation import agenda
from automation.channels import Queued
from automation.database import JournalUnusable as JournalUnusable
from automation.database import connect, look, told_in_chinese, transaction
from automation.mail import Message
from automation.past import Change, Fault, History, Issued, Past, Seen
from workbook.errors import KesuError

if TYPE_CHECKING:
    from automation.timetable import Omission

_SEEN = (
    "key, kind, recipients, pending, refused, subject, message_id, queued_at, state, due_at, changed_at, tries,"
    " outages, note"  # not the bytes, which may be megabytes each
)


class NumberTaken(KesuError):
    """A 编号 was meanwhile given to another row; nothing of the transaction stands, plan the pass again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message in the outbox, for people: everything but its bytes."""

    key: str
    kind: str
    recipients: tuple[str, ...]
    pending: tuple[str, ...]
    """Recipients that still lack it."""
    refused: Mapping[str, str]
    """Address → the server's words, for those that will never take it."""
    subject: str
    message_id: str
    queued_at: dt.datetime
    state: str
    """``queued``, ``sending``, ``retry``, ``uncertain``, ``sent`` or ``failed``."""
    due_at: dt.datetime | None
    changed_at: dt.datetime
    tries: int
    outages: int
    note: str


@dataclass(frozen=True, slots=True)
class LastPass:
    """The latest pass on record; ``edits`` and ``findings`` are counts, ``outcome`` a Chinese phrase."""

    at: dt.datetime
    sha: str
    edits: int
    findings: int
    outcome: str


class Journal:
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

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with told_in_chinese():
            return self._db.execute(sql, values).fetchall()

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
            told=frozenset(told_at),
            told_at=told_at,
            first_seen={row["key"]: _time(row["first_seen"]) for row in self._rows("SELECT * FROM findings")},
            began=next((_time(row["at"]) for row in self._rows("SELECT at FROM passes ORDER BY id LIMIT 1")), None),
            history=self._history(),
            **agenda.read(self._db),
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
        told: Sequence[str] = (),
        occurrences: Sequence[tuple[str, str]] = (),
        omitted: Sequence[Omission] = (),
        findings: Mapping[str, dt.datetime] | None = None,
        changes: Sequence[Change] = (),
        seen: Mapping[str, Seen] | None = None,
    ) -> None:
        """One pass's decisions, all or none.

        A message whose key is known is left as it was first queued. ``findings`` (key → first seen) replaces what stood
        before; ``None`` leaves it. ``changes`` join the history, ``seen`` replaces what these tickets looked like. Raises
        :class:`NumberTaken` when a number belongs to another row.
        """
        at = now.isoformat()
        with transaction(self._db) as db:
            db.execute("DELETE FROM rest")
            for one in issued:
                _reserve(db, one)
            db.executemany(
                "INSERT OR IGNORE INTO outbox (key, kind, recipients, pending, subject, message_id, raw, queued_at,"
                " state, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)",
                [
                    (m.key, m.kind, _list(m.recipients), _list(m.recipients), m.subject, m.message_id, m.raw, at, at)
                    for m in messages
                ],
            )
            db.executemany("INSERT OR IGNORE INTO told (key, at) VALUES (?, ?)", [(key, at) for key in told])
            agenda.account(db, now, occurrences, omitted)
            if findings is not None:
                db.execute("DELETE FROM findings")
                db.executemany(
                    "INSERT INTO findings (key, first_seen) VALUES (?, ?)",
                    [(key, first.isoformat()) for key, first in findings.items()],
                )
            _record(db, changes, seen or {}, at)

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

    # The outbox: queued → sending → sent | retry | uncertain | failed

    def entries(self, state: str | None = None) -> tuple[Entry, ...]:
        """Every message, or those in one state, oldest first."""
        return tuple(
            Entry(
                key=row["key"],
                kind=row["kind"],
                recipients=tuple(json.loads(row["recipients"])),
                pending=tuple(json.loads(row["pending"])),
                refused=json.loads(row["refused"]),
                subject=row["subject"],
                message_id=row["message_id"],
                queued_at=_time(row["queued_at"]),
                state=row["state"],
                due_at=_time(row["due_at"]) if row["due_at"] else None,
                changed_at=_time(row["changed_at"]),
                tries=row["tries"],
                outages=row["outages"],
                note=row["note"],
            )
            for row in self._rows(f"SELECT {_SEEN} FROM outbox WHERE ? IS NULL OR state = ? ORDER BY id", state, state)
        )

    def raw(self, key: str) -> bytes | None:
        """The bytes of one message, or ``None`` for an unknown key."""
        rows = self._rows("SELECT raw FROM outbox WHERE key = ?", key)
        return bytes(rows[0]["raw"]) if rows else None

    def due(self, now: dt.datetime) -> tuple[Queued, ...]:
        """What should be tried now, oldest first: new ones, and those whose time to try again has come.

        Money whose fate is unknown is not among them until :meth:`release`.
        """
        rows = self._rows(
            "SELECT * FROM outbox WHERE state = 'queued' OR ((due_at <= ?1 OR changed_at > ?1)"  # the clock was set back
            " AND (state = 'retry' OR (state = 'uncertain' AND kind <> 'money'))) ORDER BY id",
            now.isoformat(),
        )
        return tuple(
            Queued(
                key=row["key"],
                kind=row["kind"],
                recipients=tuple(json.loads(row["pending"])),
                subject=row["subject"],
                raw=bytes(row["raw"]),
                message_id=row["message_id"],
                queued_at=_time(row["queued_at"]),
                tries=row["tries"],
                outages=row["outages"],
            )
            for row in rows
        )

    def start(self, key: str, now: dt.datetime) -> bool:
        """Mark as being sent, before the socket is touched; ``False`` when another process was first."""
        with transaction(self._db) as db:
            return (
                db.execute(
                    "UPDATE outbox SET state = 'sending', changed_at = ?"
                    " WHERE key = ? AND state IN ('queued', 'retry', 'uncertain')",
                    (now.isoformat(), key),
                ).rowcount
                == 1
            )

    def settle(
        self,
        key: str,
        state: str,
        now: dt.datetime,
        *,
        note: str = "",
        due_at: dt.datetime | None = None,
        pending: Sequence[str] = (),
        refused: Mapping[str, str] | None = None,
        tries: int = 0,
        outages: int = 0,
    ) -> None:
        """How a started try ended; ``tries`` and ``outages`` are added, ``refused`` joins what was refused before."""
        with transaction(self._db) as db:
            known = db.execute("SELECT refused FROM outbox WHERE key = ?", (key,)).fetchone()
            both = {**json.loads(known["refused"]), **(refused or {})}
            db.execute(
                "UPDATE outbox SET state = ?, changed_at = ?, note = ?, due_at = ?, pending = ?, refused = ?,"
                " tries = tries + ?, outages = outages + ? WHERE key = ? AND state = 'sending'",
                (
                    state,
                    now.isoformat(),
                    note,
                    due_at.isoformat() if due_at else None,
                    _list(pending),
                    json.dumps(both, ensure_ascii=False),
                    tries,
                    outages,
                    key,
                ),
            )

    def retry(self, key: str, now: dt.datetime) -> bool:
        """A person wants it tried again now: waiting or failed → queued, to whoever lacks it, refused ones included."""
        with transaction(self._db) as db:
            row = db.execute("SELECT * FROM outbox WHERE key = ? AND state IN ('retry', 'failed')", (key,)).fetchone()
            if row is None:
                return False
            lacking = {*json.loads(row["pending"]), *json.loads(row["refused"])}
            db.execute(
                "UPDATE outbox SET state = 'queued', changed_at = ?, due_at = NULL, tries = 0, outages = 0,"
                " refused = '{}', pending = ? WHERE key = ?",
                (now.isoformat(), _list([one for one in json.loads(row["recipients"]) if one in lacking]), key),
            )
            return True

    def release(self, key: str, now: dt.datetime) -> bool:
        """A person has looked: what is ``uncertain`` may go again, though it might arrive twice."""
        with transaction(self._db) as db:
            return (
                db.execute(
                    "UPDATE outbox SET state = 'queued', changed_at = ?, due_at = NULL WHERE key = ?"
                    " AND state = 'uncertain'",
                    (now.isoformat(), key),
                ).rowcount
                == 1
            )


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


def _list(values: Sequence[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
