"""Acts of officers on licences: proposed by one, approved by another."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ACTS = (
    "apply", "issue", "refuse_application", "amend", "renew", "suspend", "reinstate", "revoke", "wind_down", "surrender",
    "correct", "register_agreement", "end_agreement", "register_intermediary", "end_intermediary",
)  # fmt: skip
STATES = ("open", "applied", "refused", "taken_back")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "licence_proposals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("authority", text(40), nullable=False),
        sa.Column("act", words("licenceact", *ACTS), nullable=False),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id")),
        sa.Column("subject", text(12), nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("legal_ground", text(400), nullable=False),
        sa.Column("effective_on", sa.Date, nullable=False),
        sa.Column("seen", text(16), nullable=False),
        sa.Column("has_second", sa.Boolean, nullable=False),
        sa.Column("state", words("proposalstate", *STATES), nullable=False),
        sa.Column("proposed_by", text(60), nullable=False),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(60)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("reason", text(1000)),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state <> 'applied' OR decided_by <> proposed_by OR NOT has_second", name="two_persons"),
    )
    op.create_index("ix_licence_proposals_authority", "licence_proposals", ["authority", "state", "id"])
    op.create_index("ix_licence_proposals_state", "licence_proposals", ["state", "told_at"])
    for column in ("agency_id", "subject"):
        op.create_index(f"ix_licence_proposals_{column}", "licence_proposals", [column])
    op.create_index("ix_licences_authority", "licences", ["authority", "id"])


def downgrade() -> None:
    op.drop_index("ix_licences_authority", "licences")
    op.drop_table("licence_proposals")
