"""Major quality accidents (EVQ): approved, proved, parts kept, compensation weighed (X-06), tracked; and LAW-43."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.checks.pending import GM
from automation.outcomes import turned_down
from automation.roster import names_in
from automation.sidesheets.threeguarantees import IN_FORCE, SOURCE, Demand, near_their_end
from automation.sla import calendar, hours
from automation.sla.calendar import NoOpenTime
from workbook import distinct
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.schema import ACCIDENTS, HOLIDAYS, HOURS

_FLOW = "重大质量事故"
_COMPENSATION = "附带赔偿"
_GONE = r"已处理|报废|丢弃|已丢|未保留|没有保留|没保留"
"""What 故障件保管 says of a part that is no longer there."""

_WEIGHED = ("客户要求", "责任认定")
"""What the register knows of that a compensation is weighed by."""

TRACKED_WITHIN = 30
"""Days after 执行日期 by which its result is to be known."""


def applied_for(facts: Facts) -> Iterator[Finding]:
    """EVQ: ticket and application belong together, and an application is numbered by its day."""
    records = facts.ledger[ACCIDENTS]
    register, frame = facts.register, records.frame
    if records.present:
        missing = register["流程"].eq(_FLOW) & register["编号"].ne("") & ~register["编号"].isin(set(frame["编号"]))
        yield from mark(
            facts.ledger.register,
            register.index[missing],
            "流程",
            "EVQ",
            Severity.WARNING,
            lambda row: f"流程是“{_FLOW}”，但“{records.sheet}”里没有这一单的申请",
            "填写《重大质量事故处理申请表》的各项，写上本单编号；确实不申请的，改用其他流程",
        )
    unknown = frame["编号"].ne("") & ~frame["编号"].isin(facts.numbers)
    yield from mark(
        records,
        frame.index[unknown],
        "编号",
        "EVQ",
        Severity.WARNING,
        lambda row: f"编号 {frame.at[row, '编号']} 不在反馈登记中",
        "核对编号",
    )
    undated = frame["申请日期"].isna() & frame["申请类型"].ne("")
    yield from mark(
        records,
        frame.index[undated],
        "申请日期",
        "EVQ",
        Severity.WARNING,
        lambda row: "没有能识别的申请日期，不能给申请号",
        "填写申请日期",
    )
    twice = frame["申请号"].ne("") & frame["申请号"].duplicated()
    yield from mark(
        records,
        frame.index[twice],
        "申请号",
        "EVQ",
        Severity.ERROR,
        lambda row: f"申请号 {frame.at[row, '申请号']} 与前面的申请重复",
        "清空这一格，kesu 会给一个新的申请号",
    )


def approved_first(facts: Facts) -> Iterator[Finding]:
    """EVQ: the company's leadership has approved before anything is carried out."""
    records = facts.ledger[ACCIDENTS]
    frame = records.frame
    done, approved = frame["执行日期"].dt.normalize(), frame["批准日期"].dt.normalize()
    yield from mark(
        records,
        frame.index[done.notna() & approved.isna()],
        "批准日期",
        "EVQ",
        Severity.ERROR,
        lambda row: f"已于 {done.at[row]:%Y-%m-%d} 执行，但没有批准日期",
        "重大质量事故须先经公司领导批准再办理；补上批准记录，确未批准的立即报主管总经理",
    )
    yield from mark(
        records,
        frame.index[done < approved],
        "执行日期",
        "EVQ",
        Severity.ERROR,
        lambda row: f"执行日期 {done.at[row]:%Y-%m-%d} 早于批准日期 {approved.at[row]:%Y-%m-%d}",
        "重大质量事故须先批准后执行；核对日期，确属先执行的向主管总经理说明",
    )
    yield from _refused(records)
    yield from _approver(facts, records)


def _refused(records: Records) -> Iterator[Finding]:
    """A date beside a no is the day of the no."""
    frame = records.frame
    against = distinct.spread(turned_down, frame["批准意见"]).astype(bool)
    yield from mark(
        records,
        frame.index[frame["执行日期"].notna() & against],
        "批准意见",
        "EVQ",
        Severity.ERROR,
        lambda row: f"已于 {frame.at[row, '执行日期']:%Y-%m-%d} 执行，但批准意见是“{frame.at[row, '批准意见']}”",
        "重大质量事故须公司领导同意后才能办理；后来同意的，写上新的批准意见和批准日期，否则立即报主管总经理",
    )


def _approver(facts: Facts, records: Records) -> Iterator[Finding]:
    frame = records.frame
    yield from mark(
        records,
        frame.index[frame["批准人"].eq("") & (frame["批准日期"].notna() | frame["执行日期"].notna())],
        "批准人",
        "EVQ",
        Severity.ERROR,
        lambda row: "没有批准人",
        "填写批准的公司领导",
    )
    leaders = {person.name for person in facts.roster.in_role(GM)}
    if leaders:
        others = distinct.spread(lambda text: bool(text) and leaders.isdisjoint(names_in(text)), frame["批准人"])
        yield from mark(
            records,
            frame.index[others.astype(bool)],
            "批准人",
            "EVQ",
            Severity.ERROR,
            lambda row: f"批准人“{frame.at[row, '批准人']}”不是{GM}",
            f"重大质量事故须由公司领导（{'、'.join(sorted(leaders))}）批准",
        )


