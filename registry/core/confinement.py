"""Confines its own process, so that a hostile file cannot use network, files, rights, memory or time. Linux alone.

In this order, for each step may need what the next takes away: namespaces of its own for users and network
(user_namespaces(7)), no capabilities, no new privileges, Landlock (landlock(7)) so that programs and libraries can be
read and nothing be written, limits (setrlimit(2)), and a filter of system calls (seccomp(2)). All of it is tried out:
`confine` returns in a confined process or not at all.

`python -m registry.core.confinement` tries it on this machine, and says why not.
"""

import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Unconfined(Exception):
    """Confinement is not possible here; the text says which step failed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of address space, seconds of processor time, seconds by the clock, bytes of what is written."""

    memory: int
    seconds: int
    wall: int
    written: int


_libc = ctypes.CDLL(None, use_errno=True)

_UNSHARED = 0x10000000 | 0x40000000 | 0x08000000 | 0x04000000  # user, network, IPC, host name
_UNPRIVILEGED_ID = 65534
_PR_GET_SECCOMP, _SECCOMP_MODE_FILTER = 21, 2
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_GET_NO_NEW_PRIVS = 1, 24, 38, 39
_CAPABILITIES_V3 = 0x20080522
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_EXECUTE, _READ_FILE, _READ_DIR = 1, 4, 8
_RIGHTS_BY_ABI = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 5: 1 << 16}
_MAX_FILES, _MAX_THREADS = 64, 64


def confine(limits: Limits) -> None:
    """Confine this process for good. Raises Unconfined; the process must then end without having read anything."""
    with suppress(OSError):
        # Should memory run out all the same, this process goes first and the server last.
        Path("/proc/self/oom_score_adj").write_text("1000")
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limits.wall)
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    user, group = os.getuid(), os.getgid()
    _call("unshare", _UNSHARED)
    _map_to_unprivileged(user, group)
    _drop_capabilities()
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _read_programs_alone()
    os.nice(10)
    for number, limit in _limits(limits):
        resource.setrlimit(number, (limit, limit))
    _verify(limits)
    filter_calls()
    _verify_filter()


def _limits(limits: Limits) -> Iterator[tuple[int, int]]:
    yield resource.RLIMIT_AS, limits.memory
    yield resource.RLIMIT_CPU, limits.seconds
    yield resource.RLIMIT_FSIZE, limits.written
    yield resource.RLIMIT_NOFILE, _MAX_FILES
    yield resource.RLIMIT_NPROC, _MAX_THREADS
    yield resource.RLIMIT_CORE, 0


def _call(name: str, *arguments: int) -> int:
    result: int = getattr(_libc, name)(*arguments)
    if result < 0:
        raise Unconfined(f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def _map_to_unprivileged(user: int, group: int) -> None:
    """Map this process to an unprivileged user, so that no program it starts gets capabilities."""
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{_UNPRIVILEGED_ID} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{_UNPRIVILEGED_ID} {group} 1")
        with suppress(OSError):
            # No further namespaces: a good part of what is ever found wrong with kernels needs one.
            Path("/proc/sys/user/max_user_namespaces").write_text("0")
    except OSError as error:
        raise Unconfined(f"uid_map: {error.strerror}") from None


def _drop_capabilities() -> None:
    number = 0
    while _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) == 0:
        number += 1
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if _libc.capset(header, nothing) < 0:
        raise Unconfined(f"capset: {os.strerror(ctypes.get_errno())}")


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _readable() -> Iterator[Path]:
    """Programs, libraries and this Python. Neither configuration nor data of the registry lies there."""
    names = ("/usr", "/lib", "/lib64", "/bin", "/etc/alternatives", "/etc/ld.so.cache", "/dev/null", "/dev/urandom")
    for path in (*map(Path, names), Path(sys.prefix), Path(sys.base_prefix)):
        if path.exists():
            yield path


def _read_programs_alone() -> None:
    abi = _libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if abi < 1:
        raise Unconfined("landlock: this kernel has none, or it is switched off")
    every_right = max(right for version, right in _RIGHTS_BY_ABI.items() if version <= abi) - 1
    handled_rights = _Ruleset(every_right, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = _system("landlock", _LANDLOCK_CREATE, ctypes.byref(handled_rights), ctypes.c_size_t(size), 0)
    for path in _readable():
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        allowed = _EXECUTE | _READ_FILE | (_READ_DIR if path.is_dir() else 0)
        rule = _Beneath(allowed, descriptor)
        _system("landlock", _LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), 0)
        os.close(descriptor)
    _system("landlock", _LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)


