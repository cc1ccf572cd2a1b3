"""``kesu new``: an empty workbook, or one filled with an invented dealership; .xlsm carries the macros."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from automation import macros
from automation.blank import blank
from automation.sample import Sample, dealership
from workbook import build, oserrors
from workbook.errors import KesuError


class WillNotOverwrite(KesuError):
    """There is a file already: a workbook that people typed into is never replaced by a new one."""


def create(path: Path, *, sample: int | None, seed: int, now: dt.datetime) -> Sample | None:
    """Make the workbook; with ``sample`` tickets of an invented dealership, which is returned.

    Raises :class:`WillNotOverwrite`, and :class:`KesuError` for a name or folder that cannot be used.
    """
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise KesuError(f"“{path.name}”要以 .xlsx 结尾，要带宏就以 .xlsm 结尾（不用宏功能也完整）。")
    if path.exists():
        raise WillNotOverwrite(f"“{path}”已经存在，不会覆盖。请换一个名字，或先把它移走。")
    filled = dealership(sample, seed, now) if sample is not None else None
    made = io.BytesIO()
    with_macros = macros.modules() if path.suffix.lower() == ".xlsm" else ()
    build.write(made, filled.contents if filled else blank(), created=now, macros=with_macros)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(made.getvalue())
    except OSError as error:
        raise KesuError(f"“{path}”写不进去：{oserrors.told(error)}。请换一个文件夹。") from error
    return filled
