"""The public record of an agency as it goes out.

registry/register/agencies/record.py renders it; a test holds these to that.
"""

from marshmallow import fields

from registry.vocabulary.entries import EntryType
from registry.vocabulary.register import (
    NACE_REVISIONS,
    Activity,
    ChannelKind,
    ConditionCode,
    HolderKind,
    IdentifierScheme,
    LicenceKind,
    LicenceStatus,
    Likeness,
    NameKind,
    Role,
    SanctionEnd,
    SanctionKind,
    Script,
)
from schemas.base import OutSchema
from schemas.fields import Instant, OneOf

_REFERENCE = {"description": "Twelve characters, the last a check character.", "example": "2K7MPXW4NQ9T"}
_COUNTRY = {"description": "ISO 3166-1 alpha-2."}
_WITHHELD = {"description": "Set where the law no longer lets the registry show this."}


class SourcedSchema(OutSchema):
    """A fact with the list it was read from, and when it was first read so."""

    source = fields.String(required=True, metadata={"description": "Reference of the list."})
    retrieved_at = Instant(required=True)


class NameSchema(SourcedSchema):
    """A name; `from` and `to` (last day) are null where no day was stated."""

    name = fields.String(required=True)
    script = OneOf(Script, required=True)
    kind = OneOf(NameKind, required=True)
    from_ = fields.Date(data_key="from", required=True, allow_none=True)
    to = fields.Date(required=True, allow_none=True)


class IdentifierSchema(SourcedSchema):
    scheme = OneOf(IdentifierScheme, required=True)
    value = fields.String(required=True)
    from_ = fields.Date(data_key="from")
    to = fields.Date()
    has_failed_check = fields.Boolean(metadata={"description": "Its check character is wrong, as on the list itself."})
    is_under_review = fields.Boolean(metadata={"description": "A change that no official has looked at yet."})


class CorridorScopeSchema(OutSchema):
    """Origin and destination; an absent one means any."""

    origin = fields.String(metadata=_COUNTRY)
    destination = fields.String(metadata=_COUNTRY)


class SectorScopeSchema(OutSchema):
    code = fields.String(required=True)
    nace_revision = OneOf(NACE_REVISIONS, required=True)


class ConditionSchema(OutSchema):
    code = OneOf(ConditionCode, required=True)
    sectors = fields.List(fields.Nested(SectorScopeSchema))
    destinations = fields.List(fields.String())
    text = fields.String()


class StatusPeriodSchema(SourcedSchema):
    """A status the authority stated, and when it held."""

    status = OneOf(LicenceStatus)
    from_ = fields.Date(data_key="from")
    to = fields.Date()
    ground = fields.String(metadata={"description": "Citation of the law."})
    ground_text = fields.String()
    publish_until = fields.Date(metadata={"description": "Last day on which the law lets this be shown."})
    until = fields.Date(metadata={"description": "Last day of a wind-down."})
    is_stayed = fields.Boolean(metadata={"description": "An appeal stays it."})
    withheld = fields.String(metadata=_WITHHELD)


class LicenceSchema(SourcedSchema):
    """One permission. A scope that is absent was not stated; an empty one was stated to be empty."""

    licence_id = fields.String(required=True, metadata=_REFERENCE)
    authority = fields.String(required=True)
    country = fields.String(required=True, metadata=_COUNTRY)
    kind = OneOf(LicenceKind, required=True)
    status_place = fields.Integer(required=True, metadata={"description": "Its place in the status lists."})
    number = fields.String(metadata={"description": "As printed; some lists print none."})
    valid_from = fields.Date()
    valid_to = fields.Date(metadata={"description": "Last day."})
    corridors = fields.List(fields.Nested(CorridorScopeSchema))
    sectors = fields.List(fields.Nested(SectorScopeSchema))
    activities = fields.List(OneOf(Activity))
    conditions = fields.List(fields.Nested(ConditionSchema))
    status_history = fields.List(fields.Nested(StatusPeriodSchema))


class LicenceOnDaySchema(LicenceSchema):
    """A licence with the status that counts on the day asked about, worked out when asked."""

    status = OneOf(
        LicenceStatus,
        required=True,
        allow_none=True,
        metadata={"description": "Null: nothing was stated for that day."},
    )


class LicenceAnswerSchema(LicenceOnDaySchema):
    """A licence on its own, with its holder."""

    agency_id = fields.String(required=True, metadata=_REFERENCE)
    on = fields.Date(required=True, metadata={"description": "The day `status` is for."})


class LicencesSchema(OutSchema):
    items = fields.List(fields.Nested(LicenceAnswerSchema), required=True)


class EmployerSchema(OutSchema):
    name = fields.String(required=True)
    country = fields.String(required=True, metadata=_COUNTRY)
    identifier = fields.String()


