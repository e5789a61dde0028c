"""The intake in a real browser: without scripts on an old phone, by keyboard, in the dark, zoomed, and light to load."""

import io
import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from registry.complaints.attachments.uploading import PART_BYTES
from registry.complaints.sealing.sealer import Sealer
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.i18n.languages import CATALOGUES
from tests.browsing import (
    assert_fits,
    assert_holds_spaced_text,
    assert_sound,
    assert_targets_are_large,
    barriers,
    follow,
    leading_on,
    transferred,
    weighed,
)
from tests.complaints.filing import make_units
from tests.complaints.samples import jpeg, recording
from tests.pages.public.shown_agencies import write_agencies
from tests.serving import serve
from tests.thorough import thorough

ZH = CATALOGUES["zh-Hans"]
MAX_BYTES_OF_A_PAGE = 30_000
MAX_BYTES_OF_A_FILING = 385_000
"""Every question of every group with whom to call on each, and the list of groups after each; the short way is a sixth."""


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """Each window comes from a network of its own: admission is dearer, and the wait longer, for each more from one network."""
    make, numbers = browser.new_context, itertools.count(1)

    def made(**facts: Any) -> BrowserContext:
        return make(extra_http_headers={"X-Forwarded-For": f"198.51.100.{next(numbers)}"}, **facts)

    browser.new_context = made  # type: ignore[method-assign]
    yield browser
    browser.new_context = make  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def looks(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all: how pages look and work in a browser does not depend on the database."""
    home = tmp_path_factory.mktemp("intake")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000)
    engine = engine_for(settings.database_url)
    with sessions_for(engine).begin() as session:
        make_units(session, Sealer(Keyring(settings.keys)))
        write_agencies(session)
    engine.dispose()
    with serve(settings, extra={"REGISTRY_TRUSTED_PROXIES": "1"}) as served:
        yield served.base_url


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """An old phone: narrow, and without scripts."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False, locale="zh-CN")
    yield context
    context.close()


def begin(page: Page, site: str, language: str = "zh-Hans") -> str:
    page.goto(f"{site}/{language}/box")
    # With scripts the page works first and goes on by itself; without, it may lead to one that waits.
    follow(page.locator("form[data-work] button.main"))
    if page.url.endswith("/wait"):
        # Without scripts: the page looks again by itself when the wait is over.
        expect(page.get_by_role("heading", level=1)).to_have_text(CATALOGUES[language]["page.box.wait.ready"])
        follow(page.locator("form[data-work] button.main"))
    expect(page.locator(".digits span").first).to_be_visible()
    code = "".join(page.locator(".digits span").all_inner_texts())
    page.fill("#last_six", code[-6:])
    follow(page.locator("form.card button.main"))
    expect(page).to_have_url(f"{site}/{language}/box/short")
    return code


def answer_everything(page: Page, looked_at: Callable[[Page], None] = lambda page: None) -> int:
    """Answer question after question until all are done; gives how many there were. The short way is looked at first."""
    for _ in range(2):
        looked_at(page)
        follow(page.locator("form button.main"))
    looked_at(page)
    page.goto(page.url.replace("/all", "/ticks"))
    looked_at(page)
    page.goto(page.url.replace("/ticks", "/1"))
    count = 0
    while not page.url.endswith("/all"):
        looked_at(page)
        before = page.url
        if page.url.endswith("/more"):
            left = page.locator(".tasks li:not(:first-child):not(.done) a")
            follow(left.first if left.count() else page.locator("main a.main"))
            continue
        if page.url.endswith("/now"):
            follow(page.locator("main a.main"))
            continue
        count += 1
        fill(page)
        follow(page.locator("button[value=next]"))
        assert page.url != before, page.locator(".fault").all_inner_texts()
    looked_at(page)
    return count


ONE_OF_MANY = "[name=answer]:is([type=checkbox], [type=radio])"
FIELDS = (
    *("button[value=find]", "[name=amount]", "[name=address]", "select[name=answer]", ONE_OF_MANY, "textarea"),
    "[placeholder]",
)
"""What tells how a question is answered, the first that its page has."""


def fill(page: Page) -> None:
    match page.evaluate("fields => fields.find(one => document.querySelector(one))", FIELDS):
        case "button[value=find]":
            page.fill("#name", "示例劳务")
        case "[name=amount]":
            page.fill("[name=amount]", "30000")
        case "[name=address]":
            page.fill("[name=address]", "weixin")
        case "select[name=answer]":
            page.locator("select[name=answer]").select_option(index=3)
        case "textarea":
            page.fill("textarea", "老板拿走了护照，三个月没有发工资。")
        case "[placeholder]":
            page.fill("[name=answer]", "2026")
        case None:
            page.fill("[name=answer]", "5")
        case _:
            page.locator(ONE_OF_MANY).first.check()


@pytest.mark.thorough
def test_a_worker_files_on_an_old_phone_without_scripts_and_comes_back(
    phone: BrowserContext, browser: Browser, looks: str
) -> None:
    def look(page: Page) -> None:
        assert_fits(page)
        assert_targets_are_large(page)

    page = phone.new_page()
    code = begin(page, looks)
    assert answer_everything(page, look) > 30
    follow(page.locator("form.go button.main"))
    expect(page.get_by_role("heading", level=1)).to_have_text(ZH["case.reads.received"])
    look(page)
    page.fill("#text", "我换了一个房间。")
    follow(page.get_by_role("button", name=ZH["page.box.mine.send"]))
    expect(page.locator(".message")).to_contain_text("我换了一个房间。")
    page.go_back()
    page.go_back()
    page.reload()
    expect(page.locator(".message")).to_have_count(1)
    other = browser.new_context(viewport={"width": 320, "height": 640}, locale="zh-CN").new_page()
    other.goto(f"{looks}/zh-Hans/box/open")
    other.fill("#number", code)
    follow(other.locator("form[data-work] button.main"))
    expect(other.locator(".message")).to_contain_text("我换了一个房间。")
    other.context.close()


@pytest.mark.thorough
def test_leaving_hides_everything_and_back_shows_nothing(phone: BrowserContext, looks: str) -> None:
    phone.route(
        "https://www.weather.com.cn/**",
        lambda route: route.fulfill(body="<title>weather</title>sunny", content_type="text/html"),
    )
    page = phone.new_page()
    begin(page, looks)
    # A route sees no redirect: Chromium gets nowhere, and is answered when it tries again.
    with page.expect_event("requestfailed", lambda request: request.url == "https://www.weather.com.cn/"):
        page.locator(".leave button").click()
    page.wait_for_url("chrome-error://**")
    page.reload()
    expect(page).to_have_url("https://www.weather.com.cn/")
    page.go_back()
    expect(page).to_have_title("记事")
    expect(page.locator("#number")).to_be_visible()
    assert phone.cookies(looks) == [] or all(cookie["name"] != "notes" for cookie in phone.cookies(looks))


@pytest.mark.thorough
def test_leaving_shows_a_calendar_where_the_outside_cannot_be_reached(browser: Browser, looks: str) -> None:
    weather = "https://www.weather.com.cn/**"
    for is_reachable in (False, True):
        context = browser.new_context(viewport={"width": 320, "height": 640}, locale="zh-CN")
        page = context.new_page()
        begin(page, looks)
        if is_reachable:
            context.route(weather, lambda route: route.fulfill(body="<title>weather</title>", content_type="text/html"))
        else:
            context.route(weather, lambda route: route.abort())
        follow(page.locator(".leave button"))
        if is_reachable:
            expect(page).to_have_title("weather")
            page.go_back()
            expect(page.locator("#number")).to_be_visible()
        else:
            expect(page).to_have_url(f"{looks}/zh-Hans/box/month")
            expect(page.locator("td[aria-current]")).to_be_visible()
            assert_sound(page)
        assert all(cookie["name"] != "notes" for cookie in context.cookies(looks))
        context.close()


@pytest.mark.thorough
def test_a_script_does_the_work_with_and_without_webcrypto(browser: Browser, looks: str) -> None:
    for without in (False, True):
        context = browser.new_context(locale="zh-CN")
        if without:
            # As where an address is not encrypted, or in an old browser.
            context.add_init_script("Object.defineProperty(window.crypto, 'subtle', {value: undefined})")
        page = context.new_page()
        page.goto(f"{looks}/zh-Hans/box")
        expect(page.locator("form[data-work] [name=proof]")).not_to_have_value("")
        follow(page.locator("form[data-work] button.main"))
        expect(page).to_have_url(f"{looks}/zh-Hans/box/number")
        context.close()


def test_the_number_is_printed_without_any_word(browser: Browser, looks: str) -> None:
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(f"{looks}/zh-Hans/box")
    follow(page.locator("form[data-work] button.main"))
    page.emulate_media(media="print")
    expect(page.locator(".digits")).to_be_visible()
    displayed = page.locator("body").inner_text()
    assert re.fullmatch(r"[\d\s]+", displayed)
    page.context.close()


@dataclass(frozen=True, slots=True)
class Filing:
    """What a whole filing with scripts weighed, page by page as bytes so far, and what axe found wrong with its pages."""

    weighed: list[int]
    barriers: list[str]


@pytest.fixture(scope="module")
def filing(browser: Browser, looks: str, pytestconfig: pytest.Config) -> Filing:
    """One filing that axe looks at and that is weighed: a page of each shape, with `--everything` every page."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    sizes = weighed(page)
    found = Filing([], [])
    seen: set[str] = set()

    def look(page: Page) -> None:
        found.weighed.append(sum(sizes))
        shape = page.evaluate(SHAPE)
        if shape not in seen or pytestconfig.getoption("everything"):
            found.barriers.append(barriers(page))
        seen.add(shape)

    page.goto(f"{looks}/zh-Hans/box")
    follow(page.locator("form[data-work] button.main"))
    page.locator("details summary").click()
    found.barriers.append(barriers(page))
    code = "".join(page.locator(".digits span").all_inner_texts())
    page.fill("#last_six", "0")
    follow(page.locator("form.card button.main"))
    found.barriers.append(barriers(page))
    page.fill("#last_six", code[-6:])
    follow(page.locator("form.card button.main"))
    answer_everything(page, look)
    follow(page.locator("form.go button.main"))
    page.wait_for_load_state("networkidle")
    look(page)
    for path in ("/end", "/copy"):
        page.goto(f"{looks}/zh-Hans/box{path}")
        found.barriers.append(barriers(page))
    context.close()
    return found


SHAPE = """[...new Set([...document.querySelectorAll("main *")].map(
    one => `${one.tagName} ${one.className} ${one.type ?? ""}`))].sort().join()"""
"""Pages that consist of the same kinds of elements have one shape."""


@pytest.mark.thorough
def test_axe_finds_nothing_wrong_with_a_filing(filing: Filing) -> None:
    assert len(filing.barriers) > 10
    assert "".join(filing.barriers) == ""


@pytest.mark.parametrize("language", ["zh-Hans", *thorough("it")])
def test_axe_finds_nothing_wrong_around_it(browser: Browser, looks: str, language: str) -> None:
    context = browser.new_context(locale=language)
    page = context.new_page()
    for path in ("", "/open", "/wait", "/kept", "/nothing"):
        page.goto(f"{looks}/{language}/box{path}")
        assert_sound(page)
    context.close()


def test_everything_is_done_by_keyboard(browser: Browser, looks: str) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{looks}/en/box")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".leave button")).to_be_focused()
    press_on(page, "Begin and give me a number")
    expect(page).to_have_url(f"{looks}/en/box/number")
    code = "".join(page.locator(".digits span").all_inner_texts())
    tab_to(page, "#last_six")
    page.keyboard.type(code[-6:])
    with leading_on(page):
        page.keyboard.press("Enter")
    expect(page).to_have_url(f"{looks}/en/box/short")
    tab_to(page, "[name=in_danger]")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=in_danger][value=no]")).to_be_checked()
    press_on(page, "Save and go on")
    expect(page).to_have_url(f"{looks}/en/box/short/story")
    press_on(page, "Save and go on")
    expect(page).to_have_url(f"{looks}/en/box/all")
    press_on(page, "Send")
    expect(page).to_have_url(f"{looks}/en/box/mine")
    page.context.close()


def tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by the keyboard")


def press_on(page: Page, words: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            with leading_on(page):
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"{words} is not reached by the keyboard")


@pytest.mark.thorough
def test_zoomed_to_twice_nothing_is_cut_off(browser: Browser, looks: str) -> None:
    """A window of 640 at 200 % is one of 320: the same layout, with letters twice the size."""
    page = browser.new_context(viewport={"width": 320, "height": 480}, device_scale_factor=2, locale="it-IT").new_page()
    for path in ("", "/open"):
        page.goto(f"{looks}/it/box{path}")
        assert_fits(page)
    # Letters alone twice as large, as a phone's own setting makes them; and nothing is too small for a finger.
    for language in ("zh-Hans", "it"):
        page.goto(f"{looks}/{language}/box")
        follow(page.locator("form[data-work] button.main"))
        for path in (
            "/number",
            "/short",
            "/short/story",
            "/ticks",
            "/files",
            "/20",
            "/all",
            "/kept",
            "/month",
            "/open",
        ):
            page.goto(f"{looks}/{language}/box{path}")
            assert page.evaluate(TOO_SMALL) == [], (language, path)
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate("document.documentElement.scrollWidth") <= 321, (language, path)
    page.context.close()


@pytest.mark.thorough
def test_text_set_apart_is_whole_and_the_bar_hides_nothing_that_the_keyboard_reaches(
    browser: Browser, looks: str
) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 480}, locale="fr-FR").new_page()
    page.goto(f"{looks}/fr/box")
    follow(page.locator("form[data-work] button.main"))
    for path in ("", "/number", "/short", "/short/story", "/ticks", "/files", "/10", "/30", "/all", "/open", "/more"):
        page.goto(f"{looks}/fr/box{path}")
        # The way out is in the bar, as wide as the page, where the words say that it is.
        assert page.evaluate("document.querySelector('.slim .leave button').getBoundingClientRect().width") > 250
        for key in ("Tab", "Shift+Tab"):
            for _ in range(25):
                page.keyboard.press(key)
                assert page.evaluate(UNDER_BAR) == "", (path, key)
        assert_holds_spaced_text(page)
    page.context.close()


UNDER_BAR = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const bar = document.querySelector(".slim").getBoundingClientRect();
    return one !== document.body && !one.closest(".slim, .skip") && box.bottom <= bar.bottom && bar.top >= 0
        ? one.outerHTML.slice(0, 100) : "";
}"""
"""WCAG 2.2, 2.4.11: what has the focus is not wholly under the bar that stays at the top."""

TOO_SMALL = """[...document.querySelectorAll("a, button, input, select, textarea, summary")].filter(one => {
    const box = one.getBoundingClientRect();
    const inText = one.matches("p > a, li > a, dd > a") && one.parentElement.innerText.trim() !== one.innerText.trim();
    return box.width && (box.height < 24 || box.width < 24) && !inText && !one.closest(".hidden, .skip");
}).map(one => one.outerHTML.slice(0, 100))"""
"""WCAG 2.2, 2.5.8: what is pressed is 24 px wide and high, but for links within a sentence."""


@pytest.mark.thorough
def test_a_whole_filing_is_light_on_a_slow_line(filing: Filing) -> None:
    each = [later - earlier for earlier, later in pairwise(filing.weighed)]
    assert max(each) <= MAX_BYTES_OF_A_PAGE
    assert filing.weighed[-1] <= MAX_BYTES_OF_A_FILING, filing.weighed[-1]


@pytest.mark.parametrize("path", ["", "/open"])
def test_the_first_page_is_light_even_without_a_cache(browser: Browser, looks: str, path: str) -> None:
    sizes = transferred(browser, lambda page: page.goto(f"{looks}/zh-Hans/box{path}"))
    assert 0 < sum(sizes) <= MAX_BYTES_OF_A_PAGE


@pytest.mark.thorough
def test_a_worker_records_what_happened_and_sends_only_that(browser: Browser, looks: str) -> None:
    """With the microphone that Chromium invents for tests; nothing is typed but the number. The line is lost once on the way."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, permissions=["microphone"])
    page = context.new_page()
    begin(page, looks)
    page.goto(f"{looks}/zh-Hans/box/files")
    with page.expect_response("**/recording/part"):
        page.get_by_role("button", name=ZH["page.box.voice.start"]).click()
    # The page is gone while its speaker still speaks: the first seconds are there, and are offered.
    page.close()
    page = context.new_page()
    page.goto(f"{looks}/zh-Hans/box/files")
    expect(page.get_by_role("heading", name=ZH["page.box.voice.unfinished"])).to_be_visible()
    assert_fits(page)
    page.locator("form").filter(has_text=ZH["page.box.voice.unfinished"]).get_by_role("checkbox").check()
    follow(page.locator("form").filter(has_text=ZH["page.box.voice.unfinished"]).locator("[value=keep]"))
    expect(page.locator("article h2")).to_have_text("recording.webm")
    page.get_by_role("button", name=ZH["page.box.voice.start"]).click()
    expect(page.locator("[data-says]")).to_have_text(re.compile("0:01"))
    page.get_by_role("button", name=ZH["page.box.voice.stop"]).click()
    player = page.locator("audio[data-play]")
    expect(player).to_be_visible()
    expect(player).to_have_js_property("error", None)
    expect(player).not_to_have_js_property("readyState", 0)
    assert_fits(page)
    page.route("**/recording/part", lambda route: route.abort(), times=1)
    follow(page.locator("#voice").get_by_role("button", name=ZH["page.box.voice.send"]))
    expect(page.locator("article h2")).to_have_text(["recording.webm", "recording.webm"])
    expect(page.get_by_role("heading", name=ZH["page.box.voice.unfinished"])).to_have_count(0)
    page.goto(f"{looks}/zh-Hans/box/all")
    follow(page.get_by_role("button", name=ZH["page.box.all.send"]))
    expect(page.get_by_role("heading", level=1)).to_have_text(ZH["case.reads.received"])
    context.close()


def test_what_was_recorded_or_chosen_goes_along_without_a_press_on_its_own_button(browser: Browser, looks: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, permissions=["microphone"])
    page = context.new_page()
    begin(page, looks)
    page.goto(f"{looks}/zh-Hans/box/files")
    page.get_by_role("button", name=ZH["page.box.voice.start"]).click()
    expect(page.locator("[data-says]")).to_have_text(re.compile("0:01"))
    page.set_input_files("#file", {"name": "合同.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    # Still speaking: the big button at the end ends the recording, and takes both along.
    follow(page.locator("form[data-files] button[value=all]"))
    expect(page).to_have_url(f"{looks}/zh-Hans/box/all")
    expect(page.locator("#first li")).to_have_text([re.compile("recording.webm"), re.compile("合同.jpg")])
    follow(page.get_by_role("button", name=ZH["page.box.all.send"]))
    # And so they go into a case that is open.
    page.goto(f"{looks}/zh-Hans/box/files")
    page.set_input_files("#file", {"name": "工资条.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    follow(page.locator("form[data-files] button[value=mine]"))
    page.goto(f"{looks}/zh-Hans/box/files")
    expect(page.locator("article h2")).to_have_count(3)
    context.close()


@pytest.mark.thorough
def test_a_large_photograph_is_made_smaller_before_a_slow_line_carries_it(browser: Browser, looks: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    begin(page, looks)
    page.goto(f"{looks}/zh-Hans/box/files")
    photograph = noisy_jpeg(4000, 3000)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.url.endswith("/part") else None)
    page.set_input_files("#file", {"name": "合同.jpg", "mimeType": "image/jpeg", "buffer": photograph})
    follow(page.locator("form[data-files] button[value=all]"))
    expect(page.locator("#first li")).to_have_text([re.compile("合同.jpg")])
    assert 0 < len(sent) * PART_BYTES < len(photograph) / 2
    context.close()


def test_without_scripts_a_chosen_file_goes_along_too(phone: BrowserContext, looks: str) -> None:
    page = phone.new_page()
    begin(page, looks)
    page.goto(f"{looks}/zh-Hans/box/files")
    page.set_input_files("#voice-file", {"name": "录音.webm", "mimeType": "audio/webm", "buffer": recording("webm")})
    page.set_input_files("#file", {"name": "合同.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    follow(page.locator("form[data-files] button[value=all]"))
    expect(page.locator("#first li")).to_have_text([re.compile("录音.webm"), re.compile("合同.jpg")])


def noisy_jpeg(width: int, height: int) -> bytes:
    """A photograph as a telephone's camera makes them: large, and full of detail."""
    picture = Image.effect_noise((width // 8, height // 8), 80).resize((width, height)).convert("RGB")
    body = io.BytesIO()
    picture.save(body, "JPEG", quality=95)
    return body.getvalue()


@pytest.mark.thorough
def test_words_that_were_typed_are_there_after_the_page_was_closed(browser: Browser, looks: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    begin(page, looks)
    page.goto(f"{looks}/zh-Hans/box/short/story")
    with page.expect_response("**/box/words"):
        page.locator("#account").press_sequentially("护照被老板拿走了")
    page.close()
    page = context.new_page()
    page.goto(f"{looks}/zh-Hans/box/short/story")
    expect(page.locator("#account")).to_have_value("护照被老板拿走了")
    # Sent while the words before it are still on their way: the last ones count.
    page.route("**/box/words", lambda route: (page.wait_for_timeout(500), route.continue_()))
    page.locator("#account").press("Control+End")
    page.locator("#account").press_sequentially("，三个月没有工资")
    page.wait_for_timeout(2100)
    page.locator("#account").press_sequentially("。")
    follow(page.locator("form button.main"))
    expect(page.locator(".said").first).to_have_text("护照被老板拿走了，三个月没有工资。")
    context.close()
