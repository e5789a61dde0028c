"""Choosing an agency wherever one is asked for: by a name in any script, a number on a paper, or its reference.

What leads to one agency is taken; what leads to several, or to none, is refused with the agencies that may be meant.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.errors import Fault, InvalidInput
from registry.core.ids import read_reference
from registry.i18n.names import ShownName, main_name
from registry.register.agencies import listing, queries
from registry.register.agencies.keys import LICENCE_NUMBER, NAME, name_key, number_key
from registry.register.agencies.models import Agency, Licence, LookupKey
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import IdentifierScheme, Language

MAX_TYPED = 200
MAX_SUGGESTED = 8

_KINDS = (LICENCE_NUMBER, NAME, *IdentifierScheme)


class Suggestion(NamedTuple):
    """An agency that may be meant: enough to tell it from one of a like name."""

    reference: str
    name: ShownName
    country: str
    number: str | None


def picked_agency(session: Session, typed: str, field: str = "agency") -> str:
    """The reference of the one agency that is meant. Raises InvalidInput, about `field`, where it is none or one of several."""
    found = _meant(session, _tidy(typed))
    if len(found) == 1:
        return session.execute(select(Agency.reference).where(Agency.id == found[0])).scalar_one()
    raise InvalidInput([Fault.of(field, Problem.INVALID_VALUE, "agency_several" if found else "agency_not_found")])


def licence_numbered(session: Session, authority: str, typed: str) -> str | None:
    """The reference of the one licence of an authority that has this number; None where it is none, or one of several."""
    number = number_key(_tidy(typed))
    keys = select(LookupKey.licence).where(
        LookupKey.kind == LICENCE_NUMBER, LookupKey.value == number, LookupKey.superseded_at.is_(None)
    )
    own = select(Licence.reference).where(Licence.authority == authority, Licence.reference.in_(keys))
    found = session.execute(own.limit(2)).scalars().all()
    return found[0] if number and len(found) == 1 else None


def suggested_agencies(session: Session, typed: str, language: Language, today: date) -> list[Suggestion]:
    """The agencies that may be meant, the likeliest first."""
    text = _tidy(typed)
    if not text:
        return []
    ids = list(_meant(session, text)[:MAX_SUGGESTED])
    ids += [hit.agency_id for hit in listing.agencies_named(session, text, MAX_SUGGESTED) if hit.agency_id not in ids]
    return [
        Suggestion(
            one.agency_id,
            main_name(one, language),
            one.country,
            next((licence.number for licence in one.licences if licence.number), None),
        )
        for one in queries.published(session, ids[:MAX_SUGGESTED], today)
    ]


def _meant(session: Session, text: str) -> Sequence[int]:
    """Row ids of the agencies that a reference, a whole number or a whole name leads to."""
    reference = read_reference(text)
    if reference is not None:
        found = session.execute(select(Agency.id).where(Agency.reference == reference)).scalars().all()
        if found:
            return found
    values = {number_key(text), name_key(text)} - {""}
    keys = select(LookupKey.agency_id).where(
        LookupKey.kind.in_(_KINDS), LookupKey.value.in_(sorted(values)), LookupKey.superseded_at.is_(None)
    )
    return session.execute(keys.distinct().order_by(LookupKey.agency_id).limit(MAX_SUGGESTED + 1)).scalars().all()


def _tidy(typed: str) -> str:
    return " ".join(typed.split())[:MAX_TYPED]


def names_of_agencies(session: Session, references: Collection[str], language: Language, today: date) -> dict[str, str]:
    """The names of some agencies by reference, as they may be shown today: two statements however many there are."""
    if not references:
        return {}
    ids = session.execute(select(Agency.id).where(Agency.reference.in_(references))).scalars().all()
    return {one.agency_id: main_name(one, language).name for one in queries.published(session, ids, today)}
