"""Lists: how far to read, and what one page of answers holds."""

from typing import Any

from marshmallow import fields

from registry.vocabulary.codes import Problem
from registry.vocabulary.register import LicenceStatus, Role
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
        minimum=1,
        maximum=MAX_PAGE_SIZE,
        metadata={"description": "Items in one answer.", "default": DEFAULT_PAGE_SIZE, "example": DEFAULT_PAGE_SIZE},
    )
    cursor = Line(
        max_length=600,
        metadata={"description": "`next_cursor` of the answer before, with the same other parameters. Opaque."},
    )


class AgenciesQuerySchema(PageSchema):
    """Filters; those given must all hold."""

    chosen = choice_field()
    q = Line(
        max_length=400,
        metadata={
            "description": "Number, identifier or name: in any script, in pinyin, in part, misspelt. Hits say what matched.",
            "example": "Fictitious",
        },
    )
    scheme = scheme_field("`q`")
    value = value_field()
    country = Country(metadata={"description": "Where the agency sits.", "example": "CZ"})
    role = Word(Role, metadata={"description": "Which end of the corridor it serves."})
    origin = Country(metadata={"description": "A licence names this origin, or none.", "example": "CN"})
    destination = Country(metadata={"description": "A licence names this destination, or none.", "example": "IT"})
    sector = Line(
        max_length=MAX_LENGTH,
        tidy=tidy_sector,
        metadata={
            "description": "A licence covers this NACE code, or names no sector.",
            "example": "14.10",
            "pattern": NACE_PATTERN,
        },
    )
    status = Word(LicenceStatus, metadata={"description": "A licence has this status today, where its authority sits."})

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        if "value" in loaded and "q" in loaded:
            return [("value", Problem.CONTRADICTORY, "ask about one thing at a time, not also q")]
        return incomplete_pair(loaded)


class AgenciesSchema(OutSchema):
    items = fields.List(fields.Nested(AgencyHitSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Null on the last page."})
    total = fields.Integer(
        required=True, metadata={"description": "Agencies that fit, over all pages; by name at most 300."}
    )


class DaySchema(InSchema):
    on = Day(
        metadata={
            "description": "Day that `status` is for. Without it: today, where the authority sits.",
            "example": "2026-11-24",
        }
    )


class CountryQuerySchema(InSchema):
    country = Country(metadata={"description": "ISO 3166-1 alpha-2.", "example": "IT"})
