"""A sign of life after every pass: a small file for ``kesu status``, and a web address that is asked for.

Neither may disturb a pass: what fails here fails silently, and an old sign of life is itself the alarm.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from automation import health
from automation.health import DELAYED, DONE, FAILED, QUIET, STUCK, Beat
from automation.lease import LeaseHeld
from automation.settings import Settings
from workbook.errors import KesuError

if TYPE_CHECKING:  # a pass that has nothing to do loads nothing heavy
    from automation.cycle import Outcome

SLIP = "MAIL-07"
"""A mailbox written wrongly stands in the list of mistakes; a mail that reaches nobody for it is a fault of its own."""

PATIENCE = 5.0
"""Seconds that a pass waits for the web address to answer."""


def around(settings: Settings, now: dt.datetime, make: Callable[[], Outcome]) -> Outcome:
    """Make a pass, and give a sign of life however it ends. Raises what ``make`` raises.

    Where another process is at it (``LeaseHeld``) that one gives the sign.
    """
    try:
        outcome = make()
    except LeaseHeld:
        raise
    except Exception as error:
        words = str(error) if isinstance(error, KesuError) else f"程序出了意外（{type(error).__name__}）"
        give(settings, Beat(now, FAILED, words))
        raise
    give(settings, _of(outcome, now))
    return outcome


def quiet(settings: Settings, now: dt.datetime) -> None:
    """There was nothing to do: a sign of life all the same, with what the last real pass found."""
    last = read(settings)
    known = (
        {name: last.counts[name] for name in ("tickets", "findings", "readers") if name in last.counts} if last else {}
    )
    give(settings, Beat(now, QUIET, counts=known))


def give(settings: Settings, beat: Beat) -> None:
    """Write the file, and ask for the web address if there is one."""
    _write(path(settings), beat)
    if settings.heartbeat.ping_url:
        ping(settings.heartbeat.ping_url, well=_well(settings, beat))


def _well(settings: Settings, beat: Beat) -> bool:
    """Whether ``kesu status`` would say now that all is well."""
    from automation import vitals  # which reads the sign of life

    if beat.outcome in (STUCK, FAILED):
        return False
    try:
        facts = vitals.take(settings, beat.at)
        return health.exit_code(facts, health.judge(facts)) == health.WELL
    except (KesuError, OSError):
        return False


def path(settings: Settings) -> Path:
    """Where the file stands."""
    return settings.state_dir / "heartbeat.json"


def read(settings: Settings) -> Beat | None:
    """The latest sign of life; ``None`` when there is none that can be read."""
    try:
        found = json.loads(path(settings).read_text(encoding="utf-8"))
        return Beat(
            dt.datetime.fromisoformat(found["at"]),
            str(found["outcome"]),
            str(found["words"]),
            {str(name): int(count) for name, count in found["counts"].items()},
            tuple(map(str, found["mail_errors"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def ping(url: str, *, well: bool) -> None:
    """Ask for ``url``, or for ``url/fail``; TLS is verified, the answer thrown away, failures and slowness ignored."""
    parts = urlsplit(url)
    wanted = url if well else parts._replace(path=f"{parts.path.rstrip('/')}/fail").geturl()
    asking = threading.Thread(target=_ask, args=(wanted,), name="kesu-ping", daemon=True)
    asking.start()
    asking.join(PATIENCE)  # names that do not resolve and servers that drip are bounded by nothing else


def _ask(url: str) -> None:
    import ssl
    import urllib.request

    with contextlib.suppress(Exception):
        opener = urllib.request.OpenerDirector()  # http and https only, wherever the address leads
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(context=ssl.create_default_context()),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPErrorProcessor(),
        ):
            opener.add_handler(handler)
        request = urllib.request.Request(url, headers={"User-Agent": "kesu"})
        with opener.open(request, timeout=PATIENCE):
            pass


def _of(outcome: Outcome, now: dt.datetime) -> Beat:
    sent = outcome.delivered
    counts = {
        "tickets": len(outcome.plan.facts.register),
        "findings": len(outcome.findings),
        "readers": sum(bool(one.address) for one in outcome.plan.facts.roster.people),
        "written": outcome.written,
        "waiting": len(outcome.plan.edits) if outcome.unwritten else 0,
        "sent": len(sent.sent),
        "retried": len(sent.retried),
        "failed": len(sent.failed),
        "uncertain": len(sent.uncertain),
        "down": int(bool(sent.down)),
    }
    how = DONE if not outcome.unwritten else DELAYED if outcome.delayed else STUCK
    told = (one for one in outcome.findings if one.rule.startswith("MAIL-") and one.rule != SLIP)
    errors = tuple(f"{one.message}：{one.hint}" for one in told)
    return Beat(now, how, outcome.unwritten or sent.down, counts, errors[:10])


def _write(place: Path, beat: Beat) -> None:
    """Whole or not at all; a folder that is not there is not made: there was no pass that could have worked."""
    told: dict[str, Any] = {
        "at": beat.at.isoformat(),
        "outcome": beat.outcome,
        "words": beat.words,
        "counts": dict(beat.counts),
        "mail_errors": list(beat.mail_errors),
    }
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        draft.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        draft.replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
