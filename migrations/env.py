"""Runs migrations on the connection that registry.revisions hands over, inside its transaction."""

from alembic import context

from registry.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    # Our SQLite connections begin by hand, so that DDL there is part of the transaction as well.
    transactional_ddl=True,
)

with context.begin_transaction():
    context.run_migrations()
