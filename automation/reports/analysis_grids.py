"""Tables of the monthly analysis whose every number is counted from the sheets of cases behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from automation.reports.lessons.history import Count
from automation.reports.lessons.pareto import ENOUGH, Bar
from automation.reports.lessons.whole import Analysis
from automation.reports.period import Period
from workbook.build.formats import ACCENT, RED
from workbook.reportbook.formulas import counted
from workbook.reportbook.model import Course, Field, Formula, Grid, Listing, Look, RowFormula, Value

FEW = "件数少"
_VITAL: dict[str, object] = {"bold": True, "font_color": RED}


@dataclass(frozen=True)
class Sheets:
    """The listings that the pages count from."""

    found: Analysis
    tickets: Listing
    people: Listing
    late: Listing
    measures: Listing
    topics: Listing
    repeats: Listing
    debts: Listing

    def received(self, figure: int, month: Period, *pairs: tuple[str, str]) -> Value:
        """How many tickets of a month have these words in these columns."""
        return self.in_months(self.tickets, figure, (month,), *pairs)

    def in_months(self, listing: Listing, figure: float, months: Sequence[Period], *pairs: tuple[str, str]) -> Value:
        """Entries of some months on end with these words; of several months their mean."""
        made = counted(0, *((listing.cells(column), word) for column, word in pairs))
        if pairs and not isinstance(made, Formula):
            return figure
        words = f",{made.text[len('=COUNTIFS(') : -1]}" if isinstance(made, Formula) and pairs else ""
        times, first, end = listing.cells("接收时间"), months[0].first, months[-1].last + dt.timedelta(days=1)
        text = f'=COUNTIFS({times},">="&{_date(first)},{times},"<"&{_date(end)}{words})'
        return Formula(text + (f"/{len(months)}" if len(months) > 1 else ""), figure)


def _date(day: dt.date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"


def by_share(sheets: Sheets, column: str, bars: Sequence[Bar], lines: Sequence[Count]) -> Grid:
    """The words from the most frequent on with their cumulative share, and those that only earlier months had."""
    months, total = sheets.found.months, sum(line.count for line in lines)
    marked = {bar.line.label: _VITAL for bar in bars if bar.vital}
    added = {bar.line.label: bar.cumulative for bar in bars}
    wide = 11 - 2 - 2 * (total >= ENOUGH) - 4 * (months.before is not None)
    fields = [Field(column, width=wide, colours=marked), Field("件数", Look.COUNT, 2)]
    fields += [Field("累计", Look.SHARE, 2)] if total >= ENOUGH else []
    if months.before:
        fields += [Field(months.before.name, Look.COUNT, 2), Field(months.average_words, Look.MEAN, 2)]
    rows: list[tuple[Value, ...]] = []
    for line in lines:
        row: list[Value] = [line.label, sheets.received(line.count, months.this, (column, line.label))]
        if total >= ENOUGH:
            row.append(RowFormula("=SUM({件数…})/SUM({件数*})", added.get(line.label, 1.0)))
        rows.append((*row, *compared(sheets, sheets.tickets, column, line)))
    return Grid(
        f"按{column}",
        tuple(fields),
        rows,
        note="红字：合计占到八成的少数几类" if marked else "没有明显集中的几类" if total >= ENOUGH else "",
        empty="当月没有收到反馈。",
        total="合计",
        totals=mean_total(sheets, lines),
    )


def compared(sheets: Sheets, listing: Listing, column: str, line: Count) -> tuple[Value, ...]:
    """The cells of a word's month before and average, where there are months to compare with."""
    months = sheets.found.months
    if months.before is None or line.before is None or line.average is None:
        return ()
    where = (column, line.label)
    before = sheets.in_months(listing, line.before, (months.before,), where)
    return before, sheets.in_months(listing, line.average, months.earlier, where)


def mean_total(sheets: Sheets, lines: Sequence[Count]) -> dict[str, Value]:
    """What stands under the averages: their sum."""
    months = sheets.found.months
    if months.before is None:
        return {}
    name = months.average_words
    return {name: RowFormula(f"=SUM({{{name}*}})", sum(line.average or 0 for line in lines))}


def pareto_chart(title: str, grid: Grid, bars: Sequence[Bar], column: str) -> Course:
    """Bars by frequency with the cumulative share over them; words that only earlier months had are not drawn."""
    height = max(250, min(20 * (len(grid.rows) + 3) - 8, 420))  # as high as the table beside it
    return Course(title, grid, column, {"件数": ACCENT}, {"累计": RED}, True, min(len(bars), 15), height)


def rate_of(part: str, whole: str, good: int, of: int) -> RowFormula:
    """A share of two columns as a formula; of few cases no percentage."""
    value: float | str = good / of if of >= ENOUGH else FEW
    return RowFormula(f'=IF({{{whole}}}<{ENOUGH},"{FEW}",{{{part}}}/{{{whole}}})', value)


def grouped(sheets: Sheets, column: str) -> Grid:
    """The words of a register column beside the month before and the average."""
    months, lines = sheets.found.months, sheets.found.by[column]
    fields = [Field(column, width=5 if months.before else 9), Field("件数", Look.COUNT, 2)]
    if months.before:
        fields += [Field(months.before.name, Look.COUNT, 2), Field(months.average_words, Look.MEAN, 2)]
    return Grid(
        f"按{column}",
        tuple(fields),
        [
            (
                line.label,
                sheets.received(line.count, months.this, (column, line.label)),
                *compared(sheets, sheets.tickets, column, line),
            )
            for line in lines
        ],
        empty="没有收到反馈。",
        total="合计",
        totals=mean_total(sheets, lines),
    )
