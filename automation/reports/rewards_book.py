"""The workbook finance pays and deducts by: sums to be signed, every line behind them, and what was not reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from automation.payroll.accounts import Account
from automation.payroll.capitals import capitals
from automation.payroll.lines import PENALTY, REWARD, Line, yuan
from automation.payroll.settlement import Settlement
from workbook.build.formats import AMBER, GREEN, NAVY, RED, WORD_COLOURS
from workbook.reportbook.model import (
    Book,
    Field,
    Formula,
    Grid,
    Listing,
    Look,
    Page,
    RowFormula,
    Signatures,
    Tile,
    Tiles,
    Value,
)
from workbook.vocabulary import REWARD as KINDS

SIGNERS = ("制表（管理部）", "审核", "主管总经理", "财务部")
NO_DEPARTMENT = "未填部门"
_TALL = 26
"""Lines of people and departments that fit on one page."""

Clean = Callable[[str], str]
"""Takes out of a text what tells of a customer."""


def book(
    settled: Settlement,
    before: Mapping[str, Account],
    title: str,
    now: dt.datetime,
    clean: Clean,
    *,
    mark: str = "",
) -> Book:
    """The workbook's description. ``before``: the accounts of the months closed earlier.

    ``mark``: what stands before every title of one that is not to be signed.
    """
    lists = _lines(settled, clean), _adjusted(settled, before, clean), _held(settled, clean)
    lines, adjusted, held = (replace(one, title=mark + one.title) for one in lists)
    page = _first_page(settled, mark + title, now, lines, adjusted)
    if not mark:
        page = replace(page, blocks=(*page.blocks, Signatures("签字", SIGNERS)))
    return Book(mark + title, now, (page, lines, adjusted, held))


def _first_page(settled: Settlement, title: str, now: dt.datetime, lines: Listing, adjusted: Listing) -> Page:
    sums = _Sums(lines, adjusted)
    people = sums.by("姓名", settled, lambda line: line.entry.person)
    departments = sums.by("部门", settled, _department)
    rewards, penalties, net = settled.sum(REWARD), settled.sum(PENALTY), settled.net
    limit = f"每人每月扣款上限 {yuan(settled.limit)} 元，已按它控制" if settled.limit else "扣款上限没有设置，未核对"
    blocks = (
        Tiles(
            (
                Tile("奖励合计（元）", sums.of(REWARD, rewards), f"{_count(settled, REWARD)} 笔", GREEN, Look.MONEY),
                Tile("处罚合计（元）", sums.of(PENALTY, penalties), f"{_count(settled, PENALTY)} 笔", RED, Look.MONEY),
                Tile("净额（元）", sums.net(net), "奖励减处罚", NAVY, Look.MONEY),
                Tile(
                    "未报送（笔）",
                    Formula(f"=COUNTIF('未报送'!$A$4:$A${3 + len(settled.listed)},\"?*\")", len(settled.listed))
                    if settled.listed
                    else 0,
                    "原因见《未报送》",
                    AMBER if settled.listed else "",
                ),
            )
        ),
        Grid(
            "合计",
            (
                Field("项目", width=5),
                Field("笔数", Look.COUNT, 2),
                Field("金额（元）", Look.MONEY, 4),
                Field("人民币大写", Look.LONG, 13, indent=True),
            ),
            [
                ("奖励", _count(settled, REWARD), sums.of(REWARD, rewards), capitals(rewards)),
                ("处罚", _count(settled, PENALTY), sums.of(PENALTY, penalties), capitals(penalties)),
                ("净额（奖励减处罚）", len(settled.lines), sums.net(net), capitals(net)),
            ],
            note="“负”：应扣多于应发；“冲减”：退回以前已报送的",
        ),
        departments,
        people,
    )
    first = dt.date.fromisoformat(f"{settled.month}-01")
    note = (
        f"{first.year}年{first.month}月的奖罚 {len(settled.reported)} 笔，对以前月份的调整 {len(settled.adjustments)} 笔；"
        f"截至 {now:%Y-%m-%d %H:%M} 已审批的；{limit}。"
    )
    long = len(people.rows) + len(departments.rows) > _TALL
    return Page("汇总", title, note, blocks, long=long)


class _Sums:
    """Formulas over the two sheets of lines; words are compared sign by sign, whatever stands in them."""

    def __init__(self, *lists: Listing) -> None:
        self._lists = lists

    def of(self, kind: str, fen: int) -> Formula:
        """The sum of 奖励 or 处罚."""
        parts = (f'SUMPRODUCT(({one.cells("类型")}="{kind}")*{one.cells("金额")})' for one in self._lists)
        return Formula(f"=ROUND({'+'.join(parts)},2)", fen / 100)

    def net(self, fen: int) -> Formula:
        """Rewards less penalties."""
        parts = (
            f'SUMPRODUCT((({one.cells("类型")}="{REWARD}")-({one.cells("类型")}="{PENALTY}"))*{one.cells("金额")})'
            for one in self._lists
        )
        return Formula(f"=ROUND({'+'.join(parts)},2)", fen / 100)

    def by(self, column: str, settled: Settlement, key: Callable[[Line], str]) -> Grid:
        """Every person, or every department, with rewards, penalties and what is left of them."""
        people = column == "姓名"
        rows: list[tuple[Value, ...]] = []
        for name in sorted(set(map(key, settled.lines))):
            mine = [line for line in settled.lines if key(line) == name]
            net = sum(line.net for line in mine)
            rows.append(
                (
                    name,
                    *(["、".join(dict.fromkeys(map(_department, mine)))] if people else []),
                    len(mine),
                    *(self._cell(column, kind, mine) for kind in (REWARD, PENALTY)),
                    RowFormula("=ROUND({奖励}-{处罚},2)", net / 100),
                    capitals(net),
                )
            )
        sums = (("奖励", settled.sum(REWARD)), ("处罚", settled.sum(PENALTY)), ("净额", settled.net))
        totals: dict[str, Value] = {title: RowFormula(f"=ROUND(SUM({{{title}*}}),2)", fen / 100) for title, fen in sums}
        return Grid(
            "按人" if people else "按部门",
            (
                Field(column, width=3 if people else 6),
                *([Field("部门", Look.LONG, width=3)] if people else []),
                Field("笔数", Look.COUNT, 2),
                Field("奖励", Look.MONEY, 3, tone=GREEN),
                Field("处罚", Look.MONEY, 3, tone=RED),
                Field("净额", Look.MONEY, 3),
                Field("净额大写", Look.LONG, 7, indent=True),
            ),
            rows,
            empty="这个月没有奖罚。",
            total="合计",
            totals={**totals, "净额大写": capitals(settled.net)},
        )

    def _cell(self, column: str, kind: str, mine: Sequence[Line]) -> RowFormula:
        parts = (
            f'SUMPRODUCT(EXACT({one.cells(column)},{{{column}}})*({one.cells("类型")}="{kind}")*{one.cells("金额")})'
            for one in self._lists
        )
        fen = sum(line.fen for line in mine if line.entry.kind == kind)
        return RowFormula(f"=ROUND({'+'.join(parts)},2)", fen / 100)


def _count(settled: Settlement, kind: str) -> int:
    return sum(line.entry.kind == kind for line in settled.lines)


def _department(line: Line) -> str:
    return line.entry.department or NO_DEPARTMENT


_KIND = Field("类型", Look.WORD, 7, colours=WORD_COLOURS[KINDS])


def _lines(settled: Settlement, clean: Clean) -> Listing:
    return Listing(
        "明细",
        f"明细：{settled.month} 报送的奖罚 {len(settled.reported)} 笔",
        "一行一笔。“补报”：以前月份的，当时没有登记或没有审批。序号永久不变，以后的调整按它指回这一笔。",
        (
            Field("序号", width=13),
            Field("报送", Look.WORD, 7, colours={"补报": {"font_color": AMBER, "bold": True}}),
            Field("日期", Look.DATE, 12),
            Field("编号", Look.WORD, 18),
            Field("姓名", Look.WORD, 10),
            Field("部门", Look.WORD, 14),
            _KIND,
            Field("依据条款", Look.LONG, 26),
            Field("事由", Look.LONG, 28),
            Field("金额", Look.MONEY, 12),
            Field("人民币大写", Look.LONG, 24, indent=True),
            Field("认定人", Look.WORD, 10),
            Field("审批人", Look.WORD, 10),
            Field("审批日期", Look.DATE, 12),
            Field("备注", Look.LONG, 20),
        ),
        [
            (
                line.account,
                line.sort,
                line.entry.day,
                line.entry.ticket,
                line.entry.person,
                _department(line),
                line.entry.kind,
                clean(line.entry.clause),
                clean(line.entry.reason),
                line.fen / 100,
                capitals(line.fen),
                line.entry.determiner,
                line.entry.approver,
                line.entry.approved,
                _remark(line, clean),
            )
            for line in settled.reported
        ],
        "这个月没有奖罚。",
    )


def _remark(line: Line, clean: Clean) -> str:
    same = "认定人和审批人是同一人" if line.entry.determiner == line.entry.approver else ""
    return "；".join(part for part in (same, clean(line.entry.remark)) if part)


def _adjusted(settled: Settlement, before: Mapping[str, Account], clean: Clean) -> Listing:
    return Listing(
        "调整",
        f"调整：对以前月份已报送的 {len(settled.adjustments)} 笔",
        "已报送的月份不再改动；之后经批准的更改、撤销都在这里冲减或补记。序号是原来那一笔的。负数从该类合计中冲减。",
        (
            Field("序号", width=13),
            Field("原报送", Look.WORD, 16),
            Field("调整", Look.WORD, 7, colours={"冲回": {"font_color": RED, "bold": True}}),
            Field("编号", Look.WORD, 18),
            Field("姓名", Look.WORD, 10),
            Field("部门", Look.WORD, 14),
            _KIND,
            Field("金额", Look.MONEY, 12),
            Field("人民币大写", Look.LONG, 26, indent=True),
            Field("说明", Look.LONG, 40),
            Field("依据条款", Look.LONG, 24),
            Field("认定人", Look.WORD, 10),
            Field("审批人", Look.WORD, 10),
            Field("审批日期", Look.DATE, 12),
        ),
        [
            (
                line.account,
                "、".join(before[line.account].months) if line.account in before else "",
                line.sort,
                line.entry.ticket,
                line.entry.person,
                _department(line),
                line.entry.kind,
                line.fen / 100,
                capitals(line.fen, "冲减"),
                clean(line.note),
                clean(line.entry.clause),
                line.entry.determiner,
                line.entry.approver,
                line.entry.approved,
            )
            for line in settled.adjustments
        ],
        "没有对以前月份的调整。",
    )


def listed_before(settled: Settlement) -> str:
    """What earlier months have listed once and for all, with where to see it; empty where there is none."""
    before = [one.told for one in settled.held if one.told]
    if not before:
        return ""
    months = "、".join(sorted(set(before)))
    return f"另有 {len(before)} 笔不报送的（早于系统报送，或报送前撤销），见 {months} 的《未报送》，没有变化"


def _held(settled: Settlement, clean: Clean) -> Listing:
    before = listed_before(settled)
    return Listing(
        "未报送",
        f"未报送：{len(settled.listed)} 笔，没有计入本次的任何金额",
        "改好之前每个月都会列在这里，改好后自动报送，不会遗漏。行号是工作簿《奖罚明细》里现在的行。"
        + (f"{before}。" if before else ""),
        (
            Field("行", Look.WORD, 8),
            Field("日期", Look.DATE, 12),
            Field("编号", Look.WORD, 18),
            Field("姓名", Look.WORD, 10),
            Field("部门", Look.WORD, 14),
            _KIND,
            Field("金额", Look.MONEY, 12),
            Field("规则号", Look.WORD, 16),
            Field("为什么", Look.LONG, 50, tone=RED),
            Field("怎么办", Look.LONG, 56),
        ),
        [
            (
                f"第 {one.row} 行" if one.row else "已不在",
                one.entry.day,
                one.entry.ticket,
                one.entry.person,
                one.entry.department,
                one.entry.kind,
                None if one.entry.fen is None else one.entry.fen / 100,
                "、".join(one.rules),
                clean(one.why),
                one.todo,
            )
            for one in settled.listed
        ],
        "没有未报送的奖罚。" if not before else "没有新的未报送的奖罚。",
    )
