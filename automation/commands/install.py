"""``kesu install``: have the system run kesu, or no longer; first everything that would be done, then doing it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click

from automation import installation
from automation.installation.steps import CannotInstall, Delete, Machine, Plan, Run, Write, here, task_of
from automation.settings import Settings


def arrange(
    settings: Settings,
    config: Path | None,
    *,
    remove: bool,
    dry_run: bool,
    yes: bool,
    machine: Machine | None = None,
) -> int:
    """Tell, ask where somebody sits at the terminal, do. Doing it twice is the same as once.

    Raises :class:`~automation.installation.steps.CannotInstall` when the system refuses.
    """
    machine = machine or here()
    task = task_of(settings, config, machine)
    plan = installation.remove(task, machine) if remove else installation.install(task, machine)
    if not plan.steps:
        click.echo(f"{config or settings.workbook} 没有登记过自动运行，不用取消")
        return 0
    if remove:
        click.echo(f"取消自动运行（{task.name}），将要：")
    else:
        click.echo(f"让系统每 {task.minutes} 分钟运行一次 kesu run（{task.name}），将要：")
    _tell(plan)
    if dry_run:
        click.echo("以上只是演算，什么也没有做")
        return 0
    at_terminal = sys.stdin is not None and sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty()
    if at_terminal and not yes and not click.confirm("照此执行吗？"):
        click.echo("什么也没有做")
        return 0
    for step in plan.steps:
        _take(step, machine)
    click.echo("✓ 已取消自动运行；工作簿、记录和备份都还在" if remove else "✓ 已登记；用 kesu status 看它是否在运行")
    return 0


def _tell(plan: Plan) -> None:
    """The steps exactly as they would be taken."""
    for step in plan.steps:
        match step:
            case Write():
                click.echo(f"  写入 {step.path}\n" + "\n".join(f"    | {line}" for line in step.text.splitlines()))
            case Delete():
                click.echo(f"  删除 {step.path}")
            case Run():
                click.echo(f"  执行 {' '.join(f'“{word}”' if ' ' in word else word for word in step.command)}")
    for note in plan.notes:
        click.echo(f"  · {note}")


def _take(step: Write | Delete | Run, machine: Machine) -> None:
    match step:
        case Write():
            step.path.parent.mkdir(parents=True, exist_ok=True)
            step.path.write_bytes(step.data)
        case Delete():
            with contextlib.suppress(FileNotFoundError):
                step.path.unlink()
        case Run():
            code, words = machine.run(step.command)
            if code and not step.may_fail:
                raise CannotInstall(
                    f"{' '.join(step.command)} 没有成功（{code}）：{words or '没有说明'}。用 kesu install --remove 撤销已做的部分"
                )
