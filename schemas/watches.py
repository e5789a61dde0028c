"""Watches of organisations, what happened to what is watched, and webhooks: what comes in, and what is shown."""

from typing import Any

from marshmallow import fields, validate

from registry.vocabulary.codes import Problem
from registry.vocabulary.licensing import PresentationEnd
from registry.vocabulary.register import LicenceKind, LicenceStatus, Role
from registry.vocabulary.watches import DeliveryState, EventType, WatchKind, WebhookState
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Country, Flag, Line, OneOf, Word
from schemas.identifiers import scheme_field, take_identifier, value_field
from schemas.sectors import MAX_LENGTH, NACE_PATTERN, tidy_sector

MAX_NUMBERS = 20_000
MAX_EVENTS = 500
_VERSION = {"description": "For If-Match, in quotes."}
_LABEL = {"description": "For yourself: no one else reads it.", "example": "Suppliers in Prato"}
_DAY = {"format": "date"}
_CURSOR = {"description": "A place in your organisation's events. Opaque."}


class NumberSchema(InSchema):
    """A number by itself, or an identifier as records have it."""

    number = Line(max_length=120, metadata={"description": "A licence number or an identifier of any scheme."})
    scheme = scheme_field()
    value = value_field()
    country = Country(metadata={"description": "Where a registration number is from, if you know."})

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        faults = take_identifier(loaded, "number")
        if not faults and "number" not in loaded:
            return [("number", Problem.MISSING, "send a number, or a scheme and a value")]
        return faults


class SearchSchema(InSchema):
    """Whatever answers to all that is stated. A licence that states no corridor or sector answers to any."""

    country = Country(metadata={"description": "Where the agency sits."})
    role = Word(Role, metadata={"description": "Which end of the corridor it serves."})
    authority = Line(max_length=40, metadata={"description": "The authority of a licence of it."})
    kind = Word(LicenceKind, metadata={"description": "The kind of a licence of it."})
    origin = Country(metadata={"description": "From where its licence lets it recruit."})
    destination = Country(metadata={"description": "To where."})
    sector = Line(
        max_length=MAX_LENGTH, tidy=tidy_sector, pattern=NACE_PATTERN, expected="must be a NACE code like 14.10",
        metadata={"description": "A NACE code, or its beginning."},
    )  # fmt: skip


def _types(description: str) -> "fields.List[Any]":
    return fields.List(
        Word(EventType),
        validate=validate.Length(max=len(EventType)),
        metadata={"description": description, "example": ["licence.suspended", "licence.revoked"]},
    )


_TYPES = "Only events of these types; an empty list, or none: all. What was not chosen is not told afterwards."
_TYPES_SHOWN = {"description": "The types of events that were chosen; null: all."}


class WatchMakeSchema(InSchema):
    """Exactly one of `agency_id`, `licence_id`, `numbers` and `search`."""

    label = Line(max_length=120, required=True, metadata=_LABEL)
    agency_id = Line(max_length=20, metadata={"description": "Watch this agency, with all its licences."})
    licence_id = Line(max_length=20, metadata={"description": "Watch this licence, and its holder."})
    numbers = fields.List(
        fields.Nested(NumberSchema()),
        metadata={
            "description": f"Watch the agencies of these numbers, now or later; at most {MAX_NUMBERS}. They are not kept."
        },
    )
    search = fields.Nested(SearchSchema(), metadata={"description": "Watch whatever answers to this."})
    types = _types(_TYPES)

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        named = [name for name in ("agency_id", "licence_id", "numbers", "search") if name in loaded]
        if len(named) == 1:
            return []
        detail = "send exactly one of agency_id, licence_id, numbers and search"
        return [(named[1] if named else "agency_id", Problem.CONTRADICTORY if named else Problem.MISSING, detail)]


class WatchChangeSchema(InSchema):
    label = Line(max_length=120, metadata=_LABEL)
    is_paused = Flag(metadata={"description": "Of what happens during a pause you are not told afterwards."})
    types = _types(_TYPES)


class NumbersSchema(InSchema):
    numbers = fields.List(
        fields.Nested(NumberSchema()), required=True, metadata={"description": "In place of the former list."}
    )


