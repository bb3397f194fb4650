"""dlq-inspect says what has become of messages, as far as the DLQ's ledger tells."""

import json
import signal

import ledgers
import letters
import orders
import pytest

from harness.secured import ALICE, ALICE_PASSWORD, sasl_properties
from harness.witness import produce

COUNT = 20
REPLAYED = [(0, n) for n in range(6)] + [(1, 0)]
DISCARDED, PARKED, RETURNED = [(1, 3)], [(0, 9), (1, 9)], [(1, 5)]
STATUSES = ("pending", "replayed", "discarded", "parked")


def fill(broker, name, count=COUNT, partitions=2):
    produce(broker, name, [letters.letter(kind=["A", "B"][n % 2], message=f"number {n}", partition=n % partitions)
                           for n in range(count)])


@pytest.fixture(scope="module")
def dlq(broker):
    """20 messages in two partitions, some done with: 8 replayed, 1 discarded, 2 parked."""
    name = broker.create_topic("inspect-ledger-dlq", 2)
    ledgers.create(broker, name, 2)
    fill(broker, name)
    for status, places in ("replayed", REPLAYED), ("discarded", DISCARDED), ("parked", PARKED), ("returned", RETURNED):
        ledgers.resolve(broker, name, places, status)
    ledgers.resolve(broker, name, [(0, 7)])
    ledgers.resolve(broker, name, [(0, 7)], status=None)
    yield name
    broker.delete_topic(name + ledgers.SUFFIX)
    broker.delete_topic(name)


@pytest.fixture
def ledger(broker, topic):
    """Factory of a DLQ of one partition with so many messages, and its ledger."""
    made = []

    def create(count, on=broker):
        name = topic(1, on=on)
        fill(on, name, count, 1)
        made.append((on, ledgers.create(on, name)))
        return name

    yield create
    for on, name in made:
        if name in on.topics():
            on.delete_topic(name)


def told(report):
    return {status: report[status] for status in STATUSES}


def numbers(result):
    assert result.status == 0 and not result.err, str(result)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {(line["partition"], line["offset"]): line["status"] for line in lines}


def test_counts(broker, dlq, run):
    report = run(letters.args(broker, dlq)).summary
    assert report["messages"] == report["read"] == COUNT
    assert told(report) == {"pending": 9, "replayed": 8, "discarded": 1, "parked": 2}
    assert report["ledger"] == dlq + ledgers.SUFFIX and report["ledger_corrupt"] == 0
    assert {group["type"]: group["pending"] for group in report["groups"]} == {"A": 3, "B": 6}


