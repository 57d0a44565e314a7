"""What is raised where the settings on top of an article do not parse."""


class BrokenError(ValueError):
    """A block does not parse; ``line`` counts from 0 within it."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        super().__init__(reason)
