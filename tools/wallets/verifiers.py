"""Verifiers that the wallet of strangers answers: the registry, asked by an organisation, polaris-oid4vp, and openvc-core."""

import os
import re
import subprocess
import sys
import time
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey
from msgspec.structs import replace
from openvc.errors import OpenvcError
from openvc.openid4vp import verify_vp_token
from openvc.status import verify_status_list_token
from sqlalchemy import select

POLARIS = Path(sys.executable).with_name("polaris-oid4vp")
POLARIS_HOST = "verifier.example"
PATIENCE = 30


class Organisation:
    """One that asks wallets by its key. Licences of its registry can be suspended, as two officers do."""

    def __init__(self, registry: str, host: str, agency: str, licence: str) -> None:
        from registry.cli.opening import open_registry
        from registry.core.calls import Call
        from registry.core.clock import now
        from registry.organisations import actions, keys
        from registry.organisations.models import OrganisationActor
        from registry.vocabulary.organisations import Scope

        self._registry, self._host, self._agency, self._licence = registry, host, agency, licence
        with open_registry() as (_, sessions, _), sessions.begin() as session:
            made = actions.begin(session, "Invented Works", "IT", "en", now().date())
            call = Call(session, OrganisationActor(made.id), now())
            self._key = keys.make(call, "the gate", (Scope.VERIFY,), 1).text

    def ask(self, asked: dict[str, str]) -> dict[str, Any]:
        return self._sent("POST", "/api/v1/presentations", json=asked | {"purpose": "To see who recruits at our gate"})

    def result(self, asked: dict[str, str]) -> dict[str, Any]:
        code = {name: asked[name] for name in ("response_code",) if name in asked}
        return self._sent("GET", f"/api/v1/presentations/{asked['presentation_id']}", params=code)

    def _sent(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        headers = {"Host": self._host, "Authorization": f"Bearer {self._key}"}
        answer = requests.request(method, self._registry + path, headers=headers, timeout=30, **more)
        return {"status": answer.status_code, **answer.json()}

    def state(self, asked: dict[str, str]) -> dict[str, str]:
        """Let the licence have another status from today on, in a head of the log that is signed."""
        from registry.cli.opening import open_registry
        from registry.log.signing import sign_committed
        from registry.register.agencies.actions import amend
        from registry.register.agencies.models import Agency, PublicRecord
        from registry.register.agencies.publishing import Event
        from registry.register.agencies.record import read_record
        from registry.vocabulary.register import LicenceStatus

        its = select(PublicRecord.body).join(Agency).where(Agency.reference == self._agency)
        with open_registry() as (settings, sessions, _):
            with sessions.begin() as session:
                agency = read_record(session.execute(its).scalar_one())
                former = next(one for one in agency.licences if one.licence_id == self._licence)
                period = replace(former.status_history[-1], status=LicenceStatus(asked["status"]))
                stated = replace(former, status_history=(*former.status_history[:-1], period))
                licences = tuple(stated if one is former else one for one in agency.licences)
                amend(session, replace(agency, licences=licences), Event("licence.corrected", is_correction=True))
            sign_committed(settings, sessions)
        return {}


class Polaris:
    """`polaris-oid4vp serve`, certified for HAIP by the OpenID Foundation, under the name verifier.example."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port
        self._output = folder / "polaris.out"
        self._process: subprocess.Popen[bytes] | None = None
        pki = ["keygen", "--out", folder / "pki", "--host", POLARIS_HOST]
        subprocess.run([POLARIS, *pki], check=True, stdout=subprocess.DEVNULL)

    def ask(self, asked: dict[str, str]) -> dict[str, Any]:
        """The link of a new request for a credential of that type."""
        self.close()
        command = [
            POLARIS, "serve", "--bind", "127.0.0.1", "--port", self._port, "--no-local-tls", "--pki", self._folder / "pki",
            "--public-base-url", f"https://{POLARIS_HOST}", "--issuer-trust-anchor", self._folder / "root.pem",
            "--vct", asked["vct"], "--claim", "agency.agency_id", "--claim", asked["claim"], "--once",
        ]  # fmt: skip
        with self._output.open("wb") as out:
            plain = os.environ | {"PYTHONUNBUFFERED": "1"}
            self._process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=out, env=plain)
        return {"link": self._printed(r"haip-vp://\S+"), "port": self._port}

    def verdict(self, _: dict[str, str]) -> dict[str, str]:
        return {"verdict": self._printed(r"<- \d.*")}

    def _printed(self, pattern: str) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = self._output.read_text(encoding="utf-8")
            if found := re.search(pattern, text):
                return found[0]
            time.sleep(0.1)
        raise RuntimeError(f"polaris-oid4vp printed no {pattern}:\n{text}")

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


class Openvc:
    """A library of another author, which looks at the status list as well."""

    def __init__(self, registry: str, host: str, root: Path) -> None:
        self._registry, self._host = registry, host
        self._root = x509.load_pem_x509_certificate(root.read_bytes())

    def judge(self, asked: dict[str, str]) -> dict[str, Any]:
        """Whether it takes a presentation, and why not."""
        query = {"id": "one", "format": "dc+sd-jwt", "meta": {"vct_values": [asked["vct"]]}}
        try:
            verify_vp_token(
                {"one": [asked["presentation"]]},
                dcql_query={"credentials": [query]},
                nonce=asked["nonce"],
                client_id=asked["audience"],
                now=datetime.now(UTC),
                require_holder_binding=True,
                require_status=True,
                x5c_trust_anchors=[self._root],
                resolve_status_list_token=self._status,
            )
        except OpenvcError as error:
            return {"is_taken": False, "why": str(error)}
        return {"is_taken": True}

    def _status(self, uri: str) -> Any:
        from registry.proofs.wallets.tokens import header_of

        path = uri.removeprefix(f"https://{self._host}")
        token = requests.get(self._registry + path, headers={"Host": self._host}, timeout=30).text
        leaf = x509.load_der_x509_certificate(b64decode(header_of(token)["x5c"][0]))
        leaf.verify_directly_issued_by(self._root)
        key = leaf.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        public = ECKey.import_key(key).as_dict(private=False)
        return verify_status_list_token(token, public_key_jwk=public, expected_uri=uri)
