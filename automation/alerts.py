"""Who must be told what: alerts, gathered into one digest a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum

from workbook.edits import Cell


class Level(IntEnum):
    """How far a stage has gone, and so how far up its alert goes."""

    AT_RISK = 1
    LATE = 2
    ESCALATED = 3

    @property
    def chinese(self) -> str:
        return {1: "临近", 2: "超时", 3: "超时上报"}[self.value]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person mail goes to. ``why``: how they came to receive it (``主要责任人``, ``备用:主责休息``, ``上报``…)."""

    name: str
    address: str
    role: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One stage of one ticket that is late or about to be, for one recipient.

    ``due`` is when the stage is due, ``late_by`` how long past it (zero when only at risk). ``where`` is the ticket's
    row in the workbook.
    ``key`` is unique per ticket, rule, due time and level: told once to each recipient, never again.
    """

    ticket: str
    rule: str
    stage: str
    level: Level
    due: dt.datetime
    late_by: dt.timedelta
    where: Cell
    responsible: str
    customer: str
    plate: str
    model: str
    summary: str
    department: str
    grade: str
    advice: str
    source: str

    @property
    def key(self) -> str:
        return f"{self.ticket}|{self.rule}|{self.due:%Y-%m-%dT%H:%M:%S}|{self.level.name}"


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one person is told by one pass: one mail."""

    recipient: Recipient
    now: dt.datetime
    alerts: tuple[Alert, ...]
    whys: tuple[str, ...]
    """For each alert, in order, why it goes to this recipient (``主要责任人``, ``备用:主责今日休息``, ``上报``)."""
