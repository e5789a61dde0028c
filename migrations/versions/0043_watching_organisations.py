"""What is watched, called and told belongs to an organisation that is there."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLES = ("watches", "webhooks", "feed_heads", "feed_rows")

# What hangs on what is nobody's goes first; SQLite does not cascade while a table is made anew.
ORPHANED = (
    "DELETE FROM webhook_deliveries WHERE webhook_id IN (SELECT id FROM webhooks WHERE {nobody})",
    "DELETE FROM watch_targets WHERE watch_id IN (SELECT id FROM watches WHERE {nobody})",
    *(f"DELETE FROM {table} WHERE {{nobody}}" for table in TABLES),
)


def upgrade() -> None:
    nobody = "organisation_id NOT IN (SELECT id FROM organisations)"
    for statement in ORPHANED:
        op.execute(sa.text(statement.format(nobody=nobody)))
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.create_foreign_key(f"fk_{table}_organisation_id", "organisations", ["organisation_id"], ["id"])


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_organisation_id", type_="foreignkey")
