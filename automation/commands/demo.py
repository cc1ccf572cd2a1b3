"""``kesu demo``: an invented dealership, one pass over it, and what to open to see what happened."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from automation import cycle
from automation.commands.check import tally
from automation.commands.new import create
from automation.commands.report import produce
from automation.cycle import Outcome
from automation.settings import Settings
from automation.sla import explain, tell
from automation.terminal import find_settings
from workbook.finding import Severity

NAME = "星耀4S店客诉登记.xlsx"
_TICKETS, _SEED = 160, 7
_MARK = ".kesu-demo"
_STEPS = 9


def demonstrate(folder: Path, now: dt.datetime) -> None:
    """Make the sample workbook in ``folder``, run one pass and the weekly summary, and tell what was done.

    A demo made earlier is replaced; one that somebody typed into is kept under another name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    workbook = folder / NAME
    settings = find_settings(workbook, None)
    kept = _clear(folder, workbook, settings)
    with _bar() as step:
        step("新建样例经销店")
        sample = create(workbook, sample=_TICKETS, seed=_SEED, now=now)
        assert sample is not None, "asked for a sample"
        outcome = cycle.run(settings, now, progress=step)
        step("再处理一遍（应当没有变化）")
        again = cycle.run(settings, now)
        step("生成客诉汇总")
        reports = produce("weekly", workbook, period=None, output=settings.reports, now=now)
        step("完成")
    (folder / _MARK).write_text(_sha(workbook), encoding="ascii")
    _tell(outcome, again, len(sample.planted), settings, reports, kept)


@contextmanager
def _bar() -> Iterator[cycle.Progress]:
    with click.progressbar(length=_STEPS, label="准备", item_show_func=lambda item: item) as bar:
        yield lambda step: bar.update(1, step)
        bar.update(_STEPS - bar.pos)


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _clear(folder: Path, workbook: Path, settings: Settings) -> Path | None:
    """Make room; returns where a workbook that somebody changed since was put."""
    if not workbook.exists():
        return None
    mark = folder / _MARK
    untouched = mark.exists() and mark.read_text(encoding="ascii") == _sha(workbook)
    kept = None
    if untouched:
        workbook.unlink()
    else:
        changed = dt.datetime.fromtimestamp(workbook.stat().st_mtime, tz=dt.UTC).astimezone()
        kept = workbook.with_name(f"{workbook.stem}-您改过的-{changed:%m%d-%H%M%S}{workbook.suffix}")
        workbook.rename(kept)
    for entry in (settings.outbox, settings.reports):
        for file in entry.glob("*") if entry.is_dir() else ():
            file.unlink()
    settings.journal.unlink(missing_ok=True)
    return kept


def _tell(
    outcome: Outcome, again: Outcome, planted: int, settings: Settings, reports: list[Path], kept: Path | None
) -> None:
    decided = outcome.plan
    facts = decided.facts
    states = facts.clocks.now_at["state"].value_counts()
    click.echo()
    click.secho("kesu 做了什么", bold=True)
    click.echo(
        f"  1. 新建了样例经销店“星耀4S店”的客诉工作簿：{len(facts.register)} 单反馈，故意埋了 {planted} 处差错。"
    )
    click.echo(f"  2. 检查：{tally(outcome.findings)}。例如：")
    for finding in [f for f in outcome.findings if f.severity is Severity.ERROR][:3]:
        click.echo(f"       {finding.rule} {finding.message}")
        click.echo(f"              → {finding.hint}")
    fresh = [issue.number for issue in decided.issued if not issue.written]
    click.echo(f"  3. 编号：给 {len(fresh)} 单新反馈编了号（{'、'.join(fresh[:3])}…）。")
    click.echo(f"  4. 时限：{'、'.join(f'{state} {count} 单' for state, count in states.items())}。")
    click.echo(f"  5. 写回：改了 {outcome.written} 个单元格，其余内容一个字节都没有动；写之前的文件留有备份。")
    click.echo(f"  6. 提醒：给 {len(outcome.delivered.sent)} 个人各写了一封邮件（没有设置邮箱，所以存成文件）。")
    click.echo(f"  7. 又处理了一遍：改了 {again.written} 个单元格，发了 {len(again.delivered.sent)} 封邮件。")
    click.echo("  8. 汇总：给主管总经理和管理部的《客户信息反馈处理单汇总》，邮件和工作簿各一份。")
    click.echo()
    click.secho("请打开看看", bold=True)
    click.echo(f"  工作簿    {settings.workbook}")
    click.echo(
        "            （看“反馈登记”最右边四列和“检查结果”“看板”；用 LibreOffice 打开时按 Ctrl+Shift+F9 重算看板）"
    )
    if settings.dashboard:
        click.echo(f"  看板网页  {settings.dashboard}")
    for path in sorted(settings.outbox.glob("*.eml")):
        click.echo(f"  提醒邮件  {path}")
    for path in reports:
        click.echo(f"  汇总      {path}")
    if settings.backup_dir.is_dir():
        click.echo(f"  备份      {settings.backup_dir}")
    if kept:
        click.echo(f"  您上次改过的样例另存为  {kept}")
    ticket = _telling_ticket(outcome)
    if ticket:
        click.echo()
        click.secho("想知道某一单为什么是这个状态：", bold=True)
        click.echo(f'  kesu explain "{settings.workbook}" {ticket}')
        told = explain.explain(facts.ledger, facts.clocks, ticket)
        click.echo()
        click.echo("\n".join("  " + text for text in tell.in_words(told[0]).split("\n\n")[0].splitlines()))


def _telling_ticket(outcome: Outcome) -> str:
    """A ticket that is late now: the one worth explaining."""
    facts = outcome.plan.facts
    late = facts.clocks.now_at.index[facts.clocks.now_at["state"] == "超时"]
    return str(facts.register.at[late[-1], "编号"]) if len(late) else ""
