"""Registering with the system: every file that would be made is read back by other eyes, and nothing is done twice."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from automation import accounts, settings
from automation.cli import main
from automation.commands.install import arrange
from automation.installation import launchd, steps, systemd, windows
from automation.installation.steps import CannotInstall, Machine, Task
from tests.tables import plain

# What [MS-TSCH] 2.5 says of the elements that are used, names, order and values:
# learn.microsoft.com/openspecs/windows_protocols/ms-tsch/0d6383e4-de92-43e7-b0bb-a60cfa36379f (2.5 and its parts)
# and the Task Scheduler schema pages of learn.microsoft.com/windows/win32/taskschd (triggerBaseType, settingsType, execType).
SCHEMA = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"
           targetNamespace="http://schemas.microsoft.com/windows/2004/02/mit/task" elementFormDefault="qualified">
  <xs:simpleType name="some"><xs:restriction base="xs:string"><xs:minLength value="1"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="path"><xs:restriction base="some"><xs:maxLength value="260"/></xs:restriction></xs:simpleType>
  <xs:element name="Task"><xs:complexType><xs:all>
    <xs:element name="RegistrationInfo" minOccurs="0"><xs:complexType><xs:all>
      <xs:element name="URI" type="xs:anyURI" minOccurs="0"/>
      <xs:element name="Source" type="xs:string" minOccurs="0"/>
      <xs:element name="Date" type="xs:dateTime" minOccurs="0"/>
      <xs:element name="Author" type="xs:string" minOccurs="0"/>
      <xs:element name="Description" type="xs:string" minOccurs="0"/>
    </xs:all></xs:complexType></xs:element>
    <xs:element name="Triggers"><xs:complexType><xs:choice maxOccurs="48">
      <xs:element name="TimeTrigger"><xs:complexType><xs:sequence>
        <xs:element name="Enabled" type="xs:boolean" minOccurs="0"/>
        <xs:element name="StartBoundary" type="xs:dateTime"/>
        <xs:element name="EndBoundary" type="xs:dateTime" minOccurs="0"/>
        <xs:element name="Repetition" minOccurs="0"><xs:complexType><xs:all>
          <xs:element name="Interval"><xs:simpleType><xs:restriction base="xs:duration">
            <xs:minInclusive value="PT1M"/><xs:maxInclusive value="P31D"/>
          </xs:restriction></xs:simpleType></xs:element>
          <xs:element name="Duration" type="xs:duration" minOccurs="0"/>
          <xs:element name="StopAtDurationEnd" type="xs:boolean" minOccurs="0"/>
        </xs:all></xs:complexType></xs:element>
        <xs:element name="ExecutionTimeLimit" type="xs:duration" minOccurs="0"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:choice></xs:complexType></xs:element>
    <xs:element name="Principals"><xs:complexType><xs:sequence>
      <xs:element name="Principal"><xs:complexType><xs:all>
        <xs:element name="UserId" type="some" minOccurs="0"/>
        <xs:element name="LogonType" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
          <xs:enumeration value="S4U"/><xs:enumeration value="Password"/><xs:enumeration value="InteractiveToken"/>
        </xs:restriction></xs:simpleType></xs:element>
        <xs:element name="RunLevel" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
          <xs:enumeration value="LeastPrivilege"/><xs:enumeration value="HighestAvailable"/>
        </xs:restriction></xs:simpleType></xs:element>
      </xs:all><xs:attribute name="id" type="xs:ID"/></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="Settings" minOccurs="0"><xs:complexType><xs:all>
      <xs:element name="AllowStartOnDemand" type="xs:boolean" minOccurs="0"/>
      <xs:element name="MultipleInstancesPolicy" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
        <xs:enumeration value="Parallel"/><xs:enumeration value="Queue"/>
        <xs:enumeration value="IgnoreNew"/><xs:enumeration value="StopExisting"/>
      </xs:restriction></xs:simpleType></xs:element>
      <xs:element name="DisallowStartIfOnBatteries" type="xs:boolean" minOccurs="0"/>
      <xs:element name="StopIfGoingOnBatteries" type="xs:boolean" minOccurs="0"/>
      <xs:element name="AllowHardTerminate" type="xs:boolean" minOccurs="0"/>
      <xs:element name="StartWhenAvailable" type="xs:boolean" minOccurs="0"/>
      <xs:element name="RunOnlyIfNetworkAvailable" type="xs:boolean" minOccurs="0"/>
      <xs:element name="WakeToRun" type="xs:boolean" minOccurs="0"/>
      <xs:element name="Enabled" type="xs:boolean" minOccurs="0"/>
      <xs:element name="Hidden" type="xs:boolean" minOccurs="0"/>
      <xs:element name="IdleSettings" minOccurs="0"><xs:complexType><xs:all>
        <xs:element name="StopOnIdleEnd" type="xs:boolean" minOccurs="0"/>
        <xs:element name="RestartOnIdle" type="xs:boolean" minOccurs="0"/>
      </xs:all></xs:complexType></xs:element>
      <xs:element name="ExecutionTimeLimit" type="xs:duration" minOccurs="0"/>
      <xs:element name="Priority" minOccurs="0"><xs:simpleType><xs:restriction base="xs:byte">
        <xs:minInclusive value="0"/><xs:maxInclusive value="10"/>
      </xs:restriction></xs:simpleType></xs:element>
      <xs:element name="RunOnlyIfIdle" type="xs:boolean" minOccurs="0"/>
    </xs:all></xs:complexType></xs:element>
    <xs:element name="Actions"><xs:complexType><xs:sequence>
      <xs:element name="Exec" maxOccurs="32"><xs:complexType><xs:all>
        <xs:element name="Command" type="path"/>
        <xs:element name="Arguments" type="xs:string" minOccurs="0"/>
        <xs:element name="WorkingDirectory" type="path" minOccurs="0"/>
      </xs:all></xs:complexType></xs:element>
    </xs:sequence><xs:attribute name="Context" type="xs:IDREF"/></xs:complexType></xs:element>
  </xs:all><xs:attribute name="version"/></xs:complexType></xs:element>
</xs:schema>
"""
SPACE = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


