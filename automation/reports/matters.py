"""Open pending items by age and cause, what needs the GM's decision, and the quality of the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from automation.checks.facts import Facts
from automation.privacy import mask_text
from automation.reports import instants
from automation.reports.figures import Decision, LateCase, PendingItem, Quality
from automation.reports.standing import BLANK, MAJOR, Standing
from automation.sla import pending as ledgers
from automation.sla.verdict import Verdict
from workbook.finding import Finding, Severity
from workbook.schema import PENDING_MANAGER

AGES = ((7, "7天以内"), (30, "8–30天"), (60, "31–60天"))
OLDER, UNDATED = "60天以上", "转入日期未填"
BUCKETS = (*(word for _, word in AGES), OLDER, UNDATED)
"""How long a pending item has been open, as the summary groups them."""

GM_STAGE = "STD-06"
LONGEST = 5
LONG = dt.timedelta(days=1)
"""How many of the longest late tickets the GM is shown, and from what lateness on."""
WAITING, UNAPPROVED, UNLISTED, MAJOR_OPEN, LATEST = (
    "待总经理意见",
    "未了事宜待认可",
    "责任未明待认可",
    "重大投诉在办",
    "超时最久",
)
REASONS = (WAITING, UNAPPROVED, UNLISTED, MAJOR_OPEN, LATEST)
"""Why a ticket needs the GM's eye, the most pressing first."""

_ABOUT = {
    "REQ": "应填未填",
    "FORM": "号码或格式有误",
    "LIST": "不在下拉列表中",
    "TIME": "时间有误或漏填",
    "NUM": "编号有误",
    "DUP": "疑似重复登记",
    "PAY": "奖罚记录有误",
    "MAIL": "提醒发不出去",
    "PERSON": "姓名不在人员表中",
    "CAL": "节假日或营业时间有误",
    "READ": "单元格读取",
    "RULE": "规则表有误",
    "CHECK": "检查未完成",
    "STD-04": "按48小时计但无未联系上的记录",
    "STD-05": "有异议但无协商意见",
    "STD-09": "回访不合规",
    "STD-12": "责任未明但无原因",
    "STD-13": "未了事宜未经总经理认可",
    "STD-15": "两本未了事宜台帐不一致",
    "STD-16": "未了事宜未按月沟通",
    "STD-17": "未了事宜完结未记清",
    "STD-20": "当事人参与了处理",
    "STD-21": "主备人员未配齐",
    "STD-14": "重大未了事宜无上门拜访",
    "STD": "流程规定",
    "TIER": "三级处理没有按规定",
    "OEM": "厂家规范没有做到",
    "GTOYOTA": "广汽丰田规范没有做到",
    "SALES": "销售公司规范没有做到",
    "REPAIR": "维修企业规范没有做到",
    "PARTS": "配件投诉没有按规定",
    "EVQ": "质量事故手续或证据不全",
    "GENERIC": "企业投诉规范没有做到",
    "X-01": "服务后回访漏做或未记清",
    "X-02": "内部信息反馈单没有答复",
    "X-03": "抽查记录有误或漏填",
    "X-04": "客户关怀漏做或未记清",
    "X-05": "经验教训",
    "X-06": "赔偿的权衡没有写明",
    "X-07": "答复客户没有记清或过了答应的时间",
    "LAW": "三包期限快到或已到",
    "EVID": "事后改动的记录",
    "WRITE": "没能写进工作簿",
    "PAGE": "看板网页没有更新",
}
"""What a rule is about, by its id or the part before the hyphen; a test holds that every rule has words here."""


def pending_items(here: Standing, facts: Facts) -> tuple[PendingItem, ...]:
    """The open pending items of both ledgers, one line a ticket, the oldest first. Entries without 编号 stay too."""
    open_, items = ledgers.by_ticket(facts.ledger), ledgers.items(facts.ledger)
    approved = (items["认可人"] != "") & items["认可日期"].notna()
    approved = approved.groupby(items["编号"]).any()
    items = items.sort_values("台帐", key=lambda sheets: sheets != PENDING_MANAGER.sheet, kind="stable")
    first = items.drop_duplicates("编号").set_index("编号")
    rows = _rows(here)
    made = [
        _item(number, entry, rows, here, facts, open_.loc[number], approved=bool(approved.at[number]))
        for number, entry in first[open_["open"].reindex(first.index).eq(True)].iterrows()
    ]
    made += _unnumbered(here, facts)
    return tuple(sorted(made, key=lambda item: (-(item.age if item.age is not None else -1), item.ticket)))


def _rows(here: Standing) -> dict[str, int]:
    numbers = here.tickets["编号"]
    return {number: int(row) for row, number in numbers.items() if number}


