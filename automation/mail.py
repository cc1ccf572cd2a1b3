"""A finished mail: from texts and attachments to the bytes that leave, the same bytes for the same input.

Built with the standard library alone; address and subject headers are encoded here because CPython before 3.11.12,
3.12.10 and 3.13.3 refolds some encoded names wrongly (gh-80222, gh-121284).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from pathlib import PurePath
from typing import Any

from automation.addresses import EXAMPLE, checked
from workbook.errors import KesuError

CHINA = dt.timezone(dt.timedelta(hours=8))
LARGEST = 10 * 1024 * 1024  # bytes of attachments: providers count base64 (x1.37) against limits of 15-20 MB and up

_ENCODED_WORD = 64  # RFC 2047 allows 75, and 76 for the line with the header's name on it
_LINE = 76
_MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".zip": "application/zip",
    # As text/csv a server may recode it and a phone shows it inline; Excel should open it untouched.
    ".csv": "application/octet-stream",
}


class BadMail(KesuError):
    """A mail that cannot be built: an address that is none, a line break in a header, attachments too large."""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail, final. ``key`` names it for ever (queued once); ``raw`` is MIME with CRLF; ``kind`` decides resending.

    ``kind``: ``alert`` and ``report`` go again when their fate is unknown; ``money`` then waits for a person.
    ``channel``: the way it leaves by, ``mail`` or the name of a group robot, whose ``raw`` is JSON.
    """

    key: str
    kind: str
    recipients: tuple[str, ...]
    subject: str
    raw: bytes
    message_id: str
    channel: str = "mail"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture inside the HTML: ``<img src="cid:NAME">``, PNG bytes."""

    name: str
    png: bytes


def compose(
    *,
    key: str,
    kind: str,
    sender: tuple[str, str],
    to: Sequence[tuple[str, str]],
    subject: str,
    text: str,
    html: str,
    now: dt.datetime,
    attachments: Sequence[tuple[str, bytes]] = (),
    images: Sequence[Image] = (),
    thread: tuple[str, str] | None = None,
) -> Message:
    """The finished message; ``sender`` and ``to`` are ``(name, address)``; ``now`` naive is China's wall clock.

    ``thread``: what is the same for all mails that belong together, and the words a reader sees above them. They answer
    one that was never sent, so each stands right whichever of them arrived. Raises :class:`BadMail`.
    """
    if sum(len(content) for _, content in attachments) > LARGEST:
        raise BadMail(f"“{subject}”的附件共超过 {LARGEST // 1024 // 1024} MB，邮箱一般会拒收；请把附件拆小")
    addresses = tuple(dict.fromkeys(checked_address(address) for _, address in to))
    if not addresses:
        raise BadMail(f"“{subject}”没有收件人")
    digest = hashlib.sha256(key.encode()).hexdigest()
    domain = checked_address(sender[1]).partition("@")[2]
    message_id = f"<{digest[:32]}@{domain}>"
    mail = EmailMessage(policy=_POLICY)
    mail["Date"] = format_datetime(now.astimezone(CHINA) if now.tzinfo else now.replace(tzinfo=CHINA))
    mail["From"] = _mailbox(*sender)
    mail["To"] = ",\r\n ".join(_mailbox(name, address) for name, address in to)
    mail["Subject"] = encoded(subject)
    mail["Message-ID"] = message_id
    if thread:
        mail["In-Reply-To"] = mail["References"] = (
            f"<{hashlib.sha256(f'thread|{thread[0]}'.encode()).hexdigest()[:32]}@{domain}>"
        )
        mail["Thread-Topic"] = encoded(thread[1])  # Outlook goes by it, since our subjects differ
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office answers stay away
    mail["X-Auto-Response-Suppress"] = "All"  # the same, for Exchange
    mail.set_content(text, cte="base64")
    mail.add_alternative(html, subtype="html", cte="base64")
    for image in images:
        _html_part(mail).add_related(
            image.png, "image", "png", cid=f"<{image.name}>", filename=f"{image.name}.png", disposition="inline"
        )
    for name, content in attachments:
        maintype, subtype = media_type(name).split("/")
        mail.add_attachment(content, maintype, subtype, filename=name)
    for part in list(mail.walk())[1:]:
        del part["MIME-Version"]  # belongs to the whole mail alone (RFC 2045 section 4)
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_kesu_{number}_{digest[32:56]}")
    return Message(key, kind, addresses, subject, mail.as_bytes(), message_id)


def encoded(text: str) -> str:
    """A header's text: ASCII as it is, else whole RFC 2047 words in UTF-8, folded. Raises :class:`BadMail`."""
    if any(sign in text for sign in "\r\n"):
        raise BadMail(f"标题或姓名里不能有换行：{text!r}")
    if text.isascii() and "=?" not in text and len(text) <= _ENCODED_WORD:
        return text
    room = (_ENCODED_WORD - len("=?utf-8?b??=")) // 4 * 3
    words = [b""]
    for sign in text:  # a character is never split between two words (RFC 2047 section 5)
        octets = sign.encode("utf-8", "replace")
        if len(words[-1]) + len(octets) > room:
            words.append(b"")
        words[-1] += octets
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)


def checked_address(address: str) -> str:
    """The address as the protocol takes it (a Chinese domain in its ASCII form). Raises :class:`BadMail`."""
    plain = checked(address)
    if not plain:
        raise BadMail(f"“{address}”不是邮箱地址；应像 {EXAMPLE}")
    return plain


def media_type(name: str) -> str:
    """The media type of an attachment by its name's ending."""
    return _MEDIA_TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")


def _mailbox(name: str, address: str) -> str:
    address = checked_address(address)
    if not name.strip():
        return address
    phrase = encoded(name.strip())
    if phrase == name.strip():
        quoted = phrase.replace("\\", "\\\\").replace('"', '\\"')
        phrase = f'"{quoted}"'
    fold = "" if len(phrase.rpartition("\n")[2]) + len(address) < _LINE - len("From:  <>,") else "\r\n"
    return f"{phrase}{fold} <{address}>"


def _html_part(mail: EmailMessage) -> EmailMessage:
    part = mail.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return part


class _AlreadyEncoded(EmailPolicy):
    """Stores the headers this module encodes as they are, and writes them as they are."""

    _OURS = frozenset({"from", "to", "subject", "message-id", "thread-topic"})

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if name.lower() not in self._OURS:
            return super().header_store_parse(name, value)
        if re.search(r"\r(?!\n )|(?<!\r)\n", value) or not value.isascii():
            raise BadMail(f"邮件头 {name} 里有不能发送的字符")
        return name, value


_POLICY = _AlreadyEncoded(linesep="\r\n", refold_source="none")
