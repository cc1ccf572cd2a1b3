"""Who may make a pass now: one process at a time on one journal, also when two computers share it.

The holder raises ``beat`` as long as it is alive. Whoever finds the lease taken remembers, for its own computer, since
when it has seen that same beat, and takes the lease over once it has seen it for ``TTL``. No clock of one computer is ever
compared with that of another. A computer's own clock is believed only as far as its monotonic clock (which the system
keeps for all processes since it was started) agrees, so that neither a clock that was set nor a restart shortens the
wait. A holder on this very computer whose process has ended is known to be gone at once.

Assumed: SQLite's locks work on the share (the journal as a whole rests on that); a holder that stood still for longer
than ``TTL`` and goes on asks :meth:`Lease.held` before each mail.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import platform
import sqlite3
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from automation import database
from workbook.errors import KesuError

TTL = 120.0
"""Seconds without a sign of life after which a lease is up for taking."""
RENEW = 30.0
"""Seconds between two signs of life."""

_SHANGHAI = ZoneInfo("Asia/Shanghai")


class LeaseHeld(KesuError):
    """Another process is making a pass; this one is left to it. Nothing was done."""


@dataclass(frozen=True, slots=True)
class Computer:
    """Whoever asks for a lease: ``key`` tells computers apart (two of them may bear one name), ``name`` is for people."""

    key: str
    name: str
    process: int
    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    runs: Callable[[int], bool] = field(default=lambda process: _runs(process))


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lease, for people; times are naive and of the holder's own clock."""

    name: str
    process: int
    since: dt.datetime
    until: dt.datetime


class Lease:
    """A lease that was taken. Use :func:`hold`."""

    def __init__(self, path: Path, owner: str, computer: Computer) -> None:
        self._path, self._owner, self._computer = path, owner, computer
        self._confirmed = (computer.wall(), computer.monotonic())

    def renew(self) -> bool:
        """Give a sign of life; ``False`` when somebody has taken over."""
        now, ticks = self._computer.wall(), self._computer.monotonic()
        ours = self._change(
            "UPDATE lease SET beat = beat + 1, renewed = ?, until = ? WHERE owner = ?", _text(now), _text(now + TTL)
        )
        if ours:
            self._confirmed = (now, ticks)
        return ours

    def held(self) -> bool:
        """Whether it is still ours; ``False`` also when the journal cannot be asked.

        It is asked only when the last sign of life is some time ago by either clock: one of them stops in sleep.
        """
        wall, monotonic = self._confirmed
        if abs(self._computer.wall() - wall) < RENEW and self._computer.monotonic() - monotonic < RENEW:
            return True
        try:
            return self.renew()
        except database.JournalUnusable:
            return False

    def release(self) -> None:
        """Give it back. Where that is not possible it expires."""
        with contextlib.suppress(database.JournalUnusable):
            self._change("UPDATE lease SET owner = '', beat = beat + 1 WHERE owner = ?")

    def _change(self, sql: str, *values: str) -> bool:
        with contextlib.closing(database.connect(self._path)) as db, database.transaction(db):
            return db.execute(sql, (*values, self._owner)).rowcount == 1


@contextmanager
def hold(path: Path, computer: Computer | None = None) -> Iterator[Lease]:
    """The lease of the journal at ``path`` for as long as the block lasts, renewed meanwhile.

    Raises :class:`LeaseHeld` when somebody else has it, and :class:`~automation.database.JournalUnusable`.
    """
    lease = take(path, computer or here())
    over = threading.Event()
    pulse = threading.Thread(target=_beat, args=(lease, over), name="kesu-lease", daemon=True)
    pulse.start()
    try:
        yield lease
    finally:
        over.set()
        pulse.join(RENEW)
        lease.release()


