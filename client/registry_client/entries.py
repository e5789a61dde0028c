"""Entries of the log: their form, the keys they speak of, and the status that follows from them."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from registry_client.strict import (
    Unreadable,
    canonical,
    from_base64url,
    list_of,
    object_of,
    parsed_day,
    parsed_instant,
    read_object,
    text_of,
    whole_number,
)
from registry_client.trust import thumbprint

LEAF_LIMIT = 16 * 1024
KEY = re.compile(
    r"(agency|licence|agreement|law)/[2-9A-HJKMNP-Z]{12}|(head-)?key/[A-Za-z0-9_-]{16}|policy/log|ranges/epoch|dataset/snapshot"
    r"|audit/head|unit-key/[0-9a-f]{16}"
)
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
FIELDS = frozenset({"at", "index", "key", "record", "type", "v"})
OTHER_KEY = re.compile(r"(?!malformed/)[a-z][a-z0-9-]{0,30}/[A-Za-z0-9._~-]{1,100}")
"""What a key of a later kind looks like; `malformed` is what the copy of the log calls an entry that cannot be read."""
KINDS_OF_TYPE = {
    "agency": "agency.",
    "licence": "licence.",
    "agreement": "agreement.",
    "key": "registry.key_",
    "head-key": "registry.key_",
    "law": "law.",
    "ranges": "ranges.",
    "dataset": "dataset.",
    "audit": "audit.",
    "unit-key": "unit.key_",
    "policy": "registry.policy",
}
"""The kinds that are known here, and what the types of their entries begin with."""
PLACES = 131072
"""Places in one status list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `prev` is the index of the last entry of the same key."""

    at: str
    index: int
    key: str
    prev: int | None
    type: str
    record: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return self.key.partition("/")[0]


def read_entry(leaf: bytes, what: str = "entry") -> Entry:
    """The entry in its one form. Its kind may be a later one that is not known here. Raises Unreadable."""
    if len(leaf) > LEAF_LIMIT:
        raise Unreadable(f"{what}: more than {LEAF_LIMIT} bytes")
    content = read_object(leaf, what)
    names = set(content)
    if names - {"prev"} != FIELDS:
        raise Unreadable(f"{what}: these fields are expected: {', '.join(sorted(FIELDS))}, and prev but in the first")
    if content["v"] != 1 or isinstance(content["v"], bool):
        raise Unreadable(f"{what}: version {str(content['v'])[:20]} is not known here")
    _require_plain(content, what)
    if canonical(content) != leaf:
        raise Unreadable(f"{what}: not in canonical form (RFC 8785)")
    index = whole_number(content["index"], f"{what}: index")
    prev = whole_number(content["prev"], f"{what}: prev") if "prev" in content else None
    key, kind = text_of(content["key"], f"{what}: key"), text_of(content["type"], f"{what}: type")
    begin = KINDS_OF_TYPE.get(key.partition("/")[0])
    if not (OTHER_KEY if begin is None else KEY).fullmatch(key):
        raise Unreadable(f"{what}: {key[:60]!r} is no key of an entry")
    if begin is not None and not kind.startswith(begin):
        raise Unreadable(f"{what}: an entry of {key} cannot be of type {kind[:60]!r}")
    at = text_of(content["at"], f"{what}: at")
    if not AT.fullmatch(at):
        raise Unreadable(f"{what}: at must be an instant in UTC with microseconds")
    parsed_instant(at, f"{what}: at")
    return Entry(at, index, key, prev, kind, object_of(content["record"], f"{what}: record"))


_HIDDEN = frozenset(
    map(
        chr,
        (
            0x061C,
            0xFEFF,
            *range(0x200B, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2065),
            *range(0x2066, 0x206A),
        ),
    )
)
"""Signs of no width, and those that turn the direction of what is read."""


def _require_plain(value: Any, what: str) -> None:
    """No nulls, no false; text in NFC without signs that are not seen."""
    match value:
        case dict():
            for name, part in value.items():
                _require_plain(name, what)
                _require_plain(part, what)
        case list():
            for part in value:
                _require_plain(part, what)
        case str():
            if value.isascii():
                if not value.isprintable():
                    raise Unreadable(f"{what}: text holds control characters")
            elif not unicodedata.is_normalized("NFC", value):
                raise Unreadable(f"{what}: text is not in NFC: {safe_text(value)}")
            elif any(sign in _HIDDEN or unicodedata.category(sign) in ("Cc", "Cs") for sign in value):
                raise Unreadable(f"{what}: text holds control or invisible characters: {safe_text(value)}")
        case None | False:
            raise Unreadable(f"{what}: what was not stated is absent, never null or false")
        case _:
            pass


def safe_text(text: object, limit: int = 400) -> str:
    """Text that can do nothing to a terminal or to the order of what is read."""
    whole = str(text)
    cut = whole[:limit] + ("…" if len(whole) > limit else "")
    return "".join(
        sign if unicodedata.category(sign)[0] not in "CZ" or sign in " \u3000" else f"\\u{ord(sign):04x}"
        for sign in cut
    )


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What the log says of a key; `index` and `at` are the entry's."""

    kid: str
    use: str
    state: str
    index: int
    at: str
    public: Mapping[str, str]
    last_good_index: int | None = None


