"""Deliver what is queued: marked before the try, settled after it, never lost and never knowingly twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from automation.channels import Channel, ChannelDown, Outcome, Queued, Receipt
from automation.journal import Journal

MAX_TRIES = 12
"""Refusals for now before a message counts as failed: with the waits below a little over a day."""
_FIRST_WAIT = dt.timedelta(minutes=1)
_LONGEST_WAIT = dt.timedelta(hours=6)
_LONGEST_OUTAGE_WAIT = dt.timedelta(hours=1)
_STALE = dt.timedelta(minutes=10)
"""A try that has lasted longer belongs to a process that died: whether the mail left is unknown."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Keys by what became of them; ``refused`` has ``(key, address, the server's words)`` for good."""

    sent: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    refused: tuple[tuple[str, str, str], ...] = ()
    down: str = ""
    """Why the channel could not be used, in Chinese; empty when it could."""


def deliver(
    journal: Journal, channel: Channel, now: dt.datetime, *, ours: Callable[[], bool] = lambda: True
) -> Delivered:
    """Try everything due once. A channel that is down delays all and fails none. Opens and closes ``channel``.

    ``ours``: asked before each message, whether nobody else has begun to deliver; else the rest is left to them.
    """
    ended: dict[str, list[str]] = {"sent": [], "retry": [], "failed": [], "uncertain": []}
    refused: list[tuple[str, str, str]] = []
    down = ""
    _recover(journal, now)
    with channel:
        for message in journal.due(now):
            if not ours():
                break
            if not journal.start(message.key, now):
                continue
            try:
                receipt = channel.send(message) if not down else None
            except ChannelDown as error:
                down = str(error)
                receipt = None
            if receipt is None:
                _postpone(journal, message, now, down)
                ended["retry"].append(message.key)
                continue
            ended[_settle(journal, message, receipt, now)].append(message.key)
            refused += [(message.key, one.address, str(one)) for one in receipt.refusals if not one.temporary]
    return Delivered(
        tuple(ended["sent"]),
        tuple(ended["retry"]),
        tuple(ended["failed"]),
        tuple(ended["uncertain"]),
        tuple(refused),
        down,
    )


def wait(tries: int, longest: dt.timedelta = _LONGEST_WAIT) -> dt.timedelta:
    """How long to leave a message alone after its ``tries``-th refusal: 1, 2, 4 … minutes, at most ``longest``."""
    return min(_FIRST_WAIT * int(2 ** min(tries - 1, 20)), longest)


def _recover(journal: Journal, now: dt.datetime) -> None:
    for entry in journal.entries("sending"):
        if abs(now - entry.changed_at) > _STALE:  # also when the clock was set back
            journal.settle(
                entry.key,
                "uncertain",
                now,
                note="发送时程序中断，不知道对方是否收到",
                due_at=now,
                pending=entry.pending,
                tries=1,
            )


def _postpone(journal: Journal, message: Queued, now: dt.datetime, reason: str) -> None:
    journal.settle(
        message.key,
        "retry",
        now,
        note=reason,
        due_at=now + wait(message.outages + 1, _LONGEST_OUTAGE_WAIT),
        pending=message.recipients,
        outages=1,
    )


def _settle(journal: Journal, message: Queued, receipt: Receipt, now: dt.datetime) -> str:
    """Writes how the try ended; returns the state."""
    tries = message.tries + 1
    for_good = {one.address: str(one) for one in receipt.refusals if not one.temporary}
    later = [one for one in receipt.refusals if one.temporary]
    due_at = now + wait(tries) if tries < MAX_TRIES else None
    note, state = receipt.note, "failed"
    pending = tuple(address for address in message.recipients if address not in for_good)
    match receipt.outcome:
        case Outcome.SENT:
            pending = tuple(one.address for one in later)
            state = "sent" if not later else "retry" if due_at else "failed"
            due_at = due_at if later else None
            note = ";".join(str(one) for one in later) or note
        case Outcome.TEMPORARY:
            state = "retry" if due_at else "failed"
        case Outcome.UNCERTAIN:
            state = "uncertain"
    journal.settle(message.key, state, now, note=note, due_at=due_at, pending=pending, refused=for_good, tries=1)
    return state
