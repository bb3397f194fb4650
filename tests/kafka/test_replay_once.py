"""A replay sends each message once, whoever is killed, stopped or in its way."""

import os
import random
import signal
import threading

import orders
import pytest
import replays

from harness.witness import consume_lean

COUNT = 100_000
KILLS = 10
# Slow enough that the last kill finds a replay at work.
RATE = ["--rate", "20000"]


@pytest.fixture
def rng():
    """Random numbers, whose seed is printed with a failure."""
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def filled(broker, topic, run, tmp_path):
    """A DLQ full of orders whose topic is there at last: its name, the DLQ's."""
    name, dlq = replays.fill(broker, topic, run, tmp_path / "orders.ndjson", COUNT)
    broker.create_topic(name)
    yield name, dlq
    broker.delete_topic(name)
    broker.delete_topic(f"{dlq}.resolved")


def written(broker, name):
    return sum(end for _, end in broker.offsets(name, "read_uncommitted").values())


def check_all(broker, name):
    replays.wait_until_settled(broker, name)
    orders.check_delivered(consume_lean(broker, name), COUNT)


def test_three_at_once_of_which_one_is_killed_and_one_sleeps(broker, filled, spawn, run):
    name, dlq = filled
    given = replays.args(broker, dlq, *replays.SHORT, "--rate", "6000")
    killed, asleep, steady = [spawn(given) for _ in range(3)]
    steady.wait_for("three shares", lambda: replays.shares(broker, dlq) == [2, 2, 2], 60)
    seen = written(broker, name)
    steady.wait_for("some orders more", lambda: written(broker, name) > seen + 2000, 60)
    asleep.signal(signal.SIGSTOP)
    assert killed.kill().status == replays.KILLED
    steady.wait_for("the others' partitions", lambda: replays.shares(broker, dlq) == [6], 60)
    asleep.signal(signal.SIGCONT)
    results = [steady.wait(120), asleep.wait(120)]
    assert [r.status for r in results] == [0, 0], "\n".join(map(str, results))
    check_all(broker, name)
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    assert result.summary["records"]["read"] == 0


def test_killed_again_and_again(broker, filled, spawn, run, rng):
    name, dlq = filled
    given = replays.args(broker, dlq, *replays.SHORT, *RATE)
    for _ in range(KILLS):
        running = spawn(given)
        more = written(broker, name) + rng.randrange(COUNT // KILLS)
        running.wait_for("more orders", lambda: written(broker, name) > more, 60)
        threading.Event().wait(rng.uniform(0, 0.1))
        assert running.kill().status == replays.KILLED
    result = run(replays.args(broker, dlq, *replays.SHORT), timeout=120)
    assert result.status == 0, str(result)
    assert 0 < result.summary["records"]["delivered"] < COUNT
    check_all(broker, name)
