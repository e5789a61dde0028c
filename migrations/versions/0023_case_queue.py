"""Whose a case is, and what its queue is read by: whether it is open and when it is next due, in indexes of that order."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NEVER = 253402214400000000
"""The last day of the year 9999, in microseconds since 1970."""

OPEN = (
    "submitted", "in_triage", "waiting_complainant", "investigating", "agency_hearing", "decision_draft",
    "decided_upheld", "decided_partly", "decided_not_upheld", "sanction_pending", "reopened",
)  # fmt: skip
BY = ("is_open", "state", "country", "sector", "assignee")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("assignee", text(12)))
        batch.add_column(sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("due_at", sa.BigInteger, nullable=False, server_default=str(NEVER)))
    cases = sa.table("cases", sa.column("id"), sa.column("state"), sa.column("is_open"), sa.column("due_at"))
    clocks = sa.table("clocks", sa.column("case_id"), sa.column("due_at"), sa.column("met_on"), sa.column("paused_on"))
    runs = (clocks.c.case_id == cases.c.id, clocks.c.met_on.is_(None), clocks.c.paused_on.is_(None))
    due = sa.select(sa.func.min(clocks.c.due_at)).where(*runs).scalar_subquery()
    op.execute(cases.update().values(is_open=cases.c.state.in_(OPEN), due_at=sa.func.coalesce(due, NEVER)))
    for column in BY:
        op.create_index(f"ix_cases_queue_{column}", "cases", ["unit_id", column, "priority", "due_at", "id"])
    op.create_index("ix_cases_late", "cases", ["unit_id", "due_at"])
    op.drop_index("ix_cases_unit_id_state_priority", "cases")


def downgrade() -> None:
    op.create_index("ix_cases_unit_id_state_priority", "cases", ["unit_id", "state", "priority"])
    op.drop_index("ix_cases_late", "cases")
    for column in BY:
        op.drop_index(f"ix_cases_queue_{column}", "cases")
    with op.batch_alter_table("cases") as batch:
        batch.drop_column("due_at")
        batch.drop_column("is_open")
        batch.drop_column("assignee")
