"""Letters in a language that their reader does not read: kept until a translator has written them in the right one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.access import boxes_of
from registry.complaints.case.messages import MAX_CHARACTERS, read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed
from registry.complaints.casework.actions import Officer, lock_case, reply
from registry.complaints.casework.letters.models import WaitingLetter
from registry.complaints.sealing.envelopes import Place
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.errors import Fault, InvalidInput, NotFound, NotNow
from registry.core.ids import new_reference
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_named, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseState, Priority
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

MAX_WAITING = 20
"""Letters of one case that may wait at a time."""


class Letter(NamedTuple):
    reference: str
    by: str
    on: date
    language: str
    text: str


def write_letter(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    text: str,
    at: datetime,
    *,
    language: str = "",
    translation: str = "",
    at_once: bool = False,
    to_helper: bool = False,
    version: int | None = None,
) -> WaitingLetter | None:
    """Write to the complainant in `language`; without one it is sent as it is.

    In another than the complainant's it is sent with its `translation`, and without one it waits for a translator: then
    the letter that waits is returned. `at_once` sends it untranslated where somebody is in danger (P0). Raises as
    `reply` does.
    """
    case = lock_case(session, officer, reference, version)
    if language and language not in set(Language):
        raise InvalidInput([Fault.of("language", Problem.INVALID_VALUE, "choose_one")])
    text = read_text("text", text, MAX_CHARACTERS)
    if not _is_foreign(case, language) or (at_once and case.priority is Priority.P0):
        reply(session, sealer, officer, reference, text, at, to_helper=to_helper)
        return None
    if translation.strip():
        reply(session, sealer, officer, reference, _both(translation.strip(), text), at, to_helper=to_helper)
        return None
    return _keep(session, sealer, officer, case, text, at, language=language, to_helper=to_helper)


def _keep(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    case: Case,
    text: str,
    at: datetime,
    *,
    language: str,
    to_helper: bool,
) -> WaitingLetter:
    if case.state is CaseState.WITHDRAWN:
        raise NotNow("this was withdrawn: write nothing more", "case.withdrawn")
    if len(_rows(session, case)) >= MAX_WAITING:
        raise NotNow("too many letters of this case wait for a translation: discard one first", "case.letters")
    letter = WaitingLetter(
        reference=new_reference(), case_id=case.id, written_by=officer.name, written_on=at.date(), role=officer.role,
        language=language, to_helper=to_helper,
    )  # fmt: skip
    letter.sealed = _box(session, sealer, officer, case).seal(text, _place(case, letter))
    session.add(letter)
    session.flush()
    notify_unit(session, officer.unit, Resource.ACCOUNT, Act.WRITE, NoticeKind.ASSIGNED, at, but=(officer.name,))
    changed(session, case, "case.letter_waits", at.date(), role=officer.role, actor=officer.name, detail=language)
    session.flush()
    return letter


def letters_waiting(session: Session, sealer: Sealer, officer: Officer, case: Case) -> Sequence[Letter]:
    """The letters of a case that wait for a translation, in order. The caller audits."""
    rows = _rows(session, case)
    if not rows:
        return []
    box = _box(session, sealer, officer, case)
    return [
        Letter(one.reference, one.written_by, one.written_on, one.language, box.open(one.sealed, _place(case, one)))
        for one in rows
    ]


def translate_letter(
    session: Session, sealer: Sealer, translator: Officer, case: Case, letter: str, text: str, at: datetime
) -> None:
    """Write a letter of a locked case in the complainant's language, which sends it. Raises NotFound, InvalidInput, NotNow."""
    row = _letter(session, case, letter)
    translation = read_text("text", text, MAX_CHARACTERS)
    original = _box(session, sealer, translator, case).open(row.sealed, _place(case, row))
    author = Officer(row.written_by, row.role, translator.unit)
    reply(session, sealer, author, case.reference, _both(translation, original), at, to_helper=row.to_helper)
    changed(session, case, "case.letter_translated", at.date(), role=translator.role, actor=translator.name)
    notify_named(session, row.written_by, NoticeKind.DECIDED, at)
    session.delete(row)
    session.flush()


def send_untranslated(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    letter: str,
    at: datetime,
    *,
    version: int | None = None,
) -> None:
    """Send a letter that waits as it is, where somebody is in danger (P0). Raises NotFound, NotNow, StaleVersion."""
    case = lock_case(session, officer, reference, version)
    row = _letter(session, case, letter)
    if case.priority is not Priority.P0:
        raise NotNow(
            "only in danger (P0) is a letter sent that its reader may not understand", "case.letter_not_urgent"
        )
    text = _box(session, sealer, officer, case).open(row.sealed, _place(case, row))
    reply(session, sealer, officer, reference, text, at, to_helper=row.to_helper)
    session.delete(row)
    session.flush()


def discard_letter(
    session: Session, officer: Officer, reference: str, letter: str, today: date, *, version: int | None = None
) -> None:
    """Discard a letter that waits. Raises NotFound, StaleVersion."""
    case = lock_case(session, officer, reference, version)
    session.delete(_letter(session, case, letter))
    changed(session, case, "case.letter_discarded", today, role=officer.role, actor=officer.name)
    session.flush()


def _is_foreign(case: Case, language: str) -> bool:
    return bool(language) and case.language is not None and language != case.language


def _both(translation: str, original: str) -> str:
    """The translation first; the officer's own words stay on record below it."""
    return f"{translation}\n\n———\n\n{original}"[:MAX_CHARACTERS]


def _rows(session: Session, case: Case) -> Sequence[WaitingLetter]:
    query = select(WaitingLetter).where(WaitingLetter.case_id == case.id)
    return session.execute(query.order_by(WaitingLetter.id)).scalars().all()


def _letter(session: Session, case: Case, reference: str) -> WaitingLetter:
    found = next((one for one in _rows(session, case) if one.reference == reference), None)
    if found is None:
        raise NotFound("there is no such letter in this case")
    return found


def _box(session: Session, sealer: Sealer, officer: Officer, case: Case) -> OpenContainer:
    return sealer.open_as_unit(session, boxes_of(session, case)[0], officer.unit)


def _place(case: Case, row: WaitingLetter) -> Place:
    return Place("waiting_letters", "sealed", row.reference, case.reference)
