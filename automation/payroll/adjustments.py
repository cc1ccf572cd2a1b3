"""What becomes of a closed month's line when its row is changed or taken out: lines in the month to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from automation.payroll.accounts import Account
from automation.payroll.lines import CORRECTED, DIFFERENCE, REPOSTED, REVERSAL, Entry, Line, Row, plain, yuan

UNAPPROVED = "改动后未重新审批"


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that go together or not at all. ``row``: where they come from; ``None`` where it is gone.

    ``unapproved``: what was changed since the approval, in words; empty where that was renewed.
    """

    account: str
    lines: tuple[Line, ...]
    row: Row | None
    unapproved: str = ""

    @property
    def penalties(self) -> Counter[str]:
        """What the lines add to each person's penalties, in fen."""
        found: Counter[str] = Counter()
        for line in self.lines:
            found[line.entry.person] += line.penalty
        return found

    @property
    def adds(self) -> bool:
        """Whether anybody is penalised more by it."""
        return any(fen > 0 for fen in self.penalties.values())


def changed(account: Account, row: Row) -> Group | None:
    """The lines that bring what was reported to what the row says now; ``None`` where nobody gets or pays otherwise.

    Wording is none of it: 日期, 部门, 事由, 备注.
    """
    old, new = account.entry, row.entry
    assert old.fen is not None and new.fen is not None
    renewed = (new.approver, new.approved) != (old.approver, old.approved)
    unapproved = "" if renewed else UNAPPROVED
    what = "、".join(_differences(old, new))
    since = "" if renewed else what
    if (old.person, old.kind) != (new.person, new.kind):
        told = (
            _note(what, account, unapproved),
            _note(f"代替 {account.id} 原记的 {old.person}{old.kind}", None, unapproved),
        )
        lines = (Line(account.id, REVERSAL, old, -old.fen, told[0]), Line(account.id, REPOSTED, new, new.fen, told[1]))
        return Group(account.id, lines, row, since)
    if old.fen != new.fen or (old.ticket, plain(old.clause)) != (new.ticket, plain(new.clause)):
        sort = DIFFERENCE if old.fen != new.fen else CORRECTED
        told_ = _note(what, account, unapproved)
        return Group(account.id, (Line(account.id, sort, new, new.fen - old.fen, told_),), row, since)
    return None


def deleted(account: Account) -> Group:
    """The line that takes back what was reported of a row that is no longer there."""
    old = account.entry
    assert old.fen is not None
    told = _note("这一行已从奖罚明细删除", account, "")
    return Group(account.id, (Line(account.id, REVERSAL, old, -old.fen, told),), None)


def _differences(old: Entry, new: Entry) -> Iterator[str]:
    for name, was, now in (
        ("金额", yuan(old.fen or 0), yuan(new.fen or 0)),
        ("姓名", old.person, new.person),
        ("类型", old.kind, new.kind),
        ("编号", old.ticket, new.ticket),
        ("条款", plain(old.clause), plain(new.clause)),
    ):
        if was != now:
            yield f"{name}原 {was} 改 {now}"


def _note(what: str, account: Account | None, more: str) -> str:
    where = f"{account.months[0]} 报送" if account else ""
    return "；".join(part for part in (what, where, more) if part)
