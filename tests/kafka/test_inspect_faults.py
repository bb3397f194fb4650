"""dlq-inspect where something is missing, refused or taken away: a clear message, a status, no hang."""

import os
import signal
import subprocess
import time

import letters
import orders
import pytest

from harness import process
from harness.admin import AdminError
from harness.secured import ADMIN, ALICE, ALICE_PASSWORD, sasl_properties
from harness.witness import produce

MANY = 100_000
# A fetch brings some forty messages.
SLOW = [word for setting in ("message.max.bytes=10000", "fetch.max.bytes=10000", "fetch.message.max.bytes=10000",
                             "queued.min.messages=10") for word in ("-X", setting)]


def fill(broker, topic, count, **fields):
    produce(broker, topic, [letters.letter(message=f"number {n}", **fields) for n in range(count)])


def test_no_such_topic(broker, run):
    for form in "table", "json", "ndjson":
        result = run(letters.args(broker, "nobody-has-this", form=form))
        assert result.status == 5 and "there is no topic nobody-has-this" in result.stderr, str(result)
        assert result.seconds < 10 and not result.out


def test_impossible_name(broker, run):
    result = run(letters.args(broker, "bad topic!"))
    assert result.status == 5 and "bad topic!" in result.stderr and not result.out, str(result)


def test_nothing_in_it(broker, topic, run):
    name = topic(3)
    result = run(letters.args(broker, name, form="table"))
    assert (result.status, result.stdout) == (0, f"{name}: 0 messages in 3 partitions\nIt is empty.\n"), str(result)
    report = run(letters.args(broker, name)).summary
    assert (report["messages"], report["groups"], report["histogram"], report["complete"]) == (0, [], [], True)
    for form in "ndjson", "csv", "html":
        result = run(letters.args(broker, name, form=form))
        assert result.status == 0 and not result.err, str(result)


def test_what_is_deleted_by_age_is_passed_over(broker, topic, run):
    name = topic(1)
    fill(broker, name, 100)
    broker.delete_records(name, 0, 60)
    assert run(letters.args(broker, name)).summary["messages"] == 40


def test_broker_down(run):
    with orders.nobody() as address:
        result = run(["dlq-inspect", "-b", address, "-t", "orders.dlq"])
        assert result.status == 5 and result.seconds < 10, str(result)
        assert f"no broker answers at {address}" in result.stderr and not result.out


def test_broker_hangs_and_goes_on(own_broker, topic, spawn):
    name = topic(1, on=own_broker)
    fill(own_broker, name, 50_000)
    running = spawn(letters.args(own_broker, name, *SLOW, form="ndjson"))
    running.wait_for("some messages to be read", lambda: len(running.stdout) > 100_000)
    own_broker.freeze()
    running.wait_for("it to say so", lambda: "waiting for it" in running.stderr, 30)
    own_broker.thaw()
    result = running.wait(60)
    assert result.status == 0, str(result)
    assert len(result.stdout.splitlines()) == 50_000


def test_broker_goes_for_good(own_broker, topic, spawn):
    name = topic(1, on=own_broker)
    fill(own_broker, name, 50_000)
    running = spawn(letters.args(own_broker, name, *SLOW, form="ndjson"))
    running.wait_for("some messages to be read", lambda: len(running.stdout) > 100_000)
    own_broker.kill()
    result = running.wait(60)
    assert result.status == 5 and "no broker answers" in result.stderr, str(result)
    assert len(result.stdout.splitlines()) < 50_000


def test_topic_deleted_while_it_is_read(own_broker, topic, spawn):
    name = topic(2, on=own_broker)
    fill(own_broker, name, 30_000)
    running = spawn(letters.args(own_broker, name, *SLOW, form="ndjson"))
    running.wait_for("some messages to be read", lambda: len(running.stdout) > 100_000)
    own_broker.delete_topic(name)
    result = running.wait(60)
    assert result.status == 5 and f"the topic {name} was deleted while it was read" in result.stderr, str(result)
    assert 0 < len(result.stdout.splitlines()) < 30_000


