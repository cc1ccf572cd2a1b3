"""Mail accounts: what the providers want, where a password is kept, and what their refusals mean.

A password comes from the environment, else from the operating system's keyring; it is never in a file of ours.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import ssl
import sys
import threading
from dataclasses import dataclass
from typing import Any

from automation.channels import ChannelDown
from automation.settings import Mail
from workbook.errors import KesuError

SERVICE = "kesu"
"""The name everything of ours stands under in the keyring."""
ENVIRONMENT = "~/.config/kesu/environment"
"""On Linux without a keyring: the file of the environment, which the timer's unit reads where it is there."""
PATIENCE = 20.0
"""Seconds for somebody to open a locked keyring."""


class NoKeyring(KesuError):
    """The operating system keeps no passwords for us here."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One provider: its sending server, and what it calls the password that a program logs in with."""

    name: str
    title: str
    host: str
    security: str
    port: int
    password: str
    where: str
    """Where that password comes from, a sentence; empty: nothing to say."""
    domains: tuple[str, ...] = ()


PRESETS: tuple[Preset, ...] = (
    Preset(
        "exmail",
        "腾讯企业邮",
        "smtp.exmail.qq.com",
        "ssl",
        465,
        "密码（或客户端专用密码）",
        "开了“安全登录”的要用“客户端专用密码”：网页版 设置 → 邮箱绑定 → 安全登录 → 生成新密码。"
        "管理员没有开 SMTP 服务的，要请管理员先打开",
    ),
    Preset(
        "qq",
        "QQ 邮箱",
        "smtp.qq.com",
        "ssl",
        465,
        "授权码",
        "要填“授权码”，不是 QQ 密码：网页版 设置 → 账号 → POP3/IMAP/SMTP 服务，打开后生成",
        ("qq.com", "foxmail.com", "vip.qq.com"),
    ),
    Preset(
        "163",
        "网易 163 邮箱",
        "smtp.163.com",
        "ssl",
        465,
        "授权码",
        "要填“授权码”，不是登录密码：网页版 设置 → POP3/SMTP/IMAP，打开 SMTP 服务后生成",
        ("163.com",),
    ),
    Preset(
        "aliyun",
        "阿里企业邮",
        "smtp.qiye.aliyun.com",
        "ssl",
        465,
        "密码（或三方客户端安全密码）",
        "开了“三方客户端安全密码”的要用它：网页版 设置 → 账户与安全",
    ),
    Preset(
        "office365",
        "Outlook / Microsoft 365",
        "smtp.office365.com",
        "starttls",
        587,
        "密码（或应用密码）",
        "这个邮箱要由管理员打开“经过身份验证的 SMTP”；微软正在停用密码登录，不行就用公司内网的邮件中继",
        ("outlook.com", "hotmail.com"),
    ),
    Preset("relay", "公司内网的 Exchange 或邮件中继", "", "starttls", 587, "密码", ""),
    Preset("other", "其他", "", "ssl", 465, "密码或授权码", ""),
)


def preset(name: str) -> Preset | None:
    """By its name."""
    return next((one for one in PRESETS if one.name == name), None)


def of_address(address: str) -> Preset | None:
    """By the domain of an address, where that tells."""
    domain = address.rpartition("@")[2].lower()
    return next((one for one in PRESETS if domain in one.domains), None)


# Where passwords are


def password(settings: Mail) -> str:
    """Of a mail account. Raises ``ChannelDown`` when there is none, or one that cannot be sent."""
    found = secret(settings.password_env, settings.user)
    if not found:
        where = f"请运行 kesu mail setup，或设环境变量 {settings.password_env}"
        raise ChannelDown(f"没有 {settings.user} 的邮箱密码：{where}")
    if not fits(found + settings.user):
        raise ChannelDown(f"{settings.user} 的登录名或密码里有中文或全角字符，请重新设置")
    return found


def fits(secret: str) -> bool:
    """Whether the protocol can carry it: a pasted “授权码：” or a full-width sign it cannot."""
    return secret.isascii() and secret.isprintable()


def secret(variable: str, kept_as: str) -> str:
    """From the environment, else from the keyring; empty when neither has it."""
    return os.environ.get(variable, "").strip() or kept(kept_as)


def kept(kept_as: str) -> str:
    """From the keyring; empty when it has none, there is no keyring, or it is locked and nobody opens it."""
    found: list[str] = []

    def ask() -> None:
        # A locked or broken keyring raises what its desktop raises.
        with contextlib.suppress(Exception):
            found.append(str(_keyring().get_password(SERVICE, kept_as) or ""))

    asking = threading.Thread(target=ask, name="kesu-keyring", daemon=True)
    asking.start()
    asking.join(PATIENCE)  # a locked one asks on the screen, where nobody may be
    return found[0] if found else ""


