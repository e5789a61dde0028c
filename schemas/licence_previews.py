"""Schemas of previews: what an act on a licence would change of the public record, and who would be notified."""

from registry.vocabulary.licensing import LicenceAct
from registry.vocabulary.register import Answer, LicenceStatus
from schemas import out
from schemas.agencies import AgencySchema, AgencySummarySchema
from schemas.base import OutSchema


class PreviewedLicenceSchema(OutSchema):
    """How the licence stands on the day on which the act takes effect, without it and with it."""

    licence_id = out.string("Null: it gets its reference with the application.", allow_none=True)
    status_before = out.one_of(LicenceStatus, allow_none=True)
    status_after = out.one_of(LicenceStatus, allow_none=True)
    may_recruit_before = out.one_of(Answer)
    may_recruit_after = out.one_of(Answer)


class ToldSchema(OutSchema):
    """Who is told besides everybody who asks the register: the agency, at the addresses it has registered."""

    addresses = out.strings()
    is_by_hand = out.boolean("It has registered none: tell it by a way that is known already.")


class ResemblingSchema(OutSchema):
    agency = out.nested(AgencySummarySchema)
    signs = out.strings("What they have in common, as codes: `near_name`.")
    evidence = out.strings("A line for each sign, in English.")
    has_lost = out.boolean("It lost a licence, or has one suspended.")


class LikenessesSchema(OutSchema):
    """Agencies that an applicant resembles: those that lost a licence first."""

    items = out.list_of(ResemblingSchema)
    is_whole = out.boolean("False: some agencies' addresses and numbers were not compared yet.")


class LicencePreviewSchema(OutSchema):
    """The public record before and after an act. `licence` is null for acts on agreements and intermediaries."""

    act = out.one_of(LicenceAct)
    agency_id = out.string(allow_none=True)
    effective_on = out.date()
    has_second = out.boolean("Whether another officer has to approve it.")
    licence = out.nested(PreviewedLicenceSchema, allow_none=True)
    before = out.nested(AgencySchema, "Null: an applicant who is not known.", allow_none=True)
    after = out.nested(AgencySchema)
    told = out.nested(ToldSchema)
    likenesses = out.nested(LikenessesSchema, allow_none=True)
