"""Forms of acts: reads what a page or program sends, checks it against the act, and stores it as JSON. Pure."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any, get_type_hints

import msgspec
from msgspec import inspect
from stdnum.eu import nace

from registry.core.errors import Fault, InvalidInput
from registry.register.agencies import channel_rules, record
from registry.register.agencies.rules import tidy_line
from registry.register.imports import identifiers, personal
from registry.supervision.licensing.rules import ACTS, ActRule
from registry.vocabulary.codes import Problem
from registry.vocabulary.record import MAX_LINE, TERM_LINES, TERM_TYPES
from registry.vocabulary.register import KINDS, ChannelKind, HolderKind, IdentifierScheme, LicenceKind, LicenceStatus
from registry.vocabulary.supervision import LicenceAct

MAX_PARTS = 60
"""Corridors, sectors or conditions of one licence: more would not fit into an entry of the log."""


class Stated(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything that acts can state; the table says which act takes what.

    `terms` are those of the licence, by their names and with their types in `record.Licence`: one that is missing stays as
    it is, None is not stated any more. `to_on` is a last day, `until` that of a wind-down, `publish_until` that on which the
    law lets a wrong be named.
    """

    status: LicenceStatus | None = None
    to_on: date | None = None
    until: date | None = None
    publish_until: date | None = None
    ground_text: str | None = None
    # An applicant: `agency_id` of one that is known, or who it is.
    agency_id: str | None = None
    name: str | None = None
    holder_kind: HolderKind = HolderKind.LEGAL_PERSON
    place: str | None = None
    scheme: IdentifierScheme | None = None
    identifier: str | None = None
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    # The licence.
    kind: LicenceKind | None = None
    number: str | None = None
    terms: dict[str, Any] = {}
    # An agreement.
    agreement_id: str | None = None
    receiving: str | None = None
    employer_name: str | None = None
    employer_country: str | None = None
    employer_identifier: str | None = None
    destination: str | None = None

    def value(self, field: str) -> Any:
        """What is stated of a field or term; None where nothing is."""
        return self.terms.get(field) if field in TERM_TYPES else getattr(self, field)


_TYPES: Mapping[str, Any] = {
    name: kind for name, kind in get_type_hints(Stated).items() if name != "terms"
} | TERM_TYPES
"""The type of each field and term that can be stated."""
_MAX_LENGTHS: Mapping[str, int] = {
    "ground_text": 2000, "name": 400, "place": 200, "identifier": 80, "number": 120, "employer_name": 400,
    "employer_identifier": 80, **dict.fromkeys(TERM_LINES, MAX_LINE),
}  # fmt: skip
_CHANNELS: Mapping[str, ChannelKind] = {
    "phone": ChannelKind.PHONE, "email": ChannelKind.EMAIL, "website": ChannelKind.WEBSITE,
}  # fmt: skip
_COUNTRIES = ("employer_country", "destination")


def read_stated(act: LicenceAct, sent: Mapping[str, Any], country: str) -> Stated:
    """The statements sent for an act, tidied. `country` is the authority's. Raises InvalidInput, naming every field."""
    rule = ACTS[act]
    faults = [
        Fault.of(field, Problem.UNKNOWN_FIELD, "not_stated_by", act=act)
        for field in sent
        if field not in rule.needs and field not in rule.takes
    ]
    stated = _converted({field: value for field, value in sent.items() if value != ""}, faults)
    faults += [
        Fault.of(field, Problem.MISSING, "must_be_given")
        for field in rule.needs
        if stated.value(field) is None and not any(fault.parameter == field for fault in faults)
    ]
    for check in (_of_words, _of_channels, _of_countries, _of_scope, _of_days):
        stated = check(stated, faults)
    stated = _of_holder(act, stated, country, faults)
    _of_status(rule, stated, faults)
    _of_agreement(act, stated, faults)
    if faults:
        raise InvalidInput(faults)
    return stated


def to_details(stated: Stated) -> dict[str, Any]:
    """The statements as JSON for the proposal's row; a term that is missing is left out, one not stated any more is null."""
    fields: dict[str, Any] = msgspec.to_builtins(stated)
    terms: dict[str, Any] = fields.pop("terms", {})
    return fields | terms


