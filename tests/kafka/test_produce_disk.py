"""No room where redrive writes: what it says is safe is safe, and what it says of going on is true."""

import contextlib
import json
import os
import re
import shlex
import stat
import subprocess
import zlib
from pathlib import Path

import feed
import orders
import pytest

from harness import paths, process
from harness.run import environment
from harness.witness import consume_lean

COUNT = 20_000
NOT_SAFE = re.compile(r"(\d+) failed records are NOT safe: .*; the first is (.+), line (\d+); (\d+) (?:is|are) safe in "
                      r"the fallback file (\S+)")


class Disk:
    """A file system of a few KiB, in a mount namespace of its own that ends with it."""

    def __init__(self, mount_point, size, unshare):
        mount_point.mkdir(exist_ok=True)
        self._mount_point = mount_point
        mount = f"mount -t tmpfs -o size={size} none {shlex.quote(str(mount_point))}"
        self._holder = process.start(["unshare", unshare, "sh", "-c", f"{mount} && echo mounted && exec sleep 3600"],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.mounted = self._holder.stdout.readline() == b"mounted\n"
        user = ["-U", "--preserve-credentials"] if "r" in unshare else []
        self.enter = ["nsenter", "-t", str(self._holder.pid), "-m", *user]

    @property
    def path(self):
        """Where it is seen from outside."""
        return f"/proc/{self._holder.pid}/root{self._mount_point}"

    def resize(self, size):
        subprocess.run([*self.enter, "mount", "-o", f"remount,size={size}", self._mount_point], check=True)

    def fill(self):
        """Leaves no byte."""
        with open(f"{self.path}/filler", "wb", 0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)

    def close(self):
        self._holder.kill()
        self._holder.wait()
        self._holder.stdout.close()


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """small_disk(size): a Disk at tmp_path/disk, which the redrive under test sees."""
    disks = []

    def make(size):
        for unshare in ("-m", "-rm"):
            disks.append(Disk(tmp_path / "disk", size, unshare))
            if disks[-1].mounted:
                wrap(tmp_path, monkeypatch, *disks[-1].enter, f"--wd={tmp_path}")
                return disks[-1]
        pytest.skip("a tmpfs can't be mounted here, neither as root nor in a user namespace")

    yield make
    for disk in disks:
        disk.close()


def wrap(tmp_path, monkeypatch, *prefix):
    """From now on the redrive under test is started through a command."""
    (tmp_path / "bin").mkdir()
    wrapper = tmp_path / "bin" / "redrive"
    wrapper.write_text(f"#!/bin/sh\nexec {shlex.join([*prefix, str(paths.binary())])} \"$@\"\n")
    wrapper.chmod(0o755)
    monkeypatch.setenv("REDRIVE_BIN", str(wrapper))


def shell(tmp_path, command):
    """Runs a command line as a person would."""
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment({"PATH": path}), capture_output=True,
                          text=True, timeout=120)


def bad(n):
    return b'{"orderId":%d,"customerId":' % n


def write(tmp_path, count=COUNT, every=2):
    """Orders of which every so many is no JSON."""
    return orders.write(tmp_path / "orders.ndjson", count, {n: bad(n) for n in range(0, count, every)})


def kept(path):
    """The orders in a fallback file, whose lines are all whole."""
    with open(path, "rb") as file:
        data = file.read()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert not data or data.endswith(b"\n")
    numbers = []
    for line in data.splitlines():
        envelope = json.loads(line)
        assert envelope["crc32"] == f"{zlib.crc32(line[:line.rindex(b',') ]):08x}"
        numbers.append(orders.number(envelope["value"].encode()))
    return numbers


def check_all_there(broker, name, fallback, count=COUNT, every=2):
    """Each order is at least once where it belongs."""
    arrived = {orders.number(r.value) for r in consume_lean(broker, name)}
    assert arrived == {n for n in range(count) if n % every}
    assert set(kept(fallback)) == set(range(0, count, every))


