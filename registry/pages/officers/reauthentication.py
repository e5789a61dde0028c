"""The password is asked again before whatever would outlast the session: an open desk, or a stolen cookie, is not enough."""

from flask import request
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.http.app_services import keyring
from registry.officers import signing_in
from registry.officers.sessions import AuthenticatedOfficer


def password_fault(session: Session, me: AuthenticatedOfficer) -> str | None:
    """The fault if the password typed in this form is wrong; None if it is right. A failure is counted as at sign-in."""
    typed = request.form.get("password", "")[:1000]
    is_right = signing_in.is_password_right(Call(session, me, now()), keyring(), typed)
    return None if is_right else "wrong_password"
