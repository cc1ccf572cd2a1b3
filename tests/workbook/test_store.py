"""Replacing the workbook: over the file that was read and no other, with a backup, with nothing left behind."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import socket
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from workbook import locks, store
from workbook.errors import NotAWorkbook, WorkbookBusy, WorkbookChanged, WriteFailed

from .rawbook import book

NOW = dt.datetime(2026, 11, 21, 9, 30)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "店里" / "客诉 登记.xlsx"
    path.parent.mkdir()
    path.write_bytes(b"old")
    return path


def write(path: Path, data: bytes = b"new", *, expected: bytes = b"old", keep: int = 3, now: dt.datetime = NOW) -> Path:
    sha = hashlib.sha256(expected).hexdigest()
    return store.replace(path, data, expected_sha=sha, backups=path.parent.parent / "备份", keep=keep, now=now)


def beside(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir())


def test_the_new_file_stands_and_the_old_one_is_kept(workbook: Path) -> None:
    kept = write(workbook)
    assert (workbook.read_bytes(), kept.read_bytes(), kept.name) == (b"new", b"old", "客诉 登记.20261121-093000.xlsx")
    assert beside(workbook) == [workbook.name]
    assert [entry.name for entry in kept.parent.iterdir()] == [kept.name]


def test_a_file_somebody_saved_meanwhile_is_not_overwritten(workbook: Path) -> None:
    with pytest.raises(WorkbookChanged, match="保存过"):
        write(workbook, expected=b"older")
    assert workbook.read_bytes() == b"old"
    assert beside(workbook) == [workbook.name]


def test_a_save_at_the_last_moment_is_noticed(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = store._write

    def save_meanwhile(path: Path, data: bytes, *mode: int) -> None:
        plain(path, data, *mode)
        if path.name.endswith(".tmp") and data == b"new":
            workbook.write_bytes(b"theirs")

    monkeypatch.setattr(store, "_write", save_meanwhile)
    with pytest.raises(WorkbookChanged):
        write(workbook)
    assert workbook.read_bytes() == b"theirs"
    assert beside(workbook) == [workbook.name]


def test_a_workbook_opened_at_the_last_moment_is_noticed(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = store._write

    def open_meanwhile(path: Path, data: bytes, *mode: int) -> None:
        plain(path, data, *mode)
        workbook.with_name(f"~${workbook.name}").write_bytes(b"")

    monkeypatch.setattr(store, "_write", open_meanwhile)
    with pytest.raises(WorkbookBusy):
        write(workbook)
    assert workbook.read_bytes() == b"old"


def test_a_vanished_file_is_said_to_be_gone(workbook: Path) -> None:
    workbook.unlink()
    with pytest.raises(WorkbookChanged, match="不见了"):
        write(workbook)
    assert beside(workbook) == []


def test_reading_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(NotAWorkbook, match="找不到"):
        store.read_bytes(tmp_path / "没有.xlsx")
    with pytest.raises(NotAWorkbook, match="文件夹"):
        store.read_bytes(tmp_path)


def test_reading_without_rights_is_explained(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(NotAWorkbook, match="权限"):
        store.read_bytes(workbook)


@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_a_file_that_windows_holds_is_busy(workbook: Path, monkeypatch: pytest.MonkeyPatch, winerror: int) -> None:
    def held(*_: object, **__: object) -> None:
        error = PermissionError(errno.EACCES, "in use")
        error.winerror = winerror  # type: ignore[attr-defined]
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", held)
        with pytest.raises(WorkbookBusy, match="占用"):
            write(workbook)
    assert (workbook.read_bytes(), beside(workbook)) == (b"old", [workbook.name])
    monkeypatch.setattr(Path, "open", held)
    with pytest.raises(WorkbookBusy, match="锁住"):
        store.read_bytes(workbook)


def test_the_newest_backups_stay_and_never_fewer_than_one(workbook: Path) -> None:
    contents = [b"old", b"1", b"2", b"3", b"4"]
    for place, (before, after) in enumerate(pairwise(contents)):
        kept = write(workbook, after, expected=before, keep=2, now=NOW + place * HOUR)
    found = store.backups(kept.parent)
    assert [backup.path.read_bytes() for backup in found] == [b"3", b"2"]
    assert found[0] == store.Backup(kept, workbook.name, NOW + 3 * HOUR)
    write(workbook, b"5", expected=b"4", keep=0, now=NOW + 9 * HOUR)
    assert [backup.path.read_bytes() for backup in store.backups(kept.parent)] == [b"4"]


def test_two_backups_of_one_second_are_both_kept_and_other_workbooks_left_alone(workbook: Path) -> None:
    other = workbook.parent.parent / "备份" / "别的.20200101-000000.xlsx"
    other.parent.mkdir()
    other.write_bytes(b"x")
    write(workbook, b"1")
    write(workbook, b"2", expected=b"1")
    write(workbook, b"3", expected=b"2", keep=2)
    assert [backup.path.stem[-2:] for backup in store.backups(other.parent)] == ["-3", "-2", "00"]
    names = {backup.path.name: backup.path.read_bytes() for backup in store.backups(other.parent)}
    assert names == {
        other.name: b"x",
        "客诉 登记.20261121-093000-2.xlsx": b"1",
        "客诉 登记.20261121-093000-3.xlsx": b"2",
    }


def test_retries_do_not_heap_up_backups(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for place in range(4):
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", full)
            with pytest.raises(WriteFailed, match="磁盘满了"):
                write(workbook, now=NOW + place * HOUR)
    assert len(store.backups(workbook.parent.parent / "备份")) == 1
    assert store.backups(workbook.parent / "没有") == []


def test_a_backup_is_put_back_and_the_replaced_file_kept(workbook: Path) -> None:
    good = book("")
    workbook.write_bytes(good)
    kept = write(workbook, b"broken", expected=good)
    replaced = store.restore(workbook, kept, backups=kept.parent, keep=9, now=NOW + HOUR)
    assert workbook.read_bytes() == good
    assert replaced is not None
    assert replaced.read_bytes() == b"broken"
    workbook.unlink()
    assert store.restore(workbook, kept, backups=kept.parent, keep=9, now=NOW + HOUR) is None
    assert workbook.read_bytes() == good
    assert beside(workbook) == [workbook.name]


def test_a_damaged_backup_is_not_put_back(workbook: Path) -> None:
    bad = workbook.parent / "bad.xlsx"
    bad.write_bytes(book("")[:-9])
    with pytest.raises(NotAWorkbook):
        store.restore(workbook, bad, backups=workbook.parent, keep=9, now=NOW)
    assert workbook.read_bytes() == b"old"


@pytest.mark.skipif(os.name == "nt", reason="POSIX rights")
@pytest.mark.parametrize("mode", [0o664, 0o640, 0o600])
def test_a_workbook_that_was_deleted_comes_back_with_the_rights_it_had(workbook: Path, mode: int) -> None:
    workbook.write_bytes(book(""))
    workbook.chmod(mode)
    kept = write(workbook, b"broken", expected=book(""))
    assert kept.stat().st_mode & 0o777 == mode
    workbook.unlink()
    store.restore(workbook, kept, backups=kept.parent, keep=9, now=NOW)
    assert workbook.stat().st_mode & 0o777 == mode


@pytest.mark.skipif(os.name == "nt", reason="POSIX rights")
def test_a_file_from_elsewhere_comes_with_the_rights_of_any_new_file(workbook: Path) -> None:
    workbook.unlink()
    other = workbook.parent / "别处.xlsx"
    other.write_bytes(book(""))
    usual = other.stat().st_mode & 0o777
    other.chmod(0o400)
    store.restore(workbook, other, backups=workbook.parent / "备份", keep=9, now=NOW)
    assert workbook.stat().st_mode & 0o777 == usual


def test_a_read_only_file_is_respected(workbook: Path) -> None:
    workbook.chmod(0o444)
    with pytest.raises(WriteFailed, match="只读"):
        write(workbook)
    assert (workbook.read_bytes(), beside(workbook)) == (b"old", [workbook.name])


@pytest.mark.skipif(os.name == "nt", reason="POSIX rights")
def test_rights_stay_and_the_file_s_time_moves_forward(workbook: Path) -> None:
    workbook.chmod(0o664)
    ahead = workbook.stat().st_mtime_ns + 3600 * 10**9
    os.utime(workbook, ns=(ahead, ahead))
    write(workbook)
    assert workbook.stat().st_mode & 0o777 == 0o664
    assert workbook.stat().st_mtime_ns > ahead


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_stays_a_link_to_the_new_file(workbook: Path, tmp_path: Path) -> None:
    link = tmp_path / "桌面.xlsx"
    link.symlink_to(workbook)
    write(link)
    assert (link.is_symlink(), workbook.read_bytes(), beside(workbook)) == (True, b"new", [workbook.name])


def excel_owner(name: str) -> bytes:
    wide = name.encode("utf-16-le")
    ansi = name.encode("gbk")
    return (bytes([len(ansi)]) + ansi).ljust(55, b" ") + (len(wide) // 2).to_bytes(2, "little") + wide.ljust(108, b"\0")


@pytest.mark.parametrize(
    ("lock", "content", "name", "program"),
    [
        ("~$客诉 登记.xlsx", excel_owner("王 伟"), "王 伟", "Excel"),
        ("~$客诉 登记.xlsx", excel_owner("王 伟")[:30], "王 伟", "Excel"),
        ("~$客诉 登记.xlsx", b"", "", "Excel"),
        (".~客诉 登记.xlsx", excel_owner("李娜"), "李娜", "WPS"),
        (
            ".~lock.客诉 登记.xlsx#",
            "张三\\, 店长,zhang,别的电脑,21.11.2026 08:10,file:///x;".encode(),
            "张三, 店长",
            "LibreOffice",
        ),
        (".~lock.客诉 登记.xlsx#", b",zhang,elsewhere,21.11.2026 08:10,file:///x;", "zhang", "LibreOffice"),
    ],
)
def test_whoever_has_the_workbook_open_is_named(
    workbook: Path, lock: str, content: bytes, name: str, program: str
) -> None:
    place = workbook.with_name(lock)
    place.write_bytes(content)
    since = dt.datetime(2026, 11, 21, 0, 10, tzinfo=dt.UTC).timestamp()
    os.utime(place, (since, since))
    owner = store.who_has_it_open(workbook)
    assert owner == store.OpenBy(name, dt.datetime(2026, 11, 21, 8, 10), program, place)
    with pytest.raises(WorkbookBusy, match=f"11月21日 08:10 起在 {program} 里打开"):
        write(workbook)
    assert workbook.read_bytes() == b"old"
    # a week later nobody believes it any more
    assert write(workbook, now=NOW + dt.timedelta(days=8)).exists()


def test_nobody_has_it_open_where_no_owner_file_is(workbook: Path) -> None:
    assert store.who_has_it_open(workbook) is None


@pytest.mark.parametrize(("runs", "busy"), [(True, True), (False, False), (None, True)])
def test_a_libreoffice_lock_of_this_machine_counts_while_libreoffice_may_run(
    workbook: Path, monkeypatch: pytest.MonkeyPatch, runs: bool | None, busy: bool
) -> None:
    lock = workbook.with_name(f".~lock.{workbook.name}#")
    lock.write_text(f",x,{socket.gethostname()},21.11.2026 08:10,file:///x;")
    monkeypatch.setattr(locks, "_libreoffice_runs", lambda: runs)
    assert (store.who_has_it_open(workbook) is not None) is busy


def test_a_second_kesu_waits_its_turn(workbook: Path) -> None:
    seen: list[Exception] = []

    def second() -> None:
        try:
            write(workbook)
        except WorkbookBusy as error:
            seen.append(error)

    with store.hold(workbook, NOW):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        assert "另一个 kesu" in str(seen[0])
        assert workbook.read_bytes() == b"old"
        write(workbook)  # the holder itself may write
        assert locks.lock_path(workbook).exists()
    assert beside(workbook) == [workbook.name]


def dead_process() -> int:
    process = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(process, 0)
    return process


@pytest.mark.parametrize(
    ("host", "alive", "age", "free"),
    [
        (socket.gethostname(), False, dt.timedelta(0), True),
        (socket.gethostname(), True, HOUR, False),
        (socket.gethostname(), True, 3 * HOUR, True),
        ("别的电脑", False, HOUR, False),
        ("别的电脑", False, 3 * HOUR, True),
    ],
)
def test_a_lock_left_by_a_dead_kesu_is_taken_over(
    workbook: Path, host: str, alive: bool, age: dt.timedelta, free: bool
) -> None:
    note = {
        "host": host,
        "pid": os.getppid() if alive else dead_process(),
        "user": "li",
        "since": (NOW - age).isoformat(),
    }
    locks.lock_path(workbook).write_text(json.dumps(note))
    if free:
        write(workbook)
        assert beside(workbook) == [workbook.name]
        return
    with pytest.raises(WorkbookBusy, match="li@"):
        write(workbook)
    assert locks.lock_path(workbook).exists()


def test_a_lock_that_says_nothing_is_respected_by_its_age(workbook: Path) -> None:
    lock = locks.lock_path(workbook)
    lock.write_text("")
    fresh = dt.datetime(2026, 11, 21, 1, 30, tzinfo=dt.UTC).timestamp()
    os.utime(lock, (fresh, fresh))
    with pytest.raises(WorkbookBusy):
        write(workbook)
    write(workbook, now=NOW + dt.timedelta(minutes=2))
    assert beside(workbook) == [workbook.name]


def test_a_drive_without_hard_links_is_locked_all_the_same(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", unknown)
    write(workbook)
    locks.lock_path(workbook).write_text(json.dumps({"host": "别的电脑", "pid": 1, "since": NOW.isoformat()}))
    with pytest.raises(WorkbookBusy):
        write(workbook, expected=b"new")
    assert beside(workbook) == [locks.lock_path(workbook).name, workbook.name]


def test_a_writer_whose_lock_was_taken_over_does_not_write(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = store._write

    def lose_the_lock(path: Path, data: bytes, *mode: int) -> None:
        plain(path, data, *mode)
        locks.lock_path(workbook).write_text("{}")

    monkeypatch.setattr(store, "_write", lose_the_lock)
    with pytest.raises(WorkbookBusy, match="接管"):
        write(workbook)
    assert workbook.read_bytes() == b"old"
    assert locks.lock_path(workbook).read_text() == "{}"


def test_what_a_killed_kesu_left_is_swept_away(workbook: Path) -> None:
    workbook.with_name(f".{workbook.name}.0123abcd.kesu.tmp").write_bytes(b"half")
    workbook.with_name(f".{workbook.name}.kesu.lock.0123abcd").write_bytes(b"{}")
    workbook.with_name(f".{workbook.name}.mine.tmp").write_bytes(b"not ours")
    write(workbook)
    assert beside(workbook) == [f".{workbook.name}.mine.tmp", workbook.name]


def test_an_owner_file_nobody_may_read_means_that_the_workbook_is_open(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = workbook.with_name(f"~${workbook.name}")
    lock.write_bytes(b"")
    plain = Path.read_bytes

    def locked(path: Path) -> bytes:
        if path == lock:
            raise PermissionError(errno.EACCES, "in use")
        return plain(path)

    monkeypatch.setattr(Path, "read_bytes", locked)
    owner = store.who_has_it_open(workbook, now=NOW + 1000 * HOUR)
    assert owner is not None
    assert str(owner).startswith("有人 从 ")
