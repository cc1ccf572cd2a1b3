"""``kesu restore``: the workbook as it was before an earlier pass wrote into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from automation.settings import Settings
from workbook import aliases, ledger, snapshot, store
from workbook.errors import KesuError
from workbook.location import place
from workbook.naming import Alias
from workbook.schema import REGISTER

_COUNTED = 5
"""The newest backups, whose tickets are counted: a large workbook takes a second to read."""


def bring_back(settings: Settings, backup: Path | None, now: dt.datetime) -> None:
    """List the backups, or put one in place; what stands there now becomes a backup itself."""
    kept = [one for one in store.backups(settings.backup_dir) if one.workbook == settings.workbook.name]
    if backup is None:
        _list(kept, settings)
        return
    if backup.name.isdigit() and not backup.exists():
        if not 1 <= int(backup.name) <= len(kept):
            raise KesuError(f"没有第 {backup.name} 份备份，现在有 {len(kept)} 份；不写 --backup 就列出全部。")
        backup = kept[int(backup.name) - 1].path
    inside = settings.backup_dir / backup.name
    backup = inside if not backup.exists() and inside.exists() else backup
    if not store.is_backup(backup, settings.workbook, settings.backup_dir):
        _refuse_other_workbooks(backup, settings)
    before = store.restore(settings.workbook, backup, backups=settings.backup_dir, keep=settings.backups.keep, now=now)
    click.echo(f"✓ 已恢复 {backup.name}" + (f"；恢复前的文件留在 {before}" if before else ""))


def _refuse_other_workbooks(file: Path, settings: Settings) -> None:
    """A file that kesu did not keep itself must hold the register: a weekly report is a workbook too.

    Raises NotAWorkbook and SheetMissing, each naming the file.
    """
    ledger.load(snapshot.read(file), settings.adopted.aliases)


def _list(kept: list[store.Backup], settings: Settings) -> None:
    """A line each, newest first: its number, until when the workbook looked so, how large, how many cases."""
    if not kept:
        click.echo(f"“{settings.workbook.name}”还没有备份：第一次写回时才会有（文件夹 {settings.backup_dir}）")
        return
    click.echo(f"“{settings.workbook.name}”的备份，每份是 kesu 在那个时间写回之前的样子，最新的在前：")
    own = settings.adopted.aliases
    there = _cases(settings.workbook, own)
    click.echo(f"  现在  {_size(settings.workbook)}{_told(there)}")
    for number, one in enumerate(kept, 1):
        cases = _cases(one.path, own) if number <= _COUNTED else None
        fewer = there - cases if cases is not None and there is not None else 0
        change = f"，比现在{'少' if fewer > 0 else '多'} {abs(fewer)} 单" if fewer else ""
        click.echo(
            f"{number:>4}  {one.taken:%Y-%m-%d %H:%M:%S}  {_size(one.path)}{_told(cases)}{change}  {one.path.name}"
        )
    click.echo(
        f"共 {len(kept)} 份，在 {settings.backup_dir}\n"
        "恢复：先关闭工作簿，再运行 kesu restore 工作簿 --backup 1（前面的序号，或文件名）；现在的文件会先另存为备份。\n"
        "拿不准时，先把那一份复制到别处，用 Excel 打开看。"
    )


def _cases(path: Path, own: Sequence[Alias]) -> int | None:
    """How many rows its register has; ``None`` where it has none that can be read."""
    try:
        seen = snapshot.read(path)
        placement = place(seen, aliases.place(seen, own)).get(REGISTER.sheet)
    except KesuError:
        return None
    return len(placement.rows) if placement else None


def _told(cases: int | None) -> str:
    return "" if cases is None else f"  反馈 {cases} 单"


def _size(path: Path) -> str:
    try:
        octets = path.stat().st_size
    except OSError:
        return "没有文件"
    return f"{octets / 1024:,.0f} KB" if octets < 1 << 20 else f"{octets / (1 << 20):,.1f} MB"