def evidence_and_parts(facts: Facts) -> Iterator[Finding]:
    """EVQ: evidence with the application, the failed part kept until the 核销单 is there, the amount of a compensation."""
    records = facts.ledger[ACCIDENTS]
    frame = records.frame
    yield from mark(
        records,
        frame.index[frame["申请日期"].notna() & frame["证据"].eq("")],
        "证据",
        "EVQ",
        Severity.ERROR,
        lambda row: "申请没有证据",
        "写明证据，例如故障件照片、检测数据；没有的先补拍",
    )
    waiting = frame["执行日期"].notna() & frame["核销单号"].eq("")
    lost = frame["故障件保管"].eq("") | frame["故障件保管"].str.contains(_GONE, regex=True)
    yield from mark(
        records,
        frame.index[waiting & lost],
        "故障件保管",
        "EVQ",
        Severity.WARNING,
        lambda row: (
            f"已执行、还没有核销单号，故障件却是“{frame.at[row, '故障件保管']}”"
            if frame.at[row, "故障件保管"]
            else "已执行、还没有核销单号，没有写故障件在哪里"
        ),
        "更换下来的故障件要保管到收到核销单；写明存放的地方，核销后填核销单号",
    )
    unpriced = frame["申请类型"].eq(_COMPENSATION) & ~(frame["赔偿金额"] > 0) & frame["申请日期"].notna()
    yield from mark(
        records,
        frame.index[unpriced],
        "赔偿金额",
        "EVQ",
        Severity.WARNING,
        lambda row: "申请附带赔偿，但没有赔偿金额",
        "随申请一并填写赔偿金额，同意后方可办理",
    )


def compensation_weighed(facts: Facts) -> Iterator[Finding]:
    """X-06: money offered before anybody wrote down what is asked for and how far the dealership is at fault.

    What it is weighed by is for people; that they have it before them can be seen to.
    """
    records, register = facts.ledger[ACCIDENTS], facts.register
    frame = records.frame
    cases = register[register["编号"].ne("") & ~register["编号"].duplicated()].set_index("编号")
    asked = frame["申请类型"].eq(_COMPENSATION) & (frame["赔偿金额"] > 0)
    paid = frame[asked & frame["编号"].isin(cases.index)]
    lacking = {
        row: "、".join(name for name in _WEIGHED if cases.at[number, name] == "")
        for row, number in paid["编号"].items()
    }
    yield from mark(
        records,
        [row for row, names in lacking.items() if names],
        "赔偿金额",
        "X-06",
        Severity.WARNING,
        lambda row: f"要赔偿 {frame.at[row, '赔偿金额']:g} 元，但登记表里本单没有写{lacking[row]}",
        "补填后再定金额：客户要什么，本店有无过失、过失多大；也要看来往多久、今后还会不会来、口碑影响",
    )


def tracked(facts: Facts) -> Iterator[Finding]:
    """EVQ: a month after it was carried out somebody knows whether it helped."""
    records = facts.ledger[ACCIDENTS]
    frame = records.frame
    today = pd.Timestamp(facts.now).normalize()
    late = frame["执行日期"].dt.normalize() + pd.Timedelta(days=TRACKED_WITHIN) < today
    yield from mark(
        records,
        frame.index[late & frame["跟踪结果"].eq("")],
        "跟踪结果",
        "EVQ",
        Severity.INFO,
        lambda row: f"{frame.at[row, '执行日期']:%Y-%m-%d} 执行后已超过 {TRACKED_WITHIN} 天，没有跟踪结果",
        "联系客户，了解处理结果是否有效，填写跟踪结果",
    )


def informed(facts: Facts) -> Iterator[Finding]:
    """LAW-43: the days that the regulation on household cars gives for a demand are nearly or wholly over. It informs."""
    records = facts.ledger[ACCIDENTS]
    days, _ = hours.read(facts.ledger[HOURS], facts.ledger[HOLIDAYS])
    asked = [facts.register["接收时间"], records.frame["申请日期"]]
    ahead = [part[(part >= IN_FORCE) & (part <= pd.Timestamp(facts.now))].to_numpy(dtype="M8[s]") for part in asked]
    span = calendar.spanning(ahead, week=days.week, days=days.days)
    try:
        demands = list(near_their_end(facts.ledger, span, facts.now))
    except NoOpenTime:
        return  # CAL-02 has said so
    for demand in demands:
        yield from mark(
            demand.records,
            [demand.row],
            demand.column,
            "LAW-43",
            Severity.INFO,
            lambda row, demand=demand: _informing(demand),  # type: ignore[misc]
            f"供参考，是否适用由公司判断；{_what_to_do(demand)}",
        )


def _informing(demand: Demand) -> str:
    return (
        f"如属三包退换车要求，{SOURCE}的{demand.owed}期限是 {demand.due:%Y-%m-%d}"
        f"（{demand.asked:%Y-%m-%d} 提出，次日起第 {demand.days} 个工作日），{'已过' if demand.passed else '快到了'}"
    )


def _what_to_do(demand: Demand) -> str:
    if demand.owed == "答复":
        return "答复客户后在“处理记录”记一条“答复客户”或“反馈结果”"
    return "办完后填写执行日期或执行完成时间"


CHECKS: tuple[Check, ...] = (
    applied_for,
    approved_first,
    evidence_and_parts,
    compensation_weighed,
    tracked,
    informed,
)
