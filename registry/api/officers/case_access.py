"""The door to a case for the officers' API: of one's own unit, and about no agency in which one has an interest."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, in_unit, lock_case
from registry.complaints.casework.queries import named_agency_id
from registry.core.errors import NotFound
from registry.http.complaint_services import sealer
from registry.officer_desk.acting import acting, reference_in, require_no_interest
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present


def case_for(session: Session, me: Present, resource: Resource, act: Act, case_id: str) -> tuple[Officer, Case]:
    """Who acts, and the locked case. Raises NotFound for another unit's, Forbidden where he has an interest."""
    reference = reference_in(case_id)
    # Before his role is asked: what is another's answers as if it were not there, to agencies and partners as well.
    own = select(Case.id).where(in_unit(me.standing.unit), Case.reference == reference)
    if session.execute(own).first() is None:
        raise NotFound(f"there is no case {reference} in this unit")
    officer = acting(me, resource, act)
    case = lock_case(session, officer, reference)
    require_no_interest(me, named_agency_id(sealer(), case))
    return officer, case
