"""The texts of a hearing, each sealed for its readers, and the parts of a case that they must not contain."""

from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import attachments_of
from registry.complaints.case import messages, units
from registry.complaints.case.answers import read_sheet
from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE, Kind
from registry.complaints.casework.actions import Officer, opened_boxes
from registry.complaints.intake.models import Message
from registry.complaints.parties.hearings.rules import Telling, fewest, flaws
from registry.complaints.parties.models import Hearing
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.calls import Call
from registry.core.errors import Fault, InvalidInput
from registry.officers.days import today_of
from registry.register.agencies import record
from registry.vocabulary import cases, codes

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


class Allegation(NamedTuple):
    """What an officer writes for an agency. `could_complain`: how many people could have, by the officer's estimate.

    `language` is that of the text, empty where no one said; `translation` is in one that the agency's people read.
    """

    allegation: str
    could_complain: int | None = None
    language: str | None = None
    translation: str = ""


def read_allegation(typed: Allegation) -> Allegation:
    """An allegation as it is stored. Raises InvalidInput."""
    if typed.could_complain is not None and not 1 <= typed.could_complain <= MAX_COULD:
        raise InvalidInput([Fault.of("could_complain", codes.Problem.INVALID_VALUE, "number_could", most=MAX_COULD)])
    return Allegation(
        messages.read_text("allegation", typed.allegation, MAX_ALLEGATION),
        typed.could_complain,
        messages.read_language(typed.language),
        messages.read_text("translation", typed.translation, MAX_ALLEGATION) if typed.translation.strip() else "",
    )


def seal_allegation(box: OpenContainer, author: Officer, case: Case, hearing: Hearing, written: Allegation) -> None:
    """Write an allegation into a hearing, with its translation where there is one."""
    hearing.allegation_sealed = box.seal(written.allegation, place_of(case, hearing, "allegation_sealed"))
    if written.translation:
        hearing.translation_sealed = box.seal(written.translation, place_of(case, hearing, "translation_sealed"))
        hearing.translated_by = author.name


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
    text: str, compared: ComplaintTexts, agency: record.Agency | None, *, field: str = "allegation"
) -> None:
    """Raise InvalidInput where its reader could tell from a text who complained.

    `agency` is the one that will read it, if the registry has it; `field` is where the text was written.
    """
    names = [] if agency is None else [one.name for one in agency.names]
    reference = "" if agency is None else agency.agency_id
    found = flaws(text, own=compared.texts, references=compared.references, agency=reference, names=names)
    if found:
        raise InvalidInput(
            [Fault.of(field, codes.Problem.INVALID_VALUE, _ADVICE[flaw.what], line=flaw.line) for flaw in found]
        )


def require_all_silent(
    call: Call[Officer], sealer: Sealer, case: Case, agency: str, **texts: str | None
) -> ComplaintTexts:
    """As `require_silent`, for texts by field, None for one that is not there. Gives what they were compared with."""
    compared = complaint_texts(call.session, sealer, call.actor.unit, case)
    known = units.agency_record(call.session, agency, today_of(call))
    for field, text in texts.items():
        if text is not None:
            require_silent(text, compared, known, field=field)
    return compared


def could_have(hearing: Hearing, compared: ComplaintTexts) -> int | None:
    """How many people could have complained, as far as the officer or a complainant says."""
    return fewest(hearing.could_complain, compared.coworkers)


def _add(session: Session, box: OpenContainer, case: Case, found: ComplaintTexts) -> None:
    found.references.append(box.box.reference)
    answers = read_sheet(session, box, case).answers
    written = (answers.get(question.code) for question in QUESTIONNAIRE if question.kind is Kind.TEXT)
    found.texts.extend(text for text in written if isinstance(text, str))
    if isinstance(answers.get("coworkers"), int):
        found.coworkers.append(answers["coworkers"])
    rows = session.execute(
        select(Message).where(Message.box_id == box.box.id, Message.author == cases.Author.COMPLAINANT)
    )
    for row in rows.scalars():
        found.texts.append(box.open(row.sealed, place_of(case, row)))
        found.references.append(row.reference)
    found.references.extend(row.reference for row in attachments_of(session, [box.box]))
