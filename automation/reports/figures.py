"""What a summary is made of: counts that know their cases, tallies of stages, late cases, pending items, decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from automation.reports.period import Period


@dataclass(frozen=True, slots=True)
class Cases:
    """A number of tickets and which: ``rows`` are Excel rows of the register, ascending, none twice."""

    rows: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True, slots=True)
class Line:
    """One word of a grouping (a category, a department…). ``before``: received in the period before."""

    label: str
    received: Cases
    closed: Cases
    open: Cases
    late: Cases
    before: Cases


@dataclass(frozen=True, slots=True)
class Tally:
    """How one stage went among those due in a period; every finished or overdue stage is in exactly one period."""

    on_time: Cases = Cases()
    finished_late: Cases = Cases()
    overdue: Cases = Cases()
    """Due in the period and not done yet."""
    unknown: Cases = Cases()
    """No verdict is possible: a time is missing or runs backwards."""

    @property
    def judged(self) -> int:
        return self.on_time.count + self.finished_late.count + self.overdue.count

    @property
    def rate(self) -> float | None:
        """On time among all that were due; ``None`` when nothing was. What nobody can tell counts on neither side."""
        return self.on_time.count / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage in the period and in the one before.

    ``median``, ``worst``: lateness of the late ones of the period. ``overdue_now``: late at this moment, due whenever.
    """

    rule: str
    flow: str
    stage: str
    limit: str
    tally: Tally
    before: Tally
    median: dt.timedelta
    worst: dt.timedelta
    overdue_now: Cases


@dataclass(frozen=True, slots=True)
class LateCase:
    """One stage of one ticket that was late in the period, or is late now. ``actual`` is ``None`` while undone.

    ``person`` answers for it, ``why`` says how that is known: named in the ticket, or on duty by the roster.
    """

    row: int
    rule: str
    stage: str
    due: dt.datetime
    actual: dt.datetime | None
    late: dt.timedelta
    person: str
    why: str
    role: str
    in_period: bool

    @property
    def open(self) -> bool:
        return self.actual is None


@dataclass(frozen=True, slots=True)
class PendingItem:
    """An open pending item. ``row`` is the ticket's register row, ``None`` when the register lacks the ticket.

    ``matter`` has the customer's name and numbers masked.
    """

    ticket: str
    row: int | None
    since: dt.date | None
    age: int | None
    """Whole days since it came in."""
    bucket: str
    cause: str
    matter: str
    keeper: str
    expected: dt.date | None
    talked: dt.date | None
    talk_overdue: bool
    approved: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A ticket the GM should look at, and every reason why. ``due``: of the stage where it stands."""

    ticket: str
    row: int | None
    reasons: tuple[str, ...]
    stage: str
    due: dt.datetime | None
    late: dt.timedelta
    age: int | None


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Callbacks made in the period (STD-09) and what customers said. ``satisfied``: 满意 or better."""

    wanted: Cases
    done: Cases
    rated: Cases
    satisfied: Cases
    dissatisfied: Cases
    words: tuple[tuple[str, Cases], ...]
    calls: int
    connected: int

    @property
    def rate(self) -> float | None:
        return self.satisfied.count / self.rated.count if self.rated else None


@dataclass(frozen=True, slots=True)
class Quality:
    """Findings of one rule: how many of each severity, and the tickets they are about."""

    rule: str
    about: str
    errors: int
    warnings: int
    infos: int
    tickets: tuple[str, ...]

    @property
    def count(self) -> int:
        return self.errors + self.warnings + self.infos


@dataclass(frozen=True, slots=True)
class Flow:
    """What went in and out in a period: ``opening`` + ``received`` - ``closed`` = ``ending``, as sets of tickets."""

    opening: Cases
    received: Cases
    closed: Cases
    ending: Cases
    late: Cases
    """Tickets with a stage that was due in the period and late."""
    on_time: int
    judged: int
    """Stages, not tickets: those that were due in the period, of every flow, and those of them done on time."""
    callbacks: Callbacks

    @property
    def rate(self) -> float | None:
        return self.on_time / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything the summary says, as plain figures. Cases are register rows; ``numbers`` gives each its 编号.

    Figures of the period stand in ``this`` and those of the period before in ``last``; ``open``, ``states``,
    ``pending`` and ``decisions`` are as of ``now``.
    """

    period: Period
    now: dt.datetime
    numbers: Mapping[int, str]
    this: Flow
    last: Flow
    tickets: Cases
    undated: Cases
    """Without a readable 接收时间: in no period, but counted here and among the open ones."""
    open: Cases
    major_open: Cases
    states: tuple[tuple[str, Cases], ...]
    groups: Mapping[str, tuple[Line, ...]]
    stages: tuple[StageLine, ...]
    late_cases: tuple[LateCase, ...]
    pending: tuple[PendingItem, ...]
    quality: tuple[Quality, ...]
    decisions: tuple[Decision, ...]

    @property
    def overdue_now(self) -> tuple[LateCase, ...]:
        """What is late at this moment, longest first."""
        return tuple(case for case in self.late_cases if case.open)

    @property
    def overdue_tickets(self) -> Cases:
        return Cases(tuple(sorted({case.row for case in self.overdue_now})))

    def ticket(self, row: int | None) -> str:
        """How a case is named: its 编号, or its Excel row while it has none."""
        return (self.numbers.get(row, "") or f"第{row}行") if row is not None else ""
