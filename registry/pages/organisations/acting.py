"""Acts of members on pages."""

from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.organisations.models import OrganisationActor
from registry.organisations.sessions import MemberPresent


def acting(session: Session, me: MemberPresent) -> Call[OrganisationActor]:
    """A call by the member's organisation. Pages say no version: what is shown last is what is acted on."""
    return Call(session, OrganisationActor(me.organisation.id), now())
