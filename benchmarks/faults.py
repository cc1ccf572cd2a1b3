"""Whole passes killed, hit by failing disks, and raced by a second one: what stands in the workbook and in the journal.

    .venv/bin/python benchmarks/faults.py [--kills 500] [--faults 500] [--races 200] [--tickets 80]

After every blow: the workbook opens, what staff typed is as it was, no number stands twice or has moved to another
case, and every alert that counts as told has its mail in the outbox. Exit code 1 on the first promise broken.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import errno
import multiprocessing
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from automation import cycle, settings
from automation.sample import dealership
from automation.settings import Settings
from workbook import build, ledger, snapshot
from workbook.errors import KesuError
from workbook.schema import REGISTER

NOW = dt.datetime(2026, 11, 21, 9, 30)
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)
TYPED = [column.name for column in REGISTER.columns if not column.ours]
CONTEXT = multiprocessing.get_context("fork")


class Broken(AssertionError):
    """A promise that did not hold."""


class Ground:
    """A workbook in a folder of its own, hit again and again; its journal lives on from blow to blow."""

    def __init__(self, folder: Path, tickets: int) -> None:
        self.book = folder / "客诉" / "登记.xlsx"
        self.book.parent.mkdir()
        self.fresh = folder / "fresh.xlsx"
        build.write(self.fresh, dealership(tickets, 5, NOW).contents, created=NOW)
        self.now, self.numbers = NOW, {}  # type: dt.datetime, dict[int, str]
        self.renew()

    def renew(self) -> None:
        """A workbook that nobody has numbered yet, without a past."""
        shutil.rmtree(self.settings.state_dir, ignore_errors=True)
        for left in self.book.parent.iterdir():
            left.unlink()
        shutil.copyfile(self.fresh, self.book)
        self.typed, self.numbers = self._register()[TYPED], {}

    @property
    def settings(self) -> Settings:
        return settings.load(None, workbook=self.book)[0]

    def _register(self) -> Any:
        return ledger.load(snapshot.read(self.book)).register.frame

    def verify(self) -> None:
        """Everything that must hold whatever happened. Raises :class:`Broken`."""
        register = self._register()
        if not register[TYPED].equals(self.typed):
            raise Broken("what staff typed has changed")
        numbered = register["编号"][register["编号"] != ""]
        planted = self.typed.index.difference(numbered[~numbered.duplicated(keep=False)].index)
        for row, number in numbered.items():
            if self.numbers.setdefault(row, number) != number:
                raise Broken(f"row {row} had {self.numbers[row]}, now {number}")
        given = Counter(number for row, number in self.numbers.items() if row not in planted)
        if given and max(given.values()) > 1:
            raise Broken(f"given twice: {given.most_common(1)}")
        if self.settings.journal.exists():
            with contextlib.closing(sqlite3.connect(self.settings.journal)) as db:
                if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                    raise Broken("the journal is damaged")
                lost = "SELECT count(*) FROM told WHERE at NOT IN (SELECT queued_at FROM outbox)"
                if db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'told'").fetchone()[0]:
                    count = db.execute(lost).fetchone()[0]
                    if count:
                        raise Broken(f"{count} alerts told without mail")

    def finish(self) -> None:
        """Undisturbed passes bring everything to its end: all numbered, all mail out, nothing left beside the file."""
        later = self.now + dt.timedelta(hours=2)
        for minutes in range(0, 60, 10):
            outcome = cycle.run(self.settings, later + dt.timedelta(minutes=minutes))
            if not (outcome.unwritten or outcome.delivered.retried or outcome.delivered.uncertain):
                break
        self.verify()
        register = self._register()
        if (register["编号"].eq("") & register["接收时间"].notna()).any():
            raise Broken("a case has no number after all")
        with contextlib.closing(sqlite3.connect(self.settings.journal)) as db:
            if db.execute(
                "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'uncertain', 'superseded')"
            ).fetchone()[0]:
                raise Broken("mail was left lying")
        strangers = {entry.name for entry in self.book.parent.iterdir()} - {
            self.book.name,
            self.settings.state_dir.name,
            *([self.settings.dashboard.name] if self.settings.dashboard else []),
        }
        if strangers:
            raise Broken(f"left beside the workbook: {strangers}")


def one_pass(found: Settings, now: dt.datetime, spoil: Callable[[], None] | None = None) -> None:
    """A pass in a child process; what it says does not matter here."""
    with contextlib.suppress(Exception):
        if spoil:
            spoil()
        cycle.run(found, now)
    os._exit(0)


def kills(ground: Ground, dice: random.Random) -> Iterator[str]:
    """SIGKILL at a random instant of a pass."""
    begun = time.perf_counter()
    cycle.run(ground.settings, ground.now)
    usual = time.perf_counter() - begun
    while True:
        ground.renew()
        process = CONTEXT.Process(target=one_pass, args=(ground.settings, ground.now))
        process.start()
        time.sleep(dice.uniform(0, usual * 1.1))
        process.kill()
        process.join()
        yield "killed" if process.exitcode else "done before"


def faults(ground: Ground, dice: random.Random) -> Iterator[str]:
    """A call to the file system fails, once or from then on, or the folder is gone."""
    while True:
        ground.renew()
        kind, after, lasting = dice.choice((*ERRORS, 0)), dice.randint(0, 60), dice.random() < 0.5
        process = CONTEXT.Process(
            target=one_pass,
            args=(ground.settings, ground.now, lambda k=kind, a=after, e=lasting: fail(ground.book, k, a, lasting=e)),
        )
        process.start()
        process.join()
        away = ground.book.parent.with_name("fort")
        if away.exists():
            shutil.rmtree(ground.book.parent, ignore_errors=True)
            away.rename(ground.book.parent)
        yield errno.errorcode.get(kind, "vanished folder")


def fail(book: Path, kind: int, after: int, *, lasting: bool) -> None:
    """Let the file system's calls fail from the ``after``-th one that concerns the workbook's folder."""
    calls = 0

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == after + 1 and kind == 0:
                os_rename(book.parent, book.parent.with_name("fort"))
            elif kind and (calls > after if lasting else calls == after + 1):
                raise OSError(kind, os.strerror(kind))
            return real(*args, **options)

        return call

    os_rename = os.rename
    for name in ("open", "write", "fsync", "rename", "replace", "unlink", "stat", "mkdir", "chmod", "utime", "listdir"):
        setattr(os, name, wrapped(getattr(os, name)))


def races(ground: Ground, dice: random.Random) -> Iterator[str]:
    """Two passes at once, the second a little later."""
    while True:
        ground.renew()
        both = [CONTEXT.Process(target=one_pass, args=(ground.settings, ground.now)) for _ in range(2)]
        for process in both:
            process.start()
            time.sleep(dice.uniform(0, 0.1))
        for process in both:
            process.join()
        yield "raced"


Blows = Callable[[Ground, random.Random], Iterator[str]]


def hit(blows: Blows, count: int, tickets: int) -> Counter[str]:
    """Strike that often; verify after each blow, and after undisturbed passes following each. Raises :class:`Broken`."""
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder), tickets)
        for number, what in enumerate(blows(ground, random.Random(f"{blows.__name__}-{count}")), start=1):
            try:
                ground.verify()
                ground.finish()
            except (KesuError, sqlite3.Error, OSError, AssertionError) as error:
                raise Broken(f"{blows.__name__} {number} ({what}): {error}") from error
            done[what] += 1
            if number >= count:
                return done
    raise AssertionError("blows never end by themselves")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for blows, usual in (("kills", 500), ("faults", 500), ("races", 200)):
        parser.add_argument(f"--{blows}", type=int, default=usual)
    parser.add_argument("--tickets", type=int, default=60)
    options = parser.parse_args()
    for blows, count in ((kills, options.kills), (faults, options.faults), (races, options.races)):
        try:
            print(blows.__name__, dict(hit(blows, count, options.tickets)) if count else "left out", flush=True)
        except Broken as error:
            print(f"BROKEN {error}", flush=True)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
