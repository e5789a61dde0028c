"""The commands: their answers, exit codes, languages, and what they do with a network when asked."""

import io
import json
import os
import re
import string
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from registry_client import texts
from registry_client.cli import main
from registry_client.words import Words

from registry.cli import main as registry
from tests.client.registrar import LICENCE, NOW, Registrar, SigningKey
from tests.client.site import Site, serving
from tests.client.watching import fill, revoke

AT = "2026-11-18T11:07:40Z"


@pytest.fixture
def folder(tmp_path: Path, registrar: Registrar) -> Path:
    (tmp_path / "trust.json").write_bytes(registrar.trust())
    (tmp_path / "bundle.json").write_bytes(registrar.bundle_bytes())
    (tmp_path / "status.jwt").write_text(registrar.status())
    (tmp_path / "credential.txt").write_text(registrar.credential() + "\n")
    return tmp_path


def verify(folder: Path, file: str, *options: str) -> int:
    return main(["verify-offline", str(folder / file), "--trust", str(folder / "trust.json"), *options])


def test_each_exit_code_has_its_meaning(folder: Path, registrar: Registrar, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(folder, "bundle.json", "--at", AT) == 0
    assert verify(folder, "credential.txt", "--at", AT) == 3
    (folder / "broken.json").write_bytes(registrar.bundle_bytes(credential=Registrar().credential()))
    assert verify(folder, "broken.json", "--at", AT) == 1
    assert verify(folder, "nowhere", "--at", AT) == 2
    assert "nowhere: No such file" in capsys.readouterr().err
    assert verify(folder, "trust.json") == 2
    assert "give it as --trust" in capsys.readouterr().err
    assert verify(folder, "bundle.json", "--at", "yesterday") == 2


def test_a_good_receipt_is_accepted_without_the_log_where_that_is_asked_for(folder: Path, registrar: Registrar) -> None:
    (folder / "receipt.jwt").write_text(registrar.receipt())
    (folder / "forged.jwt").write_text(Registrar().receipt())
    assert verify(folder, "receipt.jwt", "--at", AT) == 3
    assert verify(folder, "receipt.jwt", "--at", AT, "--accept-unlogged") == 0
    assert verify(folder, "forged.jwt", "--at", AT, "--accept-unlogged") == 1
    # A licence carries its proof: without it nothing says that the log knows it.
    assert verify(folder, "credential.txt", "--at", AT, "--accept-unlogged") == 3


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    project = tomllib.loads((Path(__file__).parents[2] / "client" / "pyproject.toml").read_text(encoding="utf-8"))
    assert (ended.value.code, capsys.readouterr().out) == (0, f"registry-client {project['project']['version']}\n")


def test_usage_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["verify-offline"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
    for address in ("nothing", "ftp://x.example", "https://a@b.example", "http://[", "https://x.example/path"):
        assert main(["trust", address]) == 2


def test_the_answer_names_three_verdicts_and_what_is_signed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify(folder, "bundle.json", "--at", AT)
    answer = capsys.readouterr().out
    for words in ("issued        good", "logged        good", "in force      good", "FICT-0001", "Believe this"):
        assert words in answer
    verify(folder, "bundle.json", "--at", AT, "--lang", "zh-Hans")
    answer = capsys.readouterr().out
    for words in ("签发", "入日志", "有效", "许可证号: FICT-0001", "不以纸面为准"):
        assert words in answer


def test_nothing_of_a_forgery_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "forged.txt").write_text(Registrar().credential())
    assert verify(folder, "forged.txt", "--at", AT) == 1
    answer = capsys.readouterr().out
    assert "FICT-0001" not in answer
    assert "a foreign key signed this" in answer


def test_json_is_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify(folder, "credential.txt", "--at", AT, "--status", str(folder / "status.jwt"), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert [answer[name]["verdict"] for name in ("issued", "logged", "in_force")] == ["good", "unknown", "good"]
    assert answer["logged"]["reasons"][0]["code"] == "no_proof"
    assert {"label": "number", "value": "FICT-0001"} in answer["signed"]


def test_standard_input_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch, registrar: Registrar) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(registrar.code().encode())))
    assert main(["verify-offline", "-", "--trust", str(folder / "trust.json"), "--at", AT]) == 3


@pytest.mark.parametrize(
    "change", [{"v": 2}, {"issuer": "registry"}, {"log_keys": []}, {"root": "AAAA"}, {"policy": ""}]
)
def test_a_wrong_trust_file_is_refused(
    folder: Path, registrar: Registrar, change: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "trust.json").write_bytes(registrar.trust(**change))
    assert verify(folder, "bundle.json") == 2
    assert "trust.json" in capsys.readouterr().err


