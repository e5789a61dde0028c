"""Examples of openings: asked for, agreed to by another, looked at, closed."""

from registry.api.officers.party_examples import CASE, NO_FILE
from registry.api.officers.story import DeskExample, example

CUSTODIAN = "CUSTXDAN2222"
GLASS, WHO = "XPENNG222222", "XPENNGWHX222"
_CASE, _ONE = "/cases/{case_id}/access-grants", "/access-grants/{grant_id}"


def _ask(operation: str, name: str, summary: str, step: str, **more: object) -> DeskExample:
    stated: dict[str, object] = {"path": {"case_id": CASE}, "version": 2, "who": "writer", "status": 201}
    return example(operation, name, summary, f"{_CASE}/{step}", "POST", **stated | more)


def _step(operation: str, name: str, summary: str, step: str, of: str, **more: object) -> DeskExample:
    return example(
        operation, name, summary, f"{_ONE}/{step}", str(more.pop("method", "POST")), path={"grant_id": of}, **more
    )


OPENINGS = (
    _ask(
        "requestBreakGlass", "night", "Somebody is in danger tonight", "break-glass",
        body={"hours": 4, "reason": "Her sister cannot reach her since Sunday."}, keeps={"grant_id": GLASS},
    ),
    _step("decideAccessGrant", "hours", "For four hours", "decide", GLASS, who="custodian", version=1, body={"is_granted": True}),
    _step("getAccessGrantContent", "glass", "All of the case, and who wrote", "content", GLASS, method="GET", who="writer"),
    _step("closeAccessGrant", "found", "The complainant was found", "close", GLASS, who="writer", version=2),
    _ask(
        "requestIdentity", "call", "To call the complainant", "identity",
        body={"reason": "The inspectorate goes there tomorrow."}, keeps={"grant_id": WHO},
    ),
    example("listAccessGrants", "two", "What was asked for", "/access-grants", who="custodian"),
    _step(
        "decideAccessGrant", "twice", "What is over is not decided about", "decide", GLASS, who="custodian", version=3,
        body={"is_granted": True}, status=409,
    ),
    _step("decideAccessGrant", "look", "One look", "decide", WHO, who="custodian", version=1, body={"is_granted": True}),
    _step("endAccessGrant", "early", "Closed before its time", "end", WHO, who="custodian", version=2),
    _ask(
        "requestOriginal", "none", "There is no such file", "original",
        body={"attachment_id": NO_FILE, "reason": "The stamp cannot be read on the copy."}, status=404,
    ),
    _step("downloadOriginal", "none", "No file is open", "file", WHO, method="GET", who="writer", status=404),
)  # fmt: skip
