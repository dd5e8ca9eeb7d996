"""Servers in processes of their own: started on a free port, their CPU and memory read from the kernel's account."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

WAIT_S = 60
_QUIET_S, _IDLE_CPU_S = 0.25, 0.011
_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


class NeverReady(RuntimeError):
    """A server did not answer in time, or ended."""


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves, perhaps with workers under it, and where."""

    url: str
    pid: int

    def workers(self) -> list[int]:
        """Return the processes that do the work: those started by the first one, or the first one itself."""
        return _children(self.pid) or [self.pid]

    def cpu_s(self) -> float:
        """Return the processor seconds, user and system, its processes have used so far."""
        return sum(_cpu_s(pid) for pid in {self.pid, *self.workers()})

    def pss_mib(self) -> float:
        """Return the memory of its workers, each shared page told once among those who share it, in MiB."""
        return sum(_pss_kib(pid) for pid in self.workers()) / 1024

    def settle(self) -> None:
        """Wait until it has nothing to do: it used next to no processor for a while. Raises NeverReady."""
        ends_s, before_s = time.monotonic() + WAIT_S, self.cpu_s()
        while time.monotonic() < ends_s:
            time.sleep(_QUIET_S)
            now_s = self.cpu_s()
            if now_s - before_s <= _IDLE_CPU_S:
                return
            before_s = now_s
        raise NeverReady(f"still at work after {WAIT_S} s")


@contextmanager
def companion(command: Sequence[str], *, env: Mapping[str, str]) -> Iterator[Server]:
    """Run a process that serves nobody until the end of the block, such as the worker of the jobs."""
    process = subprocess.Popen(  # noqa: S603  # our own command
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | dict(env)
    )
    try:
        yield Server("", process.pid)
    finally:
        _end(process)


@contextmanager
def running(
    command: Sequence[str], *, port: int, env: Mapping[str, str] | None = None, folder: Path | None = None
) -> Iterator[Server]:
    """Run a server until the end of the block. Raises NeverReady."""
    merged = None if env is None else os.environ | dict(env)
    with TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=merged, cwd=folder)  # noqa: S603
        try:
            _await(process, port, said)
            yield Server(f"http://127.0.0.1:{port}", process.pid)
        finally:
            _end(process)


def tree_cpu_s() -> float:
    """Return the processor seconds of this process and of those it started, also of those that have ended."""
    own = os.times()
    ended_s = own.children_user + own.children_system
    return own.user + own.system + ended_s + sum(_cpu_s(pid) for pid in _all_children(os.getpid()))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(process: subprocess.Popen[bytes], port: int, said: IO[bytes]) -> None:
    try:
        await_port(process, port)
    except NeverReady as fault:
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
        raise NeverReady(lines[-1] if lines else str(fault)) from fault


def await_port(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until somebody listens on a port of this machine. Raises NeverReady, also when the process has ended."""
    ends_s = time.monotonic() + WAIT_S
    while time.monotonic() < ends_s:
        if process.poll() is not None:
            raise NeverReady(f"exit code {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NeverReady(f"no answer within {WAIT_S} s")


def _children(pid: int) -> list[int]:
    return [int(name) for name in _read(pid, f"task/{pid}/children").split()]


def _all_children(pid: int) -> list[int]:
    """Return the processes that any thread of a process started."""
    threads = [thread.name for thread in (_PROC / str(pid) / "task").iterdir()]
    return [int(name) for thread in threads for name in _read(pid, f"task/{thread}/children").split()]


def _cpu_s(pid: int) -> float:
    told = _read(pid, "stat").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / _TICKS if told else 0.0


def _pss_kib(pid: int) -> int:
    for line in _read(pid, "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _read(pid: int, name: str) -> str:
    """Return what the kernel tells of a process, empty when it has ended."""
    try:
        return (_PROC / str(pid) / name).read_text(encoding="utf-8")
    except OSError:
        return ""
