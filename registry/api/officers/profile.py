"""One's own account by the API: who one is, one's sessions, tokens and loans, and where one has an interest."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.officers.officers import TOKEN
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema, written_answer
from registry.officer_desk.own_acts import OWN_ACCOUNT, OWN_LOANS, OWN_SESSIONS, OWN_TOKENS
from registry.officers import accounts, notices, rights, tokens
from registry.officers.models import Officer, RoleLent, SignedIn
from registry.officers.rights import RIGHTS, Act
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer
from schemas.officers import (
    OfficerSessionSchema,
    OfficerSessionsSchema,
    OfficerTokensSchema,
    OwnStandingSchema,
    RoleLoanSchema,
    RoleLoansSchema,
)

_SESSION = OfficerSessionSchema.of(SignedIn)
_LOAN = RoleLoanSchema.of(RoleLent, computed=["deputy_id"])

ns = Namespace("officers", path="/officers/me")

OWN = rights.Resource.OWN


@ns.route("")
class Me(Resource):
    @officer_may(OWN, Act.READ)
    @request_schema()
    @response_schema(OwnStandingSchema(), "getMe", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """Read your own officer account and rights.

        Your unit, the roles you have today (lent ones included), and what they let you do: every right of the table.
        """
        return Answer(_standing_payload(session, me), headers=(etag(me.officer.version),))


@ns.route("/sessions")
class Sessions(Resource):
    @officer_may(OWN, Act.READ)
    @request_schema()
    @response_schema(OfficerSessionsSchema(), "listMySessions", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your sessions of the console.

        No address and no browser is written down.
        """
        found = OFFICER_SESSIONS.list_living(session, me.officer, now())
        return Answer({"items": [_SESSION.write(one) for one in found]})


serve_acts(ns, "/sessions/<session_id>", OWN_SESSIONS, None)


@ns.route("/tokens")
class Tokens(Resource):
    @officer_may(OWN, Act.READ)
    @request_schema()
    @response_schema(OfficerTokensSchema(), "listMyTokens", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your active tokens.

        A token is made in the console alone, after the second factor and the password again: none makes another.
        """
        return Answer(
            {"items": [TOKEN.write(one) for one in tokens.tokens_of(session, me.officer, day_at(now(), None))]}
        )


serve_acts(ns, "/tokens/<token_id>", OWN_TOKENS, None)


@ns.route("/loans")
class Loans(Resource):
    @officer_may(OWN, Act.READ)
    @request_schema()
    @response_schema(RoleLoansSchema(), "listMyLoans", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the roles that you lend, now or later, and to whom."""
        found = accounts.loans_of(session, me.officer, day_at(now(), None))
        return Answer({"items": [_LOAN.write(lent, deputy_id=deputy.reference) for lent, deputy in found]})

    post = act_view(
        "/officers/me/loans", OWN_ACCOUNT, OWN_ACCOUNT["loans"],
        Answered(RoleLoanSchema(), lambda session, me, made, _: _loan_answer(*accounts.loan_named(session, me.officer, made))),
    )  # fmt: skip


serve_acts(ns, "/loans/<loan_id>", OWN_LOANS, None)
serve_acts(ns, "", OWN_ACCOUNT, None, exclude=("loans",))


def _standing_payload(session: Session, me: AuthenticatedOfficer) -> dict[str, Any]:
    return {
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


def _loan_answer(lent: RoleLent, deputy: Officer) -> Answer:
    return written_answer(_LOAN, lent, deputy_id=deputy.reference)
