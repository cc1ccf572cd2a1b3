"""DingTalk's group robot (钉钉自定义机器人): Markdown, 20 messages a minute or else ten minutes of nothing, 加签.

https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from urllib.parse import urlencode

from automation.channels.robot import Notice, Payload, Service


def _write(notice: Notice, shown: int) -> Payload:
    lines = [f"#### {notice.headline}", f"> {notice.below}"]
    lines += [
        f"- **{case.lateness}** {case.words}" if case.late else f"- {case.lateness} {case.words}"
        for case in notice.cases[:shown]
    ]
    lines.append(notice.rest(shown))
    return {"msgtype": "markdown", "markdown": {"title": notice.headline, "text": "\n\n".join(lines)}}


def _sign(url: str, payload: Payload, secret: str, now: float) -> tuple[str, Payload]:
    if not secret:
        return url, payload
    at = str(round(now * 1000))
    digest = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()
    signed = urlencode({"timestamp": at, "sign": base64.b64encode(digest).decode()})
    return f"{url}{'&' if '?' in url else '?'}{signed}", payload


_UNKNOWN = "webhook 地址不对，或机器人已停用、已被移出群"

SERVICE = Service(
    name="dingtalk",
    title="钉钉群",
    longest=20_000,
    burst=10,
    pause=dt.timedelta(minutes=10),
    codes=("errcode", "status"),
    busy=frozenset({130101, 410100, 1111}),
    wrong={
        310000: "加签的密钥不对、电脑的时钟差得太多、没有设关键词“客诉”，或这台电脑的地址不在白名单里",
        300001: _UNKNOWN,
        400013: "群已经解散",
        400101: _UNKNOWN,
        400102: _UNKNOWN,
        400106: _UNKNOWN,
    },
    write=_write,
    sign=_sign,
)
