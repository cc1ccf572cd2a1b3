"""What registering consists of: the task, the computer it is for, and the steps, which nobody has taken yet."""

from __future__ import annotations

import getpass
import hashlib
import locale
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from automation.settings import Settings
from workbook.errors import KesuError

_PATIENCE = 60.0  # seconds for a command of the system's


class CannotInstall(KesuError):
    """The system's scheduler is not there, or refused."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The computer: ``sys.platform``, whose account, where its files go, and how its commands are run.

    ``run`` gives a command's exit code and what it said; 127 where there is no such command.
    """

    system: str
    python: str
    home: Path
    user: str
    uid: int
    run: Callable[[Sequence[str]], tuple[int, str]]
    has: Callable[[str], bool]
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What is to run: ``command`` every so many ``minutes``.

    ``name`` is plain ASCII and another for each ``kesu.toml`` or workbook; ``title`` is for people. ``keep`` is a folder
    of kesu's own.
    """

    name: str
    title: str
    command: tuple[str, ...]
    minutes: int
    keep: Path


@dataclass(frozen=True, slots=True)
class Write:
    """A file to make, or to make anew; ``text`` is what people are shown of it."""

    path: Path
    data: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    """A file to take away, if it is there."""

    path: Path


@dataclass(frozen=True, slots=True)
class Run:
    """A command to run. ``may_fail``: it undoes what may not have been done."""

    command: tuple[str, ...]
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in their order, and what the person should know besides."""

    steps: tuple[Write | Delete | Run, ...] = ()
    notes: tuple[str, ...] = field(default=())


def here() -> Machine:
    """The computer kesu runs on."""
    return Machine(
        system=sys.platform,
        python=sys.executable,
        home=Path.home(),
        user=_user(),
        uid=os.getuid() if sys.platform != "win32" else 0,
        run=_run,
        has=lambda command: shutil.which(command) is not None,
        frozen=bool(getattr(sys, "frozen", False)),
    )


def task_of(settings: Settings, config: Path | None, machine: Machine) -> Task:
    """``kesu run`` on the settings of ``config``, or on the workbook alone where there is no file."""
    meant = config.absolute() if config else settings.workbook
    which = ("--config", str(meant)) if config else (str(meant),)
    # -P: a folder called "workbook" or "automation" wherever the scheduler starts it must not pass for kesu's own.
    begin = (_silent(machine),) if machine.frozen else (_silent(machine), "-P", "-m", "automation")
    digest = hashlib.sha256(os.path.normcase(str(meant)).encode()).hexdigest()[:8]
    title = f"kesu 客诉：{settings.workbook.name}"
    return Task(f"kesu-{digest}", title, (*begin, "run", *which), settings.watch.every_minutes, settings.state_dir)


def _silent(machine: Machine) -> str:
    """The interpreter; on Windows the one that opens no black window every few minutes."""
    silent = Path(machine.python).with_name("pythonw.exe")
    return str(silent) if machine.system == "win32" and silent.is_file() else machine.python


def _user() -> str:
    domain, name = os.environ.get("USERDOMAIN", ""), os.environ.get("USERNAME", "")
    if sys.platform == "win32" and domain and name:
        return f"{domain}\\{name}"
    return getpass.getuser()


def _run(command: Sequence[str]) -> tuple[int, str]:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        return 127, f"没有 {command[0]} 这个命令"
    except subprocess.TimeoutExpired:
        return 124, f"{command[0]} 没有回应"
    # Windows answers in the console's code page, which is not Python's idea of the locale in UTF-8 mode.
    words = (done.stderr or done.stdout).decode(locale.getencoding(), "replace")
    return done.returncode, " ".join(words.split())
