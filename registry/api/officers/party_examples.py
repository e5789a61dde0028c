"""Examples of hearings, referrals, transfers and entries: what is told to others than officers, each a story in its order."""

from registry.api.officers.story import DeskExample, example

CASE, BOX, AGENCYS = "CASE22222222", "BXX222222222", "HEARDAGENCY2"
WRITER, CHECKER, REP = "WRTER2222222", "CHECKER22222", "REP222222222"
HEARING, REFERRAL, BY_LAW, UNION_PERSON, POLICE_PERSON, NAME_KEEPER, SAID = (
    "HEARNG222222", "REFERRAX2222", "BYXAW2222222", "UNXN22222222", "PXCE22222222", "KEEPERF22222", "SAXD22222222",
)  # fmt: skip
NO_FILE = "NXFXXE222222"
GIVEN, GIVEN_AGAIN, GIVEN_LAST, TAKER = "TRANSF222222", "TRANSF222223", "TRANSF222224", "TAKER2222222"

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
        "draftHearing", "words", "The complainant's own words are refused", "/cases/{case_id}/hearings", "POST",
        path={"case_id": CASE}, body={"allegation": "They took my passport on the first evening."}, version=5,
        who="writer", status=400,
    ),
    example(
        "draftHearing", "own", "In words of the officer's own", "/cases/{case_id}/hearings", "POST", path={"case_id": CASE},
        body={"allegation": "Workers say that documents are kept.", "could_complain": 12}, version=5, who="writer",
        status=201, keeps={"hearing_id": HEARING},
    ),
    _hearing("editHearing", "clearer", "Said more clearly", "", 1, method="PUT", body={"allegation": _ALLEGATION}),
    _hearing("submitHearing", "check", "For the reprisal check", "/hand-in", 2),
    _hearing(
        "returnHearing", "why", "Sent back", "/send-back", 3, who="checker", body={"reason": "How many work there?"}
    ),
    _hearing(
        "editHearing", "number", "With an estimate", "", 4, method="PUT",
        body={"allegation": _ALLEGATION, "could_complain": 3},
    ),
    _hearing("submitHearing", "again", "Handed in again", "/hand-in", 5),
    _hearing("approveHearing", "few", "Three people: why it may go", "/approve", 6, who="checker", body={}, status=409),
    _hearing(
        "approveHearing", "reason", "With a reason", "/approve", 6, who="checker",
        body={"reason": "An inspection saw the same."},
    ),
    _hearing("serveHearing", "weeks", "With three weeks to answer", "/serve", 7, body={"answer_by": "2026-12-15"}),
    example("listServedHearings", "one", "What an agency is asked", "/served-hearings", who="rep"),
    example("getServedHearing", "one", "All that it reads", _SERVED, path={"hearing_id": HEARING}, who="rep"),
    example(
        "requestHearingExtension", "closed", "Longer, please", f"{_SERVED}/longer", "POST", path={"hearing_id": HEARING},
        body={"text": "Our office is closed until Monday."}, version=8, who="rep",
    ),
    _hearing(
        "extendHearing", "week", "A week more", "/longer", 9,
        body={"answer_by": "2026-12-22", "reason": "They showed the notice on their door."},
    ),
    example(
        "saveHearingAnswer", "half", "Not finished yet", f"{_SERVED}/draft", "PUT", path={"hearing_id": HEARING},
        body={"text": "We keep no"}, version=10, who="rep",
    ),
    example(
        "addAnswerFile", "empty", "An empty file is refused", f"{_SERVED}/files", "POST", path={"hearing_id": HEARING},
        who="rep", status=400,
    ),
    example(
        "removeAnswerFile", "none", "There is no such file", f"{_SERVED}/files/{{attachment_id}}", "DELETE",
        path={"hearing_id": HEARING, "attachment_id": NO_FILE}, who="rep", status=404,
    ),
    example(
        "answerHearing", "whole", "The answer", f"{_SERVED}/answer", "POST", path={"hearing_id": HEARING},
        body={"text": "We keep no documents of anybody."}, version=11, who="rep",
    ),
    example("getHearing", "answered", "With its answer", _HEARING, path={"hearing_id": HEARING}, who="writer"),
    example(
        "downloadAnswerFile", "none", "There is no such file", f"{_SERVED}/files/{{attachment_id}}",
        path={"hearing_id": HEARING, "attachment_id": NO_FILE}, who="rep", status=404,
    ),
    example(
        "getAnswerFileCopy", "none", "There is no such file", f"{_HEARING}/files/{{attachment_id}}/copy",
        path={"hearing_id": HEARING, "attachment_id": NO_FILE}, who="writer", status=404,
    ),
    _hearing("closeHearing", "heard", "The agency was heard", "/close", 12),
    _hearing(
        "sendHearingOutcome", "early", "Not decided yet", "/outcome", 13, status=409,
        body={"outcome": "It was found that documents are kept. Return them.", "object_days": 60},
    ),
    example(
        "objectToOutcome", "nothing", "Nothing was decided", f"{_SERVED}/objection", "POST", path={"hearing_id": HEARING},
        body={"text": "We keep no documents of anybody."}, version=13, who="rep", status=404,
    ),
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
        "proposeReferral", "union", "Statement for a union, with consent", "/cases/{case_id}/referrals", "POST",
        path={"case_id": CASE}, version=3, who="writer", status=201, keeps={"referral_id": REFERRAL},
        body={"partner": "it-union", "expires_on": "2027-02-24", "answers": [f"{BOX}.account"], "note": "Please visit.",
              "identity_said_in": SAID},
    ),
    example("listWaitingIdentities", "one", "Asked to be named", "/waiting-identities", who="custodian"),
    example(
        "decideWaitingIdentity", "no", "It stays here", "/waiting-identities/{referral_id}/decide", "POST",
        path={"referral_id": REFERRAL}, version=2, body={"is_approved": False}, who="custodian", status=204,
    ),
    _referral("sendReferral", "union", "The key for the union", "/send", 3),
    example("listReceivedReferrals", "one", "What a union received", "/received-referrals", who="union"),
    example("getReceivedReferral", "one", "All that it reads", _RECEIVED, path={"referral_id": REFERRAL}, who="union"),
    example(
        "acceptReferral", "yes", "Taken on", f"{_RECEIVED}/accept", "POST", path={"referral_id": REFERRAL}, version=4,
        who="union",
    ),
    example(
        "downloadReceivedFile", "none", "Not among the files of the referral", f"{_RECEIVED}/files/{{file_id}}",
        path={"referral_id": REFERRAL, "file_id": "FXLE22222222"}, who="union", status=404,
    ),
    example(
        "reportReferral", "visit", "A report", f"{_RECEIVED}/reports", "POST", path={"referral_id": REFERRAL}, version=5,
        body={"text": "We went there and spoke to her."}, who="union",
    ),
    example("getReferral", "reported", "With the report", _REFERRAL, path={"referral_id": REFERRAL}, who="writer"),
    _referral("cancelReferral", "closed", "Closed to the union", "/take-back", 6),
    example(
        "proposeReferral", "police", "For the police, without consent", "/cases/{case_id}/referrals", "POST",
        path={"case_id": CASE}, version=9, who="writer", status=201, keeps={"referral_id": BY_LAW},
        body={"partner": "it-police", "expires_on": "2027-02-24", "answers": [f"{BOX}.account"]},
    ),
    _referral("recordReferralConsent", "none", "She has not agreed", "/consent", 1, of=BY_LAW, status=409),
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

