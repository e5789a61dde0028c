"""A server that speaks TLS to a balancer on another machine, and one whose certificate is wrong."""

from pathlib import Path

import pytest
import requests

from registry.core.errors import SettingsError
from registry.core.settings import Settings
from tests.serving import serve
from tests.tls import make_certificate


def pem(folder: Path) -> Path:
    """Certificate and key in one file, as HAProxy takes them too."""
    certificate, key = make_certificate(folder)
    both = folder / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    return both


def test_a_server_with_a_certificate_answers_by_tls_and_not_without_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = pem(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "server.crt"))
    with serve(settings, extra={"REGISTRY_TLS": str(both)}) as served:
        assert requests.get(f"{served.base_url}/ready", timeout=30).status_code == 200
        assert f"Registry on {served.base_url}" in served.printed()
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{served.base_url.replace('https', 'http')}/ready", timeout=30)


@pytest.mark.parametrize(
    ("text", "why"), [(None, "it cannot be read"), ("not PEM", "it lacks a certificate or the key of it")]
)
def test_a_file_that_is_no_certificate_with_its_key_stops_the_start(text: str | None, why: str, tmp_path: Path) -> None:
    path = tmp_path / "machine.pem"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=f"REGISTRY_TLS: .*machine.pem is no PEM file.*{why}"):
        Settings.from_environment({"REGISTRY_TLS": str(path)})


def test_a_certificate_whose_key_is_anothers_stops_the_start(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)[0].read_bytes()
    (tmp_path / "other").mkdir()
    (tmp_path / "mixed.pem").write_bytes(certificate + make_certificate(tmp_path / "other")[1].read_bytes())
    with pytest.raises(SettingsError, match="it lacks a certificate or the key of it"):
        Settings.from_environment({"REGISTRY_TLS": str(tmp_path / "mixed.pem")})
