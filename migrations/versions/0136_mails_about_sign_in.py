"""Mails that tell officers of changes to how they sign in, and join codes in two parts.

A former version takes no code in two parts, and the codes that it makes are whole. Data test:
tests/migrations/test_0136_mails_about_sign_in.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import own_id, text, words

revision = "0136"
down_revision = "0135"
branch_labels = None
depends_on = None

_EVENTS = (
    "token_made",
    "recovery_codes_made",
    "factor_added",
    "factor_removed",
    "provider_linked",
    "calendar_made",
    "password_changed",
    "invited",
    "reset_proposed",
    "reset",
    "reset_approved",
    "joined",
)


def upgrade() -> None:
    op.add_column("officer_join_codes", sa.Column("half_digest", text(64)))
    op.add_column("officer_join_codes", sa.Column("good_from", sa.BigInteger))
    op.create_table(
        "officer_security_mails",
        own_id(),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("officers.id"), nullable=False, index=True),
        sa.Column("event", words("securityevent", *_EVENTS), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("taken_until", sa.BigInteger),
    )


def downgrade() -> None:
    op.drop_table("officer_security_mails")
    op.drop_column("officer_join_codes", "good_from")
    op.drop_column("officer_join_codes", "half_digest")
