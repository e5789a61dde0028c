"""What is signed of one licence, from its entries below the published checkpoint: credential, code on paper, and the evidence."""

from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import day_at, read_instant
from registry.core.errors import NotFound, NotIssuing, WithheldByLaw
from registry.core.keyring import Signer
from registry.log import models, queries
from registry.proofs.credentials import rules, signing
from registry.register.agencies import record
from registry.register.agencies.models import Agency, Licence, PublicRecord
from registry.register.authorities.queries import snapshot_at

NOTHING_PUBLISHED = "this registry has published no checkpoint of its log yet; ask again when it has"


class Subject(NamedTuple):
    """A licence as it is logged below a checkpoint, with its holder and where its authority sits."""

    licence: rules.Logged
    agency: rules.Logged
    checkpoint: queries.Published
    time_zone: str | None


def published_now(session: Session) -> queries.Published:
    """The checkpoint that is published. Raises NotIssuing while none is."""
    checkpoint = queries.published(session)
    if checkpoint is None:
        raise NotIssuing(NOTHING_PUBLISHED)
    return checkpoint


def subject_of(session: Session, licence_id: str, now: datetime) -> Subject:
    """The licence of a reference. Raises NotFound; WithheldByLaw; NotIssuing while its entry is under no checkpoint."""
    row = session.execute(
        select(PublicRecord.body, Agency.reference)
        .join(Agency, Agency.id == PublicRecord.agency_id)
        .join(Licence, Licence.agency_id == Agency.id)
        .where(Licence.reference == licence_id)
    ).one_or_none()
    if row is None:
        raise NotFound("there is no licence of this reference")
    body, agency_id = row
    agency = record.withhold(record.read_record(body), day_at(now, None))
    licence = next((one for one in agency.licences if one.licence_id == licence_id), None)
    if licence is None:
        raise NotFound("there is no licence of this reference")
    time_zone = snapshot_at(session).time_zone(licence.authority)
    if rules.is_withheld(agency, licence, day_at(now, time_zone)):
        raise WithheldByLaw("the law no longer lets us say how this licence stands, so nothing is signed about it")
    checkpoint = published_now(session)
    its_entry = queries.latest_entry(session, f"licence/{licence_id}", checkpoint.size)
    holders_entry = queries.latest_entry(session, f"agency/{agency_id}", checkpoint.size)
    if its_entry is None or holders_entry is None:
        raise NotIssuing("the licence is recorded, but not under a published checkpoint yet; ask again in a minute")
    return Subject(logged(its_entry), logged(holders_entry), checkpoint, time_zone)


def logged(entry: models.Entry) -> rules.Logged:
    return rules.Logged(entry.index, entry.leaf, entry.at, msgspec.json.decode(entry.leaf)["record"])


def credential_of(subject: Subject, issuer: str, signer: Signer) -> str:
    """The licence credential: an SD-JWT VC without disclosures."""
    return signing.sd_jwt(
        rules.credential_claims(
            issuer,
            subject.licence,
            subject.agency,
            origin=subject.checkpoint.origin,
            time_zone=subject.time_zone,
            issued=_issued_at(subject, signer),
        ),
        signer,
    )


def paper_code(subject: Subject, issuer: str, signer: Signer) -> str:
    """The text of the code on paper: an address of ours with the signed licence in its fragment.

    `signer` is that of the credential key. The same licence has the same text until something about it changes.
    """
    claims = rules.paper_claims(
        issuer, subject.licence, subject.agency, time_zone=subject.time_zone, issued=_issued_at(subject, signer)
    )
    return signing.paper_text(issuer, signing.cose_sign1(claims, signer))


def _issued_at(subject: Subject, signer: Signer) -> datetime:
    return rules.issued_at(subject.licence, subject.agency, read_instant(signer.key.made_at))
