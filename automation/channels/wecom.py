"""WeCom's group robot (企业微信群机器人): Markdown up to 4096 bytes, 20 messages a minute.

https://developer.work.weixin.qq.com/document/path/91770
"""

from __future__ import annotations

import datetime as dt

from automation.channels.robot import Notice, Payload, Service


def _write(notice: Notice, shown: int) -> Payload:
    lines = [f"**{notice.headline}**", f"> {notice.below}", ""]
    for case in notice.cases[:shown]:
        colour = "warning" if case.late else "comment"
        lines.append(f'<font color="{colour}">{case.lateness}</font> {case.words}')
    lines.append(f'<font color="comment">{notice.rest(shown)}</font>')
    return {"msgtype": "markdown", "markdown": {"content": "\n".join(lines)}}


SERVICE = Service(
    name="wecom",
    title="企业微信群",
    longest=4096,
    burst=10,
    pause=dt.timedelta(minutes=1),
    codes=("errcode",),
    busy=frozenset({45009, 45033}),
    wrong={
        93000: "webhook 地址不对，或机器人已被移出群",
        40014: "webhook 地址不对",
        60020: "这台电脑的地址不在白名单里",
    },
    write=_write,
)
