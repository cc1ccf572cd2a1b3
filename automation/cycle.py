"""One pass: read, decide, remember, write, send. The one file that puts effects in order."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from automation import channels, health, horizon, lease, mailing, outbox, plan, rest, roster, vitals
from automation.dashboard import publish
from automation.journal import Journal, JournalUnusable, NumberTaken
from automation.lease import Computer
from automation.mail import BadMail, checked_address
from automation.outbox import Delivered
from automation.past import Fault
from automation.plan import Inspection, Plan
from automation.rest import Mark
from automation.settings import Settings
from automation.settlements import MonthClosed
from workbook import ledger, live, package, snapshot, store
from workbook.edits import Cell, CellEdit
from workbook.errors import CannotPatch, KesuError, WorkbookBusy, WorkbookChanged, WriteFailed
from workbook.finding import Finding, Severity
from workbook.ledger import Ledger
from workbook.package import Refusal
from workbook.schema import STAFF
from workbook.snapshot import Snapshot

_ATTEMPTS = 3
"""How often a pass starts over when the file was saved, or a number given, while it was deciding."""

_UNSETTLED = frozenset({"CHECK-00", "MAIL-01", "PAGE-01", "READ-06", "READ-11"})
"""Findings that every pass tells anew on the terminal, or that may pass by themselves."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a pass did. ``unwritten`` says in Chinese why the workbook was left alone; empty when it was written or
    had nothing to change (``written`` counts cells). ``delayed``: somebody has it, the next pass will write it; else a
    person has to do something first. ``unsaved``: what was written stands in the workbook somebody has open, and reaches
    the file when that person saves.
    """

    plan: Plan = field(repr=False)
    written: int = 0
    unwritten: str = ""
    delayed: bool = False
    unsaved: bool = False
    refused: tuple[Refusal, ...] = ()
    replaced: tuple[Finding, ...] = ()
    unsendable: tuple[Finding, ...] = ()
    unpublished: tuple[Finding, ...] = ()
    delivered: Delivered = field(default_factory=Delivered)

    @property
    def idle(self) -> bool:
        """Whether the pass had nothing to do and nobody waits for anything: the same pass again would do nothing."""
        did = (self.plan.edits, self.plan.issued, self.plan.told, self.plan.reports, self.plan.omitted)
        if any((*did, self.unwritten, self.unsendable)):
            return False
        return self.delivered == Delivered() and not any(f.rule in _UNSETTLED for f in self.findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (
            *self.plan.findings,
            *self.unsendable,
            *map(_unwritten, self.refused),
            *self.replaced,
            *self.unpublished,
        )


def _quiet(step: str) -> None:
    """Tell nobody."""


@contextmanager
def _collecting_later() -> Iterator[None]:
    """No garbage collection during a pass, nor of what it leaves until the next one begins, if there is one: it would
    walk millions of cells again and again, all of them in use.
    """
    was_on = gc.isenabled()
    gc.disable()
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def _understood(seen: Snapshot, settings: Settings) -> Ledger:
    """The workbook's tables, by the dealership's own headers where it has adopted kesu with them."""
    return ledger.load(seen, settings.adopted.aliases)


def inspect(settings: Settings, now: dt.datetime, *, read: Callable[[], Snapshot] | None = None) -> Inspection:
    """Read and check, nothing more: what ``check`` and ``explain`` rest on. Raises what :func:`look` raises.

    ``read`` gives a snapshot of the workbook that is being taken elsewhere.
    """
    with _collecting_later(), Journal.peek(settings.journal) as journal:
        understood = _understood(read() if read else snapshot.read(settings.workbook), settings)  # the sheets may go
        return plan.inspect(understood, journal.past(), settings, now)


def look(settings: Settings, now: dt.datetime) -> tuple[Snapshot, Plan]:
    """Read and decide without doing anything: what ``--dry-run`` rests on.

    Raises what :func:`workbook.snapshot.read` and :func:`workbook.ledger.load` raise.
    """
    with _collecting_later(), Journal.peek(settings.journal) as journal:
        seen = snapshot.read(settings.workbook)
        return seen, plan.decide(_understood(seen, settings), journal.past(), settings, now)


@contextmanager
def _on_record(journal: Journal, now: dt.datetime) -> Iterator[None]:
    """What makes a pass impossible is kept, so that a report that comes late for it can say so."""
    try:
        yield
    except Exception as error:
        words = str(error) if isinstance(error, KesuError) else f"程序出了意外（{type(error).__name__}）"
        with suppress(JournalUnusable):
            journal.keep_fault(Fault(now, now, words))
        raise


def run(
    settings: Settings,
    now: dt.datetime,
    *,
    progress: Progress = _quiet,
    computer: Computer | None = None,
    sure: bool = False,
    going_on: Callable[[], bool] = lambda: True,
) -> Outcome:
    """One pass over the workbook at ``now`` (naive Asia/Shanghai wall clock).

    Numbers are reserved and mail is queued before the workbook is touched; a failing write stops no mail, and the
    reserved numbers are used again at the next pass. Raises :class:`~automation.lease.LeaseHeld` when another process
    is at it, and :class:`~workbook.errors.KesuError` when the workbook cannot be read at all or the journal cannot be
    used; a workbook that could not be read before its first pass gets no folder of state. ``computer``: who asks for
    the lease; this one. ``sure``: a person says that ``now`` is right, also where it leaps. ``going_on``: asked before
    each mail; once it says no, the rest waits for the next pass.
    """
    if not settings.journal.exists():
        _understood(snapshot.read(settings.workbook), settings)
    with (
        _collecting_later(),
        Journal.open(settings.journal) as journal,
        lease.hold(settings.journal, computer) as held,
        _on_record(journal, now),
    ):
        outbox.supersede(journal, now)
        for attempt in range(_ATTEMPTS):
            progress("读取工作簿")
            mark = Mark.of(settings.workbook)  # before it is read: what is saved later must not pass for what was read
            seen = snapshot.read(settings.workbook)
            progress("检查、编号、计算时限")
            understood = _understood(seen, settings)
            outbox.readdress(journal, _addresses(understood), now)
            decided = plan.decide(understood, journal.past(), settings, now, sure=sure)
            try:
                progress("准备提醒邮件")
                unsendable = _remember(journal, decided, settings, now)
                progress("写回工作簿")
                done, replaced = _write(seen, decided, settings, now)
            except (NumberTaken, MonthClosed, WorkbookChanged) as error:
                if attempt + 1 < _ATTEMPTS:
                    continue
                outcome = Outcome(decided, unwritten=str(error), delayed=True)
            except (WorkbookBusy, WriteFailed, CannotPatch) as error:
                delayed = isinstance(error, WorkbookBusy)
                outcome = Outcome(decided, unwritten=str(error), delayed=delayed, unsendable=unsendable)
            else:
                _mark_written(journal, decided, done.refused)
                outcome = Outcome(
                    decided,
                    done.written,
                    unsaved=not done.saved,
                    refused=done.refused,
                    replaced=tuple(_replaced(cell) for cell in replaced),
                    unsendable=unsendable,
                )
            break
        progress("发送邮件")
        delivered = outbox.deliver(
            journal,
            channels.choose(settings),
            now,
            ours=lambda: going_on() and held.held(),
            terms=channels.terms(settings),
        )
        outcome = replace(
            outcome,
            unpublished=publish.publish(settings, decided.facts, outcome.findings, now, decided.told),
        )
        journal.record_pass(
            now,
            seen.sha256,
            edits=outcome.written,
            findings=len(outcome.findings),
            outcome=outcome.unwritten or "完成",
        )
        outcome = replace(outcome, delivered=delivered)
        if mark is not None and outcome.idle:
            journal.rest(
                now,
                publish.rests(settings, now, horizon.valid_until(decided.facts, settings.alerts, settings.jobs)),
                size=mark.size,
                changed=mark.changed,
                sha=seen.sha256,
                settings=rest.fingerprint(settings),
            )
    return outcome


def _addresses(understood: Ledger) -> frozenset[str]:
    """The addresses that stand in 人员, of those who are still there."""
    people = roster.read(understood[STAFF])[0].people
    found: set[str] = set()
    for person in people:
        if person.address and person.employed:
            with suppress(BadMail):
                found |= {person.address, checked_address(person.address)}
    return frozenset(found)


def _remember(journal: Journal, decided: Plan, settings: Settings, now: dt.datetime) -> tuple[Finding, ...]:
    """Reserve the numbers and queue the mail in one transaction; returns what could not be made a mail of."""
    mails = mailing.of(decided, settings, _standing(settings, now) if decided.digests or decided.reports else "")
    journal.commit(
        now=now,
        issued=decided.issued,
        messages=mails.messages,
        carried=mails.carried,
        told=mails.told,
        occurrences=mails.done,
        omitted=decided.omitted,
        findings=decided.first_seen,
        changes=decided.changes,
        seen=decided.seen,
        closed=mails.closed,
        before=len(decided.facts.past.closed),
        rules=decided.enacted.kept,
        rule_changes=decided.enacted.changes,
        lates=decided.lates,
    )
    journal.withdraw(decided.standing, now)
    return mails.findings


def _standing(settings: Settings, now: dt.datetime) -> str:
    """How kesu is, for the foot of the managers' mails; nothing, when that cannot be told."""
    with suppress(KesuError, OSError):
        return health.standing(vitals.take(settings, now))
    return ""


