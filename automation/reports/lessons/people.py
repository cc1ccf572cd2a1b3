"""Whom tickets name, as counts and nothing more: a name in a complaint is no verdict, and few cases say little."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from automation.checks.facts import Facts
from automation.privacy import mask_name, mask_text
from automation.reports.figures import Cases
from automation.reports.lessons.history import Months, counts, words
from automation.reports.standing import Standing, cases, within
from automation.roster import names_in
from workbook import distinct

COLUMNS = ("责任人", "当事人")
_UPHELD = re.compile(r"(?<![不未非无])属实")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom tickets of the month name. ``upheld``: those whose 责任认定 says 属实 of the one who answers for it."""

    name: str
    department: str
    cases: Cases
    upheld: Cases
    before: int | None
    average: float | None


def mentions(here: Standing, facts: Facts) -> pd.DataFrame:
    """Every name in 责任人 or 当事人, once a ticket (index: Excel row): ``name``, ``part``, ``upheld``, ``received``.

    属实 is said of the 责任人; of the 当事人 only where no 责任人 is named. A customer typed there by mistake is masked.
    """
    tickets = here.tickets
    customers = set(tickets["客户姓名"]) - facts.roster.names
    parts = []
    for column in COLUMNS:
        filled = tickets.loc[tickets[column] != "", column]
        named = distinct.spread(names_in, filled) if len(filled) else filled
        parts.append(named.explode().dropna().to_frame("name").assign(part=column))
    found = pd.concat(parts)
    shown = {name: mask_name(name) if name in customers else mask_text(name) for name in found["name"].unique()}
    found["name"] = words(found["name"].map(shown).astype(object))
    found = found[~found.reset_index().duplicated(["index", "name"]).to_numpy()]
    said = tickets["责任认定"].str.contains(_UPHELD)
    upheld = said.reindex(found.index).to_numpy(bool)
    unnamed = (tickets["责任人"] == "").reindex(found.index).to_numpy(bool)
    mine = (found["part"] == COLUMNS[0]).to_numpy() | unnamed
    return found.assign(upheld=upheld & mine, received=tickets["received"].reindex(found.index).to_numpy("M8[s]"))


def people(facts: Facts, found: pd.DataFrame, known: Months) -> tuple[Named, ...]:
    """Those whom tickets of the month name, the most often named first."""
    departments = {person.name: person.department for person in reversed(facts.roster.people)}
    now = found[within(found["received"], known.this) & found["upheld"]]
    upheld = now["name"].groupby(now["name"]).groups
    return tuple(
        Named(
            line.label,
            departments.get(line.label, ""),
            line.cases,
            cases(upheld.get(line.label, [])),
            line.before,
            line.average,
        )
        for line in counts(found["name"], found["received"], known)
        if line.cases
    )
