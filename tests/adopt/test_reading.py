"""A register read by the dealership's own headers, as kesu.toml has them; findings speak of those."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from automation import plan, settings
from automation.adoption.saved import Adoption
from automation.past import Past
from tests.tables import plain, snapshot
from workbook import ledger
from workbook.errors import SheetMissing
from workbook.naming import Alias
from workbook.snapshot import Grid

NOW = dt.datetime(2026, 11, 21, 9, 30)
DAY = dt.datetime(2026, 11, 20, 9, 5)
HEADS = {
    "受理时间": "接收时间",
    "车主": "客户姓名",
    "手机": "联系电话",
    "牌照": "车牌号",
    "问题": "内容概要",
    "结案": "归档时间",
}
OURS = ("编号", "当前环节", "截止时间", "状态", "提示")
ALIAS = Alias("台账", "反馈登记", {"序号": "", **HEADS})


def row(number: Any = 1, received: Any = DAY, phone: Any = "13800138000", closed: Any = "") -> list[Any]:
    return [number, received, "王小明", phone, "京A12345", "空调不凉,修过三次", closed, *[""] * len(OURS)]


def read(*rows: list[Any], heads: list[Any] | None = None, alias: Alias = ALIAS, above: int = 0) -> ledger.Ledger:
    top = heads or ["序号", *HEADS, *OURS]
    width = max(len(line) for line in (top, *rows))
    lines = [[*line, *[""] * (width - len(line))] for line in (*[["某某店客诉台账"]] * above, top, *rows)]
    return ledger.load(snapshot([Grid("台账", lines, 1, 1)]), [alias])


def findings(book: ledger.Ledger, since: dt.date | None = None) -> list[str]:
    found, _ = settings.load(None, workbook=None)
    adopted = settings.replace(found, adopted=Adoption(since, (ALIAS,)))
    return [plain(one.message) for one in plan.inspect(book, Past(), adopted, NOW).findings]


def test_their_headers_are_our_columns_wherever_the_header_row_stands():
    for above in (0, 2, 7):
        register = read(row(), row(2), above=above).register
        assert register.sheet == "台账" and list(register.frame.index) == [above + 2, above + 3]
        first = register.frame.iloc[0]
        assert (first["接收时间"], first["联系电话"], first["车牌号"]) == (DAY, "13800138000", "京A12345")


def test_findings_speak_of_their_header_and_their_cell():
    told = findings(read(row(phone="138"), row(2, received="不详")))
    assert any(text.startswith("台账!D2") and "手机“138”" in text for text in told)
    assert any("台账!B3" in text and "“受理时间”是“不详”" in text for text in told)
    assert not any("接收时间”" in text for text in told)


def test_totals_repeated_headers_headings_and_remarks_are_no_cases():
    width = 7 + len(OURS)
    heading, signature, totals = (
        ["11 月", *[""] * (width - 1)], ["", "制表:孙丽", *[""] * (width - 2)], ["合计", 2.0, *[""] * (width - 2)],
    )  # fmt: skip
    book = read(heading, row(), ["序号", *HEADS, *[""] * len(OURS)], row(2), totals, [""] * width, signature)
    assert list(book.register.frame.index) == [3, 5]
    assert any(one.rule == "READ-12" for one in book.findings)


def test_a_row_that_somebody_has_just_begun_is_a_case_from_its_time_on():
    assert len(read(row(), ["", DAY, *[""] * 10]).register.frame) == 2


def test_a_second_row_of_headers_gives_the_words_that_are_not_told_twice():
    upper = ["序号", "登记", "客户", "", "车辆", "投诉", "结案"]
    lower = ["", "受理时间", "姓名", "电话", "牌照", "内容", "时间"]
    alias = Alias("台账", "反馈登记", {
        "受理时间": "接收时间", "客户/姓名": "客户姓名", "电话": "联系电话", "牌照": "车牌号", "投诉/内容": "内容概要",
        "结案/时间": "归档时间",
    })  # fmt: skip
    book = read(lower, row(), heads=upper, alias=alias)
    assert list(book.register.frame.index) == [3]
    assert set(alias.headers.values()) <= set(book.register.columns)
    assert book.register.called["客户姓名"] == "客户/姓名" and book.register.called["联系电话"] == "电话"


def test_dates_without_a_year_are_of_the_year_that_is_on_record():
    alias = Alias("台账", "反馈登记", ALIAS.headers, 2026)
    rows = [row(1, "11月3日 下午3点半"), row(2, "11.4"), row(3, "2025.11.5"), row(4, "11/6 9:05")]
    received = read(*rows, alias=alias).register.frame["接收时间"]
    assert [f"{one:%Y-%m-%d %H:%M}" for one in received] == [
        "2026-11-03 15:30", "2026-11-04 00:00", "2025-11-05 00:00", "2026-11-06 09:05",
    ]  # fmt: skip


def test_a_header_that_somebody_renamed_is_told_at_once_and_the_rest_is_read_on():
    heads = ["序号", *[{"问题": "投诉内容描述"}.get(head, head) for head in HEADS], *OURS]
    book = read(row(), heads=heads)
    (told,) = [one for one in book.findings if one.rule == "READ-06" and "kesu.toml" in one.hint]
    assert "没有表头“问题”了" in told.message and "内容概要" in told.message and "kesu.toml" in told.hint
    assert len(book.register.frame) == 1


def test_without_the_time_of_receipt_or_the_sheet_nothing_can_be_read():
    with pytest.raises(SheetMissing, match="受理时间"):
        read(row(), heads=["序号", "别的", *list(HEADS)[1:], *OURS])
    with pytest.raises(SheetMissing, match=r"kesu\.toml"):
        ledger.load(snapshot([Grid("改了名", [["序号", *HEADS], row()[:7]], 1, 1)]), [ALIAS])


def test_columns_that_are_not_there_are_told_once_and_no_row_is_blamed():
    told = [one for one in read(row(), row(2)).findings if one.rule == "READ-14"]
    assert len(told) == 1 and "被反馈部门" in told[0].message


# --- From when it is judged -------------------------------------------------------------------------------------------

SINCE = dt.date(2026, 11, 1)
OLD = dt.datetime(2026, 3, 3, 9, 5)


def judged(*rows: list[Any]) -> plan.Plan:
    found, _ = settings.load(None, workbook=None)
    return plan.decide(read(*rows), Past(), settings.replace(found, adopted=Adoption(SINCE, (ALIAS,))), NOW)


def test_an_old_case_gets_a_number_and_a_hint_and_nobody_hears_of_it():
    done = judged(row(1, OLD, phone="12"), row(2, DAY))
    wanted = {(edit.where.row, edit.where.column): edit.value for edit in done.edits if hasattr(edit, "where")}
    assert wanted[2, 8] == "FK20260303-001" and wanted[3, 8] == "FK20261120-001"
    assert wanted[2, 11] == "已办结" and "历史记录" in str(wanted[2, 12]) and (2, 10) not in wanted
    assert list(done.facts.register.index) == [3] and done.facts.ledger.elders == {"FK20260303-001"}
    assert [one.rule for one in done.findings if "第 2" in one.message or (one.where and one.where.row == 2)] == [
        "READ-15"
    ]


def test_what_refers_to_an_old_case_is_in_order():
    book = read(row(1, OLD))
    lines = [
        ["编号", "时间", "事项", "经手人", "对象", "内容", "结果"],
        ["FK20260303-001", DAY, "答复客户", "孙丽", "", "已答复", ""],
    ]
    both = ledger.load(
        snapshot([Grid("台账", [["序号", *HEADS, *OURS], row(1, OLD)], 1, 1), Grid("处理记录", lines, 1, 1)]), [ALIAS]
    )
    assert book.register.frame.shape[0] == 1
    assert not [text for text in findings(both, SINCE) if "不在反馈登记中" in text]
    assert [text for text in findings(book, SINCE) if "历史记录" in text]


def test_a_row_without_a_readable_time_belongs_to_those_below_it():
    done = judged(row(1, "不详"), row(2, OLD), row(3, ""), row(4, DAY), row(5, ""))
    assert list(done.facts.register.index) == [4, 5, 6]
    assert any("1 单的受理时间空着或看不懂" in plain(one.message) for one in done.findings)


def test_a_second_pass_finds_nothing_to_write_in_old_rows():
    done = judged(row(1, OLD), row(2, DAY))
    lines = [["序号", *HEADS, *OURS], row(1, OLD), row(2, DAY)]
    for edit in done.edits:
        if hasattr(edit, "where") and edit.where.sheet == "台账":
            lines[edit.where.row - 1][edit.where.column - 1] = edit.value
    again = ledger.load(
        snapshot([Grid("台账", [[v if v is not None else "" for v in line] for line in lines], 1, 1)]), [ALIAS]
    )
    found, _ = settings.load(None, workbook=None)
    past = Past(issued=done.issued)
    edits = plan.decide(again, past, settings.replace(found, adopted=Adoption(SINCE, (ALIAS,))), NOW).edits
    assert [edit for edit in edits if edit.where.row == 2] == []
