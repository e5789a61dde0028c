"""Status lists of what wallets have: a place says how the licence stands by the log, or that this copy ended for good.

Places are drawn by chance, so no one can replay a list from the log alone; who knows the licence compares both lists. And whether
what a wallet shows to the registry still stands: by its copy, by the log, and by the register of staff.
"""

import secrets
import threading
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.core.db.engine import insert_new
from registry.core.errors import NotFound, NotIssuing
from registry.core.keyring import Signer
from registry.log.models import Entry
from registry.proofs.credentials import queries, rules, signing, status
from registry.proofs.wallets.models import StaffCard, WalletCredential
from registry.proofs.wallets.presented import Presented, Refused
from registry.proofs.wallets.rules import DRAWN_PLACES, PLACES, STATUS_TTL, list_address, list_claims
from registry.register.agencies.models import Licence
from registry.register.authorities.queries import AuthorityDays, authority_days
from registry.vocabulary.supervision import Refusal, WalletForm

MAX_DRAWS = 100
"""Draws of a place in a list that is half full at most: all fail once in 2^100."""


class _Ground(NamedTuple):
    """What a list follows from besides the log: it is made anew where any of it differs. `ended` counts what ended for good."""

    kid: str
    days: AuthorityDays
    ended: int


class _Token(NamedTuple):
    """A signed list, and how many entries the log had then."""

    text: str
    ground: _Ground
    size: int
    at: datetime


class WalletLists:
    """The status lists of wallets of one process."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._tokens: dict[int, _Token] = {}
        self._lock = threading.Lock()

    def token(self, session: Session, number: int, signer: Signer, now: datetime) -> str:
        """The signed list of a number; the same for half its time to live while nothing in it changes, however the log grows.

        Raises NotFound for a list in which nothing was issued, NotIssuing before the first checkpoint.
        """
        checkpoint = queries.published_now(session)
        its = WalletCredential.list_number == number
        given, ended = session.execute(
            select(func.count(WalletCredential.id), func.count(WalletCredential.ended_at)).where(its)
        ).one()
        if not given:
            raise NotFound("there is no status list of this number: nothing was issued in it")
        ground = _Ground(signer.key.kid, authority_days(session, now), ended)
        with self._lock:
            existing = self._tokens.get(number)
            if (
                existing is not None
                and existing.ground == ground
                and _is_young(existing, now)
                and not _is_touched(session, number, existing.size, checkpoint.size)
            ):
                return existing.text
            packed = rules.packed_list(values(session, number, checkpoint.size, ground.days, now), PLACES)
            claims = list_claims(
                self._issuer, number, packed, issued_at=now, origin=checkpoint.origin, size=checkpoint.size
            )
            text = signing.compact_jws(signing.STATUS_TYPE, claims, signer)
            self._tokens[number] = _Token(text, ground, checkpoint.size, now)
            return text


def _is_young(token: _Token, now: datetime) -> bool:
    return 0 <= (now - token.at).total_seconds() < STATUS_TTL / 2


def _is_touched(session: Session, number: int, known: int, size: int) -> bool:
    """Whether an entry from `known` to before `size` is about an agency on whose licences something of a list was issued.

    A log that became shorter was put back from a backup.
    """
    if known >= size:
        return known > size
    new = (
        select(Entry.index)
        .join(Licence, Licence.agency_id == Entry.agency_id)
        .join(WalletCredential, WalletCredential.licence == Licence.reference)
        .where(Entry.index >= known, Entry.index < size, WalletCredential.list_number == number)
    )
    return session.execute(new.limit(1)).first() is not None


def draw_place(session: Session, **facts: object) -> tuple[int, int]:
    """Store what is issued at a place drawn by chance, and give list and place. Each list is filled to a half."""
    newest = session.execute(select(func.coalesce(func.max(WalletCredential.id), 0))).scalar_one()
    number = newest // DRAWN_PLACES
    for _ in range(MAX_DRAWS):
        place = secrets.randbelow(PLACES)
        if insert_new(session, WalletCredential, list_number=number, place=place, **facts):
            return number, place
    raise NotIssuing("no place of the status list could be drawn; ask again")


def values(session: Session, number: int, size: int, days: AuthorityDays, now: datetime) -> list[tuple[int, int]]:
    """Places of a list and their values. What ended is invalid for ever; what is over by its term alone has no value any more."""
    its = WalletCredential.list_number == number
    standing = licence_values(session, size, days, its & lives(now))
    rows = session.execute(
        select(WalletCredential.place, WalletCredential.licence, WalletCredential.ended_at).where(
            its, or_(WalletCredential.ended_at.is_not(None), lives(now))
        )
    )
    return [
        (place, rules.INVALID if ended_at is not None else standing.get(licence, rules.SUSPENDED))
        for place, licence, ended_at in rows
    ]


def lives(now: datetime) -> ColumnElement[bool]:
    """Whether a credential neither ended nor is over."""
    return WalletCredential.ended_at.is_(None) & (WalletCredential.expires_at > now)


def licence_values(session: Session, size: int, days: AuthorityDays, which: ColumnElement[bool]) -> dict[str, int]:
    """The value of each licence, by its reference, on which credentials of `which` were issued."""
    on_them = Licence.reference.in_(select(WalletCredential.licence).where(which))
    return {
        licence.licence_id: rules.status_value(licence, agency, days.of(licence.authority))
        for licence, agency in status.licences_in_log(session, size, on_them)
    }


# What is shown to us


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
    found = next(iter(status.licences_in_log(session, queries.published_now(session).size, which)), None)
    if found is None:
        raise Refused(Refusal.ENDED)
    licence, agency = found
    if shown.claims.get("agency", {}).get("agency_id") != agency.agency_id:
        raise Refused(Refusal.ALTERED)
    value = rules.status_value(licence, agency, days.of(licence.authority))
    if value != rules.VALID:
        raise Refused(Refusal.ENDED if value == rules.INVALID else Refusal.SUSPENDED)
    card = session.get(StaffCard, copy.staff_card_id) if copy.staff_card_id is not None else None
    if form is WalletForm.STAFF_CARD and (card is None or card.ended_at is not None):
        raise Refused(Refusal.ENDED)
    return Subject(agency.agency_id, copy.licence, None if card is None else card.reference)
