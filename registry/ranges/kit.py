"""The offline kit: one HTML file that answers about every number from a USB stick or a chat attachment, without a network.

It holds no number, but ten bytes of the hash of each, with the answers in words. It is made from the current epoch's files,
signed with the key of receipts, and says of itself until when it may be used.
"""

import hashlib
import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from registry.core.clock import read_instant
from registry.core.errors import RegistryError
from registry.core.keyring import Signer
from registry.i18n.wording import country_name, reason_text
from registry.proofs.credentials.signing import compact_jws
from registry.ranges import queries, rules
from registry.ranges.actions import record_of
from registry.register.authorities.queries import snapshot_at
from registry.register.authorities.sources import SourceSnapshot
from registry.verification.verdicts.question import Finding
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import Answer, Language

KIT_TYPE = "registry-kit+jwt"
HASH_BYTES = 10
"""Bytes of a key's hash in the kit: eight would let somebody search a number that collides with a licensed one's."""

LANGUAGES = (Language.ZH_HANS, Language.EN)
MAX_BYTES = 2_000_000
"""What chats and telephones of five years ago take without trouble: about 35,000 agencies."""

MIN_KEY_BYTES = HASH_BYTES * 4 / 3
"""Bytes that a key takes at least: hashes do not compress, and Base64 makes four bytes of three."""


class KitTooLarge(RegistryError):
    """The kit would be longer than its caller would take; the text says how long, and what else there is."""


_SAID_BESIDE = frozenset(
    {
        Reason.LICENCE_EXPIRES_SOON,
        Reason.CLONE_WARNING,
        Reason.CORRECTION_REQUESTED,
        Reason.NO_AGREEMENT_ON_RECORD,
        Reason.NOT_A_RECRUITMENT_LICENCE,
    }
)
"""Reasons that decide nothing and are said all the same."""


