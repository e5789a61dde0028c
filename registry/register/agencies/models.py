"""Tables of agencies and all facts about them, bitemporal: when a fact was valid, and when the registry recorded it.

Each fact row has its validity (`held_from`, `held_to`, days, last day inclusive) and the time for which the registry
stated it (`recorded_at` until `superseded_at`). A correction closes the old statement and adds a new one; nothing is
overwritten.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, Instant, NumberedRow, ReferencedRow, Text, one_of
from registry.vocabulary import register, supervision
from registry.vocabulary.record import DETAILS, MAX_LINE, TERM_DAYS


class Recorded:
    """When the registry stated a fact, and its source."""

    recorded_at: Mapped[datetime] = mapped_column(Instant)
    superseded_at: Mapped[datetime | None] = mapped_column(Instant)
    source: Mapped[str] = mapped_column(Text(40))
    retrieved_at: Mapped[datetime] = mapped_column(Instant)


class ValidPeriod(Recorded):
    """When it held: days, the last one inclusive; None is open."""

    held_from: Mapped[date | None]
    held_to: Mapped[date | None]


class Agency(ReferencedRow):
    """An agency: a present or former holder of a licence. Has only what never changes, and that the name was erased."""

    __tablename__ = "agencies"
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class AgencyProfile(Recorded, NumberedRow):
    """What can change about an agency as a whole."""

    __tablename__ = "agency_profiles"
    __table_args__ = (Index("ix_agency_profiles_country_role", "country", "role", "agency_id"),)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    country: Mapped[str] = mapped_column(Text(2))
    role: Mapped[register.Role] = mapped_column(one_of(register.Role))
    holder_kind: Mapped[register.HolderKind] = mapped_column(one_of(register.HolderKind))
    place: Mapped[str | None] = mapped_column(Text(200))
    dissolved_on: Mapped[date | None]
    is_correction_requested: Mapped[bool] = mapped_column(default=False)


class AgencyName(ValidPeriod, NumberedRow):
    """Written for the former release alone, as the rows of `AgencyIdentifier`: see `storage.IN_RECORD`."""

    __tablename__ = "agency_names"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    name: Mapped[str] = mapped_column(Text(400))
    script: Mapped[register.Script] = mapped_column(one_of(register.Script))
    kind: Mapped[register.NameKind] = mapped_column(one_of(register.NameKind))


class AgencyIdentifier(ValidPeriod, NumberedRow):
    """An identifier of the holder. `is_under_review` marks a change that an official has not yet looked at."""

    __tablename__ = "agency_identifiers"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    scheme: Mapped[register.IdentifierScheme] = mapped_column(one_of(register.IdentifierScheme))
    value: Mapped[str] = mapped_column(Text(80))
    has_failed_check: Mapped[bool] = mapped_column(default=False)
    is_under_review: Mapped[bool] = mapped_column(default=False)


class Licence(ReferencedRow):
    """The identity of a licence. `number` is opaque and unique only per authority; some lists print none, and an
    application has none until it is granted."""

    __tablename__ = "licences"
    __table_args__ = (Index("ix_licences_authority", "authority", "id"),)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    authority: Mapped[str] = mapped_column(Text(40))
    country: Mapped[str] = mapped_column(Text(2))
    kind: Mapped[register.LicenceKind] = mapped_column(one_of(register.LicenceKind))
    number: Mapped[str | None] = mapped_column(Text(120))
    status_place: Mapped[int] = mapped_column(unique=True)


class LicenceTerm(Recorded, NumberedRow):
    """Term and scope of a licence. A scope column that is None was not stated; an empty one was stated to be empty.

    Further days and lines of `record.Licence` are columns of their names.
    """

    __tablename__ = "licence_terms"
    licence_id: Mapped[int] = mapped_column(ForeignKey("licences.id"), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    corridors: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    sectors: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    activities: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    conditions: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))


for _name in DETAILS:
    setattr(LicenceTerm, _name, mapped_column(Date if _name in TERM_DAYS else Text(MAX_LINE)))


class LicenceScope(NumberedRow):
    """What a licence's current term states, one row per corridor or sector, for the filters of the list of agencies."""

    __tablename__ = "licence_scopes"
    __table_args__ = (Index("ix_licence_scopes_what", "what", "value", "licence_id"),)
    licence_id: Mapped[int] = mapped_column(ForeignKey("licences.id"), index=True)
    what: Mapped[str] = mapped_column(Text(12))
    value: Mapped[str] = mapped_column(Text(12))


class LicenceStatusPeriod(ValidPeriod, NumberedRow):
    """A status the authority stated, and when it held. `ground_text` may be erased; `ground` is a citation.

    `publish_until` ends the publicity of a bad status by law; `until` is the last day of a wind-down.
    """

    __tablename__ = "licence_statuses"
    licence_id: Mapped[int] = mapped_column(ForeignKey("licences.id"), index=True)
    status: Mapped[register.LicenceStatus] = mapped_column(one_of(register.LicenceStatus))
    ground: Mapped[str | None] = mapped_column(Text(400))
    ground_text: Mapped[str | None] = mapped_column(Text(4000))
    publish_until: Mapped[date | None]
    until: Mapped[date | None]
    is_stayed: Mapped[bool] = mapped_column(default=False)


