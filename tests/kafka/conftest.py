"""Fixtures over a real broker. A session starts one plain broker; `secured` and `own_broker` only where asked for."""

import sys
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.broker import Broker  # noqa: E402
from harness.secured import secured_broker  # noqa: E402


@pytest.fixture(scope="session")
def broker():
    """The broker all tests share: use topics of your own, never stop it."""
    with Broker() as shared:
        yield shared


@pytest.fixture(scope="session")
def secured():
    """The broker with users and ACLs that all tests share."""
    with secured_broker() as shared:
        yield shared


@pytest.fixture(scope="module")
def _module_broker():
    with Broker() as own:
        yield own


@pytest.fixture
def own_broker(_module_broker):
    """A broker of the module's own, which its tests may stop, kill and freeze: each test finds it running."""
    if _module_broker.running:
        _module_broker.thaw()
    else:
        _module_broker.start()
    return _module_broker


@pytest.fixture
def topic(broker):
    """Factory of topics with unique names: topic(partitions=6, config={}, on=broker, suffix="")."""
    created = []

    def create(partitions=6, config=None, on=broker, suffix=""):
        name = f"t-{uuid.uuid4().hex[:12]}{suffix}"
        created.append((on, on.create_topic(name, partitions, config)))
        return name

    yield create
    for on, name in created:
        if on.running and name in on.topics():
            on.delete_topic(name)
