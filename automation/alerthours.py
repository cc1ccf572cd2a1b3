"""When alerts leave: what ``[alerts]`` of ``kesu.toml`` says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alerts:
    """When a stage that stays late goes to the general manager: after this many times its limit, at most so many hours.

    Alerts leave from ``send_from`` until ``send_until`` (no longer at that minute), over midnight where the first is
    the later one, at any time where they are the same. What is 重大 leaves at any time.

    What is only at risk is gathered until the next of ``at_risk_hours``; without any it leaves at once.
    """

    escalate_after_limits: float
    escalate_at_most_hours: float
    send_from: dt.time = dt.time()
    send_until: dt.time = dt.time()
    at_risk_hours: tuple[dt.time, ...] = ()

    def gathered_until(self, since: dt.datetime, due: dt.datetime) -> dt.datetime:
        """When it is told that a stage is at risk ``since`` then: at the next of the hours, unless more than half of the
        time left would be gone by then; else at once.
        """
        days = (since.date(), since.date() + dt.timedelta(days=1))
        hours = (dt.datetime.combine(day, hour) for day in days for hour in self.at_risk_hours)
        told = min((hour for hour in hours if hour >= since), default=since)
        return told if told - since <= (due - since) / 2 else since

    def sends_at(self, moment: dt.datetime) -> bool:
        """Whether alerts may leave now."""
        first, last, now = self.send_from, self.send_until, moment.time()
        if first < last:
            return first <= now < last
        return first == last or now >= first or now < last

    def turns_after(self, moment: dt.datetime) -> dt.datetime | None:
        """When that changes next; ``None``: never."""
        if self.send_from == self.send_until:
            return None
        days = (moment.date(), moment.date() + dt.timedelta(days=1))
        edges = (dt.datetime.combine(day, edge) for day in days for edge in (self.send_from, self.send_until))
        return min(edge for edge in edges if edge > moment)
