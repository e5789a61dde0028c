"""Webhooks and watched agencies, all invented."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.watches import webhooks
from registry.watches.models import Delivery
from registry.watches.webhooks import Made
from tests.make import licence_record, make_agency, organisation_call
from tests.watches.making import BRAND, fan_out_committed, make_brands, make_watch


def make_webhook(session: Session, keyring: Keyring, url: str, organisation: int = BRAND) -> Made:
    make_brands(session)
    return webhooks.make(organisation_call(session, organisation), keyring, url, "Our ear", is_unsafe=True)


def make_watched(session: Session, keyring: Keyring) -> str:
    agency = make_agency(session, licences=(licence_record(),)).agency_id
    fan_out_committed(session, keyring)
    make_watch(session, agency)
    return agency


def states_of(session: Session) -> list[tuple[str, int]]:
    session.expire_all()
    rows = session.execute(select(Delivery.state, Delivery.attempts).order_by(Delivery.id)).all()
    session.commit()
    return [(str(state), attempts) for state, attempts in rows]
