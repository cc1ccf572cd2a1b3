"""The shared strings, read one by one: their part is never changed, and few of a register's are ever asked for."""

from __future__ import annotations

import re
from array import array
from xml.etree import ElementTree as ET

from workbook.package.markup import end_tag, read_document, start_tag
from workbook.package.values import rich_text


class SharedStrings:
    """``strings(index) → text`` over the bytes of ``sharedStrings.xml``; raises ValueError for an index it lacks."""

    def __init__(self, xml: bytes) -> None:
        self._document = read_document(xml, "sharedStrings.xml")
        self._end = end_tag(self._document.prefix, b"si")
        self._tag = start_tag(self._document.prefix, b"si")
        self._starts = array("Q", self._find())

    def _find(self) -> list[int]:
        opening = re.compile(rb"<" + re.escape(self._document.prefix) + rb"si[>/ \t\r\n]")
        return [tag.start() for tag in opening.finditer(self._document.plain)]

    def __call__(self, index: int) -> str:
        if not 0 <= index < len(self._starts):
            raise ValueError(f"no shared string {index}")
        document, start = self._document, self._starts[index]
        tag = self._tag.match(document.plain, start)
        if tag is None:
            raise ValueError(f"shared string {index} is not well-formed")
        if tag[0].endswith(b"/>"):
            return ""
        end = self._end.search(document.plain, tag.end())
        try:
            return rich_text(document.element(document.xml[start : end.end() if end else None]))[0]
        except ET.ParseError as error:
            raise ValueError(f"shared string {index} is not well-formed") from error
