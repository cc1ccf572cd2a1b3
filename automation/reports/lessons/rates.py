"""How satisfied those called back were and how timely the stages, by what the ticket is about and by who answers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from automation.checks.facts import Facts
from automation.reports.figures import Cases
from automation.reports.period import Period
from automation.reports.standing import BLANK, DISSATISFIED, SATISFIED, Standing, cases, within
from automation.sidesheets import spotchecks
from automation.sla.verdict import Verdict
from workbook.schema import SPOT_CHECKS


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What customers of one word said of callbacks made in the month. ``rated``: all who said anything."""

    label: str
    rated: Cases
    satisfied: Cases
    dissatisfied: Cases


@dataclass(frozen=True, slots=True)
class Timeliness:
    """The stages due in the month of one word: how many, on time, and the tickets of those that were late."""

    label: str
    judged: int
    on_time: int
    late: Cases

    @property
    def late_stages(self) -> int:
        return self.judged - self.on_time


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """One 抽查项 (X-03): those who answered in the month and in the one before, and how many of them said it was met."""

    item: str
    checked: int
    met: int
    checked_before: int
    met_before: int


def satisfaction(here: Standing, labels: pd.Series, period: Period) -> tuple[Satisfaction, ...]:
    """One line a word of ``labels`` (one a ticket) that anybody who was called back in the month rated, the most rated first."""
    tickets = here.tickets
    rated = tickets[within(tickets["回访时间"], period) & (tickets["满意度"] != "")]
    labels = labels.loc[rated.index]
    made = []
    for label, rows in labels.groupby(labels).groups.items():
        said = rated.loc[rows, "满意度"]
        satisfied, dissatisfied = (cases(said.index[said.isin(list(of))]) for of in (SATISFIED, DISSATISFIED))
        made.append(Satisfaction(str(label), cases(rows), satisfied, dissatisfied))
    return tuple(sorted(made, key=lambda line: (-line.rated.count, line.label)))


def due_in(here: Standing, facts: Facts, departments: pd.Series, period: Period) -> pd.DataFrame:
    """The stages judged in the month, a row each, with ``department`` of the ticket (of ``departments``) and ``role`` that answers."""
    stages = here.stages[within(here.stages["counted"], period)]
    judged = stages["verdict"].isin([Verdict.ON_TIME, Verdict.FINISHED_LATE, Verdict.LATE])
    roles = {rule.id: rule.responsible for flow in facts.book.flows.values() for rules in flow for rule in rules}
    mine = stages[judged]
    return mine.assign(
        department=departments.reindex(mine["row"]).to_numpy(object),
        role=[roles.get(rule) or BLANK for rule in mine["rule"]],
    )


def timeliness(due: pd.DataFrame, column: str) -> tuple[Timeliness, ...]:
    """One line a word of ``column`` of :func:`due_in`, the most late stages first."""
    on_time = due["verdict"] == int(Verdict.ON_TIME)
    made = [
        Timeliness(str(label), len(rows), int(on_time[rows].sum()), cases(due.loc[rows, "row"][~on_time[rows]]))
        for label, rows in due.groupby(column).groups.items()
    ]
    return tuple(sorted(made, key=lambda line: (-line.late_stages, -line.judged, line.label)))


def spot_checks(facts: Facts, period: Period) -> tuple[SpotCheck, ...]:
    """X-03: the rates of the month beside those of the month before; items nobody was asked about in either are left out."""
    frame = facts.ledger[SPOT_CHECKS].frame
    this, last = (spotchecks.rates(frame, month.label) for month in (period, period.before))
    items = list(dict.fromkeys([*this.index, *last.index]))
    this, last = (found.reindex(items)[["checked", "met"]].fillna(0).astype(int) for found in (this, last))
    made = (
        SpotCheck(str(item), *(int(found.at[item, name]) for found in (this, last) for name in ("checked", "met")))
        for item in items
    )
    return tuple(one for one in made if one.checked or one.checked_before)
