"""The parts that list others: the workbook's sheets and names, relations, content types. Entries are added at the end."""

from __future__ import annotations

import re

from workbook.errors import CannotPatch
from workbook.package.book import Book
from workbook.package.markup import attribute, end_tag, read_document, start_tag

_STRICT = "http://purl.oclc.org/ooxml/"
_BEFORE_NAMES = (b"externalReferences", b"functionGroups", b"sheets")
"""What may stand just before ``definedNames`` in a workbook part, nearest first (ECMA-376 18.2.27)."""

TYPES = "[Content_Types].xml"
_SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def is_strict(book: Book) -> bool:
    """Whether the package speaks Strict Open XML: other namespaces, else the same."""
    return book.root.tag.startswith("{" + _STRICT)


def relation_type(book: Book, kind: str) -> str:
    """The type of a relation as the package spells it; ``kind`` such as ``worksheet``."""
    base = f"{_STRICT}officeDocument" if is_strict(book) else "http://schemas.openxmlformats.org/officeDocument/2006"
    return f"{base}/relationships/{kind}"


def in_their_namespace(book: Book, xml: bytes) -> bytes:
    """A part of ours in the namespaces of the package that takes it in."""
    if not is_strict(book):
        return xml
    schemas = b"http://schemas.openxmlformats.org/"
    xml = xml.replace(schemas + b"spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    return xml.replace(schemas + b"officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/")


def quoted(text: str) -> bytes:
    """Text as it stands in an attribute."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return escaped.encode()


def appended(xml: bytes, part: str, container: bytes, elements: bytes) -> bytes:
    """The part with elements (without a prefix) at the end of a container that it has."""
    document = read_document(xml, part)
    if document.encoding != "utf-8":
        raise CannotPatch(f"文件里的“{part}”用的是 {document.encoding} 编码，不能写入；请用 Excel 打开后另存一份。")
    prefix = document.prefix
    body = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1" + prefix, elements)
    opening = start_tag(prefix, container).search(document.plain)
    if opening is None:
        raise CannotPatch(f"文件里的“{part}”不完整，不能写入；请用 Excel 打开后另存一份。")
    if opening[0].endswith(b"/>"):
        tag = xml[opening.start() : opening.end() - 2].rstrip() + b">"
        return xml[: opening.start()] + tag + body + b"</" + prefix + container + b">" + xml[opening.end() :]
    at = -1
    for closing in end_tag(prefix, container).finditer(document.plain, opening.end()):
        at = closing.start()
    if at < 0:
        raise CannotPatch(f"文件里的“{part}”不完整，不能写入；请用 Excel 打开后另存一份。")
    return xml[:at] + body + xml[at:]


def with_names(xml: bytes, part: str, names: bytes) -> bytes:
    """The workbook part with defined names added."""
    document = read_document(xml, part)
    prefix = document.prefix
    if start_tag(prefix, b"definedNames").search(document.plain) is not None:
        return appended(xml, part, b"definedNames", names)
    for name in _BEFORE_NAMES:
        opening = start_tag(prefix, name).search(document.plain)
        if opening is not None:
            closing = (
                None if opening[0].endswith(b"/>") else end_tag(prefix, name).search(document.plain, opening.end())
            )
            cut = closing.end() if closing else opening.end()
            empty = b"<" + prefix + b"definedNames/>"
            return appended(xml[:cut] + empty + xml[cut:], part, b"definedNames", names)
    raise CannotPatch("工作簿的目录里没有工作表，不能写入；请用 Excel 打开后另存一份。")


def sheet_entry(book: Book, name: str, sheet_id: int, relation: str) -> bytes:
    """A tab's entry in the workbook part; the namespace of its relation goes with it where the root has it not as r."""
    uri = relation_type(book, "x").removesuffix("/x").encode()
    root = read_document(book.archive.read(book.main), book.main.name).root
    declared = b"" if attribute(root, b"xmlns:r") == uri else b' xmlns:r="%b"' % uri
    return b'<sheet%b name="%b" sheetId="%d" r:id="%b"/>' % (declared, quoted(name), sheet_id, relation.encode())


def override(name: str, kind: str) -> bytes:
    """A part's entry among the content types; ``kind`` such as ``worksheet``."""
    return b'<Override PartName="/%b" ContentType="%b.%b+xml"/>' % (quoted(name), _SHEET_ML.encode(), kind.encode())


def relation_entry(relation: str, kind: str, target: str) -> bytes:
    """A part's entry among the relations."""
    return b'<Relationship Id="%b" Type="%b" Target="%b"/>' % (relation.encode(), kind.encode(), quoted(target))
