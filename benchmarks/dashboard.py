"""看板.html in numbers: how long it takes to make, how large it is, how soon somebody can use it.

    .venv/bin/python benchmarks/dashboard.py [--rows 160 5000 20000] [--repeat 5] [--folder FOLDER]

"Usable" is from the start of loading until every ticket is there to be searched, "a search" from the last key until the
list stands; in headless Chromium, medians.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser, sync_playwright

from automation import cycle, settings
from automation.dashboard import content, page
from benchmarks.registers import NOW


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[160, 5_000, 20_000])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/registers"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print("| tickets | made in s | KB | usable after ms | a search ms | a ticket ms |\n|--:|--:|--:|--:|--:|--:|")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for rows in options.rows:
            book = options.folder / f"register-{rows}.xlsx"
            subprocess.run([sys.executable, Path(__file__).with_name("registers.py"), book, str(rows)], check=True)
            file, seconds = made(book)
            times = [used(browser, file) for _ in range(options.repeat)]
            ready, search, ticket = (statistics.median(column) for column in zip(*times, strict=True))
            size = file.stat().st_size / 1000
            print(f"| {rows:,} | {seconds:.2f} | {size:,.0f} | {ready:.0f} | {search:.0f} | {ticket:.0f} |", flush=True)
        browser.close()


def made(book: Path) -> tuple[Path, float]:
    """The page of a pass, and how long that took on top of the pass."""
    found, errors = settings.load(None, workbook=book.absolute())
    assert not errors, errors
    plan = cycle.look(found, NOW)[1]
    before = time.perf_counter()
    said = content.of(plan.facts, plan.findings, dealership="", workbook=book.name, told=plan.told)
    octets = page.render(said, NOW)
    seconds = time.perf_counter() - before
    file = book.with_suffix(".html").absolute()
    file.write_bytes(octets)
    return file, seconds


def used(browser: Browser, file: Path) -> tuple[float, float, float]:
    """Milliseconds until it can be used, until a search has its list, until a ticket stands open."""
    tab = browser.new_page()
    tab.goto(file.as_uri())
    tab.wait_for_selector("html[data-ready]", state="attached")
    ready = float(tab.evaluate("Number(document.documentElement.dataset.ready)"))
    search = tab.evaluate(
        """async () => { const start = performance.now(); location.hash = '#q=机修';
            while (!document.querySelector('.given')) await new Promise(requestAnimationFrame);
            return performance.now() - start; }"""
    )
    ticket = tab.evaluate(
        """async () => { const start = performance.now(); document.querySelector('table.list tbody tr').click();
            while (!document.querySelector('#ticket .stages')) await new Promise(requestAnimationFrame);
            return performance.now() - start; }"""
    )
    tab.close()
    return ready, float(search), float(ticket)


if __name__ == "__main__":
    main()
