"""How the processes of a build behave beside others: they go behind, and seldom stop to look for garbage."""

import atexit
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

_NICE = 10
# Objects between two looks for cycles; 700 without this.
_SELDOM = (500_000, 50, 50)


def give_way() -> None:
    """Let those go first who wait for answers: a build takes the time that servers and readers leave."""
    os.setpriority(os.PRIO_PROCESS, 0, max(_NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def collect_seldom() -> None:
    """Look for cycles seldom: what a build makes stays until it is written, and has none. It took a tenth of its time."""
    gc.set_threshold(*_SELDOM)
    # Nor does it at its end, when Python looks through all that is left, modules and their functions, three times.
    atexit.register(gc.freeze)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """The same for as long as a build takes, in a process that goes on."""
    usual = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
