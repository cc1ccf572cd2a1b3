"""Registers as dealerships keep them, made by other programs: each with headers, shapes and habits of its own."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

from tests import libreoffice
from tests.acceptance.foreign import picture

NAMES = ("王小明", "李芳", "张伟国", "欧阳娜娜", "刘洋", "陈静")
MATTERS = (
    "空调不凉,修过三次",
    "高速行驶时方向盘抖动",
    "天窗漏水,内饰发霉",
    "交车时间一拖再拖",
    "维修费用与报价不符",
    "等待时间太长",
)
VINS = (
    "LSVAM4187C2184841",
    "LSGPC52U07F012345",
    "LFV3A23C083000001",
    "LVSHCAMB1CE054249",
    "LHGCM56557A000111",
    "LGBF5AE01DR000222",
)
STAFF = ("孙丽", "周强", "吴敏")
DEPARTMENTS = ("售后部", "销售部", "钣喷车间")


def cases(count: int = 12, first: dt.date = dt.date(2026, 10, 18)) -> Iterator[Mapping[str, Any]]:
    """Invented complaints, one every four days; the older ones closed."""
    for number in range(count):
        received = dt.datetime.combine(first, dt.time(9, 5)) + dt.timedelta(days=4 * number, minutes=37 * number)
        yield {
            "received": received,
            "customer": NAMES[number % len(NAMES)],
            "phone": f"139{number:04d}{5678 + number}",
            "plate": f"京A{10_234 + number}",
            "vin": VINS[number % len(VINS)],
            "matter": MATTERS[number % len(MATTERS)],
            "department": DEPARTMENTS[number % len(DEPARTMENTS)],
            "handler": STAFF[number % len(STAFF)],
            "closed": received + dt.timedelta(days=3) if number < count - 4 else None,
        }


def two_header_rows(path: Path) -> None:
    """openpyxl: a merged title, groups over sub-headers, merged upright where there are none, validation, comment."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "投诉台账"
    thin = Side(style="thin", color="808080")
    sheet["A1"] = "客户投诉处理台账"
    sheet.merge_cells("A1:J1")
    sheet["A1"].font, sheet["A1"].alignment = Font(size=16, bold=True), Alignment(horizontal="center")
    upper = ["序号", "登记时间", "客户信息", "", "车辆信息", "", "投诉内容", "处理情况", "", "备注"]
    lower = ["", "", "姓名", "电话", "车牌", "VIN", "", "处理人", "完成时间", ""]
    for row, texts in ((3, upper), (4, lower)):
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(row, column, text or None)
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFDDEBF7")
            cell.border = Border(thin, thin, thin, thin)
    for area in ("A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:G4", "H3:I3", "J3:J4"):
        sheet.merge_cells(area)
    for number, case in enumerate(cases(), 1):
        line = [number, case["received"], case["customer"], case["phone"], case["plate"], case["vin"], case["matter"]]
        for column, value in enumerate([*line, case["handler"], case["closed"], None], 1):
            cell = sheet.cell(4 + number, column, value)
            if isinstance(value, dt.datetime):
                cell.number_format = "yyyy/m/d h:mm"
    sheet["G6"].comment = Comment("客户情绪激动", "孙丽")
    rule = DataValidation(type="list", formula1='"孙丽,周强,吴敏"')
    sheet.add_data_validation(rule)
    rule.add("H5:H200")
    sheet.freeze_panes = "C5"
    sheet.row_dimensions[7].hidden = True
    book.create_sheet("汇总")["A1"] = "=COUNTA(投诉台账!B5:B200)"
    book.save(path)


