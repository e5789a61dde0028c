"""What a licence credential or a code on paper claims, read after its signature was found good."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry_client.entries import PLACES, safe_text
from registry_client.strict import (
    Refused,
    Unreadable,
    from_base64url,
    instant_of,
    instant_text,
    list_of,
    object_of,
    text_of,
    whole_number,
)
from registry_client.tokens import key_of, read_token, require_certified_at
from registry_client.trust import SigningKey, Trust

REFERENCE = re.compile(r"[2-9A-HJKMNP-Z]{12}")
CREDENTIAL_TYPE = "dc+sd-jwt"


@dataclass(frozen=True, slots=True)
class Claim:
    """`leaf` is the beginning of the RFC 6962 hash of the entry at `index`; `said` holds what must stand in that entry,
    `holder` what must stand in the agency's; `signed` is for reading. Instants in seconds since 1970."""

    licence_id: str
    key: SigningKey
    iat: int
    nbf: int | None
    exp: int | None
    place: int
    address: str
    index: int
    leaf: bytes
    said: Mapping[str, Any]
    holder: Mapping[str, Any]
    signed: tuple[tuple[str, str], ...]


def read_credential(text: str, trust: Trust) -> Claim:
    """An SD-JWT VC without disclosures. Raises Unreadable and Refused."""
    what = "credential"
    token_text, tilde, rest = text.strip().partition("~")
    if not tilde or rest:
        raise Unreadable(f"{what}: it ends in one ~ and discloses nothing beside")
    token = read_token(token_text, what)
    key = key_of(token, CREDENTIAL_TYPE, trust)
    payload = token.payload
    iat = instant_of(payload.get("iat"), f"{what}: iat")
    require_certified_at(key, iat)
    licence = object_of(payload.get("licence"), f"{what}: licence")
    agency = object_of(payload.get("agency"), f"{what}: agency")
    reference = text_of(licence.get("licence_id"), f"{what}: licence: licence_id")
    place = whole_number(licence.get("status_place"), f"{what}: licence: status_place")
    log = object_of(payload.get("log"), f"{what}: log")
    if log.get("origin") != trust.origin:
        raise Refused("another_log", origin=str(log.get("origin"))[:80], expected=trust.origin)
    expected = {
        "iss": trust.issuer,
        "vct": f"{trust.issuer}/vct/recruitment-licence/v1",
        "sub": f"{trust.issuer}/api/v1/licences/{reference}",
        "status": {"status_list": {"idx": place % PLACES, "uri": f"{trust.issuer}/status/{place // PLACES}"}},
    }
    for name, value in expected.items():
        if payload.get(name) != value:
            raise Refused("claim_wrong", name=name)
    if not REFERENCE.fullmatch(reference) or "status_history" in licence or "_sd_alg" in payload or "_sd" in payload:
        raise Refused("claim_wrong", name="licence")
    leaf = from_base64url(log.get("leaf"), f"{what}: log: leaf")
    if len(leaf) != 32:
        raise Refused("claim_wrong", name="log: leaf")
    return Claim(
        licence_id=reference,
        key=key,
        iat=iat,
        nbf=_optional_instant(payload.get("nbf"), f"{what}: nbf"),
        exp=_optional_instant(payload.get("exp"), f"{what}: exp"),
        place=place % PLACES,
        address=f"{trust.issuer}/status/{place // PLACES}",
        index=whole_number(log.get("index"), f"{what}: log: index"),
        leaf=leaf,
        said=licence,
        holder=agency,
        signed=_of_credential(licence, agency, iat, trust.issuer),
    )


def _optional_instant(value: object, what: str) -> int | None:
    return None if value is None else instant_of(value, what)


def corridor_text(corridor: Mapping[str, Any]) -> str:
    """`CN>IT`, `*` for any."""
    return f"{corridor.get('origin', '*')}>{corridor.get('destination', '*')}"


def _of_credential(
    licence: Mapping[str, Any], agency: Mapping[str, Any], iat: int, issuer: str
) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = [("registry", issuer), ("licence_id", str(licence.get("licence_id")))]
    found += [(name, str(licence[name])) for name in ("number", "kind", "country", "authority") if name in licence]
    names = list_of(agency.get("names", []), "credential: agency: names")
    if not all(isinstance(name, str) for name in names):
        raise Unreadable("credential: agency: names: texts are expected")
    found += [("holder", name) for name in names]
    if not names:
        found.append(("holder_reference", str(agency.get("agency_id"))))
    found += [(f"holder_{name}", str(agency[name])) for name in ("country", "role") if name in agency]
    found += [(name, str(licence[name])) for name in ("valid_from", "valid_to") if name in licence]
    lists = {
        name: list_of(licence[name], f"credential: licence: {name}")
        for name in ("corridors", "sectors", "activities", "conditions")
        if name in licence
    }
    for name, parts in lists.items():
        texts = [_part_text(name, part) for part in parts]
        found.append((name, ", ".join(texts) or "-"))
    found += [("source", str(licence[name])) for name in ("source",) if name in licence]
    found.append(("issued_at", instant_text(iat)))
    return tuple((label, safe_text(value)) for label, value in found)


def _part_text(name: str, part: object) -> str:
    if not isinstance(part, dict):
        return str(part)
    if name == "corridors":
        return corridor_text(part)
    if name == "sectors":
        return f"{part.get('code')} (NACE {part.get('nace_revision')})"
    return str(part.get("code"))
