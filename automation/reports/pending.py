"""What became of the pending items of a month, on the 4th: the day by which every customer is talked to (STD-16).

The 4th is the day the written process names, so the general manager hears of it then; at eight in the morning, because
what is still open can be done the same day, and the customer manager gets it as a list once more. The first list, in
time, is that of the 1st (:mod:`automation.reports.calls`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automation.checks.facts import Facts
from automation.reports import calls, pending_book, unfinished
from automation.reports.period import Period
from automation.reports.report import ReportMail
from automation.reports.unfinished import BUCKETS, OVERDUE, REASONS, UNAPPROVED, UNDATED, UNTALKED, Item
from automation.settings import Settings
from workbook import reportbook
from workbook.finding import Finding

MANAGERS = ("主管总经理", "管理部")
ROLES = (*calls.ROLES, *MANAGERS)
ROWS = 12
"""Items in the mail of which something was not done; the workbook has all of them."""
DIFFERENCES = 6
_SHORT = 46


def build(facts: Facts, findings: Sequence[Finding], period: Period, settings: Settings) -> tuple[ReportMail, ...]:
    """What must still be called today, to the customer manager, if anything; how the items stand, to the managers.

    Without any pending item the managers are told so in one line: silence might as well be a report that was lost.
    """
    found = unfinished.items(facts, period)
    owed = tuple(one for one in found if one.owed)
    mails = [_to_managers(found, facts, period, settings)]
    if owed:
        mails.insert(0, calls.mail(owed, facts, period, settings, key=f"report|pending|{period.label}|沟通"))
    return tuple(mails)


def _to_managers(found: tuple[Item, ...], facts: Facts, period: Period, settings: Settings) -> ReportMail:
    earlier = tuple(one for one in found if one.earlier)
    done, differences = unfinished.closed(facts, period), unfinished.unlike(facts)
    came = unfinished.came_in(facts, period)
    title = f"未了事宜月报（截至{period.words}底）"
    name = f"未了事宜月报_{period.words}.xlsx"
    wanting = sorted((one for one in earlier if one.reasons), key=pending_book.rank)
    nothing = not (found or done or differences)
    attachments: tuple[tuple[str, bytes], ...] = ()
    if not nothing:
        described = pending_book.month(title, found, done, differences, came, period, facts.now)
        attachments = ((name, reportbook.write(described)),)
    count = {reason: sum(reason in one.reasons for one in earlier) for reason in REASONS}
    told = [f"{reason} {count[reason]} 项" for reason in (UNTALKED, UNAPPROVED, OVERDUE) if count[reason]]
    headline = (
        f"{len(earlier)} 项未了" + (f"，{'，'.join(told)}" if told else "，都沟通过") if earlier else "没有未了的"
    )
    due = unfinished.deadline(period)
    return ReportMail(
        key=f"report|pending|{period.label}",
        subject=f"【未了事宜】截至{period.name}底：{headline}",
        template="pending",
        context={
            "title": title,
            "period": period.words,
            "month": period.name,
            "as_of": facts.now,
            "nothing": nothing,
            "verdict": _verdict(earlier, period, came, len(done)),
            "deadline": f"{due.month}月{due.day}日"
            + ("已过" if facts.now > due else "，还有今天" if facts.now.date() == due.date() else "前"),
            "tiles": _tiles(earlier, count),
            "wanting": [_line(one) for one in wanting[:ROWS]],
            "wanting_count": len(wanting),
            "ages": _ages(earlier),
            "causes": _tally([one.cause for one in earlier]),
            "keepers": [_keeper(name, mine) for name, mine in unfinished.by_keeper(earlier)][:ROWS],
            "differences": differences[:DIFFERENCES],
            "differences_count": len(differences),
            "done": [
                {"ticket": one.ticket, "days": one.days, "keeper": one.keeper, "cause": one.cause}
                for one in done[:ROWS]
            ],
            "done_count": len(done),
            "later": len(found) - len(earlier),
            "gone": sum(one.gone for one in found),
            "attachment": name if attachments else "",
            "workbook": settings.workbook.name,
        },
        attachments=attachments,
        roles=MANAGERS,
    )


def _verdict(earlier: Sequence[Item], period: Period, came: int, done: int) -> str:
    """The whole mail in a sentence."""
    moved = f"{period.name}转入 {came} 项，了结 {done} 项。" if came or done else ""
    if not earlier:
        return f"截至{period.name}底转入的未了事宜现在一项也没有。{moved}"
    wanting = sum(bool(one.reasons) for one in earlier)
    told = f"其中 {wanting} 项要过问。" if wanting else "都按月沟通过、经过认可，没有过预计完成日期的。"
    return f"截至{period.name}底转入、现在仍未了的有 {len(earlier)} 项，{told}{moved}"


def _tiles(earlier: Sequence[Item], count: Mapping[str, int]) -> list[dict[str, object]]:
    sixty, ninety = (sum(one.bucket == bucket for one in earlier) for bucket in BUCKETS[2:4])
    figures = [(UNTALKED, count[UNTALKED]), (UNAPPROVED, count[UNAPPROVED]), (OVERDUE, count[OVERDUE])]
    tiles: list[dict[str, object]] = [
        {"label": word, "value": value, "tone": "late" if value else "good"} for word, value in figures
    ]
    label = f"60天以上（90天以上 {ninety}）"
    return [*tiles, {"label": label, "value": sixty + ninety, "tone": "late" if sixty + ninety else "good"}]


def _ages(earlier: Sequence[Item]) -> list[dict[str, object]]:
    counts = {bucket: sum(one.bucket == bucket for one in earlier) for bucket in BUCKETS}
    most = max(counts.values(), default=0)
    tones = {BUCKETS[2]: "risk", BUCKETS[3]: "late"}
    return [
        {"label": bucket, "value": f"{count} 项", "share": count / most, "tone": tones.get(bucket, "")}
        for bucket, count in counts.items()
        if most and (count or bucket != UNDATED)
    ]


def _tally(words: Sequence[str]) -> list[str]:
    ordered = sorted(set(words), key=lambda word: (-words.count(word), word))
    return [f"{word} {words.count(word)} 项" for word in ordered]


def _keeper(name: str, mine: Sequence[Item]) -> dict[str, object]:
    return {
        "name": name,
        "count": len(mine),
        **{key: sum(reason in one.reasons for one in mine) for key, reason in _COLUMNS.items()},
        "old": sum(one.bucket in BUCKETS[2:4] for one in mine),
    }


_COLUMNS = {"untalked": UNTALKED, "unapproved": UNAPPROVED, "overdue": OVERDUE}


def _line(one: Item) -> dict[str, object]:
    return {
        "ticket": one.name,
        "major": one.major,
        "reasons": one.reasons,
        "matter": one.matter if len(one.matter) <= _SHORT else f"{one.matter[: _SHORT - 1]}…",
        "cause": "" if one.cause in one.matter else one.cause,
        "keeper": one.keeper,
        "age": one.age,
        "expected": f"{one.expected:%m-%d}" if one.expected else "",
        "past": one.past,
        "talked": f"{one.talked:%m-%d}" if one.talked else "",
    }
