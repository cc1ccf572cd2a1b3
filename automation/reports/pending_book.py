"""The workbooks of the pending items: the list to call from, on paper too, and the month as the general manager reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from automation.reports.period import Period
from automation.reports.unfinished import (
    BUCKETS,
    OVERDUE,
    REASONS,
    UNAPPROVED,
    UNDATED,
    UNTALKED,
    Closed,
    Item,
    Unlike,
    by_keeper,
)
from workbook.build.formats import GREEN, NAVY, RED
from workbook.reportbook.model import Book, Chart, Field, Formula, Grid, Listing, Look, Page, Side, Tile, Tiles, Value

VIOLET = "#57368A"
FIRST = 10
"""Items on the page that something was not done about; every one of them is in 全部未了."""
_BAD: dict[str, object] = {"bold": True, "font_color": RED}
_OLD = BUCKETS[2:4]
_SHOWN = REASONS[:3]


def call_list(owed: Sequence[Item], title: str, now: dt.datetime) -> Book:
    """One sheet to print and write on: whom to call, where the whole number is, and room for what was said."""
    return Book(title, now, (calls(owed, title),))


def calls(owed: Sequence[Item], title: str) -> Listing:
    """The list to call from, keeper by keeper, the oldest first."""
    return Listing(
        "沟通清单",
        title,
        "电话已做遮挡，完整号码在“电话”一栏写明的单元格里。沟通后把日期、方式、结果填回两本未了事宜台帐，从“填到”写明的单元格起（STD-15、STD-16）。",
        (
            Field("负责人", Look.LONG, 12),
            Field("编号", Look.LONG, 17),
            Field("客户", Look.LONG, 11),
            Field("电话", Look.LONG, 16),
            Field("事由", Look.LONG, 34),
            Field("转入", Look.LONG, 12),
            Field("预计完成", Look.LONG, 12),
            Field("上次沟通", Look.LONG, 24),
            Field("已沟通", Look.WORD, 7),
            Field("沟通日期和方式", Look.LONG, 16),
            Field("沟通结果（手写）", Look.LONG, 40),
            Field("填到", Look.LONG, 15),
        ),
        [
            (
                one.keeper + (f"\n备用：{one.backup}" if one.backup else ""),
                one.name,
                "\n".join(part for part in (one.customer, one.plate, "重大" if one.major else "") if part),
                "\n".join(part for part in (one.phone or "登记表没有电话", one.phone_at) if part),
                one.matter if one.cause in one.matter else f"{one.matter}\n未明原因：{one.cause}",
                f"{one.since:%Y-%m-%d}\n已 {one.age} 天" if one.since else "转入日期\n未填",
                (f"{one.expected:%Y-%m-%d}" if one.expected else "未填")
                + (f"\n已过 {one.past} 天" if one.past else ""),
                last_talk(one, "\n"),
                "□",
                "",
                "",
                "\n".join(short(place) for place in one.fill_at),
            )
            for _, group in by_keeper(tuple(owed))
            for one in group
        ],
        "没有要沟通的客户。",
        least=4,
    )


def short(place: str) -> str:
    """A cell of a ledger without the words both ledgers' sheets begin with: ``客户经理!K4``."""
    return place.removeprefix("未了事宜台帐-")


def last_talk(one: Item, divider: str = "，") -> str:
    """When, how and with what result the customer was talked to last."""
    if one.talked is None:
        return "没有记录"
    return divider.join(part for part in (f"{one.talked:%Y-%m-%d} {one.way}".rstrip(), one.result) if part)


def month(
    title: str,
    found: Sequence[Item],
    done: Sequence[Closed],
    differences: Sequence[Unlike],
    came: int,
    period: Period,
    now: dt.datetime,
) -> Book:
    """The general manager's workbook: what was not done about which item, ages by cause and keeper, ledgers, closures."""
    everything = _everything(found, period, now)
    earlier = [one for one in found if one.earlier]
    owed = [one for one in found if one.owed]
    sheets: list[Page | Listing] = [_page(title, earlier, done, differences, came, everything, period, now), everything]
    if owed:
        sheets.append(calls(owed, f"没有沟通的客户（{period.end.month}月4日前要沟通）"))
    sheets += [_differences(differences), _closed(done, period)]
    return Book(title, now, tuple(sheets))


