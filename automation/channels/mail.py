"""Mail by SMTP: yagmail's connection carries bytes that were finished long before.

yagmail gives the settings and TLS; its own composing, login and resending are not used (it renders HTML wrongly, tries
a wrong password once for each way to log in, and resends after a lost answer without saying so). Certificates are
always verified.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from automation.accounts import password as password
from automation.channels import ChannelDown, LoginRefused, Outcome, Queued, Receipt, Refusal
from automation.settings import Mail
from workbook import oserrors

PER_CONNECTION = 50
"""Messages on one connection; servers hang up on those who send more, some at 100."""
LAST_WORD = 10
"""So many times the time-out a server may take to accept what it was given, five minutes at most: it may be scanning.

Whoever hangs up too soon makes duplicates (RFC 5321 section 4.5.3.2.6).
"""
_LONGEST_LAST_WORD = 300.0
_GOODBYE = 5.0
_CHUNK = 64 * 1024  # Python's time-out is for a whole sendall, however much there is to send


class _OutOfStep(OSError):
    """The server said goodbye, or something the protocol does not know: what it says next may answer anything."""


class MailChannel:
    """One login for up to :data:`PER_CONNECTION` messages. ``secret``: a password that is not kept anywhere yet."""

    def __init__(self, settings: Mail, secret: str = "") -> None:
        self.settings = settings
        self._secret = secret
        self._client: Any = None
        self._carried = 0

    def connect(self) -> None:
        """Connect, verify the certificate, log in, and send nothing. Raises ``ChannelDown``, its cause the error met."""
        self._connected()

    def send(self, message: Queued) -> Receipt:
        """Carry one message through MAIL, RCPT and DATA; raises ``ChannelDown`` when it cannot begin."""
        if self._carried >= PER_CONNECTION:
            self._leave()
        used = self._carried > 0
        receipt = self._carry(message)
        if isinstance(receipt, OSError) and used:  # an old connection may have ended between two mails
            receipt = self._carry(message)
        if isinstance(receipt, OSError):
            raise ChannelDown(f"{self._where()} {_reason(receipt)}") from receipt
        self._carried += 1
        return receipt

    def _carry(self, message: Queued) -> Receipt | OSError:
        """The error when the connection ended before the message was begun."""
        smtp = self._connected()
        recipients = (self.settings.redirect_to,) if self.settings.redirect_to else message.recipients
        refusals: list[Refusal] = []
        size = smtp.esmtp_features.get("size", "")
        limit = int(size) if size.isdecimal() else 0
        if 0 < limit < len(message.raw):
            return Receipt(Outcome.PERMANENT, f"邮件 {len(message.raw)} 字节，服务器最多收 {limit} 字节")
        # Every error of the connection is an OSError: the socket's, ssl's, and smtplib's own.
        try:
            code, text = _in_step(smtp.mail(self.settings.sender, [f"SIZE={len(message.raw)}"] if limit else []))
        except UnicodeError as error:
            raise ChannelDown(f"发信人邮箱里有不能用的字：{self.settings.sender}") from error
        except OSError as error:
            self._drop()
            return error
        if code >= 400:
            return self._sender_refused(code, text)
        try:
            for address in recipients:
                code, text = _in_step(smtp.rcpt(address))
                if code >= 400:
                    refusals.append(Refusal(address, code, _words(text), code < 500))
            if len(refusals) == len(recipients):
                self._forget()
                later = any(one.temporary for one in refusals)
                note = "；".join(str(one) for one in refusals)
                return Receipt(Outcome.TEMPORARY if later else Outcome.PERMANENT, note, self._meant(message, refusals))
            code, text = _in_step(smtp.docmd("DATA"), 354)
            if code >= 400:
                return self._refused(code, text, self._meant(message, refusals))
            octets = re.sub(rb"(?m)^\.", b"..", message.raw).removesuffix(b"\r\n") + b"\r\n.\r\n"
            *chunks, last = (octets[start : start + _CHUNK] for start in range(0, len(octets), _CHUNK))
            for chunk in chunks:
                smtp.send(chunk)
        except UnicodeError as error:  # of redirect_to: the recipients were checked
            self._forget()
            raise ChannelDown(f"收件邮箱里有不能用的字：{'、'.join(recipients)}") from error
        except OSError as error:
            self._drop()
            note = f"没有发完，服务器还没有收下：{_reason(error)}"
            return Receipt(Outcome.TEMPORARY, note, stalled=_timed_out(error))
        # Once the end of the mail may have left, a lost connection leaves open whether the server has kept it.
        try:
            smtp.sock.settimeout(max(self.settings.timeout, min(LAST_WORD * self.settings.timeout, _LONGEST_LAST_WORD)))
            smtp.send(last)
            code, text = smtp.getreply()
            smtp.sock.settimeout(self.settings.timeout)
            if not 400 <= code < 600:
                _in_step((code, text))
        except OSError as error:
            self._drop()
            note = f"发送中连接断了，对方可能收到也可能没有：{_reason(error)}"
            return Receipt(Outcome.UNCERTAIN, note, self._meant(message, refusals), stalled=_timed_out(error))
        if code >= 400:
            return self._refused(code, text, self._meant(message, refusals))
        return Receipt(Outcome.SENT, _words(text), self._meant(message, refusals))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._client is not None and self._client.smtp is not None:
            with contextlib.suppress(OSError, AttributeError):  # a courtesy: every mail was answered for before
                self._client.smtp.sock.settimeout(min(self.settings.timeout, _GOODBYE))
                self._client.smtp.quit()
        self._drop()

    def _where(self) -> str:
        return f"发信服务器 {self.settings.host}:{self.settings.port}"

    def _connected(self) -> Any:
        """The connection, logged in. Raises ``ChannelDown``, and ``LoginRefused`` when the account is."""
        if self._client is None:
            secret = (self._secret or password(self.settings)) if self.settings.user else ""
            self._client, self._carried = _client(self.settings), 0
            try:
                self._client.login()  # connects and begins TLS; it knows no password
                smtp = self._client.smtp
                smtp.ehlo_or_helo_if_needed()
                if self.settings.user:
                    self._log_in(smtp, secret)
            except ChannelDown:
                self._drop()
                raise
            except UnicodeError as error:  # of the host: nothing else goes in that was not checked
                self._drop()
                raise ChannelDown(f"发信服务器的名字不对：{self.settings.host}") from error
            except OSError as error:
                self._drop()
                raise ChannelDown(f"{self._where()} {_reason(error)}") from error
        return self._client.smtp

    def _log_in(self, smtp: Any, secret: str) -> None:
        """One try, by the first way the server knows: each wrong password counts towards locking the account."""
        offered = re.split(r"[ =]+", smtp.esmtp_features.get("auth", "").upper())
        safest = ("CRAM-MD5", "PLAIN", "LOGIN") if self.settings.security == "none" else ("PLAIN", "LOGIN", "CRAM-MD5")
        ways = [way for way in safest if way in offered]
        if not ways:
            raise ChannelDown(f"{self._where()} 不提供密码登录，没有送出密码；请检查端口和 mail.security")
        smtp.user, smtp.password = self.settings.user, secret
        for way in ways:
            try:
                smtp.auth(way, getattr(smtp, f"auth_{way.lower().replace('-', '_')}"))
            except OSError as error:
                code = getattr(error, "smtp_code", 0)
                if code in (500, 502, 504) and way != ways[-1]:  # it does not know that way after all
                    continue
                if not 400 <= code < 600:
                    raise
                words = f"{code} {_words(getattr(error, 'smtp_error', b''))}"
                if code < 500:
                    raise ChannelDown(f"{self._where()} 暂时不能登录：{words}") from error
                raise LoginRefused(f"{self._where()} 登录被拒绝，请检查账号和密码（授权码）：{words}") from error
            return

    def _sender_refused(self, code: int, text: bytes) -> Receipt:
        """For now, or too large: this mail's affair. Else the account's, and no other mail would fare better."""
        self._forget()
        words = f"{code} {_words(text)}"
        if code < 500:
            return Receipt(Outcome.TEMPORARY, f"服务器暂时不收：{words}")
        if code == 552 or text.startswith((b"5.3.4", b"5.2.3")):
            return Receipt(Outcome.PERMANENT, f"邮件太大，服务器拒收：{words}")
        raise ChannelDown(f"{self._where()} 不接受发信人 {self.settings.sender}，请检查 mail.sender 和账号：{words}")

    def _refused(self, code: int, text: bytes, refusals: tuple[Refusal, ...]) -> Receipt:
        if code == 421:  # the server is closing the connection
            self._drop()
        else:
            self._forget()
        outcome = Outcome.TEMPORARY if code < 500 else Outcome.PERMANENT
        return Receipt(outcome, f"服务器拒收正文：{code} {_words(text)}", refusals)

    def _forget(self) -> None:
        """Ready for the next message: the refused one is off the table."""
        try:
            _in_step(self._client.smtp.rset())
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            if self._client.smtp is not None:
                self._client.smtp.close()
            self._client.is_closed = True  # or yagmail says goodbye again when it is collected
            self._client = None
        self._carried = 0

    def _meant(self, message: Queued, refusals: Sequence[Refusal]) -> tuple[Refusal, ...]:
        """Refusals by the message's own recipients: a refused redirection was refused for all of them."""
        if not self.settings.redirect_to:
            return tuple(refusals)
        return tuple(
            Refusal(address, one.code, one.text, one.temporary) for one in refusals for address in message.recipients
        )


