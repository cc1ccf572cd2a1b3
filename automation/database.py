"""The SQLite file under the journal: its tables, versions, and how it is opened on the disks dealerships have.

Default rollback journal, because WAL does not work on network shares (sqlite.org/wal.html); every change is one
``BEGIN IMMEDIATE`` transaction, so two passes never interleave.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from workbook import oserrors
from workbook.errors import KesuError

_WAIT = 10.0  # seconds for another pass to finish its transaction

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE issued (number TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, received TEXT NOT NULL,"
        " row INTEGER NOT NULL, at TEXT NOT NULL, written INTEGER NOT NULL DEFAULT 0)",
        "CREATE TABLE told (key TEXT PRIMARY KEY, at TEXT NOT NULL)",
        "CREATE TABLE occurrences (job TEXT NOT NULL, period TEXT NOT NULL, at TEXT NOT NULL,"
        " PRIMARY KEY (job, period))",
        "CREATE TABLE findings (key TEXT PRIMARY KEY, first_seen TEXT NOT NULL)",
        "CREATE TABLE passes (id INTEGER PRIMARY KEY, at TEXT NOT NULL, sha TEXT NOT NULL, edits INTEGER NOT NULL,"
        " findings INTEGER NOT NULL, outcome TEXT NOT NULL)",
        "CREATE TABLE outbox (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
        " recipients TEXT NOT NULL, subject TEXT NOT NULL, message_id TEXT NOT NULL, raw BLOB NOT NULL,"
        " queued_at TEXT NOT NULL, state TEXT NOT NULL, pending TEXT NOT NULL, due_at TEXT, changed_at TEXT NOT NULL,"
        " tries INTEGER NOT NULL DEFAULT 0, outages INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '',"
        " refused TEXT NOT NULL DEFAULT '{}')",
        "CREATE INDEX outbox_by_state ON outbox (state, due_at)",
    ),
    (
        "CREATE TABLE rest (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL, until TEXT NOT NULL,"
        " size INTEGER NOT NULL, changed INTEGER NOT NULL, sha TEXT NOT NULL, settings TEXT NOT NULL)",
    ),
    (
        "CREATE TABLE seen (ticket TEXT PRIMARY KEY, since TEXT NOT NULL, mark INTEGER NOT NULL,"
        " identity TEXT NOT NULL, held TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE changes (id INTEGER PRIMARY KEY, ticket TEXT NOT NULL, field TEXT NOT NULL, old TEXT NOT NULL,"
        " new TEXT NOT NULL, at TEXT NOT NULL, before TEXT)",
        "CREATE INDEX changes_by_ticket ON changes (ticket, field)",
    ),
    (
        "CREATE TABLE lease (id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT NOT NULL, computer TEXT NOT NULL,"
        " name TEXT NOT NULL, process INTEGER NOT NULL, since TEXT NOT NULL, renewed TEXT NOT NULL,"
        " until TEXT NOT NULL, beat INTEGER NOT NULL)",
        "CREATE TABLE lease_seen (computer TEXT PRIMARY KEY, beat INTEGER NOT NULL, wall REAL NOT NULL,"
        " monotonic REAL NOT NULL)",
        "CREATE TABLE skipped (job TEXT NOT NULL, period TEXT NOT NULL, due_at TEXT NOT NULL, at TEXT NOT NULL,"
        " why TEXT NOT NULL, PRIMARY KEY (job, period))",
        "CREATE TABLE faults (id INTEGER PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL, words TEXT NOT NULL)",
    ),
    ("ALTER TABLE outbox ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail'",),
    (
        "ALTER TABLE outbox ADD COLUMN since TEXT",
        "ALTER TABLE outbox ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE outbox ADD COLUMN size INTEGER",
        "ALTER TABLE outbox ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN pruned_at TEXT",
        "UPDATE outbox SET doubted = 1 WHERE state IN ('sending', 'uncertain')",
        "CREATE INDEX outbox_to_prune ON outbox (changed_at) WHERE state IN ('sent', 'superseded')"
        " AND pruned_at IS NULL",
        "CREATE TABLE carried (outbox TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY (outbox, told)) WITHOUT ROWID",
        "CREATE INDEX carried_by_told ON carried (told)",
        "CREATE TABLE handed (at TEXT NOT NULL, count INTEGER NOT NULL)",
        "CREATE TABLE pause (id INTEGER PRIMARY KEY CHECK (id = 1), account TEXT NOT NULL, until TEXT NOT NULL,"
        " failures INTEGER NOT NULL, why TEXT NOT NULL)",
    ),
    (
        "CREATE TABLE rules (id INTEGER PRIMARY KEY CHECK (id = 1), kept TEXT NOT NULL)",
        "CREATE TABLE rule_changes (id INTEGER PRIMARY KEY, rule TEXT NOT NULL, stage TEXT NOT NULL, since TEXT NOT NULL,"
        " field TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL, at TEXT NOT NULL, before TEXT,"
        " to_late INTEGER NOT NULL, to_on_time INTEGER NOT NULL, other INTEGER NOT NULL)",
    ),
    (
        "CREATE TABLE settlements (number INTEGER PRIMARY KEY, month TEXT NOT NULL UNIQUE, at TEXT NOT NULL,"
        " name TEXT NOT NULL, workbook BLOB NOT NULL, sha256 TEXT NOT NULL, first TEXT NOT NULL,"
        " penalty_limit INTEGER NOT NULL, held TEXT NOT NULL, note TEXT NOT NULL, label TEXT NOT NULL)",
        "CREATE TABLE settled_lines (settlement INTEGER NOT NULL REFERENCES settlements, place INTEGER NOT NULL,"
        " account TEXT NOT NULL, sort TEXT NOT NULL, posted INTEGER NOT NULL, note TEXT NOT NULL, day TEXT, ticket TEXT"
        " NOT NULL, person TEXT NOT NULL, department TEXT NOT NULL, kind TEXT NOT NULL, clause TEXT NOT NULL,"
        " reason TEXT NOT NULL, fen INTEGER, determiner TEXT NOT NULL, approver TEXT NOT NULL, approved TEXT,"
        " remark TEXT NOT NULL, PRIMARY KEY (settlement, place))",
    ),
    (
        "ALTER TABLE outbox ADD COLUMN readdressed TEXT NOT NULL DEFAULT '[]'",
        "CREATE INDEX outbox_refused ON outbox (id) WHERE refused <> '{}'",
    ),
    (
        'CREATE TABLE late (ticket TEXT NOT NULL, rule TEXT NOT NULL, round INTEGER NOT NULL, due TEXT NOT NULL, "end" TEXT'
        " NOT NULL, at TEXT NOT NULL, PRIMARY KEY (ticket, rule, round, due)) WITHOUT ROWID",
        "CREATE TABLE late_no_more (id INTEGER PRIMARY KEY, ticket TEXT NOT NULL, rule TEXT NOT NULL, round INTEGER NOT NULL,"
        ' due TEXT NOT NULL, "end" TEXT NOT NULL, at TEXT NOT NULL, seen TEXT NOT NULL)',
        "CREATE TABLE judged_on (id INTEGER PRIMARY KEY CHECK (id = 1), basis TEXT NOT NULL)",
    ),
)
"""Each entry brings the file from version ``n`` to ``n + 1`` (``PRAGMA user_version``); none is ever edited."""


class JournalUnusable(KesuError):
    """The journal cannot be read or written: busy, damaged, on a full disk, or of a newer kesu."""


def connect(path: Path) -> sqlite3.Connection:
    """The database at ``path``, made or brought up to date if need be. Raises :class:`JournalUnusable`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise JournalUnusable(f"状态文件夹“{path.parent}”建不了：{oserrors.told(error)}") from error
    with told_in_chinese(path):
        return _ready(sqlite3.connect(path, timeout=_WAIT, isolation_level=None))


