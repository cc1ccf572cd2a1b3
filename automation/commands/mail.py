"""``kesu mail setup``: asks for the account, logs in with it, keeps the password in the keyring, writes kesu.toml."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import click

from automation import accounts, settings, tomlfile
from automation.accounts import PRESETS, NoKeyring, Preset
from automation.channels import ChannelDown, Outcome, Queued
from automation.channels.mail import MailChannel
from automation.mail import BadMail, checked_address, compose
from automation.settings import PORTS, Mail
from automation.terminal import CLEAN, COULD_NOT
from workbook.errors import BadConfig, KesuError

_SECURITY = ("ssl（465 端口）", "starttls（587 端口）", "none（不加密，只限公司内网、不登录）")


class Unanswered(KesuError):
    """What the command line left out, or what cannot be so."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says; ``None``: nothing. With a ``provider`` nothing is asked."""

    provider: str | None = None
    user: str | None = None
    sender: str | None = None
    sender_name: str | None = None
    host: str | None = None
    port: int | None = None
    security: str | None = None
    test_mail: bool | None = None


@dataclass(frozen=True, slots=True)
class _Account:
    provider: Preset
    mail: Mail
    secret: str


def setup(config: Path | None, workbook: Path | None, given: Given, now: dt.datetime) -> int:
    """Nothing is stored before a login has worked. 2 when it did not."""
    try:
        return _setup(config, workbook, given, now)
    except click.Abort:
        click.echo("\n没有改动任何东西。", err=True)
        return COULD_NOT


def _setup(config: Path | None, workbook: Path | None, given: Given, now: dt.datetime) -> int:
    path = config or (workbook.absolute().parent if workbook else Path.cwd()) / "kesu.toml"
    if config and not config.is_file():
        raise BadConfig(f"没有这个文件：{config}")
    found, errors = settings.load(path if path.is_file() else None, workbook=workbook)
    if any("TOML" in error for error in errors):
        raise BadConfig("\n".join(errors))
    click.echo(f"设置发信邮箱。设置写进 {path}，密码不写进任何文件。")
    account = _offered(given, found.mail) if given.provider else _asked(found.mail)
    while not _works(account):
        if given.provider or not click.confirm("改一改，再试一次？", default=True):
            click.echo("没有改动任何东西。", err=True)
            return COULD_NOT
        account = _asked(account.mail, account.provider)
    wanted = given.test_mail
    if wanted is None and not given.provider:
        wanted = click.confirm(f"给 {account.mail.sender} 发一封测试邮件？", default=True)
    if wanted and not _sent_to_oneself(account, now):
        return COULD_NOT
    _keep(account)
    _write(path, workbook, account, now)
    return CLEAN


def _offered(given: Given, before: Mail) -> _Account:
    """From the command line and the environment. Raises :class:`Unanswered`."""
    provider = accounts.preset(given.provider or "")
    if provider is None:
        raise Unanswered(f"没有“{given.provider}”这种邮箱，可以是：{'、'.join(one.name for one in PRESETS)}")
    user = given.user or ""
    sender = given.sender or (user if "@" in user else "")
    host = given.host or provider.host
    if not host or not sender or (provider.host and not user):
        raise Unanswered("要写明 --user 邮箱地址；公司中继和其他邮箱还要 --host，不用登录的要 --sender")
    security = given.security or provider.security
    port = given.port or (provider.port if security == provider.security else PORTS[security])
    mail = replace(
        before,
        host=host,
        port=port,
        security=security,
        user=user,
        sender=_address(sender),
        sender_name=given.sender_name or before.sender_name,
    )
    _refuse_bare(mail)
    return _Account(provider, mail, accounts.password(mail) if user else "")


def _asked(before: Mail, provider: Preset | None = None) -> _Account:
    """At the keyboard; what was there before is offered again."""
    provider = _choice(provider or next((one for one in PRESETS if one.host and one.host == before.host), None))
    host, security, port = provider.host, provider.security, provider.port
    if not host:
        host = _line("发信服务器，如 mail.example.com", before.host, _host)
        security = before.security if before.host == host else security
        security = _line(f"加密方式：{'、'.join(_SECURITY)}", security, _security)
        known = before.host == host and before.security == security
        port = int(_line("端口", str(before.port if known else PORTS[security]), _port))
    address = _line("发信人邮箱地址", before.sender, _address)
    user = _line("登录名（不用登录就填 -）", before.user or address, _user) if not provider.host else address
    user = "" if user == "-" else user
    name = _line("发信人显示的名字", before.sender_name, str)
    mail = replace(before, host=host, port=port, security=security, user=user, sender=address, sender_name=name)
    _refuse_bare(mail)
    secret = _password(provider, mail) if user else ""
    return _Account(provider, mail, secret)


def _choice(before: Preset | None) -> Preset:
    for number, one in enumerate(PRESETS, start=1):
        click.echo(f"  {number}  {one.title}" + (f"  {one.host} 端口 {one.port}" if one.host else ""))
    default = str(PRESETS.index(before) + 1) if before else None

    def known(answer: str) -> str:
        if not (answer.isdecimal() and 1 <= int(answer) <= len(PRESETS)):
            raise Unanswered(f"请填 1 到 {len(PRESETS)} 的数字")
        return answer

    return PRESETS[int(_line("用哪一种邮箱（填序号）", default or "", known)) - 1]


