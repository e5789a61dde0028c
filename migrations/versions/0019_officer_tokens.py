"""Tokens with which officers' programs come; a session is no such thing."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "officer_tokens",
        sa.Column("id", sa.Integer, primary_key=True),
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
    with op.batch_alter_table("officer_sessions") as batch:
        batch.drop_column("is_by_token")


def downgrade() -> None:
    with op.batch_alter_table("officer_sessions") as batch:
        batch.add_column(sa.Column("is_by_token", sa.Boolean, nullable=False, server_default=sa.false()))
    with op.batch_alter_table("officer_sessions") as batch:
        batch.alter_column("is_by_token", server_default=None, existing_type=sa.Boolean, existing_nullable=False)
    op.drop_table("officer_tokens")
