"""Issues a credential to a key of a wallet, at a place of a status list that no other credential gets."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.orm import Session

from registry.core import certificates, clock, errors
from registry.core.keyring import Keyring, Signer, Use
from registry.core.settings import Settings
from registry.log.models import Entry
from registry.log.queries import published
from registry.proofs.credentials import queries, signing
from registry.proofs.credentials.rules import INVALID
from registry.proofs.credentials.status import licences_in_log
from registry.proofs.wallets import rules, staff, status, tokens
from registry.proofs.wallets.models import StaffCard, WalletCredential, WalletGrant
from registry.register.agencies.models import Licence
from registry.register.authorities.queries import authority_days
from registry.vocabulary.supervision import GrantStep, WalletForm

LISTS_READ_EVERY = timedelta(hours=1)
"""How often it is asked whether a wallet's provider still vouches for it."""

LISTS_AT_ONCE = 500
"""Grants whose lists are read in one round of the worker."""


class Subject(NamedTuple):
    """What a credential is about: a licence by its reference, and of a staff card the card."""

    form: WalletForm
    licence: str
    card: StaffCard | None = None


@dataclass(frozen=True, slots=True)
class WalletIssuer:
    """Issues in the registry's name."""

    issuer: rules.Issuer
    signers: signing.Signers
    keyring: Keyring

    @classmethod
    def of(cls, settings: Settings) -> "WalletIssuer":
        """The issuer of a registry whose settings let it issue to wallets."""
        assert settings.wallets is not None
        assert settings.operator is not None
        issuer = rules.Issuer(settings.public_url, settings.operator, settings.wallets.is_public_body)
        return cls(issuer, signing.Signers(settings.keys), Keyring(settings.keys))

    def signer(self) -> Signer:
        """The signer of credentials. Raises NotIssuing where its certificate does not say who runs the registry."""
        signer = self.signers.of(Use.CREDENTIAL)
        if not certificates.names_operator(signer.key.certificate or ""):
            raise errors.NotIssuing(
                "this registry cannot issue to wallets now: the certificate of its credential key names no operator; its "
                "operator runs `registry keys rotate credential`"
            )
        return signer

    def content_of(self, session: Session, subject: Subject, at: datetime) -> rules.Content:
        """What would be stated now. Raises NotFound; WithheldByLaw; NotIssuing; NotNow where the licence is not in force."""
        found = queries.subject_of(session, subject.licence, at)
        which = Licence.reference == subject.licence
        [(licence, agency)] = licences_in_log(session, found.checkpoint.size, which)
        if not rules.is_in_force(licence, agency, clock.day_at(at, found.time_zone)):
            raise errors.NotNow("the licence is not in force: nothing is issued on it", "wallet.licence_not_in_force")
        return self._content(found, subject)

    def _content(self, found: queries.Subject, subject: Subject) -> rules.Content:
        """What is stated of a licence as it is logged, whether it is in force or not. Raises NotFound."""
        if subject.form is WalletForm.LICENCE:
            return rules.licence_content(
                self.issuer, found.licence, found.agency, origin=found.checkpoint.origin, time_zone=found.time_zone
            )
        if subject.card is None or subject.card.ended_at is not None:
            raise errors.NotFound("there is no such staff card any more")
        person = staff.facts_on_demand(self.keyring, subject.card)
        return rules.card_content(self.issuer, found.licence, found.agency, person, time_zone=found.time_zone)

    def issue(
        self,
        session: Session,
        subject: Subject,
        holder: Mapping[str, str],
        at: datetime,
        *,
        grant_id: int | None = None,
        access: str | None = None,
    ) -> str:
        """A credential bound to `holder`, the public JWK of a key of the wallet: an SD-JWT. It is good once the caller commits.

        `grant_id` and `access` say for which grant and token. Raises as `content_of`.
        """
        signer, content = self.signer(), self.content_of(session, subject, at)
        until = rules.expiry(content, at)
        place = status.draw_place(
            session,
            form=subject.form,
            licence=subject.licence,
            staff_card_id=None if subject.card is None else subject.card.id,
            grant_id=grant_id,
            access=access,
            content=content.digest,
            issued_at=at,
            expires_at=until,
        )
        hidden = [rules.disclosure(secrets.token_bytes(16), name, value) for name, value in content.hidden.items()]
        stated = rules.claims(self.issuer, subject.form, content, holder, place, at=at, until=until)
        return "~".join(
            [signing.compact_jws(signing.CREDENTIAL_TYPE, rules.with_digests(stated, hidden), signer), *hidden, ""]
        )

    def settle(self, session: Session, at: datetime) -> tuple[int, int]:
        """End what is over: staff cards of licences that ended, and copies that state what has changed (ARF VCR_09).

        Gives how many cards and copies. The caller commits.
        """
        checkpoint = published(session)
        if checkpoint is None:
            return 0, 0
        cards = staff.end_with_licences(session, checkpoint.size, at)
        days = authority_days(session, at)
        final = [
            licence
            for licence, value in status.licence_values(session, checkpoint.size, days, status.lives(at)).items()
            if value == INVALID
        ]
        copies = staff.end_credentials(session, WalletCredential.licence.in_(final), at) if final else 0
        for form, licence, card_id, stated in session.execute(_changed_since(at)).all():
            card = None if card_id is None else session.get(StaffCard, card_id)
            try:
                content = self._content(queries.subject_of(session, licence, at), Subject(form, licence, card)).digest
            except errors.NotIssuing:
                # The newest entry is under no checkpoint yet: the next round looks again.
                continue
            except (errors.NotFound, errors.WithheldByLaw):
                content = ""
            if content != stated:
                its = (WalletCredential.form == form) & (WalletCredential.licence == licence)
                if card_id is not None:
                    its &= WalletCredential.staff_card_id == card_id
                copies += staff.end_credentials(session, its & (WalletCredential.content == stated), at)
        return cards, copies


