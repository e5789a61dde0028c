"""Hostile texts, everywhere they come out again: they are words there and nothing else."""

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.app import create_app
from registry.bulk.answering.copies import summary_draft
from registry.bulk.supply_chains import Link, chain_svg
from registry.complaints.intake import rules
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.http.request_reader import CSV, XLSX
from registry.http.transaction import services
from registry.officers.models import Officer
from registry.pages.public import papers
from registry.proofs.papers.making import Made, Making
from registry.proofs.papers.rendering import Draft, pdf_of
from registry.register.imports.report import Finding, Flaw, rejects_csv
from registry.vocabulary.register import Language
from registry.worker.bulk_jobs import work_on
from tests.api import example_registry
from tests.conftest import TEMPLATE
from tests.http.hostile import (
    BREAK_OUTS,
    ELEMENTS,
    FILE_NAMES,
    FORMULAS,
    LOUD,
    MARK,
    MARKUP,
    OVERRIDES,
    TAG,
    cells_of,
    harm_in,
    runs,
)
from tests.http.planting import Planted, plant
from tests.pages.intake.phone import PLACES, Phone
from tests.pages.officers.signed_in import OfficerClient, desk_of
from tests.pages.officers.walking import doors, filled, knock
from tests.pages.organisations.conftest import MemberClient
from tests.postgres import Server

pytestmark = pytest.mark.slow

ON_ONE = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
"""What a template does with words does not depend on the database."""
NO_PAGES = {
    "application/json",
    "application/problem+json",
    "application/octet-stream",
    "application/x-ndjson",
    "text/csv",
}
PAGE = (
    '<!doctype html><html lang="en"><head><title>{0}</title></head><body><p title="{0}">{0}</p><textarea>{0}</textarea>'
    + ("<select><option value='{0}'>{0}</option></select></body></html>")
)


def test_the_look_finds_what_is_not_escaped_and_nothing_else() -> None:
    """Otherwise the looks below would prove nothing."""
    for text in (*(f"{end}{one}" for one in ELEMENTS for end in BREAK_OUTS), TAG, MARKUP):
        assert harm_in(PAGE.format(text)) != [], text
        assert harm_in(PAGE.format(escape(text))) == [], text
    assert harm_in(f"<p>{OVERRIDES}x</p>") != harm_in(f"<p><bdi>{OVERRIDES}x</bdi></p>") == []


