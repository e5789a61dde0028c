"""How organisations' pages look: sound by axe in light and dark, and at 320 px, in three languages."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.bulk.archive import receipts
from registry.bulk.archive.lists import SignedStatements, archive_list
from registry.bulk.manifest import statement
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.organisations import second_steps
from registry.organisations.sessions import MEMBER_SESSIONS
from registry.vocabulary.organisations import JobKind
from registry.vocabulary.register import Answer, Language, LicenceStatus
from registry.vocabulary.watches import DeliveryState
from registry.watches import watches, webhooks
from registry.watches.delivery.connections import CERTIFICATES
from registry.watches.models import Delivery
from registry.watches.watches import Number
from tests.browsing import assert_fits, assert_holds_spaced_text, assert_sound
from tests.make import (
    licence_record,
    make_agency,
    make_api_key,
    make_job,
    make_organisation,
    organisation_call,
    suspend,
)
from tests.pages.organisations.conftest import make_member
from tests.serving import serve
from tests.thorough import thorough
from tests.watches.making import fan_out_committed


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """One server, and a session of a member in each language."""
    home = tmp_path_factory.mktemp("account")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    settings = Settings(home, f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000)
    tokens = {}
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        organisation = make_organisation(session, "Invented Works and Sons for Garments and Shoes")
        make_api_key(session, organisation, name="nightly check of every supplier")
        for language in (Language.EN, Language.IT, Language.ZH_HANS):
            address = f"{'long' * 8}.{language.lower()}@works.example"
            member = make_member(session, organisation, email=address, language=language)
            tokens[language.value] = MEMBER_SESSIONS.begin(session, member, now(), is_full=True)
        app, _ = second_steps.begin_app(session, Keyring(settings.keys), member, "long" * 15, now().date())
        app.is_confirmed = True
        tokens["half"] = MEMBER_SESSIONS.begin(session, member, now(), is_full=False)
        question = {"licence_number": "FICT-CN-" + "9" * 60, "destination": "IT", "sector": "14.10"}
        call = organisation_call(session, organisation.id)
        stored = receipts.archive_receipt(call, "eyJ" + "x" * 1500, question, Answer.NO, None)
        tokens["receipt"] = stored.reference
        watched(session, Keyring(settings.keys), organisation.id)
        tokens["list"] = listed(session, settings, organisation.id)
        tokens["kept"] = kept_whole(session, organisation.id)
        session.commit()
    engine.dispose()
    with serve(settings) as server:
        yield server.base_url, tokens


def watched(session: Session, keyring: Keyring, organisation: int) -> None:
    """A watch of each kind under long names, a webhook that fails, and deliveries of every state."""
    agency = make_agency(session, licences=(licence_record(),))
    fan_out_committed(session, keyring)
    watches.watch_agency(organisation_call(session, organisation), agency.agency_id, "Our supplier's agency")
    watches.watch_list(
        organisation_call(session, organisation), keyring, [Number("A/1")], "Whole supply " + "long" * 24
    )
    watches.watch_search(organisation_call(session, organisation), {"country": "CZ", "sector": "14.10"}, "Czech sewing")
    made = webhooks.make(
        organisation_call(session, organisation),
        keyring,
        f"https://hooks.works.example/{'events/' * 40}",
        "Ear",
        is_unsafe=False,
    )
    made.webhook.failing_since = now()
    for status in (LicenceStatus.SUSPENDED, LicenceStatus.ACTIVE, LicenceStatus.REVOKED):
        suspend(session, agency.agency_id, status)
    fan_out_committed(session, keyring)
    for delivery, state in zip(session.scalars(select(Delivery)), DeliveryState, strict=True):
        delivery.state, delivery.attempts, delivery.trouble = state, 3, CERTIFICATES[20]


def listed(session: Session, settings: Settings, organisation: int) -> str:
    """A list under a long name whose columns are to be looked at."""
    name = f"suppliers-{'long-' * 12}.csv"
    return make_job(session, settings.home, organisation, b"licence number,country\n1,CZ\n", name).reference


def kept_whole(session: Session, organisation: int) -> str:
    """An archived list whose rows have another answer now, one of them under a long name."""
    reference, question = new_reference(), {"name": "Invented " + "long" * 20}
    stated = {"question": question, "verdict": "yes", "reasons": [], "records": [], "on": "2026-01-05"}
    rows = [statement(n, key, n + 2, stated) for n, key in enumerate((None, "our-row-" + "9" * 60))]
    counts = {"items": 2, "yes": 2, "no": 0, "unknown": 0, "refused": 0}
    signed = SignedStatements(reference, rows, counts, "eyJ")
    stored = archive_list(organisation_call(session, organisation), JobKind.VERIFICATION, signed)
    stored.name = f"kept-{'long-' * 12}.csv"
    return reference


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("zh-Hans", "light", 320), *thorough(("en", "light", 1280), ("it", "dark", 320))]
)
def test_pages_are_sound_and_fit(
    browser: Browser, site: tuple[str, dict[str, str]], language: str, scheme: str, width: int
) -> None:
    address, tokens = site
    context = browser.new_context(
        viewport={"width": width, "height": 700},
        color_scheme=scheme,
        locale=language,
        reduced_motion="reduce",  # type: ignore[arg-type]
    )
    page = context.new_page()
    for path in ("register", "sign-in"):
        page.goto(f"{address}/account/{path}")
        assert_fits(page)
        assert_sound(page)
    context.add_cookies([{"name": "account", "value": tokens[language], "url": f"{address}/account"}])
    whole = ["keys", "people", "own", "receipts", "receipts/changes", f"receipts/{tokens['receipt']}"]
    stored = f"receipts/lists/{tokens['kept']}"
    whole += [f"{stored}/changes"]
    if language == "zh-Hans":
        whole += ["second-step"]
    if language == "it":
        whole += ["watches", "webhooks", "lists", f"lists/{tokens['list']}", "receipts/lists", stored]
    for path in whole:
        page.goto(f"{address}/account/{path}")
        assert page.locator("h1").count() == 1
        assert_fits(page)
        assert_sound(page)
        assert_holds_spaced_text(page)
    if language == "it":
        context.add_cookies([{"name": "account", "value": tokens["half"], "url": f"{address}/account"}])
        page.goto(f"{address}/account/code")
        assert page.locator("#code").count() == 1
        assert_fits(page)
        assert_sound(page)
    context.close()
