"""Workbooks as dealerships keep them, read: wherever the register stands and however it was typed."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet
from xlsxwriter.format import Format

from tests import tables
from workbook import ledger, snapshot
from workbook.edits import column_letter
from workbook.errors import NotAWorkbook, SheetMissing
from workbook.finding import Finding, Severity
from workbook.ledger import Ledger
from workbook.parts import NativeTable
from workbook.schema import EVENTS, PENDING_CENTRE, PENDING_MANAGER, REGISTER, TABLES
from workbook.snapshot import Grid

HEADERS = list(REGISTER.headers)
NINE = dt.datetime(2026, 11, 3, 9, 5)
CASE = {"编号": "FK20261103-001", "接收时间": NINE, "客户姓名": "陈静", "内容概要": "刹车异响", "级别": "重大"}


def parse(data: bytes, name: str = "客诉.xlsx") -> Ledger:
    return ledger.load(snapshot.parse(data, path=Path(name), sha256="", modified=dt.datetime(2026, 11, 3)))


def openpyxl_book(fill: Callable[[openpyxl.Workbook, Worksheet], None]) -> Ledger:
    book = openpyxl.Workbook()
    assert book.active is not None
    fill(book, book.active)
    out = io.BytesIO()
    book.save(out)
    return parse(out.getvalue())


def rows_of(*cases: dict[str, Any], headers: Sequence[str] = HEADERS) -> list[list[Any]]:
    return [list(headers), *([case.get(head) for head in headers] for case in cases)]


def put(sheet: Worksheet, rows: Sequence[Sequence[Any]], top: int = 1, left: int = 1) -> None:
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is not None:
                sheet.cell(top + down, left + right, value)


def load(*cases: dict[str, Any], headers: Sequence[str] = HEADERS, title: str = "反馈登记") -> Ledger:
    """A register in memory, as the reader would see it."""
    rows = [["" if cell is None else cell for cell in row] for row in rows_of(*cases, headers=headers)]
    return ledger.load(tables.snapshot([Grid(title, rows, 1, 1)]))


def found(book: Ledger, rule: str) -> list[Finding]:
    return [finding for finding in book.findings if finding.rule == rule]


def only(book: Ledger, rule: str) -> Finding:
    (finding,) = found(book, rule)
    if finding.where:
        assert finding.message.startswith(str(finding.where))
    else:
        assert finding.sheet
        assert finding.message.startswith(finding.sheet)
    assert finding.hint
    return finding


def read_as_it_stands(book: Ledger, row: int) -> None:
    """The one case is there, at its Excel row, with its values."""
    frame = book.register.frame
    assert list(frame.index) == [row]
    assert {name: frame.at[row, name] for name in CASE} == CASE


# --- Wherever the register stands -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [HEADERS, HEADERS[::-1], [*HEADERS[10:], "我店的列", *HEADERS[:10], "另一列"], [f" {head}\n" for head in HEADERS]],
    ids=["as in the contract", "backwards", "with columns of their own", "with stray spaces and line breaks"],
)
def test_the_columns_may_stand_in_any_order_and_among_others(headers: list[str]) -> None:
    case = {head: CASE.get(head.strip()) for head in headers} | {"我店的列": "不要动"}
    book = load(case, headers=headers)
    read_as_it_stands(book, 2)
    assert book.findings == ()
    where = book.register.cell(2, "客户姓名")
    assert where is not None
    assert headers[where.column - 1].strip() == "客户姓名"


@pytest.mark.parametrize("marked", ["编号*", tables.wide("编号*"), "编 号"])
def test_a_header_marked_as_ours_is_still_that_header(marked: str) -> None:
    read_as_it_stands(load({**CASE, marked: CASE["编号"]}, headers=[marked, *HEADERS[1:]]), 2)


def test_a_merged_title_and_empty_rows_may_stand_above() -> None:
    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet.title = "反馈登记"
        sheet["B2"] = "星耀汽车 客户信息反馈处理单"
        sheet.merge_cells("B2:K2")
        sheet["B3"] = "制表人:王芳"
        put(sheet, rows_of(CASE), top=5, left=2)

    book = openpyxl_book(fill)
    read_as_it_stands(book, 6)
    assert str(book.register.cell(6, "编号")) == "反馈登记!B6"


def test_hidden_rows_and_filtered_rows_are_read_like_all_others() -> None:
    def fill(_: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet.title = "反馈登记"
        put(sheet, rows_of(CASE, {**CASE, "编号": "FK20261103-002"}, {**CASE, "编号": "FK20261103-003"}))
        sheet.row_dimensions[2].hidden = True
        sheet.auto_filter.ref = "A1:F4"
        sheet.auto_filter.add_filter_column(0, ["FK20261103-003"])
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True

    assert list(openpyxl_book(fill).register.frame.index) == [2, 3, 4]


def test_a_renamed_sheet_is_known_by_its_headers() -> None:
    def fill(book: openpyxl.Workbook, sheet: Worksheet) -> None:
        sheet.title = "封面"
        sheet["A1"] = "客诉台帐"
        put(book.create_sheet("11月客诉"), rows_of(CASE))

    book = openpyxl_book(fill)
    read_as_it_stands(book, 2)
    assert book.register.place(2, "接收时间") == "11月客诉!C2"


def test_empty_rows_between_cases_are_no_cases_and_move_no_other() -> None:
    book = load(CASE, {}, {"备注": "  "}, {**CASE, "编号": "FK20261103-002"})
    assert list(book.register.frame.index) == [2, 5]


def test_a_line_of_totals_is_no_case() -> None:
    book = load(CASE, {"编号": "合计", "行驶里程": 12000.0})
    assert list(book.register.frame.index) == [2]


def xlsxwriter_book(fill: Callable[[xlsxwriter.Workbook, Format], None], **options: object) -> Ledger:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        fill(book, book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    return parse(out.getvalue())


def native(
    sheet: Any, times: Format, name: str, rows: Sequence[Sequence[Any]], *, top: int = 0, left: int = 0, short: int = 0
) -> None:
    """Rows with an Excel table over all but the last ``short`` of them."""
    last = top + len(rows) - 1 - short
    right = left + len(rows[0]) - 1
    sheet.add_table(top, left, last, right, {"name": name, "columns": [{"header": head} for head in rows[0]]})
    for down, row in enumerate(rows[1:], start=top + 1):
        for across, value in enumerate(row, start=left):
            if isinstance(value, dt.datetime):
                sheet.write_datetime(down, across, value, times)
            elif value is not None:
                sheet.write(down, across, value)


def test_the_excel_table_of_that_name_goes_before_a_sheet_of_that_name() -> None:
    def fill(book: xlsxwriter.Workbook, times: Format) -> None:
        decoy = book.add_worksheet("反馈登记")
        decoy.write_row(0, 0, HEADERS)
        decoy.write_row(1, 0, ["FK20250101-001"])
        native(book.add_worksheet("登记2026"), times, "反馈登记", rows_of(CASE), top=3, left=1)

    book = xlsxwriter_book(fill)
    read_as_it_stands(book, 5)
    assert book.register.native
    assert book.register.sheet == "登记2026"


def test_rows_typed_below_the_excel_table_are_read_and_said() -> None:
    def fill(book: xlsxwriter.Workbook, times: Format) -> None:
        cases = [{**CASE, "编号": f"FK20261103-00{number}"} for number in (1, 2, 3)]
        native(book.add_worksheet("反馈登记"), times, "反馈登记", rows_of(*cases), short=2)

    book = xlsxwriter_book(fill)
    assert list(book.register.frame.index) == [2, 3, 4]
    told = only(book, "READ-09")
    assert told.severity is Severity.INFO
    assert "第 3–4 行共 2 行在 Excel 表格范围之外,已照常读取" in tables.plain(told.message)


def test_below_the_excel_table_and_an_empty_row_a_record_is_read_and_a_remark_is_told() -> None:
    def fill(book: xlsxwriter.Workbook, times: Format) -> None:
        sheet = book.add_worksheet("反馈登记")
        native(sheet, times, "反馈登记", rows_of(CASE))
        sheet.write(4, 0, "以下为补记")
        for column, cell in enumerate(rows_of(CASE)[1]):
            sheet.write(6, column, cell, times if isinstance(cell, dt.datetime) else None)

    book = xlsxwriter_book(fill)
    assert list(book.register.frame.index) == [2, 7]
    assert found(book, "READ-09") and found(book, "READ-12")


def test_a_small_table_beside_the_register_hides_none_of_its_rows() -> None:
    def fill(book: xlsxwriter.Workbook, times: Format) -> None:
        sheet = book.add_worksheet("反馈登记")
        rows = rows_of(CASE)
        native(sheet, times, "反馈登记", [rows[0], *[rows[1]] * 6])
        sheet.add_table(3, 60, 5, 61, {"name": "小表", "columns": [{"header": "甲"}, {"header": "乙"}]})

    assert len(xlsxwriter_book(fill).register.frame) == 6


def test_sheets_that_are_missed_are_told() -> None:
    def fill(book: xlsxwriter.Workbook, times: Format) -> None:
        native(book.add_worksheet("反馈登记"), times, "反馈登记", rows_of(CASE))
        for table in TABLES[1:5]:
            native(book.add_worksheet(table.sheet), times, table.name, [list(table.headers), [""] * len(table.headers)])

    told = [finding.message for finding in found(xlsxwriter_book(fill), "READ-13")]
    assert len(told) == 2 and "规则" in told[0] and "检查结果" in told[1]


@pytest.mark.parametrize("side_by_side", [False, True], ids=["one below the other", "side by side"])
def test_two_excel_tables_on_one_sheet_keep_their_rows_apart(side_by_side: bool) -> None:
    entries = [list(EVENTS.headers), ["FK20261103-001", NINE, "联系客户", "王芳", "客户", "致歉", "已联系"]]

    def fill(book: xlsxwriter.Workbook, times: Format) -> None:
        sheet = book.add_worksheet("全部")
        native(sheet, times, "反馈登记", rows_of(CASE))
        top, left = (0, len(HEADERS) + 1) if side_by_side else (3, 0)
        native(sheet, times, "处理记录", entries, top=top, left=left)

    book = xlsxwriter_book(fill)
    read_as_it_stands(book, 2)
    events = book[EVENTS]
    assert events.frame["事项"].tolist() == ["联系客户"]
    assert events.frame["经手人"].tolist() == ["王芳"]
    assert book.findings == ()


@pytest.mark.parametrize("title", ["未了事宜台帐-客服中心", "客户服务中心未了事宜", "未了事宜(客服中心)"])
def test_the_two_ledgers_are_told_apart_by_the_names_of_their_sheets(title: str) -> None:
    headers = list(PENDING_CENTRE.headers)
    grids = [Grid("反馈登记", [HEADERS], 1, 1)]
    for name, reason in ((title, "中心的"), ("未了事宜台帐-客户经理", "经理的")):
        line = ["FK20261103-001" if head == "编号" else reason if head == "事由" else "" for head in headers]
        grids.append(Grid(name, [headers, line], 1, 1))
    book = ledger.load(tables.snapshot(grids))
    assert book[PENDING_CENTRE].frame["事由"].tolist() == ["中心的"]
    assert book[PENDING_MANAGER].frame["事由"].tolist() == ["经理的"]


def test_a_ledger_that_nobody_can_tell_whose_it_is_is_not_guessed_at() -> None:
    headers = list(PENDING_CENTRE.headers)
    line = ["FK20261103-001", *[""] * (len(headers) - 1)]
    book = ledger.load(tables.snapshot([Grid("反馈登记", [HEADERS], 1, 1), Grid("未了事宜", [headers, line], 1, 1)]))
    assert book[PENDING_CENTRE].frame.empty
    assert book[PENDING_MANAGER].frame.empty


# --- However it was typed ---------------------------------------------------------------------------------------------


def test_times_typed_as_text_are_understood_and_said_at_their_cell() -> None:
    book = load({**CASE, "接收时间": "2026年11月3日 9时5分"})
    read_as_it_stands(book, 2)
    told = only(book, "READ-01")
    assert (str(told.where), told.severity, told.ticket) == ("反馈登记!C2", Severity.INFO, "FK20261103-001")
    assert "“接收时间”是文本“2026年11月3日 9时5分”,按 2026-11-03 09:05 理解" in tables.plain(told.message)


def test_a_time_that_cannot_be_read_is_an_error_at_its_cell_and_the_row_still_counts() -> None:
    book = load({**CASE, "接收时间": "昨天上午"})
    assert list(book.register.frame.index) == [2]
    assert book.register.frame["接收时间"].isna().all()
    told = only(book, "READ-02")
    assert (str(told.where), told.severity) == ("反馈登记!C2", Severity.ERROR)
    assert "“接收时间”是“昨天上午”,不是能识别的时间" in tables.plain(told.message)


def test_a_mileage_in_words_is_understood_and_one_that_is_none_is_said() -> None:
    book = load({**CASE, "行驶里程": "3.2万公里"}, {**CASE, "行驶里程": "不详"})
    assert book.register.frame.at[2, "行驶里程"] == 32000
    assert "按 32000 理解" in tables.plain(only(book, "READ-05").message)
    told = only(book, "READ-03")
    assert str(told.where) == "反馈登记!L3"
    assert told.severity is Severity.WARNING


def test_full_width_and_spaces_are_understood_and_said() -> None:
    book = load({**CASE, "级别": " 重 大", "车牌号": "京a·12345", "联系电话": tables.wide("13800138000")})
    frame = book.register.frame
    assert (frame.at[2, "级别"], frame.at[2, "车牌号"], frame.at[2, "联系电话"]) == ("重大", "京A12345", "13800138000")
    assert {str(finding.where) for finding in found(book, "READ-04")} == {"反馈登记!F2", "反馈登记!H2"}
    assert all(finding.severity is Severity.INFO for finding in found(book, "READ-04"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("张伟 李娜", "张伟、李娜"),
        ("张伟\n李娜", "张伟、李娜"),
        ("张　伟", "张伟"),
        ("张 伟 李 娜", "张伟、李娜"),
        ("张 小明", "张小明"),
        ("欧阳 锋", "欧阳锋"),
        ("张伟 和 李娜", "张伟、李娜"),
        ("张伟、 李 娜", "张伟、李娜"),
        ("张伟 (售后 部) 李娜", "张伟(售后部)、李娜"),
        ("阿不都 热合曼 李娜", "阿不都、热合曼、李娜"),
        ("阿依古丽 买买提", "阿依古丽买买提"),
        ("John Smith", "JohnSmith"),
    ],
)
def test_white_space_between_names_divides_them_and_inside_a_name_it_is_nothing(written: str, read: str) -> None:
    staff = tables.grid("人员", [{"姓名": "阿依古丽 买买提", "角色": "客户经理", "主次": "主", "邮箱": ""}])
    book = ledger.load(tables.snapshot([tables.grid("反馈登记", [{**CASE, "当事人": written}]), staff]))
    assert book.register.frame.at[2, "当事人"] == read
    (told,) = [one for one in book.findings if one.rule == "READ-04" and one.where.sheet == "反馈登记"]
    assert ("顿号" in told.hint) == ("、" in read)


def test_a_telephone_number_that_excel_made_a_number_is_the_same_number() -> None:
    book = load({**CASE, "联系电话": 13800138000.0})
    assert book.register.frame.at[2, "联系电话"] == "13800138000"
    assert book.findings == ()


def test_a_day_without_a_time_is_said_where_a_time_is_asked_for_and_only_there() -> None:
    grids = [tables.grid("反馈登记", [{**CASE, "接收时间": dt.date(2026, 11, 3)}])]
    grids.append(tables.grid(PENDING_MANAGER.sheet, [{"编号": "FK20261103-001", "转入日期": dt.date(2026, 11, 4)}]))
    told = only(ledger.load(tables.snapshot(grids)), "READ-07")
    assert str(told.where) == "反馈登记!B2"
    assert "“接收时间”只有日期没有时间,作为起点从当天 23:59 算起" in tables.plain(told.message)


def test_a_promised_day_is_said_to_last_until_its_end() -> None:
    told = only(load({**CASE, "下次答复时间": dt.date(2026, 11, 20)}), "READ-07")
    assert "当天 23:59 以前答复都算按时" in told.message


def test_half_a_day_is_a_date_without_a_time() -> None:
    book = load({**CASE, "接收时间": "2026-11-03 下午"})
    assert book.register.frame.at[2, "接收时间"] == dt.datetime(2026, 11, 3)
    assert tables.plain(only(book, "READ-01").message).endswith("“接收时间”是文本“2026-11-03 下午”,按 2026-11-03 理解")


def test_what_kesu_wrote_itself_is_not_reported() -> None:
    book = load(
        {**CASE, "截止时间": dt.datetime(2026, 11, 4), "编号时间": dt.datetime(2026, 11, 3), "提示": " 请 上报 "}
    )
    assert book.findings == ()


def test_a_header_twice_is_said_and_the_left_one_counts() -> None:
    book = load({**CASE, "客户姓名": "陈静"}, headers=[*HEADERS, "客户姓名"])
    told = only(book, "READ-08")
    assert str(told.where) == f"反馈登记!{column_letter(len(HEADERS) + 1)}1"
    assert "表头“客户姓名”重复出现,只读取靠左的一列" in tables.plain(told.message)


@pytest.mark.parametrize("date1904", [False, True])
def test_the_date_system_of_old_macs_moves_no_date(date1904: bool) -> None:
    def fill(book: xlsxwriter.Workbook, times: Format) -> None:
        sheet = book.add_worksheet("反馈登记")
        sheet.write_row(0, 0, HEADERS)
        sheet.write_datetime(1, HEADERS.index("接收时间"), NINE, times)
        epoch = dt.datetime(1904, 1, 1) if date1904 else dt.datetime(1899, 12, 30)
        sheet.write_number(1, HEADERS.index("上报时间"), (NINE - epoch).total_seconds() / 86400)  # no date format
        sheet.write(1, HEADERS.index("编号"), "FK20261103-001")

    book = xlsxwriter_book(fill, date_1904=date1904)
    assert book.register.frame.at[2, "接收时间"] == NINE
    assert book.register.frame.at[2, "上报时间"] == NINE


def test_a_cell_that_shows_an_excel_error_is_said_and_counts_as_empty() -> None:
    def fill(book: xlsxwriter.Workbook, times: Format) -> None:
        sheet = book.add_worksheet("反馈登记")
        sheet.write_row(0, 0, HEADERS)
        sheet.write(1, HEADERS.index("编号"), "FK20261103-001")
        sheet.write_formula(1, HEADERS.index("接收时间"), "=C99/0", None, "#DIV/0!")
        sheet.write_formula(1, HEADERS.index("客户姓名"), '=VLOOKUP("x",A:B,2,0)', None, "#N/A")
        sheet.write_formula(60, 0, "=1/0", None, "")

    book = xlsxwriter_book(fill)
    assert book.register.frame["接收时间"].isna().all()
    told = found(book, "READ-10")
    assert [str(finding.where) for finding in told] == ["反馈登记!C2", "反馈登记!G2"]
    assert "“接收时间”显示 Excel 错误值,按空白处理" in tables.plain(told[0].message)
    assert told[0].severity is Severity.ERROR


# --- What is missing --------------------------------------------------------------------------------------------------


def test_missing_columns_are_named_once_and_the_rest_is_read() -> None:
    headers = [head for head in HEADERS if head not in ("满意度", "状态")]
    book = load(CASE, headers=headers)
    read_as_it_stands(book, 2)
    assert book.register.frame["满意度"].tolist() == [""]
    assert book.register.cell(2, "满意度") is None
    told = only(book, "READ-06")
    assert told.severity is Severity.ERROR
    assert "反馈登记缺少列:满意度、状态" in tables.plain(told.message)
    assert "状态由 kesu 填写,缺列时无处可写" in tables.plain(told.message)


def test_every_column_has_its_type_also_when_it_is_missing_or_the_table_is_empty() -> None:
    full, bare = load(CASE), load(headers=["编号", *HEADERS[: len(HEADERS) // 2 + 2]])
    for table in TABLES:
        for column in table.columns:
            kinds = {str(book[table].frame[column.name].dtype) for book in (full, bare)}
            assert len(kinds) == 1, f"{table.sheet}.{column.name}: {kinds}"


def test_an_empty_register_is_itself_a_finding() -> None:
    told = only(load(), "READ-11")
    assert (told.severity, told.where) == (Severity.ERROR, None)
    assert "反馈登记里没有任何一行反馈" in tables.plain(told.message)
    assert not found(load(CASE), "READ-11")


def test_without_a_register_a_sentence_says_what_was_looked_for_and_what_is_there() -> None:
    with pytest.raises(SheetMissing) as caught:
        ledger.load(tables.snapshot([Grid("工资表", [["姓名", "金额"]], 1, 1), Grid("Sheet2", [], 1, 1)]))
    assert str(caught.value).startswith("“客诉.xlsx”里找不到“反馈登记”表")
    assert "现有工作表:工资表、Sheet2" in tables.plain(str(caught.value))
    assert "kesu new" in tables.plain(str(caught.value))


def test_a_workbook_without_any_sheet_says_so() -> None:
    with pytest.raises(SheetMissing, match="没有工作表"):
        ledger.load(tables.snapshot([]))


def test_a_register_that_lacks_most_of_its_columns_is_no_register() -> None:
    with pytest.raises(SheetMissing) as caught:
        load(CASE, headers=["编号", "接收时间", "内容概要"])
    assert f"缺少 {len(HEADERS) - 3} 列(共应有 {len(HEADERS)} 列)" in tables.plain(str(caught.value))


def test_tables_that_the_workbook_lacks_are_there_and_empty() -> None:
    book = load(CASE)
    assert not book[EVENTS].present
    assert book[EVENTS].frame.empty
    assert tuple(book[EVENTS].frame.columns) == EVENTS.headers
    assert book[EVENTS].place(5, "时间") == "处理记录第5行"


def test_an_excel_table_of_that_name_with_none_of_its_columns_does_not_hide_the_register() -> None:
    strange = NativeTable("反馈登记", "工资表", 1, 2, 1, 2)
    grids = [Grid("工资表", [["姓", "金"], ["a", "b"]], 1, 1), Grid("登记", rows_of(CASE), 1, 1)]
    grids[1] = Grid("登记", [["" if cell is None else cell for cell in row] for row in grids[1].rows], 1, 1)
    read_as_it_stands(ledger.load(tables.snapshot(grids, tables=[strange])), 2)


# --- The lists of the dealership --------------------------------------------------------------------------------------


def test_each_column_of_the_dictionary_is_a_list() -> None:
    lists = [["字典", "", ""], ["反馈渠道", "部门", ""], ["电话", " 售后服务部", ""], ["", "销售部", ""]]
    book = ledger.load(tables.snapshot([Grid("反馈登记", [HEADERS], 1, 1), Grid("字典", lists, 1, 1)]))
    assert book.dictionary == {"反馈渠道": {"电话"}, "部门": {"售后服务部", "销售部"}}


# --- What is no workbook ----------------------------------------------------------------------------------------------


def workbook_bytes() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("反馈登记").write_row(0, 0, HEADERS)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "是空文件(0 字节)"),
        ("编号,接收时间\nFK20261103-001,2026-11-03".encode("gb18030"), "看起来是文本或 CSV 文件"),
        ("\ufeff编号,接收时间\n".encode(), "看起来是文本或 CSV 文件"),
        (b"%PDF-1.7\n\0\0\0", "看起来是其他格式的文件"),
        (OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512, "设有打开密码"),
        (OLE + "Workbook".encode("utf-16-le") + b"\0" * 512, "是旧版 Excel 97-2003 格式(.xls)"),
        (workbook_bytes()[:-200], "不完整或已损坏"),
        (workbook_bytes()[:900], "不完整或已损坏"),
        (b"PK\x03\x04" + b"\0" * 100, "不完整或已损坏"),
        (b"PK", "不完整或已损坏"),
    ],
    ids=["empty", "csv gbk", "csv utf-8", "pdf", "encrypted", "xls", "cut at the end", "cut early", "zip header", "PK"],
)
def test_what_is_no_workbook_is_refused_in_a_sentence_that_names_the_file(data: bytes, says: str) -> None:
    with pytest.raises(NotAWorkbook) as caught:
        parse(data, "投诉.xlsx")
    assert str(caught.value).startswith("“投诉.xlsx”")
    assert tables.plain(says) in tables.plain(str(caught.value))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/workbook.xml", b"<bookViews>", b"<bookViews"),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>", b"&</Relationships>"),
        ("xl/workbook.xml", b"<sheets>", b"<sheets>\0"),
        ("xl/worksheets/sheet1.xml", b"</worksheet>", b""),
    ],
)
def test_a_workbook_with_broken_markup_is_refused(part: str, old: bytes, new: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook_bytes())) as whole, zipfile.ZipFile(out, "w") as broken:
        for name in whole.namelist():
            data = whole.read(name)
            assert name != part or old in data
            broken.writestr(name, data.replace(old, new) if name == part else data)
    try:
        book = parse(out.getvalue())
    except NotAWorkbook as refused:
        assert "不完整或已损坏" in str(refused)
    else:  # what every reader forgives
        assert book.register.columns["编号"] == 1


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<w:document/>")
    with pytest.raises(NotAWorkbook, match=r"^“客诉.xlsx”"):
        parse(out.getvalue())


@pytest.mark.parametrize("cut", range(50, 100, 7))
def test_a_workbook_damaged_anywhere_is_refused_or_read_and_never_breaks(cut: int) -> None:
    data = bytearray(workbook_bytes())
    at = len(data) * cut // 100
    data[at : at + 40] = b"\0" * 40
    try:
        book = parse(bytes(data))
    except (NotAWorkbook, SheetMissing) as refused:
        assert str(refused).startswith("“客诉.xlsx”")
    else:
        assert book.register.sheet == "反馈登记"


def test_a_file_is_read_once_with_its_digest_and_its_time(tmp_path: Path) -> None:
    path = tmp_path / "客诉.xlsx"
    path.write_bytes(workbook_bytes())
    seen = snapshot.read(path)
    assert seen.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert seen.data == path.read_bytes()
    assert seen.modified.tzinfo is None
