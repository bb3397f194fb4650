"""`redrive jobs`: what the cluster keeps of exactly-once jobs is shown, and forgotten when that is asked for."""

import contextlib
import json
import os
import pty
import re
import subprocess
import time
import uuid

import orders
import pytest

from harness import paths, process
from harness.broker import Broker
from harness.run import environment
from harness.secured import ADMIN, ADMIN_PASSWORD, ALICE, ALICE_PASSWORD, sasl_properties

AT = 1_767_323_045_678  # 2026-01-02T03:04:05.678Z
WEEK = "2026-01-09T03:04:05.678Z"


def metadata(job, **changes):
    """A checkpoint as `produce --job` writes it: 41.2 % of three inputs."""
    fields = {"v": 1, "job": job, "id": "5f0c000000000001", "run": "91ab000000000001", "at": AT, "inputs": 3, "input": 1,
              "member": 0, "offset": 6001, "line": 17, "file": "orders-2.ndjson", "size": 387973120, "head": "9ae0daaf",
              "tail": "01f3b2c4", "done": ["1a2b3c4d"], "chain": "5e6f7a8b", "bytes": 412_000_000,
              "bytes_total": 1_000_000_000, "damaged": 0, **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None}, separators=(",", ":"))


def complete(job, **changes):
    """A checkpoint of a job that is done."""
    return metadata(job, **{"input": 3, "done": ["1a2b3c4d"] * 3, "file": None, "size": None, "head": None, "tail": None,
                            "offset": 0, "line": 1, "bytes": 1_000_000_000, **changes})


@pytest.fixture
def job(broker, topic):
    """Factory of jobs with unique names and a checkpoint: job(records, make, on, topic, suffix) -> (name, topic)."""
    made = []

    def create(records=120_000, make=metadata, on=broker, name=None, **changes):
        name = name or f"j-{uuid.uuid4().hex[:12]}"
        where = topic(partitions=2, on=on)
        on.set_group_offset(f"redrive.{name}", where, 0, records, make(name, **changes))
        made.append((on, name))
        return name, where

    yield create
    for on, name in made:
        if on.running and on.group_offsets(f"redrive.{name}"):
            on.delete_group(f"redrive.{name}")


@pytest.fixture
def jobs(broker, run):
    """Runs `redrive jobs` on the shared broker."""
    return lambda *args, **options: run(["jobs", "-b", broker.bootstrap, *args], **options)


def shown(result, name):
    """The job's line in the table."""
    (line,) = [line for line in result.stdout.splitlines() if line.startswith(name + " ")]
    return re.split(r"  +", line)


def objects(result):
    """name -> what JSON says of the job."""
    return {one["name"]: one for one in result.summary["jobs"]}


def test_table(job, jobs):
    open_, where = job()
    done, _ = job(1_000_000, complete)
    result = jobs()
    assert result.status == 0 and not result.err, str(result)
    assert result.stdout.splitlines()[0].split("  ")[0] == "JOB"
    assert shown(result, open_) == [open_, where, "open", "120,000", "41.2 %", "2026-01-02 03:04", "2026-01-09 03:04",
                                    "orders-2.ndjson, line 17"]
    assert shown(result, done)[2:5] == ["complete", "1,000,000", "100 %"]
    names = [line.split()[0] for line in result.stdout.splitlines()[1:]]
    assert names == sorted(names)


def test_details(job, jobs):
    name, where = job(member=2, damaged=1)
    result = jobs(name)
    assert result.status == 0, str(result)
    assert dict(re.split(r": +", line) for line in result.stdout.splitlines()) == {
        "Job": name, "Topic": where, "State": "open", "Records": "120,000",
        "Done": "41.2 % (412,000,000 of 1,000,000,000 bytes)", "Inputs": "1 of 3 read to the end",
        "Damaged": "1 input could not be read to the end", "Position": "orders-2.ndjson, member 3, line 17",
        "Last commit": "2026-01-02T03:04:05.678Z", "Kept until": WEEK}


def test_json(job, jobs):
    name, where = job()
    result = jobs("--summary", "json")
    assert result.status == result.summary["exit"] == 0 and result.summary["command"] == "jobs", str(result)
    assert objects(result)[name] == {
        "name": name, "topic": where, "complete": False, "records": 120_000, "inputs": 3, "input": 1,
        "file": "orders-2.ndjson", "member": 0, "line": 17, "offset": 6001, "bytes": 412_000_000,
        "bytes_total": 1_000_000_000, "percent": 41.2, "committed_at": "2026-01-02T03:04:05.678Z", "kept_until": WEEK,
        "damaged": 0}


def test_json_of_one_that_is_complete(job, jobs):
    name, _ = job(7, complete)
    (one,) = jobs(name, "--summary", "json").summary["jobs"]
    assert (one["name"], one["complete"], one["percent"], one["file"]) == (name, True, 100, None)


