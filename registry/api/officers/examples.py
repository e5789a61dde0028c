"""Examples of the officers' API, each area a story in its order. Tests play them and hold examples.json to what comes back.

Tokens and references are new each time; in the stories they are these.
"""

from registry.api.officers.authority_examples import LAW, NEIGHBOURS, SANCTIONS
from registry.api.officers.case_examples import CASES, OPENINGS, PAPERS
from registry.api.officers.party_examples import ENTRIES, HEARINGS, REFERRALS, TRANSFERS
from registry.api.officers.story import DeskExample, example

# Officers and what belongs to them
SUPERVISOR, SECOND, COLLEAGUE, KEEPER = "SUPERVSR222A", "SECXNDSP222D", "CXLLEAGUE22B", "KEEPERXX222C"
INVITATION, ROLES, RESET, NEW = "NVTATXN2222E", "RXLES222222F", "RESET222222G", "NEWXFFCER22H"
SESSION, TOKEN, OTHER_TOKEN, LOAN = "SESSXN22222J", "TXKEN222222K", "XTHERTKN222L", "LXAN2222222M"
AGENCY = "DEGQTSQUSDTU"

AUDITOR = "AUDXTXRX222F"
HEAD = f"9:{'5e' * 32}"

OVERSIGHT = (
    example(
        "listAuditLines", "looked", "Who looked at the audit", "/audit/lines", query={"act": "audit"}, who="auditor"
    ),
    example(
        "verifyAudit", "whole", "The chain holds", "/audit/verification", who="auditor", keeps={"head": HEAD}
    ),
    example("exportAudit", "cases", "What was done to cases", "/audit/export", query={"act": "case"}, who="auditor"),
    example("getOverview", "month", "A month", "/overview", query={"from_on": "2026-11-01"}, who="analyst"),
    example("downloadOverviewTable", "open", "Open cases", "/overview/table", query={"table": "open"}, who="analyst"),
    example("downloadOverview", "usual", "Twelve weeks", "/overview/workbook", who="analyst"),
)  # fmt: skip

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
        "setNotices", "daily", "One mail a day", "/officers/me/notices", "PUT", body={"choice": "daily"}, status=204
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

# Licences: two officers of a licensing desk
CLERK, REVIEWER = "CXERK222222N", "REVXEWER222P"
HELD_BY, PERMIT = "HXXDER22222Q", "PERMXT22222R"
SUSPENSION, AMENDMENT, MISTAKE = "SUSPENS2222T", "AMENDXNT222U", "MXSTAKE2222V"
PAID, DRAWN, WRONG, NEW_LIST, OLD_LIST = "PAXD2222222W", "DRAWN222222X", "WRXNG222222Y", "NEWXST22222Z", "XLDXST22222A"

_GROUND = {"legal_ground": "Law 156/2000, article 12", "effective_on": "2026-11-24"}

