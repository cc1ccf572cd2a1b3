"""``kesu adopt``: a dealership's own register taken up. It shows everything first and writes only when told to."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from automation import elders, privacy, settings, tomlfile
from automation.adoption import carry, looks, saved
from automation.adoption.proposal import Proposal, propose
from automation.adoption.recognise import SURE, Guess, Recognised
from automation.settings import Settings
from automation.terminal import CLEAN, find_config
from workbook import ledger, snapshot, store
from workbook.errors import BadConfig, KesuError
from workbook.ledger import Ledger
from workbook.naming import Alias
from workbook.schema import REGISTER, Kind
from workbook.snapshot import Snapshot

_NOTE = '左边是贵店的表头，右边是 kesu 的列；"" 表示不用'


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says. ``everything``: add all of the contract's columns, not only the needed ones."""

    since: dt.date | None = None
    sheet: str | None = None
    everything: bool = False
    yes: bool = False


def take_up(workbook: Path, config: Path | None, wish: Wish, now: dt.datetime) -> int:
    """Show what would be done, and do it when told to: by ``--yes``, or by an answer at the terminal.

    Raises :class:`~workbook.errors.KesuError` when no register is recognised or the workbook cannot be written.
    """
    path, _ = find_config(workbook, config)
    path = path or workbook.absolute().parent / "kesu.toml"
    if config and not config.is_file():
        raise BadConfig(f"没有这个文件：{config}")
    found, errors = settings.load(path if path.is_file() else None, workbook=workbook)
    if errors:
        raise BadConfig(f"“{path}”有 {len(errors)} 处错误：\n" + "\n".join(f"  · {error}" for error in errors))
    seen = snapshot.read(found.workbook)
    proposal = propose(seen, found.adopted, sheet=wish.sheet, everything=wish.everything)
    since = wish.since or found.adopted.since or now.date()
    own = [one for one in found.adopted.aliases if one.table != REGISTER.sheet]
    own += [proposal.alias] if proposal.alias else []
    understood = ledger.load(seen, own)
    new_config = _differs(found, proposal, since)
    click.echo("\n".join(_shown(proposal, understood, since)))
    if not proposal.changes_workbook and not new_config:
        click.echo("已经接管过了，没有要改的。")
        return CLEAN
    if not wish.yes and not _agreed():
        click.echo("以上只是打算，什么也没有改。确认后加上 --yes 再运行一次。")
        return CLEAN
    _do(found, seen, proposal, understood, own, now)
    if new_config:
        _save(path, found.workbook, proposal.alias, since, now)
    _tell_next(found)
    return CLEAN


def _agreed() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and click.confirm("照此写入？", default=False)


def _differs(found: Settings, proposal: Proposal, since: dt.date) -> bool:
    before = found.adopted
    return since != before.since or (proposal.alias is not None and proposal.alias not in before.aliases)


# --- What it shows ----------------------------------------------------------------------------------------------------


def _shown(proposal: Proposal, understood: Ledger, since: dt.date) -> Iterator[str]:
    register = understood.register
    yield f"登记表：工作表“{register.sheet}”，表头在第 {register.header_row} 行，{len(register.frame)} 单"
    if proposal.others:
        yield f"  另有 {len(proposal.others)} 张同样的表（{_some(proposal.others)}）不动；要用其中一张，加 --sheet 工作表名"
    if proposal.recognised is not None:
        yield ""
        yield from _mapping(proposal.recognised)
    elif proposal.alias is not None:
        yield "  表头的对应已经写在 kesu.toml 里，照用"
    yield ""
    yield from _added(proposal)
    yield from _rows(understood, since)


def _mapping(found: Recognised) -> Iterator[str]:
    taken = [guess for guess in found.guesses if guess.ours]
    lines = [
        (
            f"{found.grid.name}!{guess.header}",
            guess.ours,
            f"{'确定' if guess.confidence >= SURE else '可能'} {guess.confidence:.0%}",
            guess.why,
            "、".join(_masked(guess)),
        )
        for guess in taken
    ]
    yield from _table(("贵店的列", "kesu 的列", "把握", "依据", "内容举例（已打码）"), lines)
    kept = [guess for guess in found.guesses if not guess.ours]
    for guess in kept:
        mark = "·" if guess.understood else "?"
        yield f"  {mark} {guess.header}：{guess.why}" + ("" if guess.understood else "，不使用；可在 kesu.toml 里手写")
    if found.year:
        yield f"  没有写年份的日期，按 {found.year} 年理解"


