"""What becomes of a closed month's line when its row is changed or withdrawn: lines in the month to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from automation.payroll.accounts import Account
from automation.payroll.lines import (
    CORRECTED,
    DIFFERENCE,
    REPOSTED,
    RESTORED,
    REVERSAL,
    WITHDRAWN,
    Entry,
    Line,
    Row,
    plain,
    yuan,
)

UNAPPROVED = "改动后未重新审批"


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that go together or not at all, and the row they come from.

    ``unapproved``: what was changed since the approval, in words; empty where that was renewed.
    """

    account: str
    lines: tuple[Line, ...]
    row: Row
    unapproved: str = ""

    @property
    def waits(self) -> bool:
        """Whether it moves money, this way or that, without an approval of its own."""
        return bool(self.unapproved) and any(line.fen for line in self.lines)

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

    Wording is none of it: 日期, 部门, 事由, 认定人, 备注. A new approval is, with 0.00, so that it serves only once.
    """
    old, new = account.entry, row.entry
    assert old.fen is not None
    anew = account.renewed(new)
    if new.withdrawn:
        told = _note(f"备注写明“{WITHDRAWN}”", account)
        line = Line(account.id, REVERSAL, replace(old, approver=new.approver, approved=new.approved), -old.fen, told)
        return Group(account.id, (line,), row, "" if anew else f"备注写了“{WITHDRAWN}”")
    assert new.fen is not None
    what = "、".join(_differences(old, new))
    since = "" if anew else what
    if (old.person, old.kind) != (new.person, new.kind):
        instead = _note(f"代替 {account.id} 原记的 {old.person}{old.kind}")
        lines = (
            Line(account.id, REVERSAL, old, -old.fen, _note(what, account)),
            Line(account.id, REPOSTED, new, new.fen, instead),
        )
        return Group(account.id, lines, row, since)
    if old.fen != new.fen:
        line = Line(account.id, DIFFERENCE, new, new.fen - old.fen, _note(what, account))
        return Group(account.id, (line,), row, since)
    if what:
        told = _note(what, account, "" if anew else UNAPPROVED)
        return Group(account.id, (Line(account.id, CORRECTED, new, 0, told),), row, since)
    if approval := "、".join(_approvals(old, new)):
        return Group(account.id, (Line(account.id, CORRECTED, new, 0, _note(approval, account)),), row)
    return None


def restored(account: Account, row: Row) -> Group:
    """The line that reports again what had been taken back."""
    assert row.entry.fen is not None
    told = _note("冲回后又恢复", account)
    since = "" if account.renewed(row.entry) else "冲回，现在又有这一行"
    return Group(account.id, (Line(account.id, RESTORED, row.entry, row.entry.fen, told),), row, since)


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


def _approvals(old: Entry, new: Entry) -> Iterator[str]:
    for name, was, now in (("审批人", old.approver, new.approver), ("审批日期", old.approved, new.approved)):
        if was != now:
            yield f"{name}原 {was or '空'} 改 {now or '空'}"


def _note(what: str, account: Account | None = None, more: str = "") -> str:
    where = f"{account.first} 报送" if account else ""
    return "；".join(part for part in (what, where, more) if part)
