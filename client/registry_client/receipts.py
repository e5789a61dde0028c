"""Check receipts: what the registry answered to one question, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry_client.entries import KeyRecord, safe_text
from registry_client.keys import judge_key_of_receipt
from registry_client.network import Unreachable
from registry_client.notes import read_checkpoint, verify_checkpoint
from registry_client.proving import judge_head
from registry_client.remote import RemoteLog
from registry_client.store import Store
from registry_client.strict import (
    SKEW,
    Refused,
    Unreadable,
    from_base64,
    instant_of,
    instant_text,
    list_of,
    object_of,
    text_of,
    whole_number,
)
from registry_client.tokens import key_of, read_token, require_certified_at
from registry_client.trust import Trust
from registry_client.verdicts import Report, Verdict

TYPE = "registry-receipt+jwt"
ANSWERS = ("yes", "no", "unknown")


def judge_receipt(
    text: str,
    trust: Trust,
    report: Report,
    keys: Mapping[str, KeyRecord],
    remote: RemoteLog | None = None,
    store: Store | None = None,
) -> Report:
    """Fill the report. Raises Unreadable."""
    what = "receipt"
    try:
        found = read_signed(text, TYPE, what, trust)
        signed = _signed(found.payload, found.iat)
    except Refused as error:
        report.issued.refused(error)
        report.logged.unknown("not_asked")
        report.in_force.unknown("not_asked")
        return report
    judge_signed(found, what, trust, report, keys, remote, store)
    report.signed = signed
    judge_answer(str(found.payload["verdict"]), safe_text(found.payload["on"], 20), found.iat, report)
    return report


@dataclass(frozen=True, slots=True)
class Signed:
    """What the receipt key signed, after its signature, certificate, issuer and log were checked."""

    payload: Mapping[str, Any]
    kid: str
    iat: int
    log: Mapping[str, Any]


def read_signed(text: str, typ: str, what: str, trust: Trust) -> Signed:
    """A receipt, or a manifest of many. Raises Refused and Unreadable."""
    token = read_token(text.strip(), what)
    payload = token.payload
    key = key_of(token, typ, trust)
    iat = instant_of(payload.get("iat"), f"{what}: iat")
    require_certified_at(key, iat)
    if payload.get("v") != 1 or isinstance(payload.get("v"), bool):
        raise Unreadable(f"{what}: version {str(payload.get('v'))[:20]} is not known here")
    if payload.get("iss") != trust.issuer:
        raise Refused("claim_wrong", name="iss")
    log = object_of(payload.get("log"), f"{what}: log")
    if log.get("origin") != trust.origin:
        raise Refused("another_log", origin=str(log.get("origin"))[:80], expected=trust.origin)
    return Signed(payload, key.kid, iat, log)


def judge_signed(
    found: Signed,
    what: str,
    trust: Trust,
    report: Report,
    keys: Mapping[str, KeyRecord],
    remote: RemoteLog | None,
    store: Store | None,
) -> None:
    """What the log says of the key, and whether the head that is named is one of the log's. Raises Unreadable."""
    report.issued.good("signed_by", kid=found.kid, signed=instant_text(found.iat))
    size = whole_number(found.log.get("size"), f"{what}: log: size")
    judge_key_of_receipt(keys.get(found.kid), found.kid, size, report.issued)
    root = from_base64(found.log.get("root"), f"{what}: log: root")
    _judge_head_named(size, root, trust, report.logged, remote, store)


def judge_answer(answer: str, day: str, iat: int, report: Report) -> None:
    """A receipt says how things stood when it was signed; of any other time it says nothing."""
    values = {"answer": answer, "day": day, "signed": instant_text(iat)}
    match answer:
        case "yes":
            report.in_force.good("answered", **values)
        case "no":
            report.in_force.bad("answered", **values)
        case _:
            report.in_force.unknown("answered", **values)
    report.in_force.note("of_that_time_only", signed=values["signed"])
    if iat > report.at + SKEW:
        report.in_force.unknown("issued_later", signed=values["signed"], at=instant_text(report.at))


def _signed(payload: Mapping[str, Any], iat: int) -> tuple[tuple[str, str], ...]:
    what = "receipt"
    question = object_of(payload.get("question"), f"{what}: question")
    reasons = list_of(payload.get("reasons"), f"{what}: reasons")
    records = list_of(payload.get("records"), f"{what}: records")
    if payload.get("verdict") not in ANSWERS:
        raise Unreadable(f"{what}: verdict must be one of {', '.join(ANSWERS)}")
    lines = [("registry", str(payload["iss"])), ("asked_at", instant_text(iat))]
    lines += [("question", f"{name} = {value}") for name, value in sorted(question.items())]
    lines.append(("answer", str(payload["verdict"])))
    if "may_continue_existing_placements" in payload:
        lines.append(("existing_placements", str(payload["may_continue_existing_placements"])))
    lines.append(("reasons", ", ".join(str(reason) for reason in reasons) or "-"))
    lines.append(("day", text_of(payload.get("on"), f"{what}: on")))
    for record in records:
        one = object_of(record, f"{what}: records")
        lines.append(("record", f"{one.get('agency_id')} sha256 {one.get('sha256')}"))
    return tuple((label, safe_text(value)) for label, value in lines)


def _judge_head_named(
    size: int, root: bytes, trust: Trust, verdict: Verdict, remote: RemoteLog | None, store: Store | None
) -> None:
    """Whether the head the receipt names is one of the log's: by a monitor's copy, or by the log over the network."""
    if store is not None and store.size >= size:
        if store.root_at(size) == root:
            verdict.good("head_in_copy", size=size)
        else:
            verdict.bad("head_differs", size=size)
        return
    if remote is None:
        verdict.unknown("head_not_checked", size=size)
        return
    try:
        seen = verify_checkpoint(read_checkpoint(remote.checkpoint_text()), trust.origin, trust.head_keys, trust.policy)
        if seen.checkpoint.size < size:
            verdict.unknown("head_beyond", size=size, published=seen.checkpoint.size)
        elif remote.is_extension(size, root, seen.checkpoint.size, seen.checkpoint.root):
            verdict.good("head_in_log", size=size, published=seen.checkpoint.size)
            judge_head(seen, verdict)
        else:
            verdict.bad("head_differs", size=size)
    except Refused as error:
        verdict.refused(error)
    except Unreachable as error:
        verdict.unknown("unreachable", why=str(error))
