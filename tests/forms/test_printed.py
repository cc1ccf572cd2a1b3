"""Forms on paper: nothing is cut off, and each takes the pages it should."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import openpyxl
import pytest

from automation import forms
from tests import libreoffice
from tests.forms import cases
from tests.forms.printed import Printed, printed, signs
from workbook import formbook
from workbook.formbook import layout, measure

pytestmark = pytest.mark.skipif(
    libreoffice.SOFFICE is None or shutil.which("pdftotext") is None,
    reason="needs LibreOffice and poppler, which scripts/system-packages installs",
)


@pytest.fixture(scope="module")
def books() -> dict[str, bytes]:
    known = cases.facts()
    return {
        made.name: formbook.write(made.book)
        for number in cases.ALL_NUMBERS
        for made in forms.make(cases.case(number, known), forms.ALL)
    }


@pytest.fixture(scope="module")
def paper(books: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Printed]:
    return printed(books, tmp_path_factory.mktemp("paper"))


def test_every_text_of_every_form_is_printed(books: dict[str, bytes], paper: dict[str, Printed]) -> None:
    for name, content in books.items():
        sheets = openpyxl.load_workbook(io.BytesIO(content))
        text = "".join(str(cell.value) for sheet in sheets for row in sheet for cell in row if cell.value is not None)
        assert paper[name].lacks(text) == "", name


def test_no_text_runs_over_the_box_it_stands_in(paper: dict[str, Printed]) -> None:
    assert [word for page in paper.values() for word in page.crossed] == []


def test_a_form_is_one_page_and_what_is_too_long_continues_on_the_next(paper: dict[str, Printed]) -> None:
    pages = {number: len(paper[f"{number}-表单"].pages) for number in cases.ALL_NUMBERS}
    assert pages == {
        cases.EVERY: 2,  # with 过失处理意见
        cases.LATE: 1,
        cases.NEW: 1,
        cases.DISPUTED: 2,  # with 协商意见
        cases.MAJOR: 2,  # with the application
        cases.TIER: 1,
        cases.LENGTHY: 4,  # each of the two with a page more
        cases.SELLER: 1,
    }
    assert "续见续页" in paper[f"{cases.LENGTHY}-表单"].pages[0]
    assert signs("客户信息反馈处理单（续页）") in paper[f"{cases.LENGTHY}-表单"].pages[1]


def test_two_thousand_signs_are_there_in_their_order(paper: dict[str, Printed]) -> None:
    text = paper[f"{cases.LENGTHY}-表单"].text
    assert len(cases.LONG) > 2000
    assert [text.find(signs(f"第{number}句")) for number in range(1, 57)].count(-1) <= 4, "some stand beside a label"


def test_sixty_entries_are_there_and_each_page_has_its_title(paper: dict[str, Printed]) -> None:
    pages = [page for page in paper[f"{cases.LENGTHY}-投诉处理证据材料"].pages if signs("二、经过时间线") in page]
    assert len(pages) >= 4
    assert all(page.count("第") and cases.LENGTHY in page for page in pages)
    text = "".join(pages)
    assert all(signs(f"第{number}次联系") in text for number in range(60))


def test_a_row_that_is_too_low_would_be_seen(
    books: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "height", lambda lines: measure.height(max(lines // 2, 1)))
    made = forms.make(cases.case(cases.LENGTHY), "处理单")[0]
    found = printed({"low": formbook.write(made.book)}, tmp_path)
    assert found["low"].crossed
