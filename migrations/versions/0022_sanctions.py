"""Sanctions from their proposal to their end, what becomes of workers in place, and how a published one ended."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KINDS = (
    "warning_letter", "conditions", "points", "fine", "deposit_forfeiture", "suspension", "revocation",
    "revocation_immediate", "refusal_of_renewal", "director_debarment", "blacklisting", "referral_to_prosecutor",
)  # fmt: skip
STATES = (
    "proposed", "legal_review", "approved", "in_force", "stayed_by_appeal", "lifted", "expired", "overturned", "dropped",
)  # fmt: skip
STATUSES = (
    "applied", "refused", "provisional", "active", "active_with_conditions", "under_surveillance",
    "renewal_pending_deemed_valid", "revocation_pending_appeal", "suspended", "winding_down",
    "renewal_refused", "expired", "surrendered", "revoked", "revoked_immediate", "banned",
    "annulled_entity_dissolved", "delisted",
)  # fmt: skip


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    with op.batch_alter_table("published_sanctions") as batch:
        batch.add_column(sa.Column("ended_as", words("sanctionend", "lifted", "overturned")))
    op.create_table(
        "sanctions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("agency", text(12), nullable=False),
        sa.Column("licence", text(12), nullable=False),
        sa.Column("authority", text(40), nullable=False),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("decision", text(12)),
        sa.Column("is_urgent", sa.Boolean, nullable=False),
        sa.Column("kind", words("sanctionkind", *KINDS), nullable=False),
        sa.Column("state", words("sanctionstate", *STATES), nullable=False),
        sa.Column("legal_ground", text(400), nullable=False),
        sa.Column("public_text", text(2000)),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("appeal_deadline", sa.Date),
        sa.Column("publish_until", sa.Date),
        sa.Column("own_status", words("licencestatus", *STATUSES)),
        sa.Column("in_force_on", sa.Date),
        sa.Column("proposed_by", text(200), nullable=False),
        sa.Column("proposed_on", sa.Date, nullable=False),
        sa.Column("approved_by", text(200)),
        sa.Column("approved_on", sa.Date),
        sa.Column("ending_to", words("ending_to", *STATES)),
        sa.Column("ending_ground", text(400)),
        sa.Column("ending_by", text(200)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="two_persons"),
        sa.CheckConstraint("(ending_to IS NULL) = (ending_by IS NULL)", name="whole_ending"),
    )
    for column in ("agency", "licence", "authority", "decision", "state"):
        op.create_index(f"ix_sanctions_{column}", "sanctions", [column])
    op.create_table(
        "sanction_moves",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sanction_id", sa.Integer, sa.ForeignKey("sanctions.id"), nullable=False),
        sa.Column("from_state", words("sanctionstate", *STATES), nullable=False),
        sa.Column("to_state", words("to_sanctionstate", *STATES), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("actor", text(200), nullable=False),
        sa.Column("ground", text(400)),
        sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
    )
    op.create_index("ix_sanction_moves_sanction_id", "sanction_moves", ["sanction_id"])
    op.create_table(
        "workers_in_place",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sanction_id", sa.Integer, sa.ForeignKey("sanctions.id"), nullable=False, unique=True),
        sa.Column("workers", sa.Integer),
        sa.Column("permits_at_risk", sa.Integer),
        sa.Column("deposit_claims", sa.Integer),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("teller", text(400), nullable=False),
        sa.Column("timing", words("timing", "no_complaint", "points_to_nobody", "could_point"), nullable=False),
        sa.Column("filled_by", text(200), nullable=False),
        sa.Column("filled_on", sa.Date, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("workers_in_place")
    op.drop_table("sanction_moves")
    op.drop_table("sanctions")
    with op.batch_alter_table("published_sanctions") as batch:
        batch.drop_constraint("sanctionend", type_="check")
        batch.drop_column("ended_as")
