"""处理单: type or pick a 编号, and the whole form of that case stands there, one A4 page to print and sign.

Nothing but INDEX over the tables, so it works in every Excel since 2016, in WPS and in LibreOffice, without macros.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from workbook.build.formats import FAINT, INK, NUMBER_FORMATS, PAPER, RED, WORD_COLOURS, Styles
from workbook.build.lists import TICKETS_NAME
from workbook.edits import column_letter
from workbook.package.values import serial_days
from workbook.schema import CALLBACKS, EVENTS, REGISTER, Column, Kind, Table

Rows = Sequence[Mapping[str, object]]

_LINE = "#5B6470"
_SOFT = "#F4F6F8"
_INPUT = "#FFF9E5"
_COLUMNS = 12
_LABEL = 2
"""Page columns; of them what a label takes."""
_NUMBER, _PLACE = "$D$3", "$O$3"
"""Where the number is typed, and where its row in the register is worked out."""
_EVENTS, _CALLBACKS = 10, 3
_TITLE_ROW, _LOW, _MIDDLE, _HIGH = 34, 18, 30, 74

_Pair = tuple[str, int]
"""A column of the register and how many page columns its value takes."""

_BLOCKS: tuple[tuple[str, tuple[tuple[float, tuple[_Pair, ...]], ...]], ...] = (
    (
        "接收",
        (
            (_LOW, (("流程", 2), ("级别", 2), ("反馈渠道", 2))),
            (_LOW, (("接收时间", 2), ("接收人", 2), ("下次答复时间", 2))),
            (_LOW, (("客户姓名", 2), ("联系电话", 2), ("车牌号", 2))),
            (_LOW, (("车型", 2), ("行驶里程", 2), ("车架号", 2))),
        ),
    ),
    (
        "反馈内容",
        (
            (_MIDDLE, (("内容概要", 10),)),
            (_HIGH, (("详细经过", 10),)),
            (_MIDDLE, (("客户要求", 10),)),
            (_LOW, (("反馈类别", 2), ("被反馈部门", 2), ("当事人", 2))),
            (_LOW, (("上报时间", 2), ("填单人", 2), ("填单时间", 2))),
        ),
    ),
    (
        "责任认定与客户沟通",
        (
            (_LOW, (("责任明确", 2), ("未明原因", 2), ("经办人", 2))),
            (_LOW, (("客户联系时间", 2), ("联系结果", 2), ("责任人", 2))),
            (_MIDDLE, (("责任认定", 10),)),
            (_MIDDLE, (("处理意见", 6), ("转管理部时间", 2))),
        ),
    ),
    (
        "复核与审批",
        (
            (_LOW, (("复核人", 2), ("复核结论", 2), ("复核完成时间", 2))),
            (_MIDDLE, (("协商意见", 10),)),
            (_MIDDLE, (("总经理意见", 6), ("总经理意见时间", 2))),
        ),
    ),
    (
        "执行、回访、归档",
        (
            (_LOW, (("执行完成时间", 2), ("转客服时间", 2), ("需回访", 2))),
            (_LOW, (("回访人", 2), ("回访时间", 2), ("满意度", 2))),
            (_LOW, (("考核结果", 2), ("归档时间", 2), ("备注", 2))),
        ),
    ),
)
_SIZES = {Kind.LONG_TEXT: 9, Kind.VIN: 8.5}
_SIGNATURES = ("客户", "经办人", "被反馈部门", "管理部", "主管总经理")


def case_sheet(sheet: Any, contents: Mapping[str, Rows], styles: Styles, *, created: dt.datetime) -> None:
    """Draw the form. It shows the newest case that is not closed, as of ``created``; an empty register shows none."""
    register = contents.get(REGISTER.sheet, ())
    place = _shown(register)
    page = _Page(sheet, styles, register[place] if place is not None else {}, created)
    page.head(place)
    for title, lines in _BLOCKS:
        page.block(title, lines)
    page.now()
    number = str(page.case.get("编号") or "")
    page.records(
        "处理记录",
        EVENTS,
        contents,
        number,
        _EVENTS,
        (("时间", 2), ("事项", 2), ("经手人", 2), ("内容", 4), ("结果", 2)),
    )
    page.records(
        "回访记录",
        CALLBACKS,
        contents,
        number,
        _CALLBACKS,
        (("回访时间", 2), ("回访人", 2), ("满意度", 2), ("客户意见", 6)),
    )
    page.signatures()
    page.set_up()


def _shown(register: Rows) -> int | None:
    """The place of the newest numbered case that is not closed, else of the newest numbered one."""
    numbered = [place for place, row in enumerate(register) if row.get("编号")]
    open_ = [place for place in numbered if not register[place].get("归档时间")]
    return next(reversed(open_ or numbered), None)


class _Page:
    """Draws from the top down; ``row`` is the next line, counted from 1."""

    def __init__(self, sheet: Any, styles: Styles, case: Mapping[str, object], created: dt.datetime) -> None:
        self.sheet, self.styles, self.case, self.created = sheet, styles, case, created
        self.row = 1

    def head(self, place: int | None) -> None:
        sheet, styles = self.sheet, self.styles
        sheet.set_column(0, 0, 1.5)
        sheet.set_column(1, _COLUMNS, 8.6)
        sheet.set_column(_COLUMNS + 1, _COLUMNS + 1, 2)
        sheet.set_column(_COLUMNS + 2, _COLUMNS + 3, 9, None, {"hidden": True})
        sheet.set_row(0, _TITLE_ROW)
        title = styles(bold=True, font_size=18, align="center", font_color=INK)
        sheet.merge_range(0, 1, 0, _COLUMNS, "客户信息反馈处理单", title)
        note = styles(font_size=9, font_color=FAINT, align="center")
        sheet.merge_range(1, 1, 1, _COLUMNS, "在黄格里选或输入编号，整张单子就出来；用 Ctrl+P 打印，一单一页 A4", note)
        sheet.set_row(2, 24)
        sheet.merge_range("B3:C3", "编号", styles(bold=True, align="right", font_size=12))
        box = styles(bold=True, font_size=13, border=1, border_color=_LINE, bg_color=_INPUT, num_format="@", indent=1)
        sheet.merge_range("D3:G3", str(self.case.get("编号") or ""), box)
        sheet.data_validation(
            "D3",
            {
                "validate": "list",
                "source": f"={TICKETS_NAME}",
                "error_type": "warning",
                "error_title": "编号",
                "error_message": "反馈登记里没有这个编号。",
                "input_title": "编号",
                "input_message": "选一个，或直接输入，例如 FK20261121-007",
            },
        )
        found = f"=IFERROR(MATCH({_NUMBER},{REGISTER.name}[编号],0),0)"
        sheet.write_formula(_PLACE.replace("$", ""), found, None, 0 if place is None else place + 1)
        missing = f'=IF({_NUMBER}="","",IF({_PLACE}=0,"反馈登记里没有这个编号",""))'
        sheet.merge_range("H3:M3", "", styles(font_color=RED, bold=True))
        sheet.write_formula("H3", missing, styles(font_color=RED, bold=True, indent=1), "")
        self.row = 5

    def block(self, title: str, lines: Sequence[tuple[float, tuple[_Pair, ...]]]) -> None:
        self._title(title)
        for height, pairs in lines:
            self.sheet.set_row(self.row - 1, height)
            left = 1
            for name, width in pairs:
                self._label(left, name)
                self._value(left + _LABEL, width, REGISTER[name])
                left += _LABEL + width
            self.row += 1

    def now(self) -> None:
        """Where the case stands, and how much time is left: that counts by itself."""
        self._title("现在")
        self.sheet.set_row(self.row - 1, _LOW)
        for left, name in ((1, "当前环节"), (5, "截止时间")):
            self._label(left, name)
            self._value(left + _LABEL, 2, REGISTER[name])
        self._label(9, "剩余时间")
        due, state = (f"INDEX({REGISTER.name}[{name}],{_PLACE})" for name in ("截止时间", "状态"))
        left_over = f"ABS({due}-NOW())"
        words = f'INT({left_over})&"天"&INT(MOD({left_over},1)*24)&"小时"'
        formula = (
            f'=IF({_PLACE}=0,"",IF(ISNUMBER({due}),IF({state}="已办结","",IF({due}<NOW(),"已超 ","还剩 ")&{words}),""))'
        )
        look = self._look(bold=True)
        self.sheet.merge_range(self.row - 1, 11, self.row - 1, _COLUMNS, "", look)
        self.sheet.write_formula(self.row - 1, 11, formula, look, self._left_over())
        area = f"L{self.row}"
        late = self.styles.conditional(font_color=RED)
        self.sheet.conditional_format(
            area, {"type": "formula", "criteria": f'=LEFT(${area[0]}${self.row},2)="已超"', "format": late}
        )
        self.row += 1
        self.sheet.set_row(self.row - 1, _MIDDLE)
        self._label(1, "状态")
        self._value(3, 2, REGISTER["状态"])
        self._label(5, "提示")
        self._value(7, 6, REGISTER["提示"])
        self.row += 1

    def _left_over(self) -> str:
        due = self.case.get("截止时间")
        if not isinstance(due, dt.datetime) or self.case.get("状态") == "已办结":
            return ""
        seconds = abs((due - self.created).total_seconds())
        days, rest = divmod(seconds, 86400)
        return f"{'已超' if due < self.created else '还剩'} {int(days)}天{int(rest // 3600)}小时"

    def records(
        self,
        title: str,
        table: Table,
        contents: Mapping[str, Rows],
        number: str,
        count: int,
        fields: Sequence[tuple[str, int]],
    ) -> None:
        """The first ``count`` entries of the case in another table, in the order of its rows."""
        rows = contents.get(table.sheet, ())
        mine = [place for place, row in enumerate(rows) if number and row.get("编号") == number]
        more = f'=IF(COUNTIF({table.name}[编号],{_NUMBER})>{count},"{title}（只列前 {count} 条，其余见《{table.sheet}》）","{title}")'
        self._title(title, more)
        left = 1
        self.sheet.set_row(self.row - 1, _LOW)
        for name, width in fields:
            self._merge(left, width, name, self._look(bg_color=_SOFT, bold=True, font_size=9, align="center"))
            left += width
        self.row += 1
        helper = column_letter(_COLUMNS + 3)
        ticket = f"{table.name}[编号]"
        for index in range(count):
            self.sheet.set_row(self.row - 1, _LOW + 8)
            place = f"SMALL(IF({ticket}={_NUMBER},ROW({ticket})-MIN(ROW({ticket}))+1),{index + 1})"
            formula = f'{{=IF({_NUMBER}="",0,IFERROR({place},0))}}'
            at = self.row - 1
            value = mine[index] + 1 if index < len(mine) else 0
            self.sheet.write_array_formula(at, _COLUMNS + 2, at, _COLUMNS + 2, formula, None, value)
            left = 1
            for name, width in fields:
                entry = rows[mine[index]] if index < len(mine) else {}
                self._lookup(left, width, table, table[name], f"${helper}${self.row}", entry)
                left += width
            self.row += 1

    def signatures(self) -> None:
        self.row += 1
        self.sheet.set_row(self.row - 2, 6)
        self.sheet.set_row(self.row - 1, 34)
        look = self.styles(valign="bottom", font_size=9)
        cells = "　　".join(f"{name}：＿＿＿＿＿＿＿" for name in _SIGNATURES)
        self.sheet.merge_range(self.row - 1, 1, self.row - 1, _COLUMNS, cells, look)
        self.row += 1
        self.sheet.merge_range(
            self.row - 1,
            1,
            self.row - 1,
            _COLUMNS,
            "签字日期：＿＿＿＿年＿＿月＿＿日　　　　（以“反馈登记”和各记录表的内容为准，此页只作打印签字）",
            self.styles(font_size=8, font_color=FAINT),
        )

    def set_up(self) -> None:
        sheet = self.sheet
        sheet.hide_gridlines(2)
        sheet.set_portrait()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
        sheet.print_area(0, 0, self.row - 1, _COLUMNS)
        sheet.fit_to_pages(1, 1)
        sheet.center_horizontally()
        sheet.set_footer("&L&8&A&C&8第 &P 页 / 共 &N 页&R&8打印：&D &T")
        sheet.set_selection("D3")
        sheet.freeze_panes(3, 0)

    def _title(self, words: str, formula: str = "") -> None:
        self.sheet.set_row(self.row - 1, 19)
        look = self.styles(bold=True, font_size=10, bg_color="#E7EBF0", border=1, border_color=_LINE, indent=1)
        self._merge(1, _COLUMNS, words, look)
        if formula:
            self.sheet.write_formula(self.row - 1, 1, formula, look, words)
        self.row += 1

    def _label(self, left: int, name: str) -> None:
        self._merge(left, _LABEL, name, self._look(bg_color=_SOFT, font_color="#41556E", font_size=9, align="center"))

    def _value(self, left: int, width: int, column: Column) -> None:
        self._lookup(left, width, REGISTER, column, _PLACE, self.case)

    def _lookup(
        self, left: int, width: int, table: Table, column: Column, place: str, entry: Mapping[str, object]
    ) -> None:
        """The cell shows ``column`` of the table's entry number ``place``, which for now is ``entry``."""
        held = f"INDEX({table.name}[{column.name}],{place})"
        formula = f'=IF({place}=0,"",IF({held}="","",{held}))'
        look = self._look(
            text_wrap=True,
            font_size=_SIZES.get(column.kind, 10),
            align="left",
            indent=0 if column.kind is Kind.VIN else 1,
            **({"num_format": NUMBER_FORMATS[column.kind]} if column.kind in NUMBER_FORMATS else {}),
        )
        value = entry.get(column.name)
        self._merge(left, width, "", look)
        self.sheet.write_formula(self.row - 1, left, formula, look, _stored(value))
        if column.list in WORD_COLOURS:
            for word, colours in WORD_COLOURS[column.list].items():
                self.sheet.conditional_format(
                    self.row - 1,
                    left,
                    self.row - 1,
                    left,
                    {
                        "type": "cell",
                        "criteria": "==",
                        "value": f'"{word}"',
                        "format": self.styles.conditional(**colours),
                    },
                )

    def _merge(self, left: int, width: int, words: str, look: Any) -> None:
        if width > 1:
            self.sheet.merge_range(self.row - 1, left, self.row - 1, left + width - 1, words, look)
        else:
            self.sheet.write_string(self.row - 1, left, words, look)

    def _look(self, **more: object) -> Any:
        return self.styles(border=1, border_color=_LINE, **{"bg_color": PAPER, **more})


def _stored(value: object) -> str | float:
    """A cell's value as a formula's stored result."""
    if isinstance(value, dt.date):
        return serial_days(value)
    if isinstance(value, bool) or value is None:
        return ""
    return value if isinstance(value, int | float) else str(value)