def test_the_server_s_own_command_calls_the_client(folder: Path) -> None:
    runner = CliRunner()
    arguments = ["verify-offline", str(folder / "bundle.json"), "--trust", str(folder / "trust.json"), "--at", AT]
    result = runner.invoke(registry, arguments)
    assert (result.exit_code, "in force      good" in result.output) == (0, True)
    assert runner.invoke(registry, ["monitor", "nothing"]).exit_code == 2


def test_it_runs_from_the_folder_alone(folder: Path) -> None:
    """With nothing of the server on its path."""
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "client")}
    command = [
        sys.executable,
        "-m",
        "registry_client",
        "verify-offline",
        "bundle.json",
        "--trust",
        "trust.json",
        "--at",
        AT,
    ]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    code = (
        "import sys, registry_client.cli; print([m for m in sys.modules if m.split('.')[0] in ('registry', 'schemas')])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# Words


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    tables = (texts.REASONS, texts.VERDICTS, texts.STATES, texts.KINDS, texts.LABELS, texts.SENTENCES, texts.CODES)
    column = texts.LANGUAGES.index(language)
    for table in tables:
        for code, found in table.items():
            assert len(found) == len(texts.LANGUAGES), code
            assert found[column].strip(), code
    assert Words(language).of(texts.CODES, "revoked") in ("revoked", "吊销")


def test_every_code_in_use_has_a_text_and_every_text_is_in_use() -> None:
    source = Path(texts.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in source.glob("*.py") if "reasons" not in path.name)
    stated = set(re.findall(r'(?:\.(?:good|bad|unknown|note)|Refused)\(\s*"([a-z_]+)"', code))
    stated |= set(re.findall(r'record_finding\("([a-z_]+)"', code))
    assert stated <= set(texts.REASONS)
    assert [reason for reason in texts.REASONS if f'"{reason}"' not in code] == []


def test_values_in_both_languages_are_the_same() -> None:
    for code, (english, chinese) in (texts.REASONS | texts.SENTENCES).items():
        names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, chinese)]
        assert names[1] <= names[0], code


# The network, when asked


