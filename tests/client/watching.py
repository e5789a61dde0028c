"""Runs of the monitor in this process, and what they found."""

import hashlib
import time
from pathlib import Path
from typing import Any

from registry_client.monitor import MonitorOptions, MonitorReport, run
from registry_client.network import fetcher
from registry_client.store import Store

from tests.client.registrar import AGENCY, Registrar, b64url
from tests.client.site import Site

PUBLIC = bytes(range(32))
KID = hashlib.sha256(b"registry key id v1" + PUBLIC).hexdigest()[:16]


def key_event(registrar: Registrar, state: str = "active", **changes: str) -> int:
    """An entry of the unit's key KID. Gives its index."""
    record = {
        "alg": "X25519",
        "holder": "it-labour",
        "kid": KID,
        "public": b64url(PUBLIC),
        "state": state,
        "use": "unit",
    }
    kind = "unit.key_added" if state == "active" else "unit.key_retired"
    return registrar.append(f"unit-key/{KID}", kind, record | changes)


def watch(site: Site, state: Path, at: float | None = None, patience: float = 30, **options: Any) -> MonitorReport:
    form = MonitorOptions(int(at or time.time()), **({"settling": 0} | options))
    with Store.open(state) as store:
        return run(fetcher(site.url, timeout=patience, deadline=patience), store, None, form, lambda text: None)


def codes(report: MonitorReport) -> set[str]:
    return {finding.code for _, verdict in report.verdicts for finding in verdict}


def bad(report: MonitorReport) -> set[str]:
    return {finding.code for _, verdict in report.verdicts for finding in verdict if finding.state == "bad"}


def revoke(site: Site) -> int:
    periods = (("active", "2024-01-01"), ("revoked", "2025-01-01"))
    return site.registrar.state(*periods, kind="licence.revoked", valid_to="2099-12-31")


def fill(site: Site, count: int) -> None:
    for _ in range(count):
        site.registrar.append(f"agency/{AGENCY}", "agency.amended", site.registrar.agency())
