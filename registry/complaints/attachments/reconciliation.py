"""Compares rows and files of attachments: files without a row are removed, rows without a file are reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.storage import GRACE, FileStore, is_ours
from registry.vocabulary.cases import AttachmentState, NoCopy


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Names of files without a row, too young ones counted; references whose original, or whose clean copy, is missing."""

    orphans: tuple[str, ...]
    young: int
    without_original: tuple[str, ...]
    without_copy: tuple[str, ...]


def compare(session: Session, store: FileStore, today: date) -> Reconciled:
    """The differences found. A file with none of our names is not looked at. Raises FilesUnavailable."""
    # The store first: a file that is listed had its row committed by the time rows are read, or is young.
    listed = {name: day for name, day in store.listing() if is_ours(name)}
    rows = list(session.execute(select(Attachment).order_by(Attachment.id)).scalars())
    spoken_of = {name for row in rows for name in (row.original_name, row.clean_name)}
    loose = {name: day for name, day in listed.items() if name not in spoken_of}
    orphans = tuple(sorted(name for name, day in loose.items() if day < today - GRACE))
    return Reconciled(
        orphans=orphans,
        young=len(loose) - len(orphans),
        without_original=tuple(
            row.reference for row in rows if row.original_name is not None and row.original_name not in listed
        ),
        without_copy=tuple(
            row.reference for row in rows if row.clean_name is not None and row.clean_name not in listed
        ),
    )


def copy_again(session: Session, references: Sequence[str]) -> None:
    """Let clean copies that are missing be made again; where the copy alone was kept there is nothing to make it of."""
    rows = session.execute(select(Attachment).where(Attachment.reference.in_(references)))
    for row in rows.scalars():
        row.clean_name = None
        row.state, row.attempts = AttachmentState.KEPT, 0
        if row.original_name is None:
            row.state, row.no_copy = AttachmentState.NO_CLEAN_COPY, NoCopy.DAMAGED
    session.flush()
