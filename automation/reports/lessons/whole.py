"""The monthly analysis in figures (X-02, X-05, OEM): everything mail and workbook say, argued from one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from automation.checks.facts import Facts
from automation.privacy import mask_text
from automation.reports import standing
from automation.reports.figures import Cases, Flow, LateCase
from automation.reports.late import late_cases
from automation.reports.lessons import faults, history, measures, people, rates, repeats, topics
from automation.reports.lessons.history import Count, Months
from automation.reports.lessons.measures import Debt, Measure
from automation.reports.lessons.pareto import Bar, pareto
from automation.reports.lessons.people import Named
from automation.reports.lessons.rates import Satisfaction, SpotCheck, Timeliness
from automation.reports.lessons.repeats import CameBack, Repeat, Warranty
from automation.reports.lessons.topics import Topic
from automation.reports.period import Period
from automation.reports.standing import BLANK, Standing
from automation.sla.verdict import Verdict
from workbook import distinct
from workbook.vocabulary import STANDARD_FLOW

GROUPS = ("反馈类别", "反馈渠道", "车型", "被反馈部门", "流程", "级别")
"""Register columns that the analysis counts by."""


@dataclass(frozen=True, slots=True)
class LateStage:
    """One stage of the month that was late: ``count`` times of ``judged``. ``role`` answers for it."""

    rule: str
    label: str
    role: str
    count: int
    judged: int
    cases: Cases


@dataclass(frozen=True)
class Analysis:
    """The figures of a month. Cases are register rows; ``listed``: every ticket that a figure counts, a row each.

    ``listed`` has the words that are counted, as :data:`GROUPS` and 故障; ``departments`` the department of every ticket
    of the register. ``months`` says what is compared; ``flows`` belong to ``months.shown``.
    """

    period: Period
    months: Months
    facts: Facts
    here: Standing
    numbers: Mapping[int, str]
    departments: Mapping[int, str]
    listed: pd.DataFrame
    undated: Cases
    flows: tuple[Flow, ...]
    by: Mapping[str, tuple[Count, ...]]
    faults: tuple[Count, ...]
    mentions: pd.DataFrame
    people: tuple[Named, ...]
    repeats: tuple[Repeat, ...]
    came_back: tuple[CameBack, ...]
    warranty: Warranty
    satisfaction: Mapping[str, tuple[Satisfaction, ...]]
    timeliness: Mapping[str, tuple[Timeliness, ...]]
    late: tuple[LateCase, ...]
    late_stages: tuple[LateStage, ...]
    measures: tuple[Measure, ...]
    debts: tuple[Debt, ...]
    spot_checks: tuple[SpotCheck, ...]
    topics: tuple[Topic, ...] = ()

    @property
    def this(self) -> Flow:
        return self.flows[-1]

    @property
    def last(self) -> Flow | None:
        """The month before; ``None`` in a register's first month."""
        return self.flows[-2] if self.months.before else None

    @property
    def average(self) -> float | None:
        """Tickets a month over the months compared with."""
        compared = self.months.earlier
        pairs = zip(self.months.shown, self.flows, strict=True)
        earlier = [flow for month, flow in pairs if month in compared]
        return sum(flow.received.count for flow in earlier) / len(earlier) if earlier else None

    @property
    def categories(self) -> tuple[Bar, ...]:
        return pareto(self.by["反馈类别"])

    @property
    def broken(self) -> tuple[Bar, ...]:
        """The Pareto of faults."""
        return pareto(self.faults)

    def ticket(self, row: int | None) -> str:
        """How a case is named: its 编号, or its Excel row while it has none."""
        return (self.numbers.get(row, "") or f"第{row}行") if row is not None else ""

    def tickets(self, found: Cases, most: int = 0) -> str:
        """The tickets by name, at most ``most`` when that is given."""
        shown = found.rows[:most] if most else found.rows
        more = f" 等{found.count}件" if len(shown) < found.count else ""
        return "、".join(self.ticket(row) for row in shown) + more

    def department_of(self, found: Cases) -> str:
        """The department that most of the tickets are about; the first of the alphabet where two have as many."""
        known = Counter(self.departments[row] for row in found.rows if self.departments[row] != BLANK)
        return min(known, key=lambda name: (-known[name], name)) if known else ""


def analyse(facts: Facts, period: Period) -> Analysis:
    """The analysis of the month ``period`` as of ``facts.now``. Asks no clock."""
    here = standing.standing(facts)
    tickets, known = here.tickets, history.months(here, period)
    received, fault = tickets["received"], faults.of(tickets)
    labels = {column: history.words(distinct.spread(mask_text, tickets[column])) for column in GROUPS}
    shown = (received >= pd.Timestamp(known.first)) & (received < pd.Timestamp(period.end))
    broken = fault[fault != ""]
    mentions = people.mentions(here, facts)
    due = rates.due_in(here, facts, labels["被反馈部门"], period)
    made = Analysis(
        period=period,
        months=known,
        facts=facts,
        here=here,
        numbers={int(row): str(number) for row, number in tickets["编号"].items()},
        departments={int(row): str(word) for row, word in labels["被反馈部门"].items()},
        listed=pd.DataFrame(),
        undated=standing.cases(tickets.index[received.isna()]),
        flows=tuple(standing.flow(here, facts, month) for month in known.shown),
        by={column: history.counts(words, received, known) for column, words in labels.items()},
        faults=history.counts(broken, received.loc[broken.index], known),
        mentions=mentions,
        people=people.people(facts, mentions, known),
        repeats=repeats.repeats(here, fault, period),
        came_back=repeats.came_back(facts, period),
        warranty=repeats.warranties(facts, period),
        satisfaction={
            column: rates.satisfaction(here, labels[column], period) for column in ("反馈类别", "被反馈部门")
        },
        timeliness={column: rates.timeliness(due, column) for column in ("department", "role")},
        late=tuple(case for case in late_cases(here, facts, period) if case.in_period),
        late_stages=_late_stages(due),
        measures=measures.measures(here, facts, period),
        debts=measures.debts(facts),
        spot_checks=rates.spot_checks(facts, period),
    )
    also = {row for line in made.satisfaction["反馈类别"] for row in line.rated.rows}
    also |= {case.row for case in made.late} | {one.earlier for one in made.repeats}
    every = tickets.index[shown | tickets.index.isin(list(also))]
    made = replace(made, listed=pd.DataFrame({**labels, "故障": fault}).loc[every])
    return replace(made, topics=topics.topics(made))


def _late_stages(due: pd.DataFrame) -> tuple[LateStage, ...]:
    made = []
    for (flow, rule, stage, role), group in due.groupby(["flow", "rule", "stage", "role"]):
        late = group[group["verdict"] != int(Verdict.ON_TIME)]
        if len(late):
            label = stage if flow == STANDARD_FLOW else f"{stage}（{flow}）"
            made.append(LateStage(rule, label, role, len(late), len(group), standing.cases(late["row"].to_numpy())))
    return tuple(sorted(made, key=lambda one: (-one.count, one.rule)))
