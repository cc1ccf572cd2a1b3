"""`kesu restore`: what it puts in the register's place, and what it never does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from automation.cli import main
from automation.sample import dealership
from tests.tables import plain
from tests.workbook.rawbook import book, rels, zipped
from workbook import build

NOW = dt.datetime(2026, 11, 21, 9, 30)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("made") / "登记.xlsx"
    build.write(path, dealership(3, 1, NOW).contents, created=NOW)
    return path.read_bytes()


@pytest.fixture
def shop(tmp_path: Path, register: bytes) -> Path:
    (tmp_path / "登记.xlsx").write_bytes(register)
    (tmp_path / "登记.kesu" / "backups").mkdir(parents=True)
    return tmp_path


def restore(shop: Path, backup: Path | str) -> tuple[int, str]:
    done = CliRunner().invoke(
        main, ["restore", str(shop / "登记.xlsx"), "--backup", str(backup), "--now", NOW.isoformat()]
    )
    return done.exit_code, plain(done.output)


def report() -> bytes:
    return book('<row r="1"><c r="A1" t="inlineStr"><is><t>周报</t></is></c></row>')


def document() -> bytes:
    return zipped(
        {"_rels/.rels": rels(("rId1", "officeDocument", "word/document.xml")), "word/document.xml": "<document/>"}
    )


@pytest.mark.parametrize("file", [report(), document()], ids=["a weekly report", "a letter"])
@pytest.mark.parametrize("place", [".", "登记.kesu/backups"])
def test_a_file_that_holds_no_register_never_takes_its_place(
    shop: Path, register: bytes, file: bytes, place: str
) -> None:
    (shop / place / "周报.xlsx").write_bytes(file)
    code, words = restore(shop, shop / place / "周报.xlsx")
    assert code == 2 and "周报.xlsx" in words and "✓" not in words
    assert (shop / "登记.xlsx").read_bytes() == register


def test_a_letter_under_the_name_of_a_backup_is_refused_too(shop: Path, register: bytes) -> None:
    (shop / "登记.kesu" / "backups" / "登记.20261120-080000.xlsx").write_bytes(document())
    code, words = restore(shop, "登记.20261120-080000.xlsx")
    assert code == 2 and "登记.20261120-080000.xlsx" in words and "Word 文档" in words
    assert (shop / "登记.xlsx").read_bytes() == register


def test_a_copy_of_the_register_from_anywhere_is_put_in_place(shop: Path, register: bytes, tmp_path: Path) -> None:
    copy = tmp_path / "U盘" / "登记副本.xlsx"
    copy.parent.mkdir()
    copy.write_bytes(register)
    (shop / "登记.xlsx").write_bytes(report())
    code, words = restore(shop, copy)
    assert code == 0 and "✓" in words
    assert (shop / "登记.xlsx").read_bytes() == register


def test_a_backup_of_a_dealerships_own_register_is_put_back(tmp_path: Path) -> None:
    own = tmp_path / "自己的.xlsx"
    with xlsxwriter.Workbook(own) as made:
        made.add_worksheet("投诉表").write_row(0, 0, ["来电时间", "客户", "车牌", "说了什么"])
    heads = {"来电时间": "接收时间", "客户": "客户姓名", "车牌": "车牌号", "说了什么": "内容概要"}
    said = "".join(f'"{theirs}" = "{ours}"\n' for theirs, ours in heads.items())
    (tmp_path / "kesu.toml").write_text(f'[adopt."投诉表"]\n{said}', encoding="utf-8")
    copy = tmp_path / "副本.xlsx"
    copy.write_bytes(own.read_bytes())
    done = CliRunner().invoke(main, ["restore", str(own), "--backup", str(copy), "--now", NOW.isoformat()])
    assert done.exit_code == 0, done.output
