"""One pass over the invented dealership, and its page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from automation import cycle, settings
from automation.dashboard import content, page
from automation.dashboard.content import Content
from automation.plan import Plan
from automation.sample import dealership
from workbook import build

NOW = dt.datetime(2026, 11, 21, 9, 30)


def said_of(plan: Plan) -> Content:
    return content.of(plan.facts, plan.findings, dealership="星耀4S店", workbook="登记.xlsx", told=plan.told)


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    book = tmp_path_factory.mktemp("dashboard") / "登记.xlsx"
    build.write(book, dealership(160, 7, NOW).contents, created=NOW)
    found, errors = settings.load(None, workbook=book)
    assert not errors
    return cycle.look(found, NOW)[1]


@pytest.fixture(scope="session")
def said(plan: Plan) -> Content:
    return said_of(plan)


@pytest.fixture(scope="session")
def opened(said: Content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a file."""
    path = tmp_path_factory.mktemp("page") / "登记-看板.html"
    path.write_bytes(page.render(said, NOW))
    return path
