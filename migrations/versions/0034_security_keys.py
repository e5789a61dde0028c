"""Security keys of officers: what a key is asked to sign, when one was last used, and no key of two officers."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("officer_factors", sa.Column("last_used_on", sa.Date))
    op.create_index("ix_officer_factors_credential", "officer_factors", ["credential"], unique=True)
    op.create_table(
        "officer_challenges",
        sa.Column(
            "session_id", sa.Integer, sa.ForeignKey("officer_sessions.id"), primary_key=True, autoincrement=False
        ),
        sa.Column(
            "purpose",
            sa.Enum(
                "register", "sign_in", name="challengepurpose", native_enum=False, create_constraint=True, length=48
            ),
            nullable=False,
        ),
        sa.Column("challenge", sa.LargeBinary, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("officer_challenges")
    op.drop_index("ix_officer_factors_credential", "officer_factors")
    with op.batch_alter_table("officer_factors") as batch:
        batch.drop_column("last_used_on")
