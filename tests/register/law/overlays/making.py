"""Overlays in force, made through the registry's own actions."""

from sqlalchemy.orm import Session

from registry.core.clock import instant_text, now
from registry.core.keyring import Keyring, Use
from registry.log.actions import append
from registry.log.keys import draft_of
from registry.register.law.overlays import actions
from registry.register.law.overlays.actions import Operator
from registry.register.law.overlays.models import LawOverlay
from registry.register.law.overlays.signatures import signed
from tests.calling import call_by

ONE, OTHER = Operator("OPERATXR0001"), Operator("OPERATXR0002")


def sign(session: Session, keyring: Keyring, text: str) -> str:
    """The signature of a file by a law key that the log knows."""
    if not keyring.keys(Use.LAW):
        append(session, [draft_of(keyring.make(Use.LAW, instant_text(now())).key, is_first=True)])
    return signed(text.encode(), keyring.signer(Use.LAW))


def put_in_force(session: Session, keyring: Keyring, text: str) -> LawOverlay:
    row = actions.propose(call_by(session, ONE), text.encode(), sign(session, keyring, text))
    return actions.approve(call_by(session, OTHER), row.reference)
