"""The computer: versions, clock, fonts, spreadsheet programs, and whether kesu runs by itself."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

from automation import health, heartbeat, installation
from automation.health import Level, Line
from automation.installation.steps import CannotInstall, Machine, task_of
from automation.settings import Settings
from automation.sla import official

_OLDEST = (3, 11)
_EIGHT_HOURS = dt.timedelta(hours=8)
_SLACK = dt.timedelta(minutes=10)

FONTS = (
    *("msyh*", "Deng*", "simhei*", "simsun*"),
    *("NotoSansCJK*", "NotoSansSC*", "NotoSerifCJK*", "SourceHan*", "wqy-*", "DroidSansFallback*", "uming*", "ukai*"),
    *("PingFang*", "Hiragino Sans GB*", "STHeiti*"),
)
"""Files of fonts that know Chinese."""


def look(settings: Settings, config: Path | None, machine: Machine, now: dt.datetime) -> Iterator[Line]:
    """One line a thing; none of them raises."""
    yield versions(sys.version_info[:3])
    yield clock(now, dt.datetime.now().astimezone().utcoffset() or dt.timedelta(), _latest(settings))
    yield health.calendar(official.published_until(), now.date())
    yield fonts(font_folders(machine))
    yield programs(machine)
    yield scheduled(settings, config, machine)


def versions(python: Sequence[int]) -> Line:
    """Of kesu, Python and the time zones."""
    told = ".".join(map(str, python))
    words = f"kesu {_version('kesu')}，Python {told}（{platform.system()} {platform.machine()}），tzdata {_version('tzdata')}"
    if tuple(python[:2]) < _OLDEST:
        return Line(Level.BAD, "版本", words, "请安装 Python 3.11 或更新版本")
    return Line(Level.GOOD, "版本", words)


def clock(now: dt.datetime, offset: dt.timedelta, latest: dt.datetime | None) -> Line:
    """``now`` is Beijing's, ``offset`` the computer's from UTC, ``latest`` the newest thing that must lie before now."""
    shown = f"现在是北京时间 {now:%Y-%m-%d %H:%M}"
    if latest is not None and latest > now + _SLACK:
        words = f"{shown}，可是已有的文件或记录是 {latest:%Y-%m-%d %H:%M} 的：电脑的时钟不对，或被拨回过"
        return Line(Level.BAD, "时钟", words, "打开系统的“自动设置时间”")
    if offset != _EIGHT_HOURS:
        hours = offset.total_seconds() / 3600
        words = f"{shown}；这台电脑的时区是 UTC{hours:+g}"
        return Line(Level.NOTE, "时钟", words, "kesu 一律按北京时间；在这台电脑上手工填的时间可能差几小时")
    return Line(Level.GOOD, "时钟", shown)


def fonts(folders: Sequence[Path]) -> Line:
    """Whether pictures drawn on this computer can show Chinese."""
    for folder in folders:
        for pattern in FONTS:
            found = next(folder.rglob(pattern), None) if folder.is_dir() else None
            if found is not None:
                return Line(Level.GOOD, "字体", f"有中文字体 {found.name}")
    todo = "Debian、Ubuntu：apt install fonts-noto-cjk；没有它，在这台电脑上画的图里汉字会是方框"
    return Line(Level.NOTE, "字体", "没有找到中文字体", todo)


def font_folders(machine: Machine) -> tuple[Path, ...]:
    """Where the system keeps fonts."""
    home = machine.home
    if machine.system == "win32":
        windows = Path(os.environ.get("WINDIR", r"C:\Windows"))
        return windows / "Fonts", home / "AppData" / "Local" / "Microsoft" / "Windows" / "Fonts"
    if machine.system == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"
    return (
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".local" / "share" / "fonts",
        home / ".fonts",
    )


def programs(machine: Machine) -> Line:
    """Spreadsheet programs on this computer; kesu itself needs none."""
    finders: dict[str, Callable[[Machine], dict[str, bool]]] = {"win32": _on_windows, "darwin": _on_mac}
    found = [name for name, there in finders.get(machine.system, _on_linux)(machine).items() if there]
    if found:
        return Line(Level.GOOD, "表格软件", "、".join(found))
    return Line(
        Level.GOOD, "表格软件", "这台电脑上没有找到 Excel、WPS 或 LibreOffice；kesu 不需要它们，看工作簿时才需要"
    )


def scheduled(settings: Settings, config: Path | None, machine: Machine) -> Line:
    """Whether the system runs kesu by itself."""
    try:
        registered = bool(installation.remove(task_of(settings, config, machine), machine).steps)
    except CannotInstall:
        registered = False
    beat = heartbeat.read(settings)
    seen = f"，最近一次 {beat.at:%m-%d %H:%M}" if beat else ""
    if registered:
        return Line(Level.GOOD, "自动运行", f"已登记，每 {settings.watch.every_minutes} 分钟一次{seen}")
    return Line(Level.NOTE, "自动运行", f"没有在这台电脑上登记{seen}", "运行 kesu install，或让 kesu watch 一直开着")


def _latest(settings: Settings) -> dt.datetime | None:
    """The newest of the workbook, the journal and the software itself, and the last sign of life."""
    found = []
    for path in (settings.workbook, settings.journal, Path(__file__)):
        if path.exists():
            utc = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
            found.append((utc + _EIGHT_HOURS).replace(tzinfo=None))
    beat = heartbeat.read(settings)
    return max([*found, *([beat.at] if beat else [])], default=None)


def _on_windows(machine: Machine) -> dict[str, bool]:
    paths = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths"
    keys = {"Excel": "excel.exe", "WPS": "et.exe", "LibreOffice": "scalc.exe"}
    return {
        name: any(machine.run(("reg", "query", rf"{root}\{paths}\{program}"))[0] == 0 for root in ("HKLM", "HKCU"))
        for name, program in keys.items()
    }


def _on_mac(machine: Machine) -> dict[str, bool]:
    apps = {"Excel": "Microsoft Excel", "WPS": "wpsoffice", "LibreOffice": "LibreOffice"}
    return {name: Path(f"/Applications/{app}.app").exists() for name, app in apps.items()}


def _on_linux(machine: Machine) -> dict[str, bool]:
    return {"WPS": machine.has("et"), "LibreOffice": machine.has("soffice") or machine.has("libreoffice")}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "（未安装）"
