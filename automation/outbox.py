"""Deliver what is queued: marked before the try, settled after it, never lost and never knowingly twice.

How long what is tried: a server that says "not now" is asked for five days, a channel that is down for two weeks (the
longest holiday and some days); then the mail has failed, and people are told. An alert that no server has seen for six
hours would tell of a past state of things: it gives way, and what still holds is told afresh.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

from automation.channels import Channel, ChannelDown, LoginRefused, Outcome, Queued, Receipt, Terms
from automation.journal import Entry, Journal
from automation.letters import Pause

REFUSED_FOR = dt.timedelta(days=5)
"""How long a server may say "not now" before a message counts as failed (RFC 5321 section 4.5.4.1: 4-5 days)."""
DOWN_FOR = dt.timedelta(days=14)
"""How long a channel may be down before what waits for it counts as failed."""
MOST_DOUBTS = 8
"""So often an alert or report goes when nobody knows whether it arrives: over two hours; each may be one too many."""
SUPERSEDED_AFTER = dt.timedelta(hours=6)
"""An alert that nobody has received by then is replaced by one that tells how things stand."""
KEPT_FOR = dt.timedelta(days=90)
"""How long the bytes of what was sent are kept."""

_FIRST_WAIT = dt.timedelta(minutes=1)
_LONGEST_WAIT = dt.timedelta(hours=6)
_LONGEST_OUTAGE_WAIT = dt.timedelta(hours=1)
_LOGIN_WAIT = dt.timedelta(minutes=15)
_STALLED = "很久没有回应，这一轮不再试"
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
    waiting: tuple[str, ...] = ()
    """Left in the queue because the provider takes no more for now."""


def deliver(
    journal: Journal,
    channel: Channel,
    now: dt.datetime,
    *,
    ours: Callable[[], bool] = lambda: True,
    terms: Terms | None = None,
) -> Delivered:
    """Try everything due once. A channel that is down delays all of its own and fails none. Opens and closes ``channel``.

    ``ours``: asked before each message, whether nobody else has begun to deliver; else the rest is left to them.
    """
    terms = terms or Terms()
    ended: dict[str, list[str]] = {"sent": [], "retry": [], "failed": [], "uncertain": []}
    refused: list[tuple[str, str, str]] = []
    waiting: list[str] = []
    down: dict[str, ChannelDown] = {}
    _recover(journal, now)
    due = journal.due(now)
    if held_off := _held_off(journal, terms, now) if due else None:
        down[terms.channel] = held_off
    put_off: list[tuple[Entry, ChannelDown]] = []
    with channel:
        for entry in due:
            if not ours():
                break
            limited = entry.channel == terms.channel
            if entry.channel in down:
                put_off.append((entry, down[entry.channel]))
                continue
            if limited and (waiting or not _room(journal, terms, now, len(entry.pending))):
                waiting.append(entry.key)
                continue
            if not journal.start(entry.key, now):
                continue
            message = journal.load(entry.key)
            try:
                receipt = channel.send(message)
            except ChannelDown as error:
                why = _hold_off(journal, terms, now, error) if isinstance(error, LoginRefused) else error
                down[entry.channel] = why
                state, due_at, note = _postponed(entry, now, why)
                journal.settle(entry.key, state, now, note=note, due_at=due_at, pending=message.recipients, outages=1)
                ended[state].append(entry.key)
                continue
            state = _settle(journal, entry, message, receipt, now, counted=limited)
            ended[state].append(entry.key)
            refused += [(entry.key, one.address, one.words) for one in receipt.refusals if not one.temporary]
            if limited and journal.pause():
                journal.keep_pause(None)  # the account works again
            if receipt.stalled:  # each of the others would be waited for as long
                down[entry.channel] = ChannelDown(f"{_STALLED}：{receipt.note}")
    if put_off:  # all at one stroke: the channel is known to be down
        put = [(entry.key, *_postponed(entry, now, why)) for entry, why in put_off]
        journal.put_off(put, now)
        for key, state, _, _ in put:
            ended[state].append(key)
    journal.prune(now - KEPT_FOR, now)
    return Delivered(
        tuple(ended["sent"]),
        tuple(ended["retry"]),
        tuple(ended["failed"]),
        tuple(ended["uncertain"]),
        tuple(refused),
        "；".join(map(str, down.values())),
        tuple(waiting),
    )


def supersede(journal: Journal, now: dt.datetime) -> tuple[str, ...]:
    """Before a pass decides: alerts that grew old unseen count as not told. Returns the subjects that gave way."""
    return journal.supersede(now - SUPERSEDED_AFTER, now)


def readdress(journal: Journal, addresses: Collection[str], now: dt.datetime) -> tuple[str, ...]:
    """Before a pass decides: alerts nobody took, whose address is put right in 人员, count as not told.

    ``addresses``: all that stand there now; while there are none, nothing was put right. Returns the subjects.
    """
    return journal.misaddressed({one.lower() for one in addresses}, now) if addresses else ()


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
                due_at=None if entry.kind == "money" else now,
                pending=entry.pending,
                tries=1,
                doubted=1,
            )


def _held_off(journal: Journal, terms: Terms, now: dt.datetime) -> ChannelDown | None:
    """Why nobody is to log in yet; ``None`` when that is over, the clock was set back or the account is another."""
    pause = journal.pause()
    if pause is None or not now < pause.until <= now + _LONGEST_OUTAGE_WAIT:
        return None
    return ChannelDown(pause.why) if pause.account == terms.account() != "" else None


def _hold_off(journal: Journal, terms: Terms, now: dt.datetime, error: LoginRefused) -> ChannelDown:
    """Nobody logs in for a while, ever longer. Returns what to tell."""
    before, account = journal.pause(), terms.account()
    failures = before.failures + 1 if before and before.account == account else 1
    until = now + min(_LOGIN_WAIT * failures, _LONGEST_OUTAGE_WAIT)
    why = f"{error}（为免账号被锁，{until:%H:%M} 前不再登录；改好密码后马上会再试）"
    journal.keep_pause(Pause(account, until, failures, why))
    return ChannelDown(why)


def _room(journal: Journal, terms: Terms, now: dt.datetime, recipients: int) -> bool:
    """Whether the provider takes another mail; one to more people than it ever takes at once goes alone."""
    for limit, span in ((terms.per_minute, dt.timedelta(minutes=1)), (terms.per_day, dt.timedelta(days=1))):
        handed = journal.handed(now - span, now) if limit else 0
        if handed and handed + recipients > limit:
            return False
    return True


def _postponed(entry: Entry, now: dt.datetime, why: ChannelDown) -> tuple[str, dt.datetime | None, str]:
    """State, time of the next try, and note of what found the channel down. What was in doubt before still is."""
    if now - entry.since > DOWN_FOR:
        return "failed", None, f"{DOWN_FOR.days} 天没能发出，不再自动重试：{why}"
    due_at = now + (why.wait or wait(entry.outages + 1, _LONGEST_OUTAGE_WAIT))
    return "uncertain" if entry.doubted else "retry", due_at, str(why)


def _settle(
    journal: Journal, entry: Entry, message: Queued, receipt: Receipt, now: dt.datetime, *, counted: bool
) -> str:
    """Writes how the try ended; returns the state. ``counted``: against what the provider takes."""
    for_good = {one.address: one.words for one in receipt.refusals if not one.temporary}
    later = [one for one in receipt.refusals if one.temporary]
    left_out = {one.address for one in receipt.refusals}
    pending = tuple(address for address in message.recipients if address not in for_good)
    note, doubted, handed = receipt.note, 0, 0
    due_at: dt.datetime | None = now + wait(entry.tries + 1)
    again = "uncertain" if entry.doubted else "retry"
    match receipt.outcome:
        case Outcome.SENT:
            handed = len(message.recipients) - len(left_out)
            pending = tuple(one.address for one in later)
            state = "retry" if later else "sent"
            note = "；".join(str(one) for one in later) or note
        case Outcome.TEMPORARY:
            state = again
        case Outcome.UNCERTAIN:
            state, doubted, handed = "uncertain", 1, len(message.recipients) - len(left_out)
            if entry.kind == "money":
                due_at = None
            elif entry.doubted + 1 >= MOST_DOUBTS:
                due_at, note = None, f"{note}；已试 {MOST_DOUBTS} 次，不再自动重发，请问收件人"
        case _:
            state = "failed"
    if state in ("retry", again) and receipt.outcome is not Outcome.UNCERTAIN and now - entry.since > REFUSED_FOR:
        state, note = "failed", f"{REFUSED_FOR.days} 天里一直没有收下，不再自动重试：{note}"
    if state in ("sent", "failed"):
        due_at = None
    if state == "failed" and entry.doubted:
        note += "；此前有一次不知道是否送达"
    journal.settle(
        entry.key,
        state,
        now,
        note=note,
        due_at=due_at,
        pending=pending,
        refused=for_good,
        tries=1,
        doubted=doubted,
        handed=handed if counted else 0,
    )
    return state
