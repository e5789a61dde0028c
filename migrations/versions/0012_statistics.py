"""Closed quarters of the open statistics, which nothing changes."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DIMENSIONS = ("country", "sector", "indicator", "outcome")
TABLES = ("snapshots", "snapshot_cells")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("quarter", text(7), nullable=False, unique=True),
        sa.Column("closed_on", sa.Date, nullable=False),
        sa.Column("rules", text(8), nullable=False),
    )
    op.create_table(
        "snapshot_cells",
        sa.Column("snapshot_id", sa.Integer, sa.ForeignKey("snapshots.id"), primary_key=True),
        sa.Column(
            "dimension",
            sa.Enum(*DIMENSIONS, native_enum=False, create_constraint=True, length=48, name="dimension"),
            primary_key=True,
        ),
        sa.Column("value", text(48), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.CheckConstraint("count >= 5 AND count % 5 = 0", name="count_is_rounded"),
    )
    forbid_changes()


def forbid_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for change in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in ("snapshot_cells", "snapshots"):
        op.drop_table(table)
