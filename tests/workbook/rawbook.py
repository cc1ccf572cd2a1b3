"""Small workbooks written part by part, for what no library would write; and readers that see a patched one."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import openpyxl
from python_calamine import CalamineWorkbook

from workbook.edits import Cell, CellEdit, CellValue

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>
<numFmt numFmtId="165" formatCode="yyyy/m/d\\ h:mm"/></numFmts>
<fonts count="2"><font><sz val="11"/></font><font><b/></font></fonts>
<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0"/><xf numFmtId="165" fontId="1" fillId="0" borderId="0"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""
BARE_STYLES = f"""<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="1"><xf numFmtId="0"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


def worksheet(rows: str, *, before: str = "", after: str = "") -> str:
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{RELATION}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    )


def parts(
    sheet: str | bytes, *, names: str = "", more: Mapping[str, str | bytes] | None = None, styles: str = STYLES
) -> dict[str, str | bytes]:
    """The parts of a one-sheet workbook; ``more`` replaces or adds parts."""
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{CONTENT}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{CONTENT}.styles+xml"/>'
        f'<Override PartName="/xl/calcChain.xml" ContentType="{CONTENT}.calcChain+xml"/></Types>',
        "_rels/.rels": rels(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook(names=names),
        "xl/_rels/workbook.xml.rels": rels(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "styles", "styles.xml"),
            ("rId3", "sharedStrings", "sharedStrings.xml"),
        ),
        SHEET: sheet,
        "xl/styles.xml": styles,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>正常</t></si><si><r><t>一</t></r><r><t xml:space="preserve">般 </t>'
        '</r><rPh sb="0" eb="1"><t>yi</t></rPh></si><si/></sst>',
        "docProps/mystery.bin": bytes(range(256)) * 8,
    }
    return made | dict(more or {})


def workbook(*, names: str = "", calc: str = "", properties: str = "") -> str:
    names = f"<definedNames>{names}</definedNames>" if names else ""
    return (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">{properties}<sheets>'
        f'<sheet name="登记" sheetId="7" r:id="rId1"/></sheets>{names}{calc}</workbook>'
    )


def rels(*relations: tuple[str, str, str], base: str = RELATION) -> str:
    inner = "".join(f'<Relationship Id="{i}" Type="{base}/{kind}" Target="{to}"/>' for i, kind, to in relations)
    return f'{HEAD}<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'


def zipped(made: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in made.items():
            entry = zipfile.ZipInfo(name, (2026, 11, 21, 9, 30, 0))
            entry.compress_type = method
            entry.external_attr = 0o640 << 16
            entry.comment = b"note"
            archive.writestr(entry, content)
        archive.comment = b"kept"
    return out.getvalue()


def book(rows: str, *, before: str = "", after: str = "", **more: Any) -> bytes:
    """A workbook whose one sheet, 登记, holds these rows."""
    return zipped(parts(worksheet(rows, before=before, after=after), **more))


def edit(address: str, expected: CellValue, value: CellValue, sheet: str = "登记") -> CellEdit:
    row, column = openpyxl.utils.cell.coordinate_to_tuple(address)
    return CellEdit(Cell(sheet, row, column), expected, value)


def part(data: bytes, name: str = SHEET) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode("utf-8-sig")


def by_openpyxl(data: bytes, sheet: str = "登记") -> dict[str, Any]:
    """Cells with a value, by address."""
    rows = openpyxl.load_workbook(io.BytesIO(data))[sheet].iter_rows()
    return {cell.coordinate: cell.value for row in rows for cell in row if cell.value is not None}


def by_calamine(data: bytes, sheet: str = "登记") -> dict[tuple[int, int], Any]:
    """Cells with a value, by row and column."""
    read = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(sheet)
    top, left = read.start or (0, 0)
    rows = enumerate(read.to_python(skip_empty_area=True), top + 1)
    return {(row, place): value for row, cells in rows for place, value in enumerate(cells, left + 1) if value != ""}


def records(data: bytes) -> dict[str, tuple[Any, ...]]:
    """Each zip entry's fields and its bytes as packed, by name, in order."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    found = {}
    for entry in archive.infolist():
        name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
        start = entry.header_offset + 30 + name + extra
        found[entry.filename] = (
            *(entry.date_time, entry.compress_type, entry.external_attr, entry.create_system, entry.comment),
            *(entry.flag_bits, entry.extra, entry.CRC, data[start : start + entry.compress_size]),
        )
    return found


def touched(before: bytes, after: bytes) -> set[str]:
    """The names of the parts whose packed bytes or zip fields differ; order and archive comment must be the same."""
    old, new = records(before), records(after)
    assert [name for name in old if name in new] == list(new)
    assert zipfile.ZipFile(io.BytesIO(before)).comment == zipfile.ZipFile(io.BytesIO(after)).comment
    return {name for name in old if old[name] != new.get(name)}
