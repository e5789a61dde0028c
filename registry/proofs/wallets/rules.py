"""Pure decisions about credentials for wallets: what they state, their types, and which values their status lists have.

A credential has the form of SD-JWT VC as HAIP 1.0 profiles it, with the members of ETSI TS 119 472-1.
"""

import hashlib
import json
import tomllib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

from registry.core.setting_texts import Operator
from registry.log.tree import leaf_hash
from registry.proofs.credentials import rules
from registry.register.agencies import record
from registry.verification.verdicts.licence_rules import standing_on
from registry.vocabulary import register, supervision
from registry.vocabulary.record import TERMS

LIFE = timedelta(days=14)
"""How long a credential lasts; a wallet renews it meanwhile (ARF, method B)."""

PLACES = 131_072
"""Places in one status list."""

DRAWN_PLACES = PLACES // 2
"""Places of a list that are given at most, so that a free one is drawn soon."""

STATUS_TTL = 48
"""Seconds that a reader may keep a list."""

STATUS_KEPT = STATUS_TTL // 4
"""Seconds that caches on the way keep it: both together are the minute within which a suspension is seen."""

PUBLIC_BODY = "urn:etsi:esi:eaa:eu:pub"
ACTS_AS = "recruiter"

RENEWED_WITHIN = timedelta(days=30)
"""How late a licence may be renewed before its staff cards end: our own choice. Nothing is issued meanwhile."""

CODE = "code"
"""The content of what is no copy in a wallet but the code of a staff card: it is true under each name that the agency bore."""

CODE_LIFE = timedelta(days=366)
"""How long a code lasts from the order of its card: what is printed cannot be taken back."""

DISCLOSED_ON_DEMAND = ("given_name", "family_name", "portrait_digest")
"""What of a staff card the holder may keep back."""


class Issuer(NamedTuple):
    """In whose name is signed: the registry's address, and who runs it."""

    url: str
    operator: Operator
    is_public_body: bool

    def facts(self) -> dict[str, str]:
        """Who issues, as ETSI TS 119 472-1 (5.2.4) has it."""
        return {
            "issuing_authority": self.operator.name,
            "issuing_country": self.operator.country,
            "iss_reg_id": self.operator.identifier,
        }


class Content(NamedTuple):
    """What a credential states: `plain` for every reader, `hidden` where the holder discloses it; `ends_at` by its term."""

    plain: dict[str, Any]
    hidden: dict[str, str]
    ends_at: int | None

    @property
    def digest(self) -> str:
        """Of what is attested: where it changes, the credential is no longer true. A new entry alone changes nothing."""
        attested = {name: value for name, value in self.plain.items() if name != "log"} | self.hidden
        return rules.base64url(hashlib.sha256(msgspec.json.encode(attested, order="sorted")).digest())


def licence_content(
    issuer: Issuer, licence: rules.Logged, agency: rules.Logged, *, origin: str, time_zone: str | None
) -> Content:
    """What a licence in a wallet states. `time_zone` is where the authority sits."""
    stated = licence.record
    fields = ("licence_id", "authority", "country", "kind", "number", *TERMS)
    plain = issuer.facts() | {
        "sub": f"{issuer.url}/api/v1/licences/{stated['licence_id']}",
        "licence": {name: stated[name] for name in fields if name in stated},
        "agency": _holder(agency),
        "log": {"origin": origin, "index": licence.index, "leaf": rules.base64url(leaf_hash(licence.leaf))},
    }
    if issuer.is_public_body:
        plain["category"] = PUBLIC_BODY
    days = rules.term(stated, time_zone)
    return Content(plain | _administrative(days), {}, days.get("exp"))


def card_content(
    issuer: Issuer, licence: rules.Logged, agency: rules.Logged, person: Mapping[str, str], *, time_zone: str | None
) -> Content:
    """What a staff card states: that an agency says that the holder acts for it. `person` is what is disclosed on demand."""
    days = rules.term(licence.record, time_zone)
    plain = issuer.facts() | {"agency": _holder(agency), "licence_id": licence.record["licence_id"], "acts_as": ACTS_AS}
    return Content(plain | _administrative(days), dict(person), days.get("exp"))


def _holder(agency: rules.Logged) -> dict[str, Any]:
    holder = {field: agency.record[field] for field in ("agency_id", "country", "role")}
    names = rules.published_names(agency.record)
    return holder | ({"names": names} if names else {})


def _administrative(days: Mapping[str, int]) -> dict[str, int]:
    """The term of the licence itself, both instants or none."""
    return {"adm_nbf": days["nbf"], "adm_exp": days["exp"]} if {"nbf", "exp"} <= days.keys() else {}


def expiry(content: Content, at: datetime) -> datetime:
    """When a credential that is issued at an instant is over: never behind the term that it states."""
    ends = at + LIFE
    return ends if content.ends_at is None else min(ends, datetime.fromtimestamp(content.ends_at, at.tzinfo))


