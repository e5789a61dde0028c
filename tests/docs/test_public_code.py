"""The papers that a public body looks for before it adopts software: they are there, and they agree with one another."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry.vocabulary.register import Language
from tools import release

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    return described


def test_publiccode_yml_has_what_the_standard_asks_for(described: dict[str, Any]) -> None:
    # https://yml.publiccode.tools/schema.core.html: the keys whose presence is mandatory.
    top = {"publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType"}
    assert top | {"description", "legal", "maintenance", "localisation"} <= set(described)
    assert described["maintenance"]["type"] == "community"
    assert described["maintenance"]["contacts"]
    english = described["description"]["en"]
    assert len(english["shortDescription"]) <= 150
    assert 150 <= len(english["longDescription"]) <= 10_000
    assert english["features"]


CATEGORIES = frozenset(
    """
    accounting agile-project-management applicant-tracking application-development appointment-scheduling backup
    billing-and-invoicing blog budgeting business-intelligence business-process-management cad call-center-management
    cloud-management collaboration communications compliance-management contact-management content-management crm
    customer-service-and-support data-analytics data-collection data-visualization digital-asset-management
    digital-citizenship document-management donor-management e-commerce e-signature educational-content email-management
    email-marketing employee-management enterprise-project-management enterprise-social-networking erp event-management
    facility-management feedback-and-reviews-management financial-reporting fleet-management fundraising gamification
    geographic-information-systems grant-management graphic-design help-desk hr ide identity-management instant-messaging
    inventory-management it-asset-management it-development it-management it-security it-service-management
    knowledge-management learning-management-system marketing mind-mapping mobile-marketing mobile-payment
    network-management office online-booking online-community payment-gateway payroll predictive-analysis procurement
    productivity-suite project-collaboration project-management property-management real-estate-management
    regulations-and-directives remote-support resource-management sales-management seo service-desk
    social-media-management survey talent-management task-management taxes-management test-management time-management
    time-tracking translation video-conferencing video-editing visitor-management voip warehouse-management
    web-collaboration web-conferencing website-builder whistleblowing workflow-management
    """.split()
)
SCOPES = frozenset(
    """
    agriculture culture defence education emergency-services employment energy environment
    finance-and-economic-development foreign-affairs government healthcare infrastructures justice local-authorities
    manufacturing research science-and-technology security society sport tourism transportation welfare
    """.split()
)


def test_publiccode_yml_says_what_the_lists_of_the_standard_have(described: dict[str, Any]) -> None:
    # https://yml.publiccode.tools/categories-list.html and scope-list.html; the rest as publiccode-parser asks for it.
    assert set(described["categories"]) <= CATEGORIES
    assert set(described["intendedAudience"]["scope"]) <= SCOPES
    assert described["publiccodeYmlVersion"] in ("0.4", "0.4.0", "0.5", "0.5.0")
    assert described["developmentStatus"] in ("concept", "development", "beta", "stable", "obsolete")
    assert described["softwareType"] == "standalone/web"
    assert date.fromisoformat(described["releaseDate"])


def test_publiccode_yml_names_the_languages_that_are_served(described: dict[str, Any]) -> None:
    assert set(described["localisation"]["availableLanguages"]) == {language.value for language in Language}


def test_version_and_licence_are_the_same_everywhere(described: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    client = tomllib.loads((ROOT / "client" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(release.versions(ROOT).values()) == {project["version"]}
    assert described["legal"]["license"] == project["license"] == client["license"] == "EUPL-1.2"
    assert f"## {project['version']} - {described['releaseDate']}" in (ROOT / "CHANGELOG.md").read_text(
        encoding="utf-8"
    )
    texts = {path.read_bytes() for path in (ROOT / "LICENSE", ROOT / "client/LICENSE", ROOT / "LICENSES/EUPL-1.2.txt")}
    assert len(texts) == 1


def test_each_norm_is_held_by_what_is_there() -> None:
    text = (ROOT / "docs" / "maintainers" / "public-code.md").read_text(encoding="utf-8")
    part = text.partition("## Norms, and what holds each")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [^|]+ \| (met|public place) \| ([^|]+) \|$", part, re.MULTILINE)
    assert [state for state, _ in rows].count("public place") == 2
    assert len(rows) == 14
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for _, proof in rows:
        for named in re.findall(r"`(?:make ([a-z-]+)|(tests/[\w/.]+))`", proof):
            assert named[0] in targets or (ROOT / named[1]).is_file(), named
    for paper in ("CONTRIBUTING", "GOVERNANCE", "CODE_OF_CONDUCT", "CHANGELOG", "SECURITY"):
        assert (ROOT / f"{paper}.md").stat().st_size > 1000, paper


def test_every_file_has_a_licence_whose_text_is_here() -> None:
    annotations = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    assert annotations[0]["path"] == "**"
    named = {annotation["SPDX-License-Identifier"] for annotation in annotations}
    assert {path.stem for path in (ROOT / "LICENSES").iterdir()} == named
