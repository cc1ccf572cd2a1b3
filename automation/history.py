"""What the clocks rest on, pass by pass: every watched field compared with what the last pass saw. It only states."""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.past import CASE, PRESENCE, SEPARATOR, TWICE
from automation.past import WATCHED as WATCHED
from automation.past import Change as Change
from automation.past import History as History
from automation.past import Seen as Seen
from workbook import distinct
from workbook.ledger import Ledger, Records
from workbook.table import TEMPORAL, Kind

IDENTITY = ("接收时间", "接收人", "客户姓名", "联系电话", "车牌号", "车架号", "内容概要")
"""What identifies a case, as for the numbers (``numbering.fingerprints``)."""

_Marks = npt.NDArray[np.uint64]
_GONE = 0
"""The mark of a ticket that is not seen: on its return it is looked at, whatever it holds."""
_NEVER = Seen(_GONE, "", "")


class _Look(NamedTuple):
    """A ticket as it is now: its mark, its identity, its presence and watched fields (``None``: unknown)."""

    mark: int
    identity: str
    held: tuple[str | None, ...]


@dataclass(frozen=True)
class _Field:
    """One watched column, a value a ticket. ``known`` is false where the workbook lacks the column: nothing is told."""

    values: pd.Series
    kind: Kind
    known: bool = True

    def marks(self) -> _Marks:
        if self.kind in TEMPORAL:
            instants: _Marks = self.values.to_numpy(dtype="M8[s]").view(np.uint64)
            return instants
        codes, texts = distinct.factorize(self.values)
        digests: _Marks = np.array([_digest(str(text)) for text in texts], dtype=np.uint64)
        return digests[codes]

    def shown(self, at: npt.NDArray[np.intp]) -> list[str] | None:
        """The values at some places, as shown to people; ``None`` when unknown."""
        if not self.known:
            return None
        values = self.values.iloc[at]
        return shown_times(values, self.kind) if self.kind in TEMPORAL else [str(value) for value in values]


def compare(
    ledger: Ledger, history: History, now: dt.datetime, *, keeping: bool = True
) -> tuple[tuple[Change, ...], dict[str, Seen]]:
    """What differs from the latest pass, and what is to be kept so that the next one finds no difference.

    Without ``keeping`` nothing is made ready of tickets that were never seen: they have nothing to differ from.

    A ticket seen for the first time is kept, not compared. A number that stands on two rows (NUM-01) or on none keeps
    its history; only its presence changes. What a workbook has no column for stays as it was.
    """
    register = ledger.register
    if PRESENCE not in register.columns:
        return (), {}
    numbers = register.frame[PRESENCE]
    once = (numbers != "") & ~numbers.duplicated(keep=False)
    frame = register.frame[once]
    tickets = frame[PRESENCE].tolist()
    fields = tuple(_fields(ledger, frame, tickets))
    marks = _marks(fields, len(tickets))
    kept = history.seen
    before = np.fromiter((kept.get(ticket, _NEVER).mark for ticket in tickets), np.int64, len(tickets))
    at = np.flatnonzero(marks != before)
    if not keeping:
        at = at[[tickets[place] in kept for place in at.tolist()]]
    looks = [*_looks(tickets, fields, marks, frame, at), *_missing(history, tickets, set(numbers[~once]))]
    changes: list[Change] = []
    seen: dict[str, Seen] = {}
    for ticket, look in looks:
        known = kept.get(ticket)
        if known is None:
            seen[ticket] = Seen(look.mark, look.identity, SEPARATOR.join(value or "" for value in look.held))
        else:
            seen[ticket] = _kept(known, look)
            changes += _differences(ticket, known, seen[ticket], now, history.last)
    return tuple(changes), seen


def shown_times(values: pd.Series, kind: Kind = Kind.TIME) -> list[str]:
    """Times as ``2026-11-03 09:05``, with seconds only where there are some; a day alone as ``2026-11-03``."""
    instants = values.to_numpy(dtype="M8[s]")
    texts = [text.replace("T", " ") for text in np.datetime_as_string(instants, unit="m").tolist()]
    for place in np.flatnonzero(np.isnat(instants)).tolist():
        texts[place] = ""
    for place in np.flatnonzero(instants != instants.astype("M8[m]")).tolist():
        if texts[place]:
            texts[place] = str(instants[place]).replace("T", " ")
    if kind is Kind.DATE:
        texts = [text.removesuffix(" 00:00") for text in texts]
    return texts


