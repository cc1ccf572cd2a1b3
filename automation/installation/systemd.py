"""Linux: a timer and a service of the user's own systemd (systemd.timer(5), systemd.service(5))."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from automation.accounts import ENVIRONMENT
from automation.installation.steps import Delete, Machine, Plan, Run, Task, Write

_SERVICE = """\
[Unit]
Description={title}

[Service]
Type=oneshot
EnvironmentFile=-{environment}
ExecStart={command}
Nice=5
TimeoutStartSec=30min
"""
_TIMER = """\
[Unit]
Description={title}

[Timer]
OnActiveSec=1min
OnUnitActiveSec={minutes}min
AccuracySec=30s

[Install]
WantedBy=timers.target
"""


class Systemd:
    """Units in the user's folder; the timer starts with the user's first login, or with the computer once he lingers."""

    def install(self, task: Task, machine: Machine) -> Plan:
        service, timer = _places(task, machine)
        texts = {service: service_unit(task), timer: timer_unit(task)}
        return Plan(
            (
                *(Write(path, text.encode(), text) for path, text in texts.items()),
                Run(("systemctl", "--user", "daemon-reload")),
                Run(("systemctl", "--user", "enable", timer.name)),
                Run(("systemctl", "--user", "restart", timer.name)),  # a timer that runs already takes the new interval
            ),
            (
                f"要在您没有登录时也运行，再执行一次：loginctl enable-linger {machine.user}",
                f"邮箱密码若放在环境变量里，写进 {ENVIRONMENT}（权限 600），一行一个，如 KESU_MAIL_PASSWORD=…；下一次处理就有效。",
                f"每次处理说了什么：journalctl --user -u {service.name}",
            ),
        )

    def remove(self, task: Task, machine: Machine) -> Plan:
        there = [path for path in _places(task, machine) if path.is_file()]
        if not there:
            return Plan()
        return Plan(
            (
                Run(("systemctl", "--user", "disable", "--now", f"{task.name}.timer"), may_fail=True),
                *map(Delete, there),
                Run(("systemctl", "--user", "daemon-reload"), may_fail=True),
            )
        )


def service_unit(task: Task) -> str:
    """One pass."""
    # systemd takes no program with a quote or backslash in its name, but any word after one.
    words = ("/usr/bin/env", *task.command) if set(task.command[0]) & set("\"'\\") else task.command
    # A colon in front: then "$" stands for itself, also in the program's own name (systemd 244 and later).
    plain = not any("$" in word for word in words)
    command = " ".join(map(_quoted, words))
    return _SERVICE.format(
        title=_percent(task.title),
        command=command if plain else f":{command}",
        environment=ENVIRONMENT.replace("~", "%h"),
    )


def timer_unit(task: Task) -> str:
    """When: soon, and then again and again."""
    return _TIMER.format(title=_percent(task.title), minutes=task.minutes)


def cron(task: Task) -> str:
    """The same command for a crontab, where ``%`` ends the line unless it is escaped."""
    return shlex.join(task.command).replace("%", r"\%")


def _places(task: Task, machine: Machine) -> tuple[Path, Path]:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or machine.home / ".config")
    units = config / "systemd" / "user"
    return units / f"{task.name}.service", units / f"{task.name}.timer"


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{_percent(escaped)}"'


def _percent(text: str) -> str:
    return text.replace("%", "%%")
