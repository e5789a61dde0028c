"""Lists of questions that organisations send, as jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

KINDS = ("verification", "corridor", "supply_chain")
STATES = ("uploaded", "queued", "running", "writing", "done", "cancelled", "failed")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    op.create_table(
        "bulk_jobs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False),
        sa.Column("kind", words("jobkind", *KINDS), nullable=False),
        sa.Column("state", words("jobstate", *STATES), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("language", text(12), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("once", text(80)),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("rows_done", sa.Integer, nullable=False),
        sa.Column("sizes", sa.JSON, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("trouble", text(1000)),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("purge_on", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("rows_done >= 0 AND rows_done <= rows", name="no_more_than_all"),
    )
    op.create_index("ix_bulk_jobs_organisation_id", "bulk_jobs", ["organisation_id", "id"])
    op.create_index("ix_bulk_jobs_state", "bulk_jobs", ["state"])
    op.create_index("ix_bulk_jobs_purge_on", "bulk_jobs", ["purge_on"])
    op.create_index("uq_bulk_jobs_organisation_id_once", "bulk_jobs", ["organisation_id", "once"], unique=True)


def downgrade() -> None:
    op.drop_table("bulk_jobs")