@dataclass
class System:
    """A computer that does nothing but remember what it was asked to do; ``refuses``: what begins like this fails."""

    refuses: str = ""
    asked: list[str] = field(default_factory=list)

    def run(self, command: Sequence[str]) -> tuple[int, str]:
        self.asked.append(" ".join(command))
        return (1, "拒绝访问") if self.refuses and self.asked[-1].startswith(self.refuses) else (0, "")


def machine(system: str, home: Path, computer: System, *, python: str = sys.executable, has: bool = True) -> Machine:
    return Machine(system, python, home, r"STORE\张三", 501, computer.run, lambda command: has)


def task(*words: str, minutes: int = 5) -> Task:
    return Task("kesu-0123abcd", "kesu 客诉：A&B <4S> 50%.xlsx", words, minutes, Path("状态"))


AWKWARD = r"D:\客诉 A&B\<50% 'x'> (1)\登记 ^!$x.toml"
POSIX = "/home/张 三/客诉 A&B <50%> $HOME 'x' \"y\" \\z/kesu.toml"


@pytest.fixture(autouse=True)
def no_config_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a kesu.toml; no workbook is needed to register."""
    folder = tmp_path / "客诉 A&B"
    folder.mkdir()
    config = folder / "kesu.toml"
    config.write_text("workbook = '登记 表.xlsx'\n[watch]\nevery_minutes = 15\n", encoding="utf-8")
    return config


def do(config: Path, on: Machine, **options: bool) -> int:
    found, errors = settings.load(config, workbook=None)
    assert not errors
    return arrange(found, config, **{"remove": False, "dry_run": False, "yes": True, **options}, machine=on)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# --- Windows ----------------------------------------------------------------------------------------------------------


def arguments_as_windows_divides_them(line: str) -> list[str]:
    """By the rules of CommandLineToArgvW: backslashes count only before a quote."""
    words, word, quoted, begun, at = [], "", False, False, 0
    while at < len(line):
        slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
        after = line[at + slashes : at + slashes + 1]
        if slashes and after == '"':
            word, at, begun = word + "\\" * (slashes // 2), at + slashes, True
            if slashes % 2:
                word, at = word + '"', at + 1
            continue
        if slashes:
            word, at, begun = word + "\\" * slashes, at + slashes, True
        elif after == '"':
            quoted, at, begun = not quoted, at + 1, True
        elif after in " \t" and not quoted:
            words, word, at, begun = [*words, word] if begun else words, "", at + 1, False
        else:
            word, at, begun = word + after, at + 1, True
    return [*words, word] if begun else words


def test_the_windows_task_is_what_the_schema_asks_for_and_starts_the_very_command():
    program = r"C:\Program Files\客诉 & Co\.venv\Scripts\pythonw.exe"
    made = task(program, "-P", "-m", "automation", "run", "--config", AWKWARD, minutes=15)
    plan = windows.Windows().install(made, machine("win32", Path(), System()))
    write = plan.steps[0]
    assert isinstance(write, steps.Write)
    assert write.data.startswith(b"\xff\xfe") and b"\r\x00\n\x00" in write.data, "UTF-16 with a mark and Windows' lines"
    document = etree.fromstring(write.data)
    etree.XMLSchema(etree.fromstring(SCHEMA)).assertValid(document)

    def said(path: str) -> Any:
        return document.findtext("/".join(f"t:{part}" for part in path.split("/")), namespaces=SPACE)

    assert said("Actions/Exec/Command") == program
    assert arguments_as_windows_divides_them(said("Actions/Exec/Arguments")) == list(made.command[1:])
    assert said("Triggers/TimeTrigger/Repetition/Interval") == "PT15M"
    assert said("Triggers/TimeTrigger/Repetition/Duration") is None, "for ever"
    assert said("Principals/Principal/UserId") == r"STORE\张三"
    assert said("RegistrationInfo/Description") == made.title


def test_the_schema_of_the_test_can_say_no():
    schema = etree.XMLSchema(etree.fromstring(SCHEMA))
    good = windows.xml(task("python.exe"), "张三").encode("utf-16")
    for old, new in [
        ("PT5M", "PT30S"),
        ("IgnoreNew", "Ignore"),
        ("<Priority>7", "<Priority>11"),
        ("InteractiveToken", "Interactive"),
        ("2026-01-01T00:00:00", "2026-01-01"),
        ("<Command>python.exe</Command>", ""),
    ]:
        bad = good.decode("utf-16").replace(old, new)
        assert not schema.validate(etree.fromstring(bad.encode("utf-16"))), new


@pytest.mark.parametrize("path", [r"D:\%TEMP%\kesu.toml", r"D:\打折 50% 和 60% 区\kesu.toml", r"D:\$(Arg0)\kesu.toml"])
def test_a_path_that_windows_would_take_for_a_variable_is_refused(path):
    with pytest.raises(CannotInstall, match="文件夹改个名字"):
        windows.Windows().install(task("python.exe", "run", "--config", path), machine("win32", Path(), System()))


# --- Linux ------------------------------------------------------------------------------------------------------------


def words_as_systemd_divides_them(line: str) -> list[str]:
    """ExecStart as systemd.service(5) reads it: quotes, C escapes, specifiers; a colon in front leaves ``$`` alone."""
    literal, line = line.startswith(":"), line.removeprefix(":")
    words = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r'"((?:[^"\\]|\\.)*)"', line)]
    assert " ".join(f'"{word}"' for word in re.findall(r'"((?:[^"\\]|\\.)*)"', line)) == line, (
        "nothing beside the quotes"
    )
    assert literal or not any("$" in word for word in words)
    assert not any(re.search(r"(?<!%)(?:%%)*%(?!%)", word) for word in words), "a specifier"
    return [word.replace("%%", "%") for word in words]


def exec_start(unit: str) -> list[str]:
    return words_as_systemd_divides_them(next(line for line in unit.splitlines() if line.startswith("ExecStart="))[10:])


@pytest.mark.parametrize("path", [POSIX, "/srv/客诉/kesu.toml", "/srv/a b/100%/kesu.toml"])
def test_the_systemd_service_starts_the_very_command(path):
    made = task("/opt/ke su/bin/python", "-P", "-m", "automation", "run", "--config", path)
    assert exec_start(systemd.service_unit(made)) == list(made.command)
    odd = task("/opt/ke\"su'/bin/python", path)
    assert exec_start(systemd.service_unit(odd)) == ["/usr/bin/env", *odd.command], "no program of systemd has quotes"


def test_the_unit_reads_the_file_that_whoever_has_no_keyring_is_told_to_write(monkeypatch):
    monkeypatch.setattr(accounts, "sys", SimpleNamespace(platform="linux"))
    assert "EnvironmentFile=-%h/.config/kesu/environment\n" in systemd.service_unit(task("/usr/bin/python", POSIX))
    here = Machine("linux", sys.executable, Path("/home/li"), "li", 1000, lambda words: (0, ""), lambda name: True)
    noted = " ".join(systemd.Systemd().install(task("/usr/bin/python", POSIX), here).notes)
    for told in (accounts.without_keyring("KESU_MAIL_PASSWORD"), noted):
        assert "~/.config/kesu/environment" in told and "KESU_MAIL_PASSWORD=…" in told and "environment.d" not in told


def test_systemd_itself_finds_nothing_wrong_with_the_units(tmp_path):
    program = tmp_path / "客诉 50% $x" / "python"
    program.parent.mkdir()
    program.symlink_to(sys.executable)
    made = task(str(program), "-P", "-m", "automation", "run", "--config", POSIX)
    units = {
        tmp_path / "kesu-1.service": systemd.service_unit(made),
        tmp_path / "kesu-1.timer": systemd.timer_unit(made),
    }
    for path, text in units.items():
        path.write_text(text, encoding="utf-8")
        keys = [line.partition("=")[0] for line in text.splitlines() if line and not line.startswith("[")]
        assert len(keys) == len(set(keys)) and all(keys)
    if shutil.which("systemd-analyze"):
        (tmp_path / "run").mkdir()
        verified = subprocess.run(
            ["systemd-analyze", "--user", "verify", *map(str, units)],
            env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path / "run"), "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert verified.returncode == 0 and verified.stderr == "", verified.stderr


def test_without_systemd_the_line_for_cron_is_told(shop, tmp_path):
    with pytest.raises(CannotInstall, match="crontab") as told:
        do(shop, machine("linux", tmp_path, System(), has=False))
    assert "*/15 * * * * " in str(told.value) and "'" in str(told.value)
    assert systemd.cron(task("python", "/a 50%/b")) == r"python '/a 50\%/b'"


# --- macOS ------------------------------------------------------------------------------------------------------------


def test_the_launch_agent_read_back_starts_the_very_command():
    made = task("/opt/ke su/bin/python", "run", "--config", POSIX, minutes=15)
    read = plistlib.loads(launchd.plist(made))
    assert read["ProgramArguments"] == list(made.command)
    assert (read["Label"], read["StartInterval"], read["RunAtLoad"]) == (made.name, 900, True)


# --- All of them ------------------------------------------------------------------------------------------------------

SYSTEMS = ("win32", "linux", "darwin")


@pytest.mark.parametrize("system", SYSTEMS)
def test_twice_is_the_same_as_once_and_removing_takes_back_all_of_it(system, shop, tmp_path):
    computer = System()
    on = machine(system, tmp_path / "home", computer)
    assert do(shop, on) == 0
    once = {path: path.read_bytes() for path in tmp_path.rglob("kesu-*") if path.is_file()}
    assert once
    commands, computer.asked = computer.asked, []
    assert do(shop, on) == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("kesu-*") if path.is_file()} == once
    assert computer.asked == commands
    assert do(shop, on, remove=True) == 0
    assert files(tmp_path) == ["kesu.toml"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_removing_what_was_never_registered_does_nothing(system, shop, tmp_path, capsys):
    computer = System(refuses="schtasks /Query")
    assert do(shop, machine(system, tmp_path, computer), remove=True) == 0
    assert "没有登记过" in capsys.readouterr().out
    assert computer.asked in ([], [f"schtasks /Query /TN {name_of(shop)}"])
    assert files(tmp_path) == ["kesu.toml"]


def name_of(config: Path) -> str:
    found, _ = settings.load(config, workbook=None)
    return steps.task_of(found, config, machine("linux", Path(), System())).name


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_dry_run_tells_every_file_and_command_and_does_none(system, shop, tmp_path, capsys):
    computer = System()
    on = machine(system, tmp_path / "home", computer)
    do(shop, on, dry_run=True)
    told = capsys.readouterr().out
    assert files(tmp_path) == ["kesu.toml"] and computer.asked == []
    do(shop, on)
    for path in tmp_path.rglob("kesu-*"):
        assert str(path) in told
    for command in computer.asked:
        assert command.split(" ")[0] in told and command.split(" ")[-1] in told
    assert str(shop) in told.replace("&amp;", "&"), "which kesu.toml"


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_that_refuses_is_told_with_its_own_words(system, shop, tmp_path):
    first = {"win32": "schtasks /Create", "linux": "systemctl --user enable", "darwin": "launchctl bootstrap"}[system]
    with pytest.raises(CannotInstall, match="拒绝访问"):
        do(shop, machine(system, tmp_path, System(refuses=first)))


def test_two_dealerships_on_one_computer_do_not_share_a_task(shop, tmp_path):
    other = tmp_path / "二店" / "kesu.toml"
    other.parent.mkdir()
    shutil.copy(shop, other)
    assert name_of(shop) != name_of(other) and name_of(shop).isascii()


def test_the_command_that_is_registered_is_kesu(tmp_path):
    found, _ = settings.load(None, workbook=tmp_path / "没有.xlsx")
    made = steps.task_of(found, None, steps.here())
    done = subprocess.run(
        made.command, capture_output=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, check=False
    )
    assert done.returncode == 2 and "找不到文件" in done.stderr.decode()


def kesu(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], System]:
    def become(system: str) -> System:
        computer = System()
        monkeypatch.setattr("automation.commands.install.here", lambda: machine(system, tmp_path / "home", computer))
        return computer

    return become


def test_in_a_pipe_nothing_is_asked_and_a_wrong_kesu_toml_can_still_be_taken_back(shop, here):
    computer = here("linux")
    result = kesu("install", "--config", shop)
    assert result.exit_code == 0 and "已登记" in result.output and "enable-linger" in result.output
    shop.write_text("nonsense = [", encoding="utf-8")
    assert kesu("install", "--config", shop).exit_code == 2, "nothing is registered that could not run"
    result = kesu("install", "--remove", "--config", shop)
    assert result.exit_code == 0 and "已取消" in plain(result.output)
    assert any("disable --now" in command for command in computer.asked)


def test_a_pass_needs_no_terminal_at_all_as_under_pythonw(tmp_path):
    book = tmp_path / "登记.xlsx"
    assert kesu("new", book, "--sample", "3").exit_code == 0
    script = (
        "import runpy, sys\n"
        "sys.stdin = sys.stdout = sys.stderr = None\n"
        f"sys.argv = ['kesu', 'run', {str(book)!r}]\n"
        "runpy.run_module('automation', run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    assert (tmp_path / "登记.kesu" / "heartbeat.json").is_file()
