"""The check of a printed code in a real browser: without sending it, on a narrow phone, and where scripts lack something."""

import io
import shutil
from base64 import b32decode, b32encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zlib import compress, decompress

import msgspec
import pytest
import requests
import zxingcpp
from PIL import Image as PillowImage
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.ids import new_reference
from registry.core.keyring import Keyring, Use
from registry.core.settings import Settings
from registry.log.signing import sign_committed
from registry.proofs.credentials.signing import cose_sign1, read_paper
from registry.proofs.wallets import staff
from registry.proofs.wallets.card_codes import card_code, card_of_row
from registry.proofs.wallets.issuing import WalletIssuer
from registry.proofs.wallets.presentations import Shown, Verifier, begin
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import Language, LicenceStatus
from registry.vocabulary.supervision import Ask, PresentationState, Refusal
from tests import make
from tests.browsing import assert_fits, assert_sound, assert_targets_are_large, enter, follow, speak, transferred
from tests.make import ZONES, changed, licence_record, make_agency, status_record
from tests.pages.public.shown_agencies import MAX_BYTES
from tests.proofs.wallets.making import call_of, order, with_wallets
from tests.serving import serve
from tests.thorough import thorough

QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""Alone looked for: now and then squares of a code look like a bar code of another kind."""

NAMES = {status: f"Smyšlená {status} s.r.o." for status in ("active", "suspended", "delisted", "expired")}


class Site:
    """A served registry with a code of each kind, as a camera read it when the licence was in force.

    `check_persons` begins checks of a person that come to different ends, and gives their addresses without the language.
    """

    def __init__(
        self, base_url: str, codes: dict[str, str], keyring: Keyring, check_persons: Callable[[], Mapping[str, str]]
    ) -> None:
        self.base_url = base_url
        self.codes = codes
        self.keyring = keyring
        self.check_persons = check_persons

    def packed(self, body: bytes) -> str:
        return f"{self.base_url}/v#" + b32encode(compress(body)).decode().rstrip("=")

    def opened(self) -> bytes:
        """The good code's COSE_Sign1."""
        fragment = self.codes["active"].partition("#")[2]
        return decompress(b32decode(fragment + "=" * (-len(fragment) % 8)))

    def signed(self, **claims: object) -> str:
        """The good code with other claims, signed by the registry's own key."""
        labels = {"issuer": 1, "exp": 4, "version": -65537}
        stated = read_paper(self.codes["active"]).claims | {labels[name]: value for name, value in claims.items()}
        return self.packed(cose_sign1(stated, self.keyring.signer(Use.CREDENTIAL)))

    def changed(self, place: int) -> str:
        """The good code with one character of its Base32 changed."""
        beginning, _, fragment = self.codes["active"].partition("#")
        other = "A" if fragment[place] != "A" else "B"
        return f"{beginning}#{fragment[:place]}{other}{fragment[place + 1 :]}"


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("codes")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000)
    engine = engine_for(settings.database_url)
    sessions = sessions_for(engine)
    with serve(settings, extra=WALLETS) as served:
        # The origin of the log is the address that is served.
        signed = with_wallets(replace(settings, public_url=served.base_url))
        holders = {}
        with sessions() as session:
            for status, name in NAMES.items():
                holders[status] = make_agency(session, name=name, licences=(licence_record(number=f"KOD/{status}"),))
            session.commit()
        sign_committed(signed, sessions)
        codes = {status: read_code(served.base_url, holder) for status, holder in holders.items()}
        with sessions() as session:
            codes |= card_codes(session, WalletIssuer.of(signed), holders)
            for status, holder in holders.items():
                if status != "active":
                    state(session, holder, LicenceStatus(status))
            session.commit()
        sign_committed(signed, sessions)

        def check_persons() -> Mapping[str, str]:
            with sessions.begin() as session:
                return checks_of_persons(session, WalletIssuer.of(signed), holders)

        yield Site(served.base_url, codes, Keyring(settings.keys), check_persons)
    engine.dispose()


WALLETS = {"REGISTRY_WALLETS": "on", "REGISTRY_OPERATOR": "Invented Ministry of Labour; IT; GOVIT-00000001"}


