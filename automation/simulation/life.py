"""A finished workbook as it stood at an earlier time: what was not done yet is empty, what was not there yet is absent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbook.schema import (
    ACCIDENTS,
    CALLBACKS,
    EVENTS,
    PENDING,
    REGISTER,
    REWARDS,
    SPOT_CHECKS,
    TABLES,
    TEMPORAL,
    WARRANTY,
)

Row = Mapping[str, object]
Contents = dict[str, list[dict[str, object]]]

_COMES_WITH = {
    "填单时间": ("填单人", "经办人", "责任明确", "未明原因", "下次答复时间"),
    "客户联系时间": ("联系结果",),
    "转管理部时间": ("责任认定", "责任人", "处理意见"),
    "复核完成时间": ("复核人", "复核结论", "协商意见"),
    "总经理意见时间": ("总经理意见",),
    "转客服时间": ("需回访",),
    "回访时间": ("回访人", "满意度"),
    "归档时间": ("考核结果",),
    "完成日期": ("状态",),
    "批准日期": ("批准人", "批准意见", "赔偿金额"),
    "实际联系日期": ("联系人", "结果"),
}
"""Words that stand beside a time: nobody knew them before it."""
_ARRIVES = {
    REGISTER.sheet: "接收时间",
    EVENTS.sheet: "时间",
    CALLBACKS.sheet: "回访时间",
    **{table.sheet: "转入日期" for table in PENDING},
    WARRANTY.sheet: "再修日期",
    ACCIDENTS.sheet: "申请日期",
    SPOT_CHECKS.sheet: "日期",
    REWARDS.sheet: "日期",
}
"""When a row was typed; the rows of other sheets have always been there."""
_AHEAD = frozenset({"下次答复时间", "预计完成日期", "保险到期", "下次保养", "生日", "截止时间", "应联系日期"})
"""Times that may lie ahead of the day they are typed on."""
_TIMES = {
    table.sheet: tuple(column.name for column in table.columns if column.kind in TEMPORAL and column.name not in _AHEAD)
    for table in TABLES
}
NEVER = dt.datetime(9000, 1, 1)
_KNOWN_FROM = dt.time(12)
"""A day without a time is known from its noon."""
_TALK_DAYS = (2, 3, 4)
"""A pending item's customer is talked to on one of these days of each month (STD-16), of which only the last is kept."""


def instant(value: object) -> dt.datetime | None:
    """From when a cell's time is known; ``None`` for what is no time."""
    if isinstance(value, dt.datetime):
        return value
    return dt.datetime.combine(value, _KNOWN_FROM) if isinstance(value, dt.date) else None


@dataclass
class Life:
    """``contents`` as :func:`automation.sample.dealership` makes them, of the dealership's last day.

    ``numbers``: row of the register (from 0) → 编号 and 编号时间 that kesu has given it so far in this replay. The
    sample's own are forgotten: the entries of other sheets follow their ticket under the number that kesu gives it.
    """

    contents: Mapping[str, Sequence[Row]]
    numbers: dict[int, tuple[str, dt.datetime | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places: dict[str, int] = {}
        for place, row in enumerate(self.contents[REGISTER.sheet]):
            self._places.setdefault(str(row.get("编号") or ""), place)
        self._places.pop("", None)
        self._rows_of: dict[str, dict[int, list[Row]]] = {}
        for sheet in self.contents.keys() & _ARRIVES.keys() - {REGISTER.sheet}:
            own = self._rows_of[sheet] = {}
            for row in self.contents[sheet]:
                where = self._places.get(str(row.get("编号") or ""))
                if where is not None:
                    own.setdefault(where, []).append(row)

    @property
    def moments(self) -> list[dt.datetime]:
        """Every time at which something was typed, in order."""
        found = {
            moment
            for sheet, rows in self.contents.items()
            for name in _TIMES[sheet]
            for row in rows
            if (moment := instant(row.get(name))) is not None
        }
        return sorted(found)

    def as_finished(self) -> Contents:
        """Every sheet of the last day, under the sample's own numbers."""
        return {sheet: [dict(row) for row in rows] for sheet, rows in self.contents.items()}

    def endings(self) -> list[dt.datetime]:
        """When the ticket of each row was filed; never, for those that were not."""
        return [instant(row.get("归档时间")) or NEVER for row in self.contents[REGISTER.sheet]]

    def arrivals(self) -> list[dt.datetime]:
        """When each row of the register was typed."""
        return [instant(row.get("接收时间")) or NEVER for row in self.contents[REGISTER.sheet]]

    def at(self, now: dt.datetime, places: Sequence[int] | None = None) -> Contents:
        """Every sheet as it stood then; of the register the rows ``places`` alone, and what other sheets say of them."""
        register = self.contents[REGISTER.sheet]
        if places is None:
            places = [place for place, at in enumerate(self.arrivals()) if at <= now]
        rows = []
        for place in places:
            number, given = self.numbers.get(place, ("", None))
            rows.append({**_as_of(register[place], REGISTER.sheet, now), "编号": number or None, "编号时间": given})
        stood = {REGISTER.sheet: rows}
        for sheet, own in self.contents.items():
            if sheet != REGISTER.sheet:
                stood[sheet] = list(self._of(sheet, own, places, now))
        return stood

    def _of(
        self, sheet: str, rows: Sequence[Row], places: Sequence[int], now: dt.datetime
    ) -> Iterator[dict[str, object]]:
        arrives = _ARRIVES.get(sheet)
        if arrives is None:
            yield from (_as_of(row, sheet, now) for row in rows)
            return
        for place in places:
            for row in self._rows_of[sheet].get(place, ()) if place in self.numbers else ():
                came = instant(row.get(arrives))
                if came is None or came <= now:
                    yield {**_as_of(row, sheet, now), "编号": self.numbers[place][0]}


def _as_of(row: Row, sheet: str, now: dt.datetime) -> dict[str, object]:
    """A row without what had not happened yet."""
    stood = dict(row)
    for name in _TIMES[sheet]:
        moment = instant(row.get(name))
        if moment is not None and moment > now:
            stood[name] = None
            stood |= dict.fromkeys((word for word in _COMES_WITH.get(name, ()) if word in row), None)
    if "转入日期" in row:
        if row.get("完成日期") is not None and stood["完成日期"] is None:
            stood["状态"] = "未了"
        if row.get("最近沟通日期") is not None and stood["最近沟通日期"] is None:
            stood["最近沟通日期"] = _talk_before(row, now)
    return stood


def _talk_before(row: Row, now: dt.datetime) -> dt.date | None:
    """The monthly talk before ``now`` that the finished ledger no longer tells of."""
    day = _TALK_DAYS[sum(map(ord, str(row.get("编号")))) % len(_TALK_DAYS)]
    talk = now.date().replace(day=day)
    if dt.datetime.combine(talk, _KNOWN_FROM) > now:
        talk = (talk.replace(day=1) - dt.timedelta(days=1)).replace(day=day)
    begun = row.get("转入日期")
    return talk if isinstance(begun, dt.date) and talk > begun else None
