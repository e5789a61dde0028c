"""`verify --private`: what is asked, printed and remembered by a lookup that tells no one the number."""

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from registry_client.entries import safe_text
from registry_client.network import fetcher
from registry_client.ranges import PrivateAnswer, key_of, look_up
from registry_client.seen import SeenLog
from registry_client.strict import Refused, Unreadable, instant_text, parsed_instant
from registry_client.texts import PRIVATE, REASONS
from registry_client.trust import is_address, read_trust

YES, NO, UNKNOWN, DOES_NOT_HOLD = 0, 1, 3, 4


def run(options: argparse.Namespace, trust_data: bytes, program: str) -> int:
    """Look the number up and print what was found. Raises Unreadable, Unreachable."""
    trust = read_trust(trust_data, options.trust)
    key = _key(options)
    at = int(time.time()) if options.at is None else parsed_instant(options.at, "--at")
    address = (options.url or trust.issuer).rstrip("/")
    if not is_address(address):
        raise Unreadable(f"{address}: an address like https://registry.example.org is expected")
    words = Sentences(options.lang)
    try:
        found = look_up(fetcher(address, is_compressed=True), trust, key, at)
        if (seen := SeenLog.of(options.seen, trust)) is not None:
            seen.hold_epoch(found.epoch)
    except Refused as refused:
        text = words.of(refused.code, **refused.values)
        print(json.dumps({"state": "bad", "code": refused.code, "text": text}) if options.json else f"BAD      {text}")
        return DOES_NOT_HOLD
    if options.json:
        print(json.dumps(_plain(found, options.destination), ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines_of(found, options.destination, words)))
    return _exit_of(found, options.destination)


def _key(options: argparse.Namespace) -> str:
    given = {
        kind: value
        for kind in ("licence_number", "uscc", "vat", "lei", "euid", "registration_number")
        if (value := getattr(options, kind)) is not None
    }
    if len(given) != 1:
        raise Unreadable("verify --private: one number is looked up: NUMBER, or one option such as --vat")
    kind, value = given.popitem()
    return key_of(kind, value, options.country)


class Sentences:
    """The sentences of a private lookup, in English or Chinese."""

    def __init__(self, language: str) -> None:
        self._column = 1 if language.startswith("zh") else 0

    def of(self, code: str, **values: object) -> str:
        found = PRIVATE.get(code) or REASONS.get(code)
        stated = {name: safe_text(value) for name, value in values.items()}
        return found[self._column].format(**stated) if found else f"{code} {stated or ''}".strip()


def lines_of(found: PrivateAnswer, destination: str | None, words: Sentences) -> Iterator[str]:
    """The answer for people: what it is, on what it stands, and what went out of this machine."""
    epoch = found.epoch
    if found.state == "too_old":
        yield f"too old  {words.of(f'private_old_{found.why}', made=instant_text(epoch.made_at))}"
    elif found.state == "absent":
        yield f"absent   {words.of('private_absent', made=instant_text(epoch.made_at))}"
    for record in found.records:
        names = record.get("names", ())
        name = next((one["name"] for one in names), words.of("private_no_name"))
        yield safe_text(f"         {name} ({record.get('country')}, {record.get('agency_id')})")
    chosen = [one for one in found.answers if destination is None or one.get("destination") == destination]
    for one in chosen:
        yield safe_text(f"{one['verdict']:<9}{one['origin']} -> {one.get('destination', '*')}  {_until(one, words)}")
        for reason in one["reasons"]:
            values = ", ".join(f"{name}: {value}" for name, value in reason.get("values", {}).items())
            mark = " " if reason.get("informs") else "*"
            yield safe_text(f"         {mark} {reason['code']}{f' ({values})' if values else ''}")
    if found.state == "present" and not chosen:
        yield f"unknown  {words.of('private_no_answer', destination=destination or '-')}"
    yield "         " + words.of(
        "private_proof", epoch=epoch.number, index=epoch.index, size=epoch.size, file=found.file_hash[:16]
    )
    if not epoch.is_witnessed:
        yield "         " + words.of("private_not_witnessed")
    yield "         " + words.of("private_told", prefix=found.prefix, bits=epoch.bits, keys=found.keys_in_file)


def _until(answer: Mapping[str, Any], words: Sentences) -> str:
    return words.of("private_until", until=answer["until"]) if "until" in answer else ""


def _plain(found: PrivateAnswer, destination: str | None) -> dict[str, Any]:
    epoch = found.epoch
    answers = [one for one in found.answers if destination is None or one.get("destination") == destination]
    return {
        "state": found.state,
        "why": found.why,
        "answers": answers,
        "records": list(found.records),
        "proof": {
            "epoch": epoch.number, "root": epoch.root.hex(), "made_at": epoch.made_at, "index": epoch.index,
            "size": epoch.size, "file": found.file_hash, "is_witnessed": epoch.is_witnessed,
        },
        "told": {"prefix": found.prefix, "bits": epoch.bits, "keys": found.keys_in_file},
    }  # fmt: skip


def _exit_of(found: PrivateAnswer, destination: str | None) -> int:
    answer = found.answer_for(destination)
    if found.state != "present" or answer is None:
        return UNKNOWN
    return {"yes": YES, "no": NO}.get(answer["verdict"], UNKNOWN)
