"""How kesu itself is doing: from what earlier passes left behind to what ``kesu status`` says, and its exit code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from automation import remedies
from automation.past import Fault
from automation.settings import Heartbeat
from automation.wording import span

WELL, ATTENTION, UNKNOWN = 0, 1, 2
"""Exit codes, for monitoring: all well, something needs a person, it cannot be told."""

DONE, QUIET, DELAYED, STUCK, FAILED = "done", "quiet", "delayed", "stuck", "failed"
"""All done; nothing to do; somebody has the workbook; a person has to act before it can be written; no pass at all."""

WAITING_STATES = ("queued", "sending", "retry", "uncertain", "failed")
"""Of a mail that is not simply sent, as the journal calls them."""

FAILURE_MATTERS = dt.timedelta(days=7)
"""How long a mail that failed for good, or was refused by somebody, calls for a person; later it is history.

Not so money: whoever lacks it is owed it until somebody has seen to that.
"""
IDLE_DAYS = 3
"""Working days without any entry after which it is worth a note that nobody writes into the workbook."""
CALENDAR_AHEAD = dt.timedelta(days=31)
"""How long before the published holidays end it is said."""
_SLACK = dt.timedelta(minutes=10)
"""A sign of life that is this far ahead of the clock comes of a clock that was set back."""
_REPORT_OWED = dt.timedelta(hours=2)
_MOST = 5  # lines a kind of trouble; the rest is counted


@dataclass(frozen=True, slots=True)
class Beat:
    """One sign of life: when, how the pass ended (``words``: why not well, in Chinese), how many of what."""

    at: dt.datetime
    outcome: str
    words: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    mail_errors: tuple[str, ...] = ()
    """Mail that could not be made or that nobody can be sent, in words."""


class Level(StrEnum):
    """How a line is meant; ``sign`` stands before it."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"

    @property
    def sign(self) -> str:
        return {"good": "✓", "note": "!", "bad": "✗"}[self.value]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at: ``what`` it is, ``words`` on how it is, ``todo`` what to do about it."""

    level: Level
    what: str
    words: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.level.sign} {self.what}：{self.words}" + (f"\n    → {self.todo}" if self.todo else "")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is not simply sent; ``place`` is its number in ``kesu outbox list``."""

    place: int
    state: str
    kind: str
    subject: str
    queued_at: dt.datetime
    changed_at: dt.datetime
    note: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    again: bool = True
    """Whether it will be tried again by itself."""
    channel: str = "mail"


@dataclass(frozen=True, slots=True)
class Ahead:
    """A report that is on record as sent at a time that is still to come: its clock ran ahead."""

    title: str
    period: str
    at: dt.datetime
    final: bool
    """It cannot be sent again when its day comes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to judge. Times are naive Shanghai wall clock.

    ``passed`` the last recorded pass, how it ended in ``outcome``; ``beat`` the last sign of life, also of a pass with
    nothing to do. ``unwritten_since``: the first of the passes since the last one that left nothing unwritten.
    ``owed``: reports that fell due and were neither sent nor left out on purpose. ``edited``: the latest change in the
    workbook that a pass has seen, ``idle_days`` the working days since.
    """

    now: dt.datetime
    limits: Heartbeat
    workbook: str
    saved: dt.datetime | None
    passed: dt.datetime | None = None
    outcome: str = ""
    beat: Beat | None = None
    fault: Fault | None = None
    unwritten_since: dt.datetime | None = None
    open_by: str = ""
    numbers: tuple[str, ...] = ()
    letters: tuple[Letter, ...] = ()
    last_mail: dt.datetime | None = None
    to_folder: bool = False
    upcoming: tuple[tuple[str, dt.datetime], ...] = ()
    owed: tuple[tuple[str, dt.datetime], ...] = ()
    ahead: tuple[Ahead, ...] = ()
    edited: dt.datetime | None = None
    idle_days: int = 0
    calendar_until: dt.date | None = None
    holder: str = ""
    died: str = ""

    @property
    def looked(self) -> dt.datetime | None:
        """When kesu last looked at the workbook, whether or not there was anything to do."""
        beats = [self.beat.at] if self.beat and self.beat.outcome != FAILED else []
        return max((*beats, *([self.passed] if self.passed else [])), default=None)


