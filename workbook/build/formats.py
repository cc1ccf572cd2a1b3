"""One visual language for the whole workbook: fonts, palette, number formats, and formats made once each."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import Any

from workbook import vocabulary as v
from workbook.schema import Column, Kind, Table
from workbook.vocabulary import Vocabulary

FONT = "微软雅黑"

INK = "#1F2937"
FAINT = "#6B7280"
LINE = "#DDE2E8"
PAPER = "#FFFFFF"
NAVY = "#1F3A5F"
ACCENT = "#2E6F9E"
OURS = "#F1F3F5"
RED = "#B42318"
AMBER = "#8A5A00"
GREEN = "#1E6B3A"


@dataclass(frozen=True, slots=True)
class Tone:
    """A block's two colours: the band above it and the tint of its headers."""

    band: str
    tint: str


TONES = (
    Tone("#1F3A5F", "#E3EAF2"),
    Tone("#2B5877", "#E3EDF3"),
    Tone("#2F6B78", "#E1EFF1"),
    Tone("#3A7565", "#E2F0EB"),
    Tone("#5C7649", "#EBF1E5"),
    Tone("#84743B", "#F4F0E0"),
    Tone("#8C623A", "#F5EBE1"),
    Tone("#70516B", "#F1E9EF"),
)
OURS_TONE = Tone("#5B6470", "#E4E7EB")

NUMBER_FORMATS = {
    Kind.TIME: "yyyy-mm-dd hh:mm",
    Kind.DATE: "yyyy-mm-dd",
    Kind.CLOCK: "hh:mm",
    Kind.NUMBER: "#,##0.##;-#,##0.##;0",
    Kind.MONEY: "#,##0.00",
    Kind.PHONE: "@",
    Kind.PLATE: "@",
    Kind.VIN: "@",
    Kind.TICKET: "@",
}

WORD_COLOURS: dict[Vocabulary, dict[str, dict[str, object]]] = {
    v.STATE: {
        "正常": {"bg_color": "#E3F3E8", "font_color": GREEN},
        "临近": {"bg_color": "#FFF1CC", "font_color": AMBER, "bold": True},
        "超时": {"bg_color": "#FBDAD7", "font_color": RED, "bold": True},
        "暂停": {"bg_color": "#E5EBF2", "font_color": "#41556E"},
        "未了事宜": {"bg_color": "#ECE4F5", "font_color": "#57368A"},
        "已办结": {"bg_color": "#F1F3F5", "font_color": FAINT},
    },
    v.SEVERITY: {
        "错误": {"bg_color": "#FBDAD7", "font_color": RED, "bold": True},
        "警告": {"bg_color": "#FFF1CC", "font_color": AMBER, "bold": True},
        "提示": {"bg_color": "#E5EBF2", "font_color": "#41556E"},
    },
    v.PENDING_STATE: {
        "未了": {"bg_color": "#ECE4F5", "font_color": "#57368A", "bold": True},
        "已了": {"bg_color": "#F1F3F5", "font_color": FAINT},
    },
    v.LEVEL: {"重大": {"font_color": RED, "bold": True}},
    v.REWARD: {"奖励": {"font_color": GREEN}, "处罚": {"font_color": RED}},
    v.AUDIT: {"退回": {"font_color": RED, "bold": True}},
    v.CONTACT_RESULT: {"未联系上": {"font_color": AMBER}},
    v.SATISFACTION: {"不满意": {"font_color": RED}, "非常不满意": {"font_color": RED, "bold": True}},
}
"""How a word of a list is coloured, wherever a column takes that list."""

_CENTRED = frozenset({Kind.TIME, Kind.DATE, Kind.CLOCK})
_RIGHT = frozenset({Kind.NUMBER, Kind.MONEY})


class Styles:
    """Formats of one workbook by their properties: the same properties give the same format."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def __call__(self, **properties: object) -> Any:
        """The cell format with these XlsxWriter properties over the workbook's base."""
        base: dict[str, object] = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
        return self._once({**base, **properties})

    def conditional(self, **properties: object) -> Any:
        """A conditional format: only what it changes."""
        return self._once(properties)

    def _once(self, properties: dict[str, object]) -> Any:
        key = tuple(sorted(properties.items(), key=lambda item: item[0]))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def cell(self, column: Column) -> Any:
        """What a cell of this column looks like, and a new row's too."""
        look: dict[str, object] = {"border": 1, "border_color": LINE}
        if column.kind in NUMBER_FORMATS:
            look["num_format"] = NUMBER_FORMATS[column.kind]
        if column.kind in _CENTRED:
            look["align"] = "center"
        else:
            look |= {"align": "right" if column.kind in _RIGHT else "left", "indent": 1}
        if column.kind is Kind.LONG_TEXT:
            look["text_wrap"] = True
        if column.ours:
            look |= {"bg_color": OURS, "font_color": "#475569"}
        return self(**look)

    def header(self, column: Column, tone: Tone) -> Any:
        """A header cell; ours stands out by grey and italics."""
        tone = OURS_TONE if column.ours else tone
        return self(
            bold=True,
            italic=column.ours,
            font_color="#475569" if column.ours else INK,
            bg_color=tone.tint,
            border=1,
            border_color=LINE,
            bottom=2,
            bottom_color=tone.band,
            text_wrap=True,
            align="left",
            indent=1,
        )

    def band(self, tone: Tone) -> Any:
        """The strip above the headers."""
        return self(bold=True, font_color=PAPER, bg_color=tone.band, font_size=11, indent=1)

    def band_note(self, tone: Tone) -> Any:
        """Small print on the strip."""
        return self(font_color="#E5EAF0", bg_color=tone.band, font_size=9)


LINE_HEIGHT = 14.5
"""Points a line of 10 pt text takes."""


def lines(text: str, width: float) -> int:
    """How many lines a wrapped text takes in a column of that width, a Chinese sign counting for two."""
    room = max(width - 1, 2)
    return sum(max(1, math.ceil(display_width(part) / room)) for part in text.split("\n"))


def display_width(text: str) -> int:
    """The width of a text in half-width signs."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def tones(table: Table) -> tuple[Tone, ...]:
    """Each column's tone: one a group, in the order the groups appear; a block that is all ours is grey."""
    groups = list(dict.fromkeys(column.group for column in table.columns))
    ours = {group for group in groups if all(c.ours for c in table.columns if c.group == group)}
    by_group = {g: OURS_TONE if g in ours else TONES[i % len(TONES)] for i, g in enumerate(groups)}
    return tuple(by_group[column.group] for column in table.columns)
