"""`registry --help` and each command's help, in an environment that has what `make run` installs and nothing else."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from registry.cli import main
from registry.cli.commands import COMMANDS, GROUPS
from registry.core.installed import PACKAGES

ROOT = Path(__file__).parents[2]
OWN = ("recruitment-registry", "registry-client")
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


def needed(name: str, extras: frozenset[str], known: dict[tuple[str, str], Distribution]) -> None:
    """Add a distribution, and what it needs here with these extras, to those known."""
    for extra in extras | {""}:
        if (name, extra) in known:
            continue
        known[name, extra] = found = distribution(name)
        for text in found.requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                needed(canonicalize_name(requirement.name), frozenset(requirement.extras), known)


def top_of(found: Distribution) -> Iterator[Path]:
    """What stands of it in the folder of packages."""
    for name in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
        yield Path(str(found.locate_file(name)))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of an environment whose packages are those that `make run` installs: the registry's own, without extras."""
    known: dict[tuple[str, str], Distribution] = {}
    needed("recruitment-registry", frozenset(), known)
    folder = tmp_path_factory.mktemp("packages")
    for name, path in {(name, path) for (name, _), found in known.items() for path in top_of(found)}:
        # The registry and its client are read where they stand: of them only what says their version is needed.
        if path.suffix == ".dist-info" or name not in OWN:
            (folder / path.name).symlink_to(path)
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, (folder, ROOT, ROOT / "client")))}


def python(code: str, env: dict[str, str], folder: Path) -> "subprocess.CompletedProcess[str]":
    # -S: without the packages of the environment that the tests run in.
    return subprocess.run(
        [sys.executable, "-S", "-c", code],
        env=env,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_there_is_no_extra_in_the_bare_environment(bare: dict[str, str], tmp_path: Path) -> None:
    packages = [*(name.partition(".")[0] for name in PACKAGES.values()), "anyio", "pytest"]
    code = f"from importlib.util import find_spec\nprint([find_spec(name) for name in {packages}])"
    assert python(code, bare, tmp_path).stdout == f"{[None] * len(packages)}\n"
    assert set(PACKAGES) == set(EXTRAS)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []], ids=["--help", "-h", "alone"])
def test_the_help_loads_no_command_and_no_database(arguments: list[str], bare: dict[str, str], tmp_path: Path) -> None:
    code = f"""
import sys
from registry.cli import main
try:
    main({arguments}, prog_name="registry")
finally:
    print(sorted(name for name in sys.modules if name.startswith("registry.cli.") or name in ("sqlalchemy", "flask")))
"""
    done = python(code, bare, tmp_path)
    printed, _, loaded = (done.stdout if arguments else done.stderr + done.stdout).rstrip("\n").rpartition("\n")
    assert loaded == "['registry.cli.commands']", done.stderr
    for group in GROUPS:
        assert f"\n{group}:\n" in printed
    assert not list(tmp_path.iterdir())


def test_every_command_gives_its_help_in_the_bare_environment(bare: dict[str, str], tmp_path: Path) -> None:
    code = """
from click.testing import CliRunner
from registry.cli import main
from registry.cli.commands import COMMANDS
for name in COMMANDS:
    done = CliRunner().invoke(main, [name, "--help"])
    if done.exit_code or f"registry {name}" not in done.output.partition("Examples:")[2]:
        print(name, done.exit_code, done.exception, done.output)
"""
    done = python(code, bare, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list(tmp_path.iterdir())


@pytest.mark.thorough
def test_agents_are_not_answered_without_the_extra_and_the_line_says_how_it_is_installed(
    bare: dict[str, str], tmp_path: Path
) -> None:
    for arguments in (["mcp"], ["mcp", "--http"]):
        done = python(f"from registry.cli import main\nmain({arguments}, prog_name='registry')", bare, tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("registry: the extra `mcp` is not installed: run `uv sync ")
        assert done.stderr.count("\n") == 1
        assert "recruitment-registry[" not in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_the_short_help_is_the_first_sentence_of_the_commands_own(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.get_short_help_str(1000) == COMMANDS[name].help


def commands_in(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            below = command.get_command(click.Context(command), name)
            assert below is not None
            yield from commands_in(below)


def test_no_command_acts_in_the_name_of_an_officer() -> None:
    """Decision 0160: nothing at a terminal proves who is named."""
    known = list(commands_in(main))
    assert len(known) > 60
    naming = ("--by", "--as", "--officer", "--approved-by")
    assert [one.name for one in known for option in one.params if set(option.opts) & set(naming)] == []


def test_a_mistyped_command_is_told_which_is_near() -> None:
    done = CliRunner().invoke(main, ["serv"])
    assert done.exit_code == 2
    assert "No such command 'serv'. Did you mean 'serve'?" in done.output


def test_no_text_sends_to_a_name_that_anybody_may_take_on_an_index() -> None:
    """The registry and its client are on no index: what somebody registers there under their names would be run instead."""
    files = [path for room in ("registry", "client", "docs", "tools", "deploy") for path in (ROOT / room).rglob("*")]
    for path in (*files, ROOT / "README.md"):
        if path.suffix in (".py", ".md", ".html") and "site" not in path.parts:
            found = re.search(
                r"pip install [^./`]*(?:recruitment-registry|registry-client)", path.read_text(encoding="utf-8")
            )
            assert found is None, f"{path}: {found}"
