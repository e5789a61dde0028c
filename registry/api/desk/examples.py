"""Examples of the officers' API, each area a story in its order. Tests play them and hold examples.json to what comes back.

Tokens and references are new each time; in the stories they are these.
"""

from dataclasses import dataclass, field

from registry.api.examples import Example

# Officers and what belongs to them
SUPERVISOR, SECOND, COLLEAGUE, KEEPER = "SUPERVSR222A", "SECXNDSP222D", "CXLLEAGUE22B", "KEEPERXX222C"
INVITATION, ROLES, RESET, NEW = "NVTATXN2222E", "RXLES222222F", "RESET222222G", "NEWXFFCER22H"
SESSION, TOKEN, OTHER_TOKEN, LOAN = "SESSXN22222J", "TXKEN222222K", "XTHERTKN222L", "LXAN2222222M"
AGENCY = "DEMASENDAG2R"


@dataclass(frozen=True, slots=True)
class DeskExample(Example):
    """`who` asks, by his name in the story, having read `version`. `keeps`: which field of the answer is which stand-in."""

    who: str = "supervisor"
    keeps: dict[str, str] = field(default_factory=dict)
    version: int | None = None


def example(operation: str, name: str, summary: str, template: str, method: str = "GET", **more: object) -> DeskExample:
    """An example of an operation at a path below /api/v1."""
    return DeskExample(operation, name, summary, f"/api/v1{template}", verb=method, package=__package__, **more)  # type: ignore[arg-type]


OFFICERS = (
    example("getMe", "keeper", "Who keeps the machines", "/officers/me", who="keeper"),
    example("listMySessions", "one", "Signed in at one place", "/officers/me/sessions"),
    example(
        "endMySession", "one", "Sign out there", "/officers/me/sessions/{session_id}", "DELETE",
        path={"session_id": SESSION}, status=204,
    ),
    example("listMyTokens", "one", "The one this was asked with", "/officers/me/tokens", who="second"),
    example(
        "revokeMyToken", "unknown", "Another's token is none of yours", "/officers/me/tokens/{token_id}", "DELETE",
        path={"token_id": OTHER_TOKEN}, who="second", status=404,
    ),
    example(
        "lendRole", "leave", "Two weeks of leave", "/officers/me/loans", "POST",
        body={"deputy_id": COLLEAGUE, "role": "supervisor", "from_on": "2026-12-01", "to_on": "2026-12-14"},
        status=201, keeps={"loan_id": LOAN},
    ),
    example("listMyLoans", "one", "What is lent", "/officers/me/loans"),
    example(
        "endLoan", "back", "Take it back", "/officers/me/loans/{loan_id}", "DELETE", path={"loan_id": LOAN}, status=204
    ),
    example(
        "declareConflict", "agency", "An interest in an agency", "/officers/me/conflicts", "POST",
        body={"agency_id": AGENCY}, status=204,
    ),
    example(
        "chooseNotices", "daily", "One mail a day", "/officers/me/notices", "PUT", body={"choice": "daily"}, status=204
    ),
    example("listOfficers", "unit", "The officers of a unit", "/officers"),
    example("getOfficer", "colleague", "A colleague", "/officers/{officer_id}", path={"officer_id": COLLEAGUE}),
    example(
        "proposeOfficer", "invitation", "A new colleague", "/officers", "POST",
        body={"name": "Invented Newcomer", "email": "new@authority.example", "roles": ["triage"], "language": "it"},
        status=201, keeps={"change_id": INVITATION},
    ),
    example(
        "proposeRoles", "more", "One role more", "/officers/{officer_id}/roles", "POST",
        path={"officer_id": COLLEAGUE}, body={"roles": ["triage", "investigator"]}, version=3,
        status=201, keeps={"change_id": ROLES},
    ),
    example(
        "proposeRoles", "own", "One's own", "/officers/{officer_id}/roles", "POST",
        path={"officer_id": SUPERVISOR}, body={"roles": ["decider"]}, version=3, status=409,
    ),
    example(
        "proposeReset", "lost", "A telephone was lost", "/officers/{officer_id}/reset", "POST",
        path={"officer_id": COLLEAGUE}, version=3, status=201, keeps={"change_id": RESET},
    ),
    example("listOfficerChanges", "open", "What waits", "/officer-changes"),
    example("getOfficerChange", "roles", "Other roles", "/officer-changes/{change_id}", path={"change_id": ROLES}),
    example(
        "approveOfficerChange", "own", "One's own proposal", "/officer-changes/{change_id}/approve", "POST",
        path={"change_id": INVITATION}, status=409,
    ),
    example(
        "approveOfficerChange", "another", "By another", "/officer-changes/{change_id}/approve", "POST",
        path={"change_id": ROLES}, who="second",
    ),
    example(
        "refuseOfficerChange", "refused", "Not needed any more", "/officer-changes/{change_id}/refuse", "POST",
        path={"change_id": RESET}, status=204,
    ),
    example(
        "listOfficerTokens", "one", "A colleague's", "/officers/{officer_id}/tokens", path={"officer_id": SECOND}
    ),
    example(
        "revokeOfficerToken", "lost", "A token that leaked", "/officers/{officer_id}/tokens/{token_id}", "DELETE",
        path={"officer_id": KEEPER, "token_id": OTHER_TOKEN}, status=204,
    ),
    example(
        "signOutOfficer", "lost", "A machine was lost", "/officers/{officer_id}/sign-out", "POST",
        path={"officer_id": COLLEAGUE}, status=204,
    ),
    example(
        "closeOfficer", "stale", "Changed meanwhile", "/officers/{officer_id}/close", "POST",
        path={"officer_id": COLLEAGUE}, version=3, status=412,
    ),
    example(
        "closeOfficer", "leaves", "Somebody leaves", "/officers/{officer_id}/close", "POST",
        path={"officer_id": COLLEAGUE}, version=4, status=204,
    ),
)  # fmt: skip

