"""Who has a workbook open: the owner files of Excel, WPS and LibreOffice, and kesu's own lock beside the file.

When a lock counts as left over:

- kesu's own: its process is gone (same host) or knows nothing of it, or it is older than :data:`OWN_LOCK_LIVES`; a pass takes seconds.
- LibreOffice's: it was made on this host, where no LibreOffice runs now (it survives a kill), or the age below.
- Excel's and WPS's name no process: only after :data:`OWNER_FILE_LIVES`. Until then a person decides, and the message
  names the file to delete.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import json
import os
import secrets
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbook import oserrors
from workbook.errors import WorkbookBusy, WriteFailed

OWN_LOCK_LIVES = dt.timedelta(hours=2)
HALF_LOCK_LIVES = dt.timedelta(minutes=1)
"""A lock that names nobody was being written when its process was killed: that takes no minute."""
OWNER_FILE_LIVES = dt.timedelta(days=7)
_SHANGHAI = dt.timezone(dt.timedelta(hours=8))
_mine = threading.local()
_written: set[bytes] = set()
"""What the locks of this process hold, all threads: a lock of ours that is not among them could not be removed once."""


@dataclass(frozen=True, slots=True)
class OpenBy:
    """Somebody has the workbook open: who (``""`` unknown), since when (Shanghai wall clock), in which program."""

    name: str
    since: dt.datetime
    program: str
    lock: Path

    def __str__(self) -> str:
        who = self.name or "有人"
        return f"{who} 从 {self.since:%m月%d日 %H:%M} 起在 {self.program} 里打开着"


def who_has_it_open(path: Path, *, now: dt.datetime | None = None) -> OpenBy | None:
    """Whoever has the workbook open according to the owner files beside it, or ``None``.

    Left-over owner files do not count; their age is judged only where ``now`` is given.
    """
    for place in dict.fromkeys((path, path.resolve())):
        for prefix, suffix, read in (("~$", "", _excel), (".~", "", _wps), (".~lock.", "#", _libreoffice)):
            lock = place.with_name(f"{prefix}{place.name}{suffix}")
            try:
                since = _moment(lock.stat().st_mtime)
            except OSError:
                continue
            try:
                owner, old = read(lock.read_bytes(), since, lock), now is not None and now - since > OWNER_FILE_LIVES
            except FileNotFoundError:
                continue
            except OSError:  # Excel lets nobody else read its owner file while it has the workbook open
                owner, old = read(b"", since, lock), False
            if owner is not None and not old:
                return owner
    return None


def _moment(timestamp: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(timestamp, _SHANGHAI).replace(tzinfo=None)


def _excel(content: bytes, since: dt.datetime, lock: Path) -> OpenBy:
    return OpenBy(_owner_name(content), since, "Excel", lock)


def _wps(content: bytes, since: dt.datetime, lock: Path) -> OpenBy:
    return OpenBy(_owner_name(content), since, "WPS", lock)


def _owner_name(content: bytes) -> str:
    """The name in Excel's 165-byte owner file: UTF-16 at 57 (length at 55), else in the system's code page at 1."""
    if len(content) >= 57:
        length = int.from_bytes(content[55:57], "little")
        wide = content[57 : 57 + 2 * length]
        if 0 < length <= 54 and len(wide) == 2 * length:
            return wide.decode("utf-16-le", "replace").strip("\0 ")
    if content and 0 < content[0] <= 54:
        return content[1 : 1 + content[0]].decode("gb18030", "replace").strip("\0 ")
    return ""


def _libreoffice(content: bytes, since: dt.datetime, lock: Path) -> OpenBy | None:
    """``display,user,host,date,profile;`` with commas inside a field escaped by a backslash."""
    text = content.decode("utf-8", "replace").rstrip(";\n")
    fields = [field.replace("\0", ",").strip() for field in text.replace("\\,", "\0").split(",")]
    fields += [""] * 3
    if fields[2] and fields[2].casefold() == socket.gethostname().casefold() and _libreoffice_runs() is False:
        return None
    return OpenBy(fields[0] or fields[1], since, "LibreOffice", lock)


def _libreoffice_runs() -> bool | None:
    """Whether a LibreOffice process lives on this machine; ``None`` where that cannot be seen."""
    processes = Path("/proc")
    if not (processes / "self" / "comm").exists():
        return None
    for process in processes.glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if process.read_text(errors="replace").strip() in ("soffice.bin", "oosplash"):
                return True
    return False


def lock_path(path: Path) -> Path:
    """Where kesu's own lock of a workbook stands: hidden, beside the file itself (not beside a link to it)."""
    real = path.resolve()
    return real.with_name(f".{real.name}.kesu.lock")


