"""What earlier passes did, as the plan needs to know it: plain values, no database."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # it is loaded with a report only
    from automation.payroll.settlement import Closed

SEPARATOR = "\x1f"
PRESENCE = "编号"
"""The field that tells whether a ticket stands in the register: its number, ``''`` when it does not, :data:`TWICE`."""
TWICE = "重复"
CASE = "案件"
"""The field that changes when a number stands on another case: digests of what identifies the case, no plain text."""

AHEAD = dt.timedelta(days=1)
"""What is on record as done later than this from now was done when the clock ran ahead."""
LEAP = dt.timedelta(days=3)
"""From one pass to the next a clock that goes on by more, or back by more, may have been set wrongly."""
KEPT = dt.timedelta(days=31)
"""How long a change is told of after it was first seen; the journal keeps it for ever."""

WATCHED: tuple[str, ...] = (
    *(
        "接收时间",
        "上报时间",
        "填单时间",
        "客户联系时间",
        "转管理部时间",
        "复核完成时间",
        "总经理意见时间",
        "执行完成时间",
    ),
    *("转客服时间", "回访时间", "归档时间", "下次答复时间"),
    *("流程", "级别", "责任明确", "联系结果", "需回访", "考核结果", "满意度"),
    *(f"未了事宜台帐-客户经理:{name}" for name in ("转入日期", "最近沟通日期", "状态", "完成日期")),
    *(f"未了事宜台帐-客服中心:{name}" for name in ("转入日期", "最近沟通日期", "状态", "完成日期")),
)
"""The fields the clocks rest on: columns of the register, and of the ledgers as ``sheet:column``.

The journal keeps their values by position: a new one is appended, none is ever moved or taken out.
"""


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
class Change:
    """A field of a ticket was ``old`` and is ``new``: as shown to people, ``''`` when empty.

    ``at``: the pass that saw it first. ``before``: the latest pass that still saw ``old``; ``None`` where none did.
    """

    ticket: str
    field: str
    old: str
    new: str
    at: dt.datetime
    before: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A column of a rule of 规则 was ``old`` and is ``new``, and verdicts of cases that were there before turned.

    ``since``: the 生效日期 of the version (ISO; empty: since ever). ``at``: the pass that saw it first; ``before``: the
    pass before it. ``to_late``, ``to_on_time``, ``other``: how many stages' verdicts that pass saw turn.
    """

    rule: str
    stage: str
    since: str
    column: str
    old: str
    new: str
    to_late: int
    to_on_time: int
    other: int
    at: dt.datetime
    before: dt.datetime | None


class Late(NamedTuple):
    """A round of a stage as a pass judged it late. ``due`` and ``end`` as they are written, ISO 8601; ``end`` is empty while
    it was not done.
    """

    ticket: str
    rule: str
    number: int
    due: str
    end: str


@dataclass(frozen=True, slots=True)
class LateNoMore:
    """``late`` first by the pass ``at``; by the record as the pass ``seen`` found it, no more."""

    late: Late
    at: dt.datetime
    seen: dt.datetime


class Seen(NamedTuple):
    """What a ticket looked like at the latest pass.

    ``mark``: a digest of all watched fields, to tell in one look that nothing changed; ``identity``: short digests of
    what identifies the case; ``held``: presence and the watched fields, joined by :data:`SEPARATOR`.
    """

    mark: int
    identity: str
    held: str

    @property
    def values(self) -> dict[str, str]:
        """Field → value. A field that was not watched yet when this was kept is not among them."""
        return dict(zip((PRESENCE, *WATCHED), self.held.split(SEPARATOR), strict=False))


