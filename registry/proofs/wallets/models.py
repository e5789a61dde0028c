"""The tables of credentials for wallets: staff cards, grants by which a wallet gets one, what was issued, what was used once, and
requests to wallets.

Names and portraits of staff stand in `staff_cards` alone, sealed under the secret `staff-cards`, and go when the card ends.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, NumberedRow, ReferencedRow, Text, one_of
from registry.vocabulary.supervision import Ask, CardEnd, GrantStep, PresentationState, Refusal, WalletForm


class StaffCard(ReferencedRow):
    """An agency says that a person acts for it under a licence (public references both).

    `person` is the sealed name (`staff.Person`), `portrait` the sealed picture, `portrait_digest` what the card says of it. All
    three are None once the card ended. `ordered_by` is the reference of the agency's user.
    """

    __tablename__ = "staff_cards"
    __table_args__ = (sa.Index("ix_staff_cards_agency_ended_at", "agency", "ended_at"),)
    agency: Mapped[str] = mapped_column(Text(12))
    licence: Mapped[str] = mapped_column(Text(12), index=True)
    person: Mapped[str | None] = mapped_column(sa.Text)
    portrait: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    portrait_digest: Mapped[str | None] = mapped_column(Text(60), index=True)
    ordered_by: Mapped[str] = mapped_column(Text(12))
    ordered_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_as: Mapped[CardEnd | None] = mapped_column(one_of(CardEnd))


class WalletGrant(NumberedRow):
    """That one wallet may get one credential, again and again until the grant ends.

    `code` is the digest of what the wallet shows next (`step`), until `code_until`. It is replaced in the transaction in which it
    is shown, so that each code works once. `tx_code` is the keyed digest of the number told apart, `tries` how often a wrong
    one was typed. `request` is what the wallet pushed. `wallet` is its client id, `key` the thumbprint of its DPoP key.
    `access` and `refresh` are digests of its tokens. `listed` says in which status lists the wallet's provider withdraws what it
    attested (`tokens.Listed`), of the wallet and of its key; the worker read them at `lists_read_at`.
    """

    __tablename__ = "wallet_grants"
    __table_args__ = (sa.Index("ix_wallet_grants_step_code_until", "step", "code_until"),)
    form: Mapped[WalletForm] = mapped_column(one_of(WalletForm))
    step: Mapped[GrantStep] = mapped_column(one_of(GrantStep))
    agency: Mapped[str] = mapped_column(Text(12))
    licence: Mapped[str] = mapped_column(Text(12))
    staff_card_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_cards.id"), index=True)
    made_by: Mapped[str] = mapped_column(Text(12))
    made_at: Mapped[datetime] = mapped_column(Instant)
    code: Mapped[str | None] = mapped_column(Text(64), unique=True)
    code_until: Mapped[datetime | None] = mapped_column(Instant)
    tx_code: Mapped[str | None] = mapped_column(Text(64))
    tries: Mapped[int] = mapped_column(default=0)
    request: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    wallet: Mapped[str | None] = mapped_column(Text(400))
    key: Mapped[str | None] = mapped_column(Text(43))
    access: Mapped[str | None] = mapped_column(Text(64), unique=True)
    access_until: Mapped[datetime | None] = mapped_column(Instant)
    refresh: Mapped[str | None] = mapped_column(Text(64), unique=True)
    refresh_until: Mapped[datetime | None] = mapped_column(Instant)
    listed: Mapped[dict[str, list[list[Any]]] | None] = mapped_column(sa.JSON(none_as_null=True))
    lists_read_at: Mapped[datetime | None] = mapped_column(Instant)


class WalletCredential(NumberedRow):
    """A credential that was issued, and its place in a status list, which no other ever gets.

    `content` is a digest of what it states: it ends when that changes; of the code of a staff card it is `rules.CODE`. `access`
    is the digest of its token. A row stays when all is over, for a place is not given twice; it names no person.
    """

    __tablename__ = "wallet_credentials"
    __table_args__ = (
        sa.UniqueConstraint("list_number", "place"),
        sa.Index("ix_wallet_credentials_licence_expires_at", "licence", "expires_at"),
    )
    list_number: Mapped[int]
    place: Mapped[int]
    form: Mapped[WalletForm] = mapped_column(one_of(WalletForm))
    licence: Mapped[str] = mapped_column(Text(12))
    staff_card_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff_cards.id"), index=True)
    grant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("wallet_grants.id"), index=True)
    access: Mapped[str | None] = mapped_column(Text(64), index=True)
    content: Mapped[str] = mapped_column(Text(43))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class UsedOnce(Base):
    """The digest of a nonce or of a proof's id that was used, until it would not be taken any more anyway."""

    __tablename__ = "wallet_used_once"
    digest: Mapped[str] = mapped_column(Text(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(Instant, index=True)


class Presentation(ReferencedRow):
    """One request to a wallet, and what came of it, until `until`.

    `token` is the digest of what stands in the addresses that the wallet calls, `reader` of what the asker reads the result by;
    `organisation_id` is the asker where that is one. `sealed` has the request's key and nonce, `result` what was
    shown, both sealed (presentations.py). `job` is what the verdict is asked for.
    """

    __tablename__ = "presentations"
    token: Mapped[str] = mapped_column(Text(64), unique=True)
    reader: Mapped[str | None] = mapped_column(Text(64), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisations.id"), index=True)
    ask: Mapped[Ask] = mapped_column(one_of(Ask))
    purpose: Mapped[str] = mapped_column(Text(200))
    verifier: Mapped[str] = mapped_column(Text(200))
    return_url: Mapped[str | None] = mapped_column(Text(500))
    return_code: Mapped[str | None] = mapped_column(Text(64))
    job: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    sealed: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[PresentationState] = mapped_column(one_of(PresentationState))
    refusal: Mapped[Refusal | None] = mapped_column(one_of(Refusal))
    result: Mapped[str | None] = mapped_column(sa.Text)
    until: Mapped[datetime] = mapped_column(Instant, index=True)
