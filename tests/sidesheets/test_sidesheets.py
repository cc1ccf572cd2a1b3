"""What kesu writes into 维修质保, 重大质量事故 and 客户关怀: only where it differs, and once."""

import datetime as dt
from dataclasses import replace

from automation import sidesheets, writeback
from tests import tables
from workbook.edits import CellEdit, CellValue
from workbook.ledger import Ledger
from workbook.schema import ACCIDENTS

NOW = tables.moment("11-21 09:30")
BOOK = """
    反馈登记
    编号
    FK20261103-001

    维修质保
    结论 | 维修类型 | 出厂日期 | 出厂里程 | 再修日期 | 再修里程
    手写的 | 小修 | 11-03 | 30000 | 11-10 | 30820

    重大质量事故
    申请号 | 编号 | 申请类型 | 申请日期
    ZD20261103-07 | FK20261103-001 | 换车 | 11-03
     | FK20261103-001 | 换车 | 11-03
     | FK20261103-001 | 退车 | 11-04
     | FK20261103-001 | 退车 | 11-03
     | FK20261103-001 | 退车 | 12-04
     | FK20261103-001 | 退车 |
    自编2号 | FK20261103-001 | 退车 | 11-04

    客户关怀
    事项 | 应联系日期 | 客户姓名 | 下次保养
    保养提醒 | 11-13 | 周明 | 11-20
    保养提醒 | 11-13 | 吴芳 | 12-20
    保养提醒 | 11-13 | 郑洁 |
"""


def written(book: Ledger, now: dt.datetime = NOW) -> dict[str, CellValue]:
    edits = list(writeback.side_edits(book, sidesheets.filled(book, now)))
    assert all(isinstance(edit, CellEdit) for edit in edits)
    return {str(edit.where): edit.value for edit in edits}


def test_only_cells_that_differ_are_written_and_a_number_given_is_never_touched() -> None:
    edits = {
        place: tables.plain(value) if isinstance(value, str) else value
        for place, value in written(tables.load(BOOK)).items()
    }
    assert edits == {
        "维修质保!A2": "质保期内(第7天、820公里;限10天/2000公里)",
        "重大质量事故!A3": "ZD20261103-08",
        "重大质量事故!A4": "ZD20261104-01",
        "重大质量事故!A5": "ZD20261103-09",
        "客户关怀!B3": dt.datetime(2026, 12, 13),
        "客户关怀!A4": None,
        "客户关怀!B4": None,
    }


def test_what_was_written_is_not_written_again() -> None:
    book = tables.load(BOOK)
    rows = {name: [dict(row) for row in part] for name, part in tables.rows_of(BOOK).items()}
    for place, value in written(book).items():
        sheet, cell = place.split("!")
        rows[sheet][int(cell[1:]) - 2][list(rows[sheet][0])["AB".index(cell[0])]] = value
    assert written(tables.load(rows)) == {}


def test_sheets_or_columns_that_are_not_there_are_left_alone() -> None:
    assert written(tables.load("反馈登记\n编号\nFK20261103-001")) == {}
    book = tables.load(BOOK)
    records = book[ACCIDENTS]
    bare = replace(records, columns={name: at for name, at in records.columns.items() if name != "申请号"})
    assert not [place for place in written(book.having(bare)) if place.startswith("重大质量事故")]
