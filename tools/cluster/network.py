"""Networks of a cluster: each machine in a network namespace of its own, joined by a bridge, and links that can be cut.

The namespaces have no names: each is held by a process that dies with this one, so that nothing is left however a run ends.
"""

import ctypes
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

SUBNET = "10.77.0"
NOWHERE = "02:00:00:00:00:99"
"""An address of a network card that no machine has."""

INSIDE = "REGISTRY_CLUSTER_INSIDE"
"""Of this process's environment: it already runs in namespaces of its own."""

DATABASES = ("db1", "db2", "db3")
BALANCERS = ("balancer-1", "balancer-2")
MACHINES = ("a", "b", *DATABASES, "redis", "store", *BALANCERS)


class NoNamespaces(Exception):
    """The kernel or its rights refuse; the text says what."""


class Loopback:
    """All machines on the loopback, each at an address of its own there: nothing can be cut."""

    can_cut = False

    def __init__(self) -> None:
        # So that clusters of several runs have their usual ports beside one another.
        net = f"127.{random.randint(1, 254)}.{random.randint(0, 254)}"
        self._hosts = {machine: f"{net}.{number}" for number, machine in enumerate(("driver", *MACHINES), 1)}

    def host(self, machine: str) -> str:
        return self._hosts[machine]

    def namespace(self, machine: str) -> int | None:
        """The process whose network namespace a machine's processes enter."""
        return None

    def cut(self, ones: Sequence[str], others: Sequence[str]) -> None:
        raise NoNamespaces("all machines share one network here")

    def heal(self) -> None:
        pass

    def close(self) -> None:
        pass


class Network(Loopback):
    """A bridge in this process's own namespace and a namespace for each machine."""

    can_cut = True

    def __init__(self, machines: Sequence[str] = MACHINES) -> None:
        """Raises NoNamespaces."""
        self._hosts = {"driver": f"{SUBNET}.1"}
        self._hosts |= {machine: f"{SUBNET}.{number}" for number, machine in enumerate(machines, 2)}
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        self._cut: set[tuple[str, str]] = set()
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "br0", "type", "bridge")
        _ip("addr", "add", f"{self.host('driver')}/24", "dev", "br0")
        _ip("link", "set", "br0", "up")
        for number, machine in enumerate(machines, 2):
            holder = self._holders[machine] = subprocess.Popen(
                ["unshare", "--net", "sleep", "infinity"],
                preexec_fn=end_with_parent,
                stdin=subprocess.DEVNULL,
                # An interrupt at the terminal is for the drill alone.
                start_new_session=True,
            )
            _wait_for_namespace(holder.pid)
            _ip("link", "add", f"m{number}", "type", "veth", "peer", "name", "eth0", "netns", str(holder.pid))
            _ip("link", "set", f"m{number}", "master", "br0", "up")
            self._ip_of(machine, "link", "set", "lo", "up")
            self._ip_of(machine, "addr", "add", f"{self.host(machine)}/24", "dev", "eth0")
            self._ip_of(machine, "link", "set", "eth0", "up")

    def namespace(self, machine: str) -> int | None:
        return None if machine == "driver" else self._holders[machine].pid

    def cut(self, ones: Sequence[str], others: Sequence[str]) -> None:
        """Swallow every packet between each of `ones` and each of `others`, in silence: "driver" is who looks on."""
        for one in ones:
            for other in others:
                self._cut.add((one, other))
                for here, there in ((one, other), (other, one)):
                    # Sent to a card that does not exist: neither end is told.
                    to = (self.host(there), "lladdr", NOWHERE, "nud", "permanent")
                    self._ip_of(here, "neigh", "replace", *to, "dev", self._card(here))

    def heal(self) -> None:
        """All links as they were."""
        for one, other in self._cut:
            for here, there in ((one, other), (other, one)):
                self._ip_of(here, "neigh", "del", self.host(there), "dev", self._card(here))
        self._cut.clear()

    def close(self) -> None:
        for holder in self._holders.values():
            holder.kill()
            holder.wait()
        self._holders.clear()
        _ip("link", "del", "br0")

    @staticmethod
    def _card(machine: str) -> str:
        return "br0" if machine == "driver" else "eth0"

    def _ip_of(self, machine: str, *arguments: str) -> None:
        _ip(*arguments, inside=None if machine == "driver" else self._holders[machine].pid)


def enter_own_namespaces() -> str | None:
    """Run this program anew in a network and a mount namespace of its own; why not, where that is refused.

    Returns None in the run inside, and does not return in the one outside unless it is refused.
    """
    if INSIDE in os.environ:
        return None
    command, refused = unsharing()
    if refused is not None:
        return refused
    os.environ[INSIDE] = "1"
    os.execvp(command[0], [*command, sys.executable, "-m", "tools.cluster", *sys.argv[1:]])


def unsharing() -> tuple[list[str], str | None]:
    """What begins a command that shall run in namespaces of its own, and why that is refused here; None where it is not."""
    root = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    command = ["unshare", *root, "--net", "--mount"]
    try:
        tried = subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return command, "there is no unshare (util-linux) here"
    if tried.returncode:
        return command, tried.stderr.strip()[-200:] or "unshare was refused"
    return command, None


def enter(namespace: int) -> None:
    """Bring this process, which has one thread, into the network namespace of another. Before rights are given up."""
    descriptor = os.open(f"/proc/{namespace}/ns/net", os.O_RDONLY)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(descriptor, 0):
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(descriptor)


def end_with_parent() -> None:
    """Be killed when the process that started this one ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _wait_for_namespace(pid: int) -> None:
    own, end = os.readlink("/proc/self/ns/net"), time.monotonic() + 10
    while time.monotonic() < end:
        if os.readlink(f"/proc/{pid}/ns/net") != own:
            return
        time.sleep(0.01)
    raise NoNamespaces("a namespace for a machine was refused")


def _ip(*arguments: str, inside: int | None = None) -> None:
    prefix = ["nsenter", "-t", str(inside), "-n"] if inside else []
    done = subprocess.run([*prefix, "ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoNamespaces(f"ip {' '.join(arguments)}: {done.stderr.strip()[-200:]}")
