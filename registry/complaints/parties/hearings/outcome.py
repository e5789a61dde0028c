"""Telling an agency that was heard what was decided; and translating, by the case's unit, what the agency cannot read.

An allegation waits for its translation before the reprisal check approves both; an outcome is sent with its translation.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import consents, units
from registry.complaints.case.messages import read_language, read_text
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, record_act
from registry.complaints.casework.decisions.rules import MAX_OBJECTION, SHORTEST_OBJECTION, USUAL_OBJECTION
from registry.complaints.casework.models import Decision
from registry.complaints.parties.hearings import content, rules
from registry.complaints.parties.hearings.actions import lock_hearing
from registry.complaints.parties.hearings.moves import advance_hearing, is_foreign, lacks_translation, languages_read
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import REGISTRY, open_box
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import OpenContainer, Sealer, read_sealed
from registry.core.calls import Call
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_named, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import ConsentKind, DecisionState, HearingState, KeyHolder
from registry.vocabulary.codes import Problem

MAX_OUTCOME = 8000

WAITING_IN = (HearingState.REPRISAL_CHECK, HearingState.APPROVED)
"""States in which an allegation is translated: while it is drafted its author changes it, and once served it stays as it is."""


class Outcome(NamedTuple):
    """What an officer writes to an agency that was heard. It may object for `object_days`.

    `language` is that of the text, None where no one said; `translation` is in one that the agency's people read.
    """

    outcome: str
    object_days: int | None
    language: str | None = None
    translation: str = ""


class WaitingTranslation(NamedTuple):
    """A text of a hearing that waits for a translator. `column` is `allegation` or `outcome`, `reads` the agency's language."""

    hearing: str
    column: str
    by: str
    language: str
    reads: str
    text: str


def why_not_notified(session: Session, case: Case, hearing: Hearing) -> str | None:
    """Why the agency is not told of a decision now, as a code; None when it may be."""
    if hearing.served_on is None or hearing.ended_because in rules.ENDED_BY_WORKER:
        return "not_heard"
    if hearing.told_on is not None:
        return "told_already"
    if case.state not in rules.TOLD_IN or not _is_decided(session, case):
        return "not_decided"
    return None if consents.is_consented(session, case, ConsentKind.AGENCY) else "no_consent"


def notify_outcome(call: Call[Officer], sealer: Sealer, reference: str, written: Outcome) -> Hearing:
    """Tell an agency that was heard what was decided, and until when it may object; once.

    The officer writes the text, which is compared with all that the complainant wrote, as an allegation is. The
    decision's reasons stay with the unit. In a language that no one at the agency reads it waits for a translator, unless a
    translation is there; written again, it takes the place of the one that waits.
    Raises NotFound, IllegalMove, StaleVersion, InvalidInput, KeyTrouble.
    """
    case, hearing = lock_hearing(call, reference)
    why_not = why_not_notified(call.session, case, hearing)
    if why_not is not None:
        raise IllegalMove(_WORDS[why_not], f"hearing.{why_not}")
    text, days = read_text("outcome", written.outcome, MAX_OUTCOME), written.object_days or 0
    if not SHORTEST_OBJECTION <= days <= MAX_OBJECTION:
        least, most = SHORTEST_OBJECTION, MAX_OBJECTION
        raise InvalidInput([Fault.of("object_days", Problem.INVALID_VALUE, "days_from_to", least=least, most=most)])
    translation = read_text("translation", written.translation, MAX_OUTCOME) if written.translation.strip() else None
    content.require_all_silent(call, sealer, case, hearing.agency, outcome=text, translation=translation)
    box = open_box(call.session, sealer, call.actor.unit, hearing)
    hearing.outcome_sealed = box.seal(text, place_of(case, hearing, "outcome_sealed"))
    where = place_of(case, hearing, "outcome_translation_sealed")
    hearing.outcome_translation_sealed = None if translation is None else box.seal(translation, where)
    hearing.told_by, hearing.object_days = call.actor.name, days
    hearing.outcome_language = read_language(written.language)
    if translation is None and is_foreign(call.session, hearing.party, hearing.outcome_language):
        hearing.version += 1
        call.session.flush()
        unit, others = call.actor.unit, (call.actor.name,)
        notify_unit(call.session, unit, Resource.ACCOUNT, Act.WRITE, NoticeKind.ASSIGNED, call.at, but=others)
        record_act(call, case, "hearing.outcome_waits")
        return hearing
    send_outcome(call, sealer, case, hearing, box)
    return hearing