def _unwritten(refusal: Refusal) -> Finding:
    """WRITE-01: a cell, or a table's last row, that was left as it is while all else was written."""
    edit = refusal.edit
    cell, name = (edit.where, str(edit.where)) if isinstance(edit, CellEdit) else (None, f"表格“{edit.table}”")
    return Finding(
        "WRITE-01",
        Severity.WARNING,
        f"{name} 没有写入：{refusal.reason}",
        "看这一格该怎样，需要时改正；下一次处理时会重新核对并写入",
        cell,
    )


def _replaced(cell: Cell) -> Finding:
    """WRITE-03: somebody's formula stood in a column that kesu writes."""
    return Finding(
        "WRITE-03",
        Severity.INFO,
        f"{cell} 原来是公式，已换成 kesu 写的内容",
        "这一列由 kesu 填写：公式请写在自己加的列里；原来的公式在写入之前的备份里",
        cell,
    )


def _write(seen: Snapshot, decided: Plan, settings: Settings, now: dt.datetime) -> tuple[live.Live, tuple[Cell, ...]]:
    """Apply the edits over the very bytes that were read; nothing to change touches nothing.

    Returns what was done, and the cells that held a formula until then.
    """
    if not decided.edits:
        return live.Live(0, (), saved=True), ()
    patched = package.apply(seen.data, decided.edits)
    if patched.data is seen.data or patched.data == seen.data:
        return live.Live(0, patched.refused, saved=True), ()
    backups, keep = settings.backup_dir, settings.backups.keep

    def back_up() -> None:
        store.back_up(settings.workbook, seen.data, backups=backups, keep=keep, now=now)

    try:
        store.replace(settings.workbook, patched.data, expected_sha=seen.sha256, backups=backups, keep=keep, now=now)
    except WorkbookBusy:  # perhaps by an Excel on this very computer, which can take the edits itself
        done = live.write(seen, decided.edits, back_up=back_up)
        if done is None:
            raise
        return done, patched.formulas
    return live.Live(patched.written, patched.refused, saved=True), patched.formulas


def _mark_written(journal: Journal, decided: Plan, refused: Sequence[Refusal]) -> None:
    held_back = {edit.value for edit in (refusal.edit for refusal in refused) if isinstance(edit, CellEdit)}
    numbers = {*decided.facts.register["编号"], *decided.facts.ledger.elders}
    waiting = {issue.number for issue in decided.facts.past.issued if not issue.written}
    waiting |= {issue.number for issue in decided.issued if not issue.written}
    journal.mark_written(sorted(waiting & numbers - held_back))