def card_codes(session: Session, issuer: WalletIssuer, holders: dict[str, record.Agency]) -> dict[str, str]:
    """Codes of staff cards by `card <status>` of their licence, and of one that ended."""
    picture = io.BytesIO()
    PillowImage.new("RGB", (60, 80), "#445566").save(picture, format="JPEG")
    codes = {}
    for what, status in (("active", "active"), ("suspended", "suspended"), ("ended", "active")):
        row = order(session, issuer, holders[status], "小明", "王", portrait=picture.getvalue())
        codes[f"card {what}"] = card_code(session, card_of_row(issuer.keyring, row), issuer.issuer.url, issuer.signer())
        if what == "ended":
            staff.end(call_of(session, holders[status]), row.reference)
    return codes


def checks_of_persons(session: Session, issuer: WalletIssuer, holders: dict[str, record.Agency]) -> dict[str, str]:
    """Where a worker reads how a check of a person ended, by the end; `past` is deleted already."""
    keyring, addresses = issuer.keyring, {"begin": "person", "past": "person/gone"}
    asker = Verifier(issuer.issuer.url, (keyring.active(Use.CREDENTIAL).certificate or "",), bytes, "")
    refusals = (Refusal.ALTERED, Refusal.SUSPENDED, Refusal.DECLINED)
    for end in ("waiting", "active", "expired", "delisted", *refusals):
        job = make.CZECH_AT_HOME
        made, reader = begin(session, keyring, asker, now(), ask=Ask.CARD, purpose="trial", name="trial", job=job)
        addresses[end] = f"person/{reader}"
        if isinstance(end, Refusal):
            made.state, made.refusal = PresentationState.REFUSED, end
        elif end in holders:
            holder = holders[end]
            shown = Shown(holder.agency_id, [NAMES[end]], holder.licences[0].licence_id, new_reference(), "小明", "王")
            sealed = keyring.seal(staff.SECRET, f"{made.reference} result", msgspec.json.encode(shown))
            made.state, made.result = PresentationState.SHOWN, sealed
    return addresses


def read_code(base_url: str, holder: record.Agency) -> str:
    picture = requests.get(f"{base_url}/en/licences/{holder.licences[0].licence_id}/code.png", timeout=30).content
    return str(zxingcpp.read_barcodes(PillowImage.open(io.BytesIO(picture)), formats=QR_CODES)[0].text)


def state(session: Session, holder: record.Agency, status: LicenceStatus) -> None:
    today = day_at(now(), ZONES["CZ"])
    history = (status_record(to=today - timedelta(days=1)), status_record(status, from_=today))
    licence = changed(holder.licences[0], status_history=history)
    amend(session, changed(holder, licences=(licence,)), Event("licence.amended"))


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="en-GB")
    yield context
    context.close()


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def expect_genuine(page: Page, stands: str, tone: str, words: str) -> None:
    expect(page.locator(f"#headline.{tone} [data-stands]:visible")).to_have_count(1)
    expect(page.locator(f"#headline [data-stands={stands}]")).to_be_visible()
    expect(page.locator(f"#headline [data-stands={stands}]")).to_contain_text(words)


def expect_false(page: Page, why: str) -> None:
    expect(page.locator(f"#false [data-why={why}]")).to_be_visible()
    expect(page.locator("#false [data-why]:visible")).to_have_count(1)
    expect(page.locator("#genuine")).to_be_hidden()


def test_a_code_is_checked_in_the_browser_and_never_sent(phone: BrowserContext, site: Site) -> None:
    page = phone.new_page()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    page.goto(site.codes["active"])
    expect_genuine(page, "in_force", "yes", "Genuine code, in force today")
    expect(page.locator("#genuine [data-row=holder]")).to_contain_text(NAMES["active"])
    expect(page.locator("#genuine [data-row=number]")).to_contain_text("KOD/active")
    expect(page.locator("#now")).to_contain_text("The licence is in force")
    expect(page.get_by_text("It does not prove that the paper is genuine")).to_be_visible()
    fragment = site.codes["active"].partition("#")[2]
    assert not any(fragment[:40] in request.url.partition("#")[0] + (request.post_data or "") for request in sent)
    assert {request.url.split("/", 3)[2] for request in sent} == {site.base_url.partition("//")[2]}
    assert_fits(page)
    assert_sound(page)