def another_case(old: str, new: str) -> tuple[str, ...]:
    """Which facts of a case's identity differ, when so many do that it must be another case; else none.

    A name corrected, a plate added later, a form filled in bit by bit is the same case: at least three facts, and two
    thirds of those known before, must say something else now.
    """
    pairs = list(zip(IDENTITY, old.split("."), new.split("."), strict=False))
    known = [name for name, was, _ in pairs if was]
    differ = [name for name, was, now in pairs if was and now and was != now]
    return tuple(differ) if len(differ) >= 3 and 3 * len(differ) >= 2 * len(known) else ()


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _marks(fields: Sequence[_Field], count: int) -> npt.NDArray[np.int64]:
    """One digest a ticket over all its fields, whole columns at a time; signed, as SQLite keeps it."""
    mark: _Marks = np.full(count, 0x9E3779B97F4A7C15, dtype=np.uint64)
    for one in fields:
        mark ^= one.marks() if one.known else np.uint64(1)
        mark *= np.uint64(0xD6E8FEB86659FD93)
        mark ^= mark >> np.uint64(32)
    mark[mark == _GONE] = 1
    return mark.view(np.int64)


def _fields(ledger: Ledger, frame: pd.DataFrame, tickets: Sequence[str]) -> Iterator[_Field]:
    register, places = ledger.register, pd.Index(tickets, dtype=object)
    for name in WATCHED:
        sheet, _, column = name.rpartition(":")
        if not sheet:
            yield _Field(frame[name], register.table[name].kind, name in register.columns)
        else:
            records = ledger.tables[sheet]
            known = column in records.columns and PRESENCE in records.columns
            yield _Field(_of_ledger(records, column, places), Kind.TEXT, known)


def _of_ledger(records: Records, column: str, tickets: pd.Index) -> pd.Series:
    """A ledger's column by ticket; of several entries of one ticket every different value, in order."""
    values = np.full(len(tickets), "", dtype=object)
    frame = records.frame[records.frame[PRESENCE] != ""]
    if len(frame):
        kind = records.table[column].kind
        texts = shown_times(frame[column], kind) if kind in TEMPORAL else frame[column].tolist()
        by_ticket: dict[str, set[str]] = {}
        for ticket, text in zip(frame[PRESENCE], texts, strict=True):
            by_ticket.setdefault(ticket, set()).add(text)
        places = tickets.get_indexer(list(by_ticket))
        for place, found in zip(places.tolist(), by_ticket.values(), strict=True):
            if place >= 0:
                values[place] = "、".join(sorted(found - {""}))
    return pd.Series(values, dtype=object)


def _looks(
    tickets: Sequence[str],
    fields: Sequence[_Field],
    marks: npt.NDArray[np.int64],
    frame: pd.DataFrame,
    at: npt.NDArray[np.intp],
) -> Iterator[tuple[str, _Look]]:
    """The tickets at some places, one by one."""
    if not len(at):
        return
    chosen = [tickets[place] for place in at.tolist()]
    columns: list[Sequence[str | None]] = [one.shown(at) or [None] * len(at) for one in fields]
    identities = _identities(frame.iloc[at])
    for mark, identity, held in zip(marks[at].tolist(), identities, zip(chosen, *columns, strict=True), strict=True):
        yield held[0], _Look(mark, identity, held)


def _missing(history: History, tickets: Sequence[str], twice: Set[str]) -> Iterator[tuple[str, _Look]]:
    """Recorded tickets that stand in the register no longer, or twice, as far as that is news."""
    for ticket in sorted(history.seen.keys() - set(tickets)):
        presence = TWICE if ticket in twice else ""
        if history.seen[ticket].held.partition(SEPARATOR)[0] != presence:
            yield ticket, _Look(_GONE, "", (presence, *repeat(None, len(WATCHED))))


def _kept(known: Seen, look: _Look) -> Seen:
    """What to keep of a ticket: what is unknown now stays as it was."""
    was = known.held.split(SEPARATOR)
    was += [""] * (len(look.held) - len(was))
    held = SEPARATOR.join(old if new is None else new for old, new in zip(was, look.held, strict=True))
    return Seen(look.mark, look.identity or known.identity, held)


def _differences(ticket: str, old: Seen, new: Seen, now: dt.datetime, last: dt.datetime | None) -> Iterator[Change]:
    was, values = old.values, new.values
    was_there = was[PRESENCE] == ticket
    for name, value in values.items():
        if name in was and was[name] != value:
            yield Change(ticket, name, was[name], value, now, last if was_there or name == PRESENCE else None)
    if another_case(old.identity, new.identity):
        yield Change(ticket, CASE, old.identity, new.identity, now, last if was_there else None)


def _identities(frame: pd.DataFrame) -> list[str]:
    """Sixteen bits of each identifying fact: enough to tell that it changed, too few to tell what it was."""
    columns = [shown_times(frame[IDENTITY[0]]), *(frame[name].tolist() for name in IDENTITY[1:])]
    digests = ([f"{zlib.crc32(text.encode()) & 0xFFFF:04x}" if text else "" for text in column] for column in columns)
    return list(map(".".join, zip(*digests, strict=True)))
