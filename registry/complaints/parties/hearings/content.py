"""The texts of a hearing, each sealed for its readers, and the parts of a case that they must not contain."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import attachments_of
from registry.complaints.case import answers as sheets
from registry.complaints.case.messages import message_place, read_text
from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE, Kind
from registry.complaints.casework.actions import Officer, opened_boxes
from registry.complaints.intake.mailbox_models import Message
from registry.complaints.parties.accounts import agency_record
from registry.complaints.parties.hearings.allegation_rules import Telling, fewest, flaws
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.sealing.envelopes import Place
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.errors import Fault, InvalidInput
from registry.vocabulary.cases import Author
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

MAX_ALLEGATION = 8000
MAX_COULD = 100_000

_ADVICE = {
    Telling.HER_WORDS: "line_her_words",
    Telling.REFERENCE: "line_reference",
    Telling.LONG_NUMBER: "line_long_number",
    Telling.DAY: "line_day",
}


class ComplaintTexts(NamedTuple):
    """What complainants wrote in a case and those joined to it: texts, the numbers there, and how many work there."""

    texts: list[str]
    references: list[str]
    coworkers: list[int]


def complaint_texts(session: Session, sealer: Sealer, unit: str, case: Case) -> ComplaintTexts:
    """Everything that the complainants wrote, for comparison alone: it is shown to no one."""
    found = ComplaintTexts([], [], [])
    joined = session.execute(
        select(Case)
        .where(or_(Case.id == case.id, Case.merged_into_id == case.id), Case.unit_id == case.unit_id)
        .order_by(Case.id)
    )
    for one in joined.scalars():
        found.references.append(one.reference)
        for box in opened_boxes(session, one):
            _add(session, sealer.open_as_unit(session, box, unit), one, found)
    return found


def require_silent(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    case: Case,
    agency: str | None,
    text: str,
    today: date,
    *,
    field: str = "allegation",
) -> ComplaintTexts:
    """Raise InvalidInput where the agency could tell from a text who complained. Gives what it was compared with.

    `agency` is the one that will read it, if the registry has it; `field` is where the text was written.
    """
    compared = complaint_texts(session, sealer, officer.unit, case)
    names = [] if agency is None else [one.name for one in agency_record(session, agency, today).names]
    found = flaws(text, own=compared.texts, references=compared.references, agency=agency or "", names=names)
    if found:
        raise InvalidInput(
            [
                Fault.of(field, Problem.INVALID_VALUE, _ADVICE[flaw.what], line=flaw.line)
                for flaw in found
            ]
        )  # fmt: skip
    return compared


def could_have(hearing: Hearing, compared: ComplaintTexts) -> int | None:
    """How many people could have complained, as far as the officer or a complainant says."""
    return fewest(hearing.could_complain, compared.coworkers)


def read_allegation(typed: str) -> str:
    return read_text("allegation", typed, MAX_ALLEGATION)


def read_language(typed: str) -> str | None:
    """The language of a text as it was chosen; None where no one said. Raises InvalidInput."""
    if typed and typed not in set(Language):
        raise InvalidInput([Fault.of("language", Problem.INVALID_VALUE, "choose_one")])
    return typed or None


def read_estimate(number: int | None) -> int | None:
    """An officer's estimate of how many could have complained. Raises InvalidInput."""
    if number is not None and not 1 <= number <= MAX_COULD:
        raise InvalidInput([Fault.of("could_complain", Problem.INVALID_VALUE, "number_could", most=MAX_COULD)])
    return number


def opened(session: Session, sealer: Sealer, unit: str, hearing: Hearing) -> OpenContainer:
    """The box that the agency reads, opened with the key of the case's unit or, once served, of the agency."""
    return sealer.open_as_unit(session, session.get_one(EncryptedContainer, hearing.box_id), unit)


def own(session: Session, sealer: Sealer, unit: str, case: Case) -> OpenContainer:
    """The case's own box, for what the agency is never to open."""
    return sealer.open_as_unit(session, opened_boxes(session, case)[0], unit)


def words(box: OpenContainer, case: Case, hearing: Hearing, column: str) -> str | None:
    """The decrypted text of a column, None if it is empty. The caller has opened the box. Raises Unopenable."""
    sealed = getattr(hearing, column)
    return None if sealed is None else box.open(sealed, place(case, hearing.reference, column))


def place(case: Case, reference: str, column: str) -> Place:
    return Place("hearings", column, reference, case.reference)


def _add(session: Session, box: OpenContainer, case: Case, found: ComplaintTexts) -> None:
    found.references.append(box.box.reference)
    answers = sheets.read(session, box, case).answers
    written = (answers.get(question.code) for question in QUESTIONNAIRE if question.kind is Kind.TEXT)
    found.texts.extend(text for text in written if isinstance(text, str))
    if isinstance(answers.get("coworkers"), int):
        found.coworkers.append(answers["coworkers"])
    rows = session.execute(select(Message).where(Message.box_id == box.box.id, Message.author == Author.COMPLAINANT))
    for row in rows.scalars():
        found.texts.append(box.open(row.sealed, message_place(row, case)))
        found.references.append(row.reference)
    found.references.extend(row.reference for row in attachments_of(session, [box.box]))