class AgreementSchema(SourcedSchema):
    """A registered contract of a sending agency with a receiving agency or a direct employer."""

    agreement_id = fields.String(required=True, metadata=_REFERENCE)
    sending = fields.String(required=True, metadata=_REFERENCE)
    authority = fields.String(required=True)
    origin = fields.String(required=True, metadata=_COUNTRY)
    destination = fields.String(required=True, metadata=_COUNTRY)
    receiving = fields.String(metadata=_REFERENCE)
    employer = fields.Nested(EmployerSchema)
    number = fields.String()
    sectors = fields.List(fields.Nested(SectorScopeSchema))
    from_ = fields.Date(data_key="from")
    to = fields.Date()


class DepositSchema(SourcedSchema):
    """Money kept for workers' claims."""

    form = fields.String(required=True)
    amount = fields.String(required=True, metadata={"description": "Decimal text in `currency`."})
    currency = fields.String(required=True, metadata={"description": "ISO 4217."})
    held_by = fields.String()
    from_ = fields.Date(data_key="from")
    to = fields.Date()


class IntermediarySchema(SourcedSchema):
    """Recruits for the agency and holds no licence of its own."""

    name = fields.String(required=True)
    number = fields.String()
    place = fields.String()
    from_ = fields.Date(data_key="from")
    to = fields.Date()


class ChannelSchema(SourcedSchema):
    """A channel that the agency declared as its own."""

    kind = OneOf(ChannelKind, required=True)
    value = fields.String(required=True)
    from_ = fields.Date(data_key="from")
    to = fields.Date()


class SanctionSchema(SourcedSchema):
    sanction_id = fields.String(required=True, metadata=_REFERENCE)
    kind = OneOf(SanctionKind)
    legal_ground = fields.String()
    published_on = fields.Date()
    from_ = fields.Date(data_key="from")
    to = fields.Date()
    licence_id = fields.String(metadata=_REFERENCE)
    is_stayed_by_appeal = fields.Boolean()
    appeal_deadline = fields.Date()
    publish_until = fields.Date()
    ended_as = OneOf(SanctionEnd)
    withheld = fields.String(metadata=_WITHHELD)


class WarningSchema(SourcedSchema):
    """An official's warning that this agency is imitated."""

    text = fields.String(required=True)
    from_ = fields.Date(data_key="from")
    to = fields.Date()


class AgencySummarySchema(SourcedSchema):
    """What every answer says of an agency."""

    agency_id = fields.String(required=True, metadata=_REFERENCE)
    country = fields.String(required=True, metadata=_COUNTRY)
    role = OneOf(Role, required=True)
    holder_kind = OneOf(HolderKind, required=True)
    names = fields.List(fields.Nested(NameSchema), required=True)
    identifiers = fields.List(fields.Nested(IdentifierSchema), required=True)
    place = fields.String()
    dissolved_on = fields.Date()
    is_correction_requested = fields.Boolean()
    clone_warnings = fields.List(fields.Nested(WarningSchema))
    withheld = fields.String(metadata=_WITHHELD)


class MatchSchema(OutSchema):
    """Why an agency is among the hits of `q`."""

    by = fields.String(
        required=True, metadata={"description": "What matched: `name`, `licence_number`, `agency_id`, an identifier."}
    )
    value = fields.String(
        required=True, metadata={"description": "The name as registered, or the number without spaces."}
    )
    kind = OneOf(NameKind, metadata={"description": "Of a name: which kind."})
    how = OneOf(Likeness, metadata={"description": "Of a name: in what way it matched."})


class AgencyHitSchema(AgencySummarySchema):
    """An agency of the list. `score` and `matched` stand there for hits of `q` alone."""

    score = fields.Float(
        metadata={"description": "0 to 100; 100 is the whole number or name. Below 60 nothing is shown."}
    )
    matched = fields.Nested(MatchSchema)


class AgencySchema(AgencySummarySchema):
    """The whole public record of an agency. Nothing in it depends on today's date."""

    licences = fields.List(fields.Nested(LicenceSchema), required=True)
    agreements = fields.List(fields.Nested(AgreementSchema), required=True)
    deposits = fields.List(fields.Nested(DepositSchema), required=True)
    intermediaries = fields.List(fields.Nested(IntermediarySchema), required=True)
    channels = fields.List(fields.Nested(ChannelSchema), required=True)
    sanctions = fields.List(fields.Nested(SanctionSchema), required=True)


class HistoryItemSchema(OutSchema):
    """One entry of the log: what the registry began to say at `at`."""

    index = fields.Integer(required=True, metadata={"description": "Place in the log."})
    at = Instant(required=True)
    type = OneOf(EntryType, required=True)
    key = fields.String(
        required=True, metadata={"description": "What it is about, for example `licence/2K7MPXW4NQ9T`."}
    )
    record = fields.Dict(
        required=True,
        metadata={
            "description": "The whole record of that thing as it was said then, as far as it may be shown today."
        },
    )


class HistorySchema(OutSchema):
    items = fields.List(fields.Nested(HistoryItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    total = fields.Integer(required=True)
