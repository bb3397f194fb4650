"""Tests that run on the librdkafka that is installed, and on the newest."""

import os

import pytest

from harness import newest

CHOICES = ("installed", "newest")


def environment(choice: str) -> dict[str, str]:
    """What to set for a run on it; skips the test where the newest can't be had."""
    if choice == "installed":
        return {}
    found = newest.environment()
    if found is None:
        pytest.skip("the newest librdkafka can't be fetched")
    return found


def version(choice: str) -> tuple[int, ...]:
    """Which librdkafka that is."""
    folder = newest.folder() if choice == "newest" else os.environ.get("REDRIVE_LIBRDKAFKA")
    return newest.version(folder)
