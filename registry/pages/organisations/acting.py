"""Acts of members on pages: the call of an act, and the password that is asked again before some."""

from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.http.app_services import keyring
from registry.organisations import members
from registry.organisations.models import OrganisationActor
from registry.organisations.sessions import MemberPresent
from registry.pages.organisations.sign_in import typed


def acting(session: Session, me: MemberPresent) -> Call[OrganisationActor]:
    """A call by the member's organisation. Pages say no version: what is shown last is what is acted on."""
    return Call(session, OrganisationActor(me.organisation.id), now())


def password_fault(session: Session, me: MemberPresent) -> str | None:
    """The fault if the password typed in this form is wrong; None if it is right. A failure is counted as at sign-in."""
    is_right = members.is_password_right(Call(session, me, now()), keyring(), typed("old", 1000))
    return None if is_right else "wrong_password"
