"""The words and boxes that several forms share: verdicts, dates to fill in by hand, lines to sign, sums of money."""

from __future__ import annotations

import datetime as dt

from automation.forms.case import Case, Record
from automation.sla.explain import StageExplained
from automation.sla.verdict import Verdict
from automation.wording import span
from workbook.formbook.model import Cell, Line, Look

BLANK_TIME = "　　　年　月　日　时　分"
BLANK_DAY = "　　　年　月　日"
INSIDE = 23
"""Columns of a line in a section."""

_OPEN = frozenset(verdict.chinese for verdict in Verdict if verdict.open)


def judged(stage: StageExplained) -> str:
    """On time or late, in words: ``按时``, ``超时 3小时``, ``应在 2026-11-03 09:05 前``; ``''`` where nothing is to say."""
    late = span(dt.timedelta(minutes=stage.late_minutes))
    words = {
        Verdict.ON_TIME.chinese: "按时",
        Verdict.FINISHED_LATE.chinese: f"超时 {late}",
        Verdict.LATE.chinese: f"应在 {at(stage.due)} 前，已超时 {late}",
        Verdict.PAUSED.chinese: "暂停计时",
        Verdict.UNKNOWN.chinese: "无法判定",
        Verdict.NOT_REQUIRED.chinese: "无需",
    }
    if stage.verdict in (Verdict.RUNNING.chinese, Verdict.AT_RISK.chinese):
        return f"应在 {at(stage.due)} 前" if stage.due else ""
    return words.get(stage.verdict, "")


def still_open(case: Case, column: str) -> bool:
    """Whether the stage that ends with this column is still to be done by somebody."""
    if case.register[column]:
        return False
    stage = case.stops.get(column)
    return stage is None or stage.verdict in _OPEN


def time_of(case: Case, column: str) -> str:
    """A time of the register with its verdict; room to write one where it is still to come."""
    value, stage = case.register[column], case.stops.get(column)
    if stage is None:
        return value
    verdict = judged(stage)
    again = f"（第 {stage.round} 轮）" if stage.round > 1 else ""
    if value and stage.verdict in _OPEN:
        return f"{value}（不能计入）\n{verdict}".rstrip()
    if value:
        return f"{value}{again} {verdict}".rstrip()
    if stage.verdict not in _OPEN:
        why = stage.reason if stage.verdict == Verdict.UNKNOWN.chinese else ""
        return f"{verdict}（{why}）" if why else verdict or "—"
    return f"{BLANK_TIME}\n{verdict}" if verdict else BLANK_TIME


def pairs(record: Record, *columns: tuple[str, int, int], least: int = 1) -> Line:
    """Labels and values of a record side by side: column, width of the label, width of the value."""
    cells: list[Cell] = []
    for column, label, value in columns:
        cells += labelled(column, record[column], label, value)
    return Line(tuple(cells), least)


def labelled(label: str, text: str, label_wide: int, value_wide: int) -> tuple[Cell, Cell]:
    """A label and its value."""
    return Cell(label, label_wide, Look.LABEL), Cell(text, value_wide)


def to_sign(*who: str, wide: int = INSIDE) -> Line:
    """Room for signatures side by side."""
    each, over = divmod(wide, len(who))
    date = "　　　　　　　　　　年　　月　　日" if len(who) == 1 else "　　　　　年　月　日　"
    return Line(
        tuple(
            Cell(f"{name}（签字）：{date}", each + (over if number == 0 else 0), Look.SIGN)
            for number, name in enumerate(who)
        )
    )


def ticked(options: tuple[str, ...], chosen: str) -> str:
    """``■换车　□退车``; a word that is none of them is shown after them."""
    boxes = "　　".join(f"{'■' if option == chosen else '□'} {option}" for option in options)
    return boxes if not chosen or chosen in options else f"{boxes}　　■ {chosen}"


def at(iso: str) -> str:
    """An ISO time as forms show it."""
    return iso.replace("T", " ").removesuffix(":00") if len(iso) > 16 else iso.replace("T", " ")


def moment(iso: str) -> str:
    """The same; midnight alone is a day without a time."""
    return at(iso).removesuffix(" 00:00")


def stacked(text: str) -> str:
    """A time in two lines, for a narrow column: the day above the time of day."""
    day, _, clock = text.partition(" ")
    return f"{day}\n{clock}" if clock[:1].isdigit() else text


def money(fen: int) -> str:
    """``人民币 3,600.00 元``."""
    return f"人民币 {fen / 100:,.2f} 元"
