"""What a job refuses, and what is refused to it: by the broker, for other inputs, for another process, for want of
permission. Nothing is lost or sent twice, and the words say what to do."""

import signal

import jobs
import orders
import pytest

from harness.broker import Broker
from harness.secured import ALICE, ALICE_PASSWORD, sasl_properties

COUNT = 60_000
RATE = ["--rate", "20000"]
COMMIT_RECORDS = 5000
LARGE = b"x" * 300_000
LIMIT = {"max.message.bytes": "200000"}
SECONDS_MAX = 10
FEW = 1000


@pytest.fixture
def job(broker, topic):
    """job(*inputs and options, config={}): a job with topics of its own; config: of the DLQ."""
    def make(*more, config=None):
        name, dlq = topic(), topic(config=config or {})
        return jobs.Job(broker, name, dlq,
                        jobs.args(broker, name, *more, dlq=dlq, commit_records=COMMIT_RECORDS))
    return make


# By the broker.


@pytest.mark.parametrize("numbers", [[40_000], [30_002, 48_111], [35_000, 35_001]],
                         ids=["one", "two batches", "neighbours"])
def test_orders_that_have_become_too_large(broker, job, spawn, tmp_path, numbers):
    """The topic's limit is lowered under the running job, which knew the old one."""
    large = {n: orders.order(n, LARGE) for n in numbers}
    path = orders.write(tmp_path / "orders.ndjson", COUNT, large)
    one = job(path, *RATE, config={"max.message.bytes": "1000000"})
    running = one.start(spawn)
    one.wait_for_done(running)
    broker.set_topic_config(one.name, LIMIT)
    assert one.done() < min(numbers)
    result = running.wait(60)
    assert result.status == 3, str(result)
    jobs.check_complete(result, COUNT)
    assert orders.ended(result) == (COUNT - len(large), len(large), 0, 0), str(result)
    one.check_topic(COUNT, large)
    one.check_letters({n + 1: value for n, value in large.items()}, b"MSG_SIZE_TOO_LARGE")


def test_an_order_that_neither_topic_nor_dlq_takes(broker, job, spawn, tmp_path):
    number = 40_000
    path = orders.write(tmp_path / "orders.ndjson", COUNT, {number: orders.order(number, LARGE)})
    one = job(path, *RATE)
    running = one.start(spawn)
    one.wait_for_done(running)
    for topic in one.name, one.dlq:
        broker.set_topic_config(topic, LIMIT)
    assert one.done() < number
    result = running.wait(60)
    assert result.status == 4, str(result)
    jobs.check_complete(result, COUNT)
    assert orders.ended(result) == (COUNT - 1, 0, 1, 0), str(result)
    one.check_topic(COUNT, [number])
    assert one.letters() == []
    (line,) = orders.fallback_lines(tmp_path / f"{one.name}.fallback.ndjson")
    assert orders.number(line["value"].encode()) == number


# What is done.


def test_run_again_when_it_is_complete(job, run, tmp_path):
    bad = {7: b'{"orderId":7'}
    one = job(orders.write(tmp_path / "orders.ndjson", FEW, bad))
    assert run(one.args).status == 3
    one.wait_until_settled(one.name)
    written = one.written()
    result = run(one.args)
    assert result.status == 0 and result.seconds < 3, str(result)
    jobs.check_complete(result, FEW, FEW)
    assert f"Job {one.name} is complete: all {FEW} records" in result.stderr
    assert one.written() == written
    one.check_topic(FEW, bad)
    one.check_letters({8: bad[7]}, b"INVALID_JSON")


def test_resume_without_a_checkpoint(job, run, tmp_path):
    one = job(orders.write(tmp_path / "orders.ndjson", FEW))
    result = run([*one.args, "--resume"])
    assert result.status == 5 and orders.ended(result) == (0, 0, 0, 0), str(result)
    assert f"the cluster has no checkpoint of job {one.name}" in result.stderr
    assert one.done() is None and one.written() == 0
    assert run(one.args).status == 0
    assert run([*one.args, "--resume"]).status == 0


def test_without_idempotence(job, run, tmp_path):
    one = job(orders.write(tmp_path / "orders.ndjson", FEW), "-X", "enable.idempotence=false")
    result = run(one.args)
    assert result.status == 2 and result.seconds < SECONDS_MAX, str(result)
    assert "enable.idempotence=false, from -X" in result.stderr and "from --job" in result.stderr, str(result)
    assert one.done() is None and one.written() == 0


# Other inputs.

PER_FILE = 20_000


