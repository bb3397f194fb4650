"""`redrive dlq-purge`: what is wrong with the command line is said before any cluster is asked."""

import pytest

from harness.run import run

NOBODY = "127.0.0.1:1"


@pytest.mark.parametrize("args, words", [
    ([], "no topic: name the DLQ with --topic"),
    (["orders.dlq"], "'orders.dlq': the DLQ is named with --topic"),
    (["-t", "orders.dlq"], "pass --yes"),
    (["-t", "orders.dlq", "--ye"], "did you mean --yes"),
    (["-t", "orders.dlq", "--yes", "--where", "key=1"], "unknown option --where"),
    (["-t", "orders.dlq", "--yes", "-X", "no.such.property=1"], "no.such.property"),
    (["-t", "orders.dlq", "--yes", "-X", "acks=1"], "acks"),
])
def test_usage_errors(args, words):
    result = run(["dlq-purge", "-b", NOBODY, *args])
    assert result.status == 2 and not result.out, str(result)
    assert words in result.stderr and result.stderr.endswith("Try 'redrive dlq-purge --help'.\n"), str(result)


def test_no_brokers():
    result = run(["dlq-purge", "-t", "orders.dlq", "--yes"])
    assert result.status == 2 and "no brokers: name them with --brokers" in result.stderr, str(result)


def test_an_answer_that_is_no_terminal_s_is_not_read():
    assert run(["dlq-purge", "-b", NOBODY, "-t", "orders.dlq"], stdin="y\n").status == 2


def test_the_properties_in_force():
    result = run(["dlq-purge", "-b", NOBODY, "-X", "dump"])
    assert result.status == 0 and f"bootstrap.servers = {NOBODY}" in result.stdout, str(result)


def test_nobody_answers():
    result = run(["dlq-purge", "-b", NOBODY, "-t", "orders.dlq", "--yes", "--summary", "json"])
    assert result.status == 5 and result.summary["exit"] == 5 and result.summary["deleted"] == 0, str(result)
    assert f"no broker answers at {NOBODY}" in result.stderr
