"""Every workbook that the trap tests patch, opened by a second spreadsheet program: it shows the same values."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineError

from tests import libreoffice
from tests.workbook import test_package_recalculation, test_package_traps
from tests.workbook.rawbook import by_calamine
from workbook.package import Patched, apply

TRAPS = (test_package_traps, test_package_recalculation)


def told_apart(test: Callable[..., None]) -> Iterator[Mapping[str, Any]]:
    """The arguments of each case of a parametrized test; nothing for one that asks for fixtures."""
    sets = []
    for mark in getattr(test, "pytestmark", []):
        names = mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0]
        names = [name.strip() for name in names]
        sets.append([dict(zip(names, case if len(names) > 1 else (case,), strict=True)) for case in mark.args[1]])
    for chosen in itertools.product(*sets):
        arguments = {name: value for one in chosen for name, value in one.items()}
        if set(arguments) == set(inspect.signature(test).parameters):
            yield arguments


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[bytes, bytes]]:
    """Every workbook that a trap test patched, before and after, by the test's name."""
    made: dict[str, tuple[bytes, bytes]] = {}
    for module in TRAPS:
        for name, test in [*vars(module).items()]:
            if not name.startswith("test_"):
                continue

            def recorded(data: bytes, edits: Any, name: str = name) -> Patched:
                patched = apply(data, edits)
                if patched.data is not data:
                    made[f"{name}-{len(made)}"] = data, patched.data
                return patched

            monkeypatch.setattr(module, "apply", recorded)
            for arguments in told_apart(test):
                test(**arguments)
    return made


def shown_otherwise(data: bytes, by_libreoffice: Path) -> set[tuple[int, int]] | None:
    """The cells that LibreOffice shows with another value than they hold; ``None`` when it did not open the file."""
    if not by_libreoffice.exists():
        return None
    held, shown = by_calamine(data), by_calamine(by_libreoffice.read_bytes())
    return {place for place in held.keys() | shown.keys() if lines(held.get(place)) != lines(shown.get(place))}


def lines(value: object) -> object:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


@libreoffice.needed
def test_libreoffice_opens_every_patched_workbook_and_shows_what_it_holds(
    written: dict[str, tuple[bytes, bytes]], tmp_path: Path
) -> None:
    for name, (before, after) in written.items():
        (tmp_path / f"{name}-before.xlsx").write_bytes(before)
        (tmp_path / f"{name}-after.xlsx").write_bytes(after)
    shown = tmp_path / "shown"
    libreoffice.convert(*sorted(tmp_path.glob("*.xlsx")), to=libreoffice.XLSX, into=shown)
    opened = 0
    for name, (before, after) in written.items():
        try:
            at_first = shown_otherwise(before, shown / f"{name}-before.xlsx")
        except CalamineError:  # an encoding that calamine does not know
            at_first = set()
        if at_first is None:
            continue  # stranger than LibreOffice takes, untouched as it was
        now = shown_otherwise(after, shown / f"{name}-after.xlsx")
        assert now is not None, f"{name}: opened before the write, not after"
        assert now <= at_first, name  # a formula without anything to compute from is shown otherwise before and after
        opened += 1
    assert opened > len(written) * 0.9
