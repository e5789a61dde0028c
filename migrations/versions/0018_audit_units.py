"""Whose matter a subject of the audit is, also when a purge has emptied what it was called; lines by actor and by day."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("audit_subjects") as batch:
        batch.add_column(sa.Column("unit", text(40)))
        batch.alter_column("subject", existing_type=text(60), nullable=True)
    op.execute(
        "UPDATE audit_subjects SET unit = (SELECT units.reference FROM cases JOIN units ON units.id = cases.unit_id "
        "WHERE cases.reference = audit_subjects.subject)"
    )
    op.create_index("ix_audit_entries_actor_index", "audit_entries", ["actor", "index"])
    op.create_index("ix_audit_entries_on_day", "audit_entries", ["on_day"])


def downgrade() -> None:
    op.drop_index("ix_audit_entries_on_day", "audit_entries")
    op.drop_index("ix_audit_entries_actor_index", "audit_entries")
    op.execute("DELETE FROM audit_subjects WHERE subject IS NULL")
    with op.batch_alter_table("audit_subjects") as batch:
        batch.alter_column("subject", existing_type=text(60), nullable=False)
        batch.drop_column("unit")
