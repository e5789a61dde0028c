"""The password is asked again before whatever would outlast the session: an open desk, or a stolen cookie, is not enough."""

from flask import request
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import TooManyRequests
from registry.http.app_services import keyring
from registry.officers import signing_in
from registry.officers.sessions import AuthenticatedOfficer
from registry.officers.signing_in import Step


def password_fault(session: Session, me: AuthenticatedOfficer) -> str | None:
    """The fault if the password typed in this form is wrong; None if it is right. A failure is counted as at sign-in."""
    attempt = signing_in.ask_again(session, keyring(), me.officer, request.form.get("password", "")[:1000], now())
    if attempt.step is Step.WAIT:
        raise TooManyRequests(f"too many attempts: try again in {attempt.seconds} seconds", attempt.seconds)
    return "wrong_password" if attempt.step is Step.REFUSED else None