def from_details(details: Mapping[str, Any]) -> Stated:
    return _of_values({field: msgspec.convert(value, _TYPES[field]) for field, value in details.items()})


def _of_values(values: Mapping[str, Any]) -> Stated:
    fields = {field: value for field, value in values.items() if field not in TERM_TYPES}
    return Stated(**fields, terms={field: value for field, value in values.items() if field in TERM_TYPES})


def _converted(sent: Mapping[str, Any], faults: list[Fault]) -> Stated:
    """Convert field by field, so that one that cannot be read does not hide the others."""
    good: dict[str, Any] = {}
    for field, value in sent.items():
        if field not in _TYPES:
            continue
        try:
            good[field] = msgspec.convert(value, _TYPES[field])
        except msgspec.ValidationError:
            faults.append(Fault.of(field, Problem.INVALID_VALUE, _flaw(_type_info(field), value) or "shape"))
    return _of_values(good)


@cache
def _type_info(field: str) -> inspect.Type:
    return inspect.type_info(_TYPES[field])


def _flaw(wanted: inspect.Type, value: object) -> str | None:
    """The code of what is wrong with a JSON value for a type, or with its first wrong part; None if nothing is."""
    match wanted:
        case inspect.UnionType():
            return None if value is None else _flaw(wanted.types[0], value)
        case inspect.EnumType() if isinstance(value, str):
            return None if value in {one.value for one in wanted.cls} else "word_unknown"
        case inspect.DateType():
            return None if _converts(value, date) else "day_like"
        case inspect.StrType() | inspect.EnumType():
            return None if isinstance(value, str) else "shape_text"
        case inspect.VarTupleType():
            if not isinstance(value, list | tuple):
                return "shape_array"
            return next((flaw for one in value if (flaw := _flaw(wanted.item_type, one))), None)
        case inspect.StructType():
            if not isinstance(value, Mapping):
                return "shape_object"
            if any(one.required and one.encode_name not in value for one in wanted.fields):
                return "shape_part"
            parts = [(one.type, value[one.encode_name]) for one in wanted.fields if one.encode_name in value]
            return next((flaw for kind, part in parts if (flaw := _flaw(kind, part))), None)
    return "shape"


def _converts(value: object, kind: type) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _replaced(stated: Stated, read: Mapping[str, Callable[[str], str | None]], faults: list[Fault]) -> Stated:
    new: dict[str, str | None] = {}
    for field, tidy in read.items():
        value = stated.value(field)
        if value is None:
            continue
        try:
            new[field] = tidy(value)
        except InvalidInput as wrong:
            faults.extend(wrong.faults)
    terms = stated.terms | {field: new.pop(field) for field in TERM_LINES if field in new}
    return msgspec.structs.replace(stated, **new, terms=terms)


def _of_words(stated: Stated, faults: list[Fault]) -> Stated:
    def reader(field: str, max_length: int) -> Callable[[str], str]:
        def tidy(value: str) -> str:
            line = tidy_line(field, value, max_length)
            if field not in ("identifier", "number") and personal.holds_personal_number(line):
                raise InvalidInput([Fault.of(field, Problem.INVALID_VALUE, "personal_number_like")])
            return line

        return tidy

    return _replaced(stated, {field: reader(field, limit) for field, limit in _MAX_LENGTHS.items()}, faults)


def _of_channels(stated: Stated, faults: list[Fault]) -> Stated:
    for field, kind in _CHANNELS.items():
        value = getattr(stated, field)
        trouble = channel_rules.trouble_with(kind, value) if value is not None else None
        if trouble is not None:
            faults.append(Fault.of(field, Problem.INVALID_VALUE, trouble))
    return stated


def _country(field: str, value: str) -> str:
    code = unicodedata.normalize("NFKC", value).strip().upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise InvalidInput([Fault.of(field, Problem.UNKNOWN_COUNTRY, "country_letters")])
    return code


def _of_countries(stated: Stated, faults: list[Fault]) -> Stated:
    def reader(field: str) -> Callable[[str], str]:
        return lambda value: _country(field, value)

    return _replaced(stated, {field: reader(field) for field in _COUNTRIES}, faults)