def _password(provider: Preset, mail: Mail) -> str:
    if provider.where:
        click.echo(f"  {provider.title}：{provider.where}。")
    while True:
        secret = str(click.prompt(f"{provider.password}（输入时不显示）", hide_input=True)).strip()
        if provider.password == "授权码":
            secret = "".join(secret.split())  # shown in groups of four, and pasted so
        if accounts.fits(secret):
            return secret
        click.echo("里面有中文或全角字符，请只粘贴密码（授权码）本身。", err=True)


def _line(question: str, default: str, check: Callable[[str], str]) -> str:
    while True:
        answer = str(click.prompt(question, default=default or None)).strip()
        try:
            return check(answer)
        except KesuError as error:
            click.echo(str(error), err=True)


def _address(answer: str) -> str:
    try:
        return checked_address(answer)
    except BadMail as error:
        raise Unanswered(str(error)) from error


def _user(answer: str) -> str:
    if not accounts.fits(answer):
        raise Unanswered("登录名里有中文或全角字符")
    return answer


def _host(answer: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]+", answer):
        raise Unanswered("服务器的名字只有字母、数字、点和减号，不带 http://，也不带端口")
    return answer


def _security(answer: str) -> str:
    if answer not in PORTS:
        raise Unanswered("请填 ssl、starttls 或 none")
    return answer


def _port(answer: str) -> str:
    if not (answer.isdecimal() and 1 <= int(answer) <= 65_535):
        raise Unanswered("端口是 1–65535 的数字")
    return answer


def _refuse_bare(mail: Mail) -> None:
    if mail.security == "none" and mail.user and not settings.is_here(mail.host):
        raise Unanswered("不加密就不能登录：密码会明文送上网络。请用 ssl 或 starttls，或不登录（内网中继）")


def _works(account: _Account) -> bool:
    mail = account.mail
    click.echo(f"正在连接 {mail.host} 端口 {mail.port} …")
    try:
        with MailChannel(mail, account.secret) as channel:
            channel.connect()
    except ChannelDown as error:
        click.echo(f"✗ {error}", err=True)
        said = accounts.advice(error, mail, account.provider)
        if said:
            click.echo(f"  → {said}。", err=True)
        return False
    verified = "，连接已加密，服务器的证书可信" if mail.security != "none" else ""
    click.echo(f"✓ {'登录成功' if mail.user else '连接成功'}{verified}")
    return True


def _sent_to_oneself(account: _Account, now: dt.datetime) -> bool:
    mail = account.mail
    words = "这是 kesu 的测试邮件。收到它，就说明客诉提醒可以从这个邮箱发出。"
    made = compose(
        key=f"setup|{mail.sender}|{now.isoformat()}",
        kind="report",
        sender=(mail.sender_name, mail.sender),
        to=[("", mail.sender)],
        subject="【客诉提醒】测试邮件",
        text=words,
        html=f"<p>{words}</p>",
        now=now,
    )
    queued = Queued(made.key, made.kind, made.recipients, made.subject, made.raw, made.message_id, now)
    try:
        with MailChannel(replace(mail, redirect_to=""), account.secret) as channel:
            receipt = channel.send(queued)
    except ChannelDown as error:
        click.echo(f"✗ 测试邮件没有发出：{error}\n没有改动任何东西。", err=True)
        return False
    if receipt.outcome is not Outcome.SENT:
        click.echo(f"✗ 测试邮件没有发出：{receipt.note}", err=True)
        click.echo("  → 发信人邮箱一般要和登录的邮箱相同；也看看邮箱是否被服务商限制。\n没有改动任何东西。", err=True)
        return False
    click.echo("✓ 测试邮件已发出，请看收件箱（或垃圾邮件）")
    return True


def _keep(account: _Account) -> None:
    mail = account.mail
    if not account.secret:
        return
    try:
        where = accounts.keep(mail.user, account.secret)
    except NoKeyring as error:
        click.echo(f"· {error}，密码没有保存。{accounts.without_keyring(mail.password_env)}")
        return
    click.echo(f"✓ 密码已存入{where}（服务名 {accounts.SERVICE}，用户名 {mail.user}），只有这个系统账户能读")
    if os.environ.get(mail.password_env, account.secret).strip() != account.secret:
        click.echo(f"· 环境变量 {mail.password_env} 里是另一个密码，而且它优先：请删掉它，或改成新的")


def _write(path: Path, workbook: Path | None, account: _Account, now: dt.datetime) -> None:
    mail = account.mail
    new = not path.is_file()
    if new:
        tomlfile.replace(path, settings.example().encode())
        if workbook:
            tomlfile.change(path, "", {"workbook": workbook.name}, now).unlink()
    values: dict[str, tomlfile.Value] = {
        "host": mail.host,
        "security": mail.security,
        "port": mail.port if mail.port != PORTS[mail.security] else None,
        "user": mail.user,
        "sender": mail.sender if mail.sender != mail.user else "",
        "sender_name": mail.sender_name,
    }
    if mail.security == "none" and not settings.is_here(mail.host):
        values["allow_plain"] = True
    backup = tomlfile.change(path, "mail", values, now)
    if new:
        backup.unlink()
        click.echo(f"✓ 已新建 {path}，请核对里面的 workbook 和 dealership")
    else:
        click.echo(f"✓ 已写入 {path}，原来的文件留作 {backup.name}")
    _, errors = settings.load(path, workbook=workbook)
    for error in errors:
        click.echo(f"· kesu.toml 还要改正：{error}")
