"""The outbox holds what is still to be done and nothing else: rows without a consumer go, and done ones leave none."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TYPES = ("sanction.in_force", "sanction.stayed_by_appeal", "sanction.lifted", "sanction.overturned")


def upgrade() -> None:
    consumed = ", ".join(f"'{word}'" for word in TYPES)
    waiting = _waiting(
        f"SELECT type, subject FROM outbox WHERE dispatched_at IS NULL AND type IN ({consumed}) ORDER BY id"
    )
    op.drop_table("outbox")
    kinds = sa.Enum(*TYPES, name="outboxtype", native_enum=False, create_constraint=True, length=48)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("type", kinds, nullable=False),
        sa.Column("subject", text(60), nullable=False),
    )
    _write("INSERT INTO outbox (type, subject) VALUES (:type, :subject)", waiting)


def downgrade() -> None:
    waiting = _waiting("SELECT type, subject FROM outbox ORDER BY id")
    op.drop_table("outbox")
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("type", text(40), nullable=False),
        sa.Column("subject", text(60), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("first_index", LARGE),
        sa.Column("last_index", LARGE),
        sa.Column("dispatched_at", sa.BigInteger),
    )
    op.create_index("ix_outbox_dispatched_at", "outbox", ["dispatched_at"])
    # When it happened is not kept; nothing reads it of what waits.
    _write("INSERT INTO outbox (type, subject, at) VALUES (:type, :subject, 0)", waiting)


def _waiting(query: str) -> list[dict[str, str]]:
    return [dict(row._mapping) for row in op.get_bind().execute(sa.text(query))]


def _write(statement: str, rows: list[dict[str, str]]) -> None:
    if rows:
        op.get_bind().execute(sa.text(statement), rows)


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
