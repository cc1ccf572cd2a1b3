"""The outbox in the journal: each mail's bytes and state, queued → sending → sent | retry | uncertain | failed.

An alert that grew old before any server saw it ends as ``superseded``: what it told is told afresh.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from automation import withdrawals
from automation.channels import Queued
from automation.database import shrink, told_in_chinese, transaction
from automation.mail import Message

_SEEN = (
    "key, kind, recipients, pending, refused, subject, message_id, queued_at, state, due_at, changed_at, tries,"
    " outages, note, since, doubted, size, sha256, pruned_at, channel, readdressed"  # not the bytes, which may be megabytes each
)
_DAY = dt.timedelta(days=1)


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
    """``queued``, ``sending``, ``retry``, ``uncertain``, ``sent``, ``failed`` or ``superseded``."""
    due_at: dt.datetime | None
    changed_at: dt.datetime
    tries: int
    outages: int
    note: str
    since: dt.datetime
    """From when its age counts: when it was queued, or a person last asked for it."""
    doubted: int
    """Tries since then after which nobody knew whether it had arrived."""
    size: int | None
    sha256: str
    """Of the bytes; they and ``size`` stay when the bytes are pruned. Empty for what was queued by an older kesu."""
    pruned_at: dt.datetime | None
    channel: str
    """``mail``, or the name of a group robot."""
    readdressed: tuple[tuple[dt.datetime, str, str], ...] = ()
    """When a person had it go to another address: ``(when, old, new)``."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """Recipients that have not got it, those that were refused included."""
        return tuple(one for one in self.recipients if one in self.pending or one in self.refused)


@dataclass(frozen=True, slots=True)
class Pause:
    """A login that was refused: ``account`` (see ``channels.Terms``) is left alone ``until`` then."""

    account: str
    until: dt.datetime
    failures: int
    why: str


class Letters:
    """The part of the journal that holds the mail."""

    _db: sqlite3.Connection

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with told_in_chinese():
            return self._db.execute(sql, values).fetchall()

    def entries(self, state: str | None = None) -> tuple[Entry, ...]:
        """Every message, or those in one state, oldest first."""
        rows = self._rows(f"SELECT {_SEEN} FROM outbox WHERE ?1 IS NULL OR state = ?1 ORDER BY id", state)
        return tuple(map(_entry, rows))

    def due(self, now: dt.datetime) -> tuple[Entry, ...]:
        """What should be tried now: new ones, and those whose time to try again has come.

        Money first, then reports, then alerts, the oldest first. Money whose fate is unknown is not among them until
        :meth:`release`.
        """
        rows = self._rows(
            f"SELECT {_SEEN} FROM outbox WHERE state = 'queued' OR (due_at IS NOT NULL"
            " AND (due_at <= ?1 OR changed_at > ?1)"  # the clock was set back
            " AND (state = 'retry' OR (state = 'uncertain' AND kind <> 'money')))"
            " ORDER BY CASE kind WHEN 'money' THEN 0 WHEN 'alert' THEN 2 ELSE 1 END, id",
            now.isoformat(),
        )
        return tuple(map(_entry, rows))

    def load(self, key: str) -> Queued:
        """One message as a channel carries it, to whoever still lacks it."""
        (row,) = self._rows("SELECT * FROM outbox WHERE key = ?", key)
        return Queued(
            key=row["key"],
            kind=row["kind"],
            recipients=tuple(json.loads(row["pending"])),
            subject=row["subject"],
            raw=bytes(row["raw"]),
            message_id=row["message_id"],
            queued_at=_time(row["queued_at"]),
            channel=row["channel"],
        )

    def raw(self, key: str) -> bytes | None:
        """The bytes of one message, empty when they were pruned, or ``None`` for an unknown key."""
        rows = self._rows("SELECT raw FROM outbox WHERE key = ?", key)
        return bytes(rows[0]["raw"]) if rows else None

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
        doubted: int = 0,
        handed: int = 0,
    ) -> None:
        """How a started try ended. ``tries``, ``outages`` and ``doubted`` are added, ``refused`` joins what was refused
        before; ``handed``: how many recipients a server may have taken it for.
        """
        with transaction(self._db) as db:
            known = db.execute("SELECT refused FROM outbox WHERE key = ?", (key,)).fetchone()
            both = {**json.loads(known["refused"]), **(refused or {})}
            db.execute(
                "UPDATE outbox SET state = ?, changed_at = ?, note = ?, due_at = ?, pending = ?, refused = ?,"
                " tries = tries + ?, outages = outages + ?, doubted = doubted + ? WHERE key = ? AND state = 'sending'",
                (
                    state,
                    now.isoformat(),
                    note,
                    due_at.isoformat() if due_at else None,
                    _list(pending),
                    json.dumps(both, ensure_ascii=False),
                    tries,
                    outages,
                    doubted,
                    key,
                ),
            )
            if handed:
                db.execute("DELETE FROM handed WHERE at < ?", ((now - 2 * _DAY).isoformat(),))
                db.execute("INSERT INTO handed (at, count) VALUES (?, ?)", (now.isoformat(), handed))

    def put_off(self, put: Iterable[tuple[str, str, dt.datetime | None, str]], now: dt.datetime) -> None:
        """What the channel was not even asked for: ``(key, state, when to try again, why)`` each."""
        with transaction(self._db) as db:
            db.executemany(
                "UPDATE outbox SET state = ?, due_at = ?, note = ?, changed_at = ?, outages = outages + 1"
                " WHERE key = ? AND state IN ('queued', 'retry', 'uncertain')",
                [(state, due and due.isoformat(), note, now.isoformat(), key) for key, state, due, note in put],
            )

    def handed(self, since: dt.datetime, until: dt.datetime) -> int:
        """To how many recipients mail was handed over after ``since``."""
        rows = self._rows(
            "SELECT coalesce(sum(count), 0) FROM handed WHERE at > ? AND at <= ?", since.isoformat(), until.isoformat()
        )
        return int(rows[0][0])

    def retry(self, key: str, now: dt.datetime, renamed: Mapping[str, str] | None = None) -> bool:
        """A person wants it tried again now: queued for whoever lacks it, those included that were refused.

        ``renamed``: address → the one that takes its place on the envelope, on record; the bytes stay. ``False`` when
        nobody is known to lack it, the bytes are gone, or it is not known whether it arrived.
        """
        renamed = renamed or {}
        with transaction(self._db) as db:
            row = db.execute(
                "SELECT recipients, pending, refused, readdressed FROM outbox WHERE key = ? AND pruned_at IS NULL"
                " AND (state IN ('retry', 'failed') OR (state = 'sent' AND refused <> '{}'))",
                (key,),
            ).fetchone()
            if row is None:
                return False
            lacking = {*json.loads(row["pending"]), *json.loads(row["refused"])}
            everybody = json.loads(row["recipients"])
            at = now.isoformat()
            record = [*json.loads(row["readdressed"]), *([at, old, new] for old, new in renamed.items())]
            db.execute(
                "UPDATE outbox SET state = 'queued', changed_at = ?1, since = ?1, due_at = NULL, tries = 0,"
                " outages = 0, refused = '{}', pending = ?2, recipients = ?3, readdressed = ?4 WHERE key = ?5",
                (
                    at,
                    _list([renamed.get(one, one) for one in everybody if one in lacking]),
                    _list([renamed.get(one, one) for one in everybody]),
                    json.dumps(record, ensure_ascii=False),
                    key,
                ),
            )
            db.execute("DELETE FROM pause")
            return True

    def release(self, key: str, now: dt.datetime) -> bool:
        """A person has looked: what is ``uncertain`` may go again, though it might arrive twice."""
        with transaction(self._db) as db:
            return (
                db.execute(
                    "UPDATE outbox SET state = 'queued', changed_at = ?1, since = ?1, due_at = NULL, doubted = 0"
                    " WHERE key = ?2 AND state = 'uncertain'",
                    (now.isoformat(), key),
                ).rowcount
                == 1
            )

    def supersede(self, before: dt.datetime, now: dt.datetime) -> tuple[str, ...]:
        """See :func:`automation.withdrawals.supersede`."""
        return withdrawals.supersede(self._db, before, now)

    def withdraw(self, standing: Set[str], now: dt.datetime) -> tuple[str, ...]:
        """See :func:`automation.withdrawals.withdraw`."""
        with told_in_chinese():
            return withdrawals.withdraw(self._db, standing, now)

    def misaddressed(self, addresses: Collection[str], now: dt.datetime) -> tuple[str, ...]:
        """See :func:`automation.withdrawals.misaddressed`."""
        with told_in_chinese():
            return withdrawals.misaddressed(self._db, addresses, now)

    def prune(self, before: dt.datetime, now: dt.datetime) -> int:
        """Remove the bytes of what was sent, or gave way, before then; who, when, what and its hash stay."""
        sql = "FROM outbox WHERE state IN ('sent', 'superseded') AND pruned_at IS NULL AND changed_at < ?"
        if not self._rows(f"SELECT 1 {sql} LIMIT 1", before.isoformat()):
            return 0
        with transaction(self._db) as db:
            ids = [row[0] for row in db.execute(f"SELECT id {sql}", (before.isoformat(),))]
            for one in ids:
                (raw,) = db.execute("SELECT raw FROM outbox WHERE id = ?", (one,)).fetchone()
                db.execute(
                    "UPDATE outbox SET raw = x'', size = ?, sha256 = ?, pruned_at = ? WHERE id = ?",
                    (len(raw), hashlib.sha256(raw).hexdigest(), now.isoformat(), one),
                )
            db.execute(
                "DELETE FROM carried WHERE outbox IN (SELECT key FROM outbox WHERE pruned_at = ?)", (now.isoformat(),)
            )
        shrink(self._db)
        return len(ids)

    def pause(self) -> Pause | None:
        """The login that was refused last, until one succeeds."""
        rows = self._rows("SELECT account, until, failures, why FROM pause")
        return Pause(rows[0][0], _time(rows[0][1]), rows[0][2], rows[0][3]) if rows else None

    def keep_pause(self, pause: Pause | None) -> None:
        """The next passes leave that account alone; ``None``: it works again."""
        with transaction(self._db) as db:
            db.execute("DELETE FROM pause")
            if pause:
                db.execute(
                    "INSERT INTO pause (id, account, until, failures, why) VALUES (1, ?, ?, ?, ?)",
                    (pause.account, pause.until.isoformat(), pause.failures, pause.why),
                )


def enqueue(
    db: sqlite3.Connection, messages: Sequence[Message], carried: Mapping[str, Sequence[str]], now: dt.datetime
) -> None:
    """New messages into the outbox, with the keys of the alerts each tells; one whose key is known stays as it is."""
    at = now.isoformat()
    for m in messages:
        new = db.execute(
            "INSERT OR IGNORE INTO outbox (key, kind, recipients, pending, subject, message_id, raw, queued_at, since,"
            " state, changed_at, size, sha256, channel)"
            " VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?7, 'queued', ?7, ?8, ?9, ?10)",
            (
                *(m.key, m.kind, _list(m.recipients), m.subject, m.message_id, m.raw),
                *(at, len(m.raw), hashlib.sha256(m.raw).hexdigest(), m.channel),
            ),
        ).rowcount
        if new:
            db.executemany(
                "INSERT OR IGNORE INTO carried (outbox, told) VALUES (?, ?)",
                [(m.key, told) for told in carried.get(m.key, ())],
            )


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        key=row["key"],
        kind=row["kind"],
        recipients=tuple(json.loads(row["recipients"])),
        pending=tuple(json.loads(row["pending"])),
        refused=refusals(row["refused"]),
        subject=row["subject"],
        message_id=row["message_id"],
        queued_at=_time(row["queued_at"]),
        state=row["state"],
        due_at=_time(row["due_at"]) if row["due_at"] else None,
        changed_at=_time(row["changed_at"]),
        tries=row["tries"],
        outages=row["outages"],
        note=row["note"],
        since=_time(row["since"] or row["queued_at"]),
        doubted=row["doubted"],
        size=row["size"],
        sha256=row["sha256"],
        pruned_at=_time(row["pruned_at"]) if row["pruned_at"] else None,
        channel=row["channel"],
        readdressed=tuple((_time(at), old, new) for at, old, new in json.loads(row["readdressed"])),
    )


def refusals(held: str) -> dict[str, str]:
    """Address → the server's words, as the column has them; an older kesu wrote the address before the words again."""
    return {address: words.removeprefix(f"{address}:") for address, words in json.loads(held).items()}


def _list(values: Sequence[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