# Hearings, and referrals
CASE, BOX, AGENCYS = "CASE22222222", "BXX222222222", "HEARDAGENCY2"
WRITER, CHECKER, REP = "WRTER2222222", "CHECKER22222", "REP222222222"
HEARING, REFERRAL, BY_LAW, UNION_PERSON, POLICE_PERSON = (
    "HEARNG222222", "REFERRAX2222", "BYXAW2222222", "UNXN22222222", "PXCE22222222",
)  # fmt: skip

_ALLEGATION = "Workers say that your staff keep identity documents and return them only against payment."
_HEARING = "/hearings/{hearing_id}"
_SERVED = "/served-hearings/{hearing_id}"


def _hearing(operation: str, name: str, summary: str, step: str, version: int, **more: object) -> DeskExample:
    return example(
        operation, name, summary, f"{_HEARING}{step}", str(more.pop("method", "POST")),
        path={"hearing_id": HEARING}, version=version, **{"who": "writer"} | more,
    )  # fmt: skip


HEARINGS = (
    example("listHearings", "none", "None yet", "/cases/{case_id}/hearings", path={"case_id": CASE}, who="writer"),
    example(
        "draftHearing", "words", "Her own words are refused", "/cases/{case_id}/hearings", "POST", path={"case_id": CASE},
        body={"allegation": "They took my passport on the first evening."}, version=5, who="writer", status=400,
    ),
    example(
        "draftHearing", "own", "In words of the officer's own", "/cases/{case_id}/hearings", "POST", path={"case_id": CASE},
        body={"allegation": "Workers say that documents are kept.", "could_complain": 12}, version=5, who="writer",
        status=201, keeps={"hearing_id": HEARING},
    ),
    _hearing("editHearing", "clearer", "Said more clearly", "", 1, method="PUT", body={"allegation": _ALLEGATION}),
    _hearing("handInHearing", "check", "For the reprisal check", "/hand-in", 2),
    _hearing(
        "sendBackHearing", "why", "Sent back", "/send-back", 3, who="checker", body={"reason": "How many work there?"}
    ),
    _hearing(
        "editHearing", "number", "With an estimate", "", 4, method="PUT",
        body={"allegation": _ALLEGATION, "could_complain": 3},
    ),
    _hearing("handInHearing", "again", "Handed in again", "/hand-in", 5),
    _hearing("approveHearing", "few", "Three people: why it may go", "/approve", 6, who="checker", body={}, status=409),
    _hearing(
        "approveHearing", "reason", "With a reason", "/approve", 6, who="checker",
        body={"reason": "An inspection saw the same."},
    ),
    _hearing("serveHearing", "weeks", "With three weeks to answer", "/serve", 7, body={"answer_by": "2026-12-15"}),
    example("listServedHearings", "one", "What an agency is asked", "/served-hearings", who="rep"),
    example("getServedHearing", "one", "All that it reads", _SERVED, path={"hearing_id": HEARING}, who="rep"),
    example(
        "keepHearingAnswer", "half", "Not finished yet", f"{_SERVED}/draft", "PUT", path={"hearing_id": HEARING},
        body={"text": "We keep no"}, version=8, who="rep",
    ),
    example(
        "answerHearing", "whole", "The answer", f"{_SERVED}/answer", "POST", path={"hearing_id": HEARING},
        body={"text": "We keep no documents of anybody."}, version=9, who="rep",
    ),
    example("getHearing", "answered", "With its answer", _HEARING, path={"hearing_id": HEARING}, who="writer"),
    _hearing("closeHearing", "heard", "The agency was heard", "/close", 10),
)  # fmt: skip

