"""The group robots there are, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from automation import accounts
from automation.channels import dingtalk, feishu, wecom
from automation.channels.robot import RobotChannel, Service

if TYPE_CHECKING:
    from automation.settings import Robot

SERVICES: Mapping[str, Service] = {one.name: one for one in (wecom.SERVICE, dingtalk.SERVICE, feishu.SERVICE)}


def channel(robot: Robot) -> RobotChannel:
    """The way to one group, with its address and secret from the environment or the OS keyring."""
    url = accounts.secret(robot.url_env, f"{robot.name}-url")
    secret = accounts.secret(robot.secret_env, f"{robot.name}-secret") if robot.secret_env else ""
    where = f"请设环境变量 {robot.url_env}，或运行 keyring set {accounts.SERVICE} {robot.name}-url 存入系统的凭据管理器"
    return RobotChannel(SERVICES[robot.name], url, secret, where=where)
