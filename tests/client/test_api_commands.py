"""The commands that ask the API, and what programs build on: exit codes, lines of JSON, a feed that goes on where it was."""

import base64
import hashlib
import hmac
import io
import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from registry_client.api import Client
from registry_client.api import errors as api_errors
from registry_client.api.progress import progress
from registry_client.api.watches import CursorFile, Events
from registry_client.cli import main
from registry_client.receiver import NotActedOn, receiver
from registry_client.webhooks import Delivery

from tests.client.api_site import Reply, Request, Site, answering, problem

KEY = "rrk_invented0123456789"
VERDICT = {
    "verdict": "yes",
    "reasons": [{"code": "licence_active", "text": "In force.\x1b[2J"}],
    "on": "2026-11-24",
    "agency": {"agency_id": "DEMASENDAG2R", "country": "CN", "names": [{"name": "虚构\u202e"}]},
}
WATCH = {"watch_id": "W1", "label": "ours", "kind": "agency", "version": 3, "agencies": 1}


@pytest.fixture(scope="module")
def whole_site() -> Iterator[Site]:
    with answering() as site:
        yield site


@pytest.fixture
def site(whole_site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    whole_site.replies.clear()
    whole_site.asked.clear()
    monkeypatch.setenv("REGISTRY_CLIENT_URL", whole_site.url)
    monkeypatch.setenv("REGISTRY_CLIENT_KEY", KEY)
    return whole_site


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(VERDICT), 0),
        (Reply(VERDICT | {"verdict": "no"}), 1),
        (Reply(VERDICT | {"verdict": "unknown"}), 3),
        (Reply(VERDICT | {"verdict": "yes, perhaps"}), 3),
        (problem(400, "impossible_lei"), 2),
        (problem(403, "scope_missing"), 4),
        (Reply(b"<html>"), 4),
    ],
)
def test_verify_ends_with_the_verdict(site: Site, reply: Reply, code: int) -> None:
    site.replies.append(reply)
    assert main(["verify", "FICT-CN-001", "--origin", "CN", "--lang", "zh-Hant"]) == code
    assert site.asked[0].json() == {"licence_number": "FICT-CN-001", "origin": "CN", "receipt": False}
    assert site.asked[0].headers["Accept-Language"] == "zh-Hant"


