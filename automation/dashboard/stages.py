"""Every round of every stage of every ticket as columns, with all that its explanation is made of on the page.

``automation.sla.explain`` tells one ticket in full; a tenth of a second each, which twenty thousand do not have. So the
page is given what the sentences of ``automation.sla.steps`` are made of, whole columns at a time, and makes them itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from automation.advice import todo
from automation.checks.facts import Facts
from automation.dashboard import entries
from automation.dashboard.columns import Words, apart
from automation.dashboard.entries import Found
from automation.reports.standing import Standing
from automation.sla import counting, limits, pauses
from automation.sla.calendar import Instants, Mask
from automation.sla.rules import Rule, Unit
from automation.sla.stages import FlowClock, StageClock
from automation.sla.verdict import Reason, Verdict
from workbook.vocabulary import STANDARD_FLOW

EXTENDED, REMEMBERED_START, REMEMBERED_END, BESIDE, PROVISIONAL, START_BY_DAY, END_BY_DAY = 1, 2, 4, 8, 16, 32, 64
"""Bits of a stage's ``marks``: the longer limit counts; the register shows another start or end by now; it is a
deadline beside the flows; its due time lies where holidays are not published.
"""


@dataclass
class _Rows:
    """Stages gathered flow by flow, each part a frame."""

    parts: list[pd.DataFrame] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    names: Words = field(default_factory=Words)
    """Pairs of what happened and where it is written, divided by a line break."""


def columns(facts: Facts, here: Standing) -> dict[str, Any]:
    """``stages``, ``rules``, ``events`` (names of starts and ends), ``days`` and ``pauses`` of a pass.

    Stages stand in the order of the register and of the flow; ``count`` says how many each ticket has. Times are
    seconds from the start before them: ``start`` from the receipt, ``due`` and ``actual`` from the start.
    """
    rows = _Rows()
    for flow in facts.clocks.flows.values():
        for stage in flow.stages:
            _add(rows, facts, flow, flow.index, stage)
        for earlier in flow.earlier:
            _add(rows, facts, flow, earlier.index, earlier.clock)
    for beside in facts.clocks.beside:
        _add(rows, facts, None, beside.index, beside.clock)
    index = here.tickets.index
    frame = pd.concat(rows.parts, ignore_index=True) if rows.parts else _none()
    frame["at"] = index.get_indexer(frame["row"])
    frame = frame.sort_values(["at", "beside", "order", "round"], kind="stable")
    received = here.tickets["received"].to_numpy(dtype="M8[s]")[frame["at"].to_numpy()]
    start = frame["start"].to_numpy(dtype="M8[s]")
    begun = np.where(np.isnat(start), received, start)
    moved = frame["base"].ne(frame["due"]) & frame["base"].notna()
    return {
        "stages": {
            "count": np.bincount(frame["at"], minlength=len(index)).tolist(),
            **{name: frame[name].tolist() for name in _NUMBERS},
            "start": apart(start, received),
            "due": apart(frame["due"].to_numpy(dtype="M8[s]"), begun),
            "actual": apart(frame["actual"].to_numpy(dtype="M8[s]"), begun),
            "moved": dict(
                zip(
                    map(str, np.flatnonzero(moved).tolist()),
                    apart(frame["base"].to_numpy(dtype="M8[s]")[moved], begun[moved]),
                    strict=True,
                )
            ),
        },
        "rules": [_rule(rule) for rule in rows.rules],
        "events": [dict(zip(("name", "place"), pair.split("\n"), strict=True)) for pair in rows.names.listed],
        "days": _days(facts, frame),
        "pauses": _pauses(facts, here),
        "verdicts": [verdict.chinese for verdict in Verdict],
        "reasons": [reason.chinese for reason in Reason],
    }


_NUMBERS = ("rule", "round", "verdict", "reason", "marks", "begin", "begin_row", "end", "end_row")


def _none() -> pd.DataFrame:
    times = {name: pd.Series(dtype="M8[s]") for name in ("start", "due", "actual", "base")}
    return pd.DataFrame({name: pd.Series(dtype="int64") for name in ("row", "beside", "order", *_NUMBERS)} | times)


def _add(rows: _Rows, facts: Facts, flow: FlowClock | None, index: pd.Index, stage: StageClock) -> None:
    """A stage of some tickets; of a deadline beside the flows only where there is one, of what nobody has to do none
    but what was marked so.
    """
    keep = ~np.isnat(stage.start) | ~np.isnat(stage.actual)
    if flow is not None:
        keep |= ~stage.is_(Verdict.NOT_REQUIRED) | (stage.reason != Reason.NONE)
    if not keep.any():
        return
    first = _known(rows, stage.rules)
    begin = entries.of_start(facts.ledger, flow, stage, index)
    end = entries.of_end(facts.ledger, stage, index)
    marks = (
        np.where(stage.extended, EXTENDED, 0)
        | np.where(begin.gone, REMEMBERED_START, 0)
        | np.where(end.gone, REMEMBERED_END, 0)
        | np.where(_provisional(facts, stage), PROVISIONAL, 0)
        | np.where(stage.start_by_day, START_BY_DAY, 0)
        | np.where(stage.actual_by_day, END_BY_DAY, 0)
        | (BESIDE if flow is None else 0)
    )
    order = {rule.id: place for place, rule in enumerate(one.rule for one in flow.stages)} if flow else {}
    part = pd.DataFrame(
        {
            "row": index.to_numpy(),
            "beside": int(flow is None),
            "order": order.get(stage.rule.id, first),
            "rule": first + stage.version,
            "round": stage.number,
            "verdict": stage.verdict.astype(np.int64),
            "reason": stage.reason.astype(np.int64),
            "marks": marks,
            "begin": _names(rows, begin),
            "begin_row": begin.rows,
            "end": _names(rows, end),
            "end_row": end.rows,
            "start": stage.start,
            "due": stage.due,
            "actual": stage.actual,
            "base": _base(facts, flow, stage),
        }
    )
    rows.parts.append(part[keep])


def _known(rows: _Rows, versions: tuple[Rule, ...]) -> int:
    """Where the versions of a stage's rule begin among the rules told."""
    if versions[0] in rows.rules:
        return rows.rules.index(versions[0])
    rows.rules += versions
    return len(rows.rules) - len(versions)


