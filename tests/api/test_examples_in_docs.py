"""What README.md, docs/users/api.md and start.md show is run line by line against a served registry of demo data."""

import doctest
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from registry_client.api.settings import KEY_FILE_VARIABLE, KEY_VARIABLE, URL_VARIABLE

from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.demo.load import load
from registry.log.signing import sign_committed
from tests import make
from tests.serving import Served, serve

DOCS = Path(__file__).parents[2] / "docs" / "users"
SHOWN = "http://127.0.0.1:8000"
END = "\x1e"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Settings, str]]:
    home = tmp_path_factory.mktemp("demo")
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    url = f"sqlite:///{home}/registry.sqlite3"
    settings = Settings(home=home / "home", database_url=url, files=home / "home" / "files", rate=1_000_000)
    settings.prepare_home()
    engine = engine_for(url)
    with sessions_for(engine).begin() as session:
        load(session)
        key = make.make_api_key(session)
    sign_committed(settings, sessions_for(engine))
    engine.dispose()
    with serve(settings) as served:
        yield served, settings, key


def commands_of(text: str) -> Iterator[tuple[str, str]]:
    """Each command and what it is shown to print. A line that begins with `>` goes on."""
    lines = [line[4:] if line.startswith("    ") else "" for line in text.splitlines()]
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


def environment_of(served: Served, settings: Settings) -> dict[str, str]:
    stored = {name: value for name, value in os.environ.items() if name not in (KEY_VARIABLE, KEY_FILE_VARIABLE)}
    commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    registry = {"REGISTRY_HOME": str(settings.home), "REGISTRY_DATABASE_URL": settings.database_url}
    return stored | registry | {URL_VARIABLE: served.base_url, "PATH": commands}


def run_as_shown(steps: list[tuple[str, str]], served: Served, settings: Settings, folder: Path) -> None:
    """Run each command in one shell and compare what it prints with what is shown."""
    script = "\n".join(f"{command}\nprintf '{END}'" for command, _ in steps)
    done = subprocess.run(
        ["bash", "-u"],
        input=script,
        text=True,
        capture_output=True,
        cwd=folder,
        env=environment_of(served, settings),
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    checker = doctest.OutputChecker()
    for (command, displayed), printed in zip(steps, done.stdout.split(END), strict=False):
        assert checker.check_output(displayed + "\n", printed.rstrip("\n") + "\n", FLAGS), f"{command}\n{printed}"


def test_the_questions_of_the_readme_are_answered_as_it_shows(
    demo: tuple[Served, Settings, str], tmp_path: Path
) -> None:
    served, settings, _ = demo
    text = (DOCS.parents[1] / "README.md").read_text(encoding="utf-8").replace(SHOWN, served.base_url)
    steps = list(commands_of(text))
    assert len(steps) == 3
    run_as_shown(steps, served, settings, tmp_path)


@pytest.mark.parametrize("document", ["start.md", "api.md"])
def test_what_is_shown_is_what_comes(
    demo: tuple[Served, Settings, str], document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First what is shown with curl, then what is shown in Python, in one folder."""
    served, settings, key = demo
    (tmp_path / "key").write_text(f"{key}\n")
    text = (DOCS / document).read_text(encoding="utf-8").replace(SHOWN, served.base_url)
    steps = list(commands_of(text))
    assert len(steps) >= 5
    run_as_shown(steps, served, settings, tmp_path)

    monkeypatch.chdir(tmp_path)
    for name in (KEY_VARIABLE, KEY_FILE_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    test = doctest.DocTestParser().get_doctest(text, {}, document, document, 0)
    assert len(test.examples) >= 8
    stated: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=stated.append, clear_globs=False)
    for name in ("client", "ours"):
        test.globs[name].close()
    assert outcome.failed == 0, "".join(stated)