def _page(
    title: str,
    found: Sequence[Item],
    done: Sequence[Closed],
    differences: Sequence[Unlike],
    came: int,
    everything: Listing,
    period: Period,
    now: dt.datetime,
) -> Page:
    def counted(column: str, word: str, value: int) -> Formula:
        pairs = ((column, word), ("本期", "是"))
        criteria = ",".join(f'{everything.cells(one)},"{wanted}"' for one, wanted in pairs)
        return Formula(f"=COUNTIFS({criteria})", value)

    def reason(word: str) -> int:
        return sum(word in one.reasons for one in found)

    def tone(count: int) -> str:
        return RED if count else GREEN

    old = sum(one.bucket in _OLD for one in found)
    tiles = (
        Tiles(
            (
                Tile(f"{period.name}底前转入的", counted("本期", "是", len(found)), "现在仍未了", VIOLET),
                Tile(f"{period.name}转入", came, "含已了结的", NAVY),
                Tile(f"{period.name}了结", len(done), "按完成日期", GREEN),
                Tile("两本台帐不一致", len(differences), "逐项见《台帐差异》", tone(len(differences))),
            )
        ),
        Tiles(
            (
                Tile(
                    UNTALKED,
                    counted(UNTALKED, "是", reason(UNTALKED)),
                    f"应在 {period.end.month}-{4:02} 前",
                    tone(reason(UNTALKED)),
                ),
                Tile(UNAPPROVED, counted(UNAPPROVED, "是", reason(UNAPPROVED)), "STD-13", tone(reason(UNAPPROVED))),
                Tile(OVERDUE, counted(OVERDUE, "是", reason(OVERDUE)), "预计完成日期已过", tone(reason(OVERDUE))),
                Tile("60天以上", old, f"其中 90 天以上 {sum(o.bucket == _OLD[1] for o in found)}", tone(old)),
            )
        ),
    )
    ages = _ages(found, everything)
    asked = [one for one in found if one.reasons]
    more = len(asked) - FIRST
    wanting = Grid(
        "没有做到的",
        (
            Field("编号", width=4),
            Field("没有做到什么", Look.LONG, width=5, tone=RED),
            Field("事由", Look.LONG, width=9),
            Field("负责人", width=2),
            Field("天数", Look.DAYS, width=2),
            Field("预计完成", Look.DATE, width=2),
        ),
        [
            (one.name, "、".join(one.reasons), one.matter, one.keeper, one.age, one.expected)
            for one in sorted(asked, key=rank)[:FIRST]
        ],
        note=f"共 {len(asked)} 项，另 {more} 项在《全部未了》" if more > 0 else "",
        empty="都做到了：沟通过、有认可、没有过预计完成日期，也没有90天以上的。",
    )
    return Page(
        "汇总",
        title,
        f"{period.name}底前转入、现在（{now:%Y-%m-%d %H:%M}）仍未了的；两本台帐合起来，一单一项",
        (
            *tiles,
            wanting,
            _grouped("按负责人", "负责人", found, [one.keeper for one in found]),
            _grouped("按未明原因", "未明原因", found, [one.cause for one in found]),
            *([Side(ages, Chart("未了多久（项）", ages, "多久", {"项数": VIOLET}, height=210))] if found else []),
        ),
    )


def rank(one: Item) -> tuple[int, int, int]:
    """The general manager reads first what is gravest, then what misses most, then what is oldest."""
    return (REASONS.index(one.reasons[0]), -len(one.reasons), -(one.age if one.age is not None else 10**6))


def _grouped(title: str, column: str, found: Sequence[Item], labels: Sequence[str]) -> Grid:
    """Each word of a column with its items and what was not done about them."""
    rows: list[tuple[Value, ...]] = []
    for word in sorted(set(labels), key=lambda word: (-labels.count(word), word)):
        mine = [one for one, label in zip(found, labels, strict=True) if label == word]
        figures = [sum(reason in one.reasons for one in mine) for reason in _SHOWN]
        old = [sum(one.bucket == bucket for one in mine) for bucket in _OLD]
        rows.append((word, len(mine), *figures, *old))
    return Grid(
        title,
        (
            Field(column, width=6),
            Field("未了", Look.COUNT, 3),
            *(Field(word, Look.COUNT, 3, tone=RED) for word in (*_SHOWN, *_OLD)),
        ),
        rows,
        empty="没有未了事宜。",
        total="合计",
    )


