"""Holds the shape of the code: who may import whom, which files stay pure, what a command may load."""

from __future__ import annotations

import ast
import importlib.resources
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

# --- The rules. Everything below only reads them. ---------------------------------------------------------------------

# Each package and the others it may import. Never back.
LAYERS: Mapping[str, tuple[str, ...]] = {
    "automation": ("workbook", "templates"),
    "workbook": ("macros",),
    "templates": (),
    "macros": (),
}

# Pure: the answer depends on the arguments alone. A pattern names a module or a whole package.
PURE = (
    "workbook/edits*",
    "workbook/finding*",
    "workbook/ledger*",
    "workbook/naming*",
    "workbook/package*",
    "workbook/schema*",
    "workbook/vocabulary*",
    "automation/alerts*",
    "automation/amendments*",
    "automation/answered*",
    "automation/catalogue*",
    "automation/adoption/looks*",
    "automation/adoption/proposal*",
    "automation/adoption/recognise*",
    "automation/adoption/saved*",
    "automation/adoption/words*",
    "automation/checks/*",
    "automation/elders*",
    "automation/excuses*",
    "automation/forms/*",
    "automation/dashboard/columns*",
    "automation/dashboard/content*",
    "automation/dashboard/entries*",
    "automation/dashboard/figures*",
    "automation/dashboard/stages*",
    "automation/dashboard/tickets*",
    "automation/health*",
    "automation/history*",
    "automation/horizon*",
    "automation/identifiers*",
    "automation/lastcheck*",
    "automation/laterounds*",
    "automation/lates*",
    "automation/lookup*",
    "automation/numbering*",
    "automation/outcomes*",
    "automation/past*",
    "automation/payroll/*",
    "automation/plan*",
    "automation/privacy*",
    "automation/remedies*",
    "automation/reports/*",
    "automation/sidesheets/*",
    "automation/sla/*",
    "automation/timetable*",
)

# Patterns of PURE that nobody has written yet; an entry that has come to match something must leave this list.
PLANNED: tuple[str, ...] = ()

# What a pure file may not import: libraries that touch files, servers or the terminal, and our own files that act.
# `time` is the module that asks the clock; `from datetime import time` is another thing and welcome.
IMPURE = (
    *("openpyxl", "xlwings", "xlsxwriter", "python_calamine"),
    *("yagmail", "smtplib", "jinja2", "schedule", "sqlite3", "click", "time"),
    *("workbook.store", "workbook.live", "automation.journal", "automation.outbox", "automation.channels"),
    *(
        "automation.render",
        "automation.cycle",
        "automation.watch",
        "automation.cli",
        "automation.terminal",
        "automation.heartbeat",
    ),
)

# `now` is read once and handed down; these read it again.
CLOCKS = frozenset(
    {
        *("datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow", "datetime.date.today"),
        *("pandas.Timestamp.now", "pandas.Timestamp.today", "pandas.Timestamp.utcnow", "pandas.Period.now"),
    }
)
CLOCK_METHODS = frozenset({"now", "today", "utcnow"})  # whatever they are called on
CLOCK_WORDS = frozenset({"now", "today"})  # pandas.Timestamp("now") asks the time as well
CLOCK_PARSERS = frozenset({"Timestamp", "to_datetime", "datetime64", "DatetimeIndex"})

# Where alone a library may be imported; an empty tuple means nowhere.
ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "smtplib": (),  # yagmail's connection is the one way out
    "xlwings.pro": (),  # licensed for non-commercial use only
    "xlwings": ("workbook/live.py",),
}

# Loading these takes a second or more, which `kesu --help` and a shell's completion must not wait for.
HEAVY = (
    *("pandas", "numpy", "openpyxl", "xlwings", "xlsxwriter", "python_calamine", "lxml"),
    *("yagmail", "premailer", "css_inline", "smtplib"),
)

LONGEST = 400  # lines of a module

