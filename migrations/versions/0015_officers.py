"""Officers: accounts, roles, second factors, sessions, and what waits for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ROLES = (
    "triage", "investigator", "supervisor", "decider", "licensing", "custodian", "translator", "partner", "agency_rep",
    "analyst", "auditor", "sysadmin",
)  # fmt: skip


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def officer(**facts: object) -> sa.Column[int]:
    return sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, **facts)  # type: ignore[arg-type]


def upgrade() -> None:
    create_accounts()
    create_proofs()


def create_accounts() -> None:
    op.create_table(
        "officers",
        sa.Column("id", sa.Integer, primary_key=True),
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
        sa.Column("id", sa.Integer, primary_key=True),
        officer(),
        sa.Column("role", words("role", *ROLES), nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
    )
    op.create_index("ix_officer_roles_officer_id_role", "officer_roles", ["officer_id", "role"])
    op.create_table(
        "officer_delegations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        officer(index=True),
        sa.Column("deputy_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("role", words("role", *ROLES), nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
    )
    op.create_table(
        "officer_conflicts",
        sa.Column("id", sa.Integer, primary_key=True),
        officer(),
        sa.Column("agency", text(12), nullable=False, index=True),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.UniqueConstraint("officer_id", "agency"),
    )
    op.create_table(
        "officer_changes",
        sa.Column("id", sa.Integer, primary_key=True),
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


def create_proofs() -> None:
    large = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "officer_join_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        officer(index=True),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "officer_factors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        officer(index=True),
        sa.Column("kind", words("factorkind", "totp", "webauthn"), nullable=False),
        sa.Column("name", text(60), nullable=False),
        sa.Column("sealed", text(400)),
        sa.Column("credential", sa.LargeBinary),
        sa.Column("public_key", sa.LargeBinary),
        sa.Column("last_step", large, nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("is_confirmed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "officer_recovery_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        officer(index=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("used_on", sa.Date),
    )
    op.create_table(
        "officer_sessions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        officer(index=True),
        sa.Column("is_full", sa.Boolean, nullable=False),
        sa.Column("is_by_token", sa.Boolean, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_table(
        "officer_delays",
        sa.Column("digest", text(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    for table in (
        "officer_delays", "officer_sessions", "officer_recovery_codes", "officer_factors", "officer_join_codes",
        "officer_changes", "officer_conflicts", "officer_delegations", "officer_roles", "officers",
    ):  # fmt: skip
        op.drop_table(table)
