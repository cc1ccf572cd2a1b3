"""The workbook that goes with the summary: one page a manager reads in a minute, and every case behind its figures."""

from __future__ import annotations

from automation.checks.facts import Facts
from automation.reports import weekly_lists as lists
from automation.reports.figures import Cases, Line, StageLine, Summary
from automation.reports.masked import Masked
from automation.reports.matters import BUCKETS
from automation.reports.words import change, percent
from automation.wording import span
from workbook.build.formats import ACCENT, AMBER, GREEN, NAVY, RED, WORD_COLOURS
from workbook.reportbook.formulas import counted, countifs
from workbook.reportbook.model import (
    Book,
    Chart,
    Field,
    Formula,
    Grid,
    Listing,
    Look,
    Page,
    RowFormula,
    Side,
    Tile,
    Tiles,
    Value,
)
from workbook.vocabulary import STANDARD_FLOW, STATE

DECISIONS = 6
"""Decisions on the page; every one of them is marked in 全部反馈."""
VIOLET = "#57368A"
PALE = "#9DB9CE"


def book(summary: Summary, facts: Facts, masked: Masked, title: str, findings: Listing) -> Book:
    """The workbook's description. ``findings``: the sheet 检查结果."""
    all_cases, late, pending = (
        lists.all_cases(summary, facts, masked),
        lists.late_cases(summary, masked),
        lists.pending_items(summary, masked),
    )
    first = _first_page(summary, masked, title, all_cases, late, pending)
    return Book(title, summary.now, (first, _second_page(summary, pending), late, pending, all_cases, findings))


def _first_page(
    summary: Summary, masked: Masked, title: str, all_cases: Listing, late: Listing, pending: Listing
) -> Page:
    stages = _stages(summary, late)
    categories = _group(summary, "反馈类别", all_cases)
    departments = _group(summary, "被反馈部门", all_cases)
    charts = [
        Chart(
            "各环节：按时与超时（件）",
            stages,
            "环节",
            {"按时": GREEN, "超时完成": AMBER, "到期未完成": RED},
            stacked=True,
            height=330,
        ),
        Chart(
            f"各类别收到：{summary.period.name}与{summary.period.name_before}（件）",
            categories,
            "反馈类别",
            {"收到": ACCENT, summary.period.name_before: PALE},
            height=330,
        ),
    ]
    tables = (categories, departments)
    blocks: list[Tiles | Grid | Side] = [
        _decisions(summary, masked),
        *_tiles(summary, all_cases, late, pending),
        stages,
    ]
    if any(grid.rows for grid in tables):
        blocks.append(Side(*tables))
        blocks.append(Side(charts[0], charts[1]) if categories.rows else Side(charts[0], departments))
    return Page(
        "汇总",
        title,
        f"统计期 {summary.period.words}（含首尾两天），与{summary.period.name_before}相比；“现在”指 {summary.now:%Y-%m-%d %H:%M}。"
        + (f"另有 {summary.undated.count} 件没有接收时间，不计入收到。" if summary.undated else ""),
        tuple(blocks),
    )


def _decisions(summary: Summary, masked: Masked) -> Grid:
    shown = summary.decisions[:DECISIONS]
    more = len(summary.decisions) - len(shown)
    return Grid(
        "需要总经理决定",
        (
            Field("编号", width=4),
            Field("为什么", width=6, tone=RED),
            Field("内容概要", Look.LONG, width=8),
            Field("停在", width=3),
            Field("超时或历时", width=3),
        ),
        [
            (
                one.ticket or summary.ticket(one.row) or "（未编号）",
                "、".join(one.reasons),
                masked.summary(one.row, 40),
                one.stage,
                f"超时{span(one.late)}" if one.late else f"已{one.age}天" if one.age is not None else "",
            )
            for one in shown
        ],
        note=f"共 {len(summary.decisions)} 件，另 {more} 件在《全部反馈》按“需总经理决定”筛选" if more else "",
        empty="没有等待总经理决定的事。",
    )


