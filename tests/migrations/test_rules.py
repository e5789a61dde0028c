"""Every step behind the first release is safe while the former version runs, and has a data test."""

from pathlib import Path

import pytest

from registry.core.db import revisions
from tests.migrations.reading import LAST_BEFORE_RELEASE, faults_of

STEPS = sorted(
    path for path in (revisions.FOLDER / "versions").glob("[0-9]*.py") if path.name[:4] > LAST_BEFORE_RELEASE
)


def test_each_step_has_a_data_test() -> None:
    tested = {path.name.removeprefix("test_")[:4] for path in Path(__file__).parent.glob("test_[0-9]*.py")}
    assert {path.name[:4] for path in STEPS} <= tested, "copy tests/migrations/test_template.py"


def test_each_step_is_safe_while_the_former_version_runs() -> None:
    assert {path.name: faults for path in STEPS if (faults := faults_of(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    ("upgrade", "fault"),
    [
        ('op.create_index("ix", "cases", ["state"])', "op.create_index on a table in use"),
        ('op.drop_index("ix", "cases")', "op.drop_index on a table in use"),
        ('op.add_column("cases", sa.Column("a", sa.Text, nullable=False))', "add_column without a default"),
        ('batch.add_column(sa.Column("a", sa.Text, nullable=False))', "add_column without a default"),
        ('op.rename_table("cases", "files")', "renaming"),
        ('op.alter_column("cases", "a", new_column_name="b")', "renaming"),
        ('op.drop_column("cases", "a")', "drop_column: say UNUSED_SINCE"),
        ('op.drop_table("cases")', "drop_table: say UNUSED_SINCE"),
        ('op.create_foreign_key("fk", "a", "b", ["c"], ["id"])', "create_foreign_key reads every row"),
        ('op.create_check_constraint("ck", "a", "b > 0")', "create_check_constraint reads every row"),
        ('steps.create_index("ix", "a", ["b"])\n    op.execute("SELECT 1")', "does one thing"),
    ],
)
def test_a_step_in_the_way_of_others_is_found(upgrade: str, fault: str) -> None:
    [found] = faults_of(f"def upgrade():\n    {upgrade}\n")
    assert fault in found


@pytest.mark.parametrize(
    "source",
    [
        'def upgrade():\n    op.create_table("a")\n    op.create_index("ix", "a", ["b"])\n',
        'def upgrade():\n    steps.create_index("ix", "a", ["b"])\n',
        'def upgrade():\n    op.add_column("a", sa.Column("b", sa.Text))\n',
        'def upgrade():\n    op.add_column("a", sa.Column("b", sa.Boolean, nullable=False, server_default=sa.false()))\n',
        'def upgrade():\n    op.create_check_constraint("ck", "a", "b > 0", postgresql_not_valid=True)\n',
        'UNUSED_SINCE = "1.4"\n\ndef upgrade():\n    op.drop_column("a", "b")\n',
        'def upgrade():\n    op.add_column("a", sa.Column("b", sa.Text))\n\ndef downgrade():\n    op.drop_column("a", "b")\n',
    ],
)
def test_a_careful_step_is_left_alone(source: str) -> None:
    assert faults_of(source) == []
