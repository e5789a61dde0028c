"""One row of a list that was answered, with the hashes that lead from it to the root which the list's manifest signs."""

from collections.abc import Iterator, Mapping
from typing import Any

from registry_client.entries import KeyRecord, safe_text
from registry_client.manifests import TYPE
from registry_client.receipts import ANSWERS, judge_answer, judge_signed, read_signed
from registry_client.remote import RemoteLog
from registry_client.store import Store
from registry_client.strict import (
    Refused,
    Unreadable,
    from_base64,
    instant_of,
    instant_text,
    list_of,
    object_of,
    read_object,
    text_of,
    whole_number,
)
from registry_client.tree import leaf_hash, root_from_inclusion
from registry_client.trust import Trust
from registry_client.verdicts import Report

PARTS = ("statement", "path", "manifest")
"""By which a file is known to be one."""

MAX_STEPS = 64


def judge_row(
    content: Mapping[str, Any],
    trust: Trust,
    report: Report,
    keys: Mapping[str, KeyRecord],
    remote: RemoteLog | None = None,
    store: Store | None = None,
) -> Report:
    """Fill the report. Raises Unreadable."""
    what = "row"
    n, count = (whole_number(content.get(name), f"{what}: {name}") for name in ("n", "count"))
    statement = text_of(content.get("statement"), f"{what}: statement")
    steps = list_of(content.get("path"), f"{what}: path")
    if len(steps) > MAX_STEPS:
        raise Unreadable(f"{what}: path: more than {MAX_STEPS} hashes")
    path = [from_base64(step, f"{what}: path") for step in steps]
    try:
        found = read_signed(text_of(content.get("manifest"), f"{what}: manifest"), TYPE, "manifest", trust)
        signed_count = whole_number(found.payload.get("count"), "manifest: count")
        root = from_base64(found.payload.get("root"), "manifest: root")
        stated = read_object(statement, f"{what}: statement")
        if count != signed_count or root_from_inclusion(leaf_hash(statement.encode()), n, count, path) != root:
            raise Refused("row_not_signed", row=n)
        # The tree knows the place, and the statement says it too: a row is not shown for another.
        if stated.get("n") != n or isinstance(stated.get("n"), bool):
            raise Refused("row_misplaced", row=n)
    except Refused as error:
        report.issued.refused(error)
        report.logged.unknown("not_asked")
        report.in_force.unknown("not_asked")
        return report
    judge_signed(found, "manifest", trust, report, keys, remote, store)
    report.issued.good("row_signed", row=n, count=count)
    _judge_statement(stated, found.iat, report)
    head = (
        ("registry", str(found.payload["iss"])),
        ("list", text_of(found.payload.get("job"), "manifest: job")),
        ("row", f"{n} / {count}"),
    )
    report.signed = (*head, *((label, safe_text(value)) for label, value in _lines(stated)))
    return report


def _judge_statement(stated: Mapping[str, Any], signed_at: int, report: Report) -> None:
    if "errors" in stated:
        report.in_force.unknown("row_refused")
        return
    if stated.get("verdict") not in ANSWERS:
        raise Unreadable(f"row: statement: verdict must be one of {', '.join(ANSWERS)}")
    at = instant_of(stated.get("at"), "row: statement: at") if "at" in stated else signed_at
    legs = list_of(stated.get("legs", []), "row: statement: legs")
    days = [stated["on"]] if "on" in stated else [one.get("on") for one in legs if isinstance(one, dict)]
    day = text_of(days[0] if days else None, "row: statement: on")
    judge_answer(str(stated["verdict"]), day, at, report)


def _lines(stated: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    what = "row: statement"
    if stated.get("key") is not None:
        yield "key", str(stated["key"])
    if "at" in stated:
        yield "asked_at", instant_text(instant_of(stated["at"], f"{what}: at"))
    for name, value in sorted(object_of(stated.get("question", {}), f"{what}: question").items()):
        yield "question", f"{name} = {value}"
    if "errors" in stated:
        for one in list_of(stated["errors"], f"{what}: errors"):
            fault = object_of(one, f"{what}: errors")
            yield "refused", f"{fault.get('parameter')}: {fault.get('code')}"
        return
    yield "answer", str(stated.get("verdict"))
    legs = list_of(stated.get("legs", []), f"{what}: legs")
    for part in legs or [stated]:
        one = object_of(part, f"{what}: legs")
        reasons = ", ".join(str(reason) for reason in list_of(one.get("reasons"), f"{what}: reasons")) or "-"
        yield "reasons", f"{one.get('leg')}: {one.get('verdict')}: {reasons}" if legs else reasons
        yield "day", text_of(one.get("on"), f"{what}: on")
        for record in list_of(one.get("records"), f"{what}: records"):
            about = object_of(record, f"{what}: records")
            yield "record", f"{about.get('agency_id')} sha256 {about.get('sha256')}"