def judge(facts: Facts) -> tuple[Line, ...]:
    """Everything worth saying, in the order people ask."""
    return (
        *_passes(facts),
        *_workbook(facts),
        *_writing(facts),
        *_mail(facts),
        *_reports(facts),
        *([calendar(facts.calendar_until, facts.now.date())] if facts.calendar_until else []),
    )


def exit_code(facts: Facts, lines: Sequence[Line]) -> int:
    """0 all well, 1 something needs a person, 2 it cannot be told: kesu has never looked at this workbook."""
    if facts.looked is None and facts.fault is None and facts.beat is None:
        return UNKNOWN
    return ATTENTION if any(line.level is Level.BAD for line in lines) else WELL


FOOT_FOR = frozenset({"主管总经理", "管理部", "客户服务中心"})
"""Whose digests and summaries end with :func:`standing`."""


def standing(facts: Facts) -> str:
    """One sentence for the foot of a mail that a pass makes at ``facts.now``: whether all is well, and what to expect.

    A mail that says nothing but "all is well", every day, would soon be read by nobody; it stands where they look anyway.
    A mail cannot tell that no mail comes: therefore it names the next summary, whose absence says so.
    """
    counts = {name: count for name, count in facts.beat.counts.items() if name == "readers"} if facts.beat else {}
    here = replace(
        facts, passed=facts.now, fault=None, owed=(), beat=Beat(facts.now, DONE, counts=counts), holder="", died=""
    )
    recent = facts.now - FAILURE_MATTERS
    lost = [one for one in facts.letters if _unsent(one) and _matters(one, recent)]
    bad = sum(line.level is Level.BAD for line in judge(here) if line.what != "邮件")
    told = [*([f"有 {len(lost)} 封邮件没有发出"] if lost else []), *([f"有 {bad} 件事需要人处理"] if bad else [])]
    how = f"{'，'.join(told)}，请让维护人员用 kesu status 查看" if told else "一切正常"
    if not facts.upcoming:
        return f"kesu：{how}。"
    title, at = facts.upcoming[0]
    return f"kesu：{how}。下一份{title} {at:%m-%d %H:%M} 发出，到时没有收到就是出了故障。"


def _unsent(letter: Letter) -> bool:
    """Whether somebody lacks it and it does not go by itself."""
    stuck = letter.state == "uncertain" and (letter.kind == "money" or not letter.again)
    return stuck or letter.state == "failed" or bool(letter.refused)


def _matters(letter: Letter, recent: dt.datetime) -> bool:
    return letter.kind == "money" or letter.changed_at >= recent


def _passes(facts: Facts) -> Iterator[Line]:
    what, looked, limit = "处理", facts.looked, dt.timedelta(hours=facts.limits.stale_hours)
    if looked is None:
        failed = facts.fault or facts.beat
        level = Level.BAD if failed else Level.NOTE
        yield Line(
            level, what, "还没有处理过这个工作簿", "" if failed else "运行 kesu run，或用 kesu install 让它自动运行"
        )
    elif looked > facts.now + _SLACK:
        words = f"上次处理的时间 {looked:%Y-%m-%d %H:%M} 比现在还晚，电脑的时钟被拨过"
        yield Line(Level.BAD, what, words, "校准电脑的日期和时间")
    elif facts.now - looked > limit:
        words = f"已经{span(facts.now - looked)}没有处理（上次 {looked:%Y-%m-%d %H:%M}）"
        todo = "看电脑是否开着；用 kesu install 登记自动运行，或运行 kesu watch"
        yield Line(Level.BAD, what, words, todo)
    else:
        counts = facts.beat.counts if facts.beat else {}
        told = f"，反馈 {counts['tickets']} 单，检查发现 {counts.get('findings', 0)} 处" if "tickets" in counts else ""
        yield Line(Level.GOOD, what, f"{looked:%m-%d %H:%M}（{span(facts.now - looked)}前）{told}")
    yield from _failure(facts)
    if facts.died:
        todo = "断电、关机之后下一次会接着做；如果再断，打开 kesu doctor 看哪里不对"
        yield Line(Level.BAD, "处理", facts.died, todo)
    if facts.holder:
        yield Line(Level.GOOD, "占用", facts.holder)


