"""Examples of decisions and sanctions: one story, from a draft to a stay."""

from registry.api.officers.party_examples import CASE
from registry.api.officers.story import DeskExample, example

# A case that is decided, and what follows for a licence
DECISION, LICENCE, ACCUSED, DECIDER = "DECSXN22222P", "LCENCE22222Q", "AGENCY22222R", "DECDER22222W"
SANCTION, OTHER_SANCTION = "SANCTXN2222S", "SANCTXN2222T"
_LAW = "Act 435/2004, section 63"


def _on(operation: str, name: str, summary: str, path: str, **more: object) -> DeskExample:
    sanction = more.pop("sanction", SANCTION)
    return example(
        operation, name, summary, f"/sanctions/{{sanction_id}}{path}", str(more.pop("method", "POST")),
        path={"sanction_id": sanction}, **more,
    )  # fmt: skip


SANCTIONS = (
    example(
        "draftDecision", "draft", "What was found", "/cases/{case_id}/decisions", "POST", path={"case_id": CASE},
        body={"outcome": "upheld", "reasons": "Forty passports lay in a drawer.", "summary": "Papers were kept."},
        who="writer", version=4, status=201, keeps={"decision_id": DECISION},
    ),
    example("listDecisions", "draft", "What waits", "/cases/{case_id}/decisions", path={"case_id": CASE}, who="decider"),
    example(
        "returnDecision", "again", "Not so", "/cases/{case_id}/decisions/{decision_id}/send-back", "POST",
        path={"case_id": CASE, "decision_id": DECISION}, body={"reason": "Ask for the contracts."}, who="decider",
        version=3, status=412,
    ),
    example(
        "makeDecision", "made", "By another", "/cases/{case_id}/decisions/{decision_id}/make", "POST",
        path={"case_id": CASE, "decision_id": DECISION}, who="decider", version=6,
    ),
    example(
        "proposeSanction", "suspension", "On a decision", "/sanctions", "POST", who="decider", status=201,
        body={
            "licence_id": LICENCE, "kind": "suspension", "legal_ground": _LAW, "effective_from": "2026-11-24",
            "decision_id": DECISION, "case_version": 9,
        },
        keeps={"sanction_id": SANCTION},
    ),
    _on(
        "editSanction", "points", "A suspension has no points", "", method="PUT", who="decider", version=1, status=400,
        body={"kind": "suspension", "legal_ground": _LAW, "effective_from": "2026-11-24", "points": 3},
    ),
    _on(
        "editSanction", "law", "The law said more closely", "", method="PUT", who="decider", version=1,
        body={"kind": "suspension", "legal_ground": f"{_LAW} (1)", "effective_from": "2026-11-24"},
    ),
    _on(
        "recordWorkersInPlace", "look", "Who works there", "/workers", method="PUT", who="decider", version=2,
        body={"workers": 40, "told": ["union"], "teller": "The union's interpreter", "timing": "points_to_nobody"},
    ),
    _on("submitSanction", "review", "To the second person", "/review", who="decider", version=3),
    _on("returnSanction", "stale", "Changed meanwhile", "/give-back", version=3, body={"reason": "Why?"}, status=412),
    _on("approveSanction", "own", "One's own proposal", "/approve", who="decider", version=4, status=409),
    _on("approveSanction", "another", "By another", "/approve", version=4),
    _on("getSanction", "one", "In force", "", method="GET"),
    _on(
        "proposeSanctionEnd", "stay", "An appeal", "/end", who="decider", version=6,
        body={"to": "stayed_by_appeal", "ground": "Regional court, 4 C 1"},
    ),
    _on("refuseSanctionEnd", "stale", "Changed meanwhile", "/end/refuse", version=6, status=412),
    _on("confirmSanctionEnd", "stay", "By another", "/end/confirm", version=7),
    example(
        "proposeSanction", "fine", "On its own finding", "/sanctions", "POST", who="decider", status=201,
        body={"licence_id": LICENCE, "kind": "fine", "legal_ground": _LAW, "effective_from": "2026-11-24"},
        keeps={"sanction_id": OTHER_SANCTION},
    ),
    _on(
        "withdrawSanction", "fine", "Not needed", "/drop", sanction=OTHER_SANCTION, who="decider", version=1,
        body={"reason": "Paid before."},
    ),
    example("listSanctions", "authority", "An authority's", "/sanctions"),
)  # fmt: skip