STATES = {"registry.key_added": "active", "registry.key_retired": "retired", "registry.key_compromised": "compromised"}
_ALGORITHMS = dict.fromkeys(("log", "law"), ("EdDSA", {"crv", "kty", "x"}))
_ES256 = ("ES256", {"crv", "kty", "x", "y"})


def key_record(entry: Entry, what: str = "key entry") -> KeyRecord:
    """Raises Unreadable where the entry is no well-formed key event."""
    record = entry.record
    state, use = record.get("state"), text_of(record.get("use"), f"{what}: use")
    if STATES.get(entry.type) != state:
        raise Unreadable(f"{what}: an entry of type {entry.type} cannot say that the key is {str(state)[:20]!r}")
    algorithm, members = _ALGORITHMS.get(use, _ES256)
    public = object_of(record.get("public"), f"{what}: public")
    if set(public) != members or not all(isinstance(part, str) for part in public.values()):
        raise Unreadable(f"{what}: public must hold {', '.join(sorted(members))}")
    for name in members & {"x", "y"}:
        if len(from_base64url(public[name], f"{what}: public: {name}")) != 32:
            raise Unreadable(f"{what}: public: {name} must be 32 bytes")
    if record.get("alg") != algorithm or use not in ("log", "credential", "status", "receipt", "root", "law"):
        raise Unreadable(f"{what}: algorithm and use do not fit")
    kid = thumbprint(public)
    if record.get("kid") != kid or entry.key != f"key/{kid}":
        raise Unreadable(f"{what}: the kid is not the thumbprint of the key")
    last_good = record.get("last_good_index")
    if (last_good is not None) != (state == "compromised"):
        raise Unreadable(f"{what}: last_good_index belongs to a compromised key, and only to one")
    # -1 says that nothing of it is good.
    limit = last_good if last_good in (None, -1) else whole_number(last_good, f"{what}: last_good_index")
    return KeyRecord(kid, use, str(state), entry.index, entry.at, public, limit)


class UnitKeyRecord(NamedTuple):
    """What the log says of a key to which complaints are sealed: whose, and whether it is active or was taken back."""

    kid: str
    use: str
    holder: str
    public: bytes
    state: str


UNIT_KEY_SIZES = {"X25519": 32, "X-Wing": 1216}


