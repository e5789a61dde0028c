"""`registry-client`: check what the registry signs, without trusting it; and ask its API."""

import argparse
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

from cryptography.x509 import Certificate

from registry_client import __version__, asking, private, rounds, stamping, unit_keys
from registry_client.follow import Progress
from registry_client.gathering import GatheringOptions
from registry_client.mirror import Mirror, MirrorOptions, MirrorReport
from registry_client.monitor import USUAL_ANSWERS, USUAL_RANGES, MonitorOptions, MonitorReport
from registry_client.monitor import run as run_monitor
from registry_client.network import Unreachable, fetcher
from registry_client.offline import verify
from registry_client.seen import SeenLog
from registry_client.store import Store
from registry_client.strict import FILE_LIMIT, Unreadable, lacks_extra, parsed_instant
from registry_client.texts import LANGUAGES
from registry_client.timestamps import STAMPS_LIMIT, read_roots
from registry_client.tokens import TOKEN_LIMIT
from registry_client.trust import PATH, TRUST_LIMIT, Trust, is_address, read_trust
from registry_client.verdicts import Report
from registry_client.words import Words

EXIT_CODES = """\
exit codes:
  0  everything is good
  1  something is bad
  2  wrong usage, or the input cannot be read
  3  nothing is bad, and something is unknown
verify, bulk, proof, watch and listen have theirs; see COMMAND --help
"""

MIRROR_DEADLINE = 600.0
"""Seconds that one answer may take: files of the dataset are long."""

CLOSED_PIPE = 141
"""Exit code where the reader of the output, such as `head`, went away: that of a program that the signal SIGPIPE ended."""

WITHOUT_PROOF = ("receipt", "manifest", "row")
"""Kinds that name a head of the log and carry no proof of it."""

VERIFY_EXAMPLES = """\
examples:
  {name} bundle.json --trust trust.json
  {name} certificate.pdf --trust trust.json --status status.jwt
  {name} photo.jpg --trust trust.json --online
  {name} receipt.jwt --trust trust.json --state monitor.state
  {name} receipt.jwt --trust trust.json --accept-unlogged
  {name} manifest.jwt --trust trust.json --statements statements.jsonl
  {name} row-17.json --trust trust.json
  echo 'https://registry.example.org/v#...' | {name} - --trust trust.json --lang zh-Hans
"""

MONITOR_EXAMPLES = """\
examples:
  {name} https://registry.example.org --state monitor.state
  {name} https://registry.example.org --trust trust.json --recheck --json
  {name} https://registry.example.org --state monitor.state --every 1h
"""

MIRROR_EXAMPLES = """\
examples:
  {name} https://registry.example.org /srv/mirror --trust trust.json
  {name} https://registry.example.org /srv/mirror --every 10m
"""

TRUST_EXAMPLES = """\
examples:
  {name} https://registry.example.org --output trust.json
"""


