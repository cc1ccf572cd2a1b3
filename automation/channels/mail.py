"""Mail by SMTP: yagmail's connection carries bytes that were finished long before.

yagmail gives the settings, TLS and login; its own composing and resending are not used (it renders HTML wrongly, and
resends after a lost answer without saying so). Certificates are always verified.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import re
import ssl
from types import TracebackType
from typing import Any, Self

from automation.channels import ChannelDown, Outcome, Queued, Receipt, Refusal
from automation.settings import Mail

_SERVICE = "kesu"  # the name the password stands under in the OS keyring


class MailChannel:
    """One login a batch, at the first message."""

    def __init__(self, settings: Mail) -> None:
        self.settings = settings
        self._client: Any = None

    def connect(self) -> None:
        """Connect, verify the certificate, log in, and send nothing. Raises ``ChannelDown``."""
        self._connected()

    def send(self, message: Queued) -> Receipt:
        """Carry one message through MAIL, RCPT and DATA; raises ``ChannelDown`` when it cannot begin."""
        smtp = self._connected()
        recipients = (self.settings.redirect_to,) if self.settings.redirect_to else message.recipients
        refusals: list[Refusal] = []
        # Every error of the connection is an OSError: the socket's, ssl's, and smtplib's own.
        try:
            limit = int(smtp.esmtp_features.get("size", "") or 0)
            if 0 < limit < len(message.raw):
                return Receipt(Outcome.PERMANENT, f"邮件 {len(message.raw)} 字节，服务器最多收 {limit} 字节")
            code, text = smtp.mail(self.settings.sender, [f"SIZE={len(message.raw)}"] if limit else [])
            if code != 250:
                return self._refused(code, text, "发信人")
            for address in recipients:
                code, text = smtp.rcpt(address)
                if code not in (250, 251):
                    refusals.append(Refusal(address, code, _words(text), _is_temporary(code)))
            if len(refusals) == len(recipients):
                self._forget()
                later = any(one.temporary for one in refusals)
                note = ";".join(str(one) for one in refusals)
                return Receipt(Outcome.TEMPORARY if later else Outcome.PERMANENT, note, self._meant(message, refusals))
            code, text = smtp.docmd("DATA")
            if code != 354:
                return self._refused(code, text, "正文")
        except OSError as error:
            self._drop()
            return Receipt(Outcome.TEMPORARY, f"发送前连接断了：{_reason(error)}")
        # From the first byte of the body on, a lost connection leaves open whether the server has kept the mail.
        try:
            smtp.send(re.sub(rb"(?m)^\.", b"..", message.raw).removesuffix(b"\r\n") + b"\r\n.\r\n")
            code, text = smtp.getreply()
        except OSError as error:
            self._drop()
            note = f"发送中连接断了，对方可能收到也可能没有：{_reason(error)}"
            return Receipt(Outcome.UNCERTAIN, note, self._meant(message, refusals))
        if code != 250:
            return self._refused(code, text, "正文")
        return Receipt(Outcome.SENT, _words(text), self._meant(message, refusals))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None and self._client.smtp is not None:
            with contextlib.suppress(OSError):  # a courtesy: every mail was answered for before
                self._client.smtp.quit()
        self._drop()

    def _connected(self) -> Any:
        if self._client is None:
            self._client = _client(self.settings)
            try:
                self._client.login()
                self._client.smtp.ehlo_or_helo_if_needed()
            except UnicodeError as error:  # of the host: nothing else goes in that was not checked
                self._drop()
                raise ChannelDown(f"发信服务器的名字不对：{self.settings.host}") from error
            except OSError as error:
                self._drop()
                raise ChannelDown(f"发信服务器 {self.settings.host}：{self.settings.port} {_reason(error)}") from error
        return self._client.smtp

    def _refused(self, code: int, text: bytes, what: str) -> Receipt:
        if code == 421:  # the server is closing the connection
            self._drop()
        else:
            self._forget()
        outcome = Outcome.TEMPORARY if _is_temporary(code) else Outcome.PERMANENT
        return Receipt(outcome, f"服务器拒收{what}：{code} {_words(text)}")

    def _forget(self) -> None:
        """Ready for the next message: the refused one is off the table."""
        try:
            self._client.smtp.rset()
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            if self._client.smtp is not None:
                self._client.smtp.close()
            self._client.is_closed = True  # or yagmail says goodbye again when it is collected
            self._client = None

    def _meant(self, message: Queued, refusals: list[Refusal]) -> tuple[Refusal, ...]:
        """Refusals by the message's own recipients: a refused redirection was refused for all of them."""
        if not self.settings.redirect_to:
            return tuple(refusals)
        return tuple(
            Refusal(address, one.code, one.text, one.temporary) for one in refusals for address in message.recipients
        )


def password(settings: Mail) -> str:
    """From the environment, else from the OS keyring if ``keyring`` is installed. Raises ``ChannelDown``."""
    found = os.environ.get(settings.password_env, "")
    if not found and importlib.util.find_spec("keyring"):
        keyring: Any = importlib.import_module("keyring")
        try:
            found = keyring.get_password(_SERVICE, settings.user) or ""
        except keyring.errors.KeyringError:
            found = ""
    if not found:
        where = f"请设环境变量 {settings.password_env}，或存入系统的凭据管理器"
        raise ChannelDown(f"没有 {settings.user} 的邮箱密码：{where}")
    if not (found + settings.user).isascii():  # a pasted “授权码:” or a full-width sign; the protocol knows neither
        raise ChannelDown(f"{settings.user} 的登录名或密码里有中文或全角字符，请重新设置")
    return str(found)


def _client(settings: Mail) -> Any:
    import yagmail

    options: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "timeout": settings.timeout,
        "smtp_skip_login": not settings.user,
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
    client = yagmail.Client(settings.user, password(settings) if settings.user else "", **options)
    client.user = settings.user  # yagmail makes a name without @ into one at gmail.com
    client.set_logging(None)  # it would print beside the progress bar
    return client


def _is_temporary(code: int) -> bool:
    return not 500 <= code < 600  # -1 and other nonsense: worth another try


def _words(text: bytes) -> str:
    try:
        words = text.decode("utf-8")
    except UnicodeDecodeError:
        words = text.decode("gb18030", "replace")  # some providers answer in GBK
    return " ".join(words.split())[:300]


def _reason(error: OSError) -> str:
    """What went wrong with a connection, for staff, with the original words for whoever helps them."""
    code = getattr(error, "smtp_code", None)
    if code is not None:
        words = f"{code} {_words(getattr(error, 'smtp_error', b''))}"
        return f"登录被拒绝，请检查账号和密码（授权码）：{words}" if code in (530, 534, 535, 538) else f"拒绝：{words}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"的证书不可信，没有登录也没有发送：{error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"加密连接失败，请检查 mail.security 和端口：{error.reason or error}"
    if isinstance(error, TimeoutError):
        return "没有回应（超时）"
    if isinstance(error, ConnectionRefusedError):
        return "拒绝连接，请检查地址和端口"
    return f"连接失败：{error.strerror or error}"
