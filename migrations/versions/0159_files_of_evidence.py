"""The container of the files of a piece of evidence. The version before neither reads nor writes it: it shows no files.

Data test: tests/migrations/test_0159_files_of_evidence.py.
"""

import sqlalchemy as sa
from alembic import op

revision = "0159"
down_revision = "0158"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_events") as table:
        table.add_column(sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id", name=op.f("fk_case_events_box_id"))))


def downgrade() -> None:
    with op.batch_alter_table("case_events") as table:
        table.drop_column("box_id")