class WatchSchema(OutSchema):
    """A watch. Only your organisation is told that there is one."""

    watch_id = fields.String(attribute="watch.reference", required=True)
    label = fields.String(attribute="watch.label", required=True)
    kind = OneOf(WatchKind, attribute="watch.kind", required=True)
    agency_id = fields.String(attribute="agency", required=True, allow_none=True)
    licence_id = fields.String(attribute="licence", required=True, allow_none=True)
    search = fields.Dict(
        keys=fields.String(), values=fields.String(), attribute="watch.criteria", required=True, allow_none=True,
        metadata={"description": "What a saved search asks."},
    )  # fmt: skip
    agencies = fields.Integer(
        attribute="known", required=True, metadata={"description": "How many agencies it leads to now."}
    )
    waiting = fields.Integer(
        attribute="waited_for",
        required=True,
        metadata={"description": "How many numbers of a list lead to no agency yet: they are waited for."},
    )
    types = fields.List(
        OneOf(EventType), attribute="watch.types", required=True, allow_none=True, metadata=_TYPES_SHOWN
    )
    is_paused = fields.Boolean(attribute="watch.is_paused", required=True)
    created_on = fields.Date(attribute="watch.made_on", required=True)
    version = fields.Integer(attribute="watch.version", required=True, metadata=_VERSION)


class WatchMadeSchema(WatchSchema):
    waiting_lines = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "The places of those numbers in the list that was sent, from 1. Told this once."},
    )


class WatchesSchema(OutSchema):
    items = fields.List(fields.Nested(WatchSchema()), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class EventsQuerySchema(InSchema):
    cursor = Line(
        max_length=80,
        metadata={"description": "`next_cursor`, or the `cursor` of an event; without it from the first event on."},
    )
    limit = Count(
        minimum=1, maximum=MAX_EVENTS, metadata={"description": "Events in one answer.", "default": 100, "example": 100}
    )
    types = Line(
        max_length=1000,
        metadata={
            "description": "Only events that are of these types now, with commas between them; the cursor moves on "
            "over the others.",
            "example": "licence.suspended,licence.revoked",
        },
    )


class EventCorridorSchema(OutSchema):
    origin = fields.String(allow_none=True)
    destination = fields.String(allow_none=True)


class EventSectorSchema(OutSchema):
    code = fields.String()
    nace_revision = fields.String()


class EventFormerSchema(OutSchema):
    """The values that held before, of what changed; a field that was not stated is absent.

    Absent as a whole where nothing was before, and once the law forbids to publish what was.
    """

    status = OneOf(LicenceStatus)
    from_ = fields.String(data_key="from", metadata=_DAY)
    to = fields.String(metadata=_DAY)
    valid_from = fields.String(metadata=_DAY)
    valid_to = fields.String(metadata=_DAY)
    conditions = fields.List(fields.String())
    corridors = fields.List(fields.Nested(EventCorridorSchema()))
    sectors = fields.List(fields.Nested(EventSectorSchema()))
    activities = fields.List(fields.String())
    schemes = fields.List(fields.String(), metadata={"description": "Which identifiers were stated."})
    origin = fields.String()
    destination = fields.String()


class EventDataSchema(OutSchema):
    """The details of an event; which fields there are depends on the type.

    No name of a person stands here: look the agency up.
    """

    agency_id = fields.String()
    licence_id = fields.String()
    source = fields.String(metadata={"description": "An official list."})
    log_index = fields.Integer(metadata={"description": "The entry of the public log that says so."})
    status = OneOf(LicenceStatus, metadata={"description": "Of `licence.*`: the status stated now."})
    from_ = fields.String(data_key="from", metadata=_DAY)
    to = fields.String(metadata=_DAY)
    valid_from = fields.String(metadata=_DAY)
    valid_to = fields.String(metadata=_DAY)
    days = fields.Integer(metadata={"description": "Of `licence.expiring`: 90, 30 or 7."})
    conditions = fields.List(fields.String(), metadata={"description": "Codes of the conditions that hold now."})
    corridors = fields.List(fields.Nested(EventCorridorSchema()), metadata={"description": "Where they changed."})
    sectors = fields.List(fields.Nested(EventSectorSchema()), metadata={"description": "Where they changed."})
    activities = fields.List(fields.String(), metadata={"description": "Where they changed."})
    schemes = fields.List(fields.String(), metadata={"description": "Which identifiers are stated now."})
    kinds = fields.List(fields.String(), metadata={"description": "Which kinds of channel changed."})
    dissolved_on = fields.String(metadata=_DAY)
    required = fields.String(metadata={"description": "What the deposit has to be, as decimal text."})
    missing = fields.String(metadata={"description": "What is missing of it, as decimal text."})
    currency = fields.String()
    sanction_id = fields.String()
    kind = fields.String(metadata={"description": "Of `sanction.*`: the kind of sanction."})
    agreement_id = fields.String()
    origin = fields.String()
    destination = fields.String()
    authority = fields.String(metadata={"description": "Of `source.*`: whose list it is."})
    webhook_id = fields.String(metadata={"description": "Of `webhook.test`."})
    presentation_id = fields.String(
        metadata={
            "description": "Of `presentation.finished`: the request. Its result is kept for five minutes after it was made."
        }
    )
    state = OneOf(PresentationEnd, metadata={"description": "Of `presentation.finished`: how it ended."})
    before = fields.Nested(EventFormerSchema(), metadata={"description": "What held before."})


class EventSchema(OutSchema):
    """What happened. The same is sent to webhooks, where `id` is the webhook-id, and by the stream."""

    id = fields.String(required=True, metadata={"description": "Stays the same however often it is told."})
    type = OneOf(EventType, required=True)
    timestamp = fields.String(required=True, metadata={"format": "date-time", "description": "When it was published."})
    data = fields.Nested(EventDataSchema(), required=True)


class PlacedEventSchema(EventSchema):
    cursor = fields.String(required=True, metadata=_CURSOR)


class EventsSchema(OutSchema):
    items = fields.List(fields.Nested(PlacedEventSchema()), required=True)
    next_cursor = fields.String(
        required=True,
        metadata={
            "description": "`cursor` of the next request. Keep it: a feed has no last page, so it is never null."
        },
    )
    has_more = fields.Boolean(required=True, metadata={"description": "Whether more is there already."})


class WebhookMakeSchema(InSchema):
    url = Line(
        max_length=2000, required=True,
        metadata={"description": "https, on the public internet, no redirect.", "example": "https://hooks.example.org/registry"},
    )  # fmt: skip
    label = Line(max_length=120, required=True, metadata=_LABEL)
    types = _types(_TYPES)


class WebhookChangeSchema(InSchema):
    url = Line(max_length=2000, metadata={"description": "Another address."})
    label = Line(max_length=120, metadata=_LABEL)
    state = Word(
        WebhookState, metadata={"description": "Switch it on or off. What happens while it is off is not queued."}
    )
    types = _types(_TYPES)


class WebhookTestSchema(InSchema):
    type = Word(
        EventType,
        metadata={
            "description": "Which event is sent; `webhook.test` where it is absent. Any other needs a test key.",
            "example": "licence.suspended",
        },
    )


class ReplaySchema(InSchema):
    cursor = Line(
        max_length=80, metadata={"description": "Send everything behind this cursor again; without it, all of it."}
    )


class WebhookSchema(OutSchema):
    webhook_id = fields.String(attribute="reference", required=True)
    url = fields.String(required=True)
    label = fields.String(required=True)
    types = fields.List(OneOf(EventType), required=True, allow_none=True, metadata=_TYPES_SHOWN)
    state = OneOf(WebhookState, required=True)
    created_at = fields.DateTime(attribute="made_at", required=True)
    failing_since = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "Since when nothing was taken."}
    )
    disabled_at = fields.DateTime(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata=_VERSION)


