"""Check receipts: one answer as a signed statement, and what may be believed of one that somebody shows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.codes import ProofFlaw
from registry.credentials.believing import Checked, believed_key, judged, refused
from registry.credentials.queries import published_now
from registry.credentials.reading import Flawed, read_jws
from registry.credentials.rules import base64, receipt_claims
from registry.credentials.signing import RECEIPT_TYPE, compact_jws
from registry.keyring import KeyState, Signer, Use
from registry.log.queries import Published
from registry.log.tiles import reader
from registry.log.tree import root_at
from registry.verdicts.question import Verdict

CLOCK_DOUBT = 120
"""Seconds by which two clocks of ours may differ."""


def receipt_of(
    question: Mapping[str, Any], verdict: Verdict, checkpoint: Published, issuer: str, signer: Signer, at: datetime
) -> str:
    """The receipt of an answer given at `at`; `question` holds what was asked, and not that a receipt was."""
    claims = receipt_claims(
        issuer,
        question,
        verdict,
        issued=at,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    return compact_jws(RECEIPT_TYPE, claims, signer)


def check_receipt(session: Session, token: str, now: datetime) -> Checked:
    """Whether a receipt is ours. One of a compromised key stays unknown: no entry of the log proves when it was signed."""
    try:
        signed = read_jws(token.strip(), RECEIPT_TYPE)
        key = believed_key(session, signed, Use.RECEIPT)
        size = _size_stated(session, signed.claims, now)
    except Flawed as error:
        return refused(error.flaw)
    if key.state is KeyState.RETIRED and size > key.index:
        return refused(ProofFlaw.KEY_RETIRED)
    return judged(key, signed.claims, is_proven=False)


def _size_stated(session: Session, claims: Mapping[str, Any], now: datetime) -> int:
    """The size of the checkpoint that a receipt stands on, if it is one of our log. Raises Flawed."""
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
    checkpoint = published_now(session)
    if origin != checkpoint.origin or not 0 < size <= checkpoint.size or root != base64(root_at(reader(session), size)):
        raise Flawed(ProofFlaw.NOT_IN_LOG)
    return size
