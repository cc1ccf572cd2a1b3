"""奖罚情况: on the 4th the month's rewards and penalties go to the general manager and to finance, who pays by them (STD-19).

Made for the calendar it closes its month: what it says stands in the journal for ever. Made by hand it is a draft.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from automation.checks.facts import Facts
from automation.checks.rewards import JOB, first_month, settlement
from automation.payroll.capitals import capitals
from automation.payroll.lines import PENALTY, REWARD, Entry, Line, yuan
from automation.payroll.settlement import Closed, Settlement, known
from automation.privacy import hide_text
from automation.reports import rewards_book
from automation.reports.period import MONTHLY, Period, parse
from automation.reports.report import ReportMail
from automation.reports.rewards_book import SIGNERS, Clean
from automation.settings import Settings
from workbook import reportbook
from workbook.errors import KesuError
from workbook.finding import Finding
from workbook.schema import REWARDS

ROLES = ("主管总经理", "财务部")
_DRAFT = "【草稿】"
_NEEDED = ("日期", "编号", "姓名", "类型", "金额", "审批人", "审批日期")
_PEOPLE = 15
"""How many people the mail lists; all of them stand in the workbook."""

_WHY = {
    "PAY-01": "没有编号，或编号不在登记表里",
    "PAY-02": "没有认定或审批，审批不作数，或审批日期没有到",
    "PAY-03": "金额没有或不对",
    "PAY-04": "与该单无关的人",
    "PAY-05": "没有依据条款",
    "PAY-06": "没有姓名、日期或类型，或日期不对",
    "PAY-07": "疑似重复",
    "PAY-08": "超过每月扣款上限，下月再报",
    "PAY-10": "早于开始由系统报送的月份",
    "PAY-11": "已报送的行不见了",
    "PAY-12": "改动或撤销没有重新审批",
    "PAY-13": "报送以前就撤销了",
    "GENERIC": "恶意投诉，不处罚",
}


class NotOurs(KesuError):
    """A month from before kesu reported any: somebody else has paid it."""


class NoSheet(KesuError):
    """奖罚明细 is not there, or lacks columns: nothing can be said about what was reported."""


def build(facts: Facts, findings: Sequence[Finding], period: Period, settings: Settings) -> tuple[ReportMail, ...]:
    """The month's report, which closes it; of a month that is closed what was sent. None without 奖罚明细.

    Raises :class:`NoSheet` when the sheet is gone after months were reported, or has lost columns.
    """
    if not facts.ledger[REWARDS].present and not facts.past.closed:
        return ()
    return (_mail(_closed(facts, period.label) or _close(facts, period, draft=False), settings),)


def draft(facts: Facts, findings: Sequence[Finding], period: Period, settings: Settings) -> tuple[ReportMail, ...]:
    """What the report would be now, marked as a draft; it closes nothing. Of a month that is closed what was sent."""
    closed, first = _closed(facts, period.label), first_month(facts.past)
    if not closed and first and period.label < first:
        raise NotOurs(
            f"kesu 从 {first} 起报送奖罚，{period.words}不由 kesu 报送，不出草稿；补报的记在以后的月份（备注写“补报”）"
        )
    return (_mail(closed or _close(facts, period, draft=True), settings, draft=not closed),)


def _closed(facts: Facts, month: str) -> Closed | None:
    return next((one for one in facts.past.closed if one.month == month), None)


def _close(facts: Facts, period: Period, *, draft: bool) -> Closed:
    records = facts.ledger[REWARDS]
    lacking = [name for name in _NEEDED if name not in records.columns]
    if lacking:
        what = f"缺少列：{'、'.join(lacking)}" if records.present else "不见了"
        raise NoSheet(f"“{records.sheet}”表{what}；为免误冲已报送的奖罚，这一期没有生成")
    month = period.label
    settled = settlement(facts, month, min(first_month(facts.past) or month, month))
    before = known(facts.past.closed)
    entries = [line.entry for line in settled.lines] + [one.entry for one in settled.held]
    described = rewards_book.book(
        settled, before, _title(period, draft=draft), facts.now, _blind(facts, entries), mark=_DRAFT if draft else ""
    )
    content = reportbook.write(described)
    name = f"奖罚情况_{period.words}{'_草稿' if draft else ''}.xlsx"
    return Closed(settled, facts.now, name, content, hashlib.sha256(content).hexdigest())


def _title(period: Period, *, draft: bool) -> str:
    return f"奖罚情况 {period.words}{'（未报送，不作发放依据）' if draft else ''}"


def _blind(facts: Facts, entries: Sequence[Entry]) -> Clean:
    """Takes the customers of the lines' tickets out of a text, and every telephone, plate and VIN."""
    register = facts.register
    tickets, old = {entry.ticket for entry in entries}, facts.ledger.elder_customers
    mine = {*register["客户姓名"][register["编号"].isin(tickets)], *(old.get(ticket, "") for ticket in tickets)}
    names = mine - facts.roster.names - {""}
    return lambda text: hide_text(text, names)