def test_nothing_is_whole_before_it_is_complete(job, jobs):
    name, _ = job(bytes=1_000_000_000)
    assert shown(jobs(), name)[4] == "99.9 %"
    name, _ = job(bytes=0, bytes_total=0)
    assert shown(jobs(), name)[4] == "-"
    assert objects(jobs("--summary", "json"))[name]["percent"] is None


def test_the_further_of_two_checkpoints_counts(broker, job, topic, jobs):
    name, _ = job(5)
    other = topic()
    broker.set_group_offset(f"redrive.{name}", other, 0, 9, metadata(name, line=99))
    (one,) = jobs(name, "--summary", "json").summary["jobs"]
    assert (one["records"], one["line"], one["topic"]) == (9, 99, other)


def test_groups_that_are_no_jobs_are_passed_over(broker, job, topic, jobs):
    name, _ = job()
    where = topic()
    foreign = {"redrive.f-empty": "", "redrive.f-json": '{"v":1}', "redrive.f-other": metadata("another"),
               "redrive.f-newer": metadata("f-newer", v=2), "f-group": metadata("f-group")}
    for group, text in foreign.items():
        broker.set_group_offset(group, where, 0, 3, text)
    try:
        result = jobs("--summary", "json")
        assert name in objects(result) and not any(other.startswith("f-") for other in objects(result)), str(result)
        assert jobs("f-empty").status == 5
    finally:
        for group in foreign:
            broker.delete_group(group)


def test_names_of_others_do_no_harm(job, jobs):
    name, _ = job(file="\033[31mred\nx: y\u202e\u0085.csv", name="j-\033]0;x\007")
    for result in jobs(), jobs(name):
        assert result.status == 0, str(result)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f\u202e]", result.stdout), str(result)
        assert "\\x1b[31mred\\nx: y" in result.stdout
    told = jobs("--summary", "json")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f\u202e]", told.stdout), str(told)
    assert "\033[31mred\nx: y\u202e\u0085.csv" in [one["file"] for one in told.summary["jobs"]]


def test_no_such_job(jobs):
    for result in jobs("nobody"), jobs("nobody", "--forget", "--yes"):
        assert result.status == 5 and not result.out, str(result)
        assert "no job nobody" in result.stderr
    result = jobs("nobody", "--summary", "json")
    assert result.status == result.summary["exit"] == 5 and result.summary["jobs"] == []
    assert "no job nobody" in result.summary["error"]


def test_quiet_and_none(job, jobs):
    name, _ = job()
    assert name in jobs("-q").stdout
    assert jobs("--summary", "none").stdout == ""


def test_forget(broker, job, jobs):
    name, _ = job()
    kept, _ = job()
    result = jobs(name, "--forget", "--yes")
    assert result.status == 0 and f"Forgot job {name}" in result.stdout, str(result)
    assert broker.group_offsets(f"redrive.{name}") == {}
    assert name not in objects(jobs("--summary", "json"))
    assert broker.group_offsets(f"redrive.{kept}")
    assert jobs(name, "--forget", "--yes").status == 5


def test_forget_as_json(job, jobs):
    name, _ = job()
    result = jobs(name, "--forget", "--yes", "--summary", "json")
    assert result.summary["forgotten"] is True and [one["name"] for one in result.summary["jobs"]] == [name]


def asked(broker, name, answer):
    """What redrive writes to a terminal on which somebody answers, and its exit status."""
    ours, theirs = pty.openpty()
    child = process.start([paths.binary(), "jobs", "-b", broker.bootstrap, name, "--forget"], stdin=theirs,
                          stdout=theirs, stderr=theirs, env=environment({"TERM": "xterm"}))
    os.close(theirs)
    text, answered = b"", False
    with contextlib.suppress(OSError):  # how a terminal says that nobody holds its other end
        while chunk := os.read(ours, 4096):
            text += chunk
            if b"[y/N] " in text and not answered:
                os.write(ours, answer)
                answered = True
    os.close(ours)
    return text.decode(), child.wait()


@pytest.mark.parametrize("answer, forgets", [(b"y\n", True), (b"YES\n", True), (b"n\n", False), (b"\n", False),
                                             (b"yesterday\n", False), (b"\x04", False)])
def test_forget_asks(broker, job, answer, forgets):
    name, _ = job()
    text, status = asked(broker, name, answer)
    assert status == 0, text
    assert f"Forget job {name} (120,000 records done, 41.2 %)? What it has loaded stays in the topic" in text
    assert ("Forgot job" in text, "Nothing was changed" in text) == (forgets, not forgets)
    assert bool(broker.group_offsets(f"redrive.{name}")) != forgets


def test_forget_without_a_terminal_needs_yes(broker, job, jobs):
    name, _ = job()
    result = jobs(name, "--forget", stdin="y\n")
    assert result.status == 2 and "--yes" in result.stderr, str(result)
    assert broker.group_offsets(f"redrive.{name}")


