"""The only writer of the workbook: read with a hash, replaced only over that hash, the old file kept as a backup.

A replacement is a rename inside one folder, so that a kill, a full disk or a vanished share leaves the old file or the
new one, never part of either. Whatever fails, the old file stands and nothing of ours is left beside it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbook import oserrors, unfit
from workbook.errors import CannotPatch, KesuError, NotAWorkbook, WorkbookBusy, WorkbookChanged, WriteFailed
from workbook.locks import OpenBy, hold, still_held, who_has_it_open
from workbook.package.book import Book

__all__ = ["Backup", "OpenBy", "back_up", "backups", "hold", "read_bytes", "replace", "restore", "who_has_it_open"]

_SHARING = (5, 32, 33)
"""Windows: access denied, sharing violation, lock violation: what a file open in Excel answers."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_STAMP = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class Backup:
    """A kept earlier state of a workbook; ``taken`` is when it was replaced (Shanghai wall clock)."""

    path: Path
    workbook: str
    taken: dt.datetime


def read_bytes(path: Path) -> tuple[bytes, str]:
    """The file's bytes and their SHA-256 in hex. The file is closed before anything looks at them.

    Raises NotAWorkbook (missing, a folder, not readable) or WorkbookBusy (locked, or being written while read).
    """
    for _ in range(3):
        try:
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                data = file.read()
                after = os.fstat(file.fileno())
        except OSError as error:
            raise _unreadable(path, error) from error
        if len(data) == after.st_size and before.st_mtime_ns == after.st_mtime_ns:
            return data, hashlib.sha256(data).hexdigest()
    raise WorkbookBusy(f"“{path.name}”正在被写入，还没有写完；下次再读。")


def _unreadable(path: Path, error: OSError) -> KesuError:
    if getattr(error, "winerror", None) in _SHARING and not path.is_dir():
        return WorkbookBusy(f"“{path.name}”被别的程序锁住了，读不了；下次再读。")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotAWorkbook(f"找不到文件“{path}”；是不是移走、改名了，或者网络盘没有连上？")
    if isinstance(error, IsADirectoryError) or path.is_dir():
        return NotAWorkbook(f"“{path}”是文件夹，不是工作簿；请给出里面的 .xlsx 或 .xlsm 文件。")
    if isinstance(error, PermissionError):
        return NotAWorkbook(f"没有权限读“{path}”；请让管理员给运行 kesu 的账号读写权限。")
    return NotAWorkbook(f"读不了“{path}”（{oserrors.told(error)}）；请检查网络盘或磁盘。")


def replace(path: Path, data: bytes, *, expected_sha: str, backups: Path, keep: int, now: dt.datetime) -> Path:
    """Put ``data`` in the workbook's place if it still is the file whose hash was ``expected_sha``.

    Returns the backup of the old bytes in the folder ``backups``, of which the ``keep`` newest stay (at least one).
    Raises WorkbookBusy, WorkbookChanged or WriteFailed; the old file then stands.
    """
    with _in_words(path):
        real = path.resolve()
    with _in_words(real), hold(real, now):
        _refuse_if_open(path, now)
        old = _expected(real, expected_sha)
        kept = _keep(backups, real, old, now)
        _swap(path, real, data, expected_sha, now)
        _prune(backups, real, max(keep, 1), kept)
    return kept


