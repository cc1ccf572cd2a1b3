"""The mail account and the group robots: whether passwords are there and the server lets kesu in, without a message."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from automation import grouproles
from automation.channels import ChannelDown
from automation.health import Level, Line
from automation.roster import Roster
from automation.settings import Settings

_PATIENCE = 10.0  # seconds: somebody is waiting at the terminal


def look(settings: Settings, roster: Roster | None = None) -> Iterator[Line]:
    """Nothing is sent, and no password is shown. ``roster``: of the workbook, where it could be read."""
    yield from _account(settings)
    yield from _robots(settings, roster)


def _robots(settings: Settings, roster: Roster | None) -> Iterator[Line]:
    """One line a group robot in use: its address is there and looks like one, its roles are held by somebody."""
    if not settings.robots:
        return
    from automation.channels import groups

    for robot in settings.robots:
        what = f"群机器人 {robot.name}"
        wrong = list(grouproles.unknown(robot, roster)) if roster is not None and roster.people else []
        try:
            with groups.channel(robot) as channel:
                channel.checked()
        except ChannelDown as error:
            yield Line(Level.BAD, what, str(error), "放好地址后再运行 kesu doctor")
        else:
            if not wrong:
                words = f"有地址（不显示），发给{'、'.join(robot.roles)}的提醒也发到群里，没有试发"
                yield Line(Level.GOOD, what, words)
        for told in wrong:
            yield Line(Level.BAD, what, told, f"改正 kesu.toml 里 [robots.{robot.name}] 的 roles")


def _account(settings: Settings) -> Iterator[Line]:
    mail = settings.mail
    if not mail.host:
        todo = "要真正发信，在 kesu.toml 的 [mail] 里填发信服务器"
        yield Line(Level.NOTE, "邮箱", f"没有设置，邮件存成文件：{settings.outbox}", todo)
        return
    from automation.channels.mail import MailChannel, password

    try:
        if mail.user:
            password(mail)
            source = f"环境变量 {mail.password_env} " if os.environ.get(mail.password_env) else "系统的凭据管理器"
            yield Line(Level.GOOD, "邮箱密码", f"在{source}里找到（不显示）")
        with MailChannel(replace(mail, timeout=min(mail.timeout, _PATIENCE))) as channel:
            channel.connect()
    except ChannelDown as error:
        yield Line(Level.BAD, "邮箱", str(error), "改正 kesu.toml 的 [mail] 后再运行 kesu doctor")
        return
    tls = {"ssl": "TLS 证书已验证", "starttls": "STARTTLS 证书已验证", "none": "没有加密"}[mail.security]
    login = f"{mail.user} 登录成功" if mail.user else "不需要登录"
    level = Level.GOOD if mail.security != "none" else Level.NOTE
    yield Line(level, "邮箱", f"{mail.host} 端口 {mail.port}，{tls}，{login}，没有发信")
    if mail.redirect_to:
        yield Line(Level.NOTE, "邮箱", f"试用中：所有邮件只发到 {mail.redirect_to}", "正式使用时删掉 mail.redirect_to")
