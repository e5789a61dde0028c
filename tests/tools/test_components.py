"""The list of components: extras, hashes of every file, and the packages of the system."""

import tomllib

from tools import components, dependencies


def test_each_component_has_the_hashes_that_the_lock_has() -> None:
    lock = components.LOCK.read_text(encoding="utf-8")
    versions = {one["name"]: one.get("version") for one in tomllib.loads(lock)["package"]}
    seen = [
        {
            "name": "Flask",
            "version": versions["flask"],
            "externalReferences": [{"url": "file:///tmp/here", "type": "vcs"}],
        },
        {"name": "typing_extensions", "version": versions["typing-extensions"]},
        {"name": "flask", "version": "0.1"},
    ]
    found = components.complete({"components": seen}, lock, "")["components"]
    for component in found[:2]:
        assert {one["type"] for one in component["externalReferences"]} == {"distribution"}
        for one in component["externalReferences"]:
            assert one["url"].startswith("https://")
            assert len(one["hashes"][0]["content"]) == 64
    # Of another version nothing is said.
    assert found[2]["externalReferences"] == []


def test_every_package_a_server_may_run_with_has_hashes() -> None:
    files = components.files_of(components.LOCK.read_text(encoding="utf-8"))
    with_files = {name for (name, _), references in files.items() if references}
    assert set(dependencies.served()) <= with_files
    # What only extras bring is among them.
    assert {"mcp", "python-pkcs11", "pyhanko", "duckdb"} <= set(dependencies.served())


def test_the_systems_packages_are_those_that_the_images_install() -> None:
    names = components.system_packages(components.CONTAINERFILE.read_text(encoding="utf-8"))
    assert {"ffmpeg", "libpango-1.0-0", "python3"} <= set(names)
    assert not {"python3-venv", "pgbouncer"} & set(names)
    added = components.complete(
        {"components": []}, "package = []", components.CONTAINERFILE.read_text(encoding="utf-8")
    )
    assert [one["purl"] for one in added["components"]] == [f"pkg:deb/debian/{name}" for name in names]
