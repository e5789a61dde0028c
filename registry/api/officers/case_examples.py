"""Examples of cases, each a story in its order: from the queue to a task; access grants; paper forms that are typed in."""

from registry.api.officers.party_examples import CASE, NO_FILE, WRITER
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
    _case("listCaseEvents", "none", "Nothing is planned or written down", "/events"),
    _case(
        "addCaseEvent", "visit", "A visit is planned", "/events", 9,
        body={
            "kind": "visit", "on_day": "2026-12-14", "at_time": "09:30", "place": "Workshop, Via Nuova 1, Prato",
            "attendees": ["police", "interpreter"], "purpose": "See who works there, and the dormitory.",
        },
    ),
    _case(
        "addCaseEvent", "nowhere", "A visit is somewhere", "/events", 10, status=400,
        body={"kind": "visit", "on_day": "2026-12-14"},
    ),
    _case(
        "addCaseEvent", "call", "A call that reached the worker", "/events", 10,
        body={
            "kind": "call", "on_day": "2026-11-24", "at_time": "09:30", "attendees": ["worker"], "was_reached": True,
            "record": "She can speak on Mondays after eight.",
        },
    ),
    _case(
        "recordCaseEvent", "unknown", "There is no such event", "/events/{case_event_id}/record", 11, method="PUT",
        path={"case_id": CASE, "case_event_id": NO_TASK}, body={"record": "Nine sewing machines."}, status=404,
    ),
    _case(
        "addEvidenceFile", "unknown", "There is no such event", "/events/{case_event_id}/files", method="POST",
        path={"case_id": CASE, "case_event_id": NO_TASK}, status=404,
    ),
    _case(
        "getEvidenceFileCopy", "unknown", "There is no such event", "/events/{case_event_id}/files/{attachment_id}",
        path={"case_id": CASE, "case_event_id": NO_TASK, "attachment_id": NO_TASK}, method="GET", status=404,
    ),
    _case(
        "removeEvidenceFile", "unknown", "There is no such event", "/events/{case_event_id}/files/{attachment_id}",
        path={"case_id": CASE, "case_event_id": NO_TASK, "attachment_id": NO_TASK}, method="DELETE", status=404,
    ),
    _case(
        "takeBackCaseEvent", "unknown", "There is no such event", "/events/{case_event_id}/take-back", 11,
        path={"case_id": CASE, "case_event_id": NO_TASK}, status=404,
    ),
    _case(
        "setCaseAgency", "unknown", "The registry has no such agency", "/agency", 11, method="PUT",
        body={"agency_id": "NXAGENCY2222"}, status=400,
    ),
    _case("listClaimLines", "none", "Nothing is counted yet", "/claims"),
    _case(
        "addClaimLine", "negative", "Hours are more than zero", "/claims", 11, status=400,
        body={
            "kind": "wages", "unit": "hour", "quantity": "-160", "rate": "7.50", "currency": "EUR",
            "basis": "Contract of 3 March, clause 4",
        },
    ),
    _case(
        "removeClaimLine", "unknown", "There is no such line", "/claims/{line_id}", 11, method="DELETE",
        path={"case_id": CASE, "line_id": NO_TASK}, status=404,
    ),
    _case("listCaseFirms", "none", "None but what the complainant wrote", "/firms"),
    _case(
        "addCaseAgency", "unknown", "The registry has no such agency", "/agencies", 11,
        body={"agency_id": "NXAGENCY2222", "part": "sender"}, status=400,
    ),
    _case(
        "removeCaseAgency", "unknown", "There is no such agency in the case", "/agencies/{link_id}", 11, method="DELETE",
        path={"case_id": CASE, "link_id": NO_TASK}, status=404,
    ),
    _case(
        "linkCaseEmployer", "new", "A new employer", "/employers", 11,
        body={"name": "Invented Sewing Srl", "country": "IT", "place": "Prato"},
    ),
    _case(
        "linkCaseEmployer", "twice", "It is known already", "/employers", 12, status=400,
        body={"name": "INVENTED SEWING srl"},
    ),
    _case(
        "unlinkCaseEmployer", "unknown", "There is no such employer in the case", "/employers/{employer_id}", 12,
        method="DELETE", path={"case_id": CASE, "employer_id": NO_TASK}, status=404,
    ),
    example("listEmployers", "none", "None is called so", "/employers", query={"name": "weaving"}, who="writer"),
    example(
        "getEmployer", "unknown", "Your unit has no such employer", "/employers/{employer_id}",
        path={"employer_id": NO_TASK}, who="writer", status=404,
    ),
    example(
        "editEmployer", "unknown", "Your unit has no such employer", "/employers/{employer_id}", "PUT",
        path={"employer_id": NO_TASK}, who="writer", status=404, version=1, body={"name": "Invented Weaving Srl"},
    ),
    _case(
        "setLegalHold", "court", "Nothing of it is destroyed", "/hold", 12, method="PUT", who="checker",
        body={"is_held": True, "reason": "A court asked for the file."},
    ),
    _case("takeCase", "own", "Taken up in one press", "/take", method="POST", status=204),
    _case("getCase", "worked", "What came of it", ""),
)  # fmt: skip

