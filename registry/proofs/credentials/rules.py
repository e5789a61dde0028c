"""Pure decisions about what is signed: the claims of a credential, a code on paper and a receipt, and the status lists.

docs/users/proofs.md fixes the formats. All of it is made from log entries, so anyone who holds those can tell what must
be signed.
"""

import hashlib
import tomllib
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from registry.core.clock import zone
from registry.log.tree import leaf_hash
from registry.register.agencies import record
from registry.verification.verdicts.licence_rules import day_after, standing_on
from registry.verification.verdicts.question import Verdict
from registry.vocabulary.register import HolderKind, LicenceStatus, NameKind

VERSION = 1

# Status lists

PLACES = 131_072
"""Licences in one status list."""

BITS = 2
STATUS_TTL = 3600
STATUS_LIFE = 86_400

VALID, INVALID, SUSPENDED = 0, 1, 2

STATUS_VALUES: dict[LicenceStatus, int] = {
    LicenceStatus.PROVISIONAL: VALID,
    LicenceStatus.ACTIVE: VALID,
    LicenceStatus.ACTIVE_WITH_CONDITIONS: VALID,
    LicenceStatus.UNDER_SURVEILLANCE: VALID,
    LicenceStatus.RENEWAL_PENDING_DEEMED_VALID: VALID,
    LicenceStatus.APPLIED: SUSPENDED,
    LicenceStatus.REVOCATION_PENDING_APPEAL: SUSPENDED,
    LicenceStatus.SUSPENDED: SUSPENDED,
    LicenceStatus.WINDING_DOWN: SUSPENDED,
    LicenceStatus.DELISTED: SUSPENDED,
    # What `exp` does not say: an end that the authority stated without the date of the term.
    LicenceStatus.EXPIRED: SUSPENDED,
    LicenceStatus.REFUSED: INVALID,
    LicenceStatus.RENEWAL_REFUSED: INVALID,
    LicenceStatus.SURRENDERED: INVALID,
    LicenceStatus.REVOKED: INVALID,
    LicenceStatus.REVOKED_IMMEDIATE: INVALID,
    LicenceStatus.BANNED: INVALID,
    LicenceStatus.ANNULLED_ENTITY_DISSOLVED: INVALID,
}
"""Values of a status list: 2 may be lifted again, 1 is final."""

Steps = tuple[tuple[date, int], ...]
"""The first day of each value of a licence, in order of time; before the first, and of none, the value is 0."""


def status_value(licence: record.Licence, agency: record.Agency, day: date) -> int:
    """What a status list says on a day of a licence, from the latest entries of it and of its agency.

    The end of the term is `exp`, and no value. An open review of an identifier leaves nothing valid.
    """
    standing = standing_on(licence, agency, day)
    has_run_out = licence.valid_to is not None and day > licence.valid_to
    if standing.status is None:
        # A period that the law withholds is none in which the licence was in force.
        value = VALID if standing.period is None else SUSPENDED
    elif standing.status is LicenceStatus.EXPIRED and has_run_out:
        value = VALID
    else:
        value = STATUS_VALUES[standing.status]
    if value == VALID and any(identifier.is_under_review for identifier in agency.identifiers):
        return SUSPENDED
    return value


def status_steps(licence: record.Licence, agency: record.Agency) -> Steps:
    """The values of a licence over all days, so that another day asks nothing of the log."""
    is_plain = agency.dissolved_on is None and not any(one.is_under_review for one in agency.identifiers)
    stated = [period.status for period in licence.status_history]
    if is_plain and all(status is not None and STATUS_VALUES[status] == VALID for status in stated):
        return ()
    days = {date.min, agency.dissolved_on, day_after(licence.valid_to)}
    for period in licence.status_history:
        days |= {period.from_, day_after(period.to), day_after(period.until)}
    valued = [(day, status_value(licence, agency, day)) for day in sorted(day for day in days if day is not None)]
    changes = [valued[0]] if valued[0][1] != VALID else []
    changes += [after for before, after in pairwise(valued) if before[1] != after[1]]
    return tuple(changes)


def value_on(steps: Steps, day: date) -> int:
    value = VALID
    for first, its_value in steps:
        if first > day:
            break
        value = its_value
    return value


