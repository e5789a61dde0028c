"""The pages in a real browser: without scripts, at 320 px, by keyboard, printed, in the dark, and light to load."""

import shutil
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader
from sqlalchemy.orm import Session

from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.demo.load import demo_data, load_statistics
from registry.vocabulary.register import Language
from tests.browsing import (
    assert_fits,
    assert_sound,
    assert_targets_are_large,
    enter,
    follow,
    leading_on,
    speak,
    transferred,
)
from tests.pages.public.shown_agencies import MAX_BYTES, NAME, NUMBER, SUSPENDED, write_agencies
from tests.serving import Served, serve
from tests.thorough import thorough

MAX_FIRST_VIEW = 14 * 1024
LOOK = """() => [...document.querySelectorAll("body, body *")].map((one) => {
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const told = ["color", "background-color", "font", "border-color", "border-width", "display"];
  return [one.tagName, one.className, box.x, box.y, box.width, box.height, ...told.map((name) => style[name])].join(" ");
})"""
"""Where everything stands on a page, and what it looks like."""
STYLESHEET = files("registry.pages.public") / "static" / "style.css"
TODAY = date(2026, 11, 25)

in_each_language = pytest.mark.parametrize(
    "language", [Language.ZH_HANS, *thorough(*(language for language in Language if language is not Language.ZH_HANS))]
)


@pytest.fixture
def site(served: Served, session: Session) -> str:
    """The address of a real server whose registry holds three agencies, on each kind of database."""
    write_agencies(session)
    return served.base_url


