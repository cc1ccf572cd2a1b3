"""``kesu form``: the forms of one ticket, to be printed. It reads only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from automation import cycle, forms, lookup, pdf
from automation.plan import Inspection
from automation.terminal import CLEAN, find_settings
from workbook import formbook, oserrors, snapshot
from workbook.errors import KesuError

_OUTSIDE = "对外材料，不含奖罚明细；责任认定、处理意见、总经理意见按登记原文列出，交出前请看一遍"
_MOST = 99


def prepare(
    workbook: Path,
    wanted: str,
    *,
    output: Path,
    kind: str,
    as_pdf: bool,
    masked: bool,
    findings: bool,
    now: dt.datetime,
) -> int:
    """Write the forms into ``output`` and say where they are; for a plate, list its tickets.

    Raises :class:`~workbook.errors.KesuError` for a number that is not there, not given yet or on two rows, a form the
    case has not come to, a folder that cannot be written, and, with the workbook made, without LibreOffice.
    """
    seen = snapshot.read(workbook)
    settings = find_settings(workbook, None)
    found = cycle.inspect(settings, now, read=lambda: seen)
    meant = lookup.find(found.facts.register, found.facts.clocks.now_at["state"], wanted)
    if meant.plate:
        click.echo(lookup.in_words(meant, f"kesu form {workbook.name}"))
        return CLEAN
    source = forms.Source(workbook.name, seen.sha256, settings.dealership)
    case = forms.gather(found.facts, found.findings, _row(found, meant), source, masked=masked)
    paths = []
    for made in forms.make(case, kind, findings=findings):
        paths.append(_put(output, made.name, formbook.write(made.book)))
        click.echo(f"✓ {paths[-1]}" + (f"（{_OUTSIDE}）" if made.leaves else ""))
    for path in paths if as_pdf else ():
        click.echo(f"✓ {pdf.convert(path)}")
    return CLEAN


def _row(found: Inspection, meant: lookup.Meant) -> int:
    """The one row of a number that will not change any more."""
    number, rows = meant.number, meant.rows
    if len(rows) > 1:
        cells = "、".join(found.facts.ledger.register.place(row, "编号") for row in rows)
        raise KesuError(f"编号 {number} 在反馈登记里有 {len(rows)} 行（{cells}），分不清是哪一单。请先改正重复的编号。")
    register = found.facts.ledger.register
    written = "编号" in register.raw and str(register.raw.at[rows[0], "编号"]).strip() != ""
    if not written and number not in {issued.number for issued in found.facts.past.issued}:
        raise KesuError(f"{register.place(rows[0], '编号')} 这一单还没有编号。请先运行 kesu run，编号后再打印。")
    return rows[0]


def _put(folder: Path, name: str, content: bytes) -> Path:
    """Write a workbook; one that is there and says something else, perhaps filled in by somebody, is left alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, _MOST):
            path = folder / (f"{name}.xlsx" if number == 1 else f"{name}({number}).xlsx")
            if not path.exists():
                path.write_bytes(content)
                return path
            if path.read_bytes() == content:
                return path
    except OSError as error:
        raise KesuError(
            f"写不进文件夹“{folder}”：{oserrors.told(error)}。请换一个文件夹，或关闭打开着的文件。"
        ) from error
    raise KesuError(f"文件夹“{folder}”里已经有 {_MOST} 份“{name}”。请换一个文件夹。")
