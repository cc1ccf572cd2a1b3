"""``kesu outbox``: what is waiting, sent, failed or uncertain, and a person's word on it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy

import click

from automation.channels.robot import spoken
from automation.journal import Entry, Journal
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
_TROUBLE = ("uncertain", "failed", "queued", "retry")


class NoSuchMail(KesuError):
    """The outbox has no such entry, or it is not in a state for this."""


def listing(settings: Settings) -> None:
    """Every entry on a line, oldest first; below it what is wrong and what to do."""
    with Journal.peek(settings.journal) as journal:
        entries = journal.entries()
    for position, entry in enumerate(entries, start=1):
        who = "、".join(entry.recipients)
        click.echo(f"{position:>4}  {entry.queued_at:%m-%d %H:%M}  {_STATES[entry.state]}  {entry.subject}  → {who}")
        for line in _below(entry, position):
            click.echo(f"      {line}")
    counts = Counter(entry.state for entry in entries)
    told = [f"{_STATES[state]} {counts[state]}" for state in _TROUBLE if counts[state]]
    click.echo("，".join([f"共 {len(entries)} 封", *told]))


def _below(entry: Entry, position: int) -> Iterator[str]:
    if entry.note and entry.state != "sent":
        yield entry.note
    if entry.state == "uncertain" and entry.due_at is None:
        yield f"请问收件人；没收到的，用 kesu outbox release {position} 放行，会再发一次"
    elif entry.due_at and entry.state in ("retry", "uncertain"):
        yield f"{entry.due_at:%m-%d %H:%M} 再发"
    elif entry.state == "failed":
        yield f"改正后用 kesu outbox retry {position} 再发"
    if entry.refused and entry.state != "failed":
        yield f"拒收：{'；'.join(entry.refused.values())}"


def show(settings: Settings, key: str) -> None:
    """One entry's state, recipients and text."""
    with Journal.peek(settings.journal) as journal:
        entry = _find(journal, key)
        raw = journal.raw(entry.key) or b""
    click.echo(f"{_STATES[entry.state]}  {entry.subject}\n收件人：{'、'.join(entry.recipients)}\n{entry.note}".rstrip())
    click.echo(
        f"编号：{entry.message_id}  {entry.queued_at:%Y-%m-%d %H:%M} 生成，{entry.changed_at:%Y-%m-%d %H:%M} 更新"
    )
    if entry.pruned_at:
        click.echo(f"正文已于 {entry.pruned_at:%Y-%m-%d} 清除；原文 {entry.size} 字节，SHA-256 {entry.sha256}")
        return
    if entry.channel != "mail":
        click.echo("\n" + spoken(raw))
        return
    body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    click.echo("\n" + (body.get_content() if body else ""))


def retry(settings: Settings, key: str, now: dt.datetime) -> None:
    """Send again at the next pass."""
    with Journal.open(settings.journal) as journal:
        entry = _find(journal, key)
        if not journal.retry(entry.key, now):
            raise NoSuchMail(f"这封邮件是“{_STATES[entry.state]}”，不需要重发。")
    click.echo("✓ 下一次处理时再发")


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
