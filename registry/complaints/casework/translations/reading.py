"""Reads translations, to be shown beside the original texts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.translations.models import Translation
from registry.complaints.sealing.envelopes import Place
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer


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
