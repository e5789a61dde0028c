"""Hearings: a longer deadline, what the agency is told once its case is decided, and its objection."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

DAYS = ("longer_asked_on", "extended_on", "told_on", "object_until", "objected_on")
OFFICERS = ("extended_by", "told_by", "objected_by")
SEALED = ("longer_sealed", "extended_sealed", "outcome_sealed", "objection_sealed")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    for column in DAYS:
        op.add_column("hearings", sa.Column(column, sa.Date))
    for column in OFFICERS:
        op.add_column("hearings", sa.Column(column, text(200)))
    for column in SEALED:
        op.add_column("hearings", sa.Column(column, sa.Text))


def downgrade() -> None:
    # What an agency was told after its hearing was closed is not to be read by it any more.
    closed = "SELECT box_id FROM hearings WHERE state = 'closed'"
    op.execute(f"DELETE FROM box_wraps WHERE box_id IN ({closed}) AND holder IN (SELECT desk FROM hearings)")
    with op.batch_alter_table("hearings") as batch:
        for column in (*DAYS, *OFFICERS, *SEALED):
            batch.drop_column(column)
