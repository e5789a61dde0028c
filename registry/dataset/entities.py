"""FollowTheMoney entities: what screening tools (yente, OpenSanctions, Aleph) read.

An agency is an `Organization`, each adverse status and each sanction a `Sanction` that points at it. Schema names, properties and
topics are those of followthemoney 4.11 (https://followthemoney.tech/explorer/); its package checks them in the tests.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from registry.vocabulary.register import IdentifierScheme, LicenceStatus, NameKind

PREFIX = "recruitment-registry"

REGULATOR_ACTION, DEBARRED = "reg.action", "debarment"

ADVERSE = {
    LicenceStatus.SUSPENDED: (REGULATOR_ACTION,),
    LicenceStatus.REVOCATION_PENDING_APPEAL: (REGULATOR_ACTION,),
    LicenceStatus.RENEWAL_REFUSED: (REGULATOR_ACTION,),
    LicenceStatus.REVOKED: (REGULATOR_ACTION,),
    LicenceStatus.REVOKED_IMMEDIATE: (REGULATOR_ACTION,),
    LicenceStatus.BANNED: (REGULATOR_ACTION, DEBARRED),
}
"""Statuses that an authority imposed, and the topics of an agency whose licence has one now."""

NAMES = {NameKind.FORMER: "previousName", NameKind.SHORT: "weakAlias", NameKind.TRADE: "alias"}

NUMBERS = {
    IdentifierScheme.USCC: "uscCode",
    IdentifierScheme.VAT: "vatCode",
    IdentifierScheme.LEI: "leiCode",
    IdentifierScheme.EUID: "idNumber",
    IdentifierScheme.REGISTRATION_NUMBER: "registrationNumber",
}


def entities_of(rows: Iterable[Mapping[str, Any]], registry: str) -> Iterator[dict[str, Any]]:
    """The entities of licence rows, which stand in the order of their agencies."""
    for _, licences in groupby(rows, key=lambda row: row["agency_id"]):
        yield from _agency(list(licences), registry)


def _agency(rows: list[Mapping[str, Any]], registry: str) -> Iterator[dict[str, Any]]:
    first = rows[0]
    found: dict[str, set[str]] = {
        "name": {first["agency_name"]},
        "country": {first["agency_country"].lower()},
        "sourceUrl": {f"{registry}/en/agencies/{first['agency_id']}"},
        "address": {first["agency_place"]},
        "dissolutionDate": {first["agency_dissolved_on"]},
        "licenseNumber": {row["number"] for row in rows},
        "status": {row["status"] for row in rows},
        "topics": set(),
    }
    for name in first["agency_names"]:
        field = NAMES.get(name["kind"], "alias") if name["name"] != first["agency_name"] else "name"
        found.setdefault(field, set()).add(name["name"])
    for number in first["identifiers"]:
        found.setdefault(NUMBERS[number["scheme"]], set()).add(number["value"])
    id_ = f"{PREFIX}-{first['agency_id']}"
    acts = [act for row in rows for act in _acts(row, id_, registry)]
    for row in rows:
        found["topics"] |= set(ADVERSE.get(row["status"], ()))
    if any(sanction["ended_as"] is None for row in rows for sanction in row["sanctions"]):
        found["topics"].add(REGULATOR_ACTION)
    yield {"id": id_, "schema": "Organization", "properties": _listed(found)}
    yield from {act["id"]: act for act in acts}.values()


def _acts(row: Mapping[str, Any], entity: str, registry: str) -> Iterator[dict[str, Any]]:
    """The adverse statuses of a licence, and the sanctions that its row shows."""
    common = {
        "entity": {entity},
        "country": {row["country"].lower()},
        "authority": {row["authority"]},
        "sourceUrl": {f"{registry}/en/agencies/{row['agency_id']}"},
    }
    for number, period in enumerate(row["status_history"]):
        if period["status"] in ADVERSE:
            facts = {
                "program": {row["kind"]},
                "status": {period["status"]},
                "startDate": {period["from"]},
                "endDate": {period["to"]},
                "reason": {period["ground"]},
                "recordId": {row["licence_id"]},
            }
            id_ = f"{PREFIX}-{row['licence_id']}-{number}"
            yield {"id": id_, "schema": "Sanction", "properties": _listed(common | facts)}
    for sanction in row["sanctions"]:
        facts = {
            "program": {sanction["kind"]},
            "startDate": {sanction["from"]},
            "endDate": {sanction["to"]},
            "listingDate": {sanction["published_on"]},
            "provisions": {sanction["legal_ground"]},
            "recordId": {sanction["sanction_id"]},
        }
        id_ = f"{PREFIX}-{sanction['sanction_id']}"
        yield {"id": id_, "schema": "Sanction", "properties": _listed(common | facts)}


def _listed(found: Mapping[str, set[Any]]) -> dict[str, list[str]]:
    """Properties as FollowTheMoney has them: lists of texts, none of them empty, in a fixed order."""
    stated = {name: sorted(value for value in values if value is not None) for name, values in found.items()}
    return {name: values for name, values in sorted(stated.items()) if values}
