"""The sheets of cases behind the summary: 超时明细, 未了事宜, 全部反馈, 检查结果; personal data masked."""

from __future__ import annotations

from collections.abc import Sequence

from automation.checks.facts import Facts
from automation.reports import instants
from automation.reports.figures import Summary
from automation.reports.masked import Masked
from automation.reports.matters import quality
from automation.reports.standing import standing
from automation.reports.words import hours
from automation.wording import span
from workbook.build.formats import AMBER, GREEN, RED, WORD_COLOURS
from workbook.finding import Finding
from workbook.reportbook.model import Field, Listing, Look, Value
from workbook.vocabulary import LEVEL, SATISFACTION, SEVERITY, STATE

RECEIVED, CLOSED, OPEN, LATE, OVERDUE = "期内\n收到", "期内\n办结", "在办", "期内\n超时", "现在\n超时"
"""The columns of 全部反馈 that say 是; the page counts them."""
_YES: dict[str, dict[str, object]] = {"是": {"bold": True}}
_BAD: dict[str, dict[str, object]] = {"是": {"bold": True, "font_color": RED}}
_LEVELS = WORD_COLOURS[LEVEL]


def all_cases(summary: Summary, facts: Facts, masked: Masked) -> Listing:
    """Every ticket that any figure of the period or of now is about, in the register's order."""
    this = summary.this
    sets = {
        RECEIVED: set(this.received.rows),
        CLOSED: set(this.closed.rows),
        OPEN: set(summary.open.rows),
        LATE: set(this.late.rows),
        OVERDUE: set(summary.overdue_tickets.rows),
    }
    why = {one.row: "、".join(one.reasons) for one in summary.decisions if one.row is not None}
    here = standing(facts).tickets
    at = facts.clocks.now_at
    listed = sorted(set().union(*sets.values(), this.callbacks.done.rows))
    rows: list[tuple[Value, ...]] = [
        (
            summary.ticket(row),
            *("是" if row in found else "" for found in sets.values()),
            instants.moment(here.at[row, "received"]),
            here.at[row, "级别"],
            here.at[row, "流程"],
            masked.plain(row, "反馈渠道"),
            masked.plain(row, "反馈类别") or "未填",
            masked.plain(row, "被反馈部门") or "未填",
            masked.customer(row),
            masked.plate(row),
            masked.summary(row),
            str(at.at[row, "stage"]),
            str(at.at[row, "state"]),
            instants.moment(at.at[row, "due"]),
            instants.moment(here.at[row, "closed_at"]),
            masked.plain(row, "满意度"),
            why.get(row, ""),
        )
        for row in listed
    ]
    return Listing(
        "全部反馈",
        f"全部反馈：{summary.period.words}收到、办结或有环节超时的，和现在还在办的",
        "客户姓名和车牌号已做遮挡，完整内容按编号在登记表中查。",
        (
            Field("编号", width=16),
            Field(RECEIVED, Look.WORD, 6, colours=_YES),
            Field(CLOSED, Look.WORD, 6, colours=_YES),
            Field(OPEN, Look.WORD, 6, colours=_YES),
            Field(LATE, Look.WORD, 6, colours=_BAD),
            Field(OVERDUE, Look.WORD, 6, colours=_BAD),
            Field("接收时间", Look.TIME, 15),
            Field("级别", Look.WORD, 6, colours=_LEVELS),
            Field("流程", Look.WORD, 11),
            Field("反馈渠道", Look.WORD, 9),
            Field("反馈类别", Look.WORD, 10),
            Field("被反馈部门", Look.WORD, 13),
            Field("客户", Look.WORD, 9),
            Field("车牌", Look.WORD, 10),
            Field("内容概要", Look.LONG, 34),
            Field("当前环节", Look.WORD, 10),
            Field("状态", Look.WORD, 9, colours=WORD_COLOURS[STATE]),
            Field("截止时间", Look.TIME, 15),
            Field("办结时间", Look.TIME, 15),
            Field("满意度", Look.WORD, 9, colours=WORD_COLOURS[SATISFACTION]),
            Field("需总经理决定", Look.LONG, 16, tone=RED),
        ),
        rows,
        "统计期内没有收到、办结反馈，现在也没有在办的单。",
    )