_REFERRAL = "/referrals/{referral_id}"
_RECEIVED = "/received-referrals/{referral_id}"


def _referral(operation: str, name: str, summary: str, step: str, version: int, **more: object) -> DeskExample:
    return example(
        operation, name, summary, f"{_REFERRAL}{step}", "POST",
        path={"referral_id": more.pop("of", REFERRAL)}, version=version, **{"who": "writer"} | more,
    )  # fmt: skip


REFERRALS = (
    example("listReferrals", "none", "None yet", "/cases/{case_id}/referrals", path={"case_id": CASE}, who="writer"),
    example(
        "proposeReferral", "union", "Her account, for a union she agreed to", "/cases/{case_id}/referrals", "POST",
        path={"case_id": CASE}, version=3, who="writer", status=201, keeps={"referral_id": REFERRAL},
        body={"partner": "it-union", "expires_on": "2027-02-24", "answers": [f"{BOX}.account"], "note": "Please visit."},
    ),
    _referral("sendReferral", "union", "The key for the union", "/send", 2),
    example("listReceivedReferrals", "one", "What a union received", "/received-referrals", who="union"),
    example("getReceivedReferral", "one", "All that it reads", _RECEIVED, path={"referral_id": REFERRAL}, who="union"),
    example(
        "acceptReferral", "yes", "Taken on", f"{_RECEIVED}/accept", "POST", path={"referral_id": REFERRAL}, version=3,
        who="union",
    ),
    example(
        "reportReferral", "visit", "A report", f"{_RECEIVED}/reports", "POST", path={"referral_id": REFERRAL}, version=4,
        body={"text": "We went there and spoke to her."}, who="union",
    ),
    example("getReferral", "reported", "With the report", _REFERRAL, path={"referral_id": REFERRAL}, who="writer"),
    _referral("takeBackReferral", "closed", "Closed to the union", "/take-back", 5),
    example(
        "proposeReferral", "police", "For the police, to whom she agreed not", "/cases/{case_id}/referrals", "POST",
        path={"case_id": CASE}, version=8, who="writer", status=201, keeps={"referral_id": BY_LAW},
        body={"partner": "it-police", "expires_on": "2027-02-24", "answers": [f"{BOX}.account"]},
    ),
    _referral("findReferralConsent", "none", "She has not agreed", "/consent", 1, of=BY_LAW, status=409),
    _referral(
        "overrideReferral", "law", "By a second person, with the law", "/override", 1, of=BY_LAW, who="checker",
        body={"legal_basis": "Article 18 of an invented act"},
    ),
    _referral("sendReferral", "law", "The key for the police", "/send", 2, of=BY_LAW),
    example(
        "declineReferral", "no", "Given back", f"{_RECEIVED}/decline", "POST", path={"referral_id": BY_LAW}, version=3,
        body={"reason": "This is another office's."}, who="police", status=204,
    ),
)  # fmt: skip

DESK_EXAMPLES: tuple[DeskExample, ...] = (*OFFICERS, *HEARINGS, *REFERRALS)
