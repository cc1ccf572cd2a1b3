"""What the group robots of WeCom, DingTalk and Feishu share: a notice made to fit, one request, its answer understood.

Each answers HTTP 200 also when it refuses; the code in the answer's JSON counts. The address of a robot is a secret:
it stands in no message, log or error.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import re
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, parse_qsl, urlsplit

from automation.channels import ChannelDown, Outcome, Queued, Receipt
from automation.settings import is_here
from workbook import oserrors

_PATIENCE = 15.0  # seconds without an answer
_LONGEST_ANSWER = 65_536  # bytes
_SHORT = dt.timedelta(minutes=1)
_MARKS = str.maketrans(dict(zip("*_`<>[]#~|", "＊＿｀＜＞［］＃～｜", strict=True)))

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One matter of a notice: how late, and in words which; both without any marks."""

    lateness: str
    late: bool
    words: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a group is told: a headline with the counts, a line below it, the worst cases, and how many there are."""

    headline: str
    below: str
    cases: tuple[Case, ...]
    count: int

    def rest(self, shown: int) -> str:
        """The line under the cases shown."""
        left = self.count - shown
        return f"还有 {left} 条，详见邮件和工作簿" if left else "详见邮件和工作簿"


@dataclass(frozen=True)
class Service:
    """One maker of group robots: its words, limits and codes.

    ``longest`` counts the bytes of a whole message. ``burst`` messages a pass, so that two passes within a minute stay
    below what a minute allows; ``pause``: how long it wants to be left alone after too many. ``codes``: where an answer
    has its code, zero being success; ``busy`` are those for too many, ``wrong`` those for a robot set up wrongly.
    """

    name: str
    title: str
    longest: int
    burst: int
    pause: dt.timedelta
    codes: tuple[str, ...]
    busy: frozenset[int]
    wrong: Mapping[int, str]
    write: Callable[[Notice, int], Payload]
    """The message with that many of the notice's cases."""
    sign: Callable[[str, Payload, str, float], tuple[str, Payload]] = field(
        default=lambda url, payload, secret, now: (url, payload)
    )
    """Address and message with the signature of this moment (seconds since 1970)."""

    def fitted(self, notice: Notice) -> bytes:
        """The message with as many cases as there is room for; a headline too long for itself loses its end."""
        for shown in range(len(notice.cases), -1, -1):
            octets = packed(self.write(notice, shown))
            if len(octets) <= self.longest:
                return octets
        bare = Notice("", notice.below[:40], (), notice.count)
        room = self.longest - len(packed(self.write(bare, 0)))
        # A headline may stand twice in a message, and JSON writes some signs as six bytes.
        return packed(self.write(Notice(cut(notice.headline, room // 6), bare.below, (), notice.count), 0))


class RobotChannel:
    """The robot of one group. One connection a message: there is seldom more than one a pass.

    ``where``: what to do when it has no address.
    """

    def __init__(
        self,
        service: Service,
        url: str,
        secret: str = "",
        *,
        where: str = "",
        timeout: float = _PATIENCE,
        ca_file: str | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.service = service
        self._url = url
        self._secret = secret
        self._where = where
        self._timeout = timeout
        self._ca_file = ca_file
        self._now = now  # services refuse a signature of another time: the computer's own clock, no ``--now``
        self._carried = 0

    def send(self, message: Queued) -> Receipt:
        """Carry one notice; raises ``ChannelDown`` when it cannot begin, comes too soon, or the robot is set up wrongly."""
        title = self.service.title
        if self._carried >= self.service.burst:
            raise ChannelDown(f"{title}机器人一次最多发 {self.service.burst} 条，其余 1 分钟后再发", _SHORT)
        self._carried += 1
        parts = self.checked()
        url, payload = self.service.sign(self._url, json.loads(message.raw), self._secret, self._now())
        target = urlsplit(url)
        connection = _connection(parts, self._timeout, ssl.create_default_context(cafile=self._ca_file))
        with contextlib.closing(connection):
            try:
                connection.connect()
            except (OSError, http.client.HTTPException) as error:
                raise ChannelDown(f"{title}机器人连不上：{_reason(error)}") from None  # its address stands in some
            # From here on the robot may have heard it.
            try:
                headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "kesu"}
                connection.request("POST", f"{target.path or '/'}?{target.query}", packed(payload), headers)
                response = connection.getresponse()
                status, octets = response.status, response.read(_LONGEST_ANSWER)
            except (OSError, http.client.HTTPException) as error:
                note = f"发出后没有等到{title}的回答，群里可能有也可能没有：{_reason(error)}"
                return Receipt(Outcome.UNCERTAIN, note, stalled=isinstance(error, TimeoutError))
        return self._understood(status, octets)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def checked(self) -> SplitResult:
        """The address in its parts; raises ``ChannelDown`` when there is none or it cannot be one."""
        title = self.service.title
        if not self._url:
            raise ChannelDown(f"没有{title}机器人的 webhook 地址：{self._where}")
        try:
            parts = urlsplit(self._url)
            whole = bool(parts.hostname) and (parts.port or 443) > 0 and re.fullmatch(r"[!-~]+", self._url)
        except ValueError:
            whole = None
        if not whole or (parts.scheme != "https" and not (parts.scheme == "http" and is_here(parts.hostname or ""))):
            raise ChannelDown(f"{title}机器人的 webhook 地址不对：应以 https:// 开头，整行复制，没有空格和中文")
        return parts

    def _understood(self, status: int, octets: bytes) -> Receipt:
        service = self.service
        try:
            answer = json.loads(octets)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            answer = {}
        codes: list[int] = [answer[name] for name in service.codes if isinstance(answer.get(name), int)]
        code: int | None = next((one for one in codes if one), 0 if codes else None)
        words = self._scrubbed(" ".join(str(part) for part in (f"HTTP {status}", code, _told(answer)) if part))
        if status == 200 and code == 0:
            return Receipt(Outcome.SENT, words)
        if status == 429 or code in service.busy:
            raise ChannelDown(f"{service.title}嫌发得太快，过一会儿再发：{words}", service.pause)
        if code is not None and code in service.wrong:
            raise ChannelDown(f"{service.title}机器人的设置不对，{service.wrong[code]}：{words}")
        if 300 <= status < 400:
            raise ChannelDown(f"{service.title}机器人的 webhook 地址要转到别处，没有跟去，请核对地址：{words}")
        if not code and status in (401, 403, 404):
            raise ChannelDown(f"{service.title}机器人的 webhook 地址不对或已停用：{words}")
        if code == -1 or status >= 500:
            return Receipt(Outcome.TEMPORARY, f"{service.title}暂时不收：{words}")
        if code is None and status == 200:
            return Receipt(Outcome.UNCERTAIN, f"{service.title}的回答看不懂，群里可能有也可能没有：{words}")
        return Receipt(Outcome.PERMANENT, f"{service.title}拒收：{words}")

    def _scrubbed(self, words: str) -> str:
        """Without the parts of address and secret that open the group."""
        parts = urlsplit(self._url)
        values = [value for _, value in parse_qsl(parts.query)]
        for secret in (self._url, self._secret, parts.query, *values, parts.path.rpartition("/")[2]):
            if len(secret) > 7:
                words = words.replace(secret, "…")
        return " ".join(words.split())[:300]


def unmarked(text: str) -> str:
    """Text of a cell with nothing in it that a group would take for a mark, a mention or a link."""
    return re.sub(r"\w+://\S*", "（网址）", " ".join(text.split())).translate(_MARKS).replace("@", "＠")


def cut(text: str, room: int) -> str:
    """At most ``room`` bytes of UTF-8, no character broken."""
    octets = text.encode()
    return text if len(octets) <= room else octets[: max(room - 3, 0)].decode("utf-8", "ignore") + "…"


def packed(payload: Payload) -> bytes:
    """A message as it goes out; Chinese stays UTF-8, so that bytes are counted as the services count them."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def spoken(raw: bytes) -> str:
    """The text of a queued notice, for people."""
    return max(_texts(json.loads(raw)), key=len, default="")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else ():
        yield from _texts(part)


def _told(answer: Mapping[str, object]) -> str:
    return next((str(answer[name]) for name in ("errmsg", "msg", "StatusMessage") if answer.get(name)), "")


def _connection(
    parts: SplitResult, timeout: float, context: ssl.SSLContext
) -> http.client.HTTPConnection | http.client.HTTPSConnection:
    host = parts.hostname or ""
    if parts.scheme == "http":  # this machine alone
        return http.client.HTTPConnection(host, parts.port, timeout=timeout)
    proxy = urlsplit(urllib.request.getproxies().get("https", ""))
    if not proxy.hostname or is_here(host) or urllib.request.proxy_bypass(host):
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=context)
    tunnel = http.client.HTTPSConnection(proxy.hostname, proxy.port or 8080, timeout=timeout, context=context)
    tunnel.set_tunnel(host, parts.port or 443)  # the certificate is still the robot's own
    return tunnel


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"证书不可信，什么也没有发送（{error.verify_message}）"
    if isinstance(error, TimeoutError):
        return "没有回应（超时）"
    if isinstance(error, ConnectionRefusedError):
        return "拒绝连接"
    return oserrors.told(error) if isinstance(error, OSError) else type(error).__name__
