"""Report workbooks: formulas that count words as they are, sums down to a row, and courses over a table."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest

from workbook import reportbook
from workbook.reportbook import Book, Course, Field, Formula, Grid, Look, Page, RowFormula, Side
from workbook.reportbook.formulas import LONGEST_CRITERION, counted

SHARES = Grid(
    "按类别",
    (Field("类别", width=4), Field("件数", Look.COUNT, 2), Field("累计", Look.SHARE, 2), Field("平均", Look.MEAN, 2)),
    [
        ("质量", 3, RowFormula("=SUM({件数…})/SUM({件数*})", 0.75), 2.5),
        ("态度", 1, RowFormula("=SUM({件数…})/SUM({件数*})", 1.0), 0.5),
    ],
    total="合计",
    totals={"平均": RowFormula("=SUM({平均*})", 3.0)},
)


def drawn(chart: Course, *, values: bool = False) -> Any:
    page = Page("汇总", "汇总", "", (Side(SHARES, chart),))
    content = reportbook.write(Book("汇总", dt.datetime(2026, 11, 3), (page,)))
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)["汇总"]


def test_a_formula_may_sum_a_column_down_to_its_row_and_as_a_whole() -> None:
    page = drawn(Course("图", SHARES, "类别", {"件数": "#2E6F9E"}, {"累计": "#B42318"}, shares=True))
    assert [page[f"H{row}"].value for row in (6, 7)] == [
        "=SUM(F$6:F6)/SUM(F$6:F$7)",
        "=SUM(F$6:F7)/SUM(F$6:F$7)",
    ]
    assert (page["F8"].value, page["J8"].value) == ("=SUM(F6:F7)", "=SUM(J$6:J$7)")


def test_a_pareto_chart_has_its_share_on_an_axis_of_its_own() -> None:
    (chart,) = drawn(Course("图", SHARES, "类别", {"件数": "#2E6F9E"}, {"累计": "#B42318"}, shares=True))._charts
    bars, line = chart._charts
    assert (bars.tagname, line.tagname) == ("barChart", "lineChart")
    assert bars.ser[0].val.numRef.f == "'汇总'!$F$6:$F$7" and line.ser[0].cat.strRef.f == "'汇总'!$B$6:$B$7"
    assert line.y_axis.axId != bars.y_axis.axId and line.y_axis.scaling.max == 1


def test_lines_alone_make_a_course() -> None:
    (chart,) = drawn(Course("图", SHARES, "类别", {}, {"件数": "#2E6F9E", "平均": "#B42318"}))._charts
    assert chart.tagname == "lineChart" and len(chart.ser) == 2


@pytest.mark.parametrize(
    ("word", "criterion"),
    [("漏油", '"=漏油"'), ('说"是"', '"=说""是"""'), ("=1*?~", '"==1~*~?~~"'), ("", '"="')],
)
def test_words_are_counted_as_they_are(word: str, criterion: str) -> None:
    assert counted(2, ("'明细'!$A$4:$A$9", word)) == Formula(f"=COUNTIFS('明细'!$A$4:$A$9,{criterion})", 2)


def test_a_word_too_long_for_a_formula_is_written_as_the_figure() -> None:
    assert counted(2, ("A1:A9", "很" * (LONGEST_CRITERION + 1))) == 2
