"""Papers of agencies say what they go with, and may be kept as a copy alone."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

NAME = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")
WITH = sa.Enum(
    "answer", "objection", native_enum=False, create_constraint=True, length=48, name="handedwith"
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("attachments") as batch:
        batch.add_column(sa.Column("goes_with", WITH))
        batch.alter_column("original_name", existing_type=NAME, nullable=True)
        batch.alter_column("original_key", existing_type=sa.Text(), nullable=True)
    # Whatever an agency handed in until now went with its answer.
    op.execute(
        sa.text("UPDATE attachments SET goes_with = 'answer' WHERE box_id IN (SELECT box_id FROM hearings)")
    )  # fmt: skip


def downgrade() -> None:
    # The code before knows no paper without an original; its file is an orphan, which `registry cases reconcile` removes.
    op.execute(sa.text("DELETE FROM attachments WHERE original_name IS NULL"))
    with op.batch_alter_table("attachments") as batch:
        batch.alter_column("original_key", existing_type=sa.Text(), nullable=False)
        batch.alter_column("original_name", existing_type=NAME, nullable=False)
        batch.drop_constraint("handedwith", type_="check")
        batch.drop_column("goes_with")