@pytest.mark.parametrize(
    ("status", "stands", "tone", "words"),
    [
        ("suspended", "ended", "no", "Genuine, but not in force today"),
        *thorough(
            ("expired", "expired", "no", "Genuine, but the term has ended"),
            ("delisted", "unknown", "unknown", "Genuine, but the status today is unknown"),
        ),
    ],
)
def test_a_genuine_code_shows_that_the_licence_has_changed(
    phone: BrowserContext, site: Site, status: str, stands: str, tone: str, words: str
) -> None:
    page = opened(phone, site.codes[status])
    expect_genuine(page, stands, tone, words)
    expect(page.locator("#genuine [data-row=holder]")).to_contain_text(NAMES[status])
    assert_fits(page)
    assert_sound(page)


def test_when_the_registry_cannot_be_asked_a_genuine_code_has_an_unknown_status(
    phone: BrowserContext, site: Site
) -> None:
    page = phone.new_page()
    page.route("**/today", lambda route: route.abort())
    page.goto(site.codes["active"])
    expect_genuine(page, "unknown", "unknown", "the status today is unknown")
    expect(page.locator("#failed")).to_be_visible()


def expect_card(page: Page, stands: str, tone: str) -> None:
    expect(page.locator(f"#card .answer.{tone} [data-stands={stands}]")).to_be_visible()
    expect(page.locator("#card .word:visible")).to_have_count(1)


def test_a_staff_card_is_checked_in_the_browser_and_shows_the_face_that_was_signed(
    phone: BrowserContext, site: Site
) -> None:
    page = phone.new_page()
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    page.goto(site.codes["card active"])
    expect_card(page, "live", "face")
    expect(page.locator("#card [data-row=person]")).to_contain_text("王小明")
    expect(page.locator("#card [data-row=holder]")).to_contain_text(NAMES["active"])
    expect(page.locator("#portrait")).to_be_visible()
    expect(page.locator("#card")).to_contain_text("A code can be copied")
    fragment = site.codes["card active"].partition("#")[2]
    bodies = [request.url.partition("#")[0] + (request.post_data or "") for request in sent]
    assert not any(fragment[:40] in body or "%E7%8E%8B" in body for body in bodies)
    assert_fits(page)
    assert_sound(page)


@pytest.mark.parametrize(("which", "stands"), [("ended", "card_ended"), *thorough(("suspended", "licence_ended"))])
def test_an_end_or_a_suspension_of_a_staff_card_comes_first(
    phone: BrowserContext, site: Site, which: str, stands: str
) -> None:
    page = opened(phone, site.codes[f"card {which}"])
    expect_card(page, stands, "no")
    assert_fits(page)