CUSTODIAN = "CUSTXDAN2222"
GLASS, WHO = "XPENNG222222", "XPENNGWHX222"
_GRANTS, _GRANT = "/cases/{case_id}/access-grants", "/access-grants/{grant_id}"


def _ask(operation: str, name: str, summary: str, step: str, **more: object) -> DeskExample:
    stated: dict[str, object] = {"path": {"case_id": CASE}, "version": 2, "who": "writer", "status": 201}
    return example(operation, name, summary, f"{_GRANTS}/{step}", "POST", **stated | more)


def _step(operation: str, name: str, summary: str, step: str, of: str, **more: object) -> DeskExample:
    return example(
        operation, name, summary, f"{_GRANT}/{step}", str(more.pop("method", "POST")), path={"grant_id": of}, **more
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


TYPIST, FORM, SECOND_FORM = "TYPXST222222", "FXRM22222222", "FXRMTWX22222"

_FORM = "/paper-forms/{form_id}"


def _typed(operation: str, name: str, summary: str, method: str, version: int, **more: object) -> DeskExample:
    return example(
        operation, name, summary, f"{_FORM}{more.pop('step', '')}", method,
        path={"form_id": more.pop("form", FORM)}, version=version, **{"who": "typist"} | more,
    )  # fmt: skip


PAPERS = (
    example(
        "startPaperForm", "printed", "By the number on the paper", "/paper-forms", "POST", who="typist", status=201,
        body={"number": FORM, "received_on": "2026-11-20"},
    ),
    example(
        "startPaperForm", "old", "Handed in before it was printed", "/paper-forms", "POST", who="typist", status=400,
        body={"number": SECOND_FORM, "received_on": "2026-09-20"},
    ),
    _typed(
        "updatePaperForm", "told", "What was told", "PATCH", 0,
        body={"answers": {"country": "IT", "in_danger": "no", "account": "They keep my passport.",
                          "contact": {"how": "wechat", "address": "wx-her"}}},
    ),
    _typed(
        "updatePaperForm", "faults", "Two that cannot be read", "PATCH", 1, status=400,
        body={"answers": {"in_danger": "maybe", "country": "Mars"}},
    ),
    _typed("updatePaperForm", "stale", "Typed in another window meanwhile", "PATCH", 0, status=412,
           body={"answers": {"in_danger": "yes"}}),
    example("getPaperForm", "half", "Half typed", _FORM, path={"form_id": FORM}, who="typist"),
    example(
        "startPaperForm", "another", "The wrong one of the pile", "/paper-forms", "POST", who="typist", status=201,
        body={"number": SECOND_FORM, "received_on": "2026-11-23"},
    ),
    example("listPaperForms", "two", "Two that are half typed", "/paper-forms", who="typist"),
    _typed("discardPaperForm", "wrong", "Forgotten", "DELETE", 0, form=SECOND_FORM, status=204),
    _typed("submitPaperForm", "once", "A case of it", "POST", 1, step="/send"),
    _typed("submitPaperForm", "twice", "Not twice", "POST", 2, step="/send", status=409),
)  # fmt: skip
