"""The command ``kesu``: thin, in Chinese, and quick to start: a command imports what it needs when it runs."""

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

from automation.commands.chinese import Group
from workbook.errors import BadConfig, KesuError

SHANGHAI = ZoneInfo("Asia/Shanghai")
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


def now_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--now T``."""
    return click.option(
        "--now", type=Moment(), default=this_moment, help="按这个时间计算，例如 2026-11-21T09:30（默认：现在）。"
    )(command)


WORKBOOK = click.Path(path_type=Path)


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
                f"✗ 读写文件失败（{error.strerror or error}）：{error.filename or ''}。请检查权限和磁盘。", err=True
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


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="kesu", message="kesu %(version)s", help="显示版本。")
def main() -> None:
    """客诉工作簿的自动化：检查、编号、计算时限、提醒、汇总。"""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console or a pipe may be GBK or ASCII: never fail on a sign
            stream.reconfigure(encoding="utf-8" if not stream.isatty() else None, errors="replace")


@main.command()
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("kesu-demo"), metavar="[文件夹]"
)
@now_option
@told_plainly
def demo(folder: Path, now: dt.datetime) -> None:
    """做一个样例经销店，跑一遍，告诉您做了什么、该打开哪些文件。"""
    from automation.commands.demo import demonstrate

    demonstrate(folder, now)


@main.command()
@click.argument("workbook", type=WORKBOOK, metavar="工作簿")
@click.option("--sample", type=click.IntRange(0, 100_000), metavar="单数", help="装入一个样例经销店，这么多单反馈。")
@click.option(
    "--seed",
    type=int,
    metavar="整数",
    default=1,
    show_default=True,
    help="样例的随机种子：同样的种子得到同样的工作簿。",
)
@now_option
@told_plainly
def new(workbook: Path, sample: int | None, seed: int, now: dt.datetime) -> None:
    """新建工作簿（空的，或带样例）。"""
    from automation.commands.new import create

    create(workbook, sample=sample, seed=seed, now=now)
    click.echo(f"✓ 已新建 {workbook}。请先在“人员”表里换上本店的人员和邮箱，然后就可以在“反馈登记”里填写。")


@main.command()
@click.argument("workbook", type=WORKBOOK, metavar="工作簿")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出全部发现。")
@now_option
@told_plainly
def check(workbook: Path, as_json: bool, now: dt.datetime) -> int:
    """只读检查：列出每一个问题在哪一格、该怎么改。退出码 0 无问题，1 有问题，2 无法检查。"""
    from automation.commands.check import report

    return report(workbook, as_json=as_json, now=now)


@main.command()
@click.argument("workbook", type=WORKBOOK, required=False, metavar="[工作簿]")
@click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml（默认：工作簿旁边的那个）。")
@click.option("--dry-run", is_flag=True, help="只说要做什么，什么也不做。")
@now_option
@told_plainly
def run(workbook: Path | None, config: Path | None, dry_run: bool, now: dt.datetime) -> int:
    """处理一遍：检查、编号、计算时限、写回工作簿、发提醒、发到期的汇总。"""
    from automation import heartbeat, rest

    settings = find_settings(workbook, config)
    quiet = None if dry_run else rest.until(settings, now)
    if quiet is not None:
        heartbeat.quiet(settings, now)
        click.echo(f"没有变化：工作簿和上次处理时一样，{quiet:%m-%d %H:%M} 之前没有要做的事")
        return CLEAN
    from automation.commands.run import once

    return once(settings, now=now, dry_run=dry_run)


@main.command()
@click.argument("workbook", type=WORKBOOK, required=False, metavar="[工作簿]")
@click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml（默认：工作簿旁边的那个）。")
@told_plainly
def watch(workbook: Path | None, config: Path | None) -> int:
    """一直值守：每几分钟处理一遍，按时发汇总，错过的补发；按 Ctrl+C 结束。"""
    from automation.commands.watch import keep

    return keep(workbook, config)


@main.command()
@click.argument("workbook", type=WORKBOOK, metavar="工作簿")
@click.argument("ticket", metavar="编号")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@now_option
@told_plainly
def explain(workbook: Path, ticket: str, as_json: bool, now: dt.datetime) -> int:
    """说明一单的每个环节：规则、出处、起点、时限、截止、实际、结论，以及怎么算出来的。"""
    from automation.commands.explain import tell_of

    return tell_of(workbook, ticket, as_json=as_json, now=now)


@main.command()
@click.argument("workbook", type=WORKBOOK, metavar="工作簿")
@click.option(
    "--rules", type=WORKBOOK, metavar="另一份工作簿", help="用它的规则、节假日、营业时间；默认：来源文件的默认规则。"
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出全部变化。")
@now_option
@told_plainly
def replay(workbook: Path, rules: Path | None, as_json: bool, now: dt.datetime) -> int:
    """换一套规则，把全部历史重新判一遍：哪些结论会变，哪个环节、哪位责任人。只看不改。"""
    from automation.commands.replay import again

    return again(workbook, rules, as_json=as_json, now=now)


@main.command()
@click.argument("name", metavar="名称")
@click.argument("workbook", type=WORKBOOK, metavar="工作簿")
@click.option("--period", metavar="期", help="2026-W47（周）或 2026-10（月）；默认：最近完整的一期。")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="文件夹",
    help="放到这个文件夹。",
)
@now_option
@told_plainly
def report(name: str, workbook: Path, period: str | None, output: Path, now: dt.datetime) -> None:
    """生成一份汇总（邮件和工作簿）到文件夹。现有：weekly（周报，每周二）、monthly（月报，每月 2 日）。"""
    from automation.commands.report import produce

    for path in produce(name, workbook, period=period, output=output, now=now):
        click.echo(f"✓ {path}")


@main.group()
def outbox() -> None:
    """待发、已发、失败和不确定的邮件。"""


def outbox_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which journal: by workbook, by kesu.toml, or the only one in this folder."""
    command = click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml。")(command)
    return click.argument("workbook", type=WORKBOOK, required=False, metavar="[工作簿]")(command)


