"""Security keys in a real browser, with the key that Chromium makes up for tests (it works on `localhost` alone)."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from tests.browsing import assert_fits, assert_sound, browsing, follow, leading_on
from tests.officers.making import PASSWORD, make_officer, make_unit
from tests.serving import serve


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """`token` is a session's of the officer."""

    site: str
    email: str
    token: str


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleSession]:
    home = tmp_path_factory.mktemp("keys")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    edges = frozenset({Edge.PUBLIC, Edge.CONSOLE})
    settings = Settings(home, f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000, edges=edges)
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        make_unit(session)
        officer = make_officer(session, Keyring(settings.keys), Role.TRIAGE).officer
        token, email = OFFICER_SESSIONS.begin(session, officer, now(), is_full=True), officer.email
        session.commit()
    engine.dispose()
    with serve(settings, name="localhost") as served:
        yield ConsoleSession(served.base_url, email, token)


def with_made_up_key(page: Page) -> None:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    facts = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": facts})


def give_password(page: Page, desk: ConsoleSession) -> None:
    page.goto(f"{desk.site}/console/sign-in")
    page.locator("#email").fill(desk.email)
    page.locator("#password").fill(PASSWORD)
    with leading_on(page):
        page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_visible()


def test_an_officer_adds_a_key_and_signs_in_with_it(browser: Browser, desk: ConsoleSession) -> None:
    with browsing(browser, desk.site, desk.token, has_scripts=True, width=320) as context:
        page = context.new_page()
        faults: list[str] = []
        page.on("console", lambda stated: faults.append(stated.text) if stated.type == "error" else None)
        with_made_up_key(page)
        page.goto(f"{desk.site}/console/own")
        page.get_by_text("Add one", exact=True).click()
        page.locator("#factor-name").fill("blue key")
        page.locator("#factor-password").fill(PASSWORD)
        follow(page.get_by_role("button", name="Add a security key"))
        assert_fits(page)
        assert_sound(page)
        expect(page.get_by_role("button", name="Ask the key")).to_be_focused()
        with leading_on(page):
            page.keyboard.press("Enter")
        stored = page.locator("tr", has_text="blue key")
        expect(stored).to_contain_text("security key")
        expect(stored).to_contain_text("never")
        follow(page.get_by_role("button", name="Sign out"))
        give_password(page, desk)
        assert_fits(page)
        assert_sound(page)
        expect(page.get_by_role("button", name="Use a security key")).to_be_focused()
        with leading_on(page):
            page.keyboard.press("Enter")
        expect(page.locator(".bar")).to_contain_text("Invented Officer")
        page.goto(f"{desk.site}/console/own")
        expect(page.locator("tr", has_text="blue key")).not_to_contain_text("never")
        # Another browser, without a key of this officer, is told so and goes on with a code.
        assert faults == []
    with browsing(browser, desk.site, has_scripts=True) as context:
        page = context.new_page()
        with_made_up_key(page)
        give_password(page, desk)
        page.get_by_role("button", name="Use a security key").click()
        expect(page.get_by_text("No key answered")).to_be_visible()
        expect(page.locator("#code")).to_be_editable()


def test_without_scripts_the_page_says_what_works(browser: Browser, desk: ConsoleSession) -> None:
    with browsing(browser, desk.site) as context:
        page = context.new_page()
        give_password(page, desk)
        expect(page.get_by_text("which are off in this browser")).to_be_visible()
        expect(page.get_by_role("button", name="Use a security key")).not_to_be_visible()
        expect(page.locator("#code")).to_be_visible()
