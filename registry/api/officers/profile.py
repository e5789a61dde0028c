"""One's own account by the API: who one is, one's sessions, tokens and loans, and where one has an interest."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.officers.officers import TOKEN
from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema
from registry.officer_acts.own_acts import OWN_ACCOUNT, OWN_LOANS, OWN_SESSIONS, OWN_TOKENS
from registry.officers import accounts, notices, rights, tokens
from registry.officers.models import Officer, RoleLent, SignedIn
from registry.officers.rights import RIGHTS, Act
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer
from schemas.officers import (
    OfficerSessionsSchema,
    OfficerTokensSchema,
    OwnStandingSchema,
    RoleLoanSchema,
    RoleLoansSchema,
)

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
        return Answer(standing_payload(session, me), headers=(etag(me.officer.version),))


@ns.route("/sessions")
class Sessions(Resource):
    @officer_may(OWN, Act.READ)
    @request_schema()
    @response_schema(OfficerSessionsSchema(), "listMySessions", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your sessions of the console.

        No address and no browser is written down.
        """
        return Answer(
            {"items": [session_payload(one) for one in OFFICER_SESSIONS.list_living(session, me.officer, now())]}
        )


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
        return Answer({"items": [loan_payload(lent, deputy) for lent, deputy in found]})

    post = act_view(
        "/officers/me/loans", OWN_ACCOUNT, OWN_ACCOUNT["loans"],
        Answered(
            RoleLoanSchema(),
            lambda session, me, made, _: Answer(loan_payload(*accounts.loan_named(session, me.officer, made))),
        ),
    )  # fmt: skip


serve_acts(ns, "/loans/<loan_id>", OWN_LOANS, None)
serve_acts(ns, "", OWN_ACCOUNT, None, exclude=("loans",))


def standing_payload(session: Session, me: AuthenticatedOfficer) -> dict[str, Any]:
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


def session_payload(one: SignedIn) -> dict[str, Any]:
    return {"session_id": one.reference, "created_at": one.began_at, "seen_at": one.seen_at, "expires_at": one.ends_at}


def loan_payload(lent: RoleLent, deputy: Officer) -> dict[str, Any]:
    return {
        "loan_id": lent.reference,
        "deputy_id": deputy.reference,
        "role": lent.role,
        "from_on": lent.from_on,
        "to_on": lent.to_on,
    }
