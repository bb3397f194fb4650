"""A listener that takes connections and closes them: somebody else's protocol, or nobody behind it yet."""

import contextlib
import socket
import threading
import time

import pytest
from loads import TOPIC, assert_complete, check, events, orders

PATIENCE_S = 5
SECONDS_MAX = 20
CLOSED_S = 2


def pump(from_socket, to_socket):
    """Hands on what comes until there is no more."""
    with contextlib.suppress(OSError):
        while data := from_socket.recv(65536):
            to_socket.sendall(data)
    for end in (from_socket, to_socket):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def serve(listener, backend, closes_until):
    """Closes connections until then, and hands later ones on to the backend."""
    with contextlib.suppress(OSError):
        while True:
            taken, _ = listener.accept()
            if time.monotonic() < closes_until:
                taken.close()
                continue
            host, port = backend.rsplit(":", 1)
            behind = socket.create_connection((host, int(port)))
            for ends in ((taken, behind), (behind, taken)):
                threading.Thread(target=pump, args=ends, daemon=True).start()


@contextlib.contextmanager
def balancer(backend=None, closes_s=float("inf")):
    """Its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        until = time.monotonic() + closes_s
        threading.Thread(target=serve, args=(listener, backend, until), daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL"])
@pytest.mark.parametrize("outage", ["wait", "dlq"])
def test_closings_that_go_on_are_a_refusal(load, protocol, outage):
    with balancer() as address:
        result = load(orders(10), address, None, "--on-outage", outage, "-X", f"security.protocol={protocol}")
    check(result, 5, read=0)
    assert not events(result, "cluster_down"), result
    assert PATIENCE_S <= result.seconds < SECONDS_MAX, result
    assert f"security.protocol, now {protocol}" in result.stderr, result


def test_closings_that_end_are_none(load, cluster):
    cluster.topic(TOPIC)
    with balancer(cluster.bootstrap, CLOSED_S) as address:
        result = load(orders(10), address, None, "--on-outage", "wait")
    check(result, 0, read=10, delivered=10)
    assert_complete(cluster.read(TOPIC), 10)
    assert not events(result, "cluster_down"), result