def late_cases(summary: Summary, masked: Masked) -> Listing:
    """Every late stage: who was responsible and by how much."""
    return Listing(
        "超时明细",
        f"超时明细：{summary.period.words}到期而超时的环节，和现在还没处理的",
        "一个单的每个超时环节一行，最久的在前。责任人按登记表；没有登记的，按《人员》表当日值班。",
        (
            Field("编号", width=18),
            Field("环节", Look.WORD, 10),
            Field("规则号", Look.WORD, 9),
            Field("截止时间", Look.TIME, 16),
            Field("完成时间", Look.TIME, 16),
            Field(
                "结果",
                Look.WORD,
                10,
                colours={"未完成": {"font_color": RED, "bold": True}, "超时完成": {"font_color": AMBER}},
            ),
            Field("超时", Look.WORD, 14),
            Field("超时小时", Look.HOURS, 11, bar="#F3C6C2"),
            Field("责任人", Look.WORD, 10),
            Field("责任人依据", Look.LONG, 22),
            Field("责任角色", Look.WORD, 13),
            Field("期内", Look.WORD, 6),
            Field("级别", Look.WORD, 6, colours=_LEVELS),
            Field("被反馈部门", Look.WORD, 13),
            Field("客户", Look.WORD, 9),
            Field("车牌", Look.WORD, 10),
            Field("内容概要", Look.LONG, 36),
        ),
        [
            (
                summary.ticket(case.row),
                case.stage,
                case.rule,
                case.due,
                case.actual,
                "未完成" if case.open else "超时完成",
                span(case.late),
                hours(case.late),
                case.person or "未安排",
                case.why,
                case.role,
                "是" if case.in_period else "",
                masked.plain(case.row, "级别"),
                masked.plain(case.row, "被反馈部门"),
                masked.customer(case.row),
                masked.plate(case.row),
                masked.summary(case.row),
            )
            for case in summary.late_cases
        ],
        "没有超时的环节。",
    )


def pending_items(summary: Summary, masked: Masked) -> Listing:
    """The open pending items of both ledgers, the oldest first."""
    return Listing(
        "未了事宜",
        f"未了事宜：截至 {summary.now:%Y-%m-%d %H:%M} 未了的，转入最久的在前",
        "每月4日前要和客户沟通一次（STD-16）；未经主管总经理认可的不能转入（STD-13）。",
        (
            Field("编号", width=18),
            Field("转入日期", Look.DATE, 12),
            Field("天数", Look.DAYS, 8, bar="#D9CCEB"),
            Field("转入多久", Look.WORD, 14),
            Field("未明原因", Look.WORD, 12),
            Field("事由", Look.LONG, 40),
            Field("负责人", Look.WORD, 10),
            Field("预计完成", Look.DATE, 12),
            Field("最近沟通", Look.DATE, 12),
            Field("按月沟通", Look.WORD, 11, colours={"逾期": {"bold": True, "font_color": RED}}),
            Field(
                "总经理认可",
                Look.WORD,
                11,
                colours={"未认可": {"bold": True, "font_color": RED}, "已认可": {"font_color": GREEN}},
            ),
            Field("级别", Look.WORD, 6, colours=_LEVELS),
            Field("客户", Look.WORD, 9),
            Field("车牌", Look.WORD, 10),
        ),
        [
            (
                item.ticket or "（未填编号）",
                item.since,
                item.age,
                item.bucket,
                item.cause,
                item.matter,
                item.keeper or "未填",
                item.expected,
                item.talked,
                "逾期" if item.talk_overdue else "",
                "已认可" if item.approved else "未认可",
                masked.plain(item.row, "级别"),
                masked.customer(item.row),
                masked.plate(item.row),
            )
            for item in summary.pending
        ],
        "没有未了事宜。",
    )


def findings(found: Sequence[Finding], masked: Masked) -> Listing:
    """Every finding of the pass, the gravest first, as 检查结果 of the workbook has them but masked."""
    order = ("error", "warning", "info")
    ranked = sorted(found, key=lambda one: (order.index(one.severity.value), one.rule))
    about = {one.rule: one.about for one in quality(found)}
    return Listing(
        "检查结果",
        f"检查结果：{len(found)} 条",
        "号码等客户信息已做遮挡；单元格里是原来的内容。",
        (
            Field("级别", Look.WORD, 8, colours=WORD_COLOURS[SEVERITY]),
            Field("规则号", Look.WORD, 10),
            Field("说的是什么", Look.TEXT, 24),
            Field("工作表", Look.TEXT, 20),
            Field("单元格", Look.WORD, 9),
            Field("编号", Look.WORD, 18),
            Field("问题", Look.LONG, 64),
            Field("建议", Look.LONG, 48),
        ),
        [
            (
                one.severity.chinese,
                one.rule,
                about[one.rule],
                one.where.sheet if one.where else one.sheet,
                one.where.a1 if one.where else "",
                one.ticket,
                masked.told(one, one.message),
                masked.told(one, one.hint, examples=True),
            )
            for one in ranked
        ],
        "没有发现问题。",
    )
