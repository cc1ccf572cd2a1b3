"""Kills, faults and races: whatever happens while the workbook is replaced, it is the old file or the new one."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbook import store
from workbook.errors import KesuError

NOW = dt.datetime(2026, 11, 21, 9, 30)
ROOT = str(Path(__file__).parents[2])
CALLS = (
    *("open", "fdopen", "fsync", "fstat", "stat", "replace", "rename", "unlink", "mkdir", "listdir", "scandir"),
    *("chmod", "chown", "utime", "close", "listxattr", "link"),
)
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.ENOENT, errno.EROFS, errno.ESTALE)


class Faults:
    """Wraps each call of the os module that a write makes; the chosen one fails once."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.counts: dict[str, int] = {}
        self.fail: tuple[str, int, int] | None = None
        for name in CALLS:
            if hasattr(os, name):
                patch.setattr(os, name, self._wrapped(name, getattr(os, name)))

    def _wrapped(self, name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            place = self.counts[name] = self.counts.get(name, 0) + 1
            if self.fail and self.fail[:2] == (name, place):
                raise OSError(self.fail[2], os.strerror(self.fail[2]))
            return plain(*args, **kwargs)

        return call


def attempt(folder: Path, patch: pytest.MonkeyPatch, fail: tuple[str, int, int] | None) -> tuple[dict[str, int], str]:
    """One replacement with one fault; returns how often each call was made, and what the file is afterwards."""
    path = folder / "客诉.xlsx"
    path.write_bytes(b"old" * 999)
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    raised = False
    with patch.context() as inner:
        faults = Faults(inner)
        faults.fail = fail
        try:
            store.replace(path, b"new" * 999, expected_sha=sha, backups=folder / "备份", keep=2, now=NOW)
        except KesuError as error:
            raised = True
            assert "没有" in str(error) or "写不" in str(error) or "请" in str(error)
    after = path.read_bytes()
    assert after in (b"old" * 999, b"new" * 999)
    assert raised == (after == b"old" * 999), "an error must mean that the old file stands"
    if fail is None or fail[0] != "unlink":
        left = {entry.name for entry in folder.iterdir()} - {"客诉.xlsx", "备份"}
        assert left <= ({".客诉.xlsx.kesu.lock"} if fail and fail[0] in ("open", "close", "fdopen") else set()), left
    # and the next pass goes through
    sha = hashlib.sha256(after).hexdigest()
    store.replace(path, b"next", expected_sha=sha, backups=folder / "备份", keep=2, now=NOW)
    assert {entry.name for entry in folder.iterdir()} == {"客诉.xlsx", "备份"}
    return faults.counts, after.decode()[:3]


def test_a_fault_at_any_call_leaves_the_old_file_or_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def folders() -> Iterator[Path]:
        for place in range(10_000):
            folder = tmp_path / str(place)
            folder.mkdir()
            yield folder

    fresh = folders()
    counts, state = attempt(next(fresh), monkeypatch, None)
    assert state == "new"
    tried = 0
    for name, times in counts.items():
        for place in range(1, times + 1):
            for code in ERRORS:
                attempt(next(fresh), monkeypatch, (name, place, code))
                tried += 1
    assert tried > 150


WRITER = """
import datetime as dt, sys
from pathlib import Path
from workbook import store
from workbook.errors import WorkbookBusy, WorkbookChanged
path, rounds = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
done = 0
while done < rounds:
    try:
        data, sha = store.read_bytes(path)
        number = int(data.split(b"|")[0]) + 1
        store.replace(path, b"%d|" % number + bytes(200_000) + b"|%d" % number, expected_sha=sha,
                      backups=path.parent / "bak", keep=2, now=dt.datetime(2026, 11, 21, 9, 30))
        done += 1
    except (WorkbookBusy, WorkbookChanged):
        pass
"""


def writer(path: Path, rounds: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(rounds)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": ROOT},
    )


def number_in(data: bytes) -> int:
    first, body, last = data.split(b"|")
    assert (first, body) == (last, bytes(200_000))
    return int(first)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_kill_at_any_instant_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "客诉.xlsx"
    path.write_bytes(b"0|" + bytes(200_000) + b"|0")
    last, rng = 0, random.Random(20261121)
    for _ in range(40):
        process = writer(path, 10**9)
        assert process.stdout
        process.stdout.readline()
        time.sleep(rng.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        number = number_in(path.read_bytes())
        assert number >= last
        last = number
        for backup in store.backups(tmp_path / "bak"):
            number_in(backup.path.read_bytes())
    assert last > 0
    data, sha = store.read_bytes(path)
    store.replace(path, data, expected_sha=sha, backups=tmp_path / "bak", keep=1, now=NOW)
    assert {entry.name for entry in tmp_path.iterdir()} == {"客诉.xlsx", "bak"}


def test_two_writers_racing_lose_no_write(tmp_path: Path) -> None:
    path = tmp_path / "客诉.xlsx"
    path.write_bytes(b"0|" + bytes(200_000) + b"|0")
    processes = [writer(path, 100) for _ in range(2)]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert number_in(path.read_bytes()) == 200
    assert {entry.name for entry in tmp_path.iterdir()} == {"客诉.xlsx", "bak"}
