"""Filters of the case queue, as they stand in a URL's query: the same for the console's pages and the API."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from registry.complaints.casework.queue.listing import Filters
from registry.complaints.triage.similarity import Digest
from registry.core.errors import Fault, InvalidInput
from registry.core.ids import read_reference
from registry.officer_acts.agency_picker import picked_agency
from registry.vocabulary.cases import CaseState, LiesWith, Priority
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import CORRIDOR_SECTORS, EU_STATES, SENDING_COUNTRIES

NAMES = ("state", "priority", "country", "sector", "assignee", "late", "objection", "unread", "agency", "lies_with")
MINE, UNASSIGNED = "mine", "unassigned"

_Word = TypeVar("_Word", bound=StrEnum)


def set_filters(stated: Mapping[str, str]) -> dict[str, str]:
    """The filters that were set, by name: what a view keeps and a link to the next page carries."""
    return {name: stated[name] for name in NAMES if stated.get(name)}


def with_agency_found(session: Session, stated: Mapping[str, str]) -> dict[str, str]:
    """The filters with the reference of the agency that was named in any way. Raises InvalidInput."""
    found = set_filters(stated)
    if "agency" in found:
        found["agency"] = picked_agency(session, found["agency"])
    return found


def read_filters(stated: Mapping[str, str], me: str, digest: Digest) -> Filters:
    """Read the filters of the queue from a query. Raises InvalidInput.

    `assignee`: `mine`, `unassigned` or an officer's reference; `late`, `objection`,
    `unread`: `yes`; `agency`: an agency's reference; `lies_with`: with whom it lies.
    """
    found = set_filters(stated)
    agency = found.get("agency")
    if agency is not None and read_reference(agency) is None:
        raise InvalidInput([Fault("agency", Problem.INVALID_VALUE, "must be the reference of an agency")])
    return Filters(
        state=_word(found, "state", CaseState),
        priority=_word(found, "priority", Priority),
        country=_one_of(found, "country", EU_STATES | SENDING_COUNTRIES),
        sector=_one_of(found, "sector", frozenset(CORRIDOR_SECTORS)),
        assignee=_assignee(found.get("assignee"), me),
        is_late=_one_of(found, "late", frozenset({"yes"})) is not None,
        is_objected=_one_of(found, "objection", frozenset({"yes"})) is not None,
        is_unread=_one_of(found, "unread", frozenset({"yes"})) is not None,
        lies_with=_word(found, "lies_with", LiesWith),
        agency_digest=None if agency is None else digest("agency", f"agency {read_reference(agency)}"),
    )


def _word(stated: Mapping[str, str], name: str, words: type[_Word]) -> _Word | None:
    typed = _one_of(stated, name, frozenset(words))
    return None if typed is None else words(typed)


def _one_of(stated: Mapping[str, str], name: str, words: frozenset[str]) -> str | None:
    typed = stated.get(name)
    if typed is not None and typed not in words:
        raise InvalidInput([Fault(name, Problem.INVALID_VALUE, "is none of the values that it can have")])
    return typed


def _assignee(typed: str | None, me: str) -> str | None:
    if typed is None or typed == UNASSIGNED:
        return None if typed is None else ""
    found = me if typed == MINE else read_reference(typed)
    if found is None:
        raise InvalidInput(
            [Fault("assignee", Problem.INVALID_VALUE, "must be mine, unassigned or an officer's reference")]
        )
    return found
