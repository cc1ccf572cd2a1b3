"""A VBA project, [MS-OVBA]: modules as source → vbaProject.bin, and our modules into somebody's project.

Only source is written. The version stamp says that whatever was compiled is of no known version, so Excel compiles the
source when it opens the file, as it does with projects of an older Office.
"""

from __future__ import annotations

import re
import struct
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum

from workbook.errors import CannotPatch
from workbook.vba import compound
from workbook.vba.compound import BadContainer, Tree
from workbook.vba.compression import compress, decompress
from workbook.vba.seal import encrypted, locked

CODE_PAGE = 936
"""GBK: what Chinese Windows takes the text of a project for."""

_UNVERSIONED = struct.pack("<HHBH", 0x61CC, 0xFFFF, 0, 0)
_PROJECT, _NAMES, _STORAGE = "PROJECT", "PROJECTwm", "VBA"
_CODE_PAGE_RECORD, _COUNT_RECORD, _OFFSET_RECORD = 0x03, 0x0F, 0x31


class Kind(Enum):
    """What a module belongs to; the value is the class id that its header names."""

    STANDARD = ""
    WORKBOOK = "0{00020819-0000-0000-C000-000000000046}"
    SHEET = "0{00020820-0000-0000-C000-000000000046}"
    CHART = "0{00020821-0000-0000-C000-000000000046}"


@dataclass(frozen=True, slots=True)
class Module:
    """A module by its name (ASCII). ``source`` is what the editor shows: without the attributes on top."""

    name: str
    kind: Kind
    source: str


@dataclass(frozen=True)
class Project:
    """A project as read. ``modules``: name → source as it stands, attributes and all, in the order of the project."""

    tree: Tree
    directory: bytes
    code_page: int
    modules: Mapping[str, str]

    @property
    def text(self) -> str:
        """The project's settings, as lines of ``name=value``."""
        return _stream(self.tree, _PROJECT).decode(f"cp{self.code_page}", "replace")


def build(modules: Sequence[Module], identity: str = "kesu") -> bytes:
    """A new project of these modules; ``identity`` decides its id, so that the same modules give the same bytes.

    Raises :class:`~workbook.errors.CannotPatch` for text that GBK does not have.
    """
    project_id = f"{{{uuid.uuid5(uuid.NAMESPACE_OID, identity)}}}".upper()
    head = _head()
    directory = head + _record(0x0F, struct.pack("<H", 0)) + _record(0x13, struct.pack("<H", 0xFFFF)) + _record(0x10)
    seal = {
        "CMG": encrypted(struct.pack("<I", 0), project_id, 0x57),
        "DPB": encrypted(bytes(1), project_id, 0x6B),
        "GC": encrypted(b"\xff", project_id, 0xC8),
    }
    sealed = "".join(f'{key}="{value}"\r\n' for key, value in seal.items())
    text = (
        f'ID="{project_id}"\r\nName="VBAProject"\r\nHelpContextID="0"\r\nVersionCompatible32="393222000"\r\n{sealed}'
        "\r\n[Host Extender Info]\r\n&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000\r\n"
        "\r\n[Workspace]\r\n"
    )
    tree: Tree = {_STORAGE: {"dir": compress(directory)}, _NAMES: b"\0\0", _PROJECT: text.encode("ascii")}
    return _written(Project(tree, directory, CODE_PAGE, {}), modules)


def read(data: bytes) -> Project:
    """A project with the source of every module. Raises :class:`~workbook.errors.CannotPatch` when it is damaged."""
    with _understanding():
        tree = compound.read(data)
        storage = tree[_STORAGE]
        if isinstance(storage, bytes):
            raise BadContainer("no project")
        directory = decompress(_stream(storage, "dir"))
        (code_page,) = struct.unpack_from("<H", directory, _body_of(directory, _CODE_PAGE_RECORD))
        modules = {}
        for entry in _entries(directory, code_page):
            packed = _stream(storage, entry.stream)[entry.offset :]
            modules[entry.name] = decompress(packed).decode(f"cp{code_page}", "replace")
        _stream(tree, _PROJECT).decode(f"cp{code_page}", "replace")
        return Project(tree, directory, code_page, modules)


@contextmanager
def _understanding() -> Iterator[None]:
    """Whatever is not as the format says becomes one sentence for staff."""
    try:
        yield
    except (ValueError, LookupError, struct.error) as error:
        raise CannotPatch("工作簿里的宏工程读不懂（可能已损坏），没有动它；请在 Excel 里检查后再试。") from error


def install(project: Project, modules: Sequence[Module]) -> bytes:
    """The project with these modules put in, replacing those of the same name; every other module's bytes stay.

    Raises :class:`~workbook.errors.CannotPatch` for a locked project, and for text its code page does not have.
    """
    if locked(project.text):
        raise CannotPatch("工作簿里的宏工程设了密码，不能往里面加宏；请先在 VBA 编辑器里去掉工程密码。")
    with _understanding():
        return _written(_in_chinese(project), modules)