class Stopped:
    """A job of three files that was stopped in the second."""

    def __init__(self, broker, job, folder, spawn):
        self.broker, self.job, self.folder = broker, job, folder
        self.paths = [folder / f"{i}.ndjson" for i in range(3)]
        for i, path in enumerate(self.paths):
            path.write_bytes(b"".join(orders.order(n) + b"\n" for n in range(i * PER_FILE, (i + 1) * PER_FILE)))
        running = spawn(self.command())
        job.wait_for_done(running, PER_FILE + 1)
        running.signal(signal.SIGTERM)
        result = running.wait(20)
        assert result.status == 128 + signal.SIGTERM, str(result)
        job.wait_until_settled(job.name)
        self.done = result.summary["job"]["records"]
        assert PER_FILE < self.done < 2 * PER_FILE

    def command(self, *paths):
        """The job's command with these inputs."""
        return [*self.job.args, *(paths or self.paths)]

    def check_refused(self, run, *words, paths=()):
        """With these inputs it doesn't go on, sends nothing and says why."""
        written = self.job.written()
        result = run(self.command(*paths))
        assert result.status == 5 and orders.ended(result) == (0, 0, 0, 0), str(result)
        (said,) = [line for line in result.stderr.splitlines() if " ERROR " in line]
        for word in (f"job {self.job.name}", f"{self.job.name} --forget", *words):
            assert word in said, str(result)
        assert (self.job.written(), self.job.done()) == (written, self.done)


@pytest.fixture
def stopped(broker, job, spawn, tmp_path):
    """Such a job."""
    return Stopped(broker, job(*RATE), tmp_path, spawn)


def changed(path, at, new=b"9"):
    """What is in a file but for its bytes at `at`."""
    data = bytearray(path.read_bytes())
    begin = at % len(data)
    assert data[begin:begin + len(new)] != new
    data[begin:begin + len(new)] = new
    return bytes(data)


def test_inputs_that_have_changed(stopped, run):
    first, second, _ = stopped.paths
    other = [
        (first, first.read_bytes() + b"\n", ["input 1 of 3", str(first), "another file"]),
        (first, changed(first, 11), ["input 1 of 3", str(first)]),
        (second, second.read_bytes() + b"{}\n",
         [str(second), f"had {second.stat().st_size} bytes, now {second.stat().st_size + 3}"]),
        (second, changed(second, 11), [str(second), "its beginning is another, of the same size"]),
        (second, changed(second, -5), [str(second), "its end is another, of the same size"]),
    ]
    for path, content, words in other:
        before = path.read_bytes()
        path.write_bytes(content)
        stopped.check_refused(run, *words)
        path.write_bytes(before)
    result = run(stopped.command())
    assert result.status == 0, str(result)
    jobs.check_complete(result, 3 * PER_FILE, stopped.done)
    stopped.job.check_topic(3 * PER_FILE)


def test_inputs_that_are_missing_or_in_another_order(stopped, run):
    first, second, third = stopped.paths
    stopped.check_refused(run, "has 3 inputs, and only 2 are given now", paths=[first, second])
    stopped.check_refused(run, "has 3 inputs, and only 1 is given now", paths=[second])
    stopped.check_refused(run, "input 1 of 3", str(second), paths=[second, first, third])
    stopped.check_refused(run, str(third), paths=[first, third, second])
    stopped.check_refused(run, "input 1 of 3", str(third), paths=[third, first, second])


def test_inputs_under_other_names(stopped, run):
    renamed = [path.rename(path.with_name(f"renamed-{path.name}")) for path in stopped.paths]
    result = run(stopped.command(*renamed))
    assert result.status == 0, str(result)
    resume = jobs.check_complete(result, 3 * PER_FILE, stopped.done)["resume"]
    assert (resume["file"], resume["line"]) == (str(renamed[1]), stopped.done - PER_FILE + 1)
    stopped.job.check_topic(3 * PER_FILE)


def test_a_further_input(stopped, run):
    """While the job is under way, and once it was complete."""
    for i in 3, 4:
        more = stopped.folder / f"{i}.ndjson"
        more.write_bytes(b"".join(orders.order(n) + b"\n" for n in range(i * PER_FILE, (i + 1) * PER_FILE)))
        stopped.paths.append(more)
        result = run(stopped.command())
        assert result.status == 0, str(result)
        jobs.check_complete(result, (i + 1) * PER_FILE, stopped.done if i == 3 else i * PER_FILE)
        stopped.job.check_topic((i + 1) * PER_FILE)


# Another process.


def test_two_processes(job, spawn, tmp_path):
    one = job(orders.write(tmp_path / "orders.ndjson", COUNT), *RATE)
    older = one.start(spawn)
    one.wait_for_done(older)
    newer = one.start(spawn)
    older, newer = older.wait(60), newer.wait(60)
    both = f"{older}\n{newer}"
    one.check_topic(COUNT)
    assert (older.status, newer.status) == (1, 0), both
    assert f"another process has taken over job {one.name}" in older.stderr, both
    assert not list(tmp_path.glob("*fallback*")), both
    jobs.check_complete(newer, COUNT, orders.check_numbers(older)["delivered"])
    assert one.letters() == []


