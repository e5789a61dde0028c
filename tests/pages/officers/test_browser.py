"""The console in a real browser: what a client of our own making would never notice."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import accounts
from registry.officers.rights import Role
from tests.browsing import browsing, follow, leading_on
from tests.officers.making import PASSWORD, Joined, make_officer, make_unit
from tests.serving import Served

EMAIL = "officer@authority.example"


def sign_in(page: Page, site: str, who: Joined) -> None:
    """Sign in through the forms, by keyboard, as an officer would."""
    page.goto(f"{site}/console/sign-in")
    # What is typed before the field has the focus is typed nowhere.
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.type(who.officer.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with leading_on(page):
        page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(who.code(now()))
    with leading_on(page):
        page.keyboard.press("Enter")
    expect(page.locator(".bar")).to_contain_text(who.officer.name)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_officer_signs_in_and_out_through_the_forms_without_scripts(
    browser: Browser, served: Served, session: Session, settings: Settings
) -> None:
    make_unit(session)
    who = make_officer(session, Keyring(settings.keys), Role.SUPERVISOR)
    session.commit()
    with browsing(browser, served.base_url) as context:
        page = context.new_page()
        sign_in(page, served.base_url, who)
        follow(page.get_by_role("button", name="Sign out"))
        expect(page.locator("#email")).to_be_focused()
        page.goto(f"{served.base_url}/console/officers")
        expect(page.locator("#email")).to_be_focused()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_supervisor_sees_what_others_proposed_and_approves_it(
    browser: Browser, served: Served, session: Session, settings: Settings
) -> None:
    make_unit(session)
    keys = Keyring(settings.keys)
    who = make_officer(session, keys, Role.SUPERVISOR)
    other = make_officer(session, keys, Role.TRIAGE, name="Other Officer", email="other@authority.example").officer
    accounts.propose_roles(session, other, [Role.INVESTIGATOR], by="somebody", at=now())
    session.commit()
    with browsing(browser, served.base_url) as context:
        page = context.new_page()
        sign_in(page, served.base_url, who)
        follow(page.get_by_role("link", name="Officers", exact=True))
        waiting = page.locator("section", has_text="Waiting for a second person")
        expect(waiting).to_contain_text("Other Officer")
        follow(waiting.get_by_role("button", name="Approve"))
        expect(page.locator("tr", has_text="Other Officer")).to_contain_text("investigator")
