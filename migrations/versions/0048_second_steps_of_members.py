"""Members of organisations have a second step: authenticator apps and recovery codes, required of all where an owner says so."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    large = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "member_apps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("member_id", sa.Integer, sa.ForeignKey("members.id"), nullable=False, index=True),
        sa.Column("name", text(60), nullable=False),
        sa.Column("sealed", text(400), nullable=False),
        sa.Column("last_step", large, nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("last_used_on", sa.Date),
        sa.Column("is_confirmed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "member_recovery_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("member_id", sa.Integer, sa.ForeignKey("members.id"), nullable=False, index=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("used_on", sa.Date),
    )
    # Whoever is signed in stays so, and code that knows of no second step begins sessions as before.
    op.add_column("member_sessions", sa.Column("is_full", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column(
        "organisations", sa.Column("needs_second_step", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("organisations", "needs_second_step")
    # A session of one step alone would open everything for code that knows of no other.
    op.execute(sa.text("DELETE FROM member_sessions WHERE NOT is_full"))
    op.drop_column("member_sessions", "is_full")
    op.drop_table("member_recovery_codes")
    op.drop_table("member_apps")