def test_each_message_has_its_status(broker, dlq, run):
    expected = {(n % 2, n // 2): "pending" for n in range(COUNT)}
    for status, places in ("replayed", REPLAYED + RETURNED), ("discarded", DISCARDED), ("parked", PARKED):
        expected.update(dict.fromkeys(places, status))
    assert numbers(run(letters.args(broker, dlq, form="ndjson"))) == expected
    for status in STATUSES:
        wanted = {place: said for place, said in expected.items() if said == status}
        assert numbers(run(letters.args(broker, dlq, "--status", status, form="ndjson"))) == wanted
        assert numbers(run(letters.args(broker, dlq, "--where", f"status={status}", form="ndjson"))) == wanted
    last = run(letters.args(broker, dlq, "--status", "pending", "--tail", "3", form="ndjson"))
    assert set(numbers(last)) <= set(expected) and set(numbers(last).values()) == {"pending"}
    rows = run(letters.args(broker, dlq, form="csv")).stdout.splitlines()
    assert sum(",discarded," in row for row in rows) == 1


def test_a_status_narrows_what_is_shown_and_not_what_is_counted(broker, dlq, run):
    report = run(letters.args(broker, dlq, "--status", "pending")).summary
    assert (report["messages"], report["read"]) == (9, COUNT)
    assert told(report) == {"pending": 9, "replayed": 8, "discarded": 1, "parked": 2}
    report = run(letters.args(broker, dlq, "--status", "parked", "--where", "partition=0")).summary
    assert report["messages"] == 1 and told(report) == {"pending": 3, "replayed": 6, "discarded": 0, "parked": 1}
    report = run(letters.args(broker, dlq, "--status", "pending", "--tail", "2")).summary
    assert report["messages"] == 2 and report["pending"] == 2 and report["parked"] == 2


def test_the_table(broker, dlq, run):
    text = run(letters.args(broker, dlq, form="table")).stdout
    assert "\n9 pending, 8 replayed, 1 discarded, 2 parked\n" in text
    assert "3 pending; of orders.created" in text and "6 pending; of orders.created" in text
    text = run(letters.args(broker, dlq, "--where", "offset<5", "--where", "partition=0", form="table")).stdout
    assert "\nNone of these is pending: 5 replayed\n" in text and "pending;" not in text
    page = run(letters.args(broker, dlq, form="html")).stdout
    assert "<dd>8</dd><dt>replayed</dt>" in page and "<dd>9</dd><dt>pending</dt>" in page


def test_nothing_is_pending(broker, ledger, run):
    name = ledger(3)
    ledgers.resolve(broker, name, [(0, 0), (0, 1)])
    ledgers.resolve(broker, name, [(0, 2)], "discarded")
    text = run(letters.args(broker, name, form="table")).stdout
    assert "\nNothing is pending: 2 replayed, 1 discarded\n" in text
    result = run(letters.args(broker, name, "--status", "pending", form="table"))
    assert result.status == 0 and f"{name}: 0 messages selected of 3 in 1 partition\n" in result.stdout, str(result)
    assert "\nNothing is pending: 2 replayed, 1 discarded\n" in result.stdout
    assert told(run(letters.args(broker, name, "--status", "pending")).summary)["pending"] == 0
    assert "None of these messages is pending." in run(letters.args(broker, name, form="html")).stdout


def test_no_ledger(broker, topic, run):
    name = topic(1)
    fill(broker, name, 3, 1)
    result = run(letters.args(broker, name))
    assert not result.err and result.summary["ledger"] is None and told(result.summary)["pending"] == 3, str(result)
    assert name + ledgers.SUFFIX not in broker.topics()
    assert "pending" not in run(letters.args(broker, name, form="table")).stdout


def test_what_is_no_entry_is_warned_of(broker, ledger, run):
    name = ledger(5)
    ledgers.resolve(broker, name, [(0, 0)])
    produce(broker, name + ledgers.SUFFIX, [
        {"partition": 0, "key": b"0:1", "value": b"SECRET"},
        {"partition": 0, "key": b"SECRET", "value": b'{"status":"replayed"}'},
        {"partition": 0, "key": b"0:2", "value": b'{"status":"lost"}'},
        {"partition": 0, "key": b"1:3", "value": b'{"status":"replayed"}'}])
    result = run(letters.args(broker, name))
    assert result.status == 0 and told(result.summary)["pending"] == 4, str(result)
    assert result.summary["ledger_corrupt"] == 4 and f"4 of the ledger {name}.resolved are no entries" in result.stderr
    assert "SECRET" not in result.stderr
    produce(broker, name + ledgers.SUFFIX, [ledgers.entry(0, 1), ledgers.entry(0, 2), {**ledgers.entry(1, 3, None), "partition": 0}])
    result = run(letters.args(broker, name))
    assert told(result.summary)["pending"] == 2 and f"1 of the ledger {name}.resolved is no entry:" in result.stderr, str(result)


def test_an_aborted_transaction_resolves_nothing(broker, ledger, run):
    name = ledger(4)
    ledgers.resolve(broker, name, [(0, 0)], config={"transactional.id": name}, transaction="commit")
    ledgers.resolve(broker, name, [(0, 1)], config={"transactional.id": name}, transaction="abort")
    assert told(run(letters.args(broker, name)).summary) == {"pending": 3, "replayed": 1, "discarded": 0, "parked": 0}


def test_a_dlq_that_was_created_again(broker, ledger, run):
    """The ledger of the former one speaks of messages that aren't there."""
    name = ledger(2)
    ledgers.resolve(broker, name, [(0, 0), (0, 2)])
    result = run(letters.args(broker, name))
    assert result.status == 0 and "was the DLQ deleted and created again?" in result.stderr, str(result)


def test_only_the_partitions_that_are_read(broker, dlq, run):
    """What stands in another partition of the ledger is not asked for."""
    report = run(letters.args(broker, dlq, "--offsets", "1:3:6")).summary
    assert told(report) == {"pending": 1, "replayed": 1, "discarded": 1, "parked": 0} and report["partial"]


def test_a_ledger_with_fewer_partitions(broker, topic, run):
    name = topic(2)
    fill(broker, name, 4)
    ledgers.create(broker, name, 1)
    ledgers.resolve(broker, name, [(0, 0)])
    assert told(run(letters.args(broker, name)).summary)["pending"] == 3
    broker.delete_topic(name + ledgers.SUFFIX)


def test_follow(broker, ledger, spawn):
    name = ledger(2)
    ledgers.resolve(broker, name, [(0, 0)])
    running = spawn(letters.args(broker, name, "--follow", form="ndjson"))
    running.wait_for("what is there", lambda: running.stdout.count("\n") == 2)
    produce(broker, name, [letters.letter(message="late")])
    running.wait_for("what comes", lambda: running.stdout.count("\n") == 3)
    running.signal(signal.SIGINT)
    lines = [json.loads(line) for line in running.wait(20).stdout.splitlines()]
    assert [line["status"] for line in lines] == ["replayed", "pending", "pending"]


def test_export_leaves_out_what_is_done_with(broker, ledger, run, tmp_path):
    name = ledger(0)
    produce(broker, name, [letters.from_file("orders.ndjson", n + 1, n * 10, b'{"n":%d}' % n) for n in range(4)])
    ledgers.resolve(broker, name, [(0, 0)])
    ledgers.resolve(broker, name, [(0, 1)], "discarded")
    ledgers.resolve(broker, name, [(0, 2)], "parked")
    result = run(letters.args(broker, name, "--export", tmp_path / "some"))
    assert result.status == 0 and "2 messages are done with, and are not exported" in result.stderr, str(result)
    assert (tmp_path / "some" / "orders.ndjson").read_text() == '{"n":2}\n{"n":3}\n'
    result = run(letters.args(broker, name, "--status", "all", "--export", tmp_path / "all"))
    assert result.status == 0 and (tmp_path / "all" / "orders.ndjson").read_text().count("\n") == 4, str(result)


@pytest.fixture
def alice(secured, run, tmp_path):
    """Looks at a topic as alice, who may do what ACLs let her; they are gone afterwards."""
    config = orders.config_file(tmp_path / "client.properties", sasl_properties(secured, ALICE, ALICE_PASSWORD))
    yield lambda topic, *more: run(["dlq-inspect", "-F", config, "-t", topic, *more])
    secured.acl_clear()


def test_without_permission_the_statuses_are_not_known(secured, ledger, alice):
    name = ledger(3, on=secured)
    ledgers.resolve(secured, name, [(0, 0)])
    for operation in "DESCRIBE", "READ":
        secured.acl_add(ALICE, operation, "TOPIC", name)
    grant = f"kafka-acls --add --allow-principal User:{ALICE} --operation %s --topic {name}.resolved"
    unknown = dict.fromkeys(STATUSES)
    for missing in "Describe", "Read":
        result = alice(name, "--format", "json")
        assert result.status == 0 and told(result.summary) == unknown and result.summary["messages"] == 3, str(result)
        assert "What has become of the messages is not known: " in result.stderr and grant % missing in result.stderr
        table = alice(name).stdout
        assert f"\nWhat has become of them is not known: the ledger {name}.resolved can't be read.\n" in table
        assert "can't be read" in alice(name, "--format", "html").stdout
        lines = alice(name, "--format", "ndjson").stdout.splitlines()
        assert [json.loads(line)["status"] for line in lines] == ["unknown"] * 3
        result = alice(name, "--status", "pending", "--format", "ndjson")
        assert result.status == 5 and not result.out and grant % missing in result.stderr, str(result)
        secured.acl_add(ALICE, missing.upper(), "TOPIC", name + ledgers.SUFFIX)
    result = alice(name, "--format", "json")
    assert not result.err and told(result.summary)["replayed"] == 1, str(result)
