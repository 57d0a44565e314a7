"""Tasks of work are done by other processes, and answered in their order."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from feedsvc.errors import QueryError, StoreError, WorkerLostError
from feedsvc.pool import Pool

PRELOAD = "feedsvc.text"
MORE_THAN_A_PIPE_TAKES = 3 * 1024 * 1024
told: list[str] = []


def begin(word: str) -> None:
    told[:] = [word]


def answer(task: object) -> bytes:
    return f"{told[0]} {task}".encode()


def grow(task: bytes) -> bytes:
    return task * 2


def process(_task: object) -> bytes:
    return str(os.getpid()).encode()


def fail(task: str) -> bytes:
    if task == "store":
        raise StoreError("no room")
    if task == "query":
        raise QueryError("of two arguments, so that it does not travel", 3)
    if task == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "memory":
        raise MemoryError
    if task == "interrupt":
        os.kill(os.getpid(), signal.SIGINT)
    return task.encode()


class Unreadable:
    """What can be sent, but not be taken in."""

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return int, ("no number",)


def refuse(word: str) -> None:
    sys.exit(word)


@pytest.fixture
def pool() -> Iterator[Pool]:
    opened = Pool(2, PRELOAD, begin, "Word")
    yield opened
    opened.close()


def test_answers_come_in_the_order_of_the_tasks(pool: Pool) -> None:
    for count in (0, 1, 25):
        assert list(pool.map(answer, range(count), 3)) == [f"Word {each}".encode() for each in range(count)]


def test_all_processes_work(pool: Pool) -> None:
    processes = set(pool.map(process, range(8), 2))
    assert len(processes) == 2
    assert str(os.getpid()).encode() not in processes


def test_tasks_are_taken_only_so_far_ahead(pool: Pool) -> None:
    taken: list[int] = []

    def tasks() -> Iterator[int]:
        for each in range(20):
            taken.append(each)
            yield each

    for done, _ in enumerate(pool.map(answer, tasks(), 2), 1):
        assert len(taken) <= done + 2 * 2


def test_nobody_waits_for_the_other_where_tasks_and_answers_are_large(pool: Pool) -> None:
    task = bytes(MORE_THAN_A_PIPE_TAKES)
    assert [len(each) for each in pool.map(grow, [task] * 6, 3)] == [2 * len(task)] * 6


def test_what_is_raised_there_is_raised_here(pool: Pool) -> None:
    with pytest.raises(StoreError, match="no room") as caught:
        list(pool.map(fail, ["fine", "store"], 2))
    assert "in fail" in caught.value.__notes__[0]


def test_an_error_that_does_not_travel_is_told_in_words(pool: Pool) -> None:
    with pytest.raises(RuntimeError, match="QueryError: column 3: of two arguments"):
        list(pool.map(fail, ["query"], 2))


def test_a_process_that_is_killed_is_told(pool: Pool) -> None:
    with pytest.raises(WorkerLostError, match=r"exit code -9.*--jobs 1"):
        list(pool.map(fail, ["fine", "kill", "fine", "fine"], 2))


def test_whoever_uses_the_pool_decides_when_it_ends(pool: Pool) -> None:
    assert list(pool.map(fail, ["interrupt", "fine"], 2)) == [b"interrupt", b"fine"]


def test_a_task_that_cannot_be_taken_in_ends_its_process(pool: Pool) -> None:
    with pytest.raises(WorkerLostError, match=r"exit code 1.*what it printed says why"):
        list(pool.map(answer, ["fine", Unreadable()], 2))


def test_want_of_memory_is_told_with_what_to_do(pool: Pool) -> None:
    with pytest.raises(WorkerLostError, match=r"too little memory.*--jobs 1"):
        list(pool.map(fail, ["fine", "memory"], 2))


def test_processes_that_cannot_begin_are_told() -> None:
    opened = Pool(2, PRELOAD, refuse, "no desk")
    with pytest.raises(WorkerLostError, match="exit code 1"):
        list(opened.map(answer, ["fine"] * 4, 2))
    opened.close()


def test_answers_that_were_not_taken_are_no_answers_to_other_tasks(pool: Pool) -> None:
    assert next(pool.map(answer, range(4), 2)) == b"Word 0"
    with pytest.raises(RuntimeError, match="were not taken"):
        next(pool.map(answer, range(4), 2))


def test_it_ends_with_tasks_under_way() -> None:
    opened = Pool(1, PRELOAD, begin, "Word")
    answers = opened.map(grow, [bytes(MORE_THAN_A_PIPE_TAKES)] * 6, 4)
    assert next(answers)
    opened.close()
    opened.close()
