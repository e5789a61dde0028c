"""What was answered, as statements under one signature; and lists of them that an organisation keeps."""

from collections.abc import Sequence
from datetime import datetime

from registry.bulk.manifest import manifest_of
from registry.bulk_terms import JobKind
from registry.clock import day_at
from registry.diligence.lists import keep_list
from registry.errors import NotIssuing
from registry.ids import new_reference
from registry.keyring import Use
from registry.web.credentials import issuing
from registry.web.many.answering import Given
from registry.web.many.saying import statement_of
from registry.web.transaction import writing


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
