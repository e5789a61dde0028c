"""The worlds in which the examples of organisations' programs are asked. They are told as those of officers are."""

from sqlalchemy.orm import Session

from registry.account_terms import Scope
from registry.api.employers.examples import KEY, ORGANISATION, ORGANISATIONS
from registry.clock import now
from registry.employers import keys
from registry.keyring import Keyring
from tests.api.desk.stories import Cast, Story
from tests.make import make_api_key, make_organisation

STANDING_IN = {"prefix": "rrk_mN3v", "key": "rrk_mN3vQ7-2xKfWc0ZrT9aLbHs4uYpEoJd8gVi1nMq6RtXS"}
"""In place of the beginning of a key, and of a whole one, of this time."""


def organisation_begins(session: Session, _keyring: Keyring) -> Cast:
    organisation = make_organisation(session)
    cast = Cast({"owner": make_api_key(session, organisation)}, {ORGANISATION: organisation.reference})
    cast.live[KEY] = keys.keys_of(session, organisation.id, now().date())[0].reference
    return cast


def with_keys(session: Session, *scopes: Scope) -> Cast:
    """An organisation whose `owner` has a key of these scopes, every one unless some are named."""
    organisation = make_organisation(session)
    return Cast({"owner": make_api_key(session, organisation, *scopes)}, {ORGANISATION: organisation.reference})


STORIES = (Story(ORGANISATIONS, organisation_begins),)
