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
from tests.excel import quick
from tests.macros.excel import NOW, Excel
from tests.macros.test_numbers import first, new
from workbook import build, ledger, snapshot
from workbook.build.buttons import BUTTONS
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
    excel = Excel(quick(path))
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


PENDING_CASE = {"编号": "FK20261121-501", "车牌号": "京A12345", "客户姓名": "陈静", "事由": "等配件", "负责人": "王芳",
                "状态": "未了"}  # fmt: skip


def enter(excel: Excel, which: int, row: int = 3, **cells: object) -> None:
    """An entry of one ledger, from before."""
    excel.type(row, PENDING[which], macros_on=False, **{**PENDING_CASE, **cells})


def entries(excel: Excel, which: int) -> list[list[object]]:
    """编号, 事由, 转入日期, 状态 of what stands in one ledger."""
    heads = ("编号", "事由", "转入日期", "状态")
    rows = [[excel.read(row, head, PENDING[which]) for head in heads] for row in range(3, 7)]
    return [row for row in rows if any(row)]


@pytest.fixture
def to_be_moved(book: Path) -> Excel:
    excel = Excel(book)
    first(excel, 责任明确="否", 未明原因="配件延时", 车牌号="京A12345")
    select(excel, "G3")
    return excel


def test_neither_ledger_is_written_when_one_has_lost_a_header(to_be_moved: Excel) -> None:
    to_be_moved.put(to_be_moved.cell(2, "事由", PENDING[1]), "原因", PENDING[1])
    select(to_be_moved, "G3")
    to_be_moved.app.run("kesuToPending")
    assert "都没有记" in to_be_moved.said[-1] and "没有表头 事由" in to_be_moved.said[-1]
    assert entries(to_be_moved, 0) == entries(to_be_moved, 1) == []


def test_neither_ledger_is_written_when_one_is_protected(to_be_moved: Excel) -> None:
    to_be_moved.app.evaluate(f'ThisWorkbook.Worksheets("{PENDING[1].sheet}").Protect')
    to_be_moved.app.run("kesuToPending")
    assert f"“{PENDING[1].sheet}”受保护" in to_be_moved.said[-1]
    assert entries(to_be_moved, 0) == entries(to_be_moved, 1) == []


def test_what_was_written_is_cleared_when_the_rest_fails(to_be_moved: Excel) -> None:
    app = to_be_moved.app
    source = next(module.source for module in macros.modules() if module.name == "kesuLedgers")
    broken = source.replace(
        "    cell.Value = value", '    If written = 10 Then Err.Raise 1004, , "磁盘坏了"\n    cell.Value = value'
    )
    assert broken != source
    del app.interpreter.modules["kesuledgers"]
    app.add_module(broken, name="kesuLedgers")
    app.run("kesuToPending")
    assert "都没有记：磁盘坏了" in to_be_moved.said[-1]
    assert entries(to_be_moved, 0) == entries(to_be_moved, 1) == []
    assert app.application.enable_events


def test_a_day_that_only_people_can_read_goes_into_the_other_ledger_as_it_is(to_be_moved: Excel) -> None:
    enter(to_be_moved, 0, 转入日期="11月3日")
    select(to_be_moved, "G3")
    to_be_moved.app.run("kesuToPending")
    assert entries(to_be_moved, 0) == entries(to_be_moved, 1) == [["FK20261121-501", "等配件", "11月3日", "未了"]]


def test_a_case_that_was_resolved_and_goes_pending_again_is_entered_again_in_both(to_be_moved: Excel) -> None:
    before = dt.datetime(2026, 11, 3)
    for which in (0, 1):
        enter(to_be_moved, which, 转入日期=before, 状态="已了")
    select(to_be_moved, "G3")
    to_be_moved.app.run("kesuToPending")
    again = ["FK20261121-501", "漏油（配件延时）", dt.datetime(2026, 11, 21), "未了"]
    for which in (0, 1):
        assert entries(to_be_moved, which) == [["FK20261121-501", "等配件", before, "已了"], again]
    to_be_moved.app.run("kesuToPending")
    assert "第 4 行已经有这一单" in to_be_moved.said[-1] and len(entries(to_be_moved, 0)) == 2


def test_an_item_resolved_in_one_ledger_only_is_for_people_to_settle(to_be_moved: Excel) -> None:
    for which, state in enumerate(("未了", "已了")):
        enter(to_be_moved, which, 转入日期=dt.datetime(2026, 11, 3), 状态=state)
    select(to_be_moved, "G3")
    to_be_moved.app.run("kesuToPending")
    assert "请先核对" in to_be_moved.said[-1]
    assert [len(entries(to_be_moved, which)) for which in (0, 1)] == [1, 1]


