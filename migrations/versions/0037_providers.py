"""Sign-in by a ministry's own provider: linked accounts, and visits to a provider that are under way."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "officer_links",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False),
        sa.Column("issuer", text(200), nullable=False),
        sa.Column("subject", text(255), nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.UniqueConstraint("issuer", "subject"),
        sa.UniqueConstraint("officer_id", "issuer"),
    )
    op.create_table(
        "officer_visits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", text(64), nullable=False, unique=True),
        sa.Column("browser", text(64), nullable=False),
        sa.Column("provider", text(40), nullable=False),
        sa.Column("nonce", text(64), nullable=False),
        sa.Column("verifier", text(64), nullable=False),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), index=True),
        sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("officer_visits")
    op.drop_table("officer_links")
