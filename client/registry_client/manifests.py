"""Manifests: one signature over the answers to a whole list, and the file of statements it is about."""

import json
from collections.abc import Mapping
from pathlib import Path

from registry_client.entries import KeyRecord
from registry_client.receipts import judge_signed, read_signed
from registry_client.remote import RemoteLog
from registry_client.store import Store
from registry_client.strict import (
    SKEW,
    Refused,
    Unreadable,
    from_base64,
    instant_text,
    object_of,
    text_of,
    whole_number,
)
from registry_client.tree import Frontier, leaf_hash
from registry_client.trust import Trust
from registry_client.verdicts import Report, Verdict

TYPE = "registry-manifest+jwt"
MAX_LINE = 4 * 1024 * 1024
"""Bytes of the longest statement."""


def judge_manifest(
    text: str,
    trust: Trust,
    report: Report,
    keys: Mapping[str, KeyRecord],
    remote: RemoteLog | None = None,
    store: Store | None = None,
    statements: Path | None = None,
) -> Report:
    """Fill the report. Raises Unreadable."""
    what = "manifest"
    try:
        found = read_signed(text, TYPE, what, trust)
    except Refused as error:
        report.issued.refused(error)
        report.logged.unknown("not_asked")
        report.in_force.unknown("not_asked")
        return report
    payload = found.payload
    count = whole_number(payload.get("count"), f"{what}: count")
    root = from_base64(payload.get("root"), f"{what}: root")
    counts = object_of(payload.get("counts"), f"{what}: counts")
    given = {name: whole_number(counts.get(name), f"{what}: counts: {name}") for name in ("yes", "no", "unknown")}
    judge_signed(found, what, trust, report, keys, remote, store)
    if statements is None:
        report.issued.unknown("statements_not_here", count=count)
    else:
        _judge_statements(statements, count, root, report.issued)
    signed = instant_text(found.iat)
    report.in_force.good("rows_answered", signed=signed, **given)
    report.in_force.note("of_that_time_only", signed=signed)
    if found.iat > report.at + SKEW:
        report.in_force.unknown("issued_later", signed=signed, at=instant_text(report.at))
    report.signed = (
        ("registry", str(payload["iss"])),
        ("asked_at", signed),
        ("list", text_of(payload.get("job"), f"{what}: job")),
        ("kind", text_of(payload.get("kind"), f"{what}: kind")),
        ("rows", str(count)),
        ("root", root.hex()),
    )
    return report


def _judge_statements(path: Path, count: int, root: bytes, verdict: Verdict) -> None:
    """All of them, in their order, and none other. The first that stands in a wrong place is named."""
    tree = Frontier()
    misplaced: int | None = None
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_LINE):
                if len(line) == MAX_LINE:
                    raise Unreadable(f"{path}: line {tree.size + 1}: more than {MAX_LINE} bytes")
                if misplaced is None and _place_of(line) != tree.size:
                    misplaced = tree.size + 1
                tree.add(leaf_hash(line.removesuffix(b"\n")))
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    if tree.size == count and tree.root() == root and misplaced is None:
        verdict.good("statements_whole", count=count)
    elif misplaced is not None:
        verdict.bad("statement_misplaced", line=misplaced)
    elif tree.size != count:
        verdict.bad("statements_missing", count=count, found=tree.size)
    else:
        verdict.bad("statements_differ", count=count)


def _place_of(line: bytes) -> object:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    place = found.get("n") if isinstance(found, dict) else None
    return None if isinstance(place, bool) else place
