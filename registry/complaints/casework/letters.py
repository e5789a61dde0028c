"""Letters to complainants, and those that wait until a translator has written them in the language of their reader."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import access, messages
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, lock_case, record_act, reply
from registry.complaints.casework.models import WaitingLetter
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import NotFound, NotNow
from registry.core.ids import new_reference
from registry.officers.days import today_of
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_named, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary import cases

MAX_WAITING = 20
"""Letters of one case that may wait at a time."""


class Letter(NamedTuple):
    """A letter to the complainant: its text, the language of it, and its translation into the complainant's.

    Without a language it is sent as it is. `at_once` sends it untranslated where somebody is in danger (P0).
    """

    text: str
    language: str = ""
    translation: str = ""
    at_once: bool = False
    to_helper: bool = False


class LetterView(NamedTuple):
    """A letter that waits for its translation, as officers of its unit see it."""

    reference: str
    by: str
    on: date
    language: str
    text: str


def write_letter(call: Call[Officer], sealer: Sealer, reference: str, letter: Letter) -> WaitingLetter | None:
    """Write to the complainant.

    In another language than the complainant's it is sent with its translation, and without one it waits for a translator:
    then the letter that waits is returned. Raises as `reply` does.
    """
    case = lock_case(call.session, call.actor, reference, call.version)
    language = messages.read_language(letter.language)
    text = messages.read_text("text", letter.text, messages.MAX_CHARACTERS)
    is_foreign = language and case.language is not None and language != case.language
    if not is_foreign or (letter.at_once and case.priority is cases.Priority.P0):
        reply(call, sealer, reference, text, to_helper=letter.to_helper)
        return None
    if letter.translation.strip():
        reply(call, sealer, reference, _both(letter.translation.strip(), text), to_helper=letter.to_helper)
        return None
    return _keep(call, sealer, case, letter._replace(text=text))


def _keep(call: Call[Officer], sealer: Sealer, case: Case, letter: Letter) -> WaitingLetter:
    session, officer = call.session, call.actor
    if case.state is cases.CaseState.WITHDRAWN:
        raise NotNow("this was withdrawn: write nothing more", "case.withdrawn")
    if len(_rows(session, case)) >= MAX_WAITING:
        raise NotNow("too many letters of this case wait for a translation: discard one first", "case.letters")
    row = WaitingLetter(
        reference=new_reference(), case_id=case.id, written_by=officer.name, written_on=today_of(call),
        role=officer.role, language=letter.language, to_helper=letter.to_helper,
    )  # fmt: skip
    row.sealed = access.open_case_box(session, sealer, officer.unit, case).seal(letter.text, place_of(case, row))
    session.add(row)
    session.flush()
    notify_unit(session, officer.unit, Resource.ACCOUNT, Act.WRITE, NoticeKind.ASSIGNED, call.at, but=(officer.name,))
    record_act(call, case, "case.letter_waits", letter.language)
    session.flush()
    return row


def letters_waiting(session: Session, sealer: Sealer, officer: Officer, case: Case) -> Sequence[LetterView]:
    """The letters of a case that wait for a translation, in order. The caller audits."""
    rows = _rows(session, case)
    if not rows:
        return []
    box = access.open_case_box(session, sealer, officer.unit, case)
    return [
        LetterView(
            one.reference, one.written_by, one.written_on, one.language, box.open(one.sealed, place_of(case, one))
        )
        for one in rows
    ]


def translate_letter(call: Call[Officer], sealer: Sealer, case: Case, letter: str, text: str) -> None:
    """Write a letter of a locked case in the complainant's language, which sends it, by a translator of the unit.

    Raises NotFound, InvalidInput, NotNow.
    """
    session, translator = call.session, call.actor
    row = _letter(session, case, letter)
    translation = messages.read_text("text", text, messages.MAX_CHARACTERS)
    original = access.open_case_box(session, sealer, translator.unit, case).open(row.sealed, place_of(case, row))
    author = Officer(row.written_by, row.role, translator.unit)
    reply(Call(session, author, call.at), sealer, case.reference, _both(translation, original), to_helper=row.to_helper)
    record_act(call, case, "case.letter_translated")
    notify_named(session, row.written_by, NoticeKind.DECIDED, call.at)
    session.delete(row)
    session.flush()


def send_untranslated(call: Call[Officer], sealer: Sealer, reference: str, letter: str) -> None:
    """Send a letter that waits as it is, where somebody is in danger (P0). Raises NotFound, NotNow, StaleVersion."""
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    row = _letter(session, case, letter)
    if case.priority is not cases.Priority.P0:
        raise NotNow(
            "only in danger (P0) is a letter sent that its reader may not understand", "case.letter_not_urgent"
        )
    text = access.open_case_box(session, sealer, officer.unit, case).open(row.sealed, place_of(case, row))
    reply(call, sealer, reference, text, to_helper=row.to_helper)
    session.delete(row)
    session.flush()


def discard_letter(call: Call[Officer], reference: str, letter: str) -> None:
    """Discard a letter that waits. Raises NotFound, StaleVersion."""
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    session.delete(_letter(session, case, letter))
    record_act(call, case, "case.letter_discarded")
    session.flush()


def _both(translation: str, original: str) -> str:
    """The translation first; the officer's own words stay on record below it."""
    return f"{translation}\n\n———\n\n{original}"[: messages.MAX_CHARACTERS]


def _rows(session: Session, case: Case) -> Sequence[WaitingLetter]:
    query = select(WaitingLetter).where(WaitingLetter.case_id == case.id)
    return session.execute(query.order_by(WaitingLetter.id)).scalars().all()


def _letter(session: Session, case: Case, reference: str) -> WaitingLetter:
    found = next((one for one in _rows(session, case) if one.reference == reference), None)
    if found is None:
        raise NotFound("there is no such letter in this case")
    return found
