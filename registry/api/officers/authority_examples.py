"""Examples of what an authority does, each a story in its order: decisions and sanctions, channels and clones, law overlays."""

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


CLERK, REVIEWER = "CXERK222222N", "REVXEWER222P"
TRUE_ENTRY, OTHER, THIRD = "TRUEENTRY22A", "XTHER2222222", "THXRD2222222"
# What stands in ETag: these count no versions, and are known by what was read of them.
PHONE_PROPOSED, SITE_PROPOSED, NEAR_NAMES, ONE_HOUSE, TWO_WARNINGS = (
    776806007,
    54624189,
    162663902,
    762051774,
    341346214,
)
PHONE, SITE, PAIR, STRANGERS = "PHXNE2222222", "WEBSXTE22222", "PAXR22222222", "STRANGERS222"

_CHANGES = "/channel-changes"

NEIGHBOURS = (
    example(
        "proposeChannelChange", "phone", "Another telephone", _CHANGES, "POST", who="clerk", status=201,
        body={"agency_id": TRUE_ENTRY, "kind": "phone", "value": "+40 21 000 0002", "replaces": "+40 21 000 0001"},
        keeps={"change_id": PHONE},
    ),
    example(
        "proposeChannelChange", "again", "It waits already", _CHANGES, "POST", who="clerk", status=409,
        body={"agency_id": TRUE_ENTRY, "kind": "phone", "value": "+40 21 000 0003", "replaces": "+40 21 000 0001"},
    ),
    example(
        "proposeChannelChange", "site", "One more", _CHANGES, "POST", who="clerk", status=201,
        body={"agency_id": TRUE_ENTRY, "kind": "website", "value": "https://agency.example"}, keeps={"change_id": SITE},
    ),
    example("listChannelChanges", "two", "What waits", _CHANGES, who="reviewer"),
    example(
        "approveChannelChange", "own", "One's own", f"{_CHANGES}/{{change_id}}/approve", "POST",
        path={"change_id": PHONE}, version=PHONE_PROPOSED, who="clerk", status=409,
    ),
    example(
        "approveChannelChange", "another", "By another", f"{_CHANGES}/{{change_id}}/approve", "POST",
        path={"change_id": PHONE}, version=PHONE_PROPOSED, who="reviewer",
    ),
    example(
        "approveChannelChange", "stale", "It was approved meanwhile", f"{_CHANGES}/{{change_id}}/approve", "POST",
        path={"change_id": PHONE}, version=PHONE_PROPOSED, who="reviewer", status=412,
    ),
    example(
        "refuseChannelChange", "refused", "Not theirs", f"{_CHANGES}/{{change_id}}/refuse", "POST",
        path={"change_id": SITE}, version=SITE_PROPOSED, who="reviewer",
    ),
    example("getChannelChange", "refused", "One change", f"{_CHANGES}/{{change_id}}", path={"change_id": SITE}, who="clerk"),
    example("listCollisions", "two", "Pairs that wait", "/collisions", who="reviewer"),
    example(
        "getCollision", "names", "Of nearly one name", "/collisions/{collision_id}", path={"collision_id": PAIR},
        who="clerk",
    ),
    example(
        "confirmCollision", "warned", "Somebody imitates it", "/collisions/{collision_id}/confirm", "POST",
        path={"collision_id": PAIR}, version=NEAR_NAMES, who="reviewer",
        body={"true_entry": TRUE_ENTRY, "text": "A firm of nearly the same name is not this agency."},
    ),
    example(
        "dismissCollision", "house", "One house, two firms", "/collisions/{collision_id}/dismiss", "POST",
        path={"collision_id": STRANGERS}, version=ONE_HOUSE, who="reviewer", body={"text": "An office house of many."},
    ),
    example(
        "warnOfClone", "chat", "A warning without a pair", "/clone-warnings/{agency_id}", "POST",
        path={"agency_id": TRUE_ENTRY}, who="reviewer", status=201,
        body={"text": "A chat group in this agency's name asks for deposits."},
    ),
    example("listCloneWarnings", "one", "Entries with a warning", "/clone-warnings", who="clerk"),
    example(
        "getCloneWarnings", "two", "The warnings on one", "/clone-warnings/{agency_id}", path={"agency_id": TRUE_ENTRY},
        who="clerk",
    ),
    example(
        "liftCloneWarning", "stale", "Others were said meanwhile", "/clone-warnings/{agency_id}/lift", "POST",
        path={"agency_id": TRUE_ENTRY}, version=7, body={"number": 2}, who="reviewer", status=412,
    ),
    example(
        "liftCloneWarning", "second", "The second is over", "/clone-warnings/{agency_id}/lift", "POST",
        path={"agency_id": TRUE_ENTRY}, version=TWO_WARNINGS, body={"number": 2}, who="reviewer",
    ),
)  # fmt: skip


OPERATOR, OTHER_OPERATOR, OVERLAY = "XPERATXR222A", "XPERATXR222B", "XVERLAY2222C"
KID, SIGNATURE = "LAW-KEY-OF-STORY", "signature-of-the-file-in-this-story-" + "0" * 50

FILE = """version = 1
made_on = 2026-11-20
reason = "An invented decree of November."

[[limit]]
country = "CZ"
id = "cz-limit-invented-decree"
text = "Invented: no worker may be lent out to invented mines."
about = "sector"
effect = "bars"
article = "Invented Decree 1/2026, art. 1"
nace = ["05"]
source = { title = "Invented Decree 1/2026" }
mark = "s"
text_from = "publisher"
as_of = 2026-11-01
as_of_kind = "text"
check_by = 2027-11-01
"""

_ONE = "/law-overlays/{overlay_id}"

LAW = (
    example(
        "proposeLawOverlay", "unsigned", "Signed by another key", "/law-overlays", "POST", who="operator", status=400,
        body={"file": FILE, "signature": f"another-key-0000 {'0' * 86}"},
    ),
    example(
        "proposeLawOverlay", "decree", "A decree of this month", "/law-overlays", "POST", who="operator", status=201,
        body={"file": FILE, "signature": f"{KID} {SIGNATURE}"}, keeps={"overlay_id": OVERLAY},
    ),
    example("getLawOverlay", "waiting", "It waits", _ONE, path={"overlay_id": OVERLAY}, who="other"),
    example(
        "approveLawOverlay", "own", "One's own", f"{_ONE}/approve", "POST", path={"overlay_id": OVERLAY}, version=1,
        who="operator", status=409,
    ),
    example(
        "approveLawOverlay", "other", "By another", f"{_ONE}/approve", "POST", path={"overlay_id": OVERLAY}, version=1,
        who="other",
    ),
    example(
        "withdrawLawOverlay", "first", "Asked by one", f"{_ONE}/withdraw", "POST", path={"overlay_id": OVERLAY},
        version=2, who="other", body={"reason": "The decree was repealed."},
    ),
    example(
        "withdrawLawOverlay", "second", "Done by two", f"{_ONE}/withdraw", "POST", path={"overlay_id": OVERLAY},
        version=3, who="operator", body={"reason": "The decree was repealed."},
    ),
    example("listLawOverlays", "one", "Every overlay", "/law-overlays", who="operator"),
)  # fmt: skip
