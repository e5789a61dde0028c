"""JSON-LD in an agency's page: what search engines and agents read of it (https://schema.org/GovernmentPermit).

Only legal persons, and a permit only for a licence that is in force today: a reader that does not know our statuses must not
take a suspended licence for a permission.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from markupsafe import Markup

from registry.register.agencies import record
from registry.vocabulary.register import STATUSES, Answer, HolderKind, IdentifierScheme, LicenceStatus, NameKind

_IDENTIFIERS = {IdentifierScheme.VAT: "vatID", IdentifierScheme.LEI: "leiCode"}
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def structured_data(
    agency: record.Agency, name: str, licences: Iterable[Mapping[str, Any]], address: str
) -> Markup | None:
    """The text of the data block, or None where a natural person stands behind the agency.

    `licences` are those of the page, with their status today; `address` is that of the page.
    """
    if agency.holder_kind is not HolderKind.LEGAL_PERSON or agency.withheld:
        return None
    organisation: dict[str, Any] = {"@type": "Organization", "@id": f"{address}#agency", "name": name, "url": address}
    others = sorted({one.name for one in agency.names if one.name != name and one.kind is not NameKind.FORMER})
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
    return status in list(LicenceStatus) and STATUSES[LicenceStatus(status)].recruit is Answer.YES


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
