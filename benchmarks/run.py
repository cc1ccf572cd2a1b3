"""Side by side, in one run: reading, checking, patching, a whole pass; each a ratio to what stands in its section's head.

    .venv/bin/python benchmarks/run.py [--rows 1000 10000 100000] [--repeat 3] [--folder FOLDER]

Every measurement is a process of its own; times are medians, memory the largest resident size. Peers stand in
benchmarks/requirements.txt; one that is not installed is said to be absent.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

TASKS = Path(__file__).with_name("tasks.py")
SECTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "read the register",
        (
            ("python-calamine, bare", "calamine"),
            ("kesu: typed columns and findings", "snapshot"),
            ("pandas + calamine", "pandas_calamine"),
            ("fastexcel (all text)", "fastexcel"),
            ("polars", "polars"),
            ("openrsxl", "openrsxl_read"),
            ("openpyxl, read only", "openpyxl_read"),
            ("pandas + openpyxl", "pandas_openpyxl"),
        ),
    ),
    ("check", (("python-calamine, bare", "calamine"), ("kesu check", "kesu_check"))),
    (
        "patch 1,000 scattered cells",
        (
            ("floor: inflate, deflate, copy", "floor"),
            ("kesu", "kesu_patch"),
            ("wolfxl", "wolfxl_patch"),
            ("openrsxl", "openrsxl_patch"),
            ("excelize", "excelize_patch"),
            ("openpyxl", "openpyxl_patch"),
        ),
    ),
    (
        "a pass",
        (
            ("kesu --help", "kesu_help"),
            ("kesu run, first pass (writes everything)", "first"),
            ("kesu run, nothing changed", "idle"),
        ),
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/registers"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print("| tickets | what | who | seconds | ratio | MB |\n|--:|---|---|--:|--:|--:|")
    for rows in options.rows:
        path = options.folder / f"register-{rows}.xlsx"
        # Not in this process: a child's largest resident size begins with its parent's.
        subprocess.run([sys.executable, Path(__file__).with_name("registers.py"), path, str(rows)], check=True)
        for section, lines in SECTIONS:
            base = 0.0
            for label, task in lines:
                found = measured(task, path, options.repeat)
                if found is None:
                    print(f"| {rows:,} | {section} | {label} | absent or failed | | |", flush=True)
                    continue
                seconds, megabytes = found
                base = base or seconds
                print(
                    f"| {rows:,} | {section} | {label} | {seconds:.2f} | {seconds / base:.2f} | {megabytes:.0f} |",
                    flush=True,
                )


def measured(task: str, path: Path, repeat: int) -> tuple[float, float] | None:
    """Median seconds and largest memory; slow tasks are repeated less."""
    if task in ("first", "idle"):
        return a_pass(path, repeat, idle=task == "idle")
    found: list[dict[str, float]] = []
    while len(found) < repeat and sum(one["seconds"] for one in found) < 60:
        one = once(task, path)
        if one is None:
            return None
        found.append(one)
    return statistics.median(one["seconds"] for one in found), max(one["megabytes"] for one in found)


def once(task: str, path: Path) -> dict[str, float] | None:
    done = subprocess.run([sys.executable, TASKS, task, path], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        print(f"{task}: {last}", file=sys.stderr)
        return None
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def a_pass(path: Path, repeat: int, *, idle: bool) -> tuple[float, float] | None:
    """A pass over a fresh copy; ``idle``: measured once two passes in a row had nothing left to do."""
    folder = path.parent / "pass"
    copy = folder / path.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copyfile(path, copy)
    first = once("kesu_run", copy)
    if first is None or not idle:
        return (first["seconds"], first["megabytes"]) if first else None
    once("kesu_run", copy)
    once("kesu_run", copy)
    return measured("kesu_run", copy, max(repeat, 5))


if __name__ == "__main__":
    main()
