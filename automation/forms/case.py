"""Everything that is on record about one ticket, as the words its forms show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from automation.checks.facts import Facts
from automation.forms.uncounted import uncounted
from automation.privacy import mask_name, mask_phone, mask_plate, mask_text, mask_vin
from automation.reports.masked import Masked
from automation.sla import explain
from automation.sla.explain import StageExplained, TicketExplained
from automation.writeback import hints
from workbook.finding import Finding
from workbook.ledger import Records
from workbook.schema import (
    ACCIDENTS,
    CALLBACKS,
    EVENTS,
    PENDING,
    REWARDS,
    SPOT_CHECKS,
    WARRANTY,
)
from workbook.table import Column, Kind, Table

_MASKS: Mapping[str, Callable[[str], str]] = {
    "客户姓名": mask_name,
    "客户": mask_name,
    "联系电话": mask_phone,
    "车牌号": mask_plate,
    "车架号": mask_vin,
}
_OWN = "反馈登记"


@dataclass(frozen=True)
class Record:
    """One row of a sheet: each column as it is shown (``''``: empty), its times, and its Excel ``row``."""

    table: Table
    sheet: str
    row: int
    values: Mapping[str, str]
    times: Mapping[str, pd.Timestamp]
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def any(self, *columns: str) -> bool:
        return any(self.values[column] for column in columns)


@dataclass(frozen=True)
class Source:
    """The workbook the forms are made of, as it was read, and the dealership's name where it is set."""

    name: str
    sha256: str
    dealership: str = ""


@dataclass(frozen=True)
class Case:
    """A ticket. ``stops``: the column or event that ends a stage → the stage; ``since``: first recorded (``''``: never).

    ``amounts``: of each row of 奖罚明细 and 重大质量事故 its sum in fen, where there is one. ``uncounted``: rows of
    奖罚明细 that nobody gets or pays as they stand, and why.
    """

    number: str
    register: Record
    told: TicketExplained
    stops: Mapping[str, StageExplained]
    side: Mapping[str, tuple[Record, ...]]
    amounts: Mapping[tuple[str, int], int]
    uncounted: Mapping[int, str]
    findings: tuple[Finding, ...]
    hint: str
    since: str
    source: Source
    now: dt.datetime
    masked: bool

    def of(self, table: Table) -> tuple[Record, ...]:
        return self.side.get(table.sheet, ())

    @property
    def stages(self) -> Iterator[StageExplained]:
        """Every round of every stage, in the flow's order, then the deadlines beside it that count."""
        for stage in self.told.stages:
            yield from stage.earlier
            yield stage
        yield from (stage for stage in self.told.beside if stage.start or stage.actual)


SIDE: tuple[Table, ...] = (*PENDING, EVENTS, CALLBACKS, WARRANTY, ACCIDENTS, SPOT_CHECKS, REWARDS)
"""The sheets beside the register that speak of a ticket by its number."""


def gather(facts: Facts, findings: Sequence[Finding], row: int, source: Source, *, masked: bool = False) -> Case:
    """The case in one row (Excel) of the register, which must bear a number that no other row bears.

    ``masked``: nothing in it tells who the customer is.
    """
    register = facts.ledger.register
    number = str(register.frame.at[row, "编号"])
    (told,) = explain.explain(facts.ledger, facts.clocks, number, history=facts.past.history)
    flow = facts.clocks.flows[told.flow]
    at = int(flow.index.get_loc(row))
    stops = {clock.rule_at(at).stop: stage for clock, stage in zip(flow.stages, told.stages, strict=True)}
    names = [str(register.frame.at[row, "客户姓名"])] if masked else None
    side = {table.sheet: tuple(_records(facts.ledger[table], number, names)) for table in SIDE}
    mine = [one for one in findings if one.ticket == number or (one.where and _is_row(one, register, row))]
    veil = Masked(facts)
    shown = tuple(_masked(one, veil) for one in mine) if masked else tuple(mine)
    since = facts.past.history.since.get(number)
    return Case(
        number,
        _record(register, row, names),
        told,
        stops,
        side,
        dict(_amounts(facts, side)),
        uncounted(facts) if side[REWARDS.sheet] else {},
        shown,
        str(hints(facts, findings).at[row]),
        f"{since:%Y-%m-%d %H:%M}" if since else "",
        source,
        facts.now,
        masked,
    )


def _is_row(finding: Finding, records: Records, row: int) -> bool:
    return finding.where is not None and (finding.where.sheet, finding.where.row) == (records.sheet, row)


def _masked(finding: Finding, veil: Masked) -> Finding:
    return Finding(
        finding.rule,
        finding.severity,
        veil.told(finding, finding.message),
        veil.told(finding, finding.hint, examples=True),
        finding.where,
        finding.sheet,
        finding.ticket,
    )


def _amounts(facts: Facts, side: Mapping[str, Sequence[Record]]) -> Iterator[tuple[tuple[str, int], int]]:
    for table, column in ((REWARDS, "金额"), (ACCIDENTS, "赔偿金额")):
        frame = facts.ledger[table].frame
        for record in side[table.sheet]:
            if pd.notna(amount := frame.at[record.row, column]):
                yield (table.sheet, record.row), round(float(amount) * 100)


def _records(records: Records, number: str, names: Sequence[str] | None) -> Iterator[Record]:
    for row in records.frame.index[records.frame["编号"] == number]:
        yield _record(records, int(row), names)


def _record(records: Records, row: int, names: Sequence[str] | None) -> Record:
    values, times = {}, {}
    for column in records.table.columns:
        text = _shown(records, row, column)
        values[column.name] = text if names is None else _veiled(column.name, text, names)
        value = records.frame.at[row, column.name]
        if isinstance(value, pd.Timestamp) and not pd.isna(value):
            times[column.name] = value
    cells = {name: records.place(row, name) for name in records.table.headers}
    return Record(records.table, records.sheet, row, values, times, cells)


def _veiled(column: str, text: str, names: Sequence[str]) -> str:
    mask = _MASKS.get(column)
    return mask(text) if mask else mask_text(text, names)


def _shown(records: Records, row: int, column: Column) -> str:
    """A cell in words; what could not be read as it was typed."""
    value = records.frame.at[row, column.name]
    if not isinstance(value, str) and pd.isna(value):
        typed = str(records.raw.at[row, column.name]) if column.name in records.raw else ""
        return typed.strip()
    if isinstance(value, pd.Timestamp):
        return shown_day(value) if column.kind is Kind.DATE else shown(value)
    if isinstance(value, float):
        return f"{value:,.2f}" if column.kind is Kind.MONEY else f"{value:g}" if value % 1 else f"{value:.0f}"
    return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()


def shown(moment: pd.Timestamp) -> str:
    """``2026-11-03 09:05``, with seconds only where there are some."""
    return f"{moment:%Y-%m-%d %H:%M}" + (f":{moment:%S}" if moment.second else "")


def shown_day(moment: pd.Timestamp) -> str:
    """``2026-11-03``, with the time of day where there is one."""
    return f"{moment:%Y-%m-%d}" if moment == moment.normalize() else shown(moment)
