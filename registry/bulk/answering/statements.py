"""What was answered, as statements under one signature; the proof of one row; and lists that an organisation keeps."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy.orm import Session

from registry.bulk.answering.batches import AnsweredItem
from registry.bulk.archive.lists import SignedStatements, archive_list
from registry.bulk.manifest import (
    ListFacts,
    corridor_statement,
    manifest_of,
    proof_of,
    refusal_statement,
    statement,
    verdict_statement,
)
from registry.core.calls import Call
from registry.core.errors import NotFound, NotIssuing
from registry.core.ids import new_reference
from registry.core.keyring import Use
from registry.http.credentials import issuing
from registry.http.responses import Answer
from registry.http.transaction import writing
from registry.http.uploads import one_of_few
from registry.organisations.models import OrganisationActor
from registry.proofs.credentials.rules import base64
from registry.vocabulary.organisations import JobKind
from registry.vocabulary.register import Answer as Verdict


def require_signed() -> None:
    """Raise NotIssuing while nothing can be signed."""
    issuing().heads.head()


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
    kind: JobKind, statements: Sequence[bytes], answers: Sequence[Verdict | None], at: datetime
) -> SignedStatements:
    """Sign statements together. `answers` are theirs, None of one that was refused. Raises NotIssuing."""
    existing, reference = issuing(), new_reference()
    head = existing.heads.head()
    counts = {"items": len(statements), "answered": 0, "refused": 0, "yes": 0, "no": 0, "unknown": 0}
    for answer in answers:
        for name in ("refused",) if answer is None else ("answered", answer.value):
            counts[name] += 1
    manifest = manifest_of(
        statements,
        ListFacts(reference, kind, counts),
        head=head,
        issuer=existing.issuer,
        signer=existing.signers.of(Use.RECEIPT),
        at=at,
    )
    return SignedStatements(reference, statements, counts, manifest)


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
        return verdict_statement(
            parameters, one.answered.verdict, at, prerendered.digest if prerendered is not None else None
        )
    return (
        refusal_statement(one.item.faults, parameters)
        if one.whole is None
        else corridor_statement(parameters, one.whole, at)
    )


def statement_of(one: AnsweredItem, number: int, at: datetime) -> bytes:
    return statement(number, one.item.key, one.item.line, item_statement(one, at))


_PROVING = BoundedSemaphore(2)
"""All leaves of a list are hashed: a million take a second or two."""


def row_proof(lines: Iterable[bytes], row: str, manifest: str) -> dict[str, Any]:
    """The row at place `row`, counted from 0. Raises NotFound for what is no place of the list, and TooBusy."""
    if not row.isascii() or not row.isdigit() or len(row) > 7:
        raise NotFound("rows are counted from 0, in digits")
    with one_of_few("several proofs are being made right now: ask again in a moment", _PROVING):
        proof = proof_of(lines, int(row))
    return {
        "n": int(row),
        "count": proof.size,
        "statement": proof.statement.decode(),
        "path": [base64(step) for step in proof.path],
        "manifest": manifest,
    }
