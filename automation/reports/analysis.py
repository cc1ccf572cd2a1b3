"""《客户投诉分析月报》 (X-02, X-05, OEM): where complaints come from, which came back, what to learn and what was promised.

Sent on the 3rd at 08:00 for the month before. The sources name no day: S2 says every month, S0 one per month. On the 2nd
the summary goes out (STD-18) and brings gaps of the records to light; on the 4th customers of pending items have been
talked to and rewards are sent (STD-16, STD-19). Between the two the analysis has its reader's attention for itself and
can still bear on what is rewarded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automation.checks.facts import Facts
from automation.reports.analysis_book import book
from automation.reports.lessons.history import Count
from automation.reports.lessons.measures import State
from automation.reports.lessons.pareto import ENOUGH, share_words
from automation.reports.lessons.repeats import SAME_CAR, Repeat
from automation.reports.lessons.topics import Topic
from automation.reports.lessons.whole import Analysis, analyse
from automation.reports.masked import Masked
from automation.reports.period import Period
from automation.reports.report import ReportMail
from automation.reports.weekly import tone_of
from automation.reports.words import change, percent
from automation.settings import Settings
from workbook import reportbook
from workbook.finding import Finding

ROLES = ("主管总经理", "管理部", "客户服务中心")
TITLE = "客户投诉分析月报"
CAUSES, GROUPS, DEBTS, MEASURES, ABOUT, TICKETS = 6, 5, 4, 4, 4, 4
"""How many of each the mail shows; how many more there are and where is said below them."""
MONTHS = 6
_SHORT = 40  # signs of a summary: two lines of its column


def build(facts: Facts, findings: Sequence[Finding], period: Period, settings: Settings) -> tuple[ReportMail, ...]:
    """The analysis of a month as a mail with its workbook."""
    found, masked = analyse(facts, period), Masked(facts)
    title = f"{TITLE} {period.words}"
    name = f"{TITLE}_{period.words}.xlsx"
    overdue = sum(one.state in (State.OVERDUE, State.IN_VAIN) for one in found.measures)
    mail = ReportMail(
        key=f"report|analysis|{period.label}",
        subject=f"【投诉分析】{period.words}：收到 {found.this.received.count} 件，再次投诉 {len(found.repeats)} 件，"
        f"培训建议 {len(found.topics)} 项，逾期措施 {overdue} 项",
        template="analysis",
        context=_context(found, masked, name, settings),
        attachments=((name, reportbook.write(book(found, masked, title))),),
        roles=ROLES,
    )
    return (mail,)


def _context(found: Analysis, masked: Masked, attachment: str, settings: Settings) -> Mapping[str, object]:
    months = found.months
    bars = found.categories
    return {
        "title": TITLE,
        "period": found.period.words,
        "name": found.period.name,
        "before": months.before.name if months.before else "",
        "mean": months.average_words if months.before else "",
        "as_of": found.facts.now,
        "attachment": attachment,
        "workbook": settings.workbook.name,
        "verdict": _verdict(found),
        "tiles": _tiles(found),
        "received": found.this.received.count,
        "undated": found.undated.count,
        "enough": found.this.received.count >= ENOUGH,
        "causes": [
            {
                "label": bar.line.label,
                "count": bar.line.count,
                "share": bar.line.count / bars[0].line.count,
                "cumulative": percent(bar.cumulative),
                "vital": bar.vital,
                "before": bar.line.before,
                "average": None if bar.line.average is None else f"{bar.line.average:.1f}",
            }
            for bar in bars[:CAUSES]
        ],
        "causes_more": sum(bar.line.count for bar in bars[CAUSES:]),
        "faults": [f"{bar.line.label} {bar.line.count}" for bar in found.broken[:CAUSES]],
        "topics": _topics(found),
        "topic_count": len(found.topics),
        "repeats": _repeats(found, masked),
        "repeat_count": len(found.repeats),
        "repeat_more": max(0, len(_groups(found)) - GROUPS),
        "came_back": [
            f"{one.ticket or '未填编号的一单'}（修后 {(one.back - one.repaired).days} 天）" for one in found.came_back
        ],
        "warranty": _warranty(found),
        "measures": _measures(found),
        "departments": _departments(found),
        "months": _months(found),
        "groups": [_group(found, column) for column in ("反馈渠道", "车型", "流程", "级别")],
        "spot_checks": [
            {
                "item": one.item,
                "now": share_words(one.met, one.checked) or "没有作答",
                "before": share_words(one.met_before, one.checked_before) or "没有",
            }
            for one in found.spot_checks
        ],
        "spot_before": found.period.name_before,
    }


def _verdict(found: Analysis) -> str:
    """The month in two sentences, for the reader who reads only those."""
    this, name, months = found.this, found.period.name, found.months
    total = this.received.count
    if not total:
        return f"{name}没有收到反馈。" + _standing(found)
    told = f"{name}收到 {total} 件"
    if found.last is not None and months.before and found.average is not None:
        moved = total - found.last.received.count
        told += (
            f"，比{months.before.name}{'多' if moved > 0 else '少'} {abs(moved)} 件"
            if moved
            else f"，与{months.before.name}持平"
        )
        told += f"，{months.average_words} {found.average:.1f} 件"
    else:
        told += "，是登记的第一个月，还没有可比的月份"
    bars = found.categories
    if total >= ENOUGH and len(bars) > 1:
        first = [bar for bar in bars if bar.vital] or list(bars[:3])
        labels = "、".join(bar.line.label for bar in first[:3]) + ("等" if len(first) > 3 else "")
        told += f"。最多的是{labels}，合计占 {share_words(sum(bar.line.count for bar in first), total)}"
    else:
        told += f"：{'、'.join(f'{bar.line.label} {bar.line.count} 件' for bar in bars)}"
    return told + "。" + _standing(found)


def _standing(found: Analysis) -> str:
    overdue = sum(one.state is State.OVERDUE for one in found.measures)
    parts = [f"{len(found.repeats)} 件是办结后再次投诉"] if found.repeats else []
    parts += [f"{overdue} 项措施逾期未验证"] if overdue else []
    parts += [f"{len(found.debts)} 件已归档的缺少报告"] if found.debts else []
    return "；".join(parts) + "。" if parts else ""


def _tiles(found: Analysis) -> list[dict[str, object]]:
    this, last = found.this, found.last
    earlier = f"{found.period.name_before} {last.received.count}" if last else "没有上月可比"
    rated, good = this.callbacks.rated.count, this.callbacks.satisfied.count
    open_ = [one for one in found.measures if one.state.open]
    overdue = sum(one.state in (State.OVERDUE, State.IN_VAIN) for one in open_)

    def rate(part: int, whole: int) -> str:
        return f"{part}/{whole}" if 0 < whole < ENOUGH else share_words(part, whole).partition("（")[0] or "没有"

    return [
        {"label": "收到", "value": this.received.count, "note": earlier, "tone": ""},
        {
            "label": "再次投诉",
            "value": len(found.repeats),
            "note": "办结之后",
            "tone": "late" if found.repeats else "good",
        },
        {"label": "回访满意", "value": rate(good, rated), "note": f"有评价 {rated} 件", "tone": ""},
        {
            "label": "未验证措施",
            "value": len(open_),
            "note": f"逾期 {overdue}",
            "tone": "late" if overdue else "good",
        },
    ]


def _topics(found: Analysis) -> list[dict[str, object]]:
    """The topics, one line a rule: what it was met by and which tickets."""
    by_rule: dict[str, list[Topic]] = {}
    for topic in found.topics:
        by_rule.setdefault(topic.rule.id, []).append(topic)
    told: list[dict[str, object]] = []
    for rule, some in by_rule.items():
        first, rest = some[0], some[1:]
        others = "、".join(f"{one.about} {one.count} 件" for one in rest[:ABOUT])
        more = f" 等 {len(rest)} 项" if len(rest) > ABOUT else ""
        told.append(
            {
                "rule": rule,
                "topic": first.topic,
                "audience": first.audience,
                "why": first.why,
                "words": first.rule.words,
                "others": f"同样：{others}{more}" if rest else "",
                "tickets": [found.ticket(row) for row in first.cases.rows[:TICKETS]],
                "tickets_more": first.cases.count if first.cases.count > TICKETS else 0,
            }
        )
    return told


def _groups(found: Analysis) -> dict[int, list[Repeat]]:
    groups: dict[int, list[Repeat]] = {}
    for one in found.repeats:
        groups.setdefault(one.group, []).append(one)
    return groups


def _repeats(found: Analysis, masked: Masked) -> list[dict[str, object]]:
    """The groups a manager should look at first: the same fault before the same category, then the largest."""
    groups = list(_groups(found).values())
    groups.sort(key=lambda some: (-sum(bool(one.alike) for one in some), -len(some), some[0].days))
    told = []
    for some in groups[:GROUPS]:
        newest = some[-1]
        told.append(
            {
                "tickets": "、".join(found.ticket(one.row) for one in some),
                "earlier": found.ticket(some[0].earlier),
                "days": some[0].days,
                "same": "同一辆车" if some[0].key in SAME_CAR else "同一电话",
                "alike": next((one.alike for one in some if one.alike), ""),
                "who": " ".join(part for part in (masked.customer(newest.row), masked.plate(newest.row)) if part),
                "department": found.departments[newest.row],
                "summary": masked.summary(newest.row, _SHORT),
            }
        )
    return told


def _warranty(found: Analysis) -> str:
    parts = found.warranty
    if not parts.count:
        return ""
    told = (("质保期内", parts.within), ("超出", parts.outside), ("无法判定", parts.unknown))
    return f"维修后返修 {parts.count} 件：" + "、".join(f"{word} {some.count} 件" for word, some in told if some)


def _measures(found: Analysis) -> dict[str, object]:
    open_ = [one for one in found.measures if one.state.open]
    by_department: dict[str, int] = {}
    for one in open_:
        by_department[one.department] = by_department.get(one.department, 0) + 1
    ordered = sorted(by_department.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "open": len(open_),
        "overdue": sum(one.state in (State.OVERDUE, State.IN_VAIN) for one in open_),
        "taken": sum(one.in_month for one in found.measures),
        "verified": sum(not one.state.open for one in found.measures),
        "departments": [f"{name} {count}" for name, count in ordered],
        "oldest": [
            {
                "ticket": one.ticket,
                "kind": one.kind,
                "department": one.department,
                "age": "没有时间" if one.age is None else f"{one.age} 天",
                "state": one.state.value,
                "matter": one.matter if len(one.matter) <= _SHORT else f"{one.matter[: _SHORT - 1]}…",
            }
            for one in open_[:MEASURES]
        ],
        "more": max(0, len(open_) - MEASURES),
        "debts": [
            f"{one.ticket}（{one.flow}，{one.department}）缺{one.lacks}，归档已 {one.age} 天"
            for one in found.debts[:DEBTS]
        ],
        "debt_count": len(found.debts),
    }


def _departments(found: Analysis) -> list[dict[str, object]]:
    """Every department that anything was received, due or rated of."""
    received = {line.label: line for line in found.by["被反馈部门"] if line.count}
    timely = {line.label: line for line in found.timeliness["department"]}
    rated = {line.label: line for line in found.satisfaction["被反馈部门"]}
    told = []
    for label in dict.fromkeys([*received, *timely, *rated]):
        line, stages, said = received.get(label), timely.get(label), rated.get(label)
        told.append(
            {
                "label": label,
                "count": line.count if line else 0,
                "moved": _moved(line) if line else "",
                "on_time": share_words(stages.on_time, stages.judged) if stages else "没有到期",
                "tone": tone_of(stages.on_time / stages.judged) if stages and stages.judged >= ENOUGH else "",
                "satisfied": share_words(said.satisfied.count, said.rated.count) if said else "没有评价",
            }
        )
    return told


def _moved(line: Count) -> str:
    return "" if line.before is None else change(line.count, line.before)


def _months(found: Analysis) -> list[dict[str, object]]:
    pairs = list(zip(found.months.shown, found.flows, strict=True))[-MONTHS:]
    most = max((flow.received.count for _, flow in pairs), default=0) or 1
    return [
        {
            "label": f"{month.first:%y}年{month.first.month}月",
            "count": flow.received.count,
            "share": flow.received.count / most,
            "on_time": share_words(flow.on_time, flow.judged).partition("（")[0] or "没有到期",
            "satisfied": share_words(flow.callbacks.satisfied.count, flow.callbacks.rated.count).partition("（")[0]
            or "没有评价",
        }
        for month, flow in pairs
    ]


def _group(found: Analysis, column: str) -> dict[str, object]:
    lines = [line for line in found.by[column] if line.cases]
    told = [f"{line.label} {line.count}" + (f"（{moved}）" if (moved := _moved(line)) else "") for line in lines]
    return {"title": column, "told": told[:GROUPS], "more": sum(line.count for line in lines[GROUPS:])}
