"""The offline kit: one HTML file that answers about every number from a USB stick or a chat attachment, without a network.

It holds no number, but ten bytes of the hash of each, with the answers in words. It is made from the current epoch's files,
signed with the key of receipts, and says of itself until when it may be used.
"""

import hashlib
import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import msgspec
from markupsafe import escape
from sqlalchemy.orm import Session

from registry.core.clock import read_instant
from registry.core.errors import RegistryError
from registry.core.keyring import Signer
from registry.i18n.languages import text
from registry.i18n.names import country_name, language_name
from registry.i18n.wording import date_text, hours_text, listed, reason_text, word
from registry.proofs.credentials.signing import compact_jws
from registry.ranges import queries, rules
from registry.ranges.actions import record_of
from registry.register.authorities.queries import snapshot_at
from registry.register.authorities.sources import SourceSnapshot
from registry.register.help_lines import HelpLine, help_lines_in, lines_of, public_number
from registry.register.law.overlays.queries import law_at
from registry.register.names.spelling import simpler_characters
from registry.verification.verdicts.question import Finding
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Answer, Language

KIT_TYPE = "registry-kit+jwt"
HASH_BYTES = 10
"""Bytes of a key's hash in the kit: eight would let somebody search a number that collides with a licensed one's."""

MAX_BYTES = 2_000_000
"""What chats and telephones of five years ago take without trouble: about 35,000 agencies."""

MIN_KEY_BYTES = HASH_BYTES * 4 / 3
"""Bytes that a key takes at least: hashes do not compress, and Base64 makes four bytes of three."""


WORDS = (
    "yes", "no", "unknown", "too_old", "no_name", "no_country", "online", "until", "empty", "absent", "absent.name", "names",
    "names.hint", "early", "old", "damaged", "signed.wrong", "signed.holds", "signed.unknown",
)  # fmt: skip
"""What the script says, in the catalogues under `kit.`."""


class KitTooLarge(RegistryError):
    """The kit would be longer than its caller would take; the text says how long, and what else there is."""


PAY = ("fee", "deposit", "costs", "passport")
LEADING = ("IT", "FR", "DE", "ES", "PL", "RO", "CN")
"""Countries that stand first, as most ask about them."""


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


def languages_of(language: Language) -> tuple[Language, Language]:
    """The two languages of a kit: Chinese in the reader's script, and the reader's own; for a Chinese reader English."""
    first = Language.ZH_HANT if language is Language.ZH_HANT else Language.ZH_HANS
    return first, Language.EN if language is first else language