class WebhookMadeSchema(WebhookSchema):
    secret = fields.String(required=True, metadata={"description": "Checks signatures. Shown this once: keep it."})


class WebhooksSchema(OutSchema):
    items = fields.List(fields.Nested(WebhookSchema()), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DeliverySchema(OutSchema):
    event_id = fields.String(required=True)
    type = OneOf(EventType, required=True)
    state = OneOf(DeliveryState, attribute="delivery.state", required=True)
    attempts = fields.Integer(attribute="delivery.attempts", required=True)
    status = fields.Integer(
        attribute="delivery.answered", required=True, allow_none=True, metadata={"description": "Of the last answer."}
    )
    trouble = fields.String(
        attribute="delivery.trouble",
        required=True,
        allow_none=True,
        metadata={"description": "What was wrong, in words."},
    )
    queued_at = fields.DateTime(attribute="delivery.queued_at", required=True)
    tried_at = fields.DateTime(attribute="delivery.tried_at", required=True, allow_none=True)
    next_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "When it is tried again."})
    delivered_at = fields.DateTime(attribute="delivery.delivered_at", required=True, allow_none=True)


class DeliveriesSchema(OutSchema):
    items = fields.List(fields.Nested(DeliverySchema()), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ReplayedSchema(OutSchema):
    events = fields.Integer(required=True, metadata={"description": "How many will be sent again."})
