"""The command ``kesu``: thin, in Chinese, and quick to start: a command imports what it needs when it runs."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from automation.commands.chinese import Group
from automation.terminal import CLEAN, DAY, WORKBOOK, ask_about, find_config, find_settings, now_option, told_plainly


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
@click.option(
    "--since", type=DAY, metavar="日期", help="从哪天接收的单起计时，例如 2026-11-01（默认：今天）；更早的是历史记录。"
)
@click.option("--sheet", metavar="工作表", help="哪一张是登记表（默认：自己认）。")
@click.option("--all-columns", "everything", is_flag=True, help="把 kesu 的列全部加上（默认：只加计时要用的）。")
@click.option("--yes", is_flag=True, help="照打算的写入；不写这一项只看不改，在终端里会先问一句。")
@click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml（默认：工作簿旁边的那个）。")
@now_option
@told_plainly
def adopt(workbook: Path, config: Path | None, now: dt.datetime, since: dt.datetime | None, **wish: Any) -> int:
    """接管贵店自己的登记表：认出表头，右侧加上 kesu 的列，补上缺的工作表；原有内容不动。"""
    from automation.commands.adopt import Wish, take_up

    return take_up(workbook, config, Wish(since=since.date() if since else None, **wish), now)


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
@click.option("--yes", is_flag=True, help="时间没有错：跳得再多也照此发出、存档，不再询问。")
@now_option
@told_plainly
def run(workbook: Path | None, config: Path | None, dry_run: bool, yes: bool, now: dt.datetime) -> int:
    """处理一遍：检查、编号、计算时限、写回工作簿、发提醒、发到期的汇总。"""
    from automation import heartbeat, rest

    settings = find_settings(workbook, config)
    if not dry_run and not yes:
        ask_about(now)
    quiet = None if dry_run else rest.until(settings, now)
    if quiet is not None:
        heartbeat.quiet(settings, now)
        click.echo(f"没有变化：工作簿和上次处理时一样，{quiet:%m-%d %H:%M} 之前没有要做的事")
        return CLEAN
    from automation.commands.run import once

    return once(settings, now=now, dry_run=dry_run, sure=yes)


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
    """说明一单的每个环节：规则、出处、起点、时限、截止、实际、结论，以及怎么算出来的。写车牌号则列出这辆车的各单。"""
    from automation.commands.explain import tell_of

    return tell_of(workbook, ticket, as_json=as_json, now=now)


@main.command()
@click.argument("workbook", type=WORKBOOK, metavar="工作簿")
@click.argument("ticket", metavar="编号")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="文件夹",
    help="放到这个文件夹（默认：当前文件夹）。",
)
@click.option(
    "--kind",
    type=click.Choice(["处理单", "过失", "重大", "证据", "全部"]),
    default="全部",
    metavar="种类",
    help="处理单、过失、重大、证据，或全部：本单用得上的都做（默认：全部）。",
)
@click.option("--pdf", "as_pdf", is_flag=True, help="再做一份 PDF（需要 LibreOffice）。")
@click.option("--masked", is_flag=True, help="遮挡客户姓名、电话、车牌号、车架号（默认不遮挡）。")
@click.option("--findings", is_flag=True, help="证据材料里附上 kesu 的检查发现（默认不附，那是内部核对）。")
@now_option
@told_plainly
def form(
    workbook: Path, ticket: str, output: Path, kind: str, as_pdf: bool, masked: bool, findings: bool, now: dt.datetime
) -> int:
    """打印一单的表单：客户信息反馈处理单、过失处理意见或协商意见、重大质量事故处理申请表、投诉处理证据材料。

    写车牌号则列出这辆车的各单。只读，不改工作簿。
    """
    from automation.commands.form import prepare

    return prepare(workbook, ticket, output=output, kind=kind, as_pdf=as_pdf, masked=masked, findings=findings, now=now)


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
    """生成一份汇总（邮件和工作簿）到文件夹。现有：weekly（周报，每周二）、monthly（月报，每月 2 日）、
    rewards（奖罚情况，每月 4 日，给财务部；没有报送的月份是草稿）、
    calls（未了事宜沟通清单，每月 1 日）、pending（未了事宜月报，每月 4 日）、notices（内部信息反馈单，每月 3 日）、
    analysis（投诉分析月报，每月 3 日）。
    """
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


def outbox_entry(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which entry of which journal; the workbook may stand before or behind the entry."""

    @functools.wraps(command)
    def sorted_out(words: tuple[str, ...], config: Path | None, **options: Any) -> Any:
        books = [Path(word) for word in words if word.lower().endswith((".xlsx", ".xlsm"))]
        keys = [word for word in words if not word.lower().endswith((".xlsx", ".xlsm"))]
        if len(keys) != 1 or len(books) > 1:
            raise click.UsageError("要写一个序号（用 kesu outbox list 查看），工作簿写在它前面或后面都可以")
        return command(key=keys[0], settings=find_settings(books[0] if books else None, config), **options)

    with_config = click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml。")
    return click.argument("words", nargs=-1, metavar="序号 [工作簿]")(with_config(sorted_out))


