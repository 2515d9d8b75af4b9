"""What a test does without a server or the recordings: skip, saying what to install; in CI, fail."""

import os
from typing import NoReturn

import pytest

__all__ = ["required", "unavailable"]


def unavailable(reason: str) -> NoReturn:
    """End the test; `reason` says what is missing and how it is had."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"required under CI=true: {reason}", pytrace=False)
    pytest.skip(reason)


def required(found: object, reason: str) -> None:
    """Go on if something was found, else end the test as `unavailable` does."""
    if not found:
        unavailable(reason)
