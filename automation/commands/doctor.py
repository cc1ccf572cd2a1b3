"""``kesu doctor``: is everything in place for kesu to work here, and if not, what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import click

from automation import settings
from automation.checkup import files, machine, mail
from automation.health import Level, Line
from automation.installation.steps import Machine, here

_CODES = {Level.GOOD: 0, Level.NOTE: 1, Level.BAD: 2}


def examine(config: Path | None, workbook: Path | None, now: dt.datetime, *, computer: Machine | None = None) -> int:
    """Tell line by line as it is found out. 0: all in place; 1: worth a look; 2: something does not work."""
    worst = Level.GOOD
    for line in _lines(config, workbook, now, computer or here()):
        click.echo(str(line))
        worst = max(worst, line.level, key=_CODES.__getitem__)
    click.echo({Level.GOOD: "都好", Level.NOTE: "可以用，带 ! 的看一下", Level.BAD: "带 ✗ 的要先改好"}[worst])
    return _CODES[worst]


def _lines(config: Path | None, workbook: Path | None, now: dt.datetime, computer: Machine) -> Iterator[Line]:
    found, errors = settings.load(config, workbook=workbook)
    for error in errors:
        yield Line(Level.BAD, "配置", error, f"改正 {config}" if config else "")
    if not errors and config is None:
        yield Line(
            Level.NOTE, "配置", "没有 kesu.toml，全部用默认值", "把 templates/kesu.toml 复制到工作簿旁边，按说明填写"
        )
    elif not errors:
        yield Line(Level.GOOD, "配置", f"{config} 没有错误")
    if config is None and errors:
        return  # nobody said which workbook
    yield from files.look(found, now)
    if not errors:
        yield from mail.look(found, files.staff(found.workbook, found.adopted.aliases))
    yield from machine.look(found, config, computer, now)
