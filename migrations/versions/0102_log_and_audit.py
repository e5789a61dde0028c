"""The public log with its tree and checkpoints, the outbox, and the audit trail."""

import sqlalchemy as sa
from alembic import op

from migrations.columns import LARGE, own_id, text
from migrations.steps import refuse_changes

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


APPEND_ONLY = (
    "entries",
    "audit_entries",
)
OUTBOX_TYPES = ("sanction.in_force", "sanction.stayed_by_appeal", "sanction.lifted", "sanction.overturned")
TABLES = (
    "entries", "log_state", "log_tiles", "checkpoints", "outbox", "audit_entries", "audit_head", "audit_subjects",
)  # fmt: skip


def upgrade() -> None:
    create_log()
    create_outbox()
    create_audit_trail()
    refuse_changes(*APPEND_ONLY)


def create_log() -> None:
    op.create_table(
        "entries",
        sa.Column("index", LARGE, primary_key=True, autoincrement=False),
        sa.Column("key", text(32), nullable=False),
        sa.Column("prev", LARGE),
        sa.Column("type", text(40), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("v", sa.Integer, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("agency_id", sa.Integer),
        sa.Column("other_agency_id", sa.Integer),
    )
    op.create_index("ix_entries_agency", "entries", ["agency_id", "index"])
    op.create_index("ix_entries_key", "entries", ["key", "index"])
    op.create_index("ix_entries_other_agency", "entries", ["other_agency_id", "index"])
    op.create_table(
        "log_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", LARGE, nullable=False),
        sa.Column("last_at", sa.BigInteger),
        sa.Column("next_status_place", sa.Integer, nullable=False),
        sa.Column("origin", text(200)),
        sa.Column("is_demo", sa.Boolean, nullable=False),
        sa.Column("hashed", LARGE, nullable=False, server_default=sa.text("0")),
        sa.Column("frontier", sa.LargeBinary),
        sa.Column("closed_at", sa.BigInteger),
    )
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", LARGE, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoints",
        own_id(),
        sa.Column("origin", text(200), nullable=False),
        sa.Column("size", LARGE, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("signed_at", sa.BigInteger, nullable=False),
        sa.Column("is_witnessed", sa.Boolean, nullable=False),
    )
    op.create_index("ix_checkpoints_origin_size", "checkpoints", ["origin", "size"], unique=True)
    op.execute("INSERT INTO log_state (id, size, next_status_place, is_demo) VALUES (1, 0, 0, false)")


def create_outbox() -> None:
    kinds = sa.Enum(*OUTBOX_TYPES, name="outboxtype", native_enum=False, create_constraint=True, length=48)
    op.create_table(
        "outbox",
        own_id(),
        sa.Column("type", kinds, nullable=False),
        sa.Column("subject", text(60), nullable=False),
    )


def create_audit_trail() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("index", LARGE, primary_key=True, autoincrement=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("actor", text(200), nullable=False),
        sa.Column("act", text(60), nullable=False),
        sa.Column("subject", text(16), nullable=False, index=True),
        sa.Column("detail", text(400), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_audit_entries_actor_index", "audit_entries", ["actor", "index"])
    op.create_index("ix_audit_entries_on_day", "audit_entries", ["on_day"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", LARGE, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_subjects",
        sa.Column("pseudonym", text(16), primary_key=True),
        sa.Column("subject", text(60), unique=True),
        sa.Column("unit", text(40)),
    )
    op.execute(
        sa.table("audit_head", sa.column("id"), sa.column("size"), sa.column("hash"))
        .insert()
        .values(id=1, size=0, hash=bytes(32))
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