def _in_chinese(project: Project) -> Project:
    """The same project in our code page, when all it says is ASCII and so the same in every code page."""
    texts = (*project.modules, *project.modules.values(), project.text)
    if project.code_page == CODE_PAGE or not all(text.isascii() for text in texts):
        return project
    directory = bytearray(project.directory)
    struct.pack_into("<H", directory, _body_of(project.directory, _CODE_PAGE_RECORD), CODE_PAGE)
    return replace(project, directory=bytes(directory), code_page=CODE_PAGE)


def header(module: Module) -> str:
    """The attributes on top of a module, which the editor hides."""
    lines = [f'Attribute VB_Name = "{module.name}"']
    if module.kind is not Kind.STANDARD:
        lines += [
            f'Attribute VB_Base = "{module.kind.value}"',
            "Attribute VB_GlobalNameSpace = False",
            "Attribute VB_Creatable = False",
            "Attribute VB_PredeclaredId = True",
            "Attribute VB_Exposed = True",
            "Attribute VB_TemplateDerived = False",
            "Attribute VB_Customizable = True",
        ]
    return "".join(f"{line}\r\n" for line in lines)


def without_header(source: str) -> str:
    """A module as read, without the attributes on top."""
    lines = source.replace("\r\n", "\n").split("\n")
    first = next((place for place, line in enumerate(lines) if not line.startswith("Attribute VB_")), len(lines))
    return "\n".join(lines[first:])


# --- Writing ----------------------------------------------------------------------------------------------------------


def _written(project: Project, modules: Sequence[Module]) -> bytes:
    directory = _with_modules(project, modules)
    storage = {
        name: content
        for name, content in _storage(project.tree).items()
        if not name.upper().startswith("__SRP_")  # caches of what was compiled
    }
    text, names = project.text, _names(project.tree)
    streams = {entry.name: entry.stream for entry in _entries(project.directory, project.code_page)}
    for module in modules:
        held = project.modules.get(module.name)
        storage[streams.get(module.name, module.name)] = compress(
            _encoded(module, project.code_page, header(module) if held is None else _top(held))
        )
        if held is None:
            text = _declared(text, module)
            names = _named(names, module.name)
    storage["_VBA_PROJECT"] = _UNVERSIONED
    storage["dir"] = compress(directory)
    whole = {**project.tree, _STORAGE: storage, _PROJECT: text.encode(f"cp{project.code_page}"), _NAMES: names}
    try:
        return compound.write(whole)
    except BadContainer as error:
        raise CannotPatch("工作簿里的宏工程太大或很特别，没有动它；请在 VBA 编辑器里手工导入宏。") from error


def _top(source: str) -> str:
    """The attributes on top of a module that is there already."""
    lines = source.replace("\r\n", "\n").split("\n")
    count = len(lines) - len(without_header(source).split("\n"))
    return "".join(f"{line}\r\n" for line in lines[:count])


def _encoded(module: Module, code_page: int, top: str) -> bytes:
    source = top + module.source.replace("\r\n", "\n").replace("\n", "\r\n")
    try:
        return source.encode(f"cp{code_page}")
    except UnicodeEncodeError as error:
        sign = source[error.start]
        line = source.count("\n", 0, error.start) + 1
        raise CannotPatch(
            f"宏 {module.name} 第 {line} 行的“{sign}”（U+{ord(sign):04X}）在宏工程的代码页 {code_page} 里没有，没有写。"
            "中文 Windows 的代码页是 936（GBK）；别的代码页的工程，请把工作簿另存为 .xlsx 后再安装宏。"
        ) from error


def _declared(text: str, module: Module) -> str:
    """The settings with one module more, after the others, and its window in the workspace."""
    line = f"Module={module.name}" if module.kind is Kind.STANDARD else f"Document={module.name}/&H00000000"
    before = list(re.finditer(r"(?m)^(?:Module|Document|Class|BaseClass)=.*\r?\n|^ID=.*\r?\n", text))
    at = before[-1].end()
    text = f"{text[:at]}{line}\r\n{text[at:]}"
    if "[Workspace]" not in text:
        text += "\r\n[Workspace]\r\n"
    return f"{text.rstrip()}\r\n{module.name}=0, 0, 0, 0, C\r\n"


def _named(names: bytes, name: str) -> bytes:
    body = names[:-2] if names.endswith(b"\0\0") else names
    if body and not body.endswith(b"\0\0"):
        body = names  # what ends a name's UTF-16 stands there still
    return body + name.encode("ascii") + b"\0" + (name + "\0").encode("utf-16-le") + b"\0\0"


def _with_modules(project: Project, modules: Sequence[Module]) -> bytes:
    """The directory with these modules in it."""
    directory, ours = project.directory, {module.name for module in modules}
    entries = list(_entries(directory, project.code_page))
    start, end = _module_span(directory)
    blocks = [_from_the_first_byte(directory, entry, anew=entry.name in ours) for entry in entries]
    known = {entry.name for entry in entries}
    blocks += [_block(module) for module in modules if module.name not in known]
    counted = bytearray(directory[:start])
    struct.pack_into("<H", counted, _body_of(directory, _COUNT_RECORD), len(blocks))
    return bytes(counted) + b"".join(blocks) + directory[end:]


