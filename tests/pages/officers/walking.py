"""Every page and endpoint that officers have, as a test calls them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.api.namespaces import officer_views
from registry.complaints.parties.transfers import actions as transfers
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.officers import accounts, tokens
from registry.officers.models import Officer, RoleHeld
from registry.officers.rights import Act, Resource, Role
from registry.pages.officers import edge
from registry.register.agencies import channel_changes
from registry.register.agencies.storage import row_ids
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.collisions.rules import Sign
from registry.vocabulary.cases import ConsentKind
from registry.vocabulary.register import ChannelKind
from registry.vocabulary.supervision import LicenceAct
from tests.complaints.casework.access_grants import making as openings
from tests.complaints.parties.hearings import making as hearings
from tests.complaints.parties.referrals import making as referrals
from tests.make import public_record_of
from tests.officers.making import make_officer
from tests.pages.officers.signed_in import OfficerClient, desk_of
from tests.supervision.licensing import making as licensing
from tests.supervision.sanctions import making as sanctions

_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Route:
    """A method at an address with its `<arguments>`, and what it requires of the caller."""

    method: str
    rule: str
    resource: Resource
    act: Act

    @property
    def is_api(self) -> bool:
        return self.rule.startswith("/api/")

    def address(self, **references: str) -> str:
        """With the arguments filled in. Raises KeyError for one that is missing."""
        return _ARGUMENT.sub(lambda match: references[match[1]], self.rule)

    @property
    def arguments(self) -> list[str]:
        return _ARGUMENT.findall(self.rule)

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def doors(app: Flask) -> Iterator[Route]:
    """All but those that are open to everybody: sign-in and its files."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(edge.PATH):
            policy = app.view_functions[rule.endpoint].policy  # type: ignore[attr-defined]
            if policy.resource is not None:
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield Route(method, rule.rule, policy.resource, policy.act)
    for path, method, view in officer_views(app):
        yield Route(method, path, view.policy.resource, view.policy.act)


def knock(door: Route, address: str, client: FlaskClient, desk: OfficerClient, token: str) -> TestResponse:
    """Send a request as a signed-in officer does, or as the officer's program does."""
    if door.is_api:
        headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
        return client.open(address, method=door.method, headers=headers)
    return desk.get(address) if door.method == "GET" else desk.post(address, version=1)


class Person(NamedTuple):
    """An officer with browser and program."""

    desk: OfficerClient
    token: str

    @property
    def officer(self) -> Officer:
        return self.desk.officer


People = Callable[..., Person]


def people_maker(client: FlaskClient, session: Session, keyring: Keyring) -> People:
    """What makes officers with any roles, signed in by browser and by token."""

    def make(unit: str, *roles: Role, email: str = "walker@authority.example") -> Person:
        """With any roles, even such as no one may have together."""
        officer = make_officer(session, keyring, Role.LICENSING, unit=unit, email=email).officer
        for existing in session.query(RoleHeld).where(RoleHeld.officer_id == officer.id):
            session.delete(existing)
        at = now()
        session.add_all([RoleHeld(officer_id=officer.id, role=role, since_on=at.date()) for role in roles])
        token = tokens.make(session, officer, "walk", 9, at=at, today=at.date())[1]
        return Person(desk_of(client, session, officer), token)

    return make


def make_things(session: Session, keyring: Keyring, people: People) -> dict[str, str]:
    """References of what belongs to a unit, an authority, an agency and a partner, by what they are."""
    sealer = Sealer(keyring)
    sanctions.make_desk(session, sealer)
    existing = sanctions.make_held(session)
    case, decision = sanctions.decided_case(session, sealer, existing)
    sanction = sanctions.proposed(session, sealer, existing)
    agency = public_record_of(session, existing.agency)
    proposal = licensing.proposed(session, LicenceAct.SUSPEND, agency.licences[0])
    heard = hearings.heard_case(session, sealer, keyring)
    hearing = hearings.served(session, sealer, heard)
    referrals.make_partner(session, sealer)
    told = referrals.file_with_name(session, sealer, consents=(ConsentKind.UNION,))
    referral = referrals.sent(session, sealer, told)
    opening = openings.request_grant(session, sealer, heard.reference)
    owner = people(sanctions.UNIT, *Role, email="owner@authority.example")
    anna = Call(session, referrals.ANNA, now())
    transfer = transfers.request(anna, sealer, told.reference, sanctions.UNIT, "It is across the border.")
    change = accounts.propose_roles(session, owner.officer, [Role.TRIAGE], by="somebody", at=now())
    (token,) = tokens.tokens_of(session, owner.officer, now().date())
    channel = channel_changes.propose(
        session, existing.agency, ChannelKind.WEBSITE, "https://agency.example", by="somebody", keyring=keyring
    )
    first, second = row_ids(session, [existing.agency, heard.agency]).values()
    collision = Collision(
        reference=new_reference(), first_id=first, second_id=second, signs=[Sign.ADDRESS], rank=15,
        state=CollisionState.OPEN, found_at=now(),
    )  # fmt: skip
    session.add(collision)
    return {
        "case": case.case.reference,
        "decision": decision.reference,
        "sanction": sanction.reference,
        "licence": existing.licence,
        "agency": existing.agency,
        "proposal": proposal.reference,
        "hearing": hearing.reference,
        "referral": referral.reference,
        "transfer": transfer.reference,
        "opening": opening.reference,
        "officer": owner.officer.reference,
        "change": change.reference,
        "channel": channel.reference,
        "collision": collision.reference,
        "token": token.reference,
        "owner": owner.token,
        "portal": heard.desk,
    }


OF = (
    ("/licences/agencies/", "agency"),
    ("/licences/proposals/", "proposal"),
    ("/licences/", "licence"),
    ("/officers/changes/", "change"),
    ("/officers/", "officer"),
    ("/sanctions/", "sanction"),
    ("/hearings/", "hearing"),
    ("/referrals/", "referral"),
    ("/transfers/", "transfer"),
    ("/openings/", "opening"),
    ("/cases/", "case"),
    ("/entries/", "entry"),
    ("/channels/", "channel"),
    ("/channel-changes/", "channel"),
    ("/clones/agencies/", "agency"),
    ("/clones/", "collision"),
)
"""What `<reference>` is a reference of, by the beginning of the address; other arguments say it by their names."""


def filled(door: Route, things: dict[str, str]) -> dict[str, str]:
    """Arguments of an address: of things that are there, or random where there is none of the kind."""
    path = door.rule.removeprefix("/console").removeprefix("/api/v1")
    kind = next((of for beginning, of in OF if path.startswith(beginning)), "")
    found = {}
    for name in door.arguments:
        named = kind if name == "reference" or kind == "channel" else name.removesuffix("_id")
        found[name] = "suspend" if name == "act" else things.get(named) or new_reference()
    return found
