"""What passes judged late, kept from pass to pass, and what by the record as it is now is late no more.

The verdict itself is remembered, not the entries it rested on: so it does not matter which of the many cells was changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from automation.excuses import Excuses, stands_still
from automation.laterounds import LATE, Round, all_late, as_late, rounds, rows_of
from automation.past import CASE, KEPT, Change, Late, LateNoMore
from automation.sla import clock
from automation.sla.calendar import Calendar
from automation.sla.rules import Rule

if TYPE_CHECKING:  # the checks import this file
    from automation.checks.facts import Facts


@dataclass(frozen=True)
class Compared:
    """``kept``: what is late and was not known as such, with the pass that saw it first; ``dropped``: what is to be known
    no longer; ``no_more``: what of it the record took back. ``basis``: what else verdicts rest on, see :func:`compare`.
    """

    kept: Mapping[Late, dt.datetime]
    dropped: tuple[Late, ...]
    no_more: tuple[LateNoMore, ...]
    basis: str


def compare(facts: Facts, changes: Sequence[Change]) -> Compared:
    """What is late now against what was at the latest pass (``facts.past.lates``); ``changes``: what this pass saw change.

    What nobody took back is left out: another rule, another calendar for what counts working time, another clock
    (``facts.past.basis``), another case under the number, a form that was returned, a slip that was corrected, a
    computer's clock that ran ahead. What cannot be judged any more, or stands still by right, goes on being known.
    """
    basis, before, found = _basis(facts.clocks.calendar), facts.past.lates, all_late(facts)
    kept = {late: facts.now for late in found if late not in before}
    gone = [late for late in before if late not in found]
    rows = rows_of(facts, {late.ticket for late in gone})
    gone = sorted(late for late in gone if late.ticket in rows)
    if not gone:
        return Compared(kept, (), (), basis)
    excused, of_now = Excuses.of(facts, changes, basis), rounds(facts, {late.rule for late in gone}, set(rows.values()))
    dropped, no_more = [], []
    for late in gone:
        mine = of_now.get((rows[late.ticket], late.rule), [])
        still = [one for one in mine if one.verdict in LATE and one.is_of(late)]
        if still:
            same = as_late(late.ticket, still[-1])
            kept[same] = min(kept.get(same, facts.now), before[late])
        elif excused.has(late, before[late], mine):
            pass
        elif stands_still(facts, late, before[late], mine):
            continue
        else:
            no_more.append(LateNoMore(late, before[late], facts.now))
        dropped.append(late)
    return Compared(kept, tuple(dropped), tuple(no_more), basis)


def recent(facts: Facts) -> Iterator[tuple[LateNoMore, Rule, int, list[Round]]]:
    """What was taken back lately and is not late again: with its rule, the row of its ticket and its rounds as they are."""
    told = [one for one in facts.past.no_more if facts.now - KEPT < one.seen]
    if not told:
        return
    rules = {versions[-1].id: versions[-1] for stages in facts.book.flows.values() for versions in stages}
    rows = rows_of(facts, {one.late.ticket for one in told})
    of_now = rounds(facts, {one.late.rule for one in told}, set(rows.values()))
    for one in told:
        row, rule = rows.get(one.late.ticket), rules.get(one.late.rule)
        others = (change for change in facts.past.history.of(one.late.ticket) if change.field == CASE)
        if row is None or rule is None or any(change.at > one.seen for change in others):
            continue
        mine = of_now.get((row, rule.id), [])
        if not any(each.verdict in LATE and each.is_of(one.late) for each in mine):
            yield one, rule, row, mine


def _basis(calendar: Calendar) -> str:
    """Digests of the clock itself and of the calendar it counts on: what verdicts rest on beside the record and the rules."""
    worked = f"{calendar.week}{sorted((calendar.days or {}).items())}{calendar.published_until}"
    return f"{_clock()}|{hashlib.sha256(worked.encode()).hexdigest()[:16]}"


@cache
def _clock() -> str:
    """Which clock this is. After an update another one may judge otherwise, and that is nobody's doing."""
    sources = sorted(Path(clock.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