def _names(rows: _Rows, found: Found) -> np.ndarray:
    return np.array(rows.names.places(f"{name}\n{place}" for name, place in found.words))[found.which]


def _base(facts: Facts, flow: FlowClock | None, stage: StageClock) -> Instants:
    """The due times without pauses; only other flows than the standard one know any."""
    if flow is None or flow.flow == STANDARD_FLOW or not flow.pending["since"].notna().any():
        return stage.due
    made = stage.due.copy()
    for version, rule in enumerate(stage.rules):
        for extended in (False, True):
            mine: Mask = (stage.version == version) & (stage.extended == extended)
            if rule.promised or not mine.any():
                continue
            plain = replace(rule, limit=rule.extension if extended else rule.limit, extension=None, condition=None)
            nobody = pd.DataFrame(index=range(int(mine.sum())))
            started = stage.counted[mine]
            made[mine] = limits.ends(plain, started, nobody, facts.ledger, facts.clocks.calendar).due
    return made


def _provisional(facts: Facts, stage: StageClock) -> Mask:
    edge = np.datetime64(facts.clocks.calendar.published_until, "s") + np.timedelta64(1, "D")
    working = np.array([rule.unit in counting.WORKING for rule in stage.rules])[stage.version]
    late: Mask = working & ~np.isnat(stage.due) & (stage.due >= edge)
    return late


def _rule(rule: Rule) -> dict[str, object]:
    condition = rule.condition and f"{rule.condition.column}={rule.condition.value}"
    longer = rule.extension is not None and condition
    return {
        "id": rule.id,
        "flow": rule.flow,
        "stage": rule.stage,
        "source": rule.source,
        "span": rule.span,
        "limit": f"{rule.limit:g}{rule.unit.value}" if longer and rule.limit is not None else "",
        "extension": f"{rule.extension:g}{rule.unit.value}" if longer else "",
        "condition": condition if longer else "",
        "counting": counting.how(rule),
        "clock": "wall" if rule.unit in counting.WALL else "workday" if rule.unit is Unit.WORKDAY else "",
        "responsible": rule.responsible,
        "above": rule.escalates_to,
        "effective": rule.effective.isoformat() if rule.effective else "",
        "promised": rule.promised,
        "todo": todo(rule),
    }


def _days(facts: Facts, frame: pd.DataFrame) -> list[list[object]]:
    """The days that are not plain between the first start and the last deadline: day, whether it is worked, why."""
    times = pd.concat([frame["start"], frame["due"]]).dropna()
    if times.empty:
        return []
    first, last = times.min().date(), min(times.max().date(), facts.now.date() + dt.timedelta(days=400))
    calendar = facts.clocks.calendar
    first = max(first, calendar.first, last - dt.timedelta(days=_MOST_DAYS))
    return [
        [(one.day - dt.date(1970, 1, 1)).days, int(one.workday), one.why]
        for one in _accounts(facts, first, min(last, calendar.last))
        if one.why or not one.workday
    ]


_MOST_DAYS = 3660


def _accounts(facts: Facts, first: dt.date, last: dt.date) -> Iterator[Any]:
    """``Calendar.account`` of a stretch longer than it gives at once."""
    while first <= last:
        until = min(last, first + dt.timedelta(days=300))
        yield from facts.clocks.calendar.account(
            dt.datetime.combine(first, dt.time()), dt.datetime.combine(until, dt.time())
        )
        first = until + dt.timedelta(days=1)


def _pauses(facts: Facts, here: Standing) -> list[list[int | None]]:
    """When clocks stood still: place of the ticket, since, until (``None`` while it lasts)."""
    found: list[list[int | None]] = []
    for flow in facts.clocks.flows.values():
        if flow.flow == STANDARD_FLOW:
            continue
        at = here.tickets.index.get_indexer(flow.index)
        for pause in pauses.of(facts.register.loc[flow.index], facts.ledger, np.datetime64(facts.now, "s")):
            mine = np.flatnonzero(~np.isnat(pause.begin))
            spans = zip(at[mine].tolist(), pause.begin[mine], pause.end[mine], strict=True)
            found += [[place, int(begin.astype(int)), _whole(end)] for place, begin, end in spans]
    return sorted(found, key=lambda one: (one[0] or 0, one[1] or 0))


def _whole(instant: np.datetime64) -> int | None:
    return None if np.isnat(instant) else int(instant.astype("M8[s]").astype(int))
