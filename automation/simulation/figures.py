"""How many mails a replay gave whom: a day, a week, at most; how much of it was only at risk, how much said twice."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from automation.alerts import Digest, Level


@dataclass(frozen=True, slots=True)
class Reader:
    """What one address got. ``days``: mails on each day of the span, also those without any; ``weeks`` likewise.

    ``repeats``: rows that tell of a ticket and stage of which the same reader was told before, another level or due time.
    """

    role: str
    name: str
    days: tuple[int, ...]
    weeks: tuple[int, ...]
    rows: int
    busiest: dt.date
    only_at_risk: int
    repeats: int

    @property
    def mails(self) -> int:
        return sum(self.days)


def readers(digests: Iterable[Digest], first: dt.date, last: dt.date) -> list[Reader]:
    """Everybody who got anything between the two days, most mails first."""
    by_person: defaultdict[tuple[str, str], list[Digest]] = defaultdict(list)
    for digest in digests:
        if first <= digest.now.date() <= last:
            by_person[digest.recipient.address, digest.recipient.name].append(digest)
    span = [first + dt.timedelta(days=count) for count in range((last - first).days + 1)]
    found = []
    for (_, name), own in by_person.items():
        a_day = Counter(digest.now.date() for digest in own)
        weeks = Counter((day - first).days // 7 for day in a_day.elements())
        whole = [weeks[number] for number in range(len(span) // 7)] or [sum(a_day.values())]
        told = Counter((alert.ticket, alert.rule) for digest in own for alert in digest.alerts)
        roles = Counter(role for digest in own for role in digest.recipient.role.split("、"))
        found.append(
            Reader(
                roles.most_common(1)[0][0],
                name,
                tuple(a_day[day] for day in span),
                tuple(whole),
                sum(len(digest.alerts) for digest in own),
                max(span, key=lambda day: a_day[day]),
                sum(all(alert.level is Level.AT_RISK for alert in digest.alerts) for digest in own),
                sum(count - 1 for count in told.values()),
            )
        )
    return sorted(found, key=lambda one: (-one.mails, one.name))


def table(found: Sequence[Reader]) -> Iterator[str]:
    """As Markdown, a line a reader."""
    yield "| role | mails | a day: median | 90 % | most | a week: median | most | busiest day | only at risk | rows | told before |"
    yield "|---|--:|--:|--:|--:|--:|--:|---|--:|--:|--:|"
    for one in found:
        share = round(100 * one.only_at_risk / one.mails)
        yield (
            f"| {one.role} {one.name} | {one.mails} | {statistics.median(one.days):g} | {_ninth(one.days)} | {max(one.days)}"
            f" | {statistics.median(one.weeks):g} | {max(one.weeks)} | {one.busiest:%m-%d} | {share} % | {one.rows}"
            f" | {one.repeats} |"
        )


def _ninth(counts: Sequence[int]) -> int:
    """What nine days in ten do not exceed."""
    return sorted(counts)[-(-9 * len(counts) // 10) - 1]
