"""Schemas of previews: what an act on a licence would change of the public record, and who would be notified."""

from marshmallow import fields

from registry.vocabulary.licensing import LicenceAct
from registry.vocabulary.register import Answer, LicenceStatus
from schemas.agencies import AgencySchema, AgencySummarySchema
from schemas.base import OutSchema
from schemas.fields import OneOf


class PreviewedLicenceSchema(OutSchema):
    """How the licence stands on the day on which the act takes effect, without it and with it."""

    licence_id = fields.String(
        required=True, allow_none=True, metadata={"description": "Null: it gets its reference with the application."}
    )
    status_before = OneOf(LicenceStatus, required=True, allow_none=True)
    status_after = OneOf(LicenceStatus, required=True, allow_none=True)
    may_recruit_before = OneOf(Answer, required=True)
    may_recruit_after = OneOf(Answer, required=True)


class ToldSchema(OutSchema):
    """Who is told besides everybody who asks the register: the agency, at the addresses it has registered."""

    addresses = fields.List(fields.String(), required=True)
    is_by_hand = fields.Boolean(
        required=True, metadata={"description": "It has registered none: tell it by a way that is known already."}
    )


class ResemblingSchema(OutSchema):
    agency = fields.Nested(AgencySummarySchema, required=True)
    signs = fields.List(
        fields.String(), required=True, metadata={"description": "What they have in common, as codes: `near_name`."}
    )
    evidence = fields.List(
        fields.String(), required=True, metadata={"description": "A line for each sign, in English."}
    )
    has_lost = fields.Boolean(required=True, metadata={"description": "It lost a licence, or has one suspended."})


class LikenessesSchema(OutSchema):
    """Agencies that an applicant resembles: those that lost a licence first."""

    items = fields.List(fields.Nested(ResemblingSchema), required=True)
    is_whole = fields.Boolean(
        required=True, metadata={"description": "False: some agencies' addresses and numbers were not compared yet."}
    )


class LicencePreviewSchema(OutSchema):
    """The public record before and after an act. `licence` is null for acts on agreements and intermediaries."""

    act = OneOf(LicenceAct, required=True)
    agency_id = fields.String(required=True, allow_none=True)
    effective_on = fields.Date(required=True)
    has_second = fields.Boolean(required=True, metadata={"description": "Whether another officer has to approve it."})
    licence = fields.Nested(PreviewedLicenceSchema, required=True, allow_none=True)
    before = fields.Nested(
        AgencySchema, required=True, allow_none=True, metadata={"description": "Null: an applicant who is not known."}
    )
    after = fields.Nested(AgencySchema, required=True)
    told = fields.Nested(ToldSchema, required=True)
    likenesses = fields.Nested(LikenessesSchema, required=True, allow_none=True)
