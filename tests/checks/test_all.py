"""The checks as a whole: none is forgotten, none is untried, none can hide the others by breaking."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import automation.checks
from automation import checks
from automation.checks import rewards
from automation.checks.facts import Facts
from automation.payroll import faults, holds
from automation.sla import rulesheet
from tests import tables
from tests.checks.cases import Case, says_where_and_what
from workbook import ledger
from workbook.finding import Finding, Severity

AREAS = [
    importlib.import_module(f"automation.checks.{module.name}")
    for module in pkgutil.iter_modules(automation.checks.__path__)
    if module.name not in ("facts", "trail")
]
ID = re.compile(r"[A-Z]+-\d\d|TIER|OEM|GTOYOTA|SALES|REPAIR|PARTS|EVQ|GENERIC")
HERE = Path(__file__).parent


def check_functions(area: ModuleType) -> list[str]:
    """The public functions of a file that take the facts: its checks."""
    return [
        name
        for name, function in inspect.getmembers(area, inspect.isfunction)
        if function.__module__ == area.__name__
        and not name.startswith("_")
        and list(inspect.signature(function).parameters) == ["facts"]
    ]


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.__name__.rpartition(".")[2])
def test_every_check_is_in_its_file_s_tuple_and_in_all(area: ModuleType) -> None:
    assert check_functions(area)
    assert sorted(check.__name__ for check in area.CHECKS) == check_functions(area)
    assert set(area.CHECKS) <= set(checks.ALL)


def test_all_holds_every_area_once() -> None:
    assert len(checks.ALL) == len(set(checks.ALL)) == sum(len(area.CHECKS) for area in AREAS)


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.__name__.rpartition(".")[2])
def test_every_area_has_cases_of_its_own(area: ModuleType) -> None:
    assert cases_of(area)


def cases_of(area: ModuleType) -> tuple[Case, ...]:
    tests = importlib.import_module(f"tests.checks.test_{area.__name__.rpartition('.')[2]}")
    cases: tuple[Case, ...] = tests.CASES
    return cases


def ids_in(module: ModuleType) -> set[str]:
    """The rule ids that a module puts into findings: where ``Finding`` or ``mark`` are given one.

    What is wrong with a line of 奖罚明细 is listed in ``payroll.faults``, for the check and for the settlement.
    """
    if module is rewards:  # those that need a closed month are tried one by one in its tests
        told = asserted(Path(inspect.getfile(faults))) | asserted(Path(inspect.getfile(holds)))
        return {rule for rule in told if "PAY" < rule < "PAY-08" or rule == "PAY-13"}
    tree = ast.parse(inspect.getsource(module))
    constants = dict(_constants(tree))
    found: set[str] = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", "")
        given = call.args[:1] if name == "Finding" else call.args[3:4] if name == "mark" else []
        for node in (part for argument in given for part in ast.walk(argument)):
            value = constants.get(node.id, "") if isinstance(node, ast.Name) else getattr(node, "value", "")
            if isinstance(value, str) and ID.fullmatch(value):
                found.add(value)
    return found


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names = [target for target in node.targets for target in getattr(target, "elts", [target])]
            values = getattr(node.value, "elts", [node.value])
            if len(names) == len(values):
                yield from (
                    (name.id, value.value)
                    for name, value in zip(names, values, strict=True)
                    if isinstance(name, ast.Name) and isinstance(value, ast.Constant)
                )


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.__name__.rpartition(".")[2])
def test_every_rule_of_a_file_has_a_case_and_a_near_miss(area: ModuleType) -> None:
    assert ids_in(area), "no rule id was seen in this file: has its way of making findings changed?"
    assert ids_in(area) == {case.rule for case in cases_of(area)}


def test_every_finding_of_the_reader_and_of_the_rule_sheet_is_tried() -> None:
    told = {node.value for node in ast.walk(ast.parse(inspect.getsource(ledger))) if isinstance(node, ast.Constant)}
    reading = {value for value in told if isinstance(value, str) and re.fullmatch(r"READ-\d\d", value)}
    tried = asserted(HERE.parent / "workbook" / "test_ledger.py")
    assert reading
    assert reading <= tried
    assert ids_in(rulesheet) <= asserted(HERE.parent / "sla" / "test_rules.py")


def asserted(tests: Path) -> set[str]:
    """The rule ids that a file of tests names."""
    tree = ast.parse(tests.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and ID.fullmatch(str(node.value))}


EMPTY = "反馈登记\n编号\n"


def test_checks_over_an_empty_register_find_only_what_is_missing_around_it() -> None:
    found = checks.run(tables.facts(EMPTY))
    assert {finding.rule for finding in found} == {"STD-21"}


def test_a_broken_check_is_itself_a_finding_and_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def falls_over(facts: Facts) -> Iterator[Finding]:
        raise ZeroDivisionError("除以零")

    monkeypatch.setattr(checks, "ALL", (falls_over, *checks.ALL))
    found = checks.run(tables.facts("反馈登记\n编号 | 级别\nFK20261103-001 | 严重"))
    assert found[0].rule == "CHECK-00"
    assert found[0].severity is Severity.ERROR
    assert "falls_over 没能完成" in found[0].message
    assert "ZeroDivisionError: 除以零" in tables.plain(found[0].message)
    assert "LIST-01" in {finding.rule for finding in found}


EVERY_CASE = [case for area in AREAS for case in cases_of(area)]


@pytest.mark.parametrize("case", EVERY_CASE, ids=str)
def test_no_check_breaks_on_the_cases_of_another(case: Case) -> None:
    found = checks.run(case.facts(case.text))
    assert "CHECK-00" not in {finding.rule for finding in found}
    for finding in found:
        says_where_and_what(finding)


def test_a_register_that_lacks_a_column_still_says_where() -> None:
    """The message names sheet and row when there is no cell to point at."""
    book = tables.facts("反馈登记\n编号 | 复核结论 | 复核完成时间\nFK20261103-001 | 异议 | 11-03 09:00")
    register = book.ledger.register
    columns = {name: place for name, place in register.columns.items() if name != "协商意见"}
    narrow = dataclasses.replace(book, ledger=book.ledger.having(dataclasses.replace(register, columns=columns)))
    (finding,) = (f for f in checks.run(narrow) if f.rule == "STD-05")
    assert finding.where is None
    assert finding.message.startswith("反馈登记第2行 ")
