"""Which ticket somebody means: by its number, or by a plate, whose tickets are listed."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from automation.identifiers import PLATE, PROVINCES, TICKET
from automation.privacy import mask_text
from workbook.errors import KesuError

_DIVIDERS = re.compile(r"[\s·•・.]+")
_LIKE_A_PLATE = re.compile(rf"[{PROVINCES}][A-Z0-9]")
_NEAR, _MOST = 0.6, 3
_LONGEST = 24


class NoSuchTicket(KesuError):
    """The register has no row with this number or plate."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A ticket of a car, as a list shows it; ``number`` is empty while it has none."""

    number: str
    received: str
    summary: str
    state: str


@dataclass(frozen=True, slots=True)
class Meant:
    """Rows (Excel) that bear the ``number``; or, for a ``plate``, its tickets, the latest first."""

    number: str
    rows: tuple[int, ...] = ()
    plate: str = ""
    tickets: tuple[Listed, ...] = ()


def find(register: pd.DataFrame, states: pd.Series, wanted: str) -> Meant:
    """Who is meant by ``wanted``; ``states`` are aligned to the register.

    Raises :class:`NoSuchTicket` with the nearest numbers, or plates, there are.
    """
    text = _DIVIDERS.sub("", unicodedata.normalize("NFKC", wanted)).upper()
    by_number = register.index[register["编号"] == text]
    if text and len(by_number):
        return Meant(text, tuple(int(row) for row in by_number))
    plate = text.replace("-", "")
    if not text or not (_LIKE_A_PLATE.match(plate) or re.fullmatch(PLATE, plate)):
        raise NoSuchTicket(_nothing("编号", wanted.strip(), text, register["编号"]))
    mine = register[register["车牌号"] == plate].sort_values("接收时间", ascending=False, kind="stable")
    if mine.empty:
        raise NoSuchTicket(_nothing("车牌号", wanted.strip(), plate, register["车牌号"]))
    listed = tuple(
        Listed(number, _at(received), _short(summary), str(state))
        for number, received, summary, state in zip(
            mine["编号"], mine["接收时间"], mine["内容概要"], states.reindex(mine.index), strict=True
        )
    )
    return Meant("", plate=plate, tickets=listed)


def in_words(meant: Meant, command: str) -> str:
    """The tickets of a plate, and what to type for one of them."""
    lines = [
        f"车牌 {meant.plate} 有 {len(meant.tickets)} 单：",
        *(
            f"  {one.number or '（还没有编号）'}  {one.received or '接收时间未填'}  {one.state}  {one.summary}"
            for one in meant.tickets
        ),
    ]
    first = next((one.number for one in meant.tickets if one.number), "")
    if first:
        lines.append(f"看其中一单：{command} {first}")
    return "\n".join(lines)


def _nothing(what: str, wanted: str, text: str, known: pd.Series) -> str:
    near = difflib.get_close_matches(text, [one for one in known.unique().tolist() if one], n=_MOST, cutoff=_NEAR)
    hint = f"相近的有：{'、'.join(near)}。" if near else ""
    if not near and what == "编号" and not re.fullmatch(TICKET, text):
        hint = "编号写成例如 FK20261121-001；也可以写车牌号，列出这辆车的各单。"
    return f"反馈登记里没有{what}“{wanted}”。{hint}"


def _at(moment: object) -> str:
    return "" if pd.isna(moment) else f"{pd.Timestamp(moment):%Y-%m-%d %H:%M}"


def _short(text: str) -> str:
    line = mask_text(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
