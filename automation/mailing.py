"""What a pass has to say, as finished mails: digests, what group robots repeat of them, and the reports that are due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from automation import lastcheck, notices, render
from automation.alerts import Digest, Recipient
from automation.checks.facts import Facts
from automation.lastcheck import Hit, Leak
from automation.mail import BadMail, Message
from automation.payroll.settlement import Closed
from automation.plan import Plan
from automation.reports import REPORTS, ReportMail
from automation.reports.period import BadPeriod
from automation.settings import Settings
from automation.stationery import Stationery
from automation.timetable import Occurrence
from workbook import oserrors
from workbook.errors import KesuError
from workbook.finding import Finding, Severity


class NoReader(KesuError):
    """Nobody whom a report is for has an address."""


class ClockDoubted(KesuError):
    """It is not certain that the day of a report that cannot be sent twice has come."""


class OutOfOrder(KesuError):
    """A month waits for the one before it."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """Everything to be queued. ``carried``: a mail's key → keys of the alerts it tells, or what it asks about; ``told``:
    alerts that were told or need no telling; ``done``: reports all of whose mails are among ``messages``; ``findings``:
    what could not be made; ``closed``: months of rewards and penalties that mails among them close.
    """

    messages: tuple[Message, ...]
    carried: Mapping[str, list[str]]
    told: tuple[str, ...]
    done: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    closed: tuple[Closed, ...] = ()


def of(decided: Plan, settings: Settings, standing: str = "") -> Mailing:
    """All mail of a pass. What cannot be made is a finding, stops nothing else, and is due again at the next pass."""
    templates = render.environment(settings)
    messages: list[Message] = []
    carried: dict[str, list[str]] = {}
    untold: set[str] = set()
    findings: list[Finding] = []
    mailed: list[Digest] = []
    for digest in decided.digests:
        try:
            messages.append(render.digest(digest, settings, templates, standing=standing))
            carried[messages[-1].key] = [alert.key for alert in digest.alerts]
            mailed.append(digest)
        except (BadMail, Leak, ValueError) as error:
            untold.update(alert.key for alert in digest.alerts)
            name, address = digest.recipient.name, digest.recipient.address
            findings.append(error.finding(name) if isinstance(error, Leak) else _unsendable(name, address, error))
    for robot in settings.robots if mailed else ():
        try:
            told = notices.notice(robot, mailed, settings)
            leaks = lastcheck.notice_hits(told.raw, allowed=templates.allowed) if told else ()
            if leaks:
                findings.append(_held_back(robot.name, leaks))
            elif told:
                messages.append(told)
        except Exception as error:  # noqa: BLE001 - what a group should also hear never stops the mail
            findings.append(_unsaid(robot.name, error))
    done: list[tuple[str, str]] = []
    closed: list[Closed] = []
    stopped: set[str] = set()
    asked = {occurrence.key for occurrence in decided.reports}
    findings += [_withheld(one, decided.facts) for one in decided.withheld]
    for occurrence in decided.reports:
        if (REPORTS[occurrence.name].within, occurrence.period.label) in asked:
            done.append(occurrence.key)
            continue
        if occurrence.name in stopped:
            findings.append(_unreported(occurrence, OutOfOrder("上一期还没能发出，各期要依次报送")))
            continue
        made, failed, closing, asks = due(occurrence, decided, settings, templates, standing)
        carried |= asks
        findings += failed
        if failed and REPORTS[occurrence.name].draft:
            stopped.add(occurrence.name)
            continue
        messages += made
        if not failed:
            done.append(occurrence.key)
        if closing:  # the next month starts from there
            closed += closing
            past = decided.facts.past
            past = replace(past, closed=(*past.closed, *closing))
            decided = replace(decided, facts=replace(decided.facts, past=past))
    return Mailing(
        tuple(messages),
        carried,
        tuple(key for key in decided.told if key not in untold),
        tuple(done),
        (*findings, *templates.findings),
        tuple(closed),
    )


def due(
    occurrence: Occurrence, decided: Plan, settings: Settings, templates: Stationery, standing: str = ""
) -> tuple[list[Message], list[Finding], list[Closed], dict[str, list[str]]]:
    """The mails of one due report, why any of them could not be made, the months that they close, and what they ask about.

    A mail that was queued at an earlier pass is made again, and the outbox keeps the first by its key.
    """
    made: list[Message] = []
    failed: list[Finding] = []
    closing: list[Closed] = []
    asks: dict[str, list[str]] = {}
    report = REPORTS[occurrence.name]
    label = "【补发】" if occurrence.late else ""
    try:
        facts = _leaving_out(decided) if report.draft else decided.facts
        for one in report.build(facts, decided.findings, occurrence.period, settings):
            try:
                made.append(
                    written(
                        one,
                        decided,
                        settings,
                        templates,
                        note=occurrence.note,
                        label=label,
                        standing=standing,
                        again=f"{occurrence.again:%Y%m%dT%H%M%S}" if occurrence.again else "",
                    )
                )
                if one.asks:
                    asks[made[-1].key] = list(one.asks)
                if report.draft and one.closes and one.closes not in facts.past.closed:
                    closing.append(replace(one.closes, note=occurrence.note, label=label))
            except Leak as error:
                failed.append(error.finding("、".join(one.roles)))
            except KesuError as error:
                failed.append(_unreported(occurrence, error))
    except Exception as error:  # noqa: BLE001 - one failing report never stops another, and is due until sent
        failed.append(_unreported(occurrence, error))
    return made, failed, closing, asks


def _leaving_out(decided: Plan) -> Facts:
    """The facts with what this very pass puts on record as left out."""
    past, now = decided.facts.past, decided.facts.now
    omitted = {**past.omitted, **{one.occurrence.key: now for one in decided.omitted}}
    return replace(decided.facts, past=replace(past, omitted=omitted))


def written(
    built: ReportMail,
    decided: Plan,
    settings: Settings,
    templates: Stationery,
    *,
    also: Recipient | None = None,
    note: str = "",
    label: str = "",
    standing: str = "",
    again: str = "",
) -> Message:
    """One mail of a report, ``note`` above it and ``label`` before its subject; ``again`` makes it another one than before.

    Raises :class:`NoReader` when nobody of its roles has an address, unless ``also`` stands in, and what
    :func:`automation.render.report` raises.
    """
    roster = decided.facts.roster
    readers = roster.readers(built.roles, decided.facts.now.date(), built.department)
    lacking = [role for role in built.needed if not roster.readers([role], decided.facts.now.date())]
    if lacking and also is None:
        raise NoReader(f"“人员”表里{'、'.join(lacking)}没有邮箱")
    if not readers and also is None:
        where = f"（{built.department}）" if built.department else ""
        raise NoReader(f"“人员”表里 {'、'.join(built.roles)}{where} 都没有邮箱")
    now = decided.facts.now
    if built.closes:  # of a month that is closed the same mail again
        now, note, label = built.closes.at, note or built.closes.note, label or built.closes.label
    return render.report(
        key=f"{built.key}|{again}" if again else built.key,
        kind=built.kind,
        subject=label + built.subject,
        template=built.template,
        context=built.context,
        recipients=readers or [also] if also else readers,
        now=now,
        settings=settings,
        templates=templates,
        attachments=built.attachments,
        note=note,
        standing="" if built.closes else standing,
        customers={*decided.facts.register["客户姓名"], *decided.facts.ledger.elder_customers.values()} - roster.names,
    )


def by_hand(name: str, period: str | None, decided: Plan, settings: Settings, also: Recipient) -> Iterator[Message]:
    """The mails of a report that somebody asks for; ``also`` gets those that have no reader.

    Raises :class:`~automation.reports.period.BadPeriod`, and what :func:`written` raises.
    """
    report = REPORTS[name]
    chosen = report.parse(period) if period else report.due_at(decided.facts.now)
    if chosen.first > decided.facts.now.date():
        raise BadPeriod(f"{chosen.words}还没有到，没有可以统计的。")
    templates = render.environment(settings)
    for built in (report.draft or report.build)(decided.facts, decided.findings, chosen, settings):
        yield written(built, decided, settings, templates, also=also)


def _withheld(occurrence: Occurrence, facts: Facts) -> Finding:
    last = facts.past.history.last
    since = f"（上次处理在 {last:%Y-%m-%d}）" if last else ""
    words = f"现在的时间是 {facts.now:%Y-%m-%d}{since}，时间跳得太多，怕是电脑的时钟错了，先不报送、不存档"
    hint = "看电脑的日期：错了就校准；没有错，登记了新的反馈以后、或过 3 天自动补发，用 kesu run --yes 马上补发"
    return replace(_unreported(occurrence, ClockDoubted(words)), hint=hint)


def _unreported(occurrence: Occurrence, error: Exception) -> Finding:
    told = str(error) if isinstance(error, KesuError) else f"{type(error).__name__}: {error}"
    if isinstance(error, OSError):
        told = oserrors.told(error)
    return Finding(
        "MAIL-03",
        Severity.ERROR,
        f"{REPORTS[occurrence.name].title}（{occurrence.period.words}）没能发出：{told}",
        "改正后下一次处理时会补发",
        sheet="人员",
    )


def _unsendable(name: str, address: str, error: Exception) -> Finding:
    return Finding(
        "MAIL-02",
        Severity.ERROR,
        f"发给{name}（{address}）的提醒没能生成：{error}",
        "检查“人员”表中的邮箱；改正后下一次会再发",
        sheet="人员",
    )


def _held_back(robot: str, leaks: Sequence[Hit]) -> Finding:
    return Finding(
        "MAIL-05",
        Severity.ERROR,
        f"群机器人 {robot} 的消息没有发出：{'；'.join(map(str, leaks))}",
        "邮件照常发出；不该写在那里的客户信息，请改到工作簿的专用列里",
        sheet="反馈登记",
    )


def _unsaid(robot: str, error: Exception) -> Finding:
    return Finding(
        "MAIL-02",
        Severity.ERROR,
        f"群机器人 {robot} 的消息没能生成：{type(error).__name__}：{error}",
        "邮件照常发出；请把这一条发给维护人员",
        sheet="人员",
    )
