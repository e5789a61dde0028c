"""What was answered, signed: an answer with its receipt, a list as statements under one signature and the proof of one row.

Who asks keeps a receipt; an organisation may have receipts and lists archived. No one else learns what was asked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any

import msgspec
from flask import Request
from msgspec.structs import replace
from sqlalchemy.orm import Session

from registry.bulk import manifest
from registry.bulk.answering.batches import AnsweredItem
from registry.bulk.archive import receipts
from registry.bulk.archive.lists import SignedStatements, archive_list
from registry.core.calls import Call
from registry.core.errors import NotFound, NotIssuing
from registry.core.ids import new_reference
from registry.core.keyring import Use
from registry.http import credentials, uploads
from registry.http.responses import MEDIA_TYPE, Answer, encode, encode_answer
from registry.http.transaction import writing
from registry.organisations.models import OrganisationActor
from registry.proofs.credentials.rules import base64
from registry.proofs.credentials.signing import RECEIPT_TYPE
from registry.verification.verdicts.question import Verdict
from registry.vocabulary import register
from registry.vocabulary.organisations import JobKind


def require_signed() -> None:
    """Raise NotIssuing while nothing can be signed."""
    credentials.issuing().heads.head()


AnswerOnce = Callable[[Session, Callable[[], Answer]], Answer]
"""Gives what is made of it, stored by the request's Idempotency-Key in the transaction that archives; or what was answered to
that key first."""


def sign_answered_list(kind: JobKind, given: Sequence[AnsweredItem], at: datetime) -> SignedStatements | None:
    """A list that was answered in one go, signed.

    None while nothing can be signed: an organisation that archives by a setting is not refused its answer for that.
    """
    try:
        return signed_statements(
            kind, [statement_of(one, number, at) for number, one in enumerate(given)], [one.answer for one in given], at
        )
    except NotIssuing:
        return None


def signed_statements(
    kind: JobKind, statements: Sequence[bytes], answers: Sequence[register.Answer | None], at: datetime
) -> SignedStatements:
    """Sign statements together. `answers` are theirs, None of one that was refused. Raises NotIssuing."""
    existing, reference = credentials.issuing(), new_reference()
    head = existing.heads.head()
    counts = {"items": len(statements), "answered": 0, "refused": 0, "yes": 0, "no": 0, "unknown": 0}
    for answer in answers:
        for name in ("refused",) if answer is None else ("answered", answer.value):
            counts[name] += 1
    signed = manifest.manifest_of(
        statements,
        manifest.ListFacts(reference, kind, counts),
        head=head,
        issuer=existing.issuer,
        signer=existing.signers.of(Use.RECEIPT),
        at=at,
    )
    return SignedStatements(reference, statements, counts, signed)


def archive_statements(
    organisation_id: int, kind: JobKind, signed: SignedStatements, at: datetime, answer_once: AnswerOnce, answer: Answer
) -> Answer:
    """Archive what was signed in the organisation's file, and give the answer that names it."""

    def archive() -> Answer:
        archive_list(Call(session, OrganisationActor(organisation_id), at), kind, signed)
        return answer

    with writing() as session:
        return answer_once(session, archive)


def item_statement(one: AnsweredItem, at: datetime) -> dict[str, Any]:
    """What a statement says of an item."""
    parameters = {**one.item.extra, **(one.item.asked or {})}
    if one.answered is not None:
        # It is told of the only agency that the key leads to.
        prerendered = one.answered.prerendered
        return manifest.verdict_statement(
            parameters, one.answered.verdict, at, prerendered.digest if prerendered is not None else None
        )
    if one.whole is not None:
        return manifest.corridor_statement(parameters, one.whole, at)
    return manifest.refusal_statement(one.item.faults, parameters)


def statement_of(one: AnsweredItem, number: int, at: datetime) -> bytes:
    return manifest.statement(number, one.item.key, one.item.line, item_statement(one, at))


_PROVING = BoundedSemaphore(2)
"""All leaves of a list are hashed: a million take a second or two."""


def row_proof(lines: Iterable[bytes], row: str, signed: str) -> dict[str, Any]:
    """The row at place `row`, counted from 0. Raises NotFound for what is no place of the list, and TooBusy."""
    if not row.isascii() or not row.isdigit() or len(row) > 7:
        raise NotFound("rows are counted from 0, in digits")
    with uploads.one_of_few("several proofs are being made right now: ask again in a moment", _PROVING):
        proof = manifest.proof_of(lines, int(row))
    return {
        "n": int(row),
        "count": proof.size,
        "statement": proof.statement.decode(),
        "path": [base64(step) for step in proof.path],
        "manifest": signed,
    }


MEDIA_TYPE_OF_RECEIPT = f"application/{RECEIPT_TYPE}"


def with_receipt(
    request: Request, parameters: Mapping[str, Any], verdict: Verdict, at: datetime, answer: Answer, *, is_field: bool
) -> Answer:
    """The answer with its receipt as a field, or the receipt alone where the header "Accept" likes that best."""
    best: str | None = MEDIA_TYPE
    if MEDIA_TYPE_OF_RECEIPT in request.environ.get("HTTP_ACCEPT", ""):
        best = request.accept_mimetypes.best_match((MEDIA_TYPE, MEDIA_TYPE_OF_RECEIPT), default=MEDIA_TYPE)
    if best == MEDIA_TYPE and not is_field:
        return answer
    token = credentials.receipt(parameters, verdict, at)
    if best == MEDIA_TYPE_OF_RECEIPT:
        body, media_type = token.encode(), MEDIA_TYPE_OF_RECEIPT
    else:
        body, media_type = encode_answer(answer.value)[:-1] + b',"receipt":' + encode(token) + b"}", MEDIA_TYPE
    return Answer(
        msgspec.Raw(body), headers=answer.headers, language=answer.language, media_type=media_type, is_cacheable=False
    )


def archive_with_receipt(
    organisation_id: int,
    parameters: Mapping[str, Any],
    verdict: Verdict,
    at: datetime,
    answer: Answer,
    answer_once: AnswerOnce,
) -> Answer:
    """The answer with its receipt, archived in the organisation's own file; no one else learns that it asked.

    Raises NotIssuing while nothing can be signed.
    """
    token = credentials.receipt(parameters, verdict, at)
    agency = verdict.about[0].agency_id if len(verdict.about) == 1 else None

    def archive() -> Answer:
        call = Call(session, OrganisationActor(organisation_id), at)
        stored = receipts.archive_receipt(call, token, parameters, verdict.verdict, agency)
        added = b',"receipt":' + encode(token) + b',"receipt_id":' + encode(stored.reference) + b"}"
        value = msgspec.Raw(encode(answer.value)[:-1] + added)
        return replace(answer, value=value, max_age=0, is_cacheable=False)

    with writing() as session:
        return answer_once(session, archive)
