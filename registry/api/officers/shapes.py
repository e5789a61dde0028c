"""How officers look in an answer. Fields are named by hand: what a feature adds does not get out by itself."""

from typing import Any

from sqlalchemy.orm import Session

from registry.officers import accounts, notices
from registry.officers.models import ApiToken, Officer, OfficerChange, RoleLent, SignedIn
from registry.officers.rights import RIGHTS
from registry.officers.sessions import AuthenticatedOfficer
from schemas.officers import OfficerTokenSchema

TOKEN = OfficerTokenSchema.of(ApiToken)


def standing_payload(session: Session, me: AuthenticatedOfficer) -> dict[str, Any]:
    return {
        "officer_id": me.officer.reference,
        "name": me.officer.name,
        "language": me.officer.language,
        "unit": me.standing.unit,
        "country": me.standing.country,
        "authority": me.standing.authority,
        "roles": sorted(me.standing.roles),
        "rights": [{"resource": what, "act": act} for (what, act) in RIGHTS if me.standing.may(what, act)],
        "conflicts": sorted(me.conflicts),
        "notices": notices.choice_of(session, me.officer),
    }


def officer_payload(session: Session, officer: Officer) -> dict[str, Any]:
    return {
        "officer_id": officer.reference,
        "name": officer.name,
        "email": officer.email,
        "language": officer.language,
        "state": officer.state,
        "roles": sorted(accounts.own_roles(session, officer)),
        "version": officer.version,
    }


def change_payload(session: Session, change: OfficerChange) -> dict[str, Any]:
    about = None if change.officer_id is None else session.get_one(Officer, change.officer_id)
    return {
        "change_id": change.reference,
        "kind": change.kind,
        "officer_id": None if about is None else about.reference,
        "name": change.details["name"] if about is None else about.name,
        "email": change.details["email"] if about is None else about.email,
        "roles": change.details.get("roles", []),
        "state": change.state,
        "proposed_by": change.proposed_by,
        "proposed_at": change.proposed_at,
        "decided_by": change.decided_by,
        "decided_at": change.decided_at,
    }


def session_payload(one: SignedIn) -> dict[str, Any]:
    return {"session_id": one.reference, "created_at": one.began_at, "seen_at": one.seen_at, "expires_at": one.ends_at}


def loan_payload(lent: RoleLent, deputy: Officer) -> dict[str, Any]:
    return {
        "loan_id": lent.reference,
        "deputy_id": deputy.reference,
        "role": lent.role,
        "from_on": lent.from_on,
        "to_on": lent.to_on,
    }
