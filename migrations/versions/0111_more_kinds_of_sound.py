"""Attachments may be sound as browsers and telephones record it. Data test: tests/migrations/test_0111_more_kinds_of_sound.py."""

from alembic import op

from migrations import steps

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None

_BEFORE = ("jpeg", "png", "webp", "heic", "pdf", "m4a", "mp3", "amr", "mp4", "txt")
_AFTER = (*_BEFORE, "ogg", "webm", "wav", "aac")


def upgrade() -> None:
    steps.replace_words("attachments", "kind", "filekind", _BEFORE, _AFTER)


def downgrade() -> None:
    # A sound that the former version cannot read must not stand in its way; the files stay until they are reconciled.
    op.execute("DELETE FROM attachments WHERE kind IN ('ogg', 'webm', 'wav', 'aac')")
    steps.replace_words("attachments", "kind", "filekind", _AFTER, _BEFORE)
