"""Look a number up without telling which: range files, read from docs/users/range-files.md.

The hash of a number says in which file it stands; some hundred numbers share one. The file is proven to be the registry's by a
path of hashes to an entry of its signed log, and it is complete: a number that is not in it is not known to the registry.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from registry_client.network import Fetch, Unreachable
from registry_client.proving import prove
from registry_client.strict import (
    SKEW,
    Refused,
    Unreadable,
    canonical,
    day_of,
    list_of,
    object_of,
    parsed_day,
    parsed_instant,
    read_object,
    text_of,
    whole_number,
)
from registry_client.tree import leaf_hash, root_of
from registry_client.trust import Trust

KINDS = ("licence_number", "uscc", "vat", "lei", "euid", "registration_number")
KEY = "ranges/epoch"
CURRENT_LIMIT, FILE_LIMIT = 200_000, 8_000_000
HASH_HEX, MAX_BITS, TILE_BITS = 40, 24, 8
OLDEST = 48 * 3600
"""Seconds after which an epoch is too old for an answer: the registry publishes one each day at least."""
EASTERNMOST = timedelta(hours=8)
"""Days of answers are those of UTC+8, the easternmost zone that the registry answers for."""

_DOMAIN = b"recruitment-registry range v1\0"
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d")


def number_key(text: str, *, keeps_dashes: bool = False) -> str:
    """A number in its one form: NFKC, upper case, without spaces, invisible characters and (but in an EUID) dashes."""
    folded = unicodedata.normalize("NFKC", text).upper()
    signs = (sign for sign in folded if keeps_dashes or sign not in _DASHES)
    visible = "".join(sign for sign in signs if unicodedata.category(sign)[0] not in "CZ")
    return unicodedata.normalize("NFKC", visible)[:400]


def key_of(kind: str, number: str, country: str | None = None) -> str:
    """The key of a number as it is hashed. Raises Unreadable."""
    if kind not in KINDS:
        raise Unreadable(f"{kind}: only numbers can be looked up so, by one of {', '.join(KINDS)}")
    value = number_key(number, keeps_dashes=kind == "euid")
    if not value:
        raise Unreadable("the number is empty")
    if kind == "registration_number":
        if country is None or len(country) != 2 or not country.isalpha():
            raise Unreadable("a registration number needs its country, like IT")
        value = f"{country.upper()}:{value}"[:400]
    return f"{kind}:{value}"


def key_hash(key: str) -> bytes:
    return sha256(_DOMAIN + key.encode()).digest()


@dataclass(frozen=True, slots=True)
class Epoch:
    """A proven epoch: what its entry of the log says, and whether the witnesses that the trust file asks for signed.

    `size` is the log's under the head that was shown; the first `log_size` entries are in the epoch's files.
    """

    number: int
    bits: int
    root: bytes
    made_at: int
    not_after: str
    lists: Mapping[str, int]
    keys: int
    least_keys: int
    index: int
    size: int
    is_witnessed: bool
    log_size: int
    head_root: bytes


@dataclass(frozen=True, slots=True)
class PrivateAnswer:
    """`state` is present, absent or too_old; `why` names what is too old. `prefix` is all that was asked for.

    `answers` and `records` are those of the file; of a number that is absent there are none.
    """

    state: str
    epoch: Epoch
    prefix: str
    file_hash: str
    keys_in_file: int
    why: str | None = None
    answers: Sequence[Mapping[str, Any]] = ()
    records: Sequence[Mapping[str, Any]] = ()

    def answer_for(self, destination: str | None) -> Mapping[str, Any] | None:
        """The answer to the plain worker's question for a country of work, None where none was made."""
        return next((one for one in self.answers if one.get("destination") == destination), None)


