"""What of the workbook is not read, told: cells that show an Excel error, cells far from all others, sheets too large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbook.edits import Cell, column_number
from workbook.finding import Finding, Severity

if TYPE_CHECKING:
    from workbook.ledger import Records
    from workbook.snapshot import Snapshot


def cell_at(sheet: str, address: str) -> Cell:
    """The cell of an address such as ``F12``."""
    letters = address.rstrip("0123456789")
    return Cell(sheet, int(address[len(letters) :]), column_number(letters))


def errors(records: Records, snapshot: Snapshot) -> Iterator[Finding]:
    """READ-10: cells of a table that show an Excel error; one in a column of ours is written anew by the next pass."""
    names = {column: name for name, column in records.columns.items()}
    rows = set(records.frame.index)
    for address in sorted(snapshot.errors.get(records.sheet, ())):
        where = cell_at(records.sheet, address)
        if where.row in rows and where.column in names:
            name = names[where.column]
            ours = records.table[name].ours
            yield Finding(
                "READ-10",
                Severity.INFO if ours else Severity.ERROR,
                f"{where} “{name}”显示 Excel 错误值，按空白处理",
                "不用改，kesu run 会重新写这一格" if ours else "改正公式，或直接填写内容",
                where,
            )


def far_away(snapshot: Snapshot) -> Iterator[Finding]:
    """READ-16 and READ-17: strays (workbook.extent), one finding a sheet, and sheets left out."""
    for sheet, strays in snapshot.strays.items():
        where = cell_at(sheet, strays[0])
        more = f"等 {len(strays)} 格" if len(strays) > 1 else ""
        yield Finding(
            "READ-16",
            Severity.WARNING,
            f"{where} {more}孤零零地远离其他内容，没有读取",
            "多半是误按键留下的：在名称框里输入这个地址，跳过去删除；有用的内容请移到表格旁边",
            where,
        )
    for sheet, spanned in snapshot.left_out.items():
        yield Finding(
            "READ-17",
            Severity.INFO,
            f"工作表“{sheet}”太大（从第一格到最后一格跨 {spanned // 10_000} 万格），没有读取",
            "它不是 kesu 的表，不影响检查；打开文件会快一些：请把它移到另一个文件",
            sheet=sheet,
        )
