"""The register as a report sees it: each ticket's receipt and closure, each stage's verdict in the period it counts for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from automation.checks.facts import Facts
from automation.reports.figures import Callbacks, Cases, Flow, Line, StageLine, Tally
from automation.reports.period import Period
from automation.sla.judgement import NUMBERING
from automation.sla.verdict import Verdict
from workbook.schema import CALLBACKS
from workbook.vocabulary import LEVEL, SATISFACTION, STANDARD_FLOW, STATE

CLOSED = "已办结"
MAJOR = "重大"
BLANK = "未填"
DECIDED = (Verdict.ON_TIME, Verdict.FINISHED_LATE, Verdict.LATE, Verdict.UNKNOWN)
SATISFIED = frozenset(SATISFACTION.values[:2])
DISSATISFIED = frozenset(SATISFACTION.values[3:])
_TYPES = {"row": "int64", "start": "M8[s]", "due": "M8[s]", "actual": "M8[s]", "verdict": "int8", "late": "m8[s]"}
GROUPS = ("反馈类别", "被反馈部门", "反馈渠道", "流程", "级别")
"""Register columns that a summary counts by."""


@dataclass(frozen=True)
class Standing:
    """``tickets``: the register with ``received``, ``closed_at``, ``closed``, ``state`` (index: Excel row).

    ``stages``: every stage of every ticket that has a verdict, as ``Clocks.long`` gives it, with ``counted``: the
    instant that decides which period it belongs to.
    """

    tickets: pd.DataFrame
    stages: pd.DataFrame

    def open(self) -> Cases:
        return cases(self.tickets.index[~self.tickets["closed"]])

    def late_in(self, period: Period) -> pd.DataFrame:
        """The stages due in the period that were finished late, or are not finished."""
        here = self.stages[within(self.stages["counted"], period)]
        return here[here["verdict"].isin([Verdict.LATE, Verdict.FINISHED_LATE])]

    def late_tickets(self, period: Period) -> Cases:
        """The tickets that somebody was late with. A late number (STD-03) is the software's, and makes no ticket late."""
        late = self.late_in(period)
        return cases(late.loc[late["rule"] != NUMBERING, "row"].to_numpy())


def standing(facts: Facts) -> Standing:
    """Prepare the register of a pass for counting."""
    register, now_at = facts.register, facts.clocks.now_at
    stages = facts.clocks.long().astype(_TYPES)  # of an empty register they come untyped
    stages = stages[stages["verdict"].isin([int(verdict) for verdict in DECIDED])]
    received = register["接收时间"]
    closed = now_at["state"].eq(CLOSED).reindex(register.index, fill_value=False)
    last_done = stages.groupby("row")["actual"].max().reindex(register.index)
    done = register["归档时间"].fillna(last_done)
    # A case cannot be closed before it was received: where a typing slip says so, it counts when it was received,
    # so that opening + received - closed stays the ending. The slip itself is a finding (TIME-02).
    closed_at = done.where(done >= received, received).where(closed)
    tickets = register.assign(received=received, closed=closed, closed_at=closed_at, state=now_at["state"])
    tickets["流程"] = tickets["流程"].where(tickets["流程"] != "", STANDARD_FLOW)
    tickets["级别"] = tickets["级别"].where(tickets["级别"] != "", LEVEL.values[0])
    # A case that was archived is over: a stage of it that nobody finished is not late by now, its time is missing.
    gone = _of(stages, closed) & stages["verdict"].eq(int(Verdict.LATE))
    stages = stages.assign(verdict=stages["verdict"].mask(gone, int(Verdict.UNKNOWN)))
    counted = stages["due"].fillna(stages["actual"]).fillna(_of(stages, received))
    return Standing(tickets, stages.assign(counted=counted))


def _of(stages: pd.DataFrame, values: pd.Series) -> pd.Series:
    """What ``values`` has for each stage's ticket."""
    return pd.Series(values.reindex(stages["row"]).to_numpy(), index=stages.index, dtype=values.dtype)


def cases(rows: pd.Index | np.ndarray | list[int]) -> Cases:
    """Rows as :class:`Cases`: sorted, none twice."""
    return Cases(tuple(sorted({int(row) for row in rows})))


def within(times: pd.Series, period: Period) -> pd.Series:
    """Which times lie in the period; a missing one lies in none."""
    return (times >= pd.Timestamp(period.start)) & (times < pd.Timestamp(period.end))


