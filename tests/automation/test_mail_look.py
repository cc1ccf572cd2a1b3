"""Every mail as Outlook, Gmail, a dark phone and a screen reader meet it.

What Outlook on Windows (2007 to the last classic one, which draws with Word) takes is held as lists below, after
Microsoft's "Word 2007 HTML and CSS rendering capabilities in Outlook" and caniemail.com: no flex, grid, position, float,
background images, border-radius or box-shadow; width and height of cells by attribute; padding on cells alone, margins
on paragraphs and headings; ``max-width`` ignored, hence a table of fixed width beside it in a conditional comment.
Gmail cuts a message at 102 KB. Contrast: WCAG 2.1, 1.4.3.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from css_inline import CSSInliner

from automation import cycle, mailing, render, settings
from automation.alerts import Digest, Level
from automation.reports import REPORTS
from automation.sample import dealership
from tests.automation.test_render import BOSS, NOW, TEMPLATES, alert, body
from workbook import build

GMAIL_CUTS = 102 * 1024
VOID = frozenset({"meta", "br", "img", "link", "hr", "input"})
TAKEN = {
    # What Word takes, and what it leaves out without harm.
    *("background-color", "color", "font-family", "font-size", "font-weight", "line-height", "text-decoration"),
    *("border", "border-top", "border-bottom", "border-left", "border-color", "border-left-color"),
    *("border-collapse", "border-spacing", "margin", "margin-top", "padding", "padding-left", "white-space", "width"),
    *("display", "mso-hide", "mso-line-height-rule", "-webkit-text-size-adjust", "max-width"),
}
READABLE, LARGE = 4.5, 3.0
LONG = "很" * 300


class Element:
    """One element: its attributes, its style as pairs, its parent and what it says itself."""

    def __init__(self, tag: str, attributes: Mapping[str, str], parent: "Element | None") -> None:
        self.tag, self.attributes, self.parent, self.said = tag, attributes, parent, ""
        pairs = (one.partition(":") for one in attributes.get("style", "").split(";") if ":" in one)
        self.style = {
            name.strip().lower(): value.strip().removesuffix("!important").strip() for name, _, value in pairs
        }

    def up(self) -> Iterator["Element"]:
        here: Element | None = self
        while here:
            yield here
            here = here.parent

    def inherited(self, name: str, default: str) -> str:
        return next((one.style[name] for one in self.up() if name in one.style), default)

    def __str__(self) -> str:
        return f"<{self.tag} class={self.attributes.get('class')!r}> {self.said.strip()[:20]}"


class Tree(HTMLParser):
    """A page as elements in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {key: value or "" for key, value in attrs}, self._open[-1] if self._open else None)
        self.elements.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].said += data

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.elements if one.tag in tags]


def digest(count: int = 5, **changes: object) -> str:
    levels = list(Level)
    told = tuple(
        alert(
            number,
            levels[number % 4],
            -number if levels[number % 4] is Level.AT_RISK else number,
            grade="重大",
            **changes,  # type: ignore[arg-type]
        )
        for number in range(1, count + 1)
    )
    found, _ = settings.load(None, workbook=Path("客诉登记.xlsx"))
    found = replace(found, workbook=Path(r"\\server\客诉\登记.xlsx"))
    why = "上报：客户服务中心未按时处理；备用：陆文琴今日请假"
    return body(render.digest(Digest(BOSS, NOW, told, (why,) * count), found, render.environment()), "html")


