"""The recipe of docs/maintainers/licence-fields.md, followed in a copy of the repository with an invented field."""

import shutil
import subprocess
import sys
from pathlib import Path

from registry.vocabulary.register import Language

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("registry", "schemas", "migrations", "openapi", "client", "tests", "tools", "docs")
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


class Copy:
    """A copy of the repository; `touched` are the files that the recipe changed or added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.touched: set[str] = set()
        for name in COPIED:
            # With what Python compiled before: the copies have the same times.
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules"))
        for name in ("pyproject.toml", "README.md", "CHANGELOG.md"):
            shutil.copy2(ROOT / name, folder / name)

    def insert(self, path: str, before: str, line: str) -> None:
        """Put a line before the only place that begins so."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(before) == 1, path
        self.write(path, text.replace(before, line + before))

    def write(self, path: str, text: str) -> None:
        (self.folder / path).write_text(text, encoding="utf-8")
        self.touched.add(path)

    def run(self, *command: str, writes: str | None = None) -> None:
        ran = subprocess.run(
            [sys.executable, "-m", *command], cwd=self.folder, capture_output=True, text=True, timeout=600, check=False
        )
        assert ran.returncode == 0, f"{' '.join(command)}:\n{ran.stdout[-6000:]}\n{ran.stderr[-3000:]}"
        if writes is not None:
            self.touched.add(writes)


def follow_recipe(copy: Copy) -> str:
    """Follow docs/maintainers/licence-fields.md; the number of the step of the database."""
    field = '    insured_with: Annotated[str | None, Meta(description="Who insures the agency\'s workers.")] = None\n'
    copy.insert("registry/vocabulary/record.py", "    status_history: tuple[StatusPeriod, ...] = ()\n\n\n_LIC", field)
    copy.insert(
        "registry/register/imports/statements.py", "\n\nclass Statement(", "    insured_with: str | None = None\n"
    )
    before = (copy.folder / "migrations" / "head").read_text(encoding="ascii").strip()
    number = f"{int(before) + 1:04}"
    copy.write("migrations/head", f"{number}\n")
    copy.write(f"migrations/versions/{number}_insured_with.py", MIGRATION.format(number=number, before=before))
    copy.write(f"tests/migrations/test_{number}_insured_with.py", DATA_TEST.format(number=number))
    assert set(LABELS) == {language.value for language in Language}
    for language, label in LABELS.items():
        text = f'msgid "page.agency.licence.insured_with"\nmsgstr "{label}"\n\n'
        copy.insert(f"registry/i18n/catalogues/{language}.po", 'msgid "page.agency.licence.term"', text)
    licence = '        "conditions": {"type": "array", "items": {"$ref": "#/$defs/condition"}},\n'
    copy.insert("openapi/entry-v1.schema.json", licence, '        "insured_with": {"$ref": "#/$defs/text"},\n')
    copy.run("registry.cli", "openapi", writes="openapi/openapi.json")
    copy.run("tools.typescript_types", "write", writes="client/typescript/src/types.ts")
    copy.insert("CHANGELOG.md", "### Days and clocks\n", "- A licence says who insures the agency's workers.\n\n")
    return number


def test_a_new_field_of_a_licence_touches_at_most_fifteen_files_and_is_stored_imported_shown_and_listed(
    tmp_path: Path,
) -> None:
    copy = Copy(tmp_path)
    number = follow_recipe(copy)
    assert len(copy.touched) <= 15, sorted(copy.touched)
    desk = copy.folder / "tests" / "pages" / "officers" / "licences"
    check = shutil.copy2(Path(__file__).with_name("licence_field_check.py"), desk / "test_insured_with.py")
    copy.run(
        "pytest", "-q", "-p", "no:cacheprovider", "-k", "not postgresql",
        str(check), f"tests/migrations/test_{number}_insured_with.py",
        "tests/test_migrations.py::test_the_head_is_what_the_models_say",
        "tests/tools/test_typescript_types.py",
        "tests/i18n/test_languages.py",
    )  # fmt: skip
    types = (copy.folder / "client" / "typescript" / "src" / "types.ts").read_text(encoding="utf-8")
    assert "insured_with?: string;" in types
