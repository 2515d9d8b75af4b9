"""Assets by their serial numbers: what stands at a machine's place, told from whatever stood there before."""

import unicodedata

__all__ = ["asset_key"]


def asset_key(asset: str) -> str:
    """Give a serial number without what two ways of writing it differ by: case, width and spaces.

    >>> asset_key("ｓｎ 4711") == asset_key("SN4711")
    True
    >>> asset_key("1-11") == asset_key("11-1")
    False
    """
    return "".join(unicodedata.normalize("NFKC", asset).casefold().split())
