"""The buttons and the double click, as somebody at the keyboard sees them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from automation import macros, plan
from automation.checks.pending import both_ledgers
from automation.past import Past
from automation.sample import dealership
from tests.macros.excel import NOW, Excel
from tests.macros.test_numbers import first, new
from workbook import build, ledger, snapshot
from workbook.schema import EVENTS, PENDING, PENDING_MANAGER, REGISTER


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new(tmp_path / "登记.xlsm")


def select(excel: Excel, cell: str) -> None:
    excel.app.evaluate(f'ThisWorkbook.Worksheets("{REGISTER.sheet}").Activate')
    excel.app.evaluate(f'ThisWorkbook.Worksheets("{REGISTER.sheet}").Range("{cell}").Select')


def click(excel: Excel, cell: str, sheet: str = REGISTER.sheet) -> bool:
    """A double click; whether the macros took it."""
    return bool(
        excel.app.evaluate(
            f'kesuStamp(ThisWorkbook.Worksheets("{sheet}"), ThisWorkbook.Worksheets("{sheet}").Range("{cell}"))'
        )
    )


def test_a_double_click_puts_the_minute_into_an_empty_time_and_nowhere_else(book: Path) -> None:
    excel = Excel(book, now=dt.datetime(2026, 11, 21, 9, 30, 45))
    assert click(excel, excel.cell(3, "接收时间"))
    assert excel.read(3, "接收时间") == NOW
    assert "没有填写" in excel.status, "the row is checked as after any other entry"
    excel.at(NOW + dt.timedelta(hours=1))
    for column in ("接收时间", "客户姓名", "编号时间", "截止时间", "下次答复时间"):
        assert not click(excel, excel.cell(3, column))
    assert excel.read(3, "接收时间") == NOW
    assert not click(excel, "C2"), "a header"
    assert click(excel, excel.cell(3, "时间", EVENTS), EVENTS.sheet)
    assert click(excel, excel.cell(3, "转入日期", PENDING_MANAGER), PENDING_MANAGER.sheet)
    assert excel.read(3, "转入日期", PENDING_MANAGER) == dt.datetime(2026, 11, 21)


def test_a_stamp_can_be_undone_unless_the_cell_was_changed_since(book: Path) -> None:
    excel = Excel(book)
    click(excel, excel.cell(3, "上报时间"))
    excel.app.run("kesuUndoStamp")
    assert excel.read(3, "上报时间") == ""
    click(excel, excel.cell(3, "上报时间"))
    excel.type(3, 上报时间=NOW - dt.timedelta(hours=2))
    excel.app.run("kesuUndoStamp")
    assert excel.read(3, "上报时间") == NOW - dt.timedelta(hours=2)


def test_the_figures_of_the_check_are_those_of_the_dashboard_and_of_kesu(tmp_path: Path) -> None:
    path = tmp_path / "登记.xlsm"
    build.write(path, dealership(25, 3, NOW).contents, created=NOW, macros=macros.modules())
    excel = Excel(path)
    excel.app.run("kesuCheckNow")
    told = [
        int(number) for number in re.findall(r"共 (\d+) 单：未归档 (\d+)，超时 (\d+)，临近 (\d+)", excel.said[-1])[0]
    ]
    register = ledger.load(snapshot.read(path)).register.frame
    received = register["接收时间"].notna()
    state = register["状态"]
    by_kesu = [
        received.sum(),
        (received & register["归档时间"].isna()).sum(),
        (state == "超时").sum(),
        (state == "临近").sum(),
    ]
    received_, archived, state_ = (f"反馈登记[{name}]" for name in ("接收时间", "归档时间", "状态"))
    wanted = [(), (archived, '"="'), (state_, '"超时"'), (state_, '"临近"')]
    by_formula = [
        excel.app.application.vba_get("Evaluate", ["COUNTIFS(" + ",".join((received_, '"<>"', *more)) + ")"], {})
        for more in wanted
    ]
    assert told == by_kesu == by_formula


def test_a_case_goes_into_both_ledgers_with_the_same_facts_once(book: Path) -> None:
    excel = Excel(book)
    first(excel, 车牌号="京A12345", 经办人="王芳")
    select(excel, "G3")
    excel.app.run("kesuToPending")
    assert "责任明确" in excel.said[-1]
    excel.type(3, 责任明确="否", 未明原因="配件延时")
    excel.app.run("kesuToPending")
    excel.app.run("kesuToPending")
    assert "已经有这一单" in excel.said[-1]
    for table in PENDING:
        assert [excel.read(3, head, table) for head in ("编号", "车牌号", "客户姓名", "事由", "负责人", "状态")] == [
            *("FK20261121-501", "京A12345", "陈静", "漏油（配件延时）", "王芳", "未了")
        ]
        assert excel.read(4, "编号", table) == ""
    excel.save()
    facts, _ = plan.look(ledger.load(snapshot.read(book)), Past(), NOW)
    assert not list(both_ledgers(facts))


def test_what_stands_in_one_ledger_is_copied_into_the_other(book: Path) -> None:
    excel = Excel(book)
    first(excel, 责任明确="否", 未明原因="配件延时")
    excel.type(3, PENDING[0], 编号="FK20261121-501", 事由="等配件", 转入日期=dt.datetime(2026, 11, 20), 状态="未了")
    select(excel, "G3")
    excel.app.run("kesuToPending")
    assert [excel.read(3, head, PENDING[1]) for head in ("事由", "转入日期")] == ["等配件", dt.datetime(2026, 11, 20)]


def test_the_form_shows_the_selected_case_when_it_is_printed(book: Path) -> None:
    excel = Excel(book)
    first(excel)
    select(excel, "G9")
    excel.app.run("kesuPrint")
    assert "请先" in excel.said[-1]
    select(excel, "G3")
    excel.app.run("kesuPrint")
    assert excel.app.sheet(macros.FORM_SHEET).value(macros.FORM_CELL) == "FK20261121-501"
    assert any(line.endswith("|FK20261121-501") for line in excel.app.console)


def test_without_that_form_the_row_is_printed_and_leaves_no_sheet_behind(book: Path) -> None:
    excel = Excel(book)
    excel.app.sheet(macros.FORM_SHEET).set_value("B3", "")  # then it does not ask for a number
    first(excel)
    sheets = [sheet.name for sheet in excel.app.sheets()]
    select(excel, "G3")
    excel.app.run("kesuPrint")
    assert {"编号|FK20261121-501|", "客户姓名|陈静|", "接收时间|2026-11-21 08:30|"} <= set(excel.app.console)
    assert [sheet.name for sheet in excel.app.sheets()] == sheets


def test_sending_says_so_when_kesu_is_not_there_and_starts_it_when_it_is(book: Path) -> None:
    without = Excel(book)
    without.app.run("kesuSend")
    assert "没有找到 kesu" in without.said[-1]
    excel = Excel(book, command="kesu")
    excel.app.run("kesuSend")
    assert excel.app.run("whatStarted") == f"kesu {book}"


def test_a_workbook_without_the_register_is_left_alone(tmp_path: Path) -> None:
    path = new(tmp_path / "登记.xlsm")
    excel = Excel(path)
    excel.app.application.enable_events = False
    for head in REGISTER.headers[:40]:
        excel.put(excel.cell(2, head), "x")
    excel.app.application.enable_events = True
    excel.type(3, 客户姓名="陈静")
    assert excel.status == ""
    excel.app.run("kesuCheckNow")
    assert "找不到" in excel.said[-1]
