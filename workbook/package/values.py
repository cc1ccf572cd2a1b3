"""Cell values between XML and Python: what a cell holds, whether it is what was expected, how a value is written."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from xml.etree import ElementTree as ET

from workbook.edits import ERROR, CellValue
from workbook.package.markup import Document, escape, local

LONGEST_TEXT = 32_767
_DAY = 86_400
_SIMPLE = re.compile(rb"<c(\s[^<>&]*?)?(?:/>|>(?:<v>([^<&]*)</v>)?</c>)")
_INLINE = re.compile(rb'<c(\s[^<>&]*?)>(?:<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)</c>')
_TYPE = re.compile(rb"""\st=(?:"(\w+)"|'(\w+)')""")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MUST_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Held:
    """What a cell holds. ``kind``: empty, number, text, bool, error; ``loose`` when its outer blanks may not count;
    ``formula`` is ``""`` for none, else plain, member (of a shared one), master or array.
    """

    kind: str
    value: str | float | bool | None = None
    loose: bool = False
    formula: str = ""


class Unwritable(ValueError):
    """A value no cell can hold; the text is the reason, in Chinese."""


EMPTY = Held("empty")


def read_held(cell: bytes, sheet: Document, strings: Callable[[int], str]) -> Held:
    """What the cell element ``cell`` holds; ``strings`` resolves shared strings. Raises ValueError when unreadable."""
    plain = sheet.encoding == "utf-8"
    if plain and (simple := _SIMPLE.fullmatch(cell)):
        return _held(_type_of(simple[1]), None if simple[2] is None else simple[2].decode("utf-8"), strings)
    if plain and (inline := _INLINE.fullmatch(cell)) and _type_of(inline[1]) == "inlineStr":
        return _text(unescape(inline[2].decode("utf-8")), b"preserve" not in cell)
    try:
        element = sheet.element(cell)
    except ET.ParseError as error:
        raise ValueError("cell is not well-formed") from error
    kind, raw, formula, text, loose = element.get("t", "n"), None, "", "", False
    for child in element:
        name = local(child.tag)
        if name == "v":
            raw = "".join(child.itertext())
        elif name == "is":
            text, loose = rich_text(child)
        elif name == "f":
            formula = _formula(child)
    held = _text(text, loose) if kind == "inlineStr" else _held(kind, raw, strings)
    return Held(held.kind, held.value, held.loose, formula)


def _type_of(tag: bytes | None) -> str:
    found = _TYPE.search(tag) if tag else None
    return (found[1] or found[2]).decode() if found else "n"


def _formula(element: ET.Element) -> str:
    kind = element.get("t", "normal")
    if kind == "shared":
        return "master" if element.get("ref") else "member"
    return "plain" if kind == "normal" else "array"


def _held(kind: str, raw: str | None, strings: Callable[[int], str]) -> Held:
    if raw is None:
        return EMPTY
    if kind == "s":
        return _text(strings(int(raw)), loose=False)
    if kind in ("str", "inlineStr"):
        return _text(raw, loose=False)
    if kind == "b":
        return Held("bool", raw.strip() in ("1", "true"))
    if kind == "e":
        return Held("error", raw)
    if kind == "d":
        return Held("text", raw.strip().replace("T", " "))
    return Held("number", float(raw)) if raw.strip() else EMPTY


def _text(text: str, loose: bool) -> Held:
    return Held("text", text, loose) if text else EMPTY


def rich_text(element: ET.Element) -> tuple[str, bool]:
    """The text of an ``is`` or ``si`` without its phonetic runs, and whether outer blanks may be dropped by readers."""
    parts = []
    loose = False
    for child in element:
        texts = [child] if local(child.tag) == "t" else []
        if local(child.tag) == "r":
            texts = [part for part in child if local(part.tag) == "t"]
        for text in texts:
            parts.append("".join(text.itertext()))
            loose |= text.get("{http://www.w3.org/XML/1998/namespace}space") != "preserve"
    return "".join(parts), loose


def same(held: Held, expected: CellValue, *, date1904: bool) -> bool:
    """Whether the cell holds what the plan saw. Empty, ``None`` and ``""`` are one; times count to the second."""
    if expected is None or expected == "" or expected != expected:  # NaN and NaT are how tables spell "empty"
        return held.kind == "empty"
    if isinstance(expected, bool):
        return held.kind == "bool" and held.value is expected
    if isinstance(expected, dt.datetime):
        if held.kind == "number":
            return round(float(held.value or 0) * _DAY) == round(serial_seconds(expected, date1904=date1904))
        return held.kind == "text" and held.value in (stamp(expected), f"{expected:%Y-%m-%d %H:%M:%S}")
    if expected == ERROR and held.kind == "error":
        return True
    if isinstance(expected, str):
        return held.kind in ("text", "error") and _same_text(str(held.value), expected, loose=held.loose)
    return held.kind == "number" and held.value == float(expected)


def _same_text(held: str, expected: str, *, loose: bool) -> bool:
    """Readers differ in whether they decode ``_xHHHH_`` and keep unmarked blanks, so either reading counts."""
    wanted = expected.replace("\r\n", "\n")
    for reading in (held, decoded(held)):
        text = reading.replace("\r\n", "\n")
        if text == wanted or (loose and text.strip() == wanted.strip()):
            return True
    return False


def decoded(text: str) -> str:
    """Text as Excel shows it, its ``_xHHHH_`` escapes resolved."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def serial_seconds(moment: dt.datetime, *, date1904: bool) -> int:
    """Seconds since the workbook's day 0; Excel's 1900 system counts a 29 February 1900 that never was."""
    if moment.tzinfo is not None:
        raise TypeError("the workbook's times are naive wall clock")
    epoch = dt.datetime(1904, 1, 1) if date1904 else dt.datetime(1899, 12, 30)
    plain = dt.datetime(*moment.timetuple()[:6]) + dt.timedelta(seconds=round(moment.microsecond / 1e6))
    seconds = (plain - epoch) // dt.timedelta(seconds=1)
    if not date1904 and seconds < 61 * _DAY:
        seconds -= _DAY
    return seconds