def back_up(path: Path, data: bytes, *, backups: Path, keep: int, now: dt.datetime) -> None:
    """Keep the workbook's bytes before somebody else, on our behalf, writes over them. Raises WriteFailed."""
    with _in_words(path):
        real = path.resolve()
        _prune(backups, real, max(keep, 1), _keep(backups, real, data, now))


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Turn what the file system answers into a sentence; nothing may fail here after the rename happened."""
    try:
        yield
    except OSError as error:
        raise _failed(path, error) from error


def _refuse_if_open(path: Path, now: dt.datetime) -> None:
    owner = who_has_it_open(path, now=now)
    if owner is not None:
        raise WorkbookBusy(f"{owner}“{path.name}”，没有写；等关闭后再写。若其实没人打开，请删除“{owner.lock.name}”。")


def _expected(real: Path, expected_sha: str) -> bytes:
    if not real.exists():
        raise WorkbookChanged(f"“{real.name}”不见了（移走、改名或网络盘断开），没有写。")
    try:
        data, sha = read_bytes(real)
    except NotAWorkbook as error:
        raise WriteFailed(f"写之前核对失败，没有写：{error}") from error
    if sha != expected_sha:
        raise WorkbookChanged(f"“{real.name}”刚才被别人保存过，没有写；会重新读取再写。")
    return data


def _swap(
    path: Path, real: Path, data: bytes, expected_sha: str | None, now: dt.datetime, *, like: Path | None = None
) -> None:
    """Write a temporary file beside the workbook and rename it over; ``expected_sha`` None: there is no old file.

    The new file has the rights of the old one, else those of ``like``, else what a new file gets in this folder.
    """
    temporary = real.with_name(f".{real.name}.{secrets.token_hex(4)}.kesu.tmp")
    try:
        _sweep(real)
        model = like if expected_sha is None else real
        old = model.stat() if model else None
        if expected_sha is not None and old and not old.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            raise WriteFailed(f"“{real.name}”被设成了只读，没有写；请在文件属性里取消“只读”。")
        _write(temporary, data, 0o600 if model else 0o666)
        if model and old:
            _dress(temporary, model, old)
        if expected_sha is not None:
            _expected(real, expected_sha)
        _refuse_if_open(path, now)
        if not still_held(real):
            raise WorkbookBusy("另一个 kesu 接管了这个文件，没有写；下次再试。")
        temporary.replace(real)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync_folder(real.parent)


def _sweep(real: Path) -> None:
    """Remove what a killed kesu left: under the lock no temporary file of this workbook is needed."""
    pattern = re.compile(re.escape(f".{real.name}.") + r"([0-9a-f]{8}\.kesu\.tmp|kesu\.lock\.[0-9a-f]{8})")
    for left in real.parent.iterdir():
        if pattern.fullmatch(left.name):
            left.unlink(missing_ok=True)


def _write(path: Path, data: bytes, mode: int = 0o600) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        if os.fstat(file.fileno()).st_size != len(data):
            raise OSError(errno.EIO, "short write")


def _dress(temporary: Path, real: Path, old: os.stat_result) -> None:
    """Give the new file the old one's owner, rights and attributes where the system lets us, and a later time.

    A sync client or a backup that compares times would not see a file whose clock stood still or ran back.
    """
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(temporary, old.st_uid, old.st_gid)
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(real):
                with contextlib.suppress(OSError):
                    os.setxattr(temporary, name, os.getxattr(real, name))
    with contextlib.suppress(OSError):
        temporary.chmod(stat.S_IMODE(old.st_mode))
    fresh = temporary.stat()
    if fresh.st_mtime_ns <= old.st_mtime_ns:
        later = old.st_mtime_ns + 2_000_000_000  # FAT keeps times in steps of two seconds
        with contextlib.suppress(OSError):
            os.utime(temporary, ns=(fresh.st_atime_ns, later))


def _sync_folder(folder: Path) -> None:
    """Make a rename outlive a power cut. Windows has no such call, and some network drives refuse it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _failed(real: Path, error: OSError) -> KesuError:
    if getattr(error, "winerror", None) in _SHARING:
        return WorkbookBusy(f"“{real.name}”被别的程序占用（多半是 Excel 打开着），没有写；关闭后再写。")
    if error.errno in _FULL:
        return WriteFailed(f"磁盘满了或配额用完了，“{real.name}”没有写，原文件没有动；请清理磁盘。")
    if error.errno in _FORBIDDEN:
        return WriteFailed(f"没有权限写“{real.name}”所在的文件夹，没有写，原文件没有动；请检查权限或只读设置。")
    return WriteFailed(f"写“{real.name}”失败（{oserrors.told(error)}），原文件没有动；请检查网络盘或磁盘。")


def _named(workbook: Path) -> re.Pattern[str]:
    return re.compile(re.escape(workbook.stem) + r"\.(\d{8}-\d{6})(?:-(\d+))?" + re.escape(workbook.suffix))


