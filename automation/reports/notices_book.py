"""The workbooks of 《内部信息反馈单》: a form to answer on paper with every case behind it, and the managers' overview."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from automation.reports.figures import Line
from automation.reports.noticed import Month, Notice, Outstanding, Told
from automation.reports.period import Period
from automation.reports.standing import BLANK
from automation.reports.words import change, hours
from automation.wording import span
from workbook.build.formats import AMBER, GREEN, NAVY, RED
from workbook.reportbook.model import Book, Field, Grid, Listing, Look, Page, Side, Tile, Tiles

FIRST = 8
"""Cases on the form; every one stands on the sheet behind it."""
_RED: dict[str, dict[str, object]] = {"重大": {"bold": True, "font_color": RED}}
_WRITTEN = 105  # points of a row to write in: five lines by hand

HOW = (
    "答复办法：在“处理记录”记一行，编号填单号，事项填“内部反馈答复”，内容写原因分析、纠正措施、预防措施和完成日期；"
    "几单一起答复的，在内容里写上其他编号。"
)
"""How an answer is given so that it is tracked."""


def form(notice: Notice, period: Period, due: dt.date, now: dt.datetime, numbers: Mapping[int, str]) -> Book:
    """One department's notice: the form with its signature lines, then its cases, late stages and answers owed.

    ``numbers``: register row → 编号.
    """
    title = f"内部信息反馈单 {period.words} {notice.department}"
    sheets: list[Page | Listing] = [_form(notice, title, period, due, now)]
    if notice.asked:
        sheets.append(_cases("本月反馈", f"{period.words}反馈：{notice.department}", notice.asked))
    late = _late(notice, period, numbers)
    if late.rows:
        sheets.append(late)
    if notice.outstanding:
        sheets.append(_outstanding(notice.outstanding))
    return Book(title, now, tuple(sheets))


def _form(notice: Notice, title: str, period: Period, due: dt.date, now: dt.datetime) -> Page:
    cases = notice.asked
    own = [one for one in cases if one in notice.cases]
    more = len(cases) - FIRST
    again = sum(bool(one.again) for one in own)
    blocks: list[Tiles | Grid | Side] = [
        Tiles(
            (
                Tile(
                    f"{period.name}反馈",
                    len(own),
                    f"{period.name_before} {notice.before}，{change(len(own), notice.before)}",
                ),
                Tile("超时环节", len(_late_rows(notice)), f"{period.name}到期的", RED if _late_rows(notice) else GREEN),
                Tile("同一辆车又反馈", again, "半年内", AMBER if again else GREEN),
                Tile(
                    "以前未答复",
                    len(notice.outstanding),
                    "见《未答复》" if notice.outstanding else "没有",
                    RED if notice.outstanding else GREEN,
                ),
            )
        ),
        Grid(
            "反馈的问题",
            (
                Field("编号", width=4),
                Field("类别", width=2),
                Field("内容概要", Look.LONG, width=9),
                Field("责任人", width=3),
                Field("超时", Look.LONG, width=4, tone=RED),
                Field("满意度", width=2),
            ),
            [
                (one.ticket, one.category, one.summary, one.responsible, one.late, one.satisfaction)
                for one in cases[:FIRST]
            ],
            note="；".join(
                (
                    *([f"共 {len(cases)} 件，另 {more} 件见《本月反馈》"] if more > 0 else []),
                    *([f"含以前月份补问的 {len(cases) - len(own)} 件"] if len(cases) > len(own) else []),
                )
            ),
            empty=f"{period.name}没有新的反馈；以前的还没有答复。",
        ),
    ]
    if notice.outstanding:
        blocks.append(
            Grid(
                "以前月份还没有答复的",
                (
                    Field("编号", width=4),
                    Field("哪个月", width=3),
                    Field("内容概要", Look.LONG, width=12),
                    Field("已发出", Look.DAYS, width=5, tone=RED),
                ),
                [(one.ticket, one.month, one.summary, one.age) for one in notice.outstanding[:FIRST]],
                note=f"共 {len(notice.outstanding)} 件" if len(notice.outstanding) > FIRST else "",
            )
        )
    blocks += [
        Grid(
            "部门填写",
            (Field("项目", width=4), Field(f"请在 {due:%Y-%m-%d} 前答复", Look.LONG, width=20)),
            [(word, "") for word in ("原因分析", "纠正措施", "预防措施", "完成日期和责任人")],
            height=_WRITTEN,
        ),
        Grid(
            "签字",
            tuple(Field(word, width=6) for word in ("部门负责人签字", "签字日期", "管理部验证", "验证日期")),
            [("", "", "", "")],
            height=50,
        ),
    ]
    return Page("反馈单", title, HOW, tuple(blocks))


def overview(found: Month, readers: dict[str, str], title: str, now: dt.datetime) -> Book:
    """The managers' workbook. ``readers``: department → who gets its notice or why there is none, ``""`` for nobody."""
    period = found.period
    withheld = sum(one.withheld for notice in found.notices for one in notice.told)
    departments = Grid(
        "各部门",
        (
            Field("部门", width=4),
            Field("发给", Look.LONG, width=4, colours={"没有人收到": {"bold": True, "font_color": RED}}),
            Field("反馈", Look.COUNT, width=2),
            Field(period.name_before, Look.COUNT, width=2),
            Field("重大", Look.COUNT, width=2, tone=RED),
            Field("超时环节", Look.COUNT, width=2, tone=RED),
            Field("不满意", Look.COUNT, width=2, tone=RED),
            Field("重复", Look.COUNT, width=2, tone=AMBER),
            Field("未答复", Look.COUNT, width=2, tone=RED),
            Field("其中逾期", Look.COUNT, width=2, tone=RED),
        ),
        [
            (
                one.department or BLANK,
                readers[one.department] or "没有人收到",
                len(one.cases),
                one.before,
                sum(case.major for case in one.cases),
                len(one.late),
                sum(case.dissatisfied for case in one.cases),
                sum(bool(case.again) for case in one.cases),
                len(one.outstanding),
                sum(owed.late for owed in one.outstanding),
            )
            for one in found.lines
        ],
        note="“重复”：同一辆车半年内又反馈本部门；“未答复”：以前月份的反馈单",
        empty=f"{period.name}没有反馈，也没有未答复的。",
        total="合计",
    )
    page = Page(
        "汇总",
        title,
        f"{period.words}收到的反馈，按现在（{now:%Y-%m-%d %H:%M}）的工作簿；按来源和类别汇总，向有关部门发出《内部信息反馈单》（X-02）",
        (
            Tiles(
                (
                    Tile(
                        f"{period.name}收到",
                        found.received,
                        f"{period.name_before} {found.before}，{change(found.received, found.before)}",
                    ),
                    Tile(
                        "有关部门",
                        found.departments,
                        f"未填部门的 {len(found.unnamed.cases)} 件",
                        RED if found.unnamed.cases else NAVY,
                    ),
                    Tile("以前问的", found.asked_before, f"已答复 {found.answers}", NAVY),
                    Tile(
                        "未答复",
                        len(found.outstanding),
                        f"其中逾期 {sum(one.late for one in found.outstanding)}",
                        RED if found.outstanding else GREEN,
                    ),
                )
            ),
            departments,
            Side(*(_group(column, found.groups[column], period) for column in ("反馈渠道", "反馈类别"))),
            *([_withheld(found)] if withheld else []),
        ),
    )
    cases = [one for notice in found.lines for one in notice.told]
    where = {one.row: notice.department or BLANK for notice in found.lines for one in notice.told}
    sheets: list[Page | Listing] = [page]
    if cases:
        sheets.append(_cases("各部门反馈", f"{period.words}反馈：各部门", cases, where))
    return Book(title, now, (*sheets, _outstanding(found.outstanding)))


