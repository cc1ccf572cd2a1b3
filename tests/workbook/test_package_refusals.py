"""Files that are not written at all: each refusal is a sentence that says what it is and what to do."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from tests.workbook.rawbook import book, edit, parts, rels, worksheet, zipped
from workbook.errors import CannotPatch, NotAWorkbook
from workbook.package import apply

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
EDIT = edit("A1", 1, 2)


def refused(data: bytes, error: type[Exception], word: str) -> None:
    with pytest.raises(error, match=word):
        apply(data, [EDIT])


def test_files_that_are_no_zip_are_named() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    refused(b"", NotAWorkbook, "空文件")
    refused(b"<html>", NotAWorkbook, "文本或 CSV")
    refused(ole + "EncryptedPackage".encode("utf-16-le"), NotAWorkbook, "密码")
    refused(ole + "Workbook".encode("utf-16-le"), NotAWorkbook, r"97-2003 格式")
    refused(ole, NotAWorkbook, "旧版的 Office 文件")


def test_a_file_cut_short_anywhere_is_never_written() -> None:
    data = book(ROW)
    for length in range(0, len(data) - 1, 97):
        with pytest.raises(NotAWorkbook):
            apply(data[:length], [EDIT])


def test_a_flipped_byte_in_a_needed_part_is_noticed() -> None:
    data = bytearray(zipped(parts(worksheet(ROW)), method=zipfile.ZIP_STORED))
    data[data.index(b"<sheetData") + 3] ^= 1
    refused(bytes(data), NotAWorkbook, "校验")


def test_other_packages_are_no_workbooks() -> None:
    refused(zipped({"a.txt": "x"}), NotAWorkbook, "不是 Excel 工作簿")
    document = {
        "_rels/.rels": rels(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": "<document/>",
    }
    refused(zipped(document), NotAWorkbook, "不是 Excel 工作簿")
    binary = {"_rels/.rels": rels(("rId1", "officeDocument", "xl/workbook.bin")), "xl/workbook.bin": "x"}
    refused(zipped(binary), CannotPatch, "xlsb")


def test_signed_and_legacy_shared_workbooks_are_left_alone() -> None:
    refused(book(ROW, more={"_xmlsignatures/origin.sigs": ""}), CannotPatch, "签名")
    refused(book(ROW, more={"xl/revisions/revisionHeaders.xml": "<headers/>"}), CannotPatch, "共享")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_utf_16_sheet_is_left_alone(encoding: str) -> None:
    refused(zipped(parts(worksheet(ROW).encode(encoding))), CannotPatch, "UTF-16")


def test_odd_encodings_and_document_types_are_left_alone() -> None:
    refused(zipped(parts(worksheet(ROW).replace("UTF-8", "GBK").encode("gbk"))), CannotPatch, "gbk")
    refused(zipped(parts(worksheet(ROW).replace("<worksheet", "<!DOCTYPE x><worksheet"))), CannotPatch, "文档类型")


def test_colliding_names_are_left_alone() -> None:
    for name in ("xl/Worksheets/SHEET1.xml", "xl\\worksheets\\sheet1.xml"):
        refused(book(ROW, more={name: worksheet(ROW)}), CannotPatch, "同名")


def with_field(data: bytes, offset: int, form: str, value: int) -> bytes:
    """The package with one field of its first central record changed."""
    changed = bytearray(data)
    struct.pack_into(form, changed, data.index(b"PK\1\2") + offset, value)
    return bytes(changed)


def test_locked_entries_and_strange_compression_are_left_alone() -> None:
    refused(with_field(book(ROW), 8, "<H", 1), CannotPatch, "加密")
    refused(with_field(book(ROW), 10, "<H", 9), CannotPatch, "压缩方式")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in parts(worksheet(ROW)).items():
            archive.writestr(name, content)
    refused(out.getvalue(), CannotPatch, "压缩方式")


def test_zip_bombs_are_not_unpacked() -> None:
    refused(book(ROW, more={"xl/media/bomb.bin": bytes(32 << 20)}), CannotPatch, "恶意")
    refused(with_field(book(ROW), 24, "<L", 3 << 29), CannotPatch, "恶意")


def test_a_part_that_unpacks_to_more_than_it_states_is_damaged() -> None:
    data = book(ROW)
    for name, shift in (("xl/workbook.xml", -5), ("xl/worksheets/sheet1.xml", 5)):
        changed = bytearray(data)
        place = data.rindex(name.encode()) - 46
        struct.pack_into("<L", changed, place + 24, struct.unpack_from("<L", data, place + 24)[0] + shift)
        with pytest.raises(NotAWorkbook, match="损坏"):
            apply(bytes(changed), [EDIT])


def test_entries_that_overlap_are_damaged() -> None:
    data = bytearray(book(ROW))
    first = data.index(b"PK\1\2")
    second = data.index(b"PK\1\2", first + 4)
    struct.pack_into("<L", data, first + 20, struct.unpack_from("<L", data, second + 42)[0])
    refused(bytes(data), NotAWorkbook, "损坏")


def test_random_damage_never_crashes() -> None:
    data = book(ROW)
    for place in range(0, len(data), 7):
        for value in (0, 0xFF, data[place] ^ 0x40):
            broken = bytearray(data)
            broken[place] = value
            try:
                patched = apply(bytes(broken), [EDIT])
            except (CannotPatch, NotAWorkbook):
                continue
            assert patched.written + len(patched.refused) == 1
