"""Jobs and inputs that don't stay as they were, can't be read, or hold what no producer takes."""

import gzip
import signal
import subprocess

import jobs
import orders
import pytest

COUNT = 20_000
LARGE = 997


@pytest.fixture
def job(broker, topic):
    """Makes a job of these inputs and options."""
    def make(*more):
        name, dlq = topic(), topic()
        return jobs.Job(broker, name, dlq, jobs.args(broker, name, *more, dlq=dlq))

    return make


def whole(count):
    return b"".join(orders.order(n) + b"\n" for n in range(count))


def check_refused(result, words):
    assert result.status == 5 and words in result.stderr, str(result)
    assert orders.ended(result) == (0, 0, 0, 0), str(result)


def test_a_file_that_was_cut_off_goes_on_once_it_is_whole(job, run, tmp_path):
    path, packed = tmp_path / "orders.ndjson.gz", gzip.compress(whole(COUNT), mtime=0)
    path.write_bytes(packed[:len(packed) // 2])
    one = job(path)
    held = run(one.args)
    read = orders.check_numbers(held)["delivered"]
    assert held.status == 5 and 0 < read < COUNT, str(held)
    assert not held.summary["job"]["complete"] and "--skip-damaged" in held.stderr, str(held)
    path.write_bytes(packed)
    jobs.check_complete(run(one.args), COUNT, before=read)
    one.check_topic(COUNT)


def test_behind_a_damaged_file_only_when_asked(job, run, tmp_path):
    cut, path = tmp_path / "cut.ndjson.gz", orders.write(tmp_path / "orders.ndjson", COUNT)
    cut.write_bytes(gzip.compress(b"")[:12])
    one = job(cut, path)
    held = run(one.args)
    assert held.status == 5 and orders.ended(held) == (0, 0, 0, 0), str(held)
    passed = run([*one.args, "--skip-damaged"])
    assert passed.status == 5 and passed.summary["job"]["complete"], str(passed)
    one.check_topic(COUNT)


def test_options_of_reading_stay(job, run, tmp_path):
    one = job(orders.write(tmp_path / "orders.ndjson", COUNT))
    first = run([*one.args, "--limit", "1000"])
    assert first.status == 0, str(first)
    check_refused(run([*one.args, "--format", "csv"]), "other options of how its inputs are read")
    jobs.check_complete(run(one.args), COUNT, before=1000)
    one.check_topic(COUNT)


def test_a_name_is_for_one_topic(job, run, tmp_path, topic):
    one = job(orders.write(tmp_path / "orders.ndjson", COUNT))
    assert run([*one.args, "--limit", "1000"]).status == 0
    other = [topic() if word == one.name and one.args[at - 1] == "-t" else word for at, word in enumerate(one.args)]
    check_refused(run(other), f"loads another topic, {one.name}")
    jobs.check_complete(run(one.args), COUNT, before=1000)


def test_what_the_client_itself_refuses(job, run, tmp_path):
    """Among others, and with bad lines beside it; librdkafka refuses it when its pack is sent."""
    path = tmp_path / "orders.ndjson"
    lines, large, bad = [], [], {}
    for n in range(COUNT):
        if n % LARGE == LARGE // 2:
            large.append(n)
            lines.append(orders.order(n)[:-1] + b',"note":"' + b"y" * 3000 + b'"}')
            bad[len(lines) + 1] = b"{bad"
            lines.append(b"{bad")
        else:
            lines.append(orders.order(n))
    path.write_bytes(b"\n".join(lines) + b"\n")
    one = job(path, "-X", "message.max.bytes=2000")
    result = run(one.args)
    assert result.status == 4, str(result)
    assert orders.ended(result) == (COUNT - len(large), len(bad), len(large), 0), str(result)
    one.check_topic(COUNT, large)
    one.check_letters(bad, b"INVALID_JSON")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_signal_while_an_archive_is_passed_over(job, run, spawn, tmp_path, name):
    (tmp_path / "a.ndjson").write_bytes(whole(100))
    (tmp_path / "c.ndjson").write_bytes(whole(COUNT)[len(whole(100)):])
    with (tmp_path / "b.bin").open("wb") as hollow:
        hollow.truncate(1 << 30)
    packed = tmp_path / "orders.tar.zst"
    subprocess.run(["tar", "--zstd", "-C", tmp_path, "-cf", packed, "a.ndjson", "b.bin", "c.ndjson"], check=True)
    one = job(packed)
    running = one.start(spawn)
    # Before this there is still something to read, and a signal ends that without a word on the input.
    running.wait_for("the member to be passed over", lambda: "b.bin is binary" in running.stderr, 60)
    running.process.send_signal(getattr(signal, name))
    stopped = running.wait(60)
    done = stopped.summary["job"]["records"] if "job" in stopped.summary else 0
    assert stopped.status == 128 + getattr(signal, name), str(stopped)
    assert "was not read any further" in stopped.summary["inputs"][0]["error"], str(stopped)
    resumed = run(one.args)
    jobs.check_complete(resumed, COUNT, before=done)
    assert resumed.status == 0, str(resumed)
    one.check_topic(COUNT)


def test_topic_deleted_in_mid_load(own_broker, topic, spawn, tmp_path):
    name, dlq = topic(on=own_broker), topic(on=own_broker)
    bad = {n: b"{bad" for n in range(50, COUNT, 100)}
    path = orders.write(tmp_path / "orders.ndjson", COUNT, bad)
    one = jobs.Job(own_broker, name, dlq, jobs.args(own_broker, name, path, "--rate", "8000", "--delivery-timeout", "3s",
                                                    "--retries", "1", dlq=dlq, commit_records=2000))
    running = one.start(spawn)
    one.wait_for_done(running, 2000)
    own_broker.delete_topic(name)
    result = running.wait(90)
    numbers = orders.check_numbers(result)
    assert result.status in (1, 3, 4, 5) and numbers["read"] <= COUNT, str(result)
