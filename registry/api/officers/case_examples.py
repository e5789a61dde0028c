"""Examples of cases: one story, from the queue to a task."""

from registry.api.officers.party_examples import CASE, WRITER
from registry.api.officers.story import DeskExample, example

NO_TASK = "NXTASK222222"
_CASE = "/cases/{case_id}"


def _case(
    operation: str, name: str, summary: str, step: str, version: int | None = None, **more: object
) -> DeskExample:
    method = str(more.pop("method", "GET" if version is None else "POST"))
    stated: dict[str, object] = {"who": "writer", "path": {"case_id": CASE}, "version": version}
    if version is not None:
        stated["status"] = 204
    return example(operation, name, summary, f"{_CASE}{step}", method, **stated | more)


CASES = (
    example("listCases", "urgent", "What is most urgent", "/cases", query={"priority": "p0"}, who="writer"),
    _case("getCase", "new", "One that has just come", ""),
    _case(
        "assignCase", "writer", "Given to an investigator", "/assignee", 2, method="PUT", who="checker",
        body={"assignee": WRITER},
    ),
    _case("moveCase", "triage", "Taken into triage", "/moves", 3, body={"to": "in_triage"}),
    _case("moveCase", "illegal", "What the table has not", "/moves", 4, body={"to": "closed"}, status=409),
    _case("replyToCase", "word", "A message", "/messages", 4, body={"text": "We read it and look into it."}),
    _case("replyToCase", "stale", "Written of an older version", "/messages", 4, body={"text": "Twice."}, status=412),
    _case(
        "setCasePriority", "lower", "Lowering waits for another", "/priority", 5, method="PUT",
        body={"priority": "p2", "reason": "She is with friends."},
    ),
    _case("approveCaseLowering", "own", "Not by the officer who asked", "/lowering/approve", 6, status=409),
    _case("approveCaseLowering", "second", "By a second person", "/lowering/approve", 6, who="checker"),
    _case("refuseCaseLowering", "none", "None waits any more", "/lowering/refuse", 7, who="checker", status=404),
    _case("listCaseNotes", "none", "Nothing noted yet", "/notes"),
    _case("addCaseNote", "mondays", "A note", "/notes", 7, body={"text": "She calls on Mondays."}),
    _case(
        "addCaseTask", "call", "Something to be done", "/tasks", 8,
        body={"text": "Call the inspectorate.", "due_on": "2026-12-31"},
    ),
    _case(
        "updateCaseTask", "unknown", "There is no such task", "/tasks/{task_id}", 9, method="PUT",
        path={"case_id": CASE, "task_id": NO_TASK}, body={"is_done": True}, status=404,
    ),
    _case(
        "takeBackCaseTask", "unknown", "There is no such task", "/tasks/{task_id}/take-back", 9,
        path={"case_id": CASE, "task_id": NO_TASK}, status=404,
    ),
    _case(
        "takeBackCaseNote", "unknown", "There is no such note", "/notes/{note_id}/take-back", 9,
        path={"case_id": CASE, "note_id": NO_TASK}, status=404,
    ),
    _case(
        "setCaseAgency", "unknown", "The registry has no such agency", "/agency", 9, method="PUT",
        body={"agency_id": "NXAGENCY2222"}, status=400,
    ),
    _case(
        "setLegalHold", "court", "Nothing of it is destroyed", "/hold", 9, method="PUT", who="checker",
        body={"is_held": True, "reason": "A court asked for the file."},
    ),
    _case("getCase", "worked", "What came of it", ""),
)  # fmt: skip
