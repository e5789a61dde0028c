"""A real Prometheus (Debian's) that scrapes real processes of the registry by the shipped rules, made quick for a test."""

import re
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from tests.serving import free_port
from tools.cluster.parts import program

MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
RULES = MONITORING / "rules.yml"

SCRAPE_SECONDS = 4
RANGES = {"5m": "20s", "1h": "20s", "1d": "60s", "7d": "60s"}
"""What windows of minutes and days become."""

PATIENCE = 90.0


def names_of_alerts() -> list[str]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule]


def quickened(rules: str) -> str:
    """The rules with windows of seconds, and with no waiting before an alert: its conditions are the shipped ones."""
    text = re.sub(r"\[(\d+[mhd])\]", lambda found: f"[{RANGES[found[1]]}]", rules)
    text = re.sub(r"offset 1[hd]", "offset 20s", text)
    return re.sub(r"^(\s+for:) \w+$", r"\1 1s", text, flags=re.MULTILINE)


class RunningPrometheus:
    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self.seen: set[str] = set()
        """Names of alerts that fired at some time."""

    def is_up(self) -> bool:
        try:
            return requests.get(f"{self._url}/-/ready", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def value(self, expression: str) -> float | None:
        """The value of an expression that has one, or none."""
        found = requests.get(f"{self._url}/api/v1/query", params={"query": expression}, timeout=10).json()["data"][
            "result"
        ]
        return float(found[0]["value"][1]) if found else None

    def firing(self) -> set[str]:
        alerts = requests.get(f"{self._url}/api/v1/alerts", timeout=10).json()["data"]["alerts"]
        found = {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}
        self.seen |= found
        return found

    def wait_for(self, names: Collection[str]) -> None:
        """Look until each of these alerts has fired; an assertion names those that did not."""
        end = time.monotonic() + PATIENCE
        wanted = set(names)
        while wanted - self.seen:
            self.firing()
            assert time.monotonic() < end, f"never fired: {sorted(wanted - self.seen)}"
            time.sleep(0.5)


@contextmanager
def running_prometheus(folder: Path, rules: Path, targets: Mapping[str, int]) -> Iterator[RunningPrometheus]:
    """Prometheus in `folder` with the rules, quickened; `targets` are ports of this machine by the name of their instance."""
    (folder / "rules.yml").write_text(quickened(rules.read_text(encoding="utf-8")), encoding="utf-8")
    scraped = [{"targets": [f"127.0.0.1:{port}"], "labels": {"instance": name}} for name, port in targets.items()]
    seconds = f"{SCRAPE_SECONDS}s"
    configuration = {
        "global": {"scrape_interval": seconds, "scrape_timeout": seconds, "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "registry", "static_configs": scraped}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    port = free_port()
    command = [
        program("prometheus"), f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
    ]  # fmt: skip
    with (folder / "prometheus.log").open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    found = RunningPrometheus(port)
    try:
        end = time.monotonic() + PATIENCE
        while not found.is_up():
            assert process.poll() is None, (folder / "prometheus.log").read_text()
            assert time.monotonic() < end, "Prometheus did not start"
            time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait(30)
