"""Whether a pass has nothing to do: same file, same settings, nothing due. Asked before anything heavy is loaded."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from automation import database
from automation.database import JournalUnusable
from automation.settings import Settings

_SOFTWARE = tuple(Path(__file__).parents[1] / name for name in ("automation", "workbook", "templates"))

_COARSE = 1_000_000_000
"""A time of change in whole seconds is a file system's that knows no finer: two saves may share it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A file by size and time of change (nanoseconds)."""

    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Mark | None:
        """The file as it is now; ``None`` when it cannot be seen."""
        try:
            seen = path.stat()
        except OSError:
            return None
        return cls(seen.st_size, seen.st_mtime_ns)


def until(settings: Settings, now: dt.datetime) -> dt.datetime | None:
    """Until when nothing is to be done, if the last pass changed nothing and nothing has changed since.

    ``None`` in every doubt: then make a pass.
    """
    try:
        with contextlib.closing(database.look(settings.journal)) as journal:
            rest = journal.execute("SELECT * FROM rest").fetchone()
            if rest is None or _mail_waits(journal, now) or rest["settings"] != fingerprint(settings):
                return None
    except (JournalUnusable, sqlite3.Error):
        return None
    ends = dt.datetime.fromisoformat(rest["until"])
    if not dt.datetime.fromisoformat(rest["at"]) <= now < ends:
        return None
    return ends if _same(settings.workbook, Mark(rest["size"], rest["changed"]), rest["sha"]) else None


def fingerprint(settings: Settings) -> str:
    """A digest of the settings and of the software's own files: another version may decide otherwise."""
    software = max(
        (
            source.stat().st_mtime_ns
            for folder in _SOFTWARE
            for source in folder.rglob("*.*")
            if source.suffix != ".pyc"
        ),
        default=0,
    )
    return hashlib.sha256(f"{software}\n{settings!r}".encode()).hexdigest()


def _mail_waits(journal: sqlite3.Connection, now: dt.datetime) -> bool:
    waiting = (
        "SELECT 1 FROM outbox WHERE state IN ('queued', 'sending') OR due_at <= ?1"
        " OR (due_at IS NOT NULL AND changed_at > ?1) LIMIT 1"  # the clock was set back
    )
    return journal.execute(waiting, (now.isoformat(),)).fetchone() is not None


def _same(path: Path, mark: Mark, sha: str) -> bool:
    seen = Mark.of(path)
    if seen is None or seen.size != mark.size:
        return False
    if seen == mark and mark.changed % _COARSE:
        return True
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha
    except OSError:
        return False
