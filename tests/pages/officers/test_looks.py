"""Looks and use of the console: sound by axe in light and dark, at 320 px, by keyboard, on paper, when things fail."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.officers import accounts, loans
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from registry.vocabulary.cases import PartnerKind
from tests.browsing import assert_fits, assert_holds_spaced_text, assert_sound, browsing
from tests.make import make_agency
from tests.officers.making import make_officer, make_unit
from tests.serving import serve
from tests.thorough import thorough

LANGUAGES = ("en", "it", "zh-Hans")


@dataclass(frozen=True, slots=True)
class Looks:
    """`tokens` are of a supervisor's session by language, `others` of sessions in other roles."""

    site: str
    tokens: dict[str, str]
    others: dict[Role, str]


@pytest.fixture(scope="module")
def looks(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looks]:
    """One server for all: how pages look does not depend on the database."""
    home = tmp_path_factory.mktemp("looks")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    edges = frozenset({Edge.API, Edge.PUBLIC, Edge.CONSOLE})
    settings = Settings(home, f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000, edges=edges)
    settings.prepare_home()
    keys, tokens = Keyring(settings.keys), {}
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        make_unit(session)
        for language in LANGUAGES:
            who = make_officer(session, keys, Role.SUPERVISOR, email=f"{language}@authority.example").officer
            who.language = language
            tokens[language] = OFFICER_SESSIONS.begin(session, who, now(), is_full=True)
        other = make_officer(
            session, keys, Role.TRIAGE, name="O" * 60, email=f"{'long' * 12}@authority.example"
        ).officer
        accounts.propose_roles(session, other, [Role.INVESTIGATOR], by=who.reference, at=now())
        loans.lend(Call(session, who, now()), other, Role.SUPERVISOR, now().date(), now().date())
        agency = make_agency(session).agency_id
        make_unit(session, "agency-invented-unit", agency=agency)
        make_unit(session, "partner-invented-unit", partner_kind=PartnerKind.NGO)
        others = {}
        for role in PLACES:
            unit = {Role.AGENCY_REP: "agency-invented-unit", Role.PARTNER: "partner-invented-unit"}.get(
                role, "it-invented-unit"
            )
            one = make_officer(session, keys, role, unit=unit, email=f"{role}@authority.example").officer
            one.language = "it" if role is Role.LICENSING else "en"
            others[role] = OFFICER_SESSIONS.begin(session, one, now(), is_full=True)
        session.commit()
    engine.dispose()
    with serve(settings) as served:
        yield Looks(served.base_url, tokens, others)


OPEN = ("sign-in", "code", "join")
PLACES = {
    Role.LICENSING: ("", "licences", "imports", "entries", "sanctions"),
    Role.AUDITOR: ("audit", "overview"),
    Role.CUSTODIAN: ("identities", "openings"),
    Role.TRIAGE: ("papers",),
    Role.TRANSLATOR: ("translations",),
    Role.AGENCY_REP: ("", "entry", "hearings"),
    Role.PARTNER: ("", "referrals"),
}
"""Where each role works besides, as it is on the first day."""
SIGNED_IN = ("", "cases", "overview", "officers", "own")


@pytest.mark.parametrize("language", ["zh-Hans", *thorough("en", "it")])
def test_axe_finds_nothing_wrong(browser: Browser, looks: Looks, language: str) -> None:
    for token, paths in (("", OPEN), (looks.tokens[language], SIGNED_IN)):
        with browsing(browser, looks.site, token, has_scripts=True, locale=language.replace("Hans", "CN")) as it:
            page = it.new_page()
            for path in (*paths, "nothing-here"):
                page.goto(f"{looks.site}/console/{path}")
                assert_sound(page)


@pytest.mark.parametrize("language", ["zh-Hans", *thorough("en", "it")])
def test_every_page_fits_a_narrow_screen(browser: Browser, looks: Looks, language: str) -> None:
    for token, paths in (("", OPEN), (looks.tokens[language], SIGNED_IN)):
        with browsing(browser, looks.site, token, width=320, has_scripts=True) as it:
            page = it.new_page()
            for path in paths:
                page.goto(f"{looks.site}/console/{path}")
                assert_fits(page)
                assert_holds_spaced_text(page)


