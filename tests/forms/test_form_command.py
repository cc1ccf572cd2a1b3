"""``kesu form`` as staff meet it: what it makes, what it says, and that it touches nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from automation import pdf
from automation.cli import main

NOW = ["--now", "2026-11-21T09:30"]


def kesu(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("form") / "样例.xlsx"
    assert kesu("new", path, "--sample", "60", "--seed", "5", *NOW).exit_code == 0
    assert kesu("run", path, *NOW).exit_code in (0, 1)
    return path


@pytest.fixture(scope="module")
def register(book: Path) -> list[dict[str, str]]:
    rows = CalamineWorkbook.from_path(book).get_sheet_by_name("反馈登记").to_python()
    at = next(number for number, row in enumerate(rows) if "接收时间" in row)
    return [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :] if row[0]]


def test_a_ticket_gives_the_forms_and_the_evidence_and_the_workbook_stays_as_it_was(book, register, tmp_path):
    before = {path: path.read_bytes() for path in book.parent.rglob("*") if path.is_file()}
    number = next(row["编号"] for row in register if row["复核结论"] == "认可")
    result = kesu("form", book, number, "-o", tmp_path / "表", *NOW)
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "表").iterdir())
    assert names == [f"{number}-投诉处理证据材料.xlsx", f"{number}-表单.xlsx"]
    assert "不含奖罚明细" in result.output
    sheets = CalamineWorkbook.from_path(tmp_path / "表" / f"{number}-表单.xlsx").sheet_names
    assert sheets[:2] == ["处理单", "过失处理意见"]
    assert {path: path.read_bytes() for path in book.parent.rglob("*") if path.is_file()} == before


def test_one_kind_is_made_alone(book, register, tmp_path):
    number = register[0]["编号"]
    assert kesu("form", book, number, "-o", tmp_path, "--kind", "处理单", *NOW).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"{number}-客户信息反馈处理单.xlsx"]
    wrong = kesu("form", book, number, "--kind", "证明", *NOW)
    assert wrong.exit_code == 2 and "处理单、过失、重大、证据、全部" in wrong.output


def test_the_dealership_s_name_stands_on_every_form(book, register, tmp_path):
    here = tmp_path / book.name
    here.write_bytes(book.read_bytes())
    (tmp_path / "kesu.toml").write_text(f"workbook = '{book.name}'\ndealership = '星耀4S店'\n", encoding="utf-8")
    assert kesu("form", here, register[0]["编号"], "-o", tmp_path / "表", *NOW).exit_code == 0
    for path in (tmp_path / "表").iterdir():
        made = CalamineWorkbook.from_path(path)
        for name in made.sheet_names:
            assert any("星耀4S店" in str(cell) for row in made.get_sheet_by_name(name).to_python() for cell in row), (
                name
            )


def test_a_form_that_somebody_filled_in_is_not_overwritten(book, register, tmp_path):
    number = register[0]["编号"]
    for _ in range(2):
        assert kesu("form", book, number, "-o", tmp_path, "--kind", "处理单", *NOW).exit_code == 0
    (made,) = tmp_path.iterdir()
    made.write_bytes(b"filled in by hand")
    assert kesu("form", book, number, "-o", tmp_path, "--kind", "处理单", *NOW).exit_code == 0
    assert made.read_bytes() == b"filled in by hand"
    assert (tmp_path / f"{number}-客户信息反馈处理单(2).xlsx").exists()


def test_an_unknown_number_names_the_nearest(book, register, tmp_path):
    number = register[3]["编号"]
    for command in ("form", "explain"):
        wrong = kesu(command, book, number[:-1] + "9", *NOW)
        assert wrong.exit_code == 2 and "没有编号" in wrong.output and "相近的有" in wrong.output
    nonsense = kesu("form", book, "张三", *NOW)
    assert nonsense.exit_code == 2 and "也可以写车牌号" in nonsense.output


def test_a_plate_lists_its_tickets_for_both_commands(book, register):
    plate = register[5]["车牌号"]
    numbers = {row["编号"] for row in register if row["车牌号"] == plate}
    for command in ("form", "explain"):
        result = kesu(command, book, f"{plate[:2]}·{plate[2:].lower()}", *NOW)
        assert result.exit_code == 0, result.output
        assert all(number in result.output for number in numbers)
        assert f"kesu {command} 样例.xlsx FK" in result.output
    listed = json.loads(kesu("explain", book, plate, "--json", *NOW).output)
    assert {one["number"] for one in listed} == numbers
    other = kesu("form", book, plate[:-1] + ("1" if plate[-1] != "1" else "2"), *NOW)
    assert other.exit_code == 2 and "没有车牌号" in other.output and plate in other.output


def test_a_ticket_without_a_number_of_its_own_is_not_printed(tmp_path):
    path, later = tmp_path / "新.xlsx", tmp_path / "later" / "新.xlsx"
    assert kesu("new", path, "--sample", "60", "--seed", "5", *NOW).exit_code == 0
    later.parent.mkdir()
    later.write_bytes(path.read_bytes())
    assert kesu("run", later, *NOW).exit_code in (0, 1)
    before, after = numbers(path), numbers(later)
    (number, *_) = after - before
    result = kesu("form", path, number, "-o", tmp_path, *NOW)
    assert result.exit_code == 2 and "还没有编号。请先运行 kesu run" in result.output
    assert kesu("form", later, number, "-o", tmp_path, *NOW).exit_code == 0


def numbers(book: Path) -> set[str]:
    rows = CalamineWorkbook.from_path(book).get_sheet_by_name("反馈登记").to_python()
    return {str(row[0]) for row in rows if str(row[0]).startswith("FK")}


def test_without_libreoffice_the_workbook_stays_and_it_says_what_to_do(book, register, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "program", lambda: None)
    result = kesu("form", book, register[0]["编号"], "-o", tmp_path, "--kind", "处理单", "--pdf", *NOW)
    assert result.exit_code == 2 and "没有找到 LibreOffice" in result.output and "另存为 PDF" in result.output
    assert [path.suffix for path in tmp_path.iterdir()] == [".xlsx"]


def test_a_folder_that_cannot_be_one_is_told_in_chinese(book, register, tmp_path):
    (tmp_path / "文件").write_text("x")
    result = kesu("form", book, register[0]["编号"], "-o", tmp_path / "文件" / "里", *NOW)
    assert result.exit_code == 2 and "写不进文件夹" in result.output


def test_a_file_that_is_no_workbook_is_told_in_chinese(tmp_path):
    (tmp_path / "坏.xlsx").write_bytes(b"MZ" + bytes(200))
    assert "不是 Excel 工作簿" in kesu("form", tmp_path / "坏.xlsx", "FK20261103-001", *NOW).output
    assert kesu("form", tmp_path / "没有.xlsx", "FK20261103-001", *NOW).exit_code == 2
