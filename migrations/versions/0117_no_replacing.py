"""Append-only tables refuse INSERT OR REPLACE on SQLite. Data test: tests/migrations/test_0117_no_replacing.py.

REPLACE deletes the old row without asking the trigger of DELETE, unless the connection has switched that on.
"""

import sqlalchemy as sa
from alembic import op

from migrations import steps

revision = "0117"
down_revision = "0116"
branch_labels = None
depends_on = None

TABLES = ("entries", "audit_entries", "retrievals", "snapshots", "snapshot_cells")


def upgrade() -> None:
    if steps.is_postgresql():
        return
    inspector = sa.inspect(op.get_bind())
    for table in TABLES:
        keys = [inspector.get_pk_constraint(table)["constrained_columns"]]
        keys += [one["column_names"] for one in inspector.get_unique_constraints(table)]
        keys += [[*filter(None, one["column_names"])] for one in inspector.get_indexes(table) if one["unique"]]
        same = " OR ".join(
            "EXISTS (SELECT 1 FROM {} WHERE {})".format(
                table, " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
            )
            for columns in keys
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN {same} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    if steps.is_postgresql():
        return
    for table in TABLES:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_refuse_replace")
