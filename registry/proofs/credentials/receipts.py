"""Issues receipts, one answer as a signed statement each, and checks those that are presented."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.db.prepared import ThreadLocalReader
from registry.core.errors import NotIssuing
from registry.core.keyring import KeyState, Signer, Use
from registry.log.models import Checkpoint, LogState
from registry.log.queries import is_former_name
from registry.log.tiles import reader
from registry.log.tree import root_at
from registry.proofs.credentials.queries import NOTHING_PUBLISHED, published_now
from registry.proofs.credentials.reading import Flawed, read_jws
from registry.proofs.credentials.rules import base64, receipt_claims
from registry.proofs.credentials.signing import RECEIPT_TYPE, compact_jws
from registry.proofs.credentials.trust import Checked, believed_key, judged, refused
from registry.verification.verdicts.question import Verdict
from registry.vocabulary.codes import ProofFlaw
from registry.vocabulary.register import Answer

CLOCK_DOUBT = 120
"""Seconds by which two clocks of ours may differ."""


class Head(NamedTuple):
    """The published head as far as a receipt states it."""

    origin: str
    size: int
    root: bytes


class HeadReader:
    """Reads the published head as cheaply as a verdict is read: it is all that a receipt asks of the database."""

    def __init__(self, reader: ThreadLocalReader) -> None:
        self._reader = reader
        self._newest = reader.prepare(
            select(Checkpoint.origin, Checkpoint.size, Checkpoint.root)
            .join(LogState, LogState.origin == Checkpoint.origin)
            .where(Checkpoint.is_witnessed.is_(True))
            .order_by(Checkpoint.size.desc())
            .limit(1)
        )

    def head(self) -> Head:
        """Raises NotIssuing while none is published."""
        for origin, size, root in self._reader.rows(self._newest, {}):
            return Head(origin, size, bytes(root))
        raise NotIssuing(NOTHING_PUBLISHED)


def receipt_of(
    question: Mapping[str, Any],
    verdict: Verdict,
    checkpoint: Head,
    issuer: str,
    signer: Signer,
    at: datetime,
    absence: Mapping[str, Any] | None = None,
) -> str:
    """The receipt of an answer given at `at`; `question` holds what was asked, and not that a receipt was.

    `absence` proves that no one stands under the number that was asked about.
    """
    claims = receipt_claims(
        issuer,
        question,
        verdict,
        issued=at,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    if absence is not None:
        claims["absence"] = dict(absence)
    return compact_jws(RECEIPT_TYPE, claims, signer)


def check_receipt(session: Session, token: str, now: datetime) -> Checked:
    """Whether a receipt is ours. One of a compromised key stays unknown: no entry of the log proves when it was signed.

    Unknown too is one that stands on entries which were lost before the log went on under its present name.
    """
    try:
        signed = read_jws(token.strip(), RECEIPT_TYPE)
        key = believed_key(session, signed, Use.RECEIPT)
        origin, size, root = _head_stated(signed.claims, now)
    except Flawed as error:
        return refused(error.flaw)
    present = published_now(session)
    is_former = is_former_name(session, origin, present.origin)
    if not is_former and origin != present.origin:
        return refused(ProofFlaw.NOT_IN_LOG)
    if not 0 < size <= present.size or root != base64(root_at(reader(session), size)):
        # What a restored backup did not hold the log cannot prove any more; what it never had it denies.
        lost = Checked(Answer.UNKNOWN, ProofFlaw.LOST_FROM_LOG, key, signed.claims)
        return lost if is_former else refused(ProofFlaw.NOT_IN_LOG)
    if key.state is KeyState.RETIRED and size > key.index:
        return refused(ProofFlaw.KEY_RETIRED)
    return judged(key, signed.claims, is_proven=False)


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
            raise Flawed(ProofFlaw.MALFORMED)
    if iat < 0:
        raise Flawed(ProofFlaw.MALFORMED)
    if iat > now.timestamp() + CLOCK_DOUBT:
        raise Flawed(ProofFlaw.FROM_THE_FUTURE)
    return origin, size, root