def _tiles(summary: Summary, all_cases: Listing, late: Listing, pending: Listing) -> list[Tiles]:
    this, last, before = summary.this, summary.last, summary.period.name_before

    def flagged(column: str, value: int, word: str = "是") -> Formula:
        return Formula(f'=COUNTIF({all_cases.cells(column)},"{word}")', value)

    def moved(now: int, earlier: int) -> str:
        return f"{before} {earlier}，{change(now, earlier)}"

    rated = this.callbacks.rate
    overdue = summary.overdue_tickets.count
    return [
        Tiles(
            (
                Tile(
                    "收到",
                    flagged(lists.RECEIVED, this.received.count),
                    moved(this.received.count, last.received.count),
                ),
                Tile(
                    "办结", flagged(lists.CLOSED, this.closed.count), moved(this.closed.count, last.closed.count), GREEN
                ),
                Tile(
                    "在办（现在）",
                    flagged(lists.OPEN, summary.open.count),
                    f"期初 {this.opening.count}，期末 {this.ending.count}",
                ),
                Tile(
                    "环节按时率",
                    "–" if this.rate is None else this.rate,
                    f"{this.on_time}/{this.judged} 个环节；{before} {percent(last.rate)}",
                    _rate_tone(this.rate),
                    Look.SHARE,
                ),
            )
        ),
        Tiles(
            (
                Tile(
                    "超时（期内到期）",
                    flagged(lists.LATE, this.late.count),
                    moved(this.late.count, last.late.count),
                    RED if this.late else "",
                ),
                Tile(
                    "超时未处理（现在）",
                    flagged(lists.OVERDUE, overdue),
                    f"最长 {span(summary.overdue_now[0].late)}" if overdue else "没有",
                    RED if overdue else GREEN,
                ),
                Tile(
                    "未了事宜（现在）",
                    Formula(f'=COUNTIF({pending.cells("总经理认可")},"*?")', len(summary.pending)),
                    f"其中未认可 {sum(not item.approved for item in summary.pending)}，"
                    f"未按月沟通 {sum(item.talk_overdue for item in summary.pending)}",
                    VIOLET,
                ),
                Tile(
                    "回访满意率",
                    "–" if rated is None else rated,
                    f"回访 {this.callbacks.done.count}，有评价 {this.callbacks.rated.count}；"
                    f"{before} {percent(last.callbacks.rate)}",
                    GREEN if rated is None or rated >= 0.8 else RED,
                    Look.SHARE,
                ),
            )
        ),
    ]


GOOD, FAIR = 0.95, 0.85
"""From which on-time rate a figure is shown green, and below which red; colours only, nobody is judged by them."""


def _rate_tone(rate: float | None) -> str:
    if rate is None:
        return NAVY
    return GREEN if rate >= GOOD else AMBER if rate >= FAIR else RED


_RATE = '=IFERROR({按时}/{期内到期},"–")'


def _stages(summary: Summary, late: Listing) -> Grid:
    before = summary.period.name_before

    def counting(line: StageLine, figure: int, **where: str) -> Formula:
        return countifs(
            figure, (late.cells("规则号"), line.rule), *((late.cells(name), w) for name, w in where.items())
        )

    rows: list[tuple[Value, ...]] = []
    for line in summary.stages:
        tally = line.tally
        name = line.stage if line.flow == STANDARD_FLOW else f"{line.stage}（{line.flow}）"
        rows.append(
            (
                name,
                RowFormula("={按时}+{超时完成}+{到期未完成}", tally.judged),
                tally.on_time.count,
                counting(line, tally.finished_late.count, 期内="是", 结果="超时完成"),
                counting(line, tally.overdue.count, 期内="是", 结果="未完成"),
                tally.unknown.count,
                RowFormula(_RATE, "–" if tally.rate is None else tally.rate),
                "–" if line.before.rate is None else line.before.rate,
                span(line.median) if line.worst else "–",
                span(line.worst) if line.worst else "–",
                counting(line, line.overdue_now.count, 结果="未完成"),
            )
        )
    return Grid(
        "各环节的及时性",
        (
            Field("环节", width=4),
            Field("期内到期", Look.COUNT, 2),
            Field("按时", Look.COUNT, 2, tone=GREEN),
            Field("超时完成", Look.COUNT, 2, tone=AMBER),
            Field("到期未完成", Look.COUNT, 2, tone=RED),
            Field("无法判定", Look.COUNT, 2),
            Field("按时率", Look.SHARE, 2, bar="#BFE0CC"),
            Field(before, Look.SHARE, 2),
            Field("超时中位", Look.WORD, 2),
            Field("超时最长", Look.WORD, 2),
            Field("现在超时", Look.COUNT, 2, tone=RED),
        ),
        rows,
        note="按截止时间落在统计期内的环节计；逐件见《超时明细》",
        total="合计",
        totals={
            "按时率": RowFormula(_RATE, "–" if summary.this.rate is None else summary.this.rate),
            before: "–" if summary.last.rate is None else summary.last.rate,
        },
    )


