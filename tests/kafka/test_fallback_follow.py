"""replay-fallback --follow: what a process appends is replayed while it appends it."""

import fcntl
import signal

import fallbacks
import orders
import replays

from harness.witness import consume


def values(broker, name):
    return [r.value for r in replays.read(broker, name)]


def lines(name, numbers):
    return [fallbacks.line(name, orders.key(n), orders.order(n)) + b"\n" for n in numbers]


def wait_for_values(running, broker, name, count):
    running.wait_for(f"{count} records", lambda: len(consume(broker, name)) == count, 60)


def test_followed_until_stopped(broker, topic, spawn, run, tmp_path):
    name, other, path = topic(1), topic(1), tmp_path / "a.ndjson"
    path.write_bytes(b"".join(lines(name, range(3))))
    with path.open("ab", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        running = spawn(fallbacks.args(broker, path, "--follow"))
        wait_for_values(running, broker, name, 3)
        (last,) = lines(name, [3])
        file.write(last[:40])
        file.write(last[40:] + b"".join(lines(other, range(4, 6))))
        wait_for_values(running, broker, other, 2)
        wait_for_values(running, broker, name, 4)
        file.write(b"bad\n" + b"".join(lines(name, [6])))
        wait_for_values(running, broker, name, 5)
        running.signal(signal.SIGTERM)
        result = running.wait()
    assert result.status == 128 + signal.SIGTERM and fallbacks.counts(result) == (7, 0, 0, 1, 0), str(result)
    assert f"{path}:7: rejected, " in result.stderr, str(result)
    result = run(fallbacks.args(broker, path))
    assert fallbacks.counts(result) == (0, 0, 0, 0, 8), str(result)
    assert values(broker, name) == [orders.order(n) for n in (0, 1, 2, 3, 6)]
    assert values(broker, other) == [orders.order(n) for n in (4, 5)]


def test_a_killed_one_goes_on(broker, topic, spawn, run, tmp_path):
    name, path = topic(1), tmp_path / "a.ndjson"
    path.write_bytes(b"".join(lines(name, range(3))))
    running = spawn(fallbacks.args(broker, path, "--follow"))
    wait_for_values(running, broker, name, 3)
    with path.open("ab", buffering=0) as file:
        file.write(b"".join(lines(name, range(3, 9))))
        wait_for_values(running, broker, name, 9)
        running.kill()
        file.write(b"".join(lines(name, range(9, 12))))
    result = run(fallbacks.args(broker, path))
    assert result.status == 0 and fallbacks.counts(result) == (3, 0, 0, 0, 9), str(result)
    assert values(broker, name) == [orders.order(n) for n in range(12)]


def test_a_file_that_was_replayed_is_followed(broker, topic, spawn, run, tmp_path):
    name, path = topic(1), tmp_path / "a.ndjson"
    path.write_bytes(b"".join(lines(name, range(3))))
    assert run(fallbacks.args(broker, path)).status == 0
    running = spawn(fallbacks.args(broker, path, "--follow"))
    running.wait_for("the job to go on", lambda: "goes on with" in running.stderr)
    with path.open("ab", buffering=0) as file:
        file.write(b"".join(lines(name, range(3, 5))))
    wait_for_values(running, broker, name, 5)
    running.signal(signal.SIGINT)
    result = running.wait()
    assert fallbacks.counts(result) == (2, 0, 0, 0, 3), str(result)


def test_a_file_that_is_moved_away_ends_it(broker, topic, spawn, tmp_path):
    name, path = topic(1), tmp_path / "a.ndjson"
    path.write_bytes(b"".join(lines(name, range(3))))
    running = spawn(fallbacks.args(broker, path, "--follow"))
    wait_for_values(running, broker, name, 3)
    path.rename(tmp_path / "b.ndjson")
    result = running.wait()
    assert result.status == 0 and f"{path} is followed no longer" in result.stderr, str(result)
