"""Ways a queued message can leave: one file a channel, each with ``send``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from workbook.errors import KesuError

if TYPE_CHECKING:
    from automation.settings import Settings


class ChannelDown(KesuError):
    """The channel cannot be used now (no connection, certificate, password, disk): no message was touched.

    ``wait``: how long to leave it alone, where it says so itself; else ever longer.
    """

    def __init__(self, words: str, wait: dt.timedelta | None = None) -> None:
        super().__init__(words)
        self.wait = wait


class LoginRefused(ChannelDown):
    """The server said no to the account: asking again soon may lock it."""


class Outcome(StrEnum):
    """What became of one try: ``uncertain`` means the receiver may or may not have it."""

    SENT = "sent"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One address the server would not take, in its words; ``temporary`` when it may take it later."""

    address: str
    code: int
    text: str
    temporary: bool

    def __str__(self) -> str:
        return f"{self.address}:{self.code} {self.text}".rstrip()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel knows after one try. With ``SENT``, ``refusals`` are the recipients left out."""

    outcome: Outcome
    note: str = ""
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Queued:
    """A message as the outbox hands it out: final bytes, and the ``recipients`` that still lack it."""

    key: str
    kind: str
    recipients: tuple[str, ...]
    subject: str
    raw: bytes
    message_id: str
    queued_at: dt.datetime
    channel: str = "mail"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a channel's provider allows: recipients a minute and a day (0: any number).

    ``account`` names who logs in, and changes with the password without telling it.
    """

    per_minute: int = 0
    per_day: int = 0
    account: Callable[[], str] = str
    channel: str = "mail"


class Channel(Protocol):
    """A way out. ``send`` returns a :class:`Receipt`, or raises :class:`ChannelDown` when nothing was tried.

    A context manager, so that one connection serves a batch.
    """

    def send(self, message: Queued) -> Receipt: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def choose(settings: Settings) -> Channel:
    """The channel the settings name: mail once ``mail.host`` is set, otherwise a folder of ``.eml`` files."""
    if settings.mail.host:
        from automation.channels.mail import MailChannel

        return MailChannel(settings.mail)
    from automation.channels.folder import FolderChannel

    return FolderChannel(settings.outbox)


def terms(settings: Settings) -> Terms:
    """The terms of the channel that :func:`choose` gives."""
    if not settings.mail.host:
        return Terms()
    from automation.channels.mail import account

    return Terms(settings.mail.per_minute, settings.mail.per_day, lambda: account(settings.mail))