# --- Reading the code -------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parent.parent
COMPUTED = "<computed>"


@dataclass(frozen=True)
class Module:
    """One source file: where it stands and what it says."""

    root: Path
    path: Path

    @property
    def place(self) -> str:
        return self.path.relative_to(self.root).as_posix()

    @cached_property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def package(self) -> tuple[str, ...]:
        return self.path.relative_to(self.root).parent.parts

    def at(self, node: ast.AST) -> str:
        return f"{self.place}:{getattr(node, 'lineno', 1)}"


def modules(root: Path) -> Iterator[Module]:
    for package in LAYERS:
        for path in sorted((root / package).rglob("*.py")):
            yield Module(root, path)


def matching(root: Path, pattern: str) -> list[Module]:
    found: set[Path] = set()
    for path in root.glob(pattern):
        found.update(path.rglob("*.py") if path.is_dir() else [path] if path.suffix == ".py" else [])
    return [Module(root, path) for path in sorted(found)]


def pure_modules(root: Path) -> list[Module]:
    by_place = {module.place: module for pattern in PURE for module in matching(root, pattern)}
    return [by_place[place] for place in sorted(by_place)]


def imports(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Every dotted name the file imports, anywhere in it, also inside functions, by string and as a resource."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.package[: len(module.package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((f"{base}.{alias.name}", node) for alias in node.names)
        elif isinstance(node, ast.Call) and last_name(node.func) in {"import_module", "__import__"}:
            yield first_text(node) or COMPUTED, node
        elif isinstance(node, ast.Call) and last_name(node.func) == "files" and first_text(node):
            yield first_text(node), node  # importlib.resources.files("templates")


def last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def first_text(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def aliases(module: Module) -> dict[str, str]:
    """What each imported name stands for: ``pd`` → ``pandas``, ``D`` → ``datetime.datetime``."""
    known: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                known[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            known.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return known


def dotted(node: ast.AST, known: Mapping[str, str]) -> str:
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        base = dotted(node.value, known)
        return f"{base}.{node.attr}" if base else ""
    return ""


def within(name: str, library: str) -> bool:
    return name == library or name.startswith(library + ".")


# --- The checks: each takes a tree and returns what is wrong with it --------------------------------------------------


def packages_import_only_downwards(root: Path) -> list[str]:
    return [
        f"{module.at(node)}: {module.package[0]} may not import {name}"
        for module in modules(root)
        for name, node in imports(module)
        if (top := name.partition(".")[0]) in LAYERS
        and top != module.package[0]
        and top not in LAYERS[module.package[0]]
    ]


def pure_files_import_nothing_that_acts(root: Path) -> list[str]:
    return [
        f"{module.at(node)}: a pure file may not import {name}"
        for module in pure_modules(root)
        for name, node in imports(module)
        if name == COMPUTED or any(within(name, library) for library in IMPURE)
    ]


def pure_files_never_ask_the_time(root: Path) -> list[str]:
    def asks(node: ast.AST, known: Mapping[str, str]) -> bool:
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node, known) in CLOCKS:
            return True  # also without a call: default_factory=datetime.now
        if not isinstance(node, ast.Call):
            return False
        name = last_name(node.func)
        on_something = isinstance(node.func, ast.Attribute) and name in CLOCK_METHODS
        return on_something or (name in CLOCK_PARSERS and first_text(node).lower() in CLOCK_WORDS)

    wrong = {
        f"{module.at(node)}: a pure file may not ask the time"
        for module in pure_modules(root)
        for known in [aliases(module)]
        for node in ast.walk(module.tree)
        if asks(node, known)
    }
    return sorted(wrong)


def every_pure_pattern_names_a_file_or_is_planned(root: Path) -> list[str]:
    return stale_patterns(root, pure=PURE, planned=PLANNED)


def stale_patterns(root: Path, *, pure: Iterable[str], planned: Iterable[str]) -> list[str]:
    waiting = set(planned)
    missing = {pattern for pattern in pure if not matching(root, pattern)}
    return [
        *(f"{pattern}: no such file; a rule that holds nothing is not a rule" for pattern in sorted(missing - waiting)),
        *(f"{pattern}: exists, or is not in PURE; take it out of PLANNED" for pattern in sorted(waiting - missing)),
    ]


def libraries_are_imported_only_where_they_belong(root: Path) -> list[str]:
    def uses(module: Module) -> Iterator[tuple[str, ast.AST]]:
        yield from imports(module)
        known = aliases(module)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute):  # import xlwings as xw; xw.pro
                yield dotted(node, known), node

    return sorted(
        {
            f"{module.at(node)}: {library} may be imported only in {', '.join(places) or 'no file'}"
            for module in modules(root)
            for name, node in uses(module)
            for library, places in ONLY_IN.items()
            if within(name, library) and module.place not in places
        }
    )


def modules_stay_short(root: Path) -> list[str]:
    lengths = {module.place: len(module.source.splitlines()) for module in modules(root)}
    return [f"{place}: {length} lines; split it" for place, length in lengths.items() if length > LONGEST]


def modules_say_what_they_are(root: Path) -> list[str]:
    return [f"{module.place}: no docstring on top" for module in modules(root) if not ast.get_docstring(module.tree)]


def help_loads_nothing_heavy(root: Path) -> list[str]:
    """Runs ``kesu --help`` in a process of its own and looks at what it left in ``sys.modules``."""
    script = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        "sys.argv = ['kesu', '--help']\n"
        "from automation.cli import main\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, encoding="utf-8")
    *complaint, loaded = done.stderr.splitlines()
    if done.returncode != 0:
        return [f"kesu --help ended with {done.returncode}: {' '.join(complaint)}"]
    return [f"kesu --help loads {name}" for name in json.loads(loaded) if name in HEAVY]


def the_wheel_takes_every_package(root: Path) -> list[str]:
    build = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    wheel = build["targets"]["wheel"]
    named = set(wheel["packages"])
    return [
        *(f"pyproject.toml: the wheel lacks {name}" for name in sorted(set(LAYERS) - named)),
        *(f"pyproject.toml: {name} is no package of ours" for name in sorted(named - set(LAYERS))),
        *(
            f"{name}: not a package without __init__.py"
            for name in LAYERS
            if not (root / name / "__init__.py").exists()
        ),
        *(f"pyproject.toml: '{key}' takes files out again" for key in ("exclude", "only-include") if key in build),
        *(f"pyproject.toml: '{key}' takes files out again" for key in ("exclude", "only-include") if key in wheel),
    ]


Check = Callable[[Path], list[str]]
CHECKS: tuple[Check, ...] = (
    packages_import_only_downwards,
    pure_files_import_nothing_that_acts,
    pure_files_never_ask_the_time,
    every_pure_pattern_names_a_file_or_is_planned,
    libraries_are_imported_only_where_they_belong,
    modules_stay_short,
    modules_say_what_they_are,
    help_loads_nothing_heavy,
    the_wheel_takes_every_package,
)

# --- The code itself --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_code_keeps_its_shape(check: Check) -> None:
    wrong = check(ROOT)
    assert not wrong, "\n".join(wrong)


def test_templates_are_found_as_resources() -> None:
    mails = importlib.resources.files("templates") / "mail"
    assert [name for name in (entry.name for entry in mails.iterdir()) if name.endswith(".j2")]


# --- The checks themselves: each must be able to fail -----------------------------------------------------------------

GOOD = {
    "pyproject.toml": f"[tool.hatch.build.targets.wheel]\npackages = {list(LAYERS)}\n",
    **{f"{package}/__init__.py": '"""A package."""\n' for package in LAYERS},
    **{pattern.replace("*", "") + ".py": '"""Pure."""\n' for pattern in PURE if "/*" not in pattern},
    "automation/checks/dates.py": (
        '"""Pure, and near everything that is forbidden."""\n'
        "import datetime as dt\nfrom datetime import datetime, time\nimport pandas as pd\n"
        "from workbook.finding import Finding\nfrom . import names\n\n"
        "def late(past, now: datetime) -> bool:\n"
        '    """Compare."""\n'
        '    return past.now < now and dt.datetime(2026, 1, 1) < pd.Timestamp("2026-01-01") and time(0) == now.time()\n'
    ),
    "automation/reports/weekly.py": '"""Pure."""\nfrom ..checks import dates\n',
    "automation/payroll/lines.py": '"""Pure."""\n',
    "automation/sla/clock.py": '"""Pure."""\n',
    "automation/forms/handling.py": '"""Pure."""\n',
    "automation/sidesheets/care.py": '"""Pure."""\n',
    "automation/cycle.py": '"""Acts."""\nimport importlib.resources\nimport sqlite3\nfrom workbook import live\n'
    'TEXTS = importlib.resources.files("templates")\n',
    "automation/cli.py": '"""Thin."""\ndef main() -> None:\n    """Print help."""\n    print("kesu")\n',
    "workbook/live.py": '"""The only user of xlwings."""\nimport xlwings as xw\nAPP = xw.App\n',
}
DOC = '"""A module."""\n'
PLAN = "automation/plan.py"
CLI = "automation/cli.py"


def plant(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_tree_in_shape_passes(check: Check, tmp_path: Path) -> None:
    plant(tmp_path, GOOD)
    if check is every_pure_pattern_names_a_file_or_is_planned:
        assert stale_patterns(tmp_path, pure=PURE, planned=()) == []
    else:
        assert check(tmp_path) == []


@pytest.mark.parametrize(
    ("check", "place", "text"),
    [
        (packages_import_only_downwards, "workbook/bad.py", "from automation import plan"),
        (packages_import_only_downwards, "workbook/bad.py", "import automation.sla.defaults as rules"),
        (packages_import_only_downwards, "workbook/bad.py", "def f():\n    from templates import mail"),
        (packages_import_only_downwards, "workbook/a.py", "from importlib import resources as r\nr.files('templates')"),
        (packages_import_only_downwards, "workbook/x/y.py", "import importlib\nimportlib.import_module('automation')"),
        (packages_import_only_downwards, "automation/bad.py", "import macros"),
        (packages_import_only_downwards, "macros/bad.py", "import workbook"),
        (packages_import_only_downwards, "templates/bad.py", "from workbook.finding import Finding"),
        (pure_files_import_nothing_that_acts, PLAN, "import sqlite3"),
        (pure_files_import_nothing_that_acts, PLAN, "def f():\n    from openpyxl.utils import get_column_letter"),
        (pure_files_import_nothing_that_acts, PLAN, "import time"),
        (pure_files_import_nothing_that_acts, PLAN, "from automation import journal"),
        (pure_files_import_nothing_that_acts, PLAN, "from .channels.mail import send"),
        (pure_files_import_nothing_that_acts, PLAN, "__import__('click')"),
        (pure_files_import_nothing_that_acts, PLAN, "import importlib\nNAME = 'x'\nimportlib.import_module(NAME)"),
        (pure_files_import_nothing_that_acts, "automation/checks/deep/bad.py", "import jinja2"),
        (pure_files_import_nothing_that_acts, "automation/sla/bad.py", "from ..render import mail"),
        (pure_files_import_nothing_that_acts, "workbook/package/bad.py", "import openpyxl"),
        (pure_files_import_nothing_that_acts, "workbook/ledger_rows.py", "import python_calamine"),
        (pure_files_never_ask_the_time, PLAN, "from datetime import datetime\nNOW = datetime.now()"),
        (pure_files_never_ask_the_time, PLAN, "import datetime as dt\nNOW = dt.datetime.utcnow()"),
        (pure_files_never_ask_the_time, PLAN, "from datetime import date as D\ndef f(day=D.today): ..."),
        (pure_files_never_ask_the_time, PLAN, "import pandas as pd\nNOW = pd.Timestamp.now(tz='Asia/Shanghai')"),
        (pure_files_never_ask_the_time, PLAN, "import pandas as pd\nNOW = pd.to_datetime('today')"),
        (pure_files_never_ask_the_time, PLAN, "import numpy as np\nNOW = np.datetime64('now')"),
        (pure_files_never_ask_the_time, PLAN, "def f(clock):\n    return clock.now()"),
        (libraries_are_imported_only_where_they_belong, "automation/channels/mail.py", "from smtplib import SMTP"),
        (libraries_are_imported_only_where_they_belong, "automation/doctor.py", "def f():\n    import xlwings"),
        (libraries_are_imported_only_where_they_belong, "workbook/live.py", "from xlwings import pro"),
        (libraries_are_imported_only_where_they_belong, "workbook/live.py", "import xlwings.pro.reports"),
        (libraries_are_imported_only_where_they_belong, "workbook/live.py", "import xlwings as xw\nxw.pro.Markdown"),
        (modules_stay_short, "workbook/bad.py", "\n" * LONGEST),
        (help_loads_nothing_heavy, CLI, "import numpy\ndef main(): ..."),
        (help_loads_nothing_heavy, CLI, "def main():\n    import yagmail"),
        (help_loads_nothing_heavy, CLI, "def main():\n    return 2"),
        (help_loads_nothing_heavy, CLI, "main = None"),
    ],
)  # fmt: skip
def test_each_check_finds_what_it_is_for(check: Check, place: str, text: str, tmp_path: Path) -> None:
    # Empty stand-ins: the check looks at names, and the real ones take a second each.
    stand_ins = {"numpy.py": "", "yagmail.py": ""}
    plant(tmp_path, {**GOOD, **stand_ins, place: DOC + text})
    assert len(check(tmp_path)) == 1


def test_a_module_without_a_docstring_is_found(tmp_path: Path) -> None:
    plant(tmp_path, {**GOOD, "workbook/bad.py": "# A comment is no docstring.\nX = 1\n", "macros/__init__.py": ""})
    assert modules_say_what_they_are(tmp_path) == [
        "workbook/bad.py: no docstring on top",
        "macros/__init__.py: no docstring on top",
    ]


def test_a_pure_pattern_that_names_nothing_is_found_unless_planned(tmp_path: Path) -> None:
    plant(tmp_path, {"workbook/schema.py": DOC})
    pure = ("workbook/schema*", "workbook/gone*")
    assert [text.partition(":")[0] for text in stale_patterns(tmp_path, pure=pure, planned=())] == ["workbook/gone*"]
    assert stale_patterns(tmp_path, pure=pure, planned=("workbook/gone*",)) == []
    written = stale_patterns(tmp_path, pure=pure, planned=pure)
    assert [text.partition(":")[0] for text in written] == ["workbook/schema*"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('packages = ["automation", "workbook", "macros"]', ["pyproject.toml: the wheel lacks templates"]),
        (
            'packages = ["automation", "workbook", "templates", "macros", "tests"]',
            ["pyproject.toml: tests is no package of ours"],
        ),
        (
            'packages = ["automation", "workbook", "templates", "macros"]\nexclude = ["*.j2"]',
            ["pyproject.toml: 'exclude' takes files out again"],
        ),
    ],
)
def test_a_wheel_that_lacks_something_is_found(text: str, wrong: list[str], tmp_path: Path) -> None:
    plant(tmp_path, {**GOOD, "pyproject.toml": f"[tool.hatch.build.targets.wheel]\n{text}\n"})
    assert the_wheel_takes_every_package(tmp_path) == wrong
