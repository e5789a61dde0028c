"""`registry keys`: the keys that the registry signs with."""

from pathlib import Path

import click
from sqlalchemy.orm import Session, sessionmaker

from registry import cli
from registry.cli.case_keys import escrow, rewrap, units
from registry.cli.opening import EXISTING, JSON, echo_json, open_registry
from registry.core import operator_texts, secret_checks, setting_texts
from registry.core.certificates import CERTIFIED
from registry.core.db.engine import open_engine, sessions_for
from registry.core.errors import KeyTrouble
from registry.core.keyring import FileSigner, Key, Keyring, KeyState, Use
from registry.core.settings import Settings
from registry.log import actions, queries
from registry.log.keys import change_state, draft_of, make_keys, new_key, sync_keys
from registry.register.authorities.actions import coverage_changed

ROOT_HELP = "File with the root's secret, when it does not lie in REGISTRY_HOME/keys."


@click.group()
def keys() -> None:
    """The keys that the registry signs with, in REGISTRY_HOME/keys; what the log says of each. For complaints: units, escrow.

    The file root-....pem belongs off line: move it to a medium, and name it with --root when a key is rotated.
    """


keys.add_command(units)
keys.add_command(escrow)
keys.add_command(rewrap)


def prepare_keys(settings: Settings) -> list[Key]:
    """Make the keys and secrets that are missing. No key is made beside a log whose keys lie in another home.

    Raises KeyTrouble where a secret that the database was used with is missing here, or another.
    """
    keyring = Keyring(settings.keys)
    with open_engine(settings.database_url) as engine, keyring.alone(), sessions_for(engine).begin() as session:
        actions.lock_log(session)
        secret_checks.settle_secrets(session, keyring)
        operator_texts.take_over_files(session, keyring)
        return make_keys(session, keyring, settings.public_url, settings.operator)


@keys.command()
def init() -> None:
    """Make the keys that are missing. Doing it again does no harm; `registry db upgrade` does it too."""
    with open_registry() as (settings, _, keyring):
        made = prepare_keys(settings)
        for key in made:
            click.echo(f"made {key.use} {key.kid} in {keyring.folder}")
        if not made:
            click.echo("nothing to make: see `registry keys list`")


@keys.command(name="list")
@JSON
def list_keys(as_json: bool) -> None:
    """Every key: its use, kid, state, where its secret is, and the index of its last log entry."""
    rows = []
    with open_registry() as (_, sessions, keyring):
        with sessions() as session:
            logged = queries.logged_keys(session)
        here = {key.kid: key for key in keyring.keys(use=None)}
        for kid in dict.fromkeys([*logged, *reversed(here)]):
            known = logged.get(kid)
            key = here.get(kid)
            use, state = (known.use, known.state) if known is not None else (here[kid].use, here[kid].state)
            is_here = key is not None and keyring.holds_secret(key)
            if as_json:
                row = {"use": use, "kid": kid, "state": state, "is_secret_here": is_here}
                row |= {"index": known and known.index, "last_good_index": known and known.last_good_index}
                rows.append(row)
                continue
            place = "here" if is_here else "not here"
            stated = f"entry {known.index}" if known is not None else "not in the log yet"
            good = f", good up to {known.last_good_index}" if known and known.last_good_index is not None else ""
            click.echo(f"{use:<10}  {kid}  {state:<11}  secret {place:<8}  {stated}{good}")
    if as_json:
        echo_json(rows)


@keys.command()
@click.argument("use", type=click.Choice([use.value for use in Use if use is not Use.ROOT]))
@click.option("--root", "root_file", type=EXISTING, help=ROOT_HELP)
def rotate(use: str, root_file: Path | None) -> None:
    """Make a new key for USE. The former goes on being believed, and those of the log both sign, until it is retired.

    The root is not rotated: everyone who verifies holds it.
    """
    with open_registry() as (settings, sessions, keyring):
        with keyring.alone():
            kid = add_key(sessions, keyring, Use(use), settings.public_url, root_file, settings.operator)
        cli.sign_published(settings, sessions)
        click.echo(f"made {use} {kid}; retire the former with `registry keys retire KID` when you like")


def add_key(
    sessions: sessionmaker[Session],
    keyring: Keyring,
    use: Use,
    issuer_url: str,
    root_file: Path | None = None,
    operator: setting_texts.Operator | None = None,
) -> str:
    """Make a key, append its entry, and only then let it sign. Gives its kid. The caller holds `keyring.alone()`."""
    with sessions() as session:
        # Before there is a log the files alone say it; the entries are appended when it begins.
        is_begun = bool(actions.lock_log(session).size)
        if is_begun:
            sync_keys(session, keyring)
        key = new_key(keyring, use, issuer_url, root_file, operator=operator).key
        if is_begun:
            actions.append(session, [draft_of(key, is_first=True)])
        session.commit()
    keyring.keep(key)
    return key.kid


