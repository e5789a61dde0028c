"""The three verdicts of a licence: from its credential or its code on paper, and from whatever stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Any

from registry_client.claims import Claim, corridor_text
from registry_client.entries import PLACES, YES, KeyRecord, day_after, has_run_out, key_record, status_on, status_value
from registry_client.keys import judge_key
from registry_client.proving import Proven, judge_head, prove
from registry_client.status import StatusList, judge_freshness, judge_value, read_status_list
from registry_client.strict import (
    SKEW,
    Refused,
    Unreadable,
    canonical,
    days_of,
    from_base64,
    instant_text,
    list_of,
    object_of,
    parsed_day,
    parsed_instant,
    read_object,
    text_of,
)
from registry_client.trust import Trust, jwk_of
from registry_client.verdicts import Report, Verdict


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands beside a claim. `own` is the entry the claim points to, `latest` the licence's latest, both proven;
    `refused` are the reasons why something given was no evidence."""

    own: Proven | None = None
    latest: Proven | None = None
    agency: Proven | None = None
    keys: Mapping[str, KeyRecord] = field(default_factory=dict)
    status: StatusList | None = None
    refused: tuple[Refused, ...] = ()
    refused_status: Refused | None = None


BUNDLE = ("v", "credential", "status", "entry", "proof", "agency_entry", "agency_proof", "keys")
KEYS_LIMIT = 16


@dataclass(frozen=True, slots=True)
class Bundle:
    """`time` is what it says of when its entries existed."""

    credential: str
    evidence: Evidence
    time: Mapping[str, Any] | None = None


def read_bundle(data: bytes | str, trust: Trust) -> Bundle:
    """Raises Unreadable; what can be read and is not genuine is kept as a reason."""
    what = "bundle"
    content = read_object(data, what)
    missing = [name for name in BUNDLE if name not in content]
    if missing:
        raise Unreadable(f"{what}: {', '.join(missing)} missing")
    if content["v"] != 1 or isinstance(content["v"], bool):
        raise Unreadable(f"{what}: version {str(content['v'])[:20]} is not known here; this program reads version 1")
    refused: list[Refused] = []

    def proven(holder: Mapping[str, Any], entry: str, proof: str, where: str) -> Proven | None:
        leaf = from_base64(holder.get(entry), f"{where}: {entry}")
        try:
            return prove(leaf, text_of(holder.get(proof), f"{where}: {proof}"), trust, f"{where}: {entry}")
        except Refused as error:
            refused.append(error)
            return None

    latest = proven(content, "entry", "proof", what)
    agency = proven(content, "agency_entry", "agency_proof", what)
    parts = list_of(content["keys"], f"{what}: keys")
    if len(parts) > KEYS_LIMIT:
        raise Unreadable(f"{what}: keys: more than {KEYS_LIMIT}")
    found = [
        proven(object_of(part, f"{what}: keys"), "entry", "proof", f"{what}: keys: {number}")
        for number, part in enumerate(parts)
    ]
    records = [key_record(one.entry, f"{what}: keys") for one in found if one is not None]
    status, refused_status = None, None
    try:
        status = read_status_list(text_of(content["status"], f"{what}: status"), trust)
    except Refused as error:
        refused_status = error
    keys = {record.kid: record for record in sorted(records, key=lambda one: one.index)}
    evidence = Evidence(latest, latest, agency, keys, status, tuple(refused), refused_status)
    stated = object_of(content["time"], f"{what}: time") if "time" in content else None
    return Bundle(text_of(content["credential"], f"{what}: credential"), evidence, stated)


