"""Proposals for tests: two officers of the invented Czech authority, and acts that are in order."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.register.agencies import record
from registry.register.agencies.models import Agency
from registry.register.agencies.queries import licence_row
from registry.supervision.licensing import proposals
from registry.supervision.licensing.drafting import ActRequest, LicensingOfficial
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.supervision import LicenceAct
from tests.calling import call_by
from tests.make import ZONES, authority_of, public_record_of

ANNA = LicensingOfficial("ANNA", authority_of("CZ"))
BORIS = LicensingOfficial("BORIS", authority_of("CZ"))
FOREIGN = LicensingOfficial("FRANCO", authority_of("IT"))
GROUND = "Act 435/2004, section 63"


def today() -> date:
    return day_at(now(), ZONES["CZ"])


def proposed(
    session: Session,
    act: LicenceAct,
    about: record.Licence | record.Agency | None,
    by: LicensingOfficial = ANNA,
    on: date | None = None,
    **stated: Any,
) -> Proposal:
    """An act proposed by Anna for today, unless it is said otherwise."""
    reference = None
    if about is not None:
        reference = about.licence_id if isinstance(about, record.Licence) else about.agency_id
    call = call_by(session, by)
    return proposals.propose(call, ActRequest(act, reference, stated, GROUND, on or today()))


def done(session: Session, act: LicenceAct, about: record.Licence | record.Agency | None, **stated: Any) -> Proposal:
    """Proposed by Anna and, where it needs two, approved by Boris."""
    proposal = proposed(session, act, about, **stated)
    if proposal.has_second:
        proposals.approve(call_by(session, BORIS), proposal.reference)
    return proposal


def holder_of(session: Session, licence_id: str) -> record.Agency:
    """The public record of the holder of a licence."""
    row = licence_row(session, licence_id)
    assert row is not None
    return public_record_of(session, session.get_one(Agency, row.agency_id).reference)
