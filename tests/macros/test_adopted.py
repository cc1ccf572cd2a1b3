"""The macros in a register of the dealership's own: they keep to its headers, its columns and its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from pyopenvba.interpreter._values import VBADate

from automation import elders, plan, settings
from automation.cli import main
from automation.past import Past
from tests import libreoffice
from tests.macros.excel import NOW, Excel
from tests.macros.test_checks import SHARED
from tests.tables import plain
from workbook import aliases, ledger, snapshot
from workbook.edits import column_letter
from workbook.package.book import Book
from workbook.vba import project
from workbook.vba.project import Kind, Module

SINCE = dt.date(2026, 11, 15)
Rows = Sequence[Sequence[Any]]


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-{text}")


OWN_NUMBERS: Rows = (
    *(("编号", "接收时间", "接收人", "反馈渠道", "级别", "客户姓名", "联系电话", "车牌号", "内容概要", "经办人", "归档时间", "状态"),),
    *(("TS-001", day("11-03T09:05"), "刘涛", "口头", "严重", "王强", "1380", "京A1", "异响", "孙丽", None, "处理中"),),
    *(("TS-002", None, "刘涛", "口头", "一般", "王强", "1380", "京A1", "异响", "孙丽", None, "处理中"),),
    *(("TS-003", day("11-13T09:05"), "刘涛", "电话", "一般", "王强", "13800138000", "京A12345", "异响", "孙丽", None, "新"),),
    *(("TS-004", day("11-16T09:05"), "刘涛", "电话", "严重", "王强", "1380", "京A1234", "异响", "孙丽", None, "处理中"),),
    *(("TS-005", day("11-18T09:05"), "", "电话", "一般", "王强", "13800138000", "京A12345", "", "孙丽", day("11-17T08:00"), ""),),
)  # fmt: skip
"""A column 编号 of their own, which means something else, and history before kesu."""

ENGLISH: Rows = (
    ("No.", "Received", "Customer", "Phone", "Plate No", "VIN", "Complaint", "Handled By", "Closed On", "Status"),
    (1, day("11-03T09:05"), "王强", "1380", "京A1", "LSV", "异响", "孙丽", None, "Open"),
    (2, "2026.11.16 09:00", "王强", "13800138000", "京A12345", "LSVAA49J13204737", "异响", "孙丽", None, "Open"),
    (3, day("11-18T09:05"), "王强", "1380013", "京A1234", "", "异响", "孙丽", day("12-01T08:00"), "Open"),
    ("Total", None, None, None, None, None, None, None, None, 3),
)

TWO_ROWS: Rows = (
    ("某某4S店客户投诉登记表",),
    ("序号", "登记时间", "客户信息", None, "车辆信息", None, "投诉内容", "处理情况", None, "备注"),
    (None, None, "姓名", "电话", "车牌", "VIN", None, "处理人", "完成时间", None),
    (1, day("11-03T09:05"), "王强", "1380", "京A1", "LSV", "异响", "孙丽", None, ""),
    (2, day("11-16T09:05"), "王强", "13800138", "京A1234", "LSV", "异响", "孙丽", day("11-12T08:00"), ""),
    (3, day("11-18T09:05"), "王强", "13800138000", "京A12345", None, "", "孙丽", None, ""),
    ("合计", 3, None, None, None, None, None, None, None, None),
    ("说明：本表每月 5 日前上报",),
)

MESSY: Rows = (
    ("序\n号", "登 记\n时 间", "客户\n（姓名）", "联系\n电话", "车 牌 号", "备注", "问题描述", "备注", "状态"),
    (1, day("11-20T09:05"), "王强", "1380", "京A1", "", "异响", "x", "处理中"),
    (2, "11月18日 上午10点", "王强", "1380", "京A1", "", "", "x", "处理中"),
    (),
    ("2026年11月以下为旧单",),
    (3, day("11-16T09:05"), "王强", "13800138000", "京A12345", "", "异响", "x", "处理中"),
    ("序\n号", "登 记\n时 间", "客户\n（姓名）", "联系\n电话", "车 牌 号", "备注", "问题描述", "备注", "状态"),
    (4, "2026.11.3", "王强", "1380", "京A1", "", "", "x", "已结案"),
    (5, day("11-02T09:05"), "王强", "1380", "京A1", "", "异响", "x", "已结案"),
)
"""Line breaks and blanks in headers, one of them twice, the newest on top, a heading and the headers again in between."""

REGISTERS = {"own numbers": ("反馈登记", OWN_NUMBERS), "English": ("Complaints", ENGLISH),
             "two header rows": ("投诉台账", TWO_ROWS), "messy": ("登记", MESSY)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Adopted:
    """A register taken up, with macros in it: ``sheet`` is theirs, ``said`` what the installation said."""

    path: Path
    sheet: str
    said: str

    @property
    def register(self) -> ledger.Records:
        return self.understood().register

    def understood(self) -> ledger.Ledger:
        found, errors = settings.load(self.path.with_name("kesu.toml"), workbook=self.path)
        assert not errors
        return ledger.load(snapshot.read(self.path), found.adopted.aliases)

    def by_kesu(self) -> set[tuple[str, str, str, str]]:
        """What the checks that the macros repeat find in it: rule, cell, message, advice."""
        young, _ = elders.split(self.understood(), SINCE)
        facts, _ = plan.look(young, Past(), NOW)
        found = aliases.in_their_words([one for check in SHARED for one in check(facts)], young.register.called)
        return {
            (one.rule, one.where.a1, one.message.removeprefix(f"{one.where} "), one.hint)
            for one in found
            if one.where and one.where.sheet == self.sheet
        }

    def column(self, name: str) -> str:
        """Where a column of the contract stands: its letters."""
        return column_letter(self.register.columns[name])


def kesu(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, args), "--now", f"{NOW:%Y-%m-%dT%H:%M}"])


def adopt(folder: Path, sheet: str, rows: Rows) -> Adopted:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    path = folder / "客诉.xlsx"
    book.save(path)
    done = kesu("adopt", path, "--yes", "--since", str(SINCE))
    assert done.exit_code == 0, done.output
    said = kesu("macros", "install", path)
    assert said.exit_code == 0, said.output
    return Adopted(path.with_suffix(".xlsm"), sheet, plain(said.output))


@pytest.fixture(params=REGISTERS)
def adopted(request: pytest.FixtureRequest, tmp_path: Path) -> Adopted:
    return adopt(tmp_path, *REGISTERS[request.param])


def cell(excel: Excel, adopted: Adopted, at: str) -> Any:
    found = excel.app.sheet(adopted.sheet).value(at)
    return "" if found is None else found


def problems(excel: Excel, row: int) -> list[tuple[str, str, str, str]]:
    """What the macros find in a row: rule, cell, message, advice."""
    found = [line.split("\t") for line in str(excel.app.run("kesuProblemsOf", row)).splitlines()]
    return [
        (rule, f"{column_letter(int(str(excel.app.run('kesuColumn', head))))}{row}", message, advice)
        for rule, head, message, advice in found
    ]


def fill(excel: Excel, adopted: Adopted, row: int, **cells: object) -> None:
    """Type into columns of the contract, a cell after the other, the macros listening to each."""
    columns = adopted.register.columns
    for name, value in cells.items():
        held = VBADate.from_datetime(value) if isinstance(value, dt.datetime) else value
        excel.app.sheet(adopted.sheet).set_value(f"{column_letter(columns[name])}{row}", held)


COMPLETE = {"接收人": "刘涛", "反馈渠道": "电话", "级别": "一般", "客户姓名": "陈静", "联系电话": "13800138000",
            "车牌号": "京A12345", "内容概要": "漏油"}  # fmt: skip


def test_rows_are_told_in_the_words_of_kesu_and_of_the_dealership_and_history_is_not(adopted: Adopted) -> None:
    excel = Excel(adopted.path)
    rows = range(adopted.register.header_row + 1, adopted.register.last_row + 3)
    found = [one for row in rows for one in problems(excel, row)]
    assert set(found) == adopted.by_kesu() and len(found) == len(set(found)) > 2
    for name, theirs in adopted.register.called.items():
        assert not any(f"“{name}”" in message for _, _, message, _ in found), theirs


def test_the_figures_are_those_of_kesu(adopted: Adopted) -> None:
    excel = Excel(adopted.path)
    excel.app.run("kesuCheckNow")
    young, old = elders.split(adopted.understood(), SINCE)
    assert old is not None
    dated = young.register.frame["接收时间"].notna() | (young.register.raw["接收时间"] != "")
    assert f"共 {dated.sum()} 单" in excel.said[-1]
    assert f"另有 {len(old.frame)} 单是 {SINCE} 之前的历史记录" in plain(excel.said[-1])


def test_a_new_row_gets_its_number_in_the_column_kept_for_it_and_no_other_cell(adopted: Adopted) -> None:
    kesu("run", adopted.path)  # history and what was typed before has its numbers then
    excel = Excel(adopted.path)
    kesus = {adopted.column("编号"), adopted.column("编号时间")}
    row = len(excel.app.sheet(adopted.sheet).rows()) + 1
    cells = {name: text for name, text in COMPLETE.items() if name in adopted.register.columns}
    typed = {f"{adopted.column(name)}{row}" for name in ("接收时间", *cells)}
    before = {at: value for at, value in everything(excel, adopted).items() if value != ""}
    fill(excel, adopted, row, 接收时间=NOW - dt.timedelta(hours=1), **cells)
    assert cell(excel, adopted, f"{adopted.column('编号')}{row}") == "FK20261121-501"
    after = {at: value for at, value in everything(excel, adopted).items() if value != ""}
    assert {at for at in before.keys() | after.keys() if before.get(at) != after.get(at)} == typed | {
        f"{column}{row}" for column in kesus
    }


def everything(excel: Excel, adopted: Adopted) -> dict[str, Any]:
    return {
        f"{column_letter(column)}{row}": cell(excel, adopted, f"{column_letter(column)}{row}")
        for row in range(1, len(excel.app.sheet(adopted.sheet).rows()) + 2)
        for column in range(1, max(adopted.register.columns.values()) + 1)
    }


def test_a_case_of_before_that_somebody_types_into_is_neither_numbered_nor_judged(tmp_path: Path) -> None:
    adopted = adopt(tmp_path, *REGISTERS["own numbers"])
    excel = Excel(adopted.path)
    row = adopted.register.last_row + 1
    fill(excel, adopted, row, **COMPLETE, 接收时间=day("11-14T09:00"), 归档时间=day("11-13T09:00"))
    assert cell(excel, adopted, f"{adopted.column('编号')}{row}") == "" and excel.status == ""


def test_a_heading_or_history_in_the_column_of_times_stops_no_numbers(tmp_path: Path) -> None:
    rows = [("登记时间", "客户姓名", "电话", "问题描述"), ("2026.11.3", "王强", "13800138000", "异响"), (),
            ("以下为十一月下半月",), (day("11-18T09:05"), "王强", "13800138000", "异响")]  # fmt: skip
    adopted = adopt(tmp_path, "登记", rows)
    excel = Excel(adopted.path)
    told = {"客户姓名": "陈静", "联系电话": "13800138000", "内容概要": "漏油", "级别": "一般"}
    fill(excel, adopted, 6, **told, 接收时间=NOW - dt.timedelta(hours=1))
    assert cell(excel, adopted, f"{adopted.column('编号')}6") == "FK20261121-501"


def test_a_double_click_and_the_printed_form_know_their_headers(tmp_path: Path) -> None:
    adopted = adopt(tmp_path, *REGISTERS["English"])
    excel = Excel(adopted.path)
    sheet = f'ThisWorkbook.Worksheets("{adopted.sheet}")'
    at = f"{adopted.column('归档时间')}3"
    assert excel.app.evaluate(f'kesuStamp({sheet}, {sheet}.Range("{at}"))') is True
    assert cell(excel, adopted, at) == NOW
    fill(excel, adopted, 4, 编号="FK20261118-001")
    excel.app.evaluate(f"{sheet}.Activate")
    excel.app.evaluate(f'{sheet}.Range("B4").Select')
    excel.app.run("kesuPrint")
    assert {"Customer|王强|", "kesu编号|FK20261118-001|"} & set(excel.app.console) == {"Customer|王强|"}
    assert "编号|FK20261118-001|" in excel.app.console


def test_a_sheet_of_theirs_that_is_called_like_one_of_kesu_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "客诉.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "登记"
    for row in [
        ("登记时间", "客户姓名", "电话", "问题描述", "经手人"),
        (day("11-18T09:05"), "王强", "1", "异响", "孙丽"),
    ]:
        book.active.append(row)
    theirs = book.create_sheet("人员")
    for row in [("工号", "姓名", "岗位"), (1, "刘涛", "顾问")]:
        theirs.append(row)
    form = book.create_sheet("处理单")
    form["C3"] = "编号"
    book.save(path)
    kesu("adopt", path, "--yes", "--since", str(SINCE))
    kesu("macros", "install", path)
    adopted = Adopted(path.with_suffix(".xlsm"), "登记", "")
    excel = Excel(adopted.path)
    assert set(problems(excel, 2)) == adopted.by_kesu()
    assert not [one for one in problems(excel, 2) if one[0] == "PERSON-01"], "their list of staff is not kesu's"
    fill(excel, adopted, 2, 编号="FK20261118-001")
    excel.app.evaluate('ThisWorkbook.Worksheets("登记").Activate')
    excel.app.evaluate('ThisWorkbook.Worksheets("登记").Range("B2").Select')
    excel.app.run("kesuPrint")
    assert not excel.app.sheet("处理单").value("D3"), "their own form stays as it is"


def test_macros_from_before_the_adoption_are_to_be_renewed_and_then_know_the_register(tmp_path: Path) -> None:
    adopted = adopt(tmp_path, *REGISTERS["own numbers"])
    assert problems(Excel(adopted.path), 5)
    assert "kesu macros install" in kesu("adopt", adopted.path, "--yes", "--since", "2026-11-17").output
    assert "宏已更新" in kesu("macros", "install", adopted.path).output
    assert not problems(Excel(adopted.path), 5), "history by the later day"


def test_the_installation_says_what_the_mapping_asks_of_people(tmp_path: Path) -> None:
    adopted = adopt(tmp_path, *REGISTERS["English"])
    assert "再运行一次 kesu macros install" in adopted.said


def test_a_register_that_nobody_has_adopted_gets_no_macros_that_would_do_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ENGLISH:
        book.active.append(list(row))
    path = tmp_path / "客诉.xlsx"
    book.save(path)
    result = kesu("macros", "install", path)
    assert result.exit_code == 2 and "kesu adopt" in result.output and not path.with_suffix(".xlsm").exists()


def test_two_registers_in_the_settings_are_told_of(tmp_path: Path) -> None:
    adopted = adopt(tmp_path, *REGISTERS["English"])
    config = tmp_path / "kesu.toml"
    config.write_text(
        config.read_text(encoding="utf-8") + '\n[adopt."旧表"]\ntable = "反馈登记"\nReceived = "接收时间"\n',
        encoding="utf-8",
    )
    assert "宏只管“Complaints”" in kesu("macros", "install", adopted.path).output


def test_headers_that_a_chinese_windows_cannot_show_are_understood(tmp_path: Path) -> None:
    rows = [("Reçu le", "Nom", "Téléphone ✆", "Plainte"), (day("11-18T09:05"), "王强", "1380", "异响")]
    path = tmp_path / "客诉.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Plaintes “2026”"
    for row in rows:
        book.active.append(row)
    book.save(path)
    path.with_name("kesu.toml").write_text(
        '[adopt]\nsince = 2026-11-15\n[adopt."Plaintes “2026”"]\n"Reçu le" = "接收时间"\nNom = "客户姓名"\n'
        '"Téléphone ✆" = "联系电话"\nPlainte = "内容概要"\n',
        encoding="utf-8",
    )
    result = kesu("macros", "install", path)
    assert result.exit_code == 0 and "宏不编号" in result.output
    adopted = Adopted(path.with_suffix(".xlsm"), "Plaintes “2026”", "")
    excel = Excel(adopted.path)
    assert set(problems(excel, 2)) == adopted.by_kesu() != set()


EVENT = """Option Explicit
Private Sub Worksheet_Change(ByVal Target As Range)
    If Target.Column < 90 Then
        kesuChanged Me, Target
        Range("CX1").Value = kesuStatus()
        Range("CX2").Value = kesuProblemsOf(FIRST)
    End If
