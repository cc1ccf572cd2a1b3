"""The register of the sample: histories of the standard flow, drawn forward in time or set to stand at a stage now."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, deque
from dataclasses import dataclass, field

from automation.sample import people
from automation.sample.cars import Customer, customer
from automation.sample.clockwork import STOPS, TARGETS, Standing, history, standing_start
from automation.sample.stories import STORIES, Story, tell
from workbook.vocabulary import STANDARD_FLOW

Row = dict[str, object]

SPREAD_DAYS = 150
_SETTLED_DAYS = 60
_SETTLED = {"pending": "resolved", "visit": "resolved", "stuck": "plain", "old": "plain"}
"""Where a sample covers more than the usual span: what became of the tickets from before the last 60 days."""
FRESH = dt.timedelta(hours=8)
UNNUMBERED = 10
_MAJOR_CHANNELS = ("厂家", "消费者协会", "媒体")
_HANDLERS = ("接收人", "填单人", "经办人", "复核人", "回访人")
_WEIGHTS = {
    "质量问题": 1.5,
    "维修技术": 1.3,
    "工期延误": 1.4,
    "配件延时": 1.3,
    "其他": 0.4,
    "费用价格": 0.8,
    "交车日期": 0.7,
}
"""How often a category's stories are told, beside 1 for all others."""
_GM_WORDS = (
    "同意。",
    "同意，按意见执行。",
    "同意，部门负责人要跟到客户满意。",
    "同意。举一反三，晨会通报。",
    "同意，从严落实。",
)
_AGREED = "双方协商：承担一半责任，部门补培训，签字确认"


@dataclass
class Case:
    """One ticket on its way into the register. ``pending``: still a pending item; ``resolved``: it once was one."""

    row: Row
    story: Story
    customer: Customer
    times: list[dt.datetime | None]
    """接收时间 and the stops of STD-01…10 in order; STD-03's is filled in only for numbered tickets."""
    blamed: str = ""
    called_back: bool = True
    """Whether the customer manager wants the customer called back."""
    pending: bool = False
    resolved: dt.date | None = None
    flow: str = STANDARD_FLOW
    steps: list[Row] = field(default_factory=list)
    """Rows of 处理记录, without their 编号."""

    plain_number: bool = True
    """False once a mistake was planted in its 编号."""

    @property
    def number(self) -> str:
        return str(self.row.get("编号") or "")

    @property
    def received(self) -> dt.datetime:
        assert self.times[0] is not None
        return self.times[0]

    def at(self, stage: int) -> dt.datetime | None:
        """When STD-``stage`` was done."""
        return self.times[stage]