class Agreement(ValidPeriod, NumberedRow):
    """A registered contract of a sending agency with a receiving agency or a direct employer, for one corridor."""

    __tablename__ = "agreements"
    __table_args__ = (
        CheckConstraint("(receiving_id IS NULL) <> (employer_name IS NULL)", name="one_counterpart"),
        Index("ix_agreements_reference", "reference"),
    )
    reference: Mapped[str] = mapped_column(Text(12))
    sending_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    receiving_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    employer_name: Mapped[str | None] = mapped_column(Text(400))
    employer_country: Mapped[str | None] = mapped_column(Text(2))
    employer_identifier: Mapped[str | None] = mapped_column(Text(80))
    authority: Mapped[str] = mapped_column(Text(40))
    number: Mapped[str | None] = mapped_column(Text(120))
    origin: Mapped[str] = mapped_column(Text(2))
    destination: Mapped[str] = mapped_column(Text(2))
    sectors: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))


class Deposit(ValidPeriod, NumberedRow):
    """Money kept for workers' claims: `amount` as decimal text in `currency` (ISO 4217)."""

    __tablename__ = "deposits"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    form: Mapped[str] = mapped_column(Text(20))
    amount: Mapped[str] = mapped_column(Text(24))
    currency: Mapped[str] = mapped_column(Text(3))
    held_by: Mapped[str | None] = mapped_column(Text(200))


class Intermediary(ValidPeriod, NumberedRow):
    """Recruits for the agency and holds no licence of its own. Natural persons stand here by staff number alone."""

    __tablename__ = "intermediaries"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    name: Mapped[str] = mapped_column(Text(400))
    number: Mapped[str | None] = mapped_column(Text(120))
    place: Mapped[str | None] = mapped_column(Text(200))


class Channel(ValidPeriod, NumberedRow):
    """A channel the agency declared as its own. Of a bank account `value` is what may be shown of it.

    `digest` is the keyed digest of the whole account (`Keyring.digest("accounts", account_text)`), by which alone a
    question is compared; it stands in no record, log or answer.
    """

    __tablename__ = "channels"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    kind: Mapped[register.ChannelKind] = mapped_column(one_of(register.ChannelKind))
    value: Mapped[str] = mapped_column(Text(200))
    digest: Mapped[str | None] = mapped_column(Text(64))


class PendingChannelChange(ReferencedRow):
    """A registered channel that is to change: proposed by one, approved by another, published when it takes effect.

    `old_value` is what it replaces, None when it stands beside what is there. `digest` as in Channel. `source` and
    `retrieved_at` are whom the fact will be said to come from.
    """

    __tablename__ = "pending_channel_changes"
    __table_args__ = (Index("ix_pending_channel_changes_state_takes_effect_at", "state", "takes_effect_at"),)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    kind: Mapped[register.ChannelKind] = mapped_column(one_of(register.ChannelKind))
    old_value: Mapped[str | None] = mapped_column(Text(200))
    value: Mapped[str] = mapped_column(Text(200))
    digest: Mapped[str | None] = mapped_column(Text(64))
    source: Mapped[str] = mapped_column(Text(40))
    retrieved_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[supervision.ChannelChangeState] = mapped_column(one_of(supervision.ChannelChangeState))
    proposed_by: Mapped[str] = mapped_column(Text(80))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text(80))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    takes_effect_at: Mapped[datetime | None] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)


class PublishedSanction(ValidPeriod, NumberedRow):
    """A sanction as published: its legal ground, and until when the law lets us show it."""

    __tablename__ = "published_sanctions"
    reference: Mapped[str] = mapped_column(Text(12), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    licence: Mapped[str | None] = mapped_column(Text(12))
    kind: Mapped[register.SanctionKind] = mapped_column(one_of(register.SanctionKind))
    legal_ground: Mapped[str] = mapped_column(Text(400))
    is_stayed_by_appeal: Mapped[bool] = mapped_column(default=False)
    appeal_deadline: Mapped[date | None]
    published_on: Mapped[date]
    publish_until: Mapped[date | None]
    ended_as: Mapped[register.SanctionEnd | None] = mapped_column(one_of(register.SanctionEnd))


class CloneWarning(ValidPeriod, NumberedRow):
    """An official's warning, on the true entry, that this agency is imitated."""

    __tablename__ = "clone_warnings"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    text: Mapped[str] = mapped_column(Text(1000))


class PublicRecord(Base):
    """The public record of an agency now: exact bytes, read by key and spliced into answers.

    `withhold_on` is the first day on which something in it must be withheld by law; `confirmed_at` is when a partial
    list last showed it unchanged. `prerendered` is what answers copy (prerendered.py); a reader that finds it missing or
    written by other code makes it anew from the body.
    """

    __tablename__ = "public_records"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), primary_key=True, autoincrement=False)
    reference: Mapped[str] = mapped_column(Text(12), unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str] = mapped_column(Text(24))
    withhold_on: Mapped[date | None]
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    prerendered: Mapped[bytes | None] = mapped_column("told", LargeBinary)


class LookupKey(NumberedRow):
    """A number or name that a caller may look up, and the agency it leads to, for as long as the registry stated so.

    `kind` is an identifier scheme, `licence_number` or `name`; `value` the normalised key
    (registry.register.agencies.keys).
    """

    __tablename__ = "lookup_keys"
    __table_args__ = (Index("ix_lookup_keys_kind_value", "kind", "value", "agency_id"),)
    kind: Mapped[str] = mapped_column(Text(20))
    value: Mapped[str] = mapped_column(Text(400))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    licence: Mapped[str | None] = mapped_column(Text(12))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    superseded_at: Mapped[datetime | None] = mapped_column(Instant)


class ErasableValue(Base):
    """What the log holds only a salted digest of: a sole trader's name and numbers, free-text grounds.

    Erasing sets salt and value to None; entry and digest remain, and readers say `withheld_by_law`.
    """

    __tablename__ = "erasable_values"
    digest: Mapped[str] = mapped_column(Text(71), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    value: Mapped[bytes | None] = mapped_column(LargeBinary)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
