"""What was answered, as statements under one signature; and lists of them that an organisation keeps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from registry.api.employers.answering import Given
from registry.bulk.manifest import corridor_said, manifest_of, refusal_said, statement, verdict_said
from registry.bulk_terms import JobKind
from registry.clock import day_at
from registry.diligence.lists import keep_list
from registry.errors import NotIssuing
from registry.ids import new_reference
from registry.keyring import Use
from registry.web.credentials import issuing
from registry.web.transaction import writing


def said_of(one: Given, at: datetime) -> dict[str, Any]:
    """What a statement says of an item."""
    asked = {**one.item.extra, **(one.item.asked or {})}
    if one.answered is not None:
        return verdict_said(asked, one.answered.verdict, at)
    return refusal_said(one.item.faults, asked) if one.whole is None else corridor_said(asked, one.whole, at)


def statement_of(one: Given, number: int, at: datetime) -> bytes:
    return statement(number, one.item.key, one.item.line, said_of(one, at))


def require_signed() -> None:
    """Raise NotIssuing while nothing can be signed."""
    issuing().heads.head()


def keep_given(organisation_id: int, kind: JobKind, given: Sequence[Given], at: datetime) -> str | None:
    """Keep a list that was answered in one go; the reference of what is kept.

    None while nothing can be signed: where it is kept by a setting, nobody is refused an answer for the file's sake.
    """
    held, reference = issuing(), new_reference()
    try:
        head = held.heads.head()
    except NotIssuing:
        return None
    statements = [statement_of(one, number, at) for number, one in enumerate(given)]
    counts = {"items": len(given), "answered": 0, "refused": 0, "yes": 0, "no": 0, "unknown": 0}
    for one in given:
        for name in ("refused",) if one.answer is None else ("answered", one.answer.value):
            counts[name] += 1
    manifest = manifest_of(
        statements,
        job=reference,
        kind=kind.value,
        counts=counts,
        head=head,
        issuer=held.issuer,
        signer=held.signers.of(Use.RECEIPT),
        at=at,
    )
    with writing() as session:
        keep_list(
            session,
            organisation_id,
            reference,
            kind,
            statements,
            counts,
            manifest,
            at=at,
            today=day_at(at, None),
        )
    return reference