@contextlib.contextmanager
def hold(path: Path, now: dt.datetime) -> Iterator[None]:
    """Keep every other kesu from writing the workbook meanwhile; the same thread may hold it again inside.

    Raises WorkbookBusy when another kesu holds it, WriteFailed when no lock can be made beside it.
    """
    lock = lock_path(path)
    held = _held()
    if lock in held:
        yield
        return
    content = _content(now)
    _written.add(content)
    try:
        _take(lock, content, now)
        held[lock] = content
        try:
            yield
        finally:
            del held[lock]
            with contextlib.suppress(OSError):
                if lock.read_bytes() == content:
                    lock.unlink()
    finally:
        _written.discard(content)


def still_held(path: Path) -> bool:
    """Whether the lock this thread holds on the workbook is still its own on disk."""
    lock = lock_path(path)
    try:
        return lock.read_bytes() == _held().get(lock)
    except OSError:
        return False


def _held() -> dict[Path, bytes]:
    """The locks this thread holds, with what it wrote into each."""
    held: dict[Path, bytes] = _mine.__dict__.setdefault("held", {})
    return held


def _content(now: dt.datetime) -> bytes:
    note = {"host": socket.gethostname(), "pid": os.getpid(), "user": _user(), "since": f"{now:%Y-%m-%dT%H:%M:%S}"}
    return json.dumps(note | {"token": secrets.token_hex(8)}, ensure_ascii=False).encode()


def _take(lock: Path, content: bytes, now: dt.datetime) -> None:
    """Make the lock file, or raise. It is written aside and linked into place, so that a kill leaves no empty lock."""
    draft = lock.with_name(f"{lock.name}.{secrets.token_hex(4)}")
    try:
        _create(draft, content)
        for _ in range(3):
            try:
                _link(draft, lock, content)
            except FileExistsError:
                _break_if_stale(lock, now)
            else:
                return
    except FileNotFoundError as error:
        if lock.parent.is_dir():  # the holder swept our draft away, and may have finished meanwhile
            raise WorkbookBusy("另一个 kesu 正在写这个文件，这次没有写；下次再试。") from error
        raise WriteFailed(f"文件夹“{lock.parent}”不见了，没有写；请检查网络盘。") from error
    except PermissionError as error:
        raise WriteFailed(f"文件夹“{lock.parent}”不允许新建文件，写不了；请检查权限。") from error
    except OSError as error:
        raise WriteFailed(
            f"文件夹“{lock.parent}”写不进去（{oserrors.told(error)}）；请检查网络盘和磁盘空间。"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()
    raise WorkbookBusy("另一个 kesu 正在写这个文件；下次再试。")


def _create(path: Path, content: bytes) -> None:
    """A new file with that content or none at all; FileExistsError when there is one already."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _link(draft: Path, lock: Path, content: bytes) -> None:
    try:
        os.link(draft, lock)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # FAT and many network drives know no hard links
        _create(lock, content)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _break_if_stale(lock: Path, now: dt.datetime) -> None:
    """Remove a left-over lock, or raise WorkbookBusy naming its holder.

    It is moved aside before it is removed: of two who find the same stale lock one gets it, and whoever moved a fresh
    one by mistake puts it back. The holder looks again just before replacing (:func:`still_held`).
    """
    try:
        content, since = lock.read_bytes(), _moment(lock.stat().st_mtime)
    except FileNotFoundError:
        return
    except OSError as error:
        raise WorkbookBusy("另一个 kesu 正在写这个文件；下次再试。") from error
    note = _note(content)
    with contextlib.suppress(ValueError, TypeError):
        since = dt.datetime.fromisoformat(str(note.get("since", "")))
    pid = note.get("pid")
    lives = OWN_LOCK_LIVES if note else HALF_LOCK_LIVES
    here = note.get("host") == socket.gethostname() and isinstance(pid, int)
    dead = here and (content not in _written if pid == os.getpid() else not _alive(int(str(pid))))
    if now - since <= lives and not dead:
        who = f"{note.get('user') or '?'}@{note.get('host') or '?'}"
        raise WorkbookBusy(f"另一个 kesu（{who}）从 {since:%H:%M} 起正在写这个文件；下次再试。")
    aside = lock.with_name(f"{lock.name}.{secrets.token_hex(4)}")
    try:
        lock.rename(aside)
        if aside.read_bytes() != content:
            with contextlib.suppress(OSError):
                os.link(aside, lock)
            raise WorkbookBusy("另一个 kesu 正在写这个文件；下次再试。")
    except FileNotFoundError:
        return
    except OSError as error:
        raise WriteFailed(f"清不掉留下的锁文件“{lock.name}”（{oserrors.told(error)}）；请手工删除它。") from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()


def _note(content: bytes) -> dict[str, object]:
    try:
        note = json.loads(content)
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _alive(pid: int) -> bool:
    """Whether a process of that id lives on this machine."""
    if sys.platform == "win32":  # os.kill(pid, 0) would send it Ctrl-C there
        import ctypes

        kernel = ctypes.windll.kernel32
        process = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if not process:
            return bool(kernel.GetLastError() == 5)  # ERROR_ACCESS_DENIED: it lives, under another user
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(process, ctypes.byref(code))
        kernel.CloseHandle(process)
        return code.value == 259  # STILL_ACTIVE
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
