"""Feishu's group robot (飞书自定义机器人): text up to 20 KB, 100 messages a minute and 5 a second, signature in the body.

https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac

from automation.channels.robot import Notice, Payload, Service


def _write(notice: Notice, shown: int) -> Payload:
    lines = [notice.headline, notice.below, ""]
    lines += [f"• {case.lateness} {case.words}" for case in notice.cases[:shown]]
    lines.append(notice.rest(shown))
    return {"msg_type": "text", "content": {"text": "\n".join(lines)}}


def _sign(url: str, payload: Payload, secret: str, now: float) -> tuple[str, Payload]:
    """The key is time and secret, and what is signed is nothing: so its documentation has it."""
    if not secret:
        return url, payload
    at = str(int(now))
    digest = hmac.new(f"{at}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return url, {"timestamp": at, "sign": base64.b64encode(digest).decode(), **payload}


SERVICE = Service(
    name="feishu",
    title="飞书群",
    longest=20 * 1024 - 200,  # the signature comes on top
    burst=5,
    pause=dt.timedelta(minutes=1),
    codes=("code", "StatusCode"),
    busy=frozenset({11232, 11233, 99991400}),
    wrong={
        19001: "webhook 地址不对，或机器人已停用、已被移出群",
        19021: "签名的密钥不对，或电脑的时钟差得太多",
        19022: "这台电脑的地址不在白名单里",
        19024: "没有设关键词“客诉”",
    },
    write=_write,
    sign=_sign,
)
