"""《客户信息反馈处理单汇总》, the first report: every Tuesday and on the 2nd of the month to the GM and 管理部 (STD-18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automation.checks.facts import Facts
from automation.reports import weekly_lists
from automation.reports.figures import Decision, LateCase, StageLine, Summary
from automation.reports.masked import Masked
from automation.reports.matters import BUCKETS, REASONS
from automation.reports.period import MONTHLY, Period
from automation.reports.report import ReportMail
from automation.reports.summary import summarise
from automation.reports.weekly_book import FAIR, GOOD, book
from automation.reports.words import change, percent, points
from automation.settings import Settings
from automation.wording import span
from workbook import reportbook
from workbook.finding import Finding
from workbook.vocabulary import STANDARD_FLOW

ROLES = ("主管总经理", "管理部")
DECISIONS, LATE = 8, 10
"""How many cases the mail lists; how many more there are and where is said below them."""
MOST_WORDS = 5
_SHORT = 46  # signs of a summary: two lines of its column


def build(facts: Facts, findings: Sequence[Finding], period: Period, settings: Settings) -> tuple[ReportMail, ...]:
    """The summary of a week or a month as a mail with its workbook. ``findings`` are those of the same pass."""
    summary = summarise(facts, findings, period)
    masked = Masked(facts)
    kind = "月报" if period.kind == MONTHLY else "周报"
    title = f"客户信息反馈处理单汇总（{kind}）"
    described = book(summary, facts, masked, f"{title} {period.words}", weekly_lists.findings(findings, masked))
    name = f"客诉{kind}_{period.words.replace('~', '至')}.xlsx"
    this = summary.this
    mail = ReportMail(
        key=f"report|{period.kind}|{period.label}",
        subject=f"【客诉{kind}】{period.words}：收到 {this.received.count} 件，办结 {this.closed.count} 件，"
        f"期内超时 {this.late.count} 件，现在超时 {summary.overdue_tickets.count} 件",
        template="weekly",
        context=_context(summary, masked, title, name, settings),
        attachments=((name, reportbook.write(described)),),
        roles=ROLES,
    )
    return (mail,)


def _context(summary: Summary, masked: Masked, title: str, attachment: str, settings: Settings) -> Mapping[str, object]:
    period = summary.period
    overdue = summary.overdue_now
    late = [case for case in summary.late_cases if case.in_period or case.open]
    return {
        "title": title,
        "period": period.words,
        "name": period.name,
        "before": period.name_before,
        "as_of": summary.now,
        "attachment": attachment,
        "workbook": settings.workbook.name,
        "verdict": _verdict(summary),
        "decisions": [_decision(one, summary, masked) for one in summary.decisions[:DECISIONS]],
        "decisions_more": max(0, len(summary.decisions) - DECISIONS),
        "reasons": _reasons(summary.decisions),
        "tiles": _tiles(summary),
        "timed": any(line.tally.judged or line.tally.unknown or line.overdue_now for line in summary.stages),
        "stages": [_stage(line) for line in summary.stages],
        "late": [_late(case, summary, masked) for case in late[:LATE]],
        "late_count": len(late),
        "late_more": max(0, len(late) - LATE),
        "overdue_count": len({case.row for case in overdue}),
        "pending": _pending(summary),
        "groups": [_group(summary, column) for column in ("反馈类别", "被反馈部门")],
        "undated": summary.undated.count,
        "quality": {
            "errors": sum(one.errors for one in summary.quality),
            "warnings": sum(one.warnings for one in summary.quality),
            "top": [f"{one.about} {one.errors} 处" for one in summary.quality[:3] if one.errors],
        },
    }


def _verdict(summary: Summary) -> str:
    """The period in one sentence, for the reader who reads only one."""
    this, name = summary.this, summary.period.name
    if not (this.received or this.closed or this.judged):
        told = f"{name}没有收到反馈，也没有环节到期。"
    else:
        told = f"{name}收到 {this.received.count} 件、办结 {this.closed.count} 件；到期的 {this.judged} 个环节按时完成 {percent(this.rate)}"
        moved = points(this.rate, summary.last.rate)
        told += f"，{'与' if moved == '持平' else '比'}{summary.period.name_before}{moved}。" if moved else "。"
    if not summary.overdue_now:
        return told + "现在没有超时未处理的环节。"
    worst = summary.overdue_now[0]
    return told + (
        f"现在有 {summary.overdue_tickets.count} 件超时未处理，最久的是 {summary.ticket(worst.row)} {worst.stage}，"
        f"已超 {span(worst.late)}。"
    )


def _reasons(decisions: Sequence[Decision]) -> list[str]:
    counts = {reason: sum(reason in one.reasons for one in decisions) for reason in REASONS}
    return [f"{reason} {count} 件" for reason, count in counts.items() if count]


def _decision(one: Decision, summary: Summary, masked: Masked) -> dict[str, object]:
    pending = next((item for item in summary.pending if one.row is None and item.ticket == one.ticket), None)
    text = masked.summary(one.row, _SHORT) if one.row is not None else pending.matter if pending else ""
    return {
        "ticket": one.ticket or summary.ticket(one.row) or "（未填编号）",
        "reasons": one.reasons,
        "summary": text,
        "department": masked.plain(one.row, "被反馈部门"),
        "stage": one.stage,
        "late": span(one.late) if one.late else "",
        "age": "" if one.age is None else f"接收 {one.age} 天" if one.age else "今天接收",
    }


def _tiles(summary: Summary) -> list[list[dict[str, object]]]:
    this, last, before = summary.this, summary.last, summary.period.name_before
    overdue = summary.overdue_tickets.count
    rate, said = this.rate, this.callbacks.rate

    def tile(label: str, value: object, note: str, tone: str = "") -> dict[str, object]:
        return {"label": label, "value": value, "note": note, "tone": tone}

    def moved(now: int, earlier: int) -> str:
        return f"{before} {earlier}，{change(now, earlier)}"

    unapproved = sum(not item.approved for item in summary.pending)
    return [
        [
            tile("收到", this.received.count, moved(this.received.count, last.received.count)),
            tile("办结", this.closed.count, moved(this.closed.count, last.closed.count)),
            tile("在办（现在）", summary.open.count, f"期初 {this.opening.count}，期末 {this.ending.count}"),
            tile("环节按时率", percent(rate), f"{before} {percent(last.rate)}", tone_of(rate)),
        ],
        [
            tile("超时未处理", overdue, "现在" if overdue else "现在没有", "late" if overdue else "good"),
            tile("重大在办", summary.major_open.count, "现在", "late" if summary.major_open else ""),
            tile("未了事宜", len(summary.pending), f"未认可 {unapproved}", "late" if unapproved else ""),
            tile("回访满意率", percent(said), f"{before} {percent(last.callbacks.rate)}"),
        ],
    ]


def tone_of(rate: float | None) -> str:
    """The mail's tone of an on-time rate: good, risk or late; none when nothing was due."""
    if rate is None:
        return ""
    return "good" if rate >= GOOD else "risk" if rate >= FAIR else "late"


