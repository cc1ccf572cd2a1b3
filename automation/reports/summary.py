"""《客户信息反馈处理单汇总》 in figures: what a period brought, where everything stands, what needs deciding (STD-18)."""

from __future__ import annotations

from collections.abc import Sequence

from automation.checks.facts import Facts
from automation.reports import matters, standing
from automation.reports.figures import Summary
from automation.reports.late import late_cases
from automation.reports.period import Period
from workbook.finding import Finding


def summarise(facts: Facts, findings: Sequence[Finding], period: Period) -> Summary:
    """The summary of ``period`` as of ``facts.now``; ``findings`` are those of the same pass. Asks no clock."""
    here = standing.standing(facts)
    tickets = here.tickets
    late = late_cases(here, facts, period)
    pending = matters.pending_items(here, facts)
    return Summary(
        period=period,
        now=facts.now,
        numbers={int(row): str(number) for row, number in tickets["编号"].items()},
        this=standing.flow(here, facts, period),
        last=standing.flow(here, facts, period.before),
        tickets=standing.cases(tickets.index),
        undated=standing.cases(tickets.index[tickets["received"].isna()]),
        open=here.open(),
        major_open=standing.cases(tickets.index[tickets["级别"].eq(standing.MAJOR) & ~tickets["closed"]]),
        states=standing.states(here),
        groups={column: standing.lines(here, column, period) for column in standing.GROUPS},
        stages=tuple(standing.stage_lines(here, facts, period)),
        late_cases=late,
        pending=pending,
        quality=matters.quality(findings),
        decisions=matters.decisions(here, facts, pending, late),
    )