def _from_the_first_byte(directory: bytes, entry: _Entry, *, anew: bool) -> bytes:
    """A module's records as they are; of one written ``anew`` nothing stands before its source any more."""
    block = bytearray(directory[entry.start : entry.end])
    if anew:
        at = _body_of(bytes(block), _OFFSET_RECORD)
        block[at : at + 4] = bytes(4)
    return bytes(block)


def _head() -> bytes:
    """What stands in a new directory before the modules."""
    number = struct.Struct("<I").pack
    parts = [
        *((0x01, number(3)), (0x02, number(0x0804)), (0x14, number(0x0804)), (0x03, struct.pack("<H", CODE_PAGE))),
        *((0x04, b"VBAProject"), (0x05, b""), (0x40, b""), (0x06, b""), (0x3D, b"")),
        *((0x07, number(0)), (0x08, number(0))),
    ]
    head = b"".join(_record(mark, body) for mark, body in parts)
    head += struct.pack("<HIIH", 0x09, 4, 1, 0) + _record(0x0C) + _record(0x3C)
    for name, library in (("stdole", _STDOLE), ("Office", _OFFICE)):
        body = struct.pack("<I", len(library)) + library + bytes(6)
        head += _record(0x16, name.encode()) + _record(0x3E, name.encode("utf-16-le")) + _record(0x0D, body)
    return head


_STDOLE = rb"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"
_OFFICE = (
    rb"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared\OFFICE16"
    rb"\MSO.DLL#Microsoft Office 16.0 Object Library"
)


def _block(module: Module) -> bytes:
    """A module's records in the directory; its source begins with the first byte of its stream."""
    narrow, wide = module.name.encode("ascii"), module.name.encode("utf-16-le")
    kind = 0x21 if module.kind is Kind.STANDARD else 0x22
    return b"".join(
        (
            *(_record(0x19, narrow), _record(0x47, wide), _record(0x1A, narrow), _record(0x32, wide)),
            *(_record(0x1C), _record(0x48), _record(0x31, bytes(4)), _record(0x1E, bytes(4))),
            *(_record(0x2C, b"\xff\xff"), _record(kind), _record(0x2B)),
        )
    )


def _record(mark: int, body: bytes = b"") -> bytes:
    return struct.pack("<HI", mark, len(body)) + body


# --- Reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    """A module in the directory: its records stand from ``start`` to ``end``."""

    name: str
    stream: str
    offset: int
    start: int
    end: int


def _spans(directory: bytes) -> Iterator[tuple[int, int, int]]:
    """Each record's mark and where its body stands."""
    place = 0
    while place + 6 <= len(directory):
        mark, size = struct.unpack_from("<HI", directory, place)
        if mark == 0x09:
            size = 6  # the version: its size is stated two bytes short
        yield mark, place + 6, place + 6 + size
        place += 6 + size


def _entries(directory: bytes, code_page: int) -> Iterator[_Entry]:
    entry: _Entry | None = None
    for mark, start, end in _spans(directory):
        body = directory[start:end]
        if mark == 0x19:
            entry = _Entry(body.decode(f"cp{code_page}", "replace"), "", 0, start - 6, end)
        elif entry is None:
            continue
        elif mark == 0x47:
            entry = replace(entry, name=body.decode("utf-16-le"))
        elif mark == 0x1A:
            entry = replace(entry, stream=body.decode(f"cp{code_page}", "replace"))
        elif mark == 0x32:
            entry = replace(entry, stream=body.decode("utf-16-le"))
        elif mark == 0x31:
            entry = replace(entry, offset=struct.unpack("<I", body)[0])
        elif mark == 0x2B:
            yield replace(entry, end=end)
            entry = None


def _module_span(directory: bytes) -> tuple[int, int]:
    """Where the modules' records stand: after the cookie, before the end mark."""
    start = 0
    for mark, _, end in _spans(directory):
        if mark == 0x13:
            start = end
        elif mark == 0x10 and start:
            return start, end - 6
    raise CannotPatch("工作簿里的宏工程读不懂（目录不完整），没有动它；请在 Excel 里检查后再试。")


def _body_of(directory: bytes, wanted: int) -> int:
    """Where the body of the first such record stands."""
    for mark, start, _ in _spans(directory):
        if mark == wanted:
            return start
    raise BadContainer(f"no record {wanted:#x}")


def _storage(tree: Tree) -> dict[str, bytes | Tree]:
    storage = tree[_STORAGE]
    assert not isinstance(storage, bytes)
    return dict(storage)


def _names(tree: Tree) -> bytes:
    """The names of the modules in UTF-16 beside; the format lets a project go without."""
    return _stream(tree, _NAMES) if _NAMES in tree else b"\0\0"


def _stream(tree: Tree, name: str) -> bytes:
    same = (content for key, content in tree.items() if key.casefold() == name.casefold())
    content = tree[name] if name in tree else next(same, None)
    if not isinstance(content, bytes):
        raise BadContainer(f"{name} is no stream")
    return content