def english_table(path: Path) -> None:
    """XlsxWriter: an Excel table with English headers, conditional formats, sparkline and a chart on another sheet."""
    book = xlsxwriter.Workbook(str(path))
    sheet, side = book.add_worksheet("Complaints"), book.add_worksheet("Charts")
    when = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    heads = [
        "No.",
        "Received",
        "Customer",
        "Phone",
        "Plate",
        "VIN",
        "Complaint",
        "Department",
        "Handler",
        "Status",
        "Closed",
    ]
    found = list(cases())
    sheet.write(0, 0, "Complaint register")
    sheet.add_table(
        2, 0, 2 + len(found), len(heads) - 1,
        {"name": "Complaints", "columns": [{"header": head} for head in heads], "style": "Table Style Medium 4"},
    )  # fmt: skip
    for row, case in enumerate(found, 3):
        keys = ("customer", "phone", "plate", "vin", "matter", "department", "handler")
        sheet.write(row, 0, row - 2)
        sheet.write_datetime(row, 1, case["received"], when)
        for column, key in enumerate(keys, 2):
            sheet.write(row, column, case[key])
        sheet.write(row, 9, "closed" if case["closed"] else "open")
        if case["closed"]:
            sheet.write_datetime(row, 10, case["closed"], when)
    sheet.conditional_format(
        "J4:J40", {"type": "cell", "criteria": "==", "value": '"open"', "format": book.add_format({"bold": True})}
    )
    sheet.conditional_format("A4:A40", {"type": "data_bar"})
    side.write_column("A1", [3, 1, 4, 1, 5])
    side.add_sparkline("B1", {"range": "Charts!A1:A5"})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Charts!$A$1:$A$5"})
    side.insert_chart("D2", chart)
    book.define_name("Cases", "=Complaints!$A$4:$A$100")
    book.close()


def with_macros(path: Path) -> None:
    """XlsxWriter: an .xlsm with a macro project, a button, a picture right of the table, dates as text without a year."""
    book = xlsxwriter.Workbook(str(path))
    book.add_vba_project(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 12), is_stream=True)
    sheet = book.add_worksheet("2026客诉")
    sheet.merge_range("A1:J1", "星河汽车 2026 年客诉登记")
    heads = ["投诉编号", "来电时间", "车主", "手机", "牌照", "车架", "问题描述", "被投诉部门", "跟进人", "结案时间"]
    sheet.write_row(1, 0, heads, book.add_format({"bold": True, "bottom": 2}))
    for row, case in enumerate(cases(), 2):
        moment = case["received"]
        half = "上午" if moment.hour < 12 else "下午"
        sheet.write(row, 0, f"TS-{row:03d}")
        sheet.write(row, 1, f"{moment.month}月{moment.day}日 {half}{moment.hour % 12 or 12}:{moment.minute:02d}")
        sheet.write_row(
            row, 2, [case[key] for key in ("customer", "phone", "plate", "vin", "matter", "department", "handler")]
        )
        if case["closed"]:
            sheet.write(row, 9, f"{case['closed']:%Y.%-m.%-d}")
    sheet.insert_image("L4", "图.png", {"image_data": io.BytesIO(picture())})
    sheet.insert_button("L1", {"macro": "Refresh", "caption": "刷新"})
    sheet.insert_textbox("L12", "请按时跟进")
    book.close()


def messy(path: Path) -> None:
    """openpyxl: header in row 6, a column 编号 and a column 状态 of its own, compact dates, totals, repeated headers,
    a month's heading, a signature below, a picture, a second sheet of last year just like it.
    """
    book = openpyxl.Workbook()
    for name, first in (("2025", dt.date(2025, 3, 1)), ("2026", dt.date(2026, 10, 18))):
        sheet = book.create_sheet(name)
        sheet["B2"], sheet["B3"] = "某某汽车销售服务有限公司", f"{name} 年客户反馈登记表"
        sheet["B4"] = "填表说明:当日登记,当日上报"
        heads = [
            "编号",
            "反馈日期",
            "客户名称",
            "联系方式",
            "车牌号码",
            "事由",
            "责任部门",
            "处理结果",
            "状态",
            "结案日期",
        ]
        lines: list[list[Any]] = [heads]
        for number, case in enumerate(cases(first=first), 1):
            if number in (1, 8):
                lines.append([f"第 {number // 7 + 1} 阶段", *[None] * 9])
            if number == 8:
                lines.append(heads)
            compact = int(f"{case['received']:%Y%m%d}") if number % 2 else f"{case['received']:%Y%m%d}"
            lines.append(
                [f"{name}-{number:02d}", compact, case["customer"], case["phone"], case["plate"], case["matter"],
                 case["department"], "已答复" if case["closed"] else None, "完成" if case["closed"] else "处理中",
                 f"{case['closed']:%Y-%m-%d}" if case["closed"] else None]
            )  # fmt: skip
        lines.append(["合计", len(lines) - 4, *[None] * 8])
        lines += [[None] * 10, ["制表:孙丽", *[None] * 9]]
        for row, line in enumerate(lines, 6):
            for column, value in enumerate(line, 2):
                sheet.cell(row, column, value)
        sheet.column_dimensions.group("M", "XFD", hidden=True)
        sheet.add_image(Image(io.BytesIO(picture())), "B20")
    del book["Sheet"]
    book.save(path)


