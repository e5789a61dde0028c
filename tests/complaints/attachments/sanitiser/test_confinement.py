"""A file is read by a process that can do nothing else, or not at all; bombs cost that process alone."""

import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from registry.complaints.attachments.sanitiser.process import Outcome, clean
from registry.complaints.attachments.sanitiser.terms import EXIT_CODES, LIMITS
from registry.vocabulary.cases import FileKind, NoCopy
from tests.complaints import samples
from tests.thorough import thorough

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
CONFINED = """
import ctypes, os, resource, signal, socket, subprocess, sys
from registry.core.confinement import Limits, confine
MIB = 1024 * 1024
confine(Limits(memory=300 * MIB, seconds=2, wall=120, written=MIB))
"""
"""What the tests' own process does first; what follows tries to get out."""


def confined(attempt: str, *arguments: str, stdout: int | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", CONFINED + attempt, *arguments],
        stdout=stdout or subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[4],
        env={"PATH": "/usr/bin:/bin"},
        timeout=60,
    )


def why(attempt: str, *arguments: str) -> str:
    """The error that an attempt ends with."""
    ended = confined(attempt, *arguments)
    assert ended.returncode == 1, (ended.returncode, ended.stdout)
    return ended.stderr.decode().strip().splitlines()[-1]


def test_it_can_work_there() -> None:
    assert confined("print(sum(range(5)))").stdout == b"10\n"


