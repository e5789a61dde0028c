"""The ledger of agencies' deposits."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KINDS = ("paid_in", "drawn", "topped_up", "reversed")
USES = ("refund_service_fee", "unpaid_remuneration", "compensation", "emergency_or_repatriation")
STATES = ("open", "applied", "refused", "taken_back")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "deposit_lines",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("authority", text(40), nullable=False),
        sa.Column("kind", words("depositlinekind", *KINDS), nullable=False),
        sa.Column("amount", text(24), nullable=False),
        sa.Column("currency", text(3), nullable=False),
        sa.Column("deposit_use", words("deposituse", *USES)),
        sa.Column("reverses", text(12)),
        sa.Column("form", text(20)),
        sa.Column("held_by", text(200)),
        sa.Column("note", text(400), nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("state", words("proposalstate", *STATES), nullable=False),
        sa.Column("recorded_by", text(60), nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(60)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("(kind = 'drawn') = (deposit_use IS NOT NULL)", name="drawn_for_a_use"),
        sa.CheckConstraint("(kind = 'reversed') = (reverses IS NOT NULL)", name="reverses_a_line"),
        sa.CheckConstraint(
            "state <> 'applied' OR kind NOT IN ('drawn', 'reversed') OR decided_by <> recorded_by", name="two_persons"
        ),
    )
    for column in ("agency_id", "authority"):
        op.create_index(f"ix_deposit_lines_{column}", "deposit_lines", [column])


def downgrade() -> None:
    op.drop_table("deposit_lines")
