"""Time zones by name, from the database of time zones: what of each a configuration carries."""

import re
import struct
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

from models.errors import ConfigurationError
from models.machinery.time_zone import UTC_ZONE, Zone, check_rule
from stream.messages.validation import shown

__all__ = ["zone_named"]

_KNOWN_FROM_S = 1_577_836_800
"""2020-01-01: of changes before it the last is kept, so what was recorded before that is judged by one offset."""
_KNOWN_TO_S = 2_398_377_600
"""2046-01-01: zones whose changes follow no rule (Ramadan in Morocco) have them listed far beyond."""
_NAME = re.compile(r"[A-Za-z][\w+-]{0,40}(?:/[A-Za-z][\w+-]{0,40}){0,2}", re.ASCII)
_HEADER = struct.Struct(">4sc15x6I")


@lru_cache(maxsize=64)
def zone_named(name: str) -> Zone:
    """Give a time zone by its name, as in `Europe/Berlin`; raises `ConfigurationError` for one that isn't known.

    It is read from the package `tzdata` and not from the computer, so that all workers say the same.
    """
    if name in {"UTC", "Etc/UTC"}:
        return UTC_ZONE
    file = files("tzdata").joinpath("zoneinfo", *name.split("/")) if _NAME.fullmatch(name) else None
    if file is None or not file.is_file():
        near = get_close_matches(name, available_timezones(), n=1)
        meant = f"; did you mean {near[0]!r}?" if near else "; write one such as Europe/Berlin or Asia/Shanghai"
        raise ConfigurationError(f"zone: there is no time zone {shown(name)}{meant}")
    try:
        return _read(name, file.read_bytes())
    except (OSError, ValueError, struct.error) as error:
        raise ConfigurationError(
            f"zone: {name!r} cannot be read ({error}); pip install --force-reinstall tzdata"
        ) from None


def _read(name: str, data: bytes) -> Zone:
    """Read a file of zones (RFC 8536): its second block has times of 64 bits, its last line the rule."""
    first = _HEADER.unpack_from(data)
    start = _HEADER.size + _body_size(first, 4)
    head = _HEADER.unpack_from(data, start)
    if head[0] != b"TZif":
        raise ValueError("it is no file of a time zone")
    count, kinds = head[5], head[6]
    at = start + _HEADER.size
    times = struct.unpack_from(f">{count}q", data, at)
    indices = data[at + 8 * count : at + 9 * count]
    offsets = [struct.unpack_from(">i", data, at + 9 * count + 6 * kind)[0] for kind in range(kinds)]
    rule = data[start + _HEADER.size + _body_size(head, 8) :].decode("ascii").strip("\n")
    check_rule(rule)
    every = [(time_s, offsets[kind]) for time_s, kind in zip(times, indices, strict=True)]
    recent = [each for each in every if _KNOWN_FROM_S <= each[0] < _KNOWN_TO_S]
    before = [each for each in every if each[0] < _KNOWN_FROM_S][-1:]
    return Zone(name, rule, (*before, *recent) if recent else ())


def _body_size(head: tuple[bytes, bytes, int, int, int, int, int, int], width: int) -> int:
    utc, standard, leaps, times, kinds, letters = head[2:]
    return times * (width + 1) + kinds * 6 + letters + leaps * (width + 4) + standard + utc
