"""Keyed digests of bank accounts, and changes of registered channels that wait for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = ("phone", "email", "website", "wechat", "bank_account")
STATES = ("proposed", "approved", "refused", "applied", "stale")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def one_of(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=48)


def upgrade() -> None:
    op.add_column("channels", sa.Column("digest", text(64), nullable=True))
    op.create_table(
        "pending_channel_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False, index=True),
        sa.Column("kind", one_of("channelkind", KINDS), nullable=False),
        sa.Column("old_value", text(200), nullable=True),
        sa.Column("value", text(200), nullable=False),
        sa.Column("digest", text(64), nullable=True),
        sa.Column("source", text(40), nullable=False),
        sa.Column("retrieved_at", sa.BigInteger, nullable=False),
        sa.Column("state", one_of("channelchangestate", STATES), nullable=False),
        sa.Column("proposed_by", text(80), nullable=False),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(80), nullable=True),
        sa.Column("decided_at", sa.BigInteger, nullable=True),
        sa.Column("takes_effect_at", sa.BigInteger, nullable=True),
        sa.Column("told_at", sa.BigInteger, nullable=True),
    )
    op.create_index(
        "ix_pending_channel_changes_state_takes_effect_at", "pending_channel_changes", ["state", "takes_effect_at"]
    )


def downgrade() -> None:
    op.drop_table("pending_channel_changes")
    op.drop_column("channels", "digest")
