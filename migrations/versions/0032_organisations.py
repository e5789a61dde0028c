"""Organisations that check in bulk, their people, and the keys with which their programs come."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def one_of(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, create_constraint=True, length=48, name=name)


def of_organisation() -> sa.Column[int]:
    return sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisations.id"), nullable=False, index=True)


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("name", text(200), nullable=False),
        sa.Column("country", text(2), nullable=False),
        sa.Column("language", text(12), nullable=False),
        sa.Column("since_on", sa.Date, nullable=False),
        sa.Column("rate", sa.Integer),
        sa.Column("closed_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        of_organisation(),
        sa.Column("name", text(120), nullable=False),
        sa.Column("email", text(200), nullable=False, unique=True),
        sa.Column("language", text(12), nullable=False),
        sa.Column("role", one_of("memberrole", "owner", "member"), nullable=False),
        sa.Column("state", one_of("memberstate", "invited", "active", "closed"), nullable=False),
        sa.Column("password", text(200)),
        sa.Column("password_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        of_organisation(),
        sa.Column("name", text(60), nullable=False),
        sa.Column("prefix", text(12), nullable=False),
        sa.Column("digest", text(64), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("last_used_on", sa.Date),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("replaced_by", text(12)),
    )


def downgrade() -> None:
    for table in ("api_keys", "members", "organisations"):
        op.drop_table(table)
