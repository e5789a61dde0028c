"""What is known: authorities and their lists, agencies and licences, their public records, imports, names."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text, words
from migrations.steps import is_postgresql, refuse_changes

revision = "0101"
down_revision = None
branch_labels = None
depends_on = None

NAME_KIND = ("legal", "trade", "short", "former")
CHANNEL_KIND = ("phone", "email", "website", "wechat", "bank_account")
LICENCE_KIND = (
    "cn_foreign_labour_service_cooperation", "cn_overseas_employment_intermediary_legacy",
    "cn_human_resources_service", "cn_domestic_labour_dispatch", "cn_seafarer_dispatch",
    "it_somministrazione_generalista", "it_somministrazione_specialista", "it_intermediazione",
    "it_ricerca_selezione", "it_ricollocazione", "de_aueg", "pl_posrednictwo_kraj", "pl_posrednictwo_zagranica",
    "pl_doradztwo_personalne", "pl_poradnictwo_zawodowe", "pl_praca_tymczasowa", "cz_zprostredkovani_zamestnani",
    "cz_vyhledavani_zamestnani", "cz_zamestnavani_osob", "cz_poradenska_cinnost", "nl_recognised_sponsor",
    "other_eu",
)  # fmt: skip
LICENCE_STATUS = (
    "applied", "refused", "provisional", "active", "active_with_conditions", "under_surveillance",
    "renewal_pending_deemed_valid", "revocation_pending_appeal", "suspended", "winding_down", "renewal_refused",
    "expired", "surrendered", "revoked", "revoked_immediate", "banned", "annulled_entity_dissolved", "delisted",
)  # fmt: skip
SANCTION_KIND = (
    "warning_letter", "conditions", "points", "fine", "deposit_forfeiture", "suspension", "revocation",
    "revocation_immediate", "refusal_of_renewal", "director_debarment", "blacklisting", "referral_to_prosecutor",
)  # fmt: skip

APPEND_ONLY = ("retrievals",)
TABLES = (
    "authorities", "ground_state", "sources", "retrievals", "agencies", "agency_identifiers", "agency_names",
    "agency_profiles", "channels", "clone_warnings", "deposits", "intermediaries", "agreements", "licences",
    "licence_scopes", "licence_statuses", "licence_terms", "published_sanctions", "erasable_values",
    "lookup_keys", "public_records", "fetch_states", "listings", "pending_imports", "pending_channel_changes",
    "indexed_names", "name_buckets", "name_postings",
)  # fmt: skip


def provenance() -> list[sa.Column[Any]]:
    """When the registry said it, and the list it came from."""
    return [
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("superseded_at", sa.BigInteger),
        sa.Column("source", text(40), nullable=False),
        sa.Column("retrieved_at", sa.BigInteger, nullable=False),
    ]


def validity() -> list[sa.Column[Any]]:
    """When it held, in days, the last one inclusive; and when the registry said so."""
    return [sa.Column("held_from", sa.Date), sa.Column("held_to", sa.Date), *provenance()]


def upgrade() -> None:
    create_authorities()
    create_agencies()
    create_licences()
    create_public_records()
    create_imports()
    create_name_index()
    refuse_changes(*APPEND_ONLY)


def create_authorities() -> None:
    op.create_table(
        "authorities",
        own_id(),
        sa.Column("reference", text(40), nullable=False, unique=True),
        sa.Column("country", text(2), nullable=False),
        sa.Column("time_zone", text(64), nullable=False),
        sa.Column("names", sa.JSON, nullable=False),
        sa.Column("website", text(400)),
    )
    op.create_table(
        "ground_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "sources",
        own_id(),
        sa.Column("reference", text(40), nullable=False, unique=True),
        sa.Column("authority_id", sa.Integer, sa.ForeignKey("authorities.id"), nullable=False, index=True),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("prints", sa.JSON, nullable=False),
        sa.Column("is_full", sa.Boolean, nullable=False),
        sa.Column("is_national", sa.Boolean, nullable=False),
        sa.Column("fresh_for_days", sa.Integer, nullable=False),
        sa.Column("address", text(400)),
        sa.Column("mapping", sa.JSON, nullable=False),
        sa.Column("etag", text(200)),
        sa.Column("last_modified", text(80)),
        sa.Column("next_fetch_at", sa.BigInteger),
        sa.Column("warned_at", sa.BigInteger),
    )
    op.create_table(
        "retrievals",
        own_id(),
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), nullable=False),
        sa.Column("retrieved_at", sa.BigInteger, nullable=False),
        sa.Column("is_full", sa.Boolean, nullable=False),
        sa.Column("fresh_for_days", sa.Integer, nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.UniqueConstraint("source_id", "retrieved_at"),
    )
    op.execute("INSERT INTO ground_state (id, version) VALUES (1, 0)")


def create_agencies() -> None:
    op.create_table(
        "agencies",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("erased_at", sa.BigInteger),
    )
    op.create_table(
        "agency_identifiers",
        own_id(),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column(
            "scheme", words("identifierscheme", "uscc", "vat", "lei", "euid", "registration_number"), nullable=False
        ),
        sa.Column("value", text(80), nullable=False),
        sa.Column("has_failed_check", sa.Boolean, nullable=False),
        sa.Column("is_under_review", sa.Boolean, nullable=False),
        *validity(),
    )
    op.create_table(
        "agency_names",
        own_id(),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("name", text(400), nullable=False),
        sa.Column("script", words("script", "hans", "hant", "latn", "cyrl", "grek", "zyyy"), nullable=False),
        sa.Column("kind", words("namekind", *NAME_KIND), nullable=False),
        *validity(),
    )
    op.create_table(
        "agency_profiles",
        own_id(),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("country", text(2), nullable=False),
        sa.Column("role", words("role", "sending", "receiving"), nullable=False),
        sa.Column("holder_kind", words("holderkind", "legal_person", "sole_trader", "unknown"), nullable=False),
        sa.Column("place", text(200)),
        sa.Column("dissolved_on", sa.Date),
        sa.Column("is_correction_requested", sa.Boolean, nullable=False),
        *provenance(),
    )
    op.create_index("ix_agency_profiles_country_role", "agency_profiles", ["country", "role", "agency_id"])
    op.create_table(
        "channels",
        own_id(),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("kind", words("channelkind", *CHANNEL_KIND), nullable=False),
        sa.Column("value", text(200), nullable=False),
        sa.Column("digest", text(64)),
        *validity(),
    )
    op.create_table(
        "clone_warnings",
        own_id(),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("text", text(1000), nullable=False),
        *validity(),
    )
    op.create_table(
        "deposits",
        own_id(),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("form", text(20), nullable=False),
        sa.Column("amount", text(24), nullable=False),
        sa.Column("currency", text(3), nullable=False),
        sa.Column("held_by", text(200)),
        *validity(),
    )
    op.create_table(
        "intermediaries",
        own_id(),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("name", text(400), nullable=False),
        sa.Column("number", text(120)),
        sa.Column("place", text(200)),
        *validity(),
    )


def create_licences() -> None:
    op.create_table(
        "agreements",
        own_id(),
        sa.Column("reference", text(12), nullable=False),
        sa.Column("sending_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("receiving_id", sa.Integer, sa.ForeignKey("agencies.id"), index=True),
        sa.Column("employer_name", text(400)),
        sa.Column("employer_country", text(2)),
        sa.Column("employer_identifier", text(80)),
        sa.Column("authority", text(40), nullable=False),
        sa.Column("number", text(120)),
        sa.Column("origin", text(2), nullable=False),
        sa.Column("destination", text(2), nullable=False),
        sa.Column("sectors", sa.JSON),
        *validity(),
        sa.CheckConstraint("(receiving_id IS NULL) <> (employer_name IS NULL)", name="one_counterpart"),
    )
    op.create_index("ix_agreements_reference", "agreements", ["reference"])
    op.create_table(
        "licences",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("authority", text(40), nullable=False),
        sa.Column("country", text(2), nullable=False),
        sa.Column("kind", words("licencekind", *LICENCE_KIND), nullable=False),
        sa.Column("number", text(120)),
        sa.Column("status_place", sa.Integer, nullable=False, unique=True),
    )
    op.create_index("ix_licences_authority", "licences", ["authority", "id"])
    op.create_table(
        "licence_scopes",
        own_id(),
        sa.Column("licence_id", sa.Integer, sa.ForeignKey("licences.id"), nullable=False, index=True),
        sa.Column("what", text(12), nullable=False),
        sa.Column("value", text(12), nullable=False),
    )
    op.create_index("ix_licence_scopes_what", "licence_scopes", ["what", "value", "licence_id"])
    op.create_table(
        "licence_statuses",
        own_id(),
        sa.Column("licence_id", sa.Integer, sa.ForeignKey("licences.id"), nullable=False, index=True),
        sa.Column("status", words("licencestatus", *LICENCE_STATUS), nullable=False),
        sa.Column("ground", text(400)),
        sa.Column("ground_text", text(4000)),
        sa.Column("publish_until", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("is_stayed", sa.Boolean, nullable=False),
        *validity(),
    )
    op.create_table(
        "licence_terms",
        own_id(),
        sa.Column("licence_id", sa.Integer, sa.ForeignKey("licences.id"), nullable=False, index=True),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("corridors", sa.JSON),
        sa.Column("sectors", sa.JSON),
        sa.Column("activities", sa.JSON),
        sa.Column("conditions", sa.JSON),
        *provenance(),
    )
    op.create_table(
        "published_sanctions",
        own_id(),
        sa.Column("reference", text(12), nullable=False, index=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("licence", text(12)),
        sa.Column("kind", words("sanctionkind", *SANCTION_KIND), nullable=False),
        sa.Column("legal_ground", text(400), nullable=False),
        sa.Column("is_stayed_by_appeal", sa.Boolean, nullable=False),
        sa.Column("appeal_deadline", sa.Date),
        sa.Column("published_on", sa.Date, nullable=False),
        sa.Column("publish_until", sa.Date),
        sa.Column("ended_as", words("sanctionend", "lifted", "overturned")),
        *validity(),
    )


def create_public_records() -> None:
    op.create_table(
        "erasable_values",
        sa.Column("digest", text(71), primary_key=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("value", sa.LargeBinary),
        sa.Column("erased_at", sa.BigInteger),
    )
    op.create_table(
        "lookup_keys",
        own_id(),
        sa.Column("kind", text(20), nullable=False),
        sa.Column("value", text(400), nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("licence", text(12)),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("superseded_at", sa.BigInteger),
    )
    op.create_index("ix_lookup_keys_kind_value", "lookup_keys", ["kind", "value", "agency_id"])
    op.create_table(
        "public_records",
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), primary_key=True, autoincrement=False),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("etag", text(24), nullable=False),
        sa.Column("withhold_on", sa.Date),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("told", sa.LargeBinary),
    )


def create_imports() -> None:
    op.create_table(
        "fetch_states",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), primary_key=True, autoincrement=False),
        sa.Column("tried_at", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("trouble", text(1000)),
    )
    op.create_table(
        "listings",
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), primary_key=True, autoincrement=False),
        sa.Column("row_key", text(32), primary_key=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("digest", text(32), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
        sa.Column("is_delisted", sa.Boolean, nullable=False),
    )
    op.create_index("ix_listings_agency_id", "listings", ["agency_id"])
    op.create_table(
        "pending_imports",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("source_id", sa.Integer, sa.ForeignKey("sources.id"), nullable=False, index=True),
        sa.Column("file", text(80), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("fetched_at", sa.BigInteger, nullable=False),
        sa.Column("etag", text(200)),
        sa.Column("last_modified", text(80)),
        sa.Column("reason", text(1000), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("is_approved", sa.Boolean),
        sa.Column("ordered_by", text(60)),
        sa.Column("ordered_at", sa.BigInteger),
    )
    op.create_table(
        "pending_channel_changes",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("kind", words("channelkind", *CHANNEL_KIND), nullable=False),
        sa.Column("old_value", text(200)),
        sa.Column("value", text(200), nullable=False),
        sa.Column("digest", text(64)),
        sa.Column("source", text(40), nullable=False),
        sa.Column("retrieved_at", sa.BigInteger, nullable=False),
        sa.Column(
            "state", words("channelchangestate", "proposed", "approved", "refused", "applied", "stale"), nullable=False
        ),
        sa.Column("proposed_by", text(80), nullable=False),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(80)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("takes_effect_at", sa.BigInteger),
        sa.Column("told_at", sa.BigInteger),
    )
    op.create_index(
        "ix_pending_channel_changes_state_takes_effect_at", "pending_channel_changes", ["state", "takes_effect_at"]
    )


def create_name_index() -> None:
    op.create_table(
        "indexed_names",
        sa.Column("agency_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", words("namekind", *NAME_KIND), nullable=False),
        sa.Column("name", text(400), nullable=False),
        sa.Column("plain", text(400), nullable=False),
    )
    op.create_table(
        "name_buckets",
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("postings", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "name_postings",
        own_id(),
        sa.Column("key", sa.BigInteger, nullable=False, index=True),
        sa.Column("agency_id", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if is_postgresql():
        op.execute("DROP FUNCTION refuse_change()")
