"""A filter that refuses a confined process the system calls its work does not need (seccomp(2), by libseccomp)."""

import ctypes
import errno
import fcntl
import os
from collections.abc import Iterator
from typing import NamedTuple

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


class Unfiltered(Exception):
    """There is no filter here; the text says why."""


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
    """Set the filter, for good. Raises Unfiltered.

    A call of another machine's table (32 bits, x32) ends the process: that is libseccomp's own rule.
    """
    library = load_library()
    context = library.seccomp_init(_ALLOW)
    if not context:
        raise Unfiltered("seccomp_init failed")
    try:
        _require(library.seccomp_attr_set(context, _ALL_THREADS, 1))
        for rule in rules():
            number = number_of(library, rule.name)
            if number < 0:
                # This machine never had it, as aarch64 has no chmod.
                continue
            conditions = [_Condition(*rule.condition)] if rule.condition else []
            array = (_Condition * len(conditions))(*conditions)
            _require(
                library.seccomp_rule_add_array(context, _REFUSE | rule.error, number, len(conditions), array), rule.name
            )
        _require(library.seccomp_load(context))
    finally:
        library.seccomp_release(context)


def load_library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        raise Unfiltered("libseccomp.so.2 is not installed (Debian: libseccomp2)") from None
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


def _require(result: int, about: str = "") -> None:
    if result < 0:
        raise Unfiltered(f"{os.strerror(-result)} {about}".strip())
