"""The dashboard's charts: native, live over its tables, drawn in the workbook's colours."""

from __future__ import annotations

from typing import Any

from workbook.build.formats import ACCENT, FONT, LINE, PAPER
from workbook.schema import DASHBOARD_SHEET

ROW_POINTS, _ROW_PIXELS = 18.75, 25
_PALE = "#9DB9CE"


def month_chart(book: Any, sheet: Any, head: int, months: int) -> None:
    """Columns of received and archived tickets beside the table of months whose headers stand in row ``head``."""
    chart = book.add_chart({"type": "column"})
    for letter, colour in (("C", ACCENT), ("D", _PALE)):
        chart.add_series(
            {
                "name": f"={DASHBOARD_SHEET}!${letter}${head}",
                "categories": f"={DASHBOARD_SHEET}!$B${head + 1}:$B${head + months}",
                "values": f"={DASHBOARD_SHEET}!${letter}${head + 1}:${letter}${head + months}",
                "fill": {"color": colour},
                "border": {"none": True},
                "gap": 70,
                "overlap": -5,
                "data_labels": {"value": True, "font": _chart_font(8)},
            }
        )
    _dress(chart)
    chart.set_x_axis({"num_font": _chart_font(9), "line": {"color": LINE}, "num_format": 'm"月"', "text_axis": True})
    chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    _place(sheet, chart, f"G{head}", rows=months + 3, width=590)


def word_chart(book: Any, sheet: Any, head: int, last: int) -> None:
    """Bars of all and of open tickets a word, beside the table that goes from ``head`` to ``last``."""
    chart = book.add_chart({"type": "bar"})
    for letter, colour in (("C", _PALE), ("D", ACCENT)):
        chart.add_series(
            {
                "name": f"={DASHBOARD_SHEET}!${letter}${head}",
                "categories": f"={DASHBOARD_SHEET}!$B${head + 1}:$B${last}",
                "values": f"={DASHBOARD_SHEET}!${letter}${head + 1}:${letter}${last}",
                "fill": {"color": colour},
                "border": {"none": True},
                "gap": 45,
                "overlap": 0,
                "data_labels": {"value": True, "font": _chart_font(8), "num_format": "0;;"},
            }
        )
    _dress(chart)
    chart.set_y_axis({"reverse": True, "num_font": _chart_font(9), "line": {"color": LINE}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    _place(sheet, chart, f"H{head}", rows=last - head + 2, width=500)


def _place(sheet: Any, chart: Any, cell: str, *, rows: int, width: int) -> None:
    """Lay a chart from ``cell`` over that many rows, so that it ends with the table beside it."""
    chart.set_size({"width": width, "height": rows * _ROW_PIXELS - 8})
    sheet.insert_chart(cell, chart, {"x_offset": 4, "y_offset": 6, "object_position": 2})


def _chart_font(size: int) -> dict[str, object]:
    return {"name": FONT, "size": size, "color": "#41556E"}


def _dress(chart: Any) -> None:
    chart.set_legend({"position": "top", "font": _chart_font(9)})
    chart.set_chartarea({"border": {"none": True}, "fill": {"color": PAPER}})
    chart.set_plotarea({"fill": {"color": PAPER}})