def unit_key_record(entry: Entry, what: str = "entry of a unit's key") -> UnitKeyRecord:
    """Raises Unreadable where the entry is no well-formed event of such a key."""
    record = entry.record
    state, use = record.get("state"), text_of(record.get("use"), f"{what}: use")
    if {"unit.key_added": "active", "unit.key_retired": "retired"}.get(entry.type) != state:
        raise Unreadable(f"{what}: an entry of type {entry.type} cannot say that the key is {str(state)[:20]!r}")
    public = from_base64url(record.get("public"), f"{what}: public")
    if UNIT_KEY_SIZES.get(str(record.get("alg"))) != len(public) or use not in ("unit", "custodian", "escrow"):
        raise Unreadable(f"{what}: algorithm, use and key do not fit")
    kid = hashlib.sha256(b"registry key id v1" + public).hexdigest()[:16]
    if record.get("kid") != kid or entry.key != f"unit-key/{kid}":
        raise Unreadable(f"{what}: the kid does not follow from the key")
    return UnitKeyRecord(kid, use, text_of(record.get("holder"), f"{what}: holder"), public, str(state))


YES = frozenset("provisional active active_with_conditions under_surveillance renewal_pending_deemed_valid".split())
FINAL = frozenset(
    "revoked revoked_immediate banned surrendered renewal_refused refused annulled_entity_dissolved".split()
)
_UNKNOWN = frozenset({"revocation_pending_appeal", "delisted"})
VALID, INVALID, SUSPENDED = 0, 1, 2


def status_on(licence: Mapping[str, Any], agency: Mapping[str, Any], day: date) -> str | None:
    """The status that holds on a day, from the records of the entries of a licence and its agency; None where none is stated.

    Of what covers the day the gravest counts (no, then unknown, then yes), among equals what began last. The end of the term
    turns what would not answer `no` into expired, unless the law deems the licence valid; the end of winding down does too.
    Raises Unreadable.
    """
    if (dissolved_on := _day(agency, "dissolved_on")) is not None and dissolved_on <= day:
        return "annulled_entity_dissolved"
    covering: list[tuple[int, date, str]] = []
    for period in list_of(licence.get("status_history", []), "status_history"):
        begin = _day(object_of(period, "status_history"), "from") or date.min
        end = _day(period, "to") or date.max
        if begin <= day <= end:
            status = text_of(period.get("status"), "status_history: status")
            until = _day(period, "until")
            if status == "revocation_pending_appeal" and period.get("is_stayed") is not True:
                status = "revoked"
            elif status == "winding_down" and until is not None and day > until:
                status = "expired"
            gravity = 0 if status in YES else 1 if status in _UNKNOWN else 2
            covering.append((gravity, begin, status))
    if not covering:
        return "expired" if has_run_out(licence, day) else None
    gravity, _, status = max(covering, key=lambda one: one[:2])
    outlives_its_term = gravity == 2 or status == "renewal_pending_deemed_valid"
    return "expired" if has_run_out(licence, day) and not outlives_its_term else status


def has_run_out(licence: Mapping[str, Any], day: date) -> bool:
    last = _day(licence, "valid_to")
    return last is not None and day > last


def _day(holder: Mapping[str, Any], name: str) -> date | None:
    return parsed_day(holder[name], name) if name in holder else None


def status_value(licence: Mapping[str, Any], agency: Mapping[str, Any], day: date) -> int:
    """What must stand in the status list. Raises Unreadable.

    The end of a term is the token's "exp" and no value; an end that was stated otherwise is one. While it is reviewed whose
    an identifier is, nothing of that agency is valid.
    """
    status = status_on(licence, agency, day)
    if status in FINAL:
        return INVALID
    is_plain = status is None or status in YES or (status == "expired" and has_run_out(licence, day))
    if not is_plain:
        return SUSPENDED
    identifiers = list_of(agency.get("identifiers", []), "identifiers")
    if any(object_of(one, "identifiers").get("is_under_review") is True for one in identifiers):
        return SUSPENDED
    return VALID


def day_after(text: object) -> date | None:
    day = parsed_day(text, "valid_to")
    return None if day == date.max else day + timedelta(days=1)
