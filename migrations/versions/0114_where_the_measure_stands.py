"""Cases know where their sanction stands. Data test: tests/migrations/test_0114_where_the_measure_stands.py."""

from migrations import steps

revision = "0114"
down_revision = "0113"
branch_labels = None
depends_on = None

_LAST = (
    "FROM sanctions JOIN decisions ON decisions.reference = sanctions.decision WHERE decisions.case_id = cases.id AND "
    "sanctions.state IN ('in_force', 'stayed_by_appeal', 'lifted', 'overturned', 'expired') ORDER BY sanctions.id DESC LIMIT 1"
)


def upgrade() -> None:
    steps.backfill(
        "cases",
        f"UPDATE cases SET measure = (SELECT sanctions.state {_LAST}), measure_on = (SELECT sanctions.in_force_on {_LAST}), "
        f"measure_until = (SELECT sanctions.until {_LAST}) "
        "WHERE state = 'sanction_pending' AND measure IS NULL AND id > :after AND id <= :last",
    )


def downgrade() -> None:
    pass
