"""``kesu macros install``: our macros into a workbook that exists."""

from __future__ import annotations

import datetime as dt

import click

from automation import macros
from automation.settings import Settings
from workbook import store
from workbook.errors import KesuError, NotAWorkbook, WorkbookBusy
from workbook.vba.install import with_macros


def install(settings: Settings, now: dt.datetime) -> None:
    """Put the macros beside an .xlsx as an .xlsm, or into an .xlsm, whose old bytes stay as a backup.

    Raises :class:`~workbook.errors.KesuError` for what cannot be written, or must not.
    """
    path = settings.workbook
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise NotAWorkbook(f"“{path.name}”不是 .xlsx 或 .xlsm，不能装宏；请在 Excel 里另存为 .xlsx 后再试。")
    data, sha = store.read_bytes(path)
    if owner := store.who_has_it_open(path, now=now):
        raise WorkbookBusy(f"{owner}“{path.name}”，没有写；等关闭后再装宏。")
    made = with_macros(data, macros.modules())
    if path.suffix.lower() == ".xlsm":
        if made == data:
            click.echo(f"✓ {path} 里的宏已经是这一版，没有改动。")
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
            raise KesuError(f"“{target}”写不进去：{error.strerror or error}。请换一个文件夹。") from error
        click.echo(f"✓ 已做好带宏的 {target}；{path.name} 没有动。")
        click.echo(
            "  以后只用 .xlsm 这一份：把 kesu.toml 里的 workbook 和定时任务改成它，.xlsx 收起来，免得两边各填一半。"
        )
    click.echo("  第一次打开时 Excel 会问是否启用宏；从网上或邮件得到的文件，先在文件属性里“解除锁定”。")
    click.echo(
        "  右键菜单和快捷键：立即检查 Ctrl+Shift+J，打印 Ctrl+Shift+D，转未了事宜 Ctrl+Shift+W，发送 Ctrl+Shift+M。"
    )