def _group(summary: Summary, column: str, all_cases: Listing) -> Grid:
    def counting(line: Line, flag: str, figure: Cases) -> Value:
        return counted(figure.count, (all_cases.cells(column), line.label), (all_cases.cells(flag), "是"))

    lines = [line for line in summary.groups[column] if line.received or line.before or line.open or line.late]
    return Grid(
        f"按{column}",
        (
            Field(column, width=3),
            Field("收到", Look.COUNT, 2),
            Field(summary.period.name_before, Look.COUNT, 2),
            Field("在办", Look.COUNT, 2),
            Field("超时", Look.COUNT, 2, tone=RED),
        ),
        [
            (
                line.label,
                counting(line, lists.RECEIVED, line.received),
                line.before.count,
                counting(line, lists.OPEN, line.open),
                counting(line, lists.LATE, line.late),
            )
            for line in lines
        ],
        empty="没有收到反馈，也没有在办的单。",
        total="合计",
    )


def _second_page(summary: Summary, pending: Listing) -> Page:
    made = summary.this.callbacks
    states = Grid(
        "全部反馈现在的状态",
        (
            Field("状态", width=5, colours=WORD_COLOURS[STATE]),
            Field("件数", Look.COUNT, 3),
            Field("占比", Look.SHARE, 3),
        ),
        [(name, found.count, found.count / max(summary.tickets.count, 1)) for name, found in summary.states],
        total="合计",
    )
    said = Grid(
        f"{summary.period.name}回访与满意度",
        (Field("满意度", width=8), Field("件数", Look.COUNT, 3)),
        [(word, found.count) for word, found in made.words],
        note=f"要回访 {made.wanted.count}，拨打 {made.calls} 次，接通 {made.connected} 次",
        empty="没有客户作出评价。",
        total="合计",
    )
    ages = _pending_counts(
        "未了事宜：转入多久", "转入多久", BUCKETS, pending, [item.bucket for item in summary.pending]
    )
    found = [item.cause for item in summary.pending]
    causes = _pending_counts("未了事宜：未明原因", "未明原因", tuple(dict.fromkeys(sorted(found))), pending, found)
    rules = Grid(
        "记录的质量：检查结果按规则",
        (
            Field("规则号", width=4),
            Field("说的是什么", width=11),
            Field("错误", Look.COUNT, 2, tone=RED),
            Field("警告", Look.COUNT, 2, tone=AMBER),
            Field("提示", Look.COUNT, 2),
            Field("涉及单数", Look.COUNT, 3),
        ),
        [(one.rule, one.about, one.errors, one.warnings, one.infos, len(one.tickets)) for one in summary.quality],
        note="逐条见《检查结果》；按现在的工作簿计",
        empty="没有发现问题。",
    )
    return Page(
        "分类",
        "分类统计",
        f"统计期 {summary.period.words}；“在办”“状态”“未了事宜”按 {summary.now:%Y-%m-%d %H:%M} 计",
        (
            Side(_plain_group(summary, "反馈渠道"), _plain_group(summary, "流程")),
            Side(_plain_group(summary, "级别"), said),
            Side(states, ages),
            Side(causes, _bridge(summary)),
            rules,
        ),
    )


def _plain_group(summary: Summary, column: str) -> Grid:
    return Grid(
        f"按{column}",
        (
            Field(column, width=3),
            Field("收到", Look.COUNT, 2),
            Field(summary.period.name_before, Look.COUNT, 2),
            Field("办结", Look.COUNT, 2),
            Field("在办", Look.COUNT, 2),
        ),
        [
            (line.label, line.received.count, line.before.count, line.closed.count, line.open.count)
            for line in summary.groups[column]
            if line.received or line.before or line.closed or line.open
        ],
        empty="没有收到反馈，也没有在办的单。",
        total="合计",
    )


def _bridge(summary: Summary) -> Grid:
    this = summary.this
    return Grid(
        "在办件数的变化",
        (Field("项目", width=8), Field("件数", Look.COUNT, 3)),
        [
            ("期初在办", this.opening.count),
            ("加：收到", this.received.count),
            ("减：办结", -this.closed.count),
        ],
        total="期末在办",
    )


def _pending_counts(title: str, column: str, words: tuple[str, ...], pending: Listing, found: list[str]) -> Grid:
    return Grid(
        title,
        (Field(column, width=8), Field("件数", Look.COUNT, 3, bar="#D9CCEB")),
        [
            (word, Formula(f'=COUNTIF({pending.cells(column)},"{word}")', found.count(word)))
            for word in words
            if word in found
        ],
        empty="没有未了事宜。",
        total="合计",
    )