ENTRY_AGENCY, OFFICIAL, SECOND_OFFICIAL, ENTRY_REP = "ENTRYAGENCY2", "XFFCAL222222", "XFFCAL333333", "ENTRYREP2222"
INVITATION, OTHER_INVITATION, INVITED_PERSON = "NVTATXN22222", "NVTATXN33333", "NVTED2222222"
REPLY, CORRECTION, CLONE = "REPXY2222222", "CXRRECTXN222", "CXXNE2222222"

_REQUEST = "/entry-requests/{request_id}"


def _entry(operation: str, name: str, summary: str, step: str, of: str, version: int, **more: object) -> DeskExample:
    return example(
        operation, name, summary, f"{_REQUEST}{step}", "POST",
        path={"request_id": of}, version=version, **{"who": "official"} | more,
    )  # fmt: skip


def _example_request(name: str, summary: str, keeps: str, **body: object) -> DeskExample:
    return example(
        "createEntryRequest", name, summary, "/entry-requests", "POST", who="rep", status=201, keeps={"request_id": keeps},
        body=body,
    )  # fmt: skip


def _invitation(name: str, summary: str, keeps: str, person: str, email: str) -> DeskExample:
    return example(
        "inviteAgencyPerson", name, summary, "/agency-invitations", "POST", who="official", status=201,
        keeps={"change_id": keeps},
        body={"agency_id": ENTRY_AGENCY, "name": person, "email": email, "language": "en"},
    )  # fmt: skip