def packed_list(values: Iterable[tuple[int, int]], places: int = PLACES) -> str:
    """The `lst` of a Token Status List of two bits: values by place, the first in the lowest bits, zlib, base64url."""
    bits = bytearray(places * BITS // 8)
    for place, value in values:
        bits[place // 4] |= value << (place % 4 * BITS)
    return base64url(zlib.compress(bytes(bits), 9))


def status_claims(issuer: str, number: int, lst: str, *, issued_at: datetime, origin: str, size: int) -> dict[str, Any]:
    iat = int(issued_at.timestamp())
    return {
        "iss": issuer,
        "sub": status_address(issuer, number),
        "iat": iat,
        "exp": iat + STATUS_LIFE,
        "ttl": STATUS_TTL,
        "status_list": {"bits": BITS, "lst": lst},
        "log": {"origin": origin, "size": size},
    }


def status_address(issuer: str, number: int) -> str:
    return f"{issuer}/status/{number}"


def status_reference(issuer: str, place: int) -> dict[str, Any]:
    return {"status_list": {"idx": place % PLACES, "uri": status_address(issuer, place // PLACES)}}


# Licence credential


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry: its index, its exact bytes, its instant, and the record in it as it was logged."""

    index: int
    leaf: bytes
    at: datetime
    record: dict[str, Any]


def credential_type(issuer: str) -> str:
    return f"{issuer}/vct/recruitment-licence/v1"


def issued_at(licence: Logged, agency: Logged, key_made_at: datetime) -> datetime:
    """When what is stated came to be stated: a credential stays the same, to the byte, until something changes."""
    return max(licence.at, agency.at, key_made_at)


def credential_claims(
    issuer: str, licence: Logged, agency: Logged, *, origin: str, time_zone: str | None, issued: datetime
) -> dict[str, Any]:
    """The payload of a licence credential. `time_zone` is where the authority sits."""
    stated = licence.record
    holder = {field: agency.record[field] for field in ("agency_id", "country", "role")}
    if names := published_names(agency.record):
        holder["names"] = names
    return {
        "iss": issuer,
        "vct": credential_type(issuer),
        "sub": f"{issuer}/api/v1/licences/{stated['licence_id']}",
        "iat": int(issued.timestamp()),
        **term(stated, time_zone),
        "licence": {field: value for field, value in stated.items() if field != "status_history"},
        "agency": holder,
        "status": status_reference(issuer, stated["status_place"]),
        "log": {"origin": origin, "index": licence.index, "leaf": base64url(leaf_hash(licence.leaf))},
    }


def term(stated: Mapping[str, Any], time_zone: str | None) -> dict[str, int]:
    """`nbf` and `exp` of a logged licence, as far as it states its days."""
    where = zone(time_zone) if time_zone else UTC
    found = {}
    if "valid_from" in stated:
        found["nbf"] = _first_second(date.fromisoformat(stated["valid_from"]), where)
    ends = day_after(date.fromisoformat(stated["valid_to"])) if "valid_to" in stated else None
    if ends is not None:
        found["exp"] = _first_second(ends, where)
    return found


def published_names(agency: Mapping[str, Any]) -> list[str]:
    """The names of a legal person that it bears now, legal names first; none for any other holder."""
    if agency["holder_kind"] != HolderKind.LEGAL_PERSON:
        return []
    borne = [name for name in agency.get("names", ()) if name["kind"] != NameKind.FORMER and "to" not in name]
    ordered = sorted(borne, key=lambda name: name["kind"] != NameKind.LEGAL)
    return list(dict.fromkeys(name["name"] for name in ordered))


def legal_name(agency: Mapping[str, Any]) -> str | None:
    return next(iter(published_names(agency)), None)


def is_withheld(agency: record.Agency, licence: record.Licence, day: date) -> bool:
    """Whether the law keeps us from saying how the licence stands: its holder was erased, or its status is withheld."""
    if agency.withheld:
        return True
    standing = standing_on(licence, agency, day)
    return standing.period is not None and standing.period.withheld is not None


# Code on paper

ISS, SUB, EXP, NBF, IAT, STATUS = 1, 2, 4, 5, 6, 65535
PAPER_VERSION, NUMBER, NAME, KIND, COUNTRY, CORRIDORS, INDEX, LEAF = (-65537 - n for n in range(8))
LICENCE_ID, AGENCY_ID, PERSON, PORTRAIT = (-65545 - n for n in range(4))
"""What the code of a staff card says besides (`proofs.wallets.card_codes`)."""

LEAF_BYTES = 16


def paper_claims(
    issuer: str, licence: Logged, agency: Logged, *, time_zone: str | None, issued: datetime
) -> dict[int, Any]:
    """The CWT claims of a code on paper."""
    stated = licence.record
    days = term(stated, time_zone)
    claims = {
        ISS: issuer,
        SUB: stated["licence_id"],
        EXP: days.get("exp"),
        NBF: days.get("nbf"),
        IAT: int(issued.timestamp()),
        STATUS: status_reference(issuer, stated["status_place"]),
        PAPER_VERSION: VERSION,
        NUMBER: stated.get("number"),
        NAME: legal_name(agency.record),
        KIND: stated["kind"],
        COUNTRY: stated["country"],
        CORRIDORS: corridor_texts(stated["corridors"]) if "corridors" in stated else None,
        INDEX: licence.index,
        LEAF: leaf_hash(licence.leaf)[:LEAF_BYTES],
    }
    return {label: value for label, value in claims.items() if value is not None}


def corridor_texts(corridors: Sequence[Mapping[str, str]]) -> list[str]:
    return [f"{one.get('origin', '*')}>{one.get('destination', '*')}" for one in corridors]


# Check receipt


class Head(NamedTuple):
    """The published head of the log as far as a receipt states it. `root` has 32 bytes."""

    origin: str
    size: int
    root: bytes


def receipt_claims(
    issuer: str,
    question: Mapping[str, Any],
    verdict: Verdict,
    head: Head,
    issued: datetime,
    absence: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The payload of the receipt of an answer given at `issued`.

    `question` as it was asked, without what asks for the receipt. `absence` proves that no one stands under the number
    that was asked about.
    """
    overlay = {} if verdict.law_overlay is None else {"law_overlay": verdict.law_overlay}
    return overlay | {
        "v": VERSION,
        "iss": issuer,
        "iat": int(issued.timestamp()),
        "question": plain(dict(question)),
        **stated_verdict(verdict),
        "may_continue_existing_placements": verdict.may_continue.value,
        "log": {"origin": head.origin, "size": head.size, "root": base64(head.root)},
        **({} if absence is None else {"absence": dict(absence)}),
    }


def stated_verdict(verdict: Verdict, digest: bytes | None = None) -> dict[str, Any]:
    """What is signed of a verdict. `digest`: that of the record of the only agency answered about, where it is known already."""
    digests = [record_digest(agency) for agency in verdict.about] if digest is None else [base64url(digest)]
    return {
        "verdict": verdict.verdict.value,
        "reasons": [finding.code.value for finding in verdict.reasons],
        "on": verdict.on.isoformat(),
        "records": [
            {"agency_id": agency.agency_id, "sha256": one} for agency, one in zip(verdict.about, digests, strict=True)
        ],
    }


def record_digest(agency: record.Agency) -> str:
    """base64url of the SHA-256 of a public record's canonical bytes, as it may be shown."""
    return base64url(hashlib.sha256(record.canonical(agency)).digest())


def plain(value: Any) -> Any:
    """Loaded fields as JSON writes them."""
    return msgspec.to_builtins(value)


# Bytes as text


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def base64(raw: bytes) -> str:
    text: str = msgspec.to_builtins(raw)
    return text


def _first_second(day: date, where: ZoneInfo | Any) -> int:
    """The first second of a day in a zone, counted from 1970; no earlier than that, for older days need no telling."""
    return max(0, int(datetime.combine(day, time.min, where).timestamp()))


def type_metadata(vct: str) -> dict[str, Any]:
    """The type document of the licence credential at the address `vct`: what its claims are called, for wallets."""
    words = _licence_type()
    return {
        "vct": vct,
        "name": words["name"]["en"],
        "description": words["description"],
        "display": in_each_language(words["name"], "name"),
        "claims": [
            {"path": claim["path"], "sd": "never", "display": in_each_language(claim["label"], "label")}
            for claim in words["claims"]
        ],
    }


def in_each_language(words: Mapping[str, str], label: str) -> list[dict[str, str]]:
    """Words by language as metadata lists them, each as `label`."""
    return [{"locale": locale, label: word} for locale, word in words.items()]


@cache
def _licence_type() -> dict[str, Any]:
    return tomllib.loads((files("registry.proofs.credentials") / "licence_type.toml").read_text(encoding="utf-8"))
