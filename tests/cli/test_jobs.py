"""What produce says of a job's options before it connects to anything."""

import os

import pytest

AT = ["-b", "127.0.0.1:1", "-t", "orders.created"]
JOB = [*AT, "--job", "nightly"]


def test_standard_input_can_t_be_a_job_s(refused, orders):
    for inputs in ["-"], [orders, "-"]:
        said = refused("produce", *JOB, *inputs, stdin=b"{}\n")
        assert "standard input can't be a job's input" in said and "read again" in said and "save it to a file" in said


def test_nor_can_a_pipe(refused, orders, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for pipe in "pipe", "link":
        said = refused("produce", *JOB, orders, pipe)
        assert f"{pipe} is a pipe, which can't be read again" in said


def test_nor_what_is_no_file(refused, orders, tmp_path):
    assert "/dev/null is a device" in refused("produce", *JOB, orders, "/dev/null")
    (tmp_path / "folder").mkdir()
    assert "folder is a directory" in refused("produce", *JOB, orders, "folder")
    assert "missing.ndjson" in refused("produce", *JOB, orders, "missing.ndjson")


@pytest.mark.parametrize("name", ["two words", "ni/ghtly", "nächtlich", "night\nly", "a:b", "x" * 201])
def test_names_that_can_t_be_a_job_s(refused, orders, name):
    said = refused("produce", *AT, "--job", name, orders)
    assert "--job" in said and "letters, digits, '.', '_' and '-'" in said


@pytest.mark.parametrize("given", [["--resume"], ["--commit-records", "10"], ["--commit-interval", "1s"]])
def test_options_of_jobs_alone(refused, orders, given):
    said = refused("produce", *AT, orders, *given)
    assert given[0] in said and "--job" in said


@pytest.mark.parametrize("given, said", [
    (["--commit-records", "0"], "--commit-records expects a whole number from 1 to 1000000000, not '0'"),
    (["--commit-records", "many"], "not 'many'"),
    (["--commit-interval", "0"], "--commit-interval expects"),
    (["--commit-interval", "1h"], "--commit-interval expects"),
    (["--job"], "--job needs a value: NAME"),
    (["--job", ""], "--job expects a text, not ''"),
])
def test_values_that_make_no_sense(refused, orders, given, said):
    assert said in refused("produce", *JOB, orders, *given)


def test_a_dlq_on_another_cluster(refused, orders):
    said = refused("produce", *JOB, orders, "--dlq-brokers", "127.0.0.1:2")
    assert "--job" in said and "another cluster" in said and "one transaction" in said


def test_the_transactional_id_is_the_job_s_own(refused, orders):
    assert "--job sets it" in refused("produce", *JOB, orders, "-X", "transactional.id=mine")
