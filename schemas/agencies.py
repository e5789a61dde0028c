"""Agencies as everybody sees them: their public record (registry.vocabulary.record), their history, and their list."""

from typing import Any

from marshmallow import fields

from registry.vocabulary import record
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import LicenceStatus, Role
from registry.vocabulary.supervision import EntryType
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Country, Day, Line, Word
from schemas.parameters import NACE_PATTERN, choice_field, incomplete_pair, scheme_field, sector_field, value_field

LicenceAnswerSchema = out.schema_of(record.LicenceAnswer)
AgencySummarySchema = out.schema_of(record.AgencySummary)
AgencyHitSchema = out.schema_of(record.AgencyHit)
AgencySchema = out.schema_of(record.AgencyShown)
LicencesSchema = out.list_schema("Licences", LicenceAnswerSchema)


_RECORD = "The whole record of that thing as it was said then, as far as it may be shown today."


class HistoryItemSchema(OutSchema):
    """One entry of the log: what the registry began to say at `at`."""

    index = out.integer("Place in the log.")
    at = out.instant()
    type = out.one_of(EntryType)
    key = out.string("What it is about, for example `licence/2K7MPXW4NQ9T`.")
    record = fields.Dict(required=True, metadata={"description": _RECORD})


class HistorySchema(OutSchema):
    items = out.list_of(HistoryItemSchema)
    next_cursor = out.string(allow_none=True)
    total = out.integer()


DEFAULT_PAGE_SIZE = 20


class PageSchema(InSchema):
    """How many items, and from where on."""

    limit = Count("Items in one answer.", minimum=1, maximum=100, example=DEFAULT_PAGE_SIZE, default=DEFAULT_PAGE_SIZE)
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
    sector = sector_field(
        "A licence covers this NACE code, or names no sector.", example="14.10", metadata={"pattern": NACE_PATTERN}
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