def _withheld(found: Month) -> Grid:
    return Grid(
        "当事人或责任人就是部门负责人，没有发给本人的",
        (Field("编号", width=5), Field("部门", width=5), Field("内容概要", Look.LONG, width=14)),
        [
            (one.ticket, notice.department, one.summary)
            for notice in found.notices
            for one in notice.told
            if one.withheld
        ],
        note="请另行安排（STD-20）",
    )


def _group(column: str, told: Sequence[Line], period: Period) -> Grid:
    return Grid(
        f"按{column}",
        (
            Field(column, width=5),
            Field(period.name, Look.COUNT, 2),
            Field(period.name_before, Look.COUNT, 2),
            Field("超时", Look.COUNT, 2, tone=RED),
        ),
        [
            (one.label, one.received.count, one.before.count, one.late.count)
            for one in told
            if one.received or one.before
        ],
        empty="没有收到反馈。",
        total="合计",
    )


def _cases(sheet: str, title: str, cases: Sequence[Told], where: dict[int, str] | None = None) -> Listing:
    return Listing(
        sheet,
        title,
        "客户信息已做遮挡，完整内容按编号在登记表中查。",
        (
            Field("编号", width=17),
            *([Field("部门", Look.WORD, 13)] if where else []),
            Field("接收日期", Look.DATE, 12),
            Field("级别", Look.WORD, 7, colours=_RED),
            Field("反馈类别", Look.WORD, 11),
            Field("来源", Look.WORD, 10),
            Field("内容概要", Look.LONG, 40),
            Field("责任人", Look.WORD, 12),
            Field("超时", Look.LONG, 20, tone=RED),
            Field("满意度", Look.WORD, 10, colours={word: {"font_color": RED} for word in ("不满意", "非常不满意")}),
            Field("同一辆车以前的", Look.LONG, 18),
            Field("已记录的措施", Look.LONG, 36),
        ),
        [
            (
                one.ticket,
                *([where[one.row]] if where else []),
                one.received,
                "重大" if one.major else "一般",
                one.category,
                one.channel,
                one.summary,
                one.responsible,
                one.late,
                one.satisfaction,
                "、".join(one.again),
                one.measures,
            )
            for one in cases
        ],
        "没有反馈。",
    )


