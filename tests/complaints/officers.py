"""Officers of an invented unit, and the moves of a case that they make."""

from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.core.calls import Call
from registry.vocabulary.cases import CaseRole
from tests.complaints.filing import AT

ANNA = Officer("A. Anna", CaseRole.INVESTIGATOR, "it-labour")

CARLA = Officer("C. Carla", CaseRole.SUPERVISOR, "it-labour")


def go(session, sealer, officer, case, *states, reason="because", at=AT):
    for state in states:
        casework.move(Call(session, officer, at), sealer, case.reference, state, reason=reason)