LICENCES = (
    example(
        "previewLicenceAct", "suspend", "What a suspension would change", "/licence-previews", "POST",
        body={"act": "suspend", "about": PERMIT, "stated": {"to_on": "2026-12-24"}, **_GROUND}, who="clerk",
    ),
    example(
        "proposeLicenceAct", "suspend", "Suspend for a month", "/licence-proposals", "POST",
        body={"act": "suspend", "about": PERMIT, "stated": {"to_on": "2026-12-24"}, **_GROUND},
        who="clerk", status=201, keeps={"proposal_id": SUSPENSION},
    ),
    example(
        "proposeLicenceAct", "impossible", "Not from this status", "/licence-proposals", "POST",
        body={"act": "reinstate", "about": PERMIT, **_GROUND}, who="clerk", status=409,
    ),
    example(
        "proposeLicenceAct", "conditions", "Conditions", "/licence-proposals", "POST",
        body={"act": "amend", "about": PERMIT, "stated": {"conditions": [{"code": "no_new_recruitment"}]}, **_GROUND},
        who="clerk", status=201, keeps={"proposal_id": AMENDMENT},
    ),
    example(
        "proposeLicenceAct", "mistake", "Of the wrong licence", "/licence-proposals", "POST",
        body={"act": "revoke", "about": PERMIT, **_GROUND}, who="clerk", status=201, keeps={"proposal_id": MISTAKE},
    ),
    example("listLicenceProposals", "waiting", "What waits", "/licence-proposals", who="reviewer"),
    example(
        "withdrawLicenceProposal", "mistake", "It was a mistake", "/licence-proposals/{proposal_id}/take-back", "POST",
        path={"proposal_id": MISTAKE}, version=1, who="clerk",
    ),
    example(
        "refuseLicenceProposal", "reason", "With a reason", "/licence-proposals/{proposal_id}/refuse", "POST",
        path={"proposal_id": AMENDMENT}, body={"reason": "The ground is another."}, version=1, who="reviewer",
    ),
    example(
        "getLicenceProposal", "suspend", "Before it is approved", "/licence-proposals/{proposal_id}",
        path={"proposal_id": SUSPENSION}, who="reviewer",
    ),
    example(
        "previewLicenceProposal", "suspend", "What it would change", "/licence-proposals/{proposal_id}/preview",
        path={"proposal_id": SUSPENSION}, who="reviewer",
    ),
    example(
        "previewLicenceProposal", "refused", "Refused before", "/licence-proposals/{proposal_id}/preview",
        path={"proposal_id": AMENDMENT}, who="reviewer", status=409,
    ),
    example(
        "approveLicenceProposal", "own", "One's own", "/licence-proposals/{proposal_id}/approve", "POST",
        path={"proposal_id": SUSPENSION}, version=1, who="clerk", status=409,
    ),
    example(
        "approveLicenceProposal", "another", "By another", "/licence-proposals/{proposal_id}/approve", "POST",
        path={"proposal_id": SUSPENSION}, version=1, who="reviewer",
    ),
    example(
        "enterDepositLine", "paid", "Paid in", "/deposits/{agency_id}", "POST", path={"agency_id": HELD_BY},
        body={"kind": "paid_in", "amount": "50000", "currency": "EUR", "held_as": "cash", "held_by": "Invented Bank",
              "note": "Receipt 7", "happened_on": "2026-11-20"},
        who="clerk", status=201, keeps={"line_id": PAID},
    ),
    example(
        "enterDepositLine", "drawn", "Drawn for wages", "/deposits/{agency_id}", "POST",
        path={"agency_id": HELD_BY},
        body={"kind": "drawn", "amount": "1200.50", "currency": "EUR", "use": "unpaid_remuneration",
              "note": "Decision 12", "happened_on": "2026-11-21"},
        who="clerk", status=201, keeps={"line_id": DRAWN},
    ),
    example(
        "enterDepositLine", "wrong", "A receipt of another", "/deposits/{agency_id}", "POST",
        path={"agency_id": HELD_BY},
        body={"kind": "reversed", "reverses": PAID, "note": "Receipt 7 was another's", "happened_on": "2026-11-22"},
        who="clerk", status=201, keeps={"line_id": WRONG},
    ),
    example(
        "approveDepositLine", "another", "By another", "/deposits/{agency_id}/lines/{line_id}/approve", "POST",
        path={"agency_id": HELD_BY, "line_id": DRAWN}, version=1, who="reviewer",
    ),
    example(
        "refuseDepositLine", "own", "Taken back", "/deposits/{agency_id}/lines/{line_id}/refuse", "POST",
        path={"agency_id": HELD_BY, "line_id": WRONG}, version=1, who="clerk",
    ),
    example(
        "getDeposit", "agency", "An agency's ledger", "/deposits/{agency_id}", path={"agency_id": HELD_BY},
        who="reviewer",
    ),
    example("listListsOnHold", "two", "Lists that are held", "/lists-on-hold", who="reviewer"),
    example(
        "approveListOnHold", "one", "Apply it after all", "/lists-on-hold/{list_id}/approve", "POST",
        path={"list_id": NEW_LIST}, who="reviewer", status=204,
    ),
    example(
        "rejectListOnHold", "one", "Do not apply it", "/lists-on-hold/{list_id}/reject", "POST",
        path={"list_id": OLD_LIST}, who="reviewer", status=204,
    ),
)  # fmt: skip

DESK_EXAMPLES: tuple[DeskExample, ...] = (
    *OFFICERS,
    *HEARINGS,
    *REFERRALS,
    *TRANSFERS,
    *ENTRIES,
    *OVERSIGHT,
    *SANCTIONS,
    *LICENCES,
    *NEIGHBOURS,
    *LAW,
    *CASES,
    *OPENINGS,
    *PAPERS,
)
