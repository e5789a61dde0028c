"""What the commands that ask the API do. Their options stand in registry_client/asking.py."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from registry_client.api.answers import Corridor, Verdict
from registry_client.api.bulk import Answers, Item
from registry_client.api.client import Client
from registry_client.api.errors import BadInput, BadSetting, InvalidInput, NoAnswer, ProblemAnswered, UnexpectedAnswer
from registry_client.api.progress import progress
from registry_client.api.row_proofs import prove
from registry_client.api.running import CommandFailed, Runner
from registry_client.api.settings import address_of, key_of
from registry_client.api.transport import Transport
from registry_client.api.watches import CursorFile, Watch
from registry_client.asking import CONSTANTS, QUESTION
from registry_client.entries import safe_text
from registry_client.receiver import receiver
from registry_client.strict import Unreadable
from registry_client.webhooks import Delivery

YES, NO, UNKNOWN, NO_ANSWER, NOT_ACTED_ON = 0, 1, 3, 4, 5

MAX_LIST = 4 * 1024 * 1024
"""Bytes of a file of numbers."""


def run(options: argparse.Namespace, program: str) -> int:
    """Run one of the commands. Raises Unreadable for wrong input."""
    try:
        if options.command == "listen" and options.receive is not None:
            return _receive(options)
        with Client(options.url, key_file=options.key_file, language=options.lang) as client:
            return _COMMANDS[options.command](client, options)
    except (BadSetting, BadInput, InvalidInput) as error:
        raise Unreadable(str(error)) from None
    except (NoAnswer, ProblemAnswered, UnexpectedAnswer) as error:
        print(f"{program}: {safe_text(error, 1000)}", file=sys.stderr)
        _print_how_to_continue(options)
        return NO_ANSWER
    except CommandFailed as error:
        print(f"{program}: {safe_text(error, 1000)}; it comes again", file=sys.stderr)
        return NOT_ACTED_ON
    except KeyboardInterrupt:
        _print_how_to_continue(options)
        raise


def _print_how_to_continue(options: argparse.Namespace) -> None:
    if options.command == "bulk" and options.resume is not None and Path(options.resume).exists():
        print(
            f"the same command goes on with the same job ({safe_text(options.resume, 200)} names it)", file=sys.stderr
        )


def _exit_of(verdict: str) -> int:
    return {"yes": YES, "no": NO}.get(verdict, UNKNOWN)


def _given(options: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """The options of these names that were given, by field."""
    fields = (name.replace("-", "_") for name in names)
    return {field: value for field in fields if (value := getattr(options, field)) is not None}


def _verify(client: Client, options: argparse.Namespace) -> int:
    question = _given(options, QUESTION)
    if options.licence_number is not None:
        question["licence_number"] = options.licence_number
    if not question:
        raise BadInput("verify: say whom to ask about: a NUMBER, or an option such as --vat; see --help")
    answer = client.verify(**question, receipt=options.receipt is not None)
    if options.receipt is not None:
        _write(options.receipt, answer.receipt + "\n")
    if options.json:
        print(json.dumps(answer.raw, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines_of(answer)))
    return _exit_of(answer.verdict)


def _lines_of(answer: Verdict) -> Iterator[str]:
    who = "" if answer.agency is None else f"{answer.agency.name} ({answer.agency.country}, {answer.agency.agency_id})"
    yield safe_text(f"{answer.verdict:<9}{who}").rstrip()
    for reason in answer.reasons:
        yield safe_text(f"         {reason.text or reason.code}")
    if answer.licence is not None:
        until = "" if answer.licence.valid_to is None else f", last day {answer.licence.valid_to}"
        yield safe_text(
            f"         {answer.licence.number or answer.licence.licence_id}: {answer.licence.status or '-'}{until}"
        )
    for one in answer.candidates:
        yield safe_text(f"         ? {one.name} ({one.country}, {one.agency_id})")
    for clone in answer.possible_clone_of:
        yield safe_text(f"         ! {clone.agency.name} ({clone.agency.country}, {clone.agency.agency_id})")


def _bulk(client: Client, options: argparse.Namespace) -> int:
    ask: Callable[..., Answers[Any]] = client.corridor_many if options.corridors else client.verify_many
    constants = _given(options, CONSTANTS)
    if options.corridors and (unsaid := constants.keys() & {"origin", "activity"}):
        raise BadInput(f"--{min(unsaid)}: is said of no corridor: its ends and its destination say it")
    with progress("answered") as given:
        answers = ask(
            options.file, constants=constants or None, keep=options.keep or None, progress=given, resume=options.resume
        )
    if options.json:
        for item in answers:
            print(json.dumps(_plain(item), ensure_ascii=False))
    elif options.output is None:
        print(answers.csv(), end="")
    if options.output is not None:
        try:
            answers.to_csv(options.output)
        except OSError as error:
            raise BadInput(f"{options.output}: {error.strerror}") from None
    counts = answers.counts
    read = ", ".join(f"{name} from {column!r}" for name, column in answers.columns.items())
    notes = [f"columns: {read}"] if read else []
    notes += [f"not read: {', '.join(map(repr, answers.ignored))}"] if answers.ignored else []
    notes.append(", ".join(f"{count} {name}" for name, count in counts.items()))
    notes += [f"kept: {answers.list_id}"] if answers.list_id else []
    print("\n".join(safe_text(note, 2000) for note in notes), file=sys.stderr)
    if counts["no"]:
        return NO
    return YES if counts["yes"] == len(answers) else UNKNOWN


def _plain(item: Item[Verdict] | Item[Corridor]) -> dict[str, Any]:
    errors = [{"parameter": one.parameter, "code": one.code, "detail": one.detail} for one in item.errors]
    return {
        "key": item.key,
        "line": item.line,
        "verdict": item.verdict,
        "answer": None if item.answer is None else item.answer.raw,
        "errors": errors,
    }


def _watch(client: Client, options: argparse.Namespace) -> int:
    watches = client.watches
    if options.list:
        found = list(watches)
    elif options.end is not None:
        watches.end(watches.get(options.end))
        found = []
    elif options.pause is not None or options.resume is not None:
        is_paused = options.pause is not None
        found = [watches.change(watches.get(options.pause or options.resume), is_paused=is_paused)]
    else:
        if not options.label:
            raise BadInput("watch: --label: your own name for it is expected")
        if options.agency is not None:
            found = [watches.agency(options.agency, options.label)]
        elif options.licence is not None:
            found = [watches.licence(options.licence, options.label)]
        else:
            found = [watches.numbers(_lines_in(options.numbers), options.label)]
    for one in found:
        print(json.dumps(one.raw, ensure_ascii=False) if options.json else safe_text(_watch_line(one)))
    return YES


def _watch_line(one: Watch) -> str:
    lines = f" (lines {', '.join(map(str, one.waiting_lines[:20]))})" if one.waiting_lines else ""
    numbers = "1 number leads" if one.waiting == 1 else f"{one.waiting} numbers lead"
    waiting = f", {numbers} to nobody yet{lines}" if one.waiting else ""
    watched = "1 agency" if one.agencies == 1 else f"{one.agencies} agencies"
    return f"{one.watch_id}  {one.kind:<8} {'paused ' if one.is_paused else ''}{watched}{waiting}  {one.label}"


def _lines_in(name: str) -> list[str]:
    try:
        with Path(name).open(encoding="utf-8-sig") as file:
            text = file.read(MAX_LIST + 1)
    except (OSError, ValueError) as error:
        raise BadInput(f"{name}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}") from None
    if len(text) > MAX_LIST:
        raise BadInput(f"{name}: more than {MAX_LIST} characters")
    if not (lines := [line.strip() for line in text.splitlines() if line.strip()]):
        raise BadInput(f"{name}: there is nothing in it; a number a line is expected")
    return lines


def _listen(client: Client, options: argparse.Namespace) -> int:
    if not options.poll >= 1:
        raise BadInput("--poll: at least 1 second is expected")
    stored = CursorFile(options.state)
    if options.stream is None or options.once:
        found = client.events.follow(stored, poll=options.poll, is_endless=not options.once)
    else:
        # A stream that has an address of its own is asked with the same key.
        source = Transport(address_of(options.stream), key_of(None, options.key_file)) if options.stream else None
        found = client.events.stream(stored, source)
    act = _acting(options)
    for event in found:
        # Acted on before the cursor goes on: what was not comes again.
        act(event.raw)
    return YES


def _acting(options: argparse.Namespace) -> Callable[[Mapping[str, Any]], None]:
    """What is done for an event: a command is run, or it is printed."""
    if options.run is not None:
        return Runner(options.run)
    return lambda stated: print(json.dumps(stated, ensure_ascii=False), flush=True)


def _receive(options: argparse.Namespace) -> int:
    host, _, port = options.receive.rpartition(":")
    if not (port.isascii() and port.isdecimal() and int(port[:6]) < 65536):
        raise BadInput("--receive: a port, or HOST:PORT, is expected")
    if options.secret_file is None:
        raise BadInput("--secret-file: the file with the webhook's secret is expected: without it anybody could send")

    runner = None if options.run is None else Runner(options.run)

    def act(delivery: Delivery) -> None:
        if runner is not None:
            runner(delivery.json())
            return
        line = {"webhook_id": delivery.id, "sent_at": delivery.sent_at.isoformat(), "event": delivery.json()}
        print(json.dumps(line, ensure_ascii=False), flush=True)

    try:
        server = receiver(host or "127.0.0.1", int(port), _lines_in(options.secret_file), act)
    except (OSError, ValueError) as error:
        raise BadInput(f"--receive: {getattr(error, 'strerror', None) or error}") from None
    with server:
        print(
            f"registry-client: receiving on http://{host or '127.0.0.1'}:{server.server_address[1]}",
            file=sys.stderr,
            flush=True,
        )
        server.serve_forever()
    return YES


def _write(name: str, text: str) -> None:
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror}") from None


def _trigger(client: Client, options: argparse.Namespace) -> int:
    hooks = [one for one in client.webhooks if one.state == "enabled" and options.webhook in (None, one.webhook_id)]
    if not hooks:
        raise BadInput("trigger: there is no such webhook that is enabled; make one with this key first")
    event_type = None if options.type == "webhook.test" else options.type
    for hook in hooks:
        sent = client.webhooks.test(hook, event_type)
        print(safe_text(f"{sent.event_id}  {sent.type}  {hook.webhook_id}  {hook.url}"))
    return YES


_COMMANDS = {"verify": _verify, "bulk": _bulk, "proof": prove, "watch": _watch, "listen": _listen, "trigger": _trigger}
