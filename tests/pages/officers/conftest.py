"""The console in a test's client, served beside the other edges; a unit of Italy with its keys, and officers signed in."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import accounts, tokens
from registry.officers.models import RoleHeld
from registry.officers.rights import Role
from registry.register.agencies import channels
from registry.register.agencies.storage import row_ids
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.collisions.rules import Sign
from registry.vocabulary.cases import ConsentKind
from registry.vocabulary.licensing import LicenceAct
from registry.vocabulary.register import ChannelKind
from tests.complaints.casework.access_grants import making as openings
from tests.complaints.filing import make_units
from tests.complaints.parties.hearings import making as hearings
from tests.complaints.parties.referrals import making as referrals
from tests.make import public_record_of
from tests.officers.making import make_officer
from tests.pages.officers.signed_in import UNIT, OfficerClient, OfficerClientFor, desk_of, with_console
from tests.pages.officers.walking import People, Person
from tests.supervision.licensing import making as licensing
from tests.supervision.sanctions import making as sanctions


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_console(settings)


@pytest.fixture
def sealer(session: Session, keyring: Keyring) -> Sealer:
    sealer = Sealer(keyring)
    make_units(session, sealer)
    return sealer


@pytest.fixture
def desk_for(client: FlaskClient, session: Session, keyring: Keyring, sealer: Sealer) -> OfficerClientFor:
    """A signed-in desk for roles; each officer has an own name and address."""

    def make(*roles: Role, name: str = "Invented Officer", unit: str = UNIT) -> OfficerClient:
        email = f"{name.lower().replace(' ', '.')}@{unit}.example"
        officer = make_officer(session, keyring, *roles, unit=unit, name=name, email=email).officer
        return desk_of(client, session, officer)

    return make


@pytest.fixture
def people(client: FlaskClient, session: Session, keyring: Keyring) -> People:
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


@pytest.fixture
def things(session: Session, keyring: Keyring, people: People) -> dict[str, str]:
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
    referral = referrals.sent(session, sealer, referrals.file_with_name(session, sealer, consents=(ConsentKind.UNION,)))
    opening = openings.request_grant(session, sealer, heard.reference)
    owner = people(sanctions.UNIT, *Role, email="owner@authority.example")
    change = accounts.propose_roles(session, owner.officer, [Role.TRIAGE], by="somebody", at=now())
    (token,) = tokens.tokens_of(session, owner.officer, now().date())
    channel = channels.propose(
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
        "opening": opening.reference,
        "officer": owner.officer.reference,
        "change": change.reference,
        "channel": channel.reference,
        "collision": collision.reference,
        "token": token.reference,
        "owner": owner.token,
        "portal": heard.desk,
    }
