"""`kesu macros install`: our macros in a workbook that exists, and everything else in it as it was."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pyopenvba
import pytest
from click.testing import CliRunner, Result

from automation import macros
from automation.cli import main
from automation.commands.new import create
from tests.macros.excel import Excel
from tests.macros.test_project import by_olevba, part, shown
from workbook.errors import CannotPatch
from workbook.package.book import Book
from workbook.vba import compound, project, seal
from workbook.vba.install import with_macros
from workbook.vba.project import Kind, Module

NOW = dt.datetime(2026, 11, 21, 9, 30)
BY_EXCEL = Path(pyopenvba.__file__).parent / "_templates" / "blank_files" / "blank_workbook.xlsm"
"""A workbook that Excel itself saved, with a project of its own, compiled and all."""

CHANGED = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/vbaProject.bin"}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "登记.xlsx"
    create(path, sample=4, seed=1, now=NOW)
    return path


def install(path: Path) -> Result:
    return CliRunner().invoke(main, ["macros", "install", str(path)])


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name) for name in found.namelist()}


def without_code_name(xml: bytes) -> bytes:
    head, _, rest = xml.partition(b" codeName=")
    return head + rest[rest.index(b'"', 1) + 1 :] if rest else xml


def test_an_xlsx_gets_an_xlsm_beside_it_and_no_other_part_changes(book: Path) -> None:
    before = book.read_bytes()
    result = install(book)
    assert result.exit_code == 0, result.output
    assert book.read_bytes() == before
    old, new = parts(book), parts(book.with_suffix(".xlsm"))
    assert set(new) == set(old) | {"xl/vbaProject.bin"}
    for name in set(old) - CHANGED:
        if name.startswith("xl/worksheets/sheet"):
            assert without_code_name(new[name]).replace(b"<sheetPr/>", b"") == old[name].replace(b"<sheetPr/>", b"")
        else:
            assert new[name] == old[name], name
    assert by_olevba(new["xl/vbaProject.bin"])["kesuCheck"].startswith('Attribute VB_Name = "kesuCheck"')
    assert openpyxl.load_workbook(book.with_suffix(".xlsm")).sheetnames == openpyxl.load_workbook(book).sheetnames


def test_the_macros_run_in_the_workbook_they_were_put_into(book: Path) -> None:
    install(book)
    excel = Excel(book.with_suffix(".xlsm"))
    row = excel.last_row() + 1
    excel.type(row, 级别="严重")
    assert "“级别”是“严重”" in excel.status


def test_an_xlsm_that_is_there_is_never_overwritten(book: Path) -> None:
    book.with_suffix(".xlsm").write_bytes(b"mine")
    result = install(book)
    assert result.exit_code == 2
    assert "已经存在" in result.output
    assert book.with_suffix(".xlsm").read_bytes() == b"mine"


def test_ours_are_renewed_with_a_backup_and_a_second_time_nothing_is_written(book: Path, tmp_path: Path) -> None:
    install(book)
    path = book.with_suffix(".xlsm")
    held = Book(path.read_bytes())
    place = held.part("xl/vbaProject.bin")
    assert place is not None
    stale = project.install(project.read(held.archive.read(place)), [Module("kesuWording", Kind.STANDARD, "' old\n")])
    path.write_bytes(held.archive.rewrite({place.name: [stale]}))
    old = path.read_bytes()
    result = install(path)
    assert "宏已更新" in result.output
    assert by_olevba(part(path, "xl/vbaProject.bin"))["kesuWording"] != "' old"
    assert [file.read_bytes() for file in (tmp_path / "登记.kesu" / "backups").iterdir()] == [old]
    renewed = path.read_bytes()
    assert "没有改动" in install(path).output
    assert path.read_bytes() == renewed


def test_a_project_made_by_excel_keeps_its_modules_to_the_byte() -> None:
    before = Book(BY_EXCEL.read_bytes())
    place = before.part("xl/vbaProject.bin")
    assert place is not None
    theirs = project.read(before.archive.read(place))
    after = Book(with_macros(BY_EXCEL.read_bytes(), macros.modules()))
    here = after.part("xl/vbaProject.bin")
    assert here is not None
    data = after.archive.read(here)
    found, read = project.read(data), by_olevba(data)
    for name, source in theirs.modules.items():
        if name != "ThisWorkbook":
            assert found.modules[name] == source
            assert found.tree["VBA"][name] == theirs.tree["VBA"][name]  # type: ignore[index]
    for module in macros.modules():
        assert read[module.name] == shown(module)
    for member in before.archive.members:
        if member.name != place.name:
            assert after.archive.read(next(m for m in after.archive.members if m.name == member.name)) == (
                before.archive.read(member)
            )


def with_project(path: Path, source: str, **more: str) -> bytes:
    """The workbook with a project that says this in ThisWorkbook, and has these modules."""
    modules = [Module("ThisWorkbook", Kind.WORKBOOK, source)]
    modules += [Module(name, Kind.STANDARD, text) for name, text in more.items()]
    held = Book(path.read_bytes())
    place = held.part("xl/vbaProject.bin")
    assert place is not None
    return held.archive.rewrite({place.name: [project.build(modules)]})


@pytest.fixture
def with_ours(book: Path) -> Path:
    install(book)
    return book.with_suffix(".xlsm")


def test_events_of_the_workbooks_own_stand_beside_ours(with_ours: Path) -> None:
    own = "Option Explicit\n\nPrivate Sub Workbook_BeforePrint(Cancel As Boolean)\n    Beep\nEnd Sub\n"
    data = with_project(with_ours, own, Module1="Sub Mine()\nEnd Sub\n")
    made = with_macros(data, macros.modules())
    held = Book(made)
    place = held.part("xl/vbaProject.bin")
    assert place is not None
    read = by_olevba(held.archive.read(place))
    assert own.strip().replace("\n", "\r\n") in read["ThisWorkbook"]
    assert read["ThisWorkbook"].count("Option Explicit") == 1
    assert "Private Sub Workbook_SheetChange" in read["ThisWorkbook"]
    assert "Sub Mine()" in read["Module1"]
    assert with_macros(made, macros.modules()) == made


def test_a_handler_of_the_same_event_is_refused_with_its_name(with_ours: Path) -> None:
    data = with_project(with_ours, "Sub workbook_open()\nEnd Sub\n")
    with pytest.raises(CannotPatch, match="Workbook_Open"):
        with_macros(data, macros.modules())


def test_a_locked_project_is_refused(with_ours: Path) -> None:
    held = Book(with_ours.read_bytes())
    place = held.part("xl/vbaProject.bin")
    assert place is not None
    tree = dict(project.read(held.archive.read(place)).tree)
    settings = tree["PROJECT"]
    assert isinstance(settings, bytes)
    name, key = (settings.split(field)[1].split(b'"')[0] for field in (b'ID="', b'DPB="'))
    password = seal.encrypted(b"\xff" * 29, name.decode(), 0x6B).encode()
    tree["PROJECT"] = settings.replace(key, password)
    data = held.archive.rewrite({place.name: [compound.write(tree)]})
    with pytest.raises(CannotPatch, match="密码"):
        with_macros(data, [*macros.modules(), Module("kesuNew", Kind.STANDARD, "")])


def test_a_signed_project_is_refused(with_ours: Path) -> None:
    held = Book(with_ours.read_bytes())
    signed = held.archive.rewrite({}, added={"xl/vbaProjectSignature.bin": b"x"})
    with pytest.raises(CannotPatch, match="签名"):
        with_macros(signed, macros.modules())


def test_what_is_no_workbook_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "登记.csv"
    path.write_text("a,b")
    result = install(path)
    assert result.exit_code == 2
    assert ".xlsx" in result.output
