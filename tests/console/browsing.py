"""An officer's browser for tests: without scripts unless axe needs them, signed in by the cookie alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page


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
    """`token` is a session's, of `sessions.begin`; without one nobody is signed in."""
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


def assert_sound(page: Page) -> None:
    """axe finds nothing wrong; the page's browser must have scripts."""
    results = Axe().run(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def assert_fits(page: Page) -> None:
    """Nothing reaches beyond the window's width; what scrolls does so in a box of its own."""
    wide = page.locator("body *").evaluate_all(
        "all => all.filter(one => !one.closest('.scroll, .skip') && one.getClientRects().length"
        " && one.getBoundingClientRect().right > innerWidth + 0.5).map(one => one.outerHTML.slice(0, 120))"
    )
    assert wide == [], page.url
