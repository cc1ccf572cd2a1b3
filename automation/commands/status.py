"""``kesu status``: is everything well, and if not, what needs a person."""

from __future__ import annotations

import datetime as dt
import json

import click

from automation import health, vitals
from automation.settings import Settings


def report(settings: Settings, *, as_json: bool, now: dt.datetime) -> int:
    """Say how kesu is doing; the exit code is for monitoring: 0 well, 1 a person is needed, 2 it cannot be told."""
    facts = vitals.take(settings, now)
    lines = health.judge(facts)
    code = health.exit_code(facts, lines)
    if as_json:
        told = {
            "now": now.isoformat(),
            "workbook": str(settings.workbook),
            "exit": code,
            "last_look": facts.looked.isoformat() if facts.looked else None,
            "last_mail": facts.last_mail.isoformat() if facts.last_mail else None,
            "unwritten_since": facts.unwritten_since.isoformat() if facts.unwritten_since else None,
            "mail": {state: sum(one.state == state for one in facts.letters) for state in health.WAITING_STATES},
            "next": [{"report": title, "at": at.isoformat()} for title, at in facts.upcoming],
            "lines": [
                {"level": str(one.level), "what": one.what, "words": one.words, "todo": one.todo} for one in lines
            ],
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return code
    for line in lines:
        click.echo(str(line))
    bad = sum(line.level is health.Level.BAD for line in lines)
    noted = any(line.level is health.Level.NOTE for line in lines)
    well = "没有要处理的事，带 ! 的留意一下" if noted else "一切正常"
    click.echo(well if code == health.WELL else f"{bad} 件事需要人处理" if bad else "还不知道是否正常")
    return code
