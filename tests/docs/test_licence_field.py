"""The recipe of docs/maintainers/licence-fields.md, followed in a copy of the repository with an invented field."""

import shutil
from pathlib import Path

import pytest

from registry.core.db import revisions
from registry.vocabulary.register import Language
from tests.docs.copies import Copy

LABELS = {
    "en": "Insured with", "it": "Assicurata presso", "zh-Hans": "承保机构", "zh-Hant": "承保機構", "fr": "Assurée auprès de",
    "ro": "Asigurată la",
}  # fmt: skip

MIGRATION = '''"""Who insures an agency's workers.

Data test: tests/migrations/test_{number}_insured_with.py.
"""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "{number}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("licence_terms", sa.Column("insured_with", columns.text(400)))


def downgrade() -> None:
    op.drop_column("licence_terms", "insured_with")
'''

DATA_TEST = '''"""Step {number}: the terms of the former version have no insurer."""

from tests.conftest import Database
from tests.migrations.chain import Step

TERM = {{"id": 1, "licence_id": 1, "recorded_at": 1, "source": "zz-list", "retrieved_at": 1}}
AGENCY = {{"id": 1, "reference": "AGENCY000001"}}
LICENCE = {{
    "id": 1, "reference": "LICENCE00001", "agency_id": 1, "authority": "zz-labour", "country": "CZ", "kind": "other_eu",
    "status_place": 1,
}}


def test_terms_without_an_insurer_stay(database: Database) -> None:
    step = Step(database, "{number}")
    step.insert("agencies", AGENCY)
    step.insert("licences", LICENCE)
    step.insert("licence_terms", TERM)
    step.run()
    assert [row["insured_with"] for row in step.rows("licence_terms")] == [None]
    step.undo()
    assert [row["id"] for row in step.rows("licence_terms")] == [1]
'''


def follow_recipe(copy: Copy) -> str:
    """Follow docs/maintainers/licence-fields.md; the number of the step of the database."""
    field = '    insured_with: Annotated[str | None, Meta(description="Who insures the agency\'s workers.")] = None\n'
    copy.insert("registry/vocabulary/record.py", "\n\n_LICENCE_TYPES = ", field)
    copy.insert(
        "registry/register/imports/statements.py", "\n\nclass Statement(", "    insured_with: str | None = None\n"
    )
    before = revisions.head()
    number = f"{int(before) + 1:04}"
    copy.write(f"migrations/versions/{number}_insured_with.py", MIGRATION.format(number=number, before=before))
    copy.write(f"tests/migrations/test_{number}_insured_with.py", DATA_TEST.format(number=number))
    copy.insert(
        "tools/data_protection/record.toml",
        '    "recorded_at", "superseded_at", "source", "retrieved_at",\n]\n\n[tables.licences]',
        '    "insured_with",\n',
    )
    assert set(LABELS) == {language.value for language in Language}
    for language, label in LABELS.items():
        text = f'msgid "page.agency.licence.insured_with"\nmsgstr "{label}"\n\n'
        copy.insert(f"registry/i18n/catalogues/{language}.po", 'msgid "page.agency.licence.term"', text)
    licence = '        "conditions": {"type": "array", "items": {"$ref": "#/$defs/condition"}},\n'
    copy.insert("openapi/entry-v1.schema.json", licence, '        "insured_with": {"$ref": "#/$defs/text"},\n')
    copy.run("registry.cli", "openapi", writes="openapi/openapi.json")
    copy.run("tools.typescript_types", "write", writes="client/typescript/src/types.ts")
    copy.write("CHANGELOG.md", f"- A licence says who insures the agency's workers.\n{copy.read('CHANGELOG.md')}")
    return number


@pytest.mark.in_test_all
def test_a_new_field_of_a_licence_touches_at_most_fifteen_files_and_is_stored_imported_shown_and_listed(
    tmp_path: Path,
) -> None:
    copy = Copy(tmp_path)
    number = follow_recipe(copy)
    assert len(copy.touched) <= 15, sorted(copy.touched)
    desk = copy.folder / "tests" / "pages" / "officers" / "licences"
    check = shutil.copy2(Path(__file__).with_name("licence_field_check.py"), desk / "test_insured_with.py")
    copy.test(
        str(check), f"tests/migrations/test_{number}_insured_with.py",
        "tests/test_migrations.py::test_the_head_is_what_the_models_say",
        "tests/tools/test_typescript_types.py",
        "tests/i18n/test_languages.py", "tests/tools/test_data_protection.py",
    )  # fmt: skip
    types = copy.read("client/typescript/src/types.ts")
    assert "insured_with?: string;" in types
