"""``kesu outbox``: what is waiting, sent, failed or uncertain, and a person's word on it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from email import message_from_bytes, policy

import click

from automation import remedies
from automation.channels.robot import spoken
from automation.journal import Entry, Journal
from automation.mail import checked_address
from automation.settings import Settings
from workbook.errors import KesuError

_STATES = {
    "queued": "待发",
    "sending": "发送中",
    "retry": "稍后重发",
    "uncertain": "不确定",
    "sent": "已发",
    "failed": "失败",
    "superseded": "过时未发",
}
LATEST = 30
"""So many of the newest are listed, however well they went."""
STATES = tuple(_STATES.values())
_TROUBLE = ("uncertain", "failed", "queued", "retry")


class NoSuchMail(KesuError):
    """The outbox has no such entry, or it is not in a state for this."""


def listing(settings: Settings, *, everything: bool = False, states: Collection[str] = ()) -> None:
    """Entries on a line each, oldest first; below it what is wrong and what to do.

    What has not simply gone, and the latest :data:`LATEST`; or ``everything``; or those in ``states``, in Chinese.
    """
    with Journal.peek(settings.journal) as journal:
        entries = journal.entries()
    shown = 0
    for position, entry in enumerate(entries, start=1):
        wanted = everything or _lacked(entry) or position > len(entries) - LATEST
        if not (_STATES[entry.state] in states if states else wanted):
            continue
        shown += 1
        who = "、".join(entry.recipients)
        click.echo(f"{position:>4}  {entry.queued_at:%m-%d %H:%M}  {_STATES[entry.state]}  {entry.subject}  → {who}")
        for line in _below(entry, position):
            click.echo(f"      {line}")
    counts = Counter(entry.state for entry in entries)
    told = [f"{_STATES[state]} {counts[state]}" for state in _TROUBLE if counts[state]]
    left = [] if shown == len(entries) or states else [f"没有列出较早的 {len(entries) - shown} 封，用 --all 全部列出"]
    click.echo("，".join([f"共 {len(entries)} 封", *told, *left]))


def _lacked(entry: Entry) -> bool:
    """Whether somebody may lack it still."""
    return entry.state not in ("sent", "superseded") or bool(entry.refused and not entry.pruned_at)


def _below(entry: Entry, position: int) -> Iterator[str]:
    if entry.note and entry.state != "sent" and not (entry.refused and entry.state == "failed"):
        yield entry.note
    for at, old, new in entry.readdressed:
        yield f"{at:%m-%d %H:%M} 改发：{old} → {new}"
    if entry.refused:
        yield f"拒收：{'；'.join(f'{address} {words}' for address, words in entry.refused.items())}"
    if entry.state == "uncertain" and entry.due_at is None:
        yield remedies.of_doubt(position)
    elif entry.due_at and entry.state in ("retry", "uncertain"):
        yield f"{entry.due_at:%m-%d %H:%M} 再发"
    elif entry.state == "failed" or (entry.state == "sent" and entry.refused and not entry.pruned_at):
        yield remedies.of_failure(position, kind=entry.kind, channel=entry.channel, refused=entry.refused)


def show(settings: Settings, key: str) -> None:
    """One entry's state, recipients and text."""
    with Journal.peek(settings.journal) as journal:
        entry = _find(journal, key)
        raw = journal.raw(entry.key) or b""
    click.echo(f"{_STATES[entry.state]}  {entry.subject}\n收件人：{'、'.join(entry.recipients)}\n{entry.note}".rstrip())
    click.echo(
        f"编号：{entry.message_id}  {entry.queued_at:%Y-%m-%d %H:%M} 生成，{entry.changed_at:%Y-%m-%d %H:%M} 更新"
    )
    for at, old, new in entry.readdressed:
        click.echo(f"{at:%Y-%m-%d %H:%M} 改发：{old} → {new}")
    if entry.pruned_at:
        click.echo(f"正文已于 {entry.pruned_at:%Y-%m-%d} 清除；原文 {entry.size} 字节，SHA-256 {entry.sha256}")
        return
    if entry.channel != "mail":
        click.echo("\n" + spoken(raw))
        return
    body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    click.echo("\n" + (body.get_content() if body else ""))


def retry(settings: Settings, key: str, to: Sequence[str], now: dt.datetime) -> None:
    """Send again at the next pass, to whoever has not got it.

    ``to``: the address that takes the place of the only one that lacks it, or ``old=new`` each. Raises
    :class:`NoSuchMail`, and ``BadMail`` for what is no address.
    """
    with Journal.open(settings.journal) as journal:
        entry = _find(journal, key)
        renamed = _renamed(entry, to) if to else {}
        if not journal.retry(entry.key, now, renamed):
            raise NoSuchMail(_why_not(entry, key))
    told = "、".join(f"{new}（原 {old}）" for old, new in renamed.items())
    click.echo(f"✓ 下一次处理时再发{f'，发给 {told}' if told else ''}")


def _renamed(entry: Entry, to: Sequence[str]) -> dict[str, str]:
    lacking = entry.lacking
    if entry.channel != "mail":
        raise NoSuchMail("群机器人的消息没有收件邮箱，不用写 --to。")
    renamed: dict[str, str] = {}
    for words in to:
        old, _, new = words.strip().rpartition("=")
        if not old and len(lacking) == 1:
            old = lacking[0]
        if old not in lacking:
            whom = "、".join(lacking) or "无"
            raise NoSuchMail(f"--to 要写“旧邮箱=新邮箱”，旧邮箱是没有收到的收件人；这一封没有收到的：{whom}")
        if new in entry.recipients and new not in lacking:
            raise NoSuchMail(f"{new} 已经收到过这一封。")
        renamed[old] = checked_address(new)
    return renamed


def _why_not(entry: Entry, key: str) -> str:
    state = _STATES[entry.state]
    if entry.state == "uncertain":
        return f"这封邮件是“{state}”，对方可能已经收到。{remedies.of_doubt(key)}"
    if entry.pruned_at:
        return f"这封邮件的正文已于 {entry.pruned_at:%Y-%m-%d} 清除，不能再发；汇总可以用 kesu report 另做一份。"
    return f"这封邮件是“{state}”，不需要重发。"


def release(settings: Settings, key: str, now: dt.datetime) -> None:
    """Let an uncertain one go again."""
    with Journal.open(settings.journal) as journal:
        entry = _find(journal, key)
        if not journal.release(entry.key, now):
            raise NoSuchMail(f"这封邮件是“{_STATES[entry.state]}”，只有“不确定”的才需要放行。")
    click.echo("✓ 已放行，下一次处理时再发")


def _find(journal: Journal, key: str) -> Entry:
    """By its number in the list, or by its key."""
    entries = journal.entries()
    if key.isdigit() and 1 <= int(key) <= len(entries):
        return entries[int(key) - 1]
    found = next((entry for entry in entries if entry.key == key), None)
    if found is None:
        raise NoSuchMail(f"没有第 {key} 封邮件，用 kesu outbox list 查看序号。")
    return found
