"""A serving process: it opens the store to read, and answers on a socket that ``serve`` gave it."""

import time
from multiprocessing import parent_process
from pathlib import Path
from socket import socket


def work(listening: socket, settings_file: Path, base: str) -> None:
    """Serve the publication that ``settings_file`` sets up below the public address ``base``, until told to stop.

    It ends, too, when the process that started it does.
    """
    # Here, not above: who starts a worker needs nothing of this.
    from feedsvc import clock
    from feedsvc.config import load_settings
    from feedsvc.server.running import run
    from feedsvc.store.database import open_database
    from feedsvc.store.failure import FailureNote
    from feedsvc.store.reader import PublishedEdition
    from feedsvc.store.statistics import open_statistics
    from feedsvc.web.app import create_app, ready_answers
    from feedsvc.web.counting import Counter
    from feedsvc.web.desk import Operations
    from feedsvc.web.theme import Theme

    settings = load_settings(settings_file)
    database = open_database(settings)
    note = FailureNote(settings.folder)
    edition = PublishedEdition(database, now=clock.now, copies=settings.media_folder, note=note)
    counter = Counter(open_statistics(settings), settings.serve.trusted_proxies, time.time)
    counter.start()
    newsroom: Operations | None = None
    if settings.serve.token is not None:  # without it there is no desk, and no need of all that it explains with
        from feedsvc.desk import Newsroom

        newsroom = Newsroom(settings, database, edition, clock.now)
    app = create_app(
        edition,
        base=base,
        counter=counter,
        token=settings.serve.token,
        theme=Theme(settings.folder),
        operations=newsroom,
    )
    parent = parent_process()
    if parent is None:
        raise RuntimeError("a worker is started by serve")
    run(app, ready_answers(app), listening, parent.sentinel)
