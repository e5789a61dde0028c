"""The password is asked again before whatever would outlast the session: an open desk, or a stolen cookie, is not enough."""

from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.http.app_services import keyring
from registry.organisations import members
from registry.organisations.sessions import MemberPresent
from registry.pages.organisations.sign_in import require_no_wait, typed


def password_fault(session: Session, me: MemberPresent) -> str | None:
    """The fault if the password typed in this form is wrong; None if it is right. A failure is counted as at sign-in."""
    entry = members.ask_again(Call(session, me, now()), keyring(), typed("old", 1000))
    if entry is None:
        return None
    require_no_wait(entry)
    return "wrong_password"