def check_stopped(result, fallback, count_before=0):
    """A run that found no room: the numbers, and the line that is the first not safe."""
    assert result.status == 5, str(result)
    records, numbers = result.summary["records"], kept(fallback) if os.path.exists(fallback) else []
    assert records["fallback"] == len(numbers) - count_before, str(result)
    assert records["read"] == sum(records[sink] for sink in (*orders.SINKS, "unsettled")), str(result)
    unsafe, _, line, safe, _ = NOT_SAFE.search(result.stderr).groups()
    assert (int(unsafe), int(safe)) == (records["unsettled"], records["fallback"])
    assert f", line {line}: it is not safe" in result.stderr
    assert {n for n in range(0, int(line) - 1, 2)} <= set(numbers), str(result)
    assert result.summary["resume"].startswith(f"tail -n +{line} "), str(result)
    return int(line)


@pytest.fixture(params=["no DLQ", "DLQ takes none", "DLQ is down"])
def no_way_out(request, topic):
    """Options with which what fails goes to the fallback file."""
    with orders.nobody() as address:
        yield {"no DLQ": lambda: ["--no-dlq"],
               "DLQ takes none": lambda: ["--dlq", topic(config={"max.message.bytes": 100})],
               "DLQ is down": lambda: ["--dlq-brokers", address, "--dlq-config", "dlq.conf"]}[request.param]()


def test_full_in_mid_load(broker, topic, run, tmp_path, small_disk, no_way_out):
    (tmp_path / "dlq.conf").write_text("message.timeout.ms=2000\n")
    disk, name, path = small_disk("1m"), topic(), write(tmp_path)
    fallback = f"{disk.path}/held.ndjson"
    result = run(orders.args(broker, name, path, *no_way_out, "--fallback", tmp_path / "disk/held.ndjson"))
    assert "No space left on device" in result.stderr
    check_stopped(result, fallback)
    disk.resize("64m")
    done = shell(tmp_path, result.summary["resume"])
    assert done.returncode == 4, done
    check_all_there(broker, name, fallback)


def test_full_from_the_start(broker, topic, run, tmp_path, small_disk):
    disk, name, path = small_disk("64k"), topic(), write(tmp_path)
    fallback = f"{disk.path}/held.ndjson"
    args = orders.args(broker, name, path, "--no-dlq", "--fallback", tmp_path / "disk/held.ndjson")
    disk.fill()
    result = run(args)
    assert check_stopped(result, fallback) == 1
    os.unlink(f"{disk.path}/filler")
    disk.resize("64m")
    assert shell(tmp_path, result.summary["resume"]).returncode == 4
    check_all_there(broker, name, fallback)


def test_full_and_torn_by_an_earlier_crash(broker, topic, run, tmp_path, small_disk):
    disk, name, path = small_disk("256k"), topic(), write(tmp_path, 200)
    fallback = f"{disk.path}/held.ndjson"
    args = orders.args(broker, name, path, "--no-dlq", "--fallback", tmp_path / "disk/held.ndjson")
    assert run(args).status == 4
    os.truncate(fallback, os.path.getsize(fallback) - 20)
    disk.fill()
    write(tmp_path)
    result = run(args)
    assert "Cut off a torn last line" in result.stderr
    check_stopped(result, fallback, 99)
    os.unlink(f"{disk.path}/filler")
    disk.resize("64m")
    done = shell(tmp_path, result.summary["resume"])
    assert done.returncode == 4, done
    check_all_there(broker, name, fallback)


def test_no_room_for_the_metrics(broker, topic, run, tmp_path, small_disk):
    disk, name, count = small_disk("64k"), topic(), 100
    path = orders.write(tmp_path / "orders.ndjson", count)
    disk.fill()
    for special, status in ({}, 1), ({7: bad(7)}, 4):
        orders.write(path, count, special)
        result = run(orders.args(broker, name, path, "--no-dlq", "--metrics-file", tmp_path / "disk/redrive.prom"))
        assert (result.status, result.summary["exit"]) == (status, status), str(result)
        assert "cannot write the metrics file" in result.stderr and "No space left on device" in result.stderr
        assert ("don't load them again" in result.stderr) == (status == 1)
        assert os.listdir(disk.path) == ["filler"]


