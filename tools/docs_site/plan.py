"""Which pages the site has, and in which order the menu shows them."""

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Group(NamedTuple):
    """A part of the menu: its name, and its pages as paths from the root of the repository."""

    name: str
    pages: tuple[str, ...]


def _docs(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"docs/{folder}/{name}.md" for name in names)


GROUPS = (
    Group("Start", _docs("users", "start", "demo-numbers", "sandbox", "api", "limits")),
    Group("Guides by role", _docs("guides", "employers", "ngos", "officials", "operators")),
    Group(
        "Answers",
        _docs("users", "verdict", "reasons", "identifiers", "channels", "bulk", "range-files", "statistics"),
    ),
    Group("Data, analysts and agents", _docs("users", "dataset", "reconciliation", "agents")),
    Group("Events and accounts", _docs("users", "watches", "organisations", "badge", "api-complaints")),
    Group("Proofs", (*_docs("users", "proofs", "entry-format"), "client/README.md", "client/typescript/README.md")),
    Group("Promises", (*_docs("users", "compatibility", "accessibility"), "CHANGELOG.md", "SECURITY.md")),
    Group(
        "Officers",
        _docs(
            "officers", "console", "licensing", "intake", "triage", "cases", "casework", "hearings", "referrals",
            "sanctions", "entries", "api-officers",
        ),
    ),
    Group(
        "Operators",
        _docs(
            "operators", "operations", "settings", "machines", "sources", "lists", "law-overlays", "log", "attachments",
            "translations", "processing-record", "dpia", "browsers",
        ),
    ),
    Group(
        "Maintainers",
        (
            "docs/architecture.md",
            "docs/glossary.md",
            *_docs("maintainers", "threat-model", "sealing", "law", "licence-fields", "migrations",
                   "public-code", "releasing", "security-requirements", "translating", "performance"),
            "docs/decisions/README.md",
            "CONTRIBUTING.md",
            "GOVERNANCE.md",
        ),
    ),
)  # fmt: skip
"""Pages that are in no group come last, in the order of their names, and are not in the menu: decisions, above all."""


def pages() -> tuple[str, ...]:
    """Every page of the site, those of the menu first."""
    listed = [page for group in GROUPS for page in group.pages]
    every = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))
    return (*listed, *(page for page in every if page not in listed and page != "docs/README.md"))


def address(page: str) -> str:
    """Where a page stands in the site: `docs/users/start.md` in users/start.html."""
    return page.removeprefix("docs/").removesuffix(".md").replace("README", "index").lower() + ".html"
