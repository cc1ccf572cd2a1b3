"""What is held back, why, and what to do about it; nothing is lost: it comes back every month until it is mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from automation.payroll.accounts import Account
from automation.payroll.adjustments import Group
from automation.payroll.lines import SETTLED, STILL_OWED, Entry, Row, plain, yuan
from workbook.finding import Severity

NOT_TWICE = "非重复"
"""The word in 备注 that releases a row that is taken for a duplicate."""

_MANY = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """A row breaks ``rule`` at ``column``: ``words`` say how, ``hint`` what to do.

    An error holds the row back. ``told``: whether another check marks it at its cell already.
    """

    row: int
    column: str
    rule: str
    severity: Severity
    words: str
    hint: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A row that is not reported, or not adjusted, this month: ``why``, and what to do.

    ``column``: where the row is to be mended; ``account``: of a row that a closed month has reported and that stays
    paid as it was; ``row`` is 0 where it is gone. ``early``: it is from before kesu's time.
    """

    row: int
    column: str
    entry: Entry
    rules: tuple[str, ...]
    why: str
    todo: str
    account: str = ""
    early: bool = False


def invalid(row: Row, errors: Sequence[Fault], account: Account | None) -> Held:
    """A row that is wrong by itself; with an ``account`` what was reported of it stays paid."""
    why = "；".join(dict.fromkeys(error.words for error in errors))
    todo = "；".join(dict.fromkeys(error.hint for error in errors))
    if account:
        assert account.entry.fen is not None
        stays = f"{account.entry.person} {account.entry.kind} {yuan(account.entry.fen)} 元"
        why = f"{account.months[0]} 已报送（{stays}，维持不变），但现在：{why}"
        todo += "；要撤销的，删除这一行，下次冲回"
    rules = tuple(dict.fromkeys(error.rule for error in errors))
    return Held(row.row, errors[0].column, row.entry, rules, why, todo, account.id if account else "")


def unapproved(row: Row, account: Account, what: str) -> Held:
    """PAY-12: a reported row that somebody changed to more than was approved; what was reported of it stays."""
    assert account.entry.fen is not None
    stays = f"{account.entry.person} {account.entry.kind} {yuan(account.entry.fen)} 元"
    return Held(
        row.row,
        "审批日期",
        row.entry,
        ("PAY-12",),
        f"{account.months[0]} 已报送（{stays}，维持不变），之后{what}，没有重新审批",
        "重新审批并更新审批日期，下一次报送就会调整；改错了的请改回原样",
        account.id,
    )


def early(row: Row, first: str) -> Held:
    """PAY-10: a row from before the first month that kesu reports, which somebody may have paid by hand."""
    return Held(
        row.row,
        "日期",
        row.entry,
        ("PAY-10",),
        f"日期早于开始由 kesu 报送的 {first}，可能已经人工发放",
        f"没有发放过、要报送的，在备注写“{STILL_OWED}”；已经发放的，写“{SETTLED}”，以后不再列出",
        early=True,
    )


def many(gone: int, live: int) -> bool:
    """Whether so many rows are gone at once that somebody has archived or lost them, rather than taken back."""
    return gone > _MANY and 2 * gone > live


def vanished(account: Account) -> Held:
    """PAY-11: a reported row that is gone together with most others; nothing is taken back for that."""
    return Held(
        0,
        "编号",
        account.entry,
        ("PAY-11",),
        f"{account.months[0]} 已报送，现在多数已报送的行一起不见了，像是归档或误删，没有冲回",
        "误删的请恢复；归档的，在 kesu.toml 的 [rewards] 写 archived_until；确实要冲回的，恢复后分月删除",
        account.id,
    )


@dataclass(slots=True)
class Twins:
    """PAY-07: what stands reported, so that the same is not reported a second time."""

    seen: dict[tuple[object, ...], str] = field(default_factory=dict)

    def add(self, entry: Entry, where: str) -> None:
        """``entry`` is reported; ``where`` says in Chinese by what."""
        for key in _keys(entry):
            self.seen.setdefault(key, where)

    def hold(self, row: Row) -> Held | None:
        """The row as held back, where it is a second one and nobody says that it is not."""
        found = next((self.seen[key] for key in _keys(row.entry) if key in self.seen), None)
        if found is None or NOT_TWICE in plain(row.entry.remark):
            return None
        return Held(
            row.row,
            "编号",
            row.entry,
            ("PAY-07",),
            f"与{found}重复：编号、姓名、类型、金额相同，条款或事由也相同",
            f"重复的请删除这一行；确实是另一笔的，在备注写“{NOT_TWICE}”",
        )


def _keys(entry: Entry) -> Iterable[tuple[object, ...]]:
    base = (entry.ticket, entry.person, entry.kind, entry.fen)
    return [
        (*base, name, text) for name, text in (("条款", plain(entry.clause)), ("事由", plain(entry.reason))) if text
    ]


class Allowance:
    """PAY-08: how much one month may take from one person (工资支付暂行规定, article 16: a fifth of the month's wage)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._spent: Counter[str] = Counter()
        self._full: set[str] = set()

    def take(self, group: Group) -> bool:
        """Whether the lines fit, and from then on count. Once a line has to wait, later ones of the person wait too."""
        more = group.penalties
        adding = {person: fen for person, fen in more.items() if fen > 0}
        for person, fen in adding.items() if self._limit else ():
            if self._spent[person] + fen > self._limit or person in self._full:
                if fen <= self._limit:
                    self._full.add(person)
                return False
        self._spent.update(more)
        return True

    def hold(self, group: Group, entry: Entry) -> Held:
        """Lines that did not fit, as held back."""
        alone = max(group.penalties.values(), default=0) > self._limit
        spent = sum(self._spent[person] for person in group.penalties)
        row = group.row
        why = (
            f"单笔就超过每人每月扣款上限 {yuan(self._limit)} 元"
            if alone
            else f"{entry.person}本月处罚已有 {yuan(spent)} 元，加上这笔超过每人每月扣款上限 {yuan(self._limit)} 元"
        )
        todo = (
            "按限额拆成几行，日期写在各月（备注写“非重复”），或由主管总经理另行决定"
            if alone
            else "不用处理，下个月自动报送"
        )
        account = group.account
        return Held(row.row if row else 0, "金额", entry, ("PAY-08",), why, todo, account)
