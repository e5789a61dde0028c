"""Each command that README.md, docs/users and docs/guides show is run as printed against a served registry of demo data."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import requests
from markdown_it import MarkdownIt
from PIL import Image
from registry_client.api.settings import KEY_FILE_VARIABLE, KEY_VARIABLE, URL_VARIABLE

from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from tests import make
from tests.serving import Served, command, environment, serve
from tests.thorough import thorough
from tests.waiting import until

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs" / "users").glob("*.md"), *(ROOT / "docs" / "guides").glob("*.md")])
SHOWN = "http://127.0.0.1:8000"
END = "\x1e"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL

NOT_RUN = re.compile(r"<!-- not run: \S.* -->")
"""Stands before a block whose commands are not run here, and says why."""

MARKED = {
    "agents.md": 1,
    "dataset.md": 3,
    "mirrors.md": 2,
    "range-files.md": 1,
    "sandbox.md": 2,
    "start.md": 1,
    "watches.md": 1,
}
"""How many blocks of each page are so marked."""

COMMAND = re.compile(
    r"^\s*(?:registry(?:-client)?|curl|duckdb|git|make|uv|pip|npm|npx|python3?|export|jq|sed|cat|\.venv/bin/\S+|\w+=\S.*) ?",
    re.MULTILINE,
)
"""What a line of a block begins with that is to be typed: a block with one is a session (`$`), or marked."""


@dataclass(frozen=True)
class Block:
    text: str
    is_marked: bool

    @property
    def is_session(self) -> bool:
        return self.text.startswith(("$ ", ">>> "))


def blocks_of(page: Path) -> list[Block]:
    """The blocks of code of a page in their order."""
    found, is_marked = [], False
    for token in MarkdownIt("commonmark", {"html": True}).parse(page.read_text(encoding="utf-8")):
        # Four spaces behind the line of a list are no block.
        assert not token.content.startswith(("$ ", ">>> ")) or token.type != "inline", (page.name, token.content)
        if token.type in ("code_block", "fence"):
            found.append(Block(token.content, is_marked))
        is_marked = token.type == "html_block" and NOT_RUN.fullmatch(token.content.strip()) is not None
    return found


SHOWING = [page for page in PAGES if any(block.is_session for block in blocks_of(page))]
LONG = [page for page in SHOWING if page.stem != "start"]
"""Pages that are read after the first one. Some wait for jobs, webhooks or files that a worker writes."""
SHORT = [page for page in SHOWING if page not in LONG]


@pytest.fixture(scope="module")
def demo(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, Settings, dict[str, str]]]:
    """A registry with demo data and the worker beside it, as `make run` serves it; for each page an organisation's key."""
    home = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{home}/registry.sqlite3"
    settings = Settings(home=home, database_url=url, files=home / "files", rate=1_000_000)
    settings.prepare_home()
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    loaded = command("demo", "load", env=environment(settings, settings.port))
    assert loaded.returncode == 0, loaded.stderr
    engine = engine_for(url)
    with sessions_for(engine).begin() as session:
        keys = {page.name: make.make_api_key(session) for page in SHOWING}
    engine.dispose()
    with serve(settings, "--with-worker") as served:
        # What the worker writes first; until then the pages that show it would find nothing, and others a busy database.
        for path in ("/dataset/catalog.jsonld", "/ranges/current"):
            until(partial(is_there, served.base_url + path))
        yield served, settings, keys


def is_there(url: str) -> bool:
    return requests.get(url, timeout=30).ok


def commands_of(blocks: list[Block]) -> Iterator[tuple[str, str]]:
    """Each command and what it is shown to print. A line that begins with `>` goes on."""
    lines = [line for block in blocks if block.is_session for line in [*block.text.splitlines(), ""]]
    place = 0
    while place < len(lines):
        if not lines[place].startswith("$ "):
            place += 1
            continue
        command = lines[place][2:]
        place += 1
        while lines[place].startswith("> "):
            command += "\n" + lines[place][2:]
            place += 1
        displayed = []
        while place < len(lines) and lines[place] and not lines[place].startswith("$ "):
            displayed.append(lines[place])
            place += 1
        yield command, "\n".join(displayed)