def look_up(fetch: Fetch, trust: Trust, key: str, at: int) -> PrivateAnswer:
    """Fetch the file in which the key would stand, prove it, and read it as of `at`, seconds since 1970.

    The same requests are made whether the number is there or not. Raises Unreadable, Unreachable, and Refused where a link
    of the chain does not hold.
    """
    epoch = proven_epoch(fetch("/ranges/current", CURRENT_LIMIT), trust)
    hash_ = key_hash(key)
    prefix = int.from_bytes(hash_[:4], "big") >> (32 - epoch.bits)
    leaf = path_down(fetch, epoch, prefix)
    spelled = spelled_prefix(prefix, epoch.bits)
    body = fetched(fetch, f"/ranges/file/{leaf.hex()}", FILE_LIMIT, "file")
    if leaf_hash(body) != leaf:
        raise Refused("range_file_changed", prefix=spelled)
    return read_file(body, epoch, prefix, spelled, hash_.hex()[:HASH_HEX], at)


def spelled_prefix(prefix: int, bits: int) -> str:
    """A prefix in its one spelling: lower-case hexadecimal, as wide as the largest."""
    return f"{prefix:0{max(1, -(-bits // 4))}x}"


def proven_epoch(data: bytes, trust: Trust) -> Epoch:
    """The epoch that `/ranges/current` names, proven by the log. Raises Unreadable, Refused."""
    stated = read_object(data, "current")
    if stated.get("v") != 1:
        raise Unreadable("current: only version 1 of the format is known here")
    entry_text = text_of(stated.get("entry"), "current: entry")
    proven = prove(entry_text.encode(), text_of(stated.get("proof"), "current: proof"), trust, "current")
    if proven.entry.key != KEY or proven.entry.type != "ranges.published":
        raise Refused("range_not_an_epoch", key=proven.entry.key)
    record = proven.entry.record
    bits = whole_number(record.get("p"), "epoch: p")
    root = _hash(record.get("root"), "epoch: root")
    if record.get("v") != 1 or bits > MAX_BITS:
        raise Unreadable("epoch: only version 1 of the format is known here")
    lists = {}
    for one in list_of(record.get("lists", []), "epoch: lists"):
        part = object_of(one, "epoch: lists")
        lists[text_of(part.get("country"), "epoch: lists")] = parsed_instant(part.get("until"), "epoch: lists")
    parsed_day(record.get("not_after"), "epoch: not_after")
    return Epoch(
        whole_number(record.get("epoch"), "epoch"),
        bits,
        root,
        parsed_instant(record.get("made_at"), "epoch: made_at"),
        str(record["not_after"]),
        lists,
        whole_number(record.get("keys"), "epoch: keys"),
        whole_number(record.get("least_keys"), "epoch: least_keys"),
        proven.entry.index,
        proven.seen.checkpoint.size,
        proven.seen.is_witnessed,
        min(whole_number(record.get("log_size"), "epoch: log_size"), proven.entry.index),
        proven.seen.checkpoint.root,
    )


def _hash(value: object, what: str) -> bytes:
    text = text_of(value, what)
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise Unreadable(f"{what}: 64 hexadecimal digits in lower case are expected")
    return bytes.fromhex(text)


def fetched(fetch: Fetch, path: str, limit: int, what: str) -> bytes:
    try:
        return fetch(path, limit)
    except Unreachable as error:
        if error.status == 404:
            raise Refused("range_part_missing", part=what) from error
        raise


def path_down(fetch: Fetch, epoch: Epoch, prefix: int) -> bytes:
    """The leaf hash of a prefix, by tiles from the root down: each must fold to the hash that named it."""
    found, left = epoch.root, epoch.bits
    while left:
        width = (left - 1) % TILE_BITS + 1
        tile = fetched(fetch, f"/ranges/tile/{found.hex()}", 32 << TILE_BITS, "tile")
        hashes = [tile[start : start + 32] for start in range(0, len(tile), 32)]
        if len(tile) != 32 << width or root_of(hashes) != found:
            raise Refused("range_tile_changed")
        found, left = hashes[prefix >> (left - width) & (1 << width) - 1], left - width
    return found


