"""Examples of organisations' programs, each area a story in its order. Tests play them and hold examples.json to what comes back.

Keys and references are new each time; in the stories they are these.
"""

from dataclasses import dataclass, field

from registry.api.examples import Example


@dataclass(frozen=True, slots=True)
class EmployerExample(Example):
    """It comes with the key of `who`, by name in the story. `keeps`: which field of the answer is which stand-in."""

    who: str = "owner"
    keeps: dict[str, str] = field(default_factory=dict)
    version: int | None = None


def example(
    operation: str, name: str, summary: str, template: str, method: str = "GET", **more: object
) -> EmployerExample:
    """An example of an operation at a path below /api/v1."""
    return EmployerExample(operation, name, summary, f"/api/v1{template}", verb=method, package=__package__, **more)  # type: ignore[arg-type]


# What each story has from the start
ORGANISATION, KEY, OTHER_KEY = "XRGANSATN22A", "KEYXX222222B", "XTHERKEY222C"

NEW_KEY, MEMBER = "NEWKEYX2222D", "MEMBERX2222H"

ORGANISATIONS = (
    example("getOrganisation", "own", "Whose key this is", "/organisation"),
    example("listMembers", "one", "Its people", "/organisation/members"),
    example("listKeys", "two", "Its keys", "/organisation/keys"),
    example(
        "createKey", "nightly", "For a nightly check", "/organisation/keys", "POST",
        body={"label": "nightly check", "scopes": ["verify", "jobs"], "days": 180}, status=201, keeps={"key_id": NEW_KEY},
    ),
    example(
        "createKey", "beyond", "No key gives what it has not", "/organisation/keys", "POST",
        body={"label": "more", "scopes": ["watches"]}, who="narrow", status=403,
    ),
    example(
        "rotateKey", "overlap", "The old one stays good for ten days", "/organisation/keys/{key_id}/exchange", "POST",
        path={"key_id": NEW_KEY}, body={"overlap_days": 10}, status=201, keeps={"key_id": "EXCHNGED222E"},
    ),
    example(
        "getKeyUsage", "week", "What it asked in a week", "/organisation/keys/{key_id}/usage", path={"key_id": NEW_KEY},
        query={"days": 7},
    ),
    example(
        "revokeKey", "leaked", "One that leaked", "/organisation/keys/{key_id}", "DELETE", path={"key_id": OTHER_KEY},
        status=204,
    ),
)  # fmt: skip

PRESENTATION, SHOWN_PRESENTATION, CARD = "PRESENTED22A", "PRESENTED22B", "CARDXXX2222C"
SHOWN_AGENCY, SHOWN_LICENCE = "SHWNAGENCY2D", "SHWNLICENC2E"

PRESENTATIONS = (
    example(
        "askForPresentation", "card", "For whom does this person act?", "/presentations", "POST", status=201,
        body={"ask": "card", "purpose": "To see who recruits at our gate", "origin": "CN", "destination": "IT"},
        keeps={"presentation_id": PRESENTATION},
    ),
    example(
        "getPresentation", "waiting", "Before the wallet has answered", "/presentations/{presentation_id}",
        path={"presentation_id": PRESENTATION},
    ),
    example(
        "getPresentation", "shown", "What a wallet showed", "/presentations/{presentation_id}",
        path={"presentation_id": SHOWN_PRESENTATION},
    ),
    example(
        "listEvents", "presentation", "A wallet answered", "/events", query={"types": "presentation.finished"},
    ),
)  # fmt: skip

JOB, DONE_JOB = "JBXX2222222Z", "DNEJB222222M"

_JOB = {"job_id": JOB}
LISTS = (
    example("createJob", "not_a_list", "What is no table is refused", "/verification-jobs", "POST", body={}, status=400),
    example("listJobs", "two", "A list that waits and one that is done", "/verification-jobs"),
    example(
        "setJobColumns", "by_name", "The column that holds the names", "/verification-jobs/{job_id}/columns", "PUT", path=_JOB,
        body={"kind": "verification", "columns": {"key": "ref", "name": "who"}},
    ),
    example("startJob", "start", "Have it answered", "/verification-jobs/{job_id}/start", "POST", path=_JOB, status=202),
    example("getJob", "queued", "It waits for its turn", "/verification-jobs/{job_id}", path=_JOB),
    example(
        "getJobResults", "not_yet", "Results before it is done", "/verification-jobs/{job_id}/results/{form}",
        path={**_JOB, "form": "csv"}, status=409,
    ),
    example(
        "getJobRowProof", "first", "The first row by itself", "/verification-jobs/{job_id}/proofs/{row}",
        path={"job_id": DONE_JOB, "row": "0"},
    ),
    example("cancelJob", "cancel", "End it", "/verification-jobs/{job_id}/cancel", "POST", path=_JOB),
    example("deleteJob", "remove", "Remove the list", "/verification-jobs/{job_id}", "DELETE", path=_JOB, status=204),
)  # fmt: skip

RECEIPT, ABOUT, ARCHIVED_LIST = "RECEXPT2222F", "AGENCYX2222G", "KEPTXST2222H"
FORGED = "eyJhbGciOiJub25lIiwidHlwIjoicmVnaXN0cnktcmVjZWlwdCtqd3QifQ.eyJ2ZXJkaWN0IjoieWVzIn0."

_ONE = {"receipt_id": RECEIPT}
_LIST = {"list_id": ARCHIVED_LIST}

