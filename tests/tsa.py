"""A time-stamp authority of strangers (certomancer) over real HTTP, with a root of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response


@dataclass(frozen=True, slots=True)
class Authority:
    """Where it is asked, and the certificate it stands under, in PEM."""

    url: str
    root: bytes

    def stamp(self, message: bytes) -> bytes:
        """Its answer about a message, in DER."""
        wanted = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
        asked = wanted.cert_request(cert_request=True).build().as_bytes()
        answer = requests.post(self.url, asked, headers={"Content-Type": "application/timestamp-query"}, timeout=30)
        return answer.content


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *arguments: object) -> None:
        pass


@contextmanager
def _running(application: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, application, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def time_stamps(folder: Path) -> Iterator[Authority]:
    """An authority with new keys, gone when the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("root", "tsa"):
        (folder / f"{name}.pem").write_bytes(_new_key())
    config = CertomancerConfig(_configuration(), str(folder))
    der = config.pki_archs[ArchLabel("invented")].get_cert(CertLabel("root")).dump()
    root = x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
    with _running(Animator(AnimatorArchStore(config.pki_archs), with_web_ui=False)) as url:
        yield Authority(f"{url}/invented/tsa/tsa", root)


@contextmanager
def replaying(answer: bytes) -> Iterator[str]:
    """One that gives the same answer to whatever it is asked."""
    with _running(Response(answer, content_type="application/timestamp-reply")) as url:
        yield url


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _configuration() -> dict[str, Any]:
    def certificate(name: str, to: str, *extensions: dict[str, Any]) -> dict[str, Any]:
        validity = {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": to}
        return {"subject": name, "issuer": "root", "validity": validity, "extensions": list(extensions)}

    def uses(*names: str) -> dict[str, Any]:
        return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(names)}}

    return {
        "keysets": {"main": {"keys": {name: {"path": f"{name}.pem"} for name in ("root", "tsa")}}},
        "pki-architectures": {
            "invented": {
                "keyset": "main",
                "entity-defaults": {"country-name": "IT", "organization-name": "Invented Time Stamps"},
                "entities": {"root": {"common-name": "Invented Root"}, "tsa": {"common-name": "Invented TSA"}},
                "certs": {
                    "root": certificate(
                        "root", "2090-01-01T00:00:00+0000",
                        {"id": "basic_constraints", "critical": True, "value": {"ca": True}},
                        uses("digital_signature", "key_cert_sign", "crl_sign"),
                    ),
                    "tsa": certificate(
                        "tsa", "2080-01-01T00:00:00+0000",
                        uses("digital_signature"),
                        {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
                    ),
                },
                "services": {"time-stamping": {"tsa": {"signing-cert": "tsa"}}},
            }
        },
    }  # fmt: skip