def serial_days(moment: dt.date, *, date1904: bool = False) -> float:
    """The moment as a cell holds it: days since the workbook's day 0. A day alone is its first instant."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time.min)
    return serial_seconds(moment, date1904=date1904) / _DAY


def serial(moment: dt.datetime, *, date1904: bool) -> str:
    """The moment as Excel's serial, in the shortest digits that read back to the same second."""
    seconds = serial_seconds(moment, date1904=date1904)
    if seconds < (0 if date1904 else _DAY):
        raise Unwritable(f"Excel 写不下这么早的时间：{moment:%Y-%m-%d}")
    return str(seconds // _DAY) if seconds % _DAY == 0 else repr(seconds / _DAY)


def stamp(moment: dt.datetime) -> str:
    """The moment as text, for workbooks without any date format: ``2026-11-21 09:30``."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.second else f"{moment:%Y-%m-%d %H:%M}"


def content(value: str | int | float | bool, prefix: str) -> tuple[str, str]:
    """A value as ``(t attribute, element content)``; raises Unwritable for what Excel could not hold."""
    if isinstance(value, bool):
        return "b", f"<{prefix}v>{int(value)}</{prefix}v>"
    if isinstance(value, str):
        return "inlineStr", _inline(value, prefix)
    if isinstance(value, int):
        if abs(value) > 1 << 53:
            raise Unwritable("数字超过 15 位，Excel 会把末尾改成 0；请按文字写入")
        return "", f"<{prefix}v>{int(value)}</{prefix}v>"
    number = float(value)
    if not math.isfinite(number):
        raise Unwritable("不是有效的数字")
    digits = str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return "", f"<{prefix}v>{digits}</{prefix}v>"


def _inline(text: str, prefix: str) -> str:
    try:
        units = len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError as error:
        raise Unwritable("文字里有半个字符（无效的 Unicode）") from error
    if units > LONGEST_TEXT:
        raise Unwritable(f"文字太长：{units} 个字符，Excel 一个单元格最多 {LONGEST_TEXT} 个")
    escaped = escape(_MUST_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text or "\t" in text or "  " in text else ""
    return f"<{prefix}is><{prefix}t{space}>{escaped}</{prefix}t></{prefix}is>"
