"""Helpers of a walk through a large inbox: processes that go through a part of its folders each.

Meanwhile this process is free, and does what a build needs anyway as soon as one of them meets a folder that is not as it was.
"""

import os
import select
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import msgspec

from feedsvc.inbox.listing import Listing
from feedsvc.inbox.walk import Met, Walk

_AS_BEFORE, _DIFFERS = b"=", b"!"
_CHUNK = 1 << 20
_NICE = 10
_STANDARD = 3  # the first file behind standard input, output and error
# Folders for each helper, so that all have about as much to do.
_FOLDERS = 4


class Helpers:
    """As many processes as ``count``, forked: the caller must have no other threads.

    ``remembered`` holds the hashes of folders as a walk found them before (``Scan.folders``), one that changed then in front:
    there something may be new again, so it is looked at first. ``differs`` is called, once at most,
    when one turns out to be another: while the walk goes on.
    """

    def __init__(self, count: int, remembered: Mapping[str, str], differs: Callable[[], None]) -> None:
        self.count = count
        self.remembered = remembered
        self.differs = differs
        self._recent = next(iter(remembered), "")

    def walk(self, walk: Walk, pending: list[str]) -> list[str]:
        """Go through the folders ``pending`` and all below; what still is to be walked through."""
        while pending and len(pending) < self.count * _FOLDERS:
            pending = [below for name in pending for below in walk.visit(name)]
        if not pending:
            return []
        pending.sort(key=self._is_recent)
        shares = [pending[first :: self.count] for first in range(self.count)]
        helpers: list[tuple[int, int]] = []
        with suppress(OSError):  # no more processes or files are to be had
            for share in shares:
                helpers.append(self._start(walk, share))  # noqa: PERF401 (those that were started count)
        answers = self._answers(helpers)
        helped = zip(shares, answers, strict=False)
        left = shares[len(helpers) :] + [share for share, answer in helped if not _add(walk.met, answer)]
        return [name for share in left for name in share]  # also by a helper that failed, or was killed

    def _start(self, walk: Walk, share: Sequence[str]) -> tuple[int, int]:
        """Start a helper; its process, and where it answers. Raises OSError."""
        answers, told = os.pipe()
        try:
            process = os.fork()
        except OSError:
            os.close(answers)
            os.close(told)
            raise
        if process:
            os.close(told)
            return process, answers
        try:  # from here on in the helper, which must not go back to where its parent came from
            # The lock of the build above all: who waits for it must not wait for a helper whose parent was killed.
            os.closerange(_STANDARD, told)
            os.closerange(told + 1, os.sysconf("SC_OPEN_MAX"))
            self._help(Walk(walk.inbox), list(share), told)
        finally:
            os._exit(0)

    def _help(self, walk: Walk, pending: list[str], told: int) -> None:
        """Answer with ``!`` as soon as a folder differs, else with ``=`` in the end, and then with all that was met."""
        silent = True
        while pending:
            name = pending.pop()
            pending += sorted(walk.visit(name), key=self._is_recent)  # from the end of ``pending`` the next is taken
            if silent and self._differs(walk.met, f"{name}/"):
                silent = False
                os.write(told, _DIFFERS)
                os.nice(_NICE)  # what is done meanwhile takes longer than the walk
        with open(told, "wb") as stream:
            stream.write((_AS_BEFORE if silent else b"") + _encode(walk.met))

    def _differs(self, met: Met, prefix: str) -> bool:
        """Whether a folder certainly is not as it was. (What was refused counts, too, but is known in the end only.)"""
        return not met.refused and met.folders.get(prefix) != self.remembered.get(prefix)

    def _is_recent(self, name: str) -> bool:
        return self._recent.startswith(f"{name}/")

    def _answers(self, helpers: Sequence[tuple[int, int]]) -> list[bytearray]:
        """All that each of the processes answers, until they have ended."""
        answers = {pipe: bytearray() for _, pipe in helpers}
        waiting, silent = set(answers), True
        while waiting:
            for pipe in select.select(waiting, (), ())[0]:
                chunk = os.read(pipe, _CHUNK)
                answers[pipe] += chunk
                if not chunk:
                    waiting.remove(pipe)
                    os.close(pipe)
            if silent and any(answer.startswith(_DIFFERS) for answer in answers.values()):
                silent = False
                self.differs()
        for process, _ in helpers:
            os.waitpid(process, 0)
        return list(answers.values())


def _add(met: Met, answer: bytearray) -> bool:
    """Add what a helper answered; whether it is whole."""
    try:
        told = _decode(memoryview(answer)[1:])
    except msgspec.MsgspecError:
        return False
    met.add(told)
    return True


def _sent(listing: Listing) -> tuple[str, bytes]:
    return listing.joined, listing.stamps.tobytes()


def _received(_: type, sent: tuple[str, bytes]) -> Listing:
    return Listing.of(*sent)


_encode = msgspec.msgpack.Encoder(enc_hook=_sent).encode
_decode = msgspec.msgpack.Decoder(Met, dec_hook=_received).decode
