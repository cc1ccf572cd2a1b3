"""What earlier passes did, as the plan needs to know it: plain values, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Issued:
    """A 编号 that was given out, whether or not it has reached the workbook yet.

    ``fingerprint`` recognises the row it was given to, wherever sorting has moved it since; ``received`` is its
    接收时间; ``row`` the Excel row it stood in when the number was given; ``at`` when that was; ``written`` whether the
    number is known to stand in the file.
    """

    number: str
    fingerprint: str
    received: dt.datetime
    row: int
    at: dt.datetime
    written: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """Everything remembered that a decision may rest on.

    ``told``: keys of alerts already queued. ``occurrences``: ``(job, period)`` pairs already done. ``first_seen``:
    finding key → when the finding first appeared, for those that stood at the last pass. ``began``: the first pass.
    """

    issued: tuple[Issued, ...] = ()
    told: frozenset[str] = frozenset()
    occurrences: frozenset[tuple[str, str]] = frozenset()
    first_seen: Mapping[str, dt.datetime] = field(default_factory=lambda: MappingProxyType({}))
    began: dt.datetime | None = None