def of_report(name: str) -> tuple[str, str]:
    """What the first and the last mail of a report are called here; a report with one mail has it twice."""
    return name, f"{name}, last mail"


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The HTML of every kind of mail, small and at its longest."""
    path = tmp_path_factory.mktemp("shop") / "客诉登记.xlsx"
    build.write(path, dealership(160, 7, NOW).contents, created=NOW)
    found, _ = settings.load(None, workbook=path)
    _, decided = cycle.look(found, NOW)
    made = {
        "digest": digest(),
        "digest of one": digest(1),
        "longest digest": digest(300, summary=LONG, advice=LONG[:80]),
    }
    for name, report in REPORTS.items():
        built = report.build(decided.facts, decided.findings, report.due_at(NOW), found)
        for kind, one in zip(of_report(name), (built[0], built[-1]), strict=True):
            mail = mailing.written(one, decided, found, render.environment(), also=BOSS, note="补发")
            made[kind] = body(mail, "html")
        templates = {one.template for one in built}
        assert templates == {built[0].template, built[-1].template}, f"{name}: a template that nobody looks at"
    (weekly,) = REPORTS["weekly"].build(decided.facts, decided.findings, REPORTS["weekly"].due_at(NOW), found)
    stages = [one for one in weekly.context["stages"] if one["judged"]]  # type: ignore[attr-defined]
    context = {
        **weekly.context,
        "subject": "",
        "now": NOW,
        "dealership": "星耀4S店",
        "note": "",
        "standing": "",
        "stages": [{**one, "overdue": 1} for one in stages * 5],
    }
    assert len(context["stages"]) > 60  # type: ignore[arg-type]  # every stage of every flow
    made["longest summary"] = render.environment().write("weekly", context)[1]
    return made


KINDS = (
    *("digest", "digest of one", "longest digest", "longest summary"),
    *(kind for name in REPORTS for kind in of_report(name)),
)
each = pytest.mark.parametrize("kind", KINDS)


@each
def test_every_mail_is_held_by_these_tests_and_gmail_shows_it_whole(mails: Mapping[str, str], kind: str) -> None:
    assert mails.keys() == set(KINDS)
    assert len(mails[kind].encode()) < GMAIL_CUTS, len(mails[kind].encode())


@each
def test_only_what_word_can_draw_stands_on_an_element(mails: Mapping[str, str], kind: str) -> None:
    for one in Tree(mails[kind]).elements:
        assert one.style.keys() <= TAKEN, f"{one}: {one.style.keys() - TAKEN}"
        assert not any("url(" in value or "calc(" in value or "var(" in value for value in one.style.values()), one
        if any(name.startswith("padding") for name in one.style):
            assert one.tag in ("td", "th") or (one.style["padding"] == "0" and one.tag == "body"), one
        if any(name.startswith("margin") for name in one.style):
            assert one.tag in ("p", "h1", "h2", "body"), one
        if "max-width" in one.style:
            assert one.tag == "table" and one.attributes.get("width"), one
        if "width" in one.style:
            assert one.attributes.get("width") == one.style["width"], one
        if one.style.get("display"):
            assert one.style["display"] == "none" and one.style.get("mso-hide") == "all", one


@each
def test_tables_make_the_page_and_say_which_are_data(mails: Mapping[str, str], kind: str) -> None:
    page = Tree(mails[kind])
    assert {one.tag for one in page.elements} <= {
        *("html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "th", "p", "h1", "h2"),
        *("span", "br", "a"),
    }
    heads = dict.fromkeys(page.all("table"), 0)
    for head in page.all("th"):
        heads[next(one for one in head.up() if one.tag == "table")] += 1
        assert head.attributes.get("scope") == "col" and head.said.strip(), head
    for table, titles in heads.items():
        attributes = table.attributes
        assert attributes.get("width") and attributes.get("cellpadding") == attributes.get("cellspacing") == "0", table
        assert bool(titles) != (attributes.get("role") == "presentation"), f"{table}: data, or layout?"
    ghost = re.findall(r'<!--\[if mso\]><table role="presentation" width="(\d+)"', mails[kind])
    assert ghost == ["760"] and "</table><![endif]-->" in mails[kind]


@each
def test_columns_keep_their_widths_without_any_style(mails: Mapping[str, str], kind: str) -> None:
    page = Tree(mails[kind])
    rows: dict[Element, list[Element]] = {row: [] for row in page.all("tr")}
    for cell in page.all("td", "th"):
        assert cell.parent
        rows[cell.parent].append(cell)
    for row, cells in rows.items():
        if len(cells) > 1:
            widths = [cell.attributes.get("width", "") for cell in cells]
            assert all(width.endswith("%") for width in widths), row
            assert 98 <= sum(int(width[:-1]) for width in widths) <= 100, widths


@each
def test_a_screen_reader_knows_language_title_and_what_a_picture_shows(mails: Mapping[str, str], kind: str) -> None:
    page = Tree(mails[kind])
    (html,), (title,) = page.all("html"), page.all("title")
    assert html.attributes["lang"] == "zh-CN" and (title.said.strip() or kind == "longest summary")
    assert all(image.attributes.get("alt") for image in page.all("img"))
    hidden = next(one for one in page.elements if one.attributes.get("class") == "preheader")
    assert hidden.said.strip() and page.elements.index(hidden) < page.elements.index(page.all("table")[0])
    assert len(page.all("h1")) == 1


def dark(html: str) -> str:
    """The page as a reader who prefers dark gets it: the rules for that written onto the elements."""
    start = html.index("@media (prefers-color-scheme: dark) {") + len("@media (prefers-color-scheme: dark) {")
    rules = html[start : re.compile(r"\}\s*\}").search(html, start).end() - 1]  # type: ignore[union-attr]
    return CSSInliner(load_remote_stylesheets=False, extra_css=rules).inline(html)


def luminance(colour: str) -> float:
    assert re.fullmatch("#[0-9a-f]{6}", colour), colour
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@each
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_word_can_be_told_from_its_ground(mails: Mapping[str, str], kind: str, mode: str) -> None:
    page = Tree(mails[kind] if mode == "light" else dark(mails[kind]))
    seen = set()
    for one in page.elements:
        if (
            one.said.replace("\xa0", "").strip()
            and one.tag not in ("title", "style")
            and one.style.get("display") != "none"
        ):
            pair = one.inherited("color", "#000000"), one.inherited("background-color", "#ffffff")
            seen.add(pair)
            assert contrast(*pair) >= READABLE, f"{one}: {pair} {contrast(*pair):.2f}"
    assert len(seen) >= 3
    grounds = {ground for _, ground in seen}
    assert all((luminance(ground) < 0.05) == (mode == "dark") for ground in grounds), grounds


def test_bars_stand_out_from_their_ground_and_say_their_value_beside_them(mails: Mapping[str, str]) -> None:
    for html in (mails["weekly"], dark(mails["weekly"])):
        bars = [one for one in Tree(html).elements if "bar-fill" in one.attributes.get("class", "")]
        assert bars
        for bar in bars:
            ground = next(
                one.style["background-color"] for one in bar.up() if one is not bar and "background-color" in one.style
            )
            assert contrast(bar.style["background-color"], ground) >= LARGE
    assert re.search(r"8–30天.*?件|31–60天.*?件", mails["weekly"], re.DOTALL)


def test_where_the_workbook_is_on_a_share_its_cells_can_be_clicked_and_are_named_anyway() -> None:
    page = Tree(digest(1))
    (link,) = page.all("a")
    assert link.said == "反馈登记!A11"
    assert unquote(link.attributes["href"]) == "file://server/客诉/登记.xlsx#'反馈登记'!A11"
    assert link.attributes["href"].isascii()
    local = body(
        render.digest(Digest(BOSS, NOW, (alert(),), ("",)), settings.load(None, workbook=Path("a.xlsx"))[0], TEMPLATES),
        "html",
    )
    assert "file:" not in local and "反馈登记!A11" in local
