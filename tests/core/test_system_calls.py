"""What a confined process may not ask of the kernel, whatever its files and network allow."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.core import confinement
from registry.core.confinement import LATER, OF_ANOTHER, REFUSED, load_library, number_of

CONFINED = """
import ctypes, errno, fcntl, json, os, resource, signal, socket, sys
from registry.core.confinement import Limits, confine
confine(Limits(memory=300 << 20, seconds=5, wall=60, written=1 << 20))
"""

ACTS = {
    "connect to a socket of this machine": "socket.socket(socket.AF_UNIX).connect(sys.argv[1])",
    "make a pair of sockets": "socket.socketpair()",
    "make a socket of netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "open a file to all": "os.chmod(sys.argv[2], 0o666)",
    "open to all a file that it was given": "os.fchmod(0, 0o666)",
    "change the owner of a file": "os.chown(sys.argv[2], -1, os.getgid())",
    "change the times of a file": "os.utime(sys.argv[2])",
    "write attributes of a file": "os.setxattr(sys.argv[2], 'user.x', b'x')",
    "limit its parent": "resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0))",
    "slow down its parent": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 1)",
    "slow down all of its user": "os.setpriority(os.PRIO_USER, 0, os.getpriority(os.PRIO_USER, 0))",
    "have its parent signalled": "fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid())",
    "bind its parent to a processor": "os.sched_setaffinity(os.getppid(), os.sched_getaffinity(0))",
    "signal its parent": "os.kill(os.getppid(), 0)",
    "hold on to its parent": "os.pidfd_open(os.getppid())",
}


def run(code: str, *arguments: str, given: int | None = None) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        stdin=given,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={"PATH": os.defpath},
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A socket that is listened to, and a file of ours."""
    file = tmp_path / "key"
    file.write_text("secret")
    file.chmod(0o600)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        server.listen()
        yield str(tmp_path / "socket"), str(file)


TRY = """
for name, act in json.loads(sys.argv[3]).items():
    try:
        exec(act)
    except OSError as error:
        print(errno.errorcode[error.errno], name)
    else:
        print("done", name)
"""


def test_nothing_of_this_machine_is_reached_or_changed_from_there(places: tuple[str, str]) -> None:
    file = Path(places[1])
    before = file.stat()
    with file.open("rb") as given:
        output = run(CONFINED + TRY, *places, json.dumps(ACTS), given=given.fileno())
    assert output.splitlines() == [f"EPERM {name}" for name in ACTS]
    after = file.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


def test_each_call_is_refused_by_name() -> None:
    library = load_library()
    numbers = {name: number_of(library, name) for name in sorted(REFUSED)}
    if os.uname().machine == "x86_64":
        assert {name for name, number in numbers.items() if number < 0} == set()
        assert {name for name, _, _ in OF_ANOTHER if number_of(library, name) < 0} == set()
    code = f"""
libc = ctypes.CDLL(None, use_errno=True)
numbers = {numbers}
for name, number in numbers.items():
    if number >= 0 and (libc.syscall(number, -1, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM):
        print(name)
for flag in (0x10000000, 0x20000000, 0x40000000, 0x00020000):
    if libc.syscall({number_of(library, "clone")}, flag, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM:
        print("clone", hex(flag))
print("end")
"""
    assert run(CONFINED + code) == "end\n"


def test_what_readers_need_still_works_there() -> None:
    code = """
import subprocess, threading
thread = threading.Thread(target=print, args=("thread",), kwargs={"flush": True})
thread.start()
thread.join()
print(resource.getrlimit(resource.RLIMIT_CORE), os.nice(0) >= 10, flush=True)
subprocess.run(["/bin/echo", "child"], check=True)
os.execv("/bin/echo", ["echo", "another program"])
"""
    assert run(CONFINED + code).splitlines() == ["thread", "(0, 0) True", "child", "another program"]


def test_numbers_of_later_calls_are_those_that_the_library_knows() -> None:
    library = load_library()
    for name, number in LATER.items():
        assert library.seccomp_syscall_resolve_name(name.encode()) in (number, -1)


def test_a_machine_that_confines_nothing_is_told_with_the_step_that_failed() -> None:
    assert confinement.why_unconfined() is None
    code = """
from registry.core import confinement
confinement.ctypes.CDLL = lambda _name: (_ for _ in ()).throw(OSError())
confinement.main()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert (ended.returncode, ended.stdout) == (1, "seccomp: libseccomp.so.2 is not installed (Debian: libseccomp2)\n")
