"""``kesu restore`` lists what there is so that somebody can choose, and brings it back by the number of its line."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from tests.tables import plain
from tests.test_cli import NOW, kesu
from workbook import store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook that two passes wrote into, and that was replaced by a smaller one in between."""
    folder = tmp_path_factory.mktemp("restore")
    path, small = folder / "登记.xlsx", folder / "small.xlsx"
    assert kesu("new", path, "--sample", "30", *NOW).exit_code == 0
    assert kesu("new", small, "--sample", "20", *NOW).exit_code == 0
    assert kesu("run", path, *NOW).exit_code == 0
    path.write_bytes(small.read_bytes())
    assert kesu("run", path, "--now", "2026-11-21T10:30").exit_code == 0
    return path


@pytest.fixture
def worked(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / made.name


def test_the_list_says_when_how_large_how_many_cases_and_how_to_choose(worked: Path) -> None:
    told = plain(kesu("restore", worked).output)
    lines = told.splitlines()
    assert re.search(r"现在 +[\d,.]+ [KM]B +反馈 20 单", lines[1])
    assert re.search(r"^ +1 +2026-11-21 10:30:00 +[\d,.]+ [KM]B +反馈 20 单 +登记\.\d{8}-\d{6}\.xlsx$", lines[2])
    assert re.search(r"^ +2 +2026-11-21 09:30:00 +.*反馈 30 单,比现在多 10 单", lines[3])
    assert "共 2 份" in told and "--backup 1" in told


def test_a_backup_is_brought_back_by_its_number_and_what_stood_there_is_kept(worked: Path) -> None:
    chosen = store.backups(worked.with_suffix(".kesu") / "backups")[1].path.read_bytes()
    before = worked.read_bytes()
    result = kesu("restore", worked, "--backup", "2", "--now", "2026-11-21T11:00")
    assert result.exit_code == 0 and worked.read_bytes() == chosen
    newest = store.backups(worked.with_suffix(".kesu") / "backups")[0]
    assert newest.taken == dt.datetime(2026, 11, 21, 11) and newest.path.read_bytes() == before


@pytest.mark.parametrize("number", ["0", "3"])
def test_a_number_that_the_list_does_not_have_changes_nothing(worked: Path, number: str) -> None:
    before = worked.read_bytes()
    result = kesu("restore", worked, "--backup", number)
    assert result.exit_code == 2 and "现在有 2 份" in result.output and worked.read_bytes() == before


def test_without_backups_it_says_where_they_will_be(tmp_path: Path) -> None:
    path = tmp_path / "登记.xlsx"
    assert kesu("new", path, *NOW).exit_code == 0
    told = kesu("restore", path)
    assert told.exit_code == 0 and "还没有备份" in told.output and "backups" in told.output


def test_a_workbook_that_is_broken_or_gone_does_not_hide_its_backups(worked: Path) -> None:
    worked.write_bytes(b"PK broken")
    assert "反馈 30 单" in kesu("restore", worked).output
    worked.unlink()
    told = kesu("restore", worked).output
    assert "没有文件" in told and "共 2 份" in told
