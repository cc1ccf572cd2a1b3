"""What there is to know about kesu's own health: read from the journal, the heartbeat and the folder, never written.

Light: no workbook is opened and nothing heavy is loaded, so that monitoring may ask every minute.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from automation import agenda, database, heartbeat, jobs, lease
from automation.health import Ahead, Facts, Letter
from automation.jobs import Job
from automation.journal import Journal
from automation.letters import refusals
from automation.past import AHEAD
from automation.settings import Settings
from automation.sla import official
from workbook.locks import who_has_it_open

TITLES = {
    "weekly": "周报",
    "monthly": "月报",
    "rewards": "奖罚情况",
    "calls": "未了事宜沟通清单",
    "pending": "未了事宜月报",
    "analysis": "投诉分析月报",
    "notices": "内部信息反馈单",
}
"""What a job is called where its report, which is heavy, is not loaded; else its name."""

_AHEAD = dt.timedelta(days=70)


def take(settings: Settings, now: dt.datetime) -> Facts:
    """Everything :func:`automation.health.judge` rests on. Raises ``JournalUnusable``."""
    with (
        contextlib.closing(database.look(settings.journal)) as db,
        database.told_in_chinese(settings.journal),
    ):
        last = Journal(db).last_pass()
        faults = agenda.read(db)["faults"]
        unwritten = db.execute(
            "SELECT at FROM passes WHERE id > (SELECT coalesce((SELECT id FROM passes WHERE outcome = '完成'"
            " ORDER BY id DESC LIMIT 1), 0)) ORDER BY id LIMIT 1"
        ).fetchone()
        numbers = db.execute("SELECT number FROM issued WHERE written = 0 ORDER BY number").fetchall()
        edited = db.execute("SELECT max((SELECT max(since) FROM seen), coalesce((SELECT max(at) FROM changes), ''))")
        edited_at = _time(edited.fetchone()[0])
        began = _time(db.execute("SELECT min(at) FROM passes").fetchone()[0])
        letters = tuple(_letters(db))
        last_mail = db.execute(
            "SELECT changed_at FROM outbox WHERE state = 'sent' AND due_at IS NULL ORDER BY id DESC LIMIT 1"
        ).fetchone()
        ahead = tuple(_ahead(db, settings.jobs, now))
        owed = tuple(_owed(db, settings.jobs, began, now))
        holder, died = _holder(db, now)
    opened = who_has_it_open(settings.workbook, now=now)
    return Facts(
        now=now,
        limits=settings.heartbeat,
        workbook=settings.workbook.name,
        saved=_saved(settings.workbook),
        passed=last.at if last else None,
        outcome=last.outcome if last else "",
        beat=heartbeat.read(settings),
        fault=faults[0] if faults else None,
        unwritten_since=_time(unwritten[0]) if unwritten else None,
        open_by=str(opened) if opened else "",
        numbers=tuple(row[0] for row in numbers),
        letters=letters,
        last_mail=_time(last_mail[0]) if last_mail else None,
        to_folder=not settings.mail.host,
        upcoming=tuple(_upcoming(settings.jobs, now)),
        owed=owed,
        ahead=ahead,
        edited=edited_at,
        idle_days=_workdays(edited_at, now) if edited_at else 0,
        calendar_until=official.published_until(),
        holder=holder,
        died=died,
    )


def _letters(db: sqlite3.Connection) -> Iterator[Letter]:
    """What is not simply sent, oldest first. Only these rows are read: between their fields lie the mails themselves."""
    chosen = (  # by two indexes
        "SELECT id FROM outbox WHERE state IN ('queued', 'sending', 'retry', 'uncertain', 'failed') UNION"
        " SELECT id FROM outbox INDEXED BY outbox_refused WHERE refused <> '{}'"
    )
    rows = db.execute(
        "SELECT (SELECT count(*) FROM outbox AS older WHERE older.id <= outbox.id) AS place, state, kind, subject,"
        f" queued_at, changed_at, note, refused, due_at, channel FROM outbox WHERE id IN ({chosen})"
        " AND state <> 'superseded' AND pruned_at IS NULL ORDER BY id"
    )
    for row in rows:
        yield Letter(
            row["place"],
            row["state"],
            row["kind"],
            row["subject"],
            dt.datetime.fromisoformat(row["queued_at"]),
            dt.datetime.fromisoformat(row["changed_at"]),
            row["note"],
            refusals(row["refused"]),
            again=row["due_at"] is not None,
            channel=row["channel"],
        )


def _ahead(db: sqlite3.Connection, every: tuple[Job, ...], now: dt.datetime) -> Iterator[Ahead]:
    """What was sent by a clock that ran ahead of this one."""
    final = {job.name for job in every if job.final}
    rows = db.execute("SELECT job, period, at FROM occurrences WHERE at > ? ORDER BY at", ((now + AHEAD).isoformat(),))
    for row in rows:
        title = TITLES.get(row["job"], row["job"])
        yield Ahead(title, row["period"], dt.datetime.fromisoformat(row["at"]), row["job"] in final)


def _owed(
    db: sqlite3.Connection, every: tuple[Job, ...], began: dt.datetime | None, now: dt.datetime
) -> Iterator[tuple[str, dt.datetime]]:
    """The latest occurrence of each job, where it was neither queued nor left out on purpose."""
    if began is None:
        return
    for job in every:
        at = max((one for one in _due(job, now - _AHEAD, now) if began < one <= now), default=None)
        until = "9" if job.final else (now + AHEAD).isoformat()  # the others are due again
        newest = db.execute("SELECT max(at) FROM occurrences WHERE job = ? AND at <= ?", (job.name, until))
        queued = _time(newest.fetchone()[0])
        left_out = _time(db.execute("SELECT max(due_at) FROM skipped WHERE job = ?", (job.name,)).fetchone()[0])
        if at and not any(one and one >= at for one in (queued, left_out)):
            yield TITLES.get(job.name, job.name), at


def _upcoming(every: tuple[Job, ...], now: dt.datetime) -> Iterator[tuple[str, dt.datetime]]:
    """The next occurrence of each job, the soonest first."""
    found = ((min(one for one in _due(job, now, now + _AHEAD) if one > now), job) for job in every)
    for at, job in sorted(found, key=lambda pair: pair[0]):
        yield TITLES.get(job.name, job.name), at


def _due(job: Job, first: dt.datetime, last: dt.datetime) -> Iterator[dt.datetime]:
    room = dt.timedelta(days=jobs.FURTHEST)
    for day in jobs.days(job, first.date() - room, last.date() + room):
        yield dt.datetime.combine(jobs.shifted(day, job.holiday, _is_workday), job.at)


def _is_workday(day: dt.date) -> bool:
    """By the official calendar: 节假日 stands in the workbook, which nobody opens here."""
    ruled = official.ruled(day)
    return day.weekday() < 5 if ruled is None else ruled


def _workdays(since: dt.datetime, now: dt.datetime) -> int:
    """Whole working days between two moments: neither that of the first nor that of the second."""
    span = (now.date() - since.date()).days
    return sum(_is_workday(since.date() + dt.timedelta(days=count)) for count in range(1, min(span, 400)))


def _holder(db: sqlite3.Connection, now: dt.datetime) -> tuple[str, str]:
    """Who is at it right now, or which pass of this computer ended in the middle."""
    row = db.execute("SELECT computer, name, process, since, until FROM lease WHERE owner <> ''").fetchone()
    if row is not None and lease.gone(row, lease.here()):
        return "", f"{row['since'][5:16].replace('T', ' ')} 开始的一次处理中途断了（进程 {row['process']} 已经不在）"
    if row is None or dt.datetime.fromisoformat(row["until"]) < now:
        return "", ""
    return f"电脑“{row['name']}”上的 kesu（进程 {row['process']}）从 {row['since'][11:16]} 起正在处理", ""


def _saved(path: Path) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.timezone(dt.timedelta(hours=8))).replace(tzinfo=None)
    except OSError:
        return None


def _time(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
