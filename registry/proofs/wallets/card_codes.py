"""The code of a staff card on paper or a picture, for persons without a wallet: what the agency says of one who acts for it.

It is a code like that of a licence (docs/users/proofs.md), of kind `S`. The registry repeats the agency's word: the code is
worth nothing without the licence and, as anyone can copy it, nothing without the person's face. No entry of the log speaks
of a person. Whether card and licence still hold, a place in a status list says, which is read without telling whose card is
looked at; the register of staff says it to a holder of the code.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import cbor2
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.errors import NotIssuing
from registry.core.keyring import Keyring, Signer, Use
from registry.log.queries import entries_of
from registry.proofs.credentials import queries, rules, signing
from registry.proofs.wallets.models import StaffCard, WalletCredential
from registry.proofs.wallets.rules import CODE, CODE_LIFE, status_at
from registry.proofs.wallets.staff import person_on, portrait_on
from registry.vocabulary.codes import ProofFlaw

STAFF = "S"
"""What the claim of the kind says, where the code of a licence names the kind of licence."""


class Card(NamedTuple):
    """A card that the register of staff has. `portrait` is the picture, where the agency gave one."""

    reference: str
    licence_id: str
    agency_id: str
    person: str
    portrait: bytes | None
    ordered_at: datetime
    expires_at: datetime


class CardContent(NamedTuple):
    """What a genuine code says. `portrait` is the SHA-256 of the picture; instants in seconds since 1970."""

    reference: str
    licence_id: str
    agency_id: str
    person: str
    agency: str | None
    number: str | None
    country: str
    portrait: bytes | None
    issued_at: int
    expires_at: int


class CardState(StrEnum):
    """What the register of staff says of a card."""

    LIVE = "live"
    ENDED = "ended"
    EXPIRED = "expired"
    DIFFERS = "differs"
    """There is a card of this reference, and the code says something else of it."""
    UNKNOWN = "unknown"
    """The register has no card of this reference."""


class CardFound(NamedTuple):
    """What the register says to a holder of the code. `is_proven`: the code says what the register says."""

    state: CardState
    is_proven: bool = False
    portrait: bytes | None = None


def card_code(session: Session, card: Card, issuer: str, signer: Signer) -> str:
    """The text of the code of a card: the same until the agency's name or the licence's number changes.

    `signer` is that of the credential key. Raises NotIssuing while nothing is logged of the licence or its holder.
    """
    claims = next(_statements(session, card, issuer), None)
    if claims is None:
        raise NotIssuing("the licence is not in the log yet; ask again in a minute")
    return signing.paper_text(issuer, signing.cose_sign1(claims, signer))


def read_card_code(session: Session, text: str) -> signing.Checked | None:
    """Whether the code of a card is one of ours; None where it is no code of a card.

    Of a compromised key it is unknown: the register of staff may say the same (`find_card`).
    """
    try:
        signed = signing.read_paper(text)
        if signed.claims.get(rules.KIND) != STAFF:
            return None
        key = signing.believed_key(session, signed, Use.CREDENTIAL)
        card_content(signed.claims)
    except signing.Flawed as error:
        return signing.refused(error.flaw)
    return signing.judged(key, signed.claims, is_proven=False)


def card_content(claims: Mapping[int, Any]) -> CardContent:
    """The claims of a code. Raises Flawed where one is missing or of another form."""
    match claims:
        case {
            rules.ISS: str(),
            rules.SUB: str(reference),
            rules.EXP: int(expires_at),
            rules.IAT: int(issued_at),
            rules.PAPER_VERSION: rules.VERSION,
            rules.COUNTRY: str(country),
            rules.LICENCE_ID: str(licence_id),
            rules.AGENCY_ID: str(agency_id),
            rules.PERSON: str(person),
        }:
            pass
        case _:
            raise signing.Flawed(ProofFlaw.MALFORMED)
    agency, number, portrait = claims.get(rules.NAME), claims.get(rules.NUMBER), claims.get(rules.PORTRAIT)
    is_text = all(one is None or isinstance(one, str) for one in (agency, number))
    is_digest = portrait is None or (isinstance(portrait, bytes) and len(portrait) == hashlib.sha256().digest_size)
    if not is_text or not is_digest:
        raise signing.Flawed(ProofFlaw.MALFORMED)
    return CardContent(
        reference, licence_id, agency_id, person, agency, number, country, portrait, issued_at, expires_at
    )


def proof_of(claims: Mapping[int, Any]) -> str:
    """base64url of the SHA-256 of what was signed: known to a holder of the code alone, and naming no one."""
    return rules.base64url(hashlib.sha256(cbor2.dumps(dict(claims), canonical=True)).digest())


def card_of_row(keyring: Keyring, row: StaffCard) -> Card:
    """A card that lives, opened."""
    person = person_on(keyring, row)
    return Card(
        row.reference,
        row.licence,
        row.agency,
        full_name(person.given_name, person.family_name),
        portrait_on(keyring, row),
        row.ordered_at,
        row.ordered_at + CODE_LIFE,
    )


def full_name(given: str, family: str) -> str:
    """A name as people write it: Chinese ones with the family name first, and without a space."""
    is_chinese = all("\u3400" <= character <= "\u9fff" for character in given + family)
    return f"{family}{given}" if is_chinese else f"{given} {family}"


def find_card(
    session: Session, keyring: Keyring, reference: str, licence_id: str, proof: str, issuer: str, at: datetime
) -> CardFound:
    """What the register of staff says of a code's card. An ended card is told to all, for nothing else is left of it.

    Of one that lives nothing is told but to a holder of the code, whose `proof` must be that of the register's own card
    under any name the agency ever bore: a stolen key signs anything.
    """
    row = session.execute(select(StaffCard).where(StaffCard.reference == reference)).scalar_one_or_none()
    if row is None:
        return CardFound(CardState.UNKNOWN)
    if row.ended_at is not None:
        return CardFound(CardState.ENDED)
    card = card_of_row(keyring, row)
    is_its = card.licence_id == licence_id
    if not is_its or not any(
        hmac.compare_digest(proof_of(one).encode(), proof.encode()) for one in _statements(session, card, issuer)
    ):
        return CardFound(CardState.DIFFERS)
    if at >= card.expires_at:
        return CardFound(CardState.EXPIRED, True)
    return CardFound(CardState.LIVE, True, card.portrait)


def _statements(session: Session, card: Card, issuer: str) -> Iterator[dict[int, Any]]:
    """The claims of a card under each name of the agency and number of the licence that were logged, the latest first."""
    licences = [queries.logged(one).record for one in reversed(entries_of(session, f"licence/{card.licence_id}"))]
    agencies = [queries.logged(one).record for one in reversed(entries_of(session, f"agency/{card.agency_id}"))]
    place = _place_of(session, card.reference)
    for number in dict.fromkeys(one.get("number") for one in licences):
        for name in dict.fromkeys(rules.legal_name(one) for one in agencies):
            claims = {
                rules.ISS: issuer,
                rules.SUB: card.reference,
                rules.EXP: int(card.expires_at.timestamp()),
                rules.IAT: int(card.ordered_at.timestamp()),
                rules.STATUS: None if place is None else {"status_list": status_at(issuer, place)},
                rules.PAPER_VERSION: rules.VERSION,
                rules.NUMBER: number,
                rules.NAME: name,
                rules.KIND: STAFF,
                rules.COUNTRY: licences[0]["country"],
                rules.LICENCE_ID: card.licence_id,
                rules.AGENCY_ID: card.agency_id,
                rules.PERSON: card.person,
                rules.PORTRAIT: None if card.portrait is None else hashlib.sha256(card.portrait).digest(),
            }
            yield {label: value for label, value in claims.items() if value is not None}


def _place_of(session: Session, reference: str) -> tuple[int, int] | None:
    """List and place of a card's code; None of a card that was ordered before codes had one."""
    its = select(WalletCredential.list_number, WalletCredential.place).join(
        StaffCard, StaffCard.id == WalletCredential.staff_card_id
    )
    found = session.execute(its.where(StaffCard.reference == reference, WalletCredential.content == CODE)).first()
    return None if found is None else (found[0], found[1])