class Usage(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser(program: str, help_name: str) -> Usage:
    parser = Usage(
        prog=program, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EXIT_CODES
    )
    parser.add_argument("--version", action="version", version=f"registry-client {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(
        name: str,
        text: str,
        examples: str,
        languages: Sequence[str] = LANGUAGES,
        exit_codes: str = EXIT_CODES,
    ) -> argparse.ArgumentParser:
        found = commands.add_parser(
            name,
            help=text,
            description=text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog=f"{examples.format(name=f'{help_name} {name}')}\n{exit_codes}",
        )
        found.add_argument("--lang", choices=languages, default="en", help="language of the answer (en)")
        found.add_argument("--json", action="store_true", help="answer as JSON")
        return found

    one = command(
        "verify-offline", "Give the three verdicts of a file, without a network unless asked.", VERIFY_EXAMPLES
    )
    one.add_argument("file", metavar="FILE", help="what to check; - for standard input")
    one.add_argument("--trust", metavar="FILE", required=True, help=f"trust file: {PATH} of the registry, kept since")
    one.add_argument("--at", metavar="INSTANT", help="judge as of then, like 2026-11-24T10:00:00Z (now)")
    one.add_argument("--status", metavar="FILE", help="a status list to use in place of the one beside the licence")
    one.add_argument("--statements", metavar="FILE", help="the statements that a manifest is about")
    one.add_argument(
        "--state", metavar="FILE", help="state of a monitor: its copy of the log says more of keys and heads"
    )
    one.add_argument(
        "--timestamp-roots", metavar="FILE", help="certificates in PEM of authorities whose time stamps you believe"
    )
    one.add_argument("--timestamp", metavar="FILE", help="the time stamp of FILE, as `stamp` or the registry wrote it")
    one.add_argument(
        "--seen", metavar="FILE", help="where the newest head is remembered; - for nowhere (a folder of yours)"
    )
    one.add_argument("--online", action="store_true", help="ask the registry of the trust file for what is missing")
    one.add_argument(
        "--accept-unlogged",
        action="store_true",
        help="exit code 0 for a good receipt, manifest or row although nothing here knows the log",
    )

    two = command("monitor", "Follow the log, and hold status lists, range files and API to it.", MONITOR_EXAMPLES)
    two.add_argument("url", metavar="URL", help="address of the registry")
    two.add_argument(
        "--state", metavar="FILE", default="registry-monitor.state", help="where the copy of the log is kept"
    )
    two.add_argument(
        "--answers", metavar="N", type=int, default=USUAL_ANSWERS, help=f"licences to ask the API of ({USUAL_ANSWERS})"
    )
    two.add_argument(
        "--timestamp-roots", metavar="FILE", help="certificates in PEM of authorities whose time stamps you believe"
    )
    _add_round_options(two)

    four = command("mirror", "Keep a verified copy that any web server serves at the same paths.", MIRROR_EXAMPLES)
    four.add_argument("url", metavar="URL", help="address of the registry")
    four.add_argument("folder", metavar="DIR", help="what a web server serves; nothing else may lie in it")
    four.add_argument("--state", metavar="FILE", help="where the copy of the log is kept (DIR.state)")
    _add_round_options(four)

    three = command("trust", "Fetch a trust file, and show what to compare by another way.", TRUST_EXAMPLES)
    three.add_argument("url", metavar="URL", help="address of the registry")
    three.add_argument("--output", metavar="FILE", help="where to keep it; nothing is written over")
    stamping.add_arguments(command("stamp", "Have an authority say that a file exists now.", stamping.EXAMPLES))
    unit_keys.add_arguments(command("unit-key", "Say whether the log knows a key of your mailbox.", unit_keys.EXAMPLES))
    asking.add_commands(partial(command, languages=asking.LANGUAGES, exit_codes=asking.EXIT_CODES))
    return parser


def _add_round_options(command: argparse.ArgumentParser) -> None:
    """The options of a command that follows the log, round by round."""
    command.add_argument("--trust", metavar="FILE", help="trust file (at the first run: the registry's own)")
    command.add_argument(
        "--ranges",
        metavar="N",
        default=str(USUAL_RANGES),
        help=f"range files to rebuild from the log, drawn by lot, or all ({USUAL_RANGES})",
    )
    command.add_argument(
        "--every",
        metavar="TIME",
        help="go on, a round each 10m, 1h or 1d, until one finds something bad; without it, one round",
    )
    command.add_argument("--recheck", action="store_true", help="read the whole log once more, not a part of it")


def main(arguments: Sequence[str] | None = None, program: str = "registry-client") -> int:
    """Run a command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a name must not hide a verdict.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    options = _parser(program, program).parse_args(arguments)
    try:
        match options.command:
            case "verify-offline":
                return _verify(options)
            case "monitor":
                return _monitor(options, program)
            case "mirror":
                return _mirror(options, program)
            case "trust":
                return _trust(options)
            case "stamp":
                return stamping.run(
                    options, _read(options.file, FILE_LIMIT), _roots_of(options.timestamp_roots), _write_new
                )
            case "unit-key":
                return _unit_key(options)
            case "verify" if options.private:
                return private.run(options, _read(_needed_trust(options), TRUST_LIMIT), program)
            case _:
                return _ask(options, program)
    except (Unreadable, Unreachable, sqlite3.Error) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of the output has gone; what was left of it goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE


def _read(name: str, limit: int) -> bytes:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{name}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > limit:
        raise Unreadable(f"{name}: more than {limit} bytes")
    return data


def _address(url: str) -> str:
    found = url.rstrip("/")
    if not is_address(found):
        raise Unreadable(f"{url}: an address like https://registry.example.org is expected")
    return found


def _verify(options: argparse.Namespace) -> int:
    trust = read_trust(_read(options.trust, TRUST_LIMIT), options.trust)
    at = int(time.time()) if options.at is None else parsed_instant(options.at, "--at")
    status = None if options.status is None else _read(options.status, TOKEN_LIMIT).decode("utf-8", "replace")
    store = None if options.state is None else _store_of(options.state, trust)
    data = _read(options.file, FILE_LIMIT)
    roots = _roots_of(options.timestamp_roots)
    stamp = None if options.timestamp is None else _read(options.timestamp, STAMPS_LIMIT)
    fetch = fetcher(trust.issuer) if options.online else None
    seen = SeenLog.of(options.seen, trust)
    try:
        statements = None if options.statements is None else Path(options.statements)
        gathering = GatheringOptions(trust, at, status, fetch, store, statements, roots, seen, stamp)
        report = verify(data, gathering)
    except Unreadable as error:
        raise Unreadable(f"{'standard input' if options.file == '-' else options.file}: {error}") from error
    _print_report(report, options)
    is_accepted = options.accept_unlogged and report.kind in WITHOUT_PROOF
    return report.exit_code_unlogged if is_accepted else report.exit_code


def _unit_key(options: argparse.Namespace) -> int:
    trust = read_trust(_read(options.trust, TRUST_LIMIT), options.trust)
    store = None if options.state is None else _store_of(options.state, trust)
    report = unit_keys.judge(options.kid, options.entry, trust, store, fetcher(trust.issuer), int(time.time()))
    _print_report(report, options)
    return report.exit_code


def _print_report(report: Report, options: argparse.Namespace) -> None:
    words = Words(options.lang)
    if options.json:
        answer = {"kind": report.kind, "at": report.at}
        answer |= {name: words.findings(verdict) for name, verdict in report.verdicts}
        answer["signed"] = [{"label": label, "value": value} for label, value in report.signed]
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print(words.report(report))


def _roots_of(name: str | None) -> tuple[Certificate, ...]:
    return () if name is None else read_roots(_read(name, TRUST_LIMIT), name)


def _store_of(name: str, trust: Trust) -> Store:
    store = Store.open(Path(name), is_reader=True)
    stored = store.get("trust")
    if (
        stored is None
        or (found := read_trust(stored.encode(), name)).root_der != trust.root_der
        or found.origin != trust.origin
    ):
        raise Unreadable(f"{name}: the state is of another registry than the trust file")
    return store


def _monitor(options: argparse.Namespace, program: str) -> int:
    address = _address(options.url)
    if options.answers < 0:
        raise Unreadable("--answers: a whole number from 0 is expected")
    roots = _roots_of(options.timestamp_roots)
    state = Path(options.state)
    evidence = state.with_name(f"{state.name}.evidence")

    def one_round(store: Store, given: Trust | None, files: int | None, progress: Progress) -> MonitorReport:
        chosen = MonitorOptions(
            int(time.time()), options.answers, files, options.recheck, evidence=evidence, timestamp_roots=roots
        )
        return run_monitor(fetcher(address), store, given, chosen, progress)

    return _run_rounds(options, program, state, one_round)


def _mirror(options: argparse.Namespace, program: str) -> int:
    fetch = fetcher(_address(options.url), deadline=MIRROR_DEADLINE, is_compressed=True)
    folder = Path(options.folder)
    state = folder.with_name(f"{folder.name}.state") if options.state is None else Path(options.state)

    def one_round(store: Store, given: Trust | None, files: int | None, progress: Progress) -> MirrorReport:
        chosen = MirrorOptions(int(time.time()), files, options.recheck)
        try:
            return Mirror(fetch, folder, state, store, progress).run(given, chosen)
        except OSError as error:
            raise Unreadable(f"{error.filename or folder}: {error.strerror}") from error

    return _run_rounds(options, program, state, one_round)


def _run_rounds(
    options: argparse.Namespace,
    program: str,
    state: Path,
    one: Callable[[Store, Trust | None, int | None, Progress], MonitorReport | MirrorReport],
) -> int:
    """One round, or with --every one after another. Gives the exit code."""
    if options.ranges != "all" and not (options.ranges.isascii() and options.ranges.isdigit()):
        raise Unreadable("--ranges: a whole number from 0, or all, is expected")
    files = None if options.ranges == "all" else int(options.ranges)
    given = None if options.trust is None else read_trust(_read(options.trust, TRUST_LIMIT), options.trust)
    words = Words(options.lang)

    def progress(text: str) -> None:
        print(f"{program}: {text}", file=sys.stderr)

    def one_round() -> int:
        with Store.open(state) as store:
            report = one(store, given, files, progress)
        if options.json:
            answer = {"head": report.head} | {name: words.findings(verdict) for name, verdict in report.verdicts}
            print(json.dumps(answer, ensure_ascii=False, indent=2 if options.every is None else None), flush=True)
        else:
            print(words.monitored(report), flush=True)
        return report.exit_code

    return one_round() if options.every is None else rounds.run(one_round, rounds.seconds_of(options.every), progress)


def _trust(options: argparse.Namespace) -> int:
    address = _address(options.url)
    data = fetcher(address)(PATH, TRUST_LIMIT)
    trust = read_trust(data, address + PATH)
    if trust.issuer != address:
        raise Unreadable(f"{address}{PATH}: it is of {trust.issuer}")
    if options.output is not None:
        _write_new(Path(options.output), data)
    if options.json:
        answer = {
            "issuer": trust.issuer,
            "origin": trust.origin,
            "root_sha256": trust.root_fingerprint.replace(" ", ""),
            "log_keys_sha256": [one.replace(" ", "") for one in trust.log_fingerprints],
        }
        print(json.dumps(answer, indent=2))
    else:
        print(Words(options.lang).trust(trust))
    return 0


def _needed_trust(options: argparse.Namespace) -> str:
    if options.trust is None:
        raise Unreadable("verify --private: --trust FILE is needed, for nothing that a server says is believed")
    return str(options.trust)


def _ask(options: argparse.Namespace, program: str) -> int:
    try:
        from registry_client.api.commands import run
    except ModuleNotFoundError as error:
        raise lacks_extra(f"this needs the package {error.name} of", "api") from error
    return run(options, program)


def _write_new(path: Path, data: bytes) -> None:
    """The whole file or none, and never over another one: a trust file that changes by itself is worth nothing."""
    if path.exists():
        raise Unreadable(f"{path}: it is there already; compare the two and remove it yourself")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(file.name, path)
        os.unlink(file.name)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