@outbox.command("list")
@outbox_options
@told_plainly
def outbox_list(workbook: Path | None, config: Path | None) -> None:
    """列出全部邮件和它们的状态。"""
    from automation.commands.outbox import listing

    listing(find_settings(workbook, config))


@outbox.command("show")
@click.argument("key", metavar="序号")
@outbox_options
@told_plainly
def outbox_show(key: str, workbook: Path | None, config: Path | None) -> None:
    """显示一封邮件的收件人、状态和正文。"""
    from automation.commands.outbox import show

    show(find_settings(workbook, config), key)


@outbox.command("retry")
@click.argument("key", metavar="序号")
@outbox_options
@now_option
@told_plainly
def outbox_retry(key: str, workbook: Path | None, config: Path | None, now: dt.datetime) -> None:
    """失败或等待中的邮件，下一次立即再发。"""
    from automation.commands.outbox import retry

    retry(find_settings(workbook, config), key, now)


@outbox.command("release")
@click.argument("key", metavar="序号")
@outbox_options
@now_option
@told_plainly
def outbox_release(key: str, workbook: Path | None, config: Path | None, now: dt.datetime) -> None:
    """不确定是否送达的邮件，确认后放行再发（对方可能收到两次）。"""
    from automation.commands.outbox import release

    release(find_settings(workbook, config), key, now)


@main.group()
def mail() -> None:
    """发信邮箱。"""


@mail.command("setup")
@outbox_options
@click.option("--provider", metavar="邮箱", help="exmail、qq、163、aliyun、office365、relay、other；写了就不再询问。")
@click.option("--user", metavar="地址", help="邮箱地址（登录名）。密码只从环境变量或凭据管理器取。")
@click.option("--sender", metavar="地址", help="发信人邮箱（默认：同 --user）。")
@click.option("--sender-name", metavar="名字", help="发信人显示的名字。")
@click.option("--host", metavar="服务器", help="relay、other 的发信服务器。")
@click.option("--port", type=click.IntRange(1, 65_535), metavar="端口", help="默认按加密方式。")
@click.option("--security", type=click.Choice(["ssl", "starttls", "none"]), help="加密方式。")
@click.option("--test-mail/--no-test-mail", default=None, help="给自己发一封测试邮件。")
@now_option
@told_plainly
def mail_setup(workbook: Path | None, config: Path | None, now: dt.datetime, **given: Any) -> int:
    """选邮箱、登录试一下、把密码存进系统的凭据管理器，并写好 kesu.toml。"""
    from automation.commands.mail import Given, setup

    return setup(config, workbook, Given(**given), now)


@main.command()
@click.argument("workbook", type=WORKBOOK, metavar="工作簿")
@click.option("--backup", type=WORKBOOK, metavar="备份", help="恢复这一份；不写则列出全部备份。")
@click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml（默认：工作簿旁边的那个）。")
@now_option
@told_plainly
def restore(workbook: Path, backup: Path | None, config: Path | None, now: dt.datetime) -> None:
    """列出 kesu 写回之前留下的备份，或恢复其中一份（现在的文件也会先备份）。"""
    from automation.commands.restore import bring_back

    bring_back(find_settings(workbook, config), backup, now)


@main.command()
@click.argument("workbook", type=WORKBOOK, required=False, metavar="[工作簿]")
@click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml（默认：工作簿旁边的那个）。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@now_option
@told_plainly
def status(workbook: Path | None, config: Path | None, as_json: bool, now: dt.datetime) -> int:
    """是否一切正常：上次处理、等着写回的改动、邮件、接下来的汇总。退出码 0 正常，1 有事要人处理，2 无法判断。"""
    from automation.commands.status import report

    return report(find_settings(workbook, config), as_json=as_json, now=now)


@main.command()
@click.argument("workbook", type=WORKBOOK, required=False, metavar="[工作簿]")
@click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml（默认：工作簿旁边的那个）。")
@now_option
@told_plainly
def doctor(workbook: Path | None, config: Path | None, now: dt.datetime) -> int:
    """检查配置、文件夹、邮箱、字体、Excel 等是否就绪，不发信也不改工作簿。退出码 0 都好，1 有提醒，2 有问题。"""
    from automation.commands.doctor import examine

    return examine(*find_config(workbook, config), now)


@main.command()
@click.argument("workbook", type=WORKBOOK, required=False, metavar="[工作簿]")
@click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml（默认：工作簿旁边的那个）。")
@click.option("--remove", is_flag=True, help="取消自动运行，删掉登记时建的文件。")
@click.option("--dry-run", is_flag=True, help="只说要做什么，什么也不做。")
@click.option("--yes", is_flag=True, help="不再询问。")
@told_plainly
def install(workbook: Path | None, config: Path | None, remove: bool, dry_run: bool, yes: bool) -> int:
    """让系统定时运行 kesu run：Windows 任务计划程序、Linux systemd、macOS launchd。先列出要做的事。"""
    from automation import settings
    from automation.commands.install import arrange

    config, workbook = find_config(workbook, config)
    # What was registered can be taken back though its kesu.toml is gone or wrong: its path alone names it.
    found = settings.load(config, workbook=workbook)[0] if remove else find_settings(workbook, config)
    return arrange(found, config, remove=remove, dry_run=dry_run, yes=yes)


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
    return found
