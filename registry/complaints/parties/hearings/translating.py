"""What an agency is asked and told, in a language that it reads: a translator of the case's unit writes it.

An allegation waits for its translation before the reprisal check approves both; an outcome is sent with its translation.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed
from registry.complaints.casework.actions import Officer
from registry.complaints.parties.hearings import content
from registry.complaints.parties.hearings.after_answer import send_outcome, why_not_notified
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.moves import advance, is_foreign, lacks_translation, languages_read
from registry.complaints.parties.hearings.rules import By
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import NotFound
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_named, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import HearingState

WAITING_IN = (HearingState.REPRISAL_CHECK, HearingState.APPROVED)
"""States in which an allegation is translated: while it is drafted its author changes it, and once served it stays as it is."""


class Wanted(NamedTuple):
    """A text of a hearing that waits for a translator. `column` is `allegation` or `outcome`, `reads` the agency's language."""

    hearing: str
    column: str
    by: str
    language: str
    reads: str
    text: str


def translations_wanted(session: Session, sealer: Sealer, officer: Officer, case: Case) -> Sequence[Wanted]:
    """The texts of a case's hearings that wait for a translation. The caller audits."""
    rows = session.execute(select(Hearing).where(Hearing.case_id == case.id).order_by(Hearing.id)).scalars()
    found = []
    for hearing in rows.all():
        column = _waits(session, case, hearing)
        if column is None:
            continue
        box = content.opened(session, sealer, officer.unit, hearing)
        is_outcome = column == "outcome"
        found.append(
            Wanted(
                hearing.reference, column, (hearing.told_by if is_outcome else hearing.drafted_by) or "",
                (hearing.outcome_language if is_outcome else hearing.language) or "",
                next(iter(languages_read(session, hearing.desk)), ""),
                content.words(box, case, hearing, f"{column}_sealed") or "",
            )
        )  # fmt: skip
    return found


def translate(
    session: Session, sealer: Sealer, translator: Officer, case: Case, reference: str, text: str, at: datetime
) -> None:
    """Write what waits of a hearing of a locked case in the agency's language.

    An allegation goes to the reprisal check with it, anew where it was approved already; an outcome is sent. It is compared
    with all that the complainant wrote. Raises NotFound, IllegalMove, InvalidInput, KeyTrouble.
    """
    query = select(Hearing).where(Hearing.case_id == case.id, Hearing.reference == reference)
    hearing = session.execute(query.with_for_update()).scalar_one_or_none()
    column = None if hearing is None else _waits(session, case, hearing)
    if hearing is None or column is None:
        raise NotFound("no text of this hearing waits for a translation")
    text = read_text("text", text, content.MAX_ALLEGATION)
    content.require_silent(session, sealer, translator, case, hearing.agency, text, at.date(), field="text")
    box = content.opened(session, sealer, translator.unit, hearing)
    if column == "outcome":
        place = content.place(case, reference, "outcome_translation_sealed")
        hearing.outcome_translation_sealed = box.seal(text, place)
        author = Officer(hearing.told_by or translator.name, translator.role, translator.unit)
        send_outcome(session, sealer, author, case, hearing, box, at)
        notify_named(session, author.name, NoticeKind.DECIDED, at)
    else:
        hearing.translation_sealed = box.seal(text, content.place(case, reference, "translation_sealed"))
        hearing.translated_by = translator.name
        _have_checked(session, translator, case, hearing, at)
    changed(session, case, "hearing.translated", at.date(), role=translator.role, actor=translator.name)


def _have_checked(session: Session, translator: Officer, case: Case, hearing: Hearing, at: datetime) -> None:
    """Both texts wait for the check: what the agency reads is what a second person has read."""
    if hearing.state is HearingState.APPROVED:
        hearing.checked_by = hearing.checked_on = None
        advance(session, case, hearing, HearingState.REPRISAL_CHECK, By.REGISTRY, at)
    else:
        hearing.version += 1
        session.flush()
    writers = (hearing.drafted_by, translator.name)
    notify_unit(
        session, translator.unit, Resource.HEARING, Act.APPROVE, NoticeKind.SECOND_PERSON, at, but=writers
    )  # fmt: skip
    notify_named(session, hearing.drafted_by, NoticeKind.DECIDED, at)


def _waits(session: Session, case: Case, hearing: Hearing) -> str | None:
    if hearing.state in WAITING_IN and lacks_translation(session, hearing):
        return "allegation"
    waits = hearing.outcome_sealed is not None and why_not_notified(session, case, hearing) is None
    return "outcome" if waits and is_foreign(session, hearing.desk, hearing.outcome_language) else None
