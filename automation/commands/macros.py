"""``kesu macros install``: our macros into a workbook that exists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import click

from automation import macros
from automation.settings import Settings
from workbook import ledger, oserrors, snapshot, store, unfit
from workbook.errors import KesuError, NotAWorkbook, WorkbookBusy
from workbook.ledger import Ledger
from workbook.location import HEADER_SEARCH_ROWS, header_text
from workbook.schema import REGISTER
from workbook.vba.install import with_macros

_LAST_COLUMN = 250
"""How far to the right the macros look for headers (kesuSheet.LAST_COLUMN)."""


def install(settings: Settings, now: dt.datetime) -> None:
    """Put the macros beside an .xlsx as an .xlsm, or into an .xlsm, whose old bytes stay as a backup. They are made for
    this workbook: a register of the dealership's own is known by what kesu.toml says of it.

    Raises :class:`~workbook.errors.KesuError` for what cannot be written, or must not, and for a workbook without a
    register that the macros could look after.
    """
    path = settings.workbook
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise NotAWorkbook(f"“{path.name}”不是 .xlsx 或 .xlsm，不能装宏；请在 Excel 里另存为 .xlsx 后再试。")
    data, sha = store.read_bytes(path)
    if owner := store.who_has_it_open(path, now=now):
        raise WorkbookBusy(f"{owner}“{path.name}”，没有写；等关闭后再装宏。")
    understood = _understood(settings)
    with unfit.called(path.name):
        made = with_macros(data, macros.modules(_theirs(settings, understood)))
    if path.suffix.lower() == ".xlsm":
        if made == data:
            click.echo(f"✓ {path} 里的宏已经是这一版，没有改动。")
            click.echo("".join(f"  {line}\n" for line in _left_out(settings, understood)), nl=False)
            return
        before = store.replace(
            path, made, expected_sha=sha, backups=settings.backup_dir, keep=settings.backups.keep, now=now
        )
        click.echo(f"✓ 宏已更新：{path}（原文件留在 {before}）")
    else:
        target = path.with_suffix(".xlsm")
        try:
            with target.open("xb") as file:
                file.write(made)
        except FileExistsError:
            raise KesuError(
                f"“{target}”已经存在，不会覆盖。要更新它里面的宏，请运行 kesu macros install {target}"
            ) from None
        except OSError as error:
            raise KesuError(f"“{target}”写不进去：{oserrors.told(error)}。请换一个文件夹。") from error
        click.echo(f"✓ 已做好带宏的 {target}；{path.name} 没有动。")
        click.echo(
            "  以后只用 .xlsm 这一份：把 kesu.toml 里的 workbook 和定时任务改成它，.xlsx 收起来，免得两边各填一半。"
        )
    click.echo("  第一次打开时 Excel 会问是否启用宏；从网上或邮件得到的文件，先在文件属性里“解除锁定”。")
    click.echo(
        "  右键菜单和快捷键：立即检查 Ctrl+Shift+J，打印 Ctrl+Shift+D，转未了事宜 Ctrl+Shift+W，发送 Ctrl+Shift+M。"
    )
    click.echo("".join(f"  {line}\n" for line in _left_out(settings, understood)), nl=False)


def _understood(settings: Settings) -> Ledger:
    return ledger.load(snapshot.read(settings.workbook), settings.adopted.aliases)


def _theirs(settings: Settings, understood: Ledger) -> macros.Theirs:
    register = understood.register
    if register.header_row > HEADER_SEARCH_ROWS or max(register.columns.values()) > _LAST_COLUMN:
        raise KesuError(
            f"“{register.sheet}”的表头在第 {register.header_row} 行，最右到第 {max(register.columns.values())} 列；"
            f"宏只看前 {HEADER_SEARCH_ROWS} 行、{_LAST_COLUMN} 列，用不了，没有写。不用宏功能也完整。"
        )
    return macros.of_workbook(understood, settings.adopted.aliases, settings.adopted.since)


def _left_out(settings: Settings, understood: Ledger) -> Iterator[str]:
    """What the macros do not do in this workbook, and what has to be done when its mapping changes."""
    register = understood.register
    own = [one for one in settings.adopted.aliases if one.table == REGISTER.sheet]
    if len(own) > 1:
        others = "、".join(f"“{one.sheet}”" for one in own if header_text(one.sheet) != header_text(register.sheet))
        yield f"宏只管“{register.sheet}”；{others}没有宏，照常填写。"
    if lacking := [name for name in ("编号", "编号时间") if name not in register.columns]:
        yield f"“{register.sheet}”没有{'、'.join(lacking)}列，宏不编号；再运行一次 kesu adopt，补上这些列。"
    if own or settings.adopted.since:
        yield "宏按 kesu.toml 里的 [adopt] 认表头和启用日期；以后改了它，或改了表头、工作表名，请再运行一次 kesu macros install。"