def judge_licence(claim: Claim, evidence: Evidence, report: Report, *, needs_key: bool = False) -> Report:
    """Fill the report. `needs_key`: the log's word on the signing key should be here, so that its absence is unknown."""
    own = evidence.own
    if own is not None and own.entry.index != claim.index:
        own = None
    is_proven = own is not None and _is_own(claim, own) and not _differing(claim, own)
    report.issued.good("signed_by", kid=claim.key.kid, signed=instant_text(claim.iat))
    record = evidence.keys.get(claim.key.kid)
    if record is None and needs_key:
        report.issued.unknown("key_entry_missing", kid=claim.key.kid)
    elif record is not None and (record.use != "credential" or record.public != jwk_of(claim.key.public)):
        report.issued.bad("key_for_another_use", kid=claim.key.kid)
    else:
        judge_key(record, claim.key.kid, claim.iat, claim.index, is_proven, report.issued)
    _judge_logged(claim, evidence, own, report.logged)
    latest = evidence.latest
    if latest is not None and (latest.entry.key != f"licence/{claim.licence_id}" or latest.entry.index < claim.index):
        latest = None
    _judge_in_force(claim, replace(evidence, latest=latest), report)
    report.signed = claim.signed
    return report


def _is_own(claim: Claim, own: Proven) -> bool:
    return own.leaf_hash.startswith(claim.leaf) and own.entry.key == f"licence/{claim.licence_id}"


def _judge_logged(claim: Claim, evidence: Evidence, own: Proven | None, verdict: Verdict) -> None:
    for error in evidence.refused:
        verdict.refused(error)
    latest = evidence.latest
    if own is None:
        if latest is None:
            if not evidence.refused:
                verdict.unknown("no_proof", index=claim.index)
        elif latest.entry.key != f"licence/{claim.licence_id}":
            verdict.bad("entry_of_another", key=latest.entry.key)
        else:
            verdict.unknown("own_entry_not_proven", index=claim.index, other=latest.entry.index)
        return
    if own.entry.key != f"licence/{claim.licence_id}":
        verdict.bad("entry_of_another", key=own.entry.key)
    elif not own.leaf_hash.startswith(claim.leaf):
        verdict.bad("leaf_differs", index=claim.index)
    else:
        for name in _differing(claim, own):
            verdict.bad("content_differs", name=name, index=claim.index)
        _judge_holder(claim, own, evidence.agency, verdict)
        verdict.good("in_log", index=claim.index, size=own.seen.checkpoint.size)
        judge_head(own.seen, verdict)


