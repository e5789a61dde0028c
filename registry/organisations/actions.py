"""Organisations: begun, found, changed and closed."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core import errors, ids
from registry.core.db.locking import find
from registry.organisations import keys
from registry.organisations.models import Organisation

MAX_NAME = 200


def begin(session: Session, name: str, country: str, language: str, today: date) -> Organisation:
    """A new organisation without people or keys. Raises ActRefused."""
    made = Organisation(
        reference=ids.new_reference(), name=tidy_name(name), country=country, language=language, since_on=today
    )
    session.add(made)
    session.flush()
    return made


def close(session: Session, organisation: Organisation, *, at: datetime, today: date) -> None:
    """End every key for good; what the organisation kept goes with the end of its retention."""
    organisation.closed_on = today
    organisation.version += 1
    keys.revoke_all(session, organisation.id, at)
    session.flush()


def organisation_named(session: Session, reference: str) -> Organisation:
    """The organisation of a reference. Raises NotFound."""
    return find(session, Organisation, Organisation.reference == reference, missing="there is no such organisation")


def mirror(session: Session, original: Organisation) -> int:
    """The row of an organisation of another registry in this one, made if it is not there: its words, and no person."""
    query = select(Organisation.id).where(Organisation.reference == original.reference)
    found = session.execute(query).scalar_one_or_none()
    if found is not None:
        return found
    made = Organisation(
        reference=original.reference,
        name=original.name,
        country=original.country,
        language=original.language,
        since_on=original.since_on,
        rate=original.rate,
        keeps_every=original.keeps_every,
    )
    session.add(made)
    session.flush()
    return made.id


def organisations(session: Session) -> Sequence[Organisation]:
    return session.scalars(select(Organisation).order_by(Organisation.id)).all()


def tidy_name(name: str, max_length: int = MAX_NAME) -> str:
    """A name with single spaces. Raises ActRefused where nothing can be seen of it, or too much."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > max_length or not tidy.isprintable():
        raise errors.ActRefused("bad_name", f"the name must be 1 to {max_length} visible characters")
    return tidy