def _ages(found: Sequence[Item], everything: Listing) -> Grid:
    return Grid(
        "未了多久",
        (Field("多久", width=8), Field("项数", Look.COUNT, 3, bar="#D9CCEB")),
        [(word, sum(one.bucket == word for one in found)) for word in BUCKETS if word != UNDATED or _any(found, word)],
        total="合计",
    )


def _any(found: Sequence[Item], bucket: str) -> bool:
    return any(one.bucket == bucket for one in found)


def _everything(found: Sequence[Item], period: Period, now: dt.datetime) -> Listing:
    flag = {"是": _BAD}
    return Listing(
        "全部未了",
        f"全部未了事宜：截至 {now:%Y-%m-%d %H:%M}，转入最久的在前",
        f"“本期”：{period.name}底前转入，{period.end.month}月4日前要沟通；客户信息已做遮挡。",
        (
            Field("编号", width=18),
            Field("本期", Look.WORD, 6),
            Field("转入日期", Look.DATE, 12),
            Field("天数", Look.DAYS, 8, bar="#D9CCEB"),
            Field("未明原因", Look.WORD, 12),
            Field("事由", Look.LONG, 38),
            Field("负责人", Look.WORD, 10),
            Field("备用", Look.WORD, 10),
            Field("预计完成", Look.DATE, 12),
            Field("最近沟通", Look.DATE, 12),
            Field("沟通结果", Look.LONG, 26),
            *(Field(word, Look.WORD, 9, colours=flag) for word in REASONS),
            Field("级别", Look.WORD, 7, colours={"重大": _BAD}),
            Field("客户", Look.WORD, 9),
            Field("车牌", Look.WORD, 11),
            Field("说明", Look.LONG, 26),
        ),
        [
            (
                one.name,
                "是" if one.earlier else "",
                one.since,
                one.age,
                one.cause,
                one.matter,
                one.keeper,
                one.backup,
                one.expected,
                one.talked,
                one.result,
                *("是" if word in one.reasons else "" for word in REASONS),
                "重大" if one.major else "",
                one.customer,
                one.plate,
                "登记表已转管理部或归档，核对台帐的状态（STD-17）" if one.gone else "",
            )
            for one in found
        ],
        "没有未了事宜。",
    )


def _differences(found: Sequence[Unlike]) -> Listing:
    return Listing(
        "台帐差异",
        "两本未了事宜台帐不一致的地方（STD-15）",
        "客户经理和客户服务中心核对后，把两本台帐改成一致；只在一本里有的，在另一本补记。",
        (
            Field("编号", width=18),
            Field("不一致的一栏", Look.WORD, 14),
            Field("客户经理台帐", Look.LONG, 34),
            Field("单元格（客户经理）", Look.TEXT, 28),
            Field("客服中心台帐", Look.LONG, 34),
            Field("单元格（客服中心）", Look.TEXT, 28),
        ),
        [(one.ticket, one.column, one.manager, one.manager_at, one.centre, one.centre_at) for one in found],
        "两本台帐一致。",
    )


def _closed(done: Sequence[Closed], period: Period) -> Listing:
    return Listing(
        f"{period.name}了结",
        f"{period.name}了结的未了事宜",
        "按台帐的完成日期；了结后回到责任认定，时限重新起算（STD-17）。",
        (
            Field("编号", width=18),
            Field("转入日期", Look.DATE, 12),
            Field("完成日期", Look.DATE, 12),
            Field("历时", Look.DAYS, 8, bar="#BFE0CC"),
            Field("未明原因", Look.WORD, 12),
            Field("事由", Look.LONG, 50),
            Field("负责人", Look.WORD, 10),
        ),
        [(one.ticket, one.since, one.done, one.days, one.cause, one.matter, one.keeper) for one in done],
        f"{period.name}没有了结的。",
    )