def test_a_trust_file_is_fetched_shown_and_never_written_over(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "trust.json"
    assert main(["trust", site.url, "--output", str(target)]) == 0
    assert "by another way" in capsys.readouterr().out
    assert target.read_bytes() == site.registrar.trust()
    assert main(["trust", site.url, "--output", str(target)]) == 2
    assert main(["trust", site.url, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["root_sha256"]) == 64
    site.lies["/.well-known/registry-trust.json"] = Registrar().trust()
    assert main(["trust", site.url]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trust.json"]


@pytest.fixture
def online(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose lists are signed at the instant the tests judge at."""
    (tmp_path / "trust.json").write_bytes(site.registrar.trust())
    site.iat = NOW
    return site


def test_what_is_missing_is_asked_for(online: Site, tmp_path: Path) -> None:
    registrar = online.registrar
    for name, text in (
        ("credential", registrar.credential()),
        ("code", registrar.code()),
        ("receipt", registrar.receipt()),
    ):
        (tmp_path / name).write_text(text)
        assert verify(tmp_path, name, "--at", AT, "--online") == 0, name
    (tmp_path / "proof").write_text(registrar.proof(3))
    assert verify(tmp_path, "proof", "--at", AT, "--online") == 3


def test_an_older_paper_s_own_entry_is_fetched_from_the_log(online: Site, tmp_path: Path) -> None:
    registrar = online.registrar
    (tmp_path / "code").write_text(registrar.code())
    registrar.state(("active", "2024-01-01"), number="FICT-0001", valid_to="2099-12-31")
    assert verify(tmp_path, "code", "--at", AT, "--online") == 0
    registrar.state(("revoked", "2026-11-01"), kind="licence.revoked", valid_to="2099-12-31")
    assert verify(tmp_path, "code", "--at", AT, "--online") == 1


def test_a_key_newer_than_the_trust_file_is_looked_for_under_its_root(online: Site, tmp_path: Path) -> None:
    registrar = online.registrar
    successor = SigningKey("credential", registrar.root)
    (tmp_path / "code").write_text(registrar.code(successor))
    assert verify(tmp_path, "code", "--at", AT, "--online") == 1
    registrar.key_event(successor)
    registrar.keys["credential"] = successor
    (tmp_path / "code").write_text(registrar.code())
    assert verify(tmp_path, "code", "--at", AT) == 3
    assert verify(tmp_path, "code", "--at", AT, "--online") == 0


def test_a_registry_that_does_not_answer_leaves_things_unknown(tmp_path: Path) -> None:
    with serving() as gone:
        (tmp_path / "trust.json").write_bytes(gone.registrar.trust())
        (tmp_path / "credential").write_text(gone.registrar.credential())
        (tmp_path / "receipt").write_text(gone.registrar.receipt())
    for name in ("credential", "receipt"):
        assert verify(tmp_path, name, "--at", AT, "--online") == 3


def test_a_receipt_of_another_history_is_found_over_the_network(online: Site, tmp_path: Path) -> None:
    receipt = online.registrar.receipt()
    (tmp_path / "receipt").write_text(receipt)
    online.registrar.leaves[-1] = online.registrar.leaves[-1].replace(b"FICT-0001", b"FICT-0009")
    assert verify(tmp_path, "receipt", "--at", AT, "--online") == 1
    assert verify(tmp_path, "receipt", "--at", AT, "--online", "--accept-unlogged") == 1


def test_nothing_is_requested_unless_an_option_says_so(online: Site, tmp_path: Path) -> None:
    (tmp_path / "credential").write_text(online.registrar.credential())
    verify(tmp_path, "credential", "--at", AT)
    assert online.asked == []


def test_a_monitor_s_state_says_more_of_keys_heads_and_leaves(online: Site, tmp_path: Path) -> None:
    registrar = online.registrar
    state = str(tmp_path / "state")
    (tmp_path / "code").write_text(registrar.code())
    (tmp_path / "receipt").write_text(registrar.receipt())
    (tmp_path / "list").write_text(registrar.status())
    main(["monitor", online.url, "--state", state])
    options = ("--at", AT, "--state", state, "--status", str(tmp_path / "list"))
    assert verify(tmp_path, "code", *options) == 0
    assert verify(tmp_path, "receipt", *options) == 0
    registrar.key_event(registrar.keys["receipt"], "compromised", last_good=0)
    registrar.key_event(registrar.keys["credential"], "compromised", last_good=3)
    main(["monitor", online.url, "--state", state])
    assert verify(tmp_path, "code", *options) == 1
    assert verify(tmp_path, "receipt", *options) == 3
    (tmp_path / "trust.json").write_bytes(Registrar(online.url).trust())
    assert verify(tmp_path, "code", *options) == 2


def test_an_old_bundle_is_held_to_the_later_entry_in_a_monitor_s_copy(
    online: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list in it is fresh still; only the copy knows that the licence was revoked since."""
    (tmp_path / "bundle").write_bytes(online.registrar.bundle_bytes())
    revoke(online)
    state = str(tmp_path / "state")
    main(["monitor", online.url, "--state", state])
    assert verify(tmp_path, "bundle", "--at", AT) == 0
    capsys.readouterr()
    assert verify(tmp_path, "bundle", "--at", AT, "--state", state) == 1
    assert re.search(r"in force +BAD +entry \d+ says for that day: revoked", capsys.readouterr().out)


def test_a_bundle_of_another_history_than_the_monitor_s_is_found(
    online: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same keys signed both: without the copy it could not be found."""
    state = str(tmp_path / "state")
    registrar = online.registrar
    stored = list(registrar.leaves)
    fill(online, 1)
    main(["monitor", online.url, "--state", state])
    registrar.leaves[:] = stored
    registrar.state(("active", "2024-01-01"), kind="licence.amended", valid_to="2099-12-31")
    (tmp_path / "bundle").write_bytes(registrar.bundle_bytes())
    assert verify(tmp_path, "bundle", "--at", AT) == 0
    capsys.readouterr()
    assert verify(tmp_path, "bundle", "--at", AT, "--state", state) == 1
    stated = capsys.readouterr().out
    assert re.search(r"logged +BAD +entry \d+ of the log is another one than it claims", stated)
    assert "the head of" in stated


def test_a_receipt_of_a_retired_key_is_good_if_it_knew_of_less_log(online: Site, tmp_path: Path) -> None:
    registrar = online.registrar
    (tmp_path / "before").write_text(registrar.receipt())
    registrar.key_event(registrar.keys["receipt"], "retired")
    (tmp_path / "after").write_text(registrar.receipt())
    state = str(tmp_path / "state")
    main(["monitor", online.url, "--state", state])
    assert verify(tmp_path, "before", "--at", AT, "--state", state) == 0
    assert verify(tmp_path, "after", "--at", AT, "--state", state) == 1


def test_the_monitor_says_where_it_is_and_what_it_found(
    online: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    online.iat = None
    state = str(tmp_path / "state")
    assert main(["monitor", online.url, "--state", state, "--lang", "zh-Hans"]) == 0
    stated = capsys.readouterr()
    assert "entries" in stated.err
    assert "状态表" in stated.out
    assert main(["monitor", online.url, "--state", state, "--json", "--answers", "0"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["head"]["size"] == len(online.registrar.leaves)
    assert f"/api/v1/licences/{LICENCE}" in online.asked
    assert main(["monitor", online.url, "--state", str(tmp_path)]) == 2
    assert main(["monitor", online.url, "--state", state, "--answers", "-1"]) == 2
