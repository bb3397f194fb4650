"""Values are mended on their way back, and no message ever gets another one's."""

import json
import shutil
import sys

import letters
import pytest
import replays

from harness.witness import produce

COUNT = 23_000
JQ = pytest.mark.skipif(not shutil.which("jq"), reason="there is no jq")


def payment(n, status="DONE"):
    return b'{"paymentId":%d,"status":"%s","amount":%d.50}' % (n, status.encode(), n)


@pytest.fixture
def filled(broker, topic):
    """Makes a DLQ of so many payments; the topic that they belong to, the DLQ."""
    made = []

    def make(count, partitions=3):
        name, dlq = topic(), topic(partitions)
        made.append(dlq)
        produce(broker, dlq, [
            letters.letter(topic=name, partition=n % partitions, key=b"payer-%d" % (n % 500), value=payment(n),
                           kind="org.apache.kafka.common.errors.SerializationException",
                           message=f"unknown status DONE of payment {n}") for n in range(count)])
        return name, dlq
    yield make
    for dlq in made:
        if f"{dlq}.resolved" in broker.topics():
            broker.delete_topic(f"{dlq}.resolved")


def found(broker, name):
    """{payment: value} of a topic that has each once."""
    records = replays.read(broker, name)
    values = {json.loads(r.value)["paymentId"]: r.value for r in records}
    assert len(values) == len(records)
    return values


def script(folder, text):
    """A transform command that is a Python program; `answer(value, number)` prints what it likes."""
    path = folder / "transform.py"
    path.write_text("import json, os, sys, time\n\n\n" + text + """

for number, line in enumerate(sys.stdin):
    answer(json.loads(line), number)
    sys.stdout.flush()
""")
    return f"exec {sys.executable} {path}"


def settled(value):
    return json.loads(value) | {"status": "SETTLED"}


def test_an_enum_has_changed(broker, run, filled):
    """Only the field changes; all else stays byte for byte."""
    name, dlq = filled(COUNT)
    plan = run(replays.args(broker, dlq, "--set", 'status="SETTLED"', "--dry-run")).summary
    assert plan["records"]["delivered"] == COUNT and len(plan["examples"]) == 3
    example = plan["examples"][0]
    assert example["after"] == example["before"].replace("DONE", "SETTLED") != example["before"]
    result = run(replays.args(broker, dlq, "--where", "message~unknown status", "--set", 'status="SETTLED"',
                              "--require", "/paymentId"))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=COUNT)
    assert found(broker, name) == {n: payment(n, "SETTLED") for n in range(COUNT)}


def test_mended_values_outlive_a_commit(broker, topic, run, filled):
    """A rate has a commit between a value's mending and its sending, again and again; smaller batches, too."""
    name, dlq = filled(300)
    small = topic(config={"max.message.bytes": "20000"})
    produce(broker, dlq, [letters.letter(topic=small, key=b"small", value=payment(300))])
    result = run(replays.args(broker, dlq, "--rate", "300", "--transform", "sed -u s/DONE/SETTLED/"))
    assert result.status == 0, str(result)
    assert found(broker, name) == {n: payment(n, "SETTLED") for n in range(300)}
    assert found(broker, small) == {300: payment(300, "SETTLED")}


@JQ
def test_the_same_with_jq(broker, run, filled):
    name, dlq = filled(COUNT)
    result = run(replays.args(broker, dlq, "--transform", 'jq -c --unbuffered ".status = \\"SETTLED\\""'), timeout=120)
    assert result.status == 0, str(result)
    values = found(broker, name)
    assert {n: json.loads(v) for n, v in values.items()} == {n: settled(payment(n)) for n in range(COUNT)}


def test_what_can_not_be_mended_stays(broker, run, filled):
    name, dlq = filled(30)
    result = run(replays.args(broker, dlq, "--set", "/no/such/object=1"))
    assert result.status == 3, str(result)
    assert result.summary["errors"]["MEND_FAILED"] and result.summary["records"]["pending"] == 30, str(result)
    assert found(broker, name) == {}
    result = run(replays.args(broker, dlq, "--unset", "status", "--rename", "amount=sum", "--require", "currency"))
    assert result.summary["errors"]["MISSING_FIELD"] and result.summary["records"]["pending"] == 30, str(result)
    result = run(replays.args(broker, dlq, "--unset", "status", "--rename", "amount=sum"))
    assert result.status == 0, str(result)
    assert found(broker, name) == {n: b'{"paymentId":%d,"sum":%d.50}' % (n, n) for n in range(30)}


@pytest.mark.parametrize("text, lost", [
    ("""def answer(value, number):
    if value["paymentId"] == 40:
        os._exit(3)
    print(json.dumps(value | {"status": "SETTLED"}))
""", {40}),
    ("""def answer(value, number):
    print(json.dumps(value | {"status": "SETTLED"}))
    if value["paymentId"] == 40:
        print(json.dumps({"paymentId": 40, "status": "TWICE"}))
""", {40}),
    ("""def answer(value, number):
    if value["paymentId"] == 40:
        time.sleep(60)
    print(json.dumps(value | {"status": "SETTLED"}))
""", {40}),
    ("""def answer(value, number):
    print("no JSON" if value["paymentId"] == 40 else json.dumps(value | {"status": "SETTLED"}))
""", {40}),
    ("""def answer(value, number):
    if value["paymentId"] != 40:
        print(json.dumps(value | {"status": "SETTLED"}))
""", {40}),
], ids=["dies", "prints two lines", "hangs", "prints something else", "prints nothing"])
def test_a_bad_command_harms_one_message(broker, run, filled, tmp_path, text, lost):
    """It stays, and no other gets a value that isn't its own."""
    name, dlq = filled(100, partitions=1)
    command = script(tmp_path, text)
    result = run(replays.args(broker, dlq, "--transform", command, "--transform-timeout", "2s"), timeout=120)
    assert result.status == 3, str(result)
    replays.numbers(result, delivered=100 - len(lost), pending=len(lost))
    assert result.summary["errors"] == {"MEND_FAILED": len(lost)}, str(result)
    values = found(broker, name)
    assert values.keys() == set(range(100)) - lost
    assert all(json.loads(value) == settled(payment(n)) for n, value in values.items())
    result = run(replays.args(broker, dlq, "--set", 'status="SETTLED"'))
    assert result.status == 0, str(result)
    assert found(broker, name).keys() == set(range(100))


def test_a_limit_holds_for_a_batch_that_is_done_again(broker, run, filled):
    """What was taken of it is taken once more."""
    name, dlq = filled(30, partitions=1)
    result = run(replays.args(broker, dlq, "--limit", "5", "--transform", "cat; echo bye"))
    assert result.status == 3, str(result)
    assert result.summary["records"]["read"] == 5 and found(broker, name).keys() <= set(range(5)), str(result)


def test_a_command_that_is_not_there(broker, run, filled):
    name, dlq = filled(10)
    result = run(replays.args(broker, dlq, "--transform", "no-such-command"))
    assert result.status == 5 and "no-such-command" in result.stderr, str(result)
    assert found(broker, name) == {}
    assert run(replays.args(broker, dlq)).status == 0
    assert len(found(broker, name)) == 10


@pytest.mark.parametrize("option, value, said", [
    ("--set", "status", "--set"), ("--set", "status=NEW", "--set"), ("--unset", "", "--unset"),
    ("--rename", "a", "--rename")])
def test_what_can_not_be_meant(broker, run, option, value, said):
    result = run(replays.args(broker, "no-such-dlq", option, value))
    assert result.status == 2 and said in result.stderr, str(result)