ENTRIES = (
    _example_request("reply", "A reply to a suspension", REPLY, kind="reply", text="We have appealed."),
    _example_request("correction", "A correction", CORRECTION, kind="correction", part="name", text="One letter is wrong."),
    _example_request("clone", "A report of a clone", CLONE, kind="clone_report", text="Somebody uses our stamp."),
    example("listEntryRequests", "waiting", "What waits for an authority", "/entry-requests", who="official"),
    _entry(
        "decideEntryRequest", "reply", "The reply is shown", "/decide", REPLY, 1,
        body={"is_accepted": True, "answer": "It names nobody."},
    ),
    _entry(
        "decideEntryRequest", "clone", "The report is refused", "/decide", CLONE, 1,
        body={"is_accepted": False, "answer": "It is your own branch."},
    ),
    _entry("takeDownReply", "appeal", "The reply is taken down", "/take-down", REPLY, 2, body={"answer": "You lost it."}),
    example("getEntryRequest", "refused", "What the agency reads", _REQUEST, path={"request_id": CLONE}, who="rep"),
    _entry("withdrawEntryRequest", "correction", "Taken back", "/withdraw", CORRECTION, 1, who="rep"),
    _invitation("one", "A person of an agency", INVITATION, "Invented Manager", "manager@agency.example"),
    _invitation("other", "Another one", OTHER_INVITATION, "Invented Clerk", "clerk@agency.example"),
    example("listAgencyInvitations", "waiting", "What waits for a second officer", "/agency-invitations", who="second"),
    example(
        "approveAgencyInvitation", "code", "Approved: the code is handed over in person",
        "/agency-invitations/{change_id}/approve", "POST", path={"change_id": INVITATION}, who="second",
        keeps={"officer_id": INVITED_PERSON},
    ),
    example(
        "refuseAgencyInvitation", "back", "Taken back", "/agency-invitations/{change_id}/refuse", "POST",
        path={"change_id": OTHER_INVITATION}, who="official", status=204,
    ),
)  # fmt: skip

_TRANSFER = "/transfers/{transfer_id}"
_REASON = "The workshop is in your region."


def _request(name: str, summary: str, version: int, transfer: str, **more: object) -> DeskExample:
    stated: dict[str, object] = {"status": 201, "keeps": {"transfer_id": transfer}} if transfer else {}
    body = {"unit": more.pop("unit", "cz-labour"), "reason": _REASON}
    return example(
        "requestTransfer", name, summary, "/cases/{case_id}/transfers", "POST",
        path={"case_id": CASE}, body=body, version=version, who="writer", **stated | more,
    )  # fmt: skip


def _transfer(operation: str, name: str, summary: str, transfer: str, step: str, **more: object) -> DeskExample:
    stated: dict[str, object] = {"version": 2, "who": "taker"}
    return example(
        operation, name, summary, f"{_TRANSFER}{step}", "POST", path={"transfer_id": transfer}, **stated | more
    )


TRANSFERS = (
    example("listCaseTransfers", "none", "None yet", "/cases/{case_id}/transfers", path={"case_id": CASE}, who="writer"),
    _request("own", "The case is there already", 2, "", unit="it-labour", status=400),
    _request("region", "To the unit of the place", 2, GIVEN),
    _request("twice", "A unit was asked already", 3, "", status=409),
    example("listTransfers", "asked", "What a unit is asked to take", "/transfers", who="taker"),
    example(
        "getTransfer", "asked", "What it reads before it answers", _TRANSFER, path={"transfer_id": GIVEN}, who="taker"
    ),
    _transfer(
        "declineTransfer", "elsewhere", "Not its place either", GIVEN, "/decline", status=204,
        body={"reason": "The workshop moved away in March."},
    ),
    _request("again", "Asked once more", 4, GIVEN_AGAIN),
    _transfer("takeBackTransfer", "mistake", "Asked by mistake", GIVEN_AGAIN, "/take-back", who="writer"),
    _request("last", "And asked anew", 6, GIVEN_LAST),
    _transfer("acceptTransfer", "yes", "Taken over", GIVEN_LAST, "/accept"),
    example("listTransfers", "given", "What a unit handed over", "/transfers", who="writer"),
    example(
        "getTransfer", "given", "Its own unit has the case no more", _TRANSFER, path={"transfer_id": GIVEN_LAST},
        who="writer", status=404,
    ),
)  # fmt: skip
