"""Whether an epoch of range files is what the log's entries imply: files rebuilt from the copy that a monitor keeps.

All keys of legal persons follow from the log, and what a file says of them. Of natural persons the log holds digests: of them
only that each stands in the log. Answers are made from law too, which the log names by its digest: of a yes is looked whether
a licence is in force.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from registry_client.entries import YES, status_on
from registry_client.network import Fetch, Unreachable
from registry_client.ranges import (
    CURRENT_LIMIT,
    FILE_LIMIT,
    HASH_HEX,
    KEY,
    Epoch,
    fetched,
    key_hash,
    key_of,
    path_down,
    proven_epoch,
    spelled_prefix,
    whole_file,
)
from registry_client.store import Store
from registry_client.strict import (
    Refused,
    Unreadable,
    canonical,
    day_of,
    parsed_day,
    parsed_instant,
    read_object,
    text_of,
)
from registry_client.tree import leaf_hash
from registry_client.trust import Trust
from registry_client.verdicts import Verdict

LAG = 3600
"""Seconds for which something may stand in the log and not in the newest epoch."""
MAX_FINDINGS = 20
LEGAL = "legal_person"

_OF_AGENCY = ("agency_id", "country", "role", "holder_kind", "dissolved_on")
_OF_NAME = ("name", "script", "kind", "from", "to")
_OF_LICENCE = (
    "licence_id", "authority", "country", "kind", "valid_from", "valid_to", "corridors", "sectors", "activities", "source",
    "retrieved_at",
)  # fmt: skip
_OF_STATUS = ("status", "from", "to", "until", "is_stayed", "publish_until")
_OF_CONDITION = ("code", "sectors", "destinations")


@dataclass(slots=True)
class Implied:
    """What the log says of an agency: its own record, its licences by reference, and its keys as {hash: licences}."""

    record: Mapping[str, Any]
    licences: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)

    @property
    def is_legal(self) -> bool:
        return self.record.get("holder_kind") == LEGAL

    def add_key(self, kind: str, number: str, country: str | None = None, licence: str | None = None) -> None:
        try:
            hash_ = key_hash(key_of(kind, number, country)).hex()[:HASH_HEX]
        except Unreadable:
            return
        named = self.keys.setdefault(hash_, set())
        if licence is not None:
            named.add(licence)


def check_ranges(
    fetch: Fetch,
    trust: Trust,
    store: Store,
    at: int,
    count: int | None,
    verdict: Verdict,
    evidence: Path | None = None,
) -> None:
    """Hold `count` files of the newest epoch, drawn by lot, to the log; with None all of them, and so the whole manifest.

    Files that say otherwise than the log are kept in the folder `evidence`, with all that leads from the signed log to them.
    """
    way: dict[str, bytes] = {}

    def fetch_way(path: str, limit: int) -> bytes:
        """What many files share is fetched once."""
        if path not in way:
            way[path] = fetch(path, limit)
        return way[path]

    latest = store.latest(KEY, store.size)
    if latest is None:
        verdict.good("no_ranges")
        return
    try:
        epoch = _current(fetch_way, trust, store, verdict)
        if epoch is None:
            return
        _judge_age(epoch, latest[0], store, at, verdict)
        drawn = range(1 << epoch.bits) if count is None else _drawn(count, 1 << epoch.bits)
        differing = _compare(fetch, fetch_way, epoch, sorted(drawn), store, verdict)
        if differing and evidence is not None:
            _keep(evidence, {**way, **differing})
            verdict.note("range_evidence", folder=str(evidence))
    except Refused as error:
        verdict.refused(error)
    except Unreadable as error:
        verdict.bad("range_unreadable", why=str(error))
    except Unreachable as error:
        verdict.unknown("unreachable", why=str(error))


def _drawn(count: int, files: int) -> Iterable[int]:
    """By lot, so that no one can tell beforehand which files are looked at."""
    return secrets.SystemRandom().sample(range(files), min(count, files))


def _current(fetch: Fetch, trust: Trust, store: Store, verdict: Verdict) -> Epoch | None:
    """The epoch that is shown, if the copy of the log holds it too."""
    data = fetched(fetch, "/ranges/current", CURRENT_LIMIT, "current")
    epoch = proven_epoch(data, trust)
    if epoch.index >= store.size:
        verdict.unknown("range_beyond_head", epoch=epoch.number, index=epoch.index, head=store.size)
        return None
    entry = text_of(read_object(data, "current").get("entry"), "current: entry")
    if store.leaf_hash(epoch.index) != leaf_hash(entry.encode()):
        raise Refused("range_forked", epoch=epoch.number)
    return epoch


def _judge_age(epoch: Epoch, latest: int, store: Store, at: int, verdict: Verdict) -> None:
    """An older epoch than the log's newest, or one that leaves out what was logged long ago, holds something back."""
    if epoch.index < latest and is_old(store, latest, at):
        verdict.bad("range_older_shown", epoch=epoch.number, index=latest)
    for index, key in store.keys_between(epoch.log_size, store.size):
        if key.startswith(("agency/", "licence/", "agreement/")):
            # Entries beside the epoch's own making may be in its files or not.
            if is_old(store, index, at) and index > epoch.index:
                verdict.bad("range_holds_back", epoch=epoch.number, index=index, key=key)
            return


