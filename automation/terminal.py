"""What every command shares: its time and its settings, exit codes, and failures told plainly, never as a traceback."""

from __future__ import annotations

import datetime as dt
import functools
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from workbook import oserrors
from workbook.errors import BadConfig, KesuError

SHANGHAI = ZoneInfo("Asia/Shanghai")
_NOT_YET = dt.timedelta(days=1)
CLEAN, FOUND, COULD_NOT = 0, 1, 2
"""Exit codes: nothing found, findings, could not run."""


class Moment(click.ParamType[dt.datetime]):
    """``--now``: ISO 8601; Asia/Shanghai where no offset stands. Gives naive Shanghai wall clock."""

    name = "时间"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"“{value}”不是时间，写成例如 2026-11-21T09:30", param, ctx)
        if moment.tzinfo is not None:
            moment = moment.astimezone(SHANGHAI).replace(tzinfo=None)
        if not 2000 <= moment.year < 2100:
            self.fail(f"“{value}”不在 2000 到 2099 年之间", param, ctx)
        return moment


def this_moment() -> dt.datetime:
    """Now, read once a command and handed down: naive Shanghai wall clock to the second."""
    return dt.datetime.now(SHANGHAI).replace(tzinfo=None, microsecond=0)


def ask_about(now: dt.datetime) -> None:
    """At a terminal: whether a time that has not come is really meant. Raises ``click.Abort`` when not."""
    if _at_terminal() and now > this_moment() + _NOT_YET:
        click.echo(
            f"! {now:%Y-%m-%d %H:%M} 还没有到：会照那时的情况写回工作簿、发出提醒和汇总，并记录为已发；"
            "只想看看会怎样，用 --dry-run。"
        )
        click.confirm("照此处理吗？", default=False, abort=True)


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty()


def now_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--now T``."""
    return click.option(
        "--now", type=Moment(), default=this_moment, help="按这个时间计算，例如 2026-11-21T09:30（默认：现在）。"
    )(command)


WORKBOOK = click.Path(path_type=Path)
DAY = Moment()
"""A day, or a time whose day counts."""


def told_plainly(command: Callable[..., int | None]) -> Callable[..., None]:
    """Run a command; its return value is the exit code. Staff see a sentence, never a traceback."""

    @functools.wraps(command)
    def wrapped(*args: Any, **options: Any) -> None:
        try:
            code = command(*args, **options) or CLEAN
        except KesuError as error:
            click.echo(f"✗ {error}", err=True)
            code = COULD_NOT
        except click.ClickException:
            raise
        except BrokenPipeError:  # whoever read our output has enough of it (``| head``): what was done is done
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the last flush would complain again
            code = CLEAN
        except OSError as error:
            click.echo(
                f"✗ 读写文件失败（{oserrors.told(error)}）：{error.filename or ''}。请检查权限和磁盘。", err=True
            )
            code = COULD_NOT
        except Exception:  # noqa: BLE001 - the last resort: keep the details for whoever maintains kesu
            click.echo(
                f"✗ 程序出了意外，没有做完。工作簿若已写过，之前的文件在备份里。详情已存入 {_keep_details()}，请发给维护人员。",
                err=True,
            )
            code = COULD_NOT
        sys.exit(code)

    return wrapped


def _keep_details() -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="kesu-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(traceback.format_exc())
    return Path(log.name)


def settings_file(workbook: Path | None, config: Path | None) -> Path | None:
    """``--config``, else the ``kesu.toml`` beside the workbook or in this folder, if there is one."""
    beside = (workbook.absolute().parent if workbook else Path.cwd()) / "kesu.toml"
    return config or (beside if beside.is_file() else None)


def find_config(workbook: Path | None, config: Path | None) -> tuple[Path | None, Path | None]:
    """Which ``kesu.toml`` and which workbook are meant, as :func:`find_settings` says; ``None``: not known."""
    config = settings_file(workbook, config)
    if config is None and workbook is None:
        worked = [book for book in Path.cwd().glob("*.xls[xm]") if book.with_suffix(".kesu").is_dir()]
        workbook = worked[0] if len(worked) == 1 else None
    return config, workbook


def find_settings(workbook: Path | None, config: Path | None) -> Any:
    """Settings of ``--config``, else of the ``kesu.toml`` beside the workbook or in this folder, else the defaults.

    Without any of them the one workbook of this folder that kesu has worked on is meant.

    Raises :class:`~workbook.errors.BadConfig` with every mistake of the file.
    """
    from automation import settings

    config, workbook = find_config(workbook, config)
    found, errors = settings.load(config, workbook=workbook)
    if errors:
        name = f"“{config}”" if config else "设置"
        raise BadConfig(f"{name}有 {len(errors)} 处错误：\n" + "\n".join(f"  · {error}" for error in errors))
    if found.named is not None:
        _say_once(f"· 用的是“{config}”的设置，它里面写的工作簿是另一个（{found.named}）；这次处理的是 {found.workbook}")
    return found


@functools.cache
def _say_once(line: str) -> None:
    """A line beside what a command gives; ``kesu watch`` reads its settings again and again."""
    click.echo(line, err=True)
