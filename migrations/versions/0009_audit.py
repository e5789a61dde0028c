"""The audit: lines that nothing changes, their head, and what their pseudonyms stand for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("index", LARGE, primary_key=True, autoincrement=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("actor", text(200), nullable=False),
        sa.Column("act", text(60), nullable=False),
        sa.Column("subject", text(16), nullable=False, index=True),
        sa.Column("detail", text(400), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", LARGE, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "size": 0, "hash": bytes(32)}])
    op.create_table(
        "audit_subjects",
        sa.Column("pseudonym", text(16), primary_key=True),
        sa.Column("subject", text(60), nullable=False, unique=True),
    )
    forbid_changes()


def forbid_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entries_refuse_{change.lower()} BEFORE {change} ON audit_entries "
                "BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER audit_entries_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    for table in ("audit_subjects", "audit_head", "audit_entries"):
        op.drop_table(table)
