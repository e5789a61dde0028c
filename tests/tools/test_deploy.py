"""What deploy/ offers is what the registry takes: settings, commands, and files that their own tools can read.

No container and no cluster is started here. The chart is rendered by a reading of the few template forms that it uses.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from registry.cli import COMMANDS
from registry.core.setting_texts import NAMES
from registry.core.settings import Settings
from tools.cluster.parts import program

DEPLOY = Path(__file__).parents[2] / "deploy"
CHART = DEPLOY / "helm" / "registry"
RELEASE = "one"
KUBERNETES = "1.37"
STANDARD_LABELS = {f"app.kubernetes.io/{name}" for name in ("name", "instance", "component", "version", "managed-by")}


def values() -> dict[str, Any]:
    """The chart's values, with the one that must be filled in to install it."""
    shipped = dict(yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8")))
    return shipped | {"image": shipped["image"] | {"digest": f"sha256:{'0' * 64}"}}


def chart() -> dict[str, Any]:
    return dict(yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8")))


def test_every_setting_in_deploy_is_one_of_the_registrys() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            named = set(re.findall(r"\bREGISTRY_[A-Z0-9_]+\b", path.read_text(encoding="utf-8")))
            assert named <= set(NAMES), path


def test_the_charts_values_follow_its_schema_and_a_wrong_one_does_not() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(values(), schema)
    by_tag = [{"image": {"repository": "registry", "digest": digest}} for digest in ("", "latest", "sha256:0")]
    for wrong in ({"url": "http://registry.example.org"}, {"requires": "luck"}, {"unknown": 1}, *by_tag):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(values() | wrong, schema)


@pytest.mark.parametrize("template", sorted(path.name for path in (CHART / "templates").iterdir()))
def test_each_template_gives_objects_of_kubernetes(template: str) -> None:
    text = rendered((CHART / "templates" / template).read_text(encoding="utf-8"))
    assert "{{" not in text
    objects = [one for one in yaml.safe_load_all(text) if one]
    assert objects
    for one in objects:
        assert {"apiVersion", "kind", "metadata"} <= set(one)
        assert one["metadata"]["name"].startswith(RELEASE)
        assert set(one["metadata"]["labels"]) >= STANDARD_LABELS
        # By Kubernetes' own schema, of which no field may be unknown.
        kubernetes_validate.validate(one, KUBERNETES, strict=True)
        pod = one.get("spec", {}).get("template", {}).get("spec")
        if pod is None:
            continue
        assert set(one["spec"]["template"]["metadata"]["labels"]) >= STANDARD_LABELS
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        mounts = {volume["name"] for volume in pod["volumes"]}
        for container in (*pod["initContainers"], *pod["containers"]):
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert "@sha256:" in container["image"]
            if container.get("args", [""])[0] in ("serve", "stream"):
                assert {"readinessProbe", "livenessProbe"} <= set(container)
            assert {mount["name"] for mount in container["volumeMounts"]} <= mounts
            assert container.get("args", ["serve"])[0] in COMMANDS


def test_one_pod_of_the_chart_has_the_sandbox_and_the_others_hand_on_to_it() -> None:
    given = yaml.safe_load(rendered((CHART / "templates" / "settings.yaml").read_text(encoding="utf-8")))["data"]
    objects = list(yaml.safe_load_all(rendered((CHART / "templates" / "workloads.yaml").read_text(encoding="utf-8"))))
    own = {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]["containers"][0]
        for one in objects
        if one["kind"] == "Deployment"
        for setting in one["spec"]["template"]["spec"]["containers"][0]["env"]
        if setting["name"] == "REGISTRY_SANDBOX"
    }
    assert given["REGISTRY_SANDBOX"] == f"http://{next(iter(own))}"
    assert [one["args"] for one in own.values()] == [["serve", "--with-worker"]]


def test_the_chart_names_the_version_that_it_runs() -> None:
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert chart()["appVersion"] == project["version"]


@pytest.mark.parametrize("unit", sorted(path.name for path in (DEPLOY / "systemd").glob("*.service")))
def test_a_unit_is_hardened_and_may_still_confine_its_processes(unit: str) -> None:
    path = DEPLOY / "systemd" / unit
    rating = [program("systemd-analyze"), "security", "--offline=true", "--threshold=40", path]
    rated = subprocess.run(rating, capture_output=True, text=True, timeout=60, check=False)
    assert rated.returncode == 0, rated.stdout + rated.stderr
    text = path.read_text(encoding="utf-8")
    assert "LimitNOFILE=65536" in text
    if "User=registry" in text:
        # What registry/core/confinement.py asks of the kernel.
        assert "RestrictNamespaces=user net ipc uts\n" in text
        assert "SystemCallFilter=@system-service @sandbox\n" in text


def test_the_charts_settings_are_taken() -> None:
    text = rendered((CHART / "templates" / "settings.yaml").read_text(encoding="utf-8"))
    given = yaml.safe_load(text)["data"]
    settings = Settings.from_environment(given | {"REGISTRY_S3_KEY": "a", "REGISTRY_S3_SECRET": "b"})
    assert settings.is_https


def test_the_compose_file_names_its_own_services_and_commands() -> None:
    read = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8"))
    services = read["services"]
    containerfile = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^FROM .* AS (\w+)$", containerfile, re.MULTILINE))
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        if "build" in service:
            assert service["build"]["target"] in targets
        if service.get("image") == "registry" and "command" in service:
            assert service["command"][0] in COMMANDS
        if "environment" in service and "REGISTRY_URL" in service["environment"]:
            Settings.from_environment(service["environment"])
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            assert source in read["volumes"] or (DEPLOY / "container" / source).exists(), mount


def test_every_image_is_named_by_its_digest(tmp_path: Path) -> None:
    text = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    stages = re.findall(r"^FROM (\S+) AS (\w+)$", text, re.MULTILINE)
    assert {base for base, _ in stages} - {name for _, name in stages} == {"${BASE_IMAGE}"}
    # No base is named here, so that without a digest nothing is built; the first stage looks at the one that is given.
    assert re.findall(r"^ARG BASE_IMAGE.*$", text, re.MULTILINE) == ["ARG BASE_IMAGE", "ARG BASE_IMAGE"]
    # What cannot be put in place by its hash ends the build: compiling alone, in braces, may fail.
    joined = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    (build,) = re.findall(r"^RUN (tools/environment .*)$", joined, re.MULTILINE)
    assert "compileall" in build
    assert "||" not in re.sub(r"\{[^}]*\}", "", build)
    (check,) = re.findall(r"^RUN (case .*)$", text, re.MULTILINE)
    for base, code in (
        ("debian:trixie-slim", 1),
        ("", 1),
        (f"debian@sha256:{'0' * 64}", 0),
        ("localhost/debian:own", 0),
    ):
        done = subprocess.run(
            ["sh", "-c", check], env={"BASE_IMAGE": base}, capture_output=True, timeout=30, check=False
        )
        assert done.returncode == code, base
    composed = (DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8")
    others = {one for one in re.findall(r'image: ("[^"]+"|\S+)', composed) if one != "registry"}
    wanted = set(re.findall(r"\$\{(\w+):\?", composed))
    assert others == {f'"${{{name}:?run deploy/container/digests first}}"' for name in wanted - {"BASE_IMAGE"}}
    # What asks for the digests asks for all of them, and writes them for the composition to read.
    folder = tmp_path / "container"
    shutil.copytree(DEPLOY / "container", folder)
    skopeo = tmp_path / "skopeo"
    skopeo.write_text('#!/bin/sh\necho "$3"\n', encoding="utf-8")
    skopeo.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run([folder / "digests"], env={"PATH": path}, capture_output=True, timeout=30, check=True)
    lines = dict(line.split("=") for line in (folder / ".env").read_text(encoding="utf-8").splitlines())
    assert set(lines) == wanted
    for image in lines.values():
        name, digest = image.split("@sha256:")
        assert digest == hashlib.sha256(f"docker://{name}\n".encode()).hexdigest()


def test_images_say_what_they_are_and_of_which_version() -> None:
    script = (DEPLOY / "container" / "images").read_text(encoding="utf-8")
    (stated,) = re.findall(r"^for label in (.*); do$", script.replace("\\\n", " "), re.MULTILINE)
    named = dict(part.split("=", 1) for part in shlex.split(stated))
    assert set(named) >= {"title", "version", "revision", "source", "licenses", "created"}
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert named["licenses"] == project["license"]
    # OCI's format has no place for the health check.
    assert "--format docker" in script
    assert "\nHEALTHCHECK " in (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    # What tells of the release and the commit is read when it is built.
    assert all(named[name].startswith("$") for name in ("version", "revision", "source", "created"))


def test_images_are_not_built_on_a_tag() -> None:
    script = DEPLOY / "container" / "images"
    assert set(re.findall(r"--target (\w+)", script.read_text(encoding="utf-8"))) == {"whole", "serving"}
    for arguments, base, message in (
        (["--other"], "", "usage: deploy/container/images [--own-base] [--twice]\n"),
        (
            [],
            "debian:trixie",
            "BASE_IMAGE must name a digest: run deploy/container/digests, or build with --own-base\n",
        ),
    ):
        env = {"PATH": os.environ["PATH"], "BASE_IMAGE": base}
        refused = subprocess.run([script, *arguments], env=env, capture_output=True, text=True, timeout=30, check=False)
        assert (refused.returncode, refused.stderr) == (2, message)


def test_nginx_takes_the_composed_configuration(tmp_path: Path) -> None:
    text = (DEPLOY / "container" / "nginx.conf").read_text(encoding="utf-8")
    # Names of services are known inside the composition alone.
    text = re.sub(r"(?<=server )lookups-[12]|(?<=http://)(?:stream|intake|console)(?=:)", "127.0.0.1", text)
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\n{text}", encoding="utf-8")
    done = subprocess.run(
        [program("nginx"), "-t", "-e", str(tmp_path / "log"), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_attachments_of_the_composition_lie_in_a_volume_that_stays() -> None:
    read = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8"))
    serving = [one for one in read["services"].values() if one.get("image") == "registry"]
    assert len(serving) > 5
    for service in serving:
        home = next(mount for mount in service["volumes"] if mount.partition(":")[0] in read["volumes"])
        settings = Settings.from_environment({**service["environment"], "REGISTRY_HOME": home.partition(":")[2]})
        assert isinstance(settings.files, Path)
        assert settings.files.is_relative_to(settings.home)


def test_each_timer_of_the_database_starts_a_unit_that_is_there() -> None:
    folder = DEPLOY / "database" / "systemd"
    for path in folder.glob("*.timer"):
        timer = dict(re.findall(r"^(\w+)=(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
        assert timer["OnCalendar"].endswith("UTC")
        assert timer["Persistent"] == "true"
        unit = re.sub(r"@\w+\.", "@.", timer.get("Unit", f"{path.stem}.service"))
        assert "Type=oneshot" in (folder / unit).read_text(encoding="utf-8")
    (stanza,) = re.findall(r"^\[(?!global)(\w+)\]", (DEPLOY / "database" / "pgbackrest.conf").read_text(), re.MULTILINE)
    assert f"--stanza={stanza} " in (folder / "pgbackrest@.service").read_text(encoding="utf-8")


def rendered(text: str) -> str:
    """A template with the chart's own values. Forms: values, `quote`, `toJson`, `trimPrefix`, one `range`, `if eq`."""
    loop = re.search(r"\{\{- range \$name, \$one := \.Values\.workloads \}\}\n(.*)\{\{- end \}\}\n", text, re.DOTALL)
    if loop is None:
        return filled(text, {})
    parts = []
    for name, one in values()["workloads"].items():
        known = {"$one.command": one["command"], "$name": name}
        body = re.sub(
            r"\{\{- if eq (\S+) \"(\w+)\" \}\}\n(.*?)\{\{- end \}\}\n",
            lambda found, known=known: found[3] if known[found[1]] == found[2] else "",
            loop[1],
            flags=re.DOTALL,
        )
        parts.append(filled(body, {"$name": name, "$one": one}))
    return "".join(parts)


def filled(text: str, names: dict[str, Any]) -> str:
    known = {
        **names,
        ".Values": values(),
        "$.Values": values(),
        ".Release": {"Name": RELEASE, "Service": "Helm"},
        "$.Release": {"Name": RELEASE, "Service": "Helm"},
        ".Chart": {"AppVersion": chart()["appVersion"]},
        "$.Chart": {"AppVersion": chart()["appVersion"]},
    }

    def fill(found: re.Match[str]) -> str:
        path, *functions = (part.strip() for part in found[1].split("|"))
        root = next(
            name for name in sorted(known, key=len, reverse=True) if path == name or path.startswith(f"{name}.")
        )
        value = known[root]
        for part in path.removeprefix(root).strip(".").split("."):
            value = value[part] if part else value
        for function in functions:
            if function == "quote":
                value = json.dumps(str(value))
            elif function == "toJson":
                value = json.dumps(value)
            else:
                prefix = re.fullmatch(r'trimPrefix "(.*)"', function)
                assert prefix is not None, function
                value = str(value).removeprefix(prefix[1])
        return str(value)

    return re.sub(r"\{\{ (.*?) \}\}", fill, text)
