"""Credentials for wallets: staff cards, grants, what was issued, and what was used once.

The version before reads and writes none of it.

Data test: tests/migrations/test_0158_wallets.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0158"
down_revision = "0157"
branch_labels = None
depends_on = None

FORMS = ("recruitment-licence", "recruiter-staff-card")
STEPS = ("offered", "invited", "pushed", "authorized", "open", "ended")


def upgrade() -> None:
    op.create_table(
        "staff_cards",
        columns.own_id(),
        sa.Column("reference", columns.text(12), nullable=False, unique=True),
        sa.Column("agency", columns.text(12), nullable=False),
        sa.Column("licence", columns.text(12), nullable=False, index=True),
        sa.Column("person", sa.Text),
        sa.Column("portrait", sa.LargeBinary),
        sa.Column("portrait_digest", columns.text(60), index=True),
        sa.Column("ordered_by", columns.text(12), nullable=False),
        sa.Column("ordered_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_as", columns.words("cardend", "by_agency", "licence_ended")),
    )
    op.create_index("ix_staff_cards_agency_ended_at", "staff_cards", ["agency", "ended_at"])
    op.create_table(
        "wallet_grants",
        columns.own_id(),
        sa.Column("form", columns.words("walletform", *FORMS), nullable=False),
        sa.Column("step", columns.words("grantstep", *STEPS), nullable=False),
        sa.Column("agency", columns.text(12), nullable=False),
        sa.Column("licence", columns.text(12), nullable=False),
        sa.Column("staff_card_id", sa.Integer, sa.ForeignKey("staff_cards.id"), index=True),
        sa.Column("made_by", columns.text(12), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("code", columns.text(64), unique=True),
        sa.Column("code_until", sa.BigInteger),
        sa.Column("tx_code", columns.text(64)),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("request", sa.JSON),
        sa.Column("wallet", columns.text(400)),
        sa.Column("key", columns.text(43)),
        sa.Column("access", columns.text(64), unique=True),
        sa.Column("access_until", sa.BigInteger),
        sa.Column("refresh", columns.text(64), unique=True),
        sa.Column("refresh_until", sa.BigInteger),
    )
    op.create_index("ix_wallet_grants_step_code_until", "wallet_grants", ["step", "code_until"])
    op.create_table(
        "wallet_credentials",
        columns.own_id(),
        sa.Column("list_number", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("form", columns.words("walletform", *FORMS), nullable=False),
        sa.Column("licence", columns.text(12), nullable=False),
        sa.Column("staff_card_id", sa.Integer, sa.ForeignKey("staff_cards.id"), index=True),
        sa.Column("grant_id", sa.Integer, sa.ForeignKey("wallet_grants.id"), index=True),
        sa.Column("access", columns.text(64), index=True),
        sa.Column("content", columns.text(43), nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.UniqueConstraint("list_number", "place"),
    )
    op.create_index("ix_wallet_credentials_licence_expires_at", "wallet_credentials", ["licence", "expires_at"])
    op.create_table(
        "wallet_used_once",
        sa.Column("digest", columns.text(64), primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    for table in ("wallet_used_once", "wallet_credentials", "wallet_grants", "staff_cards"):
        op.drop_table(table)
