"""macOS: a launch agent of the user's own (launchd.plist(5))."""

from __future__ import annotations

import plistlib
from pathlib import Path

from automation.installation.steps import Delete, Machine, Plan, Run, Task, Write


class Launchd:
    """A property list in ~/Library/LaunchAgents; it runs while the user is logged in."""

    def install(self, task: Task, machine: Machine) -> Plan:
        place, data = _place(task, machine), plist(task)
        return Plan(
            (
                Write(place, data, data.decode()),
                Run(("launchctl", "bootout", f"gui/{machine.uid}/{task.name}"), may_fail=True),
                Run(("launchctl", "bootstrap", f"gui/{machine.uid}", str(place))),
            ),
            (
                "您登录着这台 Mac 时运行。",
                "登记的任务看不到终端里设的环境变量：邮箱密码请放进钥匙串。",
            ),
        )

    def remove(self, task: Task, machine: Machine) -> Plan:
        place = _place(task, machine)
        if not place.is_file():
            return Plan()
        return Plan(
            (Run(("launchctl", "bootout", f"gui/{machine.uid}/{task.name}"), may_fail=True), Delete(place)),
        )


def plist(task: Task) -> bytes:
    """The agent as launchd reads it. What was missed in sleep is made up for once on waking."""
    return plistlib.dumps(
        {
            "Label": task.name,
            "ProgramArguments": list(task.command),
            "StartInterval": task.minutes * 60,
            "RunAtLoad": True,
            "ProcessType": "Background",
        },
        sort_keys=False,
    )


def _place(task: Task, machine: Machine) -> Path:
    return machine.home / "Library" / "LaunchAgents" / f"{task.name}.plist"
