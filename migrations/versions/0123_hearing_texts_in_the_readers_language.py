"""Languages of what an agency is asked and told, and the translations that they wait for.

Data test: tests/migrations/test_0123_hearing_texts_in_the_readers_language.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations.columns import text

revision = "0123"
down_revision = "0122"
branch_labels = None
depends_on = None


_COLUMNS = (
    ("language", text(12)),
    ("translation_sealed", sa.Text()),
    ("translated_by", text(200)),
    ("outcome_language", text(12)),
    ("outcome_translation_sealed", sa.Text()),
    ("object_days", sa.Integer()),
)


def upgrade() -> None:
    for name, type_ in _COLUMNS:
        op.add_column("hearings", sa.Column(name, type_))


def downgrade() -> None:
    for name, _ in reversed(_COLUMNS):
        op.drop_column("hearings", name)