def whole_file(
    body: bytes, epoch: Epoch, prefix: int, spelled: str
) -> tuple[dict[str, Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Entries by their hashes, and records. Raises Unreadable, and Refused where it is not the prefix's whole file."""
    content = read_object(body, "file")
    if canonical(content) != body:
        raise Refused("range_file_not_canonical", prefix=spelled)
    if (content.get("v"), content.get("p"), content.get("prefix")) != (1, epoch.bits, spelled):
        raise Refused("range_file_of_another", prefix=spelled, found=str(content.get("prefix"))[:20])
    records: list[Mapping[str, Any]] = [
        object_of(one, "file: records") for one in list_of(content.get("records"), "file: records")
    ]
    former = ""
    entries: dict[str, Mapping[str, Any]] = {}
    for one in list_of(content.get("entries"), "file: entries"):
        entry = object_of(one, "file: entries")
        found = text_of(entry.get("h"), "file: h")
        is_hash = len(found) == HASH_HEX and not set(found) - set("0123456789abcdef")
        if not is_hash or found <= former or int(found[:8], 16) >> (32 - epoch.bits) != prefix:
            raise Refused("range_file_out_of_order", prefix=spelled)
        former = found
        entries[found] = entry
        holders = [object_of(one, "file: holders") for one in list_of(entry.get("holders"), "file: holders")]
        if not holders or max(whole_number(one.get("record"), "file: holders") for one in holders) >= len(records):
            raise Refused("range_file_out_of_order", prefix=spelled)
    return entries, records


def read_file(body: bytes, epoch: Epoch, prefix: int, spelled: str, wanted: str, at: int) -> PrivateAnswer:
    """What a file of this epoch says of a hash. Raises as `whole_file`."""
    entries, records = whole_file(body, epoch, prefix, spelled)
    hit = entries.get(wanted)
    why = _too_old(epoch, at)
    leaf = leaf_hash(body).hex()
    if hit is None:
        state = "too_old" if why else "absent"
        return PrivateAnswer(state, epoch, spelled, leaf, len(entries), why)
    of_holders = [records[one["record"]] for one in hit["holders"]]
    answers = [
        _aged(object_of(one, "file: answers"), of_holders, epoch, at)
        for one in list_of(hit.get("answers"), "file: answers")
    ]
    state = "too_old" if why else "present"
    return PrivateAnswer(state, epoch, spelled, leaf, len(entries), why, () if why else answers, of_holders)


def _too_old(epoch: Epoch, at: int) -> str | None:
    """Why nothing may be read from the epoch at that instant; None where it may."""
    if epoch.made_at > at + SKEW:
        return "clock"
    if at - epoch.made_at > OLDEST:
        return "epoch"
    if parsed_day(epoch.not_after, "epoch: not_after") < day_of(at + int(EASTERNMOST.total_seconds())):
        return "epoch"
    return None


def _aged(answer: Mapping[str, Any], records: Sequence[Mapping[str, Any]], epoch: Epoch, at: int) -> Mapping[str, Any]:
    """The answer, or that it holds no more: its own last day, or a list of one of its countries, is past."""
    if answer.get("verdict") not in ("yes", "no", "unknown"):
        raise Unreadable("file: answers: the verdict is yes, no or unknown")
    countries = {answer.get("origin"), answer.get("destination"), *(one.get("country") for one in records)}
    countries |= {licence.get("country") for one in records for licence in one.get("licences", ())}
    is_over = any(epoch.lists[one] <= at for one in countries if isinstance(one, str) and one in epoch.lists)
    if "until" in answer:
        today = day_of(at + int(EASTERNMOST.total_seconds()))
        is_over |= parsed_day(answer["until"], "file: until") < today
    if not is_over:
        return answer
    return {name: value for name, value in answer.items() if name not in ("verdict", "reasons")} | {
        "verdict": "too_old",
        "reasons": [],
    }