End Sub
"""


@libreoffice.needed
@pytest.mark.parametrize("name", ["own numbers", "two header rows"])
def test_libreoffice_runs_them_on_their_register_alike(name: str, tmp_path: Path) -> None:
    adopted = adopt(tmp_path, *REGISTERS[name])
    expected = adopted.by_kesu()
    row = max(int("".join(filter(str.isdigit, at))) for _, at, _, _ in expected)
    held = Book(adopted.path.read_bytes())
    place = held.part("xl/vbaProject.bin")
    assert place is not None
    with_event = project.install(
        project.read(held.archive.read(place)), [Module("Sheet1", Kind.SHEET, EVENT.replace("FIRST", str(row)))]
    )
    adopted.path.write_bytes(held.archive.rewrite({place.name: [with_event]}))
    new = adopted.register.last_row + 5
    at = adopted.column("客户姓名")
    said = libreoffice.run(
        adopted.path,
        [
            *(f'Enter "{adopted.sheet}", "{at}{line}", "陈静"' for line in (new, row)),
            *(f'Show "{adopted.sheet}", "{cell}"' for cell in ("CX1", "CX2", f"A{new}")),
        ],
        tmp_path,
    )
    assert said[-1] == "end", said
    told = "\n".join(said)
    assert f"第 {row} 行" in told
    for rule, at, message, _ in expected:
        if at.endswith(str(row)) and rule != "TIME-01":
            assert message in told
    assert f"A{new}=" in said, "their own first column stays empty"
