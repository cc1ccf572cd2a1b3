"""A check's case: a workbook that it must find something in, and the smallest change after which it must not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from automation import enactments, history, lates, numbering
from automation.checks.facts import Check, Facts
from automation.past import History, Past
from automation.sla import rulesheet
from tests import tables
from workbook.finding import Finding, Severity
from workbook.schema import RULES

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True)
class Case:
    """``rule`` is found at ``at`` in ``text``; ``but`` (old, new) changes the text into one where it is not.

    ``says`` stands in the message, ``hints`` in the advice. ``before``: the workbook as an earlier pass left it.
    ``elsewhere``: other places where the same rule rightly finds something in this text. ``told``: alert key → when;
    ``mailed``: key of a notice to a department → when.
    """

    sentence: str
    rule: str
    at: str
    severity: Severity
    says: str
    text: str
    but: tuple[str, str]
    hints: str = ""
    before: str = ""
    now: str = "11-21 09:30"
    elsewhere: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    mailed: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.sentence

    def facts(self, text: str) -> Facts:
        if self.mailed:
            at = {key: tables.moment(moment) for key, moment in self.mailed}
            return tables.facts(text, now=self.now, past=Past(mailed=at))
        if self.told:
            at = {key: tables.moment(moment) for key, moment in self.told}
            return tables.facts(text, now=self.now, past=Past(told_at=at))
        if not self.before:
            return tables.facts(text, now=self.now)
        past, now = remembered(self.before), tables.moment(self.now)
        changes, seen = history.compare(tables.load(text), past.history, now)
        since = past.history.after(changes, seen, now)
        facts = tables.facts(text, now=self.now, past=replace(past, history=since))
        turned, taken = enactments.compare(facts).changes, lates.compare(facts, changes).no_more
        return replace(facts, past=replace(facts.past, rule_changes=turned, no_more=taken))

    def must_be_found(self, checks: Iterable[Check]) -> None:
        found = look(checks, self.facts(self.text))
        places = {place(finding): finding for finding in found if finding.rule == self.rule}
        assert self.at in places, f"not found; found instead: {[f.message for f in found]}"
        assert set(places) == {self.at, *self.elsewhere}, f"found too much: {sorted(places)}"
        finding = places[self.at]
        assert finding.severity is self.severity
        assert tables.plain(self.says) in tables.plain(finding.message)
        assert tables.plain(self.hints) in tables.plain(finding.hint)

    def must_be_spared(self, checks: Iterable[Check]) -> None:
        old, new = self.but
        assert self.text.count(old) == 1, f"“{old}” must stand in the text exactly once"
        found = look(checks, self.facts(self.text.replace(old, new)))
        wrong = [f.message for f in found if f.rule == self.rule and place(f) not in self.elsewhere]
        assert not wrong, f"a near miss was found: {wrong}"


def place(finding: Finding) -> str:
    return str(finding.where) if finding.where else finding.sheet


def look(checks: Iterable[Check], facts: Facts) -> list[Finding]:
    """All that the checks find; every finding must say where it is and what to do."""
    found = [finding for check in checks for finding in check(facts)]
    for finding in found:
        says_where_and_what(finding)
    return found


def says_where_and_what(finding: Finding) -> None:
    if finding.where:
        assert finding.message.startswith(f"{finding.where} "), f"does not begin with its place: {finding.message}"
    else:
        assert finding.sheet, f"neither cell nor sheet: {finding.message}"
    assert finding.hint, f"no advice: {finding.message}"


BEFORE = dt.datetime(2026, 11, 20, 9, 0)
"""When the pass before was."""


def remembered(text: str) -> Past:
    """What the journal keeps of a workbook that an earlier pass has numbered and written."""
    book = tables.load(text)
    issued = numbering.allocate(book.register.frame, (), BEFORE).issued
    seen = History(last=BEFORE).after(*history.compare(book, History(), BEFORE), BEFORE)
    rules = enactments.kept(rulesheet.read(book[RULES])[0])
    past = Past(issued=tuple(replace(issue, written=True) for issue in issued), history=seen, rules=rules)
    late = lates.compare(tables.facts(text, now=f"{BEFORE:%Y-%m-%d %H:%M}", past=past), ())
    return replace(past, lates=late.kept, basis=late.basis)
