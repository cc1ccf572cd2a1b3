"""Late stages one by one: by how much, and who answered for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Facts
from automation.reports import instants
from automation.reports.figures import LateCase
from automation.reports.period import Period
from automation.reports.standing import Standing, within
from automation.roster import handler_column, names_in
from automation.sla.judgement import NUMBERING
from automation.sla.rules import Rule
from automation.sla.verdict import Verdict


def late_cases(here: Standing, facts: Facts, period: Period) -> tuple[LateCase, ...]:
    """Every stage that is late now, and every one due in the period that was finished late; longest first."""
    stages = here.stages
    in_period = within(stages["counted"], period)
    chosen = stages[(stages["verdict"] == Verdict.LATE) | ((stages["verdict"] == Verdict.FINISHED_LATE) & in_period)]
    chosen = chosen.assign(in_period=in_period.loc[chosen.index]).sort_values(
        ["late", "row", "rule"], ascending=[False, True, True]
    )
    return tuple(_cases(chosen, facts))


def _cases(chosen: pd.DataFrame, facts: Facts) -> Iterator[LateCase]:
    involved = facts.involved if len(chosen) else None
    rules = {rule.id: rule for stages in facts.book.flows.values() for versions in stages for rule in versions[-1:]}
    for stage in chosen.itertuples(index=False):
        rule, row = rules[stage.rule], int(stage.row)
        due = stage.due.to_pydatetime()
        assert involved is not None
        person, why = responsible(facts, row, rule, due.date(), involved.at[row])
        yield LateCase(
            row=row,
            rule=rule.id,
            stage=stage.stage,
            due=due,
            actual=instants.moment(stage.actual),
            late=dt.timedelta(seconds=int(stage.late.total_seconds())),
            person=person,
            why=why,
            role=rule.responsible,
            in_period=bool(stage.in_period),
        )


def responsible(facts: Facts, row: int, rule: Rule, day: dt.date, involved: frozenset[str]) -> tuple[str, str]:
    """Who answered for a stage of a ticket on the day it was due, and how that is known.

    The person the ticket names for it; else who was on duty by 人员 (STD-21), never somebody involved (STD-20); else
    nobody, with the role as the reason. A number that came late (STD-03) is ours to answer for, and nobody's.
    """
    if rule.id == NUMBERING:
        return "kesu", "自动编号：电脑当时没有运行，或工作簿写不进去"
    column = handler_column(rule.stop, rule.responsible)
    named = names_in(str(facts.register.at[row, column])) if column else ()
    if named:
        return "、".join(named), f"登记的{column}"
    department = str(facts.register.at[row, "被反馈部门"])
    on_duty = facts.roster.on_duty(rule.responsible, day, department=department, involved=involved)
    if on_duty:
        return "、".join(one.name for one in on_duty), f"当日值班（{on_duty[0].why}）"
    return "", f"{rule.responsible or '责任角色'}未安排人员"
