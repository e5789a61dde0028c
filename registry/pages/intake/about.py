"""The agency that a complaint is about: one that was carried here from its page, or looked up while answering."""

from typing import NamedTuple

from registry.complaints.intake import filing
from registry.core.clock import day_at, now
from registry.core.ids import read_reference
from registry.http.transaction import reading
from registry.i18n.names import main_name
from registry.pages.intake import cookies
from registry.pages.intake.visiting import PageRequest
from registry.register.agencies import queries, record
from registry.register.agencies.listing import agencies_named
from registry.verification.verdicts.subjects import MAX_CHARACTERS
from registry.vocabulary.register import Language

SUGGESTIONS = 8


class AgencyChoice(NamedTuple):
    """An agency of the registry as it is offered for choosing."""

    agency_id: str
    name: str
    country: str
    place: str | None


def looked_up(language: Language, typed: str) -> list[AgencyChoice]:
    """Agencies whose names may be what was typed; one that is registered twice under a name stands twice."""
    typed = " ".join(typed.split())[:MAX_CHARACTERS]
    hits = agencies_named(reading(), typed, SUGGESTIONS) if typed else []
    agencies = queries.published(reading(), [hit.agency_id for hit in hits], day_at(now(), None))
    return [_found(language, agency) for agency in agencies]


def registered(language: Language, reference: str | None) -> AgencyChoice | None:
    """The agency of a reference, if the registry holds it."""
    known = read_reference(reference) if reference else None
    agency = queries.public_record(reading(), known, day_at(now(), None)) if known else None
    return _found(language, agency) if agency is not None else None


def _found(language: Language, agency: record.Agency) -> AgencyChoice:
    return AgencyChoice(agency.agency_id, main_name(agency, language).name, agency.country, agency.place)


def write_down(visitor: PageRequest) -> None:
    """Answer the question for the agency with the one whose page the visitor came from, unless already answered."""
    found = registered(visitor.language, cookies.value_of(cookies.ABOUT))
    if found is not None and "agency" not in filing.answers(visitor.session, visitor.sealer, visitor.visit).answers:
        given = {"agency": {"agency_id": found.agency_id, "name": found.name}}
        filing.answer(visitor.session, visitor.sealer, visitor.visit, given)