def by_pandas(path: Path) -> None:
    """pandas: an index column without a header, real dates."""
    names = {"received": "受理时间", "customer": "客户", "phone": "电话", "plate": "车牌", "vin": "底盘号",
             "matter": "投诉内容", "department": "部门", "handler": "负责人", "closed": "关闭时间"}  # fmt: skip
    pd.DataFrame(list(cases())).rename(columns=names).to_excel(path, sheet_name="数据", engine="openpyxl")


def by_libreoffice(path: Path) -> None:
    """LibreOffice: a list of comma separated values, opened and saved as a workbook."""
    names = ("登记日期", "车主姓名", "联系电话", "车牌号", "车架号", "反馈内容", "涉及部门", "承办人", "办结日期")
    frame = pd.DataFrame(list(cases())).set_axis(list(names), axis=1)
    source = path.with_suffix(".csv")
    frame.to_csv(source, index=False, date_format="%Y-%m-%d %H:%M")
    made = path.parent / "made"
    libreoffice.convert(source, to="xlsx", into=made, options=["--infilter=CSV:44,34,76,1"])
    shutil.move(made / f"{path.stem}.xlsx", path)
    source.unlink()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CACHE, _PIVOT = "xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotTables/pivotTable1.xml"


def with_pivot(path: Path) -> None:
    """openpyxl, and a pivot table over the register on a second sheet, its parts written by hand."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "登记"
    heads = ["受理日期", "车主", "联系电话", "车牌号码", "投诉事由", "责任部门", "处理人员", "结案日期"]
    sheet.append(heads)
    for case in cases():
        keys = ("received", "customer", "phone", "plate", "matter", "department", "handler", "closed")
        sheet.append([case[key] for key in keys])
    book.create_sheet("透视")["A1"] = "部门"
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        made = {name: archive.read(name).decode() for name in archive.namelist()}
    fields = "".join(f'<cacheField name="{head}" numFmtId="0"><sharedItems/></cacheField>' for head in heads)
    made[_CACHE] = (
        f'<pivotCacheDefinition xmlns="{_MAIN}" saveData="0" refreshOnLoad="1" refreshedVersion="6" recordCount="0">'
        f'<cacheSource type="worksheet"><worksheetSource ref="A1:H13" sheet="登记"/></cacheSource>'
        f'<cacheFields count="{len(heads)}">{fields}</cacheFields></pivotCacheDefinition>'
    )
    axes = "".join(
        '<pivotField axis="axisRow" showAll="0"/>' if head == "责任部门" else '<pivotField showAll="0"/>'
        for head in heads
    )
    made[_PIVOT] = (
        f'<pivotTableDefinition xmlns="{_MAIN}" name="各部门" cacheId="1" dataCaption="值" outline="1">'
        f'<location ref="A3:B6" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        f'<pivotFields count="{len(heads)}">{axes}</pivotFields></pivotTableDefinition>'
    )
    kinds = (("xl/worksheets/_rels/sheet2.xml.rels", "pivotTable", "/" + _PIVOT),)
    kinds += (("xl/pivotTables/_rels/pivotTable1.xml.rels", "pivotCacheDefinition", "/" + _CACHE),)
    for part, kind, target in kinds:
        made[part] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{_RELATION}/{kind}" Target="{target}"/></Relationships>'
        )
    made["xl/_rels/workbook.xml.rels"] = made["xl/_rels/workbook.xml.rels"].replace(
        "</Relationships>",
        f'<Relationship Id="rId99" Type="{_RELATION}/pivotCacheDefinition" Target="/{_CACHE}"/></Relationships>',
    )
    made["xl/workbook.xml"] = made["xl/workbook.xml"].replace(
        "</workbook>",
        f'<pivotCaches><pivotCache xmlns:r="{_RELATION}" cacheId="1" r:id="rId99"/></pivotCaches></workbook>',
    )
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{_CONTENT}.{kind}+xml"/>'
        for part, kind in ((_CACHE, "pivotCacheDefinition"), (_PIVOT, "pivotTable"))
    )
    made["[Content_Types].xml"] = made["[Content_Types].xml"].replace("</Types>", overrides + "</Types>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(name, content)


SHAPES: tuple[Callable[[Path], None], ...] = (
    two_header_rows,
    english_table,
    with_macros,
    messy,
    with_pivot,
    by_pandas,
    by_libreoffice,
)
