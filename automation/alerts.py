"""Who must be told what: alerts, gathered into one digest a person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from workbook.edits import Cell


class Level(IntEnum):
    """How far a stage has gone, and so who is told; the gravest for one reader last.

    What somebody has to do himself is graver to him than what he has to see to.
    """

    AT_RISK = 1
    """To the responsible role."""
    REPORTED = 2
    """Late: to the role above, at the same time as :attr:`LATE`."""
    LATE = 3
    """To the responsible role."""
    ESCALATED = 4
    """Still not done long after: to the general manager."""

    @property
    def chinese(self) -> str:
        return _CHINESE[self]

    @property
    def from_above(self) -> bool:
        """Whether the reader is to see to it that somebody else does it."""
        return self in (Level.REPORTED, Level.ESCALATED)


_CHINESE = {Level.AT_RISK: "临近", Level.REPORTED: "超时上报", Level.LATE: "超时", Level.ESCALATED: "仍未处理"}


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
    row in the workbook. ``persons``: for a reader above, who answers for the role ``responsible``.
    ``key`` is unique per ticket, rule, due time and level: told once to each recipient, never again. A new round has a
    new due time.
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
    persons: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.ticket}|{self.rule}|{self.due:%Y-%m-%dT%H:%M:%S}|{self.level.name}"


class Told(NamedTuple):
    """What the key of an alert says."""

    ticket: str
    rule: str
    due: dt.datetime
    level: Level


def of_key(key: str) -> Told | None:
    """The alert behind a key that was told; ``None`` for what is no key of an alert."""
    parts = key.rsplit("|", 3)
    try:
        ticket, rule, due, level = parts
        return Told(ticket, rule, dt.datetime.fromisoformat(due), Level[level])
    except (ValueError, KeyError):
        return None


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything one person is told by one pass: one mail."""

    recipient: Recipient
    now: dt.datetime
    alerts: tuple[Alert, ...]
    whys: tuple[str, ...]
    """For each alert, in order, why it goes to this recipient (``主要责任人``, ``备用:主责今日休息``, ``上报``)."""
