"""Macros into a workbook that exists: its bytes → the same with our modules; parts that need not change keep theirs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from workbook.errors import CannotPatch
from workbook.package.archive import Member
from workbook.package.book import Book, Sheet
from workbook.package.directory import TYPES, appended, quoted, relation_entry
from workbook.package.markup import attribute, local, parse, read_document, start_tag, with_attribute
from workbook.vba import project
from workbook.vba.project import Kind, Module, Project
from workbook.vba.sources import WORKBOOK_MODULE, with_events, workbook_source

_RELATION = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_PART = "vbaProject.bin"
_CONTENT = "application/vnd.ms-office.vbaProject"
_MACRO_BOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_PLAIN_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_BEFORE_PROPERTIES = (b"fileSharing", b"fileVersion")
"""What may stand before ``workbookPr`` in a workbook part, nearest first (ECMA-376 18.2.27)."""

_KINDS = {"worksheet": Kind.SHEET, "chartsheet": Kind.CHART}
_CODE_NAME = re.compile(r"[A-Za-z]\w{0,30}", re.ASCII)


def with_macros(data: bytes, modules: Sequence[Module]) -> bytes:
    """The workbook with our modules in it, as an .xlsm; a project that is there keeps whatever is not ours. The very
    same bytes when they are in it already.

    Raises NotAWorkbook and :class:`~workbook.errors.CannotPatch`: the package or the project cannot be written safely.
    """
    book = Book(data)
    here = book.part(_target(book)) if _target(book) else None
    if here is not None:
        new = _updated(book, here, modules)
        return data if new is None else book.archive.rewrite({here.name: [new]})
    return _first(book, modules)


def _target(book: Book) -> str:
    return next((relation.target for relation in book.relations.values() if relation.kind == "vbaProject"), "")


def _updated(book: Book, part: Member, modules: Sequence[Module]) -> bytes | None:
    if any("vbaprojectsignature" in member.name.lower() for member in book.archive.members):
        raise CannotPatch("工作簿里的宏有数字签名，加宏会使签名失效，没有写；请先在 VBA 编辑器里去掉签名。")
    held = project.read(book.archive.read(part))
    name = _workbook_module(held)
    source = with_events(project.without_header(held.modules[name]))
    wanted = [Module(name, Kind.WORKBOOK, source), *modules]
    if all(_same(held.modules.get(module.name), module.source) for module in wanted):
        return None
    return project.install(held, wanted)


def _same(held: str | None, source: str) -> bool:
    return held is not None and project.without_header(held).strip() == source.strip()


def _workbook_module(held: Project) -> str:
    for name, source in held.modules.items():
        if f'Attribute VB_Base = "{Kind.WORKBOOK.value}"' in source:
            return name
    raise CannotPatch("工作簿里的宏工程没有 ThisWorkbook 模块，不能加宏，没有写；请用 Excel 打开后另存一份再试。")


def _first(book: Book, modules: Sequence[Module]) -> bytes:
    """A workbook without a project gets one, with a module for each of its sheets."""
    changed: dict[str, list[bytes]] = {}
    documents = [Module(WORKBOOK_MODULE, Kind.WORKBOOK, workbook_source())]
    taken = {WORKBOOK_MODULE.lower(), *(module.name.lower() for module in modules)}
    for number, sheet in enumerate(book.sheets, start=1):
        if sheet.kind not in _KINDS or sheet.member is None:
            continue
        xml, name = _with_code_name(book, sheet, number, taken)
        documents.append(Module(name, _KINDS[sheet.kind], ""))
        if xml is not None:
            changed[sheet.member.name] = [xml]
    changed[book.main.name] = [_named_workbook(book)]
    part = posixpath.join(posixpath.dirname(book.main.name), _PART)
    relations = book.part(book.relations_part)
    if relations is None or book.part(part) is not None:
        raise CannotPatch("工作簿的目录不完整，不能加宏；请用 Excel 打开后另存一份再试。")
    entry = relation_entry(_free(book), _RELATION, _PART)
    changed[relations.name] = [appended(book.archive.read(relations), relations.name, b"Relationships", entry)]
    types = book.part(TYPES)
    if types is None:
        raise CannotPatch("工作簿的目录不完整，不能加宏；请用 Excel 打开后另存一份再试。")
    changed[types.name] = [_typed(book, types, part)]
    return book.archive.rewrite(changed, added={part: project.build([*documents, *modules])})


def _free(book: Book) -> str:
    number = 1
    while f"rIdKesu{number}" in book.relations:
        number += 1
    return f"rIdKesu{number}"


def _with_code_name(book: Book, sheet: Sheet, number: int, taken: set[str]) -> tuple[bytes | None, str]:
    """A sheet's part with a code name (``None`` when it has one that serves), and that name."""
    assert sheet.member is not None
    xml = book.archive.read(sheet.member)
    document = read_document(xml, sheet.member.name)
    found = start_tag(document.prefix, b"sheetPr").search(document.plain)
    name = (attribute(found[0], b"codeName") or b"").decode("utf-8", "replace") if found else ""
    if _CODE_NAME.fullmatch(name) and name.lower() not in taken:
        taken.add(name.lower())
        return None, name
    while (name := f"Sheet{number}").lower() in taken:
        number += 1
    taken.add(name.lower())
    if found:
        tag = with_attribute(xml[found.start() : found.end()], b"codeName", name.encode())
        return xml[: found.start()] + tag + xml[found.end() :], name
    entry = b"<" + document.prefix + b'sheetPr codeName="' + name.encode() + b'"/>'
    return xml[: document.root_end] + entry + xml[document.root_end :], name


def _named_workbook(book: Book) -> bytes:
    """The workbook part with the code name of its module."""
    xml = book.archive.read(book.main)
    document = read_document(xml, book.main.name)
    prefix, name = document.prefix, WORKBOOK_MODULE.encode()
    found = start_tag(prefix, b"workbookPr").search(document.plain)
    if found:
        tag = with_attribute(xml[found.start() : found.end()], b"codeName", name)
        return xml[: found.start()] + tag + xml[found.end() :]
    at = document.root_end
    for before in _BEFORE_PROPERTIES:
        tag_before = re.search(rb"<" + prefix + before + rb"\b[^>]*/>", document.plain)
        if tag_before:
            at = tag_before.end()
            break
    return xml[:at] + b"<" + prefix + b'workbookPr codeName="' + name + b'"/>' + xml[at:]


def _typed(book: Book, types: Member, part: str) -> bytes:
    """The content types: the workbook is one with macros now, and there is a project."""
    xml = book.archive.read(types)
    for element in parse(xml, types.name):
        if (
            local(element.tag) == "Override"
            and element.get("PartName", "").lstrip("/").casefold() == book.main.name.casefold()
        ):
            kind = element.get("ContentType", "")
            if kind not in (_PLAIN_BOOK, _MACRO_BOOK):
                raise CannotPatch("这个文件是模板或别的类型，不能加宏；请在 Excel 里另存为 .xlsx 后再试。")
            xml = xml.replace(kind.encode(), _MACRO_BOOK.encode())
            break
    else:
        raise CannotPatch("工作簿的目录不完整，不能加宏；请用 Excel 打开后另存一份再试。")
    entry = b'<Override PartName="/%b" ContentType="%b"/>' % (quoted(part), _CONTENT.encode())
    return appended(xml, types.name, b"Types", entry)
