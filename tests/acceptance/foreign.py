"""A register as a dealership would have it: made by openpyxl, headers in their own order, with things of its own."""

from __future__ import annotations

import datetime as dt
import io
import random
import struct
import zlib
from pathlib import Path

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill

from workbook.schema import REGISTER

OWN = ("车主微信", "店内备注码", "是否开票")
SHEET = "客诉台账"
HEADER_ROW, FIRST_COLUMN = 4, 2

_CARS = ("远途 S5", "云舟 Q3 1.5T", "行界 X7 2.0T 四驱", "启明 E1")
_MATTERS = (
    "高速行驶时方向盘抖动",
    "行驶中底盘有异响",
    "车窗密封条开裂",
    "冷却液渗漏,节温器已换过一次",
    "变速箱顿挫,升级后无改善",
    "天窗漏水,内饰发霉",
    "中控黑屏,重启后恢复",
    "雨刮不回位",
)


def make(path: Path, *, tickets: int, seed: int = 3) -> list[str]:
    """Write the workbook; returns the headers in their order, from ``FIRST_COLUMN`` on."""
    rng = random.Random(seed)
    headers = list(REGISTER.headers)
    rng.shuffle(headers)
    for name, position in zip(OWN, (3, 20, 40), strict=True):
        headers.insert(position, name)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.merge_cells("B2:K2")
    sheet["B2"] = "某某汽车 客户投诉登记"
    sheet["B2"].font = Font(size=18, bold=True)
    for offset, header in enumerate(headers):
        cell = sheet.cell(HEADER_ROW, FIRST_COLUMN + offset, header)
        cell.fill = PatternFill("solid", fgColor="FFDDEEFF")
    for number in range(tickets):
        _ticket(sheet, headers, HEADER_ROW + 1 + number, number, rng)
    sheet.conditional_formatting.add(
        "A5:AZ400", CellIsRule(operator="equal", formula=['"一般"'], fill=PatternFill("solid", bgColor="FFFFEEAA"))
    )
    sheet.add_image(Image(io.BytesIO(picture())), "M1")
    side = book.create_sheet("统计")
    for month in range(1, 7):
        side.append([f"{month}月", month * month])
    chart = BarChart()
    chart.add_data(Reference(side, min_col=2, min_row=1, max_row=6))
    side.add_chart(chart, "D2")
    book.save(path)
    return headers


def _ticket(
    sheet: openpyxl.worksheet.worksheet.Worksheet, headers: list[str], row: int, number: int, rng: random.Random
) -> None:
    def put(header: str, value: object) -> openpyxl.cell.Cell:
        cell = sheet.cell(row, FIRST_COLUMN + headers.index(header), value)
        if isinstance(value, dt.datetime):
            cell.number_format = "yyyy-mm-dd hh:mm"
        return cell

    received = dt.datetime(2021, 1, 4) + dt.timedelta(days=rng.randrange(60), minutes=rng.randrange(1440))
    put("接收时间", received if number % 3 else f"{received:%Y/%-m/%-d %H:%M}")
    matter = put("内容概要", rng.choice(_MATTERS))
    if number % 40 == 0:
        matter.comment = Comment("重点关注", "经理")
    put("车型", rng.choice(_CARS))
    put("反馈渠道", "网络")
    put("级别", "一般")
    put("反馈类别", "质量问题")
    put("详细经过", f"第 {number} 条\n客户网上反映")
    for name in OWN:
        put(name, rng.choice(("是", "否", None, number, number * 1.5)))


def picture() -> bytes:
    rows = b"".join(b"\0" + bytes((200, 30, 30)) * 16 for _ in range(16))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
