"""The page in a real browser, opened as a file as management opens it: nobody is asked, nothing is complained of."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from automation.checks.facts import Facts
from automation.dashboard import page as pages
from automation.dashboard.content import Content
from automation.plan import Plan
from automation.sla.explain import StageExplained, explain

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium (scripts/system-packages)")
NOW = dt.datetime(2026, 11, 21, 9, 30)
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


class Reader:
    """Somebody at a screen; ``complaints``: what the browser says is wrong, and whom the page asked."""

    def __init__(self, browser: Browser, file: Path, at: dt.datetime = NOW, **options: Any) -> None:
        options = {"viewport": {"width": 1360, "height": 900}, "timezone_id": "America/New_York", **options}
        self.context = browser.new_context(**options)
        self.page: Page = self.context.new_page()
        self.file, self.complaints = file, list[str]()
        self.page.on("console", lambda told: self.complaints.append(told.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self._asked(asked.url))
        self.page.clock.set_fixed_time(at.replace(tzinfo=SHANGHAI))

    def _asked(self, url: str) -> None:
        if url.partition("#")[0] not in (self.file.as_uri(), "about:blank"):
            self.complaints.append(url)

    def open(self, where: str = "") -> Page:
        self.page.goto("about:blank")
        self.page.goto(f"{self.file.as_uri()}{where}")
        self.page.wait_for_selector("html[data-ready]", state="attached")
        return self.page

    def to(self, where: str) -> None:
        """Follow a link within the page."""
        self.page.evaluate(
            "where => new Promise((done) => { addEventListener('hashchange', () => setTimeout(done), { once: true });"
            " location.hash = '#' + where; })",
            where,
        )

    def numbers(self) -> list[str]:
        found: list[str] = self.page.locator("table.list tbody .no a").all_inner_texts()
        return found

    def count(self) -> int:
        return int(self.page.locator(".found b").inner_text().split()[0])


@pytest.fixture
def reader(browser: Browser, opened: Path) -> Iterator[Reader]:
    somebody = Reader(browser, opened)
    yield somebody
    somebody.context.close()
    assert somebody.complaints == []


def of_column(said: Content, name: str) -> list[str]:
    column = said.tickets["tickets"][name]
    return [column["words"][at] for at in column["at"]]


def test_every_figure_leads_to_as_many_tickets_as_it_says(reader: Reader, said: Content) -> None:
    reader.open()
    links = {tile["list"]: tile["value"] for tile in said.now["tiles"] if "of" not in tile}
    links |= {line["list"]: line["value"] for line in said.now["ages"]}
    links |= {line["list"]: line["open"] for name in ("people", "departments", "categories") for line in said.now[name]}
    links |= {
        line["receivedList"]: line["received"] for name in ("departments", "categories") for line in said.now[name]
    }
    links |= {f"{line['list']}&state=超时": line["late"] for line in (*said.now["ages"], *said.now["people"])}
    for week in said.now["weeks"]:
        links |= dict(zip(week["lists"], (week["received"], week["closed"]), strict=True))
    for stage in (stage for flow in said.now["flows"] for stage in flow["stages"]):
        links |= {f"rule={stage['rule']}": stage["open"], f"rule={stage['rule']}&state=超时": stage["late"]}
    wrong = {}
    for where, value in links.items():
        reader.to(where)
        if reader.count() != value:
            wrong[where] = (value, reader.count())
    assert len(links) > 80 and wrong == {}


def test_the_stages_behind_the_rate_are_those_that_were_late(reader: Reader, plan: Plan) -> None:
    reader.open("#late30=1")
    long = plan.facts.clocks.long()
    closed = plan.facts.clocks.now_at["state"].eq("已办结")
    late = long[long["verdict"].eq(7) | (long["verdict"].eq(4) & ~closed.reindex(long["row"]).to_numpy())]
    late = late[late["due"].between("2026-10-23", "2026-11-21 23:59:59")]
    assert reader.count() == late["row"].nunique() > 0


def test_a_tile_is_clicked_a_ticket_opened_and_all_of_it_closed_again(reader: Reader) -> None:
    page = reader.open()
    page.get_by_role("link", name=re.compile("^超时")).first.click()
    expect(page.locator("table.list")).to_be_visible()
    assert unquote(page.url.partition("#")[2]) == "state=超时"
    number = reader.numbers()[0]
    page.locator("table.list tbody tr").first.click()
    expect(page.locator("#ticket-title")).to_contain_text(number)
    assert page.url.endswith(f"#{number}")
    page.keyboard.press("Escape")
    expect(page.locator("#ticket")).to_be_hidden()
    assert reader.numbers()[0] == number and unquote(page.url).endswith("#state=超时")
    page.go_back()
    expect(page.locator(".tiles")).to_be_visible()


@pytest.mark.parametrize("words", ["number", "plate", "department", "holder", "summary"])
def test_a_search_finds_by_number_plate_typed_in_full_word_person_and_department(
    reader: Reader, plan: Plan, said: Content, words: str
) -> None:
    tickets, register = said.tickets["tickets"], plan.facts.register
    at = next(at for at, state in enumerate(of_column(said, "state")) if state == "超时")
    row = tickets["row"][at]
    wanted = {
        "number": tickets["number"][at],
        "plate": register.at[row, "车牌号"],
        "department": register.at[row, "被反馈部门"],
        "holder": of_column(said, "holder")[at],
        "summary": tickets["summary"][at][:5],
    }[words]
    page = reader.open()
    page.keyboard.press("/")
    page.keyboard.type(str(wanted))
    page.wait_for_function("words => document.querySelector('.given')?.textContent.includes(words)", arg=str(wanted))
    assert tickets["number"][at] in reader.numbers()
    assert 0 < reader.count() < len(tickets["number"])


def test_a_search_that_finds_nothing_says_so_and_esc_takes_it_back(reader: Reader) -> None:
    page = reader.open("#view=list")
    many = reader.count()
    page.keyboard.press("/")
    page.keyboard.type("没有这样的词")
    page.wait_for_selector(".empty")
    page.keyboard.press("Escape")
    expect(page.locator(".empty")).to_have_count(0)
    assert reader.count() == many


def test_the_keyboard_goes_through_the_list_into_a_ticket_and_to_the_next(reader: Reader) -> None:
    page = reader.open("#open=1")
    first, second, *_ = reader.numbers()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-title")).to_contain_text(second)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#ticket-title")).to_contain_text(first)
    page.keyboard.press("Escape")
    expect(page.locator("#ticket")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == second, "the focus comes back"


def test_the_first_key_reaches_a_link_over_everything_to_the_page_itself(reader: Reader) -> None:
    page = reader.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("tile")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_filters_narrow_each_other_and_stand_in_the_address(reader: Reader, said: Content) -> None:
    page = reader.open("#view=list")
    page.locator("select[data-filter=department]").select_option("销售部")
    page.get_by_role("button", name=re.compile("^超时")).click()
    pairs = zip(of_column(said, "department"), of_column(said, "state"), strict=True)
    assert reader.count() == sum(pair == ("销售部", "超时") for pair in pairs) > 0
    address = page.url.partition("#")[2]
    reader.open(f"#{address}")
    assert page.get_by_role("button", name=re.compile("^超时")).get_attribute("aria-pressed") == "true"
    assert page.locator("select[data-filter=department]").input_value() == "销售部"
    page.get_by_role("button", name=re.compile("去掉 部门")).click()
    assert reader.count() == sum(state == "超时" for state in of_column(said, "state"))


def test_columns_sort_both_ways_and_say_so(reader: Reader) -> None:
    page = reader.open("#open=1")
    page.get_by_role("button", name="编号").click()
    up = reader.numbers()
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("编号")
    page.get_by_role("button", name="编号").click()
    down = reader.numbers()
    assert up == sorted(up) and down == sorted(down, reverse=True) and up != down


def test_long_lists_come_in_pages(reader: Reader, said: Content) -> None:
    page = reader.open("#view=list")
    assert len(reader.numbers()) == 50
    first = reader.numbers()
    page.get_by_role("button", name="下一页").click()
    assert not set(first) & set(reader.numbers())


def test_a_link_opens_its_ticket_and_one_that_is_not_there_says_so(reader: Reader, said: Content) -> None:
    number = said.tickets["tickets"]["number"][-1]
    page = reader.open(f"#{number}")
    assert number in page.get_by_role("dialog").inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("#ticket")).to_be_hidden()
    page = reader.open("#FK20990101-001")
    assert "没有" in page.get_by_role("dialog").inner_text()


def test_findings_stand_with_their_cells_and_lead_to_their_tickets(reader: Reader, said: Content) -> None:
    page = reader.open("#view=findings&severity=error")
    errors = [one for one in said.now["findings"] if one["severity"] == "error"]
    assert reader.count() == len(errors)
    shown = page.locator(".findings").inner_text()
    assert errors[0]["cell"] in shown and errors[0]["message"] in shown and errors[0]["hint"] in shown
    page.locator(".where a").first.click()
    expect(page.locator("#ticket")).to_be_visible()


# --- The explanation --------------------------------------------------------------------------------------------------

_ELSEWHERE = ("停时", "计入", "不计")
"""What the page leaves to ``kesu explain``: what was left of a limit in a pause, opening hours day by day."""


def told_by_explain(facts: Facts, number: str) -> list[tuple[str, str, list[str]]]:
    (one,) = explain(facts.ledger, facts.clocks, number, history=facts.past.history)
    stages: list[StageExplained] = []
    for stage in one.stages:
        stages += (*stage.earlier, stage)
    stages += [stage for stage in one.beside if stage.start or stage.actual]
    return [(stage.rule, stage.verdict, list(stage.steps)) for stage in stages]


def told_by_page(page: Page) -> list[tuple[str, str, list[str]]]:
    found = page.evaluate(
        """() => [...document.querySelectorAll('#ticket .stage')].map((stage) => [
            stage.querySelector('.rule').textContent, stage.querySelector('.verdict').textContent,
            [...stage.querySelectorAll('.steps li:not(.told)')].map((line) => line.textContent)])"""
    )
    return [(rule, verdict, lines) for rule, verdict, lines in found]


def test_the_page_reckons_a_stage_as_explain_does(reader: Reader, plan: Plan) -> None:
    """Every flow, and every state of the standard one: rule, verdict and each line of the arithmetic."""
    register, now_at = plan.facts.register, plan.facts.clocks.now_at
    alone = register[~register["编号"].duplicated(keep=False)]
    picked = [*alone.groupby(alone["流程"]).head(2).index, *alone.groupby(now_at["state"]).tail(4).index]
    compared = 0
    reader.open()
    for number in dict.fromkeys(register.loc[picked, "编号"]):
        reader.to(number)
        shown = {(rule, verdict): lines for rule, verdict, lines in told_by_page(reader.page)}
        for rule, verdict, lines in told_by_explain(plan.facts, number):
            if (rule, verdict) not in shown:
                assert verdict == "无需", (number, rule, verdict)
                continue
            kept = [line for line in lines if not any(word in line for word in _ELSEWHERE)]
            mine = [line for line in shown[rule, verdict] if not any(word in line for word in _ELSEWHERE)]
            assert mine == kept, (number, rule)
            compared += 1
    assert compared > 150


def test_cells_are_those_explain_names(reader: Reader, plan: Plan, said: Content) -> None:
    facts = plan.facts
    flows = facts.register["流程"]
    for row in (*facts.register.index[flows == "三级处理"][:2], facts.register.index[flows == ""][5]):
        number = facts.register.at[row, "编号"]
        page = reader.open(f"#{number}")
        (one,) = explain(facts.ledger, facts.clocks, number)
        shown = set(page.locator("#ticket .cells code").all_inner_texts())
        told = {cell for stage in one.stages for cell in (*stage.start_cells, *stage.actual_cells) if stage.actual}
        assert shown & told
        assert shown <= {cell for stage in (*one.stages, *one.beside) for cell in stage.cells}


# --- Time, eyes, paper ------------------------------------------------------------------------------------------------


def test_what_is_left_counts_from_the_readers_clock_and_an_old_page_says_so(browser: Browser, opened: Path) -> None:
    early, late = (Reader(browser, opened, NOW + dt.timedelta(minutes=minutes)) for minutes in (5, 185))
    first, second = (one.open("#state=正常") for one in (early, late))
    assert first.locator("#old").is_hidden()
    assert second.locator("#old").is_visible() and "3小时5分钟" in second.locator("#old").inner_text()
    assert first.locator("td.due").first.inner_text() != second.locator("td.due").first.inner_text()
    for one in (early, late):
        assert one.complaints == []
        one.context.close()


def test_the_time_is_that_of_shanghai_wherever_the_reader_sits(browser: Browser, opened: Path) -> None:
    told = []
    for zone in ("Asia/Shanghai", "America/Los_Angeles"):
        somebody = Reader(browser, opened, NOW + dt.timedelta(minutes=10), timezone_id=zone)
        told.append(somebody.open("#open=1").locator("table.list").inner_text())
        somebody.context.close()
    assert told[0] == told[1]


@pytest.mark.parametrize("where", ["", "#open=1", "#view=findings"])
def test_a_phone_scrolls_in_one_direction_only(browser: Browser, opened: Path, where: str) -> None:
    phone = Reader(browser, opened, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = phone.open(where)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.complaints == []
    phone.context.close()


_CONTRASTS = """() => {
  const part = (v) => (v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((v) => part(Number(v)));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const low = [];
  for (const one of document.querySelectorAll('body *')) {
    const words = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!words || !one.getClientRects().length || one.closest('svg, .hidden, .skip, option, [disabled]')) continue;
    const [a, b] = [light(getComputedStyle(one).color), light(behind(one))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) low.push([one.className || one.tagName, one.textContent.slice(0, 20)]);
  }
  return low; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", ["", "#open=1", "#view=findings"])
def test_words_can_be_read_in_the_light_and_in_the_dark(
    browser: Browser, opened: Path, scheme: Any, where: str
) -> None:
    somebody = Reader(browser, opened, color_scheme=scheme)
    page = somebody.open(where)
    assert page.evaluate(_CONTRASTS) == []
    if where == "#open=1":
        page.locator("table.list tbody tr").first.click()
        page.wait_for_timeout(250)
        assert page.evaluate(_CONTRASTS) == []
    somebody.context.close()


def test_everything_that_acts_has_a_name_for_who_does_not_see(reader: Reader) -> None:
    for where in ("", "#open=1", "#view=findings"):
        page = reader.open(where)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('a, button, select, input')].filter((one) => one.getClientRects().length
                && !(one.getAttribute('aria-label') || one.textContent.trim() || (one.labels && one.labels.length)))
                .map((one) => one.outerHTML)"""
        )
        assert nameless == []


def test_printed_it_is_pages_of_paper_with_what_is_on_the_screen(reader: Reader, said: Content) -> None:
    page = reader.open("#view=list")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator("nav#views").is_hidden() and page.locator(".choosers").is_hidden()
    assert page.locator("#made").is_visible() and page.locator("table.list").is_visible()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len(reader.numbers()) == len(said.tickets["tickets"]["number"]), "not only the page of fifty"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert len(reader.numbers()) == 50
    page = reader.open(f"#{said.tickets['tickets']['number'][0]}")
    assert page.locator("main").is_hidden() and page.locator("#ticket .stages").first.is_visible()


def test_the_overview_on_paper_leaves_nothing_out(reader: Reader, said: Content) -> None:
    page = reader.open()
    decisions, flows = page.locator(".decide li"), page.locator("details.flow")
    many = len(said.now["decisions"])
    folded = flows.evaluate_all("all => all.map((one) => one.open)")
    assert many > 8 == decisions.count() and not all(folded)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert (
        decisions.count()
        == many
        == int(page.get_by_role("region", name="需要总经理关注").locator(".panel-head p").inner_text().split()[0])
    )
    assert all(flows.evaluate_all("all => all.map((one) => one.open)"))
    assert page.locator(".weeks svg").count() == 1
    page.emulate_media(media="print")
    assert page.locator(".panel:has(.weeks)").evaluate("one => getComputedStyle(one).breakInside") == "avoid"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert decisions.count() == 8 and flows.evaluate_all("all => all.map((one) => one.open)") == folded
    assert reader.complaints == []


def test_who_wants_no_motion_gets_none(browser: Browser, opened: Path) -> None:
    somebody = Reader(browser, opened, reduced_motion="reduce")
    page = somebody.open("#open=1")
    page.locator("table.list tbody tr").first.click()
    assert page.evaluate("getComputedStyle(document.querySelector('dialog')).animationName") == "none"
    somebody.context.close()


# --- What must not happen ---------------------------------------------------------------------------------------------

TRAP = '<img src="https://example.com/x.png" onerror="document.title=1">'


def trapped(said: Content) -> Content:
    """The page of a register into which somebody typed markup wherever text can stand."""
    now, every = (json.loads(json.dumps(one)) for one in (said.now, said.tickets))
    every["tickets"]["summary"] = [f"</script>{TRAP}"] * len(every["tickets"]["summary"])
    every["tickets"]["department"]["words"] = [TRAP for _ in every["tickets"]["department"]["words"]]
    every["tickets"]["holder"]["words"] = [TRAP for _ in every["tickets"]["holder"]["words"]]
    for finding in now["findings"]:
        finding["message"] = finding["hint"] = finding["cell"] = TRAP
    for line in (*now["people"], *now["departments"]):
        line["label"] = TRAP
    return Content({**now, "workbook": TRAP, "dealership": TRAP}, every)


def test_markup_that_somebody_typed_stays_text(browser: Browser, said: Content, tmp_path: Path) -> None:
    file = tmp_path / "看板.html"
    file.write_bytes(pages.render(trapped(said), NOW))
    somebody = Reader(browser, file)
    for where in ("", "#open=1", "#view=findings", f"#{said.tickets['tickets']['number'][3]}"):
        page = somebody.open(where)
        assert page.locator("img").count() == 0
        assert TRAP in page.locator("body").inner_text()
    assert somebody.complaints == []
    somebody.context.close()


def test_a_broken_address_shows_something_all_the_same(reader: Reader) -> None:
    for where in ("#%E0%A4%A", "#state=", "#=", "#nothing=1", "#received=x..y", f"#{TRAP}"):
        page = reader.open(where)
        assert page.locator("#view").inner_text() or page.get_by_role("dialog").is_visible()


@pytest.mark.parametrize("old", [False, True], ids=["unpacks by itself", "an old browser"])
def test_packed_tickets_are_unpacked(
    browser: Browser, said: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    monkeypatch.setattr(pages, "PLAIN", 10)
    file = tmp_path / "看板.html"
    file.write_bytes(pages.render(said, NOW))
    somebody = Reader(browser, file)
    if old:
        somebody.page.add_init_script("delete window.DecompressionStream")
    somebody.open("#view=list")
    assert somebody.count() == len(said.tickets["tickets"]["number"])
    assert somebody.complaints == []
    somebody.context.close()


def test_a_page_that_was_cut_short_says_so(browser: Browser, said: Content, tmp_path: Path) -> None:
    file = tmp_path / "看板.html"
    whole = pages.render(said, NOW).decode()
    file.write_text(whole.replace('id="data-tickets">{', 'id="data-tickets">{{', 1), encoding="utf-8")
    somebody = Reader(browser, file)
    somebody.page.goto(file.as_uri())
    somebody.page.wait_for_selector(".notice >> visible=true")
    assert "重新打开" in somebody.page.locator("#view .notice").inner_text()
    somebody.context.close()


def test_without_scripts_a_sentence_says_what_to_do(browser: Browser, opened: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(opened.as_uri())
    assert "脚本" in page.locator("noscript").inner_text()
    context.close()
