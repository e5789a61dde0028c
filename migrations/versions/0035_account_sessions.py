"""Mails with links that let people of organisations in, and where they are signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    kinds = sa.Enum(
        "register", "invite", "reset", native_enum=False, create_constraint=True, length=48, name="letterkind"
    )
    op.create_table(
        "account_letters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("email", text(200), nullable=False, index=True),
        sa.Column("language", text(12), nullable=False),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), index=True),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("taken_until", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("digest", text(64), unique=True),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "member_sessions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("member_id", sa.Integer, sa.ForeignKey("members.id"), nullable=False, index=True),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("ended_at", sa.BigInteger),
    )


def downgrade() -> None:
    op.drop_table("member_sessions")
    op.drop_table("account_letters")