def claims(
    issuer: Issuer,
    form: supervision.WalletForm,
    content: Content,
    holder: Mapping[str, str],
    place: tuple[int, int],
    *,
    at: datetime,
    until: datetime,
) -> dict[str, Any]:
    """The claims of a credential that are not disclosed on demand. `holder` is the public JWK; `place` list and place in it.

    `status` has IETF's member, which HAIP asks for, and beside it those of ETSI TS 119 472-1 (5.2.10).
    """
    listed = status_at(issuer.url, place)
    begins = int(at.timestamp())
    vct, integrity = type_of(issuer.url, form)
    return {
        "iss": issuer.url,
        "vct": vct,
        "vct#integrity": integrity,
        "iat": begins,
        "nbf": begins,
        "exp": int(until.timestamp()),
        "cnf": {"jwk": {name: holder[name] for name in ("kty", "crv", "x", "y")}},
        "status": {
            "status_list": listed,
            "type": "TokenStatusList",
            "purpose": "revocation",
            "index": listed["idx"],
            "uri": listed["uri"],
        },
        **content.plain,
    }


def with_digests(stated: dict[str, Any], disclosures: Sequence[str]) -> dict[str, Any]:
    """The claims with the digests of disclosures (RFC 9901, 4.2.4.1), whose order tells nothing."""
    if not disclosures:
        return stated
    digests = sorted(rules.base64url(hashlib.sha256(one.encode()).digest()) for one in disclosures)
    return stated | {"_sd_alg": "sha-256", "_sd": digests}


def disclosure(salt: bytes, name: str, value: str) -> str:
    return rules.base64url(json.dumps([rules.base64url(salt), name, value], ensure_ascii=False).encode())


# Status


def has_ended(licence: record.Licence, agency: record.Agency, day: date) -> bool:
    """Whether a licence is over for good, and with it its staff cards. What may be lifted or is renewed a little late is not."""
    if rules.status_value(licence, agency, day) == rules.INVALID:
        return True
    return not is_within_term(licence, agency, day - RENEWED_WITHIN)


def is_in_force(licence: record.Licence, agency: record.Agency, day: date) -> bool:
    """Whether anything is issued on a licence: its list calls it valid, and its term is not over."""
    return rules.status_value(licence, agency, day) == rules.VALID and is_within_term(licence, agency, day)


def is_within_term(licence: record.Licence, agency: record.Agency, day: date) -> bool:
    has_run_out = licence.valid_to is not None and day > licence.valid_to
    return not has_run_out or standing_on(licence, agency, day).status is not register.LicenceStatus.EXPIRED


def list_claims(issuer: str, number: int, lst: str, *, issued_at: datetime, origin: str, size: int) -> dict[str, Any]:
    """As those of the list of licences, under an address of its own and for a shorter time."""
    claims = rules.status_claims(issuer, number, lst, issued_at=issued_at, origin=origin, size=size)
    return claims | {"sub": list_address(issuer, number), "ttl": STATUS_TTL}


def status_at(issuer: str, place: tuple[int, int]) -> dict[str, Any]:
    """List and place in it, as `status_list` names them (Token Status List, 6.2)."""
    number, index = place
    return {"idx": index, "uri": list_address(issuer, number)}


def list_address(issuer: str, number: int) -> str:
    return f"{issuer}/status/w/{number}"


# Types

VERSIONS = {supervision.WalletForm.LICENCE: "v2", supervision.WalletForm.STAFF_CARD: "v1"}


def type_address(issuer: str, form: supervision.WalletForm) -> str:
    return f"{issuer}/vct/{form}/{VERSIONS[form]}"


def type_of(issuer: str, form: supervision.WalletForm) -> tuple[str, str]:
    """The address of a type, and the digest of what stands there: `vct` and `vct#integrity`.

    Of a version the document stays as it is to the byte: readers refuse what was issued under another one.
    """
    return type_address(issuer, form), integrity_of(type_document(issuer, form))


def integrity_of(document: bytes) -> str:
    """As Subresource Integrity writes a digest, which `vct#integrity` takes over."""
    return f"sha256-{b64encode(hashlib.sha256(document).digest()).decode()}"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((files("registry.proofs.wallets") / "types.toml").read_text(encoding="utf-8"))


def displays(form: supervision.WalletForm) -> list[dict[str, str]]:
    """The names of a type in each language of the public pages, as type metadata and issuer metadata list them."""
    return rules.in_each_language(_words()[form]["name"], "name")


def type_document(issuer: str, form: supervision.WalletForm) -> bytes:
    """SD-JWT VC type metadata: the exact bytes that are served, and that `vct#integrity` is of."""
    words = _words()[form]
    return msgspec.json.encode(
        {
            "vct": type_address(issuer, form),
            "name": words["name"]["en"],
            "description": words["description"],
            "display": displays(form),
            "claims": [
                {**one, "sd": "always" if path in DISCLOSED_ON_DEMAND else "never"}
                for one, path in zip(claim_labels(form, "label"), words["claims"], strict=True)
            ],
        }
    )


def claim_labels(form: supervision.WalletForm, label: str = "name") -> list[dict[str, Any]]:
    """The claims that a wallet shows, with their words."""
    words = _words()
    return [
        {"path": path.split("."), "display": rules.in_each_language(words["label"][path], label)}
        for path in words[form]["claims"]
    ]