def test_a_group_with_members_is_not_forgotten(broker, job, jobs):
    name, where = job()
    member = process.start(["kcat", "-b", broker.bootstrap, "-X", "enable.auto.commit=false", "-G", f"redrive.{name}",
                            where], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait_until("the group has a member", lambda: broker.group(f"redrive.{name}")["members"], 30)
        result = jobs(name, "--forget", "--yes")
        assert result.status == 5 and "has members" in result.stderr, str(result)
    finally:
        process.terminate(member, timeout_s=10)


def test_no_jobs_on_a_new_cluster(run):
    with Broker(extra={"offsets.retention.minutes": 60}) as fresh:
        result = run(["jobs", "-b", fresh.bootstrap])
        assert result.status == 0 and result.stdout.startswith("No jobs"), str(result)
        assert run(["jobs", "-b", fresh.bootstrap, "nobody"]).status == 5
        where = fresh.create_topic("orders", 1)
        fresh.set_group_offset("redrive.nightly", where, 0, 1, metadata("nightly"))
        (one,) = run(["jobs", "-b", fresh.bootstrap, "--summary", "json"]).summary["jobs"]
        assert one["kept_until"] == "2026-01-02T04:04:05.678Z"


def test_a_restarted_broker(own_broker, job, run):
    names = sorted(job(on=own_broker)[0] for _ in range(3))
    own_broker.restart()
    for name in names:
        assert run(["jobs", "-b", own_broker.bootstrap, name]).status == 0
    # A broker that has just started lists its groups bit by bit.
    process.wait_until("all are listed", lambda: names == sorted(
        objects(run(["jobs", "-b", own_broker.bootstrap, "--summary", "json"]))), 10)


def test_broker_down(run):
    with orders.nobody() as address:
        for args in [], ["nightly"], ["nightly", "--forget", "--yes"]:
            result = run(["jobs", "-b", address, "--summary", "json", *args])
            assert result.status == 5 and result.seconds < 10, str(result)
            assert f"no broker answers at {address}" in result.stderr
            assert result.summary["jobs"] == [] and address in result.summary["error"]


def test_broker_that_hangs(own_broker, run):
    own_broker.freeze()
    began = time.monotonic()
    result = run(["jobs", "-b", own_broker.bootstrap])
    assert result.status == 5 and time.monotonic() - began < 20, str(result)
    assert "no broker answers" in result.stderr


@pytest.fixture
def alice(secured, run, tmp_path):
    """Runs `redrive jobs` as alice, who may do what ACLs let her; they are gone afterwards."""
    config = orders.config_file(tmp_path / "client.properties", sasl_properties(secured, ALICE, ALICE_PASSWORD))
    yield lambda *args: run(["jobs", "-F", config, *args])
    secured.acl_clear()


def grant(operation, resource):
    return f"kafka-acls --add --allow-principal User:{ALICE} --operation {operation} {resource}"


def test_no_permission(secured, job, alice):
    name, where = job(on=secured)
    result = alice()
    assert result.status == 0 and name not in result.stdout and "No jobs" in result.stdout, str(result)
    result = alice(name)
    assert result.status == 5 and "for want of Describe" in result.stderr, str(result)
    secured.acl_add(ALICE, "DESCRIBE", "TOPIC", where)
    result = alice(name)
    assert result.status == 5 and grant("Describe", f"--group redrive.{name}") in result.stderr, str(result)


def test_permission_to_look(secured, job, alice):
    name, where = job(on=secured)
    secured.acl_add(ALICE, "DESCRIBE", "GROUP", f"redrive.{name}")
    secured.acl_add(ALICE, "DESCRIBE", "TOPIC", where)
    (one,) = alice("--summary", "json").summary["jobs"]
    assert (one["name"], one["kept_until"]) == (name, None)
    result = alice(name)
    assert result.status == 0 and "Kept until:  not known" in result.stdout, str(result)
    assert grant("DescribeConfigs", "--cluster") in result.stderr
    result = alice(name, "--forget", "--yes")
    assert result.status == 5 and grant("Delete", f"--group redrive.{name}") in result.stderr, str(result)
    secured.acl_add(ALICE, "DELETE", "GROUP", f"redrive.{name}")
    assert alice(name, "--forget", "--yes").status == 0
    assert secured.group_offsets(f"redrive.{name}") == {}


def test_wrong_password(secured, run, tmp_path):
    config = orders.config_file(tmp_path / "client.properties", sasl_properties(secured, ADMIN, "wrong"))
    result = run(["jobs", "-F", config])
    assert result.status == 5 and result.seconds < 10, str(result)
    assert "the cluster refuses the connection" in result.stderr and "sasl.password" in result.stderr
    assert ADMIN_PASSWORD not in result.stderr
