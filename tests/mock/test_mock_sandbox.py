"""The cluster that redrive itself brings."""

import signal

import pytest
from loads import TOPIC, check, orders


def test_load_inside(run, redrive):
    result = run(["sandbox", "--topic", f"{TOPIC}:6", "--", redrive, "produce", "-t", TOPIC, "-k", "customerId",
                  "--summary", "json", "--log-format", "json", "-"], stdin=orders(100))
    check(result, 0, read=100, delivered=100)


def test_dead_letters_inside(run, redrive):
    """A load's status is the sandbox's own."""
    result = run(["sandbox", "--", redrive, "produce", "-t", TOPIC, "--summary", "json", "--log-format", "json",
                  "-"], stdin=orders(10) + "{\n")
    check(result, 3, read=11, delivered=10, dead_lettered=1)


@pytest.mark.parametrize("command, status", [
    (["true"], 0),
    (["sh", "-c", "exit 42"], 42),
    (["sh", "-c", 'test -n "$REDRIVE_BROKERS"'], 0),
    (["sh", "-c", "kill -TERM $$"], 128 + signal.SIGTERM),
    (["no-such-command-anywhere"], 127),
])
def test_status_is_passed_on(run, command, status):
    assert run(["sandbox", "--", *command]).status == status


def test_runs_until_it_is_interrupted(spawn):
    sandbox = spawn(["sandbox", "--nodes", "2"])
    sandbox.wait_for("its brokers are told", lambda: "Ctrl-C" in sandbox.stdout)
    assert sandbox.stdout.startswith("export REDRIVE_BROKERS=127.0.0.1:")
    sandbox.signal(signal.SIGINT)
    assert sandbox.wait(10).status == 0


@pytest.mark.parametrize("options", [["--topic", "x:0"], ["--topic", "x:many"], ["--nodes", "0"]])
def test_usage(run, options):
    result = run(["sandbox", *options, "--", "true"])
    assert result.status == 2, result
