"""The time zone of each unit's authority, by which the unit's days begin and end. None where the authority is not known.

The version before writes and reads none of it: its days were those of UTC, and a unit that it adds has them still.

Data test: tests/migrations/test_0167_time_zones_of_units.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0167"
down_revision = "0166"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("units", sa.Column("time_zone", columns.text(64)))
    op.execute(
        "UPDATE units SET time_zone ="
        " (SELECT authorities.time_zone FROM authorities WHERE authorities.reference = units.authority)"
    )


def downgrade() -> None:
    op.drop_column("units", "time_zone")
