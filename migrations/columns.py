"""Column types of the migrations, frozen here: a step must make the same table however the models change later."""

from typing import Any

import sqlalchemy as sa

LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A counter that may pass two thousand million."""


def text(length: int) -> sa.String:
    """Text of at most `length` characters, compared byte by byte on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *allowed: str) -> sa.Enum:
    """A column of a closed set of words, stored as text and held by a CHECK called ck_<table>_<name>."""
    return sa.Enum(*allowed, name=name, native_enum=False, create_constraint=True, length=48)


def own_id() -> sa.Column[int]:
    """The primary key `id`, numbered by the database."""
    return sa.Column("id", sa.Integer, primary_key=True)


def where(condition: str) -> dict[str, Any]:
    """Arguments of `op.create_index` that make the index partial on both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