def _stage(line: StageLine) -> dict[str, object]:
    tally = line.tally
    return {
        "stage": line.stage,
        "flow": "" if line.flow == STANDARD_FLOW else line.flow,
        "rule": line.rule,
        "share": tally.rate,
        "rate": percent(tally.rate),
        "tone": tone_of(tally.rate),
        "before": percent(line.before.rate),
        "judged": tally.judged,
        "on_time": tally.on_time.count,
        "late": tally.finished_late.count + tally.overdue.count,
        "unknown": tally.unknown.count,
        "median": span(line.median) if line.worst else "",
        "worst": span(line.worst) if line.worst else "",
        "overdue": line.overdue_now.count,
    }


def _late(case: LateCase, summary: Summary, masked: Masked) -> dict[str, object]:
    return {
        "ticket": summary.ticket(case.row),
        "stage": case.stage,
        "rule": case.rule,
        "late": span(case.late),
        "open": case.open,
        "due": case.due,
        "actual": case.actual,
        "person": case.person or "未安排人员",
        "why": case.why,
        "role": case.role,
        "major": masked.plain(case.row, "级别") == "重大",
        "summary": masked.summary(case.row, _SHORT),
    }


def _pending(summary: Summary) -> dict[str, object]:
    items = summary.pending
    most = max((sum(item.bucket == word for item in items) for word in BUCKETS), default=0)
    ages = [(word, sum(item.bucket == word for item in items)) for word in BUCKETS]
    causes = sorted({item.cause for item in items}, key=lambda word: (-sum(i.cause == word for i in items), word))
    oldest = items[0] if items and items[0].age is not None else None
    return {
        "count": len(items),
        "ages": [
            {
                "label": word,
                "value": f"{count} 件",
                "share": count / most,
                "tone": "risk" if word == BUCKETS[-2] else "",
            }
            for word, count in ages
            if count
        ],
        "causes": [f"{word} {sum(item.cause == word for item in items)} 件" for word in causes],
        "unapproved": sum(not item.approved for item in items),
        "unspoken": sum(item.talk_overdue for item in items),
        "oldest": f"{oldest.ticket or '未填编号的一项'} 已 {oldest.age} 天" if oldest else "",
    }


def _group(summary: Summary, column: str) -> dict[str, object]:
    lines = [line for line in summary.groups[column] if line.received]
    told = [f"{line.label} {line.received.count}（{change(line.received.count, line.before.count)}）" for line in lines]
    return {"title": column, "told": told[:MOST_WORDS], "more": sum(line.received.count for line in lines[MOST_WORDS:])}
