"""``kesu restore``: the workbook as it was before an earlier pass wrote into it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from automation.settings import Settings
from workbook import store


def bring_back(settings: Settings, backup: Path | None, now: dt.datetime) -> None:
    """List the backups, or put one in place; what stands there now becomes a backup itself."""
    kept = [one for one in store.backups(settings.backup_dir) if one.workbook == settings.workbook.name]
    if backup is None:
        for one in kept:
            click.echo(f"{one.taken:%Y-%m-%d %H:%M:%S}  {one.path}")
        click.echo(f"共 {len(kept)} 份备份" + ("；用 --backup 文件 恢复其中一份" if kept else ""))
        return
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
    from workbook import ledger, snapshot  # heavy, and rarely needed

    ledger.load(snapshot.read(file), settings.adopted.aliases)
