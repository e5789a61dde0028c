"""The password is asked again before whatever would outlast the session: an open desk, or a stolen cookie, is not enough."""

from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.http.app_services import keyring
from registry.organisations import members
from registry.organisations.sessions import MemberPresent
from registry.pages.organisations.sign_in import typed


def password_fault(session: Session, me: MemberPresent) -> str | None:
    """The fault if the password typed in this form is wrong; None if it is right. A failure is counted as at sign-in."""
    is_right = members.is_password_right(Call(session, me, now()), keyring(), typed("old", 1000))
    return None if is_right else "wrong_password"
