"""The table of attachments: where a sealed file is, and how far its clean copy is. Name and content are sealed."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from registry.complaints.casework.models import CaseRow
from registry.core.db.engine import Text, one_of
from registry.vocabulary.cases import AttachmentState, FileKind, HandedWith, NoCopy


class Attachment(CaseRow):
    """One file of a box. `size` is rounded up as the file is padded; `idempotency_digest` is of its idempotency key.

    `original_key` is of tier 3: the mailbox and the custodian open the original. `clean_key` and `facts_sealed` (name, size and
    SHA-256 as sent) are of tier 2. Where the custodian's key was not at hand there is the copy alone, and no original.
    `goes_with` is with what an agency handed it in, in the box of a hearing; None for a complainant's.
    """

    __tablename__ = "attachments"
    __table_args__ = (UniqueConstraint("box_id", "once"),)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    stored_on: Mapped[date] = mapped_column("kept_on")
    kind: Mapped[FileKind] = mapped_column(one_of(FileKind))
    size: Mapped[int]
    idempotency_digest: Mapped[str] = mapped_column("once", Text(64))
    facts_sealed: Mapped[str] = mapped_column(LongText)
    goes_with: Mapped[HandedWith | None] = mapped_column(one_of(HandedWith))
    original_name: Mapped[str | None] = mapped_column(Text(32), unique=True)
    original_key: Mapped[str | None] = mapped_column(LongText)
    state: Mapped[AttachmentState] = mapped_column(one_of(AttachmentState), index=True)
    no_copy: Mapped[NoCopy | None] = mapped_column(one_of(NoCopy))
    attempts: Mapped[int] = mapped_column(default=0)
    clean_name: Mapped[str | None] = mapped_column(Text(32), unique=True)
    clean_key: Mapped[str] = mapped_column(LongText)