def keep(kept_as: str, value: str) -> str:
    """Into the keyring, read back; the keyring's name. Raises :class:`NoKeyring`."""
    keyring = _keyring()
    try:
        keyring.set_password(SERVICE, kept_as, value)
        if keyring.get_password(SERVICE, kept_as) == value:
            return _title(keyring.get_keyring())
    except Exception as error:  # noqa: BLE001 - as above; and its words might repeat the value
        raise NoKeyring(f"系统的凭据管理器用不了（{type(error).__name__}）") from None
    raise NoKeyring("系统的凭据管理器没有存下来")


def without_keyring(variable: str) -> str:
    """How to give a password where there is no keyring."""
    if sys.platform == "win32":
        return (
            f"请在“编辑账户的环境变量”里新建 {variable}，值填密码（授权码），然后重新登录；"
            "自动运行的 kesu 要用同一个 Windows 账户"
        )
    return (
        f"请把密码（授权码）放进环境变量 {variable}：写进 {ENVIRONMENT}（chmod 600，只有自己能读），里面一行 {variable}=…，"
        "kesu install 登记的服务会读它；在终端或 cron 里先读入它再运行 kesu"
    )


def _keyring() -> Any:
    """The library, if what stands behind it is the system's own and not a file or nothing."""
    try:
        keyring: Any = importlib.import_module("keyring")
        backend = keyring.get_keyring()
    except Exception as error:  # not installed, or its configuration names what is not there
        raise NoKeyring("这台电脑没有系统的凭据管理器") from error
    # keyrings.alt keeps them in files, plain or behind a question at the keyboard.
    if type(backend).__module__.startswith(("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")):
        raise NoKeyring("这台电脑没有系统的凭据管理器")
    return keyring


def _title(backend: object) -> str:
    for part, title in (("Windows", "Windows 凭据管理器"), ("macOS", "macOS 钥匙串")):
        if part in type(backend).__module__:
            return title
    return "系统的凭据管理器"


# What refusals mean


def advice(error: ChannelDown, mail: Mail, provider: Preset) -> str:
    """What to do about a login that failed, in Chinese; empty when nothing can be said."""
    cause = error.__cause__
    code = getattr(cause, "smtp_code", None)
    said = _said(cause)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            "kesu 只向证书可信的服务器登录，这一条不能关。多半是服务器名字写错了（证书上是另一个名字）；公司自己的邮件服务器，"
            "请管理员给出颁发证书的 .pem 文件，写在 kesu.toml 的 mail.ca_file；也可能是电脑的日期不对"
        )
    if "5.7.139" in said or "basic authentication is disabled" in said:
        return "这个邮箱不许用密码发信：请管理员打开“经过身份验证的 SMTP”，或改用公司内网的邮件中继（relay）"
    if "less secure" in said or "application-specific" in said:
        return "这家邮箱把密码登录叫“不够安全的应用”：请打开两步验证，生成一个“应用专用密码”来填"
    if code in (530, 534, 535, 538, 454, 550, 553):
        return _refused(provider)
    if isinstance(cause, ssl.SSLError):
        return f"端口和加密方式不配：465 用 ssl，587 用 starttls；现在是 {mail.port} 和 {mail.security}"
    if type(cause).__name__ == "gaierror" or isinstance(cause, UnicodeError):
        return f"找不到服务器“{mail.host}”：名字写错了，或这台电脑没有联网"
    if type(cause).__name__ == "SMTPNotSupportedError":
        return "服务器不接受这样登录：换一种加密方式（ssl 或 starttls）；内网中继若不要登录，登录名留空"
    if isinstance(cause, TimeoutError | ConnectionError):
        return f"连不到 {mail.host} 端口 {mail.port}：地址或端口写错了，或公司的防火墙没有放行这个端口"
    if type(cause).__name__ == "SMTPServerDisconnected":
        return f"服务器挂断了，或没有回应：端口和加密方式可能不配（465 用 ssl，587 用 starttls），现在是 {mail.port} 和 {mail.security}"
    return ""


def _refused(provider: Preset) -> str:
    known = f"{provider.title}：{provider.where}" if provider.where else "有的邮箱要用“授权码”，不是登录密码"
    return f"账号或密码不对。{known}。改过邮箱密码的，授权码要重新生成"


def _said(cause: BaseException | None) -> str:
    words = getattr(cause, "smtp_error", b"")
    return (words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)).lower()
