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
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from feedsvc.errors import WorkerLostError, fault

T = TypeVar("T")

# Bytes that a pipe of answers takes: the most that Linux gives everyone.
_ROOM = 1 << 20
_DONE, _FAILED = b"=", b"!"

Work = Callable[[Any], bytes]


class _Worker(NamedTuple):
    """A process of the pool, and the ends of the two pipes to it."""

    process: ForkServerProcess
    tasks: Connection
    answers: Connection


class Pool:
    """``count`` processes, started at once; in each, ``begin`` is called with ``argument`` first.

    They are forked from a process that has loaded the module ``preload`` and nothing of this one: the caller may have threads and
    open files. All that goes there is pickled. They end when the pool is closed, and when this process ends, however it ends.
    """

    def __init__(self, count: int, preload: str, begin: Callable[[T], None], argument: T) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload([preload])
        self._workers: list[_Worker] = []
        self._unanswered: deque[int] = deque()  # for each task under way the position of its worker
        try:
            self._workers += (_start(context, begin, argument) for _ in range(count))
        except BaseException:
            self.close()
            raise

    def map(self, work: Callable[[T], bytes], tasks: Iterable[T], ahead: int) -> Iterator[bytes]:
        """What ``work`` makes of each task, in their order; for each process tasks are taken so many ``ahead`` of the answers.

        Raises what ``work`` raises, and WorkerLostError. After that, or when not all answers were taken, the pool can only be closed.
        """
        coming = iter(tasks)
        loads = [0] * len(self._workers)
        is_more = True
        while True:
            while is_more and len(self._unanswered) < len(loads) * ahead:
                try:
                    task = next(coming)
                except StopIteration:
                    is_more = False
                    break
                idlest = loads.index(min(loads))
                self._send(idlest, (work, task))
                loads[idlest] += 1
            if not self._unanswered:
                return
            first = self._unanswered.popleft()
            loads[first] -= 1
            yield self._receive(first)

    def close(self) -> None:
        """End the processes; what is under way is not finished."""
        for worker in self._workers:
            with suppress(OSError):
                worker.tasks.send(None)
            worker.tasks.close()
            worker.answers.close()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()

    def _send(self, position: int, order: tuple[Work, Any]) -> None:
        try:
            self._workers[position].tasks.send(order)
        except OSError as error:
            raise _lost(self._workers[position]) from error
        self._unanswered.append(position)

    def _receive(self, position: int) -> bytes:
        answers = self._workers[position].answers
        try:
            kind, answer = answers.recv_bytes(), answers.recv_bytes()
        except (EOFError, OSError) as error:
            raise _lost(self._workers[position]) from error
        if kind == _FAILED:
            raise pickle.loads(answer)  # noqa: S301 (of a process of our own)
        return answer


def _start(context: ForkServerContext, begin: Callable[[T], None], argument: T) -> _Worker:
    tasks, sending = context.Pipe(duplex=False)
    answers, answering = context.Pipe(duplex=False)
    _widen(answering)
    with tasks, answering:  # the process has them from here on
        process = context.Process(target=_run, args=(tasks, answering, begin, argument), daemon=True)
        process.start()
    return _Worker(process, sending, answers)


def _widen(pipe: Connection) -> None:
    """Let a pipe take more, where the system knows of that and has room."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _ROOM)


def _lost(worker: _Worker) -> WorkerLostError:
    worker.process.join()
    return WorkerLostError(
        f"A process that helps this one ended (exit code {worker.process.exitcode}); was it killed, perhaps for want of memory? "
        "Nothing was changed; try again, or with fewer processes (--jobs 1)."
    )


# In a process of the pool.


def _run(tasks: Connection, answers: Connection, begin: Callable[[T], None], argument: T) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who uses the pool decides when it ends
    waiting: SimpleQueue[tuple[Work, Any] | None] = SimpleQueue()
    Thread(target=_take_in, args=(tasks, waiting), daemon=True).start()
    begin(argument)
    with suppress(BrokenPipeError):  # nobody waits for answers any more
        while (order := waiting.get()) is not None:
            for part in _answer(*order):
                answers.send_bytes(part)


def _take_in(tasks: Connection, waiting: "SimpleQueue[tuple[Work, Any] | None]") -> None:
    """Take tasks as they come, so that the pool need not wait until the ones before are done; end the process with the pool's."""
    while True:
        try:
            order = tasks.recv()
        except (EOFError, OSError):
            os._exit(1)  # the process that uses the pool has ended, and closed nothing in order
        if order is None:
            with suppress(Empty):
                while True:
                    waiting.get_nowait()
            waiting.put(None)
            return
        waiting.put(order)


def _answer(work: Work, task: Any) -> tuple[bytes, bytes]:
    try:
        return _DONE, work(task)
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
