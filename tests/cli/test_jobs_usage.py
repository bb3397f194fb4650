"""`redrive jobs`: what is wrong with the command line is said before any cluster is asked."""

import pytest

from harness.run import run

NOBODY = "127.0.0.1:1"


@pytest.mark.parametrize("args, words", [
    (["nightly", "weekly"], "one NAME at most, not 2"),
    (["--forget", "--yes"], "--forget needs the NAME"),
    (["nightly", "--yes"], "--yes means nothing without --forget"),
    (["nightly", "--forget"], "pass --yes"),
    ([""], "the NAME is empty"),
    (["--forgot"], "did you mean --forget"),
    (["-X", "no.such.property=1"], "no.such.property"),
    (["-X", "redrive.brokers=x:1"], "--brokers"),
])
def test_usage_errors(args, words):
    result = run(["jobs", "-b", NOBODY, *args])
    assert result.status == 2 and not result.out, str(result)
    assert words in result.stderr and result.stderr.endswith("Try 'redrive jobs --help'.\n"), str(result)


def test_no_brokers():
    result = run(["jobs"])
    assert result.status == 2 and "no brokers: name them with --brokers" in result.stderr, str(result)


def test_an_answer_that_is_no_terminal_s_is_not_read():
    assert run(["jobs", "-b", NOBODY, "nightly", "--forget"], stdin="y\n").status == 2


def test_the_properties_in_force():
    result = run(["jobs", "-b", NOBODY, "-X", "dump"])
    assert result.status == 0 and f"bootstrap.servers = {NOBODY}" in result.stdout, str(result)


def test_nobody_answers():
    result = run(["jobs", "-b", NOBODY])
    assert result.status == 5 and not result.out, str(result)
    assert f"no broker answers at {NOBODY}" in result.stderr