def test_no_server_is_reached_from_there_not_even_one_of_this_machine() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = str(server.getsockname()[1])
        assert "Error" in why("socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)", port)
        assert "gaierror" in why("socket.getaddrinfo('example.org', 80)[0]")
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_no_socket_of_this_machine_is_reached_from_there(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as named, socket.socket(socket.AF_UNIX) as abstract:
        named.bind(str(tmp_path / "socket"))
        named.listen()
        abstract.bind(f"\0registry-test-{os.getpid()}")
        abstract.listen()
        ask = "socket.socket(socket.AF_UNIX).connect(sys.argv[1].replace('@', chr(0)))"
        assert "Error" in why(ask, f"@registry-test-{os.getpid()}")


def test_no_file_of_the_registry_is_read_or_written_from_there(tmp_path: Path) -> None:
    secret = tmp_path / "keys" / "case-ring.secret"
    secret.parent.mkdir()
    secret.write_text("secret")
    assert why("print(open(sys.argv[1]).read())", str(secret)).startswith("PermissionError")
    assert why("os.listdir(sys.argv[1])", str(tmp_path)).startswith("PermissionError")
    assert why("open(sys.argv[1], 'w')", str(tmp_path / "new")).startswith("PermissionError")
    assert why("os.unlink(sys.argv[1])", str(secret)).startswith("PermissionError")
    assert why("open('/etc/passwd')").startswith("PermissionError")
    assert why("open('/proc/%d/environ' % os.getppid())").startswith("PermissionError")
    assert why("open('/proc/self/mem', 'rb')").startswith("PermissionError")
    assert secret.read_text() == "secret"


def test_no_process_is_reached_from_there() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert why("os.kill(int(sys.argv[1]), signal.SIGTERM)", str(other.pid)).startswith("PermissionError")
        assert other.poll() is None
        other.kill()


def test_no_right_is_won_back_there_by_another_program_or_namespace() -> None:
    tried = "libc = ctypes.CDLL(None, use_errno=True); print(libc.unshare({0:#x}), os.getuid())"
    for namespace in (0x10000000, 0x40000000, 0x00020000):
        assert confined(tried.format(namespace)).stdout == b"-1 65534\n"
    output = confined("os.execv('/usr/bin/setpriv', ['setpriv', '--dump'])").stdout.decode()
    assert "no_new_privs: 1" in output
    assert "Inheritable capabilities: [none]" in output
    assert "Capability bounding set: [none]" in output


@pytest.mark.thorough
def test_memory_time_and_room_are_bounded_there() -> None:
    assert why("bytearray(400 * MIB)") == "MemoryError"
    assert confined("while True: pass").returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    out = os.memfd_create("out")
    try:
        assert confined("while True: os.write(1, bytes(65536))", stdout=out).returncode == 1
        assert os.fstat(out).st_size == MIB
    finally:
        os.close(out)
    assert why("files = [os.dup(1) for _ in range(100)]").startswith("OSError")
    many = "[threading.Thread(target=threading.Event().wait, daemon=True).start() for _ in range(100)]"
    assert "Error" in why(f"import threading; {many}")
    assert confined("print(os.nice(0) >= 10, *resource.getrlimit(resource.RLIMIT_CORE))").stdout == b"True 0 0\n"


def test_it_ends_with_the_process_that_started_it() -> None:
    starter = (
        "import subprocess, sys, os;"
        f"code = {CONFINED!r} + 'print(os.getpid(), flush=True); import time; time.sleep(3); print(1)';"
        "child = subprocess.Popen([sys.executable, '-c', code]); child.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter], stdout=subprocess.PIPE, cwd=Path(__file__).parents[4]
    ) as starting:
        assert starting.stdout is not None
        assert starting.stdout.readline()
        starting.kill()
        # The pipe ends when the last process that holds it has gone: before it has said more.
        assert starting.stdout.read() == b""


WITHOUT_NAMESPACES = ["unshare", "-U", "-r", "sh", "-c", 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$0" "$@"']


def test_where_confinement_is_unavailable_nothing_is_read_and_the_reason_is_recorded() -> None:
    given = os.memfd_create("given")
    try:
        os.write(given, samples.jpeg())
        os.lseek(given, 0, os.SEEK_SET)
        ended = subprocess.run(
            [*WITHOUT_NAMESPACES, sys.executable, "-m", "registry.complaints.attachments.sanitiser", "jpeg"],
            stdin=given,
            capture_output=True,
            cwd=Path(__file__).parents[4],
        )
        assert ended.returncode == EXIT_CODES[NoCopy.UNCONFINED]
        assert ended.stdout == b""
        assert b'"reason":"unshare: ' in ended.stderr
        assert os.lseek(given, 0, os.SEEK_CUR) == 0
    finally:
        os.close(given)


# Bombs


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def packed_zeros(count: int) -> bytes:
    """So many zero bytes, packed to a thousandth: one packed million, repeated, and the check of the whole (RFC 1950)."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    million = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = packer.compress(bytes(count % MIB)) + packer.flush()
    return b"x\x9c" + million * (count // MIB) + rest + struct.pack(">HH", count % 65521, 1)


def pixel_bomb(side: int, channels: int = 1) -> bytes:
    """A PNG of side x side pixels of one colour."""
    packed = packed_zeros((1 + side * channels) * side)
    head = struct.pack(">IIBBBBB", side, side, 8, 2 if channels == 3 else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG with a note of 200 MB, packed."""
    packed = packed_zeros(200 * MIB)
    body = samples.png().removesuffix(samples.CANARY.encode())
    return body[:33] + chunk(b"zTXt", b"a\0\0" + packed) + body[33:]


def claimed_size(body: bytes) -> bytes:
    """A JPEG that claims 65,500 pixels each way and has a handful."""
    place = body.index(b"\xff\xc0") + 5
    return body[:place] + struct.pack(">HH", 65500, 65500) + body[place + 4 :]


def document(content: bytes, filters: list[Name]) -> bytes:
    made, out = pikepdf.new(), BytesIO()
    stream = made.make_stream(b"")
    stream.write(content, filter=Array(filters))
    page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 9, 9]), Contents=stream)
    made.pages.append(pikepdf.Page(made.make_indirect(page)))
    made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def inflating_document() -> bytes:
    """Some kilobytes that inflate twice, to 1.2 GB: more than the process may have."""
    packed = packed_zeros(1200 * MIB)
    return document(zlib.compress(packed, 9), [Name.FlateDecode, Name.FlateDecode])


def busy_document() -> bytes:
    """Nothing but instructions, as many as are still looked at."""
    packer = zlib.compressobj(6)
    packed = b"".join([*(packer.compress(b"q Q " * 262144) for _ in range(15)), packer.flush()])
    return document(packed, [Name.FlateDecode])


def nested_document() -> bytes:
    deep = b"[" * 200_000 + b"]" * 200_000
    return document(b"", []).replace(
        b"/MediaBox [ 0 0 9 9 ]", b"/MediaBox [ 0 0 9 9 ] /Resources << /A " + deep + b" >>"
    )


