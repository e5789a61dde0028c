"""The list of agencies and the record of one, with the clone warnings on it: dated, and with who said it."""

import base64
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec
from flask import Blueprint, Response, request
from markupsafe import Markup

from registry.core.clock import day_at, now
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.core.ids import read_reference
from registry.http.transaction import public_reading, services, verdicts
from registry.i18n.languages import text
from registry.i18n.names import ShownName, authority_name, countries, display_name, main_name
from registry.i18n.wording import licence_details
from registry.pages.public import answers, forms
from registry.pages.public.rendering import is_demo, page
from registry.register.agencies import listing, queries, record
from registry.register.authorities.queries import authority_days
from registry.register.authorities.sources import SourceSnapshot
from registry.supervision.entries.queries import reply_to
from registry.verification.verdicts.licence_rules import standing_on
from registry.vocabulary import register
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

pages = Blueprint("agencies", __name__)

ON_A_PAGE = 20
ENTRIES_ON_A_PAGE = 20
MAX_PARTNERS = 50
NEWEST = 2**31 - 1
"""Above every index of an entry and every row id: what the database's integers hold."""


@pages.get("/<language:language>/agencies")
def list_agencies(language: Language) -> Response:
    filters, after = _filters(), _place(request.args.get("after", ""))
    session = public_reading()
    found = listing.page_of_agencies(session, filters, authority_days(session, now()), limit=ON_A_PAGE, after=after)
    snapshot = verdicts().current_snapshot()
    return page(
        "agencies.html",
        language,
        here="agencies",
        filters=filters,
        found=found,
        rows=[_row(hit, snapshot, language) for hit in found.items],
        following=_following(found),
        is_first=after is None,
        kept={name: value for name in _FILTERS if (value := getattr(filters, name))},
        countries=countries(language, register.EU_STATES | register.SENDING_COUNTRIES),
        roles=list(register.Role),
        statuses=list(register.LicenceStatus),
    )


_FILTERS = ("q", "country", "role", "status")


def _filters() -> listing.Filters:
    """The filters of the address; InvalidInput names one that cannot be."""
    given = {name: request.args.get(name, "").strip() or None for name in _FILTERS}
    country = given["country"]
    if country is not None and country.upper() not in forms.COUNTRIES:
        raise InvalidInput([Fault("country", Problem.UNKNOWN_COUNTRY, "is not a country of this registry")])
    q = given["q"]
    if q is not None and (len(q) > 400 or "\0" in q):
        raise InvalidInput([Fault("q", Problem.TOO_LONG, "must be a name or a number")])
    try:
        return listing.Filters(
            q=q,
            country=country.upper() if country else None,
            role=register.Role(given["role"]) if given["role"] else None,
            status=register.LicenceStatus(given["status"]) if given["status"] else None,
        )
    except ValueError:
        raise InvalidInput([Fault("status", Problem.INVALID_VALUE, "role or status is not one of the list")]) from None


def _following(found: listing.Page) -> str | None:
    if found.next_place is None:
        return None
    return base64.urlsafe_b64encode(msgspec.json.encode(found.next_place)).decode("ascii").rstrip("=")


_read_place = msgspec.json.Decoder(listing.Place).decode


def _place(text: str) -> listing.Place | None:
    if not text:
        return None
    try:
        place = _read_place(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, msgspec.MsgspecError):
        place = None
    if place is None or not 0 <= place.agency_id <= NEWEST or not 0 <= place.rank <= 10_000:
        raise InvalidInput([Fault("after", Problem.INVALID_CURSOR, "leads nowhere")])
    return place


@pages.get("/<language:language>/agencies/<agency_id>")
def show_agency(language: Language, agency_id: str) -> Response:
    at = now()
    session = public_reading()
    reference = read_reference(agency_id)
    agency = queries.public_record(session, reference, day_at(at, None)) if reference else None
    row = queries.agency_row(session, reference) if reference and agency else None
    if agency is None or row is None:
        raise NotFound("there is no agency with this reference")
    snapshot = verdicts().current_snapshot()
    before = request.args.get("before", "")
    after = min(int(before), NEWEST) if before.isdecimal() and len(before) < 16 else NEWEST
    entries = queries.history(session, row.id, day_at(at, None), after=after, limit=ENTRIES_ON_A_PAGE + 1)
    main, days = main_name(agency, language), authority_days(session, at)
    licences = [_licence(licence, agency, snapshot, language) for licence in agency.licences]
    address = f"{services().settings.public_url}/{language}/agencies/{agency.agency_id}"
    return page(
        "agency.html",
        language,
        here="agencies",
        agency=agency,
        structured=None if is_demo() else structured_data(agency, main.name, licences, address),
        main=main,
        names=[(display_name(name), name) for name in agency.names],
        warnings=warnings_on(agency, snapshot, language, days.latest(one.authority for one in agency.licences)),
        licences=licences,
        reply=reply_to(session, agency, day_at(at, None)),
        partners=_partners(agency, language),
        sources=_sources(agency, snapshot, language),
        entries=entries[:ENTRIES_ON_A_PAGE],
        older=entries[ENTRIES_ON_A_PAGE - 1].index if len(entries) > ENTRIES_ON_A_PAGE else None,
        is_newest=not before,
        former=register.NameKind.FORMER,
    )


def _row(hit: listing.Hit, snapshot: SourceSnapshot, language: Language) -> dict[str, object]:
    agency, match = hit
    main = main_name(agency, language)
    return {
        "agency": agency,
        "match": match,
        "is_very_name": match is not None
        and match.how in (None, register.Likeness.EXACT, register.Likeness.DIACRITICS),
        "matched": answers.name_of(agency, match.value) if match is not None and match.how is not None else None,
        "main": main,
        "other": next((display_name(name) for name in agency.names if name.name != main.name), None),
        "licences": [_licence(licence, agency, snapshot, language) for licence in agency.licences],
    }


