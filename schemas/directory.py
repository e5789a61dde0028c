"""What the registry stands on: authorities, their lists, the countries' rules, sectors, and who helps."""

from marshmallow import fields

from registry.vocabulary.law import Mark
from registry.vocabulary.register import NACE_REVISIONS, LicenceKind, LineKind, RunBy
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Country, OneOf
from schemas.verify import known_at_field

_COUNTRY = "ISO 3166-1 alpha-2."
_MARK = "How sure it is: s read in the source, s2 in a secondary source, m known but not read."


class CountryQuerySchema(InSchema):
    country = Country(_COUNTRY, example="IT")


class CoverageQuerySchema(CountryQuerySchema):
    known_at = known_at_field()


class CoverageItemSchema(OutSchema):
    """One list of one authority, and how fresh it is."""

    source = out.string(attribute="reference")
    authority = out.string()
    name = out.string("The authority's name.")
    country = out.string(_COUNTRY)
    kinds = out.list_of(OneOf(LicenceKind), "Licence kinds it covers.")
    is_full = out.boolean("An agency that is not on it holds none of these from this authority.")
    is_national = out.boolean("No other authority of the country issues these kinds.")
    fresh_for_days = out.integer("How long one reading may be relied on; 0: kept here by the authority.")
    first_retrieved_at = out.instant(allow_none=True)
    retrieved_at = out.instant(allow_none=True)
    stale_at = out.instant("From then on answers are `unknown`.", allow_none=True)
    is_stale = out.boolean()


class CoverageSchema(OutSchema):
    """What the registry knows, and what it does not."""

    items = out.list_of(CoverageItemSchema)
    not_covered = out.strings("Countries of the corridors without any full and fresh list: not found means unknown.")


class AuthoritySchema(OutSchema):
    authority = out.string("Reference, as verify's `authority` takes it.", attribute="reference")
    country = out.string(_COUNTRY)
    time_zone = out.string("IANA name: its today is reckoned there.")
    name = out.string("In the language of Content-Language, if it has one.")
    names = out.dict_of(fields.String())
    website = out.string(allow_none=True)


class SectorSchema(OutSchema):
    code = out.string()
    nace_revision = out.one_of(NACE_REVISIONS)
    name = out.string("In plain words of the asked language.")
    label = out.string("Eurostat's English name.")


class SectorsSchema(OutSchema):
    """The classes in which workers of these corridors are most at risk. Verify takes any other NACE code as well."""

    items = out.list_of(SectorSchema)


class HelpLineSchema(OutSchema):
    """Who helps. A number stands here once the registry has called it, or where a public body published it."""

    country = out.string("Null: the whole EU.", allow_none=True)
    region = out.string(allow_none=True)
    number = out.string("Null: none, or not called yet and no public body's.", allow_none=True)
    is_number_checked = out.boolean("False beside a number: not yet called by the registry; say so.")
    number_abroad = out.string("From another country.", allow_none=True)
    may_fail_abroad = out.boolean("`number_abroad` may not work from another country.")
    organisation = out.string(allow_none=True)
    run_by = out.one_of(RunBy)
    run_by_text = out.string()
    languages = out.strings("ISO 639 codes.")
    has_no = out.strings("Languages surely not spoken there.")
    has_interpreters = out.boolean()
    hours = out.string(allow_none=True)
    is_free = out.boolean()
    is_anonymous = out.boolean()
    for_what = out.string("In English.", allow_none=True)
    kind = out.one_of(LineKind, "What it is for, in a word.", allow_none=True)
    kind_text = out.string("The same, in words to show.", allow_none=True)
    whatsapp = out.string("Null as `number` is.", allow_none=True)
    has_wechat = out.boolean("It has a mini program in WeChat.")
    app = out.string("Name of its application.", allow_none=True)
    url = out.string(allow_none=True)
    source = out.string()
    source_on = out.date()
    mark = out.one_of(Mark, _MARK)
    checked_on = out.date(allow_none=True)


AuthoritiesSchema = out.list_schema("Authorities", AuthoritySchema)
HelpLinesSchema = out.list_schema("HelpLines", HelpLineSchema)