def is_old(store: Store, index: int, at: int) -> bool:
    """Whether what an entry published must have reached every reader."""
    logged = store.at_of(index)
    return logged is not None and parsed_instant(logged, "entry: at") < at - LAG


def _keep(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files at the paths they were served at, so that any reader of range files can prove from them what was signed."""
    for path, body in files.items():
        file = folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}")
        draft.write_bytes(body)
        draft.replace(file)


def _compare(
    fetch: Fetch, fetch_way: Fetch, epoch: Epoch, prefixes: Sequence[int], store: Store, verdict: Verdict
) -> dict[str, bytes]:
    """Gives the files that say otherwise than the log, by their paths."""
    agencies = implied_by(store, epoch.log_size)
    # Of these the files may say what was before or what came while they were made.
    unsettled = {key.partition("/")[2] for _, key in store.keys_between(epoch.log_size, epoch.index)}
    unsettled = {ref for ref, one in agencies.items() if ref in unsettled or unsettled & set(one.licences)}
    expected: dict[int, dict[str, dict[str, set[str]]]] = {prefix: {} for prefix in prefixes}
    for reference, one in agencies.items():
        if one.is_legal:
            for hash_, licences in one.keys.items():
                prefix = int(hash_[:8], 16) >> (32 - epoch.bits)
                if prefix in expected:
                    expected[prefix].setdefault(hash_, {})[reference] = licences
    differing: list[tuple[str, dict[str, str | int]]] = []
    contradicting: dict[str, bytes] = {}
    keys = 0
    for prefix in prefixes:
        spelled = spelled_prefix(prefix, epoch.bits)
        leaf = path_down(fetch_way, epoch, prefix)
        body = fetched(fetch, f"/ranges/file/{leaf.hex()}", FILE_LIMIT, "file")
        if leaf_hash(body) != leaf:
            raise Refused("range_file_changed", prefix=spelled)
        entries, records = whole_file(body, epoch, prefix, spelled)
        keys += len(entries)
        found = list(_differences(spelled, entries, records, expected[prefix], agencies, unsettled, epoch))
        differing += found
        if found and len(contradicting) < MAX_FINDINGS:
            contradicting[f"/ranges/file/{leaf.hex()}"] = body
    if len(prefixes) == 1 << epoch.bits and keys != epoch.keys:
        differing.append(("range_count_differs", {"said": epoch.keys, "found": keys}))
    for code, values in differing[:MAX_FINDINGS]:
        verdict.bad(code, **values)
    if differing:
        verdict.bad("range_differs_in", epoch=epoch.number, count=len(differing))
        # It is signed: no later epoch mends it, and a kill between two rounds does not hide it.
        store.record_finding("range_differs_in", verdict.findings[-1].values, epoch.index)
    else:
        verdict.good("range_follows", epoch=epoch.number, files=len(prefixes), of=1 << epoch.bits, keys=keys)
    return contradicting


def implied_by(store: Store, size: int) -> dict[str, Implied]:
    """Every agency as the first `size` entries of the log state it."""
    found = {key.partition("/")[2]: Implied(record) for _, key, record in store.latest_of_kind("agency", size)}
    for _, key, record in store.latest_of_kind("licence", size):
        owner = found.get(str(record.get("agency_id")))
        if owner is not None:
            owner.licences[key.partition("/")[2]] = record
    for one in found.values():
        country = one.record.get("country")
        for stated in one.record.get("identifiers", ()):
            one.add_key(str(stated.get("scheme")), str(stated.get("value")), str(country))
        for reference, licence in one.licences.items():
            if "number" in licence:
                one.add_key("licence_number", str(licence["number"]), licence=reference)
    return found


Differing = tuple[str, dict[str, str | int]]


def _differences(
    spelled: str,
    entries: Mapping[str, Mapping[str, Any]],
    records: Sequence[Mapping[str, Any]],
    expected: Mapping[str, Mapping[str, set[str]]],
    agencies: Mapping[str, Implied],
    unsettled: set[str],
    epoch: Epoch,
) -> Iterator[Differing]:
    """What a file says otherwise than the log; expected are the keys of legal persons alone."""
    for hash_, wanted in expected.items():
        found = _holders(entries.get(hash_, {}), records)
        for reference, licences in wanted.items():
            if reference not in unsettled and found.get(reference) != licences:
                code = "range_key_differs" if reference in found else "range_key_missing"
                yield code, {"prefix": spelled, "key": hash_, "agency": reference}
    for hash_, entry in entries.items():
        holders = _holders(entry, records)
        for reference in holders:
            one = agencies.get(reference)
            is_implied = one is not None and (not one.is_legal or reference in expected.get(hash_, {}))
            if not is_implied and reference not in unsettled:
                yield "range_key_not_logged", {"prefix": spelled, "key": hash_, "agency": reference}
        if not unsettled & set(holders) and _is_unfounded(entry, holders, agencies, epoch):
            yield "range_answer_unfounded", {"prefix": spelled, "key": hash_}
    for record in records:
        reference = str(record.get("agency_id"))
        one = agencies.get(reference)
        if one is not None and reference not in unsettled:
            wrong = _differing_part(record, one, epoch)
            if wrong is not None:
                yield "range_record_differs", {"prefix": spelled, "agency": reference, "part": wrong}


def _holders(entry: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    return {
        str(records[one["record"]].get("agency_id")): set(one.get("licences", ())) for one in entry.get("holders", ())
    }


def _is_unfounded(
    entry: Mapping[str, Any], holders: Mapping[str, set[str]], agencies: Mapping[str, Implied], epoch: Epoch
) -> bool:
    """Whether a yes is answered of several agencies, or where no licence that counts is in force."""
    if all(one.get("verdict") != "yes" for one in entry.get("answers", ())):
        return False
    if len(holders) != 1:
        return True
    (reference, named), *_ = holders.items()
    one = agencies.get(reference)
    if one is None:
        return True
    today = day_of(epoch.made_at)
    days = [today + timedelta(days=shift) for shift in (-1, 0, 1)]
    licences = [record for licence, record in one.licences.items() if not named or licence in named]
    return not any(status_on(licence, one.record, day) in YES for licence in licences for day in days)


def _differing_part(record: Mapping[str, Any], one: Implied, epoch: Epoch) -> str | None:
    """The first part of a record that is not what the log says; None where all of it is."""
    if record.get("is_too_long") is True:
        return None
    for name in _OF_AGENCY:
        if record.get(name) != one.record.get(name):
            return name
    if one.is_legal:
        if _set(record.get("names"), _OF_NAME) != _set(one.record.get("names"), _OF_NAME):
            return "names"
        is_reviewed = any(stated.get("is_under_review") is True for stated in one.record.get("identifiers", ()))
        if (record.get("is_identifier_under_review") is True) != is_reviewed:
            return "is_identifier_under_review"
        if len(record.get("sanctions", ())) != len(one.record.get("sanctions", ())):
            return "sanctions"
        if _set(record.get("clone_warnings"), ("from", "to")) != _set(one.record.get("clone_warnings"), ("from", "to")):
            return "clone_warnings"
    elif "names" in record:
        return "names"
    stated = {str(licence.get("licence_id")): licence for licence in record.get("licences", ())}
    if set(stated) != set(one.licences):
        return "licences"
    for reference, licence in stated.items():
        wrong = _differing_licence(licence, one.licences[reference], epoch)
        if wrong is not None:
            return f"{reference}: {wrong}"
    return None


def _differing_licence(stated: Mapping[str, Any], logged: Mapping[str, Any], epoch: Epoch) -> str | None:
    for name in _OF_LICENCE:
        if _plain(stated.get(name)) != _plain(logged.get(name)):
            return name
    if "number" in stated and stated["number"] != logged.get("number"):
        return "number"
    if _set(stated.get("conditions"), _OF_CONDITION) != _set(logged.get("conditions"), _OF_CONDITION):
        return "conditions"
    periods, true = stated.get("status_history", ()), logged.get("status_history", ())
    if len(periods) != len(true):
        return "status_history"
    for period, other in zip(periods, true, strict=True):
        names: Sequence[str] = _OF_STATUS
        if "withheld" in period:
            # The law ends the publicity of a bad status; days remain.
            if "publish_until" not in other or parsed_day(other["publish_until"], "publish_until") >= day_of(
                epoch.made_at
            ) + timedelta(days=1):
                return "status_history"
            names = ("from", "to")
        if any(period.get(name) != other.get(name) for name in names):
            return "status_history"
    return None


def _plain(value: Any) -> Any:
    """A list that has no order of its own, in one order."""
    return sorted(map(canonical, value)) if isinstance(value, list) else value


def _set(parts: Iterable[Mapping[str, Any]] | None, names: Sequence[str]) -> list[bytes]:
    """Parts of a record by some of their fields, in one order."""
    found = [{name: _plain_text(part[name]) for name in names if name in part} for part in parts or ()]
    return sorted(map(canonical, found))


def _plain_text(value: Any) -> Any:
    return (
        sorted(value)
        if isinstance(value, list) and all(isinstance(one, str) for one in value)
        else ([one.decode() for one in sorted(map(canonical, value))] if isinstance(value, list) else value)
    )
