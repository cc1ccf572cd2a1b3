"""From a digest or a report to a finished mail: what is in it, for whom, and the last look at its bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from urllib.parse import quote

from automation import health, lastcheck
from automation.alerts import Alert, Digest, Level, Recipient
from automation.mail import Image, Message, compose
from automation.privacy import Sight, mask_name, mask_plate, mask_text, sight
from automation.settings import Settings
from automation.stationery import Stationery
from automation.wording import moment, span
from workbook.edits import Cell

MOST_ROWS = 35
"""Alerts listed in one mail: Gmail cuts at 102 KB of HTML; a longer list is worked off in the workbook anyway."""
_LONGEST_SUMMARY = 80  # characters: three lines of its column
_NOBODY = "kesu@localhost"  # sender of .eml files while no mail account is set up

_SECTIONS = (
    (Level.ESCALATED, "late", "超时后一直没有处理，请您亲自过问"),
    (Level.LATE, "late", "已过截止时间，请马上处理"),
    (Level.REPORTED, "late", "下级未按时处理，请督促"),
    (Level.AT_RISK, "risk", "快到截止时间，请优先安排"),
)
_LATE = tuple(level for level, *_ in _SECTIONS if level is not Level.AT_RISK)


@dataclass(frozen=True, slots=True)
class Row:
    """One alert as the digest shows it, masked and in words."""

    ticket: str
    stage: str
    rule: str
    source: str
    due: str
    lateness: str
    """``超时 1天3小时`` or ``还剩 40分钟``."""
    customer: str
    car: str
    summary: str
    department: str
    major: bool
    advice: str
    responsible: str
    why: str
    where: str
    link: str
    """Opens the workbook at that cell where it stands on a share; else empty."""


@dataclass(frozen=True, slots=True)
class Section:
    """Alerts of one level, worst first; ``rows`` may stop short of ``count``."""

    title: str
    tone: str
    note: str
    count: int
    rows: tuple[Row, ...]


def environment(settings: Settings | None = None) -> Stationery:
    """The templates, ready: ours, and before them what stands in the folder that ``settings`` name."""
    return Stationery(settings.mail.templates if settings else None)


def digest(digest: Digest, settings: Settings, templates: Stationery, *, standing: str = "") -> Message:
    """The one mail ``digest.recipient`` gets from this pass. Raises what :func:`report` raises.

    Its key is made of the recipient and the alerts told, so a pass that is repeated cannot queue it again. All that one
    address gets in a week, Monday to Sunday, is one thread.
    """
    to = digest.recipient
    year, week, _ = digest.now.isocalendar()
    context = {
        "person": to.name,
        "role": to.role,
        "sections": _sections(digest, settings.workbook),
        "count": len(digest.alerts),
        "left_out": max(0, len(digest.alerts) - MOST_ROWS),
        "worst": _worst(digest.alerts),
        "asked": _asked(digest.alerts),
        "counts": {level.name.lower(): _count(digest.alerts, level) for level in Level},
        "workbook": settings.workbook.name,
        "share": str(settings.workbook) if share(settings.workbook) else "",
        "sheet": digest.alerts[0].where.sheet if digest.alerts else "",
    }
    told = "\n".join(sorted(alert.key for alert in digest.alerts))
    return report(
        key=f"alert|{to.address}|{hashlib.sha256(told.encode()).hexdigest()[:24]}",
        kind="alert",
        subject=headline(digest),
        template="digest",
        context=context,
        recipients=(to,),
        now=digest.now,
        settings=settings,
        templates=templates,
        standing=standing,
        thread=(f"alert|{to.address.lower()}|{year}-W{week:02}", f"客诉提醒 {year}年第{week}周"),
    )


def report(
    *,
    key: str,
    subject: str,
    template: str,
    context: Mapping[str, object],
    recipients: Sequence[Recipient],
    now: dt.datetime,
    settings: Settings,
    templates: Stationery,
    kind: str = "report",
    attachments: Sequence[tuple[str, bytes]] = (),
    images: Sequence[Image] = (),
    note: str = "",
    thread: tuple[str, str] | None = None,
    customers: Collection[str] = (),
    standing: str = "",
) -> Message:
    """One mail to all ``recipients`` from ``template``.html.j2 and .txt.j2.

    The templates get ``context`` and besides it ``subject``, ``now``, ``dealership``, ``note`` (a sentence above all
    else; the text part has it without its template's doing). ``standing``: how kesu is, for the foot of
    what those of ``health.FOOT_FOR`` get. ``attachments`` are
    ``(file name, bytes)``. ``customers``: names that must not stand in a mail to readers who may see none. Raises
    ``BadMail``, :class:`~automation.lastcheck.Leak`, and Jinja2's errors for a template of ours that is wrong.
    """
    roles = {role for recipient in recipients for role in recipient.role.split("、")}
    standing = standing if roles & health.FOOT_FOR else ""
    words = {"subject": subject, "now": now, "dealership": settings.dealership, "note": note, **context}
    words["standing"] = standing
    text, html = templates.write(template, words)
    made = compose(
        key=key,
        kind=kind,
        sender=(settings.mail.sender_name, settings.mail.sender or _NOBODY),
        to=[(recipient.name, recipient.address) for recipient in recipients],
        subject=f"{subject}|{settings.dealership}" if settings.dealership else subject,
        text="\n\n".join(part for part in (note, text.rstrip("\n"), standing) if part) + "\n",
        html=html,
        now=now,
        attachments=attachments,
        images=images,
        thread=thread,
    )
    seen = sight(recipient.role for recipient in recipients)
    found = lastcheck.hits(made.raw, seen, allowed=templates.allowed, customers=customers)
    if found:
        raise lastcheck.Leak(mask_text(made.subject), found)
    return made


def share(workbook: Path, cell: Cell | None = None) -> str:
    """Where a browser or Outlook finds the workbook, at ``cell``, when its path is of a share; else empty.

    Most clients let nobody follow such a link, so the words it stands on must say the place by themselves.
    """
    path = PureWindowsPath(workbook)
    if not path.drive.startswith("\\\\"):
        return ""
    at = "#" + quote(f"'{cell.sheet}'!{cell.a1}", safe="") if cell else ""
    return "file:" + quote(path.as_posix()) + at


def headline(digest: Digest) -> str:
    """What a digest says in one line: how many of each level, and the worst lateness."""
    alerts = digest.alerts
    parts = [f"{count} 件{level.chinese}" for level in _LATE if (count := _count(alerts, level))]
    if parts:
        parts[0] += f"（最长 {span(_worst(alerts))}）"
    risk = _count(alerts, Level.AT_RISK)
    if risk:
        soonest = min(alert.due for alert in alerts if alert.level is Level.AT_RISK) - digest.now
        parts.append(f"{risk} 件临近" + ("" if parts else f"（最近的还剩 {span(soonest)}）"))
    return f"【客诉提醒】{'，'.join(parts)}"


def _asked(alerts: Sequence[Alert]) -> str:
    above = {alert.level.from_above for alert in alerts}
    return {frozenset({True}): "督促", frozenset({True, False}): "处理、督促"}.get(frozenset(above), "处理")


def _sections(digest: Digest, workbook: Path) -> tuple[Section, ...]:
    room = MOST_ROWS
    sections = []
    for level, tone, note in _SECTIONS:
        pairs = [pair for pair in zip(digest.alerts, digest.whys, strict=True) if pair[0].level is level]
        pairs.sort(key=lambda pair: (-pair[0].late_by, pair[0].due, pair[0].ticket))
        rows = tuple(_row(alert, why, digest, workbook) for alert, why in pairs[:room])
        room -= len(rows)
        if pairs:
            sections.append(Section(level.chinese, tone, note, len(pairs), rows))
    return tuple(sections)


def _row(alert: Alert, why: str, digest: Digest, workbook: Path) -> Row:
    blind = sight([digest.recipient.role]) is Sight.NOTHING
    summary = mask_text(" ".join(alert.summary.split()), [alert.customer])
    late = f"超时 {span(alert.late_by)}" if alert.level is not Level.AT_RISK else f"还剩 {span(alert.due - digest.now)}"
    advice = mask_text(alert.advice, [alert.customer])
    if alert.level.from_above and alert.responsible not in digest.recipient.role.split("、"):
        advice = f"督促{_answering(alert)}{advice}"
    return Row(
        ticket=alert.ticket,
        stage=alert.stage,
        rule=alert.rule,
        source=alert.source,
        due=moment(alert.due),
        lateness=late,
        customer="" if blind else mask_name(alert.customer),
        car="" if blind else " ".join(part for part in (mask_plate(alert.plate), mask_text(alert.model)) if part),
        summary="" if blind else summary if len(summary) <= _LONGEST_SUMMARY else f"{summary[: _LONGEST_SUMMARY - 1]}…",
        department=mask_text(alert.department),
        major=alert.grade == "重大",
        advice=advice,
        responsible=_answering(alert),
        why=why,
        where=str(alert.where),
        link=share(workbook, alert.where),
    )


def _answering(alert: Alert) -> str:
    """The responsible role, with who answers for it where the reader is to turn to him."""
    return alert.responsible + (f"（{'、'.join(alert.persons)}）" if alert.persons else "")


def _count(alerts: Sequence[Alert], level: Level) -> int:
    return sum(alert.level is level for alert in alerts)


def _worst(alerts: Sequence[Alert]) -> dt.timedelta:
    return max((alert.late_by for alert in alerts), default=dt.timedelta())
