"""Receipts, one answer as a signed statement each: the head of the log that they stand on, and checks of those presented."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.db.prepared import ThreadLocalReader
from registry.core.errors import NotIssuing
from registry.core.keyring import KeyState, Use
from registry.log import models, queries, tree
from registry.log.tiles import reader
from registry.proofs.credentials import rules, signing, status
from registry.proofs.credentials.queries import NOTHING_PUBLISHED, Subject, credential_of, published_now
from registry.vocabulary import codes, register

CLOCK_DOUBT = 120
"""Seconds by which two clocks of ours may differ."""


class HeadReader:
    """Reads the published head as cheaply as a verdict is read: it is all that a receipt asks of the database."""

    def __init__(self, reader: ThreadLocalReader) -> None:
        self._reader = reader
        self._newest = reader.prepare(
            select(models.Checkpoint.origin, models.Checkpoint.size, models.Checkpoint.root)
            .join(models.LogState, models.LogState.origin == models.Checkpoint.origin)
            .where(models.Checkpoint.is_witnessed.is_(True))
            .order_by(models.Checkpoint.size.desc())
            .limit(1)
        )

    def head(self) -> rules.Head:
        """Raises NotIssuing while none is published."""
        for origin, size, root in self._reader.rows(self._newest, {}):
            return rules.Head(origin, size, bytes(root))
        raise NotIssuing(NOTHING_PUBLISHED)


def check_receipt(session: Session, token: str, now: datetime) -> signing.Checked:
    """Whether a receipt is ours. One of a compromised key stays unknown: no entry of the log proves when it was signed.

    Unknown too is one that stands on entries which were lost before the log went on under its present name.
    """
    try:
        signed = signing.read_jws(token.strip(), signing.RECEIPT_TYPE)
        key = signing.believed_key(session, signed, Use.RECEIPT)
        origin, size, root = _head_stated(signed.claims, now)
    except signing.Flawed as error:
        return signing.refused(error.flaw)
    present = published_now(session)
    is_former = queries.is_former_name(session, origin, present.origin)
    if not is_former and origin != present.origin:
        return signing.refused(codes.ProofFlaw.NOT_IN_LOG)
    if not 0 < size <= present.size or root != rules.base64(tree.root_at(reader(session), size)):
        # What a restored backup did not hold the log cannot prove any more; what it never had it denies.
        lost = signing.Checked(register.Answer.UNKNOWN, codes.ProofFlaw.LOST_FROM_LOG, key, signed.claims)
        return lost if is_former else signing.refused(codes.ProofFlaw.NOT_IN_LOG)
    if key.state is KeyState.RETIRED and size > key.index:
        return signing.refused(codes.ProofFlaw.KEY_RETIRED)
    return signing.judged(key, signed.claims, is_proven=False)


def _head_stated(claims: Mapping[str, Any], now: datetime) -> tuple[str, int, str]:
    """Origin, size and root (base64) of the head that a receipt says it stands on. Raises Flawed."""
    match claims:
        case {
            "v": 1,
            "iat": int(iat),
            "question": dict(),
            "verdict": str(),
            "may_continue_existing_placements": str(),
            "reasons": list(),
            "on": str(),
            "records": list(),
            "log": {"origin": str(origin), "size": int(size), "root": str(root)},
        }:
            pass
        case _:
            raise signing.Flawed(codes.ProofFlaw.MALFORMED)
    if iat < 0:
        raise signing.Flawed(codes.ProofFlaw.MALFORMED)
    if iat > now.timestamp() + CLOCK_DOUBT:
        raise signing.Flawed(codes.ProofFlaw.FROM_THE_FUTURE)
    return origin, size, root


def bundle_of(
    session: Session, subject: Subject, issuer: str, lists: status.StatusLists, signers: signing.Signers, now: datetime
) -> dict[str, Any]:
    """The credential, its status list, the entries they stand on and those of the keys that signed them, each proven."""
    licence, agency = subject.licence, subject.agency
    credential_signer, status_signer = signers.of(Use.CREDENTIAL), signers.of(Use.STATUS)
    place = licence.record["status_place"]
    return _time_of(session, max(licence.index, agency.index), subject.checkpoint) | {
        "v": rules.VERSION,
        "credential": credential_of(subject, issuer, credential_signer),
        "status": lists.token(session, place // rules.PLACES, status_signer, now),
        "entry": rules.base64(licence.leaf),
        "proof": queries.proof(session, licence.index, subject.checkpoint).text(),
        "agency_entry": rules.base64(agency.leaf),
        "agency_proof": queries.proof(session, agency.index, subject.checkpoint).text(),
        "keys": [
            _proven_key(session, kid, subject.checkpoint)
            for kid in dict.fromkeys((credential_signer.key.kid, status_signer.key.kid))
        ],
    }


def _time_of(session: Session, index: int, checkpoint: queries.Published) -> dict[str, Any]:
    """What others say of when the entries up to an index existed: the stamps of a head, and that the bundle's follows from it."""
    head = queries.first_stamped_after(session, index)
    if head is None or head.size > checkpoint.size:
        return {}
    hashes = queries.consistency(session, head.size, checkpoint.size)
    return {
        "time": {
            "head": head.text,
            "consistency": [rules.base64(one) for one in hashes],
            "timestamps": queries.stamps_payload(head.stamps),
        }
    }


def _proven_key(session: Session, kid: str, checkpoint: queries.Published) -> dict[str, str]:
    key = queries.latest_entry(session, f"key/{kid}", checkpoint.size)
    if key is None:
        raise NotIssuing("the key that signs is not under a published checkpoint of the log yet; ask again in a minute")
    return {"entry": rules.base64(key.leaf), "proof": queries.proof(session, key.index, checkpoint).text()}