def _differing(claim: Claim, own: Proven) -> list[str]:
    """Names of what the claim says otherwise than its own entry."""
    record: dict[str, Any] = {name: part for name, part in own.entry.record.items() if name != "status_history"}
    statement = dict(claim.said)
    if "licence_id" not in statement:
        # A code on paper says little, and its corridors in short.
        record = {name: record[name] for name in ("number", "kind", "country", "corridors") if name in record}
        if "corridors" in record:
            stated = list_of(record["corridors"], "entry: corridors")
            record["corridors"] = sorted(corridor_text(object_of(one, "entry: corridors")) for one in stated)
        if "corridors" in statement:
            statement["corridors"] = sorted(statement["corridors"])
    wrong = [
        name
        for name in sorted(set(record) | set(statement))
        if canonical(record.get(name)) != canonical(statement.get(name))
    ]
    place = own.entry.record.get("status_place")
    if (
        not isinstance(place, int)
        or place % PLACES != claim.place
        or claim.address.rpartition("/")[2] != str(place // PLACES)
    ):
        wrong.append("status_place")
    wrong += [] if _term_fits(claim.nbf, own.entry.record.get("valid_from"), False) else ["nbf"]
    wrong += [] if _term_fits(claim.exp, own.entry.record.get("valid_to"), True) else ["exp"]
    return wrong


HALF_THE_WORLD = 14 * 3600
"""No place is further than fourteen hours from UTC."""


def _term_fits(claimed: int | None, day: object, is_last: bool) -> bool:
    """Whether an instant is midnight, somewhere on earth, of the day or of the one after it."""
    if claimed is None or day is None:
        return (claimed is None) == (day is None)
    begin = day_after(day) if is_last else parsed_day(day, "valid_from")
    if begin is None:
        return True
    return abs(claimed - int(datetime.combine(begin, time(), UTC).timestamp())) <= HALF_THE_WORLD


def _judge_holder(claim: Claim, own: Proven, agency: Proven | None, verdict: Verdict) -> None:
    holder = own.entry.record.get("agency_id")
    if agency is None:
        if claim.holder:
            verdict.unknown("holder_not_proven")
        return
    record = agency.entry.record
    if agency.entry.key != f"agency/{holder}":
        verdict.bad("entry_of_another", key=agency.entry.key)
        return
    wrong = [
        name
        for name in ("agency_id", "country", "role")
        if name in claim.holder and claim.holder[name] != record.get(name)
    ]
    names = list_of(record.get("names", []), "agency_entry: names")
    logged = {str(name.get("name")) for name in names if isinstance(name, dict)}
    claimed = claim.holder.get("names", [claim.holder["holder"]] if "holder" in claim.holder else [])
    if not {str(name) for name in claimed} <= logged:
        wrong.append("names")
    is_newer = parsed_instant(agency.entry.at, "agency_entry: at") > claim.iat
    for name in wrong:
        if is_newer:
            verdict.unknown("holder_changed_since", name=name)
        else:
            verdict.bad("content_differs", name=name, index=agency.entry.index)


def _judge_in_force(claim: Claim, evidence: Evidence, report: Report) -> None:
    verdict, at, latest = report.in_force, report.at, evidence.latest
    holder = {} if evidence.agency is None else evidence.agency.entry.record
    status = None if latest is None else _status_at(latest.entry.record, holder, at)
    if claim.iat > at + SKEW:
        verdict.unknown("issued_later", signed=instant_text(claim.iat), at=instant_text(at))
    if claim.nbf is not None and at < claim.nbf:
        verdict.bad("not_yet_valid", begins=instant_text(claim.nbf), at=instant_text(at))
    if claim.exp is not None and at >= claim.exp:
        if status == "renewal_pending_deemed_valid":
            verdict.note("deemed_valid", ended=instant_text(claim.exp))
        else:
            verdict.bad("term_ended", ended=instant_text(claim.exp), at=instant_text(at))
    if latest is not None:
        _judge_stated(status, latest.entry.index, verdict)
    found = judge_status(claim.address, claim.place, evidence, report)
    if found is not None and latest is not None and latest.entry.index < found.size:
        then = [status_value(latest.entry.record, holder, day) for day in days_of(found.iat)]
        if found.value(claim.place) not in then:
            verdict.note("status_and_entry_differ", index=latest.entry.index)


def judge_status(address: str, place: int, evidence: Evidence, report: Report) -> StatusList | None:
    """Judge a place by the list that was found of `address`. Gives the list where it says something at that instant."""
    verdict, found = report.in_force, evidence.status
    if evidence.refused_status is not None:
        verdict.bad("status_not_genuine")
        verdict.refused(evidence.refused_status)
    elif found is None:
        verdict.unknown("no_status", address=address)
    elif found.address != address:
        verdict.unknown("status_of_another_list", found=found.address, expected=address)
    elif judge_freshness(found, report.at, evidence.keys, verdict):
        judge_value(found, place, verdict)
        return found
    return None


def _status_at(licence: Mapping[str, Any], holder: Mapping[str, Any], at: int) -> str | None:
    """The status that an entry states for an instant; where one day has it in force and another not, the latter.

    The end of the term is an instant of the claim.
    """
    stated = [status_on(licence, holder, day) for day in days_of(at)]
    ended = stated[1] == "expired" and has_run_out(licence, days_of(at)[1])
    return stated[0] if ended or stated[1] in YES else stated[1]


def _judge_stated(status: str | None, index: int, verdict: Verdict) -> None:
    """What the latest entry states: it may find a licence out of force, and never in force alone."""
    if status is None:
        verdict.unknown("status_not_stated", index=index)
    elif status in YES:
        verdict.note("status_stated", status=status, index=index)
    elif status in ("delisted", "revocation_pending_appeal"):
        verdict.unknown("status_stated", status=status, index=index)
    else:
        verdict.bad("status_stated", status=status, index=index)
