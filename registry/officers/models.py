"""The tables of officers: who they are, what they are trusted with, how they prove it, and where they are signed in.

Those of sign-in by a ministry's own provider are among them.

No row opens anything by itself: passwords are Argon2 hashes, secrets of second factors are sealed under a key that is
in no database, sessions and codes are stored as digests. No network address and no browser is recorded.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from registry.accounts.models import AuthenticatorRow, RecoveryCodeRow, SessionRow
from registry.core.db.engine import Base, Instant, NumberedRow, ReferencedRow, Text, one_of
from registry.officers.rights import Role
from registry.vocabulary import cases, supervision


class OfficerState(StrEnum):
    """The state of an account: `invited` has no password yet; `closed` cannot sign in, its name stays in records."""

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"


class FactorKind(StrEnum):
    TOTP = "totp"
    WEBAUTHN = "webauthn"


class ChallengePurpose(StrEnum):
    REGISTER = "register"
    SIGN_IN = "sign_in"


class ChangeKind(StrEnum):
    """Changes of an officer's account that a second person approves. Closing needs none: it only takes rights away."""

    INVITE = "invite"
    ROLES = "roles"
    RESET = "reset"


class ChangeState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


class NoticeKind(StrEnum):
    """Why an officer has a notice. No mail states it."""

    SECOND_PERSON = "second_person"
    DECIDED = "decided"
    ASSIGNED = "assigned"
    LENT = "lent"


class SecurityEvent(StrEnum):
    """What an officer is told of by mail: a change to how they sign in, or to what opens in their name."""

    TOKEN_MADE = "token_made"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    PROVIDER_LINKED = "provider_linked"
    CALENDAR_MADE = "calendar_made"
    PASSWORD_CHANGED = "password_changed"
    INVITED = "invited"
    RESET_PROPOSED = "reset_proposed"
    RESET = "reset"
    RESET_APPROVED = "reset_approved"
    """To the officer who proposed it."""
    JOINED = "joined"


class NoticeChoice(StrEnum):
    """How an officer wants to be told by mail."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NONE = "none"


class Unit(NumberedRow):
    """Officers of one authority and one country. A case belongs to one unit, and no other sees it.

    `authority_zone` is the time zone of the authority, an IANA name; none while the register does not know the authority.
    `names` are by page language. `is_default` takes what no other unit is for; a closed unit takes nothing
    new. `periods` are days by which it keeps what was written (retention_rules.Periods), where its law says other than we do.

    A unit may stand for others than officers: a partner organisation of some kind, or an agency (its public reference). Such a
    unit takes no complaint, and its people see what was handed to it.
    """

    __tablename__ = "units"
    __table_args__ = (CheckConstraint("partner_kind IS NULL OR agency IS NULL", name="stands_for_one"),)
    reference: Mapped[str] = mapped_column(Text(40), unique=True)
    authority: Mapped[str] = mapped_column(Text(40))
    country: Mapped[str] = mapped_column(Text(2))
    authority_zone: Mapped[str | None] = mapped_column("time_zone", Text(64))
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    email: Mapped[str | None] = mapped_column(Text(200))
    supervisor_email: Mapped[str | None] = mapped_column(Text(200))
    periods: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    is_default: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]
    partner_kind: Mapped[cases.PartnerKind | None] = mapped_column(one_of(cases.PartnerKind))
    agency: Mapped[str | None] = mapped_column(Text(12), unique=True)

    @property
    def is_outside(self) -> bool:
        """Whether its people are a partner's or an agency's, and no officers."""
        return self.partner_kind is not None or self.agency is not None

    @property
    def time_zone(self) -> str | None:
        """By which the unit's days begin and end: the authority's or, while that is not known, that of the country's capital.

        None, which is UTC, of a partner or agency: its days are those of the unit that works on the case.
        """
        return self.authority_zone or (None if self.is_outside else supervision.ZONES.get(self.country))


class Officer(ReferencedRow):
    """A person of one unit. `unit` is the unit's reference; `email` is in lower case and signs in."""

    __tablename__ = "officers"
    unit: Mapped[str] = mapped_column(Text(40), index=True)
    name: Mapped[str] = mapped_column(Text(120))
    email: Mapped[str] = mapped_column(Text(200), unique=True)
    language: Mapped[str] = mapped_column(Text(12))
    state: Mapped[OfficerState] = mapped_column(one_of(OfficerState))
    password: Mapped[str | None] = mapped_column(Text(200))
    password_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class RoleHeld(NumberedRow):
    """A role of an officer, for as long as `ended_on` is empty. Who gave it stands in the change and in the audit."""

    __tablename__ = "officer_roles"
    __table_args__ = (Index("ix_officer_roles_officer_id_role", "officer_id", "role"),)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    role: Mapped[Role] = mapped_column(one_of(Role))
    since_on: Mapped[date]
    ended_on: Mapped[date | None]


class RoleLent(ReferencedRow):
    """A role that an officer lends to another of the same unit during an absence, both days included."""

    __tablename__ = "officer_delegations"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    role: Mapped[Role] = mapped_column(one_of(Role))
    from_on: Mapped[date]
    to_on: Mapped[date]
    ended_on: Mapped[date | None]


class Conflict(NumberedRow):
    """An officer has an interest in an agency (its public reference) and acts on nothing that concerns it."""

    __tablename__ = "officer_conflicts"
    __table_args__ = (UniqueConstraint("officer_id", "agency"),)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    agency: Mapped[str] = mapped_column(Text(12), index=True)
    since_on: Mapped[date]
    ended_on: Mapped[date | None]