def _late_rows(notice: Notice) -> list[int]:
    own = {one.row for one in notice.told if one.withheld}
    return [number for number, case in enumerate(notice.late) if case.row not in own]


def _late(notice: Notice, period: Period, numbers: Mapping[int, str]) -> Listing:
    return Listing(
        "超时环节",
        f"超时环节：{period.words}到期的",
        "含以前月份收到、这个月到期的单。责任人按登记表；没有登记的，按《人员》表当日值班。",
        (
            Field("编号", width=17),
            Field("环节", Look.WORD, 12),
            Field("规则号", Look.WORD, 10),
            Field("截止时间", Look.TIME, 17),
            Field("完成时间", Look.TIME, 17),
            Field("超时", Look.WORD, 14),
            Field("超时小时", Look.HOURS, 12, bar="#F3C6C2"),
            Field("责任人", Look.WORD, 12),
            Field("责任角色", Look.WORD, 14),
        ),
        [
            (
                numbers.get(case.row) or f"第{case.row}行",
                case.stage,
                case.rule,
                case.due,
                case.actual,
                span(case.late),
                hours(case.late),
                case.person or "未安排",
                case.role,
            )
            for case in (notice.late[number] for number in _late_rows(notice))
        ],
        "没有超时。",
    )


def _outstanding(found: Sequence[Outstanding]) -> Listing:
    return Listing(
        "未答复",
        "以前月份的《内部信息反馈单》还没有答复的",
        HOW,
        (
            Field("编号", width=18),
            Field("部门", Look.WORD, 14),
            Field("哪个月", Look.WORD, 10),
            Field("内容概要", Look.LONG, 48),
            Field("发出日期", Look.DATE, 12),
            Field("应答复日期", Look.DATE, 12),
            Field("已发出", Look.DAYS, 9, bar="#F3C6C2"),
            Field("逾期", Look.WORD, 8, colours={"是": {"bold": True, "font_color": RED}}),
        ),
        [
            (one.ticket, one.department, one.month, one.summary, one.sent, one.due, one.age, "是" if one.late else "")
            for one in found
        ],
        "以前月份的都答复了。",
    )
