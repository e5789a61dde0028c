"""The `registry` command. Each command is loaded when it is called, so that `--help` and small ones start at once."""

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from registry.cli.commands import COMMANDS, GROUPS
from registry.core.errors import NO_ROOM, RegistryError, SettingsError
from registry.core.processes import forbid_dumps
from registry.core.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker


class Commands(click.Group):
    """Finds commands by their table, and turns our own errors into one line and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].place.partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name].place} is no command")
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
            return super().invoke(ctx)
        except RegistryError as error:
            refuse(error)
        except SQLAlchemyError as error:
            trouble = classify_db_error(error)
            if trouble is None:
                raise
            refuse(trouble)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            refuse(RegistryError(f"nothing more can be written to {error.filename or 'the disk'}: {error.strerror}"))


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
    forbid_dumps()
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


def tell_of_clock(engine: "Engine") -> None:
    """Say on standard error what is wrong with this machine's clock, if anything is."""
    from registry.core.db.engine import reading_sessions_for
    from registry.log.clock_check import check_clock

    with reading_sessions_for(engine)() as session:
        trouble = check_clock(session).trouble
    if trouble is not None:
        click.echo(f"registry: {trouble}", err=True)


def tell_of_demands(settings: Settings, engine: "Engine", *, is_bound: bool) -> None:
    """Say on standard error what production would demand and lacks. Raises SettingsError for it where `is_bound`."""
    from registry.core.db.engine import reading_sessions_for
    from registry.http.requirements import refuse_lacking

    with reading_sessions_for(engine)() as session:
        try:
            warning = refuse_lacking(settings, session)
        except SettingsError as lacking:
            if is_bound:
                raise
            warning = lacking.text
    if warning is not None:
        click.echo(warning, err=True)


EPILOG = """\b
Settings come from the environment, all with a default:
  PORT                      port to serve on (8000)
  REGISTRY_ADDRESS          address to serve on; 0.0.0.0 for all (127.0.0.1)
  REGISTRY_HOME             data folder (./var)
  REGISTRY_DATABASE_URL     postgresql+psycopg://user:password@host/name (a SQLite file in REGISTRY_HOME)
  REGISTRY_URL              public address, like https://registry.example.org (http://127.0.0.1:PORT)
  REGISTRY_CONSOLE_URL      a host of the console's own, like https://desk.example.org (the public one)
  REGISTRY_EDGES            what to serve: api, public, intake, console (api,public,intake)
  REGISTRY_FILES            folder of files, or s3://bucket/prefix (REGISTRY_HOME/files)
  REGISTRY_S3_ENDPOINT      address of the S3 store, like https://s3.example.org (Amazon's)
  REGISTRY_S3_REGION        its region (us-east-1)
  REGISTRY_S3_KEY           name of the access key, with REGISTRY_S3_SECRET (the machine's own role)
  REGISTRY_SMTP_URL         smtp://user:password@host:587 (mail is written to REGISTRY_HOME/mail)
  REGISTRY_REDIS_URL        redis://host:6379/0, to count requests over several processes (each counts alone)
  REGISTRY_NTFY_URL         https://:token@ntfy.example: officers may be told there instead of by mail (mail alone)
  REGISTRY_MATRIX_URL       https://:token@matrix.example, likewise, in a room
  REGISTRY_TRUSTED_PROXIES  number of proxies before us, or their networks (X-Forwarded-For is ignored)
  REGISTRY_METRICS          on to serve /metrics (off)
  REGISTRY_RATE             requests a minute that one client may make (600)
  REGISTRY_ORGANISATION_RATE  requests a minute that the keys of one organisation may make together (6000)
  REGISTRY_INTAKE_ELSEWHERE on where another process takes complaints under the same address (off)
  REGISTRY_SIGNS            off where another REGISTRY_HOME signs the log (on)
  REGISTRY_LOG_GUARD        witness:NAME where that witness has each head first; off: not even the bucket has it (on)
  REGISTRY_REQUIRES         what production demands: standby, quorum (nothing)
  REGISTRY_DATABASE_READ_URL  a read-only standby for lookups, public pages and the log (none)
  REGISTRY_READ_SECONDS     how long the standby is read after the primary was seen last (10)
  REGISTRY_DATABASE_SECONDS how long a request waits for PostgreSQL (5)
  REGISTRY_DRAIN_SECONDS    how long a server that stops is not ready first (0)
  REGISTRY_THREADS          threads of a process that answer (8)
  REGISTRY_CONNECTIONS      connections that a process holds at a time (4096)
  REGISTRY_BODY_SECONDS     how long the body of a request may bring nothing (20)
  REGISTRY_CLAMD            a virus scanner for attachments, like unix:/run/clamav/clamd.ctl (none)
  REGISTRY_SANDBOX          off where no test keys are given, or another home has the sandbox (on)
  REGISTRY_SECURITY_CONTACT where weaknesses are reported, like mailto:security@example.org (no security.txt)
  REGISTRY_DATA_LICENCE     licence of the open dataset, SPDX identifier or https:// address (CC-BY-4.0)
  REGISTRY_MCP_HOSTS        hosts that agents may name in `registry mcp --http`, like mcp.example.org (none)
  REGISTRY_UNSAFE_WEBHOOKS  on to let webhooks call http and this machine's own network: for tests alone (off)

\b
First steps:
  registry db upgrade
  registry serve
"""


@click.group(
    cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120}
)
@click.version_option(package_name="recruitment-registry", prog_name="registry")
def main() -> None:
    """A registry of licensed recruitment intermediaries: from official lists to a verdict."""
