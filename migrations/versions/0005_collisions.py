"""Agencies that resemble each other: what is compared, how far the search came, and what was found."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SIGNS = (
    "near_name", "identifier", "bank_account", "phone", "wechat", "website", "email", "address", "registered_after",
)  # fmt: skip


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    large = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "collisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False),
        sa.Column("first_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("second_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("signs", sa.JSON, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("state", words("collisionstate", "open", "confirmed", "dismissed"), nullable=False),
        sa.Column("found_at", sa.BigInteger, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("decision", text(1000)),
        sa.UniqueConstraint("reference"),
        sa.UniqueConstraint("first_id", "second_id"),
    )
    op.create_index("ix_collisions_second_id", "collisions", ["second_id"])
    op.create_index("ix_collisions_state_rank", "collisions", ["state", "rank", "id"])
    op.create_table(
        "collision_groups",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sign", words("sign", *SIGNS), nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("example_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("found_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("sign", "digest"),
    )
    op.create_table(
        "collision_keys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agency_id", sa.Integer, sa.ForeignKey("agencies.id"), nullable=False),
        sa.Column("sign", words("sign", *SIGNS), nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_collision_keys_agency_id", "collision_keys", ["agency_id"])
    op.create_index("ix_collision_keys_digest", "collision_keys", ["digest", "sign", "agency_id"])
    op.create_table(
        "collision_search",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key_check", sa.BigInteger, nullable=False),
        sa.Column("read_to", large, nullable=False),
        sa.Column("against", text(400), nullable=False),
        sa.Column("last_agency_id", sa.Integer, nullable=False),
        sa.Column("is_finished", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    for table in ("collision_search", "collision_keys", "collision_groups", "collisions"):
        op.drop_table(table)
