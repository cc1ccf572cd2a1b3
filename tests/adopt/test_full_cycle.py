"""Each register taken up: shown first, then written, worked on, undone, and its own content never touched."""

from __future__ import annotations

import re
import shutil
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from automation.cli import main
from tests import libreoffice
from tests.adopt import registers
from tests.tables import plain
from workbook.package.markup import read_document
from workbook.package.stylesheet import children

NOW = ["--now", "2026-12-03T09:30"]
SINCE = ["--since", "2026-11-15"]
LISTS_OTHERS = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}


def kesu(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def parts(data: bytes | Path) -> dict[str, bytes]:
    with zipfile.ZipFile(data) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module", params=registers.SHAPES, ids=lambda shape: shape.__name__)
def taken_up(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Result]:
    """A register, a copy of it from before, and what the command said."""
    shape: Callable[[Path], None] = request.param
    if shape is registers.by_libreoffice and libreoffice.SOFFICE is None:
        pytest.fail("needs LibreOffice, which scripts/system-packages installs")
    folder = tmp_path_factory.mktemp(shape.__name__)
    path = folder / ("客诉.xlsm" if shape is registers.with_macros else "客诉.xlsx")
    shape(path)
    before = folder / f"before{path.suffix}"
    shutil.copy(path, before)
    return path, before, kesu("adopt", path, "--yes", *SINCE, "--now", "2026-12-03T08:00")


def test_it_is_taken_up(taken_up):
    _, _, result = taken_up
    assert result.exit_code == 0, result.output
    for ours in ("接收时间", "客户姓名", "联系电话", "车牌号", "内容概要", "被反馈部门", "归档时间"):
        if ours != "被反馈部门" or "投诉台账" not in result.output:  # that register has no such column
            assert re.search(rf"!.*  {ours} ", result.output), f"{ours}\n{result.output}"


def test_no_value_of_a_person_is_shown_in_full(taken_up):
    _, _, result = taken_up
    for case in registers.cases():
        assert case["phone"] not in result.output and case["vin"] not in result.output
        assert case["plate"] not in result.output and case["customer"] not in result.output


def test_every_part_but_those_that_list_others_and_the_register_keeps_its_bytes(taken_up):
    path, before, _ = taken_up
    old, new = parts(before), first_state(path)
    assert set(old) <= set(new)
    changed = {name for name in old if old[name] != new[name]}
    sheets = {name for name in changed if name.startswith("xl/worksheets/sheet")}
    tables = {name for name in changed if name.startswith("xl/tables/")}
    assert changed - sheets - tables <= LISTS_OTHERS
    native = {name for name in old if name.startswith("xl/tables/")}
    assert len(sheets) == 1 and tables == native


def first_state(path: Path) -> dict[str, bytes]:
    """The workbook as it was taken up: what later passes backed up, or the file itself before them."""
    folder = path.parent / f"{path.stem}.kesu" / "backups"
    kept = sorted(folder.glob(f"*{path.suffix}"))
    return parts(kept[1] if len(kept) > 1 else path)


def test_of_the_register_nothing_but_header_cells_and_widths_was_added(taken_up):
    path, before, _ = taken_up
    old, new = parts(before), first_state(path)
    (sheet,) = [name for name in old if name.startswith("xl/worksheets/sheet") and old[name] != new[name]]
    was, now = (re.sub(rb"<dimension[^>]*/>", b"", xml) for xml in (old[sheet], new[sheet]))
    rows = [dict(re.findall(rb'(<row r="\d+")((?:(?!<row ).)*?</row>|[^<]*/>)', xml, re.DOTALL)) for xml in (was, now)]
    differ = [row for row in rows[0] if rows[0][row] != rows[1].get(row)]
    assert 1 <= len(differ) <= 2 and rows[0].keys() == rows[1].keys()
    for row in differ:  # the header's own cells are still there, in front
        cells = [re.sub(rb' spans="[^"]*"', b"", found[row]) for found in rows]
        assert cells[1].startswith(cells[0].removesuffix(b"</row>"))
    head, tail = was.index(b"<sheetData"), was.index(b"</sheetData>")
    assert now[now.index(b"</sheetData>") :] == was[tail:]
    columns = re.compile(rb"<cols>.*?</cols>", re.DOTALL)
    assert columns.sub(b"", now[: now.index(b"<sheetData")]) == columns.sub(b"", was[:head])


def test_styles_only_grow(taken_up):
    path, before, _ = taken_up
    old, new = (read_document(found["xl/styles.xml"], "styles.xml") for found in (parts(before), first_state(path)))
    for name in (b"numFmts", b"fonts", b"fills", b"borders", b"cellStyleXfs", b"cellXfs", b"cellStyles", b"dxfs"):
        was, now = children(old, name), children(new, name)
        assert now[: len(was)] == was
        count = re.search(rb"<" + name + rb'[^>]* count="(\d+)"', new.plain)
        assert count is None or int(count[1]) == len(now)


def opened(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of what it cannot keep
        return openpyxl.load_workbook(path)


def looks(cell: Any) -> tuple[str, ...]:
    return tuple(map(repr, (cell.font, cell.fill, cell.border, cell.alignment)))


def test_other_programs_read_the_same_values_and_all_new_sheets(taken_up):
    path, before, _ = taken_up
    old, new = opened(before), opened(path)
    for sheet in old.sheetnames:
        for row in old[sheet].iter_rows():
            for cell in row:
                assert new[sheet][cell.coordinate].value == cell.value
                assert new[sheet][cell.coordinate].number_format == cell.number_format
                assert looks(new[sheet][cell.coordinate]) == looks(cell)
    assert {"人员", "规则", "检查结果", "字典", "节假日", "营业时间", "处理记录", "奖罚明细"} <= set(new.sheetnames)
    assert new["规则"]["A3"].value == "STD-01" and "规则" in new["规则"].tables
    named = {sheet.name for sheet in CalamineWorkbook.from_path(path).sheets_metadata}
    assert named == set(new.sheetnames)


def test_it_is_checked_run_and_a_second_run_and_a_second_taking_up_change_nothing(taken_up):
    path, _, _ = taken_up
    checked = kesu("check", path, *NOW)
    assert checked.exit_code == 1, checked.output
    assert "CHECK-00" not in checked.output and "历史记录" in checked.output
    ran = kesu("run", path, *NOW)
    assert ran.exit_code == 0 and "没有写回" not in ran.output, ran.output
    written = path.read_bytes()
    assert "文件未动" in kesu("run", path, *NOW).output or path.read_bytes() == written
    config = (path.parent / "kesu.toml").read_bytes()
    again = kesu("adopt", path, "--yes", *NOW)
    assert "没有要改的" in plain(again.output), again.output
    assert path.read_bytes() == written and (path.parent / "kesu.toml").read_bytes() == config


def test_every_case_has_a_number_and_only_the_late_ones_are_judged(taken_up):
    path, _, _ = taken_up
    kesu("run", path, *NOW)
    book = opened(path)
    (sheet,) = [
        sheet
        for sheet in book
        if any(str(c.value).startswith("FK2026") for row in sheet.iter_rows(max_row=12) for c in row)
    ][:1]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    numbers = [value for row in rows for value in row if re.fullmatch(r"FK\d{8}-\d{3}", str(value))]
    assert len(set(numbers)) == 12
    hints = [next((str(value) for value in row if "历史记录" in str(value)), "") for row in rows]
    assert sum(bool(hint) for hint in hints) == 7  # received before the 15th of November


def test_restore_brings_back_the_very_file(taken_up):
    path, before, _ = taken_up
    first = sorted((path.parent / f"{path.stem}.kesu" / "backups").glob(f"*{path.suffix}"))[0]
    copy = path.parent / f"copy{path.suffix}"
    shutil.copy(path, copy)
    assert kesu("restore", path, "--backup", first, "--now", "2026-12-03T10:00").exit_code == 0
    assert path.read_bytes() == before.read_bytes()
    shutil.copy(copy, path)


def test_libreoffice_opens_it_with_every_sheet_and_the_same_values(taken_up, tmp_path):
    path, _, _ = taken_up
    libreoffice.convert(path, to="ods", into=tmp_path / "shown")
    shown, held = (CalamineWorkbook.from_path(file) for file in (tmp_path / "shown" / f"{path.stem}.ods", path))
    assert [sheet.name for sheet in shown.sheets_metadata] == [sheet.name for sheet in held.sheets_metadata]
    for name in ("人员", "规则", "检查结果", held.sheets_metadata[0].name):
        was, now = (found.get_sheet_by_name(name).to_python() for found in (held, shown))
        was, now = (
            [[cell.split("\n")[0] for cell in row if isinstance(cell, str) and cell] for row in rows]
            for rows in (was, now)
        )  # LibreOffice tells of a picture in the cell that it is anchored to
        assert now[: len(was)] == was
