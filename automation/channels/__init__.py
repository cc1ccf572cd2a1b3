"""Ways a queued message can leave: one file a channel, each with ``send``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
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

    @property
    def words(self) -> str:
        """The server's answer."""
        return f"{self.code} {self.text}".rstrip()

    def __str__(self) -> str:
        return f"{self.address}:{self.words}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel knows after one try. With ``SENT``, ``refusals`` are the recipients left out."""

    outcome: Outcome
    note: str = ""
    refusals: tuple[Refusal, ...] = ()
    stalled: bool = False
    """No answer for as long as one is waited for: nothing else is tried on the channel in this pass."""


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


class Switchboard:
    """Each message by the channel it was queued for, which is opened with the first of them."""

    def __init__(self, channels: Mapping[str, Callable[[], Channel]]) -> None:
        self._channels = channels
        self._open: dict[str, Channel] = {}
        self._closing = ExitStack()

    def send(self, message: Queued) -> Receipt:
        """As that channel does; for good refused when the settings no longer have it."""
        name = message.channel
        if name not in self._channels:
            return Receipt(Outcome.PERMANENT, "kesu.toml 里已经不用这个群机器人")
        if name not in self._open:
            self._open[name] = self._closing.enter_context(self._channels[name]())
        return self._open[name].send(message)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.clear()
        self._closing.close()


def choose(settings: Settings) -> Channel:
    """The channels the settings name: mail once ``mail.host`` is set, otherwise a folder of ``.eml`` files; robots."""

    def mail() -> Channel:
        if settings.mail.host:
            from automation.channels.mail import MailChannel

            return MailChannel(settings.mail)
        from automation.channels.folder import FolderChannel

        return FolderChannel(settings.outbox)

    ways: dict[str, Callable[[], Channel]] = {"mail": mail}
    if settings.robots:
        from automation.channels import groups

        ways |= {robot.name: partial(groups.channel, robot) for robot in settings.robots}
    return Switchboard(ways)


def terms(settings: Settings) -> Terms:
    """The terms of the channel that :func:`choose` gives."""
    if not settings.mail.host:
        return Terms()
    from automation.channels.mail import account

    return Terms(settings.mail.per_minute, settings.mail.per_day, lambda: account(settings.mail))
