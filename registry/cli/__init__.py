"""The `registry` command. Each command is loaded when it is called, so that `--help` and small ones start at once."""

import os
import re
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from registry.cli.commands import COMMANDS, GROUPS, epilogs
from registry.core import processes, setting_texts
from registry.core.errors import NO_ROOM, RegistryError, SettingsError
from registry.core.settings import Demand, Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker


CLOSED_PIPE = 141
"""Exit code where the reader of the output went away: that of a program that the signal SIGPIPE ended."""


class Commands(click.Group):
    """Finds commands by their table, and turns our own errors into one line and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].place.partition(":")
        command = getattr(import_module(f"registry.cli.{module}"), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name].place} is no command")
        add_epilogs(command, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group under its heading, from the table alone: loading every command takes seconds."""
        widest = max(map(len, COMMANDS))
        for heading, commands in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), listed.help) for name, listed in commands.items()])

    def invoke(self, ctx: click.Context) -> Any:
        from sqlalchemy.exc import SQLAlchemyError

        from registry.core.db.errors import classify_db_error

        try:
            found = super().invoke(ctx)
            sys.stdout.flush()
            return found
        except RegistryError as error:
            refuse(error)
        except BrokenPipeError:
            # The reader of the output, such as `head`, has what it wanted; what was left goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(CLOSED_PIPE)
        except SQLAlchemyError as error:
            trouble = classify_db_error(error)
            if trouble is None:
                raise
            refuse(trouble)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            refuse(RegistryError(f"nothing more can be written to {error.filename or 'the disk'}: {error.strerror}"))


def add_epilogs(command: click.Command, name: str) -> None:
    """Give a command, and those below it, the examples that stand in examples.toml."""
    command.epilog = epilogs().get(name, command.epilog)
    if isinstance(command, click.Group):
        for below, one in command.commands.items():
            add_epilogs(one, f"{name} {below}")


def refuse(error: RegistryError) -> None:
    """Say on standard error what is wrong and what to do, and end with exit code 2."""
    click.echo(f"registry: {error.text}", err=True)
    sys.exit(2)


def settings(*, needs_database: bool = True, makes_home: bool = False) -> Settings:
    """The environment's settings. Raises SettingsError.

    Where `needs_database`, a SQLite database must be there; and without `makes_home` a data folder, unless the environment
    names it: in a shell that lost REGISTRY_HOME nothing is made, and what was looked for is said.

    From here on the process may hold what is secret, and leaves no image of its memory.
    """
    processes.forbid_dumps()
    found = Settings.from_environment(os.environ)
    if needs_database:
        found.require_database_file()
    if not makes_home:
        found.require_home()
    found.prepare_home()
    return found


def database_url() -> str:
    """The address of the environment's database, for commands that need no data folder. Raises SettingsError as above."""
    found = Settings.from_environment(os.environ)
    found.require_database_file()
    return found.database_url


def sign_published(settings: Settings, sessions: "sessionmaker[Session]") -> None:
    """Sign what a command has just committed. If it cannot be signed it stays published, and is signed by the worker later."""
    from registry.log.signing import sign_committed

    if not settings.signs:
        return
    try:
        sign_committed(settings, sessions)
    except RegistryError as trouble:
        click.echo(f"registry: this is written down, but not signed: {trouble.text}", err=True)


def tell_of_demands(settings: Settings, engine: "Engine", *, is_bound: bool) -> None:
    """Say on standard error what production would demand and lacks. Raises SettingsError for it where `is_bound`."""
    from registry.core.db.engine import reading_sessions_for
    from registry.http.health import refuse_lacking
    from registry.log.head_guards import require_fit_guard

    with reading_sessions_for(engine)() as session:
        try:
            warning = refuse_lacking(settings, session)
            if Demand.GUARD in settings.demands:
                require_fit_guard(settings)
        except SettingsError as lacking:
            if is_bound:
                raise
            warning = lacking.text
    if warning is not None:
        click.echo(warning, err=True)


def _settings_help() -> Iterator[str]:
    """A line or two for each setting, as docs/operators/settings.md has it."""
    for setting in setting_texts.SETTINGS:
        meaning = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", setting.meaning).replace("`", "")
        default = setting.shown.replace("`", "") or setting.default
        first, *rest = textwrap.wrap(f"{meaning} ({default})", 84)
        yield f"  {setting.name:28}{first}"
        yield from (" " * 30 + line for line in rest)


EPILOG = "\n".join(
    [
        "\b",
        "Settings come from the environment, all with a default:",
        *_settings_help(),
        "",
        "\b",
        "First steps:",
        "  registry db upgrade",
        "  registry serve",
    ]
)


@click.group(
    cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120}
)
@click.version_option(package_name="recruitment-registry", prog_name="registry")
def main() -> None:
    """A registry of licensed recruitment intermediaries: from official lists to a verdict."""