def make_checkout(folder: Path, settings: Settings, key: str) -> None:
    """What a reader has in the folder where commands are typed: the environment, the data folder, a key and a photograph."""
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    (folder / "var").symlink_to(settings.home)
    (folder / "key").write_text(f"{key}\n", encoding="utf-8")
    Image.new("RGB", (32, 32), "red").save(folder / "photo.jpg")


def environment_of(served: Served, settings: Settings, folder: Path) -> dict[str, str]:
    stored = {name: value for name, value in os.environ.items() if name not in (KEY_VARIABLE, KEY_FILE_VARIABLE)}
    commands = f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    own = {"REGISTRY_HOME": str(settings.home), URL_VARIABLE: served.base_url, "PATH": commands}
    return stored | own | {"HOME": str(folder)}


def run_as_shown(steps: list[tuple[str, str]], served: Served, settings: Settings, folder: Path) -> None:
    """Run each command in one shell and compare what it prints with what is shown."""
    script = "\n".join(f"{command}\nprintf '{END}'" for command, _ in steps).replace(SHOWN, served.base_url)
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail"],
        input=script,
        text=True,
        capture_output=True,
        cwd=folder,
        env=environment_of(served, settings, folder),
        timeout=120,
        check=False,
    )
    checker = doctest.OutputChecker()
    for (typed, displayed), printed in zip(steps, done.stdout.split(END), strict=False):
        is_as_shown = checker.check_output(displayed + "\n", printed.rstrip("\n") + "\n", FLAGS)
        assert is_as_shown, f"{typed}\n{printed}\n{done.stderr}"
    # What a command says of its progress goes there too.
    troubles = [line for line in done.stderr.splitlines() if not line.startswith("registry-client: ")]
    assert (done.returncode, troubles) == (0, [])


def test_each_block_of_commands_is_run_or_says_why_not() -> None:
    """A block is a session of a shell (`$`) or of Python (`>>>`), is marked, or holds nothing to type."""
    unsaid = [
        (page.name, block.text)
        for page in PAGES
        for block in blocks_of(page)
        if not block.is_session and not block.is_marked and COMMAND.search(block.text)
    ]
    assert unsaid == []
    counts = {page.name: sum(block.is_marked for block in blocks_of(page)) for page in PAGES}
    assert {name: count for name, count in counts.items() if count} == MARKED


def test_the_questions_of_the_readme_are_answered_as_it_shows(
    demo: tuple[Served, Settings, dict[str, str]], tmp_path: Path
) -> None:
    served, settings, _ = demo
    make_checkout(tmp_path, settings, "")
    steps = list(commands_of(blocks_of(ROOT / "README.md")))
    assert len(steps) == 3
    run_as_shown(steps, served, settings, tmp_path)


@pytest.mark.parametrize("document", [*SHORT, *thorough(*LONG)], ids=lambda document: document.name)
def test_what_is_shown_is_what_comes(
    demo: tuple[Served, Settings, dict[str, str]], document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First what is shown in a shell, then what is shown in Python, in one folder."""
    served, settings, keys = demo
    make_checkout(tmp_path, settings, keys[document.name])
    run_as_shown(list(commands_of(blocks_of(document))), served, settings, tmp_path)

    monkeypatch.chdir(tmp_path)
    for name in (KEY_VARIABLE, KEY_FILE_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    text = document.read_text(encoding="utf-8").replace(SHOWN, served.base_url)
    test = doctest.DocTestParser().get_doctest(text, {}, document.name, document.name, 0)
    stated: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=stated.append, clear_globs=False)
    for name in ("client", "ours"):
        if name in test.globs:
            test.globs[name].close()
    assert outcome.failed == 0, "".join(stated)
