"""看板: live figures and two charts over the register; every figure also carries its value of today."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbook import vocabulary as v
from workbook.build import figures as f
from workbook.build.charts import ROW_POINTS, month_chart, word_chart
from workbook.build.figures import Figure, Rows
from workbook.build.formats import AMBER, FAINT, GREEN, INK, LINE, NAVY, PAPER, RED, WORD_COLOURS, Styles
from workbook.build.lists import first_cell
from workbook.build.urgent import urgent_cases
from workbook.package.values import serial_days
from workbook.schema import DICTIONARY_SHEET, PENDING_MANAGER, REGISTER, REWARDS
from workbook.vocabulary import Vocabulary

MONTHS = 6
_DAY, _MONTH, _NEXT = "$E$2", "$K$2", "$M$2"
"""Where the day of the figures, the first day of its month and of the next stand."""

_COLUMNS = "BCDEFGHIJKLM"
_CARD_ROWS = (4, 8)
_OPEN, _RECEIVED, _ARCHIVED = "未归档", "接收时间", "归档时间"


@dataclass(frozen=True, slots=True)
class _Card:
    label: str
    figure: Figure
    note: str
    colour: str = NAVY
    number: str = "#,##0"


@dataclass(frozen=True, slots=True)
class _Span:
    """The month of the figures, as days and as the cells they stand in."""

    first: dt.date
    following: dt.date
    first_cell: str = _MONTH
    following_cell: str = _NEXT

    def of(self, column: str) -> tuple[f.Condition, f.Condition]:
        return (
            f.since(column, self.first, self.first_cell),
            f.before(column, self.following, self.following_cell),
        )


def dashboard_sheet(
    book: Any, sheet: Any, contents: Mapping[str, Sequence[Mapping[str, object]]], styles: Styles, *, now: dt.datetime
) -> None:
    """Draw the dashboard over ``contents``; the stored values are those of ``now``."""
    today = now.date()
    register = contents.get(REGISTER.sheet, ())
    month = _Span(_first_of_month(today, 0), _first_of_month(today, 1))
    _frame(sheet, styles, today)
    for top, cards in zip(_CARD_ROWS, _cards(contents, register, month, today), strict=True):
        for index, card in enumerate(cards):
            _draw_card(sheet, styles, top, index * 2, card)
    row = _months(book, sheet, styles, register, today, top=12)
    row = urgent_cases(
        sheet, styles, register, now, top=row + 2, heading=lambda at, words: _heading(sheet, styles, at, words)
    )
    row = _states_and_stages(sheet, styles, register, top=row + 1)
    row = _by_word(book, sheet, styles, register, month, v.CATEGORY, "反馈类别", top=row + 2)
    sheet.set_h_pagebreaks([row + 1])
    row = _by_word(book, sheet, styles, register, month, v.DEPARTMENT, "被反馈部门", top=row + 2)
    _print(sheet, last=row)


def _first_of_month(day: dt.date, ahead: int) -> dt.date:
    month = day.year * 12 + day.month - 1 + ahead
    return dt.date(month // 12, month % 12 + 1, 1)


def _frame(sheet: Any, styles: Styles, today: dt.date) -> None:
    sheet.hide_gridlines(2)
    sheet.set_default_row(ROW_POINTS)
    sheet.set_column("A:A", 2)
    sheet.set_column("B:M", 11.5)
    sheet.set_column("N:N", 2)
    sheet.set_row(0, 40)
    sheet.merge_range("B1:M1", "客诉看板", styles(bold=True, font_size=20, font_color=PAPER, bg_color=NAVY, indent=1))
    sheet.set_row(1, 22)
    strip = {"bg_color": "#E3EAF2", "font_size": 9, "font_color": "#41556E"}
    for letter in _COLUMNS:
        sheet.write_blank(f"{letter}2", None, styles(**strip))
    sheet.merge_range("B2:D2", "统计日期（可改成过去的某天回看）", styles(**strip, indent=1))
    day = styles(**{**strip, "font_size": 10}, bold=True, num_format="yyyy-mm-dd", align="left")
    sheet.write_formula(_DAY.replace("$", ""), "=TODAY()", day, int(serial_days(today)))
    sheet.merge_range("F2:I2", "打开文件时自动重新计算", styles(**strip))
    sheet.write_string("J2", "本月：", styles(**strip, align="right"))
    date = styles(**strip, num_format="yyyy-mm-dd", align="left")
    sheet.write_formula("K2", f"=DATE(YEAR({_DAY}),MONTH({_DAY}),1)", date, int(serial_days(_first_of_month(today, 0))))
    sheet.write_string("L2", "下月起：", styles(**strip, align="right"))
    sheet.write_formula(
        "M2", f"=DATE(YEAR({_DAY}),MONTH({_DAY})+1,1)", date, int(serial_days(_first_of_month(today, 1)))
    )


def _cards(
    contents: Mapping[str, Rows], register: Rows, month: _Span, today: dt.date
) -> tuple[tuple[_Card, ...], tuple[_Card, ...]]:
    def tickets(*conditions: f.Condition) -> Figure:
        return f.count(REGISTER, register, f.filled(_RECEIVED), *conditions)

    rewards = contents.get(REWARDS.sheet, ())
    pending = contents.get(PENDING_MANAGER.sheet, ())
    still_open = f.empty(_ARCHIVED)
    rated = f.summed(*(tickets(f.equals("满意度", word)) for word in v.SATISFACTION.values))
    pleased = f.summed(*(tickets(f.equals("满意度", word)) for word in v.SATISFACTION.values[:2]))
    age = f.mean_age(REGISTER, register, _RECEIVED, today, _DAY, still_open)
    reward, penalty = (
        f.total(REWARDS, rewards, "金额", f.equals("类型", word), f.positive("金额"), *month.of("日期"))
        for word in v.REWARD.values
    )
    first = (
        _Card(_OPEN, tickets(still_open), "还没有归档的单"),
        _Card("超时", tickets(f.equals("状态", "超时")), "当前环节已过时限", RED),
        _Card("临近", tickets(f.equals("状态", "临近")), "当前环节快到时限", AMBER),
        _Card("未了事宜", f.count(PENDING_MANAGER, pending, f.equals("状态", "未了")), "客户经理台帐中未了", "#57368A"),
        _Card("重大未归档", tickets(f.equals("级别", "重大"), still_open), "级别为“重大”", RED),
        _Card("平均历时（天）", age, "未归档的单，自接收起", NAVY, "0.0"),
    )
    second = (
        _Card("本月接收", tickets(*month.of(_RECEIVED)), "按接收时间"),
        _Card("本月归档", tickets(*month.of(_ARCHIVED)), "按归档时间", GREEN),
        _Card("累计", tickets(), "登记表中的全部单"),
        _Card("回访满意率", f.share(pleased, rated), "满意以上 / 有评价", GREEN, "0%"),
        _Card("本月奖励（元）", reward, "奖罚明细", GREEN),
        _Card("本月处罚（元）", penalty, "奖罚明细", RED),
    )
    return first, second


def _draw_card(sheet: Any, styles: Styles, top: int, left: int, card: _Card) -> None:
    a, b = _COLUMNS[left], _COLUMNS[left + 1]
    side = {"border": 1, "border_color": LINE, "bg_color": PAPER, "align": "center"}
    for offset, height in enumerate((19, 34, 18)):
        sheet.set_row(top - 1 + offset, height)
    label = styles(**side, font_color=FAINT, font_size=10, bottom=0, top=5, top_color=card.colour)
    sheet.merge_range(f"{a}{top}:{b}{top}", card.label, label)
    number = styles(**side, font_color=card.colour, font_size=22, bold=True, num_format=card.number, bottom=0, top=0)
    sheet.merge_range(f"{a}{top + 1}:{b}{top + 1}", "", number)
    sheet.write_formula(f"{a}{top + 1}", card.figure.formula, number, card.figure.value)
    sheet.merge_range(f"{a}{top + 2}:{b}{top + 2}", card.note, styles(**side, font_color=FAINT, font_size=8, top=0))


def _heading(sheet: Any, styles: Styles, row: int, text: str, first: str = "B", last: str = "M") -> None:
    look = styles(bold=True, font_size=12, font_color=NAVY, bottom=2, bottom_color=NAVY)
    sheet.set_row(row - 1, 24)
    sheet.merge_range(f"{first}{row}:{last}{row}", text, look)


def _table_head(sheet: Any, styles: Styles, row: int, letters: Sequence[str], words: Sequence[str]) -> None:
    for place, word in enumerate(words):
        align = "left" if place == 0 else "right"
        look = styles(bold=True, font_color="#41556E", bg_color="#EEF2F6", align=align, bottom=1, bottom_color=LINE)
        sheet.write_string(f"{letters[place]}{row}", word, look)


def _number(sheet: Any, styles: Styles, cell: str, figure: Figure, **more: object) -> None:
    look = styles(align="right", bottom=1, bottom_color=LINE, **{"num_format": "#,##0;-#,##0;–", **more})
    sheet.write_formula(cell, figure.formula, look, figure.value)


def _months(book: Any, sheet: Any, styles: Styles, register: Rows, today: dt.date, *, top: int) -> int:
    _heading(sheet, styles, top, "近六个月")
    head = top + 1
    _table_head(sheet, styles, head, "BCDE", ("月份", "接收", "归档", "其中重大"))
    for index in range(MONTHS):
        row, ahead = head + 1 + index, index - MONTHS + 1
        first, following = _first_of_month(today, ahead), _first_of_month(today, ahead + 1)
        span = _Span(first, following, f"$B{row}", f"EDATE($B{row},1)")
        look = styles(num_format='yyyy"年"m"月"', align="left", bottom=1, bottom_color=LINE)
        sheet.write_formula(f"B{row}", f"=EDATE({_MONTH},{ahead})", look, int(serial_days(first)))
        _number(sheet, styles, f"C{row}", f.count(REGISTER, register, *span.of(_RECEIVED)))
        _number(sheet, styles, f"D{row}", f.count(REGISTER, register, *span.of(_ARCHIVED)))
        major = f.equals("级别", "重大")
        _number(sheet, styles, f"E{row}", f.count(REGISTER, register, *span.of(_RECEIVED), major), font_color=RED)
    month_chart(book, sheet, head, MONTHS)
    return head + MONTHS + 2


def _states_and_stages(sheet: Any, styles: Styles, register: Rows, *, top: int) -> int:
    _heading(sheet, styles, top, "按状态（kesu 最近一次标注）", "B", "F")
    _heading(sheet, styles, top, "正停在哪个环节", "H", "M")
    head = top + 1
    _table_head(sheet, styles, head, "BCDEF", ("状态", "单数", "其中重大", "占比", ""))
    total = f.count(REGISTER, register, f.filled(_RECEIVED))
    filled = f.filled(_RECEIVED)
    states = [(state, f.equals("状态", state, f"$B{head + 1 + index}")) for index, state in enumerate(v.STATE.values)]
    conditions = [*states, ("", f.empty("状态"))]
    figures = [f.count(REGISTER, register, filled, is_state) for _, is_state in conditions]
    among, most = f"$C${head + 1}:$C${head + len(figures)}", max(float(figure.value) for figure in figures)
    for row, ((state, is_state), figure) in enumerate(zip(conditions, figures, strict=True), head + 1):
        look = {"bottom": 1, "bottom_color": LINE, **WORD_COLOURS[v.STATE].get(state, {"font_color": FAINT})}
        sheet.write_string(f"B{row}", state or "尚未标注", styles(**look))
        _number(sheet, styles, f"C{row}", figure)
        _number(sheet, styles, f"D{row}", f.count(REGISTER, register, filled, is_state, f.equals("级别", "重大")))
        _number(sheet, styles, f"E{row}", f.share(figure, total), num_format="0%")
        _bar(sheet, styles, f"F{row}", f"C{row}", among, float(figure.value), most, 10)
    _table_head(sheet, styles, head, "HIJKLM", ("环节", "单数", "临近", "超时", "", ""))
    sheet.write_blank(f"L{head}", None, styles(bg_color="#EEF2F6", bottom=1, bottom_color=LINE))
    return max(head + len(v.STATE.values) + 1, _stages(sheet, styles, register, head))


def _stages(sheet: Any, styles: Styles, register: Rows, head: int) -> int:
    figures = [
        f.count(REGISTER, register, f.equals("当前环节", stage, f"$H{row}"))
        for row, stage in enumerate(STAGES, head + 1)
    ]
    among, most = f"$I${head + 1}:$I${head + len(figures)}", max(float(figure.value) for figure in figures)
    for row, (stage, figure) in enumerate(zip(STAGES, figures, strict=True), head + 1):
        here = f.equals("当前环节", stage, f"$H{row}")
        sheet.write_string(f"H{row}", stage, styles(bottom=1, bottom_color=LINE))
        _number(sheet, styles, f"I{row}", figure)
        _number(sheet, styles, f"J{row}", f.count(REGISTER, register, here, f.equals("状态", "临近")), font_color=AMBER)
        _number(sheet, styles, f"K{row}", f.count(REGISTER, register, here, f.equals("状态", "超时")), font_color=RED)
        sheet.merge_range(f"L{row}:M{row}", "", styles(bottom=1, bottom_color=LINE))
        _bar(sheet, styles, f"L{row}", f"I{row}", among, float(figure.value), most, 18)
    return head + len(STAGES)


STAGES = ("上报", "填单", "编号", "责任认定", "复核", "报总经理", "执行", "转客服", "回访", "考核归档")
"""The words of 当前环节 in the standard flow (the contract)."""


def _by_word(
    book: Any,
    sheet: Any,
    styles: Styles,
    register: Rows,
    month: _Span,
    vocabulary: Vocabulary,
    column: str,
    *,
    top: int,
) -> int:
    """One row a word of an open list, as 字典 spells it now, and one for all that is not in the list."""
    _heading(sheet, styles, top, f"按{column}")
    head = top + 1
    _table_head(sheet, styles, head, "BCDEF", (column, "全部", _OPEN, "超时", "本月接收"))
    filled, letter_first = f.filled(_RECEIVED), first_cell(vocabulary)
    kinds = (
        ("C", ()),
        ("D", (f.empty(_ARCHIVED),)),
        ("E", (f.equals("状态", "超时"),)),
        ("F", month.of(_RECEIVED)),
    )
    last = head + len(vocabulary.values)
    for index, word in enumerate(vocabulary.values):
        row = head + 1 + index
        letter, first = letter_first
        label = f"{DICTIONARY_SHEET}!${letter}${first + index}"
        sheet.write_formula(f"B{row}", f'=IF({label}="","",{label})', styles(bottom=1, bottom_color=LINE), word)
        for place, conditions in kinds:
            here = f.equals(column, word, f"$B{row}")
            colour = RED if place == "E" else INK
            figure = f.count(REGISTER, register, filled, here, *conditions)
            _number(sheet, styles, f"{place}{row}", figure, font_color=colour)
    sheet.write_string(f"B{last + 1}", "其余或未填", styles(font_color=FAINT, bottom=1, bottom_color=LINE))
    for place, conditions in kinds:
        whole = f.count(REGISTER, register, filled, *conditions)
        listed = sum(
            int(f.count(REGISTER, register, filled, f.equals(column, word), *conditions).value)
            for word in vocabulary.values
        )
        formula = f"{whole.formula}-SUM({place}{head + 1}:{place}{last})"
        _number(sheet, styles, f"{place}{last + 1}", Figure(formula, float(whole.value) - listed), font_color=FAINT)
    word_chart(book, sheet, head, last)
    return last + 1


def _bar(
    sheet: Any, styles: Styles, cell: str, number: str, among: str, value: float, most: float, length: int
) -> None:
    """A bar of block signs as long as ``number`` is among ``among``: every spreadsheet draws it, print too."""
    blocks = f'=REPT("█",ROUND({number}/MAX(1,{among})*{length},0))'
    look = styles(font_name="Arial", font_size=8, font_color="#9DB9CE", bottom=1, bottom_color=LINE, indent=1)
    drawn = "█" * math.floor(value / max(1, most) * length + 0.5)  # ROUND rounds halves up
    sheet.write_formula(cell, blocks, look, drawn)


def _print(sheet: Any, *, last: int) -> None:
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.print_area(0, 0, last, 13)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_footer("&L&8&A&C&8第 &P 页 / 共 &N 页&R&8打印：&D &T")
