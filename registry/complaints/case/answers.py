"""The answers of one box: read, merged and written under the case's lock, so that two tabs lose nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE, of_tier
from registry.complaints.intake.models import AnswerSheet
from registry.complaints.sealing.envelopes import Place
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Tier
from registry.core.db.locking import require_version

# Built once: building such a statement costs more than running it.
_OF_BOX = select(AnswerSheet).where(AnswerSheet.box_id == bindparam("box_id"))


class Sheet(NamedTuple):
    """The answers of a box. `version` is 0 before the first; `submitted_on` None while it is a draft.

    `row` is what `merge_answers` and `write_sheet` change; None before the first answer.
    """

    answers: dict[str, Any]
    version: int
    submitted_on: date | None
    row: AnswerSheet | None


def read_sheet(session: Session, opened: OpenContainer, case: Case) -> Sheet:
    """The answers in an open box, as far as the reader's keys go: identity is readable by the custodian alone."""
    return _read(find_sheet_row(session, opened.box), opened, case)


def read_sheets(session: Session, opened: Sequence[OpenContainer], case: Case) -> list[Sheet]:
    """The sheets of several open boxes, in their order."""
    of_boxes = AnswerSheet.box_id.in_([one.box.id for one in opened])
    rows = {row.box_id: row for row in session.execute(select(AnswerSheet).where(of_boxes)).scalars()}
    return [_read(rows.get(one.box.id), one, case) for one in opened]


def _read(row: AnswerSheet | None, opened: OpenContainer, case: Case) -> Sheet:
    if row is None:
        return Sheet({}, 0, None, None)
    answers = msgspec.json.decode(opened.open(row.sealed, sheet_place(opened.box, case, "sealed")))
    if row.identity_sealed is not None and Tier.IDENTITY in opened.tiers:
        answers |= msgspec.json.decode(
            opened.open(row.identity_sealed, sheet_place(opened.box, case, "identity_sealed"))
        )
    return Sheet(answers, row.version, row.submitted_on, row)


def merge_answers(
    session: Session,
    opened: OpenContainer,
    case: Case,
    sheet: Sheet,
    given: Mapping[str, Any],
    version: int | None = None,
) -> Sheet:
    """Write some answers over those of `sheet`, read under the lock of the case; None takes one back.

    Raises StaleVersion.
    """
    require_version(sheet.version, version, "the answer sheet")
    answers = {code: value for code, value in {**sheet.answers, **given}.items() if value is not None}
    if answers == sheet.answers:
        return sheet
    return write_sheet(session, opened, case, sheet, answers)


def write_sheet(
    session: Session,
    opened: OpenContainer,
    case: Case,
    sheet: Sheet,
    answers: dict[str, Any],
    submitted_on: date | None = None,
) -> Sheet:
    """Replace the answers of `sheet`. Identity is sealed in its own tier, apart from the account of what happened."""
    row = sheet.row
    if row is None:
        row = AnswerSheet(box_id=opened.box.id, version=0, identity_sealed=None, before_typing=None, submitted_on=None)
        session.add(row)
    identity = of_tier(answers, Tier.IDENTITY)
    given = {code: value for code, value in answers.items() if code not in identity}
    row.questionnaire = QUESTIONNAIRE.version
    row.sealed = opened.seal(_text(given), sheet_place(opened.box, case, "sealed"))
    row.identity_sealed = (
        opened.seal(_text(identity), sheet_place(opened.box, case, "identity_sealed"), Tier.IDENTITY)
        if identity
        else None
    )
    row.version += 1
    row.submitted_on = submitted_on
    if submitted_on is not None:
        row.before_typing = None
    return Sheet(answers, row.version, row.submitted_on, row)


def read_before_typing(opened: OpenContainer, case: Case, sheet: Sheet) -> dict[str, Any]:
    """What stood in the fields whose words were kept while they were typed; None for a field that was empty.

    For the writer of a draft alone: it is sealed as identity is, since one of the fields belongs to it.
    """
    if sheet.row is None or sheet.row.before_typing is None:
        return {}
    text = opened.open(sheet.row.before_typing, sheet_place(opened.box, case, "before_typing"))
    return cast(dict[str, Any], msgspec.json.decode(text))


def write_before_typing(opened: OpenContainer, case: Case, sheet: Sheet, before: Mapping[str, Any]) -> None:
    """Keep what `read_before_typing` gives; nothing when `before` is empty."""
    if sheet.row is not None:
        place = sheet_place(opened.box, case, "before_typing")
        sheet.row.before_typing = opened.seal(_text(before), place, Tier.IDENTITY) if before else None


def find_sheet_row(session: Session, box: EncryptedContainer) -> AnswerSheet | None:
    return session.execute(_OF_BOX, {"box_id": box.id}).scalar_one_or_none()


def sheet_place(box: EncryptedContainer, case: Case, column: str) -> Place:
    return Place("answer_sheets", column, box.reference, case.reference)


def _text(answers: Mapping[str, Any]) -> str:
    return msgspec.json.encode(answers, order="sorted").decode()
