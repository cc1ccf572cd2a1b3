"""``kesu explain``: everything about one ticket's deadlines."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from automation import cycle
from automation.cli import CLEAN, find_settings
from automation.sla import explain
from workbook.errors import KesuError


class NoSuchTicket(KesuError):
    """The register has no row with this number."""


def tell(workbook: Path, ticket: str, *, as_json: bool, now: dt.datetime) -> int:
    """Print the explanation. Raises :class:`NoSuchTicket` with the nearest numbers there are."""
    decided = cycle.inspect(find_settings(workbook, None), now)
    told = explain.explain(decided.facts.ledger, decided.facts.clocks, ticket)
    if not told:
        raise NoSuchTicket(_missing(ticket, decided.facts.register["编号"].tolist()))
    if as_json:
        data = [one.as_json() for one in told]
        click.echo(json.dumps(data if len(data) > 1 else data[0], ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join(explain.in_words(one) for one in told))
    return CLEAN


def _missing(ticket: str, numbers: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(ticket.upper(), [number for number in numbers if number], n=3, cutoff=0.6)
    return f"反馈登记里没有编号“{ticket}”。" + (f"相近的有：{'、'.join(near)}。" if near else "")
