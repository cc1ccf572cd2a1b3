"""使用说明: one page for staff: what they fill in, what kesu fills in, what the colours mean, what happens when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbook import vocabulary as v
from workbook.build.formats import FAINT, INK, LINE, LINE_HEIGHT, NAVY, OURS, PAPER, WORD_COLOURS, Styles, lines
from workbook.build.pictures import branch_picture, stage_picture
from workbook.schema import (
    CASE_SHEET,
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


_EXAMPLE = (
    ("接收时间", "2026-11-21 09:05", "接收人", "一听到就填"),
    ("接收人", "王芳", "接收人", "谁先听到写谁，交接前由他负责"),
    ("反馈渠道、级别", "电话、一般", "接收人", "厂家、消协、媒体转来的是“重大”"),
    ("客户姓名、联系电话", "李先生、138 开头的 11 位手机号", "接收人", "重名时靠电话和车牌分清"),
    ("车牌号、车架号", "京A12345、17 位 VIN", "接收人", "没上牌填“未上牌”"),
    ("内容概要", "保养后空调异响，当天复检未解决", "接收人", "一句话：什么车、什么事、什么时候"),
    ("被反馈部门、当事人", "售后服务部、赵强", "接收人", "先选部门，当事人的下拉框只列这个部门的人"),
    ("上报时间", "2026-11-21 09:40", "接收人", "1 小时内"),
    ("填单人、填单时间", "刘洋、2026-11-21 09:55", "客户经理或客服中心", "上报后马上"),
    ("责任明确", "是", "客户经理", "填“否”时选未明原因，并请主管总经理认可"),
    ("经办人、客户联系时间、联系结果", "刘洋、2026-11-21 11:20、已联系", "客户经理", "没联系上也要记"),
    ("责任认定、处理意见、转管理部时间", "维修质量……、免费复检……、2026-11-21 16:00", "客户经理", "填单后 24 小时内"),
    ("复核人、复核结论、复核完成时间", "陈晨、认可、2026-11-21 18:10", "管理部", "4 小时内；有异议的写协商意见"),
    ("总经理意见、总经理意见时间", "同意、2026-11-21 20:30", "管理部代填", "复核后 4 小时内"),
    ("执行完成时间、转客服时间", "2026-11-22 10:00、当天", "管理部", "8 小时内执行，当日转客服"),
    ("需回访、回访人、回访时间、满意度", "是、孙丽、2026-11-23 09:30、满意", "客户服务中心", "转客服后 24 小时内"),
    ("考核结果、归档时间", "合格、2026-11-24 10:00", "客户服务中心", "下一个周二汇总前；有问题的“退回”"),
)
"""Columns, what a well filled one holds, who fills it, when."""

_WORDS = (
    ("首问责任", "第一个听到客户意见的人一直负责，直到办好交接。"),
    ("当事人、责任人", "当事人：被客户反馈的人。责任人：认定负有责任的人。两者都不得参与处理和回访。"),
    ("未了事宜", "责任一时说不清、配件没到、客户没空等办不完的事，经主管总经理认可后转入台帐，按月跟进。"),
    ("过失处理意见、协商意见", "部门认可责任时出具前者；有异议时开会，签后者。"),
    ("临近、超时", "时限快用完、已经用完。过了时限再办完也算超时，留有记录。"),
    ("主、次责任人", "每个环节两个人：主要责任人休息或请假，由次要责任人接手，时限不停。"),
    ("营业小时、工作日", "按“营业时间”和“节假日”算的时限；没有特别写明的都按自然时间算，夜里和周末也走。"),
    ("申诉、退回", "客户对结果不服、处理单考核不合格：同一单重新走一轮，时限重新起算，前一轮的记录保留。"),
    ("三包", "家用汽车产品修理更换退货责任规定；客户提出三包要求的，kesu 另给出答复和办结的参考期限。"),
    ("看板.html", "kesu 每次处理后写在工作簿旁边的网页，管理层用浏览器打开，姓名电话都打了码。"),
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
    page.flow(rules)
    page.section("一、怎么填", _STEPS)
    page.example("一单从头到尾怎么填（样例，不计入登记表）")
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
    page.section("八、词语", _WORDS)
    page.sheets("九、各工作表")
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

    def flow(self, rules: Sequence[Mapping[str, object]]) -> None:
        """The two pictures: the ten stages, and the way of a pending item."""
        self._title("一张图看懂")
        self.row = stage_picture(self._sheet, self.row, list(_standard(rules).values()))
        self.row = branch_picture(self._sheet, self.row) + 1

    def example(self, title: str) -> None:
        self._title(title)
        head = self._styles(bold=True, font_color="#41556E", bg_color="#EEF2F6", border=1, border_color=LINE, indent=1)
        look = self._styles(border=1, border_color=LINE, text_wrap=True, indent=1)
        bold = self._styles(border=1, border_color=LINE, text_wrap=True, indent=1, bold=True)
        for words in (("列", "填成这样", "谁填", "什么时候、注意什么"), *_EXAMPLE):
            first = words[0] == "列"
            self._sheet.merge_range(f"B{self.row}:C{self.row}", words[0], head if first else bold)
            self._sheet.merge_range(f"D{self.row}:E{self.row}", words[1], head if first else look)
            self._sheet.write_string(f"F{self.row}", words[2], head if first else look)
            self._sheet.write_string(f"G{self.row}", words[3], head if first else look)
            widths = (_WIDTHS["B"] + _WIDTHS["C"], _WIDTHS["D"] + _WIDTHS["E"], _WIDTHS["F"], _WIDTHS["G"])
            most = max(lines(text, width - 2) for text, width in zip(words, widths, strict=True))
            self._sheet.set_row(self.row - 1, 8 + LINE_HEIGHT * most)
            self.row += 1
        self.row += 1

    def stages(self, title: str, rules: Sequence[Mapping[str, object]]) -> None:
        self._title(title)
        first = _standard(rules)
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
        purposes += [(CASE_SHEET, "选一个编号，整张处理单就出来，打印签字")]
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


def _standard(rules: Sequence[Mapping[str, object]]) -> dict[str, Mapping[str, object]]:
    """The first row of each of the standard flow's stages, in their order."""
    first = {str(rule["规则号"]): rule for rule in reversed(rules) if rule.get("流程", STANDARD_FLOW) == STANDARD_FLOW}
    return {number: first[number] for number in _STAGES if number in first}


def _limit(rule: Mapping[str, object]) -> str:
    amount, unit, extended = rule.get("时限"), rule.get("单位", ""), rule.get("延长时限")
    if amount is None:
        return {"无": "下一个周二前"}.get(str(unit), str(unit))
    text = f"{amount} {unit}"
    return f"{text}（未联系上 {extended} {unit}）" if extended is not None else text
