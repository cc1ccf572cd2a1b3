"""The VBA project as others read it: olevba, olefile and pyOpenVBA find in it what was put into it."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Iterable
from pathlib import Path

import olefile
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oletools.olevba import VBA_Parser
from pyopenvba import ExcelFile

from automation import macros
from automation.commands.new import create
from workbook.errors import CannotPatch
from workbook.vba import compound, compression, project
from workbook.vba.project import Kind, Module

NOW = dt.datetime(2026, 11, 21, 9, 30)


def by_olevba(data: bytes, name: str = "vbaProject.bin") -> dict[str, str]:
    """Each module's source as olevba reads it."""
    parser = VBA_Parser(name, data=data)
    try:
        return {stream.rpartition("/")[2]: text for _, stream, _, text in parser.extract_all_macros() if text.strip()}
    finally:
        parser.close()


def shown(module: Module) -> str:
    """What a module must be when read back."""
    return project.header(module) + module.source.replace("\n", "\r\n")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `kesu new X.xlsm` makes."""
    path = tmp_path_factory.mktemp("new") / "登记.xlsm"
    create(path, sample=5, seed=1, now=NOW)
    return path


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as book:
        return book.read(name)


def test_olevba_reads_every_module_back_as_it_was_written(fresh: Path) -> None:
    read = by_olevba(part(fresh, "xl/vbaProject.bin"))
    for module in macros.modules():
        assert read[module.name] == shown(module)
    assert "Workbook_SheetChange" in read["ThisWorkbook"]


def test_a_second_writer_of_vba_reads_the_same(fresh: Path) -> None:
    with ExcelFile(fresh) as book:
        for module in macros.modules():
            assert book.get_module(module.name) == shown(module)


def test_every_sheet_has_the_code_name_of_its_module(fresh: Path) -> None:
    read = by_olevba(part(fresh, "xl/vbaProject.bin"))
    with zipfile.ZipFile(fresh) as book:
        sheets = [name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
        names = [re.search(rb'<sheetPr[^>]* codeName="(\w+)"', book.read(name)) for name in sheets]
        assert b'codeName="ThisWorkbook"' in book.read("xl/workbook.xml")
    assert {name[1].decode() for name in names if name} == {name for name in read if name.startswith("Sheet")}
    assert len(sheets) == len(openpyxl.load_workbook(fresh, keep_vba=True).sheetnames)


def test_buttons_call_macros_that_are_there(fresh: Path) -> None:
    sources = "\n".join(by_olevba(part(fresh, "xl/vbaProject.bin")).values())
    drawing = part(fresh, "xl/drawings/vmlDrawing1.vml").decode()
    called = re.findall(r"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>", drawing)
    assert len(called) == 4
    for macro in called:
        assert f"Public Sub {macro}()" in sources


def test_the_same_workbook_is_made_twice_the_same(tmp_path: Path) -> None:
    for name in ("a.xlsm", "b.xlsm"):
        create(tmp_path / name, sample=3, seed=2, now=NOW)
    assert (tmp_path / "a.xlsm").read_bytes() == (tmp_path / "b.xlsm").read_bytes()


def test_an_xlsx_carries_no_macros(tmp_path: Path) -> None:
    create(tmp_path / "登记.xlsx", sample=3, seed=2, now=NOW)
    with zipfile.ZipFile(tmp_path / "登记.xlsx") as book:
        assert not [name for name in book.namelist() if "vba" in name.lower()]


@pytest.mark.parametrize("sign", ["😀", "ü\u0301", "ก"])
def test_text_that_a_chinese_windows_cannot_show_is_refused_with_its_place(sign: str) -> None:
    with pytest.raises(CannotPatch, match=r"宏 kesuA 第 3 行的“.”(.|\n)*936"):
        project.build([Module("kesuA", Kind.STANDARD, f"' 中文\n' {sign}\n")])


def lines(count: int) -> str:
    return "".join(f'Sub Do{number}（）\n    MsgBox "编号{number}：请核对"\nEnd Sub\n' for number in range(count))


@pytest.mark.parametrize("count", [0, 1, 40, 900, 20_000])
def test_modules_of_any_size_are_read_back(count: int) -> None:
    module = Module("kesuA", Kind.STANDARD, lines(count))
    data = project.build([Module("ThisWorkbook", Kind.WORKBOOK, ""), module])
    assert project.read(data).modules["kesuA"] == shown(module)
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        assert not ole.parsing_issues
        assert ole.exists("VBA/kesuA")
    if count:
        assert by_olevba(data)["kesuA"] == shown(module)


def test_what_would_not_fit_a_compound_file_is_refused() -> None:
    with pytest.raises(compound.BadContainer):
        compound.write({"kesuA": bytes(8_000_000)})


@given(st.one_of(st.binary(max_size=10_000), st.text("abc编号 ", max_size=9_000).map(lambda text: text.encode("gbk"))))
def test_whatever_is_compressed_comes_back(data: bytes) -> None:
    unpacked = compression.decompress(compression.compress(data))
    assert unpacked[: len(data)] == data
    assert not unpacked[len(data) :].strip(b"\0")  # a last chunk that would not shrink is stored whole


@given(st.binary(max_size=200))
def test_what_nobody_compressed_is_refused_and_never_a_crash(data: bytes) -> None:
    try:
        compression.decompress(data)
        compression.decompress(b"\x01" + data)
    except compression.BadStream:
        pass


def trees(depth: int) -> st.SearchStrategy[dict[str, bytes | compound.Tree]]:
    names = st.text("abcdefgXYZ_", min_size=1, max_size=12)
    content: st.SearchStrategy[bytes | compound.Tree] = st.binary(max_size=80) | st.sampled_from(
        [4095, 4096, 9000]
    ).map(lambda size: b"x" * size)
    if depth:
        content |= trees(depth - 1)
    return st.dictionaries(names, content, max_size=9).map(_told_apart)


def _told_apart(tree: dict[str, bytes | compound.Tree]) -> dict[str, bytes | compound.Tree]:
    """Names that differ in case only are one name in a compound file."""
    return {name: tree[name] for name in {name.upper(): name for name in tree}.values()}


def leaves(tree: compound.Tree, above: tuple[str, ...] = ()) -> Iterable[tuple[str, bytes]]:
    for name, content in tree.items():
        if isinstance(content, bytes):
            yield "/".join((*above, name)), content
        else:
            yield from leaves(content, (*above, name))


@given(trees(2))
def test_a_compound_file_holds_what_was_put_in_for_us_and_for_olefile(tree: dict[str, bytes | compound.Tree]) -> None:
    data = compound.write(tree)
    assert compound.read(data) == tree
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        assert not ole.parsing_issues
        for path, content in leaves(tree):
            assert ole.openstream(path).read() == content


@given(st.data())
def test_a_damaged_project_is_refused_in_words(data: st.DataObject) -> None:
    good = bytearray(project.build([Module("kesuA", Kind.STANDARD, lines(30))]))
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(0, len(good) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        read = project.read(bytes(good[: data.draw(st.integers(0, len(good)))]))
        project.install(read, [Module("kesuA", Kind.STANDARD, "x\n"), Module("kesuB", Kind.STANDARD, "x\n")])
    except CannotPatch as error:
        assert "宏工程" in str(error)


@pytest.mark.parametrize(
    ("offset", "value"),
    [(30, 25), (30, 60), (30, 8), (32, 62), (44, 0xFFFFFFF), (48, 0xFFFFFF)],
    ids=["huge sectors", "beyond numbers", "half sectors", "huge small sectors", "huge table", "directory far away"],
)
def test_a_header_that_claims_more_than_the_file_holds_is_refused_before_any_memory_is_taken(
    offset: int, value: int
) -> None:
    damaged = bytearray(compound.write({"a": b"x" * 5000, "b": b"y"}))
    struct.pack_into("<H" if offset < 44 else "<I", damaged, offset, value)
    tracemalloc.start()
    try:
        with pytest.raises(compound.BadContainer):
            compound.read(bytes(damaged))
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_no_procedure_is_called_like_a_module_or_like_another_public_one() -> None:
    modules = [*macros.modules(), Module("ThisWorkbook", Kind.WORKBOOK, "")]
    declared = r"(?m)^Public (?:Sub|Function|Const)? ?(\w+)"
    public = [name.lower() for module in modules for name in re.findall(declared, module.source)]
    assert len(public) == len(set(public))
    assert not {module.name.lower() for module in modules} & set(public), "Excel takes such a call for the module"


@pytest.mark.parametrize("module", macros.modules(), ids=lambda module: module.name)
def test_every_module_declares_its_variables_and_fits_the_editor(module: Module) -> None:
    assert module.source.startswith("Option Explicit\n")
    assert all(len(line.encode("gbk")) < 1000 for line in module.source.splitlines())
