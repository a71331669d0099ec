"""What the reading process may not touch, where Linux can see to it; elsewhere nothing, and reading goes on.

Best effort on top of what `bot.files.child` bounds: Landlock (landlock(7)) leaves it Python's own modules to read
and nothing to write, and a seccomp filter (seccomp(2)) takes sockets, new processes and other processes from it.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Landlock's calls have the same numbers on every machine."""
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3

_SYSTEM = ("/usr/lib", "/usr/local/lib", "/lib", "/lib64", "/usr/share", "/etc/ld.so.cache")
"""Where the libraries are that compiled modules need, and what Python's own modules look up."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_EPERM, _ENOSYS = 1, 38
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets in struct seccomp_data."""
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000
"""Numbers from here on are the same calls once more (x86_64)."""

_MACHINES = {
    "x86_64": (
        0xC000003E,
        (56, 435),
        (
            *(41, 53, 49, 42),
            *(57, 58, 59, 322),
            *(101, 310, 311, 62, 434, 438, 424),
            *(272, 308, 425, 304),
            *(90, 91, 268, 452, 92, 93, 94, 260),
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (220, 435),
        (
            *(198, 199, 200, 203),
            *(221, 281),
            *(117, 270, 271, 129, 434, 438, 424),
            *(97, 268, 425, 265),
            *(52, 53, 452, 55, 54),
        ),
    ),
}
"""By machine: its number in the kernel's audit, clone and clone3, and what is refused, line by line: socket,
socketpair, bind, connect; fork, vfork, execve, execveat; ptrace, process_vm_readv and writev, kill, pidfd_open,
pidfd_getfd, pidfd_send_signal; unshare, setns, io_uring_setup (which goes round the others), open_by_handle_at;
chmod and chown in all their forms, which Landlock does not see."""


def hide() -> None:
    """Hide this process's memory and environment, where the tokens are, from others of the same user (Linux; root
    sees them all the same)."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def confine() -> frozenset[str]:
    """Confine this thread and those it starts; what is in force now: `files`, `calls`, both or nothing."""
    if sys.platform != "linux":
        return frozenset()
    _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    ways = {"files": _only_modules, "calls": _filter_calls}
    return frozenset(name for name, way in ways.items() if way())


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _readable() -> list[str]:
    """List what modules are read from: not the folder that Nod was checked out to, where an .env may be."""
    own = Path(__file__).resolve().parent.parent
    roots = {str(own.parent)} if own.parent.name not in ("site-packages", "dist-packages") else set()
    places = {os.path.realpath(place) for place in sys.path if place} - roots
    return [*sorted(places), str(own), f"{sys.base_prefix}/lib", *_SYSTEM]


def _only_modules() -> bool:
    libc = _libc()
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    rights = (1 << 13) - 1 | (version >= 2) << 13 | (version >= 3) << 14 | (version >= 5) << 15
    handled = (
        [rights] + [0b11] * (version >= 4) + [0b11] * (version >= 6)
    )  # TCP; other processes' sockets, signals
    attributes = struct.pack(f"={len(handled)}Q", *handled)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for place in _readable():
            _allow_reading(libc, ruleset, place)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow_reading(libc: ctypes.CDLL, ruleset: int, place: str) -> None:
    try:
        beneath = os.open(place, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return  # not every system has each
    try:
        rights = _READ_FILE | (_READ_DIR if os.path.isdir(place) else 0)
        libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, beneath), 0)
    finally:
        os.close(beneath)


def _filter_calls() -> bool:
    machine = _MACHINES.get(platform.machine())
    if machine is None or struct.calcsize("P") != 8:
        return False
    steps = b"".join(struct.pack("=HBBI", *step) for step in _program(*machine))
    code = ctypes.create_string_buffer(steps, len(steps))
    program = struct.pack("@HP", len(steps) // 8, ctypes.addressof(code))
    return bool(_libc().prctl(_PR_SET_SECCOMP, 2, program, 0, 0) == 0)


def _program(
    architecture: int, clones: tuple[int, int], refused: Sequence[int]
) -> list[tuple[int, int, int, int]]:
    """Write the filter as steps: operation, steps to jump if so, if not, value. A new thread is no new process,
    and a C library that is told that there is no clone3 takes clone, whose flags can be seen."""
    clone, clone3 = clones
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE | _EPERM),
        (_EQUAL, 0, 1, clone3),
        (_RETURN, 0, 0, _REFUSE | _ENOSYS),
        (_EQUAL, 0, 4, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE | _EPERM),
        (_RETURN, 0, 0, _ALLOW),
        *(step for number in refused for step in ((_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE | _EPERM))),
        (_RETURN, 0, 0, _ALLOW),
    ]
