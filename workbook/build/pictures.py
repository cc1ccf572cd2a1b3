"""The pictures of 使用说明, drawn with the spreadsheet's own shapes: the ten stages, and what becomes of an unclear case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbook.build.formats import FONT, INK, PAPER, TONES

_ROW_PIXELS = 24
_BOX, _GAP, _HEIGHT, _BETWEEN = 168, 30, 62, 34
_A_ROW = 5

_WHO = {"接收人": 1, "客户经理": 3, "客户服务中心": 2, "管理部": 5}
"""Role → its tone among the workbook's."""

_BRANCH = (
    ("责任不明确", "责任明确填“否”，选未明原因"),
    ("总经理认可", "“总经理意见”写明，才能转出"),
    ("记入两本台帐", "客户经理、客服中心各一行，内容一致"),
    ("每月 4 日前沟通", "提醒客户回店，记下沟通结果"),
    ("了结", "填完成日期，回到责任认定"),
)


def stage_picture(sheet: Any, row: int, rules: Sequence[Mapping[str, object]]) -> int:
    """Draw the ten stages with the limits of ``rules`` from ``row`` (counted from 1) on; returns the row below."""
    boxes = [
        (f"{place} {rule.get('环节', '')}", _limit(rule), _WHO.get(str(rule.get("责任角色")), 0))
        for place, rule in enumerate(rules, 1)
    ]
    return _draw(sheet, row, boxes)


def branch_picture(sheet: Any, row: int) -> int:
    """Draw the way of a pending item; returns the row below."""
    return _draw(sheet, row, [(name, words, 7) for name, words in _BRANCH])


def _draw(sheet: Any, row: int, boxes: Sequence[tuple[str, str, int]]) -> int:
    for place, (name, words, tone) in enumerate(boxes):
        line, across = divmod(place, _A_ROW)
        left, top = across * (_BOX + _GAP), line * (_HEIGHT + _BETWEEN)
        _box(sheet, row, left, top, f"{name}\n{words}", _BOX, _HEIGHT, TONES[tone].band, PAPER, size=10)
        if place + 1 < len(boxes):
            if across + 1 < _A_ROW:
                _box(sheet, row, left + _BOX, top + _HEIGHT // 2 - 13, "→", _GAP, 26, None, INK, size=14)
            else:
                _box(sheet, row, left + _BOX // 2 - 15, top + _HEIGHT, "↓", 30, _BETWEEN, None, INK, size=14)
    lines = (len(boxes) + _A_ROW - 1) // _A_ROW
    high = lines * _HEIGHT + (lines - 1) * _BETWEEN
    rows = high // _ROW_PIXELS + 2
    for number in range(row, row + rows):
        sheet.set_row_pixels(number - 1, _ROW_PIXELS)
    return row + rows


def _box(
    sheet: Any,
    row: int,
    left: int,
    top: int,
    text: str,
    width: int,
    height: int,
    fill: str | None,
    ink: str,
    *,
    size: int,
) -> None:
    sheet.insert_textbox(
        row - 1,
        1,
        text,
        {
            "width": width,
            "height": height,
            "x_offset": left + 2,
            "y_offset": top + 4,
            "object_position": 1,
            "fill": {"color": fill} if fill else {"none": True},
            "line": {"none": True},
            "font": {"name": FONT, "size": size, "color": ink, "bold": size == 10},
            "align": {"vertical": "middle", "horizontal": "center"},
            "description": text.replace("\n", "："),
        },
    )


def _limit(rule: Mapping[str, object]) -> str:
    amount, unit = rule.get("时限"), str(rule.get("单位") or "")
    who = str(rule.get("责任角色") or "")
    limit = f"{amount} {unit}" if amount not in (None, "") else {"无": "下周二前"}.get(unit, unit)
    return f"{limit}·{who}"