@keys.command()
@click.argument("kid")
def retire(kid: str) -> None:
    """Let the key KID sign no more. What it signed until now stays good."""
    with open_registry() as (settings, sessions, keyring):
        with keyring.alone():
            key = _find_key(keyring, kid)
            if key.use is Use.ROOT:
                raise KeyTrouble(
                    f"{kid} is the root, which everyone who verifies holds: it is not retired. If others had it, say "
                    f"`registry keys compromise {kid} --last-good-index N`"
                )
            is_last = len(_active(keyring, key.use)) < 2 and key.state is KeyState.ACTIVE
            if is_last and key.use is not Use.LOG_ML_DSA:
                raise KeyTrouble(f"{kid} is the only active {key.use} key: run `registry keys rotate {key.use}` first")
            _change(sessions, keyring, key, KeyState.RETIRED)
        cli.sign_published(settings, sessions)
        click.echo(f"{key.use} {kid} is retired")
        if key.use is Use.LOG:
            click.echo("Heads bear the new key alone now: who has no trust file that names it must get one.")


@keys.command()
@click.argument("kid")
@click.option(
    "--last-good-index",
    type=int,
    required=True,
    help="The last log entry from before the key fell into other hands; -1 when nothing of it is good.",
)
@click.option("--root", "root_file", type=EXISTING, help=ROOT_HELP)
def compromise(kid: str, last_good_index: int, root_file: Path | None) -> None:
    """Say that others had the key KID. Only what the log proves up to the last good index is believed of it.

    A new key is made in its place if it was the only one of its use. In place of the root come a new root and new keys
    under it: everyone who verifies needs the new trust file, and papers must be printed anew.
    """
    with open_registry() as (settings, sessions, keyring):
        with keyring.alone():
            key = _find_key(keyring, kid)
            # Before anything is made in its place.
            _require_changeable(sessions, keyring, key, last_good_index)
            others = [other for other in _active(keyring, key.use) if other.kid != kid]
            if key.use is Use.ROOT:
                for made in replace_root(sessions, keyring, key, last_good_index, settings):
                    click.echo(f"made {made.use} {made.kid}")
            else:
                if not others:
                    made_kid = add_key(sessions, keyring, key.use, settings.public_url, root_file, settings.operator)
                    click.echo(f"made {key.use} {made_kid} in its place")
                _change(sessions, keyring, key, KeyState.COMPROMISED, last_good_index)
        cli.sign_published(settings, sessions)
        click.echo(f"{key.use} {kid} is compromised; good is what the log proves up to entry {last_good_index}")
        if key.use is Use.ROOT:
            click.echo("Hand out the new trust file by a way that people trust, and move the new root off line.")


def replace_root(
    sessions: sessionmaker[Session], keyring: Keyring, root: Key, last_good_index: int, settings: Settings
) -> list[Key]:
    """A new root and new keys under it, in one transaction with the end of the former ones. Gives the new keys.

    What the former keys signed stays good by the log: they are retired. The caller holds `keyring.alone()`.
    """
    with sessions() as session:
        actions.lock_log(session)
        sync_keys(session, keyring)
        former = [key for use in CERTIFIED for key in _active(keyring, use)]
        issuer_url, operator = settings.public_url, settings.operator
        new_root = new_key(keyring, Use.ROOT, issuer_url, operator=operator)
        # A token makes none: the root's secret goes off line.
        assert isinstance(new_root, FileSigner)
        made = [new_root.key]
        made += [new_key(keyring, use, issuer_url, root=new_root, operator=operator).key for use in CERTIFIED]
        actions.append(session, [draft_of(key, is_first=True) for key in made])
        ended = [change_state(session, key, KeyState.RETIRED) for key in former]
        ended.append(change_state(session, root, KeyState.COMPROMISED, last_good_index))
        session.commit()
    # If we crash here the log says it already, and the next signing writes it down.
    for key in (*made, *ended):
        keyring.keep(key)
    return made


def _change(
    sessions: sessionmaker[Session], keyring: Keyring, key: Key, state: KeyState, last_good_index: int | None = None
) -> None:
    with sessions() as session:
        changed = change_state(session, key, state, last_good_index)
        if key.use is Use.LAW:
            # What it signed may hold no longer: every process reads the law anew.
            coverage_changed(session)
        session.commit()
    # If we crash here the log says it already, and the next signing writes it down.
    keyring.keep(changed)


def _require_changeable(sessions: sessionmaker[Session], keyring: Keyring, key: Key, last_good_index: int) -> None:
    """Raise KeyTrouble, and change nothing, where the log would not take it."""
    with sessions() as session:
        if actions.lock_log(session).size:
            sync_keys(session, keyring)
        change_state(session, key, KeyState.COMPROMISED, last_good_index)
        session.rollback()


def _find_key(keyring: Keyring, kid: str) -> Key:
    for key in keyring.keys(use=None):
        if key.kid == kid:
            return key
    raise KeyTrouble(f"there is no key {kid} in {keyring.folder}: see `registry keys list`")


def _active(keyring: Keyring, use: Use) -> list[Key]:
    return [key for key in keyring.keys(use) if key.state is KeyState.ACTIVE]
