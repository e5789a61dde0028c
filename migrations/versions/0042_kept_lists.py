"""Answers that are kept without being asked for so each time, and lists kept whole, with one signature over all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    # Whoever runs the old code writes rows without them.
    op.add_column("organisations", sa.Column("keeps_every", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("api_keys", sa.Column("keeps_every", sa.Boolean))
    op.add_column("bulk_jobs", sa.Column("is_kept", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("bulk_jobs", sa.Column("constants", sa.JSON))
    kinds = sa.Enum(
        "verification",
        "corridor",
        "supply_chain",
        native_enum=False,
        create_constraint=True,
        length=48,
        name="jobkind",
    )
    op.create_table(
        "kept_lists",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False),
        sa.Column("job_id", sa.Integer, sa.ForeignKey("bulk_jobs.id", ondelete="CASCADE"), unique=True),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("statements", sa.LargeBinary),
        sa.Column("ends_on", sa.Date, nullable=False, index=True),
        sa.CheckConstraint("(job_id IS NULL) = (statements IS NOT NULL)", name="of_a_job_or_here"),
    )
    op.create_index("ix_kept_lists_organisation_id_id", "kept_lists", ["organisation_id", "id"])


def downgrade() -> None:
    op.drop_table("kept_lists")
    for table, columns in (
        ("bulk_jobs", ("is_kept", "constants")),
        ("api_keys", ("keeps_every",)),
        ("organisations", ("keeps_every",)),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
