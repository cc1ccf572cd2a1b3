"""Two cells set in every workbook below a folder, by kesu's writer and by openpyxl: what is lost, what is refused.

    .venv/bin/python benchmarks/corpus.py FOLDER [--json FILE]

Any collection of .xlsx, .xlsm and .xltx will do, for instance checkouts of apache/poi and jmcnamara/XlsxWriter. A file
is *written* when both cells, the first that is filled and one in a new row below all others, hold the new value, every
other cell reads as before, and every other part of the package is byte-identical (but for what a write must touch:
calcChain, and the request to recalculate); *refused* when the writer says in a sentence why it left a cell or the file
alone; *unread* when it was written but calamine cannot read the file, neither before nor after, so that its cells were not
compared. Anything else is a *failure* and the exit code is 1.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import multiprocessing
import os
import re
import resource
import sys
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from python_calamine import CalamineError, CalamineWorkbook

from workbook.edits import Cell, CellEdit
from workbook.errors import KesuError
from workbook.package import apply
from workbook.package.book import Book
from workbook.package.places import LAST_ROW

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["openpyxl", "python_calamine", "workbook.package"])
SECONDS, MEMORY = 60, 2 << 30
NEW = "客诉 <&> 2026"
KINDS = (".xlsx", ".xlsm", ".xltx")
MAY_CHANGE = re.compile(r"calcchain\.xml$|workbook\.xml$|workbook\.xml\.rels$|\[content_types\]\.xml$", re.IGNORECASE)
"""calcChain goes with a formula that goes; recalculation is asked for in the workbook part."""
NUMBERED = re.compile(r"\d+(?=\.\w+$)")
REBUILT = ("sharedStrings", "styles", "theme", "calcChain", "docProps", "_rels", "[Content_Types]", "metadata")

RENAMED = (
    ("/media/", "pictures"),
    (".vml", "VML drawings"),
    ("threadedComment", "threaded comments"),
    ("omment", "comments"),
)
"""Parts that openpyxl saves under other names: only their number tells whether one is lost."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path, help="keep each file's result here")
    options = parser.parse_args()
    files = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in KINDS and path.is_file())
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = dict(zip(map(str, files), pool.map(judge, files), strict=True))
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1))
    report(results)
    return 1 if any(ours[0] == "failure" for ours, _ in results.values()) else 0


def judge(path: Path) -> tuple[tuple[str, str], tuple[str, list[str]]]:
    """What became of one file: ``(outcome, why)`` for kesu, ``(outcome, what was lost)`` for openpyxl."""
    found, edits = apart(chosen, path)
    if not found:
        edits = [CellEdit(Cell(first_sheet(path), 1, 1), None, NEW)]
    answered, ours = apart(written, path, edits)
    if answered and ours[0] == "written":
        _, problem = apart(cells_differ, path, edits) if found else (True, "")
        ours = ("failure", problem) if problem else ours if found else ("unread", ours[1])
    saved, theirs = apart(lost_by_openpyxl, path, edits[0])
    return ours if answered else ("failure", ours), ("saved", theirs) if saved else ("crashed", [theirs])


def apart(work: Callable[..., Any], *args: object) -> tuple[bool, Any]:
    """``work`` in a process of its own, with bounds: some of these files were made to crash readers."""
    here, there = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_answer, args=(there, work, args))
    process.start()
    there.close()
    try:
        answer = here.recv() if here.poll(SECONDS) else (False, f"no answer in {SECONDS} s")
    except EOFError:
        answer = False, "the process died"
    process.kill()
    process.join()
    return answer


