"""The workbook of the monthly analysis: three pages of figures, each counted from the sheets of cases behind them."""

from __future__ import annotations

from collections.abc import Sequence

from automation.reports import analysis_lists as lists
from automation.reports.analysis_grids import Sheets, by_share, grouped, pareto_chart
from automation.reports.analysis_rates import rates_page
from automation.reports.figures import Flow
from automation.reports.lessons.measures import State
from automation.reports.lessons.pareto import ENOUGH, share_words
from automation.reports.lessons.topics import Topic
from automation.reports.lessons.whole import Analysis
from automation.reports.masked import Masked
from automation.reports.words import change
from workbook.build.formats import AMBER, GREEN, NAVY, RED
from workbook.reportbook.formulas import counted
from workbook.reportbook.model import (
    Book,
    Course,
    Field,
    Formula,
    Grid,
    Look,
    Page,
    Side,
    Tile,
    Tiles,
    Value,
)

TOPICS = 9
"""How many topics the page shows; 培训建议 has them all."""
VIOLET = "#57368A"


def book(found: Analysis, masked: Masked, title: str) -> Book:
    """The workbook's description."""
    sheets = Sheets(
        found,
        lists.tickets(found, masked),
        lists.people(found),
        lists.late_stages(found, masked),
        lists.measures(found),
        lists.topics(found),
        lists.repeats(found, masked),
        lists.debts(found),
    )
    return Book(
        title,
        found.facts.now,
        (
            _first_page(sheets, title),
            _groups_page(sheets),
            rates_page(sheets),
            *(sheets.topics, sheets.repeats, sheets.measures, sheets.debts, sheets.late, sheets.people, sheets.tickets),
            lists.rules(),
            lists.vocabulary(),
        ),
    )


# --- The first page: where it comes from, how it went, what to learn --------------------------------------------------


def _first_page(sheets: Sheets, title: str) -> Page:
    found = sheets.found
    categories = by_share(sheets, "反馈类别", found.categories, found.by["反馈类别"])
    trend = _trend(sheets)
    blocks: list[Tiles | Grid | Side] = [*_tiles(sheets), _topics(found)]
    if found.this.received.count >= ENOUGH:
        blocks.append(Side(categories, pareto_chart("投诉类别帕累托图", categories, found.categories, "反馈类别")))
    else:
        blocks.append(Side(categories, grouped(sheets, "反馈渠道")))
    if len(found.months.shown) > 1:
        chart = Course(
            "逐月：收到件数、按时率、满意率",
            trend,
            "月份",
            {"收到": "#9DB9CE"},
            {"按时率": GREEN, "满意率": AMBER},
            shares=True,
            height=max(230, 20 * (len(found.months.shown) + 2)),
        )
        blocks.append(Side(trend, chart))
    note = f"统计期 {found.period.words}；措施和报告按 {found.facts.now:%Y-%m-%d %H:%M} 计。"
    if found.undated:
        note += f"另有 {found.undated.count} 件没有接收时间，不计入收到。"
    return Page("汇总", title, note, tuple(blocks))


def _tiles(sheets: Sheets) -> list[Tiles]:
    found = sheets.found
    this, last, open_ = found.this, found.last, [one for one in found.measures if one.state.open]
    overdue = sum(one.state in (State.OVERDUE, State.IN_VAIN) for one in open_)
    satisfied = this.callbacks.satisfied.count, this.callbacks.rated.count
    inside = found.warranty.within.count
    compared = "登记的第一个月，没有可比的月份"
    if last is not None and found.average is not None:
        name, mean = found.months.before.name if found.months.before else "", found.average
        compared = (
            f"{name} {last.received.count}（{change(this.received.count, last.received.count)}），平均 {mean:.1f}"
        )
    return [
        Tiles(
            (
                Tile("收到", sheets.received(this.received.count, found.period), compared),
                Tile(
                    "办结后再次投诉",
                    counted(len(found.repeats), (sheets.tickets.cells(lists.REPEATED), "是")),
                    f"另有维修后一月内同类故障 {len(found.came_back)} 件" if found.came_back else "同一辆车或同一电话",
                    RED if found.repeats else GREEN,
                ),
                _rate_tile("回访满意率", *satisfied, "当月没有评价", _said(last, found.period.name_before)),
                _rate_tile(
                    "环节按时率",
                    this.on_time,
                    this.judged,
                    "当月没有环节到期",
                    _on_time(last, found.period.name_before),
                ),
            )
        ),
        Tiles(
            (
                Tile(
                    "培训建议",
                    Formula(f'=COUNTIF({sheets.topics.cells("规则")},"培训*")', len(found.topics)),
                    "见《培训建议》，规则见《判定规则》",
                    VIOLET,
                ),
                Tile(
                    "措施未验证（现在）",
                    Formula(
                        "="
                        + "+".join(f'COUNTIF({sheets.measures.cells("状态")},"{s.value}")' for s in State if s.open),
                        len(open_),
                    ),
                    f"其中逾期或无效 {overdue}" if open_ else "没有待验证的措施",
                    RED if overdue else GREEN,
                ),
                Tile(
                    "缺少报告的已归档单（现在）",
                    Formula(f'=COUNTIF({sheets.debts.cells("流程")},"?*")', len(found.debts)),
                    f"最久 {found.debts[0].age} 天" if found.debts else "没有",
                    RED if found.debts else GREEN,
                ),
                Tile(
                    "维修后返修在质保期内",
                    inside,
                    f"当月返修 {found.warranty.count}：期外 {found.warranty.outside.count}，"
                    f"无法判定 {found.warranty.unknown.count}"
                    if found.warranty.count
                    else "当月没有返修记录",
                    AMBER if inside else NAVY,
                ),
            )
        ),
    ]


