"""The docs lead somewhere: links and named paths exist, indexes are complete, decisions have one form."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
HEADINGS = ["Status and date", "Context", "Decision", "Alternatives", "Consequences"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"(?<![\w/.-])docs/[\w/-]+\.md\b")
NUMBERED = re.compile(r"docs/decisions/(\d{4})\b|\b[Dd]ecision (\d{4})\b")
"""How code and docs name a decision by its number."""


def documents() -> Iterator[Path]:
    yield from DOCS.rglob("*.md")
    yield from (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "client/README.md"))


def named(document: Path) -> str:
    return str(document.relative_to(ROOT))


def texts() -> Iterator[tuple[Path, str]]:
    """Every text of the project that may name a page of the docs, with its file."""
    for room in ("registry", "schemas", "tests", "bench", "tools", "docs", "migrations"):
        for path in (ROOT / room).rglob("*"):
            if path.suffix in {".py", ".md", ".po", ".toml", ".html", ".css"}:
                yield path, path.read_text(encoding="utf-8")
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "openapi/openapi.json"):
        yield ROOT / name, (ROOT / name).read_text(encoding="utf-8")


def sections(document: Path) -> dict[str, str]:
    """The text below each heading of second level."""
    parts = re.split(r"^## (.+)\n", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (text.strip() for text in parts[2::2]), strict=True))


@pytest.mark.parametrize("document", list(documents()), ids=named)
def test_every_relative_link_leads_to_a_file(document: Path) -> None:
    targets = (target.partition("#")[0] for target in LINK.findall(document.read_text(encoding="utf-8")))
    lost = [one for one in targets if one and not re.match(r"[a-z]+:", one) and not (document.parent / one).exists()]
    assert lost == []


def test_every_page_that_is_named_anywhere_exists() -> None:
    lost = {
        (named(path), page) for path, text in texts() for page in NAMED.findall(text) if not (ROOT / page).is_file()
    }
    assert lost == set()


def test_every_decision_that_is_named_by_its_number_exists() -> None:
    known = {page.name[:4] for page in DECISIONS}
    uses = ((path, "".join(found)) for path, text in texts() for found in NUMBERED.findall(text))
    assert {(named(path), number) for path, number in uses if number not in known} == set()


def test_the_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    lost = [
        str(page.relative_to(DOCS))
        for page in DOCS.rglob("*.md")
        if page.parent.name != "decisions"
        and page != DOCS / "README.md"
        and f"]({page.relative_to(DOCS)})" not in index
    ]
    assert lost == []
    assert "](decisions/README.md)" in index


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("document", DECISIONS, ids=lambda document: document.name[:4])
def test_a_decision_has_the_form_of_all(document: Path) -> None:
    parts = sections(document)
    assert list(parts) == HEADINGS
    assert all(parts.values())
    assert re.match(r"(Accepted|Superseded|Proposed)\b.*\b\d{4}-\d{2}-\d{2}\b", parts["Status and date"])
    assert max(map(len, document.read_text(encoding="utf-8").splitlines())) <= 120


@pytest.mark.parametrize("document", DECISIONS, ids=lambda document: document.name[:4])
def test_the_index_of_decisions_has_each_with_title_and_status(document: Path) -> None:
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    title = document.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    status = " ".join(sections(document)["Status and date"].partition(",")[0].split())
    assert status == "Accepted" or re.match(r"Superseded (in part )?by \[", status)
    assert f"| [{document.name[:4]}]({document.name}) | {title} | {status} | " in index


BEGINNING = re.compile(r"^\| .+ \| \[[^\]]+\]\(\.\./\.\./([^)]+)\) \| `(\w+)` \|$", re.MULTILINE)


def test_each_sentence_of_the_mission_leads_to_what_it_names() -> None:
    found = BEGINNING.findall((DOCS / "maintainers" / "mission.md").read_text(encoding="utf-8"))
    assert len(found) == 10
    for file, name in found:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^(?:def|class) {name}\b", text, re.MULTILINE), (file, name)
