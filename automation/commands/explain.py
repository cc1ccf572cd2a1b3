"""``kesu explain``: everything about one ticket's deadlines."""

from __future__ import annotations

import datetime as dt
import email
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from email import policy
from pathlib import Path

import click

from automation import alerts, cycle, elders, lookup
from automation.alerts import Level
from automation.checks.facts import Facts
from automation.checks.pending import GM
from automation.journal import Journal
from automation.settings import Settings
from automation.sla import explain, tell
from automation.sla.explain import Alerts, Told
from automation.terminal import CLEAN, find_settings
from automation.wording import moment


def tell_of(workbook: Path, ticket: str, *, as_json: bool, now: dt.datetime) -> int:
    """Print the explanation; for a plate, its tickets.

    Raises :class:`~automation.lookup.NoSuchTicket` with the nearest numbers there are.
    """
    settings = find_settings(workbook, None)
    facts = cycle.inspect(settings, now).facts
    elders.refuse(facts.ledger, ticket, settings.adopted.since)
    meant = lookup.find(facts.register, facts.clocks.now_at["state"], ticket)
    if meant.plate:
        listed = [asdict(one) for one in meant.tickets]
        words = lookup.in_words(meant, f"kesu explain {workbook.name}")
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2) if as_json else words)
        return CLEAN
    told = explain.explain(
        facts.ledger,
        facts.clocks,
        meant.number,
        history=facts.past.history,
        alerts=_alerts(settings, facts, meant.number),
    )
    if as_json:
        data = [one.as_json() for one in told]
        click.echo(json.dumps(data if len(data) > 1 else data[0], ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join(tell.in_words(one) for one in told))
    return CLEAN


def _alerts(settings: Settings, facts: Facts, ticket: str) -> Alerts:
    """What was told of a ticket, when, and to whom: the journal's keys, and the mails queued at those passes."""
    made = [(one, at) for key, at in facts.past.told_at.items() if (one := alerts.of_key(key))]
    mine = sorted(
        ((one, at) for one, at in made if one.ticket == ticket), key=lambda pair: (pair[0].due, pair[0].level)
    )
    names = {person.address.lower(): person.name for person in facts.roster.people}
    readers = _readers(settings, ticket, {at for _, at in mine if at}, names)
    found: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for one, at in mine:
        to = _who(facts, readers, one, at) if at else ()
        found[ticket, one.rule].append(
            Told(
                one.level.chinese,
                one.due.isoformat(timespec="seconds"),
                at.isoformat(timespec="seconds") if at else "",
                to,
            )
        )
    return found


_Key = tuple[str, str, Level, dt.datetime]
_TALKS = "客户经理"
"""Who is to talk with the customers of pending items (STD-16)."""


def _who(
    facts: Facts, readers: Mapping[_Key, Mapping[str, None]], one: alerts.Told, at: dt.datetime
) -> tuple[str, ...]:
    """Who was told. A mail has but the gravest line of a matter: who has a graver one, and holds the role that this one is
    for (STD-16 is no rule of 规则), was told by that.
    """
    found = readers.get((one.rule, moment(one.due), one.level, at), {})
    if found:
        return tuple(found)
    rules = (
        rule for flow in facts.book.flows.values() for versions in flow for rule in versions if rule.id == one.rule
    )
    above = one.level is Level.REPORTED
    roles = {rule.escalates_to if above else rule.responsible for rule in rules} or {GM if above else _TALKS}
    holders = {person.name for role in roles for person in facts.roster.in_role(role)}
    graver = (readers.get((one.rule, moment(one.due), level, at), {}) for level in Level if level > one.level)
    return tuple(dict.fromkeys(name for names in graver for name in names if name in holders))


def _readers(
    settings: Settings, ticket: str, passes: set[dt.datetime], names: Mapping[str, str]
) -> dict[_Key, dict[str, None]]:
    """Who has an alert in his mail: rule, due time in its words, level and pass → names, in the order of the mails."""
    found: dict[_Key, dict[str, None]] = defaultdict(dict)
    if not passes:
        return found
    with Journal.peek(settings.journal) as journal:
        for entry in journal.entries():
            if entry.kind == "alert" and entry.queued_at in passes:
                people = [names.get(address.lower(), address) for address in entry.recipients]
                for level, rule, due in _lines(journal.raw(entry.key) or b"", ticket):
                    found[rule, due, level, entry.queued_at].update(dict.fromkeys(people))
    return found


_LEVELS = {level.chinese: level for level in Level}
_HEADING = re.compile(r"【(.+?)】")


def _lines(raw: bytes, ticket: str) -> Iterator[tuple[Level, str, str]]:
    """Level, rule and due time of each line of a digest that is about the ticket."""
    body = email.message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    about = re.compile(rf"\d+\. {re.escape(ticket)} .*（截止 (.+)，规则 (.+)）")
    level: Level | None = None
    for line in str(body.get_content()).splitlines() if body else ():
        if heading := _HEADING.match(line):
            level = _LEVELS.get(heading[1])
        elif level and (match := about.match(line)):
            yield level, match[2], match[1]