def _answer(there: Connection, work: Callable[..., Any], args: tuple[object, ...]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    try:
        answer = True, work(*args)
    except KesuError as error:
        answer = True, ("refused", str(error))
    except BaseException as error:  # noqa: BLE001 - any crash at all is what this looks for, a reader's panic too
        answer = False, f"{type(error).__name__}: {error}"[:300]
    there.send(answer)


def first_sheet(path: Path) -> str:
    try:
        return next(sheet.name for sheet in Book(path.read_bytes()).sheets)
    except (KesuError, StopIteration):
        return "Sheet1"


def chosen(path: Path) -> list[CellEdit]:
    """The first filled cell of the first worksheet, or A1 where all is empty, with what it holds now; and a new cell two
    rows below all others.
    """
    data = path.read_bytes()
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    tabs = [sheet.name for sheet in Book(data).sheets if sheet.kind == "worksheet"] or book.sheet_names
    sheet = book.get_sheet_by_name(tabs[0])
    top, left = sheet.start or (0, 0)
    rows = sheet.to_python()
    new = CellEdit(Cell(tabs[0], min(top + len(rows) + 2, LAST_ROW), left + 1), None, NEW)
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value != "" and not isinstance(value, dt.time | dt.timedelta):
                held = dt.datetime.combine(value, dt.time()) if type(value) is dt.date else value
                return [CellEdit(Cell(tabs[0], top + row + 1, left + column + 1), held, NEW), new]
    return [CellEdit(Cell(tabs[0], 1, 1), None, NEW), new]


def written(path: Path, edits: list[CellEdit]) -> tuple[str, str]:
    data = path.read_bytes()
    patched = apply(data, edits)
    if patched.refused:
        return "refused", patched.refused[0].reason
    before, after = zipfile.ZipFile(io.BytesIO(data)), zipfile.ZipFile(io.BytesIO(patched.data))
    book = Book(data)
    sheet = book.sheet(edits[0].where.sheet)
    assert sheet is not None and sheet.member is not None
    touched = [
        info.filename
        for info in before.infolist()
        if info.filename not in after.namelist() or before.read(info.filename) != after.read(info.filename)
    ]
    mine = sheet.member.name.casefold()
    stray = [name for name in touched if name.replace("\\", "/").lstrip("/").casefold() != mine]
    if wrong := [name for name in stray if not MAY_CHANGE.search(name)]:
        return "failure", f"other parts changed: {wrong}"
    return "written", "with calcChain or recalculation" if stray else ""


def cells_differ(path: Path, edits: list[CellEdit]) -> str:
    """Compares every cell of every sheet, as calamine reads them, before and after."""
    data = path.read_bytes()
    before = CalamineWorkbook.from_filelike(io.BytesIO(data))
    after = CalamineWorkbook.from_filelike(io.BytesIO(apply(data, edits).data))
    for name in before.sheet_names:
        try:
            old = cells_of(before, name)
        except CalamineError:
            continue  # what the reader cannot read before says nothing about after
        new = cells_of(after, name)
        for edit in edits if name == edits[0].where.sheet else ():
            place = (edit.where.row - 1, edit.where.column - 1)
            if new.pop(place, None) != NEW:
                return f"{edit.where} does not hold the new value"
            old.pop(place, None)
        if new != old:
            return f"other cells of {name} changed"
    return ""


def cells_of(book: CalamineWorkbook, name: str) -> dict[tuple[int, int], Any]:
    sheet = book.get_sheet_by_name(name)
    top, left = sheet.start or (0, 0)
    return {
        (top + row, left + column): value
        for row, cells in enumerate(sheet.to_python())
        for column, value in enumerate(cells)
        if value != ""
    }


def lost_by_openpyxl(path: Path, edit: CellEdit) -> list[str]:
    import openpyxl

    data = path.read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=path.suffix.lower() == ".xlsm")
    book[edit.where.sheet].cell(edit.where.row, edit.where.column).value = NEW
    saved = io.BytesIO()
    book.save(saved)
    before, after = (features(zipfile.ZipFile(io.BytesIO(one))) for one in (data, saved.getvalue()))
    return sorted((before - after).keys())


def features(package: zipfile.ZipFile) -> Counter[str]:
    """What a package has, countable: parts by kind, cached formula results, extensions, rich text, shapes."""
    found: Counter[str] = Counter()
    for name in package.namelist():
        kind = NUMBERED.sub("", name.replace("\\", "/").lstrip("/"))
        if not any(word.lower() in kind.lower() for word in REBUILT) and not name.endswith("/"):
            found[next((group for sign, group in RENAMED if sign in kind), f"part {kind}")] += 1
        if not name.lower().endswith(".xml"):
            continue
        xml = package.read(name)
        if "worksheets/" in name:
            found["cached formula results"] += len(re.findall(rb"</f>\s*<v>[^<]", xml))
            found["sheet extensions (sparklines, x14 formats and validations)"] += len(re.findall(rb"<ext\b", xml))
            found["form controls"] += xml.count(b"<control ")
        if "drawings/" in name:
            found["shapes and text boxes"] += len(re.findall(rb"<(?:\w+:)?(?:sp|cxnSp|grpSp)>", xml))
        if name.endswith("sharedStrings.xml"):
            found["rich text"] += xml.count(b"<r>")
    return found


def report(results: dict[str, tuple[tuple[str, str], tuple[str, list[str]]]]) -> None:
    ours, theirs = Counter(one[0] for one, _ in results.values()), Counter(one[0] for _, one in results.values())
    losing = [lost for _, (outcome, lost) in results.values() if outcome == "saved" and lost]
    print(f"files: {len(results)}\n\nkesu: {dict(ours)}")
    reasons = Counter(
        re.sub(r"“[^”]*”|[A-Z]+\d+(:[A-Z]+\d+)?", "…", why) for (out, why), _ in results.values() if out == "refused"
    )
    for why, count in reasons.most_common():
        print(f"  refused {count:4}  {why}")
    for path, ((outcome, why), _) in results.items():
        if outcome == "failure":
            print(f"  FAILURE {path}: {why}")
    print(f"\nopenpyxl: {dict(theirs)}; of those saved, {len(losing)} lose something:")
    for what, count in Counter(what for lost in losing for what in lost).most_common(40):
        print(f"  {count:4}  {what}")


if __name__ == "__main__":
    raise SystemExit(main())
