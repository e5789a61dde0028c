"""What every operation refuses, asked of every example of the documentation just before it is asked as it should be.

The examples are stories in which each operation is done to something that is there. What must not be done would show:
the same request is answered as documented right after it was refused.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import missing
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers import accounts
from registry.officers.models import Officer, RoleHeld
from registry.officers.rights import Role
from registry.pages.officers.paper_forms import PAGES
from registry.register.agencies.models import Agency
from tests.api.officers.stories import CASE, STORIES, TOLD, Ask, Story, play, token_of
from tests.make import authority_of, make_source
from tests.officers.making import make_officer, make_unit
from tests.pages.officers.act_rows import rows
from tests.pages.officers.signed_in import OfficerClient, desk_of
from tests.thorough import thorough

Before = Callable[[Any, Ask], object]

stories = pytest.mark.parametrize(
    "story", [*STORIES[:2], *thorough(*STORIES[2:])], ids=lambda story: story.examples[0].operation
)


def play_all(client: FlaskClient, session: Session, keyring: Keyring, story: Story, before: Before) -> None:
    """Each example is answered with its status, after `before`."""
    for _ in play(client, session, keyring, story, before=before):
        pass


FORMS_WITHOUT_VERSION = {
    "approveChannelChange", "refuseChannelChange", "confirmCollision", "dismissCollision", "liftCloneWarning",
}  # fmt: skip
"""What stands in a list of the console, where a page is its own version."""


@stories
def test_nothing_is_changed_from_a_version_that_is_not_the_present_one(
    app: Flask, client: FlaskClient, session: Session, keyring: Keyring, then: object, story: Story
) -> None:
    forms, desks = console_forms(app), dict[str, OfficerClient]()

    def before(example: Any, ask: Ask) -> None:
        if example.version is None or example.status >= 300:
            return
        assert ask(None).status_code == 428, example.request_line()
        assert ask(example.version + 1).status_code == 412, example.request_line()
        if example.operation in forms.keys() - FORMS_WITHOUT_VERSION:
            if example.who not in desks:
                desks[example.who] = desk_of(client, session, officer_called(session, example.who))
            address, fields = filled(forms[example.operation], ask), form_fields(ask)
            for version, status in (({}, 400), ({"version": example.version + 1}, 409)):
                answer = desks[example.who].post(address, **version, **fields)
                assert answer.status_code == status, (address, version, fields)

    play_all(client, session, keyring, story, before)


def officer_called(session: Session, who: str) -> Officer:
    query = select(Officer).where(func.lower(Officer.name) == f"invented {who}")
    return session.scalars(query).one()


def form_fields(ask: Ask) -> dict[str, Any]:
    """The body of an example as the console's form has it, with what the form always brings."""
    body, names = dict(ask.body or {}), {}
    for act in (act for _, act in rows() if act.operation == ask.example.operation and act.schema is not None):
        names = act.form
        shapes = act.schema().fields.items()
        body = {name: shape.load_default for name, shape in shapes if shape.load_default is not missing} | body
    return {names.get(name, name): "yes" if value is True else value for name, value in body.items() if value}


OF_NO_UNIT = {"getLawOverlay", "approveLawOverlay", "withdrawLawOverlay"}
"""What operators of any unit put into force and withdraw."""


@stories
def test_what_is_anothers_is_not_there(
    app: Flask, client: FlaskClient, session: Session, keyring: Keyring, then: object, story: Story
) -> None:
    """Even for an officer of another unit and authority with every role."""
    strangers: list[tuple[str, OfficerClient]] = []
    forms = console_forms(app)

    def before(example: Any, ask: Ask) -> None:
        if not strangers:
            make_source(session, "AT")
            make_unit(session, "at-other", "AT", authority=authority_of("AT"))
            officer = with_roles(session, keyring, "at-other", *Role)
            strangers.append((token_of(session, officer), desk_of(client, session, officer)))
        token, desk = strangers[0]
        if example.path and example.status < 300 and example.operation not in OF_NO_UNIT:
            answer = ask(example.version, token)
            assert answer.status_code == 404, example.request_line()
            assert answer.json["code"] == "not_found", example.request_line()
            if example.operation in forms:
                answer = desk.post(filled(forms[example.operation], ask), version=example.version)
                assert answer.status_code == 404, forms[example.operation]

    play_all(client, session, keyring, story, before)


def console_forms(app: Flask) -> dict[str, str]:
    """By operation: the address of the console's form that does the same."""
    return {
        rule.endpoint.rpartition(".")[2]: rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console_") and "POST" in (rule.methods or ())
    }


def filled(rule: str, ask: Ask) -> str:
    """The address with the references of an example; forms of what is part of a case name the case first."""
    references = ask.references
    if "<part>" in rule:
        references.append(PAGES[0])
    if rule.count("<") > len(references):
        references.insert(0, ask.actors.live[CASE])
    return re.sub(r"<[^>]+>", lambda _: references.pop(0), rule)


def with_roles(session: Session, keyring: Keyring, unit: str, *roles: Role) -> Officer:
    """With any roles, even such as no one may have together."""
    officer = make_officer(session, keyring, Role.LICENSING, unit=unit, email=f"other@{unit}.example").officer
    for existing in session.scalars(select(RoleHeld).where(RoleHeld.officer_id == officer.id)):
        session.delete(existing)
    session.add_all([RoleHeld(officer_id=officer.id, role=role, since_on=now().date()) for role in roles])
    return officer


ABOUT_AGENCIES = [
    story
    for story in STORIES
    if story.examples in [TOLD[name] for name in ("hearings", "entries", "sanctions", "licences", "neighbours")]
]
OF_NO_AGENCY = {"approveListOnHold", "rejectListOnHold"}


@pytest.mark.parametrize("story", ABOUT_AGENCIES, ids=lambda story: story.examples[0].operation)
def test_an_officer_with_an_interest_in_the_agency_neither_reads_nor_acts(
    app: Flask, client: FlaskClient, session: Session, keyring: Keyring, then: object, story: Story
) -> None:
    present: dict[str, tuple[str, OfficerClient]] = {}
    forms = console_forms(app)

    def before(example: Any, ask: Ask) -> None:
        if not example.path or example.status >= 300 or example.operation in OF_NO_AGENCY:
            return
        if example.who not in present:
            colleague = officer_called(session, example.who)
            roles = accounts.own_roles(session, colleague)
            if Role.AGENCY_REP in roles:
                return
            email = f"{example.who}@elsewhere.example"
            officer = make_officer(session, keyring, *roles, unit=colleague.unit, email=email).officer
            for agency in session.scalars(select(Agency.reference)):
                accounts.declare_conflict(session, officer, agency, now().date())
            present[example.who] = token_of(session, officer), desk_of(client, session, officer)
        token, desk = present[example.who]
        answer = ask(example.version, token)
        assert answer.status_code == 403, example.request_line()
        assert answer.json["detail"].startswith("you declared an interest"), example.request_line()
        if example.operation in forms:
            answer = desk.post(filled(forms[example.operation], ask), version=example.version)
            assert answer.status_code == 403, forms[example.operation]

    play_all(client, session, keyring, story, before)
