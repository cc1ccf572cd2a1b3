"""Whom the customer manager must call: the pending items of earlier months whose customer was not talked to yet (STD-16).

The written process has every such customer talked to by the 4th of the month. A list that came on the 4th would be a
reproach and no help; so it comes on the 1st, at eight, when four days are left, and once more on the 4th with what is
still open (:mod:`automation.reports.pending`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automation.checks.facts import Facts
from automation.reports import pending_book, unfinished
from automation.reports.period import Period
from automation.reports.report import ReportMail
from automation.reports.unfinished import Item
from automation.settings import Settings
from automation.wording import moment
from workbook import reportbook
from workbook.finding import Finding

ROLES = ("客户经理",)
ROWS = 24
"""Items in the mail: Gmail cuts at 102 KB; the sheet to print has all of them."""
_SHORT = 46


def build(facts: Facts, findings: Sequence[Finding], period: Period, settings: Settings) -> tuple[ReportMail, ...]:
    """The list of the 1st, about the items that came in by the end of ``period``; nothing when nobody is to be called."""
    owed = tuple(one for one in unfinished.items(facts, period) if one.owed)
    return (mail(owed, facts, period, settings, key=f"report|calls|{period.label}"),) if owed else ()


def mail(owed: Sequence[Item], facts: Facts, period: Period, settings: Settings, *, key: str) -> ReportMail:
    """The list of ``owed`` to the customer manager, as a mail and as a sheet to print and write on."""
    due, month = unfinished.deadline(period), period.end.month
    title = f"未了事宜沟通清单（{month}月）"
    name = f"未了事宜沟通清单_{period.end:%Y年}{month}月_{facts.now:%m%d}.xlsx"
    when = "今天之内" if facts.now.date() == due.date() else f"{month}月4日前"
    late = facts.now > due
    asked = f"{month}月4日已过，还有 {len(owed)} 项没有和客户沟通" if late else f"{len(owed)} 项要在{when}和客户沟通"
    described = pending_book.call_list(owed, f"{title} 截至 {facts.now:%Y-%m-%d %H:%M}，{asked}", facts.now)
    return ReportMail(
        key=key,
        subject=f"【未了事宜】{asked}",
        template="calls",
        context={
            "title": title,
            "asked": asked,
            "late": late,
            "today": facts.now.date() == due.date(),
            "due": moment(due),
            "until": f"{period.name}底",
            "as_of": facts.now,
            "attachment": name,
            "workbook": settings.workbook.name,
            "tiles": _tiles(owed),
            "groups": _groups(owed),
            "more": max(0, len(owed) - ROWS),
        },
        attachments=((name, reportbook.write(described)),),
        roles=ROLES,
    )


def _tiles(owed: Sequence[Item]) -> list[dict[str, object]]:
    past, never = sum(one.past > 0 for one in owed), sum(one.talked is None for one in owed)
    oldest = max((one.age for one in owed if one.age is not None), default=None)
    return [
        {"label": "要沟通的", "value": len(owed), "tone": ""},
        {"label": "从未沟通过", "value": never, "tone": "late" if never else ""},
        {"label": "过了预计完成", "value": past, "tone": "late" if past else ""},
        {"label": "最久的", "value": "–" if oldest is None else f"{oldest} 天", "tone": ""},
    ]


def _groups(owed: Sequence[Item]) -> list[dict[str, object]]:
    room, groups = ROWS, []
    for keeper, mine in unfinished.by_keeper(tuple(owed)):
        groups.append({"keeper": keeper, "count": len(mine), "items": [_line(one) for one in mine[:room]]})
        room -= len(groups[-1]["items"])  # type: ignore[arg-type]
    return groups


def _line(one: Item) -> Mapping[str, object]:
    return {
        "ticket": one.name,
        "major": one.major,
        "customer": one.customer,
        "plate": one.plate,
        "phone": one.phone or "登记表没有电话",
        "phone_at": one.phone_at,
        "matter": _cut(one.matter),
        "cause": "" if one.cause in one.matter else one.cause,
        "since": f"{one.since:%Y-%m-%d}" if one.since else "",
        "age": one.age,
        "expected": f"{one.expected:%m-%d}" if one.expected else "",
        "past": one.past,
        "talk": _cut(pending_book.last_talk(one)),
        "backup": one.backup,
        "fill_at": "、".join(pending_book.short(place) for place in one.fill_at),
    }


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
