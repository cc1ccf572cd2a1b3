"""From a pass to what stands on the page: ``now``, small and shown at once, and ``tickets``, every ticket as columns."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from automation import alerts
from automation.advice import PENDING_TODO
from automation.checks.facts import Facts
from automation.dashboard import figures, stages, tickets
from automation.past import CASE
from automation.privacy import mask_text
from automation.reports import matters, standing
from automation.reports.late import late_cases
from automation.reports.masked import Masked
from automation.reports.standing import Standing
from workbook.finding import Finding

TOLD_FOR = dt.timedelta(days=93)
"""How long an alert stays on the page after it was told."""


@dataclass(frozen=True)
class Content:
    """Both are plain lists, words and numbers. Nothing in them says when the page was made."""

    now: dict[str, Any]
    tickets: dict[str, Any]


def of(
    facts: Facts, findings: Sequence[Finding], *, dealership: str, workbook: str, told: Collection[str] = ()
) -> Content:
    """What the page says of a pass; ``told``: keys of the alerts that this very pass tells. Asks no clock."""
    here = standing.standing(facts)
    held = tickets.holders(facts)
    masked = Masked(facts)
    now = {
        "dealership": dealership,
        "workbook": workbook,
        "register": facts.ledger.register.sheet,
        "day": facts.now.date().isoformat(),
        "tiles": figures.tiles(here, facts.now),
        "ages": figures.ages(here, facts.now),
        "weeks": figures.weeks(here, facts.now),
        "flows": figures.flows(here, facts),
        "people": figures.people(here, held, facts),
        "departments": figures.departments(here, facts.now),
        "categories": figures.categories(here, facts.now),
        "decisions": _decisions(here, facts),
        "findings": [_finding(masked, one) for one in findings],
        "quality": [
            {"rule": one.rule, "about": one.about, "error": one.errors, "warning": one.warnings, "info": one.infos}
            for one in matters.quality(findings)
        ],
    }
    every = {
        "tickets": tickets.columns(facts, here, held),
        **stages.columns(facts, here),
        "told": _told(facts, told),
        "changes": _changes(facts),
        "pendingTodo": PENDING_TODO,
    }
    return Content(now, every)


def _decisions(here: Standing, facts: Facts) -> list[dict[str, object]]:
    """What needs the GM, as the summary has it (STD-18): one line a ticket with every reason."""
    pending = matters.pending_items(here, facts)
    late = late_cases(here, facts, figures.last_days(facts.now))
    at = {int(row): place for place, row in enumerate(here.tickets.index)}
    return [
        {"number": one.ticket, "at": None if one.row is None else at[one.row], "reasons": list(one.reasons)}
        for one in matters.decisions(here, facts, pending, late)
    ]


def _finding(masked: Masked, finding: Finding) -> dict[str, str]:
    where = finding.where
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "cell": str(where) if where else finding.sheet,
        "number": finding.ticket,
        "message": masked.told(finding, finding.message),
        "hint": masked.told(finding, finding.hint, examples=True),
    }


def _told(facts: Facts, now: Collection[str]) -> dict[str, list[dict[str, object]]]:
    """Alerts of late by ticket."""
    made: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    keys = {key: at for key, at in facts.past.told_at.items() if at > facts.now - TOLD_FOR}
    keys |= dict.fromkeys(now, facts.now)
    known = [(at, one) for key, at in keys.items() if (one := alerts.of_key(key))]
    for at, one in sorted(known, key=lambda pair: (pair[0], pair[1].due, pair[1].level, pair[1].rule)):
        made[one.ticket].append(
            {"rule": one.rule, "level": one.level.chinese, "due": one.due.isoformat(), "at": at.isoformat()}
        )
    return dict(made)


def _changes(facts: Facts) -> dict[str, list[dict[str, str]]]:
    """Watched fields that were changed lately, by ticket. What identifies a case is kept as digests only."""
    made: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for one in facts.past.history.recent(facts.now):
        old, new = ("", "") if one.field == CASE else (mask_text(one.old), mask_text(one.new))
        made[one.ticket].append({"field": one.field, "old": old, "new": new, "at": one.at.isoformat()})
    return dict(made)
