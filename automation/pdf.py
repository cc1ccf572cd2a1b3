"""A workbook as PDF through LibreOffice, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from workbook.errors import KesuError

_NAMES = ("soffice", "libreoffice")
_PLACES = (
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_PATIENCE = 180


class NoPdf(KesuError):
    """There is no LibreOffice, or it could not do it; the workbook stays."""


def program() -> str | None:
    """LibreOffice on the PATH or where its installers put it."""
    found = (shutil.which(name) for name in _NAMES)
    return next(filter(None, found), None) or next((place for place in _PLACES if Path(place).is_file()), None)


def convert(workbook: Path) -> Path:
    """Write the PDF beside the workbook, over an older one. Raises :class:`NoPdf` with what to do."""
    office = program()
    if office is None:
        raise NoPdf(
            "没有找到 LibreOffice，做不了 PDF；工作簿已经做好，可以在 Excel 或 WPS 里“另存为 PDF”，"
            "或安装 LibreOffice（libreoffice.org）后再试。"
        )
    wanted = workbook.with_suffix(".pdf")
    with tempfile.TemporaryDirectory(prefix="kesu-pdf-") as folder:
        # A profile of its own: one that is open on the desktop would take the work and give nothing back.
        profile = (Path(folder) / "profile").as_uri()
        command = [office, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
        command += ["--convert-to", "pdf", "--outdir", folder, str(workbook)]
        try:
            subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoPdf(
                f"LibreOffice 没有做成 PDF（{type(error).__name__}）；工作簿已经做好，可以另存为 PDF。"
            ) from error
        made = Path(folder) / wanted.name
        if not made.is_file():
            raise NoPdf("LibreOffice 没有做成 PDF；工作簿已经做好，可以在 Excel 或 WPS 里“另存为 PDF”。")
        fresh = wanted.with_name(f".{wanted.name}.{os.getpid()}")
        shutil.copyfile(made, fresh)
        fresh.replace(wanted)
    return wanted
