"""replay-fallback that is killed again and again, and run again each time: every record arrives once."""

import os
import random
import threading

import fallbacks
import orders
import pytest
import replays

from harness.witness import consume_lean

COUNT = 60_000
KILLS = 10
COMMIT_RECORDS = 2_000
# Slow enough for the last kill to find a replay at work, be the machine as fast as it will.
RATE = 12_000
MORE = 5_000
BAD_EVERY = 997


@pytest.fixture
def rng():
    """Random numbers, whose seed is printed with a failure."""
    seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
    print(f"SEED={seed}")
    return random.Random(seed)


def is_bad(number):
    return number % BAD_EVERY == BAD_EVERY // 2


def bad_line(number):
    return b"bad line of %d" % number


def written(broker, names):
    """How far the topics' logs go, with what never was or will be committed."""
    return sum(end for name in names for _, end in broker.offsets(name, "read_uncommitted").values())


def kill_once(broker, names, spawn, rng, arguments):
    """Kills one run at an instant that nobody knows."""
    running = spawn(arguments)
    running.wait_for("the job to begin", lambda: "Job fallback-" in running.stderr, 60)
    wanted = written(broker, names) + rng.randrange(MORE)
    running.wait_for(f"{wanted} records written", lambda: written(broker, names) >= wanted, 60)
    threading.Event().wait(rng.uniform(0, 0.02))
    assert running.kill().status == 128 + 9


def test_killed(broker, topic, spawn, run, rng, tmp_path):
    names, rejects = [topic(), topic(2)], tmp_path / "rejects.ndjson"
    lines = (bad_line(n) if is_bad(n) else fallbacks.line(names[n % 3 == 0], orders.key(n), orders.order(n))
             for n in range(COUNT))
    path = fallbacks.write(tmp_path / "killed.ndjson", lines)
    arguments = fallbacks.args(broker, path, "--rejects", rejects, "--commit-records", str(COMMIT_RECORDS),
                               "--rate", str(RATE))
    for _ in range(KILLS):
        kill_once(broker, names, spawn, rng, arguments)
    result = run(arguments, timeout=120)
    assert result.status == 6 and fallbacks.records(result)["already_resolved"] > 0, str(result)
    again = run(arguments)
    assert fallbacks.counts(again) == (0, 0, 0, 0, COUNT), str(again)
    found = []
    for k, name in enumerate(names):
        replays.wait_until_settled(broker, name)
        numbers = [orders.number(r.value) for r in consume_lean(broker, name)]
        assert all((n % 3 == 0) == k for n in numbers)
        found += numbers
    bad = [n for n in range(COUNT) if is_bad(n)]
    assert len(found) == len(set(found)) == COUNT - len(bad)
    assert rejects.read_bytes().splitlines() == [bad_line(n) for n in bad]
