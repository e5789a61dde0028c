"""Finding or locking one row, and refusing a change that was made from an old version. Every lock of a request starts here."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from registry.core.db.engine import Base
from registry.core.errors import NotFound, StaleVersion

Row = TypeVar("Row", bound=Base)


def find(session: Session, model: type[Row], *where: ColumnElement[bool], missing: str) -> Row:
    """The one row of `model` that meets `where`, not locked. Raises NotFound with the text `missing`."""
    found = session.scalars(select(model).where(*where)).one_or_none()
    if found is None:
        raise NotFound(missing)
    return found


def lock(
    session: Session,
    model: type[Row],
    *where: ColumnElement[bool],
    version: int | None = None,
    missing: str = "there is nothing here any more",
    options: Sequence[ExecutableOption] = (),
    key_share: bool = False,
) -> Row:
    """The one row of `model` that meets `where`, read anew and locked until the transaction ends.

    `where` holds the tenant scope too: a row of another unit, authority or organisation is missing like one that never was.
    `version` is the one that the caller read; None asks for nothing. `missing` is the text of NotFound. `key_share` lets others
    refer to the row meanwhile. SQLite locks with BEGIN IMMEDIATE instead. Raises NotFound, StaleVersion.
    """
    found = lock_or_none(session, model, *where, options=options, key_share=key_share)
    if found is None:
        raise NotFound(missing)
    if version is not None:
        require_version(found.version, version)  # type: ignore[attr-defined]
    return found


def lock_or_none(
    session: Session,
    model: type[Row],
    *where: ColumnElement[bool],
    options: Sequence[ExecutableOption] = (),
    key_share: bool = False,
) -> Row | None:
    """As `lock`, None where there is no such row. Only the row itself is locked, whatever is loaded beside it."""
    query = locking_select(model, *where, options=options, key_share=key_share)
    return session.execute(query).unique().scalar_one_or_none()


def locking_select(
    model: type[Row], *where: ColumnElement[bool], options: Sequence[ExecutableOption] = (), key_share: bool = False
) -> Select[Row]:
    """The statement of `lock_or_none`, for those that are built once and run with parameters."""
    query = select(model).where(*where).options(*options).with_for_update(of=model, key_share=key_share)
    return query.execution_options(populate_existing=True)


def require_version(current: int, version: int | None, thing: str = "this") -> None:
    """Raises StaleVersion when `thing` is not at the version that the caller read any more. None asks for nothing."""
    if version is not None and version != current:
        raise StaleVersion(f"somebody changed {thing} in the meantime: it is at version {current}; look again")
