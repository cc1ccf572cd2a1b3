"""One task measured, in a process of its own: ``tasks.py TASK WORKBOOK`` prints seconds and peak memory as JSON.

Imports count for the commands, which a person waits for; for the libraries the clock starts after them.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import random
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SHEET = "反馈登记"
NOW = "2026-11-21T09:30"
EDITS = 1_000
HINT = 51


def cells(path: Path) -> list[tuple[int, int]]:
    """A thousand places scattered over the free-text columns and rows of the register."""
    rows = int(path.stem.rpartition("-")[2])
    dice = random.Random(7)
    return sorted({(dice.randint(3, rows + 2), dice.choice((14, 15, 47, HINT))) for _ in range(EDITS)})


def calamine(path: Path) -> Callable[[], Any]:
    from python_calamine import CalamineWorkbook

    def read() -> Any:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        return book.get_sheet_by_name(SHEET).to_python()

    return read


def snapshot(path: Path) -> Callable[[], Any]:
    from workbook import ledger
    from workbook import snapshot as reader

    return lambda: ledger.load(reader.read(path))


def openpyxl_read(path: Path) -> Callable[[], Any]:
    import openpyxl

    return lambda: list(openpyxl.load_workbook(path, read_only=True)[SHEET].iter_rows(values_only=True))


def pandas_openpyxl(path: Path) -> Callable[[], Any]:
    import pandas as pd

    return lambda: pd.read_excel(path, sheet_name=SHEET, engine="openpyxl", dtype=object)


def pandas_calamine(path: Path) -> Callable[[], Any]:
    import pandas as pd

    return lambda: pd.read_excel(path, sheet_name=SHEET, engine="calamine", dtype=object)


def fastexcel(path: Path) -> Callable[[], Any]:
    peer, _ = importlib.import_module("fastexcel"), importlib.import_module("polars")
    return lambda: peer.read_excel(path).load_sheet(SHEET, dtypes="string").to_polars()


def polars(path: Path) -> Callable[[], Any]:
    peer = importlib.import_module("polars")
    return lambda: peer.read_excel(path, sheet_name=SHEET, engine="calamine", infer_schema_length=None)


def openrsxl_read(path: Path) -> Callable[[], Any]:
    peer = importlib.import_module("openrsxl")
    return lambda: list(peer.load_workbook(path, read_only=True)[SHEET].iter_rows(values_only=True))


def expected(path: Path) -> dict[tuple[int, int], Any]:
    """What the places hold: what a plan has seen."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(SHEET)
    top, left = sheet.start or (0, 0)
    rows = sheet.to_python()
    return {(row, column): rows[row - 1 - top][column - 1 - left] or None for row, column in cells(path)}


def kesu_patch(path: Path) -> Callable[[], Any]:
    from workbook.edits import Cell, CellEdit
    from workbook.package import apply

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:  # its memory is not the writer's
        held = apart.submit(expected, path).result()
    edits = [CellEdit(Cell(SHEET, *place), value, f"改为{place}") for place, value in held.items()]

    def patch() -> Any:
        patched = apply(path.read_bytes(), edits)
        assert patched.written == len(edits), patched.refused[:3]
        return path.with_suffix(".out").write_bytes(patched.data)

    return patch


def _load_and_save(name: str, path: Path) -> Callable[[], Any]:
    peer = importlib.import_module(name)

    def patch() -> Any:
        book = peer.load_workbook(str(path), **({"modify": True} if name == "wolfxl" else {}))
        sheet = book[SHEET]
        for row, column in cells(path):
            sheet.cell(row, column).value = f"改为{row, column}"
        book.save(str(path.with_suffix(".out.xlsx")))

    return patch


def openpyxl_patch(path: Path) -> Callable[[], Any]:
    return _load_and_save("openpyxl", path)


def wolfxl_patch(path: Path) -> Callable[[], Any]:
    return _load_and_save("wolfxl", path)


def openrsxl_patch(path: Path) -> Callable[[], Any]:
    return _load_and_save("openrsxl", path)


def excelize_patch(path: Path) -> Callable[[], Any]:
    from workbook.edits import Cell

    peer = importlib.import_module("excelize")

    def patch() -> Any:
        book = peer.open_file(str(path))
        for row, column in cells(path):
            book.set_cell_str(SHEET, Cell(SHEET, row, column).a1, f"改为{row, column}")
        book.save_as(str(path.with_suffix(".out.xlsx")))

    return patch


def floor(path: Path) -> Callable[[], Any]:
    from workbook.package import deflate
    from workbook.package.archive import open_archive

    def move() -> Any:
        """Inflate and deflate the register with the same engine, and copy the zip."""
        archive = open_archive(path.read_bytes())
        largest = max(archive.members, key=lambda member: member.size)
        pieces, _, _ = deflate.pack([archive.read(largest)], stored=False)
        with zipfile.ZipFile(path.with_suffix(".out"), "w") as copy:
            copy.writestr("sheet", b"".join(pieces))
            copy.writestr("rest", archive.data[: len(archive.data) - largest.packed])

    return move


def _command(*args: str) -> Callable[[], Any]:
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from automation.cli import main; main()"

    def run() -> Any:
        done = subprocess.run([sys.executable, "-c", script, *args], capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()

    return run


def kesu_help(path: Path) -> Callable[[], Any]:
    return _command("--help")


def kesu_check(path: Path) -> Callable[[], Any]:
    return _command("check", str(path), "--now", NOW)


def kesu_run(path: Path) -> Callable[[], Any]:
    return _command("run", str(path), "--now", NOW)


TASKS = {
    task.__name__: task
    for task in (calamine, snapshot, openpyxl_read, pandas_openpyxl, pandas_calamine, fastexcel, polars, openrsxl_read,
                 kesu_patch, openpyxl_patch, wolfxl_patch, openrsxl_patch, excelize_patch, floor, kesu_help, kesu_check, kesu_run)
}  # fmt: skip


def main(name: str, path: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        work = TASKS[name](path)
        begin = time.perf_counter()
        work()
        seconds = time.perf_counter() - begin
    who = resource.RUSAGE_CHILDREN if name.startswith("kesu_") and name != "kesu_patch" else resource.RUSAGE_SELF
    print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(who).ru_maxrss / 1024}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
