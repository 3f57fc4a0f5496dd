"""The runner: starts the processes in order, keeps them running, stops them gracefully.

One thread: the death signal of a child follows the thread that started it. Signals only set a flag; everything happens
in `_pump`, which every wait goes through. TERM, INT and HUP stop (a second one hurries), USR1 restarts the application.
"""

import os
import selectors
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from ops.runtime import gates
from ops.runtime.console import Console
from ops.runtime.errors import StartError
from ops.runtime.locks import try_lock
from ops.runtime.logs import rotate_logs
from ops.runtime.options import Options
from ops.runtime.preparation import Preparation, read_preparation, spawn_preparation
from ops.runtime.processes import wait_gone
from ops.runtime.services import RESTARTED, SERVERS, STOP_PHASES, list_services
from ops.runtime.state import RunnerState, remove_pid_file, state_path, write_pid_file, write_state
from ops.runtime.watched import Watched

TICK_SECONDS = 0.2
ROTATION_SECONDS = 30.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
RESTART_SIGNAL = signal.SIGUSR1


class StopRequestedError(Exception):
    """Raised out of any wait when the runner is to stop."""


@dataclass
class Runner:
    options: Options
    console: Console
    on_ready: Callable[[Preparation], object] = lambda preparation: None
    watched: list[Watched] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = RunnerState(pid=os.getpid())
        self._selector = selectors.DefaultSelector()
        self._stops = 0
        self._restart = False
        self._locks: list[int] = []
        self._next_rotation = 0.0

    # -- life -----------------------------------------------------------------------------------------------

    def claim(self) -> bool:
        """Take the wanted processes that no other runner has; False when there is none left to run."""
        for service in list_services(self.options):
            lock = try_lock(self.options.layout.run_dir / f"{service.name}.runner.lock")
            if lock is None:
                self.elsewhere.append(service.name)
            else:
                self._locks.append(lock)
                self.watched.append(Watched(service))
        return bool(self.watched)

    def run(self) -> int:
        """Start, keep running until told to stop, stop; return the exit code."""
        self._catch_signals()
        write_pid_file(self.options.layout.run_dir / ".production.pid", self.state.pid)
        try:
            write_pid_file(self.options.pid_file, self.state.pid)
        except OSError as error:
            # The project's folder may be read-only; the other pid file is enough to stop us.
            self.console.warn(f"PID_FILE: {self.options.pid_file} cannot be written: {error.strerror}")
        try:
            self._start_all()
            while True:
                self._pump(TICK_SECONDS)
                self._tend()
        except StopRequestedError:
            return 0
        except StartError as error:
            self.console.warn(error.message)
            return error.exit_code
        finally:
            self._stop_all()
            for path in (self.options.layout.run_dir / ".production.pid", self.options.pid_file):
                remove_pid_file(path, self.state.pid)
            state_path(self.options.layout, self.state.pid).unlink(missing_ok=True)

    # -- start ----------------------------------------------------------------------------------------------

    def _start_all(self) -> None:
        begun = time.monotonic()
        self._publish("starting")
        servers = [one for one in self.watched if one.name in SERVERS]
        programs = [one for one in self.watched if one.name not in SERVERS]
        for one in servers:
            self._start_first_time(one)
        preparation = self._prepare() if programs else Preparation()
        for one in programs:
            self._start_first_time(one)
        for one in programs:
            self._wait_ready(one)
        self._publish("ready")
        self.console.say(f"ready in {time.monotonic() - begun:.1f} s")
        self.on_ready(preparation)

    def _prepare(self) -> Preparation:
        gates.wait_for_database(self.options, say=self.console.say, wait=self._pump)
        gates.wait_for_cache(self.options, say=self.console.say, wait=self._pump)
        process = spawn_preparation(self.options)
        self._listen("prepare", process.stderr)
        while process.poll() is None:
            self._pump(0.05)
        self._drain(0)
        preparation = read_preparation(process)
        self.state.logins = preparation.list_lines(later=True)
        return preparation

    def _start_first_time(self, one: Watched) -> None:
        one.service.prepare()
        self._start(one)
        self.console.say(f"{'already running' if one.process is None else 'started'} (process {one.pid})", name=one.name)

    def _start(self, one: Watched) -> None:
        process = one.service.start(self._pump)
        one.note_start(process)
        if process is not None:
            self._listen(one.name, process.stdout)
        self._publish(self.state.phase)

    def _listen(self, name: str, pipe: IO[bytes] | None) -> None:
        """Have `_drain` print what comes out of the pipe."""
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, name)

    def _wait_ready(self, one: Watched) -> None:
        """Wait for a program's first start; one that ends instead, or never gets ready, fails the whole start."""
        deadline = time.monotonic() + one.service.ready_seconds
        while True:
            self._pump(0.05)
            if one.has_ended():
                raise StartError(f"{one.name} did not start: it {one.describe_end()}; what it printed is above")
            if one.service.is_ready():
                return
            if time.monotonic() > deadline:
                raise StartError(f"{one.name} did not get ready within {one.service.ready_seconds:.0f} seconds")

    # -- watch ----------------------------------------------------------------------------------------------

    def _tend(self) -> None:
        if self._restart:
            self._restart = False
            self._restart_programs()
        for one in self.watched:
            if one.due is None and one.has_ended():
                self._note_end(one)
            elif one.due is not None and time.monotonic() >= one.due:
                self._start_again(one)
        if time.monotonic() > self._next_rotation:
            self._next_rotation = time.monotonic() + ROTATION_SECONDS
            rotate_logs(self.options.log_dir)

    def _note_end(self, one: Watched) -> None:
        end = one.describe_end()
        pause = one.note_end()
        self.console.warn(f"{end}; starting again in {pause:g} s", name=one.name)
        self._publish(self.state.phase)

    def _start_again(self, one: Watched) -> None:
        try:
            one.service.prepare()
            self._start(one)
        except StartError as error:
            self.console.warn(error.message, name=one.name)
            one.note_end()
        else:
            self.console.say(f"started again (process {one.pid})", name=one.name)

    def _restart_programs(self) -> None:
        """Restart everything but the servers, after bringing database and static files up to date."""
        self._publish("restarting")
        self.console.say("restarting the application")
        programs = [one for one in self.watched if one.name in RESTARTED]
        try:
            self._prepare()
        except StartError as error:
            self.console.warn(f"not restarted: {error.message}")
            self._publish("ready", failure=error.message)
            return
        self._stop_together([one for one in programs if one.name in STOP_PHASES[0]])
        self._stop_together([one for one in programs if one.name in STOP_PHASES[1]])
        for one in programs:
            self._start_again(one)
        for one in programs:
            with suppress(StartError):
                self._wait_ready(one)
        self._publish("ready")
        self.console.say("restarted")

    # -- stop -----------------------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        self._publish("stopping")
        if self._stops:
            self.console.say("stopping; once more to hurry")
        for names in STOP_PHASES:
            self._stop_together([one for one in self.watched if one.name in names])
        self.console.say("stopped")

    def _stop_together(self, group: list[Watched]) -> None:
        """Ask all of them to stop and wait; kill those that take too long, or at once when told to hurry."""
        # A server that was adopted belongs to whoever started it.
        group = [one for one in group if one.process is not None]
        for one in group:
            one.service.stop(one.process.pid)  # type: ignore[union-attr]
        deadline = time.monotonic() + max((one.service.stop_seconds for one in group), default=0)
        hurried = self._stops
        while any(not one.has_ended() for one in group):
            self._drain(0.05)
            if time.monotonic() > deadline or self._stops > max(hurried, 1):
                self._kill(group)
                break
        for one in group:
            self._finish(one)

    def _kill(self, group: list[Watched]) -> None:
        for one in group:
            if one.process is not None and not one.has_ended():
                self.console.warn("does not stop; killing it", name=one.name)
                one.service.kill(one.process.pid)
                wait_gone(one.process.pid, seconds=10)

    def _finish(self, one: Watched) -> None:
        if one.process is not None and one.service.leads_group:
            one.service.kill(one.process.pid)
        self._drain(0)
        one.has_ended()
        one.forget()

    # -- events ---------------------------------------------------------------------------------------------

    def _catch_signals(self) -> None:
        reader, writer = os.pipe()
        for end in (reader, writer):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self._selector.register(reader, selectors.EVENT_READ, None)
        for number in STOP_SIGNALS:
            # nohup has HUP ignored: so it stays.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_stop)
        signal.signal(RESTART_SIGNAL, self._on_restart)

    def _on_stop(self, number: int, frame: object) -> None:
        self._stops += 1

    def _on_restart(self, number: int, frame: object) -> None:
        self._restart = True

    def _pump(self, seconds: float) -> None:
        """Wait, printing what children say; raise StopRequestedError when the runner is to stop."""
        if self._stops and self.state.phase != "stopping":
            raise StopRequestedError
        self._drain(seconds)
        if self._stops and self.state.phase != "stopping":
            raise StopRequestedError

    def _drain(self, seconds: float) -> None:
        """Wait for output or a signal, at most so long; pass the output on."""
        for key, _ in self._selector.select(seconds):
            try:
                data = os.read(key.fd, 65536)
            except BlockingIOError:
                continue
            if data and key.data:
                self.console.feed(key.data, data)
            elif key.data:
                self._selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]
                self.console.finish(key.data)

    def _publish(self, phase: str, *, failure: str = "") -> None:
        finished = phase == "ready" and self.state.phase != "ready"
        self.state.phase = phase
        self.state.failure = failure
        self.state.generation += finished
        self.state.services = {one.name: one.as_facts() for one in self.watched}
        write_state(self.options.layout, self.state)
