"""Watches of organisations, what happened to what is watched, and webhooks: what comes in, and what is shown."""

from typing import Any

from marshmallow import fields, validate

from registry.vocabulary.codes import Problem
from registry.vocabulary.register import LicenceKind, LicenceStatus, Role
from registry.vocabulary.supervision import PresentationEnd
from registry.vocabulary.watches import DeliveryState, EventType, WatchKind, WebhookState
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Country, Flag, Line, OneOf, Word
from schemas.parameters import NACE_PATTERN, scheme_field, sector_field, take_identifier, value_field

MAX_NUMBERS = 20_000
MAX_EVENTS = 500
_LABEL = {"description": "For yourself: no one else reads it.", "example": "Suppliers in Prato"}
_DAY = {"format": "date"}
_CURSOR = "A place in your organisation's events. Opaque."


class NumberSchema(InSchema):
    """A number by itself, or an identifier as records have it."""

    number = Line("A licence number or an identifier of any scheme.", max_length=120)
    scheme = scheme_field()
    value = value_field()
    country = Country("Where a registration number is from, if you know.")

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        faults = take_identifier(loaded, "number")
        if not faults and "number" not in loaded:
            return [("number", Problem.MISSING, "send a number, or a scheme and a value")]
        return faults


class SearchSchema(InSchema):
    """Whatever answers to all that is stated. A licence that states no corridor or sector answers to any."""

    country = Country("Where the agency sits.")
    role = Word(Role, "Which end of the corridor it serves.")
    authority = Line("The authority of a licence of it.", max_length=40)
    kind = Word(LicenceKind, "The kind of a licence of it.")
    origin = Country("From where its licence lets it recruit.")
    destination = Country("To where.")
    sector = sector_field(
        "A NACE code, or its beginning.", pattern=NACE_PATTERN, expected="must be a NACE code like 14.10"
    )


def _types() -> fields.List[Any]:
    return fields.List(
        Word(EventType),
        validate=validate.Length(max=len(EventType)),
        metadata={
            "description": "Only events of these types; an empty list, or none: all. What was not chosen is not told "
            "afterwards.",
            "example": ["licence.suspended", "licence.revoked"],
        },
    )


_TYPES_SHOWN = "The types of events that were chosen; null: all."


class WatchMakeSchema(InSchema):
    """Exactly one of `agency_id`, `licence_id`, `numbers` and `search`."""

    label = Line(max_length=120, required=True, metadata=_LABEL)
    agency_id = Line("Watch this agency, with all its licences.", max_length=20)
    licence_id = Line("Watch this licence, and its holder.", max_length=20)
    numbers = fields.List(
        fields.Nested(NumberSchema()),
        metadata={
            "description": f"Watch the agencies of these numbers, now or later; at most {MAX_NUMBERS}. They are not kept."
        },
    )
    search = fields.Nested(SearchSchema(), metadata={"description": "Watch whatever answers to this."})
    types = _types()

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        named = [name for name in ("agency_id", "licence_id", "numbers", "search") if name in loaded]
        if len(named) == 1:
            return []
        detail = "send exactly one of agency_id, licence_id, numbers and search"
        return [(named[1] if named else "agency_id", Problem.CONTRADICTORY if named else Problem.MISSING, detail)]


class WatchChangeSchema(InSchema):
    label = Line(max_length=120, metadata=_LABEL)
    is_paused = Flag("Of what happens during a pause you are not told afterwards.")
    types = _types()


class NumbersSchema(InSchema):
    numbers = fields.List(
        fields.Nested(NumberSchema()), required=True, metadata={"description": "In place of the former list."}
    )


class WatchSchema(OutSchema):
    """A watch. Only your organisation is told that there is one."""

    watch_id = out.string(attribute="watch.reference")
    label = out.string(attribute="watch.label")
    kind = out.one_of(WatchKind, attribute="watch.kind")
    agency_id = out.string(attribute="agency", allow_none=True)
    licence_id = out.string(attribute="licence", allow_none=True)
    search = out.dict_of(fields.String(), "What a saved search asks.", attribute="watch.criteria", allow_none=True)
    agencies = out.integer("How many agencies it leads to now.", attribute="known")
    waiting = out.integer(
        "How many numbers of a list lead to no agency yet: they are waited for.", attribute="waited_for"
    )
    types = out.list_of(OneOf(EventType), _TYPES_SHOWN, attribute="watch.types", allow_none=True)
    is_paused = out.boolean(attribute="watch.is_paused")
    created_on = out.date(attribute="watch.made_on")
    version = out.integer(out.IF_MATCH, attribute="watch.version")


class WatchMadeSchema(WatchSchema):
    waiting_lines = out.list_of(
        fields.Integer(), "The places of those numbers in the list that was sent, from 1. Told this once."
    )


class EventsQuerySchema(InSchema):
    cursor = Line("`next_cursor`, or the `cursor` of an event; without it from the first event on.", max_length=80)
    limit = Count("Events in one answer.", minimum=1, maximum=MAX_EVENTS, example=100, default=100)
    types = Line(
        "Only events that are of these types now, with commas between them; the cursor moves on over the others.",
        max_length=1000,
        example="licence.suspended,licence.revoked",
    )


class EventCorridorSchema(OutSchema):
    origin = out.string(allow_none=True, required=False)
    destination = out.string(allow_none=True, required=False)


class EventSectorSchema(OutSchema):
    code = out.string(required=False)
    nace_revision = out.string(required=False)


