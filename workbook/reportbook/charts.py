"""Native charts over the grids of a page."""

from __future__ import annotations

from typing import Any, Protocol

from workbook.build.formats import FONT, INK, LINE, PAPER
from workbook.reportbook.model import Chart, Course, Grid

_TEXT = {"name": FONT, "size": 9, "color": "#41556E"}
_WIDE = 9
"""From so many categories on their words stand slanted, or they would not all be shown."""


class Drawing(Protocol):
    """The page that is drawn: ``book`` makes charts, ``refer`` knows where a grid's columns stand."""

    book: Any

    def refer(self, grid: Grid, title: str, rows: int) -> tuple[str, str]:
        """The cell of a column's header and the range of its first ``rows`` entries."""


def bars(drawing: Drawing, chart: Chart) -> Any:
    """Lying bars, the first row on top."""
    kind = {"type": "bar", **({"subtype": "stacked"} if chart.stacked else {})}
    drawn = drawing.book.add_chart(kind)
    for title, colour in chart.series.items():
        more = {"gap": 45, "overlap": 100 if chart.stacked else 0}
        drawn.add_series(_series(drawing, chart, title) | _filled(colour) | more)
    _dress(drawn, chart.title)
    drawn.set_y_axis({"reverse": True, "num_font": _TEXT, "line": {"color": LINE}, "crossing": "max"})
    drawn.set_x_axis(_counts())
    return drawn


def course(drawing: Drawing, chart: Course) -> Any:
    """Upright columns, and lines over them."""
    drawn = drawing.book.add_chart({"type": "column" if chart.columns else "line"})
    for title, colour in chart.columns.items():
        drawn.add_series(_series(drawing, chart, title) | _filled(colour) | {"gap": 45})
    over = drawing.book.add_chart({"type": "line"}) if chart.columns else drawn
    for title, colour in chart.lines.items():
        marker = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
        line = {"line": {"color": colour, "width": 2}, "marker": marker}
        over.add_series(_series(drawing, chart, title) | line | {"y2_axis": bool(chart.columns) and chart.shares})
    percent = {**_counts(), "num_format": "0%", "max": 1, "major_gridlines": {"visible": not chart.columns}}
    if chart.columns and chart.lines:
        if chart.shares:
            over.set_y2_axis(percent)
        drawn.combine(over)
    _dress(drawn, chart.title)
    slant = {"rotation": -45} if len(chart.grid.rows) >= _WIDE else {}
    drawn.set_x_axis({"num_font": {**_TEXT, **slant}, "line": {"color": LINE}})
    drawn.set_y_axis(percent if chart.shares and not chart.columns else _counts())
    return drawn


def _series(drawing: Drawing, chart: Chart | Course, title: str) -> dict[str, object]:
    name, values = drawing.refer(chart.grid, title, chart.first)
    _, categories = drawing.refer(chart.grid, chart.category, chart.first)
    return {"name": name, "categories": categories, "values": values}


def _filled(colour: str) -> dict[str, object]:
    return {"fill": {"color": colour}, "border": {"none": True}}


def _counts() -> dict[str, object]:
    grid = {"visible": True, "line": {"color": LINE}}
    return {"num_font": _TEXT, "line": {"none": True}, "major_gridlines": grid, "num_format": "0", "min": 0}


def _dress(drawn: Any, title: str) -> None:
    drawn.set_title({"name": title, "overlay": False, "name_font": {**_TEXT, "size": 11, "color": INK, "bold": True}})
    drawn.set_legend({"position": "bottom", "font": _TEXT})
    drawn.set_chartarea({"border": {"color": LINE}, "fill": {"color": PAPER}})
    drawn.set_plotarea({"fill": {"color": PAPER}})
