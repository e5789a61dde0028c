"""The packages of a server: every licence was looked at, and a network that is away makes nothing red."""

from pathlib import Path

import pytest

from tools import dependencies


def test_every_licence_was_looked_at_and_every_judgement_is_of_a_package_that_is_there() -> None:
    assert dependencies.unjudged() == []
    rules = dependencies.judged()["licences"]["of"]
    assert set(rules) <= set(dependencies.served())
    assert all(rule["why"] for rule in rules.values())


def test_faults_that_cannot_be_asked_for_are_said_to_be_unasked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dependencies, "REMEMBERED", tmp_path / "asked")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setattr(dependencies, "AUDIT", "no-such-audit-tool")
    monkeypatch.setenv("UV_OFFLINE", "1")
    assert dependencies.faults() == 0
    assert "were not asked for" in capsys.readouterr().out
    assert not (tmp_path / "asked").exists()
