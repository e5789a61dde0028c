"""Runs one step on the connection that registry.core.db.revisions hands over, in a transaction of its own."""

from typing import Any

from alembic import context
from alembic.migration import MigrationContext

from registry.core.errors import NotMigrated
from registry.tables import METADATA


def refuse_dangling_rows(ctx: MigrationContext, step: Any, heads: Any, run_args: Any) -> None:
    """Raise NotMigrated before the commit of a step on SQLite, whose links are not watched meanwhile, that broke one."""
    connection = ctx.connection
    if connection is not None and connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise NotMigrated(f"a migration left rows of {broken[0]} that point nowhere; the step was undone")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    # Our SQLite connections begin by hand, so that DDL there is part of the transaction as well.
    transactional_ddl=True,
    transaction_per_migration=True,
    on_version_apply=refuse_dangling_rows,
)

with context.begin_transaction():
    context.run_migrations()