def _of(folder: Path, workbook: Path) -> list[Path]:
    """The backups of one workbook, newest first."""
    pattern = _named(workbook)
    found = [(pattern.fullmatch(entry.name), entry) for entry in folder.iterdir()]
    dated = [((match[1], int(match[2] or 1)), entry) for match, entry in found if match]
    return [entry for _, entry in sorted(dated, reverse=True)]


def _keep(folder: Path, real: Path, old: bytes, now: dt.datetime) -> Path:
    """Keep the old bytes, dated; a newest backup that holds the very same is used again (retries make no heap)."""
    temporary = folder / f".{secrets.token_hex(4)}.kesu.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        earlier = _of(folder, real)
        if earlier and earlier[0].stat().st_size == len(old) and earlier[0].read_bytes() == old:
            return earlier[0]
        number, place = 1, folder / f"{real.stem}.{now:{_STAMP}}{real.suffix}"
        while place.exists():
            number += 1
            place = folder / f"{real.stem}.{now:{_STAMP}}-{number}{real.suffix}"
        _write(temporary, old)
        with contextlib.suppress(OSError):  # whoever may open the workbook may open it as it was
            _dress(temporary, real, real.stat())
            temporary.chmod(stat.S_IMODE(temporary.stat().st_mode) | stat.S_IWUSR)  # so that it can be pruned
        temporary.rename(place)
    except OSError as error:
        why = "磁盘满了" if error.errno in _FULL else oserrors.told(error)
        raise WriteFailed(f"备份写不进“{folder}”（{why}），所以没有写“{real.name}”；请检查备份文件夹。") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync_folder(folder)
    return place


def _prune(folder: Path, real: Path, keep: int, kept: Path) -> None:
    """Remove all but the newest backups; one that will not go is no reason to fail a write that happened."""
    with contextlib.suppress(OSError):
        for old in _of(folder, real)[keep:]:
            if old != kept:
                with contextlib.suppress(OSError):
                    old.unlink()


def backups(folder: Path) -> list[Backup]:
    """Every backup in the folder, newest first; an absent folder holds none."""
    pattern = re.compile(r"(.+)\.(\d{8}-\d{6})(?:-(\d+))?(\.[^.]+)")
    try:
        entries = list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise NotAWorkbook(f"读不了备份文件夹“{folder}”（{oserrors.told(error)}）；请检查权限。") from error
    found = []
    for entry in entries:
        match = pattern.fullmatch(entry.name)
        if match and not entry.name.startswith("."):
            with contextlib.suppress(ValueError):
                backup = Backup(entry, match[1] + match[4], dt.datetime.strptime(match[2], _STAMP))
                found.append((backup.taken, int(match[3] or 1), entry.name, backup))
    return [backup for *_, backup in sorted(found, key=lambda row: row[:3], reverse=True)]


def is_backup(file: Path, workbook: Path, folder: Path) -> bool:
    """Whether a file is, by its place and its name, a backup of the workbook that kesu kept."""
    return file.resolve().parent == folder.resolve() and bool(_named(workbook.resolve()).fullmatch(file.name))


def restore(path: Path, backup: Path, *, backups: Path, keep: int, now: dt.datetime) -> Path | None:
    """Put a backup in the workbook's place; what stands there now becomes a backup itself, whose path is returned.

    ``None`` when there was no file to keep. Raises NotAWorkbook or CannotPatch when the backup itself is damaged or no
    workbook that kesu can write, and as `replace`.
    """
    data, _ = read_bytes(backup)
    try:
        with unfit.called(backup.name):
            archive = Book(data).archive
            for member in archive.members:
                archive.read(member)
    except CannotPatch as error:
        raise CannotPatch(f"“{backup.name}”不能用来恢复：{error}") from error
    with _in_words(path):
        real = path.resolve()
        there = real.exists()
    if there:
        return replace(path, data, expected_sha=read_bytes(real)[1], backups=backups, keep=keep, now=now)
    with _in_words(real), hold(real, now):
        _refuse_if_open(path, now)
        _swap(path, real, data, None, now, like=backup if is_backup(backup, path, backups) else None)
    return None