def test_a_file_that_may_not_grow(broker, topic, run, tmp_path, monkeypatch):
    wrap(tmp_path, monkeypatch, "prlimit", "--fsize=1000000")
    name, path = topic(), write(tmp_path)
    fallback = tmp_path / "held.ndjson"
    result = run(orders.args(broker, name, path, "--no-dlq", "--fallback", fallback))
    assert "File too large" in result.stderr
    check_stopped(result, fallback)
    wrapper = tmp_path / "bin" / "redrive"
    wrapper.write_text(wrapper.read_text().replace("1000000", "unlimited"))
    assert shell(tmp_path, result.summary["resume"]).returncode == 4
    check_all_there(broker, name, fallback)


@pytest.fixture
def held(broker, topic, spawn, tmp_path):
    """A load that has put orders into the fallback file, and reads more: feed and file."""
    name, fallback = topic(), tmp_path / "held.ndjson"
    running = BadFeed(spawn(orders.args(broker, name, "-", "--no-dlq", "--fallback", fallback),
                            stdin=subprocess.PIPE))
    wait_for_lines(running, fallback)
    return running, fallback


class BadFeed(feed.Feed):
    """Orders that are all no JSON."""

    def run(self):
        with contextlib.suppress(BrokenPipeError), self.running.process.stdin as pipe:
            while not self._enough.wait(feed.PAUSE_S):
                pipe.write(b"".join(bad(n) + b"\n" for n in range(self.count, self.count + 10)))
                pipe.flush()
                self.count += 10


def wait_for_lines(running, fallback):
    running.running.wait_for("orders in the file", lambda: fallback.exists() and fallback.stat().st_size)


def test_removed_while_in_use(held):
    running, fallback = held
    fallback.unlink()
    wait_for_lines(running, fallback)
    fallback.unlink()
    result = running.finish()
    assert result.status == 4, str(result)
    assert "was removed while it was in use: what this run had put there is put there again" in result.stderr
    assert orders.ended(result) == (0, 0, running.count, 0)
    assert kept(fallback) == list(range(running.count))


def test_removed_to_make_room_for_others(broker, topic, spawn, tmp_path, small_disk):
    disk = small_disk("256k")
    fallback = Path(f"{disk.path}/held.ndjson")
    running = BadFeed(spawn(orders.args(broker, topic(), "-", "--no-dlq", "--fallback", tmp_path / "disk/held.ndjson"),
                            stdin=subprocess.PIPE))
    wait_for_lines(running, fallback)
    disk.fill()
    fallback.unlink()
    result = running.running.wait()
    running.finish()
    assert result.status == 5, str(result)
    assert "what this run had put there is LOST" in result.stderr
    records = result.summary["records"]
    assert (records["fallback"], records["unsettled"]) == (0, records["read"]), str(result)
    assert "the first is standard input, line 1; 0 are safe" in result.stderr
    assert result.summary["resume"] == "begin with standard input, line 1"


def test_moved_away_while_in_use(held):
    running, fallback = held
    moved = fallback.rename(fallback.with_suffix(".1"))
    wait_for_lines(running, fallback)
    result = running.finish()
    assert result.status == 4, str(result)
    assert orders.ended(result) == (0, 0, running.count, 0)
    assert kept(moved) + kept(fallback) == list(range(running.count))


def test_in_use_by_another_run(held, broker, run, tmp_path):
    running, fallback = held
    path = orders.write(tmp_path / "orders.ndjson", 10)
    result = run(orders.args(broker, "any", path, "--no-dlq", "--fallback", fallback))
    assert result.status == 5, str(result)
    assert f"another process is writing the fallback file {fallback}" in result.stderr
    assert orders.ended(result) == (0, 0, 0, 0)
    assert running.finish().status == 4
    assert kept(fallback) == list(range(running.count))
