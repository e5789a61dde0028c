"""Writes the pages, the menu, the search index and the files beside them."""

import html
import json
import posixpath
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tools.docs_site.plan import GROUPS, ROOT, address, pages
from tools.docs_site.rendering import Rendered, rendered, style

HERE = Path(__file__).parent
OUTPUT = ROOT / "registry" / "api" / "docs" / "site"
FILES = ("site.css", "site.js")
MAX_WORDS_OF_SECTION = 1200
"""Characters of a section that the search reads: the beginning says what it is about."""

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} - developers</title>
<link rel="stylesheet" href="{root}site.css">
<link rel="icon" href="data:,">
<script src="{root}site.js" defer></script>
</head>
<body data-root="{root}">
<a class="skip" href="#content">To the text</a>
<header>
<a class="brand" href="{root}index.html">Registry for developers</a>
<form role="search" id="search" hidden><label for="words">Search</label>
<input id="words" type="search" placeholder="Search (press /)" autocomplete="off" spellcheck="false">
<div id="found" role="status" aria-live="polite"></div></form>
<nav class="out" aria-label="This registry"><a href="/docs">Try the API</a> <a href="/docs/endpoints">Endpoints</a>
<a href="/account/">Account</a></nav>
</header>
<div class="columns">
<nav class="menu" aria-label="Pages">
<details open><summary>Pages</summary>
{menu}
</details>
</nav>
<main id="content">
<h1>{title}</h1>
{body}
</main>
{contents}
</div>
</body>
</html>
"""


def write(folder: Path) -> int:
    """Write the whole site into an empty or new folder; how many pages."""
    shutil.rmtree(folder, ignore_errors=True)
    known = [page for page in pages() if (ROOT / page).is_file()]
    addresses = {page: address(page) for page in known}
    addresses["docs/README.md"] = "index.html"
    made = {
        page: rendered((ROOT / page).read_text(encoding="utf-8"), page, addresses)
        for page in (*known, "docs/README.md")
    }
    for page, found in made.items():
        target = folder / addresses[page]
        target.parent.mkdir(parents=True, exist_ok=True)
        body = _home(made) if page == "docs/README.md" else found.body
        title = "Build on the registry" if page == "docs/README.md" else found.title
        target.write_text(_page(title, body, found, page, addresses, made), encoding="utf-8")
    index = list(_index(made, addresses))
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    synonyms = json.dumps(tomllib.loads((HERE / "synonyms.toml").read_text("utf-8")), separators=(",", ":"))
    (folder / "search.js").write_text(f"self.PAGES={text}\nself.SYNONYMS={synonyms}\n", encoding="utf-8")
    for name in FILES:
        shutil.copyfile(HERE / name, folder / name)
    with (folder / "site.css").open("a", encoding="utf-8") as file:
        file.write(style())
    return len(made)


def _page(
    title: str, body: str, found: Rendered, page: str, addresses: dict[str, str], made: dict[str, Rendered]
) -> str:
    depth = addresses[page].count("/")
    return PAGE.format(
        title=html.escape(title),
        root="../" * depth,
        menu=_menu(page, addresses, made),
        body=body,
        contents=_contents(found) if page != "docs/README.md" else "",
    )


def _menu(page: str, addresses: dict[str, str], made: dict[str, Rendered]) -> str:
    here = posixpath.dirname(addresses[page]) or "."
    parts = []
    for group in GROUPS:
        items = []
        for one in group.pages:
            if one in made:
                current = ' aria-current="page"' if one == page else ""
                target = posixpath.relpath(addresses[one], here)
                items.append(f'<li><a href="{target}"{current}>{html.escape(_short(made[one].title))}</a></li>')
        parts.append(f"<h2>{html.escape(group.name)}</h2>\n<ul>{''.join(items)}</ul>")
    return "\n".join(parts)


def _short(title: str) -> str:
    """A title for the menu: what stands before a colon."""
    head, _, tail = title.partition(": ")
    return head if tail and len(title) > 34 else title


def _contents(found: Rendered) -> str:
    items = [
        f'<li class="l{heading.level}"><a href="#{heading.anchor}">{html.escape(heading.text)}</a></li>'
        for heading in found.headings
        if heading.level <= 3
    ]
    if len(items) < 2:
        return '<div class="contents"></div>'
    return f'<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>{"".join(items)}</ul></nav>'


def _home(made: dict[str, Rendered]) -> str:
    """The first page: what to do first, and each group with its pages."""
    parts = [
        '<p class="lead">May this recruiter recruit, and how do we know? A verdict from official lists, with its reasons, '
        "the law behind them and a signature that anybody can check.</p>",
        '<p class="first"><a class="button" href="users/start.html">Five minutes to the first verdict</a> '
        '<a href="users/demo-numbers.html">Numbers to try</a> <a href="users/sandbox.html">Test keys</a> '
        '<a href="users/reasons.html">Reasons and errors</a> <a href="changelog.html">Changelog</a></p>',
        '<div class="cards">',
    ]
    for group in GROUPS:
        items = "".join(
            f'<li><a href="{address(one)}">{html.escape(made[one].title)}</a></li>'
            for one in group.pages
            if one in made
        )
        parts.append(f"<section><h2>{html.escape(group.name)}</h2><ul>{items}</ul></section>")
    return "\n".join([*parts, "</div>"])


def _index(made: dict[str, Rendered], addresses: dict[str, str]) -> Iterator[list[str]]:
    """Each part of each page: address, title of the page, heading, words."""
    for page, found in made.items():
        if page == "docs/README.md":
            continue
        for anchor, name, text in found.sections:
            target = addresses[page] + (f"#{anchor}" if anchor else "")
            yield [target, found.title, name, text[:MAX_WORDS_OF_SECTION]]