def test_others_write_meanwhile(broker, topic, spawn):
    """It ends where the end was at the start, and doesn't chase what comes in."""
    name = topic(1)
    fill(broker, name, 1000)
    writer = subprocess.Popen(["sh", "-c", "while :; do echo more; done"], stdout=subprocess.PIPE)
    kcat = process.start(["kcat", "-P", "-b", broker.bootstrap, "-t", name, "-X", "linger.ms=5"], stdin=writer.stdout,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait_until("it to write", lambda: broker.offsets(name)[0][1] > 5000, 30)
        before = broker.offsets(name)[0][1]
        result = spawn(letters.args(broker, name)).wait(60)
        assert result.status == 0, str(result)
        assert before <= result.summary["messages"] < broker.offsets(name)[0][1]
    finally:
        process.terminate(kcat, 5)
        writer.kill()
        writer.wait()
        writer.stdout.close()


def test_open_and_aborted_transactions_are_not_shown(broker, topic, run):
    name = topic(1)
    rows = [letters.letter(message=f"number {n}") for n in range(10)]
    produce(broker, name, rows[:3])
    produce(broker, name, rows[3:6], {"transactional.id": name}, transaction="abort")
    produce(broker, name, rows[6:9], {"transactional.id": name}, transaction="commit")
    assert run(letters.args(broker, name)).summary["messages"] == 6
    assert run(letters.args(broker, name, "-X", "isolation.level=read_uncommitted")).summary["messages"] == 9


def test_it_joins_no_group_and_commits_nothing(broker, topic, run):
    name = topic(1)
    fill(broker, name, 10)
    result = run(letters.args(broker, name, "-X", "group.id=a-group-of-mine", "-X", "enable.auto.commit=true"))
    assert result.status == 0 and result.summary["messages"] == 10, str(result)
    assert broker.group_offsets("a-group-of-mine") == {}
    with pytest.raises(AdminError, match="GroupIdNotFoundException"):
        broker.group("a-group-of-mine")


@pytest.fixture
def alice(secured, run, tmp_path):
    """Looks at a topic as alice, who may do what ACLs let her; they are gone afterwards."""
    config = orders.config_file(tmp_path / "client.properties", sasl_properties(secured, ALICE, ALICE_PASSWORD))
    yield lambda topic: run(["dlq-inspect", "-F", config, "-t", topic, "--format", "json"])
    secured.acl_clear()


def test_permissions(secured, topic, alice):
    name = topic(1, on=secured)
    fill(secured, name, 3)
    grant = f"kafka-acls --add --allow-principal User:{ALICE} --operation %s --topic {name}"
    result = alice(name)
    assert result.status == 5 and grant % "Describe" in result.stderr and not result.out, str(result)
    secured.acl_add(ALICE, "DESCRIBE", "TOPIC", name)
    result = alice(name)
    assert result.status == 5 and grant % "Read" in result.stderr and result.seconds < 15, str(result)
    secured.acl_add(ALICE, "READ", "TOPIC", name)
    result = alice(name)
    assert result.status == 0 and result.summary["messages"] == 3, str(result)


def test_wrong_password(secured, run, tmp_path):
    config = orders.config_file(tmp_path / "client.properties", sasl_properties(secured, ADMIN, "wrong"))
    result = run(["dlq-inspect", "-F", config, "-t", "orders.dlq"])
    assert result.status == 5 and result.seconds < 10 and "sasl.password" in result.stderr, str(result)
    assert "wrong" not in result.stderr.replace("is wrong", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_while_it_reads(broker, topic, spawn, number):
    name = topic(1)
    fill(broker, name, 50_000)
    running = spawn(letters.args(broker, name, *SLOW, "--progress", "always"))
    running.wait_for("it to read", lambda: "records" in running.stderr, 30)
    running.signal(number)
    result = running.wait(20)
    assert result.status == 128 + number, str(result)
    assert result.summary["complete"] is False and 0 < result.summary["messages"] < 50_000, str(result)


def test_follow(broker, topic, spawn):
    name = topic(2)
    produce(broker, name, [letters.letter(message=f"early {n}", partition=n % 2) for n in range(4)])
    running = spawn(letters.args(broker, name, "--follow", form="table"))
    running.wait_for("the table", lambda: "early <n>" in running.stdout)
    produce(broker, name, [letters.letter(message=f"late {n}", partition=n % 2) for n in range(3)])
    running.wait_for("the late ones", lambda: running.stdout.count("late ") == 3)
    running.signal(signal.SIGTERM)
    result = running.wait(20)
    assert result.status == 128 + signal.SIGTERM and result.stdout.count("early") == 1, str(result)


def test_follow_into_a_file(broker, topic, spawn, tmp_path):
    name = topic(1)
    fill(broker, name, 2)
    path = tmp_path / "letters.ndjson"
    running = spawn(letters.args(broker, name, "--follow", "-o", path, form="ndjson"))
    running.wait_for("what is there", lambda: path.exists() and path.read_text().count("\n") == 2)
    fill(broker, name, 1)
    running.wait_for("what comes", lambda: path.read_text().count("\n") == 3)
    running.signal(signal.SIGINT)
    assert running.wait(20).status == 128 + signal.SIGINT


def test_output_is_whole_or_not_there(broker, topic, run, tmp_path):
    name = topic(1)
    fill(broker, name, 5)
    path = tmp_path / "report.json"
    path.write_text("old")
    result = run(letters.args(broker, name, "-o", path))
    assert result.status == 0 and not result.out and path.read_text().startswith('{"topic"'), str(result)
    assert path.stat().st_mode & 0o777 == 0o600
    assert run(letters.args(broker, "nobody-has-this", "-o", path)).status == 5
    assert path.read_text().startswith('{"topic"') and os.listdir(tmp_path) == ["report.json"]
    for wrong in tmp_path, tmp_path / "none" / "report.json":
        result = run(letters.args(broker, name, "-o", wrong))
        assert result.status == 2 and "--output" in result.stderr, str(result)


def test_disk_full(broker, topic, run):
    name = topic(1)
    fill(broker, name, 5)
    for more in [], ["--follow"]:
        result = run(letters.args(broker, name, *more, "-o", "/dev/full", form="ndjson"), timeout=30)
        assert result.status == 5 and "No space left" in result.stderr, str(result)


def test_output_into_what_is_no_file(broker, topic, run, tmp_path):
    """A pipe, a device, a link: each stays what it is."""
    name = topic(1)
    fill(broker, name, 5)
    assert run(letters.args(broker, name, "-o", "/dev/null")).status == 0
    assert run(letters.args(broker, name, "-o", "/dev/stdout")).summary["messages"] == 5
    (tmp_path / "link").symlink_to("report.json")
    assert run(letters.args(broker, name, "-o", tmp_path / "link")).status == 0
    assert (tmp_path / "link").is_symlink() and (tmp_path / "report.json").read_text().startswith('{"topic"')


def test_reader_of_the_output_goes(broker, topic, redrive, tmp_path):
    """head -1 ends it long before all is read."""
    name = topic(1)
    fill(broker, name, MANY)
    began = time.monotonic()
    command = [redrive, *map(str, letters.args(broker, name, form="ndjson"))]
    with process.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout.readline().startswith(b'{"v":1')
        running.stdout.close()
        assert running.wait(30) == 0 and running.stderr.read() == b""
    assert time.monotonic() - began < 30