def kit(
    session: Session, signer: Signer, issuer: str, max_bytes: int = MAX_BYTES, language: Language = Language.ZH_HANS
) -> bytes:
    """The page, in Chinese and in `language`. NotFound while no epoch is published, and KitTooLarge before much is read."""
    current, both = queries.current(session), languages_of(language)
    stated = record_of(current.epoch)
    _require_room(int(stated["keys"]), round(stated["keys"] * MIN_KEY_BYTES), max_bytes, "at least ")
    payload = msgspec.json.encode(
        _build_payload(session, queries.tree_of(session, current.epoch), stated["lists"], both)
    )
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
        "langs": both,
        "words": {name: [text(one, f"kit.{name}", day="{day}", kid="{kid}") for one in both] for name in WORDS},
    }
    origin = {"issuer": issuer, "epoch": str(stated["epoch"]), "index": str(current.epoch.log_index)}
    lines = help_lines_in(law_at(session))
    return _kit_page(facts, packed, both, origin, lines)


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
    both: tuple[Language, Language],
    origin: Mapping[str, str],
    lines: Sequence[HelpLine],
) -> bytes:
    first, second = both
    days = {"on": date.fromisoformat(facts["on"]), "day": date.fromisoformat(facts["not_after"])}
    values = {one: {name: date_text(one, day) for name, day in days.items()} | dict(origin) for one in both}
    keys = (
        "title",
        "day",
        "use",
        "number",
        "country",
        "country.none",
        "ask",
        "no_script",
        "help",
        "help.not_called",
        "origin",
    )
    parts = {
        f"{place}:{key}": str(escape(text(one, f"kit.{key}", **values[one])))
        for place, one in enumerate(both, 1)
        for key in keys
    }
    parts |= {
        "lang1": first,
        "lang2": second,
        "on": values[first]["on"],
        "pay": _pay(first) + _pay(second),
        "lines": "".join(_lines(first, second, lines)),
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


def _pay(language: Language) -> str:
    """What no one may be asked to pay or hand over."""
    rows = "".join(f"<li>{escape(text(language, f'page.pay.{one}'))}</li>" for one in PAY)
    return f'<div lang="{language}"><b>{escape(text(language, "page.pay.intro"))}</b><ul>{rows}</ul></div>'


def _lines(first: Language, second: Language, lines: Sequence[HelpLine]) -> Iterator[str]:
    """Whom to call, by country; only numbers that a real home gives, as a kit goes on from hand to hand."""
    for country in _in_order(EU_STATES | SENDING_COUNTRIES):
        own = [line for line in lines_of(country, lines, first) if public_number(line, is_demo=False)]
        rows = "".join(_line(first, line) for line in own)
        names = f'{escape(country_name(first, country))} <span lang="{second}">{escape(country_name(second, country))}</span>'
        yield f"<details><summary>{names}</summary><ul>{rows}</ul></details>"


def _in_order(countries: Iterable[str]) -> list[str]:
    return sorted(countries, key=lambda code: (LEADING.index(code) if code in LEADING else len(LEADING), code))


def _line(language: Language, line: HelpLine) -> str:
    said = [
        line.organisation if line.organisation != line.number else None,
        word(language, "line_kind", line.kind) if line.kind else None,
        hours_text(language, line.hours),
        text(language, "page.help.free") if line.is_free else None,
        listed(language, [language_name(language, tag) for tag in line.languages if tag == "zh"]),
        f"{text(language, 'page.help.whatsapp')} {line.whatsapp}" if line.whatsapp else None,
    ]
    words = " · ".join(str(escape(one)) for one in said if one)
    digits = "".join(one for one in line.number or "" if one in "+0123456789")
    return f'<li><a href="tel:{digits}">{escape(line.number or "")}</a> {words}</li>'


def _static(name: str) -> str:
    return (files("registry.ranges") / "static" / name).read_text(encoding="utf-8")


def _build_payload(
    session: Session, tree: Iterable[tuple[str, bytes]], lists: list[Mapping[str, str]], both: tuple[Language, Language]
) -> dict[str, Any]:
    snapshot = snapshot_at(session)
    ends = {one["country"]: read_instant(one["until"]) for one in lists}
    agencies, sets, texts = Table(), Table(), Table()
    keys, of, who = bytearray(), [], []
    homes: set[str] = {"CN"}
    # Files come in the order of their prefixes, and entries in that of their hashes.
    for entry, records in _entries(tree):
        keys += bytes.fromhex(entry["h"])[:HASH_BYTES]
        holders = [_agency(records[one["record"]]) for one in entry["holders"]]
        homes.update(holder[1] for holder in holders)
        places = [agencies.place(holder) for holder in holders]
        who.append(places[0] if len(places) == 1 else places)
        answers = [_answer(one, [h[1] for h in holders], ends, snapshot, texts, both) for one in entry["answers"]]
        of.append(sets.place(answers))
    return {
        "keys": b64encode(bytes(keys)).decode(),
        "of": of,
        "who": who,
        "agencies": agencies.values,
        "simpler": _simpler("".join(name for name, _, _ in agencies.values)),
        "sets": sets.values,
        "texts": texts.values,
        # Every state that somebody may be sent to, also where no list is held: that is an answer, too.
        "destinations": _in_order(EU_STATES),
        "homes": {code: country_name(both[0], code) for code in sorted(homes | EU_STATES)},
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


def _simpler(names: str) -> tuple[str, str]:
    """Traditional characters and, place by place, the simplified ones, as far as either stands in the names."""
    present = set(names)
    pairs = [(chr(old), new) for old, new in simpler_characters().items() if len(new) == 1]
    kept = [pair for pair in pairs if present.intersection(pair)]
    return "".join(old for old, _ in kept), "".join(new for _, new in kept)


def _answer(
    answer: Mapping[str, Any],
    countries: Iterable[str],
    ends: Mapping[str, datetime],
    snapshot: SourceSnapshot,
    texts: Table,
    both: tuple[Language, Language],
) -> tuple[str, str, str, list[int]]:
    """Destination, verdict, last day and places of its sentences."""
    lasts = [date.fromisoformat(answer["until"])] if "until" in answer else []
    concerned = {answer["origin"], answer.get("destination"), *countries}
    lasts += [rules.easternmost_day(ends[one]) - timedelta(days=1) for one in concerned if one in ends]
    sentences = []
    for one in answer["reasons"]:
        finding = Finding(Reason(one["code"]), one.get("values", {}))
        if not one.get("informs") or finding.code in _SAID_BESIDE:
            words = [reason_text(language, finding, snapshot, answer=Answer(answer["verdict"])) for language in both]
            sentences.append(texts.place(words))
    last = min(lasts).isoformat() if lasts else ""
    return answer.get("destination", ""), answer["verdict"], last, sentences