@pytest.mark.thorough
def test_every_role_finds_its_pages_sound_on_a_telephone(browser: Browser, looks: Looks) -> None:
    for role, paths in PLACES.items():
        with browsing(browser, looks.site, looks.others[role], width=320, scheme="dark", has_scripts=True) as it:
            page = it.new_page()
            for path in paths:
                answer = page.goto(f"{looks.site}/console/{path}")
                assert answer is not None
                assert answer.status == 200, (role, path)
                assert_fits(page)
                assert_sound(page)


def test_the_first_stop_skips_the_menu_and_keys_are_listed_and_the_same_for_every_role(
    browser: Browser, looks: Looks
) -> None:
    with browsing(browser, looks.site, looks.tokens["en"], has_scripts=True) as it:
        page = it.new_page()
        page.goto(f"{looks.site}/console/officers")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{looks.site}/console/officers#main")
        page.keyboard.press("Tab")
        expect(page.locator("main :focus")).to_have_count(1)
        keys = {one.get_attribute("href"): one.get_attribute("accesskey") for one in page.locator("nav a").all()}
        assert (keys["/console/"], keys["/console/officers"], keys["/console/own"]) == ("1", "9", "0")
        page.locator("main").focus()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
        page.keyboard.press("j")
        expect(page.locator("main tbody th a:focus")).to_have_count(1)
        marked = page.locator("main tbody th a:focus").get_attribute("href")
        page.keyboard.press("o")
        expect(page).to_have_url(f"{looks.site}{marked}")


def test_single_keys_can_be_switched_off(browser: Browser, looks: Looks) -> None:
    with browsing(browser, looks.site, looks.tokens["en"], has_scripts=True) as it:
        page, marked = it.new_page(), "main tbody th a:focus"
        page.goto(f"{looks.site}/console/own")
        page.get_by_label("Use single keys").uncheck()
        page.goto(f"{looks.site}/console/officers")
        for key in ("j", "?", "/"):
            page.keyboard.press(key)
        expect(page.locator(marked)).to_have_count(0)
        expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
        page.keyboard.press("Control+k")
        expect(page.locator("#search")).to_be_focused()
        page.goto(f"{looks.site}/console/own")
        page.get_by_label("Use single keys").check()
        page.goto(f"{looks.site}/console/officers")
        page.keyboard.press("j")
        expect(page.locator(marked)).to_have_count(1)


def test_paper_shows_what_was_found_and_no_buttons(browser: Browser, looks: Looks) -> None:
    with browsing(browser, looks.site, looks.tokens["en"]) as it:
        page = it.new_page()
        page.emulate_media(media="print")
        for path, heading in (("own", "My account"), ("officers", "Officers of this unit")):
            page.goto(f"{looks.site}/console/{path}")
            expect(page.get_by_role("heading", name=heading)).to_be_visible()
            for hidden in (".bar", "button", "form", "a.button", ".acts"):
                assert all(not one.is_visible() for one in page.locator(hidden).all()), hidden
        # The queue is a form with a table: its lines are on paper, what is chosen and done there is not.
        page.locator("main").evaluate(
            """main => { main.innerHTML = `<section><form class="on-paper"><table class="queue"><tbody><tr>
            <td><input type="checkbox"></td><th>a case</th></tr></tbody></table><div>act</div></form></section>
            <section><h2>to type</h2><form><input></form></section><p><button>go on</button> why not</p>`; }"""
        )
        assert page.locator("main").inner_text().split() == ["a", "case"]


def test_errors_are_in_the_officers_language_beside_the_menu(browser: Browser, looks: Looks) -> None:
    with browsing(browser, looks.site, looks.tokens["it"]) as it:
        answer = it.request.post(f"{looks.site}/console/own/sessions/end", form={"form": "of another session"})
        assert answer.status == 409
        stated = answer.text()
        assert '<html lang="it">' in stated
        assert "Il modulo viene da un altro accesso" in stated
        assert 'href="/console/officers"' in stated