def test_a_total_below_a_ledger_is_not_written_over_and_no_text_becomes_a_formula(to_be_moved: Excel) -> None:
    enter(to_be_moved, 1, 编号="FK20261120-501")
    to_be_moved.put(to_be_moved.cell(4, "编号", PENDING[1]), "合计", PENDING[1])
    to_be_moved.type(3, 内容概要="=1+1", macros_on=False)
    to_be_moved.put(to_be_moved.cell(3, "内容概要"), "'=1+1")
    select(to_be_moved, "G3")
    to_be_moved.app.run("kesuToPending")
    assert to_be_moved.read(4, "编号", PENDING[1]) == "合计"
    assert str(to_be_moved.read(5, "事由", PENDING[1])).removeprefix("'") == "=1+1（配件延时）"


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


def test_a_printer_that_fails_leaves_no_sheet_with_a_customers_data_behind(book: Path) -> None:
    excel = Excel(book)
    excel.app.sheet(macros.FORM_SHEET).set_value("B3", "")
    first(excel)
    sheets = [sheet.name for sheet in excel.app.sheets()]
    select(excel, "G3")
    excel.app.run("breakPrinter")
    excel.app.run("kesuPrint")
    assert "没能打印：没有打印机" in excel.said[-1]
    assert [sheet.name for sheet in excel.app.sheets()] == sheets
    assert excel.app.application.enable_events


def test_the_check_says_no_more_than_a_message_box_shows_and_the_sum_of_it_first(tmp_path: Path) -> None:
    path = tmp_path / "登记.xlsm"
    rows = [{"接收时间": NOW - dt.timedelta(days=1), "级别": "很严重的问题" * 40} for _ in range(30)]
    build.write(path, {REGISTER.sheet: rows}, created=NOW, macros=macros.modules())
    excel = Excel(quick(path))
    excel.app.run("kesuCheckNow")
    said = excel.said[-1]
    assert len(said) <= 800
    assert said.startswith("共 30 单") and "时限、台帐、奖罚等要由 kesu 检查" in said.split("反馈登记!")[0]
    listed = said.count("      → ")
    assert 2 <= listed < 12
    found, left = re.findall(r"行共 (\d+) 处.*还有 (\d+) 处", said, re.DOTALL)[0]
    assert int(found) - int(left) == listed


def test_the_context_menu_has_the_four_buttons_and_each_starts_its_own_macro(book: Path) -> None:
    excel = Excel(book)
    del excel.app.interpreter.modules["kesuhost"]
    host = next(module.source for module in macros.modules() if module.name == "kesuHost")
    host = host.replace("Application.CommandBars(bar).Controls.Add(Type:=1, Temporary:=True)", "New kesuItem")
    host = host.replace(
        "            item.BeginGroup = (i = 0)", "            told = told & item.Caption & item.OnAction & vbLf"
    )
    host = host.replace("    kesuHideMenu\n", "")
    host = host.replace("Application.OnKey parts(2),", "told = told & parts(2) &")
    host = host.replace(
        "Option Explicit",
        "Option Explicit\nPublic told As String\nPublic Function menu() As String\nmenu = told\nEnd Function",
    )
    excel.app.add_module(
        "Public Caption As String\nPublic OnAction As String\nPublic Tag As String\n", name="kesuItem", kind="class"
    )
    excel.app.add_module(host, name="kesuHost")
    excel.app.run("kesuShowMenu", excel.app.workbook)
    told = str(excel.app.run("menu"))
    for caption, macro, tip in BUTTONS:
        entry = f"客诉：{caption}'{book.name}'!{macro}\n"
        assert told.count(entry) == 2, "in cells and in tables"
        key = "^+" + tip.partition("：")[0][-1].lower()
        assert f"{key}'{book.name}'!{macro}" in told


def test_no_list_in_the_macros_is_divided_by_a_sign_that_it_does_not_hold() -> None:
    for module in macros.modules():
        for text, divider in re.findall(r'Split\("([^"]*)", "(.)"\)', module.source):
            assert divider in text, f"{module.name}: {text}"
        for text in re.findall(r'Split\("([^"]*)"', module.source):
            assert not re.search("[\uff0c\uff1b\uff5c]", text), f"{module.name}: {text}"
        for signs in re.findall(r'InStr\((?:\w+, )?"([^"]*)"', module.source):
            assert not re.search("[\uff01-\uff5e]", signs), (
                f"{module.name}: texts are half-width when they are compared"
            )
        for words in re.findall(r'kesuHas\("([^"]*)"', module.source):
            assert not re.search("[\uff0c\uff1b\uff5c]", words), f"{module.name}: {words}"


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