class OfficerChange(ReferencedRow):
    """A proposed change of an officer's account, until another approves or refuses it. `details` hold no secret."""

    __tablename__ = "officer_changes"
    kind: Mapped[ChangeKind] = mapped_column(one_of(ChangeKind))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), index=True)
    unit: Mapped[str] = mapped_column(Text(40), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[ChangeState] = mapped_column(one_of(ChangeState), index=True)
    proposed_by: Mapped[str] = mapped_column(Text(60))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text(60))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class JoinCode(NumberedRow):
    """A code that lets an officer set password and second factor, once.

    What two officers approved has two parts: one is handed over in person by who approved, whose digest is `half_digest`,
    and one is mailed to the officer. `digest` is of both together, and of nothing before the mail is sent. Without
    `half_digest` the code is whole, as the command line gives it. It is good from `good_from` on, if that is stated.
    """

    __tablename__ = "officer_join_codes"
    digest: Mapped[str] = mapped_column(Text(64), unique=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    half_digest: Mapped[str | None] = mapped_column(Text(64))
    good_from: Mapped[datetime | None] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class SecondFactor(AuthenticatorRow):
    """An authenticator app or a security key. A key shows `credential` and `public_key`; its last step is its sign count."""

    __tablename__ = "officer_factors"
    __table_args__ = (Index("ix_officer_factors_credential", "credential", unique=True),)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    kind: Mapped[FactorKind] = mapped_column(one_of(FactorKind))
    credential: Mapped[bytes | None] = mapped_column(LargeBinary)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class RecoveryCode(RecoveryCodeRow):
    __tablename__ = "officer_recovery_codes"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)


class SignedIn(SessionRow):
    """A session of an officer. `provider` is with whose word it began; None with a password."""

    __tablename__ = "officer_sessions"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    provider: Mapped[str | None] = mapped_column(Text(40))


class KeyChallenge(Base):
    """What a security key is asked to sign next in one session: only the latest, deleted by the first answer."""

    __tablename__ = "officer_challenges"
    session_id: Mapped[int] = mapped_column(ForeignKey("officer_sessions.id"), primary_key=True, autoincrement=False)
    purpose: Mapped[ChallengePurpose] = mapped_column(one_of(ChallengePurpose))
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)


class ApiToken(ReferencedRow):
    """What an officer's programs sign in with. `digest` is SHA-256 of the token, `prefix` its beginning, to tell it by.

    It opens until the end of `ends_on`, in UTC. When it was last used is kept by the day alone.
    """

    __tablename__ = "officer_tokens"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    name: Mapped[str] = mapped_column(Text(60))
    prefix: Mapped[str] = mapped_column(Text(12))
    digest: Mapped[str] = mapped_column(Text(64), unique=True)
    made_on: Mapped[date]
    ends_on: Mapped[date]
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Notice(NumberedRow):
    """An outbox row: there is something for an officer who has not had a mail about it yet. Deleted once it is sent.

    Until `taken_until` one worker is sending it; after that any worker may. `is_danger`: somebody is in danger (P0), so
    that it waits for no pause.
    """

    __tablename__ = "officer_notices"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    kind: Mapped[NoticeKind] = mapped_column(one_of(NoticeKind))
    made_at: Mapped[datetime] = mapped_column(Instant)
    taken_until: Mapped[datetime | None] = mapped_column(Instant)
    is_danger: Mapped[bool] = mapped_column(server_default=false(), default=False)


class SecurityMail(NumberedRow):
    """An outbox row: a mail that tells an officer of a change to how they sign in. Deleted once it is sent.

    Until `taken_until` one worker is sending it; after that any worker may.
    """

    __tablename__ = "officer_security_mails"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    event: Mapped[SecurityEvent] = mapped_column(one_of(SecurityEvent))
    made_at: Mapped[datetime] = mapped_column(Instant)
    taken_until: Mapped[datetime | None] = mapped_column(Instant)


class Mailing(Base):
    """How an officer wants to be notified, and when that last happened. Without a row: at once, by mail.

    `push`: `ntfy:` and a topic, or `matrix:` and a room, where notices go instead of by mail.
    """

    __tablename__ = "officer_mailings"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), primary_key=True, autoincrement=False)
    choice: Mapped[NoticeChoice] = mapped_column(one_of(NoticeChoice))
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    push: Mapped[str | None] = mapped_column(Text(300))


class CalendarAddress(Base):
    """The secret address of an officer's calendar of deadlines, as a digest; one for each officer."""

    __tablename__ = "officer_calendars"
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(Text(64), unique=True)
    made_on: Mapped[date]


class ProviderLink(NumberedRow):
    """An officer's account at a provider, by what the provider promises never to give to another: issuer and subject."""

    __tablename__ = "officer_links"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("officer_id", "issuer"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    issuer: Mapped[str] = mapped_column(Text(200))
    subject: Mapped[str] = mapped_column(Text(255))
    since_on: Mapped[date]


class ProviderVisit(NumberedRow):
    """A browser that was sent to a provider and is not back yet; the row is deleted when it returns.

    It holds two digests: of the state in the return address, and of what that browser alone keeps. With `officer_id`
    the officer is signed in already, and the account is to be linked.
    """

    __tablename__ = "officer_visits"
    state: Mapped[str] = mapped_column(Text(64), unique=True)
    browser: Mapped[str] = mapped_column(Text(64))
    provider: Mapped[str] = mapped_column(Text(40))
    nonce: Mapped[str] = mapped_column(Text(64))
    verifier: Mapped[str] = mapped_column(Text(64))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
