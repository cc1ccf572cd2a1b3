"""``kesu run``: one pass, and what it did in a few lines."""

from __future__ import annotations

import datetime as dt

import click

from automation import cycle, heartbeat, notices
from automation.commands.check import line, tally
from automation.cycle import Outcome
from automation.lease import LeaseHeld
from automation.plan import Plan
from automation.reports import REPORTS
from automation.settings import Settings
from automation.terminal import CLEAN, COULD_NOT
from workbook.edits import CellEdit
from workbook.finding import Severity


def once(settings: Settings, *, now: dt.datetime, dry_run: bool, sure: bool = False) -> int:
    """One pass, or only its plan. 2 when the register is empty or the workbook cannot be written until somebody acts.

    ``sure``: somebody has said that ``now`` is right, however far it leaps.
    A workbook that is merely open somewhere, or at which another kesu is, is everyday life: 0, and a scheduler stays
    quiet.
    """
    if dry_run:
        _, decided = cycle.look(settings, now)
        _tell_plan(decided)
        return COULD_NOT if decided.facts.nothing else CLEAN
    try:
        outcome = heartbeat.around(settings, now, lambda: cycle.run(settings, now, sure=sure))
    except LeaseHeld as error:
        click.echo(str(error))
        return CLEAN
    tell(outcome, settings)
    stuck = outcome.unwritten and not outcome.delayed
    return COULD_NOT if outcome.plan.facts.nothing or stuck else CLEAN


_NEW = "“反馈登记”里还没有任何一行反馈，新工作簿都是这样：在表格的第一个空行填写接收时间和内容概要，保存，再运行一次。"
_TOLD_TOO = ("MAIL-04", "MAIL-06")
_TOLD = ("READ-06", "READ-11", "MAIL-01", "MAIL-02", "MAIL-03", "MAIL-05")


def tell(outcome: Outcome, settings: Settings) -> None:
    """What a pass did."""
    decided = outcome.plan
    new = decided.facts.register.empty and not decided.facts.past.issued
    if new:
        click.echo(_NEW)
    for finding in outcome.findings:
        if finding.rule == "READ-11" and new:
            continue
        if (finding.severity is Severity.ERROR and finding.rule in _TOLD) or finding.rule in _TOLD_TOO:
            click.echo(line(finding))
    click.echo(f"反馈 {len(decided.facts.register)} 单，新编号 {_new_numbers(decided)} 单；{_states(decided)}")
    if decided.facts.ledger.elders:
        click.echo(f"另有历史记录 {len(decided.facts.ledger.elders)} 单，不计时限")
    click.echo(f"检查：{tally(outcome.findings)}")
    if outcome.unwritten:
        click.echo(f"✗ 没有写回：{outcome.unwritten}\n  编号已经留好，下一次处理时写入同样的编号。", err=True)
    elif outcome.unsaved:
        click.echo(f"写进打开着的工作簿：{outcome.written} 个单元格；里面还有没保存的内容，等有人保存后才进文件")
    else:
        click.echo(f"写回：{outcome.written} 个单元格" if outcome.written else "写回：没有变化，文件未动")
    for finding in outcome.findings:
        if finding.rule in ("WRITE-01", "WRITE-02", "WRITE-03", "PAGE-01"):
            click.echo(line(finding))
    _tell_mail(outcome, settings)


def _tell_mail(outcome: Outcome, settings: Settings) -> None:
    sent = outcome.delivered
    where = "" if settings.mail.host else f"（没有设置邮箱，存为文件：{settings.outbox}）"
    groups = sum(key.startswith(notices.PREFIX) for key in sent.sent)
    mails = len(sent.sent) - groups
    click.echo(f"邮件：发出 {mails} 封{where if mails else ''}" + (f"；群里发出 {groups} 条" if groups else ""))
    if sent.down:
        click.echo(f"✗ 暂时发不出去：{sent.down}；共 {len(sent.retried)} 封，稍后自动重发", err=True)
    elif sent.retried:
        click.echo(f"  · {len(sent.retried)} 封稍后重发")
    if sent.waiting:
        click.echo(f"  · {len(sent.waiting)} 封留到下一轮：已到邮箱每分钟或每天的限额")
    if sent.failed:
        click.echo(f"✗ {len(sent.failed)} 封发送失败，用 kesu outbox list 查看", err=True)
    if sent.uncertain:
        click.echo(f"✗ {len(sent.uncertain)} 封不知道是否送达，用 kesu outbox list 查看", err=True)
    for _, address, words in sent.refused:
        click.echo(f"✗ 收件人被拒收 {address}：{words}", err=True)


def _tell_plan(decided: Plan) -> None:
    click.echo("只演算，不改动任何东西：")
    click.echo(f"反馈 {len(decided.facts.register)} 单，将新编号 {_new_numbers(decided)} 单；{_states(decided)}")
    click.echo(f"检查：{tally(decided.findings)}" + ("；用 kesu check 逐条查看" if decided.findings else ""))
    cells = [edit for edit in decided.edits if isinstance(edit, CellEdit)]
    click.echo(f"将写 {len(decided.edits)} 个单元格" + (f"，例如 {cells[0].where} ← {cells[0].value}" if cells else ""))
    for one in decided.reports:
        click.echo(f"将发出 {REPORTS[one.name].title}（{one.period.words}）")
    for one in decided.withheld:
        click.echo(f"到期但不会发出 {REPORTS[one.name].title}（{one.period.words}）：时间跳得太多，怕是时钟错了")
    for digest in decided.digests:
        click.echo(f"将提醒 {digest.recipient.name}（{digest.recipient.role}）：{len(digest.alerts)} 件")


def _new_numbers(decided: Plan) -> int:
    return sum(not issue.written for issue in decided.issued)


def _states(decided: Plan) -> str:
    counts = decided.facts.clocks.now_at["state"].value_counts()
    return "、".join(f"{state} {count}" for state, count in counts.items()) or "还没有反馈"