@dataclass(frozen=True)
class History:
    """What every field the clocks rest on was, and since when.

    ``seen``: ticket → how it looked at the latest pass. ``since``: ticket → when it was first recorded. ``changes``:
    every one since, in the order they were seen. ``last``: the latest pass.
    """

    seen: Mapping[str, Seen] = field(default_factory=lambda: MappingProxyType({}))
    since: Mapping[str, dt.datetime] = field(default_factory=lambda: MappingProxyType({}))
    changes: tuple[Change, ...] = ()
    last: dt.datetime | None = None

    def values(self, ticket: str, name: str) -> tuple[tuple[str, dt.datetime], ...]:
        """Each value a field had and the pass that saw it first, oldest first; empty for a ticket nobody recorded.

        The first stands there since the ticket was first recorded.
        """
        if ticket not in self.seen:
            return ()
        mine = [change for change in self.of(ticket) if change.field == name]
        first = mine[0].old if mine else self.present(ticket, name)
        return ((first, self.since[ticket]), *((change.new, change.at) for change in mine))

    def present(self, ticket: str, name: str) -> str:
        """The value at the latest pass; ``''`` also for a ticket nobody recorded."""
        return self.seen[ticket].values.get(name, "") if ticket in self.seen else ""

    def before(self, change: Change, name: str) -> str:
        """What a field of the ticket was before the pass that saw ``change``."""
        later = (one.old for one in self.of(change.ticket) if one.field == name and one.at >= change.at)
        return next(later, self.present(change.ticket, name))

    def result(self, change: Change, name: str) -> str:
        """What a field of the ticket was after the pass that saw ``change``."""
        same = [one.new for one in self.of(change.ticket) if one.field == name and one.at == change.at]
        return same[-1] if same else self.before(change, name)

    def recent(self, now: dt.datetime) -> tuple[Change, ...]:
        """The changes to be told of at ``now``."""
        return tuple(change for change in self.changes if change.at > now - KEPT)

    def held_since(self, name: str) -> Mapping[str, tuple[str, dt.datetime]]:
        """Ticket → the present value of a field and the pass that saw it first; worked out when asked."""
        return _Held(self, name)

    def of(self, ticket: str) -> Sequence[Change]:
        """The changes of one ticket, in the order they were seen."""
        return self._by_ticket.get(ticket, ())

    @cached_property
    def changed(self) -> Set[str]:
        """Tickets of which a change is known."""
        return self._by_ticket.keys()

    @cached_property
    def _by_ticket(self) -> Mapping[str, Sequence[Change]]:
        found: defaultdict[str, list[Change]] = defaultdict(list)
        for change in self.changes:
            found[change.ticket].append(change)
        return dict(found)

    def after(self, changes: Sequence[Change], seen: Mapping[str, Seen], now: dt.datetime) -> History:
        """The history as it stands once a pass at ``now`` is remembered."""
        if not changes and not seen:
            return self
        since = {**dict.fromkeys(seen, now), **self.since}
        return History({**self.seen, **seen}, since, (*self.changes, *changes), self.last)


class _Held(Mapping[str, tuple[str, dt.datetime]]):
    """A field of every ticket, looked up one by one: few are ever asked for."""

    def __init__(self, history: History, name: str) -> None:
        self._history, self._name = history, name

    def __getitem__(self, ticket: str) -> tuple[str, dt.datetime]:
        if ticket not in self._history.seen:
            raise KeyError(ticket)
        return self._history.values(ticket, self._name)[-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._history.seen)

    def __len__(self) -> int:
        return len(self._history.seen)


@dataclass(frozen=True, slots=True)
class Fault:
    """From ``first`` to ``last`` no pass was possible; ``words`` say why, in Chinese."""

    first: dt.datetime
    last: dt.datetime
    words: str


@dataclass(frozen=True, slots=True)
class Past:
    """Everything remembered that a decision may rest on.

    ``told_at``: keys of alerts already queued (:func:`automation.alerts.of_key`), and when each was.
    ``occurrences``: ``(job, period)`` pairs already done. ``first_seen``: finding key → when the finding first appeared,
    for those that stood at the last pass. ``began``: the first pass. ``history``: what the clocks' fields were, and
    since when. ``starts``: the earliest pass of each year. ``omitted``: ``(job, period)`` left out on purpose → when.
    ``faults``: when no pass was possible, latest first. ``mailed``: keys of the notices that departments were sent
    (:func:`automation.answered.key`) → when each was queued; ``asked``: the 编号 that each asked about, where that was
    kept. ``rules``: the rules of the latest pass (:func:`automation.enactments.kept`); ``rule_changes``: those that
    turned verdicts, in the order they were seen.
    ``closed``: the months whose rewards and penalties were reported, in the order in which that was done. ``lates``: what
    the latest pass knew to be late → the pass that saw it first; ``no_more``: what of that the record took back later;
    ``basis``: on what clock and calendar (:mod:`automation.lates`).
    ``sent_at``: ``(job, period)`` of ``occurrences`` → when each was queued, by the clock of then. ``even_since``: the pass
    after the latest leap of the clock, where there was one not long before the last pass.
    """

    issued: tuple[Issued, ...] = ()
    told_at: Mapping[str, dt.datetime] = field(default_factory=lambda: MappingProxyType({}))
    occurrences: frozenset[tuple[str, str]] = frozenset()
    first_seen: Mapping[str, dt.datetime] = field(default_factory=lambda: MappingProxyType({}))
    began: dt.datetime | None = None
    history: History = field(default_factory=History)
    starts: tuple[dt.datetime, ...] = ()
    omitted: Mapping[tuple[str, str], dt.datetime] = field(default_factory=lambda: MappingProxyType({}))
    faults: tuple[Fault, ...] = ()
    mailed: Mapping[str, dt.datetime] = field(default_factory=lambda: MappingProxyType({}))
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    rules: str = ""
    rule_changes: tuple[RuleChange, ...] = ()
    closed: tuple[Closed, ...] = ()
    lates: Mapping[Late, dt.datetime] = field(default_factory=lambda: MappingProxyType({}))
    no_more: tuple[LateNoMore, ...] = ()
    basis: str = ""
    sent_at: Mapping[tuple[str, str], dt.datetime] = field(default_factory=lambda: MappingProxyType({}))
    even_since: dt.datetime | None = None

    @property
    def told(self) -> Set[str]:
        """Keys of alerts already queued."""
        return self.told_at.keys()