def test_what_is_shown_can_do_nothing_to_a_terminal(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.replies.extend([Reply(VERDICT), Reply(VERDICT)])
    main(["verify", "1"])
    displayed = capsys.readouterr().out
    assert "虚构\\u202e (CN, DEMASENDAG2R)" in displayed
    assert "\x1b" not in displayed
    main(["verify", "1", "--json"])
    assert json.loads(capsys.readouterr().out) == VERDICT


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify"], "say whom to ask about"),
        (["verify", "1", "--url", "http://registry.example.org"], "must begin with https://"),
        (["verify", "1", "--key-file", "gone"], "gone: No such file"),
        (["bulk", "gone.csv"], "gone.csv: No such file"),
        (["watch", "--agency", "A"], "--label"),
        (["watch", "--numbers", "gone", "--label", "x"], "gone: No such file"),
        (["listen", "--state", "x", "--poll", "0"], "--poll"),
        (["listen", "--receive", "0"], "--secret-file"),
        (["listen", "--receive", "here"], "--receive: a port"),
    ],
)
def test_wrong_usage_is_one_line_and_nothing_is_sent(
    site: Site, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    complaint = capsys.readouterr().err
    assert words in complaint
    assert complaint.count("\n") == 1
    assert site.asked == []


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [(["yes", "yes"], 0), (["yes", "no", "unknown"], 1), (["yes", "unknown"], 3), (["yes", None], 3)],
)
def test_bulk_is_yes_only_where_each_is(
    site: Site, tmp_path: Path, verdicts: list[str | None], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("vat\n1\n")
    wrong = [{"parameter": "vat", "code": "impossible_vat", "detail": "is none"}]
    items = [
        {"key": str(place), **({"errors": wrong} if one is None else {"answer": VERDICT | {"verdict": one}})}
        for place, one in enumerate(verdicts)
    ]
    site.replies.append(Reply({"items": items, "columns": {"fields": {"vat": "vat"}, "ignored": []}}))
    assert main(["bulk", str(file), "--json", "--output", str(tmp_path / "out.csv")]) == code
    given = capsys.readouterr()
    assert [json.loads(line)["verdict"] for line in given.out.splitlines()] == [one or "error" for one in verdicts]
    assert "columns: vat from 'vat'" in given.err
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").count("\n") == len(verdicts) + 1


def test_watches_are_made_listed_paused_and_ended_by_the_version_that_was_read(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "numbers").write_text("\ufeffIT1\n\n FICT-2 \n", encoding="utf-8")
    site.replies.extend(
        [Reply(WATCH, 201), Reply({"items": [WATCH]}), Reply(WATCH), Reply(WATCH), Reply(WATCH), Reply(status=204)]
    )
    assert main(["watch", "--numbers", str(tmp_path / "numbers"), "--label", "ours"]) == 0
    assert main(["watch", "--list"]) == 0
    assert main(["watch", "--pause", "W1"]) == 0
    assert main(["watch", "--end", "W1"]) == 0
    made, _, _, paused, _, ended = site.asked
    assert made.json() == {"numbers": [{"number": "IT1"}, {"number": "FICT-2"}], "label": "ours"}
    assert len(made.headers["Idempotency-Key"]) == 36
    assert (paused.method, paused.json(), paused.headers["If-Match"]) == ("PATCH", {"is_paused": True}, '"3"')
    assert (ended.method, ended.path, ended.headers["If-Match"]) == ("DELETE", "/api/v1/watches/W1", '"3"')
    assert "W1  agency   1 agency  ours" in capsys.readouterr().out
    site.replies.append(problem(409, "already_done"))
    with Client(site.url, key=KEY) as client, pytest.raises(api_errors.AlreadyDone, match="done by the first try"):
        client.watches.agency("A", "x")


def feed(request: Request) -> Reply:
    """Five events; a cursor is the number of the last one read."""
    query = dict(part.split("=") for part in request.path.partition("?")[2].split("&"))
    last = int(query.get("cursor", "0"))
    numbers = range(last + 1, min(last + 3, 6))
    items = [
        {
            "id": f"evt_{one}",
            "type": "licence.suspended",
            "timestamp": "2026-11-24T10:00:00Z",
            "data": {},
            "cursor": str(one),
        }
        for one in numbers
    ]
    return Reply({"items": items, "next_cursor": str(max(numbers, default=last)), "has_more": last + 2 < 5})


def test_a_feed_is_read_once_and_goes_on_where_it_was(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.otherwise = feed
    state = tmp_path / "cursor"
    with Client(site.url, key=KEY) as client:
        assert [event.id for event in client.events.after("3")] == ["evt_4", "evt_5"]
        for event in client.events.follow(CursorFile(state)):
            if event.id == "evt_3":
                break
    # The third was not finished with: it comes again, and none else.
    assert state.read_text() == "2\n"
    assert main(["listen", "--state", str(state), "--once"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["evt_3", "evt_4", "evt_5"]
    assert main(["listen", "--state", str(state), "--once"]) == 0
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == [state]
    state.write_text("x" * 1000)
    assert main(["listen", "--state", str(state), "--once"]) == 2
    assert "remove it to read from the first event on" in capsys.readouterr().err


def test_an_endless_feed_waits_between_two_looks(site: Site, tmp_path: Path) -> None:
    site.otherwise = feed
    waits: list[float] = []

    class Enough(Exception):
        pass

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise Enough

    with Client(site.url, key=KEY) as client:
        events = Events(client._transport)
        with pytest.raises(Enough):
            list(events.follow(CursorFile(tmp_path / "cursor"), poll=7, sleep=sleep))
    assert waits == [7, 7]


def test_a_stream_is_taken_up_where_it_broke_off(site: Site, tmp_path: Path) -> None:
    """Behind the feed's last event: first one that is whole and one that breaks off, then the rest."""
    given = {"id": "evt_6", "type": "licence.revoked", "timestamp": "2026-11-24T10:00:00Z", "data": {}}
    first = f": here\n\nid: 6\nevent: x\ndata: {json.dumps(given)}\n\nid: 7\ndata: {{".encode()
    second = f"id: 7\nevent: x\ndata: {json.dumps(given | {'id': 'evt_7'})}\n\n".encode()
    site.otherwise = lambda request: feed(request) if "stream" not in request.path else site.streams.pop(0)  # type: ignore[attr-defined]
    site.streams = [Reply(first, is_broken=True), problem(404), Reply(second)]  # type: ignore[attr-defined]
    state = tmp_path / "cursor"
    state.write_text("4")
    waits: list[float] = []
    with Client(site.url, key=KEY) as client:
        events = client.events.stream(CursorFile(state), sleep=waits.append)
        assert [next(events).id for _ in range(2)] == ["evt_5", "evt_6"]
        with pytest.raises(api_errors.NotFound):
            next(events)
        events = client.events.stream(CursorFile(state), sleep=waits.append)
        site.otherwise = lambda request: (
            Reply({"items": [], "next_cursor": "6"}) if "stream" not in request.path else site.streams.pop(0)  # type: ignore[attr-defined]
        )
        assert next(events).id == "evt_7"
    wanted = [one.headers["Last-Event-ID"] for one in site.asked if "stream" in one.path]
    assert (wanted, waits, state.read_text()) == (["5", "6", "6"], [1.0], "6\n")


def test_a_command_is_run_for_each_event_and_one_that_fails_has_it_come_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site.otherwise = feed
    state, given = tmp_path / "cursor", tmp_path / "told"
    script = tmp_path / "act.py"
    script.write_text(
        "import json, os, sys\nevent = json.load(sys.stdin)\n"
        "assert (os.environ['REGISTRY_EVENT_ID'], 'REGISTRY_CLIENT_KEY' in os.environ) == (event['id'], False)\n"
        f"if event['id'] == 'evt_2' and not os.path.exists({str(tmp_path / 'mended')!r}): sys.exit(7)\n"
        f"print(event['id'], file=open({str(given)!r}, 'a'))\n"
    )
    monkeypatch.setenv("REGISTRY_CLIENT_KEY", KEY)
    command = ["listen", "--state", str(state), "--once", "--run", f"{sys.executable} -I '{script}'"]
    assert main(command) == 5
    assert "ended with 7 at event evt_2; it comes again" in capsys.readouterr().err
    (tmp_path / "mended").touch()
    assert main(command) == 0
    assert given.read_text().split() == [f"evt_{place}" for place in range(1, 6)]
    for wrong in ("'", "  ", "no-such-command-here"):
        assert main(["listen", "--state", str(state), "--once", "--run", wrong]) == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_where_a_person_looks_on_and_nothing_where_a_program_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stated = []
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress("answered") as given:
            given(5, 10)
            given(10, 10)
        stated.append(stream.getvalue())
    assert "answered" in stated[0]
    assert "10/10" in stated[0]
    assert stated[1] == ""


SECRET = base64.b64encode(b"an invented secret").decode()


def send(url: str, body: bytes, delivery_id: str, secret: str = SECRET, **options: Any) -> requests.Response:
    stamp = str(int(time.time()) - options.pop("late", 0))
    digest = hmac.digest(base64.b64decode(secret), f"{delivery_id}.{stamp}.".encode() + body, hashlib.sha256)
    headers = {"webhook-id": delivery_id, "webhook-timestamp": stamp}
    headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return requests.post(url, data=body, headers=headers, timeout=10)


def test_a_receiver_acts_on_each_genuine_delivery_once(capsys: pytest.CaptureFixture[str]) -> None:
    acted: list[str] = []

    def act(delivery: Delivery) -> None:
        if delivery.id == "broken" and "tried" not in acted:
            acted.append("tried")
            raise OSError("the disk is full")
        if delivery.id == "later" and "asked" not in acted:
            acted.append("asked")
            raise NotActedOn("act.py ended with 7")
        acted.append(delivery.id)

    server = receiver("127.0.0.1", 0, [f"whsec_{SECRET}"], act)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        assert [send(url, b"{}", one).status_code for one in ("a", "b", "a")] == [204, 204, 204]
        assert send(url, b"{}", "c", base64.b64encode(b"some other secret").decode()).status_code == 400
        assert "replayed" in send(url, b"{}", "d", late=400).json()["detail"]
        assert send(url, b"not json", "e").status_code == 400
        assert send(url, b"x" * (1 << 20) + b"x", "f").status_code == 413
        # What was not acted on is not answered with 2xx, and so comes again.
        with pytest.raises(requests.ConnectionError):
            send(url, b"{}", "broken")
        assert send(url, b"{}", "broken").status_code == 204
        assert [send(url, b"{}", "later").status_code for _ in range(3)] == [500, 204, 204]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert acted == ["a", "b", "tried", "broken", "asked", "later"]
    with pytest.raises(ValueError, match="a secret has at least"):
        receiver("127.0.0.1", 0, ["whsec_AAAA"], act)


def test_a_test_event_is_triggered_at_each_webhook_that_is_enabled(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    hooks = [
        {"webhook_id": name, "url": f"https://hooks.example.org/{name}", "label": name, "state": state, "version": 1}
        for name, state in (("W1", "enabled"), ("W2", "disabled"))
    ]
    site.replies += [
        Reply({"items": hooks, "next_cursor": None}),
        Reply({"event_id": "evt_1", "type": "licence.suspended", "state": "waiting", "attempts": 0}),
    ]
    assert main(["trigger", "licence.suspended"]) == 0
    assert capsys.readouterr().out == "evt_1  licence.suspended  W1  https://hooks.example.org/W1\n"
    assert (site.asked[-1].path, json.loads(site.asked[-1].body)) == (
        "/api/v1/webhooks/W1/test",
        {"type": "licence.suspended"},
    )
