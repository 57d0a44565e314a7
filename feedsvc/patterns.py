"""Regular expressions that are compiled when they are first asked for.

Python compiles them anew in every process, and reading has some hundreds, of which a build with one changed article
uses a few: they took an eighth of its time.
"""

import re
from typing import Any, cast

_ASKED = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """What ``re.compile`` gives; re.error for a wrong ``text`` comes with the first use."""
    return cast("re.Pattern[str]", Waiting(text, flags))


class Waiting:
    """A pattern that is not compiled yet. Its functions, once it is, are as fast as those of the compiled one."""

    def __init__(self, text: str, flags: int) -> None:
        self.pattern = text
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        """Compile it: only what it lacks is asked for here."""
        if name not in _ASKED:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        self.__dict__.update({each: getattr(compiled, each) for each in _ASKED})
        return self.__dict__[name]
