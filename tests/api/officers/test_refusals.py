"""What every operation refuses, asked of every example of the documentation just before it is asked as it should be.

The examples are stories in which each operation is done to something that is there. What must not be done would show:
the same request is answered as documented right after it was refused.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.api.officers.examples import LICENCES
from registry.api.officers.neighbour_examples import NEIGHBOURS
from registry.api.officers.party_examples import ENTRIES, HEARINGS
from registry.api.officers.sanction_examples import SANCTIONS
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers import accounts
from registry.officers.models import Officer, RoleHeld
from registry.officers.rights import Role
from registry.register.agencies.models import Agency
from tests.api.conftest import then
from tests.api.officers.stories import STORIES, Ask, Story, play, token_of
from tests.make import authority_of, make_source
from tests.officers.making import make_officer, make_unit

__all__ = ["then"]

Before = Callable[[Any, Ask], object]

stories = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.examples[0].operation)


def play_all(client: FlaskClient, session: Session, keyring: Keyring, story: Story, before: Before) -> None:
    """Each example is answered with its status, after `before`."""
    for _ in play(client, session, keyring, story, before=before):
        pass


@stories
def test_nothing_is_changed_from_a_version_that_is_not_the_present_one(
    client: FlaskClient, session: Session, keyring: Keyring, then: object, story: Story
) -> None:
    def before(example: Any, ask: Ask) -> None:
        if example.version is not None and example.status < 300:
            assert ask(None).status_code == 428, example.request_line()
            assert ask(example.version + 1).status_code == 412, example.request_line()

    play_all(client, session, keyring, story, before)


OF_NO_UNIT = {"getLawOverlay", "approveLawOverlay", "withdrawLawOverlay"}
"""What operators of any unit put into force and withdraw."""


@stories
def test_what_is_anothers_is_not_there(
    client: FlaskClient, session: Session, keyring: Keyring, then: object, story: Story
) -> None:
    """Even for an officer of another unit and authority with every role."""
    strangers: list[str] = []

    def before(example: Any, ask: Ask) -> None:
        if not strangers:
            make_source(session, "AT")
            make_unit(session, "at-other", "AT", authority=authority_of("AT"))
            strangers.append(token_of(session, with_roles(session, keyring, "at-other", *Role)))
            session.commit()
        if example.path and example.status < 300 and example.operation not in OF_NO_UNIT:
            answer = ask(example.version, strangers[0])
            assert answer.status_code == 404, example.request_line()
            assert answer.json["code"] == "not_found", example.request_line()

    play_all(client, session, keyring, story, before)


def with_roles(session: Session, keyring: Keyring, unit: str, *roles: Role) -> Officer:
    """With any roles, even such as no one may have together."""
    officer = make_officer(session, keyring, Role.LICENSING, unit=unit, email=f"other@{unit}.example").officer
    for existing in session.scalars(select(RoleHeld).where(RoleHeld.officer_id == officer.id)):
        session.delete(existing)
    session.add_all([RoleHeld(officer_id=officer.id, role=role, since_on=now().date()) for role in roles])
    return officer


ABOUT_AGENCIES = [story for story in STORIES if story.examples in (HEARINGS, ENTRIES, SANCTIONS, LICENCES, NEIGHBOURS)]
OF_NO_AGENCY = {"approveListOnHold", "rejectListOnHold"}


@pytest.mark.parametrize("story", ABOUT_AGENCIES, ids=lambda story: story.examples[0].operation)
def test_an_officer_with_an_interest_in_the_agency_neither_reads_nor_acts(
    client: FlaskClient, session: Session, keyring: Keyring, then: object, story: Story
) -> None:
    tokens: dict[str, str] = {}

    def before(example: Any, ask: Ask) -> None:
        if not example.path or example.status >= 300 or example.operation in OF_NO_AGENCY:
            return
        if example.who not in tokens:
            query = select(Officer).where(func.lower(Officer.name) == f"invented {example.who}")
            colleague = session.scalars(query).one()
            roles = accounts.own_roles(session, colleague)
            if Role.AGENCY_REP in roles:
                return
            email = f"{example.who}@elsewhere.example"
            officer = make_officer(session, keyring, *roles, unit=colleague.unit, email=email).officer
            for agency in session.scalars(select(Agency.reference)):
                accounts.declare_conflict(session, officer, agency, now().date())
            tokens[example.who] = token_of(session, officer)
            session.commit()
        answer = ask(example.version, tokens[example.who])
        assert answer.status_code == 403, example.request_line()
        assert answer.json["detail"].startswith("you declared an interest"), example.request_line()

    play_all(client, session, keyring, story, before)
