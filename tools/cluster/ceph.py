"""A Ceph with its S3 gateway as the store of a cluster: one monitor, one manager, one OSD on a file, and radosgw.

One of each is enough to be killed and to come back; a country's has three and more.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

from tools.cluster.parts import Part, is_open, program, wait_until

MONITOR_PORT = 6789
KEY, SECRET = "name", "secret"

CONFIGURATION = """\
[global]
fsid = {fsid}
mon host = v1:{host}:{monitor_port}/0
ms bind msgr2 = false
public addr = {host}
cluster addr = {host}
auth cluster required = none
auth service required = none
auth client required = none
keyring = /dev/null
run dir = {folder}
admin socket = {folder}/$name.asok
log file = {folder}/$name.log
mon data = {folder}/mon-$id
osd data = {folder}/osd-$id
mgr data = {folder}/mgr-$id
rgw data = {folder}/rgw
rgw frontends = beast ssl_endpoint={host}:{port} ssl_certificate={certificate} ssl_private_key={key}
mon allow pool size one = true
mon max pg per osd = 500
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd memory target = 939524096
bluestore block size = 4294967296
osd class dir = {libraries}/rados-classes
erasure code dir = {libraries}/ceph/erasure-code
plugin dir = {libraries}/ceph
"""
"""One machine whose gateway alone has a certificate, and an OSD whose file grows as it is filled.

Debian's OSD looks for its classes elsewhere.
"""


class Ceph:
    """Its parts by name: the gateway is the store that the registry asks."""

    def __init__(
        self, folder: Path, host: str, port: int, namespace: int | None, certificate_and_key: tuple[str, str]
    ) -> None:
        self._folder, self._host, self._port, self._namespace = folder / "ceph", host, port, namespace
        self._certificate, self._key = certificate_and_key
        self._file = self._folder / "ceph.conf"

    def start(self, add: Callable[[Part], object]) -> None:
        """Make an empty one and start it; each part is given to `add`."""
        self._folder.mkdir()
        for name in ("mon-a", "mgr-x", "osd-0", "rgw"):
            (self._folder / name).mkdir()
        fsid, disk = str(uuid4()), str(uuid4())
        libraries = next((path.parent for path in Path("/usr/lib").glob("*/rados-classes")), Path("/usr/lib"))
        given = {
            "fsid": fsid,
            "host": self._host,
            "port": self._port,
            "certificate": self._certificate,
            "key": self._key,
            "monitor_port": MONITOR_PORT,
            "libraries": libraries,
        }
        self._file.write_text(CONFIGURATION.format(folder=self._folder, **given), encoding="ascii")
        for part in self._parts(fsid, disk):
            add(part)
            part.start()
        wait_until(lambda: is_open(self._port, self._host), "radosgw")
        user = (
            "user",
            "create",
            "--uid=registry",
            "--display-name=registry",
            f"--access-key={KEY}",
            f"--secret={SECRET}",
        )
        self._run("radosgw-admin", *user)

    def _parts(self, fsid: str, disk: str) -> Iterator[Part]:
        """Each once what it needs is there."""
        map_file = str(self._folder / "monmap")
        address = f"[v1:{self._host}:{MONITOR_PORT}/0]"
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, map_file)
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", map_file)
        yield self._part("store-monitor", "ceph-mon", "-i", "a")
        wait_until(lambda: self._run("ceph", "--connect-timeout", "3", "-s"), "Ceph's monitor")
        yield self._part("store-manager", "ceph-mgr", "-i", "x")
        self._run("ceph", "osd", "new", disk, "0")
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk)
        yield self._part("store-disk", "ceph-osd", "-i", "0")
        wait_until(lambda: "1 up" in self._run("ceph", "osd", "stat"), "Ceph's OSD")
        yield self._part("store", "radosgw", "-n", "client.rgw.a")

    def _part(self, name: str, command: str, *arguments: str) -> Part:
        line = [program(command), "-c", str(self._file), *arguments, "-f"]
        return Part(name, line, self._folder.parent, namespace=self._namespace)

    def _run(self, command: str, *arguments: str) -> str:
        """A command of Ceph, over; gives what it printed."""
        file = () if command == "monmaptool" else ("-c", str(self._file))
        done = subprocess.run(
            [program(command), *file, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{command} {arguments[0]}: {done.stderr.strip()[-300:]}")
        return done.stdout


def version() -> str:
    """For the table: "18.2.7"."""
    said = subprocess.run([program("radosgw"), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"version (\S+)", said)
    return found[1].partition("-")[0] if found else said.strip()
