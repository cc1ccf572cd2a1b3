"""Every ticket of the register as the page shows it: where it stands, who has it, what it is about; masked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from automation.checks.facts import Facts
from automation.dashboard.columns import Words, seconds
from automation.escalation import TALK_RULE
from automation.privacy import mask_name, mask_plate, mask_text
from automation.reports.standing import CLOSED, Standing
from automation.roster import handler_column, names_in
from automation.sla.rules import Rule
from workbook import distinct

LONGEST = 120
"""Signs of 内容概要 that are shown: who needs more has the workbook."""
NOBODY = "未安排"
PENDING = "未了事宜"
_MANAGER = "客户经理"
_WORDS = {
    "state": "state",
    "level": "级别",
    "category": "反馈类别",
    "department": "被反馈部门",
    "channel": "反馈渠道",
    "receiver": "接收人",
    "handler": "经办人",
    "model": "车型",
}
"""What the page calls them, and the columns of :class:`~automation.reports.standing.Standing`."""


def columns(facts: Facts, here: Standing, held: pd.Series) -> dict[str, Any]:
    """The register as columns, a place a ticket in the order of the rows; ``held``: see :func:`holders`."""
    tickets, now_at = here.tickets, facts.clocks.now_at
    made: dict[str, Any] = {"row": tickets.index.tolist(), "number": tickets["编号"].tolist()}
    flow = pd.Series("", index=tickets.index, dtype=object)
    for name, clocked in facts.clocks.flows.items():
        flow[clocked.index] = name
    for name, column in _WORDS.items():
        made[name] = _worded(tickets[column])
    made["flow"], made["holder"] = _worded(flow), _worded(held)
    made["received"] = seconds(tickets["received"])
    made["closed"] = seconds(tickets["closed_at"])
    made["due"] = seconds(now_at["due"])
    made["rule"] = now_at["rule"].tolist()
    made["customer"] = distinct.spread(mask_name, tickets["客户姓名"]).tolist()
    made["plate"] = distinct.spread(mask_plate, tickets["车牌号"]).tolist()
    made["summary"] = distinct.spread(_summary, tickets["内容概要"], tickets["客户姓名"]).tolist()
    return made


def _worded(column: pd.Series) -> dict[str, Any]:
    words = Words()
    return {"at": words.of(distinct.spread(_tidy, column)), "words": words.listed}


def _tidy(word: object) -> str:
    """A word of a list; what was typed instead of one may tell who the customer is."""
    return mask_text(" ".join(str(word).split()))


def _summary(text: str, customer: str) -> str:
    told = mask_text(" ".join(text.split()), [customer])
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def holders(facts: Facts) -> pd.Series:
    """Who has each ticket now, by the ticket and 人员 as alerts have it; empty of those closed.

    Whoever is on duty today for the role of the stage where it stands, of a pending item for its monthly talk
    (STD-16, STD-21); :data:`NOBODY` where the roster has none.
    """
    register, now_at = facts.register, facts.clocks.now_at
    rules = {rule.id: rule for stages in facts.book.flows.values() for versions in stages for rule in versions}
    talking = now_at["state"].eq(PENDING)
    rule_ids = now_at["rule"].where(~talking, TALK_RULE)
    named = pd.Series("", index=register.index, dtype=object)
    for rule_id in rule_ids.unique():
        column = _handler(rules.get(rule_id), rule_id)
        if column:
            mine = rule_ids.eq(rule_id)
            named[mine] = register.loc[mine, column]
    going = now_at["state"].ne(CLOSED)
    held = pd.Series("", index=register.index, dtype=object)

    def on_duty(rule_id: str, name: str, department: str, involved: frozenset[str]) -> str:
        role = _MANAGER if rule_id == TALK_RULE else rules[rule_id].responsible if rule_id in rules else ""
        return _who(facts, role, name, department, involved, facts.now.date())

    if going.any():
        asked = (rule_ids, named, register["被反馈部门"], facts.involved)
        held[going] = distinct.spread(on_duty, *(column[going] for column in asked))
    return held


def _handler(rule: Rule | None, rule_id: str) -> str:
    if rule_id == TALK_RULE:
        return handler_column("", _MANAGER)
    return handler_column(rule.stop, rule.responsible) if rule else ""


def _who(facts: Facts, role: str, named: str, department: str, involved: frozenset[str], day: dt.date) -> str:
    first = names_in(named)[:1]
    people = facts.roster.on_duty(role, day, named=first[0] if first else "", department=department, involved=involved)
    return mask_text("、".join(dict.fromkeys(person.name for person in people))) or NOBODY