def flow(here: Standing, facts: Facts, period: Period) -> Flow:
    """What went in and out in a period, and how timely its stages were."""
    tickets = here.tickets
    received, closed_at = tickets["received"], tickets["closed_at"]
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)

    def in_hand(moment: pd.Timestamp) -> Cases:
        return cases(tickets.index[(received < moment) & ~(closed_at < moment)])

    due = here.stages[within(here.stages["counted"], period)]
    judged = due["verdict"].isin([Verdict.ON_TIME, Verdict.FINISHED_LATE, Verdict.LATE])
    return Flow(
        opening=in_hand(start),
        received=cases(tickets.index[within(received, period)]),
        closed=cases(tickets.index[within(closed_at, period)]),
        ending=in_hand(end),
        late=here.late_tickets(period),
        on_time=int((due["verdict"] == Verdict.ON_TIME).sum()),
        judged=int(judged.sum()),
        callbacks=_callbacks(here, facts, period),
    )


def states(here: Standing) -> tuple[tuple[str, Cases], ...]:
    """Where every ticket stands now, in the order of the contract."""
    by_state = here.tickets.groupby("state").groups
    return tuple((state, cases(by_state.get(state, []))) for state in STATE.values)


def lines(here: Standing, column: str, period: Period) -> tuple[Line, ...]:
    """One line a word of ``column`` that occurs among what is counted, the most received first."""
    tickets = here.tickets
    labels = tickets[column].where(tickets[column] != "", BLANK)
    late = set(here.late_tickets(period).rows)
    masks = {
        "received": within(tickets["received"], period),
        "closed": within(tickets["closed_at"], period),
        "open": ~tickets["closed"],
        "late": tickets.index.isin(late),
        "before": within(tickets["received"], period.before),
    }
    grouped = {name: labels[mask].groupby(labels[mask]).groups for name, mask in masks.items()}
    words = dict.fromkeys(word for groups in grouped.values() for word in groups)
    made = [Line(word, **{name: cases(groups.get(word, [])) for name, groups in grouped.items()}) for word in words]
    return tuple(sorted(made, key=lambda line: (-line.received.count, -line.open.count, line.label)))


def stage_lines(here: Standing, facts: Facts, period: Period) -> Iterator[StageLine]:
    """Every stage of the standard flow, and those of other flows that have anything to tell."""
    this, before = _tallies(here, period), _tallies(here, period.before)
    overdue = here.stages[here.stages["verdict"] == Verdict.LATE].groupby(["flow", "rule"])["row"].agg(list)
    late = here.late_in(period).groupby(["flow", "rule"])["late"].agg(["median", "max"])
    for name, stages in facts.book.flows.items():
        for rule in (versions[-1] for versions in stages):
            key = (name, rule.id)
            tally, earlier = this.get(key, Tally()), before.get(key, Tally())
            now = cases(overdue.get(key, []))
            if name == STANDARD_FLOW or tally != Tally() or earlier != Tally() or now:
                median, worst = late.loc[key] if key in late.index else (pd.Timedelta(0), pd.Timedelta(0))
                yield StageLine(rule.id, name, rule.stage, rule.span, tally, earlier, _span(median), _span(worst), now)


def _tallies(here: Standing, period: Period) -> dict[tuple[str, str], Tally]:
    due = here.stages[within(here.stages["counted"], period)]
    rows: dict[tuple[str, str], dict[int, list[int]]] = {}
    for (name, rule, verdict), group in due.groupby(["flow", "rule", "verdict"])["row"]:
        rows.setdefault((name, rule), {})[int(verdict)] = list(group)
    return {
        key: Tally(
            on_time=cases(found.get(Verdict.ON_TIME, [])),
            finished_late=cases(found.get(Verdict.FINISHED_LATE, [])),
            overdue=cases(found.get(Verdict.LATE, [])),
            unknown=cases(found.get(Verdict.UNKNOWN, [])),
        )
        for key, found in rows.items()
    }


def _span(length: pd.Timedelta) -> dt.timedelta:
    return dt.timedelta(seconds=int(length.total_seconds()))


def _callbacks(here: Standing, facts: Facts, period: Period) -> Callbacks:
    tickets = here.tickets
    wanted = (tickets["需回访"] == "是") & within(tickets["转客服时间"], period)
    done = within(tickets["回访时间"], period)
    words = tickets["满意度"].where(done, "")
    found = words[words != ""].groupby(words[words != ""]).groups
    ordered = [word for word in SATISFACTION.values if word in found]
    ordered += sorted(word for word in found if word not in SATISFACTION.values)
    calls = facts.ledger[CALLBACKS].frame
    calls = calls[within(calls["回访时间"], period)]
    return Callbacks(
        wanted=cases(tickets.index[wanted]),
        done=cases(tickets.index[done]),
        rated=cases(tickets.index[words != ""]),
        satisfied=cases(tickets.index[words.isin(SATISFIED)]),
        dissatisfied=cases(tickets.index[words.isin(DISSATISFIED)]),
        words=tuple((word, cases(found[word])) for word in ordered),
        calls=len(calls),
        connected=int((calls["接通"] == "是").sum()),
    )
