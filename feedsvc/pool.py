"""Processes that do work for this one, task by task, and answer in the order of the tasks.

The pool of the standard library brings each answer through a pipe of 64 kB and a thread, which takes turns with the one
that uses the answers: of a build of many documents the processes waited a third of the time. Here a pipe takes several
answers, so that whoever makes them need not wait, and whoever uses them fetches them without a thread.
"""

import os
import pickle
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count, islice
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from feedsvc.errors import WorkerLostError, fault

T = TypeVar("T")

# Bytes that a pipe of answers takes: the most that Linux gives everyone.
_ROOM = 1 << 20
_DONE, _FAILED = b"=", b"!"
_REMEDY = "Nothing was changed; try again, or build with fewer processes (--jobs 1)."

Work = Callable[[Any], bytes]


@dataclass(slots=True)
class _Worker:
    """A process of the pool, the ends of the two pipes to it, and the numbers of the tasks that it has not answered."""

    process: ForkServerProcess
    tasks: Connection
    answers: Connection
    unanswered: deque[int] = field(default_factory=deque)


class Pool:
    """``count`` processes, started at once; in each, ``begin`` is called with ``argument`` first.

    They are forked from a process that has loaded the module ``preload`` and nothing of this one: the caller may have threads and
    open files. All that goes there is pickled. They end when the pool is closed, and when this process ends, however it ends.
    Raises WorkerLostError when they cannot be started.
    """

    def __init__(self, count: int, preload: str, begin: Callable[[T], None], argument: T) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload([preload])
        self._workers: list[_Worker] = []
        try:
            with _uninterrupted():
                for _ in range(count):
                    self._workers.append(_start(context, begin, argument))
        except BaseException:
            self.close()
            raise

    def map(self, work: Callable[[T], bytes], tasks: Iterable[T], ahead: int) -> Iterator[bytes]:
        """What ``work`` makes of each task, in their order; for each process tasks are taken so many ``ahead`` of the answers.

        Raises what ``work`` raises, as soon as it is told, and WorkerLostError. After that, or when not all answers were
        taken, the pool can only be closed.
        """
        if any(worker.unanswered for worker in self._workers):
            raise RuntimeError("the answers to other tasks were not taken")
        numbered = enumerate(tasks)
        early: dict[int, bytes] = {}
        for due in count():
            held = len(early) + sum(len(worker.unanswered) for worker in self._workers)
            for number, task in islice(numbered, len(self._workers) * ahead - held):
                self._send(number, (work, task))
            while due not in early:
                if not self._receive(early):
                    return
            yield early.pop(due)

    def close(self) -> None:
        """End the processes; what is under way is not finished."""
        for worker in self._workers:
            worker.tasks.close()
            worker.answers.close()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()

    def _send(self, number: int, order: tuple[Work, Any]) -> None:
        """Give a task to the process that has the fewest to do."""
        idlest = min(self._workers, key=lambda each: len(each.unanswered))
        try:
            idlest.tasks.send(order)
        except OSError as error:
            raise _lost(idlest) from error
        idlest.unanswered.append(number)

    def _receive(self, answers: dict[int, bytes]) -> bool:
        """Wait for answers, and add them by the numbers of their tasks; whether any are to come."""
        busy = {worker.answers: worker for worker in self._workers if worker.unanswered}
        for ready in wait(list(busy)) if busy else ():
            worker = busy[ready]  # type: ignore[index]
            try:
                kind, answer = worker.answers.recv_bytes(), worker.answers.recv_bytes()
            except (EOFError, OSError) as error:
                raise _lost(worker) from error
            if kind == _FAILED:
                raise pickle.loads(answer)  # noqa: S301 (of a process of our own)
            answers[worker.unanswered.popleft()] = answer
        return bool(busy)


def _start(context: ForkServerContext, begin: Callable[[T], None], argument: T) -> _Worker:
    try:
        tasks, sending = context.Pipe(duplex=False)
        answers, answering = context.Pipe(duplex=False)
        _widen(answering)
        with tasks, answering:  # the process has them from here on
            process = context.Process(target=_run, args=(tasks, answering, begin, argument), daemon=True)
            process.start()
    except (EOFError, OSError) as error:  # no more files or processes are to be had, or one was killed
        raise WorkerLostError(f"A process that is to help this one cannot be started ({error}). {_REMEDY}") from error
    return _Worker(process, sending, answers)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let the processes that are started here know nothing of Ctrl-C: this one decides when they end."""
    resource_tracker.ensure_running()  # it would let signals through again when it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _widen(pipe: Connection) -> None:
    """Let a pipe take more, where the system knows of that and has room."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _ROOM)


def _lost(worker: _Worker) -> WorkerLostError:
    worker.process.join()
    code = worker.process.exitcode or 0
    why = "was it killed, perhaps for want of memory?" if code < 0 else "what it printed says why."
    return WorkerLostError(f"A process that helps this one ended (exit code {code}); {why} {_REMEDY}")


# In a process of the pool.


def _run(tasks: Connection, answers: Connection, begin: Callable[[T], None], argument: T) -> None:
    waiting: SimpleQueue[tuple[Work, Any]] = SimpleQueue()
    Thread(target=_take_in, args=(tasks, waiting), daemon=True).start()
    begin(argument)
    with suppress(BrokenPipeError):  # nobody waits for answers any more
        while True:
            for part in _answer(*waiting.get()):
                answers.send_bytes(part)


def _take_in(tasks: Connection, waiting: "SimpleQueue[tuple[Work, Any]]") -> None:
    """Take tasks as they come, so that the pool need not wait until the ones before are done; end with the pool, in whatever way it ends."""
    try:
        while True:
            waiting.put(tasks.recv())
    except (EOFError, OSError):
        os._exit(0)
    except BaseException:  # noqa: BLE001 (nobody else would notice)
        traceback.print_exc()
        os._exit(1)


def _answer(work: Work, task: Any) -> tuple[bytes, bytes]:
    try:
        return _DONE, work(task)
    except MemoryError:
        return _FAILED, pickle.dumps(
            WorkerLostError(f"A process that helps this one had too little memory. {_REMEDY}")
        )
    except Exception as error:  # noqa: BLE001 (it is raised where the answer is waited for)
        return _FAILED, _told(error)


def _told(error: Exception) -> bytes:
    """An error as it travels; one that cannot is told in words."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        told = pickle.dumps(error)
        pickle.loads(told)  # noqa: S301 (of this process)
    except Exception:  # noqa: BLE001 (an error may be anything)
        return pickle.dumps(RuntimeError(fault(error)))
    return told
