"""Cell styles, read only: which of them show a date, and which existing one a new date should borrow."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from workbook.package.markup import local, parse

_LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|(?i:am/pm|a/p)|上午/下午|\[(?![hHmMsS]+\])[^\]]*\]')
_ELAPSED = re.compile(r"\[[hHmMsS]+\]")
_FIELD = re.compile(r"y+|m+|d+|h+|s+", re.IGNORECASE)
# ECMA-376 18.8.30: ids without a code in the file; 27-36 and 50-58 are the Chinese ones.
_BUILTIN = {14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM"}
_BUILTIN |= {20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0"}
_BUILTIN |= dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月") | dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日")
_BUILTIN |= {30: "m-d-yy", 31: "yyyy年m月d日"}
_BUILTIN |= dict.fromkeys((32, 34, 55), "h时mm分") | dict.fromkeys((33, 35, 56), "h时mm分ss秒")


@dataclass(frozen=True, slots=True)
class Shown:
    """The fields a number format shows: y, month as ``M``, d, h, minute as ``n``, s. Elapsed time shows no date."""

    fields: frozenset[str]

    @property
    def date(self) -> bool:
        return bool(self.fields & set("yMd"))

    @property
    def time(self) -> bool:
        return "h" in self.fields

    @property
    def whole(self) -> bool:
        return self.fields >= set("yMd") and (not self.time or "n" in self.fields)


@dataclass(frozen=True, slots=True)
class Look:
    """One cell style: what its number format shows, and everything else about it as one comparable key."""

    shown: Shown
    key: tuple[str, ...]


class Styles:
    """The ``cellXfs`` of ``styles.xml``; an index the file lacks is a style that shows no date."""

    def __init__(self, xml: bytes) -> None:
        root = parse(xml, "styles.xml")
        codes = dict(_BUILTIN)
        self._looks: list[Look] = []
        for part in root:
            if local(part.tag) == "numFmts":
                codes |= {int(fmt.get("numFmtId", "0")): fmt.get("formatCode", "") for fmt in part}
            elif local(part.tag) == "cellXfs":
                self._looks = [Look(shown(codes.get(int(xf.get("numFmtId", "0")), "")), _key(xf)) for xf in part]

    def shows_date(self, style: int) -> bool:
        """Whether the style shows year, month or day: a time of day alone would hide the date."""
        return 0 <= style < len(self._looks) and self._looks[style].shown.date

    def date_like(self, style: int, beside: Collection[int]) -> int | None:
        """The existing date style closest to ``style``; ``beside`` are the styles of that row's cells.

        ``None``: no date format in the whole workbook.
        """
        own = self._looks[style].key if 0 <= style < len(self._looks) else ()

        def rank(index: int) -> tuple[bool, int, bool, int]:
            look = self._looks[index]
            kinship = 0 if look.key == own else 1 if index in beside else 2
            return (not look.shown.time, kinship, not look.shown.whole, index)

        return min((index for index, look in enumerate(self._looks) if look.shown.date), key=rank, default=None)


def shown(code: str) -> Shown:
    """What a number format code shows, from its first section; ``m`` beside hours or seconds is minutes."""
    section = _LITERAL.sub(" ", code.split(";", 1)[0])
    if section.strip().lower() in ("general", "standard", "@") or _ELAPSED.search(section):
        return Shown(frozenset())
    found = [field[0].lower()[0] for field in _FIELD.finditer(section)]
    fields = set()
    for place, field in enumerate(found):
        minute = field == "m" and ("h" in found[max(0, place - 1) : place] or "s" in found[place + 1 : place + 2])
        fields.add("n" if minute else "M" if field == "m" else field)
    return Shown(frozenset(fields))


def _key(xf: ET.Element) -> tuple[str, ...]:
    """Font, fill, border, alignment, protection and the quote mark: all that must not change with the date format."""
    look = [xf.get(name, "0") for name in ("fontId", "fillId", "borderId", "quotePrefix")]
    rest = [f"{local(child.tag)}{sorted(child.attrib.items())}" for child in xf if local(child.tag) != "extLst"]
    return (*look, *sorted(rest))