def _licence(
    licence: record.Licence, agency: record.Agency, snapshot: SourceSnapshot, language: Language
) -> dict[str, object]:
    """A licence with its status today, computed and never stored."""
    today = day_at(now(), snapshot.time_zone(licence.authority))
    standing = standing_on(licence, agency, today)
    is_withheld = standing.period is not None and standing.period.withheld is not None
    word = standing.status or ("withheld_by_law" if is_withheld else "not_stated")
    return {
        "licence": licence,
        "status": word,
        "authority": authority_name(language, licence.authority, snapshot),
        "details": licence_details(language, licence),
    }


def _partners(agency: record.Agency, language: Language) -> dict[str, ShownName]:
    """The names of the agencies at the other ends of its agreements."""
    ends = {end for one in agency.agreements for end in (one.sending, one.receiving) if end}
    partners = {}
    for reference in sorted(ends - {agency.agency_id})[:MAX_PARTNERS]:
        partner = queries.public_record(public_reading(), reference, day_at(now(), None))
        if partner is not None:
            partners[reference] = main_name(partner, language)
    return partners


def _sources(agency: record.Agency, snapshot: SourceSnapshot, language: Language) -> list[dict[str, object]]:
    """The lists that the record was read from, each with its authority and its last reading."""
    parts = (agency, *agency.names, *agency.identifiers, *agency.licences, *agency.channels)
    rows: list[dict[str, object]] = []
    for reference in sorted({part.source for part in parts}):
        source = snapshot.sources.get(reference)
        zone = snapshot.time_zone(source.authority) if source else None
        seen = (source.retrieved_at if source else None) or agency.retrieved_at
        name = authority_name(language, source.authority, snapshot) if source else reference
        website = snapshot.authorities[source.authority].website if source else None
        rows.append({"name": name, "website": website, "read_on": day_at(seen, zone)})
    return rows


_IDENTIFIERS = {register.IdentifierScheme.VAT: "vatID", register.IdentifierScheme.LEI: "leiCode"}
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def structured_data(
    agency: record.Agency, name: str, licences: Iterable[Mapping[str, Any]], address: str
) -> Markup | None:
    """The text of the data block, or None where a natural person stands behind the agency.

    `licences` are those of the page, with their status today; `address` is that of the page.
    """
    if agency.holder_kind is not register.HolderKind.LEGAL_PERSON or agency.withheld:
        return None
    organisation: dict[str, Any] = {"@type": "Organization", "@id": f"{address}#agency", "name": name, "url": address}
    others = sorted({one.name for one in agency.names if one.name != name and one.kind is not register.NameKind.FORMER})
    if others:
        organisation["alternateName"] = others
    for number in agency.identifiers:
        if number.to is None and not number.has_failed_check:
            organisation[_IDENTIFIERS.get(number.scheme, "identifier")] = number.value
    if agency.place:
        organisation["location"] = agency.place
    if agency.dissolved_on:
        organisation["dissolutionDate"] = agency.dissolved_on
    permits = [_permit(one, address) for one in licences if _is_in_force(one["status"])]
    graph = [organisation, *permits]
    return _script(msgspec.json.encode({"@context": "https://schema.org", "@graph": graph}).decode())


def _is_in_force(status: str) -> bool:
    return (
        status in list(register.LicenceStatus)
        and register.STATUSES[register.LicenceStatus(status)].recruit is register.Answer.YES
    )


def _permit(one: Mapping[str, Any], address: str) -> dict[str, Any]:
    licence: record.Licence = one["licence"]
    permit = {
        "@type": "GovernmentPermit",
        "@id": f"{address}#{licence.licence_id}",
        "name": licence.kind,
        "identifier": licence.number,
        "issuedBy": {"@type": "GovernmentOrganization", "name": str(one["authority"])},
        "validIn": {"@type": "Country", "name": licence.country},
        "validFrom": licence.valid_from,
        "validUntil": licence.valid_to,
        "permitAudience": {"@type": "Audience", "name": "The organization of this page"},
    }
    return {name: value for name, value in permit.items() if value is not None}


def _script(text: str) -> Markup:
    """JSON that no HTML parser can leave, whatever stands in a name."""
    return Markup("".join(_ESCAPED.get(character, character) for character in text))


OURSELVES = "registry"
"""The source of a warning that no list of ours stated."""


class ShownWarning(NamedTuple):
    """`source` is the authority's name where the warning came from a list of ours, else as the official named it."""

    text: str
    source: str
    said_on: date
    from_: date | None
    to: date | None


def warnings_on(agency: record.Agency, snapshot: SourceSnapshot, language: Language, day: date) -> list[ShownWarning]:
    """The warnings that hold on a day, the newest first."""
    return [
        ShownWarning(
            text(language, "status.withheld_by_law") if one.text == record.WITHHELD else one.text,
            _warning_source(one.source, snapshot, language),
            day_at(one.retrieved_at, None),
            one.from_,
            one.to,
        )
        for one in sorted(agency.clone_warnings, key=lambda one: one.retrieved_at, reverse=True)
        if record.holds_on(one, day)
    ]


def _warning_source(reference: str, snapshot: SourceSnapshot, language: Language) -> str:
    if reference == OURSELVES:
        return text(language, "page.warning.registry")
    known = snapshot.sources.get(reference)
    return authority_name(language, known.authority, snapshot) if known else reference
