"""What was answered, as statements under one signature; and lists of them that an organisation keeps."""

from collections.abc import Sequence
from datetime import datetime

from registry.bulk.answering.batches import AnsweredItem
from registry.bulk.answering.wording import statement_of
from registry.bulk.archive.lists import archive_list
from registry.bulk.manifest import manifest_of
from registry.core.clock import day_at
from registry.core.errors import NotIssuing
from registry.core.ids import new_reference
from registry.core.keyring import Use
from registry.http.credentials import issuing
from registry.http.transaction import writing
from registry.vocabulary.bulk import JobKind


def require_signed() -> None:
    """Raise NotIssuing while nothing can be signed."""
    issuing().heads.head()


def archive_answered_list(
    organisation_id: int, kind: JobKind, given: Sequence[AnsweredItem], at: datetime
) -> str | None:
    """Archive a list that was answered in one go; the reference of the archived list.

    None while nothing can be signed: an organisation that archives by a setting is not refused its answer for that.
    """
    existing, reference = issuing(), new_reference()
    try:
        head = existing.heads.head()
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
        issuer=existing.issuer,
        signer=existing.signers.of(Use.RECEIPT),
        at=at,
    )
    with writing() as session:
        archive_list(
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