class Table:
    """Numbers distinct values in the order in which they first come."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[bytes, int] = {}

    def place(self, value: Any) -> int:
        key = msgspec.json.encode(value)
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


def kit(session: Session, signer: Signer, issuer: str, max_bytes: int = MAX_BYTES) -> bytes:
    """The page. NotFound while no epoch is published, and KitTooLarge before much is read or signed."""
    current = queries.current(session)
    stated = record_of(current.epoch)
    _require_room(int(stated["keys"]), round(stated["keys"] * MIN_KEY_BYTES), max_bytes, "at least ")
    payload = msgspec.json.encode(_payload(session, queries.tree_of(session, current.epoch), stated["lists"]))
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeezer.compress(payload) + squeezer.flush()
    _require_room(int(stated["keys"]), len(packed) * 4 // 3, max_bytes)
    made_at = read_instant(stated["made_at"])
    facts: dict[str, Any] = {
        "v": 1,
        "on": rules.easternmost_day(made_at).isoformat(),
        "not_after": stated["not_after"],
        "sha256": hashlib.sha256(packed).hexdigest(),
    }
    claims = facts | {"iss": issuer, "epoch": stated["epoch"], "root": stated["root"]}
    facts |= {
        "size": len(payload),
        "jws": compact_jws(KIT_TYPE, claims, signer),
        "key": {name: signer.key.public[name] for name in ("x", "y")},
        # Who holds a trust file proves by them that the log holds this epoch.
        "entry": current.entry,
        "proof": current.proof,
    }
    return _kit_page(facts, packed, stated, current.epoch.log_index, issuer, current.proof)


def _require_room(keys: int, size: int, max_bytes: int, least: str = "") -> None:
    if size <= max_bytes:
        return
    raise KitTooLarge(
        f"the offline kit of {keys:,} numbers would take {least}{size / 1e6:.1f} MB, and {max_bytes / 1e6:g} MB are wanted: "
        "a page of that length opens slowly or not at all on a telephone, and chats refuse it. Write it all the same with "
        "--max-mb, for computers and sticks; for telephones hand out the address of the lookup page, which asks privately "
        "(docs/users/range-files.md), or a mirror by `registry ranges export-static`"
    )


def _kit_page(
    facts: Mapping[str, Any],
    packed: bytes,
    stated: Mapping[str, Any],
    index: int,
    issuer: str,
    proof: str,
) -> bytes:
    parts = {
        "on": facts["on"],
        "on_zh": _in_chinese(date.fromisoformat(facts["on"])),
        "not_after_zh": _in_chinese(date.fromisoformat(facts["not_after"])),
        "not_after": facts["not_after"],
        "issuer": issuer,
        "epoch": str(stated["epoch"]),
        "index": str(index),
        "origin": proof.partition("\n\n")[2].partition("\n")[0],
        "root": stated["root"][:16],
        # No "<" of the data can end the element it stands in.
        "facts": json.dumps(facts, ensure_ascii=True).replace("<", "\\u003c"),
        "data": b64encode(packed).decode(),
        "numbers_js": _static("numbers.js"),
        "kit_js": _static("kit.js"),
    }
    page = _static("kit.html")
    for name, value in parts.items():
        page = page.replace(f"{{{{{name}}}}}", value)
    return page.encode()


def _in_chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _static(name: str) -> str:
    return (files("registry.ranges") / "static" / name).read_text(encoding="utf-8")


def _payload(session: Session, tree: Iterable[tuple[str, bytes]], lists: list[Mapping[str, str]]) -> dict[str, Any]:
    snapshot = snapshot_at(session)
    ends = {one["country"]: read_instant(one["until"]) for one in lists}
    agencies, sets, texts = Table(), Table(), Table()
    keys, of, who = bytearray(), [], []
    destinations: set[str] = set()
    homes: set[str] = {"CN"}
    # Files come in the order of their prefixes, and entries in that of their hashes.
    for entry, records in _entries(tree):
        keys += bytes.fromhex(entry["h"])[:HASH_BYTES]
        holders = [_agency(records[one["record"]]) for one in entry["holders"]]
        homes.update(holder[1] for holder in holders)
        places = [agencies.place(holder) for holder in holders]
        who.append(places[0] if len(places) == 1 else places)
        answers = [_answer(one, [h[1] for h in holders], ends, snapshot, texts) for one in entry["answers"]]
        destinations.update(one[0] for one in answers if one[0])
        of.append(sets.place(answers))
    return {
        "keys": b64encode(bytes(keys)).decode(),
        "of": of,
        "who": who,
        "agencies": agencies.values,
        "sets": sets.values,
        "texts": texts.values,
        "destinations": sorted(destinations),
        "homes": {code: country_name(Language.ZH_HANS, code) for code in sorted(homes | destinations)},
    }


def _entries(tree: Iterable[tuple[str, bytes]]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    for name, body in tree:
        if name.startswith("file/"):
            content = json.loads(rules.uncompressed(body))
            for entry in content["entries"]:
                yield entry, content["records"]


def _agency(record: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name, country, reference; in Chinese characters where it has such a name, empty where none is public."""
    names = [one for one in record.get("names", ()) if "to" not in one] or record.get("names", [])
    ranked = sorted(names, key=lambda one: (not one["script"].startswith("han"), one["kind"] != "legal"))
    return (ranked[0]["name"] if ranked else "", record["country"], record["agency_id"])


def _answer(
    answer: Mapping[str, Any],
    countries: Iterable[str],
    ends: Mapping[str, datetime],
    snapshot: SourceSnapshot,
    texts: Table,
) -> tuple[str, str, str, list[int]]:
    """Destination, verdict, last day and places of its sentences."""
    lasts = [date.fromisoformat(answer["until"])] if "until" in answer else []
    concerned = {answer["origin"], answer.get("destination"), *countries}
    lasts += [rules.easternmost_day(ends[one]) - timedelta(days=1) for one in concerned if one in ends]
    sentences = []
    for one in answer["reasons"]:
        finding = Finding(Reason(one["code"]), one.get("values", {}))
        if not one.get("informs") or finding.code in _SAID_BESIDE:
            words = [
                reason_text(language, finding, snapshot, answer=Answer(answer["verdict"])) for language in LANGUAGES
            ]
            sentences.append(texts.place(words))
    last = min(lasts).isoformat() if lasts else ""
    return answer.get("destination", ""), answer["verdict"], last, sentences
