"""The workbook, the folders kesu works in, the journal and the backups."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from automation import database, roster
from automation.health import Level, Line
from automation.roster import Roster
from automation.settings import Settings
from workbook import ledger, oserrors, snapshot, store
from workbook.errors import KesuError
from workbook.naming import Alias
from workbook.schema import STAFF

_MEGABYTE = 1_000_000
_ROOM = 200 * _MEGABYTE
"""Free space below which it is said, besides what the backups of this workbook will take."""

SYNCED = (
    ("OneDrive", ("onedrive",)),
    ("坚果云", ("nutstore", "坚果云")),
    ("百度网盘同步空间", ("baidusyncdisk", "baidunetdisk")),
    ("WPS 云盘", ("wpsdrive", "wps云盘", "wps cloud files")),
    ("Dropbox", ("dropbox",)),
    ("iCloud", ("iclouddrive", "mobile documents")),
    ("Synology Drive", ("synologydrive",)),
    ("腾讯微云", ("weiyun", "微云同步助手")),
    ("Google Drive", ("google drive", "googledrive")),
)
"""Programs that copy folders to a cloud, and what their folders are called, in lower case."""


def look(settings: Settings, now: dt.datetime) -> Iterator[Line]:
    """One line a thing; none of them raises."""
    yield from _workbook(settings.workbook, settings.adopted.aliases, now)
    yield _folder("工作簿的文件夹", settings.workbook.parent)
    yield _folder("状态文件夹", settings.state_dir)
    yield _journal(settings.journal)
    yield _backups(settings)
    yield _disk(settings)
    yield from places(settings.workbook.parent, settings.state_dir)


def _workbook(path: Path, own: Sequence[Alias], now: dt.datetime) -> Iterator[Line]:
    what = "工作簿"
    try:
        book = ledger.load(snapshot.read(path), own)
    except KesuError as error:
        yield Line(Level.BAD, what, str(error))
        return
    yield Line(Level.GOOD, what, f"{path}，能读，反馈 {len(book.register.frame)} 单")
    owner = store.who_has_it_open(path, now=now)
    if owner is not None:
        yield Line(Level.NOTE, what, f"{owner}，写回会推迟到关闭以后")
        return
    try:
        with path.open("r+b"):
            pass
    except OSError as error:
        todo = "看它是不是只读、是不是被别的程序打开，给运行 kesu 的账号读写权限"
        yield Line(Level.BAD, what, f"写不了（{oserrors.told(error)}）", todo)


def staff(path: Path, own: Sequence[Alias]) -> Roster | None:
    """Who stands in 人员; ``None`` where the workbook cannot be read."""
    try:
        return roster.read(ledger.load(snapshot.read(path), own)[STAFF])[0]
    except KesuError:
        return None


def _folder(what: str, folder: Path) -> Line:
    """Whether files can be made, renamed and taken away there: what a write and a backup do."""
    if folder.exists() and not folder.is_dir():
        return Line(Level.BAD, what, f"{folder} 是文件，不是文件夹", "把这个文件改名或移走")
    there = _nearest(folder)
    probe = there / f".kesu-{secrets.token_hex(4)}.tmp"
    renamed = probe.with_suffix(".ok")
    try:
        probe.write_bytes(b"kesu")
        probe.replace(renamed)
        renamed.unlink()
    except OSError as error:
        for left in (probe, renamed):
            with contextlib.suppress(OSError):
                left.unlink()
        todo = "给运行 kesu 的账号新建、改名和删除文件的权限；网络盘请看是否连上"
        return Line(Level.BAD, what, f"{folder} 写不进去（{oserrors.told(error)}）", todo)
    return Line(Level.GOOD, what, f"{folder} {'可以读写' if there == folder else '还没有，可以建立'}")


def _journal(path: Path) -> Line:
    what = "状态文件"
    if not path.exists():
        return Line(Level.GOOD, what, "还没有，第一次处理时建立")
    try:
        with contextlib.closing(database.look(path)) as db, database.told_in_chinese(path):
            word = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
            passes = db.execute("SELECT count(*) FROM passes").fetchone()[0]
        with path.open("r+b"):
            pass
    except KesuError as error:
        return Line(Level.BAD, what, str(error))
    except OSError as error:
        return Line(Level.BAD, what, f"{path} 写不了（{oserrors.told(error)}）", "给运行 kesu 的账号读写权限")
    if word != "ok":
        return Line(Level.BAD, what, f"{path} 已损坏：{word}", "先把它改名留存，再联系维护人员")
    return Line(Level.GOOD, what, f"完好，处理过 {passes} 次，{_megabytes(path.stat().st_size)}")


def _backups(settings: Settings) -> Line:
    try:
        kept = [one for one in store.backups(settings.backup_dir) if one.workbook == settings.workbook.name]
    except KesuError as error:
        return Line(Level.BAD, "备份", str(error))
    if not kept:
        return Line(Level.GOOD, "备份", "还没有，第一次写回时建立")
    newest = max(one.taken for one in kept)
    return Line(Level.GOOD, "备份", f"{len(kept)} 份（最多 {settings.backups.keep}），最新 {newest:%Y-%m-%d %H:%M}")


def _disk(settings: Settings) -> Line:
    with contextlib.suppress(OSError):
        size = settings.workbook.stat().st_size if settings.workbook.exists() else 0
        need = _ROOM + size * settings.backups.keep
        folders = {_nearest(settings.workbook.parent), _nearest(settings.state_dir)}
        free, folder = min((shutil.disk_usage(folder).free, folder) for folder in folders)
        words = f"{folder} 还有 {_megabytes(free)}"
        if free < need:
            level = Level.BAD if free < need // 4 else Level.NOTE
            return Line(level, "磁盘", words, f"清理出至少 {_megabytes(need)}，写回和备份都要用")
        return Line(Level.GOOD, "磁盘", words)
    return Line(Level.NOTE, "磁盘", "看不到还有多少空间")


def places(books: PurePath, state: PurePath) -> Iterator[Line]:
    """Folders that a program copies to a cloud, and shares: what to mind about them."""
    for what, folder in (("工作簿的文件夹", books), ("状态文件夹", state)):
        service = synced_by(folder)
        if service and folder == state:
            todo = (
                "在 kesu.toml 里把 state_dir 设到这台电脑自己的文件夹（不同步的），同步程序会弄坏正在写的记录；"
                "这样就只能让这一台电脑运行 kesu：另一台看不到这里的记录，会把邮件再发一遍"
            )
            yield Line(Level.NOTE, what, f"在{service}里：{folder}", todo)
        elif service:
            todo = "同时改会出现“冲突副本”，kesu 只认原来的文件名；记录不要放在同步文件夹里（state_dir）；只让一台电脑运行 kesu"
            yield Line(Level.NOTE, what, f"在{service}里：{folder}", todo)
        elif on_share(folder):
            several = (
                "。几台电脑可以都装 kesu，同一时刻只有一台在处理"
                if on_share(state)
                else "，记录（state_dir）在这台电脑自己的文件夹里：只让一台电脑运行 kesu，两台各有各的记录，每封邮件会发两遍"
            )
            yield Line(Level.GOOD if on_share(state) else Level.NOTE, what, f"在网络共享上：{folder}{several}")


def synced_by(folder: PurePath) -> str:
    """The service whose folder this is in, judged by names; empty for none."""
    parts = [part.casefold() for part in folder.parts]
    for service, names in SYNCED:
        if any(part == name or part.startswith((f"{name} ", f"{name}-")) for part in parts for name in names):
            return service
    for variable in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        root = os.environ.get(variable)
        if root and folder.is_relative_to(root):
            return "OneDrive"
    return ""


def on_share(folder: PurePath) -> bool:
    r"""Whether it is on another computer: ``\\server\share``, a drive letter of one, or a mounted one."""
    if folder.drive.startswith("\\\\"):
        return True
    if os.name == "nt":
        import ctypes

        kinds = getattr(ctypes, "windll").kernel32  # noqa: B009 - mypy knows it on Windows alone
        return bool(kinds.GetDriveTypeW(f"{folder.drive}\\") == 4)  # DRIVE_REMOTE
    with contextlib.suppress(OSError):
        mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
        under = [(fields[1], fields[2]) for fields in mounts if folder.is_relative_to(fields[1].replace("\\040", " "))]
        kind = max(under, key=lambda pair: len(pair[0]), default=("", ""))[1]
        return kind in ("cifs", "smb3", "smbfs", "nfs", "nfs4", "fuse.sshfs", "9p", "drvfs")
    return False


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next((one for one in (folder, *folder.parents) if one.is_dir()), folder)


def _megabytes(size: int) -> str:
    units = ((1_000 * _MEGABYTE, "GB"), (_MEGABYTE, "MB"), (1_000, "KB"))
    unit, name = next((pair for pair in units if size >= pair[0]), (1, "字节"))
    return f"{size / unit:.1f} {name}" if unit >= _MEGABYTE else f"{size // unit} {name}"
