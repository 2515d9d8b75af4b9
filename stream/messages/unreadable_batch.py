"""A batch of records that nobody could take apart, in the place of what it held."""

from typing import Self

from models.errors import MessageError

__all__ = ["UnreadableBatch", "refuse_unreadable"]


class UnreadableBatch(bytes):
    """The bytes of a batch as the broker gave them; it comes as the value of one record, at the last offset."""

    reason: str
    """In one line: which offsets, why, and what to do."""
    first_offset: int
    last_offset: int

    def __new__(cls, raw: bytes, *, why: str, first_offset: int, last_offset: int) -> Self:
        """Keep the bytes beside what is known of them; `why` is a half sentence after "the batch"."""
        batch = super().__new__(cls, raw)
        batch.first_offset, batch.last_offset = first_offset, last_offset
        place = (
            f"offset {first_offset}" if first_offset == last_offset else f"offsets {first_offset} to {last_offset}"
        )
        batch.reason = f"the batch at {place} {why}"
        return batch


def refuse_unreadable(data: bytes | None) -> None:
    """Raise `MessageError` with the reason where this is no message but a batch that could not be read."""
    if isinstance(data, UnreadableBatch):
        raise MessageError(data.reason)
