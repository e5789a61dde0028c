"""The officers of one's unit by the API, one's own account, and access that a role does not open.

Changes of officers wait for a second person. Of one's own account: who one is, sessions, tokens and loans, and where one
has an interest. Fields of an answer are named by their schemas: what a feature adds does not get out by itself.

Access is asked for (`access_grants`), agreed to by a second person, and looked at for a while.
"""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.cases import MAILBOX
from registry.api.officers.endpoints import Answered, act_view, officer_may, serve_acts
from registry.api.restx import Namespace, Resource
from registry.complaints.attachments.file_store import store_of
from registry.complaints.casework.access_grants import queries
from registry.complaints.casework.access_grants.actions import lock_grant
from registry.complaints.casework.access_grants.rules import RIGHT_TO
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer, File, etag, file_of
from registry.http.schemas import response_file, response_schema, written_answer
from registry.http.transaction import services
from registry.officer_acts import access_grant_acts, account_acts
from registry.officer_acts.permissions import acting, reference_in
from registry.officers import accounts, loans, notices, rights, tokens
from registry.officers.models import ApiToken, Officer, OfficerChange, RoleLent, SignedIn
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer
from registry.vocabulary.cases import AccessKind
from schemas import officers

ns = Namespace("officers", path="/officers")

TOKEN = officers.OfficerTokenSchema.of(ApiToken)
_OFFICER = officers.OfficerSchema.of(Officer, computed=["roles"])
_CHANGE = officers.OfficerChangeSchema.of(OfficerChange, computed=["officer_id", "name", "email", "roles"])

OFFICER = rights.Resource.OFFICER


def _change_answer(session: Session, me: AuthenticatedOfficer, change_id: str, _: object = None) -> Answer:
    change = accounts.change_named(session, reference_in(change_id), me.standing.unit)
    return Answer(change_payload(session, change))


PROPOSED = Answered(officers.OfficerChangeSchema(), _change_answer, "/api/v1/officer-changes/{change_id}")