class EventFormerSchema(OutSchema):
    """The values that held before, of what changed; a field that was not stated is absent.

    Absent as a whole where nothing was before, and once the law forbids to publish what was.
    """

    status = out.one_of(LicenceStatus, required=False)
    from_ = out.string(data_key="from", required=False, metadata=_DAY)
    to = out.string(required=False, metadata=_DAY)
    valid_from = out.string(required=False, metadata=_DAY)
    valid_to = out.string(required=False, metadata=_DAY)
    conditions = out.strings(required=False)
    corridors = out.list_of(EventCorridorSchema(), required=False)
    sectors = out.list_of(EventSectorSchema(), required=False)
    activities = out.strings(required=False)
    schemes = out.strings("Which identifiers were stated.", required=False)
    origin = out.string(required=False)
    destination = out.string(required=False)


class EventDataSchema(OutSchema):
    """The details of an event; which fields there are depends on the type.

    No name of a person stands here: look the agency up.
    """

    agency_id = out.string(required=False)
    licence_id = out.string(required=False)
    source = out.string("An official list.", required=False)
    log_index = out.integer("The entry of the public log that says so.", required=False)
    status = out.one_of(LicenceStatus, "Of `licence.*`: the status stated now.", required=False)
    from_ = out.string(data_key="from", required=False, metadata=_DAY)
    to = out.string(required=False, metadata=_DAY)
    valid_from = out.string(required=False, metadata=_DAY)
    valid_to = out.string(required=False, metadata=_DAY)
    days = out.integer("Of `licence.expiring`: 90, 30 or 7.", required=False)
    conditions = out.strings("Codes of the conditions that hold now.", required=False)
    corridors = out.list_of(EventCorridorSchema(), "Where they changed.", required=False)
    sectors = out.list_of(EventSectorSchema(), "Where they changed.", required=False)
    activities = out.strings("Where they changed.", required=False)
    schemes = out.strings("Which identifiers are stated now.", required=False)
    kinds = out.strings("Which kinds of channel changed.", required=False)
    dissolved_on = out.string(required=False, metadata=_DAY)
    required = out.string("What the deposit has to be, as decimal text.", required=False)
    missing = out.string("What is missing of it, as decimal text.", required=False)
    currency = out.string(required=False)
    sanction_id = out.string(required=False)
    kind = out.string("Of `sanction.*`: the kind of sanction.", required=False)
    agreement_id = out.string(required=False)
    origin = out.string(required=False)
    destination = out.string(required=False)
    authority = out.string("Of `source.*`: whose list it is.", required=False)
    webhook_id = out.string("Of `webhook.test`.", required=False)
    presentation_id = out.string(
        "Of `presentation.finished`: the request. Its result is kept for five minutes after it was made.",
        required=False,
    )
    state = out.one_of(PresentationEnd, "Of `presentation.finished`: how it ended.", required=False)
    before = out.nested(EventFormerSchema(), "What held before.", required=False)


class EventSchema(OutSchema):
    """What happened. The same is sent to webhooks, where `id` is the webhook-id, and by the stream."""

    id = out.string("Stays the same however often it is told.")
    type = out.one_of(EventType)
    timestamp = out.string(metadata={"format": "date-time", "description": "When it was published."})
    data = out.nested(EventDataSchema())


class PlacedEventSchema(EventSchema):
    cursor = out.string(_CURSOR)


class EventsSchema(OutSchema):
    items = out.list_of(PlacedEventSchema())
    next_cursor = out.string("`cursor` of the next request. Keep it: a feed has no last page, so it is never null.")
    has_more = out.boolean("Whether more is there already.")


class WebhookMakeSchema(InSchema):
    url = Line(
        "https, on the public internet, no redirect.",
        max_length=2000,
        required=True,
        example="https://hooks.example.org/registry",
    )
    label = Line(max_length=120, required=True, metadata=_LABEL)
    types = _types()


class WebhookChangeSchema(InSchema):
    url = Line("Another address.", max_length=2000)
    label = Line(max_length=120, metadata=_LABEL)
    state = Word(WebhookState, "Switch it on or off. What happens while it is off is not queued.")
    types = _types()


class WebhookTestSchema(InSchema):
    type = Word(
        EventType,
        "Which event is sent; `webhook.test` where it is absent. Any other needs a test key.",
        example="licence.suspended",
    )


class ReplaySchema(InSchema):
    cursor = Line("Send everything behind this cursor again; without it, all of it.", max_length=80)


class WebhookSchema(OutSchema):
    webhook_id = out.string(attribute="reference")
    url = out.string()
    label = out.string()
    types = out.list_of(OneOf(EventType), _TYPES_SHOWN, allow_none=True)
    state = out.one_of(WebhookState)
    created_at = out.instant(attribute="made_at")
    failing_since = out.instant("Since when nothing was taken.", allow_none=True)
    disabled_at = out.instant(allow_none=True)
    version = out.integer(out.IF_MATCH)


class WebhookMadeSchema(WebhookSchema):
    secret = out.string("Checks signatures. Shown this once: keep it.")


class DeliverySchema(OutSchema):
    event_id = out.string()
    type = out.one_of(EventType)
    state = out.one_of(DeliveryState, attribute="delivery.state")
    attempts = out.integer(attribute="delivery.attempts")
    status = out.integer("Of the last answer.", attribute="delivery.answered", allow_none=True)
    trouble = out.string("What was wrong, in words.", attribute="delivery.trouble", allow_none=True)
    queued_at = out.instant(attribute="delivery.queued_at")
    tried_at = out.instant(attribute="delivery.tried_at", allow_none=True)
    next_at = out.instant("When it is tried again.", allow_none=True)
    delivered_at = out.instant(attribute="delivery.delivered_at", allow_none=True)


class ReplayedSchema(OutSchema):
    events = out.integer("How many will be sent again.")


WatchesSchema = out.page_schema("Watches", WatchSchema)
WebhooksSchema = out.page_schema("Webhooks", WebhookSchema)
DeliveriesSchema = out.page_schema("Deliveries", DeliverySchema)
