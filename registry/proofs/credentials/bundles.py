"""The bundle: everything needed to check one licence offline, except the trust file."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.core.errors import NotIssuing
from registry.core.keyring import Use
from registry.log.queries import Published, latest_entry, proof
from registry.proofs.credentials.queries import Subject, credential_of
from registry.proofs.credentials.rules import PLACES, VERSION, base64
from registry.proofs.credentials.signing import Signers
from registry.proofs.credentials.status import StatusLists


def bundle_of(
    session: Session,
    subject: Subject,
    issuer: str,
    lists: StatusLists,
    signers: Signers,
    now: datetime,
) -> dict[str, Any]:
    """The credential, its status list, the entries they stand on and those of the keys that signed them, each proven."""
    licence, agency = subject.licence, subject.agency
    credential_signer, status_signer = signers.of(Use.CREDENTIAL), signers.of(Use.STATUS)
    place = licence.record["status_place"]
    return {
        "v": VERSION,
        "credential": credential_of(subject, issuer, credential_signer),
        "status": lists.token(session, place // PLACES, status_signer, now),
        "entry": base64(licence.leaf),
        "proof": proof(session, licence.index, subject.checkpoint).text(),
        "agency_entry": base64(agency.leaf),
        "agency_proof": proof(session, agency.index, subject.checkpoint).text(),
        "keys": [
            _proven_key(session, kid, subject.checkpoint)
            for kid in dict.fromkeys((credential_signer.key.kid, status_signer.key.kid))
        ],
    }


def _proven_key(session: Session, kid: str, checkpoint: Published) -> dict[str, str]:
    key = latest_entry(session, f"key/{kid}", checkpoint.size)
    if key is None:
        raise NotIssuing("the key that signs is not under a published checkpoint of the log yet; ask again in a minute")
    return {"entry": base64(key.leaf), "proof": proof(session, key.index, checkpoint).text()}