RECEIPTS = (
    example("listReceipts", "one", "What is kept", "/receipts"),
    example("listReceipts", "none", "Nothing about another agency", "/receipts", query={"agency_id": "DEGQTSQUSDTU"}),
    example("getReceipt", "one", "One receipt", "/receipts/{receipt_id}", path=_ONE),
    example("recheckReceipt", "forged", "One that was never signed", "/receipts/{receipt_id}/check", path=_ONE),
    example("listReceiptChanges", "forged", "What is otherwise now", "/receipts/changes"),
    example("exportReceipts", "table", "A table", "/receipts/export", query={"form": "csv"}),
    example("getReceiptSettings", "usual", "Seven years, as laws of supply chains ask", "/receipts/settings"),
    example(
        "updateReceiptSettings", "ten", "Every one, for ten years", "/receipts/settings", "PUT",
        body={"days": 3653, "is_archiving": True},
    ),
    example("listArchivedLists", "one", "What is kept of lists", "/archived-lists"),
    example("getArchivedList", "one", "One list", "/archived-lists/{list_id}", path=_LIST),
    example("getArchivedListStatements", "one", "Its statements", "/archived-lists/{list_id}/statements", path=_LIST),
    example(
        "getArchivedListRowProof", "first", "The first row by itself", "/archived-lists/{list_id}/proofs/{row}",
        path=_LIST | {"row": "0"},
    ),
    example("listArchivedListChanges", "one", "What is otherwise now", "/archived-lists/{list_id}/changes", path=_LIST),
    example("deleteArchivedList", "one", "Let it go", "/archived-lists/{list_id}", "DELETE", path=_LIST, status=204),
    example("deleteReceipt", "one", "Let it go", "/receipts/{receipt_id}", "DELETE", path=_ONE, status=204),
)  # fmt: skip


WATCHED, WATCHED_LICENCE = "WATCHED2222A", "WATCHEDL222B"
WATCH, LIST, WEBHOOK = "WATCHXX2222C", "WATCHLX2222D", "WEBHXXK2222E"
EVENT = "EVENTXX2222F"
_URL = "https://hooks.example.org/registry"


def _on_watch(operation: str, name: str, summary: str, path: str, method: str, **more: object) -> EmployerExample:
    watch = more.pop("watch", WATCH)
    return example(operation, name, summary, f"/watches/{{watch_id}}{path}", method, path={"watch_id": watch}, **more)


def _on_webhook(operation: str, name: str, summary: str, path: str, method: str, **more: object) -> EmployerExample:
    return example(
        operation, name, summary, f"/webhooks/{{webhook_id}}{path}", method, path={"webhook_id": WEBHOOK}, **more
    )


WATCHES = (
    example(
        "createWatch", "licence", "One licence", "/watches", "POST", status=201, keeps={"watch_id": WATCH},
        body={"label": "Our sewing rooms", "licence_id": WATCHED_LICENCE},
    ),
    example(
        "createWatch", "list", "A list of numbers", "/watches", "POST", status=201, keeps={"watch_id": LIST},
        body={"label": "Whole supply", "numbers": [{"number": "VYMYSL/404"}, {"number": "00990099", "country": "CZ"}]},
    ),
    example("listWatches", "all", "Your watches", "/watches"),
    _on_watch("getWatch", "one", "One of them", "", "GET"),
    _on_watch("updateWatch", "pause", "For a while", "", "PATCH", watch=LIST, version=0, body={"is_paused": True}),
    _on_watch("updateWatch", "stale", "Changed meanwhile", "", "PATCH", watch=LIST, version=0, body={"is_paused": False},
              status=412),
    _on_watch(
        "replaceWatchedNumbers", "shorter", "One less", "/numbers", "PUT", watch=LIST, version=1,
        body={"numbers": [{"number": "VYMYSL/404"}]},
    ),
    _on_watch("deleteWatch", "end", "No more", "", "DELETE", watch=LIST, version=2, status=204),
    example("listEvents", "suspended", "What happened", "/events", query={"limit": "10"}),
    example(
        "createWebhook", "made", "Be told", "/webhooks", "POST", status=201, keeps={"webhook_id": WEBHOOK},
        body={"label": "Night shift", "url": _URL},
    ),
    example(
        "createWebhook", "inner", "An address of an own network", "/webhooks", "POST", status=400,
        body={"label": "Inside", "url": "https://169.254.169.254/latest/meta-data/"},
    ),
    example("listWebhooks", "all", "Your webhooks", "/webhooks"),
    _on_webhook("getWebhook", "one", "One of them", "", "GET"),
    _on_webhook("replayToWebhook", "all", "From the first event on", "/replay", "POST", body={}),
    _on_webhook("testWebhook", "test", "A test", "/test", "POST"),
    _on_webhook("listDeliveries", "waiting", "What waits", "/deliveries", "GET"),
    example(
        "resendEvent", "again", "Once more", "/webhooks/{webhook_id}/deliveries/{event_id}", "POST",
        path={"webhook_id": WEBHOOK, "event_id": f"evt_{EVENT}"},
    ),
    _on_webhook("rotateWebhookSecret", "rotated", "Another secret", "/secret", "POST", version=0),
    _on_webhook("updateWebhook", "off", "Switched off", "", "PATCH", version=1, body={"state": "disabled"}),
    _on_webhook("deleteWebhook", "end", "No more", "", "DELETE", version=2, status=204),
)  # fmt: skip

EMPLOYER_EXAMPLES: tuple[EmployerExample, ...] = (*ORGANISATIONS, *PRESENTATIONS, *RECEIPTS, *LISTS, *WATCHES)