@ns.route("")
class Officers(Resource):
    @officer_may(OFFICER, rights.Act.READ)
    @response_schema(officers.OfficersSchema(), "listOfficers", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the officers of your unit.

        Those who were invited and those who left as well, by name.
        """
        found = accounts.officers_of(session, me.standing.unit)
        return Answer({"items": [_officer_payload(session, one) for one in found]})

    post = act_view("/officers", account_acts.OFFICERS, "invite", PROPOSED)


@ns.route("/<officer_id>")
class OneOfficer(Resource):
    @officer_may(OFFICER, rights.Act.READ)
    @response_schema(officers.OfficerSchema(), "getOfficer", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, officer_id: str) -> Answer:
        """Read one officer of your unit."""
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit)
        return Answer(_officer_payload(session, officer), headers=(etag(officer.version),))


serve_acts(ns, "/<officer_id>", account_acts.OFFICER_ACCOUNTS, PROPOSED)


@ns.route("/<officer_id>/tokens")
class Tokens(Resource):
    @officer_may(OFFICER, rights.Act.READ)
    @response_schema(officers.OfficerTokensSchema(), "listOfficerTokens", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, officer_id: str) -> Answer:
        """List an officer's active tokens.

        The last use of each is given by the day. When the officer was last here is not shown.
        """
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit)
        found = tokens.tokens_of(session, officer, day_at(now(), None))
        return Answer({"items": [TOKEN.write(one) for one in found]})


serve_acts(ns, "/<officer_id>/tokens/<token_id>", account_acts.OFFICER_TOKENS)


changes_ns = Namespace("officers", path="/officer-changes")


@changes_ns.route("")
class Changes(Resource):
    @officer_may(OFFICER, rights.Act.READ)
    @response_schema(officers.OfficerChangesSchema(), "listOfficerChanges", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List changes of officers in your unit that wait for a second person.

        The oldest first.
        """
        found = accounts.open_changes(session, me.standing.unit)
        return Answer({"items": [change_payload(session, one) for one in found]})


@changes_ns.route("/<change_id>")
class OneChange(Resource):
    @officer_may(OFFICER, rights.Act.READ)
    @response_schema(officers.OfficerChangeSchema(), "getOfficerChange", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, change_id: str) -> Answer:
        """Read a change of an officer, open or decided."""
        return _change_answer(session, me, change_id)


def _approved(session: Session, me: AuthenticatedOfficer, reference: str, code: str | None) -> Answer:
    change = accounts.change_named(session, reference, me.standing.unit)
    return Answer({"change": change_payload(session, change), "join_code": code})


APPROVED = Answered(officers.OfficerChangeApprovedSchema(), _approved)
serve_acts(changes_ns, "/<change_id>", account_acts.OFFICER_CHANGES, APPROVED)


def _officer_payload(session: Session, officer: Officer) -> dict[str, Any]:
    return _OFFICER.write(officer, roles=sorted(accounts.own_roles(session, officer)))


def change_payload(session: Session, change: OfficerChange) -> dict[str, Any]:
    about = None if change.officer_id is None else session.get_one(Officer, change.officer_id)
    return _CHANGE.write(
        change,
        officer_id=None if about is None else about.reference,
        name=change.details["name"] if about is None else about.name,
        email=change.details["email"] if about is None else about.email,
        roles=change.details.get("roles", []),
    )


_SESSION = officers.OfficerSessionSchema.of(SignedIn)
_LOAN = officers.RoleLoanSchema.of(RoleLent, computed=["deputy_id"])

own = Namespace("officers", path="/officers/me")

OWN = rights.Resource.OWN


@own.route("")
class Me(Resource):
    @officer_may(OWN, rights.Act.READ)
    @response_schema(officers.OwnStandingSchema(), "getMe", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """Read your own officer account and rights.

        Your unit, the roles you have today (lent ones included), and what they let you do: every right of the table.
        """
        payload = {
            "officer_id": me.officer.reference,
            "name": me.officer.name,
            "language": me.officer.language,
            "unit": me.standing.unit,
            "country": me.standing.country,
            "authority": me.standing.authority,
            "roles": sorted(me.standing.roles),
            "rights": [{"resource": what, "act": act} for (what, act) in rights.RIGHTS if me.standing.may(what, act)],
            "conflicts": sorted(me.conflicts),
            "notices": notices.choice_of(session, me.officer),
        }
        return Answer(payload, headers=(etag(me.officer.version),))


@own.route("/sessions")
class Sessions(Resource):
    @officer_may(OWN, rights.Act.READ)
    @response_schema(officers.OfficerSessionsSchema(), "listMySessions", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your sessions of the console.

        No address and no browser is written down.
        """
        found = OFFICER_SESSIONS.list_living(session, me.officer, now())
        return Answer({"items": [_SESSION.write(one) for one in found]})


serve_acts(own, "/sessions/<session_id>", account_acts.OWN_SESSIONS)


@own.route("/tokens")
class OwnTokens(Resource):
    @officer_may(OWN, rights.Act.READ)
    @response_schema(officers.OfficerTokensSchema(), "listMyTokens", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your active tokens.

        A token is made in the console alone, after the second factor and the password again: none makes another.
        """
        found = tokens.tokens_of(session, me.officer, day_at(now(), None))
        return Answer({"items": [TOKEN.write(one) for one in found]})


serve_acts(own, "/tokens/<token_id>", account_acts.OWN_TOKENS)


def _loan_answer(session: Session, me: AuthenticatedOfficer, loan_id: str, _: object = None) -> Answer:
    lent, deputy = loans.find_loan(session, me.officer, loan_id)
    return written_answer(_LOAN, lent, deputy_id=deputy.reference)


LOAN_ANSWERED = Answered(officers.RoleLoanSchema(), _loan_answer)


@own.route("/loans")
class Loans(Resource):
    @officer_may(OWN, rights.Act.READ)
    @response_schema(officers.RoleLoansSchema(), "listMyLoans", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the roles that you lend, now or later, and to whom."""
        found = loans.list_loans(session, me.officer, me.day(now()))
        return Answer({"items": [_LOAN.write(lent, deputy_id=deputy.reference) for lent, deputy in found]})

    post = act_view("/officers/me/loans", account_acts.OWN_ACCOUNT, "loans", LOAN_ANSWERED)


serve_acts(own, "/loans/<loan_id>", account_acts.OWN_LOANS)
serve_acts(own, "", account_acts.OWN_ACCOUNT, exclude=("loans",))


access_grants = Namespace("access-grants", path="/")

GLASS, IDENTITY, ORIGINAL = rights.Resource.BREAK_GLASS, rights.Resource.IDENTITY, rights.Resource.ORIGINAL
_GRANT = officers.AccessGrantSchema.of(queries.AccessGrantView, computed=["attachment_id"])
_CONTENT = officers.AccessGrantContentSchema.of(
    queries.Opened, inherited="shown", computed=["attachment_id", "identities", "mailboxes"]
)


def _grant_answer(session: Session, me: AuthenticatedOfficer, reference: str, _: object) -> Answer:
    grant = queries.grant_view(session, sealer(), me.standing.unit, reference, now())
    return written_answer(_GRANT, grant, attachment_id=_attachment_id(grant))


GRANT_ANSWERED = Answered(officers.AccessGrantSchema(), _grant_answer)
serve_acts(access_grants, "/cases/<case_id>/access-grants", access_grant_acts.IN_CASE, GRANT_ANSWERED)


@access_grants.route("/access-grants")
class AccessGrants(Resource):
    @officer_may(GLASS, rights.Act.READ)
    @response_schema(officers.AccessGrantsSchema(), "listAccessGrants", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List access requests of your unit: waiting ones first, then those open now or in the last 30 days.

        Reasons are shown to those who decide; reading them is on record.
        """
        kinds = [kind for kind in AccessKind if me.standing.may(RIGHT_TO[kind], rights.Act.APPROVE)]
        found = queries.of_unit(session, sealer(), me.standing.unit, me.officer.reference, now(), decides=kinds)
        return Answer({"items": [_GRANT.write(one, attachment_id=_attachment_id(one)) for one in found]})


serve_acts(access_grants, "/access-grants/<grant_id>", access_grant_acts.ACTS, GRANT_ANSWERED)
serve_acts(access_grants, "/access-grants/<grant_id>", access_grant_acts.OWN, GRANT_ANSWERED)


@access_grants.route("/access-grants/<grant_id>/content")
class Content(Resource):
    @officer_may(GLASS, rights.Act.PROPOSE)
    @response_schema(officers.AccessGrantContentSchema(), "getAccessGrantContent", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, grant_id: str) -> Answer:
        """Read what an access grant opens to you.

        Each look is on record. The first look at who wrote begins its quarter of an hour. 409 where the custodian's key is not
        on this server; break-glass access shows the rest of the case then.
        """
        reference = access_grant_acts.find_access_grant(session, me, grant_id, rights.Act.PROPOSE)
        _, grant = lock_grant(session, me.standing.unit, reference)
        call = Call(session, acting(me, RIGHT_TO[grant.kind], rights.Act.PROPOSE), now())
        opened = queries.look(call, sealer(), reference)
        identities = opened.identities
        return written_answer(
            _CONTENT,
            opened,
            attachment_id=_attachment_id(opened.shown),
            identities=None
            if identities is None
            else [{"mailbox_id": box, "answers": given} for box, given in identities.items()],
            mailboxes=[MAILBOX.write(box) for box in opened.view.boxes] if opened.view else None,
        )


@access_grants.route("/access-grants/<grant_id>/file")
class OriginalFile(Resource):
    @officer_may(ORIGINAL, rights.Act.PROPOSE)
    @response_file("downloadOriginal", (404, 409))
    def get(self, session: Session, me: AuthenticatedOfficer, grant_id: str) -> File:
        """Download the original file that is open to you."""
        reference = access_grant_acts.find_access_grant(session, me, grant_id, rights.Act.PROPOSE)
        call = Call(session, acting(me, ORIGINAL, rights.Act.PROPOSE), now())
        name, body = queries.original(call, sealer(), reference, store_of(services().settings))
        return file_of(body, f"{reference}.{name.rpartition('.')[2]}")


def _attachment_id(one: queries.AccessGrantView) -> str | None:
    return one.grant.attachment or None
