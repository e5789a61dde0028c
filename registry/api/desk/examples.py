"""Examples of the officers' API, each area a story in its order. Tests play them and hold examples.json to what comes back.

Tokens and references are new each time; in the stories they are these.
"""

from registry.api.desk.handed_examples import ENTRIES, HEARINGS, REFERRALS
from registry.api.desk.oversight_examples import OVERSIGHT
from registry.api.desk.sanction_examples import SANCTIONS
from registry.api.desk.story import DeskExample, example

# Officers and what belongs to them
SUPERVISOR, SECOND, COLLEAGUE, KEEPER = "SUPERVSR222A", "SECXNDSP222D", "CXLLEAGUE22B", "KEEPERXX222C"
INVITATION, ROLES, RESET, NEW = "NVTATXN2222E", "RXLES222222F", "RESET222222G", "NEWXFFCER22H"
SESSION, TOKEN, OTHER_TOKEN, LOAN = "SESSXN22222J", "TXKEN222222K", "XTHERTKN222L", "LXAN2222222M"
AGENCY = "DEMASENDAG2R"


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

DESK_EXAMPLES: tuple[DeskExample, ...] = (*OFFICERS, *HEARINGS, *REFERRALS, *ENTRIES, *OVERSIGHT, *SANCTIONS)
