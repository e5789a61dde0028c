"""Lists: how far to read, and what one page of answers holds."""

from typing import Any

from registry.vocabulary.codes import Problem
from registry.vocabulary.register import LicenceStatus, Role
from schemas import out
from schemas.agencies import AgencyHitSchema
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Country, Day, Line, Word
from schemas.identifiers import incomplete_pair, scheme_field, value_field
from schemas.pages import choice_field
from schemas.sectors import MAX_LENGTH, NACE_PATTERN, tidy_sector

MAX_PAGE_SIZE = 100
DEFAULT_PAGE_SIZE = 20


class PageSchema(InSchema):
    """How many items, and from where on."""

    limit = Count(
        "Items in one answer.",
        minimum=1,
        maximum=MAX_PAGE_SIZE,
        example=DEFAULT_PAGE_SIZE,
        metadata={"default": DEFAULT_PAGE_SIZE},
    )
    cursor = Line("`next_cursor` of the answer before, with the same other parameters. Opaque.", max_length=600)


class AgenciesQuerySchema(PageSchema):
    """Filters; those given must all hold."""

    chosen = choice_field()
    q = Line(
        "Number, identifier or name: in any script, in pinyin, in part, misspelt. Hits say what matched.",
        max_length=400,
        example="Fictitious",
    )
    scheme = scheme_field("`q`")
    value = value_field()
    country = Country("Where the agency sits.", example="CZ")
    role = Word(Role, "Which end of the corridor it serves.")
    origin = Country("A licence names this origin, or none.", example="CN")
    destination = Country("A licence names this destination, or none.", example="IT")
    sector = Line(
        "A licence covers this NACE code, or names no sector.",
        max_length=MAX_LENGTH,
        tidy=tidy_sector,
        example="14.10",
        metadata={"pattern": NACE_PATTERN},
    )
    status = Word(LicenceStatus, "A licence has this status today, where its authority sits.")

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        if "value" in loaded and "q" in loaded:
            return [("value", Problem.CONTRADICTORY, "ask about one thing at a time, not also q")]
        return incomplete_pair(loaded)


class AgenciesSchema(OutSchema):
    items = out.list_of(AgencyHitSchema)
    next_cursor = out.string("Null on the last page.", allow_none=True)
    total = out.integer("Agencies that fit, over all pages; by name at most 300.")


class DaySchema(InSchema):
    on = Day("Day that `status` is for. Without it: today, where the authority sits.", example="2026-11-24")


class CountryQuerySchema(InSchema):
    country = Country("ISO 3166-1 alpha-2.", example="IT")
