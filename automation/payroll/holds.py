"""What is held back, why, and what to do about it; nothing is lost: it comes back every month until it is mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from automation.payroll.accounts import Account
from automation.payroll.adjustments import Group
from automation.payroll.lines import SETTLED, STILL_OWED, WITHDRAWN, Entry, Row, plain, yuan
from workbook.finding import Severity

NOT_TWICE = "非重复"
"""The word in 备注 that releases a row that is taken for a duplicate."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A row breaks ``rule`` at ``column``: ``words`` say how, ``hint`` what to do.

    An error holds the row back. ``told``: whether another check marks it at its cell already. ``ahead``: the row's day
    has not come, so that no month would ever ask for it. ``once``: it asks for nothing where the row was reported by
    the same approval.
    """

    row: int
    column: str
    rule: str
    severity: Severity
    words: str
    hint: str
    told: bool = False
    ahead: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A row that is not reported, or not adjusted, this month: ``why``, and what to do.

    ``column``: where the row is to be mended; ``account``: of a row that a closed month has reported and that stays
    paid as it was; ``row`` is 0 where it is gone. ``early``: it is from before kesu's time. ``told``: the closed month
    that has listed it, of one that is listed once.
    """

    row: int
    column: str
    entry: Entry
    rules: tuple[str, ...]
    why: str
    todo: str
    account: str = ""
    early: bool = False
    told: str = ""

    @property
    def once(self) -> bool:
        """Whether one month's list is enough: nobody has to do anything about it."""
        return self.early or self.rules == ("PAY-13",)


def invalid(row: Row, errors: Sequence[Fault], account: Account | None) -> Held:
    """A row that is wrong by itself; with an ``account`` what was reported of it stays paid."""
    why = "；".join(dict.fromkeys(error.words for error in errors))
    todo = "；".join(dict.fromkeys(error.hint for error in errors))
    if account:
        why = f"{_stays(account)}，但现在：{why}"
        todo += f"；要撤销的，改回原样，在备注写“{WITHDRAWN}”并重新审批，下次冲回"
    rules = tuple(dict.fromkeys(error.rule for error in errors))
    return Held(row.row, errors[0].column, row.entry, rules, why, todo, account.id if account else "")


def _stays(account: Account) -> str:
    return f"{account.first} 已报送（{_sum(account.entry)}，维持不变）"


def _sum(entry: Entry) -> str:
    assert entry.fen is not None
    return f"{entry.person} {entry.kind} {yuan(entry.fen)} 元"


def unapproved(row: Row, account: Account, what: str) -> Held:
    """PAY-12: a reported row that was changed, withdrawn or brought back without an approval of that; nothing moves."""
    since = f"{account.first} 报送后" if not account.paid else f"{_stays(account)}，之后"
    return Held(
        row.row,
        "审批日期",
        row.entry,
        ("PAY-12",),
        f"{since}{what}，没有重新审批",
        f"重新审批并更新审批日期（要晚于原来的，不早于 {account.closed:%Y-%m-%d}），下一次报送就会调整；改错了的请改回原样",
        account.id if account.paid else "",
    )


def withdrawn(row: Row) -> Held:
    """PAY-13: a row that was never reported and says that it counts no longer."""
    return Held(
        row.row,
        "备注",
        row.entry,
        ("PAY-13",),
        f"备注写明“{WITHDRAWN}”，没有报送过，不报送",
        f"不用处理；不撤销的，删去备注里的“{WITHDRAWN}”",
    )


def early(row: Row, first: str) -> Held:
    """PAY-10: a row from before the first month that kesu reports, which somebody may have paid by hand."""
    return Held(
        row.row,
        "日期",
        row.entry,
        ("PAY-10",),
        f"日期早于开始由系统报送的 {first}，可能已经人工发放",
        f"没有发放过、要报送的，在备注写“{STILL_OWED}”；已经发放的，写“{SETTLED}”，以后不再列出",
        early=True,
    )


def vanished(account: Account) -> Held:
    """PAY-11: a reported row that is gone; nothing is taken back for that, for nobody has approved it."""
    return Held(
        0,
        "编号",
        account.entry,
        ("PAY-11",),
        f"{_stays(account)}，现在奖罚明细里没有这一行，没有冲回",
        f"误删的请恢复；要撤销的，恢复这一行，在备注写“{WITHDRAWN}”并重新审批，下次冲回；"
        "已移到别处存档的，请管理员登记存档到哪个月（archived_until）",
        account.id,
    )


@dataclass(slots=True)
class Twins:
    """PAY-07: everything that was ever reported, so that the same is not reported a second time.

    What was reported stays in it when its row is changed: a copy that was forgotten is none the less a copy.
    """

    _seen: dict[tuple[object, ...], dict[str, str]] = field(default_factory=dict)
    _gone: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry, where: str, account: str = "") -> None:
        """``entry`` is reported; ``where`` says in Chinese by what, ``account`` whose it is."""
        for key in _keys(entry):
            self._seen.setdefault(key, {}).setdefault(account, where)

    def miss(self, account: Account) -> None:
        """Its row is gone: a new one of the same ticket may be what became of it."""
        self._gone.setdefault(account.entry.ticket, f" {account.first} 已报送的 {_sum(account.entry)}")

    def hold(self, row: Row, account: Account | None = None) -> Held | None:
        """The row as held back, where it is a second one and nobody says that it is not.

        ``account``: its own, which it does not repeat.
        """
        if NOT_TWICE in plain(row.entry.remark):
            return None
        paid = account if account and account.paid else None
        why, todo = self._repeats(row.entry, account), "改回原样" if paid else "删除这一行"
        if not why and not account and (gone := self._gone.get(row.entry.ticket)):
            why, todo = f"同一编号{gone} 那一行不见了，可能改成了这一行", "改回原样，或恢复那一行"
        if not why:
            return None
        return Held(
            row.row,
            "编号",
            row.entry,
            ("PAY-07",),
            f"{_stays(paid)}，改动后{why}" if paid else why,
            f"是同一笔的请{todo}；确实是另一笔的，在备注写“{NOT_TWICE}”",
            paid.id if paid else "",
        )

    def _repeats(self, entry: Entry, account: Account | None) -> str:
        own = account.id if account else None
        for key in _keys(entry):
            for owner, where in self._seen.get(key, {}).items():
                if owner != own:
                    return f"与{where}重复：编号、姓名、类型和{key[0]}都相同"
        return ""


def _keys(entry: Entry) -> Iterable[tuple[object, ...]]:
    """By the clause whatever the amount, for either may have been changed since; by the reason with the same amount."""
    base = (entry.ticket, entry.person, entry.kind)
    if clause := plain(entry.clause):
        yield "条款", *base, clause
    if reason := plain(entry.reason):
        yield "金额、事由", *base, entry.fen, reason


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
        return Held(row.row, "金额", entry, ("PAY-08",), why, todo, account)
