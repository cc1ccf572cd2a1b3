"""使用说明: one page for staff: what they fill in, what kesu fills in, what the colours mean, what happens when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbook import vocabulary as v
from workbook.build.formats import FAINT, INK, LINE, LINE_HEIGHT, NAVY, OURS, PAPER, WORD_COLOURS, Styles, lines
from workbook.schema import (
    DASHBOARD_SHEET,
    DICTIONARY_SHEET,
    FINDINGS,
    TABLES,
)
from workbook.vocabulary import STANDARD_FLOW

_STEPS = (
    (
        "① 接到反馈",
        "在“反馈登记”最后一行下面直接续写：接收时间、接收人、反馈渠道、级别、客户与车辆、内容。编号不用填。",
    ),
    ("② 上报、填单", "1 小时内上报客户经理或客户服务中心，填上报时间；随即填好处理单，填填单人和填单时间。"),
    ("③ 编号", "kesu 按接收时间先后自动给出编号和编号时间。编号一经给出不改、不重用；删行、排序都没有关系。"),
    (
        "④ 往下办",
        "每办完一个环节，就在这一行填上时间和人，时间写成 2026-11-21 09:30；Ctrl+; 填今天，Ctrl+Shift+; 填现在。",
    ),
    ("⑤ 说过、做过的事", "联系、答复、上门、措施等记在“处理记录”，回访记在“回访记录”，一次一行，写明编号。"),
    ("⑥ 一时办不了", "责任明确填“否”并选未明原因；主管总经理认可后，在两本“未了事宜台帐”里各记一行，内容要一致。"),
)
_OURS = (
    ("编号、编号时间", "自动编号（STD-03）。手工编过号的行照旧，不会被改。"),
    ("当前环节", "第一个还没有完成的环节。"),
    ("截止时间", "当前环节什么时候到期；未了事宜显示下一次应与客户沟通的日子（每月 4 日）。"),
    ("状态", "见下面的颜色。"),
    ("提示", "现在该做什么、由谁做。"),
    (FINDINGS.sheet, "每次检查发现的问题，每次都会重写，不要在里面记事。"),
)
_STATES = {
    "正常": "在时限之内。",
    "临近": "时限已用去四分之三（或“规则”里写的预警），请抓紧。",
    "超时": "当前环节已过时限，责任人和上报对象都会收到邮件。",
    "暂停": "处理中，回访等环节暂不计时。",
    "未了事宜": "责任未明，已转入台帐；每月 4 日前要与客户沟通一次。",
    "已办结": "已考核归档。办得晚的环节仍会计入考核。",
}
_SEVERITIES = {
    "错误": "时限、考核或奖罚会因此算错，请尽快改。",
    "警告": "多半有误，请核对。",
    "提示": "kesu 已经读懂，有空时改规范即可。",
}
_STAGES = {
    "STD-01": "首先听到意见的人上报客户经理或客户服务中心；交接之前由他负责到底。",
    "STD-02": "客户经理或客户服务中心填写《客户信息反馈处理单》。",
    "STD-03": "编号，记录车牌号、填单人、内容概要。由 kesu 完成。",
    "STD-04": "认定责任、提出处理意见、与客户沟通，处理单转管理部。确实联系不上的要记下联系时间和“未联系上”。",
    "STD-05": "管理部复核。认可：出具过失处理意见；异议：开会协商并签署协商意见。",
    "STD-06": "管理部上报主管总经理，并把总经理意见反馈给客户经理和部门。",
    "STD-07": "落实责任追究和过失沟通，完成最终处理单。",
    "STD-08": "最终处理单转客户服务中心。",
    "STD-09": "客户经理标明“需回访”的才回访；由与此事无关的人回访。",
    "STD-10": "客户服务中心考核处理的及时性和尺度，合格的归档，有问题的退回管理部。",
}
_MAILS = (
    ("环节临近", "该环节的责任人；责任人休息或请假时，发给备用责任人。"),
    ("环节超时", "责任人，并上报“规则”中的上报角色；一直不办会继续上报。同一件事不会反复发。"),
    ("每周二、每月 2 日", "客户服务中心的处理单汇总 → 主管总经理、管理部（STD-18）。"),
    ("每月 4 日", "奖罚情况 → 主管总经理、财务部（STD-19）；当天前客户经理与未了事宜客户沟通完毕（STD-16）。"),
)
_REMINDERS = (
    ("当事人回避", "被反馈的人不参与任何环节的处理、复核和回访（STD-20）。"),
    (
        "休息不顺延",
        "时限按自然时间计算；主要责任人休息，由备用责任人接手（STD-21）。哪个环节改按营业时间或工作日，在“规则”里改单位。",
    ),
    ("重大反馈", "重大的未了事宜须请示主管总经理后上门拜访（STD-14）。"),
    ("改规则", "在“规则”里新增一行，写上生效日期；旧行不要删，以前接收的单仍按旧规则算。"),
)


_WIDTHS = {"B": 21, "C": 11, "D": 25, "E": 15, "F": 15, "G": 60}


def guide_sheet(sheet: Any, rules: Sequence[Mapping[str, object]], styles: Styles) -> None:
    """Write the guide; limits and roles of the stages are those of ``rules``, the rows of 规则."""
    sheet.hide_gridlines(2)
    sheet.set_column("A:A", 2)
    for letter, width in _WIDTHS.items():
        sheet.set_column(f"{letter}:{letter}", width)
    sheet.set_row(0, 40)
    sheet.merge_range("B1:G1", "使用说明", styles(bold=True, font_size=20, font_color=PAPER, bg_color=NAVY, indent=1))
    about = "本表由员工填写，kesu 定时检查、编号、算时限、发提醒。灰底斜体表头的列归 kesu，其余各列都由员工填写。"
    sheet.merge_range("B2:G2", about, styles(bg_color="#E3EAF2", font_color="#41556E", indent=1))
    sheet.set_row(1, 24)
    page = _Page(sheet, styles, row=4)
    page.section("一、怎么填", _STEPS)
    page.section("二、哪些由 kesu 填", _OURS, shade=True)
    page.words("三、颜色是什么意思", v.STATE, _STATES)
    page.words("检查结果的级别", v.SEVERITY, _SEVERITIES)
    marked = (
        ("看哪里", f"先看本行的“提示”；再到“{FINDINGS.sheet}”，按工作表和单元格找到具体位置，照“建议”改。"),
        ("改完以后", "不用做别的：下一次检查时，改好的问题会自动消失。"),
        ("文件正开着", "kesu 不会动正在编辑的文件，等保存关闭后再补上，编号不会乱。"),
    )
    page.section("四、被标出来了怎么办", marked)
    page.section("五、谁会收到邮件", _MAILS)
    page.stages("六、标准流程的十个环节", rules)
    page.section("七、请记住", _REMINDERS)
    page.sheets("八、各工作表")
    sheet.freeze_panes(2, 0)
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
    sheet.print_area(0, 0, page.row, 6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&8&A&C&8第 &P 页 / 共 &N 页")


class _Page:
    """Writes down the sheet, section by section; ``row`` is the next one, counted from 1."""

    def __init__(self, sheet: Any, styles: Styles, row: int) -> None:
        self._sheet, self._styles, self.row = sheet, styles, row

    def section(self, title: str, entries: Sequence[tuple[str, str]], *, shade: bool = False) -> None:
        self._title(title)
        name = {"bold": True, "bg_color": OURS, "font_color": "#475569", "italic": True} if shade else {"bold": True}
        for term, text in entries:
            self._entry(term, text, name)
        self.row += 1

    def words(self, title: str, vocabulary: v.Vocabulary, meanings: Mapping[str, str]) -> None:
        self._title(title)
        for word in vocabulary.values:
            self._entry(word, meanings[word], WORD_COLOURS[vocabulary][word])
        self.row += 1

    def stages(self, title: str, rules: Sequence[Mapping[str, object]]) -> None:
        self._title(title)
        first = {
            str(rule["规则号"]): rule for rule in reversed(rules) if rule.get("流程", STANDARD_FLOW) == STANDARD_FLOW
        }
        head = self._styles(bold=True, font_color="#41556E", bg_color="#EEF2F6", border=1, border_color=LINE, indent=1)
        self._sheet.set_row(self.row - 1, 22)
        for letter, word in zip("BCDEFG", ("环节", "规则号", "时限", "责任角色", "上报角色", "做什么"), strict=True):
            self._sheet.write_string(f"{letter}{self.row}", word, head)
        self.row += 1
        for number, meaning in _STAGES.items():
            rule = first.get(number, {})
            words = (rule.get("环节"), number, _limit(rule), rule.get("责任角色"), rule.get("上报角色"), meaning)
            for letter, said in zip("BCDEFG", words, strict=True):
                look = self._styles(border=1, border_color=LINE, text_wrap=True, bold=letter == "B", indent=1)
                self._sheet.write_string(f"{letter}{self.row}", str(said or ""), look)
            self._sheet.set_row(self.row - 1, 8 + LINE_HEIGHT * lines(meaning, _WIDTHS["G"]))
            self.row += 1
        note = "以上是建表时的时限；现行时限以“规则”为准。"
        self._sheet.write_string(f"B{self.row}", note, self._styles(font_color=FAINT, font_size=9))
        self.row += 2

    def sheets(self, title: str) -> None:
        self._title(title)
        purposes = [(table.sheet, table.purpose) for table in TABLES]
        purposes += [(DASHBOARD_SHEET, "实时数字和图表"), (DICTIONARY_SHEET, "下拉框里的词；白底的列可以自己增加")]
        for name, purpose in purposes:
            link = self._styles(bold=True, font_color="#2E6F9E", bottom=1, bottom_color=LINE)
            self._sheet.write_url(f"B{self.row}", f"internal:'{name}'!A1", link, name)
            look = self._styles(font_color=INK, bottom=1, bottom_color=LINE)
            self._sheet.merge_range(f"C{self.row}:G{self.row}", purpose, look)
            self._sheet.set_row(self.row - 1, 20)
            self.row += 1

    def _title(self, title: str) -> None:
        look = self._styles(bold=True, font_size=12, font_color=NAVY, bottom=2, bottom_color=NAVY)
        self._sheet.merge_range(f"B{self.row}:G{self.row}", title, look)
        self._sheet.set_row(self.row - 1, 26)
        self.row += 1

    def _entry(self, term: str, text: str, name: Mapping[str, object]) -> None:
        line = {"bottom": 1, "bottom_color": LINE, "indent": 1}
        self._sheet.write_string(f"B{self.row}", term, self._styles(**line, **name))
        look = self._styles(**line, text_wrap=True)
        self._sheet.merge_range(f"C{self.row}:G{self.row}", text, look)
        self._sheet.set_row(self.row - 1, 8 + LINE_HEIGHT * lines(text, sum(_WIDTHS.values()) - _WIDTHS["B"]))
        self.row += 1


def _limit(rule: Mapping[str, object]) -> str:
    amount, unit, extended = rule.get("时限"), rule.get("单位", ""), rule.get("延长时限")
    if amount is None:
        return {"无": "下一个周二前"}.get(str(unit), str(unit))
    text = f"{amount} {unit}"
    return f"{text}（未联系上 {extended} {unit}）" if extended is not None else text
