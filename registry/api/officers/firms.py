"""The further agencies and the employers of a case by the API, a unit's employers, and what a worker is owed."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.endpoints import act_view, officer_may, serve_acts
from registry.api.restx import Namespace, Resource
from registry.complaints.casework import actions, claims, firms, queries
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema
from registry.officer_acts import case_acts
from registry.officers import rights
from registry.officers.sessions import AuthenticatedOfficer
from schemas import cases

CASE = rights.Resource.CASE

_LINE = cases.ClaimLineSchema.of(claims.ClaimDetails, computed=["line_id", "quantity", "rate", "amount", "by", "on"])

ns = Namespace("firms", path="/cases/<case_id>")


@ns.route("/firms")
class Firms(Resource):
    @officer_may(CASE, rights.Act.READ)
    @response_schema(cases.CaseFirmsSchema(), "listCaseFirms", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the agencies and employers of a case. The reading is recorded in the audit trail."""
        officer, case = case_acts.lock_case_for(session, me, CASE, rights.Act.READ, case_id)
        queries.require_readable(case)
        found = firms.firms_of(session, sealer(), officer.unit, case)
        actions.record_reading(Call(session, officer, now()), case, "case.firms_read")
        payload = {
            "agency_id": queries.named_agency_id(sealer(), case),
            "agencies": [
                {"link_id": one.reference, "agency_id": agency, "part": one.part} for one, agency in found.agencies
            ],
            "employers": [_summary(one) | {"part": one.part} for one in found.employers],
            "stated_employer": found.stated,
            "suggested": [_summary(one) for one in found.suggested],
            "version": case.version,
        }
        return Answer(payload, headers=(etag(case.version),))


serve_acts(ns, "", case_acts.FIRMS)
serve_acts(ns, "/agencies/<link_id>", case_acts.CASE_AGENCIES)
serve_acts(ns, "/employers/<employer_id>", case_acts.CASE_EMPLOYERS)


@ns.route("/claims")
class Claims(Resource):
    @officer_may(CASE, rights.Act.WRITE)
    @response_schema(cases.ClaimsSchema(), "listClaimLines", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List what the worker is owed, line by line with each calculation. The reading is recorded in the audit trail."""
        officer, case = case_acts.lock_case_for(session, me, CASE, rights.Act.WRITE, case_id)
        queries.require_readable(case)
        found = claims.claims_of(session, sealer(), officer, case)
        actions.record_reading(Call(session, officer, now()), case, "case.claims_read")
        payload = {
            "lines": [
                _LINE.write(
                    line,
                    line_id=row.reference,
                    quantity=str(line.quantity),
                    rate=str(line.rate),
                    amount=str(line.amount),
                    by=row.written_by,
                    on=row.written_on,
                )
                for row, line in found.lines
            ],
            "totals": {currency: str(owed) for currency, owed in found.totals.items()},
            "version": case.version,
        }
        return Answer(payload, headers=(etag(case.version),))

    post = act_view("/cases/<case_id>", case_acts.ACTS, "claims")


serve_acts(ns, "/claims/<line_id>", case_acts.CLAIMS)

employers = Namespace("employers", path="/employers")


@employers.route("")
class Employers(Resource):
    @officer_may(CASE, rights.Act.READ)
    @request_schema(cases.UnitEmployersQuerySchema())
    @response_schema(cases.UnitEmployersSchema(), "listEmployers", (400,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, name: str) -> Answer:
        """Find employers of your unit by a part of the name, or by the register number."""
        found = firms.employers_named(session, sealer(), me.standing.unit, name)
        return Answer({"items": [_summary(one) for one in found]})


@employers.route("/<employer_id>")
class OneEmployer(Resource):
    @officer_may(CASE, rights.Act.READ)
    @response_schema(cases.UnitEmployerSchema(), "getEmployer", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, employer_id: str) -> Answer:
        """Read an employer with its cases, their agencies and visits. The reading is recorded in the audit trail."""
        view = case_acts.read_employer(session, me, employer_id)
        payload = _summary(view.shown) | {
            "cases": [{"case_id": one.reference, "state": one.state, "filed_on": one.filed_on} for one in view.cases],
            "agencies": view.agencies,
            "visits": [
                {"case_id": case, "event_id": one.reference, "on_day": one.on_day, "state": one.state}
                for case, one in view.visits
            ],
            "version": view.shown.row.version,
        }
        return Answer(payload, headers=(etag(view.shown.row.version),))

    put = act_view("/employers/<employer_id>", case_acts.EMPLOYER, "edit")


def _summary(one: firms.ShownEmployer) -> dict[str, Any]:
    details = one.details
    return {
        "employer_id": one.row.reference,
        "name": details.name,
        "country": details.country or None,
        "place": details.place or None,
        "register_number": details.register_number or None,
    }