def _changed_since(at: datetime) -> Select[WalletForm, str, int | None, str]:
    """What living copies state of licences with a newer entry about their agency."""
    newer = exists().where(Entry.agency_id == Licence.agency_id, Entry.at > WalletCredential.issued_at)
    return (
        select(
            WalletCredential.form, WalletCredential.licence, WalletCredential.staff_card_id, WalletCredential.content
        )
        .join(Licence, Licence.reference == WalletCredential.licence)
        .where(status.lives(at), newer, WalletCredential.content != rules.CODE)
        .distinct()
    )


def listed_now(session: Session, at: datetime) -> list[tuple[int, tokens.Listed]]:
    """Grants on which copies live, each with a place by which the provider withdraws what it attested, that is due to be read."""
    lives_on = exists().where(WalletCredential.grant_id == WalletGrant.id, status.lives(at))
    last = WalletGrant.lists_read_at
    due = select(WalletGrant.id, WalletGrant.listed).where(
        WalletGrant.step == GrantStep.OPEN,
        WalletGrant.listed.is_not(None),
        or_(last.is_(None), last <= at - LISTS_READ_EVERY),
        lives_on,
    )
    return [
        (grant_id, tokens.Listed(*one))
        for grant_id, listed in session.execute(due.order_by(WalletGrant.id).limit(LISTS_AT_ONCE))
        for places in listed.values()
        for one in places
    ]


def end_withdrawn(session: Session, read: Collection[int], withdrawn: Collection[int], at: datetime) -> None:
    """Note that the lists of some grants were read, and end those that a provider withdrew, with all that was issued on them."""
    session.execute(update(WalletGrant).where(WalletGrant.id.in_(read)).values(lists_read_at=at))
    if withdrawn:
        staff.end_grants(session, WalletGrant.id.in_(withdrawn))
        staff.end_credentials(session, WalletCredential.grant_id.in_(withdrawn), at)
