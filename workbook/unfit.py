"""Why a file is no workbook that kesu can read: the same words whichever command meets it."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
from collections.abc import Iterator

from workbook.errors import NotAWorkbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NAMELESS = "这个文件"
_OTHERS = {"word/document.xml": "Word 文档", "ppt/presentation.xml": "PowerPoint 演示文稿"}


def refuse(data: bytes, name: str = "") -> None:
    """Raises :class:`~workbook.errors.NotAWorkbook` for bytes that are no .xlsx or .xlsm, by what they are instead."""
    if not data:
        raise NotAWorkbook(f"{_called(name)}是空文件（0 字节）。请从备份恢复，或用 kesu new 新建。")
    if data.startswith(_OLE[:4]):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise encrypted(name)
        if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
            raise NotAWorkbook(f"{_called(name)}是旧版 Excel 97-2003 格式（.xls）。请在 Excel 中“另存为”.xlsx 后再试。")
        raise not_excel("旧版的 Office 文件", name)
    if not data.startswith(b"PK"):
        raise not_excel("文本或 CSV 文件" if b"\0" not in data[:4096] else "其他格式的文件", name)
    members = _members(data)
    other = next((kind for part, kind in _OTHERS.items() if part in members), "")
    if other or (members and "_rels/.rels" not in members and "[content_types].xml" not in members):
        raise not_excel(other or "压缩包", name)


def _members(data: bytes) -> frozenset[str]:
    """What is in a zip file; nothing where it is damaged: whoever reads on says where."""
    try:
        return frozenset(member.casefold() for member in zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error):
        return frozenset()


def encrypted(name: str = "") -> NotAWorkbook:
    """A workbook that only opens with a password."""
    return NotAWorkbook(
        f"{_called(name)}设有打开密码（已加密），kesu 无法读取。"
        "请在 Excel 的“文件 > 信息 > 保护工作簿”里去掉打开密码后再试。"
    )


def not_excel(kind: str, name: str = "") -> NotAWorkbook:
    """Another kind of file."""
    return NotAWorkbook(f"{_called(name)}不是 Excel 工作簿（看起来是{kind}）。请选择 .xlsx 或 .xlsm 工作簿。")


def damaged(where: str = "", name: str = "") -> NotAWorkbook:
    """A workbook of which a part is missing or spoilt; ``where``: what shows it."""
    detail = f"（{where}）" if where else ""
    return NotAWorkbook(
        f"{_called(name)}不完整或已损坏，无法打开{detail}。请用 Excel 打开检查，或从备份恢复（kesu restore）。"
    )


@contextlib.contextmanager
def called(name: str) -> Iterator[None]:
    """Whatever is said inside of a file that was read as bytes is said by its name."""
    try:
        yield
    except NotAWorkbook as error:
        raise by_name(error, name) from error


def by_name(error: NotAWorkbook, name: str) -> NotAWorkbook:
    """The same of a file whose name whoever read its bytes did not know."""
    return NotAWorkbook(str(error).replace(_NAMELESS, _called(name), 1))


def _called(name: str) -> str:
    return f"“{name}”" if name else _NAMELESS