def _masked(guess: Guess) -> Iterator[str]:
    kind = REGISTER[guess.ours].kind if guess.ours else Kind.TEXT
    mask = {Kind.PHONE: privacy.mask_phone, Kind.PLATE: privacy.mask_plate, Kind.VIN: privacy.mask_vin}.get(kind)
    for value in guess.values[:2]:
        text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, dt.datetime) else looks.text(value)
        if mask is not None:
            shown = mask(text)
        elif kind is Kind.PERSON or guess.ours == "客户姓名":
            shown = privacy.mask_name(text)
        else:
            shown = privacy.mask_text(text)
        yield shown if len(shown) <= 12 else shown[:11] + "…"


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    from workbook.build.formats import display_width

    widths = [max(display_width(line[at]) for line in (heads, *lines)) for at in range(len(heads))]
    for line in (heads, *lines):
        cells = (text + " " * (width - display_width(text)) for text, width in zip(line, widths, strict=True))
        yield "  " + "  ".join(cells).rstrip()


def _added(proposal: Proposal) -> Iterator[str]:
    for one in proposal.widenings:
        names = [column.header for column in one.columns]
        yield f"加列：“{one.sheet}”右侧加 {len(names)} 列：{'、'.join(names)}"
    if proposal.sheets:
        names = list(proposal.sheets.values())
        yield f"加表：{len(names)} 张：{'、'.join(names)}"
    if not proposal.changes_workbook:
        yield "工作簿里不用加列，也不用加表"


def _rows(understood: Ledger, since: dt.date) -> Iterator[str]:
    without, elder = elders.split(understood, since)
    if elder is None:
        yield f"启用日期：{since}；{len(understood.register.frame)} 单全部计时"
        return
    open_ones = int(elder.frame["归档时间"].isna().sum()) if "归档时间" in elder.columns else 0
    yield (
        f"启用日期：{since}；之前接收的 {len(elder.frame)} 单是历史记录（编号，不计时限、不提醒、不计入汇总），"
        f"之后的 {len(without.register.frame)} 单计时"
    )
    if open_ones:
        yield f"  其中 {open_ones} 单没有完成时间；要继续跟踪它们，用 --since 写早一些的日期"


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:6]) + ("…" if len(names) > 6 else "")


# --- What it does -----------------------------------------------------------------------------------------------------


def _do(
    found: Settings, seen: Snapshot, proposal: Proposal, understood: Ledger, own: Sequence[Alias], now: dt.datetime
) -> None:
    if not proposal.changes_workbook:
        return
    data, beside = carry.carry_out(seen.data, proposal, understood, now)
    _check_again(seen, data, own, understood)
    backup = store.replace(
        found.workbook,
        data,
        expected_sha=seen.sha256,
        backups=found.backup_dir,
        keep=found.backups.keep,
        now=now,
    )
    columns = sum(len(one.columns) for one in proposal.widenings)
    click.echo(f"✓ 已写入 {found.workbook}：加了 {columns} 列、{len(proposal.sheets)} 张表，原有内容一个字节都没有动")
    if beside:
        click.echo(f"  · Excel 表格“{beside}”右边有别的内容，新列放在最右边，没有并进表格")
    click.echo(f'  写之前的文件：{backup}；要撤销：kesu restore "{found.workbook}" --backup {backup.name}')


def _check_again(seen: Snapshot, data: bytes, own: Sequence[Alias], understood: Ledger) -> None:
    """What was made is read before it takes the workbook's place: every case must still be there."""
    again = snapshot.parse(data, path=seen.path, sha256="", modified=seen.modified)
    made = ledger.load(again, own).register
    if not made.frame.index.equals(understood.register.frame.index) or not {"编号", "状态"} <= set(made.columns):
        raise KesuError("加列加表之后再读一遍，内容对不上，没有写。请把工作簿发给维护人员。")


def _save(path: Path, workbook: Path, alias: Alias | None, since: dt.date, now: dt.datetime) -> None:
    new = not path.is_file()
    if new:
        tomlfile.replace(path, settings.example().encode())
        tomlfile.change(path, "", {"workbook": workbook.name}, now).unlink()
    first = tomlfile.change(path, saved.SECTION, {saved.SINCE: since}, now)
    if alias is not None:
        values: dict[str, tomlfile.Value] = {saved.TABLE: alias.table, **alias.headers}
        if alias.year:
            values[saved.YEAR] = alias.year
        octets = first.read_bytes()
        second = tomlfile.change(path, (saved.SECTION, alias.sheet), values, now, _NOTE)
        tomlfile.replace(second, octets)  # the same name within a second: what was there first is what counts
    if new:
        first.unlink()
        click.echo(f"✓ 已新建 {path}，表头的对应和启用日期写在 [adopt] 里，可以手改")
    else:
        click.echo(f"✓ 已写入 {path} 的 [adopt]，可以手改；原来的文件留作 {first.name}")


def _tell_next(found: Settings) -> None:
    click.echo("接下来：在“人员”表填写本店人员、角色和邮箱（一主一次），核对“规则”“营业时间”“节假日”，然后")
    click.echo(f'  kesu check "{found.workbook}"    只看，不改')
    click.echo(f'  kesu run "{found.workbook}"      编号、算时限、写回、提醒')
    if found.workbook.suffix.lower() == ".xlsm":
        click.echo(f'  kesu macros install "{found.workbook}"    工作簿里如有 kesu 的宏，让它也认得这些表头')


__all__ = ["Wish", "take_up"]
