"""Units and officers: roles, delegations, sessions, second factors, identity providers."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import LARGE, own_id, text, words

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None

PARTNER_KIND = ("labour_inspectorate", "ngo", "union", "police", "prosecutor")
ROLE = (
    "triage", "investigator", "supervisor", "decider", "licensing", "custodian", "translator", "partner",
    "agency_rep", "analyst", "auditor", "sysadmin",
)  # fmt: skip

TABLES = (
    "units", "officers", "officer_roles", "officer_join_codes", "officer_delegations", "officer_conflicts",
    "officer_changes", "officer_notices", "officer_mailings", "officer_sessions", "officer_challenges",
    "officer_delays", "officer_factors", "officer_recovery_codes", "officer_tokens", "officer_links",
    "officer_visits",
)  # fmt: skip


def upgrade() -> None:
    create_units()
    create_officers()
    create_sign_in()
    create_identity_providers()


def create_units() -> None:
    op.create_table(
        "units",
        own_id(),
        sa.Column("reference", text(40), nullable=False, unique=True),
        sa.Column("authority", text(40), nullable=False),
        sa.Column("country", text(2), nullable=False),
        sa.Column("names", sa.JSON, nullable=False),
        sa.Column("email", text(200)),
        sa.Column("supervisor_email", text(200)),
        sa.Column("periods", sa.JSON),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("closed_on", sa.Date),
        sa.Column("partner_kind", words("partnerkind", *PARTNER_KIND)),
        sa.Column("agency", text(12), unique=True),
        sa.CheckConstraint("partner_kind IS NULL OR agency IS NULL", name="stands_for_one"),
    )


def create_officers() -> None:
    op.create_table(
        "officers",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("unit", text(40), nullable=False, index=True),
        sa.Column("name", text(120), nullable=False),
        sa.Column("email", text(200), nullable=False, unique=True),
        sa.Column("language", text(12), nullable=False),
        sa.Column("state", words("officerstate", "invited", "active", "closed"), nullable=False),
        sa.Column("password", text(200)),
        sa.Column("password_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "officer_roles",
        own_id(),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("role", words("role", *ROLE), nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
    )
    op.create_index("ix_officer_roles_officer_id_role", "officer_roles", ["officer_id", "role"])
    op.create_table(
        "officer_join_codes",
        own_id(),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "officer_delegations",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("deputy_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("role", words("role", *ROLE), nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
    )
    op.create_table(
        "officer_conflicts",
        own_id(),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("agency", text(12), nullable=False, index=True),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.UniqueConstraint("officer_id", "agency"),
    )
    op.create_table(
        "officer_changes",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("kind", words("changekind", "invite", "roles", "reset"), nullable=False),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), index=True),
        sa.Column("unit", text(40), nullable=False, index=True),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("state", words("changestate", "open", "approved", "refused"), nullable=False, index=True),
        sa.Column("proposed_by", text(60), nullable=False),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(60)),
        sa.Column("decided_at", sa.BigInteger),
    )
    op.create_table(
        "officer_notices",
        own_id(),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("kind", words("noticekind", "second_person", "decided", "assigned", "lent"), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("taken_until", sa.BigInteger),
    )
    op.create_table(
        "officer_mailings",
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), primary_key=True, autoincrement=False),
        sa.Column("choice", words("noticechoice", "at_once", "daily", "none"), nullable=False),
        sa.Column("told_at", sa.BigInteger),
    )


def create_sign_in() -> None:
    op.create_table(
        "officer_sessions",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("is_full", sa.Boolean, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("provider", text(40)),
    )
    op.create_table(
        "officer_challenges",
        sa.Column(
            "session_id", sa.Integer, sa.ForeignKey("officer_sessions.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("purpose", words("challengepurpose", "register", "sign_in"), nullable=False),
        sa.Column("challenge", sa.LargeBinary, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "officer_delays",
        sa.Column("digest", text(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "officer_factors",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("kind", words("factorkind", "totp", "webauthn"), nullable=False),
        sa.Column("name", text(60), nullable=False),
        sa.Column("sealed", text(400)),
        sa.Column("credential", sa.LargeBinary),
        sa.Column("public_key", sa.LargeBinary),
        sa.Column("last_step", LARGE, nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("last_used_on", sa.Date),
        sa.Column("is_confirmed", sa.Boolean, nullable=False),
    )
    op.create_index("ix_officer_factors_credential", "officer_factors", ["credential"], unique=True)
    op.create_table(
        "officer_recovery_codes",
        own_id(),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("used_on", sa.Date),
    )
    op.create_table(
        "officer_tokens",
        own_id(),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("name", text(60), nullable=False),
        sa.Column("prefix", text(12), nullable=False),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("last_used_on", sa.Date),
        sa.Column("revoked_at", sa.BigInteger),
    )


def create_identity_providers() -> None:
    op.create_table(
        "officer_links",
        own_id(),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("issuer", text(200), nullable=False),
        sa.Column("subject", text(255), nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.UniqueConstraint("issuer", "subject"),
        sa.UniqueConstraint("officer_id", "issuer"),
    )
    op.create_table(
        "officer_visits",
        own_id(),
        sa.Column("state", text(64), nullable=False, unique=True),
        sa.Column("browser", text(64), nullable=False),
        sa.Column("provider", text(40), nullable=False),
        sa.Column("nonce", text(64), nullable=False),
        sa.Column("verifier", text(64), nullable=False),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), index=True),
        sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