def account(settings: Mail) -> str:
    """A mark of who logs in where: another after a change of account or password, of which it betrays 12 bits."""
    try:
        secret = password(settings) if settings.user else ""
    except ChannelDown:
        secret = ""
    who = f"{settings.user}@{settings.host}:{settings.port}/{settings.security}"
    return f"{who} {hashlib.pbkdf2_hmac('sha256', secret.encode(), who.encode(), 100_000).hex()[:3]}"


def _client(settings: Mail) -> Any:
    import yagmail

    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "timeout": settings.timeout,
        "smtp_skip_login": True,  # it would try a wrong password once for each way the server knows
        "soft_email_validation": False,  # a relay's login name need not be an address
    }
    if settings.security == "none":
        options |= {"smtp_ssl": False, "smtp_starttls": False}
    else:
        try:
            context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
        except OSError as error:
            raise ChannelDown(f"证书文件“{settings.ca_file}”不能用：{_reason(error)}") from error
        if settings.security == "ssl":
            options |= {"smtp_ssl": True, "context": context}
        else:
            options |= {"smtp_ssl": False, "smtp_starttls": {"context": context}}
    client = yagmail.Client(settings.user, "", **options)
    client.set_logging(None)  # it would print beside the progress bar
    return client


def _in_step(reply: tuple[int, bytes], *expected: int) -> tuple[int, bytes]:
    """An answer that fits its command: ``expected`` (else any 2xx), or a refusal. Raises ``_OutOfStep``."""
    code, text = reply
    fits = code in expected if expected else 200 <= code < 300
    if code == 421 or not (fits or 400 <= code < 600):
        raise _OutOfStep(f"服务器回答“{f'{code} ' if code >= 0 else ''}{_words(text)}”")
    return reply


