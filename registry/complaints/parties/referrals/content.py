"""The part of a case that a referral shares: chosen piece by piece, copied, and read by the unit and the partner."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import attachments_of, clean_key, copied_as, facts_of, safe_name
from registry.complaints.attachments.models import Attachment
from registry.complaints.case.answers import read_sheet
from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE
from registry.complaints.casework.actions import opened_boxes
from registry.complaints.intake.models import Message
from registry.complaints.parties.models import Referral
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer, Tier
from registry.core.errors import Fault, InvalidInput
from registry.vocabulary import cases, codes


class Choice(NamedTuple):
    """What an officer chose to share. An answer is `<box>.<question>`, a message or file its reference."""

    answers: Sequence[str] = ()
    messages: Sequence[str] = ()
    files: Sequence[str] = ()


class HandedAnswer(msgspec.Struct, frozen=True):
    """`by`: whether the worker or a helper answered."""

    by: str
    question: str
    value: Any


class HandedMessage(msgspec.Struct, frozen=True):
    author: cases.Author
    text: str


class HandedFile(msgspec.Struct, frozen=True):
    """The clean copy of a file; `key` opens that one file, in hex."""

    reference: str
    name: str
    kind: cases.FileKind
    key: str

    def __repr__(self) -> str:
        return f"HandedFile({self.reference})"


class Handed(msgspec.Struct, frozen=True):
    """All that a partner reads, except the worker's identity. It names no case, and no day of writing."""

    note: str
    answers: tuple[HandedAnswer, ...] = ()
    messages: tuple[HandedMessage, ...] = ()
    files: tuple[HandedFile, ...] = ()


def build_copy(session: Session, sealer: Sealer, unit: str, case: Case, choice: Choice, note: str) -> Handed:
    """The chosen pieces as they stand now. Raises InvalidInput for what is not there, or may not go."""
    boxes = opened_boxes(session, case)
    opened = {box.reference: sealer.open_as_unit(session, box, unit) for box in boxes}
    handed = Handed(
        note,
        tuple(_answers(session, case, opened, choice.answers)),
        tuple(_messages(session, case, opened, choice.messages)),
        tuple(_files(session, case, boxes, opened, choice.files)),
    )
    if not (note or handed.answers or handed.messages or handed.files):
        raise InvalidInput([Fault.of("chosen", codes.Problem.MISSING, "choose_for_partner")])
    return handed


def seal_copy(opened: OpenContainer, case: Case, referral: Referral, handed: Handed) -> str:
    return opened.seal(msgspec.json.encode(handed).decode(), place_of(case, referral, "copy_sealed"))


def read_copy(opened: OpenContainer, case: Case, referral: Referral) -> Handed:
    """The decrypted copy that a referral shares. Raises Unopenable."""
    text = opened.open(referral.copy_sealed, place_of(case, referral, "copy_sealed"))
    return msgspec.json.decode(text, type=Handed)


def seal_identity(opened: OpenContainer, case: Case, referral: Referral, given: Mapping[str, Any]) -> str:
    text = msgspec.json.encode(given, order="sorted").decode()
    return opened.seal(text, place_of(case, referral, "identity_sealed"), Tier.IDENTITY)


def read_identity(opened: OpenContainer, case: Case, referral: Referral) -> dict[str, Any]:
    """The worker's identity, as far as it goes along; empty if it does not. Raises Unopenable."""
    if referral.identity_sealed is None:
        return {}
    where = place_of(case, referral, "identity_sealed")
    found: dict[str, Any] = msgspec.json.decode(opened.open(referral.identity_sealed, where))
    return found


def is_by_complainant(session: Session, case: Case, message: str) -> bool:
    """Whether a message was written by the complainant of the case."""
    of_case = select(EncryptedContainer.id).where(
        EncryptedContainer.case_id == case.id, EncryptedContainer.is_copy.is_(False)
    )
    theirs = (Message.reference == message, Message.author == cases.Author.COMPLAINANT, Message.box_id.in_(of_case))
    return session.execute(select(Message.id).where(*theirs)).first() is not None


def _answers(
    session: Session, case: Case, opened: Mapping[str, OpenContainer], chosen: Sequence[str]
) -> list[HandedAnswer]:
    wanted = set(chosen)
    found = []
    for reference, box in opened.items():
        sheet = read_sheet(session, box, case)
        given = sheet.answers if sheet.submitted_on is not None else {}
        for question in QUESTIONNAIRE:
            name = f"{reference}.{question.code}"
            if name in wanted and question.code in given and question.tier < Tier.IDENTITY:
                found.append(HandedAnswer(box.box.role, question.code, given[question.code]))
                wanted.discard(name)
    _require_none("answers", wanted)
    return found


def _messages(
    session: Session, case: Case, opened: Mapping[str, OpenContainer], chosen: Sequence[str]
) -> list[HandedMessage]:
    wanted = set(chosen)
    found = []
    by_id = {box.box.id: box for box in opened.values()}
    rows = session.execute(
        select(Message).where(Message.box_id.in_(by_id), Message.reference.in_(wanted)).order_by(Message.id)
    ).scalars()
    for row in rows:
        found.append(HandedMessage(row.author, by_id[row.box_id].open(row.sealed, place_of(case, row))))
        wanted.discard(row.reference)
    _require_none("messages", wanted)
    return found


def _files(
    session: Session,
    case: Case,
    boxes: Sequence[EncryptedContainer],
    opened: Mapping[str, OpenContainer],
    chosen: Sequence[str],
) -> list[HandedFile]:
    wanted = set(chosen)
    found = []
    references = {box.id: box.reference for box in boxes}
    for row in attachments_of(session, boxes):
        # Without a clean copy a file does not go: the original tells of place and device.
        if row.reference in wanted and row.state is cases.AttachmentState.CLEAN:
            box = opened[references[row.box_id]]
            found.append(_file(box, case, row))
            wanted.discard(row.reference)
    _require_none("files", wanted)
    return found


def _file(box: OpenContainer, case: Case, row: Attachment) -> HandedFile:
    kind = copied_as(row)
    name = safe_name(facts_of(box, case, row).name, kind)
    return HandedFile(row.reference, name, kind, clean_key(box, case, row).hex())


def _require_none(field: str, left: set[str]) -> None:
    if left:
        raise InvalidInput([Fault.of(field, codes.Problem.INVALID_VALUE, "not_there")])
