"""Every page of the console: sound by axe, narrow, by keyboard, translated.

What links lead to is looked at on the demonstration's desk. All pages are found in the URL map, and looked at with what tests
make of each kind; the test fails for a page about something that is not made here.
"""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from registry.app import create_app
from registry.complaints.case.complaint_codes import derive, new_code
from registry.complaints.case.models import Case
from registry.complaints.casework import firms
from registry.complaints.casework.actions import Officer as CaseOfficer
from registry.complaints.casework.models import Employer
from registry.complaints.intake import paper_forms
from registry.complaints.parties.models import Hearing, Referral
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.demo.complaints import add_officers, load_complaints
from registry.demo.load import demo_data, demo_reference, load
from registry.demo.officers_work import add_work
from registry.officers.models import Officer, OfficerState
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from registry.pages.officers import edge
from registry.supervision.entries import actions as entry_requests
from registry.vocabulary.cases import CaseRole, ConsentKind
from registry.vocabulary.register import Language
from registry.vocabulary.supervision import EntryRequestKind
from tests.browsing import assert_fits, assert_sound, browsing
from tests.complaints.casework.access_grants import making as openings
from tests.complaints.parties.referrals import making as referrals
from tests.officers.making import make_officer
from tests.pages.officers.walking import doors, filled, make_things, people_maker
from tests.serving import serve
from tests.supervision.sanctions import making as sanctions

UNREACHED = """() => [...document.querySelector("main").querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((one) => one.getClientRects().length && one.tabIndex < 0 && !one.disabled)
  .filter((one) => !document.querySelector(`main a[href="${one.getAttribute("href")}"]:not([tabindex="-1"])`))
  .map((one) => one.outerHTML.slice(0, 120))"""
"""What can be pressed and no Tab comes to, but for a second link to the same place."""

FOREIGN = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), holder = walk.currentNode.parentElement;
    if (/[A-Za-z]{3,}[ ,.:]+[A-Za-z]{3,}/.test(text)
      && !holder.closest("bdi, code, kbd, pre, script, style, textarea, option, datalist, [lang], .words")) found.push(text);
  }
  return found;
}"""
"""Words in another script than the page's that no one typed."""


HUBS = frozenset(
    {
        "console_home.show_home",
        "console_case.show_case",
        "console_hearings.list_hearings",
        "console_referrals.list_referrals",
    }
)
"""Pages that are looked at for each officer, for what they lead to depends on the role."""


NO_PAGE = re.compile(r"/(export|file|receipt)$|/files/|\.(csv|xlsx|ics)$")
"""Rules of files to be saved."""


class Site(NamedTuple):
    """Where the desk is served, and the token of a session of each officer by address."""

    address: str
    tokens: dict[str, str]
    settings: Settings


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("pages")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    edges = frozenset({Edge.API, Edge.PUBLIC, Edge.CONSOLE})
    settings = Settings(home, f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000, edges=edges)
    settings.prepare_home()
    sealer, at, tokens = Sealer(Keyring(settings.keys)), now(), {}
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        assert load(session) is not None
        data = demo_data(at.date())
        agencies = {entry["tag"]: demo_reference("agency", entry["tag"]) for entry in data["agency"]}
        load_complaints(session, sealer, data["unit"], data["complaint"], agencies, at)
        add_officers(session, sealer, at)
        add_work(session, sealer, at, settings)
        for officer in session.scalars(select(Officer)):
            officer.state = OfficerState.ACTIVE
            tokens[officer.email] = OFFICER_SESSIONS.begin(session, officer, at, is_full=True)
        session.commit()
    engine.dispose()
    with serve(settings) as served:
        yield Site(served.base_url, tokens, settings)


class Made(NamedTuple):
    """Where things that tests make are served: the address of each page about them by its rule, and sessions that see them."""

    address: str
    paths: dict[str, str]
    tokens: list[str]
    settings: Settings


