"""Looks of the pages of decisions and sanctions: sound by axe, in light and dark, and no overflow at 320 px."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from registry.vocabulary.register import SanctionKind
from registry.vocabulary.supervision import SanctionState, Timing
from tests.browsing import assert_fits, assert_sound, browsing
from tests.complaints.casework.decisions.making import REASONS, SUMMARY
from tests.officers.making import make_officer
from tests.serving import serve
from tests.supervision.sanctions import making
from tests.thorough import thorough


@dataclass(frozen=True, slots=True)
class Looks:
    """`tokens` by language, of an officer with every right on decisions and sanctions; `paths` of their pages."""

    site: str
    tokens: dict[str, str]
    paths: dict[str, str]


@pytest.fixture(scope="module")
def looks(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looks]:
    home = tmp_path_factory.mktemp("looks")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    edges = frozenset({Edge.API, Edge.PUBLIC, Edge.CONSOLE})
    settings = Settings(home, f"sqlite:///{home / 'registry.sqlite3'}", rate=1_000_000, edges=edges)
    settings.prepare_home()
    keys, tokens = Keyring(settings.keys), {}
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        paths = invented(session, Sealer(keys))
        for language in ("en", "zh-Hans"):
            roles = (Role.INVESTIGATOR, Role.DECIDER, Role.SUPERVISOR, Role.LICENSING)
            email = f"{language}@authority.example"
            who = make_officer(session, keys, *roles, unit=making.UNIT, name="Invented Officer", email=email).officer
            who.language = language
            tokens[language] = OFFICER_SESSIONS.begin(session, who, now(), is_full=True)
        session.commit()
    engine.dispose()
    with serve(settings) as served:
        yield Looks(served.base_url, tokens, paths)


def invented(session: Session, sealer: Sealer) -> dict[str, str]:
    """A draft, a decision, and sanctions in each of the states that look different."""
    making.make_desk(session, sealer)
    existing, other = making.make_held(session), making.make_held(session)
    drafted = making.looked_into(session, sealer, existing)
    making.drafted(session, sealer, drafted, reasons=REASONS * 5, summary=SUMMARY)
    filed, decision = making.decided_case(session, sealer, existing)
    look = making.LOOK._replace(timing=Timing.POINTS_TO_NOBODY)
    facts = {"by": making.DANA, "decision": decision.reference, "look": look, "public_text": SUMMARY}
    stayed = making.in_force(session, sealer, existing, **facts)
    making.ended(session, stayed, SanctionState.STAYED_BY_APPEAL)
    proposed = making.proposed(session, sealer, other, SanctionKind.REVOCATION)
    waits = making.reviewed(session, sealer, other, SanctionKind.BLACKLISTING)
    return {
        "draft": f"/console/cases/{drafted.case.reference}/decision",
        "decision": f"/console/cases/{filed.case.reference}/decision",
        "list": "/console/sanctions",
        "new": f"/console/sanctions/new?decision={decision.reference}",
        "stayed": f"/console/sanctions/{stayed.reference}",
        "proposed": f"/console/sanctions/{proposed.reference}",
        "waits": f"/console/sanctions/{waits.reference}",
    }


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), *thorough((320, "zh-Hans"))], ids=["wide", "narrow"])
def test_the_pages_are_sound_and_fit(browser: Browser, looks: Looks, width: int, language: str) -> None:
    with browsing(browser, looks.site, looks.tokens[language], width=width, has_scripts=True) as context:
        page = context.new_page()
        for path in looks.paths.values():
            page.goto(looks.site + path)
            assert page.locator("h1").count() == 1, path
            assert_fits(page)
            if width == 320:
                assert_sound(page)
