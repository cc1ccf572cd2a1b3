"""``styles.xml`` that only grows: what stands in it keeps its place and its bytes, new styles follow at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbook.errors import CannotPatch
from workbook.package.markup import Document, attribute, end_tag, read_document, start_tag, with_attribute

_TAG = re.compile(rb"""<(/?)[^\s<>!?/]+(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_ORDER = (b"numFmts", b"fonts", b"fills", b"borders", b"cellStyleXfs", b"cellXfs", b"cellStyles", b"dxfs")
"""How the collections follow each other (ECMA-376 18.8.39)."""
_OWN_FORMATS = 164
"""Number formats below are built in."""
_THEME_FONT = re.compile(rb"<scheme\b[^>]*/>")
_PREFIXED = re.compile(rb"<(/?)(?=[A-Za-z])")

EMPTY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    b'</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    b'<cellXfs count="1"><xf xfId="0"/></cellXfs>'
    b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""What a workbook without any styles means."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Where another workbook's styles have come to stand: its indices → ours."""

    xfs: Mapping[int, int]
    dxfs: Mapping[int, int]


class Stylesheet:
    """One ``styles.xml``. Elements given to it are without a namespace prefix; it puts in its own."""

    def __init__(self, xml: bytes) -> None:
        self._document = read_document(xml, "styles.xml")
        self._items = {name: children(self._document, name) for name in _ORDER}
        self._new: dict[bytes, list[bytes]] = {name: [] for name in _ORDER}
        self._known: dict[tuple[bytes, bytes], int] = {}
        for name in (b"fonts", b"fills", b"borders", b"cellStyleXfs", b"cellXfs"):
            if not self._items[name]:  # else what comes first would be the look of every cell that has none
                self._new[name] += children(read_document(EMPTY, "styles.xml"), name)
        self._formats: dict[bytes, int] = {}

    def count(self, name: bytes) -> int:
        return len(self._items[name]) + len(self._new[name])

    def item(self, name: bytes, index: int) -> bytes:
        """An element of a collection as it stands; the first one's for an index that it lacks."""
        items = [*self._items[name], *self._new[name]]
        return items[index] if 0 <= index < len(items) else items[0]

    def add(self, name: bytes, element: bytes) -> int:
        """Append to a collection; the index. The very same element is not appended twice."""
        key = (name, element)
        if key not in self._known:
            self._known[key] = self.count(name)
            self._new[name].append(element)
        return self._known[key]

    def number_format(self, code: bytes) -> int:
        """The id of a number format; ``code`` as it stands in an attribute."""
        if code not in self._formats:
            taken = [int(attribute(item, b"numFmtId") or b"0") for item in self._items[b"numFmts"]]
            same = (item for item in self._items[b"numFmts"] if attribute(item, b"formatCode") == code)
            found = next(same, None)
            if found is not None:
                self._formats[code] = int(attribute(found, b"numFmtId") or b"0")
            else:
                number = max([_OWN_FORMATS - 1, *taken, *self._formats.values()]) + 1
                self._formats[code] = number
                self.add(b"numFmts", b'<numFmt numFmtId="%d" formatCode="%b"/>' % (number, code))
        return self._formats[code]

    def take(self, other: Stylesheet, xfs: Iterable[int], dxfs: Iterable[int]) -> Merged:
        """Append what another stylesheet's cell styles and conditional formats look like.

        Their fonts stay what they are: one that follows the theme would be another one under another theme.
        """
        formats = {attribute(item, b"numFmtId"): attribute(item, b"formatCode") for item in other._items[b"numFmts"]}
        moved = {}
        for index in sorted(set(xfs)):
            xf = other.item(b"cellXfs", index)
            for kind, key in ((b"fonts", b"fontId"), (b"fills", b"fillId"), (b"borders", b"borderId")):
                look = _THEME_FONT.sub(b"", other.item(kind, int(attribute(xf, key) or b"0")))
                opening = xf.index(b">") + 1
                xf = with_attribute(xf[:opening], key, b"%d" % self.add(kind, look)) + xf[opening:]
            number = attribute(xf, b"numFmtId") or b"0"
            if int(number) >= _OWN_FORMATS and number in formats:
                opening = xf.index(b">") + 1
                own = self.number_format(formats[number] or b"General")
                xf = with_attribute(xf[:opening], b"numFmtId", b"%d" % own) + xf[opening:]
            moved[index] = self.add(b"cellXfs", xf)
        return Merged(moved, {index: self.add(b"dxfs", other.item(b"dxfs", index)) for index in sorted(set(dxfs))})

    def xml(self) -> bytes:
        """The part with everything appended."""
        xml = self._document.xml
        for name in reversed(_ORDER):
            if self._new[name]:
                xml = self._with(xml, name)
        return xml

    def _with(self, xml: bytes, name: bytes) -> bytes:
        document = read_document(xml, "styles.xml")
        prefix = document.prefix
        body = b"".join(_PREFIXED.sub(rb"<\1" + prefix, element) for element in self._new[name])
        opening = start_tag(prefix, name).search(document.plain)
        if opening is None:
            at = self._place(document, name)
            return xml[:at] + _element(prefix, name, b' count="%d"' % len(self._new[name]), body) + xml[at:]
        tag = with_attribute(xml[opening.start() : opening.end()], b"count", b"%d" % self.count(name))
        if tag.endswith(b"/>"):
            return xml[: opening.start()] + tag[:-2] + b">" + body + b"</" + prefix + name + b">" + xml[opening.end() :]
        closing = end_tag(prefix, name).search(document.plain, opening.end())
        if closing is None:
            raise CannotPatch("文件里的“styles.xml”没有写完，不能写入；请用 Excel 打开后另存一份。")
        return xml[: opening.start()] + tag + xml[opening.end() : closing.start()] + body + xml[closing.start() :]

    def _place(self, document: Document, name: bytes) -> int:
        """Where a collection that is not there would stand: behind the nearest one before it."""
        for before in reversed(_ORDER[: _ORDER.index(name)]):
            opening = start_tag(document.prefix, before).search(document.plain)
            if opening is not None:
                closing = end_tag(document.prefix, before).search(document.plain, opening.end())
                return opening.end() if opening[0].endswith(b"/>") or closing is None else closing.end()
        return document.root_end


def _element(prefix: bytes, name: bytes, attributes: bytes, body: bytes) -> bytes:
    return b"<" + prefix + name + attributes + b">" + body + b"</" + prefix + name + b">"


def children(document: Document, name: bytes) -> list[bytes]:
    """The elements of the first collection of that name, each as it stands but without the document's prefix."""
    opening = start_tag(document.prefix, name).search(document.plain)
    if opening is None or opening[0].endswith(b"/>"):
        return []
    found, depth, begin = [], 0, 0
    for tag in _TAG.finditer(document.plain, opening.end()):
        if depth == 0:
            if tag[1]:
                break  # the collection's own end
            begin = tag.start()
        depth += -1 if tag[1] else 0 if tag[0].endswith(b"/>") else 1
        if depth == 0:
            found.append(_bare(document.xml[begin : tag.end()], document.prefix))
    return found


def _bare(element: bytes, prefix: bytes) -> bytes:
    return element if not prefix else re.sub(rb"<(/?)" + re.escape(prefix), rb"<\1", element)