def look(path: Path) -> sqlite3.Connection:
    """The same to read only: the file is never written nor made; missing, it is an empty database in memory.

    A file of an older version is copied into memory and brought up to date there.
    """
    with told_in_chinese(path):
        if not path.exists():
            return _ready(sqlite3.connect(":memory:", isolation_level=None))
        # Three slashes before a UNC path too: SQLite takes //server for a URI authority and refuses it.
        name = path.absolute().as_posix()
        uri = f"file://{'' if name.startswith('/') else '/'}{quote(name)}?mode=ro"
        disk = sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None)
        try:
            if _version(disk) >= len(MIGRATIONS):
                return _ready(disk)
            memory = sqlite3.connect(":memory:", isolation_level=None)
            disk.backup(memory)
        except BaseException:
            disk.close()
            raise
        disk.close()
        return _ready(memory)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All of the block's changes, or none."""
    with told_in_chinese():
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def shrink(db: sqlite3.Connection) -> None:
    """Give the pages of what was removed back to the disk; a file that is in use is left for the next time."""
    try:
        if not db.execute("PRAGMA auto_vacuum").fetchone()[0]:  # made before kesu thought of it: once, whole
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            db.execute("VACUUM")
        db.executescript("PRAGMA incremental_vacuum")  # a cursor would stop after the first page
    except sqlite3.OperationalError:
        return


_SQLITE = {
    "SQLITE_FULL": "磁盘满了或配额用完了",
    "SQLITE_IOERR": "读写出错，磁盘或网络盘可能有问题",
    "SQLITE_READONLY": "它是只读的，或者没有权限",
    "SQLITE_CANTOPEN": "打不开，文件夹不在或者没有权限",
    "SQLITE_PERM": "没有权限",
    "SQLITE_AUTH": "没有权限",
    "SQLITE_TOOBIG": "内容太大",
}


@contextmanager
def told_in_chinese(path: Path | None = None) -> Iterator[None]:
    """SQLite's errors as :class:`JournalUnusable`."""
    try:
        yield
    except sqlite3.Error as error:
        where = f"“{path}”" if path else ""
        code = getattr(error, "sqlite_errorname", "")
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise JournalUnusable(f"状态文件{where}正被另一个 kesu 使用，下一轮再试") from error
        if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise JournalUnusable(f"状态文件{where}已损坏；请先把它改名留存，再联系维护人员") from error
        words = next((words for name, words in _SQLITE.items() if code.startswith(name)), f"原因不明（{error}）")
        raise JournalUnusable(f"状态文件{where}不能读写：{words}") from error


def _ready(db: sqlite3.Connection) -> sqlite3.Connection:
    db.row_factory = sqlite3.Row
    try:
        version = _version(db)
        if not version:  # what is removed can go back to the disk; only an empty file takes this at once
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        if version != len(MIGRATIONS):
            _migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _migrate(db: sqlite3.Connection) -> None:
    with transaction(db):
        version = _version(db)  # read inside the transaction: another pass may have been first
        if version > len(MIGRATIONS):
            raise JournalUnusable("状态文件是更新版本的 kesu 建立的，请升级这台电脑上的 kesu")
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