def _system(name: str, *arguments: object) -> int:
    result: int = _libc.syscall(*arguments)
    if result < 0:
        raise Unconfined(f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def _verify(limits: Limits) -> None:
    """Try what must not work. Raises Unconfined if any of it does."""
    if _libc.prctl(_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1:
        raise Unconfined("no_new_privs is not set")
    if any(resource.getrlimit(number) != (limit, limit) for number, limit in _limits(limits)):
        raise Unconfined("a limit is not set")
    if {name for _number, name in socket.if_nameindex()} - {"lo"}:
        raise Unconfined("there is a network interface")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        raise Unconfined("there is a way out by the network")
    for path, flags in (("/", os.O_RDONLY), ("/proc/self/environ", os.O_RDONLY), ("/tmp", os.O_TMPFILE | os.O_RDWR)):
        with suppress(OSError):
            os.close(os.open(path, flags))
            raise Unconfined(f"{path} can be opened")
    if _libc.unshare(0x40000000) == 0:
        raise Unconfined("a capability is left")


def _verify_filter() -> None:
    if _libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) != _SECCOMP_MODE_FILTER:
        raise Unconfined("seccomp: there is no filter")
    with suppress(OSError):
        socket.socket(socket.AF_UNIX).close()
        raise Unconfined("a socket can be made")


REFUSED = frozenset(
    # Sockets of every family: those of this machine, netlink and vsock too. What is open already is a pipe or a file.
    "socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg "
    # What a file says of itself, which Landlock lets its owner change.
    "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat "
    "setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr "
    # Other processes.
    "kill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal "
    "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp migrate_pages move_pages "
    # File systems and namespaces.
    "mount umount2 pivot_root chroot fsopen fsmount fsconfig fspick open_tree open_tree_attr move_mount mount_setattr "
    "open_by_handle_at unshare setns "
    # Parts of the kernel that are large, and where much was found wrong with it.
    "io_uring_setup io_uring_enter io_uring_register bpf userfaultfd perf_event_open keyctl add_key request_key "
    "kexec_load kexec_file_load init_module finit_module delete_module".split()
)

LATER = {"fchmodat2": 452, "setxattrat": 463, "removexattrat": 466, "open_tree_attr": 467, "file_setattr": 469}
"""Numbers of calls that an older libseccomp does not know by name; since 424 they are those of every machine."""

OF_ANOTHER = (
    ("prlimit64", 0, 0), ("sched_setaffinity", 0, 0), ("sched_setscheduler", 0, 0), ("sched_setparam", 0, 0),
    ("sched_setattr", 0, 0), ("setpriority", 0, 0), ("setpriority", 1, 0), ("ioprio_set", 0, 1), ("ioprio_set", 1, 0),
)  # fmt: skip
"""Calls that are refused where their argument of a place is another value: they reach one process, a group or a user's.

Process 0 is the one that calls.
"""

_NEW_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
"""Flags of clone(2): mount, cgroup, host name, IPC, user, process and network namespace."""

_OWNERS = (fcntl.F_SETOWN, fcntl.F_SETSIG, 15)
"""Commands of fcntl(2), the last F_SETOWN_EX, by which the kernel signals others."""

_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NOT_EQUAL, _EQUAL, _MASKED_EQUAL = 1, 4, 7
_ALL_THREADS = 4


class _Condition(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("comparison", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class Rule(NamedTuple):
    """A call that is refused with `error`, where `condition` holds: argument, comparison and what it is compared with."""

    name: str
    error: int = errno.EPERM
    condition: tuple[int, int, int, int] | None = None


def rules() -> Iterator[Rule]:
    """What is refused to this process and to those that it starts or becomes."""
    yield from map(Rule, sorted(REFUSED))
    for name, place, own in OF_ANOTHER:
        yield Rule(name, condition=(place, _NOT_EQUAL, own, 0))
    for command in _OWNERS:
        yield Rule("fcntl", condition=(1, _EQUAL, command, 0))
    # A library that gives up ends its own process by this call.
    yield Rule("tgkill", condition=(0, _NOT_EQUAL, os.getpid(), 0))
    for flag in _NEW_NAMESPACES:
        yield Rule("clone", condition=(0, _MASKED_EQUAL, flag, flag))
    # Its flags lie in memory, which no filter reads: without it the C library calls clone.
    yield Rule("clone3", errno.ENOSYS)


def filter_calls() -> None:
    """Set the filter, for good, which refuses what the work does not need (seccomp(2), by libseccomp). Raises Unconfined.

    A call of another machine's table (32 bits, x32) ends the process: that is libseccomp's own rule.
    """
    library = load_library()
    context = library.seccomp_init(_ALLOW)
    if not context:
        raise Unconfined("seccomp: seccomp_init failed")
    try:
        _require_done(library.seccomp_attr_set(context, _ALL_THREADS, 1))
        for rule in rules():
            number = number_of(library, rule.name)
            if number < 0:
                # This machine never had it, as aarch64 has no chmod.
                continue
            conditions = [_Condition(*rule.condition)] if rule.condition else []
            array = (_Condition * len(conditions))(*conditions)
            _require_done(
                library.seccomp_rule_add_array(context, _REFUSE | rule.error, number, len(conditions), array), rule.name
            )
        _require_done(library.seccomp_load(context))
    finally:
        library.seccomp_release(context)


def load_library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        raise Unconfined("seccomp: libseccomp.so.2 is not installed (Debian: libseccomp2)") from None
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = (ctypes.c_uint32,)
    library.seccomp_attr_set.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32)
    library.seccomp_rule_add_array.argtypes = (
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Condition),
    )
    library.seccomp_load.argtypes = (ctypes.c_void_p,)
    library.seccomp_release.argtypes = (ctypes.c_void_p,)
    library.seccomp_release.restype = None
    return library


def number_of(library: ctypes.CDLL, name: str) -> int:
    """The number of a call on this machine; negative where it has none."""
    number: int = library.seccomp_syscall_resolve_name(name.encode())
    return LATER.get(name, number) if number < 0 else number


def _require_done(result: int, about: str = "") -> None:
    if result < 0:
        raise Unconfined(f"seccomp: {os.strerror(-result)} {about}".strip())


_TRIAL = Limits(512 << 20, 10, 30, 1 << 20)


@cache
def why_unconfined() -> str | None:
    """Which step of confinement this machine refuses, tried once in a process of its own; None where it refuses none."""
    command = [sys.executable, "-m", "registry.core.confinement"]
    try:
        tried = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TRIAL.wall)
    except subprocess.TimeoutExpired:
        return f"it took longer than {_TRIAL.wall} seconds"
    return None if tried.returncode == 0 else tried.stdout.strip() or f"the process ended by {tried.returncode}"


def main() -> None:
    try:
        confine(_TRIAL)
    except Unconfined as trouble:
        sys.stdout.write(f"{trouble}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
