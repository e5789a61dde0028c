"""The officers of one's unit by the API, what may be done about them, and one's own account.

Changes of officers wait for a second person. Of one's own account: who one is, sessions, tokens and loans, and where one
has an interest. Fields of an answer are named by their schemas: what a feature adds does not get out by itself.
"""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.http.responses import Answer, etag
from registry.http.schemas import response_schema, written_answer
from registry.officer_acts import account_acts
from registry.officer_acts.acting import reference_in
from registry.officers import accounts, notices, rights, tokens
from registry.officers.models import ApiToken, Officer, OfficerChange, RoleLent, SignedIn
from registry.officers.rights import RIGHTS, Act
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer
from schemas import officers

ns = Namespace("officers", path="/officers")

TOKEN = officers.OfficerTokenSchema.of(ApiToken)
_OFFICER = officers.OfficerSchema.of(Officer, computed=["roles"])
_CHANGE = officers.OfficerChangeSchema.of(OfficerChange, computed=["officer_id", "name", "email", "roles"])

OFFICER = rights.Resource.OFFICER

PROPOSED = Answered(
    officers.OfficerChangeSchema(),
    lambda session, me, made, _: Answer(
        change_payload(session, accounts.change_named(session, made, me.standing.unit))
    ),
    "/api/v1/officer-changes/{change_id}",
)


@ns.route("")
class Officers(Resource):
    @officer_may(OFFICER, Act.READ)
    @response_schema(officers.OfficersSchema(), "listOfficers", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the officers of your unit.

        Those who were invited and those who left as well, by name.
        """
        found = accounts.officers_of(session, me.standing.unit)
        return Answer({"items": [_officer_payload(session, one) for one in found]})

    post = act_view("/officers", account_acts.OFFICERS, account_acts.OFFICERS["invite"], PROPOSED)


@ns.route("/<officer_id>")
class OneOfficer(Resource):
    @officer_may(OFFICER, Act.READ)
    @response_schema(officers.OfficerSchema(), "getOfficer", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, officer_id: str) -> Answer:
        """Read one officer of your unit."""
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit)
        return Answer(_officer_payload(session, officer), headers=(etag(officer.version),))


serve_acts(ns, "/<officer_id>", account_acts.OFFICER_ACCOUNTS, PROPOSED)


@ns.route("/<officer_id>/tokens")
class Tokens(Resource):
    @officer_may(OFFICER, Act.READ)
    @response_schema(officers.OfficerTokensSchema(), "listOfficerTokens", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, officer_id: str) -> Answer:
        """List an officer's active tokens.

        The last use of each is given by the day. When the officer was last here is not shown.
        """
        officer = accounts.officer_named(session, reference_in(officer_id), me.standing.unit)
        found = tokens.tokens_of(session, officer, day_at(now(), None))
        return Answer({"items": [TOKEN.write(one) for one in found]})


serve_acts(ns, "/<officer_id>/tokens/<token_id>", account_acts.OFFICER_TOKENS, None)


changes_ns = Namespace("officers", path="/officer-changes")


@changes_ns.route("")
class Changes(Resource):
    @officer_may(OFFICER, Act.READ)
    @response_schema(officers.OfficerChangesSchema(), "listOfficerChanges", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List changes of officers in your unit that wait for a second person.

        The oldest first.
        """
        found = accounts.open_changes(session, me.standing.unit)
        return Answer({"items": [change_payload(session, one) for one in found]})


@changes_ns.route("/<change_id>")
class OneChange(Resource):
    @officer_may(OFFICER, Act.READ)
    @response_schema(officers.OfficerChangeSchema(), "getOfficerChange", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, change_id: str) -> Answer:
        """Read a change of an officer, open or decided."""
        return Answer(
            change_payload(session, accounts.change_named(session, reference_in(change_id), me.standing.unit))
        )


def _approved(session: Session, me: AuthenticatedOfficer, reference: str, code: str | None) -> Answer:
    change = accounts.change_named(session, reference, me.standing.unit)
    return Answer({"change": change_payload(session, change), "join_code": code})


serve_acts(
    changes_ns,
    "/<change_id>",
    account_acts.OFFICER_CHANGES,
    Answered(officers.OfficerChangeApprovedSchema(), _approved),
)


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
    @officer_may(OWN, Act.READ)
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
            "rights": [{"resource": what, "act": act} for (what, act) in RIGHTS if me.standing.may(what, act)],
            "conflicts": sorted(me.conflicts),
            "notices": notices.choice_of(session, me.officer),
        }
        return Answer(payload, headers=(etag(me.officer.version),))


@own.route("/sessions")
class Sessions(Resource):
    @officer_may(OWN, Act.READ)
    @response_schema(officers.OfficerSessionsSchema(), "listMySessions", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your sessions of the console.

        No address and no browser is written down.
        """
        found = OFFICER_SESSIONS.list_living(session, me.officer, now())
        return Answer({"items": [_SESSION.write(one) for one in found]})


serve_acts(own, "/sessions/<session_id>", account_acts.OWN_SESSIONS, None)


@own.route("/tokens")
class OwnTokens(Resource):
    @officer_may(OWN, Act.READ)
    @response_schema(officers.OfficerTokensSchema(), "listMyTokens", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your active tokens.

        A token is made in the console alone, after the second factor and the password again: none makes another.
        """
        return Answer(
            {"items": [TOKEN.write(one) for one in tokens.tokens_of(session, me.officer, day_at(now(), None))]}
        )


serve_acts(own, "/tokens/<token_id>", account_acts.OWN_TOKENS, None)


@own.route("/loans")
class Loans(Resource):
    @officer_may(OWN, Act.READ)
    @response_schema(officers.RoleLoansSchema(), "listMyLoans", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the roles that you lend, now or later, and to whom."""
        found = accounts.loans_of(session, me.officer, me.day(now()))
        return Answer({"items": [_LOAN.write(lent, deputy_id=deputy.reference) for lent, deputy in found]})

    post = act_view(
        "/officers/me/loans", account_acts.OWN_ACCOUNT, account_acts.OWN_ACCOUNT["loans"],
        Answered(
            officers.RoleLoanSchema(),
            lambda session, me, made, _: _loan_answer(*accounts.loan_named(session, me.officer, made)),
        ),
    )  # fmt: skip


serve_acts(own, "/loans/<loan_id>", account_acts.OWN_LOANS, None)
serve_acts(own, "", account_acts.OWN_ACCOUNT, None, exclude=("loans",))


def _loan_answer(lent: RoleLent, deputy: Officer) -> Answer:
    return written_answer(_LOAN, lent, deputy_id=deputy.reference)
