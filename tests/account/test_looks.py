"""How organisations' pages look: sound by axe in light and dark, and at 320 px, in three languages."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from registry.clock import now
from registry.config import Settings
from registry.db import engine_for, sessions_for
from registry.diligence import actions as diligence
from registry.employers import sessions
from registry.terms import Answer, Language
from tests.account.conftest import make_member
from tests.console.browsing import assert_fits, assert_sound
from tests.console.conftest import browser_type_launch_args
from tests.make import make_api_key, make_organisation
from tests.serving import serve

__all__ = ["browser_type_launch_args"]


@pytest.fixture(scope="module")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """One server, and a session of a member in each language."""
    home = tmp_path_factory.mktemp("account")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    settings = Settings(home, f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000)
    tokens = {}
    engine = engine_for(settings.database_url)
    with sessions_for(engine).begin() as session:
        organisation = make_organisation(session, "Invented Works and Sons for Garments and Shoes")
        make_api_key(session, organisation, name="nightly check of every supplier")
        for language in (Language.EN, Language.IT, Language.ZH_HANS):
            address = f"{'long' * 8}.{language.lower()}@works.example"
            member = make_member(session, organisation, email=address, language=language)
            tokens[language.value] = sessions.begin(session, member, now())
        question = {"licence_number": "FICT-CN-" + "9" * 60, "destination": "IT", "sector": "14.10"}
        kept = diligence.keep(
            session, organisation.id, "eyJ" + "x" * 1500, question, Answer.NO, None, at=now(), today=now().date()
        )
        tokens["receipt"] = kept.reference
    engine.dispose()
    with serve(settings) as server:
        yield server.base_url, tokens


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en", "light", 1280), ("it", "dark", 320), ("zh-Hans", "light", 320)]
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
    for path in ("keys", "people", "own", "receipts", "receipts/changes", f"receipts/{tokens['receipt']}"):
        page.goto(f"{address}/account/{path}")
        assert page.locator("h1").count() == 1
        assert_fits(page)
        assert_sound(page)
    context.close()
