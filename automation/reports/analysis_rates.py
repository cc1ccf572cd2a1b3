"""The page of the monthly analysis about departments and people: satisfaction, timeliness, measures, spot checks, names."""

from __future__ import annotations

from collections.abc import Sequence

from automation.reports import analysis_lists as lists
from automation.reports.analysis_grids import Sheets, compared, rate_of
from automation.reports.lessons.history import Count
from automation.reports.lessons.measures import State
from automation.reports.lessons.pareto import ENOUGH
from automation.reports.lessons.rates import Satisfaction, Timeliness
from automation.reports.lessons.whole import Analysis
from workbook.build.formats import AMBER, GREEN, RED
from workbook.reportbook.formulas import counted
from workbook.reportbook.model import Field, Grid, Look, Page, RowFormula, Side, Tiles, Value

NAMED = 12
"""How many people the page shows; 涉及人员 has them all."""


def rates_page(sheets: Sheets) -> Page:
    """The page 部门与人员."""
    found = sheets.found
    blocks: list[Tiles | Grid | Side] = [
        Side(
            _satisfaction(sheets, "被反馈部门", found.satisfaction["被反馈部门"]),
            _timeliness(sheets, "被反馈部门", found.timeliness["department"]),
        ),
        Side(
            _satisfaction(sheets, "反馈类别", found.satisfaction["反馈类别"]),
            _timeliness(sheets, "责任角色", found.timeliness["role"]),
        ),
        Side(_measures(sheets), _spot_checks(found)),
        _people(sheets),
    ]
    return Page(
        "部门与人员",
        "部门与人员",
        f"{found.period.words}；不足{ENOUGH}件的不写百分比。人员只列单据数目，被提到不等于有责任",
        tuple(blocks),
    )


def _satisfaction(sheets: Sheets, column: str, lines: Sequence[Satisfaction]) -> Grid:
    cells = sheets.tickets.cells

    def counting(figure: int, label: str, word: str) -> Value:
        return counted(figure, (cells(column), label), (cells(lists.SAID), word))

    rows: list[tuple[Value, ...]] = []
    for line in lines:
        rated, good, bad = line.rated.count, line.satisfied.count, line.dissatisfied.count
        rows.append(
            (
                line.label,
                RowFormula("={满意}+{一般}+{不满意}", rated),
                counting(good, line.label, lists.SAID_WELL),
                counting(rated - good - bad, line.label, lists.SAID_ELSE),
                counting(bad, line.label, lists.SAID_BADLY),
                rate_of("满意", "有评价", good, rated),
            )
        )
    return Grid(
        f"满意度：按{column}",
        (
            Field(column, width=3),
            Field("有评价", Look.COUNT, 2),
            Field("满意", Look.COUNT, 1, tone=GREEN),
            Field("一般", Look.COUNT, 1),
            Field("不满意", Look.COUNT, 2, tone=RED),
            Field("满意率", Look.SHARE, 2),
        ),
        rows,
        empty="当月回访没有客户作出评价。",
        total="合计",
    )


def _timeliness(sheets: Sheets, column: str, lines: Sequence[Timeliness]) -> Grid:
    late = sheets.late.cells(column)
    return Grid(
        f"环节按时率：按{column}",
        (
            Field(column, width=4),
            Field("到期", Look.COUNT, 2),
            Field("超时", Look.COUNT, 2, tone=RED),
            Field("按时", Look.COUNT, 1, tone=GREEN),
            Field("按时率", Look.SHARE, 2),
        ),
        [
            (
                line.label,
                line.judged,
                counted(line.late_stages, (late, line.label)),
                RowFormula("={到期}-{超时}", line.on_time),
                rate_of("按时", "到期", line.on_time, line.judged),
            )
            for line in lines
        ],
        note="按截止时间在当月的环节计",
        empty="当月没有环节到期。",
        total="合计",
    )


def _measures(sheets: Sheets) -> Grid:
    found, cells = sheets.found, sheets.measures.cells
    departments = dict.fromkeys(one.department for one in found.measures)

    def line(name: str) -> tuple[Value, ...]:
        mine = [one for one in found.measures if one.department == name]
        by_state = (
            counted(sum(m.state is s for m in mine), (cells("部门"), name), (cells("状态"), s.value)) for s in State
        )
        taken = counted(sum(m.in_month for m in mine), (cells("部门"), name), (cells("当月采取"), "是"))
        return name, taken, *by_state

    open_ = {name: sum(one.state.open for one in found.measures if one.department == name) for name in departments}
    return Grid(
        "纠正、预防措施与改善计划",
        (
            Field("部门", width=3),
            Field("当月采取", Look.COUNT, 2),
            *(
                Field(word, Look.COUNT, width, tone=tone)
                for word, width, tone in (
                    ("已验证", 1, GREEN),
                    ("待验证", 1, AMBER),
                    ("逾期", 2, RED),
                    ("无效", 2, RED),
                )
            ),
        ),
        [line(name) for name in sorted(departments, key=lambda name: (-open_[name], name))],
        note="逐条见《措施》",
        empty="没有待验证的措施，当月也没有采取。",
        total="合计",
    )


def _spot_checks(found: Analysis) -> Grid:
    rows: list[tuple[Value, ...]] = [
        (
            one.item,
            one.checked,
            one.met,
            rate_of("达标", "作答", one.met, one.checked),
            f"{one.met_before}/{one.checked_before}" if one.checked_before else "没有",
        )
        for one in found.spot_checks
    ]
    return Grid(
        "抽查（X-03）",
        (
            Field("抽查项", width=5),
            Field("作答", Look.COUNT, 1),
            Field("达标", Look.COUNT, 1),
            Field("达标率", Look.SHARE, 2),
            Field(found.period.name_before, Look.WORD, 2),
        ),
        rows,
        note=f"{found.period.name_before}：达标/作答",
        empty=f"{found.period.name}和{found.period.name_before}没有抽查结果。",
        total="合计",
    )


def _people(sheets: Sheets) -> Grid:
    found, months = sheets.found, sheets.found.months
    fields = [
        Field("姓名", width=4),
        Field("部门", width=5),
        Field("涉及", Look.COUNT, 3),
        Field("其中属实", Look.COUNT, 3),
    ]
    if months.before:
        fields += [Field(f"{months.before.name}涉及", Look.COUNT, 3), Field(months.average_words, Look.MEAN, 5)]
    rows: list[tuple[Value, ...]] = []
    for one in found.people[:NAMED]:
        count = Count(one.name, one.cases, one.before, one.average)
        rows.append(
            (
                one.name,
                one.department or "人员表中没有",
                sheets.in_months(sheets.people, count.count, (months.this,), ("姓名", one.name)),
                sheets.in_months(sheets.people, one.upheld.count, (months.this,), ("姓名", one.name), ("属实", "属实")),
                *compared(sheets, sheets.people, "姓名", count),
            )
        )
    more = len(found.people) - NAMED
    return Grid(
        "单据涉及的人员（件数）",
        tuple(fields),
        rows,
        note=f"另 {more} 人见《涉及人员》" if more > 0 else "逐单见《涉及人员》；岗位接待的客户多，涉及的单也会多",
        empty="当月没有登记责任人或当事人。",
    )
