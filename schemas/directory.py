"""What the registry stands on: authorities, their lists, the countries' rules, sectors, and who helps."""

from marshmallow import fields

from registry.vocabulary.law import Mark
from registry.vocabulary.register import NACE_REVISIONS, LicenceKind, LineKind, RunBy
from schemas.base import OutSchema
from schemas.fields import Instant, OneOf
from schemas.lists import CountryQuerySchema
from schemas.verify import known_at_field

_COUNTRY = {"description": "ISO 3166-1 alpha-2."}
_MARK = {"description": "How sure it is: s read in the source, s2 in a secondary source, m known but not read."}


class CoverageQuerySchema(CountryQuerySchema):
    known_at = known_at_field()


class CoverageItemSchema(OutSchema):
    """One list of one authority, and how fresh it is."""

    source = fields.String(attribute="reference", required=True)
    authority = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "The authority's name."})
    country = fields.String(required=True, metadata=_COUNTRY)
    kinds = fields.List(OneOf(LicenceKind), required=True, metadata={"description": "Licence kinds it covers."})
    is_full = fields.Boolean(
        required=True, metadata={"description": "An agency that is not on it holds none of these from this authority."}
    )
    is_national = fields.Boolean(
        required=True, metadata={"description": "No other authority of the country issues these kinds."}
    )
    fresh_for_days = fields.Integer(
        required=True, metadata={"description": "How long one reading may be relied on; 0: kept here by the authority."}
    )
    first_retrieved_at = Instant(required=True, allow_none=True)
    retrieved_at = Instant(required=True, allow_none=True)
    stale_at = Instant(required=True, allow_none=True, metadata={"description": "From then on answers are `unknown`."})
    is_stale = fields.Boolean(required=True)


class CoverageSchema(OutSchema):
    """What the registry knows, and what it does not."""

    items = fields.List(fields.Nested(CoverageItemSchema), required=True)
    not_covered = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "Countries of the corridors without any full and fresh list: not found means unknown."
        },
    )


class AuthoritySchema(OutSchema):
    authority = fields.String(
        attribute="reference", required=True, metadata={"description": "Reference, as verify's `authority` takes it."}
    )
    country = fields.String(required=True, metadata=_COUNTRY)
    time_zone = fields.String(required=True, metadata={"description": "IANA name: its today is reckoned there."})
    name = fields.String(required=True, metadata={"description": "In the language of Content-Language, if it has one."})
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    website = fields.String(required=True, allow_none=True)


class AuthoritiesSchema(OutSchema):
    items = fields.List(fields.Nested(AuthoritySchema), required=True)


class SectorSchema(OutSchema):
    code = fields.String(required=True)
    nace_revision = OneOf(NACE_REVISIONS, required=True)
    name = fields.String(required=True, metadata={"description": "In plain words of the asked language."})
    label = fields.String(required=True, metadata={"description": "Eurostat's English name."})


class SectorsSchema(OutSchema):
    """The classes in which workers of these corridors are most at risk. Verify takes any other NACE code as well."""

    items = fields.List(fields.Nested(SectorSchema), required=True)


class HelpLineSchema(OutSchema):
    """Who helps. A number stands here once the registry has called it, or where a public body published it."""

    country = fields.String(required=True, allow_none=True, metadata={"description": "Null: the whole EU."})
    region = fields.String(required=True, allow_none=True)
    number = fields.String(
        required=True, allow_none=True, metadata={"description": "Null: none, or not called yet and no public body's."}
    )
    is_number_checked = fields.Boolean(
        required=True, metadata={"description": "False beside a number: not yet called by the registry; say so."}
    )
    number_abroad = fields.String(required=True, allow_none=True, metadata={"description": "From another country."})
    may_fail_abroad = fields.Boolean(
        required=True, metadata={"description": "`number_abroad` may not work from another country."}
    )
    organisation = fields.String(required=True, allow_none=True)
    run_by = OneOf(RunBy, required=True)
    run_by_text = fields.String(required=True)
    languages = fields.List(fields.String(), required=True, metadata={"description": "ISO 639 codes."})
    has_no = fields.List(fields.String(), required=True, metadata={"description": "Languages surely not spoken there."})
    has_interpreters = fields.Boolean(required=True)
    hours = fields.String(required=True, allow_none=True)
    is_free = fields.Boolean(required=True)
    is_anonymous = fields.Boolean(required=True)
    for_what = fields.String(required=True, allow_none=True, metadata={"description": "In English."})
    kind = OneOf(LineKind, required=True, allow_none=True, metadata={"description": "What it is for, in a word."})
    kind_text = fields.String(required=True, allow_none=True, metadata={"description": "The same, in words to show."})
    whatsapp = fields.String(required=True, allow_none=True, metadata={"description": "Null as `number` is."})
    has_wechat = fields.Boolean(required=True, metadata={"description": "It has a mini program in WeChat."})
    app = fields.String(required=True, allow_none=True, metadata={"description": "Name of its application."})
    url = fields.String(required=True, allow_none=True)
    source = fields.String(required=True)
    source_on = fields.Date(required=True)
    mark = OneOf(Mark, required=True, metadata=_MARK)
    checked_on = fields.Date(required=True, allow_none=True)


class HelpLinesSchema(OutSchema):
    items = fields.List(fields.Nested(HelpLineSchema), required=True)
