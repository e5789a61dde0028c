"""Requests to wallets and what came of them, each for five minutes.

The version before reads and writes none of it.

Data test: tests/migrations/test_0160_presentations.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0160"
down_revision = "0159"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presentations",
        columns.own_id(),
        sa.Column("reference", columns.text(12), nullable=False, unique=True),
        sa.Column("token", columns.text(64), nullable=False, unique=True),
        sa.Column("reader", columns.text(64), unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), index=True),
        sa.Column("ask", columns.words("ask", "licence", "card", "both"), nullable=False),
        sa.Column("purpose", columns.text(200), nullable=False),
        sa.Column("verifier", columns.text(200), nullable=False),
        sa.Column("return_url", columns.text(500)),
        sa.Column("return_code", columns.text(64)),
        sa.Column("job", sa.JSON, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("state", columns.words("presentationstate", "waiting", "shown", "refused"), nullable=False),
        sa.Column("refusal", columns.words("refusal", *REFUSALS)),
        sa.Column("result", sa.Text),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
    )


REFUSALS = (
    "malformed", "not_ours", "altered", "wrong_credential", "not_valid_now", "not_the_holder", "for_another_request",
    "not_disclosed", "ended", "suspended", "another_agency", "incomplete", "declined",
)  # fmt: skip


def downgrade() -> None:
    op.drop_table("presentations")
