"""Click in Chinese: help pages and usage errors as staff read them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

_USAGE = "用法: "


class Command(click.Command):
    """A command whose help page is Chinese throughout."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[选项]", **more})

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_USAGE)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
        records = [(flag, text.replace("[required]", "（必填）")) for flag, text in records]
        if records:
            with formatter.section("选项"):
                formatter.write_dl(records)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示这些说明。"
        return option


class Group(click.Group, Command):
    """A group of them; the outermost one also tells usage errors in Chinese and exits with 2."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": "命令 [参数]…", **more})

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        Command.format_options(self, ctx, formatter)
        rows = [(name, command) for name in self.list_commands(ctx) if (command := self.get_command(ctx, name))]
        with formatter.section("命令"):
            formatter.write_dl([(name, command.get_short_help_str(limit=200)) for name, command in rows])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            code = 0
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "kesu"
            click.echo(f"✗ {_sentence(error).rstrip('。')}。用 {command} --help 查看用法。", err=True)
            code = 2
        except click.ClickException as error:
            click.echo(f"✗ {error.format_message()}", err=True)
            code = 2
        except click.Abort:
            click.echo("✗ 已中断。", err=True)
            code = 2
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else 0)
        return code


def _sentence(error: click.UsageError) -> str:
    told: dict[type[click.UsageError], Callable[[Any], str]] = {
        click.MissingParameter: lambda e: f"缺少 {_name(e.param)}",
        click.NoSuchOption: lambda e: f"没有选项 {e.option_name}" + _near(e.possibilities),
        click.BadOptionUsage: lambda e: f"选项 {e.option_name} 后面要跟一个值",
        click.BadParameter: lambda e: f"{_name(e.param)} 不对：{_wanted(e)}",
    }
    for kind, tell in told.items():
        if isinstance(error, kind):
            return tell(error)
    if error.message.startswith("No such command"):
        return f"没有命令 {error.message.split(chr(39))[1]}"
    if error.message.startswith("Got unexpected extra argument"):
        return f"多出了参数 {error.message.partition('(')[2].partition(')')[0]}"
    return error.message.rstrip(".")


def _name(param: click.Parameter | None) -> str:
    if param is None:
        return "参数"
    return param.opts[0] if isinstance(param, click.Option) else (param.metavar or param.human_readable_name)


def _wanted(error: click.BadParameter) -> str:
    """What would be right, where click itself says it in English."""
    kind = error.param.type if error.param else None
    if isinstance(kind, click.IntRange):
        return f"要填 {kind.min} 到 {kind.max} 的整数"
    if isinstance(kind, click.Choice):
        return f"要填 {'、'.join(map(str, kind.choices))} 其中一个"
    if isinstance(kind, type(click.INT)):
        return "要填整数"
    if isinstance(kind, click.Path):
        if "readable" in error.message:
            return "没有权限读；请让管理员给运行 kesu 的账号读写权限"
        return "要填文件夹，不是文件" if "is a file" in error.message else "要填文件，不是文件夹"
    return error.message


def _near(possibilities: Sequence[str] | None) -> str:
    return f"（是不是 {possibilities[0]}？）" if possibilities else ""