@dataclass(frozen=True, slots=True)
class Site:
    app: Flask
    client: FlaskClient
    session: Session
    settings: Settings
    planted: Planted

    def desk(self, officer: Officer) -> OfficerClient:
        return desk_of(self.client, self.session, officer)

    @property
    def member_client(self) -> MemberClient:
        return MemberClient(self.client, self.session, self.planted.member, now())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One registry of each kind, planted once for the many looks."""
    home = tmp_path_factory.mktemp("hostile")
    url = f"sqlite:///{home / 'registry.sqlite3'}"
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), home / "registry.sqlite3")
    else:
        server: Server = request.getfixturevalue("postgres")
        server.clone(TEMPLATE, "hostile")
        url = server.url("hostile")
    settings = Settings(home, url, files=home / "files", rate=1_000_000, edges=frozenset(Edge))
    settings.prepare_home()
    app = create_app(settings)
    with services(app).sessions() as session:
        planted = plant(session, Keyring(settings.keys), settings)
        session.commit()
        example_registry.publish(settings, services(app).sessions)
        yield Site(app, app.test_client(), session, settings, planted)
    services(app).engine.dispose()


def looked_at(address: str, response) -> bool:  # type: ignore[no-untyped-def]
    """Whether a page shows something of what was planted; fails where it does anything."""
    assert response.headers["X-Content-Type-Options"] == "nosniff", address
    if response.mimetype != "text/html":
        return False
    html = response.get_data(as_text=True)
    assert harm_in(html) == [], address
    return response.status_code == 200 and html.count(MARK) > 3


SHOWN = {
    "": "/audit /cases /entries /imports /licences /licences/waiting /officers /openings /overview /own /sanctions",
    "/cases/<reference>": " /decision /hearings /notes /openings /trail /translation /referrals/<referral> /referrals/new",
    "/cases/<reference>/hearings": "/<hearing> /<hearing>/check /<hearing>/serve",
    "/licences": "/<reference> /<reference>/acts/<act> /agencies/<reference>/deposit /proposals/<reference>",
    "/sanctions": "/<reference> /<reference>/edit",
}
"""Pages of the console on which some of what was planted must come out."""
OUTSIDE = {"rep": ("/entry", "/hearings/<reference>"), "partner": ("/referrals/<reference>",)}


@pytest.mark.thorough
def test_no_page_of_the_console_takes_words_for_html(site: Site) -> None:
    planted, desk, shows = site.planted, site.desk(site.planted.owner), set()
    for door in doors(site.app):
        if door.method == "GET" and not door.is_api:
            address = door.address(**filled(door, planted.things))
            if looked_at(address, knock(door, address, site.client, desk, "")):
                shows.add(door.rule.removeprefix("/console"))
    assert shows >= {f"{begin}{one.strip()}" for begin, rest in SHOWN.items() for one in rest.split(" ")}
    assert shows >= {"/officers/<reference>", "/entries/<reference>"}


@ON_ONE
def test_neither_an_agency_nor_a_partner_is_harmed_by_what_others_wrote(site: Site) -> None:
    for who, paths in OUTSIDE.items():
        desk = site.desk(getattr(site.planted, who))
        for path in paths:
            reference = site.planted.things[path.split("/")[1].removesuffix("s")]
            address = f"/console{path.replace('<reference>', reference)}"
            assert looked_at(address, desk.get(address)), address


@ON_ONE
def test_no_page_of_the_public_takes_words_for_html(site: Site) -> None:
    things = site.planted.things
    agency, found = things["agency"], {"name": MARKUP[:150], "q": MARKUP[:150], "number": TAG, "subject": TAG}
    for path in (f"agencies/{agency}", "agencies", f"licences/{things['licence']}", f"licences/{site.planted.licence}"):
        for language in ("en", "zh-Hans"):
            address = f"/{language}/{path}"
            assert looked_at(address, site.client.get(address, query_string=found)), address
    for address in (f"/embed/{agency}", f"/badge/{agency}.svg", "/en/log", "/en/licences", "/en/coverage"):
        response = site.client.get(address, query_string=found)
        looked_at(address, response)
        assert harm_in(response.get_data(as_text=True)) == [], address
    assert looked_at("/en/", site.client.post("/en/", data=found, follow_redirects=True))
    advert = found | {"advert": MARKUP}
    assert looked_at("/en/check", site.client.post("/en/check", data=advert, follow_redirects=True))


@ON_ONE
def test_an_officers_program_is_given_words_that_no_browser_reads_as_a_page(site: Site) -> None:
    """In JSON `<` is itself: the content type, and that it must not be sniffed, keep it from being a page."""
    planted, desk, displayed = site.planted, site.desk(site.planted.owner), set()
    for door in doors(site.app):
        if door.method == "GET" and door.is_api:
            address = door.address(**filled(door, planted.things))
            response = knock(door, address, site.client, desk, planted.token)
            assert response.headers["X-Content-Type-Options"] == "nosniff", address
            assert response.headers["Cache-Control"] == "no-store", address
            assert response.mimetype in NO_PAGES, (address, response.mimetype)
            answer = response.headers.get("Content-Disposition", "")
            assert MARK not in answer
            if response.mimetype == "text/csv":
                assert [cell for cell in cells_of(response.data) if runs(cell)] == [], address
            if response.status_code == 200 and MARK.encode() in response.data:
                displayed.add(door.rule.removeprefix("/api/v1"))
    assert len(displayed) > 20, displayed


@ON_ONE
def test_the_filer_reads_hostile_words_again_and_they_do_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "TRIES", 2)
    phone, given = Phone(site.app.test_client(), "en"), dict.fromkeys(("account", "introducer"), MARKUP[:500])
    phone.begin()
    for code, words in (
        given | {"employer": MARKUP[:200], "region": TAG * 2, "name": TAG * 2, "contact_when": TAG * 2}
    ).items():
        phone.answer(PLACES[code], answer=words)
        assert looked_at(code, phone.go(f"/{PLACES[code]}")), code
    place = str(PLACES["agency"])
    phone.go(f"/{place}")
    for go in ("find", "next"):
        # Its own words are among what is found: another complainant wrote them as the name of an agency.
        phone.press(place, name=MARKUP[:150], go=go)
        assert harm_in(phone.text) == [], go
    phone.answer(PLACES["contact"], how="wechat", address=TAG * 2)
    assert looked_at("contact", phone.go(f"/{PLACES['contact']}"))
    assert looked_at("all", phone.go("/all"))
    phone.press("send")
    assert looked_at("write", phone.press("write", text=LOUD))
    for path in ("/mine", "/copy"):
        assert looked_at(path, phone.go(path)), path
    for path in ("/kept", "/end", "/files"):
        looked_at(path, phone.go(path))


@ON_ONE
def test_no_page_of_an_organisation_takes_words_for_html(site: Site) -> None:
    member_client = site.member_client
    body = f'"{escape(TAG)}",licence number\n"{MARKUP.replace(chr(34), chr(34) * 2)}",1\n'
    for name in (re.sub('["\r\n]', "", one) for one in FILE_NAMES):  # as browsers leave them out
        taken = member_client.post("/account/lists", list=(io.BytesIO(body.encode()), name))
        at = taken.headers["Location"]
        assert looked_at(at, member_client.get(at)), name
    for path in ("keys", "people", "watches", "lists", "own", "webhooks"):
        assert looked_at(path, member_client.get(f"/account/{path}")), path


def test_no_table_holds_a_formula(site: Site) -> None:
    desk = site.desk(site.planted.owner)
    key = {"Authorization": f"Bearer {site.planted.key}", "Content-Type": CSV}
    requested = "ref,licence number\n" + "".join(f'"{one}","{one}"\n' for one in FORMULAS)
    tables = [desk.get("/console/overview/agencies.csv"), desk.get("/console/overview.xlsx")]
    tables += [
        site.client.post("/api/v1/verifications", data=requested.encode(), headers=key | {"Accept": form})
        for form in (CSV, XLSX)
    ]
    for table in tables:
        cells = cells_of(table.data)
        assert any(MARK in cell for cell in cells)
        assert [cell for cell in cells if runs(cell)] == []
        assert MARK not in table.headers.get("Content-Disposition", "")


@ON_ONE
def test_no_file_that_an_organisation_takes_away_holds_a_formula(site: Site) -> None:
    key = {"Authorization": f"Bearer {site.planted.key}"}
    for one in (TAG, *FORMULAS):
        requested = {"licence_number": one, "claimed_name": one, "keep": True}
        assert site.client.post("/api/v1/verify", json=requested, headers=key).status_code in (200, 400), one
    body = "ref,licence number\n" + "".join(f'"{one}","{one}"\n' for one in (TAG, *FORMULAS))
    jobs, name = "/api/v1/verification-jobs", {"X-File-Name": quote(FILE_NAMES[0])}
    made = site.client.post(jobs, data=body.encode(), content_type=CSV, headers=key | name).json["job_id"]
    assert site.client.post(f"{jobs}/{made}/start", headers=key).status_code == 202
    existing = services(site.app)
    assert work_on(site.settings, existing.sessions, existing.reading_sessions) == 1
    forms = {f"{jobs}/{made}/results/{form}": form for form in ("csv", "xlsx", "jsonl")}
    for path, form in (forms | {"/api/v1/receipts/export?form=csv": "csv"}).items():
        had = site.client.get(path, headers=key)
        assert had.status_code == 200, path
        assert had.mimetype != "text/html"
        assert had.headers["X-Content-Type-Options"] == "nosniff"
        assert had.headers["Content-Disposition"].startswith("attachment; ")
        assert MARK not in had.headers["Content-Disposition"]
        if form != "jsonl":
            cells = cells_of(had.data)
            assert any(MARK in cell for cell in cells), path
            assert [cell for cell in cells if runs(cell)] == [], path


def test_a_report_of_rejected_rows_holds_no_formula() -> None:
    findings = [Finding(1, one, Flaw.NOT_A_DATE, value=one, detail=one) for one in FORMULAS]
    assert [cell for cell in cells_of(rejects_csv(findings).encode()) if runs(cell)] == []


@ON_ONE
def test_a_file_is_had_by_a_name_that_leads_nowhere(site: Site) -> None:
    things = site.planted.things
    had = site.desk(site.planted.owner).get(f"/console/cases/{things['case']}/files/{things['attachment']}")
    assert had.status_code == 200
    stated = had.headers["Content-Disposition"]
    assert (had.mimetype, stated.startswith("attachment; ")) == ("application/octet-stream", True)
    assert not any(
        sign in stated.partition("filename*=")[0].partition("filename=")[2].strip('"; ') for sign in '/\\<>"\r\n'
    )
    assert [name for name, _ in had.headers if name == "Set-Cookie"] == []


@ON_ONE
def test_no_paper_takes_words_for_html(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts: list[Draft] = []
    monkeypatch.setattr(
        papers.making, "paper", lambda _folder, _key, draft: (drafts.append(draft()), Made(Making.WAITING))[1]
    )
    for name in papers.PAPERS:
        site.client.get(f"/en/licences/{site.planted.licence}/{name}.pdf")
    links = [Link(MARKUP, TAG, "no", 1), Link(TAG, MARKUP, "unknown", 2)]
    drafts.append(summary_draft({TAG: MARKUP}, {"no": 1}, links, Language.EN, MARKUP, TAG))
    assert len(drafts) == 5
    assert harm_in(chain_svg(links, Language.EN)) == []
    for draft in drafts:
        assert MARK in draft.html
        assert harm_in(draft.html) == []


def test_a_paper_that_would_fetch_is_not_made() -> None:
    # Loaded where it is used: each process that collects tests would wait for it.
    from weasyprint.urls import FatalURLFetchingError

    questions = ('<img alt="" src="{}">', '<link rel="stylesheet" href="{}">', '<a rel="attachment" href="{}">x</a>')
    for address in ("file:///etc/hostname", "http://127.0.0.1:9/", "https://evil.example/x.png"):
        for element in questions:
            body = element.format(address)
            with pytest.raises(FatalURLFetchingError, match=re.escape(address)):
                pdf_of(Draft(f'<html lang="en"><head><title>x</title></head><body>{body}</body></html>'))
