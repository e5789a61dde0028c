"""Whether what a wallet shows still stands: by the status lists, by the log, and by the register of staff."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.proofs.credentials.queries import published_now
from registry.proofs.credentials.rules import INVALID, VALID, status_value
from registry.proofs.credentials.status import licences_in_log
from registry.proofs.wallets.models import StaffCard, WalletCredential
from registry.proofs.wallets.presented import Presented, Refused
from registry.proofs.wallets.rules import list_address
from registry.register.agencies.models import Licence
from registry.register.authorities.queries import authority_days
from registry.vocabulary.licensing import WalletForm
from registry.vocabulary.presentations import Refusal


class Subject(NamedTuple):
    """Of whom and under which licence something was shown, by public references."""

    agency_id: str
    licence_id: str
    card_id: str | None = None


def require_in_force(session: Session, form: WalletForm, shown: Presented, issuer: str, at: datetime) -> Subject:
    """Raise Refused unless the copy shown, its licence by the log and its card by the register of staff all stand.

    The licence is looked at besides the list: a list that hid a suspension would not help.
    """
    its = select(WalletCredential).where(WalletCredential.place == shown.place)
    copy = next(
        (
            one
            for one in session.execute(its).scalars()
            if list_address(issuer, one.list_number) == shown.list_address and one.form is form
        ),
        None,
    )
    if copy is None:
        raise Refused(Refusal.NOT_OURS)
    if copy.ended_at is not None or copy.expires_at <= at:
        raise Refused(Refusal.ENDED)
    stated = shown.claims.get("licence", shown.claims)
    if stated.get("licence_id") != copy.licence:
        raise Refused(Refusal.ALTERED)
    which = Licence.reference == copy.licence
    days = authority_days(session, at)
    found = next(iter(licences_in_log(session, published_now(session).size, which)), None)
    if found is None:
        raise Refused(Refusal.ENDED)
    licence, agency = found
    if shown.claims.get("agency", {}).get("agency_id") != agency.agency_id:
        raise Refused(Refusal.ALTERED)
    value = status_value(licence, agency, days.of(licence.authority))
    if value != VALID:
        raise Refused(Refusal.ENDED if value == INVALID else Refusal.SUSPENDED)
    card = session.get(StaffCard, copy.staff_card_id) if copy.staff_card_id is not None else None
    if form is WalletForm.STAFF_CARD and (card is None or card.ended_at is not None):
        raise Refused(Refusal.ENDED)
    return Subject(agency.agency_id, copy.licence, None if card is None else card.reference)