@outbox.command("list")
@outbox_options
@click.option("--all", "everything", is_flag=True, help="全部列出（默认：没有发到的，和最近 30 封）。")
@click.option("--state", "states", multiple=True, metavar="状态", help="只列这种：待发、稍后重发、不确定、已发、失败……")
@told_plainly
def outbox_list(workbook: Path | None, config: Path | None, everything: bool, states: tuple[str, ...]) -> None:
    """列出邮件和它们的状态：没有发到的，和最近 30 封。"""
    from automation.commands.outbox import STATES, listing

    if wrong := set(states) - set(STATES):
        raise click.UsageError(f"--state 没有“{'、'.join(sorted(wrong))}”，可以写：{'、'.join(STATES)}")
    listing(find_settings(workbook, config), everything=everything, states=states)


@outbox.command("show")
@outbox_entry
@told_plainly
def outbox_show(key: str, settings: Any) -> None:
    """显示一封邮件的收件人、状态和正文。"""
    from automation.commands.outbox import show

    show(settings, key)


@outbox.command("retry")
@click.option("--to", multiple=True, metavar="新邮箱", help="改发到这个邮箱；几个人没有收到的，写“旧邮箱=新邮箱”。")
@outbox_entry
@now_option
@told_plainly
def outbox_retry(key: str, settings: Any, to: tuple[str, ...], now: dt.datetime) -> None:
    """失败、等待中或被人拒收的邮件，下一次立即再发给没有收到的人。"""
    from automation.commands.outbox import retry

    retry(settings, key, to, now)


@outbox.command("release")
@outbox_entry
@now_option
@told_plainly
def outbox_release(key: str, settings: Any, now: dt.datetime) -> None:
    """不确定是否送达的邮件，确认后放行再发（对方可能收到两次）。"""
    from automation.commands.outbox import release

    release(settings, key, now)


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


@mail.command("templates")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="文件夹")
@told_plainly
def mail_templates(folder: Path) -> None:
    """把自带的邮件模板复制到文件夹里，供修改；已经在那里的文件一个也不动。"""
    from automation.commands.templates import copy

    copy(folder)


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


@main.group()
def macros() -> None:
    """工作簿里的宏：不用宏功能也完整，用了填表更省事。"""


@macros.command("install")
@click.argument("workbook", type=WORKBOOK, metavar="工作簿")
@click.option("--config", type=click.Path(path_type=Path), metavar="文件", help="kesu.toml（默认：工作簿旁边的那个）。")
@now_option
@told_plainly
def macros_install(workbook: Path, config: Path | None, now: dt.datetime) -> None:
    """给 .xlsx 做一份带宏的 .xlsm，或更新 .xlsm 里的宏；工作簿自己的宏不动。"""
    from automation.commands.macros import install as put_in

    put_in(find_settings(workbook, config), now)


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
