"""Lists that are too long for one request become jobs, without the caller having to know."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from registry_client.api import Client
from registry_client.api import errors as api_errors
from registry_client.api.answers import Verdict
from registry_client.api.jobs import Jobs
from registry_client.api.settings import ApiKey
from registry_client.api.transport import Transport
from registry_client.cli import main

from tests.client.api_site import Reply, Request, Site, answering, problem

KEY = "rrk_invented0123456789"
JOBS = "/api/v1/verification-jobs"
YES = {"verdict": "yes", "reasons": [{"code": "licence_active"}], "on": "2026-11-24"}


class Registry:
    """Answers as the registry does about one job, whose rows are read from what was sent."""

    def __init__(self) -> None:
        self.job: dict[str, Any] = {
            "job_id": "J1", "kind": "verification", "state": "uploaded", "filename": "rows.csv", "headers": ["vat", "note"],
            "columns": {"vat": "vat"}, "lacking": None, "rows": 2, "rows_done": 0, "results": [],
        }  # fmt: skip
        self.lines = [json.dumps({"key": str(place), "answer": YES}).encode() for place in range(2)]

    def __call__(self, request: Request) -> Reply:
        match request.method, request.path.removeprefix(JOBS):
            case "POST", "/api/v1/verifications":
                return problem(413, "too_many_questions")
            case "POST", "":
                return Reply(self.job, 201)
            case "PUT", "/J1/columns":
                if (request.json().get("constants") or {}).get("destination") == "Mars":
                    return problem(400, "invalid_request")
                self.job["is_kept"] = request.json().get("keep", False)
            case "POST", "/J1/start":
                self.job["state"] = "queued"
            case "GET", "/J1/results/jsonl":
                return Reply(b"\n".join(self.lines) + b"\n")
            case "GET", "/J1" if self.job["state"] in ("queued", "running"):
                self.job |= {"state": "running"} if self.job["state"] == "queued" else {"state": "done", "rows_done": 2}
            case "DELETE", "/J1":
                return Reply(b"", 204)
        return Reply(self.job)


@pytest.fixture(scope="module")
def whole_site() -> Iterator[Site]:
    with answering() as site:
        yield site


@pytest.fixture
def site(whole_site: Site) -> Site:
    whole_site.asked.clear()
    whole_site.replies.clear()
    whole_site.otherwise = Registry()
    return whole_site


def test_a_list_that_is_too_long_becomes_a_job_and_leaves_nothing_behind(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry_client.api.jobs.FIRST_LOOK", 0.01)
    file = tmp_path / "rows.csv"
    file.write_text("vat,note\n1,a\n2,b\n")
    given: list[tuple[int, int]] = []
    with Client(site.url, key=KEY) as client:
        answers = client.verify_many(file, progress=lambda done, total: given.append((done, total)))
    assert ([one.key for one in answers], answers.counts["yes"], answers.ignored) == (["0", "1"], 2, ("note",))
    assert given[-1] == (2, 2)
    sent = site.asked[1]
    assert (sent.method, sent.path, sent.body) == ("POST", JOBS, file.read_bytes())
    assert sent.headers["X-File-Name"] == "rows.csv"
    assert len(sent.headers["Idempotency-Key"]) == 36
    assert (site.asked[-1].method, site.asked[-1].path) == ("DELETE", f"{JOBS}/J1")
    site.otherwise = Registry()
    with Client(site.url) as client, pytest.raises(api_errors.TooLarge):
        client.verify_many(file)


def test_dicts_beyond_ten_thousand_are_sent_as_a_file(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_client.api.jobs.FIRST_LOOK", 0.01)
    with Client(site.url, key=KEY) as client:
        client.verify_many([{"vat": "=1", "key": "a"}, *({"name": "x\ny"} for _ in range(10_000))])
    body = site.asked[0].body
    assert body.startswith(b'vat,key,name\r\n=1,a,\r\n,,"x\ny"\r\n')


def test_what_is_said_of_a_whole_file_goes_with_its_columns_and_what_is_kept_stays(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("registry_client.api.jobs.FIRST_LOOK", 0.01)
    monkeypatch.setenv("REGISTRY_CLIENT_URL", site.url)
    monkeypatch.setenv("REGISTRY_CLIENT_KEY", KEY)
    file = tmp_path / "rows.csv"
    file.write_text("vat,note\n1,a\n2,b\n")
    command = ["bulk", str(file), "--destination", "IT", "--nace-revision", "2.1", "--keep"]
    assert main(command) == 0
    assert "kept: J1" in capsys.readouterr().err
    said_of_it = site.asked[1]
    assert (said_of_it.method, said_of_it.path) == ("PUT", f"{JOBS}/J1/columns")
    assert said_of_it.json() == {
        "kind": "verification",
        "columns": {"vat": "vat"},
        "constants": {"destination": "IT", "nace_revision": "2.1"},
        "keep": True,
    }
    assert "DELETE" not in [one.method for one in site.asked]
    # What is refused leaves nothing behind, and what says itself whose it is has nothing said of it.
    site.otherwise = Registry()
    assert main(["bulk", str(file), "--destination", "Mars"]) == 2
    assert site.asked[-1].method == "DELETE"
    count = len(site.asked)
    assert main(["bulk", str(file), "--corridors", "--origin", "CN"]) == 2
    monkeypatch.delenv("REGISTRY_CLIENT_KEY")
    assert main(["bulk", str(file), "--destination", "IT"]) == 2
    assert "(constants) goes by a job, with a key" in capsys.readouterr().err
    assert len(site.asked) == count
    # Rows that are no file have it beside them. What is kept is not asked twice by itself.
    site.otherwise = lambda request: Reply({"items": [{"key": "0", "answer": YES}], "list_id": "R1"})
    with Client(site.url, key=KEY) as client:
        assert client.verify_many([{"vat": "1"}], constants={"on": date(2026, 1, 5)}, keep=True).list_id == "R1"
    assert site.asked[-1].json() == {"items": [{"vat": "1"}], "constants": {"on": "2026-01-05"}, "keep": True}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lacking": "no column says whom to ask about"}, "no column says whom.*its columns: vat, note"),
        ({"kind": "supply_chain"}, "its columns are of a supply_chain"),
    ],
)
def test_a_list_that_cannot_be_answered_is_removed_with_the_reason(
    site: Site, tmp_path: Path, change: dict[str, str], words: str
) -> None:
    registry = Registry()
    registry.job |= change
    site.otherwise = registry
    (tmp_path / "rows.csv").write_text("x\n")
    with Client(site.url, key=KEY) as client, pytest.raises(api_errors.BadInput, match=words):
        client.verify_many(tmp_path / "rows.csv")
    assert site.asked[-1].method == "DELETE"


def test_a_job_is_waited_for_up_to_its_limit_and_its_failure_is_an_error(site: Site, tmp_path: Path) -> None:
    waits: list[float] = []
    jobs = Jobs(Transport(site.url, ApiKey(KEY)), sleep=waits.append)
    registry = Registry()
    site.otherwise = registry
    registry.job["state"] = "writing"
    with pytest.raises(api_errors.NoAnswer, match="job J1: writing still, 0 of 2 rows"):
        jobs.wait(jobs.get("J1"), seconds=-1)
    registry.job |= {"state": "failed", "trouble": "the file breaks off"}
    with pytest.raises(api_errors.BadInput, match="job J1: failed: the file breaks off"):
        jobs.wait(jobs.get("J1"))
    done = jobs.wait(jobs.start(jobs.get("J1")))
    assert waits == [0.5]
    registry.lines[1] = b"{"
    with pytest.raises(api_errors.UnexpectedAnswer, match="results line 2"):
        list(jobs.results(done, Verdict))
    # What broke off in the middle leaves no file that looks whole.
    site.replies.append(Reply(b"half", is_broken=True))
    with pytest.raises(api_errors.NoAnswer):
        jobs.download(done, "csv", tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []
    jobs.download(done, "jsonl", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes().startswith(b'{"key"')


class Interrupted(Exception):
    """As Ctrl-C, where pytest shall not end."""


def test_an_interrupted_caller_goes_on_with_the_same_job(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("registry_client.api.jobs.FIRST_LOOK", 0.01)
    file, state = tmp_path / "rows.csv", tmp_path / "rows.job"
    file.write_text("vat,note\n1,a\n2,b\n")

    def interrupt(_done: int, _total: int) -> None:
        raise Interrupted

    with Client(site.url, key=KEY) as client:
        with pytest.raises(Interrupted):
            client.verify_many(file, progress=interrupt, resume=state)
        begun = json.loads(state.read_text())
        assert begun["job_id"] == "J1"
        assert client.verify_many(file, resume=state).counts["yes"] == 2
        assert not state.exists()
        sent = [one for one in site.asked if (one.method, one.path) == ("POST", JOBS)]
        assert [one.headers["Idempotency-Key"] for one in sent] == [begun["once"]]
        # Killed while it was sent: whether it arrived is unknown, and under the same key it is there once.
        state.write_text(json.dumps(begun | {"job_id": ""}))
        site.otherwise = Registry()
        client.verify_many(file, resume=state)
        assert [one.headers["Idempotency-Key"] for one in site.asked if one.path == JOBS] == [begun["once"]] * 2
        # A job that is gone, and one of the day before yesterday, are begun anew.
        for change in ({"job_id": "J0"}, {"at": begun["at"] - 48 * 3600}):
            registry = site.otherwise = Registry()
            site.otherwise = lambda request, known=registry: problem(404) if "/J0" in request.path else known(request)
            state.write_text(json.dumps(begun | change))
            client.verify_many(file, resume=state)
            fresh = [one.headers["Idempotency-Key"] for one in site.asked if one.path == JOBS][-1]
            assert fresh != begun["once"]
        state.write_text(json.dumps(begun))
        for rows, said_of_all in ((file, {"destination": "IT"}), ([{"vat": "3"}], None)):
            with pytest.raises(api_errors.BadInput, match="another list was begun"):
                client.verify_many(rows, constants=said_of_all, resume=state)  # type: ignore[arg-type]
        state.write_text("[]")
        with pytest.raises(api_errors.BadInput, match="no file of `bulk --resume`"):
            client.verify_many(file, resume=state)
    with Client(site.url) as client, pytest.raises(api_errors.BadInput, match="with a key"):
        client.verify_many(file, resume=state)
    state.unlink()
    monkeypatch.setenv("REGISTRY_CLIENT_URL", site.url)
    monkeypatch.setenv("REGISTRY_CLIENT_KEY", KEY)
    command = ["bulk", str(file), "--resume", str(state), "--output", str(tmp_path / "out.csv")]
    for ended, code in ((KeyboardInterrupt(), 130), (api_errors.NoAnswer("the registry is away"), 4)):
        site.otherwise = Registry()
        with monkeypatch.context() as patched:
            patched.setattr(Jobs, "wait", lambda *_, ended=ended: (_ for _ in ()).throw(ended))
            assert main(command) == code
        assert "the same command goes on with the same job" in capsys.readouterr().err
    assert main(command) == 0
    assert not state.exists()