def _failure(facts: Facts) -> Iterator[Line]:
    """The latest attempt at a pass came to nothing."""
    looked = facts.looked
    beat = facts.beat if facts.beat and facts.beat.outcome == FAILED else None
    if beat and (looked is None or beat.at > looked):
        yield Line(Level.BAD, "处理", f"{beat.at:%m-%d %H:%M} 没能处理：{beat.words}", "用 kesu doctor 检查")
    elif facts.fault and (looked is None or facts.fault.last > looked):
        since = f"{facts.fault.first:%m-%d %H:%M}"
        yield Line(Level.BAD, "处理", f"从 {since} 起没能处理：{facts.fault.words}", "用 kesu doctor 检查")


def _workbook(facts: Facts) -> Iterator[Line]:
    if facts.saved is None:
        todo = "是不是移走、改名了，或者网络盘没有连上？"
        yield Line(Level.BAD, "工作簿", f"找不到“{facts.workbook}”", todo)
        return
    words = f"{facts.workbook}，{facts.saved:%m-%d %H:%M} 保存"
    if facts.edited is not None and facts.idle_days >= IDLE_DAYS:
        words += f"；从 {facts.edited:%m-%d %H:%M} 起 {facts.idle_days} 个工作日没有新的登记或更正"
        yield Line(Level.NOTE, "工作簿", words, "确认大家用的还是这一份")
    else:
        yield Line(Level.GOOD, "工作簿", words)


def _writing(facts: Facts) -> Iterator[Line]:
    since = facts.unwritten_since
    if since is None:
        if facts.passed:
            yield Line(Level.GOOD, "写回", "没有等着写的内容")
        return
    count = facts.beat.counts.get("waiting", 0) if facts.beat else 0
    waiting = f"{count} 处改动" if count else "改动"
    numbers = f"（含编号 {_some(facts.numbers)}）" if facts.numbers else ""
    words = f"{waiting}{numbers}从 {since:%m-%d %H:%M} 起没有写回：{facts.open_by or facts.outcome}"
    long = facts.now - since > dt.timedelta(hours=facts.limits.delayed_hours)
    stuck = facts.beat is not None and facts.beat.outcome == STUCK and not facts.open_by
    if long or stuck:
        yield Line(Level.BAD, "写回", words, "按上面说的处理" if stuck else "请保存并关闭工作簿")
    else:
        yield Line(Level.NOTE, "写回", words, "关闭工作簿后自动写入")