def _unnumbered(here: Standing, facts: Facts) -> Iterator[PendingItem]:
    frame = facts.ledger[PENDING_MANAGER].frame
    bare = frame[(frame["编号"] == "") & (frame["状态"] != "已了") & (frame["事由"] != "")]
    for _, entry in bare.iterrows():
        nothing = pd.Series({"since": entry["转入日期"], "talk_due": pd.NaT})
        approved = bool(entry["认可人"]) and pd.notna(entry["认可日期"])
        yield _item("", entry, {}, here, facts, nothing, approved=approved)


def _item(
    number: str,
    entry: pd.Series,
    rows: dict[str, int],
    here: Standing,
    facts: Facts,
    known: pd.Series,
    *,
    approved: bool,
) -> PendingItem:
    row = rows.get(number)
    since = instants.day(known["since"])
    names = [str(entry["客户姓名"]), *([str(here.tickets.at[row, "客户姓名"])] if row is not None else [])]
    age = (facts.now.date() - since).days if since else None
    return PendingItem(
        ticket=number,
        row=row,
        since=since,
        age=age,
        bucket=UNDATED if age is None else next((word for days, word in AGES if age <= days), OLDER),
        cause=(str(here.tickets.at[row, "未明原因"]) if row is not None else "") or BLANK,
        matter=mask_text(str(entry["事由"]), names),
        keeper=str(entry["负责人"]) or str(entry["备用负责人"]),
        expected=instants.day(entry["预计完成日期"]),
        talked=instants.day(entry["最近沟通日期"]),
        talk_overdue=bool(pd.notna(known["talk_due"]) and known["talk_due"] < pd.Timestamp(facts.now)),
        approved=approved,
    )


def decisions(
    here: Standing, facts: Facts, pending: Sequence[PendingItem], late: Sequence[LateCase]
) -> tuple[Decision, ...]:
    """What the GM should decide or ask about, one line a ticket with every reason, the most pressing first."""
    found: dict[tuple[int | None, str], set[str]] = {}

    def add(rows: Iterable[int], reason: str) -> None:
        for row in rows:
            found.setdefault((int(row), str(here.tickets.at[row, "编号"])), set()).add(reason)

    tickets = here.tickets
    open_ = ~tickets["closed"]
    add(_waiting(facts, open_), WAITING)
    for item in pending:
        if not item.approved:
            found.setdefault((item.row, item.ticket), set()).add(UNAPPROVED)
    listed = {item.row for item in pending}
    unclear = tickets["责任明确"].eq("否") & tickets["总经理意见"].eq("") & open_
    add([row for row in tickets.index[unclear] if row not in listed], UNLISTED)
    add(tickets.index[tickets["级别"].eq(MAJOR) & open_], MAJOR_OPEN)
    overdue = [case for case in late if case.open]
    longest = list(dict.fromkeys(case.row for case in overdue if case.late >= LONG))[:LONGEST]
    add(longest, LATEST)
    worst: dict[int, dt.timedelta] = {}
    for case in overdue:
        worst.setdefault(case.row, case.late)  # longest first
    made = [_decision(row, number, reasons, here, facts, worst) for (row, number), reasons in found.items()]
    return tuple(sorted(made, key=lambda one: (REASONS.index(one.reasons[0]), -one.late, one.due or facts.now)))


def _waiting(facts: Facts, open_: pd.Series) -> Iterable[int]:
    stage = facts.stage(GM_STAGE)
    if stage is None:
        return ()
    index, clock = stage
    waiting = index[clock.is_(Verdict.RUNNING, Verdict.AT_RISK, Verdict.LATE)]
    return [int(row) for row in waiting if open_.at[row]]


def _decision(
    row: int | None,
    number: str,
    reasons: set[str],
    here: Standing,
    facts: Facts,
    worst: Mapping[int, dt.timedelta],
) -> Decision:
    ordered = tuple(reason for reason in REASONS if reason in reasons)
    if row is None:
        return Decision(number, None, ordered, "", None, dt.timedelta(), None)
    at = facts.clocks.now_at.loc[row]
    received = here.tickets.at[row, "received"]
    return Decision(
        ticket=number,
        row=row,
        reasons=ordered,
        stage=str(at["stage"]),
        due=instants.moment(at["due"]),
        late=worst.get(row, dt.timedelta()),
        age=None if pd.isna(received) else max((facts.now.date() - received.date()).days, 0),
    )


def quality(findings: Sequence[Finding]) -> tuple[Quality, ...]:
    """Findings by rule, those with the most errors first."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    made = [
        Quality(
            rule=rule,
            about=_ABOUT.get(rule) or _ABOUT.get(rule.partition("-")[0], "其他"),
            errors=sum(one.severity is Severity.ERROR for one in some),
            warnings=sum(one.severity is Severity.WARNING for one in some),
            infos=sum(one.severity is Severity.INFO for one in some),
            tickets=tuple(sorted({one.ticket for one in some if one.ticket})),
        )
        for rule, some in by_rule.items()
    ]
    return tuple(sorted(made, key=lambda one: (-one.errors, -one.warnings, -one.infos, one.rule)))
