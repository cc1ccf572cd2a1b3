"""A file that is no workbook is called the same by every command and leaves nothing behind."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tables import plain
from tests.test_cli import NOW, csv, empty_file, encrypted, kesu, no_zip, sample

__all__ = ["sample"]


def xls(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le") + bytes(600))


def word(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<document/>")


def halved(path: Path) -> None:
    shutil.copyfile(path.with_name("good.xlsx"), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


COMMANDS = (
    ("check",),
    ("run",),
    ("explain", "FK20261103-001"),
    ("form", "FK20261103-001"),
    ("doctor",),
    ("macros", "install"),
)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (no_zip, "“登记.xlsx”不是 Excel 工作簿(看起来是其他格式的文件)"),
        (csv, "“登记.xlsx”不是 Excel 工作簿(看起来是文本或 CSV 文件)"),
        (word, "“登记.xlsx”不是 Excel 工作簿(看起来是Word 文档)"),
        (empty_file, "“登记.xlsx”是空文件(0 字节)"),
        (encrypted, "“登记.xlsx”设有打开密码(已加密),kesu 无法读取"),
        (xls, "“登记.xlsx”是旧版 Excel 97-2003 格式(.xls)"),
        (halved, "“登记.xlsx”不完整或已损坏,无法打开"),
    ],
)
def test_every_command_calls_a_broken_file_the_same(
    make: Callable[[Path], None], says: str, sample: Path, tmp_path: Path
) -> None:
    path = tmp_path / "登记.xlsx"
    shutil.copyfile(sample, tmp_path / "good.xlsx")
    make(path)
    for command, *more in COMMANDS:
        args = [command, *more, path] if command == "macros" else [command, path, *more]
        told = kesu(*args) if command in ("doctor", "form") else kesu(*args, *NOW)
        assert told.exit_code in (1, 2) and says in plain(told.output), (command, told.output)
    backup = tmp_path / "backup"
    path.rename(backup)
    told = kesu("restore", path, "--backup", backup, *NOW)
    assert told.exit_code == 2 and says.replace("登记.xlsx", "backup") in plain(told.output), told.output


def test_a_file_that_was_refused_gets_no_folder_of_state(tmp_path: Path) -> None:
    path = tmp_path / "登记.xlsx"
    csv(path)
    for command in ("run", "check", "restore", "status"):
        kesu(command, path, *(NOW if command != "status" else ()))
    assert kesu("run", tmp_path / "gone.xlsx", *NOW).exit_code == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["登记.xlsx"]


def test_settings_of_another_workbook_are_used_only_with_a_word(sample: Path, tmp_path: Path) -> None:
    path, other = tmp_path / "登记.xlsx", tmp_path / "另一本.xlsx"
    shutil.copyfile(sample, path)
    shutil.copyfile(sample, other)
    (tmp_path / "kesu.toml").write_text('workbook = "登记.xlsx"\n', encoding="utf-8")
    said = kesu("check", other, *NOW)
    (line,) = [one for one in said.stderr.splitlines() if one.startswith("·")]
    assert "kesu.toml" in line and "登记.xlsx" in line and "另一本.xlsx" in line
    assert "·" not in said.stdout.splitlines()[0]
    for mine in (("check", path), ("check", tmp_path / "." / "登记.xlsx"), ("run", "--config", tmp_path / "kesu.toml")):
        assert "另一个" not in kesu(*mine, *NOW).stderr
    (tmp_path / "kesu.toml").write_text("[backups]\nkeep = 5\n", encoding="utf-8")
    assert kesu("check", other, *NOW).stderr == "", "one that names no workbook is for all beside it"