def _rate_tile(label: str, part: int, whole: int, none: str, before: str) -> Tile:
    before = f"；{before}" if before else ""
    if whole < ENOUGH:
        return Tile(label, f"{part}/{whole}" if whole else "没有", ("件数少，不写百分比" if whole else none) + before)
    return Tile(label, part / whole, f"{part}/{whole}{before}", GREEN if part / whole >= 0.8 else RED, Look.SHARE)


def _said(flow: Flow | None, name: str) -> str:
    told = share_words(flow.callbacks.satisfied.count, flow.callbacks.rated.count) if flow else ""
    return f"{name} {told}" if told else ""


def _on_time(flow: Flow | None, name: str) -> str:
    told = share_words(flow.on_time, flow.judged) if flow else ""
    return f"{name} {told}" if told else ""


def _foremost(topics: Sequence[Topic]) -> list[Topic]:
    """As many as the page shows, in their order: of every rule the first before any rule's second."""
    ranks: list[int] = []
    for topic in topics:
        ranks.append(sum(one.rule is topic.rule for one in topics[: len(ranks)]))
    chosen = sorted(range(len(topics)), key=lambda place: (ranks[place], place))[:TOPICS]
    return [topics[place] for place in sorted(chosen)]


def _topics(found: Analysis) -> Grid:
    more = len(found.topics) - TOPICS
    return Grid(
        "经验教训与培训建议",
        (
            Field("规则", Look.WORD, 2),
            Field("培训或复盘的题目", Look.LONG, width=8),
            Field("为什么", Look.LONG, width=7),
            Field("建议参加", width=3),
            Field("单", width=4),
        ),
        [
            (t.rule.id, t.topic, t.why, t.audience, found.tickets(t.cases, 1) or "抽查表")
            for t in _foremost(found.topics)
        ],
        note=f"共 {len(found.topics)} 项，另 {more} 项和全部单号见《培训建议》"
        if more > 0
        else "全部单号见《培训建议》",
        empty="当月没有达到判定规则的情况，没有培训建议。",
    )


def _trend(sheets: Sheets) -> Grid:
    found = sheets.found
    rows: list[tuple[Value, ...]] = []
    for month, flow in zip(found.months.shown, found.flows, strict=True):
        rows.append(
            (
                f"{month.first:%y}年{month.first.month}月",
                sheets.received(flow.received.count, month),
                flow.late.count,
                flow.callbacks.dissatisfied.count,
                _share(flow.on_time, flow.judged),
                _share(flow.callbacks.satisfied.count, flow.callbacks.rated.count),
            )
        )
    return Grid(
        "逐月比较",
        (
            Field("月份", width=2),
            Field("收到", Look.COUNT, 2),
            Field("超时", Look.COUNT, 1),
            Field("不满意", Look.COUNT, 2),
            Field("按时率", Look.SHARE, 2),
            Field("满意率", Look.SHARE, 2),
        ),
        rows,
        note="超时：有环节在当月到期而超时的单",
    )


def _share(part: int, whole: int) -> Value:
    return None if not whole else part / whole if whole >= ENOUGH else f"{part}/{whole}"


# --- The second page: by every word -----------------------------------------------------------------------------------


def _groups_page(sheets: Sheets) -> Page:
    found = sheets.found
    broken = by_share(sheets, "故障", found.broken, found.faults)
    enough = sum(line.count for line in found.faults) >= ENOUGH
    right = pareto_chart("故障帕累托图", broken, found.broken, "故障") if enough else grouped(sheets, "级别")
    blocks = [
        Side(broken, right),
        Side(grouped(sheets, "反馈渠道"), grouped(sheets, "车型")),
        Side(grouped(sheets, "被反馈部门"), grouped(sheets, "流程")),
    ]
    if enough:
        blocks.append(Side(grouped(sheets, "级别"), _warranty(found)))
    return Page("分类", "分类统计", f"{found.period.words}收到的；故障按《故障词表》从内容里认出", tuple(blocks))


def _warranty(found: Analysis) -> Grid:
    parts = found.warranty
    rows = (("质保期内", parts.within), ("超出质保期", parts.outside), ("无法判定", parts.unknown))
    return Grid(
        "维修后返修与质量保证期",
        (Field("结论", width=6), Field("件数", Look.COUNT, 3)),
        [(word, some.count) for word, some in rows] if parts.count else [],
        note="“维修质保”表，按再修日期",
        empty="当月没有返修记录。",
        total="合计",
    )