def _words(text: bytes) -> str:
    try:
        words = text.decode("utf-8")
    except UnicodeDecodeError:
        words = text.decode("gb18030", "replace")  # some providers answer in GBK
    return " ".join(words.split())[:300]


def _timed_out(error: OSError) -> bool:
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)  # smtplib says "disconnected"


def _reason(error: OSError) -> str:
    """What went wrong with a connection, for staff, with the original words for whoever helps them."""
    name = type(error).__name__  # of smtplib, which only yagmail imports
    code = getattr(error, "smtp_code", None)
    if isinstance(error, _OutOfStep):
        return str(error)
    if code is not None:
        return f"拒绝：{f'{code} ' if code >= 0 else ''}{_words(getattr(error, 'smtp_error', b''))}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"的证书不可信，没有登录也没有发送：{error.verify_message}"
    if _timed_out(error):
        return "没有回应（超时）"
    if isinstance(error, ssl.SSLError):
        return f"加密连接失败，请检查 mail.security 和端口：{error.reason or error}"
    if isinstance(error, ConnectionRefusedError):
        return "拒绝连接，请检查地址和端口"
    if name == "SMTPNotSupportedError":
        return "不提供加密（STARTTLS），没有登录也没有发送；请检查 mail.security 和端口"
    if name == "SMTPServerDisconnected":
        return "断开了连接"
    return f"连接失败：{oserrors.told(error)}"
