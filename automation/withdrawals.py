"""Alerts that leave the outbox unsent: what they told counts as not told, and the next pass says how things stand."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Collection, Set

from automation.database import transaction

_OUTDATED = "一直没能发出，内容已经过时；还没有处理的，已在新的邮件里重新提醒"
_SETTLED = "发出之前已经处理好了，不再发"
_READDRESSED = "邮箱已在“人员”表里改正；还没有处理的，已在新的邮件里重新提醒"


def supersede(db: sqlite3.Connection, before: dt.datetime, now: dt.datetime) -> tuple[str, ...]:
    """Alerts queued before then that no server has seen give way: what they told counts as not told.

    One of them stays when something it tells has reached, or may yet reach, anybody by another mail. Returns the
    subjects. The row stays as evidence, under a key of its own: the mail that takes its place may have the same.
    What a group robot could not say by then is simply left unsaid: mail tells it.
    """
    with transaction(db):
        db.execute(
            "UPDATE outbox SET state = 'superseded', changed_at = ?1, due_at = NULL,"
            " note = '群里一直没能发出，内容已经过时，不再发；邮件照常：' || note"
            " WHERE channel <> 'mail' AND state IN ('queued', 'retry') AND coalesce(since, queued_at) < ?2",
            (now.isoformat(), before.isoformat()),
        )
        old = db.execute(
            "SELECT key, subject FROM outbox WHERE kind = 'alert' AND state IN ('queued', 'retry') AND tries = 0"
            " AND doubted = 0 AND coalesce(since, queued_at) < ? AND key IN (SELECT outbox FROM carried) ORDER BY id",
            (before.isoformat(),),
        ).fetchall()
        going = {row["key"] for row in old}
        while stays := {key for key in going if _told_elsewhere(db, key, going)}:
            going -= stays
        for key in going:
            db.execute("DELETE FROM told WHERE key IN (SELECT told FROM carried WHERE outbox = ?)", (key,))
        for key in going:
            _give_way(db, key, _OUTDATED, now)
    return tuple(row["subject"] for row in old if row["key"] in going)


def withdraw(db: sqlite3.Connection, standing: Set[str], now: dt.datetime) -> tuple[str, ...]:
    """Alerts that no server has seen and of which nothing holds any more (``standing``: keys of what does) are left
    out, and count as not told. One that tells of anything that holds goes as it is. Returns the subjects.
    """
    waiting = db.execute(
        "SELECT key, subject FROM outbox WHERE kind = 'alert' AND state IN ('queued', 'retry') AND tries = 0"
        " AND doubted = 0 AND key IN (SELECT outbox FROM carried) ORDER BY id"
    ).fetchall()
    gone: list[str] = []
    for row in waiting:
        told = {one[0] for one in db.execute("SELECT told FROM carried WHERE outbox = ?", (row["key"],))}
        if not told & standing:
            gone.append(row["subject"])
            with transaction(db):
                _untell(db, row["key"], _SETTLED, now)
    return tuple(gone)


def misaddressed(db: sqlite3.Connection, addresses: Collection[str], now: dt.datetime) -> tuple[str, ...]:
    """Alerts that nobody took, to addresses that stand in 人员 no longer (``addresses``, lower case): put right there.

    What they told counts as not told, except what another mail tells too. One that a person has readdressed stays, as
    does one that may have arrived. Returns the subjects.
    """
    lost = db.execute(
        "SELECT key, subject, recipients FROM outbox WHERE state IN ('failed', 'retry') AND kind = 'alert'"
        " AND doubted = 0 AND readdressed = '[]' AND key IN (SELECT outbox FROM carried) ORDER BY id"
    ).fetchall()
    gone: list[str] = []
    for row in lost:
        if not {address.lower() for address in json.loads(row["recipients"])} & set(addresses):
            gone.append(row["subject"])
            with transaction(db):
                _untell(db, row["key"], _READDRESSED, now)
    return tuple(gone)


def _untell(db: sqlite3.Connection, key: str, note: str, now: dt.datetime) -> None:
    """Gives way, and what no other mail tells counts as not told."""
    told = db.execute("SELECT told FROM carried WHERE outbox = ?", (key,)).fetchall()
    _give_way(db, key, note, now)
    db.executemany("DELETE FROM told WHERE key = ? AND key NOT IN (SELECT told FROM carried)", map(tuple, told))


def _give_way(db: sqlite3.Connection, key: str, note: str, now: dt.datetime) -> None:
    db.execute("DELETE FROM carried WHERE outbox = ?", (key,))
    db.execute(
        "UPDATE outbox SET state = 'superseded', changed_at = ?1, due_at = NULL, key = key || '|' || ?1, note = ?2"
        " WHERE key = ?3",
        (now.isoformat(), note, key),
    )


def _told_elsewhere(db: sqlite3.Connection, key: str, going: set[str]) -> bool:
    others = db.execute(
        "SELECT DISTINCT other.outbox FROM carried AS mine JOIN carried AS other USING (told) WHERE mine.outbox = ?",
        (key,),
    )
    return any(row[0] not in going for row in others)