def send_outcome(call: Call[Officer], sealer: Sealer, case: Case, hearing: Hearing, box: OpenContainer) -> None:
    """Send what stands in an opened box of a locked hearing; the days to object count from now."""
    hearing.told_on = units.day_of_case(call.session, case, call.at)
    hearing.object_until = hearing.told_on + timedelta(days=hearing.object_days or USUAL_OBJECTION)
    hearing.version += 1
    call.session.flush()
    # A hearing that was closed took its key back: with what is told it is the agency's again.
    sealer.share(call.session, box, KeyHolder.UNIT, hearing.party)
    notify_unit(call.session, hearing.party, Resource.HEARING, Act.ANSWER, NoticeKind.DECIDED, call.at)
    record_act(call, case, "hearing.told")


def fetch_waiting_translations(
    session: Session, sealer: Sealer, officer: Officer, case: Case
) -> Sequence[WaitingTranslation]:
    """The texts of a case's hearings that wait for a translation. The caller audits."""
    rows = session.execute(select(Hearing).where(Hearing.case_id == case.id).order_by(Hearing.id)).scalars()
    found = []
    for hearing in rows.all():
        column = _find_untranslated(session, case, hearing)
        if column is None:
            continue
        box = open_box(session, sealer, officer.unit, hearing)
        is_outcome = column == "outcome"
        found.append(
            WaitingTranslation(
                hearing.reference, column, (hearing.told_by if is_outcome else hearing.drafted_by) or "",
                (hearing.outcome_language if is_outcome else hearing.language) or "",
                next(iter(languages_read(session, hearing.party)), ""),
                read_sealed(box, case, hearing, f"{column}_sealed") or "",
            )
        )  # fmt: skip
    return found


def translate(call: Call[Officer], sealer: Sealer, case: Case, reference: str, text: str) -> None:
    """Write what waits of a hearing of a locked case in the agency's language.

    An allegation goes to the reprisal check with it, anew where it was approved already; an outcome is sent. It is compared
    with all that the complainant wrote. Raises NotFound, IllegalMove, InvalidInput, KeyTrouble.
    """
    session, translator = call.session, call.actor
    query = select(Hearing).where(Hearing.case_id == case.id, Hearing.reference == reference)
    hearing = session.execute(query.with_for_update()).scalar_one_or_none()
    column = None if hearing is None else _find_untranslated(session, case, hearing)
    if hearing is None or column is None:
        raise NotFound("no text of this hearing waits for a translation")
    text = read_text("text", text, content.MAX_ALLEGATION)
    content.require_all_silent(call, sealer, case, hearing.agency, text=text)
    box = open_box(session, sealer, translator.unit, hearing)
    if column == "outcome":
        hearing.outcome_translation_sealed = box.seal(text, place_of(case, hearing, "outcome_translation_sealed"))
        author = Officer(hearing.told_by or translator.name, translator.role, translator.unit)
        send_outcome(Call(session, author, call.at), sealer, case, hearing, box)
        notify_named(session, author.name, NoticeKind.DECIDED, call.at)
    else:
        hearing.translation_sealed = box.seal(text, place_of(case, hearing, "translation_sealed"))
        hearing.translated_by = translator.name
        _have_checked(call, case, hearing)
    record_act(call, case, "hearing.translated")


def _have_checked(call: Call[Officer], case: Case, hearing: Hearing) -> None:
    """Both texts wait for the check: what the agency reads is what a second person has read."""
    session, translator = call.session, call.actor
    if hearing.state is HearingState.APPROVED:
        hearing.checked_by = hearing.checked_on = None
        advance_hearing(Call(session, REGISTRY, call.at), case, hearing, HearingState.REPRISAL_CHECK, rules.By.REGISTRY)
    else:
        hearing.version += 1
        session.flush()
    writers = (hearing.drafted_by, translator.name)
    notify_unit(
        session, translator.unit, Resource.HEARING, Act.APPROVE, NoticeKind.SECOND_PERSON, call.at, but=writers
    )  # fmt: skip
    notify_named(session, hearing.drafted_by, NoticeKind.DECIDED, call.at)


def _find_untranslated(session: Session, case: Case, hearing: Hearing) -> str | None:
    if hearing.state in WAITING_IN and lacks_translation(session, hearing):
        return "allegation"
    waits = hearing.outcome_sealed is not None and why_not_notified(session, case, hearing) is None
    return "outcome" if waits and is_foreign(session, hearing.party, hearing.outcome_language) else None


_WORDS = {
    "not_heard": "this agency was not heard, or the complainant withdrew the consent to hear it: it is told nothing",
    "told_already": "the agency was told already: it is not told twice",
    "not_decided": "the case has no decision yet that the agency could be told of",
    "no_consent": "the complainant has not agreed that the agency is heard",
}


def _is_decided(session: Session, case: Case) -> bool:
    made = select(Decision.id).where(Decision.case_id == case.id, Decision.state == DecisionState.MADE)
    return session.execute(made.limit(1)).first() is not None