def endless_tree() -> bytes:
    """A tree of pages that has itself as a branch."""
    body = document(b"0 0 9 9 re f", [])
    with pikepdf.open(BytesIO(body)) as made:
        out = BytesIO()
        made.Root.Pages.Kids = Array([made.Root.Pages, made.pages[0].obj])
        made.save(out)
    return out.getvalue()


def huge_film() -> bytes:
    """A film that claims 65,535 pixels each way, in its boxes and in its stream."""
    body = samples.recording("mp4")
    place = body.index(b"avc1", body.index(b"stsd")) + 28
    return body[:place] + struct.pack(">HH", 65535, 65535) + body[place + 4 :]


def counted_film() -> bytes:
    """A film whose table claims four thousand million samples."""
    body = bytearray(samples.recording("mp4"))
    for table in (b"stsz", b"stts", b"stsc", b"stco"):
        place = body.index(table) + (12 if table == b"stsz" else 8)
        body[place : place + 4] = b"\xff\xff\xff\xff"
    return bytes(body)


def frames_too_large() -> bytes:
    """A real film of 8192 x 4608 pixels a frame."""
    wanted = ["-f", "lavfi", "-i", "color=size=8192x4608:duration=1:rate=5", "-c:v", "libx264", "-preset", "ultrafast"]
    shape = ["-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"]
    return subprocess.run(["ffmpeg", "-v", "error", *wanted, *shape], check=True, stdout=subprocess.PIPE).stdout


BOMBS = {
    "900 million pixels": (FileKind.PNG, lambda: pixel_bomb(30_000)),
    "81 million pixels": (FileKind.PNG, lambda: pixel_bomb(9_000)),
    "a note of 200 MB": (FileKind.PNG, text_bomb),
    "a picture that claims 4,290 million pixels": (FileKind.JPEG, lambda: claimed_size(samples.jpeg())),
    "a document that inflates to 1.2 GB": (FileKind.PDF, inflating_document),
    "eight million instructions": (FileKind.PDF, busy_document),
    "200,000 brackets deep": (FileKind.PDF, nested_document),
    "a tree of pages without end": (FileKind.PDF, endless_tree),
    "a film that claims 4,294 million pixels": (FileKind.MP4, huge_film),
    "a film that claims 4,294 million samples": (FileKind.MP4, counted_film),
    "a film of 37 million pixels a frame": (FileKind.MP4, frames_too_large),
}


def own_peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def cleaned_with_cost(body: bytes, kind: FileKind) -> tuple[Outcome, int]:
    """What came of it, and by how much the process that asked for it grew, in bytes."""
    before = own_peak()
    return clean(body, kind), own_peak() - before


@pytest.fixture(scope="module")
def server() -> Iterator[Executor]:
    """A process as small as a server's. The kernel counts to a child what its parent held at the start, and the tests' own
    process holds what every test before has left."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        yield apart


COSTLY = ("a document that inflates to 1.2 GB", "eight million instructions", "a film of 37 million pixels a frame")
"""Bombs that cost their process seconds."""


@pytest.mark.parametrize("name", [*(name for name in BOMBS if name not in COSTLY), *thorough(*COSTLY)])
def test_a_bomb_costs_its_own_process_a_bounded_amount_and_no_other(name: str, server: Executor) -> None:
    kind, make = BOMBS[name]
    outcome, grown = server.submit(cleaned_with_cost, make(), kind).result()
    assert outcome.memory < LIMITS[kind].memory
    assert outcome.seconds <= LIMITS[kind].seconds + 1
    assert grown < 64 * MIB
    if "pixels" in name and kind is FileKind.PNG:
        assert outcome.reason is NoCopy.TOO_LARGE
    if "claims" not in name and "tree" not in name:
        assert outcome.reason in (NoCopy.TOO_LARGE, NoCopy.TOO_COSTLY, NoCopy.DAMAGED)


@pytest.mark.thorough
def test_a_picture_of_the_largest_size_is_still_copied(server: Executor) -> None:
    outcome, _ = server.submit(cleaned_with_cost, pixel_bomb(7900, 3), FileKind.PNG).result()
    assert outcome.body is not None
    assert outcome.memory < LIMITS[FileKind.PNG].memory
