"""How tests use a browser: nothing of a page is read before the page has come.

A click or a key that leads elsewhere goes through `follow` or `enter`: what is read at once after a bare `click()` is
of the page before, of no page, or of the next one, as the machine likes. What a page does by itself is waited for with
`expect`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT, AxeResults  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests import conftest
from tests.conftest import PATIENCE

# The usual five seconds are too few where five processes share two cores.
expect.set_options(timeout=PATIENCE)


@contextmanager
def leading_on(page: Page) -> Iterator[None]:
    """What the block does leads to another page, which is whole when the block ends."""
    with page.expect_navigation(wait_until="load", timeout=PATIENCE):
        yield


def follow(link: Locator) -> None:
    """Click on what leads elsewhere, and be there."""
    with leading_on(link.page):
        link.click()


def enter(field: Locator) -> None:
    """Send a form from one of its fields, and be where it leads."""
    with leading_on(field.page):
        field.press("Enter")


COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""Rules of axe that depend on the colours of a page."""


STRUCTURE = """() => {
  const words = "action alt aria-label content data-label datetime formaction href lang placeholder src title value".split(" ");
  const told = (one) => [
    one.tagName, one.textContent.trim() !== "", one.getClientRects().length > 0, one.matches(":focus"),
    one.checked, one.disabled, one.open,
    ...[...one.attributes].map(({name, value}) => [name, words.includes(name) ? value.trim() !== "" : value]),
  ].join(" ");
  return [innerWidth, ...[...document.querySelectorAll("*")].map(told)].join("\\n");
}"""
"""All of a page that axe looks at but its words and addresses, of which it asks no more than whether there are any."""

_sound: set[str] = set()


def assert_sound(page: Page) -> None:
    """axe finds nothing wrong, in light colours or in dark ones; the page's browser must have scripts.

    It has looked already at a page that is element for element one it found sound, in another language mostly. With
    `--everything` it looks at each.
    """
    page.wait_for_load_state()
    structure = page.evaluate(STRUCTURE)
    if structure in _sound and not conftest.is_everything:
        return
    report = barriers(page)
    assert report == "", f"{page.url}\n{report}"
    _sound.add(structure)


def barriers(page: Page) -> str:
    """What axe finds wrong with a page as it is, and with its colours in the other scheme; empty if it is sound."""
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)
    report = _violations(page, {})
    own, other = _schemes(page)
    page.emulate_media(color_scheme=other)
    report += _violations(page, COLOURS)
    page.emulate_media(color_scheme=own)
    return report


def _violations(page: Page, options: dict[str, Any]) -> str:
    run = "options => axe.run({...options, resultTypes: ['violations']}).then(({violations}) => ({violations}))"
    results = AxeResults(page.evaluate(run, options))
    return str(results.generate_report()) if results.violations_count else ""


def _schemes(page: Page) -> tuple[Literal["light", "dark"], Literal["light", "dark"]]:
    """The page's colour scheme and the other one."""
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    return ("dark", "light") if is_dark else ("light", "dark")


def assert_fits(page: Page) -> None:
    """Nothing reaches beyond the window's width; what scrolls does so in a box of its own."""
    page.wait_for_load_state()
    wide = page.locator("body *").evaluate_all(
        "all => all.filter(one => !one.closest('.scroll, .skip, .hidden') && one.getClientRects().length"
        " && one.getBoundingClientRect().right > innerWidth + 0.5).map(one => one.outerHTML.slice(0, 120))"
    )
    assert wide == [], (page.url, wide)


SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, summary, input, select, textarea")].filter((one) => {
  const box = one.getBoundingClientRect();
  // A link within a sentence is excepted (WCAG 2.5.8); a box to tick is as large as its label.
  const isInline = getComputedStyle(one).display === "inline" && one.parentElement.textContent.trim() !== one.textContent.trim();
  const label = one.closest("label"), height = label ? label.getBoundingClientRect().height : box.height;
  return box.height && box.width && height < 44 && !isInline && !one.matches(".skip, [type=hidden]");
}).map((one) => one.outerHTML)"""


def assert_targets_are_large(page: Page) -> None:
    """Everything that can be pressed is at least 44 pixels high."""
    small = page.evaluate(SMALL_TARGETS)
    assert small == [], (page.url, small)


def transferred(browser: Browser, act: Callable[[Page], object]) -> list[int]:
    """The bytes of each answer as they came over the line, headers included."""
    context = browser.new_context(service_workers="allow")
    page = context.new_page()
    sizes = weighed(page)
    act(page)
    page.wait_for_load_state("networkidle")
    context.close()
    return sizes


def weighed(page: Page) -> list[int]:
    """The bytes of each answer, from now on; an answer that only leads on counts too, though it has no end of its own."""
    sizes: list[int] = []

    def requested(event: dict[str, object]) -> None:
        answer = event.get("redirectResponse")
        if isinstance(answer, dict):
            sizes.append(int(answer["encodedDataLength"]))

    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    line.on("Network.requestWillBeSent", requested)
    return sizes


def speak(language: Locator) -> None:
    """Choose a language of a public page: they stand folded, so that the question stands within the first screen."""
    language.page.locator(".tongues summary").click()
    follow(language)


@contextmanager
def browsing(
    browser: Browser,
    site: str,
    token: str = "",
    *,
    scheme: str = "light",
    width: int = 1280,
    has_scripts: bool = False,
    locale: str = "en-GB",
) -> Iterator[BrowserContext]:
    """An officer's browser: `token` is a session's, of `sessions.begin`; without one it is not signed in."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=locale,
        java_script_enabled=has_scripts,
    )
    if token:
        context.add_cookies([{"name": "console", "value": token, "url": f"{site}/console"}])
    try:
        yield context
    finally:
        context.close()


SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""
"""Text as WCAG 2.2, 1.4.12 sets it apart."""

SET_APART = """rules => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [sheet];
    document.querySelectorAll("details").forEach(one => { one.open = true; });
}"""
"""No policy of contents forbids a sheet that a script holds."""

CUT = """() => [...document.querySelectorAll("main *, header *, nav *")].filter(one => {
    const style = getComputedStyle(one);
    const hides = style.overflowX === "hidden" || style.overflowY === "hidden" || style.overflow === "clip";
    return hides && one.getClientRects().length && one.innerText && !one.closest(".hidden, .skip, .unseen, .fold thead")
        && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1);
}).map(one => one.outerHTML.slice(0, 120))"""
"""What holds more text than it shows and cannot be scrolled."""


def assert_holds_spaced_text(page: Page) -> None:
    """Nothing is cut off or reaches beyond the window when its text is set apart and its folds are open."""
    page.evaluate(SET_APART, SPACED)
    assert_fits(page)
    cut = page.evaluate(CUT)
    assert cut == [], (page.url, cut)