def test_another_picture_than_the_signed_one_is_not_shown(phone: BrowserContext, site: Site) -> None:
    page = phone.new_page()

    def with_another(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        body = response.text()
        assert "data-portrait" in body
        route.fulfill(response=response, body=body.replace("base64,/9j/", "base64,/9j/AAAA"))  # type: ignore[attr-defined]

    page.route("**/cards/today", with_another)
    page.goto(site.codes["card active"])
    expect_card(page, "live", "face")
    expect(page.locator("#faceless")).to_be_visible()
    expect(page.locator("#portrait")).to_be_hidden()


def test_when_the_registry_cannot_be_asked_a_staff_card_is_unknown(phone: BrowserContext, site: Site) -> None:
    page = phone.new_page()
    page.route("**/cards/today", lambda route: route.abort())
    page.goto(site.codes["card active"])
    expect_card(page, "unknown", "unknown")
    expect(page.locator("#card .failed")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-Hans", *thorough("fr")])
def test_who_is_this_person_needs_no_script_fits_a_narrow_phone_and_is_light(
    browser: Browser, site: Site, language: str
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    page = opened(context, f"{site.base_url}/{language}/person")
    assert_fits(page)
    page.locator("#country").select_option("IT")
    follow(page.locator("main button"))
    picture = page.locator("img.code").screenshot()
    (found,) = zxingcpp.read_barcodes(PillowImage.open(io.BytesIO(picture)), formats=QR_CODES)
    assert found.text.startswith("haip-vp://?client_id=x509_hash%3A")
    assert_fits(page)
    context.close()
    assert sum(transferred(browser, lambda one: one.goto(f"{site.base_url}/{language}/person"))) <= MAX_BYTES


@pytest.mark.parametrize(("width", "languages"), [(1280, (Language.EN,)), *thorough((320, tuple(Language)))])
def test_axe_finds_nothing_in_any_state_of_who_is_this_person(
    browser: Browser, site: Site, width: int, languages: tuple[Language, ...]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 640})
    page = context.new_page()
    page.route("**/person/*", without_refresh)
    addresses, tones = site.check_persons().values(), set[str]()
    for language in languages:
        for address in addresses:
            page.goto(f"{site.base_url}/{language}/{address}")
            expect(page.locator("h1")).to_be_visible()
            assert page.locator(".answer.yes, main script").count() == 0
            tones |= {tone for tone in ("face", "no", "unknown") if page.locator(f".answer.{tone}").count()}
            assert_fits(page)
            assert_targets_are_large(page)
            assert_sound(page)
    assert tones == {"face", "no", "unknown"}
    context.close()


def without_refresh(route: Route) -> None:
    """The page as it is, but it stays while it is looked at."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "refresh"}
    route.fulfill(response=answer, headers=headers)


def test_no_changed_character_is_taken_for_genuine(phone: BrowserContext, site: Site) -> None:
    page = opened(phone, f"{site.base_url}/v")
    expect(page.locator("#none")).to_be_visible()
    for place in range(0, len(site.codes["active"].partition("#")[2]), 23):
        # Another fragment of the same address is checked without loading the page again; what was said of the one before
        # is taken away first.
        page.evaluate("document.getElementById('false').hidden = true")
        page.goto(site.changed(place))
        expect(page.locator("#false")).to_be_visible()
        expect(page.locator("#genuine")).to_be_hidden()
    assert_sound(page)


def test_one_code_has_one_text(phone: BrowserContext, site: Site) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    body = site.opened()
    for filling in range(8):
        # Zlib's levels give other lengths, so that some text has spare bits in its last character.
        fragment = b32encode(compress(body, filling + 1)).decode().rstrip("=")
        if len(fragment) % 8:
            break
    other = letters[letters.index(fragment[-1]) ^ 1]
    page = opened(phone, f"{site.base_url}/v#{fragment[:-1]}{other}")
    expect_false(page, "damaged")


def test_a_changed_content_does_not_pass_for_signed(phone: BrowserContext, site: Site) -> None:
    other = site.opened().replace(b"KOD/active", b"KOD/1ctive")
    assert other != site.opened()
    page = opened(phone, site.packed(other))
    expect_false(page, "forged")
    expect(page.locator("#genuine")).to_be_hidden()


def test_a_code_of_our_key_for_another_registry_is_foreign(phone: BrowserContext, site: Site) -> None:
    page = opened(phone, site.signed(issuer="https://other.example.invalid"))
    expect_false(page, "foreign")


def test_a_code_whose_term_is_over_says_so_though_the_licence_goes_on(phone: BrowserContext, site: Site) -> None:
    page = opened(phone, site.signed(exp=int(now().timestamp()) - 60))
    expect_genuine(page, "expired", "no", "Genuine, but the term has ended")
    expect(page.locator("#now")).to_contain_text("The licence is in force")


@pytest.mark.parametrize(
    "body",
    [
        b"\0" * 5000,  # more than may be inflated
        b"\xd2" + b"\x81" * 3000,  # nested without end
        *thorough(
            b"\xd2\x9a\xff\xff\xff\xff",  # an array of four thousand million
            b"\xd2\x5f\x41a\xff",  # of indefinite length
            b"\xd2\xa2\x01\x02\x01\x03",  # a key that stands twice
            b"\xf5",
            b"",
        ),
    ],
)
def test_a_bomb_or_rubbish_cannot_be_read(phone: BrowserContext, site: Site, body: bytes) -> None:
    page = opened(phone, site.packed(body))
    expect_false(page, "damaged")


def test_only_the_server_can_judge_a_code_of_a_compromised_key(phone: BrowserContext, site: Site) -> None:
    stated, instead = '"state": "active"', '"state": "compromised"'
    assert stated in requests.get(f"{site.base_url}/v", timeout=30).text
    page = phone.new_page()
    page.route(
        "**/v", lambda route: route.fulfill(response=(got := route.fetch()), body=got.text().replace(stated, instead))
    )
    page.goto(site.codes["active"])
    expect(page.locator("#agree")).to_be_visible()


def test_a_code_of_a_foreign_key_is_not_genuine(phone: BrowserContext, site: Site) -> None:
    page = phone.new_page()

    def without_keys(route: object) -> None:
        response = route.fetch()  # type: ignore[attr-defined]
        body = response.text().replace('"kid":', '"was":')
        route.fulfill(response=response, body=body)  # type: ignore[attr-defined]

    page.route("**/v", without_keys)
    page.goto(site.codes["active"])
    expect_false(page, "foreign")


@pytest.mark.parametrize("lacking", ["DecompressionStream", "crypto"])
def test_a_browser_that_cannot_check_sends_the_code_only_when_the_person_agrees(
    browser: Browser, site: Site, lacking: str
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="en-GB")
    context.add_init_script(f"Object.defineProperty(window, '{lacking}', {{ value: undefined }})")
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(site.codes["active"])
    expect(page.locator("#agree")).to_be_visible()
    assert_fits(page)
    assert_sound(page)
    assert "POST" not in sent
    follow(page.get_by_role("button", name="Send the code and check it"))
    expect_genuine(page, "in_force", "yes", "Genuine code, in force today")
    assert page.url == f"{site.base_url}/v"
    assert_fits(page)
    assert_sound(page)
    speak(page.get_by_role("button", name="Italiano"))
    expect_genuine(page, "in_force", "yes", "Codice autentico")
    context.close()


def test_without_scripts_the_page_says_why_and_takes_a_number(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="zh-CN", java_script_enabled=False)
    page = opened(context, site.codes["active"])
    expect(page.locator("#unread")).to_be_visible()
    for hidden in ("#reading", "#agree", "#none", "#false", "#genuine"):
        expect(page.locator(hidden)).to_be_hidden()
    assert_fits(page)
    page.fill("#subject", "KOD/active")
    enter(page.locator("#subject"))
    expect(page.locator("h1")).to_contain_text("还要再问您几件事")
    expect(page.locator("main")).to_contain_text(NAMES["active"])
    context.close()


def test_the_switch_of_language_keeps_the_code(phone: BrowserContext, site: Site) -> None:
    page = opened(phone, site.codes["active"])
    speak(page.get_by_role("link", name="简体中文"))
    expect_genuine(page, "in_force", "yes", "二维码是真的")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_without_a_code_the_page_says_so(phone: BrowserContext, site: Site) -> None:
    page = opened(phone, f"{site.base_url}/v")
    expect(page.locator("#none")).to_be_visible()
    assert_sound(page)


def test_the_check_is_light_enough_for_a_slow_line(browser: Browser, site: Site) -> None:
    assert sum(transferred(browser, lambda page: page.goto(site.codes["active"]))) <= MAX_BYTES


@pytest.mark.thorough
def test_log_and_papers_fit_a_narrow_phone_and_axe_finds_nothing(phone: BrowserContext, site: Site) -> None:
    page = opened(phone, site.codes["active"])
    follow(page.locator("#now a"))
    follow(page.get_by_role("link", name="Papers and code"))
    licence = page.url.rpartition("/")[2]
    for path in ("log", "log/2", f"licences/{licence}"):
        for language in ("zh-Hans", "it"):
            page.goto(f"{site.base_url}/{language}/{path}")
            assert_fits(page)
            assert_sound(page)
        assert sum(transferred(phone.browser, lambda one: one.goto(page.url))) <= MAX_BYTES, path  # type: ignore[arg-type]
