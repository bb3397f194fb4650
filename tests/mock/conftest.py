"""Fixtures over librdkafka's mock cluster: no network, no Java, and every test has clusters of its own."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from loads import DLQ, Feeder, produce_args  # noqa: E402
from mockcluster import MockCluster  # noqa: E402


@pytest.fixture
def cluster():
    """A cluster of one broker."""
    with MockCluster() as one:
        yield one


@pytest.fixture
def cluster3():
    """A cluster of three brokers."""
    with MockCluster(3) as three:
        yield three


@pytest.fixture
def dlq_cluster():
    """A cluster for the DLQ, so that what breaks Produce on the other one doesn't break the DLQ."""
    with MockCluster() as one:
        one.topic(DLQ)
        yield one


@pytest.fixture
def load(run):
    """load(lines, cluster or address, dlq_cluster or address or None, *options): a load, and how it ended."""
    def start(lines, brokers, dlq_brokers=None, *options, timeout=60):
        return run(produce_args(brokers, dlq_brokers, *options), stdin=lines, timeout=timeout)
    return start


@pytest.fixture
def feed(spawn):
    """feed(cluster, dlq_cluster, *options): a Feeder of a load whose log tells of every record."""
    def start(brokers, dlq_brokers=None, *options):
        args = produce_args(brokers, dlq_brokers, "--log-level", "debug", *options)
        return Feeder(spawn(args, stdin=subprocess.PIPE))
    return start


@pytest.fixture
def closed_port():
    """An address where nobody listens, held so that nobody comes to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"