def _mail(facts: Facts) -> Iterator[Line]:
    by_state: dict[str, list[Letter]] = {}
    for letter in facts.letters:
        by_state.setdefault(letter.state, []).append(letter)
    waiting = [*by_state.get("queued", ()), *by_state.get("sending", ()), *by_state.get("retry", ())]
    last = f"最近一封 {facts.last_mail:%m-%d %H:%M}" if facts.last_mail else "还没有发过"
    where = "（没有设置邮箱，存为文件）" if facts.to_folder else ""
    oldest = min((letter.queued_at for letter in waiting), default=facts.now)
    if facts.now - oldest > dt.timedelta(hours=facts.limits.delayed_hours):
        why = next((letter.note for letter in waiting if letter.note), "") or "处理没有运行"
        words = f"{len(waiting)} 封等待发送，最早的从 {oldest:%m-%d %H:%M} 起：{why}"
        yield Line(Level.BAD, "邮件", words, "用 kesu doctor 检查邮箱")
    else:
        told = f"，{len(waiting)} 封等待发送" if waiting else ""
        yield Line(Level.GOOD, "邮件", f"{last}{told}{where}")
    recent = facts.now - FAILURE_MATTERS
    uncertain = by_state.get("uncertain", [])
    yield from _each(Level.BAD, "不确定是否送达", [one for one in uncertain if one.kind == "money"])
    others = [one for one in uncertain if one.kind != "money"]
    yield from _each(Level.NOTE, "不确定是否送达，会再发", [one for one in others if one.again])
    spent = [one for one in others if not one.again and _matters(one, recent)]
    yield from _each(Level.BAD, "不确定是否送达，不再自动重发", spent)
    failed = [one for one in by_state.get("failed", ()) if _matters(one, recent)]
    yield from _each(Level.BAD, "发送失败", failed)
    partly = [
        one
        for one in facts.letters
        if one.refused and one.state not in ("failed", "uncertain") and _matters(one, recent)
    ]
    yield from _each(Level.BAD, "有收件人拒收", partly)
    if facts.beat and facts.beat.counts.get("readers") == 0:
        yield Line(
            Level.BAD,
            "人员",
            "“人员”表里没有一个人有邮箱，提醒和汇总没有人可发",
            "填写“人员”表：每个角色一主一次，写上邮箱",
        )
    for error in facts.beat.mail_errors if facts.beat else ():
        yield Line(Level.BAD, "邮件", error)


def _each(level: Level, how: str, letters: Sequence[Letter]) -> Iterator[Line]:
    for letter in letters[:_MOST]:
        who = "；".join(f"{address} {words}" for address, words in letter.refused.items())
        note = f"（{who or letter.note}）" if who or letter.note else ""
        yield Line(level, "邮件", f"第 {letter.place} 封{how}：{letter.subject}{note}", _todo(letter))
    if len(letters) > _MOST:
        yield Line(level, "邮件", f"另有 {len(letters) - _MOST} 封{how}", "用 kesu outbox list 查看")


def _todo(letter: Letter) -> str:
    if letter.state == "uncertain":
        return remedies.of_doubt(letter.place) if letter.kind == "money" or not letter.again else ""
    return remedies.of_failure(letter.place, kind=letter.kind, channel=letter.channel, refused=letter.refused)


def _reports(facts: Facts) -> Iterator[Line]:
    for title, final in dict.fromkeys((one.title, one.final) for one in facts.ahead):
        mine = [one for one in facts.ahead if one.title == title]
        words = f"{title} {_some([one.period for one in mine])} 记录为 {mine[-1].at:%Y-%m-%d %H:%M} 已发，那时电脑的时钟走快了"
        if final:
            todo = "校准电脑的时间；核对发出去的那一份：那时还没有登记的，在以后的报送里作为补报出现"
            yield Line(Level.BAD, "汇总", words, todo)
        else:
            yield Line(Level.NOTE, "汇总", f"{words}；到时候会再发")
    for title, at in facts.owed:
        if facts.now - at > _REPORT_OWED:
            yield Line(
                Level.BAD,
                "汇总",
                f"{title} 应在 {at:%m-%d %H:%M} 发出，还没有发",
                "下一次处理时补发；仍没有就用 kesu run 查看原因",
            )
    if facts.upcoming:
        yield Line(Level.GOOD, "接下来", "；".join(f"{title} {at:%m-%d %H:%M}" for title, at in facts.upcoming))


def calendar(until: dt.date, today: dt.date) -> Line:
    """How far the published holidays and make-up days reach."""
    todo = "新一年的节假日安排公布后升级 chinesecalendar，或填“节假日”表"
    if until < today:
        return Line(Level.BAD, "节假日", f"安排只到 {until:%Y-%m-%d}，之后按周一至周五算工作日", todo)
    if until - today <= CALENDAR_AHEAD:
        return Line(Level.NOTE, "节假日", f"安排到 {until:%Y-%m-%d} 为止", todo)
    return Line(Level.GOOD, "节假日", f"安排到 {until:%Y-%m-%d} 为止")


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:3]) + (f" 等 {len(names)} 个" if len(names) > 3 else "")
