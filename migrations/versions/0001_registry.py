"""The first tables: authorities and their lists, agencies and licences in two times, records, entries, outbox."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IMMUTABLE = ("entries", "retrievals")
TABLES = (
    "authorities", "ground_state", "sources", "retrievals", "agencies", "agency_identifiers",
    "agency_names", "agency_profiles", "channels", "clone_warnings", "deposits", "intermediaries",
    "agreements", "licences", "published_sanctions", "licence_scopes", "licence_statuses", "licence_terms",
    "erasable_values", "lookup_keys", "public_records", "entries", "log_state", "outbox",
)  # fmt: skip


LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def one_of(name: str, words: str) -> sa.Enum:
    return sa.Enum(*words.split(), name=name, native_enum=False, create_constraint=True, length=48)


def own_id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def link(name: str, to: str, *, nullable: bool = False, index: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{to}.id"), nullable=nullable, index=index)


def column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def instant(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable, index=index)


def said() -> list[sa.Column[Any]]:
    """When the registry said it, and whom it had it from."""
    return [
        instant("said_at"),
        instant("unsaid_at", nullable=True),
        column("source", text(40)),
        instant("retrieved_at"),
    ]


def held() -> list[sa.Column[Any]]:
    """When it held: days, the last one inclusive."""
    return [column("held_from", sa.Date, nullable=True), column("held_to", sa.Date, nullable=True), *said()]


def upgrade() -> None:
    create_authorities()
    create_agencies()
    create_licences()
    create_public()
    create_log()
    op.execute("INSERT INTO ground_state (id, version) VALUES (1, 0)")
    op.execute("INSERT INTO log_state (id, size, next_status_place, is_demo) VALUES (1, 0, 0, false)")
    forbid_changes()


def create_authorities() -> None:
    op.create_table(
        "authorities",
        own_id(),
        column("reference", text(40)),
        column("country", text(2)),
        column("time_zone", text(64)),
        column("names", sa.JSON),
        column("website", text(400), nullable=True),
        sa.UniqueConstraint("reference"),
    )
    op.create_table(
        "ground_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        column("version", sa.Integer),
    )
    op.create_table(
        "sources",
        own_id(),
        column("reference", text(40)),
        link("authority_id", "authorities"),
        column("kinds", sa.JSON),
        column("is_full", sa.Boolean),
        column("prints", sa.JSON),
        column("is_national", sa.Boolean),
        column("fresh_for_days", sa.Integer),
        column("address", text(400), nullable=True),
        column("mapping", sa.JSON),
        column("etag", text(200), nullable=True),
        column("last_modified", text(80), nullable=True),
        instant("next_fetch_at", nullable=True),
        instant("warned_at", nullable=True),
        sa.UniqueConstraint("reference"),
    )
    op.create_table(
        "retrievals",
        own_id(),
        link("source_id", "sources", index=False),
        instant("retrieved_at"),
        column("is_full", sa.Boolean),
        column("fresh_for_days", sa.Integer),
        column("digest", text(64)),
        column("counts", sa.JSON),
        sa.UniqueConstraint("source_id", "retrieved_at"),
    )


def create_agencies() -> None:
    op.create_table(
        "agencies",
        own_id(),
        column("reference", text(12)),
        instant("erased_at", nullable=True),
        sa.UniqueConstraint("reference"),
    )
    op.create_table(
        "agency_identifiers",
        own_id(),
        link("agency_id", "agencies"),
        column("scheme", one_of("identifierscheme", "uscc vat lei euid registration_number")),
        column("value", text(80)),
        column("has_failed_check", sa.Boolean),
        column("is_under_review", sa.Boolean),
        *held(),
    )
    op.create_table(
        "agency_names",
        own_id(),
        link("agency_id", "agencies"),
        column("name", text(400)),
        column("script", one_of("script", "hans hant latn cyrl grek zyyy")),
        column("kind", one_of("namekind", "legal trade short former")),
        *held(),
    )
    op.create_table(
        "agency_profiles",
        own_id(),
        link("agency_id", "agencies"),
        column("country", text(2)),
        column("role", one_of("role", "sending receiving")),
        column("holder_kind", one_of("holderkind", "legal_person sole_trader unknown")),
        column("place", text(200), nullable=True),
        column("dissolved_on", sa.Date, nullable=True),
        column("is_correction_requested", sa.Boolean),
        *said(),
    )
    op.create_index("ix_agency_profiles_country_role", "agency_profiles", ["country", "role", "agency_id"])
    op.create_table(
        "channels",
        own_id(),
        link("agency_id", "agencies"),
        column("kind", one_of("channelkind", "phone email website wechat bank_account")),
        column("value", text(200)),
        *held(),
    )
    op.create_table(
        "clone_warnings",
        own_id(),
        link("agency_id", "agencies"),
        column("text", text(1000)),
        *held(),
    )
    op.create_table(
        "deposits",
        own_id(),
        link("agency_id", "agencies"),
        column("form", text(20)),
        column("amount", text(24)),
        column("currency", text(3)),
        column("held_by", text(200), nullable=True),
        *held(),
    )
    op.create_table(
        "intermediaries",
        own_id(),
        link("agency_id", "agencies"),
        column("name", text(400)),
        column("number", text(120), nullable=True),
        column("place", text(200), nullable=True),
        *held(),
    )


def create_licences() -> None:
    op.create_table(
        "agreements",
        own_id(),
        column("reference", text(12)),
        link("sending_id", "agencies"),
        link("receiving_id", "agencies", nullable=True),
        column("employer_name", text(400), nullable=True),
        column("employer_country", text(2), nullable=True),
        column("employer_identifier", text(80), nullable=True),
        column("authority", text(40)),
        column("number", text(120), nullable=True),
        column("origin", text(2)),
        column("destination", text(2)),
        column("sectors", sa.JSON, nullable=True),
        *held(),
        sa.CheckConstraint("(receiving_id IS NULL) <> (employer_name IS NULL)", name="one_counterpart"),
    )
    op.create_index("ix_agreements_reference", "agreements", ["reference"])
    op.create_table(
        "licences",
        own_id(),
        column("reference", text(12)),
        link("agency_id", "agencies"),
        column("authority", text(40)),
        column("country", text(2)),
        column(
            "kind",
            one_of(
                "licencekind",
                "cn_foreign_labour_service_cooperation cn_overseas_employment_intermediary_legacy "
                "cn_human_resources_service cn_domestic_labour_dispatch cn_seafarer_dispatch "
                "it_somministrazione_generalista it_somministrazione_specialista it_intermediazione "
                "it_ricerca_selezione it_ricollocazione de_aueg pl_posrednictwo_kraj "
                "pl_posrednictwo_zagranica pl_doradztwo_personalne pl_poradnictwo_zawodowe "
                "pl_praca_tymczasowa cz_zprostredkovani_zamestnani cz_vyhledavani_zamestnani "
                "cz_zamestnavani_osob cz_poradenska_cinnost nl_recognised_sponsor other_eu",
            ),
        ),
        column("number", text(120), nullable=True),
        column("status_place", sa.Integer),
        sa.UniqueConstraint("reference"),
        sa.UniqueConstraint("status_place"),
    )
    op.create_table(
        "published_sanctions",
        own_id(),
        sa.Column("reference", text(12), nullable=False, index=True),
        link("agency_id", "agencies"),
        column("licence", text(12), nullable=True),
        column(
            "kind",
            one_of(
                "sanctionkind",
                "warning_letter conditions points fine deposit_forfeiture suspension revocation "
                "revocation_immediate refusal_of_renewal director_debarment blacklisting "
                "referral_to_prosecutor",
            ),
        ),
        column("legal_ground", text(400)),
        column("is_stayed_by_appeal", sa.Boolean),
        column("appeal_deadline", sa.Date, nullable=True),
        column("published_on", sa.Date),
        column("publish_until", sa.Date, nullable=True),
        *held(),
    )
    op.create_table(
        "licence_scopes",
        own_id(),
        link("licence_id", "licences"),
        column("what", text(12)),
        column("value", text(12)),
    )
    op.create_index("ix_licence_scopes_what", "licence_scopes", ["what", "value", "licence_id"])
    op.create_table(
        "licence_statuses",
        own_id(),
        link("licence_id", "licences"),
        column(
            "status",
            one_of(
                "licencestatus",
                "applied refused provisional active active_with_conditions under_surveillance "
                "renewal_pending_deemed_valid revocation_pending_appeal suspended winding_down "
                "renewal_refused expired surrendered revoked revoked_immediate banned "
                "annulled_entity_dissolved delisted",
            ),
        ),
        column("ground", text(400), nullable=True),
        column("ground_text", text(4000), nullable=True),
        column("publish_until", sa.Date, nullable=True),
        column("until", sa.Date, nullable=True),
        column("is_stayed", sa.Boolean),
        *held(),
    )
    op.create_table(
        "licence_terms",
        own_id(),
        link("licence_id", "licences"),
        column("valid_from", sa.Date, nullable=True),
        column("valid_to", sa.Date, nullable=True),
        column("corridors", sa.JSON, nullable=True),
        column("sectors", sa.JSON, nullable=True),
        column("activities", sa.JSON, nullable=True),
        column("conditions", sa.JSON, nullable=True),
        *said(),
    )


def create_public() -> None:
    op.create_table(
        "erasable_values",
        sa.Column("digest", text(71), primary_key=True),
        link("agency_id", "agencies"),
        column("salt", sa.LargeBinary, nullable=True),
        column("value", sa.LargeBinary, nullable=True),
        instant("erased_at", nullable=True),
    )
    op.create_table(
        "lookup_keys",
        own_id(),
        column("kind", text(20)),
        column("value", text(400)),
        link("agency_id", "agencies"),
        column("licence", text(12), nullable=True),
        instant("said_at"),
        instant("unsaid_at", nullable=True),
    )
    op.create_index("ix_lookup_keys_kind_value", "lookup_keys", ["kind", "value", "agency_id"])
    op.create_table(
        "public_records",
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), primary_key=True, autoincrement=False),
        column("reference", text(12)),
        column("body", sa.LargeBinary),
        column("etag", text(24)),
        column("withhold_on", sa.Date, nullable=True),
        instant("confirmed_at", nullable=True),
        sa.UniqueConstraint("reference"),
    )


def create_log() -> None:
    op.create_table(
        "entries",
        sa.Column("index", LARGE, primary_key=True, autoincrement=False),
        column("key", text(32)),
        column("prev", LARGE, nullable=True),
        column("type", text(40)),
        instant("at", index=True),
        column("v", sa.Integer),
        column("leaf", sa.LargeBinary),
        column("agency_id", sa.Integer, nullable=True),
        column("other_agency_id", sa.Integer, nullable=True),
    )
    op.create_index("ix_entries_agency", "entries", ["agency_id", "index"])
    op.create_index("ix_entries_key", "entries", ["key", "index"])
    op.create_index("ix_entries_other_agency", "entries", ["other_agency_id", "index"])
    op.create_table(
        "log_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        column("size", LARGE),
        instant("last_at", nullable=True),
        column("next_status_place", sa.Integer),
        column("origin", text(200), nullable=True),
        column("is_demo", sa.Boolean),
    )
    op.create_table(
        "outbox",
        own_id(),
        column("type", text(40)),
        column("subject", text(60)),
        instant("at"),
        column("first_index", LARGE),
        column("last_index", LARGE),
        instant("dispatched_at", nullable=True, index=True),
    )


def forbid_changes() -> None:
    """What was entered stays: the database itself refuses UPDATE and DELETE, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for table in IMMUTABLE:
            for change in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in IMMUTABLE:
        op.execute(
            f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