@pytest.fixture(scope="module")
def looks(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """As `site`, one server for all tests of how pages look: that does not depend on the database."""
    home = tmp_path_factory.mktemp("looks")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000)
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        load_statistics(session, demo_data(TODAY)["release"], TODAY)
        write_agencies(session)
    engine.dispose()
    with serve(settings) as served:
        yield served.base_url


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """An old phone: narrow, and without scripts."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False, locale="zh-CN")
    yield context
    context.close()


def check(page: Page, subject: str, country: str = "CZ") -> None:
    page.select_option("#country", country)
    page.fill("#subject", subject)
    enter(page.locator("#subject"))


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_worker_checks_a_number_on_an_old_phone_and_shows_it_in_another_language(
    phone: BrowserContext, site: str
) -> None:
    page = phone.new_page()
    page.goto(site)
    assert page.url == f"{site}/zh-Hans/"
    check(page, NUMBER)
    assert NUMBER not in page.url
    # What the answer turns on is asked, with the answer so far above it.
    expect(page.locator(".answer h1")).to_contain_text("还要再问您一件事")
    expect(page.locator(".really")).to_contain_text("smyslena")
    speak(page.get_by_role("button", name="Italiano"))
    assert page.url.startswith(f"{site}/it/")
    expect(page.locator(".really")).to_contain_text("smyslena")
    expect(page.locator("#subject")).to_have_value(NUMBER)
    follow(page.get_by_role("link", name="Dati completi e storia"))
    expect(page.locator("h1")).to_have_text(NAME)
    speak(page.get_by_role("link", name="English"))
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.thorough
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_choosing_from_a_name_asks_again_about_the_agency_chosen(phone: BrowserContext, site: str) -> None:
    page = phone.new_page()
    page.goto(f"{site}/en/")
    check(page, "smyšlená dlouhojmenná")
    follow(page.locator(".candidates button").first)
    expect(page.locator(".answer h1")).to_contain_text("A few more questions before we can answer.")
    assert page.locator(".answer.yes").count() == 0
    page.go_back()
    expect(page.locator(".candidates button").first).to_be_visible()
    page.go_forward()
    follow(page.get_by_role("button", name="Back to the list"))
    expect(page.locator(".candidates button").first).to_be_visible()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_names_are_offered_while_one_is_typed_and_a_number_is_not_sent(browser: Browser, site: str) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.url.endswith("/names") else None)
    page.goto(f"{site}/en/")
    page.locator("#subject").press_sequentially("CISLO/0001")
    page.locator("#subject").fill("")
    page.locator("#subject").press_sequentially("smyslena dlouho")
    expect(page.locator("datalist option").first).to_have_attribute("value", NAME)
    assert all("0001" not in body for body in sent)
    with leading_on(page):
        page.keyboard.press("Enter")
    expect(page.locator(".candidates button")).to_contain_text(NAME)


@in_each_language
def test_no_page_is_wider_than_a_narrow_phone(phone: BrowserContext, looks: str, language: str) -> None:
    page = phone.new_page()
    for path in ("", "agencies", "coverage", "licences", "help", "statistics", "nothing"):
        page.goto(f"{looks}/{language}/{path}")
        assert_fits(page)
    page.goto(f"{looks}/{language}/agencies")
    follow(page.locator(".rows a").first)
    assert_fits(page)
    for subject in (NUMBER, SUSPENDED, "9" * 200):
        page.goto(f"{looks}/{language}/")
        check(page, subject)
        assert_fits(page)


MOST_SEEN = ["zh-Hans/", "en/agencies", "it/help", "zh-Hans/check"]
OTHERS = [
    *("it/coverage", "zh-Hant/licences", "en/help", "it/statistics"),
    *("it/fees", "zh-Hans/rules", "en/log", "zh-Hant/privacy", "it/nothing"),
]


@pytest.mark.parametrize("paths", [MOST_SEEN, *thorough(OTHERS)], ids=["most seen", "others"])
def test_axe_finds_nothing_wrong_with_pages(browser: Browser, looks: str, paths: list[str]) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    for path in paths:
        page.goto(f"{looks}/{path}")
        assert_sound(page)
    context.close()


@pytest.mark.parametrize("subjects", [[NUMBER], *thorough([SUSPENDED, "smyšlená", "99999999", "+86 138 0013 8000"])])
def test_axe_finds_nothing_wrong_with_answers(browser: Browser, looks: str, subjects: list[str]) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    for subject in subjects:
        page.goto(f"{looks}/zh-Hans/")
        check(page, subject)
        assert_sound(page)
    context.close()


@pytest.mark.thorough
def test_axe_finds_nothing_wrong_with_an_agency_and_with_a_fault(browser: Browser, looks: str) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{looks}/en/agencies")
    follow(page.locator(".rows a").first)
    assert_sound(page)
    page.goto(f"{looks}/en/")
    page.locator("#subject").evaluate("field => field.required = false")
    follow(page.get_by_role("button", name="Check"))
    expect(page.get_by_role("alert")).to_be_visible()
    assert_sound(page)
    context.close()


def test_everything_is_reached_by_keyboard_and_the_first_stop_skips_the_menu(browser: Browser, looks: str) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{looks}/en/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{looks}/en/#content")
    page.keyboard.press("Tab")
    expect(page.locator("#subject")).to_be_focused()
    page.keyboard.type(NUMBER)
    page.keyboard.press("Tab")
    expect(page.locator("#country")).to_be_focused()
    page.keyboard.type("Czechia")
    # Where the worker is recruited, by whom, and on which visa.
    for field in ("#origin", "#recruiter_kind", "#employer", "#visa", ".ask summary"):
        page.keyboard.press("Tab")
        expect(page.locator(field)).to_be_focused()
    page.keyboard.press("Tab")
    with leading_on(page):
        page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_be_visible()


def test_a_printed_answer_keeps_the_answer_and_drops_the_forms(browser: Browser, looks: str) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{looks}/en/")
    check(page, NUMBER)
    page.emulate_media(media="print")
    expect(page.locator(".answer h1")).to_be_visible()
    expect(page.locator("#next")).to_be_visible()
    for hidden in (".menu", ".tongues", ".leave", ".again", "#help"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert len(PdfReader(BytesIO(page.pdf(format="A4"))).pages) == 1


@pytest.mark.thorough
def test_text_at_twice_its_size_needs_no_sideways_scroll(phone: BrowserContext, looks: str) -> None:
    page = phone.new_page()
    page.set_viewport_size({"width": 360, "height": 640})
    for path in ("it/", "it/help", "it/licences", "it/statistics", "it/check", "it/fees", "zh-Hans/help", "en/privacy"):
        page.goto(f"{looks}/{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert_fits(page)


def test_every_target_is_at_least_44_pixels_high(phone: BrowserContext, looks: str) -> None:
    page = phone.new_page()
    for path in ("", "help", "check", "fees", "log", "licences", "agencies", "accessibility"):
        page.goto(f"{looks}/zh-Hans/{path}")
        assert_targets_are_large(page)
    for subject in (NUMBER, SUSPENDED, "smyšlená"):
        page.goto(f"{looks}/zh-Hans/")
        check(page, subject)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert_targets_are_large(page)


@in_each_language
def test_the_field_and_the_answer_stand_within_the_first_screen(
    phone: BrowserContext, looks: str, language: Language
) -> None:
    page = phone.new_page()
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(f"{looks}/{language}/")
    expect(page.locator("#subject")).to_be_in_viewport(ratio=1)
    check(page, NUMBER)
    for part in (".answer .sign", ".answer h1"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)


def test_the_help_page_and_an_answer_can_be_left_at_once_for_the_weather(phone: BrowserContext, looks: str) -> None:
    page = phone.new_page()
    page.goto(f"{looks}/zh-Hans/")
    assert page.locator(".leave").count() == 0
    check(page, NUMBER)
    for path in ("", f"{looks}/zh-Hans/help"):
        if path:
            page.goto(path)
        expect(page.locator(".leave")).to_be_in_viewport(ratio=1)
        expect(page.locator(".leave")).to_have_attribute("href", "https://www.weather.com.cn/")
        expect(page.locator(".leave")).to_have_attribute("rel", "noreferrer nofollow")


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_the_first_view_is_light_enough_for_a_slow_line(browser: Browser, looks: str, language: str) -> None:
    sizes = transferred(browser, lambda page: page.goto(f"{looks}/{language}/"))
    assert sum(sizes) <= MAX_FIRST_VIEW


@pytest.mark.parametrize("width", [320, *thorough(1100)])
def test_the_lookup_page_is_one_answer_that_looks_as_with_the_whole_stylesheet(
    browser: Browser, looks: str, width: int
) -> None:
    """On a line with two seconds of delay a second answer before the first view would be two seconds more."""
    context = browser.new_context(viewport={"width": width, "height": 640}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{looks}/zh-Hans/")
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').map(({initiatorType, name}) => [initiatorType, name])"
    )
    before = page.evaluate(LOOK)
    page.add_style_tag(content=STYLESHEET.read_text())
    assert page.evaluate(LOOK) == before
    # What comes after the first view is the stylesheet for the answer, and nothing else.
    assert [name.rpartition("/")[2] for _, name in fetched if not name.startswith("data:")] in ([], ["style.css"])
    context.close()


def test_an_answer_is_light_enough_even_without_a_cache(browser: Browser, looks: str) -> None:
    def look_up(page: Page) -> None:
        page.goto(f"{looks}/zh-Hans/")
        check(page, NUMBER)

    assert sum(transferred(browser, look_up)) <= MAX_BYTES
