"""The page into its file: made beside it and renamed over it, and only when it says something else."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import stat
from collections.abc import Collection, Sequence
from pathlib import Path

from automation.checks.facts import Facts
from automation.dashboard import content, page
from automation.settings import Settings
from workbook import oserrors
from workbook.finding import Finding, Severity

FRESH = dt.timedelta(minutes=30)
"""How old a page may be that says all the same: a reader goes by its 截至."""
RENEWED = dt.timedelta(hours=1)
"""How long passes may have nothing to do before one renews the page: it warns of its age after two hours."""
_SUFFIX = ".kesu.tmp"
_LEFT_OVER = 3600


def publish(
    settings: Settings, facts: Facts, findings: Sequence[Finding], now: dt.datetime, told: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Write the page of a pass where ``kesu.toml`` has it, or nowhere; PAGE-01 when that could not be done."""
    target = settings.dashboard
    if target is None:
        return ()
    try:
        said = content.of(facts, findings, dealership=settings.dealership, workbook=settings.workbook.name, told=told)
        write(target, page.render(said, now))
    except OSError as error:
        return (_finding(target, oserrors.told(error), "看这个文件夹在不在、能不能写；下一次处理时再写"),)
    except Exception as error:  # noqa: BLE001 - a page that cannot be made stops no pass
        return (_finding(target, f"生成时出错（{type(error).__name__}：{error}）", "请把这句话告诉维护 kesu 的人"),)
    return ()


def _finding(target: Path, why: str, hint: str) -> Finding:
    return Finding("PAGE-01", Severity.WARNING, f"看板“{target.name}”没有更新：{why}", hint)


def rests(settings: Settings, now: dt.datetime, until: dt.datetime) -> dt.datetime:
    """Until when there is nothing to do, if there is nothing before ``until``: a page wants to be renewed."""
    return min(until, now + RENEWED) if settings.dashboard else until


def write(target: Path, made: bytes) -> bool:
    """Put a finished page in its place, whole or not at all; says whether it did. Raises ``OSError``."""
    real = target.resolve()
    if _stands(real, made):
        return False
    real.parent.mkdir(parents=True, exist_ok=True)
    temporary = real.with_name(f".{real.name}.{secrets.token_hex(4)}{_SUFFIX}")
    try:
        with temporary.open("xb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):  # whoever may read the old one may read the new one
            temporary.chmod(stat.S_IMODE(real.stat().st_mode))
        temporary.replace(real)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        _sweep(real)
    return True


def _stands(real: Path, made: bytes) -> bool:
    """Whether the file says all that already, and has not grown old."""
    try:
        with real.open("rb") as file:
            old, new = page.stamp(file.read(2_000)), page.stamp(made)
            whole = real.stat().st_size == len(made)
    except OSError:
        return False
    return bool(whole and old and new and old[1] == new[1] and dt.timedelta() <= new[0] - old[0] < FRESH)


def _sweep(real: Path) -> None:
    """Remove what a process that was killed left beside the page an hour ago or more."""
    with contextlib.suppress(OSError):
        newest = real.stat().st_mtime
        for left in real.parent.glob(f".{real.name}.*{_SUFFIX}"):
            if newest - left.stat().st_mtime > _LEFT_OVER:
                left.unlink(missing_ok=True)
