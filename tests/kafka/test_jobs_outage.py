"""The cluster is away for longer than the retries last: the fallback file is the job's journal, and what is in it is done."""

import jobs
import orders
import pytest

COUNT = 40_000
# Takes long enough for the broker to come back meanwhile.
MANY = 100_000
RATE = 10_000
SHORT = ["--rate", str(RATE), "--delivery-timeout", "2s", "--retries", "1", "--retry-backoff", "100ms",
         "--breaker-cooldown", "1s"]
BAD = {n: b'{"orderId":%d,' % n for n in range(777, MANY, 1000)}


@pytest.fixture
def under_way(own_broker, topic, spawn, tmp_path):
    """under_way(*options, count): a job of so many orders that has begun to load, its run, and its fallback file."""
    def start(*options, count=COUNT):
        name, dlq = topic(on=own_broker), topic(on=own_broker)
        bad = {n: value for n, value in BAD.items() if n < count}
        path = orders.write(tmp_path / "orders.ndjson", count, bad)
        job = jobs.Job(own_broker, name, dlq,
                       jobs.args(own_broker, name, path, *SHORT, *options, dlq=dlq, commit_records=2000))
        running = job.start(spawn)
        job.wait_for_done(running, 2000)
        return job, running, tmp_path / f"{name}.fallback.ndjson"
    return start


def wait_for_lines(running, fallback):
    running.wait_for("records in the fallback file", lambda: fallback.exists() and fallback.stat().st_size, 120)


def check_all_once(job, fallback, count):
    """Topic, DLQ and fallback file together have every order once; how many the file has."""
    lines = [orders.number(line["value"].encode()) for line in orders.fallback_lines(fallback)]
    letters = [orders.number(letter.value) for letter in job.letters()]
    for where, numbers in ("fallback file", lines), ("DLQ", letters):
        assert len(set(numbers)) == len(numbers), f"twice in the {where}"
    both = set(lines) & set(letters)
    assert not both, f"in DLQ and fallback file: {sorted(both)[:10]}"
    bad = {n for n in BAD if n < count}
    assert set(letters) <= bad <= set(lines) | set(letters)
    job.check_topic(count, {*lines, *letters})
    return len(lines)


def test_killed_during_the_outage(own_broker, under_way, run):
    """The broker, too."""
    job, running, fallback = under_way()
    own_broker.kill()
    wait_for_lines(running, fallback)
    assert running.kill().status == jobs.KILLED
    own_broker.start()
    before = job.done()
    result = run(job.args, timeout=120)
    kept = check_all_once(job, fallback, COUNT)
    assert kept and result.status in (3, 4), str(result)
    assert f"records behind that are in the fallback file {fallback.name}, and are not sent again" in result.stderr
    assert result.summary["job"] == {"name": job.name, "records": COUNT, "complete": True}, str(result)
    assert result.summary["resume"]["records"] == before


def test_killed_again_and_again(own_broker, under_way, spawn, run):
    """Twice during the outage, and once behind it."""
    job, running, fallback = under_way()
    own_broker.stop()
    wait_for_lines(running, fallback)
    assert running.kill().status == jobs.KILLED
    own_broker.start()
    running = job.start(spawn)
    job.wait_for_done(running, job.done() + 2000)
    own_broker.stop()
    size = fallback.stat().st_size
    running.wait_for("more in the fallback file", lambda: fallback.stat().st_size > size, 60)
    assert running.kill().status == jobs.KILLED
    own_broker.start()
    running = job.start(spawn)
    job.wait_for_done(running, job.done() + 2000)
    assert running.kill().status == jobs.KILLED
    result = run(job.args, timeout=120)
    assert check_all_once(job, fallback, COUNT), str(result)
    assert result.summary["job"] == {"name": job.name, "records": COUNT, "complete": True}, str(result)


def test_goes_on_when_the_cluster_is_back(own_broker, under_way):
    job, running, fallback = under_way(count=MANY)
    own_broker.stop()
    wait_for_lines(running, fallback)
    own_broker.start()
    running.wait_for("the circuit to close", lambda: "Circuit closed" in running.stderr, 60)
    job.wait_for_more(running, 1000)
    result = running.wait(120)
    kept = check_all_once(job, fallback, MANY)
    assert result.status == 4, str(result)
    jobs.check_complete(result, MANY)
    assert orders.check_numbers(result)["fallback"] == kept > 0, str(result)


def test_ends_during_the_outage(own_broker, under_way, run):
    job, running, fallback = under_way("--breaker-cooldown", "30s")
    own_broker.stop()
    result = running.wait(120)
    assert result.status == 4, str(result)
    assert orders.check_numbers(result)["read"] == COUNT, str(result)
    assert not result.summary["job"]["complete"], str(result)
    assert "run the same command again" in result.stderr
    size = fallback.stat().st_size
    own_broker.start()
    before = job.done()
    again = run(job.args, timeout=120)
    check_all_once(job, fallback, COUNT)
    assert fallback.stat().st_size == size
    assert again.summary["job"] == {"name": job.name, "records": COUNT, "complete": True}, str(again)
    assert again.summary["resume"]["records"] == before
    assert run(job.args).status == 0


@pytest.mark.parametrize("on_outage", ["wait", "stop"])
def test_without_the_fallback_file(own_broker, topic, spawn, run, tmp_path, on_outage):
    name, dlq = topic(on=own_broker), topic(on=own_broker)
    bad = {n: value for n, value in BAD.items() if n < COUNT}
    path = orders.write(tmp_path / "orders.ndjson", COUNT, bad)
    job = jobs.Job(own_broker, name, dlq, jobs.args(own_broker, name, path, *SHORT, "--on-outage", on_outage,
                                                    dlq=dlq, commit_records=2000))
    running = job.start(spawn)
    job.wait_for_done(running, 2000)
    own_broker.stop()
    if on_outage == "wait":
        running.wait_for("the pause", lambda: "waiting 1000 ms before the next try" in running.stderr, 60)
        own_broker.start()
        result = running.wait(120)
    else:
        stopped = running.wait(60)
        assert stopped.status == 5, str(stopped)
        own_broker.start()
        before = job.done()
        assert orders.check_numbers(stopped)["read"] == before, str(stopped)
        result = run(job.args, timeout=120)
    assert result.status == 3 and result.summary["job"]["complete"], str(result)
    assert not (tmp_path / f"{name}.fallback.ndjson").exists(), str(result)
    job.check_topic(COUNT, bad)
    job.check_letters({n + 1: value for n, value in bad.items()}, b"INVALID_JSON")
