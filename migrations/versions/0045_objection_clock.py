"""An agency's objection is due to be looked at: a clock of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

BEFORE = ("triage", "acknowledge", "answer", "waiting")
AFTER = (*BEFORE, "objection")


def words(*of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name="clockkind")


def upgrade() -> None:
    with op.batch_alter_table("clocks") as batch:
        batch.alter_column("kind", existing_type=words(*BEFORE), type_=words(*AFTER), existing_nullable=False)


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM clocks WHERE kind = 'objection'"))
    with op.batch_alter_table("clocks") as batch:
        batch.alter_column("kind", existing_type=words(*AFTER), type_=words(*BEFORE), existing_nullable=False)
