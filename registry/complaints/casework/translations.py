"""Translations: a translator of the unit puts a complainant's texts into a language that the officers read.

Translators see free-text answers and messages of their unit's cases, and nothing else: no officers' notes, no identity.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case import answers, messages, questions
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed, lock_case_where
from registry.complaints.casework.actions import UnitOfficer, in_unit, opened_mailboxes
from registry.complaints.casework.models import Translation
from registry.complaints.intake.models import Message
from registry.complaints.sealing.envelopes import Place, place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer, Tier
from registry.core.calls import Call
from registry.core.db.locking import require_version
from registry.core.errors import NotFound, NotNow
from registry.officers.days import today_of
from registry.vocabulary.cases import Author, CaseRole, CaseState, MailboxRole
from registry.vocabulary.register import Language


class Translated(NamedTuple):
    by: str
    on: date
    text: str


def translations_in(
    session: Session, opened: Sequence[OpenContainer], case: Case, language: str
) -> list[Mapping[str, Translated]]:
    """The translations into one language of what stands in each of some open boxes, by subject; by one query."""
    query = select(Translation).where(Translation.case_id == case.id, Translation.language == language)
    rows = session.scalars(query).all()
    return [
        {
            row.subject: Translated(row.written_by, row.written_on, one.open(row.sealed, place(row, one.box, case)))
            for row in rows
            if row.box_id == one.box.id
        }
        for one in opened
    ]


def place(row: Translation, box: EncryptedContainer, case: Case) -> Place:
    """The place of a sealed translation: moved to another text or language it does not open."""
    return Place("case_translations", f"{row.subject} {row.language}", box.reference, case.reference)


_CLOSED_TO_TRANSLATOR = (CaseState.DRAFT, CaseState.PURGED)


class TextId(NamedTuple):
    """Names a text of a case: by its mailbox, and by what it is there, such as `answer.account`."""

    box: str
    subject: str


class Piece(NamedTuple):
    """One text of a complainant, and its translation if there is one."""

    id: TextId
    box_role: MailboxRole
    text: str
    translation: Translated | None


class Progress(NamedTuple):
    """In which language a case was told, and how many of its texts are translated."""

    language: str | None
    written: int


def progress_of(session: Session, unit: str, references: Collection[str]) -> Mapping[str, Progress]:
    """How far the translation of each of some cases of a unit is, by reference."""
    written = select(func.count(Translation.id)).where(Translation.case_id == Case.id).scalar_subquery()
    query = select(Case.reference, Case.language, written).where(in_unit(unit), Case.reference.in_(references))
    return {reference: Progress(language, count) for reference, language, count in session.execute(query)}


def case_for_translator(session: Session, unit: str, reference: str, version: int | None = None) -> Case:
    """A case of the unit, locked. Raises NotFound, StaleVersion; NotNow where it was withdrawn."""
    case = lock_case_where(session, in_unit(unit), Case.reference == reference)
    if case is None or case.state in _CLOSED_TO_TRANSLATOR:
        raise NotFound(f"there is no case {reference} in this unit")
    if case.state is CaseState.WITHDRAWN:
        raise NotNow("this was withdrawn: what was written is not read any more", "case.withdrawn")
    require_version(case.version, version)
    return case


def pieces(call: Call[UnitOfficer], sealer: Sealer, case: Case, language: Language) -> list[Piece]:
    """All texts of a case that may be translated, with existing translations into one language. Audited."""
    session, (translator, unit) = call.session, call.actor
    opened = sealer.open_all_as_unit(session, opened_mailboxes(case), unit)
    there = translations_in(session, opened, case, language)
    found = [
        Piece(TextId(one.box.reference, subject), one.box.role, text, translated.get(subject))
        for one, translated in zip(opened, there, strict=True)
        for subject, text in _texts(session, one, case).items()
    ]
    session.flush()
    record(session, "case.read", case.reference, on=today_of(call), actor=translator, detail="translator", unit=unit)
    return found


def translate(
    call: Call[UnitOfficer], sealer: Sealer, reference: str, original: TextId, language: Language, text: str
) -> Translation:
    """Write what a text says in another language, or write it anew. Raises NotFound, NotNow, StaleVersion, InvalidInput."""
    session, (translator, unit), today = call.session, call.actor, today_of(call)
    box, subject = original
    case = case_for_translator(session, unit, reference, call.version)
    text = messages.read_text("text", text, messages.MAX_CHARACTERS)
    opened = next(
        (one for one in sealer.open_all_as_unit(session, opened_mailboxes(case), unit) if one.box.reference == box),
        None,
    )
    if opened is None or subject not in _texts(session, opened, case):
        raise NotFound("there is no such text in this case")
    same_text = (Translation.box_id == opened.box.id, Translation.subject == subject, Translation.language == language)
    row = session.scalars(select(Translation).where(*same_text)).one_or_none()
    if row is None:
        row = Translation(case_id=case.id, box_id=opened.box.id, subject=subject, language=language.value)
        session.add(row)
    row.written_by, row.written_on = translator, today
    row.sealed = opened.seal(text, place(row, opened.box, case))
    changed(session, case, "case.translated", today, role=CaseRole.REGISTRY, actor=translator, detail=language.value)
    session.flush()
    return row


def _texts(session: Session, opened: OpenContainer, case: Case) -> Mapping[str, str]:
    """The complainant's texts in a box: free-text answers, except those about identity, and messages."""
    sheet = answers.read_sheet(session, opened, case)
    given = sheet.answers if sheet.submitted_on is not None else {}
    found = {
        f"answer.{question.code}": str(given[question.code])
        for question in questions.QUESTIONNAIRE
        if question.kind is questions.Kind.TEXT and question.tier < Tier.IDENTITY and question.code in given
    }
    own = select(Message).where(Message.box_id == opened.box.id, Message.author == Author.COMPLAINANT)
    for row in session.scalars(own.order_by(Message.place)):
        found[f"message.{row.reference}"] = opened.open(row.sealed, place_of(case, row))
    return found
