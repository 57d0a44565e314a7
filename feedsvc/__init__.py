"""feedsvc publishes feeds: a folder of articles becomes live Atom, RSS and JSON feeds."""

__version__ = "0.1.0"
