"""Registering ``kesu run`` with the operating system: what would be done, as a plan, one file a system."""

from __future__ import annotations

from automation.installation import launchd, systemd, windows
from automation.installation.steps import CannotInstall, Machine, Plan, Task

__all__ = ["install", "remove"]


def install(task: Task, machine: Machine) -> Plan:
    """What to do so that ``task`` runs. Raises :class:`CannotInstall` where this computer cannot."""
    return _system(machine, task).install(task, machine)


def remove(task: Task, machine: Machine) -> Plan:
    """What to do so that it no longer runs; an empty plan when it never did."""
    return _system(machine, task).remove(task, machine)


def _system(machine: Machine, task: Task) -> windows.Windows | systemd.Systemd | launchd.Launchd:
    if machine.system == "win32":
        return windows.Windows()
    if machine.system == "darwin":
        return launchd.Launchd()
    if machine.has("systemctl"):
        return systemd.Systemd()
    raise CannotInstall(
        "这台电脑上没有 systemd，不能自动登记。用 crontab -e 加上这一行，效果相同：\n"
        f"  */{task.minutes} * * * * {systemd.cron(task)}"
    )