def _mail(closed: Closed, settings: Settings, *, draft: bool = False) -> ReportMail:
    settled = closed.settlement
    period = parse(MONTHLY, closed.month)
    held = f"，未报送 {len(settled.listed)} 笔" if settled.listed else ""
    return ReportMail(
        key=f"report|{JOB}|{closed.month}{'|draft' if draft else ''}",
        subject=f"{_DRAFT if draft else ''}【奖罚情况】{period.words}：奖励 {yuan(settled.sum(REWARD))} 元，"
        f"处罚 {yuan(settled.sum(PENALTY))} 元，净额 {yuan(settled.net)} 元{held}",
        template="rewards",
        context=_context(closed, period, settings, draft=draft),
        attachments=((closed.name, closed.workbook),),
        roles=ROLES,
        kind="money",
        needed=() if draft else ROLES[1:],
        closes=None if draft else closed,
    )


def _context(closed: Closed, period: Period, settings: Settings, *, draft: bool) -> Mapping[str, object]:
    settled = closed.settlement
    sums = {kind: settled.sum(kind) for kind in (REWARD, PENALTY)}
    why = Counter(_WHY.get(one.rules[0], one.rules[0]) for one in settled.listed)
    people = _grouped(settled, lambda line: line.entry.person)
    return {
        "title": (_DRAFT if draft else "") + _title(period, draft=draft),
        "draft": draft,
        "period": period.words,
        "as_of": closed.at,
        "attachment": closed.name,
        "workbook": settings.workbook.name,
        "counts": {kind: sum(line.entry.kind == kind for line in settled.lines) for kind in sums},
        "reward": yuan(sums[REWARD]),
        "penalty": yuan(sums[PENALTY]),
        "net": yuan(settled.net),
        "in_words": [(kind, yuan(fen), capitals(fen)) for kind, fen in (*sums.items(), ("净额", settled.net))],
        "lines": len(settled.lines),
        "late": sum(line.sort == "补报" for line in settled.lines),
        "adjusted": len(settled.adjustments),
        "taken_back": yuan(abs(sum(line.fen for line in settled.adjustments if line.fen < 0))),
        "departments": _grouped(settled, lambda line: line.entry.department or rewards_book.NO_DEPARTMENT),
        "people": people[:_PEOPLE],
        "people_more": max(0, len(people) - _PEOPLE),
        "held": len(settled.listed),
        "held_before": rewards_book.listed_before(settled),
        "stays": sum(bool(one.account) for one in settled.listed),
        "why": why.most_common(),
        "limit": yuan(settled.limit) if settled.limit else "",
        "signers": SIGNERS,
    }


def _grouped(settled: Settlement, key: Callable[[Line], str]) -> list[dict[str, object]]:
    """Rewards, penalties and net by ``key``, as text."""
    found: list[dict[str, object]] = []
    for name in dict.fromkeys(sorted(map(key, settled.lines))):
        mine = [line for line in settled.lines if key(line) == name]
        sums = [sum(line.fen for line in mine if line.entry.kind == kind) for kind in (REWARD, PENALTY)]
        net = sums[0] - sums[1]
        found.append(
            {
                "name": name,
                "reward": yuan(sums[0]) if sums[0] else "–",
                "penalty": yuan(sums[1]) if sums[1] else "–",
                "net": yuan(net),
                "tone": "late" if net < 0 else "good" if net else "",
            }
        )
    return found