def cases(count: int, rng: random.Random, now: dt.datetime, spread: int = SPREAD_DAYS) -> list[Case]:
    """``count`` tickets of the standard flow in order of 接收时间, not numbered yet."""
    standing = TARGETS[: min(len(TARGETS), max(min(count, 3), count // 6))]
    told: deque[Story] = deque(maxlen=14)
    made = [_standing_case(target, rng, now, told) for target in standing]
    rest = count - len(made)
    tracks = _tracks(rest)
    days = sorted(rng.uniform(2.2, spread) for _ in range(rest))
    owners: list[Customer] = []
    for ago, track in zip(days, tracks, strict=True):
        if spread > SPREAD_DAYS and ago > _SETTLED_DAYS:
            track = _SETTLED.get(track, track)
        received = _opening(rng, now - dt.timedelta(days=ago), now)
        if track == "old":
            received = _opening(rng, now - dt.timedelta(days=70 + ago % 20), now)
        known = owners.pop(0) if len(owners) > 40 and rng.random() < 0.08 else None
        case = _history_case(track, received, rng, now, told, known)
        owners.append(case.customer)
        made.append(case)
    return sorted(made, key=lambda case: case.received)


def number(made: list[Case], rng: random.Random, now: dt.datetime) -> None:
    """Give 编号 and 编号时间 to all but the newest tickets, as kesu did at the time."""
    fresh = {id(case) for case in [case for case in made if _just_filled_in(case, now)][-UNNUMBERED:]}
    counted: Counter[dt.date] = Counter()
    for case in made:
        filled_in = case.at(2)
        if id(case) in fresh or filled_in is None:
            continue
        counted[case.received.date()] += 1
        case.row["编号"] = f"FK{case.received:%Y%m%d}-{counted[case.received.date()]:03d}"
        case.times[3] = min(filled_in + dt.timedelta(minutes=rng.randint(2, 9)), now)
        case.row["编号时间"] = case.times[3]


def _just_filled_in(case: Case, now: dt.datetime) -> bool:
    filled_in = case.at(2)
    return case.at(4) is None and not case.pending and (filled_in is None or filled_in >= now - FRESH)


def _tracks(count: int) -> list[str]:
    """What becomes of each ticket of the past, newest first: mostly plain; some pending, resolved, stuck."""
    plan = ["plain"] * count
    for place, track in ((3, "pending"), (6, "resolved"), (11, "old"), (15, "visit"), (22, "stuck"), (27, "pending")):
        for index in range(place, count, 48):
            plan[index] = track
    if count > 60:
        plan[-7] = "resolved"
    return plan


def _opening(rng: random.Random, day: dt.datetime, now: dt.datetime) -> dt.datetime:
    """A time of that day at which a customer may speak up: mostly opening hours, some evenings and nights."""
    if day.weekday() < 5 and rng.random() < 0.12:  # weekends are the busy days of a workshop
        day -= dt.timedelta(days=(day.weekday() + 1) % 7 + rng.randint(0, 1))
    hours = (8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 0, 2, 6, 7)
    weights = (5, 14, 16, 13, 5, 6, 12, 13, 14, 12, 7, 4, 3, 2, 1.5, 0.8, 0.4, 0.4, 0.6, 1.5)
    hour = rng.choices(hours, weights)[0]
    moment = day.replace(hour=hour, minute=rng.randint(1, 59), second=0, microsecond=0)
    return min(moment, now - dt.timedelta(hours=50))


def _history_case(
    track: str,
    received: dt.datetime,
    rng: random.Random,
    now: dt.datetime,
    told: deque[Story],
    known: Customer | None,
) -> Case:
    story = _story(rng, told, unclear=track in ("pending", "resolved", "old", "visit"))
    case = _begin(story, received, rng, now, known, major=track == "visit" or rng.random() < 0.05)
    waits: dt.date | None = None
    if track == "resolved":
        waits = (received + dt.timedelta(days=rng.randint(6, 18))).date()
        if waits >= now.date() - dt.timedelta(days=2):
            track, waits = "pending", None
    cut = rng.randint(4, 10) if track == "stuck" else 11
    unreached = track == "plain" and rng.random() < 0.1
    case.called_back = rng.random() < 0.72
    case.times = history(received, rng, now, cut=cut, resolved=waits, unreached=unreached, called_back=case.called_back)
    case.resolved = waits
    case.pending = track in ("pending", "old", "visit")
    if case.pending:
        case.times[4:] = [None] * (len(case.times) - 4)
    _tell_on(case, rng, now, unreached=unreached)
    return case


def _standing_case(target: Standing, rng: random.Random, now: dt.datetime, told: deque[Story]) -> Case:
    times = standing_start(target, rng, now)
    assert times[0] is not None
    case = _begin(_story(rng, told, unclear=False), times[0], rng, now, None, major=rng.random() < 0.1)
    case.times = times
    case.called_back = target.stage < 10 or times[9] is not None
    _tell_on(case, rng, now, unreached=False)
    return case


def _story(rng: random.Random, told: deque[Story], *, unclear: bool) -> Story:
    """A story that was not among those told lately."""
    fitting = [story for story in STORIES if story.unclear or not unclear]
    fresh = [story for story in fitting if story not in told] or fitting
    story = rng.choices(fresh, [_WEIGHTS.get(story.category, 1.0) for story in fresh])[0]
    told.append(story)
    return story


def _begin(
    story: Story, received: dt.datetime, rng: random.Random, now: dt.datetime, known: Customer | None, *, major: bool
) -> Case:
    """The row as the receiver types it."""
    owner = known or customer(rng, received.date())
    told = tell(story, rng)
    blamed = _blamed(story, rng)
    late = received.hour >= 19 or received.hour < 8
    channel = (
        rng.choice(("电话", "网络"))
        if late
        else rng.choice(("电话", "电话", "面对面", "现场", "网络", "电话回访", "来信"))
    )
    receivers = [name for name in people.holding("接收人") + people.holding("服务顾问") if name != blamed]
    present = [name for name in receivers if not people.away(name, received.date(), now)]
    row: Row = {
        "流程": STANDARD_FLOW if rng.random() < 0.6 else None,
        "接收时间": received,
        "接收人": rng.choice(present or receivers),
        "反馈渠道": rng.choice(_MAJOR_CHANNELS) if major else channel,
        "级别": "重大" if major else "一般",
        **owner.row(),
        "内容概要": told.summary,
        "详细经过": told.details,
        "客户要求": told.wish,
        "反馈类别": story.category,
        "被反馈部门": story.department,
        "当事人": blamed or None,
    }
    return Case(row, story, owner, [received], blamed)


def _blamed(story: Story, rng: random.Random) -> str:
    if not story.blame:
        return ""
    there = people.working_in(story.department)
    named = [name for name in people.holding(story.blame) if name in there]
    return rng.choice(named) if named else ""


def _tell_on(case: Case, rng: random.Random, now: dt.datetime, *, unreached: bool) -> None:
    """What each stage that was done leaves in the row."""
    row, story, but = case.row, case.story, (case.blamed,)
    for column, moment in zip(STOPS, case.times[1:], strict=True):
        if moment is not None and column != "编号时间":
            row[column] = moment
    filled_in = case.at(2)
    if filled_in is not None:
        manager = people.on_duty("客户经理", filled_in, now, but=but)
        role = "客户经理" if rng.random() < 0.6 else "客户服务中心"
        row["填单人"] = people.on_duty(role, filled_in, now, but=but)
        row["经办人"] = manager
        row["责任明确"] = "否" if case.pending or case.resolved else "是"
        row["未明原因"] = story.unclear if case.pending or case.resolved else None
    handed, reviewed, decided = case.at(4), case.at(5), case.at(6)
    if handed is not None:
        _liability(case, rng, now, unreached=unreached)
    if reviewed is not None:
        row["复核人"] = people.on_duty("管理部", reviewed, now, but=but)
        objects = bool(case.blamed) and rng.random() < 0.08
        row["复核结论"] = "异议" if objects else "认可"
        row["协商意见"] = _AGREED if objects else None
    if decided is not None:
        row["总经理意见"] = rng.choice(_GM_WORDS)
    called = case.at(9)
    if called is not None:
        row["回访人"] = people.on_duty("回访员", called, now, but=but)
        words, weights = ("非常满意", "满意", "一般", "不满意", "非常不满意"), (22, 46, 20, 9, 3)
        row["满意度"] = rng.choices(words, weights)[0]
    if case.at(8) is not None:
        row["需回访"] = "是" if case.called_back else "否"
    if case.at(10) is not None:
        row["考核结果"] = "合格"
    elif handed is None and filled_in is not None and not case.pending and rng.random() < 0.5:
        row["下次答复时间"] = (now + dt.timedelta(days=1)).replace(hour=rng.randint(9, 17), minute=rng.choice((0, 30)))


def _liability(case: Case, rng: random.Random, now: dt.datetime, *, unreached: bool) -> None:
    row, filled_in, handed = case.row, case.at(2), case.at(4)
    assert filled_in is not None and handed is not None
    begun = filled_in
    if case.resolved:
        begun = dt.datetime.combine(case.resolved, dt.time(9)) + dt.timedelta(days=1)
    contact = begun + dt.timedelta(minutes=rng.randint(15, 150))
    if contact.hour >= 21 or contact.hour < 8:  # nobody is rung up at night
        morning = contact + dt.timedelta(hours=(8 - contact.hour) % 24)
        contact = morning.replace(minute=rng.randint(30, 49))
    contact = min(contact, handed)
    row |= {"客户联系时间": contact, "联系结果": "未联系上" if unreached else "已联系"}
    if unreached:
        reached = handed - dt.timedelta(minutes=rng.randint(40, 120))
        case.steps.append(_step(contact, "联系客户", row["经办人"], "客户", "拨打两次电话并发短信", "未联系上"))
        case.steps.append(_step(reached, "联系客户", row["经办人"], "客户", "再次致电，说明处理意见", "客户接受"))
    else:
        case.steps.append(
            _step(contact, "联系客户", row["经办人"], "客户", "了解经过，告知处理程序和时间", "客户愿意等候处理")
        )
    row |= {"责任认定": case.story.finding, "责任人": case.blamed or None, "处理意见": case.story.measure}


def _step(at: dt.datetime, event: str, who: object, whom: str, what: str, result: str) -> Row:
    return {"时间": at, "事项": event, "经手人": who, "对象": whom, "内容": what, "结果": result}