def _of_scope(stated: Stated, faults: list[Fault]) -> Stated:
    corridors: tuple[record.Corridor, ...] = stated.terms.get("corridors") or ()
    sectors: tuple[record.Sector, ...] = stated.terms.get("sectors") or ()
    conditions: tuple[record.Condition, ...] = stated.terms.get("conditions") or ()
    for field, count in (("corridors", len(corridors)), ("sectors", len(sectors)), ("conditions", len(conditions))):
        if count > MAX_PARTS:
            faults.append(Fault.of(field, Problem.TOO_MANY, "too_many_parts", most=MAX_PARTS))
            return stated
    codes = [("sectors", one) for one in sectors]
    codes += [("conditions", one) for condition in conditions for one in condition.sectors]
    faults += [
        Fault.of(field, Problem.INVALID_VALUE, "nace", code=one.code[:12], revision=one.nace_revision[:4])
        for field, one in codes
        if not _exists(one)
    ]
    countries = [("corridors", end) for one in corridors for end in (one.origin, one.destination) if end]
    countries += [("conditions", end) for condition in conditions for end in condition.destinations]
    faults += [
        Fault.of(field, Problem.UNKNOWN_COUNTRY, "countries_capital")
        for field, end in countries
        if len(end) != 2 or not end.isascii() or not end.isalpha() or not end.isupper()
    ]
    if not conditions:
        return stated
    tidy = []
    for condition in conditions:
        try:
            text = None if condition.text is None else tidy_line("conditions", condition.text, 1000)
        except InvalidInput as wrong:
            faults.extend(wrong.faults)
        else:
            tidy.append(msgspec.structs.replace(condition, text=text))
    return msgspec.structs.replace(stated, terms=stated.terms | {"conditions": tuple(tidy)})


def _exists(sector: record.Sector) -> bool:
    return sector.nace_revision in ("2.0", "2.1") and bool(nace.is_valid(sector.code, revision=sector.nace_revision))


def _of_days(stated: Stated, faults: list[Fault]) -> Stated:
    first, last = stated.terms.get("valid_from"), stated.terms.get("valid_to")
    if first and last and last < first:
        faults.append(Fault.of("valid_to", Problem.INVALID_VALUE, "before_first_day"))
    return stated


def _of_holder(act: LicenceAct, stated: Stated, country: str, faults: list[Fault]) -> Stated:
    if act is not LicenceAct.APPLY:
        return stated
    if (stated.agency_id is None) == (stated.name is None):
        faults.append(Fault.of("name", Problem.CONTRADICTORY, "name_or_reference"))
    if stated.kind is not None and KINDS[stated.kind].country not in (country, None):
        faults.append(Fault.of("kind", Problem.INVALID_VALUE, "not_issued_here"))
    if stated.holder_kind is not HolderKind.LEGAL_PERSON:
        faults += [
            Fault.of(field, Problem.INVALID_VALUE, "natural_person")
            for field in _CHANNELS
            if getattr(stated, field) is not None
        ]
    if (stated.identifier is None) != (stated.scheme is None):
        faults.append(Fault.of("identifier", Problem.CONTRADICTORY, "identifier_both"))
    if stated.identifier is None or stated.scheme is None:
        return stated
    found = identifiers.checked(stated.scheme, stated.identifier, identifiers.NumberRule())
    if found.value is None:
        faults.append(Fault.of("identifier", Problem.INVALID_VALUE, "identifier_cannot"))
        return stated
    return msgspec.structs.replace(stated, identifier=found.value)


def _of_status(rule: ActRule, stated: Stated, faults: list[Fault]) -> None:
    if stated.status is not None and stated.status not in rule.targets:
        faults.append(Fault.of("status", Problem.INVALID_VALUE, "one_of", choices=", ".join(rule.targets)))


def _of_agreement(act: LicenceAct, stated: Stated, faults: list[Fault]) -> None:
    if act is not LicenceAct.REGISTER_AGREEMENT:
        return
    if (stated.receiving is None) == (stated.employer_name is None):
        faults.append(Fault.of("receiving", Problem.CONTRADICTORY, "receiving_or_employer"))
    if stated.employer_name is not None and stated.employer_country is None:
        faults.append(Fault.of("employer_country", Problem.MISSING, "employer_country"))
