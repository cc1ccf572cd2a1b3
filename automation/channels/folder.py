"""Mail as ``.eml`` files in a folder: what kesu does before anything is set up, and what a demo shows."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses
from pathlib import Path
from types import TracebackType
from typing import Self

from automation.channels import ChannelDown, Outcome, Queued, Receipt
from workbook import oserrors

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f【】|]+')  # Windows' own list, and brackets that only take room
_PHRASE = re.compile("[，、；。（） _]")
_LONGEST = 60  # characters of the readable part: Chinese takes three bytes each, names end at 255 bytes


class FolderChannel:
    """Writes each message into ``folder`` as ``20261121-0930_张伟_客诉提醒….eml``; the same key is the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Queued) -> Receipt:
        """The bytes in place under their name, whole or not at all; raises ``ChannelDown`` when the disk refuses."""
        path = self.folder / file_name(message)
        part = path.with_name(f".{path.stem[-6:]}.{os.getpid()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(message.raw)
            os.replace(part, path)  # noqa: PTH105  (its atomic replace is the point)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise ChannelDown(f"邮件文件写不进“{self.folder}”：{oserrors.told(error)}") from error
        return Receipt(Outcome.SENT, str(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def file_name(message: Queued) -> str:
    """When queued, for whom, what about, and six signs of the key so that two mails of a minute never share a name."""
    people = [name or address for name, address in _recipients(message.raw)] or list(message.recipients)
    whom = people[0] if people else "无收件人"
    if len(people) > 1:
        whom += f"等{len(people)}人"
    words = _FORBIDDEN.sub(" ", f"{whom}_{message.subject}")
    words = re.sub(r"\s+", " ", words).replace("_ ", "_").strip(" .")
    mark = hashlib.sha256(message.key.encode()).hexdigest()[:6]
    return f"{message.queued_at:%Y%m%d-%H%M}_{_cut(words)}_{mark}.eml"


def _cut(words: str) -> str:
    """At most :data:`_LONGEST` characters, ending where a phrase does if one ends near there."""
    if len(words) <= _LONGEST:
        return words
    kept = words[: _LONGEST - 1]
    ends = [found.start() for found in _PHRASE.finditer(kept) if found.start() > _LONGEST // 2]
    return (kept[: ends[-1]] if ends else kept).strip(" .，、；（") + "…"


def _recipients(raw: bytes) -> list[tuple[str, str]]:
    headers = message_from_bytes(raw.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n")
    pairs = getaddresses([str(value) for value in headers.get_all("To", [])])
    return [(str(make_header(decode_header(name))), address) for name, address in pairs]
