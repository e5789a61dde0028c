"""The register of staff cards: an agency's people order them, see which live, and end them; a licence that ends ends its cards.

The registry repeats the agency's word. A name and a portrait are sealed, and deleted with the card.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, NewType, cast

import msgspec
from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.attachments.file_kinds import kind_of, refusal
from registry.complaints.attachments.sanitiser.process import clean
from registry.core.calls import Call
from registry.core.db.locking import find, lock
from registry.core.errors import NotFound, NotNow
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.proofs.credentials.status import licences_in_log
from registry.proofs.wallets import rules, status
from registry.proofs.wallets.models import StaffCard, WalletCredential, WalletGrant
from registry.register.agencies.models import Licence
from registry.register.agencies.queries import public_record
from registry.register.agencies.rules import tidy_line
from registry.register.authorities.queries import authority_days
from registry.vocabulary import cases, codes
from registry.vocabulary.supervision import CardEnd, GrantStep, WalletForm

SECRET = "staff-cards"
MAX_NAME = 80
MAX_CARDS = 1000
"""Cards of one agency that live at a time."""
PICTURES = (cases.FileKind.JPEG, cases.FileKind.PNG, cases.FileKind.WEBP, cases.FileKind.HEIC)

CleanPicture = NewType("CleanPicture", bytes)
"""A JPEG that `clean_portrait` made."""


class AgencyUser(NamedTuple):
    """A user of an agency: the user's reference and the agency's."""

    name: str
    agency: str


class Person(NamedTuple):
    """Of whom an agency says that they act for it."""

    given_name: str
    family_name: str


def clean_portrait(body: bytes) -> CleanPicture:
    """A picture without what telephones write into it, made in the confined process. Raises RefusedFile.

    That takes seconds: before a transaction that writes, not in one, for others wait for it.
    """
    kind = kind_of(body)
    if kind not in PICTURES:
        raise refusal(codes.Problem.FILE_KIND_NOT_TAKEN)
    copy = clean(body, kind).body
    if copy is None:
        raise refusal(codes.Problem.FILE_DAMAGED)
    return CleanPicture(copy)


def order(
    call: Call[AgencyUser], keyring: Keyring, licence: str, person: Person, portrait: CleanPicture | None = None
) -> StaffCard:
    """Order a card for a person of the agency, under a licence of it that is in force.

    Raises InvalidInput, NotFound, and NotNow where the agency has as many cards as it may, or the licence is not in force.
    """
    session, agency = call.session, call.actor.agency
    person = Person(*(tidy_line(name, text, MAX_NAME) for name, text in person._asdict().items()))
    _require_in_force(session, agency, licence, call.at)
    living = select(func.count(StaffCard.id)).where(StaffCard.agency == agency, StaffCard.ended_at.is_(None))
    if session.execute(living).scalar_one() >= MAX_CARDS:
        raise NotNow(f"an agency has at most {MAX_CARDS} cards: end one first", "wallet.too_many_cards", most=MAX_CARDS)
    reference = new_reference()
    card = StaffCard(
        reference=reference,
        agency=agency,
        licence=licence,
        person=keyring.seal(SECRET, reference, msgspec.json.encode(person)),
        portrait=None if portrait is None else keyring.seal(SECRET, f"{reference} portrait", portrait).encode(),
        portrait_digest=None if portrait is None else rules.integrity_of(portrait),
        ordered_by=call.actor.name,
        ordered_at=call.at,
    )
    session.add(card)
    session.flush()
    status.draw_place(
        session,
        form=WalletForm.STAFF_CARD,
        licence=licence,
        staff_card_id=card.id,
        content=rules.CODE,
        issued_at=call.at,
        expires_at=call.at + rules.CODE_LIFE,
    )
    record(session, "staff_card.ordered", agency, on=call.at.date(), actor=call.actor.name, detail=reference)
    return card


def end(call: Call[AgencyUser], reference: str) -> StaffCard:
    """End a card of the agency at once, and forget whom it was about. One that ended before stays as it is. Raises NotFound."""
    agency = call.actor.agency
    its = (StaffCard.agency == agency, StaffCard.reference == reference)
    card = lock(call.session, StaffCard, *its, missing="there is no such staff card", key_share=True)
    if card.ended_at is None:
        end_cards(call.session, [card], CardEnd.BY_AGENCY, call.at)
        record(call.session, "staff_card.ended", agency, on=call.at.date(), actor=call.actor.name, detail=reference)
    return card


def end_cards(session: Session, cards: Iterable[StaffCard], ended_as: CardEnd, at: datetime) -> None:
    """End cards with all that was issued on them, and delete whom they were about."""
    ids = []
    for card in cards:
        card.ended_at, card.ended_as = at, ended_as
        card.person = card.portrait = card.portrait_digest = None
        ids.append(card.id)
    session.flush()
    # Grants first: a credential that is just being issued has its grant locked, and is there once we have it. It refers to the
    # card meanwhile, which is why cards are locked by `key_share`.
    end_grants(session, WalletGrant.staff_card_id.in_(ids))
    end_credentials(session, WalletCredential.staff_card_id.in_(ids), at)


def living_cards(session: Session, agency: str) -> list[StaffCard]:
    """The cards of an agency that live, latest first."""
    query = select(StaffCard).where(StaffCard.agency == agency, StaffCard.ended_at.is_(None))
    return list(session.execute(query.order_by(StaffCard.id.desc())).scalars())


def card_of(session: Session, agency: str, reference: str) -> StaffCard:
    """A card of an agency that lives. Raises NotFound."""
    its = StaffCard.agency == agency, StaffCard.reference == reference, StaffCard.ended_at.is_(None)
    return find(session, StaffCard, *its, missing="there is no such staff card")


def person_on(keyring: Keyring, card: StaffCard) -> Person:
    """Whom a card that lives is about."""
    assert card.person is not None
    return msgspec.json.decode(keyring.unseal(SECRET, card.reference, card.person), type=Person)


def portrait_on(keyring: Keyring, card: StaffCard) -> bytes | None:
    """The portrait of a card that lives, a JPEG; None where it has none."""
    if card.portrait is None:
        return None
    return keyring.unseal(SECRET, f"{card.reference} portrait", card.portrait.decode())


def facts_on_demand(keyring: Keyring, card: StaffCard) -> dict[str, str]:
    """What a card says only where its holder discloses it (`rules.DISCLOSED_ON_DEMAND`)."""
    digest = {} if card.portrait_digest is None else {"portrait_digest": card.portrait_digest}
    return person_on(keyring, card)._asdict() | digest


def end_with_licences(session: Session, size: int, at: datetime) -> int:
    """End the cards of licences that ended by the log of `size` entries. Gives how many; the caller commits."""
    days = authority_days(session, at)
    under = Licence.reference.in_(select(StaffCard.licence).where(StaffCard.ended_at.is_(None)))
    over = [
        licence.licence_id
        for licence, agency in licences_in_log(session, size, under)
        if rules.has_ended(licence, agency, days.of(licence.authority))
    ]
    query = (
        select(StaffCard)
        .where(StaffCard.ended_at.is_(None), StaffCard.licence.in_(over))
        .with_for_update(key_share=True)
    )
    ended = list(session.execute(query).scalars()) if over else []
    if ended:
        end_cards(session, ended, CardEnd.LICENCE_ENDED, at)
    return len(ended)


def end_grants(session: Session, which: ColumnElement[bool]) -> None:
    """End some grants for good: their codes and tokens are worth nothing any more."""
    session.execute(update(WalletGrant).where(which).values(step=GrantStep.ENDED, code=None, access=None, refresh=None))


def end_credentials(session: Session, which: ColumnElement[bool], at: datetime) -> int:
    """End what lives of some credentials for good. Gives how many."""
    its = update(WalletCredential).where(which, status.lives(at)).values(ended_at=at)
    return cast(CursorResult[Any], session.execute(its)).rowcount


def _require_in_force(session: Session, agency: str, licence: str, at: datetime) -> None:
    """Raise NotFound for a licence that is not the agency's, NotNow for one that is not in force."""
    found = public_record(session, agency, at.date())
    its = next((one for one in found.licences if one.licence_id == licence), None) if found is not None else None
    if found is None or its is None:
        raise NotFound("the agency has no such licence")
    if not rules.is_in_force(its, found, authority_days(session, at).of(its.authority)):
        raise NotNow("the licence is not in force: nothing is issued on it", "wallet.licence_not_in_force")