@pytest.fixture(scope="module")
def made(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    home = tmp_path_factory.mktemp("made")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    edges = frozenset({Edge.API, Edge.PUBLIC, Edge.CONSOLE})
    settings = Settings(home, f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000, edges=edges)
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        paths, tokens = everything(create_app(settings), session, Sealer(Keyring(settings.keys)))
        session.commit()
    engine.dispose()
    with serve(settings) as served:
        yield Made(served.base_url, paths, tokens, settings)


def everything(app: Flask, session: Session, sealer: Sealer) -> tuple[dict[str, str], list[str]]:
    """One thing of each kind, in units of their own: the addresses of its pages by rule, and sessions of all roles there."""
    people = people_maker(app.test_client(), session, sealer.keyring)
    things = make_things(session, sealer.keyring, people)
    owner = people(sanctions.UNIT, *Role, email="walker@desk.example")
    heard = session.scalars(select(Case).join(Hearing).where(Hearing.reference == things["hearing"])).one()
    told = session.scalars(select(Case).join(Referral).where(Referral.reference == things["referral"])).one()
    anna = people("it-labour", *Role, email="anna@labour.example")
    call = Call(session, CaseOfficer(anna.officer.reference, CaseRole.INVESTIGATOR, "it-labour"), now())
    firms.link_employer(call, sealer, heard.reference, firms.EmployerLink(name="Invented Sewing Srl", country="IT"))
    employer = session.scalars(select(Employer.reference)).one()
    code, today = new_code(), call.at.date()
    minted = paper_forms.premint(session, sealer, code, derive(sealer.keyring, code), Language.IT, today)
    paper = paper_forms.begin(call, sealer, minted.reference, today)
    granted = openings.granted(session, sealer, heard.reference, officer=call.actor, at=call.at)
    passed_on = referrals.sent(
        session, sealer, referrals.file_with_name(session, sealer, consents=(ConsentKind.UNION,)),
        expires_on=today + timedelta(days=20), at=call.at,
    )  # fmt: skip
    asked = entry_requests.ask(
        Call(session, entry_requests.Rep("R. Rep", things["agency"]), call.at),
        EntryRequestKind.CLONE_REPORT,
        "Invented.",
    )
    things |= {"opening": granted.reference, "entry": asked.reference}
    own = {
        "/console/referrals/": {"reference": passed_on.reference},
        "/console/employers/": {"reference": employer},
        "/console/papers/": {"reference": paper, "part": "B"},
        "/console/licences/agencies/<reference>/acts/": {"act": "register_intermediary"},
    }
    outside = [
        session.scalars(select(Officer).where(Officer.unit == things["portal"])).one(),
        make_officer(
            session, sealer.keyring, Role.PARTNER, unit=referrals.UNION, email="partner@union.example"
        ).officer,
    ]
    tokens = [OFFICER_SESSIONS.begin(session, one, now(), is_full=True) for one in outside]
    walkers = [owner.desk.token, anna.desk.token, *tokens]
    special = {
        "/console/cases/<reference>/hearings": {"case": heard.reference},
        "/console/cases/<reference>/referrals": {"case": told.reference},
        "/console/cases/<reference>/openings": {"case": heard.reference},
    }
    addresses = {}
    for door in doors(app):
        if door.method == "GET" and not door.is_api:
            more = next((facts for beginning, facts in special.items() if door.rule.startswith(beginning)), {})
            references = filled(door, things | more)
            references |= next((facts for beginning, facts in own.items() if door.rule.startswith(beginning)), {})
            addresses[door.rule] = door.address(**references) + ("?q=Invented" if door.rule.endswith("/search") else "")
    return addresses, walkers


def speak(settings: Settings, language: str) -> None:
    engine = engine_for(settings.database_url)
    with sessions_for(engine).begin() as session:
        for officer in session.scalars(select(Officer)):
            officer.language = language
    engine.dispose()


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "width"),
    [
        ("zh-Hant", 320),
        *(pytest.param(*other, marks=pytest.mark.in_test_all) for other in (("it", 320), ("zh-Hans", 1280))),
    ],
)
def test_each_page_is_sound_fits_and_is_translated(browser: Browser, site: Site, language: str, width: int) -> None:
    speak(site.settings, language)
    adapter = create_app(site.settings).url_map.bind("")
    seen: set[str] = set()
    visited: set[str] = set()
    wrong: list[str] = []
    for token in site.tokens.values():
        with browsing(browser, site.address, token, width=width, has_scripts=True) as it:
            page = it.new_page()
            waiting = ["/console/"]
            while waiting:
                path = waiting.pop(0)
                answer = page.goto(site.address + path)
                assert answer is not None
                assert answer.status == 200, path
                wrong += faults_of(page, path, language)
                for href in page.locator("a[href^='/console']").evaluate_all(
                    "all => all.filter(one => !one.download).map(one => one.getAttribute('href'))"
                ):
                    endpoint = endpoint_of(adapter, href)
                    visit = f"{endpoint} {token if endpoint in HUBS else ''}"
                    if endpoint is not None and visit not in visited:
                        seen.add(endpoint)
                        visited.add(visit)
                        waiting.append(href.partition("#")[0])
            page.set_content("<body><p>Nobody translated this</p></body>")
            assert page.evaluate(FOREIGN) != []
    assert wrong == []
    assert len(seen) > 40, seen


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.in_test_all
@pytest.mark.parametrize(("language", "width"), [("it", 320), ("zh-Hans", 1280)])
def test_each_page_of_the_url_map_is_sound(browser: Browser, made: Made, language: str, width: int) -> None:
    speak(made.settings, language)
    wrong: list[str] = []
    left = {rule: path for rule, path in made.paths.items() if not NO_PAGE.search(rule)}
    for token in made.tokens:
        with browsing(browser, made.address, token, width=width, has_scripts=True) as it:
            page = it.new_page()
            for rule, path in list(left.items()):
                answer = page.goto(made.address + path)
                assert answer is not None
                if answer.status == 200:
                    wrong += faults_of(page, path, language)
                    del left[rule]
    assert wrong == []
    assert left == {}, "nothing that tests make leads to these pages: make what they show"


def faults_of(page: Page, path: str, language: str) -> list[str]:
    found = []
    for check in (assert_sound, assert_fits):
        try:
            check(page)
        except AssertionError as fault:
            found.append(f"{path}: {fault}"[:900])
    found += [f"{path}: no Tab comes to {one}" for one in page.evaluate(UNREACHED)]
    if language.startswith("zh"):
        found += [f"{path}: not translated: {one}" for one in page.evaluate(FOREIGN)]
    return found


FILE = re.compile(r"\.\w+$|/(export|download|file|print|clean)$")


def endpoint_of(adapter: object, href: str) -> str | None:
    """The endpoint of a page; None for a file, for one that is not the console's, and where signing out leads."""
    path = re.split(r"[?#]", href)[0]
    try:
        endpoint, _ = adapter.match(path, method="GET")  # type: ignore[attr-defined]
    except (HTTPException, RequestRedirect):
        return None
    return None if FILE.search(path) or not path.startswith(edge.PATH) else str(endpoint)