def take(path: Path, computer: Computer) -> Lease:
    """The lease, without anybody who renews it. Raises :class:`LeaseHeld`."""
    owner = f"{computer.key}:{computer.process}:{uuid.uuid4().hex[:12]}"
    with contextlib.closing(database.connect(path)) as db:
        with database.transaction(db):
            row = db.execute("SELECT * FROM lease").fetchone()
            free = row is None or not row["owner"] or gone(row, computer) or _expired(db, row, computer)
            if free:
                _write(db, owner, computer, (row["beat"] if row else 0) + 1)
        if not free:  # what this computer has seen is on record now
            raise LeaseHeld(_who(row))
    return Lease(path, owner, computer)


def holder(path: Path) -> Holder | None:
    """Who holds the lease now, expired or not; the journal is only looked at."""
    with contextlib.closing(database.look(path)) as db, database.told_in_chinese(path):
        row = db.execute("SELECT * FROM lease WHERE owner <> ''").fetchone()
    return Holder(row["name"], row["process"], _time(row["since"]), _time(row["until"])) if row else None


def here() -> Computer:
    """The process that asks, on its computer."""
    name, number = _computer()
    return Computer(f"{name}-{number:012x}", name, os.getpid())


@cache
def _computer() -> tuple[str, int]:
    """Its name, and the number of its network card: computers set up from one image bear one name."""
    return platform.node() or "?", uuid.getnode()


def _beat(lease: Lease, over: threading.Event) -> None:
    """Signs of life, until the pass is over or the lease is lost. A busy journal is tried again at the next."""
    while not over.wait(RENEW):
        with contextlib.suppress(database.JournalUnusable):
            if not lease.renew():
                return


def _write(db: sqlite3.Connection, owner: str, computer: Computer, beat: int) -> None:
    now = computer.wall()
    db.execute(
        "INSERT OR REPLACE INTO lease (id, owner, computer, name, process, since, renewed, until, beat)"
        " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
        (owner, computer.key, computer.name, computer.process, _text(now), _text(now), _text(now + TTL), beat),
    )
    db.execute("DELETE FROM lease_seen")


def gone(row: sqlite3.Row, computer: Computer) -> bool:
    """Whether the holder ran on this very computer and has ended without giving the lease back."""
    return row["computer"] == computer.key and not computer.runs(row["process"])


def _expired(db: sqlite3.Connection, row: sqlite3.Row, computer: Computer) -> bool:
    """Whether this computer has seen no sign of life for long enough; else what it sees is put on record."""
    wall, monotonic = computer.wall(), computer.monotonic()
    seen = db.execute("SELECT * FROM lease_seen WHERE computer = ?", (computer.key,)).fetchone()
    if seen and seen["beat"] == row["beat"] and wall >= seen["wall"] and monotonic >= seen["monotonic"]:
        return bool(min(wall - seen["wall"], monotonic - seen["monotonic"]) >= TTL)
    db.execute(
        "INSERT OR REPLACE INTO lease_seen (computer, beat, wall, monotonic) VALUES (?, ?, ?, ?)",
        (computer.key, row["beat"], wall, monotonic),
    )
    return False


def _who(row: sqlite3.Row) -> str:
    since = _time(row["since"])
    return (
        f"电脑“{row['name']}”上的 kesu（进程 {row['process']}）从 {since:%m-%d %H:%M:%S} 起正在处理这个工作簿，"
        "这一次不重复处理；它处理完或停止后，下一次照常"
    )


def _runs(process: int) -> bool:
    """Whether a process of this computer is alive; ``True`` in doubt."""
    if sys.platform == "win32":  # os.kill would end it
        import ctypes

        synchronize, timed_out, no_such = 0x00100000, 0x00000102, 87
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(synchronize, False, process)
        if not handle:
            return ctypes.get_last_error() != no_such
        try:
            return bool(kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0) == timed_out)
        finally:
            kernel.CloseHandle(ctypes.c_void_p(handle))
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


def _text(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, _SHANGHAI).replace(tzinfo=None).isoformat(timespec="seconds")


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
