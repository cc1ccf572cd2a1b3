"""docs/rules.md is what its script makes of the code, and no rule stands in it without a place and a test."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from automation import checks
from automation.catalogue import CHECKS, PARTLY, PLANNED, PROCESS
from automation.checks.facts import Check
from automation.sla.defaults import DEFAULT_RULES

ROOT = Path(__file__).resolve().parent.parent
WHOLE = {
    *(f"STD-{number:02d}" for number in range(1, 22)),
    *("TIER", "OEM", "GTOYOTA", "SALES", "REPAIR", "PARTS", "EVQ", "GENERIC"),
    *(f"X-{number:02d}" for number in range(1, 8)),
}
RULES = [*PROCESS, *CHECKS]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("rules_script", str(ROOT / "scripts" / "rules"))
    loader.set_data = lambda *_: None  # type: ignore[method-assign]  # no compiled copy beside the script
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lines(page: str) -> dict[str, str]:
    """Each id with the first line of a table that is about it."""
    found: dict[str, str] = {}
    for match in re.finditer(r"(?m)^\| ([A-Z]+(?:-\d\d)?) \|.*$", page):
        found.setdefault(match[1], match[0])
    return found


def test_the_page_is_what_the_script_makes_of_the_code_today(script: ModuleType, page: str) -> None:
    made = script.page()
    assert made == script.page()
    assert page == made, "docs/rules.md is not of today: make rules"


def test_every_id_of_the_process_is_in_the_list_and_on_the_page(lines: dict[str, str]) -> None:
    assert set(PROCESS) == WHOLE
    assert set(RULES) | {str(row["规则号"]) for row in DEFAULT_RULES} == lines.keys()
    for rule, meaning in {**PROCESS, **CHECKS}.items():
        assert meaning in lines[rule]


def test_nothing_works_out_the_planned_rules_and_something_works_out_every_other(script: ModuleType) -> None:
    """A rule that was planned and is done now must leave the list; one that is lost would have to enter it."""
    worked = script.places()
    assert {rule for rule in PROCESS if not worked.get(rule) and not script.rows_of(rule)} == PLANNED
    assert [rule for rule in CHECKS if not worked.get(rule)] == []
    assert not PARTLY.keys() & PLANNED and PARTLY.keys() <= PROCESS.keys()


def test_a_test_holds_every_rule_that_is_not_merely_planned(script: ModuleType) -> None:
    held = script.tests()
    assert [rule for rule in RULES if rule not in held and rule not in PLANNED] == []


@pytest.mark.parametrize("check", checks.ALL, ids=lambda check: check.__name__)
def test_every_check_says_first_which_rule_it_holds(check: Check) -> None:
    rules = re.match(r"([A-Z]+(?:-\d\d)?)(?: and ([A-Z]+-\d\d))?: ", check.__doc__ or "")
    assert rules and {rule for rule in rules.groups() if rule} <= set(RULES)


def test_of_planned_rules_the_page_claims_nothing(lines: dict[str, str]) -> None:
    for rule in PLANNED:
        assert lines[rule] == f"| {rule} | {PROCESS[rule]} |"


def test_no_code_cites_a_rule_that_the_list_does_not_have() -> None:
    known = {*RULES, *(str(row["规则号"]) for row in DEFAULT_RULES)}
    for package in ("automation", "workbook", "templates"):
        for path in (path for kind in ("*.py", "*.j2") for path in (ROOT / package).rglob(kind)):
            cited = re.findall(r"[\"(（](?!UTF-)((?:[A-Z]{2,}|X)-\d\d)(?!\d)", path.read_text(encoding="utf-8"))
            assert set(cited) <= known, path


def test_every_link_of_the_page_leads_somewhere(page: str) -> None:
    headings = set(re.findall(r"(?m)^#+ (.+)$", page))
    targets = set(re.findall(r"\]\(([^)]+)\)", page))
    assert len(targets) > 50
    for target in targets:
        assert target[1:] in headings if target.startswith("#") else (ROOT / "docs" / target).is_file(), target


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("open since when (STD-12…14).", {"STD-12", "STD-13", "STD-14"}),
        ("NUM-02 and NUM-06: a number", {"NUM-02", "NUM-06"}),
        ("told in three tiers (TIER)", {"TIER"}),
        ("the stage TIER-03", {"TIER"}),
        ("EU-12 and STD-044", set()),
    ],
)
def test_ids_are_seen_as_they_are_written(script: ModuleType, text: str, rules: set[str]) -> None:
    assert script.cited(text) == rules


def test_a_place_is_what_has_the_id_and_not_what_speaks_of_it(script: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "some.py"
    source.write_text(
        '"""Pending items (STD-15)."""\n'
        'CALLBACK = "STD-09"\n'
        'LONELY = "STD-10"\n'
        'def asked(one):\n    """Whether a callback is owed. (TIME-01 speaks of the rest.)"""\n    return one == CALLBACK\n'
        'def told(one):\n    """STD-20: somebody involved."""\n    return "see STD-21"\n',
        encoding="utf-8",
    )
    found = set(script.worked_out_in(source))
    assert found == {("STD-15", ""), ("STD-09", "asked"), ("STD-20", "told"), ("STD-10", "LONELY")}


def test_a_test_holds_what_it_names_what_its_file_is_about_and_what_stands_in_its_table_of_cases(
    script: ModuleType, tmp_path: Path
) -> None:
    source = tmp_path / "test_some.py"
    source.write_text(
        '"""Payments (PAY-05). Not PAY-06."""\nCASE = ("a slip", "PAY-01")\nCASES = (CASE,)\nOTHER = "PAY-02"\n'
        '@parametrize("case", CASES)\ndef test_a_slip(case): ...\n'
        "def test_pay_03_in_its_name(): ...\n"
        'def test_told():\n    """PAY-04."""\n'
        "def helper():\n    return OTHER\n",
        encoding="utf-8",
    )
    found = set(script.held_in(source))
    tests = ("test_a_slip", "test_pay_03_in_its_name", "test_told")
    assert found == {*zip(("PAY-01", "PAY-03", "PAY-04"), tests, strict=True), *(("PAY-05", test) for test in tests)}