def test_many_processes_at_once(job, spawn, tmp_path):
    one = job(orders.write(tmp_path / "orders.ndjson", COUNT), *RATE)
    results = [running.wait(60) for running in [spawn(one.args) for _ in range(4)]]
    assert 0 in {result.status for result in results}, "\n".join(map(str, results))
    for result in results:
        assert result.status in (0, 1), str(result)
        assert result.status == 0 or f"another process has taken over job {one.name}" in result.stderr, str(result)
    one.check_topic(COUNT)


# Permissions.


def grants(name, dlq):
    """All that a job needs: {what kafka-acls would call it: (operation, resource, name)}."""
    return {
        f"Write --topic {name}": ("WRITE", "TOPIC", name),
        f"Read --topic {name}": ("READ", "TOPIC", name),
        f"Write --topic {dlq}": ("WRITE", "TOPIC", dlq),
        f"Read --group redrive.{name}": ("READ", "GROUP", f"redrive.{name}"),
        f"Write --transactional-id redrive.{name}": ("WRITE", "TRANSACTIONAL_ID", f"redrive.{name}"),
    }


@pytest.fixture
def alice(secured, topic, run, tmp_path):
    """alice(without=[…]): a job that alice runs with all permissions but those; its topics, and how it ended."""
    def start(name=None, dlq=None, without=(), describe=()):
        name, dlq = name or topic(on=secured), dlq or topic(on=secured)
        path = orders.write(tmp_path / "orders.ndjson", FEW, {7: b'{"orderId":7'})
        config = orders.config_file(tmp_path / "client.properties", sasl_properties(secured, ALICE, ALICE_PASSWORD))
        secured.acl_clear()
        for grant, (operation, resource, of) in grants(name, dlq).items():
            if not any(grant.startswith(left_out) for left_out in without):
                secured.acl_add(ALICE, operation, resource, of)
        for described in describe:
            secured.acl_add(ALICE, "DESCRIBE", "TOPIC", described)
        result = run(["produce", "-F", config, "-t", name, "-k", "customerId", "--dlq", dlq, "--job", name,
                      "--summary", "json", path])
        return jobs.Job(secured, name, dlq, []), result

    yield start
    secured.acl_clear()


@pytest.mark.parametrize("without", ["Write --transactional-id", "Read --group", "Read --topic"])
def test_no_permission(alice, tmp_path, without):
    one, result = alice(without=[without])
    assert result.status == 5 and result.seconds < SECONDS_MAX, str(result)
    assert orders.ended(result) == (0, 0, 0, 0), str(result)
    assert not list(tmp_path.glob("*fallback*")), str(result)
    assert one.written() == 0
    (said,) = [line for line in result.stderr.splitlines() if " ERROR " in line]
    (wanted,) = [grant for grant in grants(one.name, one.dlq) if grant.startswith(without)]
    assert f"kafka-acls --add --allow-principal User:{ALICE} --operation {wanted}" in said, str(result)
    one, result = alice(one.name, one.dlq)
    assert result.status == 3 and orders.ended(result) == (FEW - 1, 1, 0, 0), str(result)
    one.check_topic(FEW, [7])
    one.check_letters({8: b'{"orderId":7'}, b"INVALID_JSON")


@pytest.mark.parametrize("which", ["topic", "dlq"])
def test_no_permission_to_write(alice, secured, topic, tmp_path, which):
    names = {"topic": topic(on=secured), "dlq": topic(on=secured)}
    wanted = f"Write --topic {names[which]}"
    one, result = alice(names["topic"], names["dlq"], without=[wanted], describe=names.values())
    assert result.status == 5 and result.seconds < SECONDS_MAX, str(result)
    assert orders.ended(result) == (0, 0, 0, 0), str(result)
    assert not list(tmp_path.glob("*fallback*")), str(result)
    grant = f"User:{ALICE} --operation Write --topic {one.name} --topic {one.dlq}"
    assert grant in result.stderr, str(result)
    one, result = alice(one.name, one.dlq)
    assert result.status == 3 and orders.ended(result) == (FEW - 1, 1, 0, 0), str(result)
    one.check_topic(FEW, [7])


@pytest.fixture(scope="module")
def without_transactions():
    """A broker that wants more replicas of its transactions than there are brokers."""
    with Broker(extra={"transaction.state.log.replication.factor": 3}) as own:
        yield own


def test_a_broker_that_can_t_do_transactions(without_transactions, topic, run, tmp_path):
    broker = without_transactions
    name, dlq = topic(on=broker), topic(on=broker)
    path = orders.write(tmp_path / "orders.ndjson", FEW)
    result = run(jobs.args(broker, name, path, "--delivery-timeout", "3s", dlq=dlq))
    assert result.status == 5 and result.seconds < SECONDS_MAX, str(result)
    assert orders.ended(result) == (0, 0, 0, 0), str(result)
    assert not list(tmp_path.glob("*fallback*")), str(result)
    (said,) = [line for line in result.stderr.splitlines() if " ERROR " in line]
    assert "transaction" in said and "transaction.state.log" in said, str(result)
