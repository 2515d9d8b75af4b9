"""The generation of the consumer group's assignment: what belongs to an earlier one is void."""

__all__ = ["Generation"]


class Generation:
    """Counts rebalances: whoever awaits something compares before and after."""

    def __init__(self) -> None:
        self.current = 0

    def advance(self) -> None:
        """Begin a new one; everything that belongs to the last is void."""
        self.current += 1
