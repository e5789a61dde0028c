"""Acts on the further agencies and the employers of a case, and on an employer itself."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.models import Case
from registry.complaints.casework import firms
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import CaseEvent
from registry.complaints.casework.queries import agencies_of
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.officer_acts.acting import acting, reference_in, require_no_interest
from registry.officer_acts.acts import ActCall, OfficerAct, calling, calling_sealed, case_acts
from registry.officer_acts.agency_picker import picked_agency
from registry.officer_acts.case_acts import case_finder, find_within_case
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import EventKind, FirmPart
from schemas.cases import CaseEmployerBodySchema, CaseFurtherAgencySchema, UnitEmployerBodySchema


def _add_agency(call: ActCall[Officer], agency_id: str, part: FirmPart) -> object:
    agency = picked_agency(call.session, agency_id, "agency_id")
    require_no_interest(call.me, agency)
    return firms.add_agency(call, sealer(), call.reference, agency, part)


IN_CASE = case_acts(
    Resource.CASE,
    case_finder(Resource.CASE),
    OfficerAct(
        "agencies", Act.WRITE, _add_agency, "addCaseAgency",
        """Add a further agency of the registry to a case, with its part.

        The agency that was recorded first stays the main one.
        """,
        CaseFurtherAgencySchema, form={"agency_id": "agency"},
    ),
    OfficerAct(
        "employers", Act.WRITE, calling_sealed(firms.link_employer, firms.EmployerLink), "linkCaseEmployer",
        """Link a case to an employer of your unit, or to a new one.

        What the complainant wrote stays beside it.
        """,
        CaseEmployerBodySchema, form={"part": "employer_part"},
    ),
)  # fmt: skip

AGENCIES = case_acts(
    Resource.CASE,
    find_within_case,
    OfficerAct(
        "remove", Act.WRITE, calling(firms.remove_agency), "removeCaseAgency", "Remove a further agency from a case.",
        method="delete", path="",
    ),
)  # fmt: skip

EMPLOYERS = case_acts(
    Resource.CASE,
    find_within_case,
    OfficerAct(
        "remove", Act.WRITE, calling(firms.unlink_employer), "unlinkCaseEmployer",
        "Unlink an employer from a case. An employer that no case names is forgotten.",
        method="delete", path="",
    ),
)  # fmt: skip


def _find_employer(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return firms.employer_of_unit(session, sealer(), me.standing.unit, reference_in(reference)).row.reference


def _edit(call: ActCall[Officer], **fields: str) -> object:
    return firms.edit_employer(call, sealer(), call.reference, firms.EmployerDetails(**fields))


EMPLOYER = case_acts(
    Resource.CASE,
    _find_employer,
    OfficerAct(
        "edit", Act.WRITE, _edit, "editEmployer", "Correct what is written down of an employer.",
        UnitEmployerBodySchema, method="put", path="", page="",
    ),
)  # fmt: skip
"""What is done to an employer of the unit."""


class EmployerView(NamedTuple):
    """An employer with its cases, without those of agencies in which the officer has an interest."""

    shown: firms.ShownEmployer
    cases: Sequence[Case]
    agencies: Sequence[str]
    visits: Sequence[tuple[str, CaseEvent]]


def read_employer(session: Session, me: AuthenticatedOfficer, reference: str) -> EmployerView:
    """An employer of the unit. The reading is recorded. Raises NotFound."""
    officer = acting(me, Resource.CASE, Act.READ)
    shown = firms.employer_of_unit(session, sealer(), officer.unit, reference_in(reference))
    cases, agencies = [], dict[str, None]()
    for case in firms.cases_of(session, shown.row):
        named = agencies_of(sealer(), case)
        if not any(me.has_conflict(agency) for agency in named):
            cases.append(case)
            agencies.update(dict.fromkeys(named))
    references = {case.id: case.reference for case in cases}
    planned = select(CaseEvent).where(CaseEvent.case_id.in_(references), CaseEvent.kind == EventKind.VISIT)
    visits = session.scalars(planned.order_by(CaseEvent.on_day.desc(), CaseEvent.id.desc())).all()
    record(
        session, "employer.read", shown.row.reference, on=now().date(), actor=officer.name, detail=officer.role,
        unit=officer.unit,
    )  # fmt: skip
    return EmployerView(shown, cases, list(agencies), [(references[one.case_id], one) for one in visits])
