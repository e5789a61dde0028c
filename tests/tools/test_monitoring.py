"""Rules of Prometheus and the dashboard in deploy/monitoring: each metric exists, each alert comes and is explained."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from registry.core.files import BACKED_UP
from registry.core.settings import Settings
from tests.tools.prometheus import MONITORING, RULES, names_of_alerts

ROOT = Path(__file__).parents[2]

VERIFY = 'route="/api/v1/verify"'
FILING = 'route="/api/v1/complaints", method="POST", status="503", instance="a"'

HEALTHY = {
    f'registry_request_seconds_bucket{{{VERIFY}, le="0.5"}}': "0+100x90",
    f"registry_request_seconds_count{{{VERIFY}}}": "0+100x90",
    f'registry_requests_total{{{VERIFY}, method="GET", status="200"}}': "0+100x90",
    f'registry_requests_total{{{VERIFY}, method="GET", status="503"}}': "0x90",
    f"registry_requests_total{{{FILING}}}": "_x60 1x30",
    'registry_shed_total{reason="no_thread"}': "0+0x90",
    'up{job="registry", instance="a"}': "1x90",
    "registry_log_entries": "10x90",
    "registry_log_signed": "10x90",
    "registry_database_up": "1x90",
    "registry_replica_read": "1x90",
    'registry_lane_oldest_seconds{lane="lookups"}': "0x90",
    'registry_lane_held{lane="lookups"}': "0x90",
    "registry_database_connections_in_use": "2x90",
    "registry_database_connections_limit": "18x90",
    "registry_database_wait_seconds_count": "0x90",
    "registry_descriptors_used": "30x90",
    "registry_descriptors_limit": "65536x90",
    "registry_disk_free_bytes": "50x90",
    "registry_disk_bytes": "100x90",
    "registry_clock_wrong": "0x90",
    "registry_clock_offset_seconds": "0.1x90",
    "registry_worker_beat_seconds": "5x90",
    "registry_worker_beat_ahead_seconds": "0x90",
    "registry_worker_clock_offset_seconds": "0x90",
    "registry_log_refused": "0x90",
    "registry_log_quorum_met": "1x90",
    "registry_tasks_failing": "0x90",
    "registry_tasks_late": "0x90",
    "registry_outbox_waiting": "3x90",
    "registry_purging_stopped": "0x90",
    "registry_cases_purged_total": "0+1x30 30x60",
    "registry_purge_days_behind": "0x90",
    "registry_backup_age_seconds": "3600x90",
    "registry_law_rows_losing_vote": "0x90",
}
TROUBLE = {
    "RegistryVerifySlow": {f'registry_request_seconds_bucket{{{VERIFY}, le="0.5"}}': "0+95x90"},
    "RegistryFilingFails": {f"registry_requests_total{{{FILING}}}": "_x60 5x30"},
    "RegistryNotSigned": {"registry_log_entries": "11x90"},
    "RegistryDatabaseAway": {"registry_database_up": "0x90"},
    "RegistryDown": {'up{job="registry", instance="a"}': "0x90"},
    "RegistryStandbyNotRead": {"registry_replica_read": "0x90"},
    "RegistryShedsLoad": {'registry_shed_total{reason="room"}': "0+120x90"},
    "RegistryQueueOld": {'registry_lane_oldest_seconds{lane="lookups"}': "3x90"},
    "RegistryThreadsHeld": {'registry_lane_held{lane="lookups"}': "1x90"},
    "RegistryConnectionsUsedUp": {"registry_database_connections_in_use": "17x90"},
    "RegistryConnectionsWaitedFor": {"registry_database_wait_seconds_count": "0+1x90"},
    "RegistryDescriptorsUsedUp": {"registry_descriptors_used": "60000x90"},
    "RegistryDiskFull": {"registry_disk_free_bytes": "5x90"},
    "RegistryClockWrong": {"registry_clock_wrong": "1x90"},
    "RegistryClockDrifts": {"registry_clock_offset_seconds": "-3x90"},
    "RegistryNoWorker": {"registry_worker_beat_seconds": "600x90"},
    "RegistryWorkerClockWrong": {"registry_worker_clock_offset_seconds": "-40x90"},
    "RegistrySigningRefused": {"registry_log_refused": "1x90"},
    "RegistryWitnessesAway": {"registry_log_quorum_met": "0x90"},
    "RegistryTaskFails": {"registry_tasks_failing": "1x90"},
    "RegistryOutboxGrows": {"registry_outbox_waiting": "2000x90"},
    "RegistryPurgingStopped": {"registry_purging_stopped": "1x90"},
    "RegistryPurgesMany": {"registry_cases_purged_total": "0+10x90"},
    "RegistryBackupOld": {"registry_backup_age_seconds": "100000x90"},
    "RegistryLawLosesVote": {"registry_law_rows_losing_vote": "2x90"},
}
FAST_FAILURES = {f'registry_requests_total{{{VERIFY}, method="GET", status="503"}}': "0+5x90"}
"""Answers within 500 ms that are none."""


FULL_INTAKE = {'registry_shed_total{reason="no_thread", to="intake", instance="a"}': "_x60 5x30"}
"""People who file and find no thread: a few, so that it is no flood."""


def test_each_alert_comes_in_its_trouble_and_none_when_all_is_well(tmp_path: Path) -> None:
    program = shutil.which("promtool")
    assert program is not None, "promtool is needed: run `make setup-system`"
    all_trouble = {name: values for changed in TROUBLE.values() for name, values in changed.items()}
    each = [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in TROUBLE]
    verify_alone = {"labels": '{alertname="RegistryVerifySlow"}', "value": 1}
    filing_alone = {"labels": '{alertname="RegistryFilingFails"}', "value": 1}
    cases = [
        case({}, "ALERTS{alertstate='firing'}", []),
        case(FULL_INTAKE, "count by (alertname) (ALERTS{alertstate='firing'})", [filing_alone]),
        case(FAST_FAILURES, "count by (alertname) (ALERTS{alertstate='firing'})", [verify_alone]),
        case(all_trouble, "count by (alertname) (ALERTS{alertstate='firing'})", each),
    ]
    path = tmp_path / "tests.yml"
    path.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": cases}))
    done = subprocess.run([program, "test", "rules", path], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def case(changed: dict[str, str], expression: str, expected: list[dict[str, object]]) -> dict[str, object]:
    series = [{"series": name, "values": values} for name, values in (HEALTHY | changed).items()]
    asked = {"expr": expression, "eval_time": "80m", "exp_samples": expected}
    return {"interval": "1m", "input_series": series, "promql_expr_test": [asked]}


def test_each_alert_is_tried_and_explained() -> None:
    page = (ROOT / "docs" / "operators" / "alerts.md").read_text(encoding="utf-8")
    assert sorted(names_of_alerts()) == sorted(TROUBLE)
    assert re.findall(r"^## (Registry\w+)$", page, re.MULTILINE) == names_of_alerts()


@pytest.mark.own_app
def test_each_metric_of_rules_and_dashboard_is_one_of_ours(
    settings: Settings, make_app: Callable[[Settings], Flask]
) -> None:
    app = make_app(replace(settings, has_metrics=True))
    (settings.home / BACKED_UP).touch()
    page = app.test_client().get("/metrics").text
    stated = {re.sub("_(total|created)$", "", name) for name in re.findall(r"^# TYPE (\w+)", page, re.MULTILINE)}
    for path in (RULES, MONITORING / "dashboard.json"):
        asked = set(re.findall(r"\bregistry_\w+", path.read_text(encoding="utf-8")))
        wanted = {re.sub("_(total|bucket|count|sum)$", "", name) for name in asked}
        # Lanes stand in the environment of a gateway, and a standby's gauge where one is named.
        lanes = {name for name in wanted if name.startswith("registry_lane_")}
        assert wanted - lanes - {"registry_replica_read"} <= stated, path.name
